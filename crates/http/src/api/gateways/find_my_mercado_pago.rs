use actix_web::web::{Data, Json};
use portero_application::Application;
use portero_domain::{base_url::BaseUrl, company::Company};
use serde::Serialize;
use utoipa::ToSchema;

use super::SHOWN;
use crate::api::{
    auth::CompanyAdmin,
    companies::company_not_found,
    error::{ApiResult, ErrorBody},
    wire::{HIDDEN, Mode},
};

/// The settings of a Mercado Pago account, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MercadoPagoSettings)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    empresa_id: String,
    mode: Mode,
    #[schema(required)]
    public_key: Option<String>,
    /// `********` if a token is stored, otherwise null.
    #[schema(value_type = Option<String>, required)]
    access_token: Option<&'static str>,
    /// `********` if a secret is stored, otherwise null.
    #[schema(value_type = Option<String>, required)]
    webhook_secret: Option<&'static str>,
    /// The user of the access token, as Mercado Pago counts its users.
    #[schema(required)]
    user_id: Option<String>,
    permite_3ds: bool,
    /// The address to enter for webhooks in Mercado Pago's panel. Null if the operator has not set `PUBLIC_BASE_URL`.
    #[schema(required)]
    webhook_url: Option<String>,
}

impl Body {
    fn new(company: Company, base: Option<&BaseUrl>) -> Self {
        let account = company.mercado_pago;
        let user = account.access.as_ref().and_then(|access| access.user.as_ref());
        Self {
            message: SHOWN,
            empresa_id: company.id.to_string(),
            mode: Mode(account.mode),
            public_key: account.public_key.map(|key| key.as_str().to_owned()),
            user_id: user.map(|user| user.as_str().to_owned()),
            access_token: account.access.map(|_| HIDDEN),
            webhook_secret: account.webhook_secret.map(|_| HIDDEN),
            permite_3ds: company.three_ds,
            webhook_url: base.map(|base| base.at("/api/v1/webhook/mercado-pago")),
        }
    }
}

/// Shows the settings of the company's Mercado Pago account
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/mercado-pago",
    operation_id = "find_my_mercado_pago",
    tag = "My company",
    responses(
        (status = 200, description = "The settings", body = Body),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(CompanyAdmin { company }: CompanyAdmin, app: Data<Application>) -> ApiResult<Json<Body>> {
    let company = app.companies.find.execute(company).await?.ok_or_else(company_not_found)?;
    Ok(Json(Body::new(company, app.public_base_url.as_ref())))
}
