//! The cards of Conekta's simulator, and what each leads to.

/// Why a bank or Conekta declines a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decline {
    Bank,
    Funds,
    NotSupported,
    CallIssuer,
    Suspicious,
    ThreeDs,
}

impl Decline {
    /// The code of the error, without `conekta.errors.processing.`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Bank => "bank.declined",
            Self::Funds => "bank.insufficient_funds",
            Self::NotSupported => "bank.card_not_supported",
            Self::CallIssuer => "bank.call_issuer",
            Self::Suspicious => "charge.card_payment.suspicious_behaviour",
            Self::ThreeDs => "charge.card_payment.declined_by_3ds",
        }
    }

    pub(crate) fn failure_code(self) -> &'static str {
        match self {
            Self::Bank => "card_declined",
            Self::Funds => "insufficient_funds",
            Self::NotSupported => "card_not_supported",
            Self::CallIssuer => "call_issuer",
            Self::Suspicious => "suspected_fraud",
            Self::ThreeDs => "declined_by_3ds",
        }
    }

    pub(crate) fn spanish(self) -> &'static str {
        match self {
            Self::Bank => "La tarjeta ingresada ha sido declinada. Por favor intenta con otro método de pago.",
            Self::Funds => "Esta tarjeta no tiene suficientes fondos para completar la compra.",
            Self::NotSupported => "La tarjeta no es soportada. Intenta con otro método de pago.",
            Self::CallIssuer => "Comunícate con tu banco para autorizar el pago.",
            Self::Suspicious => "Tu método de pago ha sido rechazado, intenta con otro método.",
            Self::ThreeDs => "La autenticación de la tarjeta falló. Intenta con otro método de pago.",
        }
    }

    pub(crate) fn english(self) -> &'static str {
        match self {
            Self::Bank => "The card was declined by the bank.",
            Self::Funds => "The card has insufficient funds.",
            Self::NotSupported => "The card is not supported.",
            Self::CallIssuer => "The cardholder must call the issuer.",
            Self::Suspicious => "This charge has been declined due to the users suspicious behavior.",
            Self::ThreeDs => "The cardholder was not authenticated by 3DS.",
        }
    }
}

/// What a card leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    Paid,
    Declined(Decline),
    /// Pending without an action of the cardholder.
    Pending,
    /// 3DS asks the cardholder, if the order allows 3DS. Otherwise paid.
    Challenge,
    /// 3DS declines, if the order allows 3DS. Otherwise the bank declines.
    DeclinedByThreeDs,
}

/// A card that the simulator knows. The numbers from 4000000000000036 on are the simulator's own.
const KNOWN: [(&str, Option<&str>, Lead); 14] = [
    ("4242424242424242", Some("tok_test_visa_4242"), Lead::Paid),
    ("4012888888881881", Some("tok_test_visa_1881"), Lead::Paid),
    ("5555555555554444", Some("tok_test_mastercard_4444"), Lead::Paid),
    ("4000000000000002", Some("tok_test_card_declined"), Lead::Declined(Decline::Bank)),
    ("4000000000009995", Some("tok_test_insufficient_funds"), Lead::Declined(Decline::Funds)),
    ("4000000000000119", Some("tok_test_msi_error"), Lead::Declined(Decline::NotSupported)),
    ("4000000000009979", Some("tok_test_stolen_card"), Lead::Declined(Decline::CallIssuer)),
    ("4000000000001091", None, Lead::Challenge),
    ("4000000000002701", None, Lead::Paid),
    ("4000000000000127", None, Lead::DeclinedByThreeDs),
    ("4000000000000036", None, Lead::Pending),
    ("4000000000000044", None, Lead::Declined(Decline::NotSupported)),
    ("4000000000000051", None, Lead::Declined(Decline::CallIssuer)),
    ("4000000000000069", None, Lead::Declined(Decline::Suspicious)),
];

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) lead: Lead,
    pub(crate) last4: String,
    pub(crate) brand: &'static str,
    pub(crate) name: String,
    pub(crate) exp_month: String,
    pub(crate) exp_year: String,
}

impl Card {
    /// The card of that number. A number that the simulator does not know is paid.
    pub(crate) fn of(number: &str, name: &str, exp_month: &str, exp_year: &str) -> Self {
        let lead = KNOWN.iter().find(|(known, _, _)| *known == number).map_or(Lead::Paid, |(_, _, lead)| *lead);
        Self {
            lead,
            last4: number[number.len().saturating_sub(4)..].to_owned(),
            brand: if number.starts_with('5') { "mastercard" } else { "visa" },
            name: name.to_owned(),
            exp_month: exp_month.to_owned(),
            exp_year: exp_year.to_owned(),
        }
    }

    /// The card of a token that exists without having been made.
    pub(crate) fn of_test_token(token: &str) -> Option<Self> {
        let (number, _, _) = KNOWN.iter().find(|(_, known, _)| *known == Some(token))?;
        Some(Self::of(number, "Cliente Prueba", "12", "30"))
    }
}

/// Whether the digits are those of a card: 13 to 19 of them, with the right check digit.
pub(crate) fn is_a_number(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (13..=19).contains(&digits.len())) else { return false };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) => twice / 10 + twice % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_card_has_a_right_check_digit_and_a_number_of_its_own() {
        for (at, (number, _, _)) in KNOWN.iter().enumerate() {
            assert!(is_a_number(number), "{number}");
            assert!(KNOWN[..at].iter().all(|(other, _, _)| other != number), "{number}");
        }
        assert!(!is_a_number("4242424242424241") && !is_a_number("4242") && !is_a_number("4242-4242-4242-4242"));
    }
}
