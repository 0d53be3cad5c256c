use actix_web::HttpRequest;
use portero_application::portal::{AdmitPortal, AdmitPortalError};
use portero_domain::ports::Admission;

use super::{Limits, visitor};
use crate::error::ApiResult;

impl Limits {
    /// Admits and counts a portal's call with what it presented as its key, unless too many came before.
    ///
    /// A call without a good key draws on its own bucket and on no other, so it costs nobody a call who has one, from the
    /// same address least of all: a whole hotel may have one. A good key is told by its signature, so strangers cannot
    /// make up keys to fill buckets with. Of those, only the gate can say which are revoked, and only by asking the
    /// database: a key that it refused pays in advance from then on, until it is admitted again. It is still the gate that
    /// refuses or admits it; nothing is known here of which keys are good.
    ///
    /// The address comes before the key: calls that are refused for their address must not use up a key for the others.
    pub(crate) async fn admit(
        &self,
        request: &HttpRequest,
        admit: &AdmitPortal,
        presented: ApiResult<&str>,
    ) -> ApiResult<Admission> {
        let visitor = visitor(request);
        let call = match presented.and_then(|key| Ok(admit.recognise(key)?)) {
            Ok(call) => call,
            Err(refusal) => {
                self.wrong_keys.take(&(visitor, None))?;
                return Err(refusal);
            }
        };
        let key = call.key.id.clone();
        let was_refused = self.refused_keys.has(&key);
        if was_refused {
            self.wrong_keys.take(&(visitor, Some(key.clone())))?;
        }
        self.addresses.take(&visitor)?;
        self.keys.take(&key)?;
        let answer = admit.admit(call).await;
        match &answer {
            Ok(_) if was_refused => self.refused_keys.forget(&key),
            Err(AdmitPortalError::Refused(_)) if !was_refused => {
                self.refused_keys.note(key.clone());
                self.wrong_keys.take(&(visitor, Some(key)))?;
            }
            _ => {}
        }
        Ok(answer?)
    }
}
