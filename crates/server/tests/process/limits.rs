//! Limits hold unless they are turned off, and all threads of a process count together.

use portero_adapters::postgres::testing::TestDatabase;

use crate::support::program::Program;

const CONFIG: &str = "/api/v1/config/public";

/// How this many calls without a good key are answered, each over a connection of its own.
fn statuses(program: &Program, calls: usize) -> Vec<u16> {
    let server = program.serve();
    (0..calls).map(|_| server.client().with_key("jwt_x").get(CONFIG).status).collect()
}

#[test]
fn the_threads_of_a_process_count_together() {
    let database = TestDatabase::empty();
    let program = Program::serving(&database).without("RATE_LIMITS").with("RATE_LIMIT_WRONG_KEY", "1/h burst 5");
    assert_eq!(statuses(&program, 8), [401, 401, 401, 401, 401, 429, 429, 429]);
}

#[test]
fn limits_that_are_off_limit_nobody() {
    let database = TestDatabase::empty();
    let program = Program::serving(&database).with("RATE_LIMITS", "off").with("RATE_LIMIT_WRONG_KEY", "1/h burst 5");
    assert_eq!(statuses(&program, 8), [401; 8]);
}
