//! Money that goes back, once.

use portero_domain::{
    money::Money,
    purchase::{ChargeAnswer, RefundAnswer},
};
use portero_gateways_sim::{Armed, Fault, When};

use crate::support::{Outcome, both, paid, query, refund};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_goes_back_in_parts_and_never_more_than_was_paid() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        let charge = paid(&adapter.charge(&account, &gateway.order(1, Outcome::Paid)).await);
        assert_eq!(adapter.refund(&account, &refund(1, &charge, "5.00", "0")).await, RefundAnswer::Done);
        // What is left is still paid.
        paid(&adapter.find(&account, &query(1, Some(charge.clone()))).await);
        let rest = refund(1, &charge, "14.99", "5.00");
        assert_eq!(adapter.refund(&account, &rest).await, RefundAnswer::Done);
        assert_eq!(adapter.refund(&account, &rest).await, RefundAnswer::Done, "repeated");
        assert_eq!(
            adapter.find(&account, &query(1, Some(charge.clone()))).await,
            ChargeAnswer::Refunded(charge.clone())
        );
        let more = portero_domain::ports::RefundOrder {
            number: 3,
            refunded_before: Money::parse("19.99").unwrap(),
            ..refund(1, &charge, "0.01", "0")
        };
        let answer = adapter.refund(&account, &more).await;
        assert!(matches!(answer, RefundAnswer::Refused(_)), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_is_lost_is_made_once() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        for (number, fault) in (1..).zip([
            Fault::Drop(When::Before),
            Fault::Drop(When::After),
            Fault::Status(When::After, 500, None),
            Fault::Truncated,
        ]) {
            let charge = paid(&adapter.charge(&account, &gateway.order(number, Outcome::Paid)).await);
            gateway.faults().arm(Armed::once(fault).at("POST", gateway.refund_path()));
            let part = refund(number, &charge, "5.00", "0");
            let answer = adapter.refund(&account, &part).await;
            assert!(matches!(answer, RefundAnswer::Unknown(_) | RefundAnswer::Done), "{fault:?}: {answer:?}");
            assert_eq!(adapter.refund(&account, &part).await, RefundAnswer::Done, "{fault:?}");
            // The whole rest can still go back: the part went once.
            assert_eq!(adapter.refund(&account, &refund(number, &charge, "14.99", "5.00")).await, RefundAnswer::Done);
        }
    }
}
