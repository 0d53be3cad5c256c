//! The contracts that every store keeps, on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::ports::{Gate, UnitOfWork};
use portero_testkit::contract::Harness;
use time::Duration;

use crate::fixture::{Fixture, store};

#[async_trait]
impl Harness for Fixture {
    fn storage(&self) -> Arc<dyn UnitOfWork> {
        self.storage.clone()
    }

    fn gate(&self) -> Arc<dyn Gate> {
        self.gate.clone()
    }

    async fn pass_time(&self, span: Duration) {
        let span = format!("make_interval(secs => {})", span.as_seconds_f64());
        self.database.statement(&format!(
            "UPDATE notices SET due_at = due_at - {span}, ended_at = ended_at - {span} WHERE company_id IS NOT NULL"
        ));
        self.database.statement(&format!(
            "UPDATE webhook_events SET received_at = received_at - {span}, next_try_at = next_try_at - {span}"
        ));
        self.database.statement(&format!("UPDATE reconciliations SET due_at = due_at - {span}"));
    }
}

async fn fresh() -> impl Harness {
    store(4)
}

portero_testkit::contract_tests!(fresh);
