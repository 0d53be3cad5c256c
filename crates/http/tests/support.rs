//! The whole service over a store in memory, and what every answer of it has to keep.

mod expect;

use std::{future::Future, net::IpAddr, pin::Pin, rc::Rc};

use actix_web::{
    body::to_bytes,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    test::{self, TestRequest},
    web::{Bytes, Data},
};
use portero_application::{Application, Settings};
use portero_domain::{
    api_key::ApiKey,
    ids::UserId,
    ports::{ApiKeyTokens, Ports, SessionTokens},
    session::Session,
};
use portero_http::Options;
use portero_testkit::{
    CountingIds, FakeGateway, FakeRouters, FakeTokens, FixedClock, InMemory,
    builders::{UserBuilder, a_company, a_router, a_session, a_user},
    fake_gateways, fake_ports,
};
use serde_json::{Value, json};
use time::Duration;

pub(crate) use self::expect::{assert_error, assert_example, assert_faulty, assert_fields, assert_other_role, example};

type Answer<'a> = Pin<Box<dyn Future<Output = Response> + 'a>>;

/// The service, and the world around it.
pub(crate) struct TestApp {
    pub(crate) store: InMemory,
    pub(crate) clock: FixedClock,
    pub(crate) ids: CountingIds,
    pub(crate) routers: FakeRouters,
    pub(crate) conekta: FakeGateway,
    pub(crate) mercado_pago: FakeGateway,
    pub(crate) application: Data<Application>,
    serve: Box<dyn Fn(TestRequest) -> Answer<'static>>,
}

impl TestApp {
    /// The service over an empty store.
    pub(crate) async fn new() -> Self {
        Self::with(|_, _| {}).await
    }

    /// The same, with another port or other options.
    pub(crate) async fn with(change: impl FnOnce(&mut Ports, &mut Options)) -> Self {
        Self::set(&Settings::default(), change).await
    }

    /// The same, where an operator has set something too.
    pub(crate) async fn set(settings: &Settings, change: impl FnOnce(&mut Ports, &mut Options)) -> Self {
        let (clock, ids, routers) = (FixedClock::default(), CountingIds::default(), FakeRouters::default());
        let (conekta, mercado_pago) = (FakeGateway::new(), FakeGateway::new());
        let store = InMemory::new().with_clock(&clock);
        let mut ports = fake_ports(&store, &clock, &ids, &routers);
        ports.gateways = fake_gateways(&conekta, &mercado_pago);
        let mut options = Options::default();
        change(&mut ports, &mut options);
        let application = Data::new(Application::new(&ports, settings));
        let service = Rc::new(test::init_service(portero_http::app(application.clone(), &options)).await);
        let serve = move |request: TestRequest| -> Answer<'static> {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = match test::try_call_service(&*service, request.to_request()).await {
                    Ok(response) => response.into_parts().1.map_into_boxed_body(),
                    // As the server does it.
                    Err(error) => error.as_response_error().error_response(),
                };
                let (status, headers) = (response.status(), response.headers().clone());
                Response::new(status, headers, &to_bytes(response.into_body()).await.unwrap_or_default())
            })
        };
        Self { store, clock, ids, routers, conekta, mercado_pago, application, serve: Box::new(serve) }
    }

    /// Adds to the store: `app.given(|store| store.with_product(..))`.
    pub(crate) fn given(&self, add: impl FnOnce(InMemory) -> InMemory) -> &Self {
        add(self.store.clone());
        self
    }

    /// Adds the company of the examples.
    pub(crate) fn with_company(&self) -> &Self {
        self.given(|store| store.with_company(a_company().build()))
    }

    /// Adds the company of the examples and its router.
    pub(crate) fn with_router(&self) -> &Self {
        self.with_company().given(|store| store.with_router(a_router().build()))
    }

    /// Adds a key whose router is there. Answers its token.
    pub(crate) fn with_key(&self, key: ApiKey) -> String {
        let signed = ApiKeyTokens::sign(&FakeTokens, &key).unwrap();
        self.given(|store| store.with_key(key, signed.fingerprint));
        signed.token.expose().to_owned()
    }

    /// Adds the super admin of the examples, logged in. Returns the session's token.
    pub(crate) fn super_admin(&self) -> String {
        self.signed_in(1, a_user())
    }

    /// Adds a logged-in admin of the examples' company, which must exist. Returns the session's token.
    pub(crate) fn company_admin(&self) -> String {
        let user = a_user().email("admin@hotelcentral.mx").named("Ana López").admin_of(&a_company().build().id);
        self.signed_in(2, user)
    }

    /// Adds a user with this id, logged in for longer than any test. Returns the session's token.
    pub(crate) fn signed_in(&self, id: i64, user: UserBuilder) -> String {
        let id = UserId::new(id);
        let user = user.stored(id);
        let session = a_session().id(&format!("ses_u{:025}", id.get())).of(id).lasting(Duration::days(3_650)).build();
        let token = token_of(&session);
        self.given(|store| store.with_user(user).with_session(session));
        token
    }

    /// A call, to be awaited.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Call { app: self, request: TestRequest::default().method(method).uri(path) }
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Call<'_> {
        self.call("POST", path)
    }

    pub(crate) fn put(&self, path: &str) -> Call<'_> {
        self.call("PUT", path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call<'_> {
        self.call("DELETE", path)
    }

    /// The answer of a call that is to leave the store as it was.
    pub(crate) async fn unchanged(&self, call: Call<'_>) -> Response {
        let before = self.store.tables();
        let response = call.await;
        assert_eq!(self.store.tables(), before, "the store was changed: {response:?}");
        response
    }
}

/// A call before it is made.
pub(crate) struct Call<'a> {
    app: &'a TestApp,
    request: TestRequest,
}

impl Call<'_> {
    /// With this session's token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// With this router's key.
    pub(crate) fn key(self, token: &str) -> Self {
        self.header("x-api-key", token)
    }

    /// With this header, perhaps one that is no text.
    pub(crate) fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.request = self.request.append_header((HeaderName::from_static(name), value));
        self
    }

    /// From this address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.request = self.request.peer_addr((address.parse::<IpAddr>().unwrap(), 4711).into());
        self
    }

    /// With this JSON body.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a body of this type, whatever is in it.
    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.request = self.request.insert_header((header::CONTENT_TYPE, content_type)).set_payload(body);
        self
    }
}

impl<'a> IntoFuture for Call<'a> {
    type Output = Response;
    type IntoFuture = Answer<'a>;

    fn into_future(self) -> Answer<'a> {
        (self.app.serve)(self.request)
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body as it came.
    pub(crate) bytes: Bytes,
    /// The body as text.
    pub(crate) text: String,
    /// The body as JSON; null when it is none.
    pub(crate) body: Value,
}

impl Response {
    /// Holds what is promised of every answer: its request's id, and the one shape of every refusal.
    fn new(status: StatusCode, headers: HeaderMap, bytes: &Bytes) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        let response = Self { status: status.as_u16(), headers, bytes: bytes.clone(), text, body };
        let id = response.header("x-request-id").filter(|id| !id.is_empty()).expect("an answer names its request");
        if response.body != Value::Null {
            assert_eq!(response.header("cache-control"), Some("no-store"), "{response:?}");
        }
        if response.status >= 400 {
            let refusal = response.body.as_object().unwrap_or_else(|| panic!("a refusal is JSON: {response:?}"));
            let fields: Vec<_> = refusal.keys().map(String::as_str).collect();
            assert_eq!(response.header("content-type"), Some("application/json"));
            let names_fields = refusal["code"] == "validation_error";
            assert!(refusal["detail"].is_array() == names_fields && (!names_fields || response.status == 422));
            assert!(names_fields || refusal["detail"].is_string(), "{response:?}");
            assert!(expect::is_documented(response.status, refusal), "docs/wire.md does not know {response:?}");
            if response.body["code"] == "purchase_closed" {
                assert_eq!(fields, ["detail", "code", "estado_pago"]);
            } else if response.status == 500 {
                assert_eq!((fields, &refusal["request_id"]), (vec!["detail", "code", "request_id"], &json!(id)));
            } else {
                assert_eq!(fields, ["detail", "code"]);
            }
        }
        response
    }

    /// A header of it, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The token of a session, whether the store has it or not.
pub(crate) fn token_of(session: &Session) -> String {
    SessionTokens::sign(&FakeTokens, session, &a_user().build().profile).unwrap().expose().to_owned()
}
