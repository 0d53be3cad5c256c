//! The contract suite, over the store in memory.

use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::ports::{Gate, UnitOfWork};
use portero_testkit::{InMemory, contract::Harness, contract_tests};
use time::Duration;

struct Memory(InMemory);

#[async_trait]
impl Harness for Memory {
    fn storage(&self) -> Arc<dyn UnitOfWork> {
        Arc::new(self.0.clone())
    }

    fn gate(&self) -> Arc<dyn Gate> {
        Arc::new(self.0.clone())
    }

    async fn pass_time(&self, span: Duration) {
        self.0.pass_time(span);
    }
}

async fn make_harness() -> Memory {
    Memory(InMemory::new())
}

contract_tests!(make_harness);

#[test]
fn every_contract_is_in_the_suite() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let suite = std::fs::read_to_string(folder.join("contract.rs")).unwrap();
    let (_, suite) = suite.split_once("macro_rules! contract_tests").unwrap();
    let modules = |folder: std::path::PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let areas = modules(folder.clone()).map(|area| area.join("contract.rs")).filter(|path| path.exists());
    let mut contracts = 0;
    for path in areas.chain(modules(folder.join("contract"))) {
        let port = match path.parent().unwrap().file_name().unwrap().to_str().unwrap() {
            "contract" => path.file_stem().unwrap().to_str().unwrap(),
            // The adapter of the routers runs these, not a store.
            "hotspot" => continue,
            "portal" => "gate",
            "health" => "router_healths",
            "notifications" => "notices",
            "system" => "sealed_secrets",
            "webhooks" => "webhook_events",
            area => area,
        };
        let (_, of_port) = suite.split_once(&format!(" {port} {{")).unwrap();
        let (of_port, _) = of_port.split_once('}').unwrap();
        let source = std::fs::read_to_string(&path).unwrap();
        for line in source.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let (contract, _) = line.split_once('(').unwrap();
            assert!(of_port.contains(&format!(" {contract},")), "{port}::{contract} is not run");
            contracts += 1;
        }
    }
    assert!(contracts > 60, "{contracts}");
}
