//! What both gateways' endpoints do.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, rt, web::Data};
use portero_application::{
    Application,
    purchases::{AccessOrder, BuyError, FindPurchaseError, FoundPurchase, GuestConnection},
};
use portero_domain::{
    gateway::Gateway,
    ports::SellingRouter,
    purchase::{GuestCredentials, Stage},
};
use tracing::Instrument;

use super::{
    Request,
    answer::{Auto, Sold, answer},
    order::{Connect, Ordered},
    purchase_key,
};
use crate::api::{
    body::JsonBody,
    error::{ApiError, ApiResult},
};

/// How much longer than the purchase the portal waits, so that the response has a decision of the last moment.
const GRACE: Duration = Duration::from_millis(500);

/// How long a guest's log-in may take.
const LOG_IN: Duration = Duration::from_secs(6);

/// Sells access by card. The purchase goes on even if the portal hangs up.
pub(super) async fn sell(
    selling: SellingRouter,
    request: &HttpRequest,
    body: JsonBody<Request>,
    app: Data<Application>,
    gateway: Gateway,
) -> ApiResult<HttpResponse> {
    let Ordered { order, connect } = body.read()?.parse(gateway, purchase_key(request)?)?;
    let patience = app.purchases.patience.answer;
    let until = app.now().plus(patience);
    let buying = {
        let (app, selling, order) = (app.clone(), selling.clone(), order.clone());
        rt::spawn(async move { app.purchases.buy.execute(selling, order).await }.in_current_span())
    };
    let limit = Duration::try_from(patience).unwrap_or_default() + GRACE;
    let (found, is_new) = match rt::time::timeout(limit, buying).await {
        Ok(bought) => bought.map_err(ApiError::internal)??,
        Err(_) => (under_way(&app, &selling, &order).await?, true),
    };
    let FoundPurchase { purchase, credentials } = found;
    let purchase = app.purchases.wait.execute(purchase, until).await?;
    let auto = connected(&app, &selling, purchase.progress.stage(), &credentials, connect).await;
    answer(Sold { purchase, credentials, auto, is_new }, app.now())
}

/// The purchase whose step takes longer than the portal waits.
async fn under_way(app: &Application, selling: &SellingRouter, order: &AccessOrder) -> ApiResult<FoundPurchase> {
    app.purchases.find.of_order(selling, order).await.map_err(|error| match error {
        // The store did not get as far as to open it.
        FindPurchaseError::NotFound => {
            ApiError::unavailable("unavailable", "Servicio no disponible. Intente nuevamente.")
        }
        error => error.into(),
    })
}

/// Logs the guest in, if the guest asked for it and has access.
async fn connected(
    app: &Data<Application>,
    selling: &SellingRouter,
    stage: &Stage,
    credentials: &GuestCredentials,
    connect: Option<Connect>,
) -> Auto {
    let Some(Connect { device }) = connect else { return Auto::NotAsked };
    let Stage::Delivered { .. } = stage else { return Auto::NotYet { device } };
    let Some(device) = device else { return Auto::Failed { device: None } };
    let work = {
        let (app, selling, credentials) = (app.clone(), selling.clone(), credentials.clone());
        async move { app.purchases.connect.execute(&selling, &credentials, device).await }
    };
    match rt::time::timeout(LOG_IN, rt::spawn(work.in_current_span())).await {
        Ok(Ok(GuestConnection::Online(session))) => Auto::Online { device, session },
        Ok(Ok(GuestConnection::Accepted)) => Auto::Accepted { device },
        Ok(Ok(GuestConnection::Failed) | Err(_)) => Auto::Failed { device: Some(device) },
        Err(_) => Auto::TooSlow { device },
    }
}

impl From<FindPurchaseError> for ApiError {
    fn from(error: FindPurchaseError) -> Self {
        match error {
            FindPurchaseError::NotFound => Self::not_found("purchase_not_found", "Compra no encontrada"),
            FindPurchaseError::Vault(error) => Self::internal(error),
            FindPurchaseError::Storage(error) => error.into(),
        }
    }
}

impl From<BuyError> for ApiError {
    fn from(error: BuyError) -> Self {
        match error {
            BuyError::ProductNotFound => Self::not_found("product_not_found", "Producto no encontrado"),
            BuyError::GatewayNotConfigured(gateway) => gateway_not_configured(gateway),
            BuyError::OtherPrice { shown, price } => Self::bad_request(
                "price_mismatch",
                format!("El monto (${shown}) no coincide con el producto (${price})"),
            ),
            BuyError::RouterDown(error) => Self::unavailable(
                "router_unavailable",
                "El router no está disponible en este momento. No se realizó ningún cargo.",
            )
            .caused_by(error),
            BuyError::OtherRequest => {
                Self::conflict("idempotency_mismatch", "La clave de idempotencia ya se usó con otros datos de compra")
            }
            BuyError::CardUsed => Self::bad_request("card_token_used", "Token de tarjeta inválido o ya utilizado."),
            BuyError::Vault(error) => Self::internal(error),
            BuyError::Storage(error) => error.into(),
        }
    }
}

/// The error for a gateway that the company has no account with.
pub(super) fn gateway_not_configured(gateway: Gateway) -> ApiError {
    let sentence = match gateway {
        Gateway::Conekta => "La empresa no tiene configurado Conekta",
        Gateway::MercadoPago => "La empresa no tiene configurado Mercado Pago",
    };
    ApiError::bad_request("gateway_not_configured", sentence)
}
