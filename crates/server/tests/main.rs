//! The whole service on a real PostgreSQL: races of its use cases, the program as a process, the database going away.
//! `make test` brings the database; else `DATABASE_URL` names it.

#![cfg(test)]

mod faults;
mod process;
mod races;
mod support;
