//! The limits on callers, and that no caller uses up the limit of another.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
    thread,
    time::Duration as Span,
};

use actix_web::{rt::System, web::Data};
use portero_domain::{
    hotspot::{HotspotPassword, HotspotUser},
    ids::UserId,
    ports::{ApiKeyTokens, HotspotError, MockPasswords, StorageError, Verdict},
};
use portero_http::web::limits::{Limits, Rules};
use portero_testkit::{
    FakeSignatures, FakeTokens, InMemory,
    builders::{a_company, a_hotspot_user, a_key, a_router, a_user, start},
};
use serde_json::json;
use time::Duration;

use crate::support::{Call, Response, TestApp, assert_error, assert_example, example};

const CONFIG: &str = "/api/v1/config/public";
const LOGIN: &str = "/api/v1/auth/login";
/// A hotel, all of whose visitors have one address.
const HOTEL: &str = "198.51.100.1";
const ELSEWHERE: &str = "203.0.113.9";
const PROXY: &str = "10.0.0.1";
const ANA: &str = "admin@hotelcentral.mx";

/// Limits that no test reaches. A test narrows the limit that it needs.
fn wide() -> Rules {
    let wide = "1000000/s".parse().unwrap();
    Rules {
        key: wide,
        address: wide,
        wrong_key: wide,
        login_email: wide,
        login_address: wide,
        change_password: wide,
        create_user: wide,
        guest_user: wide,
        guest_address: wide,
        dial: wide,
        webhook_address: wide,
        webhook_account: wide,
    }
}

/// The examples' router and admin under these rules, by the clock of the test.
async fn limited(rules: Rules) -> TestApp {
    let app = TestApp::with(|ports, options| {
        let clock = Arc::clone(&ports.clock);
        let elapsed = move || Span::try_from(clock.now().since(start())).unwrap();
        options.limits = Some(Data::new(Limits::new(&rules, 0, elapsed)));
        options.trusted_proxies = Data::new(["10.0.0.0/8".parse().unwrap()].into_iter().collect());
    })
    .await;
    app.with_router().given(|store| {
        let ana = a_user().email(ANA).admin_of(&a_company().build().id);
        store.with_user(ana.stored(UserId::new(2)))
    });
    app
}

/// The number of calls that the records of all keys have counted.
fn counted(app: &TestApp) -> u64 {
    app.store.tables().keys.iter().map(|row| row.key.parts().usage.count).sum()
}

fn portal<'a>(app: &'a TestApp, key: &str, address: &str) -> Call<'a> {
    app.get(CONFIG).key(key).from(address)
}

fn sign_in<'a>(app: &'a TestApp, email: &str, password: &str, address: &str) -> Call<'a> {
    app.post(LOGIN).json(&json!({ "email": email, "password": password })).from(address)
}

/// How this many calls are answered.
async fn statuses<'a>(calls: usize, call: impl Fn() -> Call<'a>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..calls {
        statuses.push(call().await.status);
    }
    statuses
}

/// The answer of a call that is limited, and for that asks the store nothing.
async fn untouched<'a>(app: &TestApp, call: impl Fn() -> Call<'a>) -> Response {
    app.store.fail_next(StorageError::Busy);
    let response = call().await;
    assert!(app.store.disarm(), "the store was asked");
    assert_eq!(response.status, 429, "{response:?}");
    response
}

#[actix_web::test]
async fn a_key_has_its_burst_from_all_addresses_together_and_then_its_rate() {
    let app = limited(Rules { key: "1/s burst 3".parse().unwrap(), ..wide() }).await;
    app.given(|store| store.with_router(a_router().id("RTR_00000002").build()));
    let key = app.with_key(a_key().build());
    let other = app.with_key(a_key().id("key_other").of(&app.store.tables().routers[1]).build());
    for address in [HOTEL, ELSEWHERE, "2001:db8::1"] {
        assert_eq!(portal(&app, &key, address).await.status, 200);
    }
    assert_example(&app.unchanged(portal(&app, &key, "192.0.2.7")).await, "public_config 429");
    untouched(&app, || portal(&app, &key, "192.0.2.8")).await;
    assert_eq!(portal(&app, &other, HOTEL).await.status, 200, "another key");
    assert_eq!(counted(&app), 4);
    app.clock.advance(Duration::SECOND);
    assert_eq!(statuses(2, || portal(&app, &key, HOTEL)).await, [200, 429]);
}

#[actix_web::test]
async fn an_address_has_its_burst_with_all_keys_together_and_uses_up_no_key() {
    let rules = Rules { key: "1/h burst 4".parse().unwrap(), address: "1/s burst 3".parse().unwrap(), ..wide() };
    let app = limited(rules).await;
    let key = app.with_key(a_key().build());
    assert_eq!(statuses(50, || portal(&app, &key, ELSEWHERE)).await[2..5], [200, 429, 429]);
    untouched(&app, || portal(&app, &key, ELSEWHERE)).await;
    assert_eq!(portal(&app, &key, HOTEL).await.status, 200, "what was refused for its address left the key its rest");
    assert_eq!(portal(&app, &key, HOTEL).await.status, 429);
    assert_eq!(counted(&app), 4);
}

#[actix_web::test]
async fn an_address_recovers_at_its_rate() {
    let app = limited(Rules { address: "2/s burst 1".parse().unwrap(), ..wide() }).await;
    let key = app.with_key(a_key().build());
    assert_eq!(statuses(2, || portal(&app, &key, HOTEL)).await, [200, 429]);
    app.clock.advance(Duration::milliseconds(500));
    assert_eq!(statuses(2, || portal(&app, &key, HOTEL)).await, [200, 429]);
}

#[actix_web::test]
async fn wrong_keys_are_refused_sooner_and_good_ones_from_the_same_address_pass() {
    let rules = Rules { wrong_key: "1/s burst 4".parse().unwrap(), ..wide() };
    let app = limited(rules).await;
    let key = app.with_key(a_key().build());
    let ended = app.with_key(a_key().id("key_ended").revoked_at(start()).expires_at(start()).build());
    let altered = format!("{key}0");
    let wrong = ["garbage", "jwt_garbage", &altered, &ended];
    for (key, code) in wrong.iter().zip(["api_key_malformed", "api_key_invalid", "api_key_invalid", "api_key_expired"])
    {
        assert_eq!(portal(&app, key, HOTEL).await.body["code"], code);
    }
    for wrong in wrong {
        untouched(&app, || portal(&app, wrong, HOTEL)).await;
    }
    untouched(&app, || app.get(CONFIG).from(HOTEL)).await;
    assert_eq!(statuses(50, || portal(&app, &key, HOTEL)).await, [200; 50], "a good key from there");
    assert_eq!(portal(&app, "garbage", ELSEWHERE).await.status, 401, "a wrong key from elsewhere");
    app.clock.advance(Duration::SECOND);
    assert_eq!(statuses(2, || portal(&app, "garbage", HOTEL)).await, [401, 429]);
    assert_eq!(counted(&app), 50);
}

#[actix_web::test]
async fn wrong_keys_use_up_neither_their_address_nor_a_key() {
    let rules = Rules { address: "1/h burst 1".parse().unwrap(), key: "1/h burst 1".parse().unwrap(), ..wide() };
    let app = limited(rules).await;
    let key = app.with_key(a_key().build());
    assert_eq!(statuses(20, || portal(&app, "jwt_garbage", HOTEL)).await, [401; 20]);
    assert_eq!(portal(&app, &key, HOTEL).await.status, 200);
}

#[actix_web::test]
async fn a_revoked_key_soon_costs_no_database_work_and_hurts_no_good_one() {
    let rules = Rules { wrong_key: "1/s burst 3".parse().unwrap(), ..wide() };
    let app = limited(rules).await;
    let revoked = app.with_key(a_key().id("key_revoked").revoked_at(start()).build());
    let key = app.with_key(a_key().build());
    assert_eq!(statuses(4, || portal(&app, &revoked, HOTEL)).await, [401, 401, 401, 429]);
    untouched(&app, || portal(&app, &revoked, HOTEL)).await;
    assert_eq!(portal(&app, &key, HOTEL).await.status, 200, "a good key from there");
    assert_eq!(portal(&app, "garbage", HOTEL).await.status, 401, "which is a bucket of its own");
    assert_eq!(portal(&app, &revoked, ELSEWHERE).await.status, 401, "the same key from elsewhere");
    app.clock.advance(Duration::SECOND);
    assert_eq!(statuses(2, || portal(&app, &revoked, HOTEL)).await, [401, 429]);
}

#[actix_web::test]
async fn a_key_that_is_good_again_passes_and_is_held_back_no_longer() {
    let rules = Rules { wrong_key: "1/s burst 2".parse().unwrap(), ..wide() };
    let app = limited(rules).await;
    let key = app.with_key(a_key().build());
    let admin = app.super_admin();
    let switch =
        |on: bool| app.put("/admin/empresas/EMP_3A9F1C0B2D/activo").bearer(&admin).json(&json!({"activo": on}));
    assert_eq!(switch(false).await.status, 200);
    assert_eq!(statuses(3, || portal(&app, &key, HOTEL)).await, [401, 401, 429]);
    // Garbage from the same address competes with it for nothing.
    assert_eq!(statuses(3, || portal(&app, "garbage", HOTEL)).await, [401, 401, 429]);
    assert_eq!(switch(true).await.status, 200);
    app.clock.advance(Duration::SECOND);
    assert_eq!(statuses(20, || portal(&app, &key, HOTEL)).await, [200; 20]);
}

#[actix_web::test]
async fn a_limited_answer_says_for_how_long_and_pages_of_other_origins_may_read_it() {
    let rules = Rules { key: "1/min burst 2".parse().unwrap(), wrong_key: "20/s burst 1".parse().unwrap(), ..wide() };
    let app = limited(rules).await;
    let key = app.with_key(a_key().build());
    let told = |response: &Response| {
        assert_error(response, 429, "rate_limited", "Límite de solicitudes excedido. Espere un momento.");
        ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
            .map(|name| response.header(name).unwrap().to_owned())
    };
    assert_eq!(statuses(2, || portal(&app, &key, HOTEL)).await, [200, 200]);
    assert_eq!(told(&portal(&app, &key, HOTEL).await), ["60", "2", "0", "60"]);
    app.clock.advance(Duration::milliseconds(1_001));
    assert_eq!(told(&portal(&app, &key, HOTEL).await), ["59", "2", "0", "59"], "rounded up");
    assert_eq!(portal(&app, "garbage", HOTEL).await.status, 401);
    assert_eq!(told(&portal(&app, "garbage", HOTEL).await), ["1", "1", "0", "1"], "one at least");

    let app = TestApp::with(|_, options| {
        options.cors_origins = vec!["https://portal.example".to_owned()];
        let none = Rules { wrong_key: "1/h".parse().unwrap(), ..wide() };
        options.limits = Some(Data::new(Limits::new(&none, 0, || Span::ZERO)));
    })
    .await;
    for status in [401, 429] {
        let response = portal(&app, "garbage", HOTEL).header("origin", "https://portal.example").await;
        assert_eq!(response.status, status);
        let exposed = response.header("access-control-expose-headers").unwrap().to_lowercase();
        for name in ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-total-count"] {
            assert!(exposed.contains(name), "{exposed}");
        }
    }
}

#[actix_web::test]
async fn whoever_a_trusted_proxy_calls_for_is_the_visitor() {
    let app = limited(Rules { address: "1/h burst 1".parse().unwrap(), ..wide() }).await;
    let key = app.with_key(a_key().build());
    let by = |peer: &str, forwarded: &str| portal(&app, &key, peer).header("x-forwarded-for", forwarded);
    assert_eq!(by(PROXY, HOTEL).await.status, 200);
    assert_eq!(by("10.0.0.2", &format!("192.0.2.1, {HOTEL}")).await.status, 429, "what the visitor wrote itself");
    assert_eq!(by(PROXY, &format!("{HOTEL}, 10.0.0.3")).await.status, 429, "by two proxies");
    assert_eq!(portal(&app, &key, HOTEL).await.status, 429, "directly");
    assert_eq!(by(PROXY, ELSEWHERE).await.status, 200);

    let stranger = "192.0.2.66";
    assert_eq!(by(stranger, "192.0.2.1").await.status, 200);
    for made_up in ["192.0.2.2", PROXY, "", "garbage", "2001:db8::1"] {
        assert_eq!(by(stranger, made_up).await.status, 429, "{made_up}");
    }
    for (visitor, status) in [("2001:db8:0:1::1", 200), ("[2001:db8:0:1::2]:443", 429), ("2001:db8:0:2::1", 200)] {
        assert_eq!(by(PROXY, visitor).await.status, status, "{visitor}");
    }
    assert_eq!(by(PROXY, "garbage").await.status, 200, "the proxy itself");
    assert_eq!(by(PROXY, "other garbage").await.status, 429);
}

#[test]
fn sixty_four_calls_on_eight_threads_are_admitted_and_counted_up_to_the_burst() {
    let store = InMemory::new();
    let signed = ApiKeyTokens::sign(&FakeTokens, &a_key().build()).unwrap();
    let (store, key) = (
        store
            .with_company(a_company().build())
            .with_router(a_router().build())
            .with_key(a_key().build(), signed.fingerprint),
        signed.token.expose(),
    );
    let rules = Rules { key: "1/h burst 10".parse().unwrap(), ..wide() };
    let limits = Data::new(Limits::new(&rules, 0, || Span::ZERO));
    let worker = || {
        System::new().block_on(async {
            let app = TestApp::with(|ports, options| {
                ports.storage = Arc::new(store.clone());
                ports.gate = Arc::new(store.clone());
                options.limits = Some(Data::clone(&limits));
            })
            .await;
            statuses(8, || portal(&app, key, HOTEL)).await
        })
    };
    let answers: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let answered = |status| answers.iter().filter(|&&answer| answer == status).count();
    assert_eq!((answered(200), answered(429)), (10, 54));
    assert_eq!(store.tables().keys[0].key.parts().usage.count, 10);
}

#[actix_web::test]
async fn without_limits_nobody_is_limited() {
    let app = TestApp::new().await;
    let key = app.with_router().with_key(a_key().build());
    for _ in 0..1_000 {
        assert_eq!(portal(&app, &key, HOTEL).await.status, 200);
        assert_eq!(portal(&app, "garbage", HOTEL).await.status, 401);
        assert_eq!(sign_in(&app, ANA, "password124", HOTEL).await.status, 401);
    }
    assert_eq!(counted(&app), 1_000);
}

#[actix_web::test]
async fn an_email_may_be_tried_so_often_from_all_addresses_together_known_or_not() {
    let app = limited(Rules { login_email: "1/min burst 3".parse().unwrap(), ..wide() }).await;
    for email in [ANA, "nadie@hotelcentral.mx"] {
        for (address, spelling) in
            [(HOTEL, email.to_owned()), (ELSEWHERE, email.to_uppercase()), (PROXY, format!(" {email}"))]
        {
            assert_eq!(sign_in(&app, &spelling, "password124", address).await.status, 401);
        }
        let limited = untouched(&app, || sign_in(&app, email, "password123", "192.0.2.7")).await;
        assert_example(&limited, "log_in 429");
        assert_eq!(limited.header("retry-after"), Some("60"));
    }
    assert_eq!(sign_in(&app, "otra@hotelcentral.mx", "password124", HOTEL).await.status, 401, "another e-mail");
    app.clock.advance(Duration::MINUTE);
    assert_eq!(sign_in(&app, ANA, "password123", HOTEL).await.status, 200);
}

#[actix_web::test]
async fn an_address_may_try_so_often_with_all_emails_together_and_uses_up_no_email() {
    let rules = Rules {
        login_email: "1/h burst 3".parse().unwrap(),
        login_address: "1/min burst 3".parse().unwrap(),
        ..wide()
    };
    let app = limited(rules).await;
    for email in ["una@hotelcentral.mx", "no es un email", ANA] {
        assert_eq!(sign_in(&app, email, "password124", ELSEWHERE).await.status, 401);
    }
    for email in [ANA, "dos@hotelcentral.mx", "no es un email", ANA, ANA, ANA] {
        untouched(&app, || sign_in(&app, email, "password124", ELSEWHERE)).await;
    }
    assert_eq!(
        sign_in(&app, ANA, "password123", HOTEL).await.status,
        200,
        "what was refused did not count against her"
    );
    app.clock.advance(Duration::MINUTE);
    assert_eq!(sign_in(&app, "una@hotelcentral.mx", "password124", ELSEWHERE).await.status, 401);
}

#[actix_web::test]
async fn nobody_is_locked_out_of_where_they_have_signed_in_before() {
    let app = limited(Rules { login_email: "1/h burst 2".parse().unwrap(), ..wide() }).await;
    assert_eq!(sign_in(&app, ANA, "password123", HOTEL).await.status, 200);
    assert_eq!(statuses(3, || sign_in(&app, ANA, "password124", ELSEWHERE)).await, [401, 429, 429]);
    assert_eq!(sign_in(&app, ANA, "password123", HOTEL).await.status, 200);
    // There the password may be tried as often as elsewhere, and no more.
    assert_eq!(statuses(2, || sign_in(&app, ANA, "password124", HOTEL)).await, [401, 429]);
    assert_eq!(sign_in(&app, "otra@hotelcentral.mx", "password124", HOTEL).await.status, 401);
}

#[actix_web::test]
async fn a_limited_attempt_costs_no_password_work() {
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().times(2).returning(|_, _, _| Ok(Verdict::Wrong));
    let app = TestApp::with(|ports, options| {
        ports.passwords = Arc::new(passwords);
        let rules = Rules {
            login_email: "1/h burst 1".parse().unwrap(),
            login_address: "1/h burst 2".parse().unwrap(),
            ..wide()
        };
        options.limits = Some(Data::new(Limits::new(&rules, 0, || Span::ZERO)));
    })
    .await;
    assert_eq!(statuses(3, || sign_in(&app, ANA, "password124", HOTEL)).await, [401, 429, 429]);
    assert_eq!(statuses(2, || sign_in(&app, ANA, "password124", ELSEWHERE)).await, [429, 429]);
    assert_eq!(sign_in(&app, "nadie@hotelcentral.mx", "password124", "192.0.2.7").await.status, 401);
}

#[actix_web::test]
async fn guesses_of_the_current_password_are_limited_by_person() {
    let app = limited(Rules { change_password: "1/min burst 3".parse().unwrap(), ..wide() }).await;
    let ana = sign_in(&app, ANA, "password123", HOTEL).await.body["access_token"].as_str().unwrap().to_owned();
    let admin = app.super_admin();
    let guess = |token: &str| {
        let body = json!({ "current_password": "password124", "new_password": "una frase mucho mejor" });
        app.post("/api/v1/auth/change-password").bearer(token).json(&body)
    };
    assert_eq!(statuses(5, || guess(&ana)).await, [400, 400, 400, 429, 429]);
    let refused = guess(&ana).await;
    assert_example(&refused, "change_password 429");
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(guess(&admin).await.status, 400, "another person is not limited");
    app.clock.advance(Duration::MINUTE);
    assert_eq!(statuses(2, || guess(&ana)).await, [400, 429]);
}

#[actix_web::test]
async fn new_people_are_limited_by_who_adds_them() {
    let app = limited(Rules { create_user: "1/h burst 2".parse().unwrap(), ..wide() }).await;
    let admin = app.super_admin();
    let add = |email: &str| {
        let body = json!({ "email": email, "password": "password123", "nombre": "Ana", "rol": "super_admin" });
        app.post("/admin/usuarios").bearer(&admin).json(&body)
    };
    assert_eq!(add("a@portero.mx").await.status, 201);
    assert_eq!(add("no es un email").await.status, 422, "a faulty request is not counted");
    assert_eq!(add("b@portero.mx").await.status, 201);
    assert_eq!(add("c@portero.mx").await.status, 429);
}

#[actix_web::test]
async fn nothing_else_is_limited() {
    let none = "1/h burst 1".parse().unwrap();
    let rules = Rules { key: none, address: none, wrong_key: none, login_email: none, login_address: none, ..wide() };
    let app = limited(rules).await;
    let admin = app.super_admin();
    for _ in 0..5 {
        assert_eq!(app.get("/health").from(HOTEL).await.status, 200);
        assert_eq!(app.get("/admin/empresas").bearer(&admin).from(HOTEL).await.status, 200);
        assert_eq!(app.get("/admin/empresas").bearer("garbage").from(HOTEL).await.status, 401);
    }
}

/// A request of a guest on a hotspot without users.
fn guest<'a>(app: &'a TestApp, key: &str, body: &serde_json::Value, address: &str) -> Call<'a> {
    app.post("/api/v1/hotspot/user/profile-info").key(key).json(body).from(address)
}

#[actix_web::test]
async fn the_password_of_a_hotspot_user_is_not_guessed_from_anywhere() {
    let app = limited(Rules { guest_user: "1/min burst 3".parse().unwrap(), ..wide() }).await;
    let key = app.with_key(a_key().build());
    let one = json!({ "username": "AB3C9D", "password": "0001" });
    // All users of one purchase have its time.
    for (user, address) in [("AB3C9D", HOTEL), ("AB3C9D_RANDMAC1", ELSEWHERE), ("AB3C9D_RANDMAC15", "2001:db8::1")] {
        let one = json!({ "username": user, "password": "0001" });
        assert_eq!(guest(&app, &key, &one, address).await.status, 200);
    }
    let asked = app.routers.router().accesses.len();
    let refused = guest(&app, &key, &one, "192.0.2.7").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("60")));
    let back = json!({ "username": "AB3C9D", "password": "0001", "current_mac": "DA:00:00:00:00:01" });
    let other_way = app.post("/api/v1/hotspot/auto-reconnect").key(&key).json(&back).from(HOTEL).await;
    assert_eq!(other_way.status, 429, "both endpoints draw on one bucket");
    assert_eq!(app.routers.router().accesses.len(), asked, "the router was asked");
    let other = json!({ "username": "AB3C9E", "password": "0001" });
    assert_eq!(guest(&app, &key, &other, HOTEL).await.status, 200, "another user");
    app.clock.advance(Duration::MINUTE);
    assert_eq!(statuses(2, || guest(&app, &key, &one, HOTEL)).await, [200, 429]);
}

#[actix_web::test]
async fn users_are_not_guessed_from_name_to_name_and_right_ones_pass_more_often() {
    let app = limited(Rules { guest_address: "1/min burst 30".parse().unwrap(), ..wide() }).await;
    let key = app.with_key(a_key().build());
    let back = |body: serde_json::Value, address: &str| {
        app.post("/api/v1/hotspot/auto-reconnect").key(&key).json(&body).from(address)
    };
    // With any password, or none, and at both endpoints.
    let pin = guest(&app, &key, &json!({ "username": "PT-00001" }), ELSEWHERE).await;
    let voucher = json!({ "username": "PT-00002", "password": "PT-00002", "current_mac": "DA:00:00:00:00:01" });
    assert_eq!((pin.status, back(voucher.clone(), ELSEWHERE).await.status), (200, 200));
    let asked = app.routers.router().accesses.len();
    let refused = back(voucher.clone(), ELSEWHERE).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("900")), "30 are two wrong ones");
    assert_eq!(app.routers.router().accesses.len(), asked, "the router was asked");
    assert_eq!(back(voucher, HOTEL).await.status, 200, "another address");

    app.clock.advance(Duration::hours(1));
    app.routers
        .router()
        .users
        .push(HotspotUser { password: Some(HotspotPassword::none()), ..a_hotspot_user("PT-00042") });
    let right = json!({ "username": "PT-00042" });
    assert_eq!(statuses(18, || guest(&app, &key, &right, HOTEL)).await[15..], [200, 429, 429]);
}

#[actix_web::test]
async fn a_router_that_is_away_locks_no_guest_out() {
    let app = limited(Rules { guest_address: "1/min burst 30".parse().unwrap(), ..wide() }).await;
    let key = app.with_key(a_key().build());
    app.routers.fail_from(1, HotspotError::Unreachable("gone".to_owned()));
    let unjudged = json!({ "username": "PT-00042" });
    assert_eq!(statuses(5, || guest(&app, &key, &unjudged, HOTEL)).await, [200; 5]);
}

/// A guest who disconnects before the response has made an attempt.
#[actix_web::test]
async fn an_attempt_that_is_broken_off_counts_as_a_wrong_one() {
    let app = limited(Rules { guest_address: "1/h burst 30".parse().unwrap(), ..wide() }).await;
    let key = app.with_key(a_key().build());
    for name in ["PT-00001", "PT-00002"] {
        let body = json!({ "username": name });
        let mut call = pin!(guest(&app, &key, &body, HOTEL).into_future());
        let answer = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(answer.is_pending(), "answered before anybody could hang up");
    }
    let third = json!({ "username": "PT-00003" });
    assert_eq!(guest(&app, &key, &third, HOTEL).await.status, 429);
}

#[actix_web::test]
async fn the_public_files_are_limited_by_address() {
    let app = limited(Rules { address: "2/min burst 2".parse().unwrap(), ..wide() }).await;
    let logo = |address: &str| app.get("/static/logos/logo_EMP_3A9F1C0B2D_a1b2c3.png").from(address);
    assert_eq!([logo("10.0.0.1").await.status, logo("10.0.0.1").await.status], [404, 404]);
    assert_eq!(logo("10.0.0.1").await.status, 429);
    assert_eq!(logo("10.0.0.2").await.status, 404);
}

const TEST: &str = "/api/v1/admin/routers/RTR_A1B2C3D4/test-connection";
const TEST_TELEGRAM: &str = "/api/v1/admin/test-telegram";
const PROFILES: &str = "/api/v1/admin/routers/RTR_A1B2C3D4/mikrotik-profiles";
const MY_ROUTER: &str = "/api/v1/admin/mi-empresa/routers/RTR_A1B2C3D4";
const MY_ROUTER_TLS: &str = "/api/v1/admin/mi-empresa/routers/RTR_A1B2C3D4/tls";

#[actix_web::test]
async fn the_admins_of_a_company_ask_for_so_many_connections_whatever_endpoint_they_use() {
    let app = limited(Rules { dial: "5/min burst 6".parse().unwrap(), ..wide() }).await;
    let ana = a_user().email("ana@hotelcentral.mx").admin_of(&a_company().build().id);
    let (admin, super_admin) = (app.signed_in(3, ana), app.super_admin());
    let tried = json!({ "host": "10.0.0.9", "probar": true });
    let certificate = json!({ "huella_tls": "ab".repeat(32) });
    let calls = [
        app.get(TEST),
        app.get(PROFILES),
        app.get(MY_ROUTER_TLS),
        app.put(MY_ROUTER_TLS).json(&certificate),
        app.put(MY_ROUTER).json(&tried),
        app.post(TEST_TELEGRAM).json(&json!({})),
    ];
    for call in calls {
        let response = call.bearer(&admin).await;
        assert_ne!(response.status, 429, "{response:?}");
    }
    for call in [
        app.get(TEST),
        app.get(PROFILES),
        app.get(MY_ROUTER_TLS),
        app.put(MY_ROUTER_TLS).json(&certificate),
        app.put(MY_ROUTER).json(&tried),
        app.post(TEST_TELEGRAM).json(&json!({})),
    ] {
        let limited = call.bearer(&admin).await;
        assert_error(&limited, 429, "rate_limited", "Límite de solicitudes excedido. Espere un momento.");
        assert_eq!(limited.header("retry-after"), Some("12"));
    }
    let token = json!({ "access_token": "APP_USR-1" });
    for call in [
        app.put("/api/v1/admin/mi-empresa").json(&token),
        app.post("/api/v1/admin/mi-empresa/configurar-credenciales").json(&token),
        app.post("/api/v1/payments/configurar-credenciales").json(&token),
    ] {
        assert_eq!(call.bearer(&admin).await.status, 429, "the connections of gateways are few, and all share them");
    }
    let unasked = app.post("/api/v1/payments/configurar-credenciales").json(&json!({ "mode": "live" }));
    assert_eq!(unasked.bearer(&admin).await.status, 200, "no gateway is asked");
    let untried = app.put(MY_ROUTER).json(&json!({ "nombre": "Otro" })).bearer(&admin).await;
    assert_eq!(untried.status, 200, "nothing is connected to: {untried:?}");
    let company = a_company().build().id;
    let tls = format!("/admin/empresas/{company}/routers/RTR_A1B2C3D4/tls");
    assert_ne!(app.get(&tls).bearer(&super_admin).await.status, 429, "super admins have their own");
    app.clock.advance(Duration::seconds(12));
    assert_eq!(app.get(TEST).bearer(&admin).await.status, 200);
}

const MERCADO_PAGO: &str = "/api/v1/webhook/mercado-pago?data.id=987654321&type=payment";

/// A webhook of an account with this Mercado Pago user, signed by this secret.
fn webhook<'a>(app: &'a TestApp, event: u32, secret: &str, address: &str) -> Call<'a> {
    let mut body = example("mercado_pago_webhook request");
    body["id"] = json!(event);
    let signature = FakeSignatures::of_mercado_pago(secret, None, Some("987654321"));
    app.post(MERCADO_PAGO).json(&body).header("x-signature", signature).from(address)
}

#[actix_web::test]
async fn webhooks_of_one_address_are_limited_before_any_work() {
    let app = limited(Rules { webhook_address: "6/min burst 3".parse().unwrap(), ..wide() }).await;
    assert_eq!(statuses(3, || webhook(&app, 1, "any", HOTEL)).await, [401; 3]);
    app.store.fail_at(1);
    let refused = webhook(&app, 1, "any", HOTEL).await;
    assert_error(&refused, 429, "rate_limited", "Límite de solicitudes excedido. Espere un momento.");
    assert_eq!(refused.header("retry-after"), Some("10"));
    let conekta = app.post(&format!("/api/v1/webhook/conekta/{}", "z".repeat(32))).json(&json!({})).from(HOTEL);
    assert_eq!(conekta.await.status, 429, "both endpoints draw on one bucket");
    assert!(app.store.disarm(), "the store was asked");
    assert_eq!(webhook(&app, 1, "any", ELSEWHERE).await.status, 401, "another address");
}

#[actix_web::test]
async fn webhooks_of_one_account_are_limited_and_forged_ones_do_not_count() {
    let app = limited(Rules { webhook_account: "6/min burst 2".parse().unwrap(), ..wide() }).await;
    let company = a_company().id("EMP_0000000002").with_secrets().build();
    let address = format!("/api/v1/webhook/conekta/{}", company.webhook_token);
    app.given(|store| store.with_company(company.clone()));
    assert_eq!(statuses(9, || webhook(&app, 1, "another", HOTEL)).await, [401; 9]);
    assert_eq!(statuses(3, || webhook(&app, 1, "webhook-secret", HOTEL)).await, [200, 200, 429]);
    let refused = app.unchanged(webhook(&app, 2, "webhook-secret", ELSEWHERE)).await;
    assert_eq!(refused.status, 429, "another address");
    let body = example("conekta_webhook request");
    let digest = FakeSignatures::of_conekta(&company.conekta.webhook_key.unwrap(), body.to_string().as_bytes());
    assert_eq!(app.post(&address).json(&body).header("digest", digest).await.status, 200, "another gateway");
}
