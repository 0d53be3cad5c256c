//! Error responses of the JSON API for faults outside of an endpoint. Faults of the server are logged here.

use actix_web::{Error, HttpResponse, ResponseError, http::StatusCode};

use super::error::ApiError;
use crate::web::finish::Fault;

/// The response to a fault, in the shape of all error responses.
pub(crate) fn refuse(fault: Fault<'_>, request_id: &str) -> HttpResponse {
    match fault {
        Fault::Error(error) => match error.as_error::<ApiError>() {
            Some(error) => answer(error, request_id),
            None => answer(&of_framework(error), request_id),
        },
        Fault::Status(status) => answer(&ApiError::of_status(status), request_id),
        Fault::Panic => answer(&ApiError::internal("the request's handler panicked"), request_id),
    }
}

fn of_framework(error: &Error) -> ApiError {
    ApiError::of_status(error.as_response_error().status_code()).caused_by(error.to_string())
}

fn answer(error: &ApiError, request_id: &str) -> HttpResponse {
    let status = error.status_code();
    if let Some(cause) = error.causes().filter(|_| status.is_server_error()) {
        // A 503 is an outage's, and fails like many others. Each 500 is logged, because its caller has its id.
        let outage = (status == StatusCode::SERVICE_UNAVAILABLE).then(|| error.code());
        tracing::error!(outage, status = status.as_u16(), cause, "request failed");
    }
    error.response(Some(request_id))
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        http::StatusCode,
        middleware::from_fn,
        test::{self, TestRequest},
        web,
    };
    use tracing_actix_web::TracingLogger;

    use super::*;
    use crate::web::finish::{REQUEST_ID, finish};

    async fn panics() -> &'static str {
        panic!("a secret")
    }

    #[actix_web::test]
    async fn a_panic_is_a_500_with_a_request_id_and_the_service_goes_on() {
        let app = App::new()
            .route("/panics", web::get().to(panics))
            .route("/works", web::get().to(|| async { "yes" }))
            .wrap(from_fn(|request, next| finish(refuse, request, next)))
            .wrap(TracingLogger::default());
        let service = test::init_service(app).await;
        let call = |path| test::try_call_service(&service, TestRequest::get().uri(path).to_request());

        let error = call("/panics").await.unwrap_err();
        let response = error.as_response_error().error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers().get(REQUEST_ID).unwrap().to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
        let expected =
            format!(r#"{{"detail":"Error interno del servidor.","code":"internal_error","request_id":"{id}"}}"#);
        assert_eq!(body, expected);

        assert_eq!(call("/works").await.unwrap().status(), StatusCode::OK);
    }
}
