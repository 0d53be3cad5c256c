//! The contracts that every store keeps, on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    ids::ProductId,
    ports::{Gate, UnitOfWork},
    purchase::{PaymentStatus, Purchase},
    text::{Email, Name},
};
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

    async fn seed_purchase(&self, purchase: &Purchase) {
        let status = match purchase.status {
            PaymentStatus::Pending => "pending",
            PaymentStatus::Paid => "paid",
            PaymentStatus::Failed => "failed",
            PaymentStatus::Refunded => "refunded",
        };
        let insert = sql_query(
            "INSERT INTO transactions (reference, company_id, router_id, product_id, amount_minor, currency, status, \
             customer_name, customer_email, created_at, paid_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        );
        insert
            .bind::<Text, _>(&purchase.reference)
            .bind::<Text, _>(purchase.company.as_str())
            .bind::<Text, _>(purchase.router.as_str())
            .bind::<Nullable<BigInt>, _>(purchase.product.map(ProductId::get))
            .bind::<BigInt, _>(purchase.amount.minor())
            .bind::<Text, _>(purchase.currency.code())
            .bind::<Text, _>(status)
            .bind::<Nullable<Text>, _>(purchase.customer_name.as_ref().map(Name::as_str))
            .bind::<Nullable<Text>, _>(purchase.customer_email.as_ref().map(Email::as_str))
            .bind::<Timestamptz, _>(purchase.created_at.get())
            .bind::<Nullable<Timestamptz>, _>(purchase.paid_at.map(Timestamp::get))
            .execute(&mut *self.database.connection())
            .unwrap();
    }
}

async fn fresh() -> impl Harness {
    store(4)
}

portero_testkit::contract_tests!(fresh);
