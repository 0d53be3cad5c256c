use portero_domain::{
    ports::{SecretPlace, Vault, VaultError},
    secret::{Fingerprint, Sealed, Secret},
};

/// Seals a secret as `sealed:<key>:<place>:<hexadecimal>`: nothing of the plain text shows, and anyone can open it.
#[derive(Clone, Debug)]
pub struct FakeVault {
    current: &'static str,
    older: &'static [&'static str],
}

impl FakeVault {
    /// A vault that seals with one key and opens what it or an older one has sealed.
    pub const fn new(current: &'static str, older: &'static [&'static str]) -> Self {
        Self { current, older }
    }
}

/// Seals with a key called `k1` and knows no other.
impl Default for FakeVault {
    fn default() -> Self {
        Self::new("k1", &[])
    }
}

impl Vault for FakeVault {
    fn encrypt(&self, secret: &Secret, place: &SecretPlace) -> Result<Sealed, VaultError> {
        Ok(Sealed::new(format!("sealed:{}:{}:{}", self.current, name(place), hex(secret.expose()))))
    }

    fn decrypt(&self, sealed: &Sealed, place: &SecretPlace) -> Result<Secret, VaultError> {
        let parts: Vec<_> = sealed.as_str().split(':').collect();
        let ["sealed", key, at, plain] = parts[..] else { return Err(VaultError::Damaged) };
        if key != self.current && !self.older.contains(&key) {
            return Err(VaultError::UnknownKey);
        }
        let plain = unhex(plain).filter(|_| at == name(place));
        plain.map(Secret::new).ok_or(VaultError::Damaged)
    }

    /// Not SHA-256. The texts of tests have different digests.
    fn digest(&self, text: &str) -> Fingerprint {
        let mut state = [0_u8; 32];
        for (place, byte) in text.bytes().enumerate() {
            let slot = &mut state[place % 32];
            *slot = slot.wrapping_mul(31).wrapping_add(byte).rotate_left(3);
        }
        Fingerprint::new(state)
    }

    fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.as_str().split(':').nth(1) == Some(self.current)
    }
}

fn name(place: &SecretPlace) -> String {
    match place {
        SecretPlace::RouterPassword(_, router) => format!("password/{router}"),
        SecretPlace::ConektaPrivateKey(company) => format!("conekta/{company}"),
        SecretPlace::GuestSecret(_, purchase) => format!("guest/{purchase}"),
        SecretPlace::TelegramBotToken(company) => format!("telegram/{company}"),
        SecretPlace::MercadoPagoAccessToken(company) => format!("mercado-pago/{company}"),
        SecretPlace::MercadoPagoWebhookSecret(company) => format!("mercado-pago-webhook/{company}"),
    }
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn unhex(text: &str) -> Option<String> {
    let pairs = text.as_bytes().chunks(2).map(str::from_utf8);
    let bytes = pairs.map(|pair| u8::from_str_radix(pair.ok()?, 16).ok()).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::{a_company, a_router};

    #[test]
    fn a_secret_opens_only_in_its_place_and_by_a_known_key() {
        let place = a_router().build().password_place();
        let elsewhere = SecretPlace::ConektaPrivateKey(a_company().build().id);
        let secret = Secret::new("contraseña: x".into());
        let sealed = FakeVault::default().encrypt(&secret, &place).unwrap();
        assert!(!sealed.as_str().contains("contrase"));
        assert_eq!(FakeVault::default().decrypt(&sealed, &place), Ok(secret.clone()));
        assert_eq!(FakeVault::default().decrypt(&sealed, &elsewhere), Err(VaultError::Damaged));
        assert_eq!(FakeVault::default().decrypt(&Sealed::new("plain".into()), &place), Err(VaultError::Damaged));
        assert_eq!(FakeVault::new("k2", &[]).decrypt(&sealed, &place), Err(VaultError::UnknownKey));

        let rotated = FakeVault::new("k2", &["k1"]);
        assert_eq!(rotated.decrypt(&sealed, &place), Ok(secret));
        assert!(FakeVault::default().is_current(&sealed) && !rotated.is_current(&sealed));
    }
}
