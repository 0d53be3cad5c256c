use std::{sync::Arc, time::Duration};

use portero_domain::{
    notification::Message,
    ports::{NotifierError, NotifierRejection},
};
use portero_testkit::{FakeNotifier, SentMessage, builders::a_company};
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, assert_example, assert_faulty, example};

const TEST: &str = "/api/v1/admin/test-telegram";
const CHAT: &str = "-1001234567890";

/// The service with a company, its logged-in admin, and the messenger.
async fn an_app(of_secrets: bool) -> (TestApp, String, FakeNotifier) {
    let notifier = FakeNotifier::new();
    let app = TestApp::with(|ports, _| ports.notifier = Arc::new(notifier.clone())).await;
    let company = if of_secrets { a_company().with_secrets() } else { a_company() };
    app.given(|store| store.with_company(company.build()));
    let token = app.company_admin();
    (app, token, notifier)
}

fn sent(bot: &str, chat: &str) -> SentMessage {
    let message = Message::Test { company: a_company().build().name };
    SentMessage { bot: bot.to_owned(), chat: chat.to_owned(), message }
}

#[actix_web::test]
async fn a_test_message_goes_by_the_bot_of_the_request() {
    let (app, admin, notifier) = an_app(true).await;
    let request = example("test_my_telegram request");
    assert_example(&app.unchanged(app.post(TEST).bearer(&admin).json(&request)).await, "test_my_telegram 200");
    assert_eq!(notifier.sent(), [sent("654321:otro-bot", "-1009876543210")]);
}

#[actix_web::test]
async fn what_the_request_does_not_say_is_taken_from_the_company() {
    let (app, admin, notifier) = an_app(true).await;
    for request in [json!({}), json!({"token": "********", "chat_id": null}), json!({"token": "", "chat_id": " "})] {
        assert_example(&app.post(TEST).bearer(&admin).json(&request).await, "test_my_telegram 200");
    }
    assert_example(&app.post(TEST).bearer(&admin).json(&json!({"chat_id": "7"})).await, "test_my_telegram 200");
    let stored = || sent("123456:telegram-bot", CHAT);
    assert_eq!(notifier.sent(), [stored(), stored(), stored(), sent("123456:telegram-bot", "7")]);
}

#[actix_web::test]
async fn without_a_token_or_a_chat_nothing_is_sent() {
    let (app, admin, notifier) = an_app(false).await;
    for request in
        [json!({}), json!({"token": "654321:otro-bot"}), json!({"chat_id": "7"}), json!({"token": "********"})]
    {
        let response = app.post(TEST).bearer(&admin).json(&request).await;
        assert_error(&response, 400, "telegram_not_configured", "Faltan credenciales (Token o Chat ID)");
    }
    assert_eq!(notifier.sent(), []);
}

#[actix_web::test]
async fn a_failure_at_telegram_is_told_in_one_sentence() {
    let (app, admin, notifier) = an_app(true).await;
    for error in [
        NotifierRejection::Bot.into(),
        NotifierRejection::Chat.into(),
        NotifierError::Wait(Duration::from_secs(7)),
        NotifierError::Unavailable,
    ] {
        notifier.fail_next(CHAT, error);
        let response = app.post(TEST).bearer(&admin).json(&json!({})).await;
        let sentence = "Error de Telegram. Verifica que el Token sea válido y que hayas iniciado chat con el bot.";
        assert_error(&response, 502, "telegram_failed", sentence);
    }
}

#[actix_web::test]
async fn every_faulty_field_is_named() {
    let (app, admin, _) = an_app(true).await;
    let faults: Vec<(&str, Value, &str)> = vec![
        ("token", json!(7), "string_type"),
        ("token", json!("x".repeat(257)), "string_too_long"),
        ("chat_id", json!(-100), "string_type"),
        ("chat_id", json!("x".repeat(201)), "string_too_long"),
    ];
    assert_faulty(|| app.post(TEST).bearer(&admin), &example("test_my_telegram request"), &faults).await;
}
