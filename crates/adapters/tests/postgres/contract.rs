//! The contracts that every store keeps, on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::ports::{Gate, UnitOfWork};
use portero_testkit::contract::Harness;

use crate::fixture::{Fixture, store};

#[async_trait]
impl Harness for Fixture {
    fn storage(&self) -> Arc<dyn UnitOfWork> {
        self.storage.clone()
    }

    fn gate(&self) -> Arc<dyn Gate> {
        self.gate.clone()
    }
}

async fn fresh() -> impl Harness {
    store(4)
}

portero_testkit::contract_tests!(fresh);
