//! What must be in no log and in no table.

use portero_gateways_sim::{Armed, Fault, When};
use serde_json::json;

use super::{
    lane::{GATEWAYS, Lane},
    shop::{ACCESS_TOKEN, BOT, Company, RECOVERY, SELLER_PASSWORD, Shop, WEBHOOK_SECRET},
};
use crate::support::{
    eventually,
    program::PASSWORD,
    tenant::{CONEKTA_PRIVATE_KEY, ROUTER_PASSWORD},
};

/// Whether the text has the secret as a word of its own. Digits within a number or a fraction of a second are no secret.
fn tells(text: &str, secret: &str) -> bool {
    text.match_indices(secret).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + secret.len()..].chars().next();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
        !before.is_some_and(is_part) && !after.is_some_and(|letter| letter.is_ascii_alphanumeric())
    })
}

#[test]
fn a_sale_leaves_no_secret_in_the_log_and_in_the_tables() {
    let shop = Shop::new();
    let server = shop.reachable().with("RUST_LOG", "trace").with("GATEWAY_TIMEOUT_SECONDS", "2").serve();
    let company = Company::founded(&server);
    shop.report_conekta_to(&server);
    let client = server.client();
    let mut secrets: Vec<(&str, String)> = [
        ("access token", ACCESS_TOKEN),
        ("webhook secret", WEBHOOK_SECRET),
        ("bot token", BOT),
        ("bot token", "bot-token-of-these-tests"),
        ("private key", CONEKTA_PRIVATE_KEY),
        ("router password", ROUTER_PASSWORD),
        ("seller's password", SELLER_PASSWORD),
        ("admin's password", PASSWORD),
    ]
    .map(|(what, secret)| (what, secret.to_owned()))
    .to_vec();
    let mut lanes = Vec::new();
    for gateway in GATEWAYS {
        for (kind, card, fault) in [
            ("usuario_contrasena", "paid", None),
            ("pin", "paid", None),
            ("pin", "paid", Some(Fault::Drop(When::After))),
            ("usuario_contrasena", "paid", Some(Fault::Garbage)),
            ("usuario_contrasena", "paid", Some(Fault::Status(When::Before, 401, None))),
            ("usuario_contrasena", "paid", Some(Fault::WrongAmount)),
            ("usuario_contrasena", "declined", None),
            ("pin", "confirmed", None),
        ] {
            let mut lane = Lane::of(&shop, &company, gateway, &format!("{kind} {card} {fault:?}"), card);
            lane.body["tipo_usuario"] = json!(kind);
            secrets.push(("card token", lane.token().to_owned()));
            secrets.push(("portal's key", lane.key().to_owned()));
            if let Some(fault) = fault {
                shop.arm(gateway, Armed::once(fault).at("POST", gateway.charges()));
            }
            let answer = lane.order(&client);
            if answer.status == 200 {
                let guest = &answer.body["usuario_hotspot"];
                let secret = if kind == "pin" { &guest["usuario"] } else { &guest["contrasena"] };
                secrets.push((kind, secret.as_str().unwrap().to_owned()));
                if kind == "pin" {
                    secrets.push((kind, secret.as_str().unwrap().trim_start_matches("PT-").to_owned()));
                }
            }
            if card == "paid" && fault.is_none() {
                shop.refund(&lane, &company.seller);
            }
            lanes.push(lane);
        }
    }
    shop.settled_except("stage = 'confirming'");
    eventually(RECOVERY, "the company is told", || !shop.telegram.messages().is_empty());
    assert!(secrets.iter().filter(|(what, _)| *what == "pin").count() >= 4, "PINs were sold");
    assert!(secrets.iter().any(|(what, _)| *what == "usuario_contrasena"), "passwords were sold");
    server.terminate();
    let (_, log) = server.ended(RECOVERY);
    let tables = shop.dump();
    drop(lanes);
    assert!(log.contains("TRACE") && tables.contains("buyer-"), "the log and the tables are about these sales");
    for (what, secret) in &secrets {
        for (place, text) in [("log", &log), ("tables", &tables)] {
            let found = || text.lines().filter(|line| tells(line, secret)).collect::<Vec<_>>().join("\n");
            assert!(!tells(text, secret), "the {place} tells the {what} {secret}:\n{}", found());
        }
    }
}
