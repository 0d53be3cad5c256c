//! A row of the purchases.

use diesel::{Insertable, Queryable, QueryableByName, Selectable, pg::Pg};
use portero_domain::{
    Timestamp,
    gateway::Gateway,
    hotspot::HotspotUsername,
    ids::{CompanyId, ProductId, PurchaseId, PurchaseReference, RouterId},
    money::{Currency, Money},
    page::{RowId, RowLabel},
    ports::{NewPurchase, StorageError, Stored},
    purchase::{
        Cardholder, Cause, ChargeId, Customer, GuestKind, Order, Progress, Purchase, SoldGuest, Stage, StageKind,
        StageParts, Terms,
    },
    secret::Sealed,
    text::{Email, ForeignId, Name, Phone},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::postgres::{error::OrBroken, listing::Labelled, schema::purchases};

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = purchases, check_for_backend(Pg))]
pub(super) struct Row {
    company_id: String,
    opened_at: OffsetDateTime,
    id: i64,
    reference: String,
    router_id: String,
    product_id: i64,
    gateway: String,
    title: String,
    profile: String,
    amount_minor: i64,
    currency: String,
    live: bool,
    customer_name: String,
    customer_email: String,
    customer_phone: Option<String>,
    card_brand: Option<String>,
    installments: i16,
    guest_kind: String,
    guest_name: String,
    guest_secret_sealed: String,
    stage: String,
    cause: Option<String>,
    charge_id: Option<String>,
    stage_at: Option<OffsetDateTime>,
    absences: i16,
    cardholder: Option<String>,
    paid_at: Option<OffsetDateTime>,
    refunded_minor: i64,
    refund_due: bool,
    tries: i32,
    version: i64,
}

impl Labelled for Row {
    fn label(&self) -> RowLabel {
        RowLabel { id: RowId::Number(self.id), name: Some(self.reference.clone()), active: None }
    }
}

impl TryFrom<Row> for Purchase {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        let charge = row.charge_id.as_deref().map(|id| ChargeId::parse(id).or_broken("charge")).transpose()?;
        let stage = row.stage(charge.as_ref())?;
        Ok(Self {
            id: PurchaseId::new(row.id),
            guest: row.guest()?,
            progress: Progress::restore(stage, Timestamp::new(row.opened_at)),
            charge,
            cardholder: row.cardholder.as_deref().map(read_cardholder).transpose()?,
            paid_at: row.paid_at.map(Timestamp::new),
            refunded: Money::from_minor(row.refunded_minor).or_broken("refunded amount")?,
            refund_due: row.refund_due,
            tries: u16::try_from(row.tries).or_broken("number of tries")?,
            version: row.version,
            order: row.order()?,
        })
    }
}

impl Row {
    fn order(self) -> Stored<Order> {
        Ok(Order {
            reference: PurchaseReference::parse(&self.reference).or_broken("reference")?,
            company: CompanyId::parse(&self.company_id).or_broken("company id")?,
            router: RouterId::parse(&self.router_id).or_broken("router id")?,
            gateway: Gateway::named(&self.gateway).or_broken("gateway")?,
            product: ProductId::new(self.product_id),
            title: Name::parse(&self.title).or_broken("title")?,
            profile: ForeignId::parse(&self.profile).or_broken("profile")?,
            terms: Terms {
                amount: Money::from_minor(self.amount_minor).or_broken("amount")?,
                currency: Currency::parse(&self.currency).or_broken("currency")?,
                live: self.live,
            },
            customer: Customer {
                name: Name::parse(&self.customer_name).or_broken("customer's name")?,
                email: Email::parse(&self.customer_email).or_broken("customer's e-mail")?,
                phone: self.customer_phone.as_deref().map(Phone::parse).transpose().or_broken("customer's phone")?,
            },
            card_brand: self.card_brand.as_deref().map(ForeignId::parse).transpose().or_broken("card brand")?,
            installments: u8::try_from(self.installments).or_broken("number of installments")?,
        })
    }

    fn guest(&self) -> Stored<SoldGuest> {
        let sealed = Sealed::new(self.guest_secret_sealed.clone());
        match guest_kind_named(&self.guest_kind).or_broken("kind of guest")? {
            GuestKind::UserAndPassword => Ok(SoldGuest::UserAndPassword {
                name: HotspotUsername::parse(&self.guest_name).or_broken("hotspot user")?,
                password: sealed,
            }),
            GuestKind::Pin => Ok(SoldGuest::Pin { last_digits: self.guest_name.clone(), name: sealed }),
        }
    }

    /// The stage. A purchase that ended without a charge may have a charge that was declined: its stage has none.
    fn stage(&self, charge: Option<&ChargeId>) -> Stored<Stage> {
        let kind = StageKind::named(&self.stage).or_broken("stage")?;
        let cause = self.cause.as_deref().map(|cause| Cause::named(cause).or_broken("cause")).transpose()?;
        let has_none = match kind {
            StageKind::Opened | StageKind::Reserved => true,
            StageKind::Withdrawing | StageKind::Closed => matches!(cause, Some(Cause::Unpaid(_))),
            _ => false,
        };
        let parts = StageParts {
            kind,
            cause,
            charge: charge.filter(|_| !has_none).cloned(),
            at: self.stage_at.map(Timestamp::new),
            absences: u8::try_from(self.absences).or_broken("number of absences")?,
        };
        Stage::try_from(parts).or_broken("stage")
    }
}

/// A purchase to be inserted.
#[derive(Insertable)]
#[diesel(table_name = purchases)]
pub(super) struct NewRow<'a> {
    company_id: &'a str,
    opened_at: OffsetDateTime,
    reference: &'a str,
    router_id: &'a str,
    product_id: i64,
    gateway: &'static str,
    title: &'a str,
    profile: &'a str,
    amount_minor: i64,
    currency: &'static str,
    live: bool,
    customer_name: &'a str,
    customer_email: &'a str,
    customer_phone: Option<&'a str>,
    card_brand: Option<&'a str>,
    installments: i16,
    guest_kind: &'static str,
    guest_name: &'a str,
    guest_secret_sealed: &'a str,
    stage: &'static str,
    absences: i16,
    refunded_minor: i64,
    refund_due: bool,
    tries: i32,
    version: i64,
}

impl<'a> From<&'a NewPurchase> for NewRow<'a> {
    fn from(NewPurchase { order, guest, opened_at, .. }: &'a NewPurchase) -> Self {
        Self {
            company_id: order.company.as_str(),
            opened_at: opened_at.get(),
            reference: order.reference.as_str(),
            router_id: order.router.as_str(),
            product_id: order.product.get(),
            gateway: order.gateway.name(),
            title: order.title.as_str(),
            profile: order.profile.as_str(),
            amount_minor: order.terms.amount.minor(),
            currency: order.terms.currency.code(),
            live: order.terms.live,
            customer_name: order.customer.name.as_str(),
            customer_email: order.customer.email.as_str(),
            customer_phone: order.customer.phone.as_ref().map(Phone::as_str),
            card_brand: order.card_brand.as_ref().map(ForeignId::as_str),
            installments: order.installments.into(),
            guest_kind: guest_kind(guest.kind()),
            guest_name: guest_name(guest),
            guest_secret_sealed: guest.secret().as_str(),
            stage: StageKind::Opened.name(),
            absences: 0,
            refunded_minor: 0,
            refund_due: false,
            tries: 0,
            version: 0,
        }
    }
}

/// The name of a hotspot user, as far as it is readable.
pub(super) fn guest_name(guest: &SoldGuest) -> &str {
    match guest {
        SoldGuest::UserAndPassword { name, .. } => name.as_str(),
        SoldGuest::Pin { last_digits, .. } => last_digits,
    }
}

const fn guest_kind(kind: GuestKind) -> &'static str {
    match kind {
        GuestKind::UserAndPassword => "user",
        GuestKind::Pin => "pin",
    }
}

fn guest_kind_named(name: &str) -> Option<GuestKind> {
    [GuestKind::UserAndPassword, GuestKind::Pin].into_iter().find(|&kind| guest_kind(kind) == name)
}

/// A confirmation as JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredCardholder {
    Redirect { url: String },
    Post { url: String, creq: String },
}

/// The confirmation as the store keeps it.
pub(super) fn write_cardholder(cardholder: &Cardholder) -> Stored<String> {
    let stored = match cardholder.clone() {
        Cardholder::Redirect { url } => StoredCardholder::Redirect { url },
        Cardholder::Post { url, creq } => StoredCardholder::Post { url, creq },
    };
    serde_json::to_string(&stored).map_err(|error| StorageError::Failed(error.into()))
}

fn read_cardholder(json: &str) -> Stored<Cardholder> {
    Ok(match serde_json::from_str(json).or_broken("confirmation")? {
        StoredCardholder::Redirect { url } => Cardholder::Redirect { url },
        StoredCardholder::Post { url, creq } => Cardholder::Post { url, creq },
    })
}
