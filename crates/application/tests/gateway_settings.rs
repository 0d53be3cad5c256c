//! A company's access to its payment gateways: tried before it is stored, and stored sealed.

use std::sync::Arc;

use portero_application::{
    Activation, Mandate, Settings,
    companies::{CompanySecrets, EditCompanyError},
};
use portero_domain::{
    change::Change,
    company::{Company, CompanyEdit, GatewayMode, MercadoPagoEdit},
    ports::{AdmittedCompany, GatewayAccount, GatewayError, MockCardGateway, SecretPlace, Vault},
};
use portero_testkit::{
    FakeVault, InMemory,
    builders::{a_company, foreign_id},
};

use crate::support::{World, assert_is, secret, the_admission, the_company};

fn a_token(text: &str) -> CompanySecrets {
    CompanySecrets { mercado_pago_access_token: Change::Set(secret(text)), ..CompanySecrets::default() }
}

/// Portero over this company and a Mercado Pago that answers so, once at most.
fn with_answer(
    company: Company,
    expected: GatewayAccount,
    answer: Result<Option<&'static str>, GatewayError>,
) -> World {
    let mut gateway = MockCardGateway::new();
    gateway.expect_owner().times(1).returning(move |account| {
        assert_eq!(*account, expected);
        answer.map(|user| user.map(str::to_owned))
    });
    World::with(InMemory::new().with_company(company), |ports| ports.gateways.mercado_pago = Arc::new(gateway))
}

/// Portero over this company and a Mercado Pago that must not be asked.
fn never_asked(company: Company) -> World {
    let store = InMemory::new().with_company(company);
    World::with(store, |ports| ports.gateways.mercado_pago = Arc::new(MockCardGateway::new()))
}

async fn edit(world: &World, edit: CompanyEdit, secrets: CompanySecrets) -> Result<Company, EditCompanyError> {
    world.app.companies.edit.execute(Mandate::of_super_admin(the_company()), edit, secrets).await
}

#[tokio::test]
async fn a_new_access_token_is_stored_sealed_with_its_user() {
    for (stored, edited, live) in [
        (GatewayMode::Test, None, false),
        (GatewayMode::Live, None, true),
        (GatewayMode::Test, Some(GatewayMode::Live), true),
        (GatewayMode::Live, Some(GatewayMode::Test), false),
    ] {
        let mut company = a_company().build();
        company.mercado_pago.mode = stored;
        let account = GatewayAccount { secret: secret("APP_USR-1"), live };
        let world = with_answer(company, account, Ok(Some("987654321")));
        let mode = CompanyEdit {
            mercado_pago: MercadoPagoEdit { mode: edited, ..MercadoPagoEdit::default() },
            ..CompanyEdit::default()
        };
        let company = edit(&world, mode, a_token("APP_USR-1")).await.unwrap();
        let access = company.mercado_pago.access.clone().unwrap();
        let place = SecretPlace::MercadoPagoAccessToken(the_company());
        assert_eq!(FakeVault::default().decrypt(&access.token, &place), Ok(secret("APP_USR-1")));
        assert_eq!(access.user, Some(foreign_id("987654321")));
        assert_eq!(world.store.tables().companies, [company]);
    }
}

#[tokio::test]
async fn a_token_that_mercado_pago_does_not_confirm_changes_nothing() {
    for (answer, expected) in [
        (Err(GatewayError::Credentials), GatewayError::Credentials),
        (Err(GatewayError::Unavailable), GatewayError::Unavailable),
        (Ok(Some("")), GatewayError::Unavailable),
    ] {
        let company = a_company().with_secrets().build();
        let account = GatewayAccount { secret: secret("APP_USR-1"), live: true };
        let world = with_answer(company.clone(), account, answer);
        let changes = CompanyEdit { three_ds: Some(true), ..CompanyEdit::default() };
        match edit(&world, changes, a_token("APP_USR-1")).await {
            Err(EditCompanyError::MercadoPago(error)) => assert_eq!(error, expected),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.store.tables().companies, [company]);
    }
}

#[tokio::test]
async fn mercado_pago_is_asked_about_a_new_token_only() {
    let company = a_company().with_secrets().build();
    let world = never_asked(company.clone());
    let other_secrets = CompanySecrets {
        conekta_private_key: Change::Set(secret("other")),
        mercado_pago_webhook_secret: Change::Set(secret("other")),
        telegram_bot_token: Change::Set(secret("other")),
        mercado_pago_access_token: Change::Keep,
    };
    let edited = edit(&world, CompanyEdit::default(), other_secrets).await.unwrap();
    assert_eq!(edited.mercado_pago.access, company.mercado_pago.access);
    assert_ne!(edited.mercado_pago.webhook_secret, company.mercado_pago.webhook_secret);
}

/// A user without a token would let a webhook choose the company.
#[tokio::test]
async fn a_cleared_token_takes_its_user_along_and_leaves_the_webhooks_secret() {
    let company = a_company().with_secrets().build();
    let world = never_asked(company.clone());
    let clear = CompanySecrets { mercado_pago_access_token: Change::Clear, ..CompanySecrets::default() };
    let edited = edit(&world, CompanyEdit::default(), clear).await.unwrap();
    assert_eq!(edited.mercado_pago.access, None);
    assert_eq!(edited.mercado_pago.webhook_secret, company.mercado_pago.webhook_secret);
}

#[tokio::test]
async fn mercado_pago_is_not_asked_on_behalf_of_an_admin_who_may_not_change_the_company() {
    let world = never_asked(a_company().build());
    let mandate = world.app.sessions.authorize_write.execute(the_company()).await.unwrap();
    world.app.companies.set_active.execute(the_company(), Activation::To(false)).await.unwrap();
    let refused = world.app.companies.edit.execute(mandate, CompanyEdit::default(), a_token("APP_USR-1")).await;
    assert_is!(refused, Err(EditCompanyError::CompanyInactive(_)));

    let world = World::with(InMemory::new(), |ports| ports.gateways.mercado_pago = Arc::new(MockCardGateway::new()));
    let refused = edit(&world, CompanyEdit::default(), a_token("APP_USR-1")).await;
    assert_is!(refused, Err(EditCompanyError::NotFound));
}

#[tokio::test]
async fn the_operators_conekta_key_is_for_a_company_without_any_key() {
    let settings = Settings { default_conekta_public_key: Some(foreign_id("key_of_operator")), ..Settings::default() };
    let app = World::set(InMemory::new(), &settings, |_| {}).app;
    for (own, has_private_key, expected) in [
        (None, false, Some("key_of_operator")),
        (None, true, None),
        (Some("key_own"), false, Some("key_own")),
        (Some("key_own"), true, Some("key_own")),
    ] {
        let company = AdmittedCompany {
            conekta_public_key: own.map(foreign_id),
            has_conekta_private_key: has_private_key,
            ..the_admission().company
        };
        assert_eq!(app.portal.conekta_public_key(&company), expected.map(foreign_id).as_ref());
    }
}
