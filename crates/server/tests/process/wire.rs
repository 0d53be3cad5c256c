//! The answers that `docs/wire.md` shows.

use serde_json::Value;

const WIRE: &str = include_str!("../../../../docs/wire.md");

/// Holds an answer against the block of this name: the same fields in the same order, each of the same kind.
#[track_caller]
pub(crate) fn has_the_shape_of(body: &Value, block: &str) {
    let opening = format!("```json {block}\n");
    let (_, rest) = WIRE.split_once(&opening).unwrap_or_else(|| panic!("docs/wire.md shows no {block}"));
    let (documented, _) = rest.split_once("\n```").unwrap();
    let documented: Value = serde_json::from_str(documented).unwrap();
    assert!(alike(&documented, body), "{block}: {documented} is documented, and {body} is answered");
}

/// Whether two values are of one shape. Where either has nothing, the other may have anything.
fn alike(documented: &Value, answered: &Value) -> bool {
    match (documented, answered) {
        (Value::Object(documented), Value::Object(answered)) => {
            documented.keys().eq(answered.keys())
                && documented.values().zip(answered.values()).all(|(d, a)| alike(d, a))
        }
        (Value::Array(documented), Value::Array(answered)) => {
            documented.first().is_none_or(|first| answered.iter().all(|item| alike(first, item)))
        }
        (Value::Null, _)
        | (_, Value::Null)
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => true,
        _ => false,
    }
}
