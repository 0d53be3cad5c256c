//! A charge, from its request to what the gateway says of it later.

use portero_domain::{
    ids::PurchaseReference,
    ports::{ChargePage, GatewayAccount, GatewayError},
    purchase::{Cardholder, ChargeAnswer, DeclineReason, RequestProblem},
    secret::Secret,
};

use crate::support::{Outcome, Simulated, both, paid, purchase, query};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_paid_once_and_found_by_its_id_and_by_its_purchase() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        let charge = paid(&adapter.charge(&account, &gateway.order(1, Outcome::Paid)).await);
        assert_eq!(paid(&adapter.find(&account, &query(1, Some(charge.clone()))).await), charge);
        assert_eq!(paid(&adapter.find(&account, &query(1, None)).await), charge);
        assert_eq!(adapter.find(&account, &query(2, None)).await, ChargeAnswer::Absent);
        assert_eq!(gateway.charges(&purchase(1)), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_has_a_reason_now_and_later() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        let answer = adapter.charge(&account, &gateway.order(1, Outcome::NoFunds)).await;
        let ChargeAnswer::Declined(Some(charge), DeclineReason::InsufficientFunds) = answer else {
            panic!("not declined: {answer:?}");
        };
        let later = adapter.find(&account, &query(1, Some(charge))).await;
        assert!(matches!(later, ChargeAnswer::Declined(Some(_), _)), "{later:?}");
        assert!(matches!(adapter.find(&account, &query(1, None)).await, ChargeAnswer::Declined(..)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_used_or_never_made_charges_nothing() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        let order = gateway.order(1, Outcome::Paid);
        paid(&adapter.charge(&account, &order).await);
        let mut again = gateway.order(2, Outcome::Paid);
        again.card = order.card;
        let answer = adapter.charge(&account, &again).await;
        let used = [RequestProblem::TokenUsed, RequestProblem::TokenUnknown].map(ChargeAnswer::Rejected);
        assert!(used.contains(&answer), "{answer:?}");
        again.card.token = Secret::new("tok_nothing".to_owned());
        let answer = adapter.charge(&account, &again).await;
        assert!(matches!(answer, ChargeAnswer::Rejected(RequestProblem::TokenUnknown)), "{answer:?}");
        assert_eq!(gateway.charges(&purchase(2)), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_says_where_the_cardholder_goes() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        let answer = adapter.charge(&account, &gateway.order(1, Outcome::Challenge)).await;
        let ChargeAnswer::NeedsCardholder(charge, action) = answer else { panic!("no challenge: {answer:?}") };
        match (&gateway, action) {
            (Simulated::Conekta(_), Cardholder::Redirect { url }) => assert!(url.starts_with("http"), "{url}"),
            (Simulated::MercadoPago(_), Cardholder::Post { url, creq }) => {
                assert!(url.starts_with("http") && !creq.is_empty(), "{url}");
            }
            (_, action) => panic!("{action:?}"),
        }
        let cancelled = adapter.cancel(&account, &query(1, Some(charge))).await;
        assert!(
            matches!(
                cancelled,
                ChargeAnswer::Declined(_, DeclineReason::Cancelled)
                    | ChargeAnswer::NeedsCardholder(..)
                    | ChargeAnswer::Pending(_)
            ),
            "{cancelled:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_the_companys_to_mend() {
    for (gateway, adapter) in both().await {
        let wrong = GatewayAccount { secret: Secret::new("nonsense".to_owned()), live: false };
        let answer = adapter.charge(&wrong, &gateway.order(1, Outcome::Paid)).await;
        assert_eq!(answer, ChargeAnswer::Rejected(RequestProblem::Credentials));
        assert_eq!(adapter.owner(&wrong).await, Err(GatewayError::Credentials));
        // A read that is rejected says nothing of the charge.
        assert!(matches!(adapter.find(&wrong, &query(1, None)).await, ChargeAnswer::Unknown(_)));
        let owner = adapter.owner(&gateway.account()).await.unwrap();
        assert_eq!(owner.is_some(), matches!(gateway, Simulated::MercadoPago(_)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn charges_are_listed_page_by_page_with_their_purchases() {
    for (gateway, adapter) in both().await {
        let account = gateway.account();
        for number in 1..=3 {
            paid(&adapter.charge(&account, &gateway.order(number, Outcome::Paid)).await);
        }
        let now = query(1, None).sent_at;
        let around = |minutes| now.plus(time::Duration::minutes(minutes));
        let mut page = ChargePage { from: around(-5), until: around(5), after: None };
        let mut listed: Vec<PurchaseReference> = Vec::new();
        loop {
            let found = adapter.charges(&account, &page).await.unwrap();
            listed.extend(found.charges.into_iter().filter_map(|charge| charge.purchase));
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        listed.sort_unstable();
        assert_eq!(listed, [purchase(1), purchase(2), purchase(3)]);
    }
}
