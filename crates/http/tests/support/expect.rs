//! Comparing responses with `docs/wire.md`.

use std::sync::LazyLock;

use portero_http::api::openapi;
use serde_json::{Map, Value, json};

use super::{Call, Response, TestApp};

/// The table of refusals in `docs/wire.md`: code and status, and the sentences.
static REFUSALS: LazyLock<Vec<(&str, &str, Vec<&str>)>> = LazyLock::new(|| {
    let rows = include_str!("../../../../docs/wire.md").lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let mut cells = row.split('|').map(str::trim);
        Some((cells.next()?.trim_end_matches('`'), cells.next()?, cells.next()?.split(" / ").collect()))
    })
    .collect()
});

/// Whether the table of refusals has this one, sentence and all.
pub(super) fn is_documented(status: u16, refusal: &Map<String, Value>) -> bool {
    let fits = |written: &str, sentence: &str| match written.split_once('…') {
        Some((before, rest)) => {
            let after = rest.rsplit('…').next().unwrap_or(rest);
            sentence.starts_with(before) && sentence.ends_with(after)
        }
        None => sentence == written,
    };
    REFUSALS.iter().any(|(code, documented, sentences)| {
        refusal["code"] == *code
            && status.to_string() == *documented
            && refusal["detail"].as_str().is_none_or(|detail| sentences.iter().any(|written| fits(written, detail)))
    })
}

/// The example of this name in `docs/wire.md`, to be sent.
pub(crate) fn example(name: &str) -> Value {
    serde_json::from_str(example_text(name)).unwrap()
}

fn example_text(name: &str) -> &'static str {
    openapi::examples().get(name).unwrap_or_else(|| panic!("docs/wire.md has no example {name:?}"))
}

/// The answer is the example of this name letter by letter: values, their order, the digits of numbers.
#[track_caller]
pub(crate) fn assert_example(response: &Response, name: &str) {
    assert_eq!(pretty(&response.body), pretty(&example(name)), "{name}");
    assert_eq!(response.text, compact(example_text(name)), "{name}");
    let status = name.split(' ').nth(1).unwrap();
    assert_eq!(response.status.to_string(), status, "{name}");
}

/// The answer is this refusal and nothing else.
#[track_caller]
pub(crate) fn assert_error(response: &Response, status: u16, code: &str, text: &str) {
    assert_eq!((response.status, &response.body), (status, &json!({ "detail": text, "code": code })));
}

/// The answer names these faults, such as `("body.puerto", "int_type")`, in this order, and no others.
#[track_caller]
pub(crate) fn assert_fields(response: &Response, faults: &[(&str, &str)]) {
    assert_eq!((response.status, &response.body["code"]), (422, &json!("validation_error")), "{response:?}");
    let found: Vec<_> = response.body["detail"].as_array().unwrap().iter().map(fault).collect();
    let found: Vec<_> = found.iter().map(|(place, kind)| (place.as_str(), kind.as_str())).collect();
    assert_eq!(found, faults);
}

fn fault(fault: &Value) -> (String, String) {
    assert!(fault["msg"].as_str().is_some_and(|msg| !msg.is_empty()), "{fault}");
    let place: Vec<_> = fault["loc"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
    (place.join("."), fault["type"].as_str().unwrap().to_owned())
}

fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap()
}

/// The same JSON without the blanks between its parts.
fn compact(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let wanted = |letter: &char| {
        let kept = quoted || !letter.is_whitespace();
        if *letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && *letter == '\\' && !escaped;
        kept
    };
    json.chars().filter(wanted).collect()
}

/// Sends a good body with each of these invalid fields alone, and then with the first invalid value of every field. The
/// response must name them, and the store must not change. A null value removes the field.
pub(crate) async fn assert_faulty<'a>(call: impl Fn() -> Call<'a>, good: &Value, faults: &[(&str, Value, &str)]) {
    let with = |body: &mut Value, field: &str, value: &Value| match value {
        Value::Null => drop(body.as_object_mut().unwrap().remove(field)),
        value => body[field] = value.clone(),
    };
    let mut together = (good.clone(), Vec::new());
    for (field, value, kind) in faults {
        let mut body = good.clone();
        with(&mut body, field, value);
        let place = format!("body.{field}");
        let call = call().json(&body);
        let app = call.app;
        assert_fields(&app.unchanged(call).await, &[(place.as_str(), *kind)]);
        if !together.1.iter().any(|(named, _)| *named == place) {
            with(&mut together.0, field, value);
            together.1.push((place, *kind));
        }
    }
    let named: Vec<_> = together.1.iter().map(|(place, kind)| (place.as_str(), *kind)).collect();
    let call = call().json(&together.0);
    let app = call.app;
    assert_fields(&app.unchanged(call).await, &named);
}

/// Every one of these calls, made by a person of the other role, is refused in these words and changes nothing.
pub(crate) async fn assert_other_role(app: &TestApp, token: &str, calls: &[(&str, &str)], text: &str) {
    for (method, path) in calls {
        let response = app.unchanged(app.call(method, path).bearer(token).json(&json!({}))).await;
        assert_error(&response, 403, "role_required", text);
    }
}
