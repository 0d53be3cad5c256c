//! What a company's own admin may do while the company is inactive: read.

use portero_application::{
    Activation, Mandate,
    companies::{CompanySecrets, EditCompanyError, SetLogoError},
    notifications::TestTelegramError,
    products::{CreateProductError, DeactivateProductError, EditProductError},
    routers::{AccessError, ConfirmCertificateError, EditRouterError, ListProfilesError, RouterChanges},
    sessions::AuthorizeWriteError,
};
use portero_domain::{
    company::{CompanyEdit, CompanyInactive},
    ids::ProductId,
    network::CertificateFingerprint,
    product::OfferEdit,
};
use portero_testkit::builders::{a_company, a_logo, a_product, a_router, an_offer};

use crate::support::{World, a_shop, assert_is, the_company, the_router};

/// The mandate of an admin whose company was deactivated after the request was let through.
async fn an_overtaken_mandate(world: &World) -> Mandate {
    let mandate = world.app.sessions.authorize_write.execute(the_company()).await.unwrap();
    assert_eq!(
        world.app.companies.set_active.execute(the_company(), Activation::To(false)).await.unwrap(),
        Some(false)
    );
    mandate
}

#[tokio::test]
async fn an_admin_of_an_inactive_company_gets_no_mandate() {
    let world = World::over(a_shop());
    assert_is!(world.app.sessions.authorize_write.execute(the_company()).await, Ok(_));
    world.app.companies.set_active.execute(the_company(), Activation::To(false)).await.unwrap();
    let refused = world.app.sessions.authorize_write.execute(the_company()).await;
    assert_is!(refused, Err(AuthorizeWriteError::CompanyInactive(CompanyInactive)));
}

#[tokio::test]
async fn a_deactivation_at_the_same_moment_lets_no_change_through() {
    let world = World::over(a_shop().with_product(a_product().build()));
    let mandate = an_overtaken_mandate(&world).await;
    let (app, before, product) = (&world.app, world.store.tables(), ProductId::new(1));
    let m = || mandate.clone();

    let edited = app.companies.edit.execute(m(), CompanyEdit::default(), CompanySecrets::default()).await;
    assert_is!(edited, Err(EditCompanyError::CompanyInactive(_)));
    assert_is!(app.companies.set_logo.execute(m(), a_logo()).await, Err(SetLogoError::CompanyInactive(_)));
    for try_first in [false, true] {
        let changes = RouterChanges { try_first, ..RouterChanges::default() };
        let edited = app.routers.edit.execute(m(), the_router(), changes).await;
        assert_is!(edited, Err(EditRouterError::Access(AccessError::CompanyInactive(_))));
    }
    let certificate = CertificateFingerprint::new([7; 32]);
    let confirmed = app.routers.confirm_certificate.execute(m(), the_router(), certificate, None).await;
    assert_is!(confirmed, Err(ConfirmCertificateError::Access(AccessError::CompanyInactive(_))));
    let created = app.products.create.execute(m(), an_offer().profile("otro").build()).await;
    assert_is!(created, Err(CreateProductError::CompanyInactive(_)));
    let edited = app.products.edit.execute(m(), product, OfferEdit::default()).await;
    assert_is!(edited, Err(EditProductError::CompanyInactive(_)));
    let withdrawn = app.products.deactivate.execute(m(), product).await;
    assert_is!(withdrawn, Err(DeactivateProductError::CompanyInactive(_)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn nothing_is_dialled_for_an_inactive_company() {
    let world = World::over(a_shop());
    let mandate = an_overtaken_mandate(&world).await;
    let tested = world.app.routers.test_connection.execute(mandate.clone(), the_router()).await;
    assert_is!(tested, Err(AccessError::CompanyInactive(_)));
    let listed = world.app.routers.list_profiles.execute(mandate.clone(), the_router()).await;
    assert_is!(listed, Err(ListProfilesError::Access(AccessError::CompanyInactive(_))));
    let inspected = world.app.routers.inspect_certificate.execute(mandate.clone(), the_router()).await;
    assert_is!(inspected, Err(AccessError::CompanyInactive(_)));
    let messaged = world.app.notifications.test_telegram.execute(mandate, None, None).await;
    assert_is!(messaged, Err(TestTelegramError::CompanyInactive(_)));
}

#[tokio::test]
async fn a_super_admin_changes_an_inactive_company() {
    let world = World::over(a_shop());
    an_overtaken_mandate(&world).await;
    let mandate = || Mandate::of_super_admin(the_company());
    let edited = world.app.companies.edit.execute(mandate(), CompanyEdit::default(), CompanySecrets::default()).await;
    assert_eq!(edited.unwrap(), a_company().inactive().build());
    let edited = world.app.routers.edit.execute(mandate(), the_router(), RouterChanges::default()).await;
    assert_eq!(edited.unwrap(), a_router().build());
}
