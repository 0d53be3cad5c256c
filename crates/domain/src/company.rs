//! The tenant: a hotel, a café chain, an internet provider.

use thiserror::Error;

use crate::{
    Timestamp,
    change::Change,
    ids::CompanyId,
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
}

/// An account with Mercado Pago, as far as the captive portal needs it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MercadoPago {
    /// Sandbox or real.
    pub mode: GatewayMode,
    /// The key that the captive portal shows to the world.
    pub public_key: Option<ForeignId>,
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

    /// Carries out an edit.
    pub fn edit(&mut self, edit: CompanyEdit) {
        let CompanyEdit { name, contact_email, contact_phone, logo, conekta, mercado_pago, telegram } = edit;
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
        self.mercado_pago.mode = mercado_pago.mode.unwrap_or(self.mercado_pago.mode);
        mercado_pago.public_key.apply(&mut self.mercado_pago.public_key);
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
