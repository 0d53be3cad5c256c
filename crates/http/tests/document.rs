//! The OpenAPI document and the examples: complete, and true of each other.

use std::collections::BTreeSet;

use portero_http::api::openapi;
use serde_json::Value;

use crate::{
    operations::{Credential, document, operations},
    support::example,
};

#[test]
fn every_example_is_json_and_belongs_to_an_operation_and_what_it_may_answer() {
    let operations = operations();
    for name in openapi::examples().keys() {
        let (id, what) = name.split_once(' ').unwrap();
        let operation = operations.iter().find(|operation| operation.id == id);
        let operation = operation.unwrap_or_else(|| panic!("no operation has the example {name}"));
        let what = what.split(' ').next().unwrap();
        let known =
            if what == "request" { operation.has_body } else { operation.document["responses"][what].is_object() };
        assert!(known, "the operation has nothing that {name} could be an example of");
        example(name);
    }
}

#[test]
fn every_operation_shows_an_example_of_its_success_and_of_its_request() {
    for operation in operations() {
        let responses = operation.document["responses"].as_object().unwrap();
        let success = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
        let (status, response) = success;
        let shown = &response["content"]["application/json"]["example"];
        assert_eq!(*shown, example(&format!("{} {status}", operation.id)), "{}", operation.id);
        if operation.has_body {
            let shown = &operation.document["requestBody"]["content"]["application/json"]["example"];
            assert_eq!(*shown, example(&format!("{} request", operation.id)), "{}", operation.id);
        }
    }
}

#[test]
fn every_example_fits_the_schema_that_it_is_an_example_of() {
    let document = document();
    for operation in operations() {
        let responses = operation.document["responses"].as_object().unwrap().iter();
        let contents = responses.map(|(status, response)| (status.as_str(), &response["content"]));
        for (what, content) in contents.chain([("request", &operation.document["requestBody"]["content"])]) {
            let Some(schema) = content["application/json"].get("schema") else { continue };
            let prefix = format!("{} {what}", operation.id);
            for name in openapi::examples().into_keys().filter(|name| name.starts_with(&prefix)) {
                assert!(fits(&document, schema, &example(name)), "{name} does not fit {schema}");
            }
        }
    }
}

/// Whether a value fits a schema, as far as the document's schemas go: types, fields and which of them are required.
fn fits(document: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(document, document.pointer(&reference[1..]).unwrap(), value);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(schemas) = schema[choice].as_array() {
            return schemas.iter().any(|schema| fits(document, schema, value));
        }
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |wanted: &Value| *wanted == kind || (*wanted == "number" && kind == "integer");
    let right_type = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        Value::Null => true,
        wanted => is(wanted),
    };
    right_type
        && match value {
            Value::Array(items) => items.iter().all(|item| fits(document, &schema["items"], item)),
            Value::Object(fields) => {
                let known = |field: &String| schema["properties"].get(field);
                let open = schema.get("properties").is_none();
                let required = schema["required"].as_array().into_iter().flatten();
                fields.iter().all(|(name, value)| known(name).map_or(open, |schema| fits(document, schema, value)))
                    && required.filter_map(Value::as_str).all(|name| fields.contains_key(name))
            }
            _ => true,
        }
}

#[test]
fn every_refusal_has_the_one_schema() {
    for operation in operations() {
        for (status, response) in operation.document["responses"].as_object().unwrap() {
            if status.starts_with(['4', '5']) {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Error", "{} {status}", operation.id);
            }
        }
    }
    let document = document();
    let error = &document["components"]["schemas"]["Error"];
    for (json, good) in [
        (r#"{"detail": "Recurso no encontrado", "code": "not_found"}"#, true),
        (r#"{"detail": "Error interno del servidor.", "code": "internal_error", "request_id": "1"}"#, true),
        (
            r#"{"detail": [{"loc": ["body", "puerto"], "msg": "Campo requerido", "type": "missing"}], "code": "x"}"#,
            true,
        ),
        (r#"{"detail": "Recurso no encontrado"}"#, false),
        (r#"{"detail": 1, "code": "not_found"}"#, false),
        (r#"{"detail": "", "code": "not_found", "trace": ""}"#, false),
    ] {
        assert_eq!(fits(&document, error, &serde_json::from_str(json).unwrap()), good, "{json}");
    }
}

#[test]
fn every_operation_says_what_it_asks_for_and_how_it_may_refuse() {
    let document = document();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let has = |status: &str| operation.document["responses"][status].is_object();
        assert!(ids.insert(operation.id.clone()), "two operations are called {}", operation.id);
        assert!(operation.document["summary"].is_string() && operation.document["tags"][0].is_string());
        assert!(has("500"), "{}", operation.id);
        for parameter in operation.document["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["schema"].is_object(), "{} of {} is of no type", parameter["name"], operation.id);
        }
        assert_eq!(has("401") || operation.path.ends_with("/login"), {
            operation.credential != Credential::Nobodys || operation.path.ends_with("/login")
        });
        let of_a_role = matches!(operation.credential, Credential::SuperAdmins | Credential::CompanyAdmins);
        assert!(!of_a_role || has("403"), "{}", operation.id);
        assert!(!operation.has_body || (has("413") && has("415") && has("422")), "{}", operation.id);
    }
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes[openapi::SESSION]["scheme"], "bearer");
    let key = &schemes[openapi::ROUTER_KEY];
    assert!(key["in"] == "header" && key["name"] == "X-API-Key", "{key}");
}
