//! Logging in and out.

pub(crate) mod change_password;
pub(crate) mod log_in;
pub(crate) mod log_out;
