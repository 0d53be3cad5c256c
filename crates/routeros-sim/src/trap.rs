//! The errors a router answers with, in its words.

use crate::{
    assumptions::{Assumptions, Point},
    value::Value,
    version::Version,
};

/// A `!trap`: a message, and a category when the router gives one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// 0 missing item or command, 1 argument value, 2 interrupted, 5 API; often absent.
    pub category: Option<u8>,
    /// What the router says.
    pub message: Value,
}

impl Trap {
    pub(crate) fn new(message: impl Into<Value>) -> Self {
        Self { category: None, message: message.into() }
    }

    fn of(category: u8, message: impl Into<Value>) -> Self {
        Self { category: Some(category), message: message.into() }
    }

    pub(crate) fn wrong_password(version: &Version) -> Self {
        Self::new(if version.knows_plain_login() { "invalid user name or password (6)" } else { "cannot log in" })
    }

    pub(crate) fn not_allowed() -> Self {
        Self::new("std failure: not allowed (9)")
    }

    pub(crate) fn not_enough_permissions() -> Self {
        Self::new("not enough permissions (9)")
    }

    pub(crate) fn duplicate_user() -> Self {
        Self::new("failure: already have user with this name for this server")
    }

    pub(crate) fn duplicate_profile() -> Self {
        Self::new("failure: profile with the same name already exists")
    }

    pub(crate) fn no_such_item(version: &Version) -> Self {
        Self::of(0, if version.numbers_errors() { "no such item (4)" } else { "no such item" })
    }

    pub(crate) fn no_such_command() -> Self {
        Self::of(0, "no such command")
    }

    pub(crate) fn no_such_directory(name: &str, version: &Version, assumptions: &Assumptions) -> Self {
        if version.numbers_errors() && assumptions.hold(Point::SevenNamesUnknownDirectory) {
            Self::of(0, format!("no such command or directory ({name})"))
        } else {
            Self::of(0, "no such command prefix")
        }
    }

    pub(crate) fn unknown_parameter(name: &[u8]) -> Self {
        Self::new([b"unknown parameter ", name].concat())
    }

    pub(crate) fn missing_value(name: &str) -> Self {
        Self::new(format!("missing value(s) of argument(s) {name}"))
    }

    pub(crate) fn invalid_value(name: &str) -> Self {
        Self::of(1, format!("invalid value for argument {name}"))
    }

    pub(crate) fn mac_required(name: &str) -> Self {
        Self::of(1, format!("invalid value of {name}, mac address required"))
    }

    pub(crate) fn no_match(name: &str) -> Self {
        Self::of(1, format!("input does not match any value of {name}"))
    }

    pub(crate) fn ambiguous(name: &str) -> Self {
        Self::of(1, format!("ambiguous value of {name}, more than one possible value matches input"))
    }

    pub(crate) fn interrupted() -> Self {
        Self::of(2, "interrupted")
    }

    pub(crate) fn default_row() -> Self {
        Self::new("failure: can not remove default user")
    }

    /// An error of the hotspot's own login, which may come with a `failure: ` in front.
    pub(crate) fn hotspot(message: &str, user: Option<&[u8]>, assumptions: &Assumptions) -> Self {
        let prefix: &[u8] = if assumptions.hold(Point::LoginErrorsSayFailure) { b"failure: " } else { b"" };
        let message = match message.split_once("{user}") {
            Some((before, after)) => [before.as_bytes(), user.unwrap_or_default(), after.as_bytes()].concat(),
            None => message.as_bytes().to_vec(),
        };
        Self::new([prefix, &message].concat())
    }

    /// The words of the sentence, without its tag.
    pub(crate) fn words(&self) -> Vec<Value> {
        let mut words = vec![b"!trap".to_vec()];
        words.extend(self.category.map(|category| format!("=category={category}").into_bytes()));
        words.push([b"=message=", &self.message[..]].concat());
        words
    }
}
