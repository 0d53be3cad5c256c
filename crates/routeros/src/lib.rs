//! The API of MikroTik routers (RouterOS 6 and 7, ports 8728 and 8729), on its own: nothing here knows Portero.
//!
//! # Layers
//! - [`proto`] does no I/O: a [`Decoder`](proto::Decoder) with limits finds sentences in bytes however they are cut, a
//!   [`Command`](proto::Command) is built so that no value can become anything but a value, a
//!   [`Reply`](proto::Reply) is read wherever its tag and attributes are. Text stays bytes until someone asks for it
//!   in a [`Charset`](proto::Charset): routers do not say what theirs is.
//! - [`value`] reads and writes what routers put into text: yes and no, spans of time, hardware addresses, versions.
//! - [`Class`] sorts the texts of errors by what one can do about them.
//! - [`client`] is a connection on tokio. One task writes and one reads; commands are pipelined by tags, 16 at the
//!   router and 64 waiting, and one too many is told so at once.
//!
//! # How a command ends
//! [`execute`](client::Connection::execute) gives an [`Answer`](client::Answer), or one of three failures that differ
//! in what may have happened on the router:
//!
//! | | what happened | what to do |
//! |---|---|---|
//! | [`Rejected`](client::Failure::Rejected) | nothing: the router refused | look at the [`Class`] |
//! | [`NotSent`](client::Failure::NotSent) | nothing: it never left | send it again |
//! | [`Unknown`](client::Failure::Unknown) | perhaps everything | repeat a read; after a write, look first |
//!
//! Every wait has an end. A command whose time is over, or whose future is dropped, is cancelled on the router and its
//! tag is not used again; when the router does not end it within [`Options::cancel`](client::Options::cancel), the
//! connection is closed. What a router says is bounded: words, sentences, rows and bytes of an answer. A connection
//! that is closed stays so and says why ([`Closed`](client::Closed)); reconnecting is for the caller.
//!
//! # Example
//! ```no_run
//! use std::time::Duration;
//!
//! use portero_routeros::client::{Login, Options, Security, connect};
//! use portero_routeros::proto::{Charset, Command, Query};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What an operator confirmed after `probe_certificate`.
//! let pin = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".parse()?;
//! let login = Login::Plain { name: "svc", password: "secret" };
//! let router = connect("192.0.2.1:8729".parse()?, Security::Pinned(pin), &login, &Options::default()).await?;
//!
//! let users = Command::new("/ip/hotspot/user/print")
//!     .proplist(&[".id", "name", "profile", "comment"])
//!     .matching(!Query::equals("profile", "default"));
//! for user in router.execute(&users, Duration::from_secs(10)).await?.rows.iter() {
//!     let text = |name| user.get(name).and_then(|value| Charset::default().read(value)).unwrap_or_default();
//!     println!("{} ({}) {}", text("name"), text("profile"), text("comment"));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Encryption
//! A router is known by the SHA-256 of its certificate. [`probe_certificate`](client::probe_certificate) learns it
//! without sending anything else; [`Security::Pinned`](client::Security::Pinned) then accepts that certificate alone, and
//! only from who holds its key. An `api-ssl` service without a certificate offers anonymous Diffie-Hellman, which
//! does not protect from an attacker who can change the traffic. It is refused, with what to do on the router
//! ([`ConnectError::NoCommonCipher`](client::ConnectError::NoCommonCipher)).
//!
//! # What it does not do
//! It opens the address that it is given: whether one may connect there, when to try again, and how many connections a
//! router bears are for the caller. It speaks no REST, and no `listen`: an answer is complete or there is none.

pub mod client;
mod failure;
pub mod proto;
pub mod value;

pub use failure::{Class, Trap};
