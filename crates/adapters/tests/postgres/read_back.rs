//! Every text that a type accepts is read back by that type from the store.

use std::{ops::RangeInclusive, sync::LazyLock};

use portero_domain::{
    Timestamp,
    company::{Company, MercadoPagoAccess},
    ids::{CompanyId, KeyId, LogoTag, ProductId, RouterId, SessionId, UserId, WebhookToken},
    money::Money,
    network::{CertificateFingerprint, Endpoint, Host, Port},
    ports::{Storage, StorageError, transact},
    product::{HotspotProfile, ProductDetails},
    router::{ApiUsername, Location},
    secret::{Sealed, Secret},
    session::Session,
    text::{Description, Email, ForeignId, Link, Name, Notes, Phone},
    user::{NewUser, UserProfile},
};
use portero_testkit::builders::{a_company, a_router, a_user, an_offer};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::Union,
    test_runner::{Config, TestRunner},
};
use time::Duration;
use tokio::runtime::{Builder, Runtime};

use crate::fixture::{Fixture, store};

/// Characters that break parsers: controls, spaces, combining marks, marks of direction, and the neighbours of the
/// surrogates. Also letters whose other case has another length, script or kind.
const ODD: &str = "\0\t\n\u{7f}\u{85}\u{a0}\u{ad}\u{300}\u{301}\u{307}\u{345}\u{1c5}\u{1c4}İıſẞßςΣŉǰΐﬀﬁKÅΩᾼ\u{13a0}\u{ab70}\
    \u{200b}\u{200d}\u{200e}\u{202e}\u{2028}\u{2029}\u{2060}\u{3000}\u{d7ff}\u{e000}\u{fdd0}\u{feff}\u{fffd}\u{fffe}\u{ffff}\
    \u{10400}\u{1e900}\u{1f600}\u{10ffff}\"'\\%_@.:/?#[]{}<>,; \u{1}";

fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());
    &RUNTIME
}

/// Any character, odd and plain ones more often.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![4 => proptest::char::range('!', '~'), 2 => select(ODD.chars().collect::<Vec<_>>()), 2 => any::<char>()]
}

/// A text of any characters, often of the greatest length that a type takes, and sometimes longer.
fn text(max: usize) -> BoxedStrategy<String> {
    let of = |length: RangeInclusive<usize>| vec(character(), length).prop_map(|text| text.into_iter().collect());
    let repeated = (character(), max.saturating_sub(1)..=max + 1)
        .prop_map(|(character, length)| character.to_string().repeat(length));
    Union::new_weighted(vec![(6, of(1..=6).boxed()), (2, of(0..=max + 1).boxed()), (1, repeated.boxed())]).boxed()
}

/// A text that this parser accepts, and its value.
fn parsed<T: std::fmt::Debug + 'static, E>(
    raw: impl Strategy<Value = String> + 'static,
    parse: impl Fn(&str) -> Result<T, E> + 'static,
) -> BoxedStrategy<T> {
    raw.prop_filter_map("the type does not accept it", move |raw| parse(&raw).ok()).boxed()
}

fn email() -> BoxedStrategy<Email> {
    let letter = || prop_oneof![character(), any::<char>().prop_filter("a letter", |letter| letter.is_alphanumeric())];
    let word = move || vec(letter(), 1..=5).prop_map(|letters| letters.into_iter().collect::<String>());
    let raw = prop_oneof![
        4 => (word(), word(), word()).prop_map(|(local, host, top)| format!("{local}@{host}.{top}")),
        2 => (letter(), letter()).prop_map(|(local, host)| format!("{local}@{host}.mx")),
        1 => (word(), word()).prop_map(|(local, host)| format!("\"{local}\"@{host}.mx")),
        1 => (letter(), 0..=64_usize, 0..=63_usize)
            .prop_map(|(letter, local, host)| format!("a{}@a{}.mx", letter.to_string().repeat(local), letter.to_string().repeat(host))),
    ];
    parsed(raw, Email::parse)
}

fn host() -> BoxedStrategy<Host> {
    let raw =
        prop_oneof!["[0-9a-fA-F.:]{1,15}", "[A-Za-z0-9.-]{1,253}", "([a-z]{63}\\.){3}[a-z]{60,62}", text(Host::MAX)];
    parsed(raw, Host::parse)
}

fn name() -> BoxedStrategy<Name> {
    parsed(text(Name::MAX), Name::parse)
}

fn foreign_id() -> BoxedStrategy<ForeignId> {
    parsed(text(ForeignId::MAX), ForeignId::parse)
}

fn link() -> BoxedStrategy<Link> {
    parsed(prop_oneof![text(Link::MAX), text(Link::MAX - 8).prop_map(|rest| format!("https://{rest}"))], Link::parse)
}

fn price() -> BoxedStrategy<Money> {
    parsed("[0-9]{1,8}(\\.[0-9]{1,3})?", Money::parse_price)
}

/// A list of JSON objects with odd texts, written with spaces or without.
fn details() -> impl Strategy<Value = ProductDetails> {
    let objects = vec((text(20), text(20)), 0..4).prop_map(|pairs| {
        let objects = pairs.into_iter().map(|(name, value)| serde_json::json!({ name: value }));
        serde_json::Value::from(objects.collect::<Vec<_>>())
    });
    (objects, any::<bool>()).prop_map(|(objects, spaced)| {
        ProductDetails::new(if spaced { format!("{objects:#}") } else { objects.to_string() })
    })
}

/// Runs a piece of work in a transaction that leaves no trace, and gives its answer.
fn undone<T: Send + 'static>(
    store: &Fixture,
    work: impl FnOnce(&mut dyn Storage) -> Result<T, StorageError> + Send + 'static,
) -> T {
    enum Undo<T> {
        Done(T),
        Failed(StorageError),
    }
    impl<T> From<StorageError> for Undo<T> {
        fn from(error: StorageError) -> Self {
            Self::Failed(error)
        }
    }
    let answer = runtime().block_on(transact(&*store.storage, move |storage| {
        Err::<(), _>(work(storage).map_or_else(Undo::Failed, Undo::Done))
    }));
    match answer {
        Err(Undo::Done(answer)) => answer,
        Err(Undo::Failed(error)) => panic!("{error:?}"),
        Ok(()) => unreachable!("the work always wants to be undone"),
    }
}

fn run<S: Strategy>(strategy: S, check: impl Fn(S::Value)) {
    let config = Config { cases: 256, failure_persistence: None, max_global_rejects: 1_000_000, ..Config::default() };
    let check = |value| {
        check(value);
        Ok(())
    };
    TestRunner::new(Config { max_local_rejects: 1_000_000, ..config }).run(&strategy, check).unwrap();
}

#[test]
fn every_company_that_the_types_accept_is_read_back_as_it_was_written() {
    let store = store(1);
    let ids = (foreign_id(), foreign_id(), foreign_id(), foreign_id());
    let phone = parsed(text(Phone::MAX), Phone::parse);
    run((name(), email(), phone, link(), ids), |(name, email, phone, logo, (conekta, mercado, chat, user))| {
        let mut company = a_company().build();
        (company.name, company.contact_email) = (name, email);
        (company.contact_phone, company.logo) = (Some(phone), Some(logo));
        company.conekta.public_key = Some(conekta);
        company.mercado_pago.public_key = Some(mercado);
        company.mercado_pago.access =
            Some(MercadoPagoAccess { token: Sealed::new("sealed".to_owned()), user: Some(user.clone()) });
        company.telegram.chat_id = Some(chat);
        let written = company.clone();
        let listed = undone(&store, move |storage| {
            storage.companies().insert(&written)?.expect("a free id");
            let by_user = storage.companies().find_by_mercado_pago_user(&user)?;
            Ok((storage.companies().find(&written.id)?, by_user))
        });
        assert_eq!(listed, (Some(company.clone()), vec![company]));
    });
}

#[test]
fn every_webhook_token_finds_its_company() {
    let store = store(1);
    run(parsed("[0-9a-z]{32}", |raw| WebhookToken::parse(raw).ok_or(())), |token| {
        let company = Company { webhook_token: token.clone(), ..a_company().build() };
        let written = company.clone();
        let found = undone(&store, move |storage| {
            storage.companies().insert(&written)?.expect("a free id");
            storage.companies().find_by_webhook_token(&token)
        });
        assert_eq!(found, Some(company));
    });
}

#[test]
fn every_person_that_the_types_accept_is_found_by_the_email_as_it_was_given() {
    let store = store(1);
    run((name(), email()), |(name, email)| {
        let person = a_user().build();
        let person = NewUser { profile: UserProfile { name, email, ..person.profile }, ..person };
        let profile = person.profile.clone();
        let found = undone(&store, move |storage| {
            let id = storage.users().insert(&person)?.expect("a free e-mail");
            Ok([storage.users().find(id)?, storage.users().find_by_email(&person.profile.email)?])
        });
        assert_eq!(found.map(|user| user.map(|user| user.profile)), [Some(profile.clone()), Some(profile)]);
    });
}

#[test]
fn every_router_that_the_types_accept_is_read_back_as_it_was_written() {
    let store = store(1);
    let username = parsed(text(ApiUsername::MAX), ApiUsername::parse);
    let location = parsed(text(Location::MAX), Location::parse);
    let notes = parsed(text(Notes::MAX), Notes::parse);
    let port = any::<u16>().prop_filter_map("no port", |port| Port::new(port.into()));
    let certificate = any::<[u8; 32]>().prop_map(CertificateFingerprint::new);
    run(
        (name(), host(), port, username, (location, notes), certificate),
        |(name, host, port, username, (location, notes), certificate)| {
            let mut router = a_router().build();
            (router.name, router.location, router.notes) = (name, Some(location), Some(notes));
            router.endpoint = Endpoint::new(host, port, None);
            router.credentials.username = username;
            router.certificate = Some(certificate);
            let written = router.clone();
            let found = undone(&store, move |storage| {
                storage.companies().insert(&a_company().build())?.expect("a free id");
                storage.routers().insert(&written)?.expect("a free id");
                storage.routers().find(&written.company, &written.id)
            });
            assert_eq!(found, Some(router));
        },
    );
}

#[test]
fn every_product_that_the_types_accept_is_read_back_as_it_was_written() {
    let store = store(1);
    let description = parsed(text(Description::MAX), Description::parse);
    let texts = (foreign_id(), foreign_id(), name(), description, link());
    let at = (0..253_402_300_800_000_000_i64)
        .prop_map(|micros| Timestamp::new(time::OffsetDateTime::UNIX_EPOCH + Duration::microseconds(micros)));
    run((texts, price(), details(), any::<i32>(), at), |(texts, price, details, position, at)| {
        let mut offer = an_offer().build();
        let (id, profile, title, description, image) = texts;
        offer.profile = HotspotProfile { id, name: profile };
        (offer.title, offer.description, offer.image) = (title, Some(description), Some(image));
        (offer.price, offer.details, offer.position) = (price, details, position);
        let written = offer.clone();
        let found = undone(&store, move |storage| {
            let company = a_company().build();
            storage.companies().insert(&company)?.expect("a free id");
            storage.routers().insert(&a_router().build())?.expect("a free id");
            let id = storage.products().insert(&company.id, &written, at)?.expect("a free profile");
            storage.products().find(&company.id, id)
        });
        assert_eq!(found.map(|product| (product.offer, product.created_at)), Some((offer, at)));
    });
}

#[test]
fn every_session_that_the_types_accept_is_read_back_as_it_was_written() {
    let store = store(1);
    let id = parsed("ses_[0-9a-z]{26}", |raw| SessionId::parse(raw).ok_or(()));
    run((id, 0..253_402_300_000_i64), |(id, second)| {
        let now = Timestamp::new(time::OffsetDateTime::UNIX_EPOCH + Duration::seconds(second));
        let (found, session) = undone(&store, move |storage| {
            let user = storage.users().insert(&a_user().build())?.expect("a free e-mail");
            let session = Session::begin(id, user, now, Duration::seconds(1));
            storage.sessions().insert(&session)?;
            Ok((storage.users().find_by_session(&session.id)?, session))
        });
        assert_eq!(found.map(|(found, _)| found), Some(session));
    });
}

/// The text of a value is one that its own type reads as the same value.
#[test]
fn every_parsed_text_is_a_fixed_point() {
    macro_rules! fixed {
        ($($type:ident from $strategy:expr),* $(,)?) => {$(
            run($strategy, |value| assert_eq!($type::parse(value.as_str()).ok(), Some(value)));
        )*};
    }
    macro_rules! fixed_id {
        ($($type:ident from $pattern:literal),* $(,)?) => {$(
            run(parsed($pattern, |raw| $type::parse(raw).ok_or(())), |id| {
                assert_eq!($type::parse(id.as_str()), Some(id));
            });
        )*};
    }
    fixed!(
        Email from email(), Name from name(), Host from host(), Link from link(), ForeignId from foreign_id(),
        Phone from parsed(text(Phone::MAX), Phone::parse),
        Description from parsed(text(Description::MAX), Description::parse),
        Location from parsed(text(Location::MAX), Location::parse),
        ApiUsername from parsed(text(ApiUsername::MAX), ApiUsername::parse),
    );
    fixed_id!(
        CompanyId from "EMP_[0-9A-F]{10}", RouterId from "RTR_[0-9A-F]{8}", KeyId from "key_[0-9a-z]{1,32}",
        SessionId from "ses_[0-9a-z]{26}", LogoTag from "[0-9a-f]{6}", WebhookToken from "[0-9a-z]{32}",
    );
    run(parsed(text(Secret::MAX), Secret::parse), |secret| {
        assert_eq!(Secret::parse(secret.expose()).ok(), Some(secret));
    });
    run(price(), |price| assert_eq!(Money::parse_price(&price.to_string()), Ok(price)));
    run(1..=i64::MAX, |id| {
        assert_eq!(UserId::parse(&id.to_string()), Some(UserId::new(id)));
        assert_eq!(ProductId::parse(&id.to_string()), Some(ProductId::new(id)));
    });
}
