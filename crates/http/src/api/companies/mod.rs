//! The companies, for super admins.

mod changes;
pub(crate) mod company_stats;
pub(crate) mod create_company;
pub(crate) mod edit_company;
pub(crate) mod find_company;
pub(crate) mod list_companies;
pub(crate) mod switch_company;
pub(crate) mod system_dashboard;
pub(crate) mod toggle_company;

pub(crate) use self::changes::{CompanyChanges, edit, unless_hidden};
use portero_domain::{company::Company, ids::CompanyId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    error::ApiError,
    wire::{Mode, Moment},
};

/// A company, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Company)]
pub(crate) struct CompanyBody {
    id: String,
    nombre: String,
    contacto_email: String,
    #[schema(required)]
    contacto_telefono: Option<String>,
    #[schema(required)]
    logo_url: Option<String>,
    conekta_mode: Mode,
    #[schema(required)]
    conekta_public_key: Option<String>,
    mercado_pago_mode: Mode,
    #[schema(required)]
    mercado_pago_public_key: Option<String>,
    /// Whether a buyer's bank may ask for a confirmation (3DS).
    permite_3ds: bool,
    /// Whether the company is active. The API keys of an inactive company are rejected.
    activa: bool,
    creada_en: Moment,
}

impl From<Company> for CompanyBody {
    fn from(company: Company) -> Self {
        Self {
            id: company.id.to_string(),
            nombre: company.name.as_str().to_owned(),
            contacto_email: company.contact_email.as_str().to_owned(),
            contacto_telefono: company.contact_phone.map(|phone| phone.as_str().to_owned()),
            logo_url: company.logo.map(|logo| logo.as_str().to_owned()),
            conekta_mode: Mode(company.conekta.mode),
            conekta_public_key: company.conekta.public_key.map(|key| key.as_str().to_owned()),
            mercado_pago_mode: Mode(company.mercado_pago.mode),
            mercado_pago_public_key: company.mercado_pago.public_key.map(|key| key.as_str().to_owned()),
            permite_3ds: company.three_ds,
            activa: company.active,
            creada_en: company.created_at.into(),
        }
    }
}

/// The company of a summary.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanySummary)]
pub(crate) struct CompanySummary {
    id: String,
    nombre: String,
    activa: bool,
}

impl From<Company> for CompanySummary {
    fn from(company: Company) -> Self {
        Self { id: company.id.to_string(), nombre: company.name.as_str().to_owned(), activa: company.active }
    }
}

/// A company after it was activated or deactivated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SwitchedCompany)]
pub(crate) struct SwitchedBody {
    #[schema(value_type = String)]
    message: &'static str,
    empresa_id: String,
    activa: bool,
}

impl SwitchedBody {
    fn new(company: &CompanyId, activa: bool) -> Self {
        let message = if activa { "Empresa activada correctamente" } else { "Empresa desactivada correctamente" };
        Self { message, empresa_id: company.to_string(), activa }
    }
}

/// The error for a company that does not exist.
pub(crate) fn company_not_found() -> ApiError {
    ApiError::not_found("company_not_found", "Empresa no encontrada")
}

/// The error for adding something to an inactive company.
pub(crate) fn company_inactive() -> ApiError {
    ApiError::bad_request("company_inactive", "La empresa no está activa")
}
