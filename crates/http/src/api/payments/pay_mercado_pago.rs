use actix_web::{HttpRequest, HttpResponse, web::Data};
use portero_application::Application;
use portero_domain::gateway::Gateway;

use super::{
    Request,
    answer::{SoldBody, UndecidedBody},
    sell::sell,
};
use crate::api::{
    auth::SellingPortal,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
};

/// Sells access by card through Mercado Pago
///
/// A request with the same `Idempotency-Key`, or with the same card token if it has none, is the same purchase. It gets that
/// purchase as it stands. It never charges again.
#[utoipa::path(
    post,
    path = "/api/v1/payments/pagar-mercado-pago",
    operation_id = "pay_mercado_pago",
    tag = "Payments",
    params(("Idempotency-Key" = Option<String>, Header, description = "The portal's key of this purchase: 16 to 128 visible \
        ASCII characters", min_length = 16, max_length = 128)),
    request_body = Request,
    responses(
        (status = 200, description = "Paid. The guest has access, or gets it in a moment", body = SoldBody),
        (status = 202, description = "Not decided yet, or the cardholder has to confirm", body = UndecidedBody),
        (status = 400, description = "The gateway is not configured, the card token was used, or `monto` is not the price", body = ErrorBody),
        (status = 402, description = "Not paid", body = ErrorBody),
        (status = 403, description = "The router is inactive", body = ErrorBody),
        (status = 404, description = "The router does not sell this product", body = ErrorBody),
        (status = 409, description = "The purchase is closed, or the key belongs to another purchase", body = ErrorBody),
        (status = 422, description = "A field is invalid, or the gateway rejected the data", body = ErrorBody),
        (status = 500, description = "The router failed before the charge", body = ErrorBody),
        (status = 502, description = "The company's account is rejected, or the payment needs a person", body = ErrorBody),
        (status = 503, description = "The router or the gateway is not available. Nothing was charged", body = ErrorBody),
    ),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(
    SellingPortal(selling): SellingPortal,
    request: HttpRequest,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<HttpResponse> {
    sell(selling, &request, body, app, Gateway::MercadoPago).await
}
