use minreq::Method;
use portero_gateways_sim::{Settings, Telegram};
use serde_json::{Value, json};

use crate::client::{json_of, request};

const BOT: &str = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn send(url: &str, bot: &str, body: &Value) -> (u16, Value) {
    let response = request(Method::Post, format!("{url}/bot{bot}/sendMessage"), &[], Some(body));
    (response.status_code, json_of(&response))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_arrives_with_its_html_and_errors_are_telegrams() {
    let gateway = Telegram::start(Settings::default()).await.unwrap();
    let url = gateway.url();
    let text = json!({ "chat_id": "-100200", "text": "<b>Pago</b> A &lt; B", "parse_mode": "HTML" });
    let (status, body) = send(&url, BOT, &text);
    assert_eq!((status, &body["ok"], &body["result"]["text"]), (200, &json!(true), &json!("Pago A < B")));
    assert_eq!(gateway.messages()[0].text, "<b>Pago</b> A &lt; B");
    gateway.block("7", true);
    gateway.forget("8");
    for (chat, text, status) in
        [("7", "x", 403), ("8", "x", 400), ("name", "x", 400), ("9", " ", 400), ("9", "<b>", 400)]
    {
        let (seen, body) = send(&url, BOT, &json!({ "chat_id": chat, "text": text, "parse_mode": "HTML" }));
        assert_eq!((seen, &body["ok"], &body["error_code"]), (status, &json!(false), &json!(status)), "{chat} {text}");
    }
    assert_eq!(send(&url, BOT, &json!({ "chat_id": 9, "text": "x".repeat(4097) })).0, 400);
    assert_eq!(send(&url, "malformed", &json!({})).0, 404);
    assert_eq!(gateway.messages().len(), 1);
    let strict = Settings {
        accounts: vec![BOT.into()],
        faults: vec!["status=429,7:before*1".parse().unwrap()],
        ..Settings::default()
    };
    let strict = Telegram::start(strict).await.unwrap();
    let (status, body) = send(&strict.url(), BOT, &text);
    assert_eq!((status, &body["parameters"]["retry_after"]), (429, &json!(7)));
    assert_eq!(send(&strict.url(), "999999:BBBBBBBBBBBBBBBBBBBBBBBBBBBB", &text).0, 401);
    let me = request(Method::Get, format!("{}/bot{BOT}/getMe", strict.url()), &[], None);
    assert_eq!(json_of(&me)["result"]["is_bot"], true);
}
