//! Test cards of Mercado Pago: the cardholder's name decides what becomes of a payment.

use time::OffsetDateTime;

use super::payment::Status;

/// What a cardholder's name leads to, if the name is a test name.
pub(crate) fn lead(holder: &str) -> Option<(Status, &'static str)> {
    let word = holder.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    let rejected = |detail| Some((Status::Rejected, detail));
    match word.as_str() {
        "APRO" => Some((Status::Approved, "accredited")),
        "CONT" => Some((Status::InProcess, "pending_contingency")),
        "CHAL" => Some((Status::Pending, "pending_challenge")),
        "OTHE" | "UNSU" => rejected("cc_rejected_other_reason"),
        "CALL" => rejected("cc_rejected_call_for_authorize"),
        "FUND" => rejected("cc_rejected_insufficient_amount"),
        "SECU" => rejected("cc_rejected_bad_filled_security_code"),
        "EXPI" => rejected("cc_rejected_bad_filled_date"),
        "FORM" => rejected("cc_rejected_bad_filled_other"),
        "CARD" => rejected("cc_rejected_bad_filled_card_number"),
        "INST" => rejected("cc_rejected_invalid_installments"),
        "DUPL" => rejected("cc_rejected_duplicated_payment"),
        "LOCK" => rejected("cc_rejected_card_disabled"),
        "CTNA" => rejected("cc_rejected_card_type_not_allowed"),
        "ATTE" => rejected("cc_rejected_max_attempts"),
        "BLAC" => rejected("cc_rejected_blacklist"),
        _ => None,
    }
}

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) first_six: String,
    pub(crate) last_four: String,
    pub(crate) month: i64,
    pub(crate) year: i64,
    pub(crate) holder: String,
    pub(crate) made: OffsetDateTime,
}

impl Card {
    pub(crate) fn of(number: &str, holder: &str, month: i64, year: i64, made: OffsetDateTime) -> Self {
        Self {
            first_six: number.chars().take(6).collect(),
            last_four: number[number.len().saturating_sub(4)..].to_owned(),
            month,
            year,
            holder: holder.to_owned(),
            made,
        }
    }
}
