//! Notices to companies: their content, and the records of those that are due.
//!
//! A [`NewNotice`] is stored in the transaction that makes it due. It names its [`Occasion`] and holds no text and no
//! secret. The [`Message`] is built when the notice is sent.

mod message;
mod notice;
mod occasion;

pub use message::{GuestAccess, Message, PurchaseNews, PurchaseNotice, RouterNews};
pub use notice::{NewNotice, Notice, NoticeId, NoticeOutcome};
pub use occasion::{DaysLeft, Occasion, PurchaseEvent, RouterEvent};
