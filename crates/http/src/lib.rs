//! Portero over HTTP, by actix-web.
//!
//! [`web`] has the parts that every surface shares. [`api`] is the JSON API. [`api`] depends on [`web`] and never the
//! other way round.

pub mod api;
pub mod web;

use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::from_fn,
    web::Data,
};
use portero_application::Application;
use tracing_actix_web::TracingLogger;

pub use crate::web::Options;
use crate::web::{RequestSpan, cors, final_slash, finish::finish};

/// The service, ready to be served or tested.
pub fn app(
    application: Data<Application>,
    options: &Options,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(application)
        .configure(|config| options.configure(config))
        .configure(api::configure)
        .wrap(cors(options, api::EXPOSED_HEADERS))
        .wrap(from_fn(|request, next| finish(api::refuse, request, next)))
        .wrap(TracingLogger::<RequestSpan>::new())
        .wrap(from_fn(final_slash))
}
