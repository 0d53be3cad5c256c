//! The whole service on a real PostgreSQL: races of its use cases, the program as a process, purchases in it,
//! the database going away.
//! `make test` brings the database; else `DATABASE_URL` names it.

#![cfg(test)]

mod faults;
mod process;
mod purchases;
mod races;
mod support;
