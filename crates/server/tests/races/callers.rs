//! Captive portals that call and call, while something ends their key.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
};

use portero_application::portal::AdmitPortalError;
use portero_domain::ports::{ApiKeyToken, Refusal};
use tokio::task::JoinHandle;

use super::world::{MaySayBusy, World};

const CALLERS: usize = 64;

/// Callers with one key, in every service, until they are refused after its end.
pub(crate) struct Callers {
    /// Whether what ends the key has been answered.
    ended: Arc<AtomicBool>,
    calls: Vec<JoinHandle<Refusal>>,
    admitted: Arc<AtomicI64>,
    too_late: Arc<AtomicI64>,
}

impl Callers {
    /// Callers who have all begun.
    pub(crate) async fn of(world: &World, token: &ApiKeyToken) -> Self {
        let (ended, admitted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
        let too_late = Arc::new(AtomicI64::new(0));
        let calls = (0..CALLERS).map(|turn| {
            let (service, token) = (world.service(turn), token.clone());
            let (ended, admitted, too_late) = (Arc::clone(&ended), Arc::clone(&admitted), Arc::clone(&too_late));
            tokio::spawn(async move {
                loop {
                    let is_late = ended.load(SeqCst);
                    match service.portal.admit.execute(token.expose()).await {
                        Ok(_) => {
                            admitted.fetch_add(1, SeqCst);
                            too_late.fetch_add(i64::from(is_late), SeqCst);
                        }
                        Err(AdmitPortalError::Refused(refusal)) if is_late => return refusal,
                        Err(AdmitPortalError::Refused(_)) => {}
                        Err(error) if error.is_busy() => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        });
        let callers = Self { calls: calls.collect(), ended, admitted, too_late };
        while callers.admitted.load(SeqCst) < 200 {
            tokio::task::yield_now().await;
        }
        callers
    }

    /// What ends the key has been answered: each caller is refused for this reason from now on. Answers how many calls
    /// were admitted before.
    pub(crate) async fn all_refused_with(self, reason: Refusal) -> i64 {
        self.ended.store(true, SeqCst);
        for call in self.calls {
            assert_eq!(call.await.unwrap(), reason);
        }
        assert_eq!(self.too_late.load(SeqCst), 0, "calls that began after the answer were admitted");
        self.admitted.load(SeqCst)
    }
}
