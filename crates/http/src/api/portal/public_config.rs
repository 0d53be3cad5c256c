use actix_web::HttpResponse;
use portero_domain::{
    ports::{Admission, AdmittedCompany, AdmittedRouter},
    router::Location,
    text::ForeignId,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{auth::Portal, wire::Mode};

/// The configuration of a portal: its company and its router.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicConfig)]
pub(crate) struct Body<'a> {
    empresa: Company<'a>,
    router: Router<'a>,
}

/// The public data of the portal's company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicCompany)]
pub(crate) struct Company<'a> {
    id: &'a str,
    nombre: &'a str,
    #[schema(required)]
    conekta_public_key: Option<&'a str>,
    #[schema(required)]
    mercadopago_public_key: Option<&'a str>,
    conekta_mode: Mode,
}

/// The portal's router.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicRouter)]
pub(crate) struct Router<'a> {
    id: &'a str,
    nombre: &'a str,
    #[schema(required)]
    ubicacion: Option<&'a str>,
    /// Whether the router is active. The portal of an inactive router is out of service.
    activo: bool,
}

impl<'a> From<&'a Admission> for Body<'a> {
    fn from(Admission { router, company, .. }: &'a Admission) -> Self {
        Self { empresa: company.into(), router: router.into() }
    }
}

impl<'a> From<&'a AdmittedCompany> for Company<'a> {
    fn from(company: &'a AdmittedCompany) -> Self {
        Self {
            id: company.id.as_str(),
            nombre: company.name.as_str(),
            conekta_public_key: company.conekta_public_key.as_ref().map(ForeignId::as_str),
            mercadopago_public_key: company.mercado_pago_public_key.as_ref().map(ForeignId::as_str),
            conekta_mode: Mode(company.conekta_mode),
        }
    }
}

impl<'a> From<&'a AdmittedRouter> for Router<'a> {
    fn from(router: &'a AdmittedRouter) -> Self {
        Self {
            id: router.id.as_str(),
            nombre: router.name.as_str(),
            ubicacion: router.location.as_ref().map(Location::as_str),
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
    responses((status = 200, description = "The company and the router that the key belongs to", body = Body)),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(Portal(admission): Portal) -> HttpResponse {
    HttpResponse::Ok().json(Body::from(&admission))
}
