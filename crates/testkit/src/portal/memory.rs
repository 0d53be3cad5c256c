use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    api_key::{ApiKey, ApiKeyParts, KeyStatus, Usage},
    ports::{Admission, AdmittedCompany, AdmittedRouter, Gate, GateError, PresentedKey, Refusal},
};

use crate::memory::{
    InMemory, State,
    tables::{KeyRow, Tables},
};

#[async_trait]
impl Gate for InMemory {
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError> {
        let State { tables, faults, .. } = &mut *self.state();
        faults.strike()?;
        Ok(admit(tables, &key, now)?)
    }
}

fn admit(tables: &mut Tables, presented: &PresentedKey, now: Timestamp) -> Result<Admission, Refusal> {
    let is_it = |row: &&mut KeyRow| {
        let parts = row.key.parts();
        (&parts.company, &parts.id, &parts.router) == (&presented.company, &presented.id, &presented.router)
            && row.fingerprint == presented.fingerprint
    };
    let row = tables.keys.iter_mut().find(is_it).ok_or(Refusal::Unknown)?;
    match row.key.status(now) {
        KeyStatus::Active => {}
        KeyStatus::Expired => return Err(Refusal::Expired),
        KeyStatus::Revoked { .. } => return Err(Refusal::Revoked),
    }
    let parts = row.key.parts().clone();
    let router = tables.routers.iter().find(|router| router.id == parts.router).ok_or(Refusal::Unknown)?;
    let company = tables.companies.iter().find(|company| company.id == parts.company).ok_or(Refusal::Unknown)?;
    if !company.active {
        return Err(Refusal::CompanyInactive);
    }
    // Requests may overtake each other, so the latest time is kept.
    let usage = Usage { count: parts.usage.count + 1, last_used: parts.usage.last_used.max(Some(now)) };
    row.key = ApiKey::restore(ApiKeyParts { usage, ..parts });
    Ok(Admission {
        key: presented.id.clone(),
        router: AdmittedRouter {
            id: router.id.clone(),
            name: router.name.clone(),
            location: router.location.clone(),
            active: router.active,
        },
        company: AdmittedCompany {
            id: company.id.clone(),
            name: company.name.clone(),
            conekta_public_key: company.conekta.public_key.clone(),
            has_conekta_private_key: company.conekta.private_key.is_some(),
            conekta_mode: company.conekta.mode,
            mercado_pago_public_key: company.mercado_pago.public_key.clone(),
        },
    })
}
