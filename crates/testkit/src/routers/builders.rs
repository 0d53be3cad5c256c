use portero_domain::{
    Timestamp,
    ids::CompanyId,
    network::{CertificateFingerprint, Endpoint, Host, Port},
    ports::{SecretPlace, Vault},
    router::{ApiUsername, Credentials, Location, Router},
    secret::{Sealed, Secret},
};

use crate::FakeVault;
use crate::builders::{company_id, name, router_id, start};

/// The router `RTR_A1B2C3D4` of [`crate::builders::a_company`], "Router Principal" in the "Lobby Piso 1", active, at 192.168.88.1:8728.
pub fn a_router() -> RouterBuilder {
    RouterBuilder(Router {
        id: router_id("RTR_A1B2C3D4"),
        company: company_id("EMP_3A9F1C0B2D"),
        name: name("Router Principal"),
        endpoint: Endpoint::new(Host::parse("192.168.88.1").expect("a host"), Port::API, None),
        certificate: None,
        credentials: Credentials {
            username: ApiUsername::parse("admin").expect("a username"),
            password: password_of("RTR_A1B2C3D4"),
            old_login: false,
        },
        location: Location::parse("Lobby Piso 1").ok(),
        notes: None,
        active: true,
        created_at: start(),
    })
}

fn password_of(router: &str) -> Sealed {
    let place = SecretPlace::RouterPassword(company_id("EMP_3A9F1C0B2D"), router_id(router));
    FakeVault::default().encrypt(&Secret::new("secure_password".to_owned()), &place).expect("a vault that seals")
}

/// Makes a router. Its password is `secure_password`, sealed by [`FakeVault`].
#[derive(Clone, Debug)]
pub struct RouterBuilder(Router);

impl RouterBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.0.id = router_id(id);
        self.0.credentials.password = password_of(id);
        self
    }

    /// Of this company.
    #[must_use]
    pub fn of(mut self, company: &CompanyId) -> Self {
        self.0.company = company.clone();
        self
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, text: &str) -> Self {
        self.0.name = name(text);
        self
    }

    /// Standing nowhere in particular.
    #[must_use]
    pub fn without_location(mut self) -> Self {
        self.0.location = None;
        self
    }

    /// Inactive.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.0.active = false;
        self
    }

    /// Reached over TLS, at port 8729.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.0.endpoint = Endpoint::new(self.0.endpoint.host, Port::API_TLS, None);
        self
    }

    /// With this certificate confirmed.
    #[must_use]
    pub fn confirmed(mut self, certificate: CertificateFingerprint) -> Self {
        self.0.certificate = Some(certificate);
        self
    }

    /// Registered at this moment.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.0.created_at = at;
        self
    }

    /// The router.
    pub fn build(self) -> Router {
        self.0
    }
}
