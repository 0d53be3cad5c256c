use std::sync::Arc;

use portero_domain::{
    Timestamp,
    gateway::Gateway,
    ids::{CompanyId, ProcessId, PurchaseReference},
    notification::{NewNotice, Occasion, PurchaseEvent},
    ports::{Clock, GatewayError, Hold, Ids, Ports, Storage, StorageError, Stored, Then, UnitOfWork, transact},
    purchase::{
        ChargeAnswer, ChargeId, Event, GuestAnswer, ManualCause, Next, Outcome, Patience, Purchase, Refund,
        RefundAnswer, RefundState, RequestProblem, Stage, StageParts, Step, Token, Unpaid, Wait, committed, made,
        refundable,
    },
};
use time::Duration;

use super::{
    account::Accounts,
    gateway_steps::{CardInHand, GatewaySteps},
    guest_secrets::GuestSecrets,
    guest_steps::{GuestSteps, Made},
};
use crate::{Settings, routers::RouterAccessLoader};

/// How long a process holds a purchase that it does not store. It is longer than any single step: a refund takes up to three
/// requests, and each may wait for its turn as long as for its response.
pub(super) fn hold(process: ProcessId, settings: &Settings) -> Hold {
    Hold { process, lease: settings.gateway_timeout * 6 + Duration::MINUTE }
}

/// How often a result is stored before the process gives up. The purchase then goes on from what is stored.
const STORE_TRIES: u16 = 6;

/// When Portero first asks about a charge that the cardholder has to confirm.
const LOOK_AGAIN: Duration = Duration::seconds(2);

/// The longest pause between two questions about such a charge.
const LONGEST_LOOK: Duration = Duration::seconds(15);

/// Takes a purchase from step to step, until it has nothing to do or has to wait.
///
/// Each result is stored before the next step. A step may be taken twice, by two processes or after a crash. Every step except
/// the charge is harmless to repeat. The charge is stored as begun before it is sent.
pub(crate) struct Driver {
    storage: Arc<dyn UnitOfWork>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    secrets: GuestSecrets,
    gateway: GatewaySteps,
    guest: GuestSteps,
    patience: Patience,
    hold: Hold,
}

/// A purchase that this process holds.
pub(super) struct Held {
    /// As the store has it.
    stored: Purchase,
    /// With what is not stored yet: a reservation is stored together with the beginning of the charge.
    now: Purchase,
    hand: Option<CardInHand>,
    /// This process may have made or enabled the user.
    made_user: bool,
    /// Another process changed it meanwhile, and takes the next step.
    moved: bool,
}

impl Held {
    /// A purchase just opened. The card is in memory.
    pub(super) fn with_card(purchase: Purchase, hand: CardInHand) -> Self {
        Self { hand: Some(hand), ..Self::without_card(purchase) }
    }

    /// A purchase that another request or process left.
    pub(super) fn without_card(purchase: Purchase) -> Self {
        Self { stored: purchase.clone(), now: purchase, hand: None, made_user: false, moved: false }
    }

    const fn token(&self) -> Token {
        if self.hand.is_some() { Token::Held } else { Token::Gone }
    }

    /// Whether all that is not stored is a reservation, which is stored with the beginning of the charge.
    const fn is_reservation(&self) -> bool {
        matches!(self.now.progress.stage(), Stage::Reserved { .. }) && self.hand.is_some()
    }

    /// Whether the next step belongs to this process: no other process can send the charge.
    const fn is_at_hand(&self) -> bool {
        self.hand.is_some() && self.now.progress.is_undecided()
    }
}

/// What a step led to.
enum Acted {
    /// An outcome.
    Outcome(Outcome),
    /// Another user has the name of the hotspot user.
    NameTaken,
    /// What a refund led to, and whether others are still due.
    Refunded { refund: Refund, answer: RefundAnswer, others: bool },
    /// Nothing that is worth storing.
    Nothing,
}

impl Acted {
    /// How long the other side asks to wait.
    const fn wait(&self) -> Wait {
        match self {
            Self::Outcome(
                Outcome::Charged(ChargeAnswer::Unknown(wait)) | Outcome::Found(ChargeAnswer::Unknown(wait)),
            )
            | Self::Refunded { answer: RefundAnswer::Unknown(wait), .. } => *wait,
            _ => None,
        }
    }
}

/// What became of the result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    /// It is stored, and the next step may be taken.
    Stored,
    /// It is stored, and the purchase rests.
    Rests,
    /// It changed nothing.
    Unchanged,
}

/// What is to be stored beside the purchase itself.
#[derive(Clone, Default)]
struct Beside {
    event: Option<Event>,
    refund: Option<Refund>,
}

impl Driver {
    pub(super) fn new(ports: &Ports, settings: &Settings, process: ProcessId) -> Self {
        let secrets = GuestSecrets { vault: Arc::clone(&ports.vault) };
        Self {
            storage: Arc::clone(&ports.storage),
            clock: Arc::clone(&ports.clock),
            ids: Arc::clone(&ports.ids),
            gateway: GatewaySteps {
                gateways: ports.gateways.clone(),
                accounts: Accounts::new(ports, settings),
                public_base_url: settings.public_base_url.clone(),
            },
            guest: GuestSteps {
                access: RouterAccessLoader::new(ports),
                hotspot: Arc::clone(&ports.hotspot),
                secrets: secrets.clone(),
            },
            secrets,
            patience: settings.patience,
            hold: hold(process, settings),
        }
    }

    /// Takes the purchase as far as it comes now, and returns how it stands.
    ///
    /// While the card is in memory and nothing is decided, a step that fails is tried again here. Otherwise a step that
    /// fails is left to the background.
    pub(super) async fn drive(&self, mut held: Held) -> Stored<Purchase> {
        loop {
            let before = held.now.progress.clone();
            let event = held.now.pass_time(self.clock.now(), &self.patience);
            let is_current =
                held.now.progress == before || self.store(&mut held, Beside { event, refund: None }).await?;
            let goes_on = match held.now.next(held.token(), &self.patience) {
                _ if !is_current => false,
                Next::Do(step) => self.take(&mut held, &step).await?,
                Next::WaitUntil(_) | Next::Nothing => {
                    self.store(&mut held, Beside::default()).await?;
                    false
                }
            };
            if !goes_on && !self.withdraw_again(&mut held).await? {
                return Ok(held.now);
            }
        }
    }

    /// The purchase that this charge names, by the gateway's own word.
    pub(super) async fn purchase_of(
        &self,
        company: CompanyId,
        gateway: Gateway,
        charge: &ChargeId,
    ) -> Stored<Result<Option<PurchaseReference>, GatewayError>> {
        self.gateway.purchase_of(company, gateway, charge).await
    }

    /// Asks the gateway about this charge of the purchase, and goes on from its answer. Returns whether it answered.
    pub(super) async fn ask(&self, purchase: Purchase, charge: ChargeId) -> Stored<bool> {
        let outcome = self.gateway.find(&purchase, Some(charge)).await;
        if matches!(outcome, Outcome::Found(ChargeAnswer::Unknown(_))) {
            return Ok(false);
        }
        let mut held = Held::without_card(purchase);
        if self.settle(&mut held, &Acted::Outcome(outcome)).await? == Settled::Stored {
            self.drive(held).await?;
        }
        Ok(true)
    }

    /// Takes one step, and stores what it led to. Returns whether to go on at once.
    async fn take(&self, held: &mut Held, step: &Step) -> Stored<bool> {
        if *step == Step::Charge {
            held.now.progress.begin_charge(self.clock.now());
            if !self.store(held, Beside::default()).await? {
                return Ok(false);
            }
        }
        let acted = self.act(held, step).await;
        match self.settle(held, &acted).await? {
            // The gateway could not be reached. The next try needs a pause.
            Settled::Stored if is_unreachable(&held.now) => self.pause(held, acted.wait()).await,
            Settled::Stored => Ok(true),
            Settled::Unchanged if held.moved => Ok(false),
            Settled::Unchanged => self.pause(held, acted.wait()).await,
            Settled::Rests => Ok(false),
        }
    }

    /// Ends the access once more, if another process ended the purchase while this one made or enabled the user. Returns
    /// whether to go on at once.
    async fn withdraw_again(&self, held: &mut Held) -> Stored<bool> {
        while held.made_user && held.moved && held.now.progress.withdraw_again() {
            held.moved = false;
            if self.store(held, Beside::default()).await? {
                held.made_user = false;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores what a step led to. If another process has changed the purchase, that is applied to the newer version.
    async fn settle(&self, held: &mut Held, acted: &Acted) -> Stored<Settled> {
        loop {
            let before = held.now.clone();
            let beside = self.apply(&mut held.now, acted);
            let kind = |purchase: &Purchase| StageParts::from(purchase.progress.stage()).kind;
            let stays = kind(&held.now) == kind(&before) && held.now.guest == before.guest;
            if stays && beside.refund.is_none() {
                return Ok(Settled::Unchanged);
            }
            held.now.tries = if is_unreachable(&held.now) { before.tries } else { 0 };
            if held.is_reservation() {
                return Ok(Settled::Stored);
            }
            let wanted = held.now.progress.clone();
            if self.store(held, beside).await? {
                return Ok(Settled::Stored);
            }
            if !held.moved {
                return Ok(Settled::Rests);
            }
            let is_stored = match acted {
                // The gateway may have reported the same stage before its answer came. The refund itself is then still due.
                Acted::Refunded { refund, .. } => !self.is_due(&held.now, refund.number).await?,
                // The user may have been enabled meanwhile, so it is disabled again.
                Acted::Outcome(Outcome::Guest(GuestAnswer::Gone)) => {
                    self.leave_for_later(held).await?;
                    true
                }
                _ => held.now.progress == wanted,
            };
            if is_stored {
                return Ok(Settled::Rests);
            }
        }
    }

    /// Makes an access that is still to end due after a pause. This process may have held the purchase, and takes no further
    /// step. A refund that is due stays with its holder, so that it is made once.
    async fn leave_for_later(&self, held: &mut Held) -> Stored<()> {
        while held.moved && matches!(held.now.progress.stage(), Stage::Withdrawing { .. }) && !held.now.refund_due {
            held.moved = false;
            self.pause(held, None).await?;
        }
        Ok(())
    }

    /// Whether this refund is still to be made, by the store's word.
    async fn is_due(&self, purchase: &Purchase, number: u16) -> Stored<bool> {
        let (company, id) = (purchase.order.company.clone(), purchase.id);
        let refunds = transact(&*self.storage, move |storage| storage.purchases().refunds(&company, id)).await?;
        Ok(refunds.iter().any(|refund| refund.number == number && refund.state == RefundState::Due))
    }

    async fn act(&self, held: &mut Held, step: &Step) -> Acted {
        held.made_user |= matches!(step, Step::ReserveGuest | Step::EnableGuest);
        let purchase = &held.now;
        let outcome = match step {
            Step::ReserveGuest => match self.guest.reserve(purchase).await {
                Made::User(_) => Outcome::Guest(GuestAnswer::Reserved),
                Made::NameTaken => return Acted::NameTaken,
                Made::No(answer) => Outcome::Guest(answer),
            },
            Step::Charge => match &held.hand {
                Some(hand) => self.gateway.charge(purchase, hand).await,
                None => return Acted::Nothing,
            },
            Step::FindCharge(charge) => self.gateway.find(purchase, charge.clone()).await,
            Step::CancelCharge(charge) => self.gateway.cancel(purchase, charge.clone()).await,
            Step::EnableGuest => Outcome::Guest(self.guest.enable(purchase).await),
            Step::DisableGuest => Outcome::Guest(self.guest.disable(purchase).await),
            Step::RemoveGuest => Outcome::Guest(self.guest.remove(purchase).await),
            Step::Refund(charge) => return self.refund(purchase, charge).await,
        };
        Acted::Outcome(outcome)
    }

    /// Makes the first refund that is due.
    async fn refund(&self, purchase: &Purchase, charge: &ChargeId) -> Acted {
        let (company, id) = (purchase.order.company.clone(), purchase.id);
        let refunds = transact(&*self.storage, move |storage| storage.purchases().refunds(&company, id)).await;
        let Ok(refunds) = refunds else { return Acted::Nothing };
        // A report of this very refund may be stored already, so the purchase's own sum may count it.
        let before = made(&refunds);
        let mut due = refunds.into_iter().filter(|refund| refund.state == RefundState::Due);
        let Some(refund) = due.next() else { return Acted::Nothing };
        let answer = self.gateway.refund(purchase, charge.clone(), &refund, before).await;
        Acted::Refunded { refund, answer, others: due.next().is_some() }
    }

    /// Applies what a step led to.
    fn apply(&self, purchase: &mut Purchase, acted: &Acted) -> Beside {
        let now = self.clock.now();
        match acted {
            Acted::Outcome(outcome) => {
                let event = purchase.record(outcome.clone(), now, &self.patience);
                Beside { event, refund: None }
            }
            Acted::NameTaken => {
                let kind = purchase.guest.kind();
                // Without a new name the next try fails like this one.
                if let Ok(guest) = self.secrets.encrypt(&purchase.order, kind, &self.ids.guest(kind)) {
                    purchase.guest = guest;
                }
                Beside::default()
            }
            Acted::Refunded { refund, answer, others } => self.apply_refund(purchase, refund, *answer, *others),
            Acted::Nothing => Beside::default(),
        }
    }

    fn apply_refund(&self, purchase: &mut Purchase, refund: &Refund, answer: RefundAnswer, others: bool) -> Beside {
        let now = self.clock.now();
        let whole = matches!(purchase.progress.stage(), Stage::Refunding { .. });
        let (state, event) = match answer {
            RefundAnswer::Unknown(_) => return Beside::default(),
            RefundAnswer::Done if whole && !others => {
                (RefundState::Done(now), purchase.record(Outcome::Refunded(answer), now, &self.patience))
            }
            RefundAnswer::Done => {
                (RefundState::Done(now), purchase.record_part_refunded(refund.amount, now, &self.patience))
            }
            RefundAnswer::Refused(problem) => {
                let event = purchase.record(Outcome::Refunded(answer), now, &self.patience);
                let event = event.or(Some(Event::Manual(ManualCause::RefundRefused(problem))));
                (RefundState::Refused(problem), event)
            }
        };
        purchase.refund_due = others;
        Beside { event, refund: Some(Refund { state, ..refund.clone() }) }
    }

    /// Waits before the next try of a step that failed: here, or in the background.
    async fn pause(&self, held: &mut Held, wait: Wait) -> Stored<bool> {
        held.now.tries = held.now.tries.saturating_add(1);
        let now = self.clock.now();
        let pause = Patience::pause(held.now.tries).max(wait.unwrap_or(Duration::ZERO));
        let pause =
            if matches!(held.now.progress.stage(), Stage::Confirming { .. }) { pause.min(LONGEST_LOOK) } else { pause };
        let deadline = held.now.progress.deadline(&self.patience).map(|deadline| deadline.since(now));
        let pause = deadline.filter(|left| left.is_positive()).map_or(pause, |left| pause.min(left));
        let left = held.now.progress.opened_at().plus(self.patience.answer).since(now);
        if held.is_at_hand() && left.is_positive() {
            self.clock.sleep(pause.min(left)).await;
            return Ok(true);
        }
        self.store_then(held, Beside::default(), Then::After(pause)).await
    }

    /// Stores the purchase as it is now. Returns whether to go on at once.
    async fn store(&self, held: &mut Held, beside: Beside) -> Stored<bool> {
        let then = match held.now.next(held.token(), &self.patience) {
            Next::Nothing => Then::Done,
            Next::WaitUntil(moment) => Then::After(moment.since(self.clock.now()).max(Duration::ZERO)),
            // The cardholder needs some time.
            Next::Do(_) if matches!(held.now.progress.stage(), Stage::Confirming { .. }) => Then::After(LOOK_AGAIN),
            Next::Do(_) if held.moved => Then::Soon,
            Next::Do(_) => Then::Hold(self.hold),
        };
        self.store_then(held, beside, then).await
    }

    async fn store_then(&self, held: &mut Held, beside: Beside, then: Then) -> Stored<bool> {
        let mut tries = 0;
        loop {
            match self.try_to_store(held, beside.clone(), then).await {
                Ok(goes_on) => return Ok(goes_on),
                Err(StorageError::Busy | StorageError::Unavailable(_)) if tries < STORE_TRIES => {
                    tries += 1;
                    self.clock.sleep(Patience::pause(tries)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_to_store(&self, held: &mut Held, beside: Beside, then: Then) -> Stored<bool> {
        let (before, after, now) = (held.stored.clone(), held.now.clone(), self.clock.now());
        let newer = transact(&*self.storage, move |storage| {
            if storage.purchases().save(&before, &after, then)? {
                return put_beside(storage, &before, &after, &beside, now).map(|()| None);
            }
            storage.purchases().find(&after.order.company, after.id)
        })
        .await?;
        match newer {
            None => {
                held.now.version += 1;
                held.stored = held.now.clone();
                Ok(matches!(then, Then::Hold(_)))
            }
            // An earlier try was carried out, and its answer was lost. Another process may have stored the same stage, but
            // then not the same refund.
            Some(newer) if newer == Purchase { version: held.now.version + 1, ..held.now.clone() } => {
                held.now.version = newer.version;
                held.stored = newer;
                Ok(matches!(then, Then::Hold(_)))
            }
            Some(newer) => {
                (held.stored, held.now, held.moved) = (newer.clone(), newer, true);
                Ok(false)
            }
        }
    }
}

/// Whether the gateway could not be reached at the last try.
const fn is_unreachable(purchase: &Purchase) -> bool {
    matches!(purchase.progress.stage(), Stage::Reserved { unreachable: true })
}

/// Stores what belongs to a change of a purchase.
fn put_beside(
    storage: &mut dyn Storage,
    before: &Purchase,
    after: &Purchase,
    beside: &Beside,
    now: Timestamp,
) -> Stored<()> {
    let (company, id) = (&after.order.company, after.id);
    if let Some(refund) = &beside.refund {
        storage.purchases().put_refund(company, id, refund)?;
    }
    let refunding = |purchase: &Purchase| matches!(purchase.progress.stage(), Stage::Refunding { .. });
    if refunding(after) && !refunding(before) {
        let refunds = storage.purchases().refunds(company, id)?;
        if let Ok(amount) = refundable(after.order.terms.amount, committed(&refunds), None) {
            let refund = Refund::next(&refunds, amount, now);
            storage.purchases().put_refund(company, id, &refund)?;
        }
    }
    let notice = beside.event.and_then(|event| purchase_notice(after, event, beside.refund.as_ref(), now));
    notice.map_or(Ok(()), |notice| storage.notices().insert(&notice))
}

/// The notice of an event to the company.
fn purchase_notice(purchase: &Purchase, event: Event, refund: Option<&Refund>, now: Timestamp) -> Option<NewNotice> {
    let company = purchase.order.company.clone();
    let of = |event| Occasion::Purchase(event, purchase.order.reference.clone());
    Some(match event {
        Event::Paid => NewNotice::once(company, of(PurchaseEvent::Paid)),
        Event::Unpaid(Unpaid::Declined(_)) => NewNotice::once(company, of(PurchaseEvent::Declined)),
        Event::Unpaid(Unpaid::Rejected(RequestProblem::Credentials)) => {
            NewNotice::daily(company, Occasion::CredentialsRefused(purchase.order.gateway), now)
        }
        Event::Refunded => {
            let number = refund.map_or(0, |refund| refund.number.into());
            NewNotice::numbered(company, of(PurchaseEvent::Refunded), number)
        }
        Event::ChargedBack | Event::Manual(_) => {
            let number = refund.map_or(0, |refund| refund.number.into());
            NewNotice::numbered(company, of(PurchaseEvent::Manual), number)
        }
        Event::Delivered | Event::Unpaid(_) => return None,
    })
}
