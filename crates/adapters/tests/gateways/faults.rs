//! What is certain when a request fails, and what is not.

use std::time::{Duration, Instant};

use portero_adapters::{HttpClient, HttpLimits, gateways::Conekta};
use portero_domain::{
    ports::CardGateway,
    purchase::{ChargeAnswer, Receipt},
};
use portero_gateways_sim::{Armed, Fault, When};

use crate::support::{Outcome, both, paid, purchase, query, terms};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_leaves_the_charge_unknown_and_it_is_found_later() {
    for (gateway, adapter) in both().await {
        let faults = [
            (Fault::Drop(When::Before), false),
            (Fault::Drop(When::After), true),
            (Fault::Hang(When::Before), false),
            (Fault::Hang(When::After), true),
            (Fault::Status(When::Before, 500, None), false),
            (Fault::Status(When::After, 503, None), true),
            (Fault::Status(When::Before, 409, None), false),
            (Fault::Status(When::Before, 423, None), false),
            (Fault::Garbage, true),
            (Fault::Truncated, true),
            (Fault::Endless, true),
            (Fault::Trickle, true),
            (Fault::Redirect, true),
        ];
        for (number, (fault, charged)) in (1..).zip(faults) {
            gateway.faults().arm(Armed::once(fault).at("POST", gateway.charge_path()));
            let asked = Instant::now();
            let answer = adapter.charge(&gateway.account(), &gateway.order(number, Outcome::Paid)).await;
            assert!(matches!(answer, ChargeAnswer::Unknown(_)), "{fault:?}: {answer:?}");
            assert!(asked.elapsed() < Duration::from_secs(5), "{fault:?}");
            let found = adapter.find(&gateway.account(), &query(number, None)).await;
            if charged {
                paid(&found);
            } else {
                assert_eq!(found, ChargeAnswer::Absent, "{fault:?}");
            }
            assert_eq!(gateway.charges(&purchase(number)), usize::from(charged), "{fault:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_asks_to_wait_is_told_so() {
    for (gateway, adapter) in both().await {
        let busy = Fault::Status(When::Before, 429, Some(7));
        gateway.faults().arm(Armed::once(busy).at("POST", gateway.charge_path()));
        let answer = adapter.charge(&gateway.account(), &gateway.order(1, Outcome::Paid)).await;
        assert_eq!(answer, ChargeAnswer::Unknown(Some(time::Duration::seconds(7))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_terms_than_ours_are_seen() {
    for (gateway, adapter) in both().await {
        for (number, fault) in (1..).zip([Fault::WrongAmount, Fault::WrongCurrency, Fault::WrongMode]) {
            gateway.faults().arm(Armed::once(fault).at("POST", gateway.charge_path()));
            let answer = adapter.charge(&gateway.account(), &gateway.order(number, Outcome::Paid)).await;
            let ChargeAnswer::Paid(Receipt { terms: seen, .. }) = answer else { panic!("{fault:?}: {answer:?}") };
            assert_ne!(seen, Some(terms()), "{fault:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cannot_be_reached_was_sent_nothing() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = HttpClient::new(&format!("http://127.0.0.1:{port}"), HttpLimits::default()).unwrap();
    let adapter = Conekta::new(client);
    for (gateway, _) in both().await {
        let order = gateway.order(1, Outcome::Paid);
        assert_eq!(adapter.charge(&gateway.account(), &order).await, ChargeAnswer::NotSent);
        assert_eq!(adapter.find(&gateway.account(), &query(1, None)).await, ChargeAnswer::Unknown(None));
    }
}
