//! The OpenAPI 3.1 document, generated from the endpoints.
//!
//! The common parts are added here once: both credentials, the common error responses, the headers of lists and the
//! examples. The examples come from `docs/wire.md`. The tests compare the responses with them.

use std::collections::BTreeMap;

use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, Content, HeaderBuilder, RefOr, ResponseBuilder,
        path::{Operation, Parameter},
        request_body::RequestBody,
        schema::{ArrayItems, ObjectBuilder, OneOfBuilder, Ref, Schema, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::api::{
    companies, error, formats::Formats, gateways, hotspot, listed, logos, my_company, payments, portal, products,
    query::AFTER, routers, service, sessions, users, webhooks,
};

/// The name of the session's credential in the document.
pub const SESSION: &str = "session";
/// The name of the router's credential in the document.
pub const ROUTER_KEY: &str = "router_api_key";

#[derive(OpenApi)]
#[openapi(
    info(title = "Portero", description = "The service between WiFi captive portals and MikroTik routers."),
    paths(
        routers::register_router::handle,
        routers::list_routers::handle,
        routers::find_router::handle,
        routers::edit_router::handle,
        routers::toggle_router::handle,
        routers::switch_router::handle,
        routers::delete_router::handle,
        routers::router_health::handle,
        routers::fleet_health::handle,
        routers::find_router_tls::handle,
        routers::confirm_router_tls::handle,
        routers::regenerate_api_key::handle,
        routers::api_key_history::handle,
        routers::revoke_api_key::handle,
        routers::api_key_status::handle,
        portal::public_config::handle,
        portal::catalogue::handle,
        portal::catalogue_product::handle,
        hotspot::auto_reconnect::handle,
        hotspot::profile_info::handle,
        hotspot::validate_router::handle,
        payments::pay_conekta::handle,
        payments::pay_mercado_pago::handle,
        payments::find_purchase::handle,
        payments::payment_status::handle,
        sessions::log_in::handle,
        sessions::log_out::handle,
        sessions::change_password::handle,
        companies::system_dashboard::handle,
        companies::create_company::handle,
        companies::list_companies::handle,
        companies::find_company::handle,
        companies::edit_company::handle,
        companies::toggle_company::handle,
        companies::switch_company::handle,
        companies::company_stats::handle,
        users::create_user::handle,
        users::list_users::handle,
        users::find_user::handle,
        users::toggle_user::handle,
        users::switch_user::handle,
        my_company::find_my_company::handle,
        my_company::edit_my_company::handle,
        gateways::configure_my_credentials::handle,
        gateways::configure_credentials::handle,
        gateways::configure_my_conekta::handle,
        gateways::edit_my_conekta::handle,
        gateways::find_my_conekta::handle,
        gateways::find_my_mercado_pago::handle,
        logos::set_my_logo::handle,
        logos::show_logo::handle,
        my_company::list_my_routers::handle,
        my_company::edit_my_router::handle,
        my_company::find_my_router_tls::handle,
        my_company::confirm_my_router_tls::handle,
        my_company::test_my_router::handle,
        my_company::list_my_router_profiles::handle,
        my_company::test_my_telegram::handle,
        my_company::my_dashboard::handle,
        my_company::my_reconciliation::handle,
        my_company::list_my_transactions::handle,
        my_company::my_transaction::handle,
        my_company::refund_my_transaction::handle,
        products::create_product::handle,
        products::list_products::handle,
        products::find_product::handle,
        products::edit_product::handle,
        products::delete_product::handle,
        webhooks::mercado_pago::handle,
        webhooks::conekta::handle,
        service::service_info::handle,
        service::health::handle,
        service::readiness::handle,
    ),
    components(schemas(error::ErrorBody, listed::DamagedBody)),
    modifiers(&Credentials, &CommonRefusals, &NextPages, &Formats, &Examples),
)]
struct Document;

/// The whole document.
pub fn document() -> openapi::OpenApi {
    Document::openapi()
}

/// Both credentials.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let session = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The `access_token` of POST /api/v1/auth/login."))
            .build();
        let key = ApiKeyValue::with_description("X-API-Key", "A router's API Key: `jwt_` and a JWT.");
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(SESSION, SecurityScheme::Http(session));
        components.add_security_scheme(ROUTER_KEY, SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
}

/// The operations that connect to a router or a gateway because a user asks for it.
const DIALS: [&str; 13] = [
    "configure_credentials",
    "configure_my_credentials",
    "confirm_my_router_tls",
    "confirm_router_tls",
    "edit_company",
    "edit_my_company",
    "edit_my_router",
    "edit_router",
    "find_my_router_tls",
    "find_router_tls",
    "list_my_router_profiles",
    "my_reconciliation",
    "test_my_router",
];

/// The error responses that follow from the parts of an endpoint: a credential, a body, the database.
struct CommonRefusals;

impl Modify for CommonRefusals {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let of_portals = SecurityRequirement::new(ROUTER_KEY, [""; 0]);
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                let mut common = vec![("500", "The server failed. The log has the cause under `request_id`")];
                if let Some(security) = &operation.security {
                    if security.contains(&of_portals)
                        || DIALS.contains(&operation.operation_id.as_deref().unwrap_or_default())
                    {
                        common.push(("429", "Too many requests. Retry after `Retry-After` seconds"));
                    }
                    common.push(("401", "The credential is missing or invalid"));
                    common
                        .push(("503", "The database does not respond, or is busy. Retry after `Retry-After` seconds"));
                    if path.starts_with("/admin/") || path.starts_with("/api/v1/admin/") {
                        common.push(("403", "The session has another role"));
                    }
                }
                if operation.request_body.as_ref().is_some_and(is_json) {
                    common.push(("408", "The body did not arrive in time"));
                    common.push(("413", "The body is larger than 64 KiB"));
                    common.push(("415", "The body is not `application/json`, or it is compressed"));
                    common.push(("422", "Some fields are invalid. The response names all of them"));
                }
                for (status, description) in common {
                    let responses = &mut operation.responses.responses;
                    responses.entry(status.to_owned()).or_insert_with(|| refusal(description));
                }
            }
        }
    }
}

/// Whether a request has a body of JSON. Forms have limits of their own.
fn is_json(body: &RefOr<RequestBody>) -> bool {
    matches!(body, RefOr::T(body) if body.content.contains_key("application/json"))
}

fn refusal(description: &str) -> RefOr<openapi::Response> {
    let body = Content::new(Some(Ref::from_schema_name("Error")));
    ResponseBuilder::new().description(description).content("application/json", body).build().into()
}

/// The headers that lead to the next page of a list, and the damaged rows.
struct NextPages;

impl Modify for NextPages {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            let is_list = operation.parameters.iter().flatten().any(is_after);
            if let Some(RefOr::T(page)) = operation.responses.responses.get_mut("200").filter(|_| is_list) {
                for (name, description) in [
                    (
                        "X-Next-Cursor",
                        "The `despues_de` of the next page. Missing on the last page and without `limit`",
                    ),
                    ("Link", "`<URL>; rel=\"next\"`: the path and query of the next page"),
                ] {
                    let text = ObjectBuilder::new().schema_type(Type::String).build();
                    let header = HeaderBuilder::new().schema(Some(text)).description(Some(description)).build();
                    page.headers.insert(name.to_owned(), header.into());
                }
                page.content.values_mut().for_each(or_damaged);
            }
        }
    }
}

/// Lets each row of an array be a damaged one.
fn or_damaged(content: &mut RefOr<Content>) {
    if let RefOr::T(Content { schema: Some(RefOr::T(Schema::Array(rows))), .. }) = content
        && let ArrayItems::RefOrSchema(row) = &mut rows.items
    {
        let choices = OneOfBuilder::new().item((**row).clone()).item(Ref::from_schema_name("DamagedRow"));
        **row = Schema::OneOf(choices.build()).into();
    }
}

fn is_after(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == AFTER)
}

pub(super) fn operations(item: &mut openapi::PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}

/// The examples of `docs/wire.md`.
struct Examples;

impl Modify for Examples {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let examples = examples();
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                let Some(id) = operation.operation_id.clone() else { continue };
                if let Some(RefOr::T(body)) = &mut operation.request_body {
                    attach(&mut body.content, examples.get(format!("{id} request").as_str()));
                }
                for (status, response) in &mut operation.responses.responses {
                    if let RefOr::T(response) = response {
                        attach(&mut response.content, examples.get(format!("{id} {status}").as_str()));
                    }
                }
            }
        }
    }
}

/// Attaches an example. A text that is no JSON is left out here. A test reports it.
fn attach<'a>(content: impl IntoIterator<Item = (&'a String, &'a mut RefOr<Content>)>, example: Option<&&str>) {
    for (_, content) in content {
        if let RefOr::T(content) = content {
            content.example = example.and_then(|json| serde_json::from_str(json).ok());
        }
    }
}

/// The examples of `docs/wire.md` by name: an operation, then `request` or a status, then a word that tells several
/// apart.
///
/// An example is a fenced block whose first line is ` ```json NAME `. The document shows the example without the last
/// word: `toggle_router 200`, not `toggle_router 200 off`.
pub fn examples() -> BTreeMap<&'static str, &'static str> {
    let blocks = include_str!("../../../../docs/wire.md").split("\n```");
    blocks.filter_map(|block| block.strip_prefix("json ")?.split_once('\n')).collect()
}
