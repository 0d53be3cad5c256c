//! Amounts as whole cents. Mercado Pago writes decimals; no arithmetic on floating point numbers happens here.

use serde_json::{Number, Value};

/// The cents of a decimal number with at most two decimals.
pub(crate) fn cents(number: &Number) -> Option<i64> {
    let text = number.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = match part.len() {
        0 => 0,
        1 => part.parse::<i64>().ok()? * 10,
        2 => part.parse::<i64>().ok()?,
        _ => return None,
    };
    let whole: i64 = whole.parse().ok()?;
    (whole >= 0 && !text.starts_with('-')).then(|| whole.checked_mul(100)?.checked_add(part)).flatten()
}

/// The decimal number of these cents.
pub(crate) fn decimal(cents: i64) -> Value {
    let text =
        if cents % 100 == 0 { format!("{}", cents / 100) } else { format!("{}.{:02}", cents / 100, cents % 100) };
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_up_to_a_thousand_is_read_and_written_exactly() {
        for price in 1..=100_000 {
            let Value::Number(number) = decimal(price) else { panic!("{price}") };
            assert_eq!(cents(&number), Some(price));
        }
        for text in ["-1", "1.001", "1e30", "-0.5"] {
            assert_eq!(cents(&serde_json::from_str(text).unwrap()), None, "{text}");
        }
    }
}
