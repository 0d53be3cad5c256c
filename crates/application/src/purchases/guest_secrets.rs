use std::sync::Arc;

use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername},
    ports::{SecretPlace, Vault, VaultError},
    purchase::{GuestCredentials, GuestKind, Order, Purchase, SoldGuest},
    secret::Secret,
};

/// Encrypts and decrypts the hotspot users that are sold.
#[derive(Clone)]
pub(crate) struct GuestSecrets {
    pub(crate) vault: Arc<dyn Vault>,
}

impl GuestSecrets {
    /// The hotspot user of this order with these credentials.
    pub(crate) fn encrypt(
        &self,
        order: &Order,
        kind: GuestKind,
        credentials: &GuestCredentials,
    ) -> Result<SoldGuest, VaultError> {
        let GuestCredentials { name, password } = credentials;
        let encrypt = |text: String| self.vault.encrypt(&Secret::new(text), &place(order));
        Ok(match kind {
            GuestKind::UserAndPassword => SoldGuest::UserAndPassword {
                name: name.clone(),
                password: encrypt(password.expose().shown().into_owned())?,
            },
            GuestKind::Pin => {
                let digits = name.as_str().len().saturating_sub(2);
                let last_digits = name.as_str().get(digits..).unwrap_or_default().to_owned();
                SoldGuest::Pin { last_digits, name: encrypt(name.as_str().to_owned())? }
            }
        })
    }

    /// The name and the password of a purchase's hotspot user.
    pub(crate) fn decrypt(&self, purchase: &Purchase) -> Result<GuestCredentials, VaultError> {
        let secret = self.vault.decrypt(purchase.guest.secret(), &place(&purchase.order))?;
        let damaged = |_| VaultError::Damaged;
        Ok(match &purchase.guest {
            SoldGuest::UserAndPassword { name, .. } => {
                let password = HotspotPassword::parse(secret.expose()).map_err(damaged)?;
                GuestCredentials { name: name.clone(), password }
            }
            SoldGuest::Pin { .. } => {
                let name = HotspotUsername::parse(secret.expose()).map_err(damaged)?;
                GuestCredentials { name, password: HotspotPassword::none() }
            }
        })
    }
}

fn place(order: &Order) -> SecretPlace {
    SecretPlace::GuestSecret(order.company.clone(), order.reference.clone())
}
