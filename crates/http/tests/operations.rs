//! Every operation of the document, for tests that try all of them.

use portero_domain::api_key::{ApiKey, Usage};
use portero_http::api::openapi;
use portero_testkit::{
    Tables,
    builders::{a_key, a_product},
};
use serde_json::Value;

use crate::support::{Call, Response, TestApp, example};

/// An operation of the document.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    /// The path with the values of the examples.
    pub(crate) path: String,
    pub(crate) credential: Credential,
    /// Whether it takes a body of JSON.
    pub(crate) has_body: bool,
    pub(crate) document: Value,
}

/// Whose credential an operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    Nobodys,
    AnyUsers,
    SuperAdmins,
    CompanyAdmins,
    Routers,
}

/// The whole document as JSON.
pub(crate) fn document() -> Value {
    serde_json::from_str(&openapi::document().to_json().unwrap()).unwrap()
}

/// Every operation of the document.
pub(crate) fn operations() -> Vec<Operation> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| item.as_object().unwrap().iter().map(|at| operation(path, at))).collect()
}

/// Whether a path is for the admins of a company. One path is outside of the others, because older panels know it there.
pub(crate) fn is_of_company_admins(path: &str) -> bool {
    path.starts_with("/api/v1/admin/") || path == "/api/v1/payments/configurar-credenciales"
}

fn operation(path: &str, (method, document): (&String, &Value)) -> Operation {
    let credential = match document["security"][0].as_object().and_then(|schemes| schemes.keys().next()) {
        None => Credential::Nobodys,
        Some(scheme) if scheme == openapi::ROUTER_KEY => Credential::Routers,
        Some(_) if path.starts_with("/admin/") => Credential::SuperAdmins,
        Some(_) if is_of_company_admins(path) => Credential::CompanyAdmins,
        Some(_) => Credential::AnyUsers,
    };
    let values = [
        ("{empresa_id}", "EMP_3A9F1C0B2D"),
        ("{router_id}", "RTR_A1B2C3D4"),
        ("{key_id}", "key_a1b2c3d4e5f6g7h8"),
        ("{usuario_id}", "2"),
        ("{producto_id}", "1"),
        ("{transaccion_id}", "1"),
        ("{payment_id}", "1320482764"),
        // The token of the examples' company.
        ("{webhook_token}", "00000000000000000000003a9f1c0b2d"),
        ("{file}", "logo_EMP_3A9F1C0B2D_a1b2c3.png"),
    ];
    let filled = values.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    assert!(!filled.contains('{'), "a variable without a value: {filled}");
    Operation {
        id: document["operationId"].as_str().unwrap().to_owned(),
        method: method.to_uppercase(),
        path: filled,
        credential,
        has_body: document["requestBody"]["content"]["application/json"].is_object(),
        document: document.clone(),
    }
}

/// The tables without the counts of the gate. The gate counts every admitted request, whatever its result.
pub(crate) fn uncounted(mut tables: Tables) -> Tables {
    for row in &mut tables.keys {
        let mut parts = row.key.parts().clone();
        parts.usage = Usage::default();
        row.key = ApiKey::restore(parts);
    }
    tables
}

/// The examples' company with its people, router, key and product, and everybody's credentials.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) super_admin: String,
    pub(crate) company_admin: String,
    pub(crate) key: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        app.with_router().given(|store| store.with_product(a_product().build()));
        let (super_admin, company_admin) = (app.super_admin(), app.company_admin());
        let key = app.with_key(a_key().build());
        Self { app, super_admin, company_admin, key }
    }

    /// A call of this operation without credential and body.
    pub(crate) fn bare(&self, operation: &Operation) -> Call<'_> {
        self.app.call(&operation.method, &operation.path)
    }

    /// A call of this operation with a good credential and no body.
    pub(crate) fn by_its_caller(&self, operation: &Operation) -> Call<'_> {
        let call = self.bare(operation);
        match operation.credential {
            Credential::Nobodys => call,
            Credential::AnyUsers | Credential::SuperAdmins => call.bearer(&self.super_admin),
            Credential::CompanyAdmins => call.bearer(&self.company_admin),
            Credential::Routers => call.key(&self.key),
        }
    }

    /// The response of a request that must not change the store. The count of its admission may change.
    pub(crate) async fn unchanged(&self, call: Call<'_>) -> Response {
        let before = uncounted(self.app.store.tables());
        let response = call.await;
        assert_eq!(uncounted(self.app.store.tables()), before, "the store was changed: {response:?}");
        response
    }

    /// A call of this operation as the examples have it.
    pub(crate) fn as_documented(&self, operation: &Operation) -> Call<'_> {
        let call = self.by_its_caller(operation);
        if operation.has_body { call.json(&example(&format!("{} request", operation.id))) } else { call }
    }
}
