//! Reading what callers send, field by field, so that one answer names every fault (decisions, "Errors").

use std::borrow::Borrow;

use portero_domain::{change::Change, money::MoneyError, text::TextError, user::NewPasswordError};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::{ApiError, ApiResult};

/// A faulty field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is: `body` or `query`, then the field's name.
    #[schema(example = json!(["body", "puerto"]))]
    pub loc: Vec<String>,
    /// What is wrong with it, in Spanish.
    #[schema(example = "Debe ser un número entero")]
    pub msg: String,
    /// A stable name of the fault.
    #[serde(rename = "type")]
    #[schema(example = "int_type")]
    pub kind: &'static str,
}

/// What is wrong with a field: a stable name, and a Spanish sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: &'static str,
    msg: String,
}

impl Fault {
    /// A fault of this name and Spanish sentence.
    pub fn new(kind: &'static str, msg: impl Into<String>) -> Self {
        Self { kind, msg: msg.into() }
    }

    /// The field must be there.
    pub fn missing() -> Self {
        Self::new("missing", "Campo requerido")
    }

    /// The value is of the right type, but not one that the field may have.
    pub fn value(msg: impl Into<String>) -> Self {
        Self::new("value_error", msg)
    }

    /// The number is outside of its range.
    pub fn range(least: impl std::fmt::Display, most: impl std::fmt::Display) -> Self {
        Self::new("out_of_range", format!("Debe estar entre {least} y {most}"))
    }
}

impl From<TextError> for Fault {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::new("string_too_short", "No puede estar vacío"),
            TextError::TooLong { max } => {
                Self::new("string_too_long", format!("Debe tener como máximo {max} caracteres"))
            }
            TextError::ControlCharacter => Self::value("No puede contener caracteres de control"),
            TextError::Malformed => Self::value("Formato inválido"),
        }
    }
}

impl From<NewPasswordError> for Fault {
    fn from(error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::TooShort { min } => {
                Self::new("string_too_short", format!("Debe tener al menos {min} caracteres"))
            }
            NewPasswordError::Text(error) => error.into(),
        }
    }
}

impl From<MoneyError> for Fault {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::Malformed => Self::new("decimal_type", "Debe ser un número decimal"),
            MoneyError::OutOfRange => Self::range("0.00", portero_domain::money::Money::MAX),
            MoneyError::TooFine => Self::value("Debe tener como máximo 2 decimales"),
        }
    }
}

/// The faults found so far in one place.
#[derive(Debug)]
pub struct Faults {
    place: &'static str,
    found: Vec<FieldError>,
}

impl Faults {
    /// None so far, in a body.
    pub const fn in_body() -> Self {
        Self { place: "body", found: Vec::new() }
    }

    /// None so far, in a query.
    pub const fn in_query() -> Self {
        Self { place: "query", found: Vec::new() }
    }

    /// Notes a fault of a field.
    pub fn add(&mut self, field: &str, fault: Fault) {
        let Fault { kind, msg } = fault;
        self.found.push(FieldError { loc: vec![self.place.to_owned(), field.to_owned()], msg, kind });
    }

    /// Takes the value, or notes its fault.
    pub fn check<T, E: Into<Fault>>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|fault| self.add(field, fault.into())).ok()
    }

    /// The whole, made of parts that are there when there was no fault.
    pub fn finish<T>(self, make: impl FnOnce() -> Option<T>) -> ApiResult<T> {
        if !self.found.is_empty() {
            return Err(ApiError::invalid(self.found));
        }
        make().ok_or_else(|| ApiError::internal("a field is missing although no fault was found"))
    }
}

/// A type that a JSON field may have, with the fault of being another.
pub trait WireType: for<'de> Deserialize<'de> {
    /// The fault of a value that is not of this type.
    fn wrong_type() -> Fault;
}

impl WireType for String {
    fn wrong_type() -> Fault {
        Fault::new("string_type", "Debe ser un texto")
    }
}

impl WireType for i64 {
    fn wrong_type() -> Fault {
        Fault::new("int_type", "Debe ser un número entero")
    }
}

impl WireType for bool {
    fn wrong_type() -> Fault {
        Fault::new("bool_type", "Debe ser verdadero o falso")
    }
}

/// A decimal number as it was written, digit by digit; within quotes or without.
#[derive(Debug)]
pub struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        Ok(Self(text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()))
    }
}

impl Borrow<str> for Decimal {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl WireType for Decimal {
    fn wrong_type() -> Fault {
        MoneyError::Malformed.into()
    }
}

/// A list of JSON objects.
pub type Objects = Vec<serde_json::Map<String, serde_json::Value>>;

impl WireType for Objects {
    fn wrong_type() -> Fault {
        Fault::new("list_type", "Debe ser una lista de objetos")
    }
}

/// A field of a body as it came: reading it never fails, so that every other field is read too.
///
/// An absent field and `null` are the same: nothing was said.
#[derive(Debug)]
pub struct Given<T>(Option<Result<T, Fault>>);

impl<'de, T: WireType> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
        Ok(Self(raw.map(|raw| serde_json::from_str(raw.get()).map_err(|_| T::wrong_type()))))
    }
}

impl<T> Given<T> {
    /// A value that must be there.
    pub fn required<V, B, E>(
        self,
        faults: &mut Faults,
        field: &str,
        parse: impl FnOnce(&B) -> Result<V, E>,
    ) -> Option<V>
    where
        B: ?Sized,
        T: Borrow<B>,
        E: Into<Fault>,
    {
        let given = self.0.unwrap_or_else(|| Err(Fault::missing()));
        let value = given.and_then(|value| parse(value.borrow()).map_err(Into::into));
        faults.check(field, value)
    }

    /// A value that may be left out. Nothing at all is answered when it is faulty.
    pub fn optional<V, B, E>(
        self,
        faults: &mut Faults,
        field: &str,
        parse: impl FnOnce(&B) -> Result<V, E>,
    ) -> Option<Option<V>>
    where
        B: ?Sized,
        T: Borrow<B>,
        E: Into<Fault>,
    {
        match self.0 {
            None => Some(None),
            Some(given) => Self(Some(given)).required(faults, field, parse).map(Some),
        }
    }
}

impl Given<String> {
    /// A text that may be left out; an empty one is none.
    pub fn optional_text<V, E: Into<Fault>>(
        self,
        faults: &mut Faults,
        field: &str,
        parse: impl FnOnce(&str) -> Result<V, E>,
    ) -> Option<Option<V>> {
        match self.change(faults, field, parse)? {
            Change::Keep | Change::Clear => Some(None),
            Change::Set(value) => Some(Some(value)),
        }
    }

    /// A change of a text: left out means as it is, `""` means none.
    pub fn change<V, E: Into<Fault>>(
        self,
        faults: &mut Faults,
        field: &str,
        parse: impl FnOnce(&str) -> Result<V, E>,
    ) -> Option<Change<V>> {
        match self.0 {
            None => Some(Change::Keep),
            Some(Ok(text)) if text.trim().is_empty() => Some(Change::Clear),
            given => Self(given).required(faults, field, parse).map(Change::Set),
        }
    }
}

#[cfg(test)]
mod tests {
    use portero_domain::{money::Money, network::Port, text::Name};

    use super::*;

    #[derive(Deserialize)]
    struct Body {
        nombre: Given<String>,
        puerto: Given<i64>,
        precio: Given<Decimal>,
    }

    fn read(json: &str) -> (Option<Name>, Option<Option<Port>>, Option<Money>, Vec<(String, &'static str)>) {
        let body: Body = serde_json::from_str(json).unwrap();
        let mut faults = Faults::in_body();
        let port = |&number: &i64| Port::new(number).ok_or_else(|| Fault::range(1, 65_535));
        let name = body.nombre.required(&mut faults, "nombre", Name::parse);
        let port = body.puerto.optional(&mut faults, "puerto", port);
        let price = body.precio.required(&mut faults, "precio", Money::parse);
        (name, port, price, faults.found.into_iter().map(|fault| (fault.loc[1].clone(), fault.kind)).collect())
    }

    #[test]
    fn every_faulty_field_is_named_at_once() {
        let (.., faults) = read(r#"{"nombre": 7, "puerto": "x", "precio": []}"#);
        let named: Vec<_> = faults.iter().map(|(field, kind)| (field.as_str(), *kind)).collect();
        assert_eq!(named, [("nombre", "string_type"), ("puerto", "int_type"), ("precio", "decimal_type")]);
    }

    #[test]
    fn absent_and_null_are_nothing_said() {
        for json in ["{}", r#"{"nombre": null, "puerto": null, "precio": null}"#] {
            let (name, port, price, faults) = read(json);
            assert_eq!((name, port, price), (None, Some(None), None));
            assert_eq!(faults, [("nombre".to_owned(), "missing"), ("precio".to_owned(), "missing")]);
        }
    }

    #[test]
    fn a_price_keeps_its_digits_with_quotes_or_without() {
        for json in [r#"{"nombre":"a","precio":19.99}"#, r#"{"nombre":"a","precio":"19.99"}"#] {
            assert_eq!(read(json).2.map(Money::minor), Some(1_999));
        }
        for bad in ["1e3", "-1", "19.999", "true", "\"\"", "{}"] {
            assert_eq!(read(&format!(r#"{{"nombre":"a","precio":{bad}}}"#)).2, None, "{bad}");
        }
    }

    #[test]
    fn a_port_is_a_whole_number_of_its_range() {
        for bad in ["0", "65536", "-1", "8728.0", "1e3", "\"8728\"", "99999999999999999999"] {
            assert_eq!(read(&format!(r#"{{"nombre":"a","precio":1,"puerto":{bad}}}"#)).1, None, "{bad}");
        }
    }
}
