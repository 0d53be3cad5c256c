//! The list of transactions as a CSV file.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
};

use actix_web::{HttpServer, rt};
use portero_domain::purchase::PaymentStatus;
use portero_http::Options;
use portero_testkit::builders::{a_company, a_purchase, money, start};
use time::Duration;

use crate::support::{Response, TestApp, assert_fields};

const TRANSACTIONS: &str = "/api/v1/admin/mi-empresa/transacciones";

/// The example of a file in `docs/wire.md`.
fn example() -> String {
    let document = include_str!("../../../docs/wire.md");
    let (_, file) = document.split_once("```csv\n").unwrap();
    file.split_once("```").unwrap().0.replace('\n', "\r\n")
}

async fn with_admin() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.with_company();
    let token = app.company_admin();
    (app, token)
}

/// Adds so many sales, a second apart.
fn add_sales(app: &TestApp, sales: u32) {
    for number in 1..=sales {
        let opened_at = start().plus(Duration::seconds(number.into()));
        app.given(|store| store.with_purchase(a_purchase().number(number).opened_at(opened_at).build()));
    }
}

async fn file(app: &TestApp, token: &str, query: &str) -> Response {
    app.get(&format!("{TRANSACTIONS}{query}")).bearer(token).header("accept", "text/csv").await
}

/// The first cell of each line.
fn ids(response: &Response) -> Vec<u32> {
    assert_eq!(response.status, 200, "{response:?}");
    let lines = response.text.lines().skip(1);
    lines.map(|line| line.split(',').next().unwrap().parse().unwrap()).collect()
}

#[actix_web::test]
async fn transactions_are_a_file_for_who_accepts_csv() {
    let (app, token) = with_admin().await;
    app.given(|store| store.with_purchase(a_purchase().build()));
    let response = file(&app, &token, "").await;
    assert_eq!((response.status, response.text.as_str()), (200, example().as_str()));
    assert_eq!(response.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(response.header("content-disposition"), Some("attachment; filename=\"transacciones.csv\""));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let json = app.get(TRANSACTIONS).bearer(&token).header("accept", "*/*").await;
    assert_eq!((json.header("content-type"), json.body["limit"].as_u64()), (Some("application/json"), Some(50)));
}

#[actix_web::test]
async fn a_company_without_transactions_has_a_file_of_one_line() {
    let (app, token) = with_admin().await;
    let response = file(&app, &token, "").await;
    assert_eq!(Some(response.text.trim_end()), example().lines().next());
}

#[actix_web::test]
async fn a_file_has_every_transaction_whatever_the_size_of_a_page() {
    const SALES: u32 = 1_001;
    let (app, token) = with_admin().await;
    add_sales(&app, SALES);
    assert_eq!(ids(&file(&app, &token, "").await), (1..=SALES).rev().collect::<Vec<_>>());
    assert_eq!(ids(&file(&app, &token, "?limit=2").await), [SALES, SALES - 1]);
    assert_eq!(ids(&file(&app, &token, "?offset=999").await), [2, 1]);
    let page = app.get(&format!("{TRANSACTIONS}?limit=3&despues_de=inicio")).bearer(&token).await;
    let cursor = page.header("x-next-cursor").unwrap();
    let rest = file(&app, &token, &format!("?despues_de={cursor}")).await;
    assert_eq!(ids(&rest), (1..=SALES - 3).rev().collect::<Vec<_>>());
}

#[actix_web::test]
async fn a_file_obeys_the_filter_and_names_its_faults() {
    let (app, token) = with_admin().await;
    add_sales(&app, 3);
    let pending = a_purchase().number(4).status(PaymentStatus::Pending).amount(money("19.90")).build();
    app.given(|store| store.with_purchase(pending));
    assert_eq!(ids(&file(&app, &token, "?estado=pendiente").await), [4]);
    let refused = file(&app, &token, "?estado=perdido&limit=0").await;
    assert_fields(&refused, &[("query.estado", "value_error"), ("query.limit", "out_of_range")]);
}

#[actix_web::test]
async fn names_are_quoted_and_never_a_formula() {
    let (app, token) = with_admin().await;
    for (number, buyer) in [(1, "=1+1"), (2, "Ruiz, \"Ana\""), (3, "-Juan")] {
        let opened_at = start().plus(Duration::seconds(i64::from(number)));
        let sale = a_purchase().number(number).buyer(buyer).opened_at(opened_at).build();
        app.given(|store| store.with_purchase(sale));
    }
    let response = file(&app, &token, "").await;
    for cell in [",'=1+1,", ",\"Ruiz, \"\"Ana\"\"\",", ",'-Juan,"] {
        assert!(response.text.contains(cell), "{cell} is not in {}", response.text);
    }
}

#[actix_web::test]
async fn a_file_has_the_transactions_of_its_own_company_alone() {
    let (app, token) = with_admin().await;
    let other = a_company().id("EMP_0000000001").build();
    let theirs = a_purchase().of(&other.id).build();
    app.given(|store| store.with_company(other).with_purchase(theirs));
    assert_eq!(ids(&file(&app, &token, "").await), [0; 0]);
}

#[actix_web::test]
async fn a_first_page_that_fails_is_an_error_response() {
    let (app, token) = with_admin().await;
    // The session is read first.
    app.store.fail_at(4);
    let response = file(&app, &token, "").await;
    assert_eq!((response.status, &response.body["code"]), (500, &"internal_error".into()));
}

/// The caller must not take the first page for the whole file.
#[actix_web::test]
async fn a_later_page_that_fails_ends_the_connection_before_the_end_of_the_body() {
    let (app, token) = with_admin().await;
    add_sales(&app, 501);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let application = app.application.clone();
    let server = HttpServer::new(move || portero_http::app(application.clone(), &Options::default()));
    let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
    let handle = server.handle();
    let thread = thread::spawn(|| rt::System::new().block_on(server));
    let whole = read_all(address, &token);
    assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with("\r\n0\r\n\r\n"), "{}", tail(&whole));
    // The session and the first page take some steps. One of these falls into the second page.
    let cut_off = (1..20).find_map(|step| {
        app.store.fail_at(step);
        let file = read_all(address, &token);
        assert!(!app.store.disarm(), "no step failed in the second page");
        file.starts_with("HTTP/1.1 200").then_some(file)
    });
    let cut_off = cut_off.unwrap();
    assert!(cut_off.contains("\r\n2,ord_2,") && !cut_off.contains("\r\n1,ord_1,"), "{}", tail(&cut_off));
    assert!(!cut_off.ends_with("\r\n0\r\n\r\n"), "{}", tail(&cut_off));
    handle.stop(false).await;
    thread.join().unwrap().unwrap();
}

fn tail(text: &str) -> &str {
    &text[text.len().saturating_sub(200)..]
}

/// Everything that the service sends until it closes the connection.
fn read_all(address: SocketAddr, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET {TRANSACTIONS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: text/csv\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // A connection that is cut off may end with an error.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8(bytes).unwrap()
}
