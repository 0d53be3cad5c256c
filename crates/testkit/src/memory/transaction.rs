use portero_domain::{
    Timestamp,
    ports::{
        ApiKeys, Companies, Logos, Notices, Processes, Products, Purchases, Reconciliations, RouterHealths, Routers,
        SealedSecrets, Sessions, Storage, Stored, Users, WebhookEvents,
    },
};

use super::{
    faults::Faults,
    tables::{Tables, refused},
};

/// A transaction under way: the copy it works on. It plays every repository.
#[derive(Debug)]
pub(crate) struct MemoryTransaction<'a> {
    tables: Tables,
    faults: &'a mut Faults,
    now: Timestamp,
    broken: bool,
}

impl<'a> MemoryTransaction<'a> {
    pub(crate) fn begin(tables: Tables, faults: &'a mut Faults, now: Timestamp) -> Self {
        Self { tables, faults, now, broken: false }
    }

    /// The time, by the store's clock.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// One step. After a failure nothing more is taken, as PostgreSQL has it: work that goes on regardless fails.
    pub(crate) fn step<T>(&mut self, act: impl FnOnce(&mut Tables) -> Stored<T>) -> Stored<T> {
        if self.broken {
            return refused("the transaction has failed before");
        }
        let answer = self.faults.strike().and_then(|()| act(&mut self.tables));
        self.broken = answer.is_err();
        answer
    }

    pub(crate) fn commit(mut self) -> Stored<Tables> {
        self.step(|_| Ok(()))?;
        Ok(self.tables)
    }
}

impl Storage for MemoryTransaction<'_> {
    fn companies(&mut self) -> &mut dyn Companies {
        self
    }

    fn routers(&mut self) -> &mut dyn Routers {
        self
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeys {
        self
    }

    fn users(&mut self) -> &mut dyn Users {
        self
    }

    fn sessions(&mut self) -> &mut dyn Sessions {
        self
    }

    fn products(&mut self) -> &mut dyn Products {
        self
    }

    fn purchases(&mut self) -> &mut dyn Purchases {
        self
    }

    fn processes(&mut self) -> &mut dyn Processes {
        self
    }

    fn router_healths(&mut self) -> &mut dyn RouterHealths {
        self
    }

    fn notices(&mut self) -> &mut dyn Notices {
        self
    }

    fn webhook_events(&mut self) -> &mut dyn WebhookEvents {
        self
    }

    fn logos(&mut self) -> &mut dyn Logos {
        self
    }

    fn reconciliations(&mut self) -> &mut dyn Reconciliations {
        self
    }

    fn sealed_secrets(&mut self) -> &mut dyn SealedSecrets {
        self
    }
}
