use actix_web::{HttpRequest, HttpResponse, web::Data};
use portero_application::Application;

use super::{
    answer::{Auto, Sold, SoldBody, answer},
    purchase_key,
};
use crate::api::{
    auth::Portal,
    error::{ApiError, ApiResult, ErrorBody},
};

/// Shows what became of a purchase
///
/// For a portal that lost the response to its purchase. The response is that of the purchase now.
#[utoipa::path(
    get,
    path = "/api/v1/payments/compra",
    operation_id = "find_purchase",
    tag = "Payments",
    params(("Idempotency-Key" = String, Header, description = "The key that the portal gave to the purchase")),
    responses(
        (status = 200, description = "Paid. The guest has access, or gets it in a moment", body = SoldBody),
        (status = 400, description = "The key is missing or has the wrong form", body = ErrorBody),
        (status = 402, description = "Not paid", body = ErrorBody),
        (status = 404, description = "The router has no purchase with this key", body = ErrorBody),
        (status = 409, description = "The purchase is closed", body = ErrorBody),
    ),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(
    Portal(admission): Portal,
    request: HttpRequest,
    app: Data<Application>,
) -> ApiResult<HttpResponse> {
    let missing = || ApiError::bad_request("idempotency_key_missing", "Se requiere el encabezado Idempotency-Key");
    let key = purchase_key(&request)?.ok_or_else(missing)?;
    let found = app.purchases.find.execute(admission.company.id, &admission.router.id, &key).await?;
    let sold = Sold { purchase: found.purchase, credentials: found.credentials, auto: Auto::NotAsked, is_new: false };
    answer(sold, app.now())
}
