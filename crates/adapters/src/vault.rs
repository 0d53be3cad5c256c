//! Secrets sealed for rest, by AES-256-GCM.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portero_domain::{
    ports::{SecretPlace, Vault, VaultError},
    secret::{Fingerprint, Sealed, Secret},
};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest,
    rand::{SecureRandom, SystemRandom},
};

const VERSION: &str = "v1";

/// Seals by one key, and opens by that one and older ones.
///
/// A sealed text is `v1.<key id>.<base64url of nonce, ciphertext and tag>`. The nonce is 96 bits of chance: under one
/// key, 2^32 seals are safe (NIST SP 800-38D, 8.3), some thousands of times what a large installation ever makes. The
/// table, column and row are bound into the tag, so a sealed text opens nowhere else.
pub struct AesVault {
    current: SealingKey,
    older: Vec<SealingKey>,
    chance: SystemRandom,
}

impl AesVault {
    /// A vault that seals by `current`, and opens by `older` ones too.
    pub fn new(current: [u8; 32], older: impl IntoIterator<Item = [u8; 32]>) -> Result<Self, VaultError> {
        Ok(Self {
            current: SealingKey::new(current)?,
            older: older.into_iter().map(SealingKey::new).collect::<Result<_, _>>()?,
            chance: SystemRandom::new(),
        })
    }
}

impl Vault for AesVault {
    fn encrypt(&self, secret: &Secret, place: &SecretPlace) -> Result<Sealed, VaultError> {
        let mut nonce = [0; NONCE_LEN];
        self.chance.fill(&mut nonce).map_err(|_| VaultError::Sealing)?;
        let mut body = secret.expose().as_bytes().to_vec();
        self.current
            .cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(place), &mut body)
            .map_err(|_| VaultError::Sealing)?;
        let body = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &body].concat());
        Ok(Sealed::new(format!("{VERSION}.{}.{body}", self.current.id)))
    }

    fn decrypt(&self, sealed: &Sealed, place: &SecretPlace) -> Result<Secret, VaultError> {
        let (id, body) = split(sealed).ok_or(VaultError::Damaged)?;
        let key =
            std::iter::once(&self.current).chain(&self.older).find(|key| key.id == id).ok_or(VaultError::UnknownKey)?;
        let mut bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| VaultError::Damaged)?;
        let (nonce, body) = bytes.split_first_chunk_mut::<NONCE_LEN>().ok_or(VaultError::Damaged)?;
        let plain = key
            .cipher
            .open_in_place(Nonce::assume_unique_for_key(*nonce), bound_to(place), body)
            .map_err(|_| VaultError::Damaged)?;
        String::from_utf8(plain.to_vec()).map(Secret::new).map_err(|_| VaultError::Damaged)
    }

    fn digest(&self, text: &str) -> Fingerprint {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        Fingerprint::new(bytes)
    }

    fn is_current(&self, sealed: &Sealed) -> bool {
        split(sealed).is_some_and(|(id, _)| id == self.current.id)
    }
}

impl fmt::Debug for AesVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesVault(…)")
    }
}

/// The key's id and the body of a sealed text.
fn split(sealed: &Sealed) -> Option<(&str, &str)> {
    sealed.as_str().strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')
}

/// What is bound into the seal. Each part is of a fixed form without dots, so no two places are written alike.
fn bound_to(place: &SecretPlace) -> Aad<String> {
    Aad::from(match place {
        SecretPlace::RouterPassword(_, router) => format!("routers.password_sealed.{router}"),
        SecretPlace::ConektaPrivateKey(company) => format!("companies.conekta_private_key_sealed.{company}"),
        SecretPlace::GuestSecret(_, purchase) => format!("purchases.guest_secret_sealed.{purchase}"),
        SecretPlace::TelegramBotToken(company) => format!("companies.telegram_bot_token_sealed.{company}"),
        SecretPlace::MercadoPagoAccessToken(company) => format!("companies.mercado_pago_access_token_sealed.{company}"),
        SecretPlace::MercadoPagoWebhookSecret(company) => {
            format!("companies.mercado_pago_webhook_secret_sealed.{company}")
        }
    })
}

struct SealingKey {
    /// The first 8 hexadecimal digits of the key's SHA-256. They identify a key without revealing it.
    id: String,
    cipher: LessSafeKey,
}

impl SealingKey {
    fn new(bytes: [u8; 32]) -> Result<Self, VaultError> {
        let hash = digest::digest(&digest::SHA256, &bytes);
        let head = hash.as_ref().iter().take(4).fold(0, |head: u32, &byte| (head << 8) | u32::from(byte));
        let cipher = UnboundKey::new(&AES_256_GCM, &bytes).map(LessSafeKey::new).map_err(|_| VaultError::Sealing)?;
        Ok(Self { id: format!("{head:08x}"), cipher })
    }
}

#[cfg(test)]
mod tests {
    use portero_domain::ids::{CompanyId, RouterId};

    use super::*;

    fn router() -> SecretPlace {
        SecretPlace::RouterPassword(
            CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
            RouterId::parse("RTR_A1B2C3D4").unwrap(),
        )
    }

    fn company() -> CompanyId {
        CompanyId::parse("EMP_3A9F1C0B2D").unwrap()
    }

    fn vault() -> AesVault {
        AesVault::new([1; 32], []).unwrap()
    }

    fn secret() -> Secret {
        Secret::parse("contraseña segura").unwrap()
    }

    #[test]
    fn what_is_sealed_opens_and_does_not_show() {
        let sealed = vault().encrypt(&secret(), &router()).unwrap();
        assert_eq!(vault().decrypt(&sealed, &router()), Ok(secret()));
        assert!(sealed.as_str().starts_with("v1.72cd6e84."), "SHA-256 of 32 ones begins with 72cd6e84");
        assert!(!sealed.as_str().contains("segura"));
    }

    #[test]
    fn a_text_with_any_character_altered_does_not_open() {
        let sealed = vault().encrypt(&secret(), &router()).unwrap();
        for (place, letter) in sealed.as_str().char_indices() {
            let other = if letter == 'A' { "B" } else { "A" };
            let mut altered = sealed.as_str().to_owned();
            altered.replace_range(place..=place, other);
            assert!(vault().decrypt(&Sealed::new(altered), &router()).is_err(), "character {place}");
        }
        for cut in 0..sealed.as_str().len() {
            let short = sealed.as_str().get(..cut).unwrap().to_owned();
            assert!(vault().decrypt(&Sealed::new(short), &router()).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_text_moved_to_another_row_or_column_does_not_open() {
        let conekta = SecretPlace::ConektaPrivateKey(company());
        let sealed = vault().encrypt(&secret(), &conekta).unwrap();
        for elsewhere in [
            SecretPlace::TelegramBotToken(company()),
            SecretPlace::MercadoPagoAccessToken(company()),
            SecretPlace::MercadoPagoWebhookSecret(company()),
            SecretPlace::ConektaPrivateKey(CompanyId::parse("EMP_3A9F1C0B2E").unwrap()),
            router(),
        ] {
            assert_eq!(vault().decrypt(&sealed, &elsewhere), Err(VaultError::Damaged), "{elsewhere:?}");
        }
        assert_eq!(vault().decrypt(&sealed, &conekta), Ok(secret()));
    }

    #[test]
    fn an_older_key_opens_and_is_not_current() {
        let sealed = vault().encrypt(&secret(), &router()).unwrap();
        let newer = AesVault::new([2; 32], [[1; 32]]).unwrap();
        assert_eq!(newer.decrypt(&sealed, &router()), Ok(secret()));
        assert!(!newer.is_current(&sealed));
        assert!(newer.is_current(&newer.encrypt(&secret(), &router()).unwrap()));
        let stranger = AesVault::new([3; 32], []).unwrap();
        assert_eq!(stranger.decrypt(&sealed, &router()), Err(VaultError::UnknownKey));
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let vault = vault();
        assert_ne!(vault.encrypt(&secret(), &router()), vault.encrypt(&secret(), &router()));
    }

    #[test]
    fn what_was_never_sealed_is_damaged() {
        for text in ["", "v1", "v1.", "v1..", "secure_password", "v2.72cd6e84.AAAA"] {
            let result = vault().decrypt(&Sealed::new(text.to_owned()), &router());
            assert!(matches!(result, Err(VaultError::Damaged | VaultError::UnknownKey)), "{text:?}");
            assert!(!vault().is_current(&Sealed::new(text.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", vault()), "AesVault(…)");
    }
}
