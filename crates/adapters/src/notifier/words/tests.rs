use portero_domain::{ids::PurchaseReference, purchase::ChargeId, secret::Secret};
use time::macros::datetime;

use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn notice(news: PurchaseNews) -> PurchaseNotice {
    PurchaseNotice {
        company: name("Hotel Central"),
        plan: name("1 Día"),
        amount: Money::parse("19.9").unwrap(),
        currency: Currency::Mxn,
        customer: Some(name("Ana Ruiz")),
        email: Some(Email::parse("ana@example.com").unwrap()),
        charge: ChargeId::parse("ord_2tNDzhA6AquQbCp4C"),
        reference: PurchaseReference::parse(&format!("compra_{:026}", 7)).unwrap(),
        news,
    }
}

fn said(notice: PurchaseNotice) -> String {
    html(&Message::Purchase(Box::new(notice)))
}

fn user() -> PurchaseNews {
    PurchaseNews::Paid(GuestAccess::User { name: secret("PT-AB3C9D"), password: secret("123456") })
}

const OF_ALL: &str = "\n\n<b>Empresa:</b> Hotel Central\n<b>Plan:</b> 1 Día\n<b>Monto:</b> $19.90 MXN\n\
     <b>Cliente:</b> Ana Ruiz (ana@example.com)\n<b>Transacción:</b> <code>ord_2tNDzhA6AquQbCp4C</code>\n";

#[test]
fn a_payment_is_told_with_everything_that_the_company_needs() {
    let access = "<b>Usuario:</b> <code>PT-AB3C9D</code>\n<b>Contraseña:</b> <code>123456</code>";
    assert_eq!(said(notice(user())), format!("<b>✅ ¡Pago Aprobado!</b>{OF_ALL}{access}"));
}

#[test]
fn a_pin_has_no_password_line() {
    let text = said(notice(PurchaseNews::Paid(GuestAccess::Pin(secret("PT-12345678")))));
    assert_eq!(text, format!("<b>✅ ¡Pago Aprobado!</b>{OF_ALL}<b>PIN:</b> <code>PT-12345678</code>"));
}

#[test]
fn a_decline_a_refund_and_a_manual_case_have_a_reason() {
    let refused = ManualCause::RefundRefused(RefundProblem::NoFunds);
    for (news, title, reason) in [
        (PurchaseNews::Declined(DeclineReason::InsufficientFunds), "❌ Pago Rechazado", "Fondos insuficientes"),
        (PurchaseNews::Refunded(RefundCause::Requested), "↩️ Pago Reembolsado", "Solicitado por un administrador"),
        (
            PurchaseNews::Manual(refused),
            "⚠️ Pago por revisar",
            "La pasarela rechazó el reembolso: la cuenta no tiene fondos suficientes",
        ),
    ] {
        assert_eq!(said(notice(news)), format!("<b>{title}</b>{OF_ALL}<b>Motivo:</b> {reason}"));
    }
}

#[test]
fn a_purchase_without_a_charge_shows_its_own_reference() {
    let news = PurchaseNews::Declined(DeclineReason::Declined);
    let text = said(PurchaseNotice { charge: None, customer: None, email: None, ..notice(news) });
    assert!(text.contains("<code>compra_00000000000000000000000007</code>"), "{text}");
    assert!(text.contains("<b>Cliente:</b> -\n"), "{text}");
}

#[test]
fn every_value_is_escaped() {
    let text = said(PurchaseNotice {
        company: name("<b>A & B"),
        plan: name("</code><a href='x'>"),
        customer: Some(name("\"Ana\" <script>")),
        ..notice(PurchaseNews::Paid(GuestAccess::User { name: secret("<i>"), password: secret("a\n&amp;") }))
    });
    for expected in [
        "<b>Empresa:</b> &lt;b&gt;A &amp; B\n",
        "<b>Plan:</b> &lt;/code&gt;&lt;a href='x'&gt;\n",
        "\"Ana\" &lt;script&gt; (",
        "<code>&lt;i&gt;</code>",
        "<code>a &amp;amp;</code>",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// Telegram counts characters after it has read the entities.
#[test]
fn the_longest_message_is_within_telegrams_limit() {
    let long = |length| "&".repeat(length);
    let text = said(PurchaseNotice {
        company: name(&long(100)),
        plan: name(&long(100)),
        amount: Money::MAX,
        customer: Some(name(&long(100))),
        charge: ChargeId::parse(&long(100)),
        ..notice(PurchaseNews::Paid(GuestAccess::User { name: secret(&long(9_999)), password: secret(&long(9_999)) }))
    });
    let read = text.replace("<b>", "").replace("</b>", "").replace("&amp;", "&");
    assert!(read.chars().count() <= 4_096, "{}", read.chars().count());
}

#[test]
fn routers_keys_gateways_and_the_test_have_their_texts() {
    let at = Timestamp::new(datetime!(2025-01-15 09:05:59 UTC));
    let router = |news| Message::Router { company: name("Hotel Central"), router: name("Lobby"), at, news };
    let of = "\n\n<b>Empresa:</b> Hotel Central\n<b>Router:</b> Lobby\n";
    let key =
        |days| Message::ApiKeyExpiring { company: name("Hotel Central"), router: name("Lobby"), expires_at: at, days };
    let renew =
        "<b>Expira:</b> 2025-01-15 09:05 UTC\n\nGenere una nueva API Key y cámbiela en el portal antes de esa fecha.";
    for (message, expected) in [
        (
            router(RouterNews::Down(Some(Condition::Unreachable))),
            format!(
                "<b>🔴 Router con problemas</b>{of}<b>Problema:</b> No responde\n<b>Desde:</b> 2025-01-15 09:05 UTC"
            ),
        ),
        (
            router(RouterNews::Down(None)),
            format!("<b>🔴 Router con problemas</b>{of}<b>Desde:</b> 2025-01-15 09:05 UTC"),
        ),
        (router(RouterNews::Up), format!("<b>🟢 Router en línea</b>{of}<b>Desde:</b> 2025-01-15 09:05 UTC")),
        (key(7), format!("<b>⏳ La API Key expira en 7 días</b>{of}{renew}")),
        (key(1), format!("<b>⏳ La API Key expira en 1 día</b>{of}{renew}")),
        (
            Message::CredentialsRefused { company: name("Hotel Central"), gateway: Gateway::MercadoPago },
            "<b>⚠️ Credenciales rechazadas</b>\n\n<b>Empresa:</b> Hotel Central\n<b>Pasarela:</b> Mercado Pago\n\n\
             La pasarela rechaza las credenciales de la empresa. No se pueden cobrar ventas hasta corregirlas."
                .to_owned(),
        ),
        (
            Message::UnknownCharges { company: name("Hotel Central"), gateway: Gateway::Conekta, day: at },
            "<b>⚠️ Cobros sin compra</b>\n\n<b>Empresa:</b> Hotel Central\n<b>Pasarela:</b> Conekta\n\
             <b>Día:</b> 2025-01-15 UTC\n\nLa pasarela tiene cobros de ese día que Portero no conoce. Revíselos en la \
             conciliación de ese día y reembólselos en el panel de la pasarela si corresponde."
                .to_owned(),
        ),
        (
            Message::Test { company: name("Hotel Central") },
            "<b>🔔 Mensaje de prueba</b>\n\n<b>Empresa:</b> Hotel Central\n\n\
             Las notificaciones de Telegram están configuradas correctamente."
                .to_owned(),
        ),
    ] {
        assert_eq!(html(&message), expected);
    }
}
