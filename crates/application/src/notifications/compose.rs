use std::sync::Arc;

use portero_domain::{
    Timestamp,
    company::Company,
    health::Condition,
    ids::{CompanyId, KeyId, RouterId},
    notification::{Message, Notice, Occasion, RouterEvent, RouterNews},
    ports::{Clock, Ports, SecretPlace, Storage, StorageError, Stored, UnitOfWork, Vault, VaultError, transact},
    router::Router,
    secret::{Sealed, Secret},
    text::{ForeignId, Name},
};
use thiserror::Error;

use super::purchase_notices::PurchaseNotices;

/// Why a notice could not be tried.
#[derive(Debug, Error)]
pub enum NoticeError {
    /// A secret cannot be decrypted.
    #[error("a secret of the company {company} cannot be decrypted for a notice")]
    Vault {
        /// Which company.
        company: CompanyId,
        /// Why.
        source: VaultError,
    },
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Builds the message of a notice when it is sent.
pub(super) struct Composer {
    storage: Arc<dyn UnitOfWork>,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    purchases: Arc<dyn PurchaseNotices>,
}

/// A message and where it goes.
pub(super) struct Letter {
    pub(super) bot: Secret,
    pub(super) chat: ForeignId,
    pub(super) message: Message,
}

/// A company that wants notices.
struct Recipient {
    id: CompanyId,
    name: Name,
    bot: Sealed,
    chat: ForeignId,
}

impl Recipient {
    /// The company, unless it is inactive, wants no notices or has no bot or chat.
    fn of(company: Company) -> Option<Self> {
        let telegram = company.telegram;
        let (bot, chat) = (telegram.bot_token?, telegram.chat_id?);
        (company.active && telegram.enabled).then_some(Self { id: company.id, name: company.name, bot, chat })
    }
}

impl Composer {
    pub(super) fn new(ports: &Ports, purchases: Arc<dyn PurchaseNotices>) -> Self {
        Self {
            storage: Arc::clone(&ports.storage),
            vault: Arc::clone(&ports.vault),
            clock: Arc::clone(&ports.clock),
            purchases,
        }
    }

    /// The message of this notice. `None` if the company wants none, or what the notice is about is gone.
    pub(super) async fn compose(&self, notice: &Notice) -> Result<Option<Letter>, NoticeError> {
        let company = notice.company.clone();
        let found = transact(&*self.storage, move |storage| storage.companies().find(&company)).await?;
        let Some(recipient) = found.and_then(Recipient::of) else { return Ok(None) };
        let place = SecretPlace::TelegramBotToken(recipient.id.clone());
        let bot = self.vault.decrypt(&recipient.bot, &place);
        let bot = bot.map_err(|source| NoticeError::Vault { company: recipient.id.clone(), source })?;
        let chat = recipient.chat.clone();
        let message = self.message(recipient, notice).await?;
        Ok(message.map(|message| Letter { bot, chat, message }))
    }

    async fn message(&self, recipient: Recipient, notice: &Notice) -> Result<Option<Message>, NoticeError> {
        let Recipient { id, name: company, .. } = recipient;
        match notice.occasion.clone() {
            Occasion::Purchase(event, reference) => {
                let content = self.purchases.load(&id, &reference, event, notice.occurrence).await?;
                Ok(content.map(|content| Message::Purchase(Box::new(content))))
            }
            Occasion::CredentialsRefused(gateway) => Ok(Some(Message::CredentialsRefused { company, gateway })),
            Occasion::UnknownCharges(gateway) => {
                Ok(notice.day().map(|day| Message::UnknownCharges { company, gateway, day }))
            }
            Occasion::Router(event, router) => {
                let Some(at) = notice.moment() else { return Ok(None) };
                let found = transact(&*self.storage, move |storage| {
                    let Some(router) = storage.routers().find(&id, &router)? else { return Ok(None) };
                    let news = match event {
                        RouterEvent::Down => RouterNews::Down(problem(storage, &router, at)?),
                        RouterEvent::Up => RouterNews::Up,
                    };
                    Ok::<_, StorageError>(Some((router.name, news)))
                });
                Ok(found.await?.map(|(router, news)| Message::Router { company, router, at, news }))
            }
            Occasion::ApiKeyExpiring(_, router, key) => {
                let now = self.clock.now();
                let found = transact(&*self.storage, move |storage| expiring(storage, &id, &router, &key, now)).await?;
                Ok(found.map(|(router, expires_at)| {
                    let days = days_left(expires_at, now);
                    Message::ApiKeyExpiring { company, router, expires_at, days }
                }))
            }
        }
    }
}

/// The problem that began at this moment, if the record of it is still kept.
fn problem(storage: &mut dyn Storage, router: &Router, at: Timestamp) -> Stored<Option<Condition>> {
    let changes = storage.router_healths().changes(&router.company, &router.id)?;
    let problem = changes.into_iter().find(|change| change.at == at && change.condition != Condition::Online);
    Ok(problem.map(|change| change.condition))
}

/// The name of the key's router and the end of the key, unless the key is no longer good.
fn expiring(
    storage: &mut dyn Storage,
    company: &CompanyId,
    router: &RouterId,
    key: &KeyId,
    now: Timestamp,
) -> Stored<Option<(Name, Timestamp)>> {
    let Some(key) = storage.api_keys().find(company, router, key)? else { return Ok(None) };
    if key.parts().revoked_at.is_some() || key.parts().expires_at <= now {
        return Ok(None);
    }
    let router = storage.routers().find(company, router)?;
    Ok(router.map(|router| (router.name, key.parts().expires_at)))
}

/// Whole days, rounded up.
fn days_left(end: Timestamp, now: Timestamp) -> i64 {
    const DAY: i64 = 86_400;
    (end.since(now).whole_seconds() + DAY - 1) / DAY
}
