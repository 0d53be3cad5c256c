//! Pages of lists: by offset, by cursor and by links.

use portero_testkit::builders::{a_company, a_key, a_product, a_purchase, a_router, a_user, an_offer, start};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{Response, TestApp, assert_example, assert_fields};

const COMPANIES: &str = "/admin/empresas";
const ROUTERS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers";
const KEYS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/api-keys";
const PEOPLE: &str = "/admin/usuarios";
const MY_ROUTERS: &str = "/api/v1/admin/mi-empresa/routers";
const PRODUCTS: &str = "/api/v1/admin/products";
const TRANSACTIONS: &str = "/api/v1/admin/mi-empresa/transacciones";
const ALL: [&str; 7] = [COMPANIES, ROUTERS, KEYS, PEOPLE, MY_ROUTERS, PRODUCTS, TRANSACTIONS];

/// Five rows in each list, three of them with the same time, and a user for each role.
struct World {
    app: TestApp,
    super_admin: String,
    company_admin: String,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let hotel = a_company().build();
        app.with_router();
        let (super_admin, company_admin) = (app.super_admin(), app.company_admin());
        for row in 1..=5 {
            let at = start().plus(Duration::minutes(if row < 4 { 1 } else { row }));
            let key = a_key().id(&format!("key_{row}")).issued_at(at).revoked_at(at).build();
            app.with_key(key);
            let offer = an_offer().profile(&format!("perfil {row}")).build();
            let person = a_user().email(&format!("{row}@hotelcentral.mx")).admin_of(&hotel.id).created_at(at);
            app.signed_in(row + 10, person);
            let number = u32::try_from(row).unwrap();
            app.given(|store| store.with_product(a_product().id(row).offering(offer).created_at(at).build()))
                .given(|store| store.with_purchase(a_purchase().number(number).opened_at(at).build()));
            if row > 1 {
                let company = a_company().id(&format!("EMP_{row:010}")).created_at(at).build();
                let router = a_router().id(&format!("RTR_{row:08}")).created_at(at).build();
                app.given(|store| store.with_company(company).with_router(router));
            }
        }
        Self { app, super_admin, company_admin }
    }

    async fn get(&self, url: &str) -> Response {
        let token = if url.starts_with("/api/") { &self.company_admin } else { &self.super_admin };
        self.app.get(url).bearer(token).await
    }
}

/// Who is on a page, by what tells the rows of its list apart.
fn rows(response: &Response) -> Vec<Value> {
    let rows = response.body.get("transacciones").unwrap_or(&response.body);
    let id = |row: &Value| row.get("key_id").unwrap_or(&row["id"]).clone();
    rows.as_array().unwrap_or_else(|| panic!("no list: {response:?}")).iter().map(id).collect()
}

/// The URL of the page behind this one. Its header and its cursor's are there together or not at all.
fn next(response: &Response) -> Option<String> {
    let cursor = response.header("x-next-cursor");
    let link = response.header("link");
    assert_eq!(cursor.is_some(), link.is_some(), "{response:?}");
    let url = link?.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
    assert!(url.ends_with(&format!("despues_de={}", cursor.unwrap())), "{response:?}");
    Some(url)
}

#[actix_web::test]
async fn every_list_is_walked_by_its_links() {
    let world = World::new().await;
    for (path, filter, length) in [
        (COMPANIES, "", 5),
        (ROUTERS, "", 5),
        (ROUTERS, "&activo=true&q=ROUTER", 5),
        (KEYS, "", 5),
        (PEOPLE, "", 7),
        (PEOPLE, "&rol=cliente_admin&empresa_id=EMP_3A9F1C0B2D", 6),
        (MY_ROUTERS, "", 5),
        (MY_ROUTERS, "&q=0000", 0),
        (PRODUCTS, "", 5),
        (PRODUCTS, "&router_id=RTR_A1B2C3D4", 5),
        (TRANSACTIONS, "", 5),
    ] {
        let whole = rows(&world.get(&format!("{path}?offset=0{filter}")).await);
        assert_eq!(whole.len(), length, "{path}{filter}");
        for limit in 1..=7 {
            let mut walked = Vec::new();
            let mut url = Some(format!("{path}?limit={limit}{filter}&despues_de=inicio"));
            while let Some(page) = url {
                let response = world.get(&page).await;
                assert_eq!((response.status, response.header("x-total-count")), (200, None), "{page}");
                let found = rows(&response);
                url = next(&response);
                assert_eq!(found.len(), limit.min(length - walked.len()), "{page}");
                walked.extend(found);
            }
            assert_eq!(walked, whole, "{path}{filter} in pages of {limit}");
        }
    }
}

#[actix_web::test]
async fn a_page_by_offset_is_counted_and_leads_on_by_cursor() {
    let world = World::new().await;
    for path in ALL {
        let whole = world.get(path).await;
        assert_eq!(next(&whole), None, "{path}: nothing follows everything");
        let all = rows(&whole);
        let response = world.get(&format!("{path}?limit=2&offset=1")).await;
        assert_eq!(rows(&response), all[1..3], "{path}");
        assert_eq!(response.header("x-total-count"), whole.header("x-total-count"));
        assert_eq!(response.body.get("total"), whole.body.get("total"));
        let url = next(&response).unwrap();
        assert_eq!(url.split_once("&despues_de=").unwrap().0, format!("{path}?limit=2"));
        assert_eq!(rows(&world.get(&url).await), all[3..5], "{path}");
        for (limit, offset) in [(all.len(), 0), (1, all.len() - 1), (1, all.len()), (500, 1)] {
            let last = world.get(&format!("{path}?limit={limit}&offset={offset}")).await;
            assert_eq!((next(&last), rows(&last)), (None, all[offset..].to_vec()), "{path}");
        }
    }
}

/// A limit of its own as the documented one: pages of transactions have a next one without being asked for a limit.
#[actix_web::test]
async fn a_cursor_without_a_limit_gives_the_rest() {
    let world = World::new().await;
    for path in ALL {
        let all = rows(&world.get(path).await);
        let first = world.get(&format!("{path}?limit=2")).await;
        let rest = world.get(&format!("{path}?despues_de={}", first.header("x-next-cursor").unwrap())).await;
        assert_eq!((next(&rest), rows(&rest)), (None, all[2..].to_vec()), "{path}");
    }
    for row in 6..=51 {
        let sale = a_purchase().number(row).build();
        world.app.given(|store| store.with_purchase(sale));
    }
    let page = world.get(TRANSACTIONS).await;
    assert_eq!((rows(&page).len(), &page.body["total"]), (50, &json!(51)));
    let last = world.get(&next(&page).unwrap()).await;
    assert_eq!((rows(&last).len(), next(&last), &last.body["limit"]), (1, None, &json!(50)));
}

#[actix_web::test]
async fn a_link_keeps_the_other_fields() {
    let world = World::new().await;
    for (query, kept) in [
        ("limit=1", "limit=1"),
        ("offset=2&limit=1&offset=0", "limit=1"),
        ("despues_de=inicio&limit=1&rol=", "limit=1&rol="),
        ("%6Cimit=1&%6Fffset=0", "limit=1"),
        ("a=%3E%22%0D%0A&b=%C3%B1+%26&limit=1&c", "a=%3E%22%0D%0A&b=%C3%B1+%26&limit=1&c="),
    ] {
        let response = world.get(&format!("{COMPANIES}?{query}")).await;
        let cursor = response.header("x-next-cursor").unwrap();
        let link = format!("<{COMPANIES}?{kept}&despues_de={cursor}>; rel=\"next\"");
        assert_eq!(response.header("link"), Some(link.as_str()));
        assert_eq!(world.get(&next(&response).unwrap()).await.status, 200);
    }
}

#[actix_web::test]
async fn what_is_no_cursor_of_the_list_is_a_faulty_field() {
    let world = World::new().await;
    let mut cursors = Vec::new();
    for path in ALL {
        let response = world.get(&format!("{path}?limit=1")).await;
        cursors.push((path, response.header("x-next-cursor").unwrap().to_owned()));
    }
    for path in ALL {
        for no_cursor in ["0", "Inicio", "AXQABiu65wZGQAAAAAAAAAA", "%00", "=", "1&limit=2"] {
            let response = world.get(&format!("{path}?despues_de={no_cursor}")).await;
            assert_fields(&response, &[("query.despues_de", "value_error")]);
        }
        for (other, cursor) in &cursors {
            let response = world.get(&format!("{path}?despues_de={cursor}")).await;
            let same = path.rsplit('/').next() == other.rsplit('/').next();
            assert_eq!(response.status, if same { 200 } else { 422 }, "{other}'s at {path}");
        }
        let own = &cursors.iter().find(|(other, _)| *other == path).unwrap().1;
        for (offset, faults) in [
            ("0", &[("query.despues_de", "value_error")][..]),
            ("-1", &[("query.offset", "out_of_range"), ("query.despues_de", "value_error")]),
        ] {
            for cursor in [own, "inicio", "0"] {
                let response = world.get(&format!("{path}?offset={offset}&despues_de={cursor}")).await;
                assert_fields(&response, faults);
            }
        }
        let blank = world.get(&format!("{path}?offset=1&despues_de=")).await;
        assert_eq!(rows(&blank), rows(&world.get(&format!("{path}?offset=1")).await));
        let faults = [("query.limit", "out_of_range"), ("query.despues_de", "value_error")];
        assert_fields(&world.get(&format!("{path}?limit=0&despues_de=0")).await, &faults);
    }
    assert_example(&world.get(&format!("{COMPANIES}?despues_de=0")).await, "list_companies 422");
    assert_example(&world.get(&format!("{COMPANIES}?despues_de=0&offset=0")).await, "list_companies 422 both");
}

#[actix_web::test]
async fn a_number_in_a_query_has_one_spelling() {
    let world = World::new().await;
    for path in ALL {
        for field in ["limit", "offset"] {
            for wrong in [
                "",
                "%20",
                "01",
                "+1",
                "%2B1",
                "-0",
                "1.0",
                "1e1",
                "0x1",
                "%EF%BC%91",
                "1%20",
                "1%00",
                "99999999999999999999",
            ] {
                let response = world.get(&format!("{path}?{field}={wrong}")).await;
                assert_fields(&response, &[(&format!("query.{field}"), "int_type")]);
            }
        }
        assert_fields(&world.get(&format!("{path}?limit")).await, &[("query.limit", "int_type")]);
    }
}

#[actix_web::test]
async fn transactions_by_cursor_say_that_they_were_not_counted() {
    let app = TestApp::new().await;
    app.with_company();
    let token = app.company_admin();
    let later = a_purchase().number(2).opened_at(start().plus(Duration::HOUR)).build();
    app.given(|store| store.with_purchase(a_purchase().build()).with_purchase(later));
    let page = app.get(&format!("{TRANSACTIONS}?limit=1&despues_de=inicio")).bearer(&token).await;
    let [total, limit, offset] = ["total", "limit", "offset"].map(|field| &page.body[field]);
    assert_eq!([total, limit, offset], [&json!(null), &json!(1), &json!(null)]);
    let last = app.get(&next(&page).unwrap()).bearer(&token).await;
    assert_example(&last, "list_my_transactions 200 cursor");
}

/// The cursor of another company's sale is a moment, and no way to that sale.
#[actix_web::test]
async fn a_cursor_opens_no_other_company() {
    let world = World::new().await;
    let cafe = a_company().id("EMP_0000000002").build();
    let sale = a_purchase().of(&cafe.id).number(77).opened_at(start().plus(Duration::DAY)).build();
    world.app.given(|store| store.with_purchase(sale));
    let token = world.app.signed_in(3, a_user().email("admin@cafe.mx").admin_of(&cafe.id));
    let own = world.get(&format!("{TRANSACTIONS}?limit=1")).await;
    for cursor in [own.header("x-next-cursor").unwrap(), "inicio"] {
        let url = format!("{TRANSACTIONS}?despues_de={cursor}");
        let references = |response: &Response| response.body["transacciones"].to_string();
        let cafes = world.app.get(&url).bearer(&token).await;
        assert_eq!((cafes.status, &cafes.body["empresa_id"]), (200, &json!("EMP_0000000002")));
        assert_eq!(rows(&cafes).len(), usize::from(cursor == "inicio"), "{cafes:?}");
        assert!(!references(&world.get(&url).await).contains("ord_77"));
    }
}

#[actix_web::test]
async fn a_page_of_another_origin_may_read_the_way_on() {
    let app = TestApp::with(|_, options| options.cors_origins = vec!["https://panel.example".to_owned()]).await;
    let response = app.get(COMPANIES).header("origin", "https://panel.example").await;
    let exposed = response.header("access-control-expose-headers").unwrap();
    for name in ["x-total-count", "x-next-cursor", "link"] {
        assert!(exposed.split(", ").any(|header| header == name), "{exposed}");
    }
}
