//! Payment gateways, for tests.

mod fake_gateway;

pub use fake_gateway::FakeGateway;
