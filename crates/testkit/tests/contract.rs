//! The contract suite, over the store in memory.

use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::{
    ports::{Gate, UnitOfWork},
    purchase::Purchase,
};
use portero_testkit::{InMemory, contract::Harness, contract_tests};

struct Memory(InMemory);

#[async_trait]
impl Harness for Memory {
    fn storage(&self) -> Arc<dyn UnitOfWork> {
        Arc::new(self.0.clone())
    }

    fn gate(&self) -> Arc<dyn Gate> {
        Arc::new(self.0.clone())
    }

    async fn seed_purchase(&self, purchase: &Purchase) {
        let _ = self.0.clone().with_purchase(purchase.clone());
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
    let is_of_stores = |path: &std::path::Path| !path.ends_with("hotspot.rs");
    let mut contracts = 0;
    let files = std::fs::read_dir(folder.join("contract")).unwrap().map(|file| file.unwrap().path());
    for path in files.filter(|path| is_of_stores(path)) {
        let port = path.file_stem().unwrap().to_str().unwrap();
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
