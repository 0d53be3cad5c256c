//! A company and what belongs to it, made over HTTP as its super admin makes it.

use serde_json::{Value, json};

use super::{
    client::Client,
    program::{ADMIN, PASSWORD, Server},
};

/// The password of every router here, to be looked for where it must not be.
pub(crate) const ROUTER_PASSWORD: &str = "router-password-of-the-tests";

/// A company with one router.
pub(crate) struct Tenant {
    /// The super admin.
    pub(crate) admin: Client,
    pub(crate) company: String,
    pub(crate) router: String,
    /// The router's key.
    pub(crate) key: String,
}

impl Tenant {
    /// A fresh one.
    pub(crate) fn of(server: &Server) -> Self {
        let admin = server.client().log_in(ADMIN, PASSWORD);
        let company = admin.post("/admin/empresas", &new_company()).expect(201).text("id").to_owned();
        let created = admin.post(&format!("/admin/empresas/{company}/routers"), &new_router(&company)).expect(201);
        let (router, key) = (created.text("id").to_owned(), created.text("api_key").to_owned());
        Self { admin, company, router, key }
    }

    /// Where its routers are.
    pub(crate) fn routers(&self) -> String {
        format!("/admin/empresas/{}/routers", self.company)
    }

    /// Where its router is.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.routers(), self.router)
    }

    /// Where to switch it on or off.
    pub(crate) fn toggle(&self) -> String {
        format!("{}/toggle-activo", self.path())
    }

    /// Where to regenerate its key.
    pub(crate) fn regenerate(&self) -> String {
        format!("{}/regenerate-api-key", self.path())
    }
}

/// A company to be created.
pub(crate) fn new_company() -> Value {
    json!({
        "nombre": "Hotel Central",
        "contacto_email": "contacto@hotelcentral.mx",
        "contacto_telefono": "+52 55 1234 5678",
        "conekta_private_key": CONEKTA_PRIVATE_KEY,
        "conekta_public_key": "key_pub_conekta",
        "conekta_mode": "test",
    })
}

/// The private key of every company here, to be looked for where it must not be.
pub(crate) const CONEKTA_PRIVATE_KEY: &str = "key_private_conekta_of_the_tests";

/// A router to be registered.
pub(crate) fn new_router(company: &str) -> Value {
    json!({
        "empresa_id": company,
        "nombre": "Router Principal",
        "host": "192.168.88.1",
        "puerto": 8728,
        "usuario": "admin",
        "password": ROUTER_PASSWORD,
        "ubicacion": "Lobby Piso 1",
    })
}
