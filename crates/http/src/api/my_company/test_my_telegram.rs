use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Json},
};
use portero_application::{Application, notifications::TestTelegramError};
use portero_domain::{secret::Secret, text::ForeignId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        auth::ActiveCompanyAdmin,
        body::JsonBody,
        companies::company_not_found,
        error::{ApiError, ApiResult, ErrorBody},
        fields::{Faults, Given},
        wire::HIDDEN,
    },
    web::limits,
};

/// The bot and the chat to test. A missing, null or empty field stands for the stored value.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TestTelegram)]
pub(crate) struct Request {
    /// The token of the bot. `********` stands for the stored token.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    token: Given<String>,
    /// The id of the chat that the bot writes to.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    chat_id: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<(Option<Secret>, Option<ForeignId>)> {
        let mut faults = Faults::in_body();
        let token = self.token.optional_text(&mut faults, "token", Secret::parse);
        let chat = self.chat_id.optional_text(&mut faults, "chat_id", ForeignId::parse);
        faults.finish(|| Some((token?.filter(|token| token.expose() != HIDDEN), chat?)))
    }
}

/// The test message arrived.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestedTelegram)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
}

impl From<TestTelegramError> for ApiError {
    fn from(error: TestTelegramError) -> Self {
        match error {
            TestTelegramError::MissingCredentials => {
                Self::bad_request("telegram_not_configured", "Faltan credenciales (Token o Chat ID)")
            }
            TestTelegramError::Notifier(error) => Self::new(
                StatusCode::BAD_GATEWAY,
                "telegram_failed",
                "Error de Telegram. Verifica que el Token sea válido y que hayas iniciado chat con el bot.",
            )
            .caused_by(error),
            TestTelegramError::NotFound => company_not_found(),
            TestTelegramError::CompanyInactive(inactive) => inactive.into(),
            TestTelegramError::Vault(error) => Self::internal(error),
            TestTelegramError::Storage(error) => error.into(),
        }
    }
}

/// Sends a test message to the chat of the caller's company
#[utoipa::path(
    post,
    path = "/api/v1/admin/test-telegram",
    operation_id = "test_my_telegram",
    tag = "My company",
    request_body = Request,
    responses(
        (status = 200, description = "The message arrived", body = Body),
        (status = 400, description = "Neither the request nor the company has a token, or a chat", body = ErrorBody),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
        (status = 502, description = "Telegram did not take the message", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (token, chat) = body.read()?.parse()?;
    limits::dial(&request, &mandate)?;
    app.notifications.test_telegram.execute(mandate, token, chat).await?;
    Ok(Json(Body { message: "Mensaje de prueba enviado con éxito" }))
}
