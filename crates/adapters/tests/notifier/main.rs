//! Telegram, against a simulated one on a socket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fmt::{self, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use portero_adapters::{HttpClient, HttpLimits, notifier::Telegram};
use portero_domain::{
    notification::Message,
    ports::{Notifier, NotifierError, NotifierRejection},
    secret::Secret,
    text::{ForeignId, Name},
};
use portero_gateways_sim::{self as sim, Armed, Fault, Settings, When};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

const BOT: &str = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn adapter(url: &str) -> Telegram {
    let limits = HttpLimits { timeout: Duration::from_millis(500), ..HttpLimits::default() };
    Telegram::new(HttpClient::new(url, limits).unwrap())
}

async fn send(telegram: &Telegram, bot: &str, chat: &str) -> Result<(), NotifierError> {
    let message = Message::Test { company: Name::parse("Hotel <Central>").unwrap() };
    telegram.send(&Secret::new(bot.to_owned()), &ForeignId::parse(chat).unwrap(), &message).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_arrives_as_html() {
    let simulated = sim::Telegram::start(Settings::default()).await.unwrap();
    assert_eq!(send(&adapter(&simulated.url()), BOT, "-100200").await, Ok(()));
    let [message] = simulated.messages().try_into().unwrap();
    assert_eq!((message.token.as_str(), message.chat.as_str()), (BOT, "-100200"));
    assert_eq!(message.parse_mode.as_deref(), Some("HTML"));
    assert!(message.text.contains("Hotel &lt;Central&gt;"), "{}", message.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_bot_and_a_wrong_chat_are_refused_for_good() {
    let settings = Settings { accounts: vec![BOT.into()], ..Settings::default() };
    let simulated = sim::Telegram::start(settings).await.unwrap();
    simulated.block("7", true);
    simulated.forget("8");
    let telegram = adapter(&simulated.url());
    for (bot, chat, expected) in [
        ("999999:BBBBBBBBBBBBBBBBBBBBBBBBBBBB", "9", NotifierRejection::Bot),
        ("malformed", "9", NotifierRejection::Bot),
        ("a/../b?c#d", "9", NotifierRejection::Bot),
        (BOT, "7", NotifierRejection::Chat),
        (BOT, "8", NotifierRejection::Chat),
        (BOT, "name", NotifierRejection::Chat),
    ] {
        assert_eq!(send(&telegram, bot, chat).await, Err(expected.into()), "{bot} {chat}");
    }
    assert_eq!(simulated.messages(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_sent_too_much_is_told_how_long_to_wait() {
    let simulated = sim::Telegram::start(Settings::default()).await.unwrap();
    simulated.faults().arm(Armed::once(Fault::Status(When::Before, 429, Some(7))));
    let telegram = adapter(&simulated.url());
    assert_eq!(send(&telegram, BOT, "9").await, Err(NotifierError::Wait(Duration::from_secs(7))));
    assert_eq!(send(&telegram, BOT, "9").await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_goes_wrong_may_be_tried_again() {
    let simulated = sim::Telegram::start(Settings::default()).await.unwrap();
    let telegram = adapter(&simulated.url());
    for fault in [
        Fault::Drop(When::Before),
        Fault::Hang(When::Before),
        Fault::Status(When::Before, 500, None),
        Fault::Garbage,
        Fault::Truncated,
        Fault::Endless,
        Fault::Trickle,
        Fault::Redirect,
    ] {
        simulated.faults().arm(Armed::once(fault));
        let asked = Instant::now();
        assert_eq!(send(&telegram, BOT, "9").await, Err(NotifierError::Unavailable), "{fault:?}");
        assert!(asked.elapsed() < Duration::from_secs(5), "{fault:?}");
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let telegram = adapter(&format!("http://127.0.0.1:{nobody}"));
    assert_eq!(send(&telegram, BOT, "9").await, Err(NotifierError::Unavailable));
}

/// All that is logged in this process, at every level.
static LOG: Mutex<String> = Mutex::new(String::new());

struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut Line);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line;

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(log, "{}={value:?}", field.name()).unwrap();
    }
}

#[tokio::test]
async fn the_token_reaches_no_log_and_no_error() {
    let _ = tracing::subscriber::set_global_default(Collector);
    tracing::info!("the log is collected");
    let simulated = sim::Telegram::start(Settings::default()).await.unwrap();
    let telegram = adapter(&simulated.url());
    let mut told = format!("{telegram:?}");
    for fault in [
        Fault::Drop(When::Before),
        Fault::Hang(When::Before),
        Fault::Status(When::Before, 401, None),
        Fault::Status(When::Before, 429, Some(7)),
        Fault::Garbage,
        Fault::Redirect,
    ] {
        simulated.faults().arm(Armed::once(fault));
        let error = send(&telegram, BOT, "9").await.unwrap_err();
        write!(told, "{error} {error:?}").unwrap();
    }
    told.push_str(&LOG.lock().unwrap());
    assert!(told.contains("the log is collected"));
    assert!(!told.contains("AAAAAAAA"), "{told}");
}
