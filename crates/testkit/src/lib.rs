//! Clocks, ids, an in-memory store and the contracts that every store must keep, for tests.
