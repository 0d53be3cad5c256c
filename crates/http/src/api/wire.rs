//! How values are written on the wire.

use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::header};
use portero_domain::{Timestamp, api_key::ApiKey, company::GatewayMode, money::Money};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::{
    fields::Fault,
    words::{Words, words},
};

/// A time: UTC in ISO 8601 without a zone, with microseconds only if they are not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.0.get();
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second, micro) = at.to_hms_micro();
        write!(f, "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", u8::from(month))?;
        if micro == 0 { Ok(()) } else { write!(f, ".{micro:06}") }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

/// An amount of money: a JSON number with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Json(self.0.to_string()).serialize(serializer)
    }
}

/// JSON text that is passed on unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(pub String);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// A schema with a description and an example.
macro_rules! schema {
    ($name:ident, $kind:expr, $description:literal, $example:expr) => {
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let example: serde_json::Value = $example;
                ObjectBuilder::new()
                    .schema_type($kind)
                    .description(Some($description))
                    .examples([example])
                    .build()
                    .into()
            }
        }
        impl ToSchema for $name {}
    };
}

schema!(
    Moment,
    Type::String,
    "Naive UTC in ISO 8601, microseconds only when not zero.",
    "2025-01-15T09:00:00.123456".into()
);
schema!(Amount, Type::Number, "An amount of money, written with two decimals.", 50.5.into());

/// The placeholder for a stored secret. No response shows a secret.
pub const HIDDEN: &str = "********";

words! {
    /// Whether a gateway moves real money.
    pub Mode of GatewayMode {
        [GatewayMode::Test] => "test",
        [GatewayMode::Live] => "live",
    }
}

/// The mode that a word means.
pub fn parse_mode(word: &str) -> Result<GatewayMode, Fault> {
    Mode::parse(word).ok_or_else(|| Fault::value("Debe ser 'test' o 'live'"))
}

/// The facts about a key just issued.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyInfo {
    /// The id of the key.
    #[schema(example = "key_a1b2c3d4e5f6g7h8")]
    key_id: String,
    /// The time when the key was issued.
    issued_at: Moment,
    /// The time when the key expires.
    expires_at: Moment,
    /// Always `router_api_key`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "router_api_key")]
    kind: &'static str,
}

impl From<&ApiKey> for ApiKeyInfo {
    fn from(key: &ApiKey) -> Self {
        let parts = key.parts();
        Self {
            key_id: parts.id.to_string(),
            issued_at: parts.issued_at.into(),
            expires_at: parts.expires_at.into(),
            kind: "router_api_key",
        }
    }
}

/// A success without data.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// A Spanish sentence for people.
    #[schema(value_type = String)]
    message: &'static str,
}

impl Message {
    /// This sentence.
    pub const fn new(message: &'static str) -> Self {
        Self { message }
    }
}

/// `201` and the path of the new thing.
#[derive(Debug)]
pub struct Created<T> {
    /// The path of the new thing.
    pub location: String,
    /// The new thing.
    pub body: T,
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created().insert_header((header::LOCATION, self.location)).json(self.body)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_written_as_in_the_documents() {
        for (at, written) in [
            (datetime!(2025-01-15 9:00 UTC), "2025-01-15T09:00:00"),
            (datetime!(2025-01-15 9:00:00.123_456 UTC), "2025-01-15T09:00:00.123456"),
            (datetime!(2025-01-15 9:00:00.000_001 UTC), "2025-01-15T09:00:00.000001"),
            (datetime!(2025-12-31 23:59:59.100_000 UTC), "2025-12-31T23:59:59.100000"),
        ] {
            assert_eq!(Moment(Timestamp::new(at)).to_string(), written);
        }
    }

    #[test]
    fn an_amount_is_a_number_with_two_decimals() {
        let amount = |cents| serde_json::to_string(&Amount(Money::from_minor(cents).unwrap())).unwrap();
        assert_eq!(amount(5_000), "50.00");
        assert_eq!(amount(1_999), "19.99");
        assert_eq!(amount(1), "0.01");
    }
}
