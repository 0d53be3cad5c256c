//! Reading the fields of a request one by one, so that one response names every invalid field.

mod fault;
mod nullable;

use std::borrow::Borrow;

use portero_domain::{change::Change, money::MoneyError, text::TextError};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub use self::{
    fault::{Fault, Faults},
    nullable::Nullable,
};

/// A type of JSON fields, with the fault for a value of another type.
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

/// A decimal number with its digits as they were written, with or without quotes.
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

/// A list of JSON objects, kept as text.
#[derive(Debug)]
pub struct ObjectList {
    /// The list as it was written.
    pub json: String,
    /// How many objects it has.
    pub length: usize,
}

impl<'de> Deserialize<'de> for ObjectList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let objects: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
        Ok(Self { json: raw.get().to_owned(), length: objects.len() })
    }
}

impl WireType for ObjectList {
    fn wrong_type() -> Fault {
        Fault::new("list_type", "Debe ser una lista de objetos")
    }
}

/// A field of a body. Deserializing it never fails, so that all other fields are read too.
///
/// An absent field and `null` mean the same: no value.
#[derive(Debug)]
pub struct Given<T>(Option<Result<T, Fault>>);

impl<'de, T: WireType> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
        Ok(Self(raw.map(|raw| serde_json::from_str(raw.get()).map_err(|_| T::wrong_type()))))
    }
}

/// Absent.
impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Given<T> {
    /// This value, or the other one if this field is absent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    /// The value as it is, or the default if the field is absent or has another type. The latter is a fault.
    pub fn or_default(self, faults: &mut Faults, field: &str) -> T
    where
        T: Default,
    {
        self.0.and_then(|given| faults.check(field, given)).unwrap_or_default()
    }

    /// A required value.
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

    /// An optional value. The outer `None` means that it is invalid.
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
    /// An optional text. An empty text means no value.
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

    /// A change of a text. A missing field keeps the text, `""` removes it.
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

/// Accepts any value of the type.
pub fn as_is<T: Clone>(value: &T) -> Result<T, Fault> {
    Ok(value.clone())
}

/// Reads an id in a field, where a text that is no id is a fault. In a path such a text is not found.
pub fn id<T>(parse: impl FnOnce(&str) -> Option<T>) -> impl FnOnce(&str) -> Result<T, TextError> {
    move |raw: &str| parse(raw).ok_or(TextError::Malformed)
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

    type Read = (Option<Name>, Option<Option<Port>>, Option<Money>, Vec<(String, &'static str)>);

    fn read(json: &str) -> Read {
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
