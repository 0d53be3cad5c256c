//! The OpenAPI document and the examples: complete and consistent.

use std::collections::BTreeSet;

use portero_domain::{
    hotspot::Mac,
    ids::{CompanyId, KeyId, RouterId},
    network::{CertificateFingerprint, Host},
};
use portero_http::api::openapi;
use regex::Regex;
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
        if !response["content"]["application/json"].is_object() {
            continue;
        }
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

/// Whether a value fits a schema, as far as the document's schemas go: types, patterns, enums, fields and which of them are
/// required.
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
    let is_one_of = schema["enum"].as_array().is_none_or(|values| values.contains(value) || value.is_null());
    let has_form = || match (schema["pattern"].as_str(), value.as_str()) {
        (Some(pattern), Some(text)) => Regex::new(pattern).unwrap().is_match(text),
        _ => true,
    };
    right_type
        && is_one_of
        && has_form()
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

/// Every text and number of the document with its place: parameters, and fields of schemas.
fn described() -> Vec<(String, String, Value)> {
    let document = document();
    let mut found = Vec::new();
    for operation in operations() {
        for parameter in operation.document["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap().to_owned();
            found.push((operation.id.clone(), name, parameter["schema"].clone()));
        }
    }
    for (schema, description) in document["components"]["schemas"].as_object().unwrap() {
        let parts = description["allOf"].as_array().into_iter().flatten().chain([description]);
        let fields = parts.filter_map(|part| part["properties"].as_object()).flatten();
        found.extend(fields.map(|(name, field)| (schema.clone(), name.clone(), field.clone())));
    }
    found
}

#[test]
fn every_id_host_and_fingerprint_says_its_form() {
    // Ids that other systems gave, and those of requests and cursors.
    let foreign = [
        "perfil_mikrotik_id",
        "session_id",
        "chat_id",
        "telegram_chat_id",
        "transaccion_id",
        "request_id",
        "user_id",
        "payment_id",
        "payment_method_id",
        "issuer_id",
        "device_id",
        "currency_id",
    ];
    let of_any_form = ["HotspotProfile", "GuestDetails", "DamagedRow"];
    let mut forms = 0;
    for (place, name, schema) in described() {
        let own = name == "id" && !of_any_form.contains(&place.as_str()) || name.ends_with("_id") || name == "host";
        if own && !foreign.contains(&name.as_str()) {
            let is_number = schema["type"] == "integer" && schema["minimum"] == 1;
            assert!(is_number || schema["pattern"].is_string(), "{name} of {place} has no form: {schema}");
            forms += 1;
        }
        let is_shown = name.starts_with("huella_") && place != "CertificateConfirmation";
        assert!(!is_shown || schema["pattern"] == "^[0-9a-f]{64}$", "{name} of {place}: {schema}");
    }
    assert!(forms > 60, "the test found only {forms} of them");
}

#[test]
fn every_state_mode_role_and_currency_lists_its_words() {
    let document = document();
    let listed = [
        "estado",
        "estado_pago",
        "conekta_mode",
        "mercado_pago_mode",
        "mode",
        "rol",
        "moneda",
        "tipo_usuario",
        "auto_conexion",
    ];
    let mut seen = BTreeSet::new();
    for (place, name, schema) in described().into_iter().filter(|(_, name, _)| listed.contains(&name.as_str())) {
        let choices = ["oneOf", "anyOf"].iter().find_map(|choice| schema[*choice].as_array());
        let schema =
            choices.and_then(|choices| choices.iter().find(|choice| choice["$ref"].is_string())).unwrap_or(&schema);
        let reference = schema["$ref"].as_str().map(|reference| document.pointer(&reference[1..]).unwrap());
        // The result of a log-in after a purchase is an object with its own `estado`.
        if reference.is_some_and(|object| object["type"] == "object") {
            continue;
        }
        let words = &reference.unwrap_or(schema)["enum"];
        assert!(words.as_array().is_some_and(|words| words.len() > 1), "{name} of {place} has no words: {schema}");
        seen.insert(name);
    }
    assert_eq!(seen.len(), listed.len(), "{seen:?}");
}

#[test]
fn the_document_and_the_domain_agree_on_what_is_an_id() {
    let agree = |pattern: &str, parse: &dyn Fn(&str) -> bool, texts: &[&str]| {
        let pattern = Regex::new(pattern).unwrap();
        for text in texts {
            assert_eq!(pattern.is_match(text), parse(text), "{text:?} and {pattern}");
        }
    };
    let texts = [
        "EMP_3A9F1C0B2D",
        "EMP_3A9F1C0B2",
        "EMP_3A9F1C0B2D0",
        "EMP_3a9f1c0b2d",
        "emp_3A9F1C0B2D",
        " EMP_3A9F1C0B2D",
        "EMP_3A9F1C0B2D\n",
        "RTR_A1B2C3D4",
        "RTR_A1B2C3D",
        "RTR_A1B2C3G4",
        "RTR_",
        "key_a1b2c3d4e5f6g7h8",
        "key_1",
        "key_",
        "key_A",
        "key_\u{e9}",
        "",
        "\u{ff11}",
    ];
    agree(CompanyId::PATTERN, &|text| CompanyId::parse(text).is_some(), &texts);
    agree(RouterId::PATTERN, &|text| RouterId::parse(text).is_some(), &texts);
    agree(KeyId::PATTERN, &|text| KeyId::parse(text).is_some(), &texts);
    let host_form = Regex::new(Host::PATTERN).unwrap();
    for host in ["192.168.88.1", "fe80::1", "::ffff:10.0.0.1", "router", "r-1.hotel.mx", &"a.".repeat(126)[..251]] {
        assert!(Host::parse(host).is_ok() && host_form.is_match(host), "{host}");
    }
    for none in ["", "a b", "a_b", "[::1]", "http://host", &"a".repeat(254)] {
        assert!(Host::parse(none).is_err() && !host_form.is_match(none), "{none}");
    }
    let written = CertificateFingerprint::new([0xAB; 32]).to_string();
    assert!(Regex::new(CertificateFingerprint::PATTERN).unwrap().is_match(&written));
    let written = "da:7b:4f:12:34:56".parse::<Mac>().unwrap().to_string();
    assert!(Regex::new(Mac::PATTERN).unwrap().is_match(&written));
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
        // A password and a signature are credentials too.
        let has_own_credential = operation.path.ends_with("/login") || operation.path.contains("/webhook/");
        assert_eq!(has("401"), operation.credential != Credential::Nobodys || has_own_credential, "{}", operation.id);
        let of_a_role = matches!(operation.credential, Credential::SuperAdmins | Credential::CompanyAdmins);
        assert!(!of_a_role || has("403"), "{}", operation.id);
        assert!(!operation.has_body || (has("413") && has("415") && has("422")), "{}", operation.id);
    }
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes[openapi::SESSION]["scheme"], "bearer");
    let key = &schemes[openapi::ROUTER_KEY];
    assert!(key["in"] == "header" && key["name"] == "X-API-Key", "{key}");
}
