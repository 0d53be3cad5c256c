use std::collections::BTreeMap;

use portero_domain::{
    company::Company,
    ports::{SealedSecret, SealedSecrets, SecretPlace, Stored},
    purchase::Purchase,
    secret::Sealed,
};

use crate::memory::{tables::Tables, transaction::MemoryTransaction};

impl SealedSecrets for MemoryTransaction<'_> {
    fn after(&mut self, place: Option<&SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
        self.step(|tables| {
            let secrets = secrets(tables).into_iter().filter(|(at, _)| place.is_none_or(|place| at > place));
            let secrets = secrets.take(limit.into());
            Ok(secrets.map(|(place, sealed)| SealedSecret { place, sealed: sealed.clone() }).collect())
        })
    }

    fn replace(&mut self, old: &SealedSecret, new: &Sealed) -> Stored<bool> {
        self.step(|tables| {
            let slot = secrets(tables).remove(&old.place).filter(|sealed| **sealed == old.sealed);
            Ok(slot.map(|sealed| sealed.clone_from(new)).is_some())
        })
    }
}

/// Every sealed secret, by its place.
fn secrets(tables: &mut Tables) -> BTreeMap<SecretPlace, &mut Sealed> {
    let mut secrets = BTreeMap::new();
    for router in &mut tables.routers {
        secrets.insert(router.password_place(), &mut router.credentials.password);
    }
    for Company { id, conekta, mercado_pago, telegram, .. } in &mut tables.companies {
        let kept = [
            (SecretPlace::ConektaPrivateKey(id.clone()), conekta.private_key.as_mut()),
            (SecretPlace::TelegramBotToken(id.clone()), telegram.bot_token.as_mut()),
            (
                SecretPlace::MercadoPagoAccessToken(id.clone()),
                mercado_pago.access.as_mut().map(|access| &mut access.token),
            ),
            (SecretPlace::MercadoPagoWebhookSecret(id.clone()), mercado_pago.webhook_secret.as_mut()),
        ];
        secrets.extend(kept.into_iter().filter_map(|(place, sealed)| Some((place, sealed?))));
    }
    for row in &mut tables.purchases {
        let Purchase { order, guest, .. } = &mut row.purchase;
        let place = SecretPlace::GuestSecret(order.company.clone(), order.reference.clone());
        secrets.insert(place, guest.secret_mut());
    }
    secrets
}
