//! Rivals at the same moment, in several services on one database.

mod callers;
mod edits;
mod guests;
mod keys;
mod people;
mod products;
mod world;
