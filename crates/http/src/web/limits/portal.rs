use actix_web::HttpRequest;
use portero_domain::ids::KeyId;

use super::{Exceeded, Limits, Visitor, visitor};

impl Limits {
    /// Counts a request of a portal without a good key.
    ///
    /// It draws on a bucket of its own, so it takes no request from portals with a good key. That matters most for those
    /// behind the same address, which may be a whole hotel.
    pub fn without_key(&self, request: &HttpRequest) -> Result<(), Exceeded> {
        self.wrong_keys.take(&(visitor(request), None))
    }

    /// Counts a request of a portal whose key has a good signature, before the gate decides about the key. Without the
    /// check of the signature, strangers could fill buckets with invented keys.
    ///
    /// Only the gate can say which keys are revoked, and only by asking the database. So a key that the gate rejected
    /// pays in advance from then on, until the gate admits it again. The gate alone decides: no limit knows which keys
    /// are good.
    ///
    /// The address comes before the key: requests that are refused for their address must not use up the key for others.
    pub fn portal(&self, request: &HttpRequest, key: &KeyId) -> Result<PortalCall<'_>, Exceeded> {
        let call = PortalCall {
            limits: self,
            visitor: visitor(request),
            key: key.clone(),
            was_rejected: self.refused_keys.has(key),
        };
        if call.was_rejected {
            call.pay_for_rejection()?;
        }
        self.addresses.take(&call.visitor)?;
        self.keys.take(key)?;
        Ok(call)
    }
}

/// A request that the gate may judge. The limits learn the gate's decision from it.
#[derive(Debug)]
pub struct PortalCall<'a> {
    limits: &'a Limits,
    visitor: Visitor,
    key: KeyId,
    was_rejected: bool,
}

impl PortalCall<'_> {
    /// Records that the gate admitted the key.
    pub fn admitted(self) {
        if self.was_rejected {
            self.limits.refused_keys.forget(&self.key);
        }
    }

    /// Records that the gate rejected the key.
    pub fn rejected(self) -> Result<(), Exceeded> {
        if self.was_rejected {
            return Ok(());
        }
        self.limits.refused_keys.note(self.key.clone());
        self.pay_for_rejection()
    }

    fn pay_for_rejection(&self) -> Result<(), Exceeded> {
        self.limits.wrong_keys.take(&(self.visitor, Some(self.key.clone())))
    }
}
