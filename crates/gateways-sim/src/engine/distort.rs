//! Responses that say something else than what was done.

use serde_json::{Number, Value, json};

use crate::wire::Reply;

pub(super) fn amount(reply: Reply) -> Reply {
    let higher = |number: &Number| {
        if let Some(whole) = number.as_i64() {
            return json!(whole + 1);
        }
        let text = number.to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
        let raised = format!("{}.{part}", whole.parse::<i64>().unwrap_or_default() + 1);
        serde_json::from_str(&raised).unwrap_or(Value::Null)
    };
    changed(reply, &["amount", "transaction_amount"], &|value| match value {
        Value::Number(number) => higher(number),
        other => other.clone(),
    })
}

pub(super) fn currency(reply: Reply) -> Reply {
    changed(reply, &["currency", "currency_id"], &|_| json!("USD"))
}

pub(super) fn mode(reply: Reply) -> Reply {
    changed(reply, &["livemode", "live_mode"], &|value| json!(value == &json!(false)))
}

fn changed(mut reply: Reply, names: &[&str], change: &dyn Fn(&Value) -> Value) -> Reply {
    if let Ok(mut body) = serde_json::from_slice(&reply.body) {
        walk(&mut body, names, change);
        reply.body = body.to_string().into_bytes();
    }
    reply
}

fn walk(value: &mut Value, names: &[&str], change: &dyn Fn(&Value) -> Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if names.contains(&name.as_str()) {
                    *field = change(field);
                } else {
                    walk(field, names, change);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, names, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(reply: &Reply) -> Value {
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[test]
    fn a_distorted_response_differs_in_one_thing_only() {
        let honest = Reply::json(200, &json!({ "amount": 100, "currency": "MXN", "charges": [{ "amount": 100 }] }));
        let seen = body(&amount(honest.clone()));
        assert_eq!(seen, json!({ "amount": 101, "currency": "MXN", "charges": [{ "amount": 101 }] }));
        assert_eq!(body(&currency(honest))["currency"], "USD");
        let other = Reply::json(200, &json!({ "transaction_amount": 10.29, "live_mode": false }));
        assert_eq!(body(&amount(other.clone()))["transaction_amount"], json!(11.29));
        assert_eq!(body(&mode(other))["live_mode"], true);
    }
}
