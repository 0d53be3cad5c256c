//! The tenant: a hotel, a café chain, an internet provider.

use thiserror::Error;

use crate::{
    Timestamp,
    change::Change,
    gateway::Gateway,
    ids::{CompanyId, WebhookToken},
    ports::SecretPlace,
    rsa_public_key::RsaPublicKey,
    secret::Sealed,
    text::{Email, ForeignId, Link, Name, Phone},
};

/// A company as it stands. Any combination of its parts is a valid one, so they are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its identity.
    pub id: CompanyId,
    /// What it is called.
    pub name: Name,
    /// Where its people are reached.
    pub contact_email: Email,
    /// Their telephone.
    pub contact_phone: Option<Phone>,
    /// Its logo, for the captive portal.
    pub logo: Option<Link>,
    /// Its account with Conekta.
    pub conekta: Conekta,
    /// Its account with Mercado Pago.
    pub mercado_pago: MercadoPago,
    /// Whether a buyer's bank may ask for a confirmation (3DS).
    pub three_ds: bool,
    /// The secret part of the address to which a gateway reports changes.
    pub webhook_token: WebhookToken,
    /// Its notices by Telegram.
    pub telegram: Telegram,
    /// Whether it trades. The keys of a company that is off are refused.
    pub active: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Whether a gateway account moves real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GatewayMode {
    /// A sandbox.
    #[default]
    Test,
    /// Real money.
    Live,
}

/// An account with Conekta. The shape of its keys is not checked (`R601`).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Conekta {
    /// Sandbox or real.
    pub mode: GatewayMode,
    /// The key that the captive portal shows to the world.
    pub public_key: Option<ForeignId>,
    /// The key that moves money, sealed.
    pub private_key: Option<Sealed>,
    /// The key with which Conekta's webhooks are checked.
    pub webhook_key: Option<RsaPublicKey>,
}

/// An account with Mercado Pago.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MercadoPago {
    /// Sandbox or real.
    pub mode: GatewayMode,
    /// The key that the captive portal shows to the world.
    pub public_key: Option<ForeignId>,
    /// The access to the account.
    pub access: Option<MercadoPagoAccess>,
    /// The secret with which the account's webhooks are checked, sealed.
    pub webhook_secret: Option<Sealed>,
}

/// Access to an account with Mercado Pago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MercadoPagoAccess {
    /// The token that moves money, sealed.
    pub token: Sealed,
    /// The user whose token this is, as Mercado Pago counts its users. Its webhooks name this user.
    pub user: Option<ForeignId>,
}

/// The sealed key with which a company charges at one gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargingKey<'a> {
    /// The key.
    pub sealed: &'a Sealed,
    /// The place for which it was sealed.
    pub place: SecretPlace,
    /// Whether the account moves real money.
    pub mode: GatewayMode,
}

/// Where a company's notices go.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Telegram {
    /// The bot's token, sealed.
    pub bot_token: Option<Sealed>,
    /// The chat that the bot writes to.
    pub chat_id: Option<ForeignId>,
    /// Whether notices are wanted.
    pub enabled: bool,
}

/// The company is inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the company is inactive")]
pub struct CompanyInactive;

/// The proof that a company trades, which alone may be given routers and users.
#[derive(Clone, Copy, Debug)]
pub struct ActiveCompany<'a>(&'a Company);

impl ActiveCompany<'_> {
    /// The company's identity.
    pub const fn id(&self) -> &CompanyId {
        &self.0.id
    }
}

impl Company {
    /// The company as an active one.
    pub fn active(&self) -> Result<ActiveCompany<'_>, CompanyInactive> {
        self.active.then_some(ActiveCompany(self)).ok_or(CompanyInactive)
    }

    /// The company's own key with a gateway, if it has one.
    pub fn gateway(&self, gateway: Gateway) -> Option<ChargingKey<'_>> {
        let id = self.id.clone();
        let (sealed, place, mode) = match gateway {
            Gateway::Conekta => {
                (self.conekta.private_key.as_ref(), SecretPlace::ConektaPrivateKey(id), self.conekta.mode)
            }
            Gateway::MercadoPago => {
                let token = self.mercado_pago.access.as_ref().map(|access| &access.token);
                (token, SecretPlace::MercadoPagoAccessToken(id), self.mercado_pago.mode)
            }
        };
        sealed.map(|sealed| ChargingKey { sealed, place, mode })
    }

    /// Carries out an edit.
    pub fn edit(&mut self, edit: CompanyEdit) {
        let CompanyEdit { name, contact_email, contact_phone, logo, conekta, mercado_pago, three_ds, telegram } = edit;
        if let Some(name) = name {
            self.name = name;
        }
        if let Some(email) = contact_email {
            self.contact_email = email;
        }
        contact_phone.apply(&mut self.contact_phone);
        logo.apply(&mut self.logo);
        self.conekta.mode = conekta.mode.unwrap_or(self.conekta.mode);
        conekta.public_key.apply(&mut self.conekta.public_key);
        conekta.webhook_key.apply(&mut self.conekta.webhook_key);
        self.mercado_pago.mode = mercado_pago.mode.unwrap_or(self.mercado_pago.mode);
        mercado_pago.public_key.apply(&mut self.mercado_pago.public_key);
        self.three_ds = three_ds.unwrap_or(self.three_ds);
        telegram.chat_id.apply(&mut self.telegram.chat_id);
        self.telegram.enabled = telegram.enabled.unwrap_or(self.telegram.enabled);
    }
}

/// Changes to a company; what is not mentioned stays. Its secrets are set one by one, sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyEdit {
    /// A new name.
    pub name: Option<Name>,
    /// A new address.
    pub contact_email: Option<Email>,
    /// The telephone.
    pub contact_phone: Change<Phone>,
    /// The logo.
    pub logo: Change<Link>,
    /// The Conekta account.
    pub conekta: ConektaEdit,
    /// The Mercado Pago account.
    pub mercado_pago: MercadoPagoEdit,
    /// Whether a bank may ask for a confirmation (3DS).
    pub three_ds: Option<bool>,
    /// The notices.
    pub telegram: TelegramEdit,
}

/// Changes to a Conekta account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConektaEdit {
    /// Sandbox or real.
    pub mode: Option<GatewayMode>,
    /// The public key.
    pub public_key: Change<ForeignId>,
    /// The key with which Conekta's webhooks are checked.
    pub webhook_key: Change<RsaPublicKey>,
}

/// Changes to a Mercado Pago account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MercadoPagoEdit {
    /// Sandbox or real.
    pub mode: Option<GatewayMode>,
    /// The public key.
    pub public_key: Change<ForeignId>,
}

/// Changes to the notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TelegramEdit {
    /// The chat.
    pub chat_id: Change<ForeignId>,
    /// Whether notices are wanted.
    pub enabled: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_company() -> Option<Company> {
        Some(Company {
            id: CompanyId::parse("EMP_3A9F1C0B2D")?,
            name: Name::parse("Hotel Central").ok()?,
            contact_email: Email::parse("contacto@hotelcentral.mx").ok()?,
            contact_phone: None,
            logo: None,
            conekta: Conekta::default(),
            mercado_pago: MercadoPago { mode: GatewayMode::Live, ..MercadoPago::default() },
            three_ds: false,
            webhook_token: WebhookToken::parse(&"a".repeat(32))?,
            telegram: Telegram::default(),
            active: true,
            created_at: Timestamp::new(time::OffsetDateTime::UNIX_EPOCH),
        })
    }

    #[test]
    fn each_gateway_charges_by_its_own_key_and_mode() {
        let mut company = a_company().unwrap();
        for gateway in Gateway::ALL {
            assert_eq!(company.gateway(gateway), None);
        }
        let (private_key, token) = (Sealed::new("conekta".to_owned()), Sealed::new("mercado".to_owned()));
        company.conekta.private_key = Some(private_key.clone());
        company.mercado_pago.access = Some(MercadoPagoAccess { token: token.clone(), user: None });
        let place = SecretPlace::ConektaPrivateKey(company.id.clone());
        let expected = ChargingKey { sealed: &private_key, place, mode: GatewayMode::Test };
        assert_eq!(company.gateway(Gateway::Conekta), Some(expected));
        let place = SecretPlace::MercadoPagoAccessToken(company.id.clone());
        let expected = ChargingKey { sealed: &token, place, mode: GatewayMode::Live };
        assert_eq!(company.gateway(Gateway::MercadoPago), Some(expected));
    }
}
