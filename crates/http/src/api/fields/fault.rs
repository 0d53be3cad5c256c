use portero_domain::{
    money::{Money, MoneyError},
    text::TextError,
    user::NewPasswordError,
};

use crate::api::error::{ApiError, ApiResult, FieldError};

/// A problem of a field: a stable name and a Spanish sentence.
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

    /// The required field is missing.
    pub fn missing() -> Self {
        Self::new("missing", "Campo requerido")
    }

    /// The value has the right type but is not allowed.
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
            MoneyError::OutOfRange => Self::range(Money::LEAST, Money::MAX),
            MoneyError::TooFine => Self::value("Debe tener como máximo 2 decimales"),
        }
    }
}

/// The faults found so far in a body or a query.
#[derive(Debug)]
pub struct Faults {
    place: &'static str,
    pub(super) found: Vec<FieldError>,
}

impl Faults {
    /// No faults yet, in a body.
    pub const fn in_body() -> Self {
        Self { place: "body", found: Vec::new() }
    }

    /// No faults yet, in a query.
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

    /// The whole value if there was no fault. Then `make` has all its parts.
    pub fn finish<T>(self, make: impl FnOnce() -> Option<T>) -> ApiResult<T> {
        if !self.found.is_empty() {
            return Err(ApiError::invalid(self.found));
        }
        make().ok_or_else(|| ApiError::internal("a field is missing although no fault was found"))
    }
}
