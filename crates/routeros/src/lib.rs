//! The API of MikroTik routers (RouterOS 6 and 7, ports 8728 and 8729). This crate does not depend on Portero.
//!
//! # Layers
//! - [`proto`] does no I/O. A [`Decoder`](proto::Decoder) with limits finds sentences in bytes, however the bytes are
//!   split. In a [`Command`](proto::Command) a value always stays a value. A [`Reply`](proto::Reply) is read wherever
//!   its tag and attributes are. Text stays bytes until the caller reads it in a [`Charset`](proto::Charset), because
//!   routers do not name theirs (`F9`).
//! - [`value`] reads and writes the values in texts: booleans, durations, hardware addresses, versions.
//! - [`Class`] sorts error texts by what a caller can do.
//! - [`client`] is a connection on tokio. One task writes and one reads. Commands are pipelined by tags: 16 at the
//!   router and 64 waiting. A further one fails at once.
//!
//! # How a command ends
//! [`execute`](client::Connection::execute) returns an [`Answer`](client::Answer) or one of three failures. They differ
//! in what may have happened on the router:
//!
//! | | what happened | what to do |
//! |---|---|---|
//! | [`Rejected`](client::Failure::Rejected) | nothing: the router refused | look at the [`Class`] |
//! | [`NotSent`](client::Failure::NotSent) | nothing: it never left | send it again |
//! | [`Unknown`](client::Failure::Unknown) | perhaps everything | repeat a read; after a write, look first |
//!
//! Every wait has a timeout. A command after its deadline, or with a dropped future, is cancelled on the router, and
//! its tag is not used again. If the router does not end it within [`Options::cancel`](client::Options::cancel), the
//! connection is closed. The size of words, sentences and replies is limited. A closed connection stays closed and
//! gives the reason ([`Closed`](client::Closed)). The caller reconnects.
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
//! A router is identified by the SHA-256 of its certificate. [`probe_certificate`](client::probe_certificate) reads it
//! and sends nothing else. [`Security::Pinned`](client::Security::Pinned) then accepts only that certificate, and only
//! with its key. An `api-ssl` service without a certificate offers anonymous Diffie-Hellman, which does not protect
//! against an attacker who can change the traffic. It is rejected
//! ([`ConnectError::NoCommonCipher`](client::ConnectError::NoCommonCipher)).
//!
//! # What it does not do
//! It connects to the given address. The caller decides whether that address is permitted, when to retry, and how many
//! connections a router gets. There is no REST and no `listen`: a reply is complete or there is none.

pub mod client;
mod failure;
pub mod proto;
pub mod value;

pub use failure::{Class, Trap};
