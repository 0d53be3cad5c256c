//! Contracts of [`Logos`](portero_domain::ports::Logos).

use portero_domain::logo::{ImageKind, Logo, LogoFile};

use crate::builders::{a_company, a_logo, a_logo_file, company_id};
use crate::contract::{Harness, commit, refused};

/// A WebP, with every byte at its end.
fn another_logo() -> Logo {
    let mut content = b"RIFF\x1e\0\0\0WEBPVP8 \x12\0\0\0\x30\x01\0\x9d\x01\x2a\x09\0\x09\0".to_vec();
    content.extend(0..=u8::MAX);
    Logo::parse(content).expect("a logo")
}

async fn two_companies(harness: &dyn Harness) {
    commit(harness, |storage| {
        for company in [a_company().build(), a_company().id("EMP_0000000002").build()] {
            assert_eq!(storage.companies().insert(&company)?, Ok(()));
        }
        Ok(())
    })
    .await;
}

async fn put(harness: &dyn Harness, file: &LogoFile, logo: &Logo) {
    let (file, logo) = (file.clone(), logo.clone());
    commit(harness, move |storage| storage.logos().replace(&file, &logo)).await;
}

async fn find(harness: &dyn Harness, file: &LogoFile) -> Option<Logo> {
    let file = file.clone();
    commit(harness, move |storage| storage.logos().find(&file)).await
}

/// The later logo of a company is found under its own name only, and the earlier one under none.
pub async fn a_logo_takes_the_place_of_the_one_before(harness: &dyn Harness) {
    two_companies(harness).await;
    let (first, png) = (a_logo_file("a1b2c3"), a_logo());
    put(harness, &first, &png).await;
    assert_eq!(find(harness, &first).await, Some(png));

    let webp = another_logo();
    let second = LogoFile { kind: ImageKind::Webp, ..a_logo_file("0000ff") };
    put(harness, &second, &webp).await;
    assert_eq!(find(harness, &second).await, Some(webp));
    for none in [first, a_logo_file("0000ff"), LogoFile { kind: ImageKind::Webp, ..a_logo_file("a1b2c3") }] {
        assert_eq!(find(harness, &none).await, None, "{none}");
    }
}

/// Two companies may even have the same tag.
pub async fn a_logo_is_of_one_company(harness: &dyn Harness) {
    two_companies(harness).await;
    let (file, other) =
        (a_logo_file("a1b2c3"), LogoFile { company: company_id("EMP_0000000002"), ..a_logo_file("a1b2c3") });
    put(harness, &file, &a_logo()).await;
    assert_eq!(find(harness, &other).await, None);
    put(harness, &other, &a_logo()).await;
    put(harness, &a_logo_file("ffffff"), &a_logo()).await;
    assert_eq!(find(harness, &other).await, Some(a_logo()));
}

/// A company that does not exist has no logo.
pub async fn a_logo_needs_its_company(harness: &dyn Harness) {
    refused(harness, |storage| storage.logos().replace(&a_logo_file("a1b2c3"), &a_logo())).await;
}
