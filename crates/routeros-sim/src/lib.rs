//! A RouterOS simulator. It serves the API of a MikroTik router on real sockets, with a hotspot and the differences of
//! each version. Faults from the field can be turned on.
//!
//! Its behaviour comes from MikroTik's manual, from captures of real routers, or from reports. Everything else is a
//! guess: [`ASSUMPTIONS`] lists the guesses, and each can be switched. Start a simulator with [`Simulator::start`] or
//! the program `routeros-sim`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use portero_routeros_sim::{Armed, Fault, Settings, Simulator};
//!
//! let router = Simulator::start(Settings { profiles: vec!["1hora".into()], ..Settings::default() }).await?;
//! router.faults().arm(Armed::once(Fault::CutAfterCommit));
//! println!("ready at {}", router.address());
//! # Ok(())
//! # }
//! ```

mod assumptions;
mod clock;
mod command;
mod cost;
mod faults;
mod listing;
mod output;
mod query;
mod schema;
mod session;
mod settings;
mod shared;
mod simulator;
mod state;
mod tls;
mod transcript;
mod trap;
mod value;
mod version;

pub use assumptions::{ASSUMPTIONS, Assumption, Assumptions, Point};
pub use clock::Clock;
pub use cost::Costs;
pub use faults::{Armed, FAULTS, Fault, Faults, NotAFault};
pub use output::Fragmentation;
pub use settings::Settings;
pub use shared::Meters;
pub use simulator::Simulator;
pub use state::{Account, Active, Cookie, Host, LogLine, Network, NotANetwork, Policies, Profile, Router, User};
pub use transcript::{Entry, Event, Transcript};
pub use trap::Trap;
pub use value::Value;
pub use version::{NotAVersion, Version};

use portero_sim_kit::lock;
