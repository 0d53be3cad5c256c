//! Amounts in a gateway's JSON, digit by digit. A binary fraction never touches money.

use portero_domain::money::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

/// A decimal amount as JSON writes it: `100.5`, `19.99`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal(pub(super) Money);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// The amount in this JSON value, or nothing when it is no amount of whole hundredths.
pub(super) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| Money::parse(raw.get()).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "decimal")]
        amount: Option<Money>,
    }

    #[test]
    fn an_amount_is_read_and_written_digit_by_digit() {
        for cents in 1..100_000 {
            let money = Money::from_minor(cents).unwrap();
            let written = serde_json::to_string(&Decimal(money)).unwrap();
            let row: Row = serde_json::from_str(&format!(r#"{{"amount":{written}}}"#)).unwrap();
            assert_eq!(row.amount, Some(money));
        }
    }

    #[test]
    fn what_is_no_amount_is_nothing() {
        for bad in [r#"{"amount":"50"}"#, r#"{"amount":1e2}"#, r#"{"amount":0.001}"#, r#"{"amount":null}"#, "{}"] {
            assert_eq!(serde_json::from_str::<Row>(bad).unwrap().amount, None, "{bad}");
        }
        assert_eq!(serde_json::from_str::<Row>(r#"{"amount":100.5}"#).unwrap().amount, Money::from_minor(10_050));
    }
}
