//! Money, counted in whole minor units so that no cent is ever lost to a binary fraction.

use thiserror::Error;

/// An amount of money in hundredths of its currency's unit, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a text is no amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("not a decimal number")]
    Malformed,
    /// Below zero, or above [`Money::MAX`].
    #[error("out of range")]
    OutOfRange,
    /// A fraction of a hundredth.
    #[error("more than two decimals")]
    TooFine,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The least price a product may have, as nothing is sold for nothing: 0.01.
    pub const LEAST: Self = Self(1);
    /// The greatest price a product may have: 99,999,999.99.
    pub const MAX: Self = Self(9_999_999_999);

    /// The amount of this many hundredths; refuses a negative number.
    pub const fn from_minor(hundredths: i64) -> Option<Self> {
        if hundredths < 0 { None } else { Some(Self(hundredths)) }
    }

    /// Hundredths of the unit.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Reads a decimal such as `50`, `19.9` or `19.99`, digit by digit. Zeros beyond the second decimal are fine.
    pub fn parse(decimal: &str) -> Result<Self, MoneyError> {
        let (negative, digits) = match decimal.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, decimal),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric(whole) || !numeric(fraction) {
            return Err(MoneyError::Malformed);
        }
        if negative {
            return Err(MoneyError::OutOfRange);
        }
        let (cents, rest) = fraction.split_at(fraction.len().min(2));
        if rest.bytes().any(|digit| digit != b'0') {
            return Err(MoneyError::TooFine);
        }
        let amount = format!("{whole}{cents:0<2}").parse().map(Self).map_err(|_| MoneyError::OutOfRange)?;
        if amount > Self::MAX { Err(MoneyError::OutOfRange) } else { Ok(amount) }
    }

    /// Reads the price of a product: as [`Money::parse`], from [`Money::LEAST`] up.
    pub fn parse_price(decimal: &str) -> Result<Self, MoneyError> {
        Self::parse(decimal).and_then(|price| if price < Self::LEAST { Err(MoneyError::OutOfRange) } else { Ok(price) })
    }
}

/// Written with two decimals: `19.90`.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The currencies that a product may be sold in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Currency {
    /// Mexican peso, unless something else is said.
    #[default]
    Mxn,
    /// United States dollar.
    Usd,
    /// Euro.
    Eur,
}

impl Currency {
    /// Every currency, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Eur, Self::Mxn, Self::Usd];

    /// The currency with this ISO 4217 code, in capitals.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Mxn, Self::Usd, Self::Eur].into_iter().find(|currency| currency.code() == code)
    }

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mxn => "MXN",
            Self::Usd => "USD",
            Self::Eur => "EUR",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_from_one_cent_to_a_thousand_keeps_its_cents() {
        for cents in 1..100_000 {
            let written = Money::from_minor(cents).unwrap().to_string();
            assert_eq!(Money::parse(&written).unwrap().minor(), cents);
        }
    }

    #[test]
    fn a_decimal_may_be_short_or_padded() {
        for (text, cents) in
            [("50", 5_000), ("19.9", 1_990), ("19.99", 1_999), ("0.01", 1), ("19.990000", 1_999), ("0", 0)]
        {
            assert_eq!(Money::parse(text).map(Money::minor), Ok(cents), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_for_its_reason() {
        for bad in ["", ".5", "5.", "1e3", "NaN", "1,5", "+1", " 1", "1.2.3", "--1"] {
            assert_eq!(Money::parse(bad), Err(MoneyError::Malformed), "{bad:?}");
        }
        for bad in ["-0.01", "100000000.00", "99999999999999999999"] {
            assert_eq!(Money::parse(bad), Err(MoneyError::OutOfRange), "{bad:?}");
        }
        assert_eq!(Money::parse("19.999"), Err(MoneyError::TooFine));
    }

    #[test]
    fn a_price_is_a_cent_at_least() {
        assert_eq!(Money::parse_price("0.01"), Ok(Money::LEAST));
        for bad in ["0", "0.00", "-1"] {
            assert_eq!(Money::parse_price(bad), Err(MoneyError::OutOfRange), "{bad}");
        }
    }
}
