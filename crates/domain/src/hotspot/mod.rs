//! The hotspot of a router: its profiles, its users, the sessions of guests.

mod account;
mod guest;
mod mac;
mod profile;
mod router_text;
mod sold_user;
mod user;

pub use account::{HotspotPassword, HotspotUsername, ProfileName};
pub use guest::{ActiveSession, GuestLogin, HotspotHost, SessionsOf};
pub use mac::{InvalidMac, Mac};
pub use profile::Profile;
pub use router_text::RouterText;
pub use sold_user::{Fold, SoldUser};
pub use user::{Allowance, HotspotUser, ItemId, NewHotspotUser, UnreadableValue, Usage, UserChange};
