use actix_web::{HttpResponse, web::Data};
use portero_application::Application;
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
    /// The company's own key, or the operator's if the company has no key with Conekta.
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

impl<'a> Body<'a> {
    fn new(Admission { router, company, .. }: &'a Admission, conekta_key: Option<&'a ForeignId>) -> Self {
        Self { empresa: Company::new(company, conekta_key), router: router.into() }
    }
}

impl<'a> Company<'a> {
    fn new(company: &'a AdmittedCompany, conekta_key: Option<&'a ForeignId>) -> Self {
        Self {
            id: company.id.as_str(),
            nombre: company.name.as_str(),
            conekta_public_key: conekta_key.map(ForeignId::as_str),
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
pub(crate) async fn handle(Portal(admission): Portal, app: Data<Application>) -> HttpResponse {
    let conekta_key = app.portal.conekta_public_key(&admission.company);
    HttpResponse::Ok().json(Body::new(&admission, conekta_key))
}
