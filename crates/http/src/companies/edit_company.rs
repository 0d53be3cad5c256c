use actix_web::web::{Data, Json, Path};
use portero_application::{
    Application,
    companies::{CompanySecrets, EditCompanyError},
};
use portero_domain::{
    company::{CompanyEdit, ConektaEdit, MercadoPagoEdit},
    ids::CompanyId,
    secret::Secret,
    text::{Email, ForeignId, Link, Name, Phone},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CompanyBody, company_not_found};
use crate::{
    auth::SuperAdmin,
    body::JsonBody,
    error::{ApiError, ApiResult, ErrorBody},
    fields::{Faults, Given},
    wire::parse_mode,
};

/// Changes to a company. What is left out or null stays; `""` empties what may be empty.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CompanyEdit)]
pub(crate) struct Request {
    /// What it is called.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, required = false)]
    nombre: Given<String>,
    /// Where its people are reached.
    #[schema(value_type = Option<String>, format = Email, max_length = 254, required = false)]
    contacto_email: Given<String>,
    /// Their telephone.
    #[schema(value_type = Option<String>, max_length = 30, required = false)]
    contacto_telefono: Given<String>,
    /// Its logo, for the captive portal.
    #[schema(value_type = Option<String>, max_length = 500, required = false)]
    logo_url: Given<String>,
    /// `test` or `live`.
    #[schema(value_type = Option<String>, required = false)]
    conekta_mode: Given<String>,
    /// The key that the captive portal shows to the world.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    conekta_public_key: Given<String>,
    /// The key that moves money, sealed at rest and never returned.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    conekta_private_key: Given<String>,
    /// `test` or `live`.
    #[schema(value_type = Option<String>, required = false)]
    mercado_pago_mode: Given<String>,
    /// The key that the captive portal shows to the world.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    mercado_pago_public_key: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<(CompanyEdit, CompanySecrets)> {
        let mut faults = Faults::in_body();
        let name = self.nombre.optional(&mut faults, "nombre", Name::parse);
        let contact_email = self.contacto_email.optional(&mut faults, "contacto_email", Email::parse);
        let contact_phone = self.contacto_telefono.change(&mut faults, "contacto_telefono", Phone::parse);
        let logo = self.logo_url.change(&mut faults, "logo_url", Link::parse);
        let conekta_mode = self.conekta_mode.optional(&mut faults, "conekta_mode", parse_mode);
        let conekta_key = self.conekta_public_key.change(&mut faults, "conekta_public_key", ForeignId::parse);
        let private_key = self.conekta_private_key.change(&mut faults, "conekta_private_key", Secret::parse);
        let mercado_mode = self.mercado_pago_mode.optional(&mut faults, "mercado_pago_mode", parse_mode);
        let mercado_key = self.mercado_pago_public_key.change(&mut faults, "mercado_pago_public_key", ForeignId::parse);
        faults.finish(|| {
            let edit = CompanyEdit {
                name: name?,
                contact_email: contact_email?,
                contact_phone: contact_phone?,
                logo: logo?,
                conekta: ConektaEdit { mode: conekta_mode?, public_key: conekta_key? },
                mercado_pago: MercadoPagoEdit { mode: mercado_mode?, public_key: mercado_key? },
                ..CompanyEdit::default()
            };
            Some((edit, CompanySecrets { conekta_private_key: private_key?, ..CompanySecrets::default() }))
        })
    }
}

/// Edits a company
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}",
    operation_id = "edit_company",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    request_body = Request,
    responses(
        (status = 200, description = "The company as it is now", body = CompanyBody),
        (status = 404, description = "There is no such company", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<String>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<CompanyBody>> {
    let (edit, secrets) = body.read()?.parse()?;
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    Ok(Json(app.edit_company.execute(company, edit, secrets).await?.into()))
}

impl From<EditCompanyError> for ApiError {
    fn from(error: EditCompanyError) -> Self {
        match error {
            EditCompanyError::NotFound => company_not_found(),
            EditCompanyError::Vault(error) => Self::internal(error),
            EditCompanyError::Storage(error) => error.into(),
        }
    }
}
