//! Companies: created, listed, found, edited, switched, summed up.

use portero_application::{
    Activation, Mandate,
    companies::{CompanySecrets, CreateCompanyError, EditCompanyError, NewCompany, SetLogoError},
    portal::AdmitPortalError,
};
use portero_domain::{
    change::Change,
    company::{
        Company, CompanyEdit, Conekta, ConektaEdit, GatewayMode, MercadoPago, MercadoPagoAccess, MercadoPagoEdit,
        Telegram, TelegramEdit,
    },
    ids::{CompanyId, UserId},
    page::{Listing, Page},
    ports::{CompanyStats, Refusal, SecretPlace, Vault, VaultError},
    secret::Sealed,
    text::{Link, Phone},
};
use portero_testkit::{
    FakeVault, InMemory,
    builders::{
        a_company, a_key, a_logo, a_router, a_user, a_webhook_key, company_id, email, foreign_id, name, start,
        webhook_token_of,
    },
};
use time::Duration;

use crate::support::{
    World, a_vault_that_fails, another_company, assert_is, page, secret, signed, the_company, two_shops, with_key,
};

/// What is known of the company of the examples before it is created.
fn the_new_company() -> NewCompany {
    let company = a_company().build();
    NewCompany {
        name: company.name,
        contact_email: company.contact_email,
        contact_phone: company.contact_phone,
        conekta_mode: GatewayMode::Live,
        conekta_public_key: company.conekta.public_key,
        conekta_private_key: Some(secret("key_private_conekta")),
    }
}

fn sealed(plain: &str, place: &SecretPlace) -> Sealed {
    FakeVault::default().encrypt(&secret(plain), place).unwrap()
}

#[tokio::test]
async fn a_new_company_is_active_and_its_private_key_sealed() {
    let world = World::over(InMemory::new());
    let created_at = world.clock.advance(Duration::microseconds(5));
    let company = world.app.companies.create.execute(the_new_company()).await.unwrap();

    let id = company_id("EMP_0000000001");
    let private_key = sealed("key_private_conekta", &SecretPlace::ConektaPrivateKey(id.clone()));
    assert!(!private_key.as_str().contains("key_private_conekta"));
    let known = a_company().build();
    let expected = Company {
        webhook_token: webhook_token_of(&id),
        id,
        conekta: Conekta { mode: GatewayMode::Live, private_key: Some(private_key), ..known.conekta },
        mercado_pago: MercadoPago::default(),
        created_at,
        ..known
    };
    assert_eq!(company, expected);
    assert_eq!(world.store.tables().companies, [expected]);
}

#[tokio::test]
async fn a_company_needs_no_gateway() {
    let world = World::with(InMemory::new(), |ports| ports.vault = a_vault_that_fails());
    let new = NewCompany {
        contact_phone: None,
        conekta_mode: GatewayMode::Test,
        conekta_public_key: None,
        conekta_private_key: None,
        ..the_new_company()
    };
    let company = world.app.companies.create.execute(new).await.unwrap();
    assert_eq!((company.conekta, company.contact_phone), (Conekta::default(), None));
}

#[tokio::test]
async fn a_companys_identity_that_is_taken_is_drawn_again() {
    let world = World::over(InMemory::new().with_company(a_company().build()));
    world.ids.then_companies(std::iter::repeat_n(the_company(), 7));
    let company = world.app.companies.create.execute(the_new_company()).await.unwrap();
    assert_eq!(company.id, company_id("EMP_0000000001"));
    let place = SecretPlace::ConektaPrivateKey(company.id);
    assert_eq!(company.conekta.private_key, Some(sealed("key_private_conekta", &place)));
}

#[tokio::test]
async fn a_webhook_token_that_is_taken_is_drawn_again() {
    let world = World::over(InMemory::new().with_company(a_company().build()));
    world.ids.then_webhook_tokens([webhook_token_of(&the_company())]);
    let company = world.app.companies.create.execute(the_new_company()).await.unwrap();
    assert_eq!(company.webhook_token, webhook_token_of(&company_id("EMP_0000000001")));
}

#[tokio::test]
async fn after_eight_identities_that_are_taken_no_company_is_created() {
    let world = World::over(InMemory::new().with_company(a_company().build()));
    let before = world.store.tables();
    world.ids.then_companies(std::iter::repeat_n(the_company(), 8));
    let refused = world.app.companies.create.execute(the_new_company()).await;
    assert_is!(refused, Err(CreateCompanyError::NoFreeId));
    assert_eq!(world.store.tables(), before);
    let next = world.app.companies.create.execute(the_new_company()).await.unwrap();
    assert_eq!(next.id, company_id("EMP_0000000001"), "eight were drawn, and no more");
}

#[tokio::test]
async fn a_private_key_that_cannot_be_sealed_leaves_no_trace() {
    let world = World::with(InMemory::new(), |ports| ports.vault = a_vault_that_fails());
    let refused = world.app.companies.create.execute(the_new_company()).await;
    assert_is!(refused, Err(CreateCompanyError::Vault(VaultError::Sealing)));
    assert_eq!(world.store.tables(), InMemory::new().tables());
}

#[tokio::test]
async fn a_failed_creation_of_a_company_leaves_no_trace() {
    let world = World::over(InMemory::new());
    let create = async || world.app.companies.create.execute(the_new_company()).await;
    let company = world.fails_without_trace(create).await;
    assert_eq!(world.store.tables().companies, [company]);
}

/// An edit of everything, and the company of the examples after it.
fn an_edit_of_everything() -> (CompanyEdit, CompanySecrets, Company) {
    let (phone, logo) = (Phone::parse("+52 55 0000 0000").unwrap(), Link::parse("https://x.mx/logo.png").unwrap());
    let edit = CompanyEdit {
        name: Some(name("Hotel Sur")),
        contact_email: Some(email("sur@hotel.mx")),
        contact_phone: Change::Set(phone.clone()),
        logo: Change::Set(logo.clone()),
        conekta: ConektaEdit {
            mode: Some(GatewayMode::Live),
            public_key: Change::Set(foreign_id("pub")),
            webhook_key: Change::Set(a_webhook_key()),
        },
        mercado_pago: MercadoPagoEdit { mode: Some(GatewayMode::Live), public_key: Change::Clear },
        three_ds: Some(true),
        telegram: TelegramEdit { chat_id: Change::Set(foreign_id("-1")), enabled: Some(true) },
    };
    let secrets = CompanySecrets {
        conekta_private_key: Change::Set(secret("new-key")),
        mercado_pago_access_token: Change::Set(secret("new-access")),
        mercado_pago_webhook_secret: Change::Set(secret("new-webhook")),
        telegram_bot_token: Change::Set(secret("new-token")),
    };
    let access = MercadoPagoAccess {
        token: sealed("new-access", &SecretPlace::MercadoPagoAccessToken(the_company())),
        user: Some(foreign_id("123456789")),
    };
    let webhook_secret = Some(sealed("new-webhook", &SecretPlace::MercadoPagoWebhookSecret(the_company())));
    let private_key = sealed("new-key", &SecretPlace::ConektaPrivateKey(the_company()));
    let bot_token = sealed("new-token", &SecretPlace::TelegramBotToken(the_company()));
    let after = Company {
        name: name("Hotel Sur"),
        contact_email: email("sur@hotel.mx"),
        contact_phone: Some(phone),
        logo: Some(logo),
        conekta: Conekta {
            mode: GatewayMode::Live,
            public_key: Some(foreign_id("pub")),
            private_key: Some(private_key),
            webhook_key: Some(a_webhook_key()),
        },
        mercado_pago: MercadoPago { mode: GatewayMode::Live, public_key: None, access: Some(access), webhook_secret },
        three_ds: true,
        telegram: Telegram { bot_token: Some(bot_token), chat_id: Some(foreign_id("-1")), enabled: true },
        ..a_company().build()
    };
    (edit, secrets, after)
}

#[tokio::test]
async fn an_edit_changes_what_it_mentions_and_seals_what_is_secret() {
    let world = World::over(two_shops());
    let mut expected = world.store.tables();
    let (edit, secrets, after) = an_edit_of_everything();
    let edit = async || {
        world.app.companies.edit.execute(Mandate::of_super_admin(the_company()), edit.clone(), secrets.clone()).await
    };
    assert_eq!(world.fails_without_trace(edit).await, after);
    expected.companies[0] = after;
    assert_eq!(world.store.tables(), expected);
}

#[tokio::test]
async fn an_edit_that_mentions_nothing_changes_nothing() {
    let company = a_company().with_secrets().inactive().build();
    let world = World::over(InMemory::new().with_company(company.clone()));
    let (edit, secrets) = (CompanyEdit::default(), CompanySecrets::default());
    assert_eq!(
        world.app.companies.edit.execute(Mandate::of_super_admin(the_company()), edit, secrets).await.unwrap(),
        company
    );
    assert_eq!(world.store.tables().companies, [company]);
}

#[tokio::test]
async fn a_secret_that_is_cleared_is_gone() {
    let world = World::over(InMemory::new().with_company(a_company().with_secrets().build()));
    let secrets = CompanySecrets {
        conekta_private_key: Change::Clear,
        mercado_pago_access_token: Change::Clear,
        mercado_pago_webhook_secret: Change::Clear,
        telegram_bot_token: Change::Clear,
    };
    world
        .app
        .companies
        .edit
        .execute(Mandate::of_super_admin(the_company()), CompanyEdit::default(), secrets)
        .await
        .unwrap();
    let company = world.store.tables().companies.remove(0);
    assert_eq!((company.conekta.private_key, company.telegram.bot_token), (None, None));
    assert_eq!((company.mercado_pago.access, company.mercado_pago.webhook_secret), (None, None));
}

#[tokio::test]
async fn an_edit_that_cannot_be_sealed_leaves_no_trace() {
    let world = World::with(two_shops(), |ports| ports.vault = a_vault_that_fails());
    let before = world.store.tables();
    let (edit, both, _) = an_edit_of_everything();
    let none = CompanySecrets::default;
    let each = [
        CompanySecrets { conekta_private_key: both.conekta_private_key.clone(), ..none() },
        CompanySecrets { mercado_pago_access_token: both.mercado_pago_access_token.clone(), ..none() },
        CompanySecrets { mercado_pago_webhook_secret: both.mercado_pago_webhook_secret.clone(), ..none() },
        CompanySecrets { telegram_bot_token: both.telegram_bot_token.clone(), ..none() },
    ];
    for secrets in each.into_iter().chain([both]) {
        let refused =
            world.app.companies.edit.execute(Mandate::of_super_admin(the_company()), edit.clone(), secrets).await;
        assert_is!(refused, Err(EditCompanyError::Vault(VaultError::Sealing)));
        assert_eq!(world.store.tables(), before);
    }
}

#[tokio::test]
async fn a_logo_is_stored_with_its_link_and_found_by_its_file() {
    let world = World::over(two_shops());
    let mandate = || Mandate::of_super_admin(the_company());
    let file =
        world.fails_without_trace(async || world.app.companies.set_logo.execute(mandate(), a_logo()).await).await;
    let tables = world.store.tables();
    assert_eq!(tables.companies[0], Company { logo: Some(file.link()), ..a_company().build() });
    assert_eq!(tables.companies[1], another_company());
    assert_eq!(tables.logos, [(file.clone(), a_logo())]);
    assert_eq!(world.app.companies.find_logo.execute(file.clone()).await.unwrap(), Some(a_logo()));
    let next = world.app.companies.set_logo.execute(mandate(), a_logo()).await.unwrap();
    assert_ne!(next, file);
    assert_eq!(world.app.companies.find_logo.execute(file).await.unwrap(), None);
    let unknown = Mandate::of_super_admin(CompanyId::parse("EMP_0000000000").unwrap());
    let refused = world.app.companies.set_logo.execute(unknown, a_logo()).await;
    assert_is!(refused, Err(SetLogoError::NotFound));
}

#[tokio::test]
async fn a_company_that_is_not_there_is_not_found() {
    let world = World::over(InMemory::new().with_company(a_company().build()));
    let before = world.store.tables();
    let id = || another_company().id;
    let (edit, secrets, _) = an_edit_of_everything();
    let edited = world.app.companies.edit.execute(Mandate::of_super_admin(id()), edit, secrets).await;
    assert_is!(edited, Err(EditCompanyError::NotFound));
    assert_is!(world.app.companies.set_active.execute(id(), Activation::Toggle).await, Ok(None));
    assert_is!(world.app.companies.find.execute(id()).await, Ok(None));
    assert_is!(world.app.companies.overview.execute(id()).await, Ok(None));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn the_keys_of_a_company_that_is_off_are_refused_until_it_is_on_again() {
    let world = World::over(with_key(two_shops(), a_key().build()));
    let token = signed(&a_key().build()).token;
    let switch = async |switch| world.app.companies.set_active.execute(the_company(), switch).await.unwrap();

    for wish in [Activation::Toggle, Activation::To(false)] {
        assert_eq!(switch(wish).await, Some(false));
        let call = world.app.portal.admit.execute(token.expose()).await;
        assert_is!(call, Err(AdmitPortalError::Refused(Refusal::CompanyInactive)));
    }
    for wish in [Activation::To(true), Activation::To(true)] {
        assert_eq!(switch(wish).await, Some(true));
        assert_is!(world.app.portal.admit.execute(token.expose()).await, Ok(_));
    }
    assert_eq!(world.store.tables().companies, [a_company().build(), another_company()]);
}

#[tokio::test]
async fn a_failed_switch_of_a_company_leaves_no_trace() {
    let world = World::over(two_shops());
    let switch = async || world.app.companies.set_active.execute(the_company(), Activation::Toggle).await;
    assert_eq!(world.fails_without_trace(switch).await, Some(false));
}

#[tokio::test]
async fn companies_are_found_and_listed_oldest_first() {
    let older = a_company().id("EMP_0000000007").created_at(start().plus(-Duration::DAY)).inactive().build();
    let world = World::over(InMemory::new().with_company(a_company().build()).with_company(older.clone()));
    assert_eq!(world.app.companies.find.execute(older.id.clone()).await.unwrap(), Some(older.clone()));
    let all = world.app.companies.list.execute(Page::default()).await.unwrap();
    assert_eq!(all, Listing { items: vec![older, a_company().build()], damaged: vec![], total: Some(2), next: None });
    let second = world.app.companies.list.execute(page(1, 1)).await.unwrap();
    assert_eq!(second, Listing { items: vec![a_company().build()], damaged: vec![], total: Some(2), next: None });
}

#[tokio::test]
async fn the_overview_counts_what_the_company_has_and_nobody_elses() {
    let off = a_router().id("RTR_00000002").inactive().build();
    let expired = a_key().id("key_expired").of(&off).expires_at(start()).build();
    let revoked = a_key().id("key_revoked").revoked_at(start()).build();
    let admin = a_user().admin_of(&the_company()).stored(UserId::new(1));
    let others = a_user().email("bea@norte.mx").admin_of(&another_company().id).stored(UserId::new(2));
    let store = two_shops().with_router(off).with_user(admin).with_user(others);
    let world = World::over([a_key().build(), expired, revoked].into_iter().fold(store, with_key));

    let overview = world.app.companies.overview.execute(the_company()).await.unwrap();
    let stats = CompanyStats { routers: 2, active_routers: 1, admins: 1, active_keys: 1 };
    assert_eq!(overview, Some((a_company().build(), stats)));
}
