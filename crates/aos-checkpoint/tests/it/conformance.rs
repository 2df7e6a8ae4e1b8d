//! Every store keeps the contract.

use std::collections::BTreeSet;

use aos_checkpoint::conformance;

use crate::support::{InFile, InMemory};

#[tokio::test]
async fn the_store_in_memory_keeps_every_clause() {
    conformance::run(async || InMemory::new()).await;
}

#[tokio::test]
async fn the_store_in_a_file_keeps_every_clause() {
    conformance::run(async || InFile::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_a_file_keeps_every_clause_on_two_threads() {
    conformance::run(async || InFile::new()).await;
}

#[test]
fn clauses_have_different_names() {
    let names: Vec<&str> = conformance::clauses().collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}
