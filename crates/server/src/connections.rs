//! How long a caller may hold a connection.
//!
//! The framework limits the first head and idle connections. It does not limit a later head, nor a body that no handler
//! reads any more. So each connection has its own deadline here.

mod guarded;
mod state;

use std::{io, net::TcpListener, rc::Rc, time::Duration};

use actix_http::{HttpService, error::DispatchError};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{AppConfig, Server, ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
};
use socket2::SockRef;
use tokio::net::TcpStream;

use self::{guarded::Guarded, state::State};

/// How long a connection waits for its caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// For the next request, after a response.
    pub(crate) keep_alive: Duration,
    /// For a request's head, from the connection or from the head's first byte.
    pub(crate) head: Duration,
    /// For the caller to take what is sent.
    pub(crate) write: Duration,
}

/// Serves on these listeners until a signal. Then running requests may take `drain` seconds.
pub(crate) fn serve<T, B>(
    listeners: Vec<TcpListener>,
    timeouts: Timeouts,
    drain: u64,
    app: impl Fn() -> App<T> + Clone + Send + 'static,
) -> io::Result<Server>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    let mut builder = Server::build().shutdown_timeout(drain);
    let ending = builder.graceful_shutdown_signal();
    for listener in listeners {
        let (app, ending) = (app.clone(), ending.clone());
        builder = builder.listen("http", listener, move || {
            let ending = ending.clone();
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let ending = ending.clone();
                    async move { ending.notified().await }
                })
                .keep_alive(timeouts.keep_alive)
                .client_request_timeout(timeouts.head)
                .client_disconnect_timeout(Duration::from_secs(1))
                .on_connect_ext(|io: &Guarded<TcpStream>, data| {
                    data.insert(io.state());
                })
                .h1(map_config(app().wrap(from_fn(note_request)), |()| AppConfig::default()));
            fn_service(move |io: TcpStream| async move {
                // The kernel ends a connection whose caller takes nothing for this long.
                let limited = SockRef::from(&io).set_tcp_user_timeout(Some(timeouts.write));
                limited.map_err(DispatchError::Io)?;
                let caller = io.peer_addr().ok();
                Ok((Guarded::new(io, State::new(timeouts)), caller))
            })
            .and_then(http)
        })?;
    }
    Ok(builder.run())
}

/// Tells the connection where a request begins and where its response does.
async fn note_request<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let state = request.conn_data::<Rc<State>>().cloned();
    if let Some(state) = &state {
        state.request_begins();
    }
    let response = next.call(request).await;
    if let Some(state) = state {
        state.response_begins(response.as_ref().ok().map(ServiceResponse::status));
    }
    response
}
