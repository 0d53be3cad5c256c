//! Simulators of Conekta (API 2.3.0), Mercado Pago and Telegram: their HTTP APIs on loopback.
//!
//! Test cards decide what becomes of a payment. There are 3DS, refunds, chargebacks, signed webhooks and faults on demand.
//!
//! Behaviour comes from the published specifications in `specs/` and the gateways' documentation. No account was
//! available to compare with: every guess is listed in [`ASSUMPTIONS`] and can be switched. Start a gateway with
//! [`Conekta::start`], [`MercadoPago::start`] or [`Telegram::start`], or all three with the program `gateways-sim`.
//!
//! # Cards
//! | Gateway | Card | Outcome |
//! |---|---|---|
//! | Conekta | 4242424242424242, 4012888888881881, 5555555555554444, `tok_test_visa_4242` ... | paid |
//! | | 4000000000000002, `tok_test_card_declined` | declined by the bank |
//! | | 4000000000009995, `tok_test_insufficient_funds` | insufficient funds |
//! | | 4000000000001091 | 3DS asks the cardholder, if the order has `three_ds_mode` and `return_url` |
//! | | 4000000000002701, 4000000000000127 | 3DS passes without a question, 3DS declines |
//! | | 4000000000000036 | pending until a test turns it |
//! | | 4000000000000044, ...0051, ...0069 | not supported, call the issuer, suspicious |
//! | | any other number with a right check digit | paid |
//! | Mercado Pago | cardholder `APRO`, `OTHE`, `CONT`, `CALL`, `FUND`, `SECU`, `EXPI`, `FORM` ... | as in Mercado Pago's test cards |
//! | | cardholder `CHAL` (the simulator's own) | 3DS asks the cardholder, if the payment has `three_d_secure_mode` |
//!
//! # Card scripts
//! Browsers get stand-ins of the gateways' card scripts: `/v1.0/js/conekta-checkout.min.js` at Conekta, `/js/v2` at
//! Mercado Pago. They have the names and callbacks of the originals and make tokens at the simulator.
//!
//! # Control endpoints
//! Each gateway serves them on its own port. Bodies are JSON. Faults do not touch them.
//!
//! | Endpoint | Body | Effect |
//! |---|---|---|
//! | GET `/_sim/charges?of=TEXT` | | orders or payments, all or those of a reference |
//! | GET, DELETE `/_sim/requests` | | the requests with their responses; forgets them |
//! | GET, POST, DELETE `/_sim/faults` | `{"fault": "drop:after@POST /orders*2"}` | counts, arms, disarms ([`Armed`] has the form) |
//! | POST `/_sim/thinking` | `{"milliseconds": 3000}` | how long each change takes |
//! | POST `/_sim/clock` | `{"advance_seconds": 60}` | moves the clock |
//! | GET, POST `/_sim/webhooks` | `{"receiver": "[KEY=]URL"}` | attempts so far; adds a receiver on loopback |
//! | POST `/_sim/webhooks/hold`, `/_sim/webhooks/release` | `{"reversed": true}` | keeps webhooks back; sends them |
//! | POST `/_sim/webhooks/copies`, `/forge`, `/again` | `{"copies": 2}`, `{"forged": true}`, `{"event": "ID"}` | duplicates, forges, sends again |
//! | POST `/_sim/orders/ID/turn` | `{"to": "paid"}`, `declined`, `declined_by_3ds`, `expired` | settles a pending order (Conekta) |
//! | POST `/_sim/orders/ID/refund`, `/chargeback` | `{"amount": CENTS}` or `{}` | as in the gateway's panel (Conekta) |
//! | POST `/_sim/payments/ID/turn` | `{"to": "approved", "detail": "accredited"}` | another status (Mercado Pago) |
//! | POST `/_sim/payments/ID/refund`, `/chargeback` | `{"amount": CENTS}` or `{}` | as in the gateway's panel (Mercado Pago) |
//! | POST `/_sim/refunds`, `/_sim/payments/ID/settle-refunds` | `{"as": "in_process"}` | what becomes of later refunds; settles those in process (Mercado Pago) |
//! | POST `/_sim/secrets` | `{"account": "TEST-...", "secret": "..."}` | signs an account's webhooks by its own secret (Mercado Pago) |
//! | GET `/_sim/messages` | | messages sent (Telegram) |
//! | POST `/_sim/chats/block`, `/_sim/chats/forget` | `{"chat": "7", "blocked": true}` | 403, or 400, for that chat (Telegram) |
//!
//! # Example
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

pub use assumptions::{ASSUMPTIONS, Assumption, Assumptions, DOCUMENTED, Point};
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

use portero_sim_kit::lock;
