//! The hotspot of a router: its profiles, its users, the sessions of guests.

mod account;
mod guest;
mod mac;
mod paid_access;
mod profile;
mod user;

pub use account::{CreationMark, HotspotPassword, HotspotUsername, ProfileName};
pub use guest::{ActiveSession, GuestLogin, SessionsOf};
pub use mac::{InvalidMac, Mac};
pub use paid_access::{DeviceUser, PaidAccess, to_use};
pub use profile::Profile;
pub use user::{Allowance, HotspotUser, ItemId, NewHotspotUser, Usage, UserChange};
