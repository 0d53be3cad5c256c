//! What no source proves about the real gateways. Guesses have switches; the rest is documented but was never tried.

use portero_sim_kit::{Guesses, guess};

/// A guess about the real gateways. [`ASSUMPTIONS`] says what each means.
#[expect(missing_docs, reason = "they are described where they are listed")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    TestTokensAreReusable,
    ConektaShowsNulls,
    ConektaVersionIs406,
    ConektaRefusesLoopbackWebhooks,
    ConektaSearchesMetadata,
    PaymentNeedsKey,
    SameKeyReturnsFirstAnswer,
    OtherHoldersAreApproved,
    SignatureTimeInMilliseconds,
    IpnTwinIsSent,
}

/// A guess: its switch, its meaning and its default.
pub type Assumption = portero_sim_kit::Assumption<Point>;

/// Which guesses hold at one gateway.
pub type Assumptions = portero_sim_kit::Assumptions<Point>;

impl Guesses for Point {
    const ALL: &'static [Assumption] = &ASSUMPTIONS;
}

/// All guesses that can be switched. A test against a real account settles one; until then tests may run with either.
pub const ASSUMPTIONS: [Assumption; 10] = [
    guess(
        Point::TestTokensAreReusable,
        "test-tokens-are-reusable",
        "Conekta's fixed test tokens (tok_test_...) work any number of times; otherwise once, like every other token",
        true,
    ),
    guess(
        Point::ConektaShowsNulls,
        "conekta-shows-nulls",
        "Conekta returns fields without a value as null, as in its samples; otherwise it leaves them out, as in its specification",
        true,
    ),
    guess(
        Point::ConektaVersionIs406,
        "conekta-version-is-406",
        "Conekta responds 406 to an unknown version in Accept; otherwise 409",
        true,
    ),
    guess(
        Point::ConektaRefusesLoopbackWebhooks,
        "conekta-refuses-loopback-webhooks",
        "POST /webhooks rejects URLs with localhost or 127.0.0.1, as the specification says",
        true,
    ),
    guess(
        Point::ConektaSearchesMetadata,
        "conekta-searches-metadata",
        "GET /orders?search= finds values of the metadata too, not only reference, id and customer",
        false,
    ),
    guess(
        Point::PaymentNeedsKey,
        "payment-needs-key",
        "Mercado Pago rejects a payment without X-Idempotency-Key by 400 with the cause 4292",
        true,
    ),
    guess(
        Point::SameKeyReturnsFirstAnswer,
        "same-key-returns-first-answer",
        "a repeated X-Idempotency-Key returns the first response; otherwise the payment's present state",
        true,
    ),
    guess(
        Point::OtherHoldersAreApproved,
        "other-holders-are-approved",
        "a cardholder's name that is no test name is approved; otherwise rejected",
        true,
    ),
    guess(
        Point::SignatureTimeInMilliseconds,
        "signature-time-in-milliseconds",
        "the ts of x-signature counts milliseconds; otherwise seconds",
        true,
    ),
    guess(
        Point::IpnTwinIsSent,
        "ipn-twin-is-sent",
        "Mercado Pago also sends an unsigned IPN notice to a URL without source_news=webhooks",
        false,
    ),
];

/// Behaviour that is documented, or follows from a sample, but was never tried against a live account. It has no switch.
pub const DOCUMENTED: [&str; 14] = [
    "Conekta: a decline is 402 and leaves an order, which the error carries in `data`",
    "Conekta: a second use of a token is 402 with the code processing.tokenization.used, and leaves no order",
    "Conekta: only 3DS cards are challenged, and only if the order has three_ds_mode and return_url",
    "Conekta: the code of a failed 3DS is processing.charge.card_payment.declined_by_3ds",
    "Conekta: the charge's amount must equal the order's, and an order has one charge",
    "Conekta: a refund above what is left is 422, one of an order that is not paid is 402; both codes are made up",
    "Conekta: DIGEST is RSA PKCS#1 v1.5 with SHA-256 over the raw body; the padding is not documented",
    "Conekta: a status change sends one charge event and one order event",
    "Mercado Pago: another body under the same key is 409 for 24 hours, a key in use is 423",
    "Mercado Pago: a request that is rejected with an error does not use its key up",
    "Mercado Pago: CONT is in_process with pending_contingency, or rejected in binary mode",
    "Mercado Pago: a failed challenge is rejected with cc_rejected_3ds_mandatory",
    "Mercado Pago: a refund is possible for 180 days, then the cause is 2024",
    "Telegram: the texts of errors are those of the Bot API as of 2025",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assumption_is_switched_by_its_name_and_back() {
        for guess in ASSUMPTIONS {
            let believed = Assumptions::default();
            assert_eq!(believed.hold(guess.point), guess.believed, "{}", guess.name);
            let doubted = believed.clone().with_named(guess.name, !guess.believed).unwrap();
            assert_eq!(doubted.hold(guess.point), !guess.believed, "{}", guess.name);
            assert_eq!(doubted.with(guess.point, guess.believed), believed, "{}", guess.name);
        }
        assert!(Assumptions::default().with_named("the-earth-is-flat", true).is_err());
    }
}
