//! The program `gateways-sim`, as its own process.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use minreq::Method;
use serde_json::{Value, json};

use crate::client::{KEY, Shop, json_of, pay, payment, request};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gateways-sim"))
}

fn steer(url: &str, path: &str, body: &Value) -> u16 {
    request(Method::Post, format!("{url}/_sim/{path}"), &[], Some(body)).status_code
}

fn told(url: &str, path: &str) -> Value {
    json_of(&request(Method::Get, format!("{url}/_sim/{path}"), &[], None))
}

#[test]
fn it_says_where_it_listens_obeys_its_control_endpoints_and_ends_when_told_to() {
    let mut child = program()
        .args(["serve", "--deterministic", "--fault", "conekta=drop:before@GET /orders", "--webhooks"])
        .args(["conekta=http://127.0.0.1:9/hook", "--assume", "conekta-shows-nulls=no"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut url = |name: &str| {
        let line = lines.next().unwrap().unwrap();
        format!("http://{}", line.strip_prefix(&format!("{name} listening on ")).unwrap())
    };
    let (conekta, mercado_pago, telegram) = (url("conekta"), url("mercado-pago"), url("telegram"));
    let shop = Shop { url: conekta.clone(), key: KEY };

    let card = json!({ "card": {
        "number": "4000000000000036", "name": "Ana", "exp_month": "12", "exp_year": "30", "cvc": "123",
    } });
    let token = shop.call(Method::Post, "/tokens", Some(&card)).1["id"].as_str().unwrap().to_owned();
    let (_, order) = shop.order(&token, "intent-1");
    let id = order["id"].as_str().unwrap();
    assert_eq!(steer(&conekta, &format!("orders/{id}/turn"), &json!({ "to": "paid" })), 200);
    assert_eq!(told(&conekta, "charges?of=intent-1")["charges"][0]["captured"], 1050);
    assert_eq!(steer(&conekta, &format!("orders/{id}/refund"), &json!({ "amount": 50 })), 200);
    assert_eq!(steer(&conekta, &format!("orders/{id}/chargeback"), &json!({})), 200);
    assert_eq!(told(&conekta, "charges")["charges"][0]["status"], "charged_back");
    assert_eq!(told(&conekta, "requests")["requests"].as_array().unwrap().len(), 2);
    assert_eq!(told(&conekta, "webhooks")["receivers"], json!(["http://127.0.0.1:9/hook"]));
    assert_eq!(steer(&conekta, "faults", &json!({ "fault": "earthquake" })), 400);
    assert_eq!(steer(&conekta, "orders/ord_x/turn", &json!({ "to": "paid" })), 404);

    assert_eq!(steer(&mercado_pago, "faults", &json!({ "fault": "status=423:before@POST /v1/payments" })), 200);
    assert_eq!(pay(&mercado_pago, "k", &payment("t", "x")).0, 423);
    assert_eq!(told(&mercado_pago, "faults")["struck"], 1);
    assert_eq!(told(&telegram, "messages")["messages"], json!([]));

    let ended = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(ended.success() && child.wait().unwrap().success());
}

#[test]
fn it_refuses_what_it_does_not_know() {
    for arguments in [
        &["serve", "--fault", "conekta=earthquake"][..],
        &["serve", "--fault", "bank=drop:before"],
        &["serve", "--webhooks", "conekta=http://192.0.2.1/"],
        &["serve", "--conekta", "0.0.0.0:0"],
        &["serve", "--assume", "the-earth-is-flat=yes"],
    ] {
        let output = program().args(arguments).output().unwrap();
        assert!(!output.status.success() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn it_lists_what_is_guessed_and_what_was_never_tried() {
    let output = program().arg("assumptions").output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(portero_gateways_sim::ASSUMPTIONS.iter().all(|guess| listed.contains(guess.name)));
    assert!(portero_gateways_sim::DOCUMENTED.iter().all(|fact| listed.contains(fact)));
}
