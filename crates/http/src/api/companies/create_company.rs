use actix_web::web::Data;
use portero_application::{
    Application,
    companies::{CreateCompanyError, NewCompany},
};
use portero_domain::{
    secret::Secret,
    text::{Email, ForeignId, Name, Phone},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::CompanyBody;
use crate::api::{
    auth::SuperAdmin,
    body::JsonBody,
    error::{ApiError, ApiResult},
    fields::{Faults, Given},
    wire::{Created, Mode, parse_mode},
};

/// A new company.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewCompany)]
pub(crate) struct Request {
    /// The name.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    nombre: Given<String>,
    /// The e-mail of the company's contact.
    #[schema(value_type = String, format = Email, max_length = 254)]
    contacto_email: Given<String>,
    /// The telephone number of the company's contact.
    #[schema(value_type = Option<String>, max_length = 30, required = false)]
    contacto_telefono: Given<String>,
    /// The private key. It is stored encrypted and never returned.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    conekta_private_key: Given<String>,
    /// The public key. The captive portal shows it to every visitor.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    conekta_public_key: Given<String>,
    /// `test` unless it is given.
    #[schema(value_type = Mode, required = false)]
    conekta_mode: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<NewCompany> {
        let mut faults = Faults::in_body();
        let name = self.nombre.required(&mut faults, "nombre", Name::parse);
        let contact_email = self.contacto_email.required(&mut faults, "contacto_email", Email::parse);
        let contact_phone = self.contacto_telefono.optional_text(&mut faults, "contacto_telefono", Phone::parse);
        let private_key = self.conekta_private_key.optional_text(&mut faults, "conekta_private_key", Secret::parse);
        let public_key = self.conekta_public_key.optional_text(&mut faults, "conekta_public_key", ForeignId::parse);
        let mode = self.conekta_mode.optional(&mut faults, "conekta_mode", parse_mode);
        faults.finish(|| {
            Some(NewCompany {
                name: name?,
                contact_email: contact_email?,
                contact_phone: contact_phone?,
                conekta_mode: mode?.unwrap_or_default(),
                conekta_public_key: public_key?,
                conekta_private_key: private_key?,
            })
        })
    }
}

/// Adds a company
#[utoipa::path(
    post,
    path = "/admin/empresas",
    operation_id = "create_company",
    tag = "Companies",
    request_body = Request,
    responses(
        (status = 201, description = "The company. It is active", body = CompanyBody,
            headers(("Location" = String, description = "The path of the company"))),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Created<CompanyBody>> {
    let company = app.companies.create.execute(body.read()?.parse()?).await?;
    Ok(Created { location: format!("/admin/empresas/{}", company.id), body: company.into() })
}

impl From<CreateCompanyError> for ApiError {
    fn from(error: CreateCompanyError) -> Self {
        match error {
            CreateCompanyError::Storage(error) => error.into(),
            CreateCompanyError::NoFreeId | CreateCompanyError::Vault(_) => Self::internal(error),
        }
    }
}
