use actix_web::web::Json;
use portero_domain::ports::{Admission, AdmittedCompany, AdmittedRouter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::Portal, wire};

/// What a portal needs to show itself and to take cards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicConfig)]
pub(crate) struct Body {
    empresa: Company,
    router: Router,
}

/// The portal's company, as far as the world may see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicCompany)]
pub(crate) struct Company {
    id: String,
    nombre: String,
    #[schema(required)]
    conekta_public_key: Option<String>,
    #[schema(required)]
    mercadopago_public_key: Option<String>,
    /// `test` or `live`.
    #[schema(value_type = String, example = "test")]
    conekta_mode: &'static str,
}

/// The portal's router.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicRouter)]
pub(crate) struct Router {
    id: String,
    nombre: String,
    #[schema(required)]
    ubicacion: Option<String>,
    /// Whether it sells; if not, the portal is out of service.
    activo: bool,
}

impl From<Admission> for Body {
    fn from(Admission { router, company, .. }: Admission) -> Self {
        Self { empresa: company.into(), router: router.into() }
    }
}

impl From<AdmittedCompany> for Company {
    fn from(company: AdmittedCompany) -> Self {
        Self {
            id: company.id.to_string(),
            nombre: company.name.as_str().to_owned(),
            conekta_public_key: company.conekta_public_key.map(|key| key.as_str().to_owned()),
            mercadopago_public_key: company.mercado_pago_public_key.map(|key| key.as_str().to_owned()),
            conekta_mode: wire::mode(company.conekta_mode),
        }
    }
}

impl From<AdmittedRouter> for Router {
    fn from(router: AdmittedRouter) -> Self {
        Self {
            id: router.id.to_string(),
            nombre: router.name.as_str().to_owned(),
            ubicacion: router.location.map(|location| location.as_str().to_owned()),
            activo: router.active,
        }
    }
}

/// Shows the portal's company and router
#[utoipa::path(
    get,
    path = "/api/v1/config/public",
    operation_id = "public_config",
    tag = "Portal",
    responses((status = 200, description = "The company and the router of the key", body = Body)),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(Portal(admission): Portal) -> Json<Body> {
    Json(admission.into())
}
