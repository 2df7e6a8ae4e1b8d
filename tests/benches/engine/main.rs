//! What a step costs: in memory, on SQLite alone, and with many runs at the same time; each beside a floor that is
//! measured in the same run. `cargo xtask bench` runs this and takes medians.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a measurement fails by panicking, and its numbers are small"
)]

mod floor;
mod load;
mod report;

use std::{sync::Arc, time::Instant};

use aos_engine::Durability;
use aos_spec::port::CheckpointStore;

use self::{
    load::{Load, memory},
    report::{Bound, report},
};

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        in_memory().await;
        one_run().await;
        many_runs(64, 50, 0.65).await;
        many_runs(512, 20, 0.60).await;
        short_runs().await;
        long_run().await;
        file_size().await;
        resume().await;
    });
}

/// Microseconds per step.
fn per_step(began: Instant, n_steps: usize) -> f64 {
    began.elapsed().as_secs_f64() * 1e6 / n_steps as f64
}

/// Steps per second.
fn per_second(began: Instant, n_steps: usize) -> f64 {
    n_steps as f64 / began.elapsed().as_secs_f64()
}

async fn in_memory() {
    let n_steps = 5_000;
    for (name, is_chain) in [("in memory, a chain", true), ("in memory, a fan-out", false)] {
        let load = Load::new(n_steps, is_chain);
        load.run(&memory(), Durability::BeforeEffects, 1).await;
        let began = Instant::now();
        load.run(&memory(), Durability::BeforeEffects, 1).await;
        report(name, "us/step", per_step(began, n_steps), None, Bound::Max(10.0));
    }
}

async fn one_run() {
    let n_steps = 400;
    let load = Load::new(n_steps, true);
    let folder = tempfile::tempdir().expect("a folder");
    let floor = floor::autocommit(folder.path(), n_steps).await;
    let store: Arc<dyn CheckpointStore> = load::sqlite(folder.path(), "every.db").await;
    load.run(&store, Durability::EveryStep, 1).await;
    let began = Instant::now();
    load.run(&store, Durability::EveryStep, 1).await;
    let every = per_step(began, n_steps);
    let floor = (floor + floor::autocommit(folder.path(), n_steps).await) / 2.0;
    let insert = Some(("one autocommit INSERT", floor));
    report(
        "one run, every step durable",
        "us/step",
        every,
        insert,
        Bound::MaxRatio(1.25),
    );
    let began = Instant::now();
    load.run(&store, Durability::BeforeEffects, 1).await;
    report(
        "one run, pure steps",
        "us/step",
        per_step(began, n_steps),
        insert,
        Bound::MaxRatio(0.5),
    );
}

async fn many_runs(n_runs: usize, n_steps: usize, least: f64) {
    let load = Load::new(n_steps, true);
    let folder = tempfile::tempdir().expect("a folder");
    let before = floor::group_commit(folder.path(), n_runs, n_steps).await;
    let store: Arc<dyn CheckpointStore> = load::sqlite(folder.path(), "many.db").await;
    load.run(&store, Durability::EveryStep, n_runs).await;
    let began = Instant::now();
    load.run(&store, Durability::EveryStep, n_runs).await;
    let value = per_second(began, n_runs * n_steps);
    let floor = (before + floor::group_commit(folder.path(), n_runs, n_steps).await) / 2.0;
    let name = format!("{n_runs} runs at the same time, every step durable");
    report(
        &name,
        "steps/s",
        value,
        Some(("the bare group-commit loop over the same rows", floor)),
        Bound::MinRatio(least),
    );
}

async fn short_runs() {
    let load = Load::new(5, true);
    let folder = tempfile::tempdir().expect("a folder");
    let store: Arc<dyn CheckpointStore> = load::sqlite(folder.path(), "short.db").await;
    load.run_some(&store, Durability::EveryStep, 200, 64).await;
    let began = Instant::now();
    load.run_some(&store, Durability::EveryStep, 200, 64).await;
    let value = per_second(began, 200 * 5);
    report(
        "200 runs of 5 steps, 64 at the same time",
        "steps/s",
        value,
        None,
        Bound::Min(10_000.0),
    );
}

async fn long_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let store: Arc<dyn CheckpointStore> = load::sqlite(folder.path(), "long.db").await;
    let (short, long) = (Load::new(100, true), Load::new(3_000, true));
    short.run(&store, Durability::EveryStep, 1).await;
    let mut shorts = 0.0;
    let began = Instant::now();
    for _ in 0..15 {
        short.run(&store, Durability::EveryStep, 1).await;
    }
    shorts += per_step(began, 1_500);
    let began = Instant::now();
    long.run(&store, Durability::EveryStep, 1).await;
    let value = per_step(began, 3_000);
    let began = Instant::now();
    for _ in 0..15 {
        short.run(&store, Durability::EveryStep, 1).await;
    }
    shorts += per_step(began, 1_500);
    let floor = Some(("a step of a run of 100", shorts / 2.0));
    report(
        "a step of a run of 3,000",
        "us/step",
        value,
        floor,
        Bound::MaxRatio(1.1),
    );
}

async fn file_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let file_store = load::sqlite(folder.path(), "size.db").await;
    let store: Arc<dyn CheckpointStore> = file_store.clone();
    let load = Load::new(1_000, true);
    load.run(&store, Durability::BeforeEffects, 20).await;
    let payload = load::payload(&store).await;
    file_store.close().await;
    let file = std::fs::metadata(folder.path().join("size.db"))
        .expect("the file is there")
        .len() as f64;
    report(
        "file size",
        "bytes",
        file,
        Some(("the payload", payload)),
        Bound::MaxRatio(1.5),
    );
}

async fn resume() {
    let folder = tempfile::tempdir().expect("a folder");
    let store: Arc<dyn CheckpointStore> = load::sqlite(folder.path(), "resume.db").await;
    let load = Load::new(10_000, true);
    let run_id = load.run_until_the_last_step(&store).await;
    let began = Instant::now();
    load.resume(&store, &run_id).await;
    let value = began.elapsed().as_secs_f64() * 1e3;
    report("resume of 10,000 steps", "ms", value, None, Bound::Max(100.0));
}
