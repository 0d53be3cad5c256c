//! The purchases.

mod queue;
mod row;
mod save;
mod sums;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    PgTextExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper, TextExpressionMethods,
    dsl::IntoBoxed,
    pg::Pg,
    sql_query,
    sql_types::{Array, Bytea, Text},
};
use portero_domain::{
    Timestamp,
    filter::PurchaseFilter,
    gateway::Gateway,
    ids::{CompanyId, PurchaseId, PurchaseReference, UserId},
    money::Money,
    page::{Listing, Page},
    ports::{Hold, KnownPurchase, NewPurchase, PurchaseMoment, Purchases, StorageError, Stored, Then},
    purchase::{
        Cause, ChargeId, PaymentStatus, Purchase, PurchaseSummary, Refund, RefundProblem, RefundState, StageKind,
    },
    secret::Fingerprint,
    text::ForeignId,
};
use time::OffsetDateTime;

use self::row::{NewRow, Row};
use super::{
    error::{OrBroken, storage},
    listing::{containing, listing, newest_first, parsed_one},
    schema::{purchase_events, purchase_keys, purchase_refunds, purchases},
    unit_of_work::PgStorage,
};

type Boxed<'a> = IntoBoxed<'a, purchases::table, Pg>;

/// The company's purchases that match the filter.
fn filtered<'a>(company: &'a CompanyId, filter: &'a PurchaseFilter) -> Boxed<'a> {
    let PurchaseFilter { status, router, from, until, text } = filter;
    let mut rows = purchases::table.filter(purchases::company_id.eq(company.as_str())).into_boxed();
    if let Some(router) = router {
        rows = rows.filter(purchases::router_id.eq(router.as_str()));
    }
    if let Some(from) = from {
        rows = rows.filter(purchases::opened_at.ge(from.get()));
    }
    if let Some(until) = until {
        rows = rows.filter(purchases::opened_at.lt(until.get()));
    }
    if let Some(text) = text {
        let pattern = containing(text);
        rows = rows.filter(
            purchases::reference
                .ilike(pattern.clone())
                .or(purchases::charge_id
                    .is_not_null()
                    .and(purchases::charge_id.assume_not_null().ilike(pattern.clone())))
                .or(purchases::guest_kind.eq("user").and(purchases::guest_name.ilike(pattern.clone())))
                .or(purchases::customer_name.ilike(pattern.clone()))
                .or(purchases::customer_email.ilike(pattern)),
        );
    }
    match status {
        Some(status) => with_status(rows, *status),
        None => rows,
    }
}

fn with_status(rows: Boxed<'_>, status: PaymentStatus) -> Boxed<'_> {
    let ended = [StageKind::Withdrawing.name(), StageKind::Closed.name()];
    let in_stages = |stages: &[StageKind]| -> Vec<&'static str> { stages.iter().map(|stage| stage.name()).collect() };
    match status {
        PaymentStatus::Pending => {
            rows.filter(purchases::stage.eq_any(in_stages(&[StageKind::Opened, StageKind::Reserved])))
        }
        PaymentStatus::Confirming => rows.filter(purchases::stage.eq_any(in_stages(&[
            StageKind::Charging,
            StageKind::Confirming,
            StageKind::Cancelling,
        ]))),
        PaymentStatus::Paid => rows.filter(purchases::stage.eq_any(in_stages(&[
            StageKind::Paid,
            StageKind::Delivered,
            StageKind::Refunding,
        ]))),
        PaymentStatus::Failed => {
            rows.filter(purchases::stage.eq_any(ended)).filter(purchases::cause.assume_not_null().like("unpaid.%"))
        }
        PaymentStatus::Refunded => {
            rows.filter(purchases::stage.eq_any(ended)).filter(purchases::cause.eq(Cause::Refunded.name()))
        }
        PaymentStatus::ChargedBack => {
            rows.filter(purchases::stage.eq_any(ended)).filter(purchases::cause.eq(Cause::ChargedBack.name()))
        }
        PaymentStatus::Manual => rows.filter(purchases::stage.eq(StageKind::Manual.name())),
    }
}

impl Purchases for PgStorage<'_> {
    fn list(
        &mut self,
        company: &CompanyId,
        filter: &PurchaseFilter,
        page: Page<Purchase>,
    ) -> Stored<Listing<Purchase>> {
        let key = (purchases::opened_at, purchases::id);
        let rows = newest_first(filtered(company, filter), key, &page);
        let rows = rows.select((Row::as_select(), key)).load(self.connection);
        listing(&page, rows, || filtered(company, filter).count().get_result(self.connection))
    }

    fn summary(&mut self, company: &CompanyId) -> Stored<PurchaseSummary> {
        self.sums(company)
    }

    fn find(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Option<Purchase>> {
        let row = purchases::table
            .filter(purchases::company_id.eq(company.as_str()))
            .filter(purchases::id.eq(id.get()))
            .select(Row::as_select());
        parsed_one(row.first(self.connection).optional())
    }

    fn find_by_reference(&mut self, company: &CompanyId, reference: &PurchaseReference) -> Stored<Option<Purchase>> {
        let row = purchases::table
            .filter(purchases::company_id.eq(company.as_str()))
            .filter(purchases::reference.eq(reference.as_str()))
            .select(Row::as_select());
        parsed_one(row.first(self.connection).optional())
    }

    fn find_by_identity(
        &mut self,
        company: &CompanyId,
        identity: &Fingerprint,
    ) -> Stored<Option<(Purchase, Fingerprint)>> {
        let of_company = purchases::company_id.eq(purchase_keys::company_id);
        let found: Option<(Row, Vec<u8>)> = purchases::table
            .inner_join(purchase_keys::table.on(of_company.and(purchases::reference.eq(purchase_keys::reference))))
            .filter(purchase_keys::company_id.eq(company.as_str()))
            .filter(purchases::company_id.eq(company.as_str()))
            .filter(purchase_keys::kind.eq(IDENTITY))
            .filter(purchase_keys::key.eq(identity.bytes().as_slice()))
            .select((Row::as_select(), purchase_keys::request))
            .first(self.connection)
            .optional()
            .map_err(storage)?;
        let Some((row, request)) = found else { return Ok(None) };
        let request: [u8; 32] = request.try_into().or_broken("request")?;
        Ok(Some((row.try_into()?, Fingerprint::new(request))))
    }

    fn find_by_charge(&mut self, company: &CompanyId, gateway: Gateway, charge: &ChargeId) -> Stored<Option<Purchase>> {
        let row = purchases::table
            .filter(purchases::company_id.eq(company.as_str()))
            .filter(purchases::charge_id.eq(charge.as_str()))
            .filter(purchases::gateway.eq(gateway.name()))
            .select(Row::as_select());
        parsed_one(row.first(self.connection).optional())
    }

    fn known_references(&mut self, references: &[PurchaseReference]) -> Stored<Vec<PurchaseReference>> {
        let references: Vec<&str> = references.iter().map(PurchaseReference::as_str).collect();
        let rows: Vec<KnownReference> =
            sql_query(KNOWN_REFERENCES).bind::<Array<Text>, _>(references).load(self.connection).map_err(storage)?;
        rows.iter().map(|row| PurchaseReference::parse(&row.reference).or_broken("reference")).collect()
    }

    fn open(&mut self, new: &NewPurchase, hold: Hold) -> Stored<Result<Purchase, KnownPurchase>> {
        if let Err(known) = self.take_keys(new)? {
            return Ok(Err(known));
        }
        let row: Row = diesel::insert_into(purchases::table)
            .values(NewRow::from(new))
            .returning(Row::as_returning())
            .get_result(self.connection)
            .map_err(storage)?;
        let purchase = Purchase::try_from(row)?;
        self.enqueue(&purchase, hold)?;
        Ok(Ok(purchase))
    }

    fn save(&mut self, before: &Purchase, after: &Purchase, then: Then) -> Stored<bool> {
        let saved = self.update(before, after, then)?;
        if saved {
            self.add_share(before, after)?;
        }
        Ok(saved)
    }

    fn claim_due(&mut self, hold: Hold, limit: u16, busy: &[CompanyId]) -> Stored<Vec<Stored<Purchase>>> {
        self.claim(hold, limit, busy)
    }

    fn timeline(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Vec<PurchaseMoment>> {
        let rows: Vec<(OffsetDateTime, String, Option<String>)> = purchase_events::table
            .filter(purchase_events::company_id.eq(company.as_str()))
            .filter(purchase_events::purchase_id.eq(id.get()))
            .order((purchase_events::at, purchase_events::id))
            .select((purchase_events::at, purchase_events::stage, purchase_events::cause))
            .load(self.connection)
            .map_err(storage)?;
        let moments = rows.into_iter().map(|(at, stage, cause)| {
            Ok(PurchaseMoment {
                at: Timestamp::new(at),
                stage: StageKind::named(&stage).or_broken("stage")?,
                cause: cause.map(|cause| Cause::named(&cause).or_broken("cause")).transpose()?,
            })
        });
        let opened = Purchases::find(self, company, id)?.map(|purchase| PurchaseMoment {
            at: purchase.progress.opened_at(),
            stage: StageKind::Opened,
            cause: None,
        });
        opened.into_iter().map(Ok).chain(moments).collect()
    }

    fn refunds(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Vec<Refund>> {
        let rows: Vec<RefundRow> = purchase_refunds::table
            .filter(purchase_refunds::company_id.eq(company.as_str()))
            .filter(purchase_refunds::purchase_id.eq(id.get()))
            .order(purchase_refunds::number)
            .select((
                purchase_refunds::number,
                purchase_refunds::amount_minor,
                purchase_refunds::reason,
                purchase_refunds::requested_by,
                purchase_refunds::requested_at,
                purchase_refunds::done_at,
                purchase_refunds::problem,
            ))
            .load(self.connection)
            .map_err(storage)?;
        rows.into_iter().map(refund).collect()
    }

    fn put_refund(&mut self, company: &CompanyId, id: PurchaseId, refund: &Refund) -> Stored<()> {
        let number = i16::try_from(refund.number).or_broken("number of a refund")?;
        let (done_at, problem) = match refund.state {
            RefundState::Due => (None, None),
            RefundState::Done(at) => (Some(at.get()), None),
            RefundState::Refused(problem) => (None, Some(problem.name())),
        };
        let state = (purchase_refunds::done_at.eq(done_at), purchase_refunds::problem.eq(problem));
        let row = (
            purchase_refunds::company_id.eq(company.as_str()),
            purchase_refunds::purchase_id.eq(id.get()),
            purchase_refunds::number.eq(number),
            purchase_refunds::amount_minor.eq(refund.amount.minor()),
            purchase_refunds::reason.eq(refund.reason.as_ref().map(ForeignId::as_str)),
            purchase_refunds::requested_by.eq(refund.requested_by.map(UserId::get)),
            purchase_refunds::requested_at.eq(refund.requested_at.get()),
            state,
        );
        diesel::insert_into(purchase_refunds::table)
            .values(row)
            .on_conflict((purchase_refunds::company_id, purchase_refunds::purchase_id, purchase_refunds::number))
            .do_update()
            .set(state)
            .execute(self.connection)
            .map_err(storage)?;
        Ok(())
    }
}

type RefundRow = (i16, i64, Option<String>, Option<i64>, OffsetDateTime, Option<OffsetDateTime>, Option<String>);

fn refund((number, amount, reason, by, at, done_at, problem): RefundRow) -> Stored<Refund> {
    let state = match (done_at, problem) {
        (None, None) => RefundState::Due,
        (Some(at), _) => RefundState::Done(Timestamp::new(at)),
        (None, Some(problem)) => RefundState::Refused(RefundProblem::named(&problem).or_broken("problem of a refund")?),
    };
    Ok(Refund {
        number: u16::try_from(number).or_broken("number of a refund")?,
        amount: Money::from_minor(amount).or_broken("amount of a refund")?,
        reason: reason.as_deref().map(ForeignId::parse).transpose().or_broken("reason of a refund")?,
        requested_by: by.map(UserId::new),
        requested_at: Timestamp::new(at),
        state,
    })
}

/// Probes the index once for each company and reference. No index has the references of all companies.
const KNOWN_REFERENCES: &str = "
    SELECT purchases.reference FROM companies CROSS JOIN LATERAL (
        SELECT reference FROM purchases
        WHERE purchases.company_id = companies.id AND purchases.reference = ANY ($1)
    ) AS purchases";

#[derive(diesel::QueryableByName)]
struct KnownReference {
    #[diesel(sql_type = Text)]
    reference: String,
}

/// The kind of a key that makes a second request the same purchase.
const IDENTITY: &str = "identity";

/// The kind of a key that makes a card token good for one purchase.
const CARD: &str = "card";

/// A second transaction that takes one of the keys waits here until the first has ended.
const TAKE_KEYS: &str = "
    INSERT INTO purchase_keys (company_id, kind, key, reference, request)
    SELECT $1, kind, key, $4, $5 FROM unnest($2, $3) AS new (kind, key)
    ON CONFLICT DO NOTHING
    RETURNING kind";

impl PgStorage<'_> {
    /// Takes the identity and the card token for this purchase, both or neither.
    fn take_keys(&mut self, new: &NewPurchase) -> Stored<Result<(), KnownPurchase>> {
        let company = new.order.company.as_str();
        let keys = vec![new.identity.bytes().as_slice(), new.card.bytes().as_slice()];
        let taken: Vec<TakenKey> = sql_query(TAKE_KEYS)
            .bind::<Text, _>(company)
            .bind::<Array<Text>, _>(vec![IDENTITY, CARD])
            .bind::<Array<Bytea>, _>(&keys)
            .bind::<Text, _>(new.order.reference.as_str())
            .bind::<Bytea, _>(new.request.bytes().as_slice())
            .load(self.connection)
            .map_err(storage)?;
        let is_new = |kind| taken.iter().any(|key| key.kind == kind);
        let known = match (is_new(IDENTITY), is_new(CARD)) {
            (true, true) => return Ok(Ok(())),
            (false, _) => KnownPurchase::SameIdentity,
            (true, false) => KnownPurchase::CardUsed,
        };
        diesel::delete(
            purchase_keys::table
                .filter(purchase_keys::company_id.eq(company))
                .filter(purchase_keys::kind.eq_any(taken.iter().map(|key| key.kind.as_str())))
                .filter(purchase_keys::key.eq_any(keys)),
        )
        .execute(self.connection)
        .map_err(storage)?;
        Ok(Err(known))
    }
}

#[derive(diesel::QueryableByName)]
struct TakenKey {
    #[diesel(sql_type = Text)]
    kind: String,
}

/// A span of time in whole microseconds, as SQL computes with it.
fn micros(span: time::Duration) -> Stored<i64> {
    i64::try_from(span.whole_microseconds()).map_err(|error| StorageError::Failed(error.into()))
}
