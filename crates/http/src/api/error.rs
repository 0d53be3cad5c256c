//! Error responses: `{"detail": ..., "code": ...}` and a status.

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc};

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use portero_domain::ports::{PasswordError, StorageError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::payments::PurchaseState,
    web::limits::{self, Exceeded},
};

/// The result of a handler: a response, or an error response.
pub type ApiResult<T> = Result<T, ApiError>;

/// An error response, and the cause for the log.
#[derive(Debug)]
pub struct ApiError(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    body: ErrorBody,
    headers: Vec<(header::HeaderName, HeaderValue)>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// The body of every error response.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorBody {
    /// A Spanish sentence. With the code `validation_error` it is the list of invalid fields.
    pub detail: Detail,
    /// A stable name for programs.
    #[schema(value_type = String, example = "router_not_found")]
    pub code: &'static str,
    /// The id to look for in the server's log. Only with status 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The state of the purchase. Only with the code `purchase_closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PurchaseState>)]
    pub estado_pago: Option<&'static str>,
}

/// The problem: a sentence, or a list of invalid fields.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Detail {
    /// A Spanish sentence.
    #[schema(value_type = String)]
    Sentence(Cow<'static, str>),
    /// All invalid fields.
    Fields(Vec<FieldError>),
}

/// An invalid field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The place of the field: `body` or `query`, then its name.
    #[schema(example = json!(["body", "puerto"]))]
    pub loc: Vec<String>,
    /// The problem, as a Spanish sentence.
    #[schema(example = "Debe ser un número entero")]
    pub msg: String,
    /// A stable name of the problem.
    #[serde(rename = "type")]
    #[schema(example = "int_type")]
    pub kind: &'static str,
}

impl ApiError {
    /// An error response with this status, code and Spanish sentence.
    pub fn new(status: StatusCode, code: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::with_detail(status, code, Detail::Sentence(sentence.into()))
    }

    fn with_detail(status: StatusCode, code: &'static str, detail: Detail) -> Self {
        let body = ErrorBody { detail, code, request_id: None, estado_pago: None };
        Self(Box::new(Refusal { status, body, headers: Vec::new(), cause: None }))
    }

    /// `400`: the request breaks a rule.
    pub fn bad_request(code: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, sentence)
    }

    /// `401`: the credential is missing or invalid.
    pub fn unauthorized(code: &'static str, sentence: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, sentence)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// `403`: the credential is valid but not for this request.
    pub fn forbidden(code: &'static str, sentence: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, sentence)
    }

    /// `404`: the thing does not exist, or does not belong to the caller.
    pub fn not_found(code: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, sentence)
    }

    /// `409`: the thing exists already, or changed meanwhile.
    pub fn conflict(code: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, sentence)
    }

    /// `422`: these fields are invalid.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self::with_detail(StatusCode::UNPROCESSABLE_ENTITY, "validation_error", Detail::Fields(fields))
    }

    /// `503`: the service cannot serve the request now. The caller may retry after a second.
    pub fn unavailable(code: &'static str, sentence: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, sentence)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// `500`: the server failed. The response has a fixed sentence. The log has the cause.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Error interno del servidor.").caused_by(cause)
    }

    /// The error response for a status that the framework chose.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("not_found", "Recurso no encontrado"),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "method_not_allowed", "Método no permitido"),
            StatusCode::REQUEST_TIMEOUT => {
                Self::new(status, "request_timeout", "La solicitud tardó demasiado en llegar")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(status, "payload_too_large", "El cuerpo de la solicitud es demasiado grande")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(status, "unsupported_media_type", "El cuerpo de la solicitud debe ser application/json")
            }
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable("unavailable", "Servicio no disponible"),
            status if status.is_client_error() => Self::new(status, "bad_request", "Solicitud inválida"),
            status => Self::internal(format!("the framework answered {status}")),
        }
    }

    /// The same error response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same error response with the state of the purchase.
    #[must_use]
    pub(crate) fn with_payment_state(mut self, state: &'static str) -> Self {
        self.0.body.estado_pago = Some(state);
        self
    }

    /// The same error response with a cause for the log.
    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The response. It has the request id if the server failed.
    pub(crate) fn response(&self, request_id: Option<&str>) -> HttpResponse {
        let mut body = self.0.body.clone();
        if self.0.status == StatusCode::INTERNAL_SERVER_ERROR && body.request_id.is_none() {
            body.request_id = request_id.map(str::to_owned);
        }
        let mut response = HttpResponseBuilder::new(self.0.status);
        for header in &self.0.headers {
            response.insert_header(header.clone());
        }
        response.json(body)
    }

    /// Whether the response has this status.
    pub(crate) fn is(&self, status: StatusCode) -> bool {
        self.0.status == status
    }

    /// The stable name of the error.
    pub(crate) const fn code(&self) -> &'static str {
        self.0.body.code
    }

    /// The cause for the log, followed by its own causes.
    pub(crate) fn causes(&self) -> Option<String> {
        let mut cause: &dyn StdError = self.0.cause.as_deref()?;
        let mut text = cause.to_string();
        while let Some(deeper) = cause.source() {
            text.push_str(": ");
            text.push_str(&deeper.to_string());
            cause = deeper;
        }
        Some(text)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.body.code)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        self.response(None)
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        Arc::new(error).into()
    }
}

/// An error that several requests share.
impl From<Arc<StorageError>> for ApiError {
    fn from(error: Arc<StorageError>) -> Self {
        match *error {
            StorageError::Busy => Self::unavailable("busy", "Servicio ocupado. Intente nuevamente."),
            StorageError::Unavailable(_) => {
                Self::unavailable("unavailable", "Servicio no disponible. Intente nuevamente.").caused_by(error)
            }
            StorageError::Failed(_) => Self::internal(error),
        }
    }
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::unavailable("busy", "Servicio ocupado. Intente nuevamente."),
            PasswordError::Failed(_) => Self::internal(error),
        }
    }
}

/// `Retry-After` and `RateLimit-Reset` name the same moment (draft-ietf-httpapi-ratelimit-headers-06).
impl From<Exceeded> for ApiError {
    fn from(exceeded: Exceeded) -> Self {
        let seconds = HeaderValue::from(exceeded.retry_after_seconds());
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Límite de solicitudes excedido. Espere un momento.")
            .with_header(header::RETRY_AFTER, seconds.clone())
            .with_header(limits::LIMIT, exceeded.size.get().into())
            .with_header(limits::REMAINING, 0_u32.into())
            .with_header(limits::RESET, seconds)
    }
}
