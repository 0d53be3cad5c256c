use super::{
    companies, gateways, hotspot, logos, my_company, payments, portal, products, routers,
    routing::{At, at, delete, get, post, put},
    service, sessions, users, webhooks,
};

/// Every path. The framework tries them in this order, so the most used paths come first.
pub(super) fn routes() -> Vec<At> {
    [of_portals(), of_super_admins(), of_company_admins(), of_the_service()].into_iter().flatten().collect()
}

/// Of portals, and of payment gateways.
fn of_portals() -> Vec<At> {
    vec![
        at("/health", [get(service::health::handle)]),
        at("/api/v1/config/public", [get(portal::public_config::handle)]),
        at("/api/v1/catalogo_perfiles_venta", [get(portal::catalogue::handle)]),
        at("/api/v1/catalogo_perfiles_venta/{producto_id}", [get(portal::catalogue_product::handle)]),
        at("/api/v1/hotspot/auto-reconnect", [post(hotspot::auto_reconnect::handle)]),
        at("/api/v1/hotspot/user/profile-info", [post(hotspot::profile_info::handle)]),
        at("/api/v1/routers/validar-empresa-router", [post(hotspot::validate_router::handle)]),
        at("/api/v1/payments/pagar-conekta", [post(payments::pay_conekta::handle)]),
        at("/api/v1/payments/pagar-mercado-pago", [post(payments::pay_mercado_pago::handle)]),
        at("/api/v1/payments/compra", [get(payments::find_purchase::handle)]),
        at("/api/v1/payments/estado-pago/{payment_id}", [get(payments::payment_status::handle)]),
    ]
}

/// Sessions, and what super admins use.
fn of_super_admins() -> Vec<At> {
    vec![
        // A super admin's routers and their keys.
        at(
            "/admin/empresas/{empresa_id}/routers",
            [get(routers::list_routers::handle), post(routers::register_router::handle)],
        ),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}",
            [
                get(routers::find_router::handle),
                put(routers::edit_router::handle),
                delete(routers::delete_router::handle),
            ],
        ),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/toggle-activo", [put(routers::toggle_router::handle)]),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/activo", [put(routers::switch_router::handle)]),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/salud", [get(routers::router_health::handle)]),
        at("/admin/routers/salud", [get(routers::fleet_health::handle)]),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/tls",
            [get(routers::find_router_tls::handle), put(routers::confirm_router_tls::handle)],
        ),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/regenerate-api-key",
            [post(routers::regenerate_api_key::handle)],
        ),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/api-keys", [get(routers::api_key_history::handle)]),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/api-keys/{key_id}/revoke",
            [post(routers::revoke_api_key::handle)],
        ),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/api-key-status", [get(routers::api_key_status::handle)]),
        // Sessions.
        at("/api/v1/auth/login", [post(sessions::log_in::handle)]),
        at("/api/v1/auth/logout", [post(sessions::log_out::handle)]),
        at("/api/v1/auth/change-password", [post(sessions::change_password::handle)]),
        // A super admin's companies and users.
        at("/admin/dashboard", [get(companies::system_dashboard::handle)]),
        at("/admin/empresas", [get(companies::list_companies::handle), post(companies::create_company::handle)]),
        at(
            "/admin/empresas/{empresa_id}",
            [get(companies::find_company::handle), put(companies::edit_company::handle)],
        ),
        at("/admin/empresas/{empresa_id}/toggle-activo", [put(companies::toggle_company::handle)]),
        at("/admin/empresas/{empresa_id}/activo", [put(companies::switch_company::handle)]),
        at("/admin/empresas/{empresa_id}/stats", [get(companies::company_stats::handle)]),
        at("/admin/usuarios", [get(users::list_users::handle), post(users::create_user::handle)]),
        at("/admin/usuarios/{usuario_id}", [get(users::find_user::handle)]),
        at("/admin/usuarios/{usuario_id}/toggle-activo", [put(users::toggle_user::handle)]),
        at("/admin/usuarios/{usuario_id}/activo", [put(users::switch_user::handle)]),
    ]
}

/// What company admins use.
fn of_company_admins() -> Vec<At> {
    vec![
        // A company admin's company and its products.
        at(
            "/api/v1/admin/mi-empresa",
            [get(my_company::find_my_company::handle), put(my_company::edit_my_company::handle)],
        ),
        // Its payment gateways. Some panels know the settings under two paths.
        at("/api/v1/admin/mi-empresa/configurar-credenciales", [post(gateways::configure_my_credentials::handle)]),
        at("/api/v1/payments/configurar-credenciales", [post(gateways::configure_credentials::handle)]),
        at("/api/v1/admin/mi-empresa/configurar-conekta", [post(gateways::configure_my_conekta::handle)]),
        at("/api/v1/admin/mi-empresa/conekta-config", [put(gateways::edit_my_conekta::handle)]),
        at("/api/v1/admin/mi-empresa/logo", [post(logos::set_my_logo::handle)]),
        at("/static/logos/{file}", [get(logos::show_logo::handle)]),
        at("/api/v1/admin/mi-empresa/conekta", [get(gateways::find_my_conekta::handle)]),
        at("/api/v1/admin/mi-empresa/mercado-pago", [get(gateways::find_my_mercado_pago::handle)]),
        at("/api/v1/admin/mi-empresa/routers", [get(my_company::list_my_routers::handle)]),
        at("/api/v1/admin/mi-empresa/routers/{router_id}", [put(my_company::edit_my_router::handle)]),
        at(
            "/api/v1/admin/mi-empresa/routers/{router_id}/tls",
            [get(my_company::find_my_router_tls::handle), put(my_company::confirm_my_router_tls::handle)],
        ),
        at("/api/v1/admin/routers/{router_id}/test-connection", [get(my_company::test_my_router::handle)]),
        at("/api/v1/admin/routers/{router_id}/mikrotik-profiles", [get(my_company::list_my_router_profiles::handle)]),
        at("/api/v1/admin/test-telegram", [post(my_company::test_my_telegram::handle)]),
        at("/api/v1/admin/mi-empresa/dashboard", [get(my_company::my_dashboard::handle)]),
        at("/api/v1/admin/mi-empresa/conciliacion", [get(my_company::my_reconciliation::handle)]),
        at("/api/v1/admin/mi-empresa/transacciones", [get(my_company::list_my_transactions::handle)]),
        at("/api/v1/admin/mi-empresa/transacciones/{transaccion_id}", [get(my_company::my_transaction::handle)]),
        at(
            "/api/v1/admin/mi-empresa/transacciones/{transaccion_id}/reembolso",
            [post(my_company::refund_my_transaction::handle)],
        ),
        at("/api/v1/admin/products", [get(products::list_products::handle), post(products::create_product::handle)]),
        at(
            "/api/v1/admin/products/{producto_id}",
            [
                get(products::find_product::handle),
                put(products::edit_product::handle),
                delete(products::delete_product::handle),
            ],
        ),
        // The payment gateways.
        at("/api/v1/webhook/mercado-pago", [post(webhooks::mercado_pago::handle)]),
        at("/api/v1/webhook/conekta/{webhook_token}", [post(webhooks::conekta::handle)]),
    ]
}

/// The service itself.
fn of_the_service() -> Vec<At> {
    vec![
        at("/", [get(service::service_info::handle)]),
        at("/ready", [get(service::readiness::handle)]),
        at("/openapi.json", [get(service::docs::document)]),
        at("/docs", [get(service::docs::folder)]),
        at("/docs/{file:.*}", [get(service::docs::page)]),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::api::openapi;

    #[test]
    fn the_document_has_every_path_and_method_and_no_others() {
        let document = serde_json::to_value(openapi::document()).unwrap();
        let documented: BTreeSet<_> = (document["paths"].as_object().unwrap().iter())
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        // The document does not describe its own paths. `HEAD` is implied by `GET`.
        let of_itself = |path: &str| path.starts_with("/docs") || path == "/openapi.json";
        let routed: BTreeSet<_> = (routes().iter().filter(|at| !of_itself(at.path)))
            .flat_map(|at| at.methods.iter().map(|method| (method.to_string(), at.path.to_owned())))
            .filter(|(method, _)| method != "HEAD")
            .collect();
        assert_eq!(documented, routed);
    }
}
