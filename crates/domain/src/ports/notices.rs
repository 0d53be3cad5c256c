use time::Duration;

use super::Stored;
use crate::{
    ids::CompanyId,
    notification::{DaysLeft, NewNotice, Notice, NoticeOutcome},
    timestamp::Timestamp,
};

/// The notices to companies, until they are sent and for a while after. All waits count by the clock of the store, which
/// all processes share.
pub trait Notices {
    /// Stores a notice that is due at once. Does nothing if the store has this one already. Call it in the transaction that
    /// makes the notice due.
    fn insert(&mut self, notice: &NewNotice) -> Stored<()>;
    /// Stores notices of the keys that expire within [`DaysLeft::range`] and have none of this warning yet, those that expire
    /// first, `limit` at most. Keys that were issued for less than that time have no such warning. Returns how many it stored.
    fn insert_expiring(&mut self, days: DaysLeft, now: Timestamp, limit: u16) -> Stored<usize>;
    /// Takes up to `limit` notices that are due, the longest due first, [`Notice::AT_ONCE`] at most of one company and none
    /// of the `busy` ones. Each is due again after [`Notice::LEASE`]. Notices that another process is just taking are passed
    /// over.
    fn claim_due(&mut self, limit: u16, busy: &[CompanyId]) -> Stored<NoticeClaims>;
    /// Ends a notice. Does nothing if it has ended.
    fn end(&mut self, notice: &Notice, outcome: NoticeOutcome) -> Stored<()>;
    /// Makes a claimed notice due after a wait. Does nothing if it has ended or was claimed again.
    fn put_off(&mut self, notice: &Notice, wait: Duration) -> Stored<()>;
    /// Lets no notice of the company be due before a wait is over.
    fn put_off_company(&mut self, company: &CompanyId, wait: Duration) -> Stored<()>;
    /// Deletes notices that ended more than [`Notice::KEPT`] ago, `limit` at most. Returns how many it deleted.
    fn prune(&mut self, limit: u16) -> Stored<usize>;
}

/// Notices just taken.
#[derive(Debug)]
pub struct NoticeClaims {
    /// The notices. A record that breaks our rules is an error in its place and holds up no other.
    pub notices: Vec<Stored<Notice>>,
    /// Whether more may be due.
    pub more: bool,
}
