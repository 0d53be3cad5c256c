//! The response to a purchase as it stands.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use portero_application::purchases::GuestDevice;
use portero_domain::{
    Timestamp,
    gateway::Gateway,
    hotspot::ActiveSession,
    purchase::{
        Cardholder, Charging, DeclineReason, End, GuestCredentials, GuestProblem, ManualCause, PaymentStatus, Purchase,
        RequestProblem, Stage, Unpaid,
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use super::order::SoldKind;
use crate::api::{
    error::{ApiError, ApiResult},
    my_company::PaymentState,
    products::CurrencyCode,
    wire::{Amount, Moment},
    words::{Words, words},
};

/// A purchase to be told of.
pub(super) struct Sold {
    pub(super) purchase: Purchase,
    pub(super) credentials: GuestCredentials,
    pub(super) auto: Auto,
    /// Whether this request opened the purchase.
    pub(super) is_new: bool,
}

/// What became of the guest's wish to be logged in.
pub(super) enum Auto {
    NotAsked,
    NotYet { device: Option<GuestDevice> },
    Failed { device: Option<GuestDevice> },
    TooSlow { device: GuestDevice },
    Accepted { device: GuestDevice },
    Online { device: GuestDevice, session: ActiveSession },
}

words! {
    /// The state of a purchase.
    pub(crate) PurchaseState of PaymentStatus {
        [PaymentStatus::Pending] => "pendiente",
        [PaymentStatus::Confirming] => "confirmando",
        [PaymentStatus::Paid] => "pagado",
        [PaymentStatus::Failed] => "rechazado",
        [PaymentStatus::Refunded] => "reembolsado",
        [PaymentStatus::ChargedBack] => "contracargo",
        [PaymentStatus::Manual] => "manual",
    }
}

/// Access that was sold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SoldAccess)]
pub(crate) struct SoldBody {
    success: bool,
    /// The gateway's id of the payment.
    id_transaccion: String,
    /// Portero's id of the purchase.
    compra_id: String,
    /// Always `paid`.
    #[schema(value_type = PaymentState)]
    estado_pago: &'static str,
    /// `activo`, or `activando` while the router does not respond.
    #[schema(value_type = String)]
    estado_acceso: &'static str,
    tipo_usuario: SoldKind,
    usuario_hotspot: Credentials,
    producto: SoldProduct,
    cliente: Buyer,
    timestamp: Moment,
    auto_conexion: AutoConnection,
    /// Only with Mercado Pago.
    #[serde(skip_serializing_if = "Option::is_none")]
    mercado_pago: Option<MercadoPagoPayment>,
    /// Only while the access is not active yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    advertencia: Option<&'static str>,
}

/// The hotspot user that was sold. A PIN has an empty password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SoldUser)]
struct Credentials {
    usuario: String,
    contrasena: String,
}

/// The product as it was sold.
#[derive(Debug, Serialize, ToSchema)]
struct SoldProduct {
    nombre: String,
    precio: Amount,
    moneda: CurrencyCode,
    perfil_mikrotik: String,
}

/// The buyer.
#[derive(Debug, Serialize, ToSchema)]
struct Buyer {
    nombre: String,
    email: String,
}

/// The log-in of the guest, if it was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct AutoConnection {
    estado: ConnectionWord,
    #[schema(required)]
    mac: Option<String>,
    #[schema(required)]
    ip: Option<String>,
    #[schema(value_type = String)]
    mensaje: &'static str,
    /// Whether the router shows the session.
    verificado: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
}

words! {
    /// Whether the guest is logged in.
    ConnectionWord of bool {
        [true] => "conectado",
        [false] => "no_conectado",
    }
}

/// The payment in Mercado Pago's words.
#[derive(Debug, Serialize, ToSchema)]
struct MercadoPagoPayment {
    payment_id: String,
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    status_detail: &'static str,
    installments: u8,
    #[schema(required)]
    payment_method: Option<String>,
    /// Always null: Portero does not keep the gateway's whole response.
    #[schema(required, value_type = Option<String>)]
    raw_response: Option<()>,
}

/// A purchase that is not decided yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PurchaseConfirming)]
pub(crate) struct ConfirmingBody {
    success: bool,
    /// Always `confirmando`.
    #[schema(value_type = PurchaseState)]
    estado_pago: &'static str,
    #[schema(value_type = String)]
    mensaje: &'static str,
    compra_id: String,
}

/// A purchase that the cardholder has to confirm.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PurchaseAction)]
pub(crate) struct ActionBody {
    success: bool,
    /// Always `confirmando`.
    #[schema(value_type = PurchaseState)]
    estado_pago: &'static str,
    compra_id: String,
    accion_requerida: Action,
}

/// A purchase that is not decided yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = PurchaseUndecided)]
pub(crate) enum UndecidedBody {
    Confirming(ConfirmingBody),
    Action(ActionBody),
}

/// How the browser takes the cardholder to the bank.
#[derive(Debug, Serialize, ToSchema)]
struct Action {
    /// `redirigir`, or `post` with `campos` as the form.
    #[schema(value_type = String)]
    tipo: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    campos: Option<Fields>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActionFields)]
struct Fields {
    creq: String,
}

/// The response to this purchase.
pub(super) fn answer(sold: Sold, now: Timestamp) -> ApiResult<HttpResponse> {
    match sold.purchase.progress.stage() {
        Stage::Paid { .. } => Ok(HttpResponse::Ok().json(sold_body(sold, false, now))),
        Stage::Delivered { .. } => Ok(HttpResponse::Ok().json(sold_body(sold, true, now))),
        Stage::Opened
        | Stage::Reserved { .. }
        | Stage::Charging(Charging { .. })
        | Stage::Confirming { .. }
        | Stage::Cancelling { .. } => Ok(undecided(&sold.purchase)),
        Stage::Withdrawing(End::Unpaid(why)) | Stage::Closed(End::Unpaid(why)) => {
            Err(unpaid(*why, &sold.purchase, sold.is_new))
        }
        Stage::Refunding { .. } | Stage::Withdrawing(End::Refunded(_)) | Stage::Closed(End::Refunded(_)) => {
            Err(closed(PaymentStatus::Refunded))
        }
        Stage::Withdrawing(End::ChargedBack(_)) | Stage::Closed(End::ChargedBack(_)) => {
            Err(closed(PaymentStatus::ChargedBack))
        }
        Stage::Manual { cause: ManualCause::Mismatch | ManualCause::RefundRefused(_), .. } => Err(ApiError::new(
            StatusCode::BAD_GATEWAY,
            "payment_mismatch",
            "El pago requiere revisión. Contacte al administrador.",
        )),
    }
}

fn sold_body(Sold { purchase, credentials, auto, .. }: Sold, active: bool, now: Timestamp) -> SoldBody {
    let kind = SoldKind(purchase.guest.kind());
    let order = purchase.order;
    let charge = purchase.charge.map(|charge| charge.as_str().to_owned());
    let mercado_pago = (order.gateway == Gateway::MercadoPago).then(|| MercadoPagoPayment {
        payment_id: charge.clone().unwrap_or_default(),
        status: "approved",
        status_detail: "accredited",
        installments: order.installments,
        payment_method: order.card_brand.map(|brand| brand.as_str().to_owned()),
        raw_response: None,
    });
    SoldBody {
        success: true,
        id_transaccion: charge.unwrap_or_default(),
        compra_id: order.reference.to_string(),
        estado_pago: "paid",
        estado_acceso: if active { "activo" } else { "activando" },
        tipo_usuario: kind,
        usuario_hotspot: Credentials {
            usuario: credentials.name.as_str().to_owned(),
            contrasena: credentials.password.expose().shown().into_owned(),
        },
        producto: SoldProduct {
            nombre: order.title.as_str().to_owned(),
            precio: Amount(order.terms.amount),
            moneda: CurrencyCode(order.terms.currency),
            perfil_mikrotik: order.profile.as_str().to_owned(),
        },
        cliente: Buyer {
            nombre: order.customer.name.as_str().to_owned(),
            email: order.customer.email.as_str().to_owned(),
        },
        timestamp: now.into(),
        auto_conexion: auto.into(),
        mercado_pago,
        advertencia: (!active).then_some("Su pago fue aprobado. El acceso se está activando."),
    }
}

impl From<Auto> for AutoConnection {
    fn from(auto: Auto) -> Self {
        let (device, mensaje, session) = match auto {
            Auto::NotAsked => (None, "Favor de ingresar sus credenciales para conectar a Internet", None),
            Auto::NotYet { device } => (device, "Procesando su conexión automática...", None),
            Auto::Failed { device } => {
                (device, "No se pudo conectar automáticamente. Use las credenciales para conectar a Internet", None)
            }
            Auto::TooSlow { device } => (
                Some(device),
                "El servicio está tardando en responder. Use las credenciales para conectarse a internet",
                None,
            ),
            Auto::Accepted { device } => (
                Some(device),
                "Su conexión está en proceso. Si no se conecta automáticamente, use las credenciales",
                None,
            ),
            Auto::Online { device, session } => {
                (Some(device), "¡Conexión establecida con éxito! Disfrute de Internet sin límites", Some(session))
            }
        };
        let ip = session.as_ref().and_then(|session| session.address).or_else(|| device.and_then(|it| it.address));
        Self {
            estado: ConnectionWord(session.is_some()),
            mac: device.map(|device| device.mac.to_string()),
            ip: ip.map(|ip| ip.to_string()),
            mensaje,
            verificado: session.is_some(),
            session_id: session.map(|session| session.id.to_string()),
        }
    }
}

fn undecided(purchase: &Purchase) -> HttpResponse {
    let compra_id = purchase.order.reference.to_string();
    let estado_pago = PurchaseState(PaymentStatus::Confirming).word();
    let Some(cardholder) = &purchase.cardholder else {
        let mensaje = "Estamos confirmando su pago. No vuelva a pagar.";
        return HttpResponse::Accepted()
            .insert_header((header::RETRY_AFTER, HeaderValue::from_static("5")))
            .json(UndecidedBody::Confirming(ConfirmingBody { success: false, estado_pago, mensaje, compra_id }));
    };
    let accion_requerida = match cardholder.clone() {
        Cardholder::Redirect { url } => Action { tipo: "redirigir", url, campos: None },
        Cardholder::Post { url, creq } => Action { tipo: "post", url, campos: Some(Fields { creq }) },
    };
    let action = ActionBody { success: false, estado_pago, compra_id, accion_requerida };
    HttpResponse::Accepted().json(UndecidedBody::Action(action))
}

fn closed(status: PaymentStatus) -> ApiError {
    ApiError::conflict("purchase_closed", "La compra está cerrada").with_payment_state(PurchaseState(status).word())
}

/// The router failed before the charge.
const NO_ACCESS: &str = "No se pudo crear el acceso a internet. Contacte al administrador.";

/// Why nothing was charged. A purchase that failed before the charge is closed for a repeated request.
fn unpaid(why: Unpaid, purchase: &Purchase, is_new: bool) -> ApiError {
    let router_failed = |sentence: String| {
        if is_new {
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "router_failed", sentence)
        } else {
            closed(PaymentStatus::Failed)
        }
    };
    match why {
        Unpaid::Declined(reason) => declined(reason),
        Unpaid::Rejected(problem) => rejected(problem),
        Unpaid::Guest(GuestProblem::ProfileMissing) => router_failed(format!(
            "No se pudo crear el usuario: Perfil '{}' no encontrado.",
            purchase.order.profile.as_str()
        )),
        Unpaid::Guest(GuestProblem::Rejected) | Unpaid::RouterSilent => router_failed(NO_ACCESS.to_owned()),
        Unpaid::Abandoned => closed(PaymentStatus::Failed),
        Unpaid::Absent => ApiError::new(
            StatusCode::PAYMENT_REQUIRED,
            "payment_not_made",
            "El pago no fue realizado. Puede intentarlo de nuevo.",
        ),
    }
}

fn declined(reason: DeclineReason) -> ApiError {
    let (code, sentence) = match reason {
        DeclineReason::Declined | DeclineReason::Duplicate => {
            ("payment_declined", "El pago fue declinado. Contacte a su banco.")
        }
        DeclineReason::InsufficientFunds => ("insufficient_funds", "Fondos insuficientes en la tarjeta."),
        DeclineReason::ExpiredCard => ("card_expired", "Tarjeta expirada. Use otra tarjeta."),
        DeclineReason::InvalidCard => ("card_invalid", "Tarjeta inválida. Verifique los datos."),
        DeclineReason::WrongSecurityCode => ("security_code_wrong", "Código de seguridad (CVV) incorrecto."),
        DeclineReason::CallBank => ("call_bank", "Tarjeta declinada. Contacte a su banco."),
        DeclineReason::CardDisabled => ("card_disabled", "Tarjeta declinada. Contacte a su banco."),
        DeclineReason::CardNotSupported => ("card_not_supported", "Tarjeta declinada. Contacte a su banco."),
        DeclineReason::HighRisk => ("payment_high_risk", "El pago fue rechazado."),
        DeclineReason::TooManyAttempts => ("too_many_attempts", "El pago fue rechazado."),
        DeclineReason::NotConfirmed => ("payment_not_confirmed", "El pago no fue aprobado."),
        DeclineReason::Expired => ("payment_expired", "El pago expiró. Realice una nueva transacción."),
        DeclineReason::Cancelled => ("payment_cancelled", "El pago fue cancelado."),
    };
    ApiError::new(StatusCode::PAYMENT_REQUIRED, code, sentence)
}

fn rejected(problem: RequestProblem) -> ApiError {
    let (status, code, sentence) = match problem {
        RequestProblem::Credentials => (
            StatusCode::BAD_GATEWAY,
            "gateway_rejected_credentials",
            "Error de autenticación. Contacte al administrador.",
        ),
        RequestProblem::TokenUsed => (
            StatusCode::PAYMENT_REQUIRED,
            "card_token_used",
            "El token de tarjeta ya fue utilizado. Genere un nuevo token.",
        ),
        RequestProblem::TokenUnknown => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "card_token_unknown",
            "Token de tarjeta inválido. Genere un nuevo token.",
        ),
        RequestProblem::InvalidData => {
            (StatusCode::UNPROCESSABLE_ENTITY, "payment_data_invalid", "Datos inválidos en la solicitud.")
        }
        RequestProblem::RateLimited => (
            StatusCode::TOO_MANY_REQUESTS,
            "gateway_rate_limited",
            "Límite de solicitudes excedido. Espere un momento.",
        ),
        RequestProblem::Unreachable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "gateway_unavailable",
            "La pasarela de pago no está disponible. No se realizó ningún cargo.",
        ),
    };
    ApiError::new(status, code, sentence)
}
