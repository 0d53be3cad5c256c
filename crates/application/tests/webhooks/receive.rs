use std::sync::Arc;

use portero_application::webhooks::{Notice, ReceiveWebhookError, WebhookSender};
use portero_domain::{
    company::Company,
    gateway::Gateway,
    ids::{CompanyId, WebhookToken},
    ports::{MercadoPagoRequest, MockVault, SecretPlace, Vault, VaultError},
    purchase::ChargeId,
    secret::Secret,
    text::ForeignId,
    webhook::{EventId, WebhookEvent},
};
use portero_testkit::{
    FakeSignatures, FakeVault, InMemory,
    builders::{a_company, a_webhook_event},
};

use crate::support::{World, assert_is};

const BODY: &[u8] = b"{}";

/// The company of the examples, with the secrets of its accounts.
fn the_company() -> Company {
    a_company().with_secrets().build()
}

/// Another company with the same account at Mercado Pago, and with this secret or none.
fn sharing(id: &str, secret: Option<&str>) -> Company {
    let mut company = a_company().id(id).with_secrets().build();
    company.mercado_pago.webhook_secret = secret.map(|secret| {
        let place = SecretPlace::MercadoPagoWebhookSecret(company.id.clone());
        FakeVault::default().encrypt(&Secret::new(secret.to_owned()), &place).unwrap()
    });
    company
}

/// Which companies accept a webhook of this user that this secret signed.
async fn verified(world: &World, user: &str, secret: &str) -> Result<Vec<CompanyId>, ReceiveWebhookError> {
    let signature = FakeSignatures::of_mercado_pago(secret, Some("r-1"), Some("987"));
    let request = MercadoPagoRequest { signature: &signature, request_id: Some("r-1"), data_id: Some("987") };
    let user = ForeignId::parse(user).unwrap();
    let sender = world.app.webhooks.receive.verify_mercado_pago(user, &request).await?;
    assert_eq!(sender.gateway(), Gateway::MercadoPago);
    Ok(sender.companies().to_vec())
}

async fn conekta(
    world: &World,
    token: &WebhookToken,
    digest: Option<&str>,
) -> Result<WebhookSender, ReceiveWebhookError> {
    let receive = &world.app.webhooks.receive;
    receive.verify_conekta(receive.find_conekta(token.clone()).await?, digest, BODY)
}

fn notice() -> Notice {
    let WebhookEvent { id, charge, purchase, .. } = a_webhook_event().build();
    Notice { id, charge, purchase }
}

fn stored(world: &World) -> Vec<WebhookEvent> {
    world.store.tables().webhook_events.into_iter().map(|row| row.event).collect()
}

#[tokio::test]
async fn mercado_pagos_webhook_is_accepted_with_the_signature_of_its_account() {
    let world = World::over(InMemory::new().with_company(the_company()));
    assert_eq!(verified(&world, "123456789", "webhook-secret").await.unwrap(), [the_company().id]);
    assert_is!(verified(&world, "123456789", "another").await, Err(ReceiveWebhookError::Unverified));
    assert_is!(verified(&world, "987654321", "webhook-secret").await, Err(ReceiveWebhookError::Unverified));
}

#[tokio::test]
async fn a_company_without_a_secret_accepts_a_webhook_as_a_hint() {
    let company = sharing("EMP_0000000002", None);
    let world = World::over(InMemory::new().with_company(company.clone()));
    assert_eq!(verified(&world, "123456789", "any").await.unwrap(), [company.id]);
}

#[tokio::test]
async fn of_companies_that_share_an_account_those_whose_secret_signed_get_the_event() {
    let other = sharing("EMP_0000000002", Some("another"));
    let open = sharing("EMP_0000000003", None);
    let store = [the_company(), other.clone(), open.clone()].into_iter().fold(InMemory::new(), InMemory::with_company);
    let world = World::over(store);
    assert_eq!(verified(&world, "123456789", "another").await.unwrap(), [other.id.clone(), open.id.clone()]);
    let signature = FakeSignatures::of_mercado_pago("another", None, None);
    let request = MercadoPagoRequest { signature: &signature, request_id: None, data_id: None };
    let receive = &world.app.webhooks.receive;
    let sender = receive.verify_mercado_pago(ForeignId::parse("123456789").unwrap(), &request).await.unwrap();
    receive.store(sender, notice()).await.unwrap();
    let expected = [other.id, open.id].map(|company| a_webhook_event().of(&company).from(Gateway::MercadoPago).build());
    assert_eq!(stored(&world), expected);
}

#[tokio::test]
async fn a_secret_that_cannot_be_decrypted_is_an_error_and_no_hint() {
    let mut vault = MockVault::new();
    vault.expect_decrypt().returning(|_, _| Err(VaultError::UnknownKey));
    let store = InMemory::new().with_company(the_company());
    let world = World::with(store, |ports| ports.vault = Arc::new(vault));
    assert_is!(verified(&world, "123456789", "webhook-secret").await, Err(ReceiveWebhookError::Vault(_)));
}

#[tokio::test]
async fn conektas_webhook_is_accepted_at_the_companys_own_address() {
    let company = a_company().build();
    let world = World::over(InMemory::new().with_company(company.clone()));
    let sender = conekta(&world, &company.webhook_token, None).await.unwrap();
    assert_eq!((sender.gateway(), sender.companies()), (Gateway::Conekta, &[company.id][..]));
    let unknown = WebhookToken::parse(&"z".repeat(32)).unwrap();
    assert_is!(conekta(&world, &unknown, None).await, Err(ReceiveWebhookError::UnknownAddress));
}

#[tokio::test]
async fn a_company_with_the_key_of_its_webhooks_requires_their_digest() {
    let company = the_company();
    let world = World::over(InMemory::new().with_company(company.clone()));
    let key = company.conekta.webhook_key.clone().unwrap();
    let (good, other) = (FakeSignatures::of_conekta(&key, BODY), FakeSignatures::of_conekta(&key, b"{ }"));
    assert!(conekta(&world, &company.webhook_token, Some(&good)).await.is_ok());
    for bad in [None, Some(other.as_str()), Some("")] {
        assert_is!(conekta(&world, &company.webhook_token, bad).await, Err(ReceiveWebhookError::Unverified));
    }
}

#[tokio::test]
async fn a_notice_is_stored_once_or_not_at_all() {
    let company = a_company().build();
    let world = World::over(InMemory::new().with_company(company.clone()));
    let sender = conekta(&world, &company.webhook_token, None).await.unwrap();
    world.fails_without_trace(async || world.app.webhooks.receive.store(sender.clone(), notice()).await).await;
    assert_eq!(stored(&world), [a_webhook_event().build()]);
    let again = Notice { purchase: None, ..notice() };
    world.app.webhooks.receive.store(sender.clone(), again).await.unwrap();
    assert_eq!(stored(&world).len(), 1, "a repeated event");
    for other in [
        Notice { id: EventId::parse("another").unwrap(), ..notice() },
        Notice { charge: ChargeId::parse("another").unwrap(), ..notice() },
    ] {
        world.app.webhooks.receive.store(sender.clone(), other).await.unwrap();
    }
    assert_eq!(stored(&world).len(), 3);
}

#[tokio::test]
async fn old_events_are_deleted_in_parts() {
    let world = World::over(InMemory::new().with_company(a_company().build()));
    let token = a_company().build().webhook_token;
    for number in 0..1_001 {
        let sender = conekta(&world, &token, None).await.unwrap();
        let id = EventId::parse(&number.to_string()).unwrap();
        world.app.webhooks.receive.store(sender, Notice { id, ..notice() }).await.unwrap();
    }
    let prune = async || world.app.webhooks.prune.execute().await.unwrap();
    assert_eq!(prune().await, 0);
    world.store.pass_time(time::Duration::days(91));
    assert_eq!((prune().await, prune().await, prune().await), (1_000, 1, 0));
}
