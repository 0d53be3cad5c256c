//! Simulators of Conekta (API 2.3.0), Mercado Pago and Telegram: their HTTP APIs on loopback, with cards that decide the
//! outcome, 3DS, refunds, chargebacks, signed webhooks, and every fault on demand.
//!
//! Behaviour comes from the published specifications in `specs/` and the gateways' documentation. No account was
//! available to compare with: every guess is listed in [`ASSUMPTIONS`] and can be switched. Start a gateway with
//! [`Conekta::start`], [`MercadoPago::start`] or [`Telegram::start`], or all three with the program `gateways-sim`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use portero_gateways_sim::{Armed, Conekta, Fault, Settings, When};
//!
//! let gateway = Conekta::start(Settings::default()).await?;
//! gateway.faults().arm(Armed::once(Fault::Drop(When::After)).at("POST", "/orders"));
//! println!("ready at http://{}", gateway.address());
//! assert!(gateway.charges().is_empty());
//! # Ok(())
//! # }
//! ```

mod assumptions;
mod clock;
mod conekta;
mod engine;
mod faults;
mod ids;
mod journal;
mod mercado_pago;
mod money;
mod settings;
mod telegram;
mod webhooks;
mod wire;

pub use assumptions::{ASSUMPTIONS, Assumption, Assumptions, DOCUMENTED, Point, UnknownAssumption};
pub use clock::Clock;
pub use conekta::{Charge, Conekta, PUBLIC_KEY, Turn};
pub use faults::{Armed, FAULTS, Fault, Faults, NotAFault, When};
pub use ids::Ids;
pub use journal::Exchange;
pub use mercado_pago::{MercadoPago, Payment, RefundAnswer, Status};
pub use settings::{Settings, Target};
pub use telegram::{Message, Telegram};
pub use webhooks::{Delivery, Webhooks};
pub use wire::Request;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Holds a mutex. A thread that panicked while it held one leaves nothing half done here that would matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
