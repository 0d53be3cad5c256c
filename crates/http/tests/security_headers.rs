//! The headers that restrict browsers.

use actix_web::web::Data;
use portero_http::web::caller::TrustedProxies;

use crate::support::{Response, TestApp};

const PROXY: &str = "192.0.2.1";
const STRANGER: &str = "198.51.100.7";

async fn behind_a_proxy() -> TestApp {
    TestApp::with(|_, options| {
        let trusted: TrustedProxies = [PROXY.parse().unwrap()].into_iter().collect();
        options.trusted_proxies = Data::new(trusted);
    })
    .await
}

fn assert_restricted(response: &Response) {
    let policy = response.header("content-security-policy");
    assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{response:?}");
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("x-frame-options"), Some("DENY"));
    assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
}

#[actix_web::test]
async fn no_response_may_be_framed_run_scripts_or_pass_its_address_on() {
    let app = TestApp::new().await;
    for path in ["/", "/health", "/admin/empresas", "/none", "/%00", "/openapi.json", "/docs", "/docs/none.js"] {
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            assert_restricted(&app.call(method, path).await);
        }
    }
}

#[actix_web::test]
async fn the_documents_page_may_load_its_own_parts_and_nothing_else() {
    let app = TestApp::new().await;
    let page = app.get("/docs/").await;
    let policy = page.header("content-security-policy").unwrap();
    let directives: Vec<_> = policy.split("; ").collect();
    assert!(directives.contains(&"default-src 'none'") && directives.contains(&"frame-ancestors 'none'"), "{policy}");
    assert!(directives.contains(&"script-src 'self'") && directives.contains(&"style-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    // The policy forbids code and styles that stand in the page itself, so the page must have none.
    for tag in page.text.split('<').filter(|tag| tag.starts_with("script") || tag.starts_with("style")) {
        assert!(tag.starts_with("script src=") || tag.contains(" src="), "<{tag}");
    }
    assert!(!page.text.contains(" style=") && !page.text.contains(" onload="), "{}", page.text);
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
}

#[actix_web::test]
async fn browsers_are_told_to_stay_with_https_only_where_a_trusted_proxy_speaks_it() {
    let app = behind_a_proxy().await;
    let told = async |from: &str, proto: &'static [&'static str]| {
        let call =
            proto.iter().fold(app.get("/health").from(from), |call, proto| call.header("x-forwarded-proto", proto));
        call.await.header("strict-transport-security").map(str::to_owned)
    };
    assert_eq!(told(PROXY, &["https"]).await.as_deref(), Some("max-age=31536000"));
    assert_eq!(told(PROXY, &["HTTPS"]).await.as_deref(), Some("max-age=31536000"));
    for unsure in [&["http"][..], &[], &[""], &["https,http"], &["https", "http"], &["httpsx"]] {
        assert_eq!(told(PROXY, unsure).await, None, "{unsure:?}");
    }
    assert_eq!(told(STRANGER, &["https"]).await, None, "a stranger's word does not count");
}
