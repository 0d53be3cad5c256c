use std::fmt;

use thiserror::Error;

use crate::{
    ids::{CompanyId, PurchaseReference, RouterId},
    secret::{Fingerprint, Sealed, Secret},
};

/// Seals secrets for rest and opens them again.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Vault: Send + Sync {
    /// Seals a secret so that it opens only for the same place.
    fn encrypt(&self, secret: &Secret, place: &SecretPlace) -> Result<Sealed, VaultError>;

    /// Opens what was sealed for this place, by the current sealing key or an older one.
    fn decrypt(&self, sealed: &Sealed, place: &SecretPlace) -> Result<Secret, VaultError>;

    /// The SHA-256 of this text. It recognises a value that is too secret to be stored.
    fn digest(&self, text: &str) -> Fingerprint;

    /// Whether the current sealing key sealed this, so that it needs no resealing.
    fn is_current(&self, sealed: &Sealed) -> bool;
}

/// Which secret of which row something is. It is bound into the seal: a sealed text that is moved elsewhere does not
/// open there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretPlace {
    /// The password that Portero uses to log in to a router.
    RouterPassword(CompanyId, RouterId),
    /// A company's private key with Conekta.
    ConektaPrivateKey(CompanyId),
    /// The token of a company's Telegram bot.
    TelegramBotToken(CompanyId),
    /// A company's access token with Mercado Pago, which moves money.
    MercadoPagoAccessToken(CompanyId),
    /// The secret with which Mercado Pago signs a company's webhooks.
    MercadoPagoWebhookSecret(CompanyId),
    /// The password of a hotspot user that was sold, or its name where that is the only secret.
    GuestSecret(CompanyId, PurchaseReference),
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RouterPassword(_, id) => write!(f, "the password of the router {id}"),
            Self::ConektaPrivateKey(id) => write!(f, "the Conekta key of the company {id}"),
            Self::GuestSecret(_, reference) => write!(f, "the hotspot user of the purchase {reference}"),
            Self::TelegramBotToken(id) => write!(f, "the Telegram token of the company {id}"),
            Self::MercadoPagoAccessToken(id) => write!(f, "the Mercado Pago access token of the company {id}"),
            Self::MercadoPagoWebhookSecret(id) => write!(f, "the Mercado Pago webhook secret of the company {id}"),
        }
    }
}

/// Why a secret was not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    /// None of the configured keys encrypted it.
    #[error("no configured encryption key decrypts this secret")]
    UnknownKey,
    /// It was altered, moved from its place, or was never a sealed text.
    #[error("the encrypted secret is damaged or belongs to another row")]
    Damaged,
    /// The source of chance or the cipher failed.
    #[error("the secret could not be encrypted")]
    Sealing,
}
