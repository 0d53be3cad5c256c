use portero_domain::{
    Timestamp,
    ids::CompanyId,
    notification::{DaysLeft, NewNotice, Notice, NoticeOutcome, Occasion},
    ports::{NoticeClaims, Notices, Stored},
};
use time::Duration;

use crate::memory::{
    tables::{NoticeRow, Tables},
    transaction::MemoryTransaction,
};

impl Notices for MemoryTransaction<'_> {
    fn insert(&mut self, notice: &NewNotice) -> Stored<()> {
        self.step(|tables| tables.add_notice(notice.clone()))
    }

    fn insert_expiring(&mut self, days: DaysLeft, now: Timestamp, limit: u16) -> Stored<usize> {
        self.step(|tables| {
            let (from, until) = days.range(now);
            let mut expiring: Vec<_> = tables.keys.iter().map(|row| row.key.parts().clone()).collect();
            expiring.retain(|key| {
                let life = key.expires_at.since(key.issued_at);
                key.revoked_at.is_none() && from < key.expires_at && key.expires_at <= until && life > days.span()
            });
            expiring.sort_by_key(|key| key.expires_at);
            let notices = expiring.into_iter().map(|key| {
                NewNotice::once(key.company, Occasion::ApiKeyExpiring(days, key.router, key.id)) //
            });
            let mut new: Vec<_> = notices.filter(|new| tables.notices.iter().all(|row| row.notice != *new)).collect();
            new.truncate(limit.into());
            let stored = new.len();
            new.into_iter().try_for_each(|notice| tables.add_notice(notice))?;
            Ok(stored)
        })
    }

    fn claim_due(&mut self, limit: u16, busy: &[CompanyId]) -> Stored<NoticeClaims> {
        self.step(|tables| {
            let now = tables.elapsed;
            let is_due = |row: &&mut NoticeRow| {
                row.due.is_some_and(|due| due <= now) && !busy.contains(&row.notice.company) //
            };
            let mut due: Vec<_> = tables.notices.iter_mut().filter(is_due).collect();
            due.sort_by_key(|row| (row.due, row.id));
            let mut claimed: Vec<Notice> = Vec::new();
            for row in due {
                let of_company = claimed.iter().filter(|notice| notice.company == row.notice.company).count();
                if claimed.len() < limit.into() && of_company < Notice::AT_ONCE.into() {
                    row.tries += 1;
                    row.due = Some(now + Notice::LEASE);
                    claimed.push(notice(row));
                }
            }
            let more = claimed.len() == usize::from(limit);
            Ok(NoticeClaims { notices: claimed.into_iter().map(Ok).collect(), more })
        })
    }

    fn end(&mut self, notice: &Notice, outcome: NoticeOutcome) -> Stored<()> {
        self.step(|tables| {
            let now = tables.elapsed;
            if let Some(row) = row(tables, notice).filter(|row| row.end.is_none()) {
                (row.due, row.end) = (None, Some((outcome, now)));
            }
            Ok(())
        })
    }

    fn put_off(&mut self, notice: &Notice, wait: Duration) -> Stored<()> {
        self.step(|tables| {
            let due = tables.elapsed + wait;
            let row = row(tables, notice).filter(|row| row.end.is_none() && row.tries == notice.tries);
            if let Some(row) = row {
                row.due = Some(due);
            }
            Ok(())
        })
    }

    fn put_off_company(&mut self, company: &CompanyId, wait: Duration) -> Stored<()> {
        self.step(|tables| {
            let due = tables.elapsed + wait;
            let of_company = tables.notices.iter_mut().filter(|row| row.notice.company == *company);
            for row in of_company.filter(|row| row.due.is_some_and(|sooner| sooner < due)) {
                row.due = Some(due);
            }
            Ok(())
        })
    }

    fn prune(&mut self, limit: u16) -> Stored<usize> {
        self.step(|tables| {
            let ended_before = tables.elapsed - Notice::KEPT;
            let mut old: Vec<_> = tables.notices.iter().filter_map(|row| Some((row.end?.1, row.id))).collect();
            old.retain(|(ended, _)| *ended < ended_before);
            old.sort();
            old.truncate(limit.into());
            tables.notices.retain(|row| old.iter().all(|(_, id)| *id != row.id));
            Ok(old.len())
        })
    }
}

fn row<'a>(tables: &'a mut Tables, notice: &Notice) -> Option<&'a mut NoticeRow> {
    tables.notices.iter_mut().find(|row| row.id == notice.id)
}

fn notice(row: &NoticeRow) -> Notice {
    let NewNotice { company, occasion, occurrence } = row.notice.clone();
    Notice { id: row.id, company, occasion, occurrence, tries: row.tries }
}
