//! How values come from the environment to the fields of a configuration.

use std::{env, error::Error, ffi::OsString, fs};

use clap::{
    Arg, Command, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::value::unquoted;

/// Where values come from: a variable's name in, its value out.
pub(crate) type Source<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The process's own environment.
pub(crate) fn environment(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// What is wrong with the configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError {
    pub(super) name: String,
    problem: String,
}

impl ConfigError {
    pub(super) fn new(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { name: name.into(), problem: problem.into() }
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}.", self.name, self.problem)
    }
}

impl Error for ConfigError {}

/// Reads a configuration.
///
/// Clap parses and checks the values. It does not read the environment itself: a variable that is empty counts as unset,
/// and the value of a secret may be in a file.
pub(crate) fn read<T: Parser>(source: Source<'_>) -> Result<T, ConfigError> {
    let command = T::command();
    let mut options = vec![OsString::new()];
    for argument in command.get_arguments() {
        let (Some(option), Some(name)) = (argument.get_long(), variable(argument)) else { continue };
        if let Some(value) = value(source, &name, is_secret(argument))? {
            options.push(format!("--{option}={value}").into());
        }
    }
    let silent = T::command().mut_args(|argument| argument.env(None));
    let read = silent.try_get_matches_from(options).and_then(|matches| T::from_arg_matches(&matches));
    read.map_err(|error| in_one_sentence(&command, &error))
}

/// The variable of this argument.
pub(super) fn variable(argument: &Arg) -> Option<String> {
    argument.get_env().map(|name| name.to_string_lossy().into_owned())
}

/// Whether the value must not be seen. Such a value may come from the file that the variable `NAME_FILE` names.
pub(super) fn is_secret(argument: &Arg) -> bool {
    argument.is_hide_env_values_set()
}

fn value(source: Source<'_>, name: &str, secret: bool) -> Result<Option<String>, ConfigError> {
    let given = text(source, name)?;
    if !secret {
        return Ok(given.map(|text| unquoted(&text).to_owned()).filter(|text| !text.is_empty()));
    }
    let file_name = format!("{name}_FILE");
    match (given, text(source, &file_name)?) {
        (given, None) => Ok(given.map(without_line_break)),
        (None, Some(path)) => from_file(name, &file_name, unquoted(&path)).map(Some),
        (Some(_), Some(_)) => Err(ConfigError::new(name, format!("and {file_name} are both set; set one of them"))),
    }
}

/// The value of a variable that is set and not blank.
fn text(source: Source<'_>, name: &str) -> Result<Option<String>, ConfigError> {
    let text = source(name).map(OsString::into_string).transpose();
    let text = text.map_err(|_| ConfigError::new(name, "must be UTF-8 text"))?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

fn from_file(name: &str, file_name: &str, path: &str) -> Result<String, ConfigError> {
    let text = fs::read_to_string(path);
    let text =
        text.map_err(|error| ConfigError::new(file_name, format!("names a file that cannot be read: {error}")))?;
    if text.trim().is_empty() {
        return Err(ConfigError::new(file_name, format!("names an empty file, and {name} is required from it")));
    }
    Ok(without_line_break(text))
}

fn without_line_break(mut text: String) -> String {
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    text
}

/// Clap's error without the value, which may be a secret.
fn in_one_sentence(command: &Command, error: &clap::Error) -> ConfigError {
    let shown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => argument.as_str(),
        Some(ContextValue::Strings(arguments)) => arguments.first().map_or("", String::as_str),
        _ => "",
    };
    // Clap shows an option with a placeholder for its value.
    let option = shown.split(' ').next().and_then(|option| option.strip_prefix("--"));
    let argument = command.get_arguments().find(|argument| argument.get_long() == option);
    let name = argument.and_then(variable).unwrap_or_else(|| "The configuration".to_owned());
    let problem = match (error.kind(), error.get(ContextKind::ValidValue)) {
        (ErrorKind::MissingRequiredArgument, _) => "is not set".to_owned(),
        (_, Some(ContextValue::Strings(values))) => format!("must be {}", values.join(" or ")),
        _ => error.source().map_or_else(|| "is not valid".to_owned(), ToString::to_string),
    };
    ConfigError { name, problem }
}
