//! What a policy costs: a check alone, a step with and without one, a step whose idempotency key is remembered, and the time
//! in which an emergency stop takes effect. `cargo xtask bench policy` runs this and takes medians.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a measurement fails by panicking, and its numbers are small"
)]

#[allow(dead_code, reason = "the benchmarks share it, and none uses every bound")]
#[path = "../engine/report.rs"]
mod report;
mod scene;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use aos_policy::CheckContext;
use aos_spec::{AgentId, Effect, RunStatus, SkillManifest, port::StepPolicy};

use self::{
    report::{Bound, report},
    scene::{Scene, agent, chain, enforcer, run},
};

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        check().await;
        step_in_memory().await;
        durable_step().await;
        keyed_effect().await;
        emergency_stop().await;
    });
}

/// One check in which every rule looks, and the run holds what it needs.
async fn check() {
    let scene = Scene::in_memory();
    let plan = chain(50, "pure", None);
    let enforcer = enforcer(&scene);
    let (step, agent): (_, AgentId) = (&plan.spec().steps[20], agent());
    let manifest = SkillManifest::new("pure".parse().expect("valid"), "1", Effect::Pure);
    let run_id = scene.start(&plan).await;
    let mut context = CheckContext::new(&run_id, plan.spec());
    context.skill = Some(&manifest);
    let ask = async |n_checks: u32| {
        for _ in 0..n_checks {
            let result = enforcer
                .check_can_execute(step, black_box(&context), Some(&agent))
                .await;
            assert!(result.is_allowed(), "{}", result.explain());
        }
    };
    ask(1_000).await;
    let n_checks = 200_000;
    let began = Instant::now();
    ask(n_checks).await;
    let micros = began.elapsed().as_secs_f64() * 1e6 / f64::from(n_checks);
    report(
        "a check without a store round trip",
        "us",
        micros,
        None,
        Bound::Max(5.0),
    );
    enforcer.forget(&run_id);
}

/// Runs the same workflow with and without a policy, in turn, and returns the microseconds of a step of each.
async fn in_turn(
    scene: &Scene,
    skill: &'static str,
    has_keys: bool,
    n_steps: usize,
    n_turns: u32,
) -> (f64, f64) {
    let mut sums = [0.0, 0.0];
    for turn in 0..=n_turns {
        for (sum, has_policy) in sums.iter_mut().zip([true, false]) {
            let keys = has_keys.then(|| format!("turn-{turn}"));
            let plan = chain(n_steps, skill, keys.as_deref());
            let began = Instant::now();
            let result = run(scene, &plan, has_policy).await;
            assert_eq!(result.status, RunStatus::Completed, "{:?}", result.error);
            // The first turn warms up.
            if turn > 0 {
                *sum += began.elapsed().as_secs_f64() * 1e6 / n_steps as f64;
            }
        }
    }
    (sums[0] / f64::from(n_turns), sums[1] / f64::from(n_turns))
}

async fn step_in_memory() {
    let (with, without) = in_turn(&Scene::in_memory(), "pure", false, 2_000, 5).await;
    let floor = Some(("without a policy", without));
    report(
        "a step in memory under a policy",
        "us/step",
        with,
        floor,
        Bound::Max(15.0),
    );
}

async fn durable_step() {
    let scene = Scene::in_file().await;
    let (with, without) = in_turn(&scene, "pure", false, 400, 8).await;
    let floor = Some(("without a policy", without));
    report(
        "a durable step under a policy",
        "us/step",
        with,
        floor,
        Bound::MaxRatio(1.1),
    );
    scene.close().await;
}

/// The claim of a key is durable before the effect, which costs a flush of its own.
async fn keyed_effect() {
    let scene = Scene::in_file().await;
    let (with, without) = in_turn(&scene, "idempotent", true, 200, 8).await;
    let floor = Some(("without a policy", without));
    report(
        "an effect whose idempotency key is remembered",
        "us/step",
        with,
        floor,
        Bound::MaxRatio(2.2),
    );
    scene.close().await;
}

/// From the stop in one handle of a file to the end of a run in another; the slowest of five.
async fn emergency_stop() {
    let scene = Scene::in_file().await;
    let other = scene.another_handle().await;
    let mut slowest = Duration::ZERO;
    for number in 0..5 {
        let stopped = scene
            .stop_a_long_step(&other, Duration::from_millis(100 + 90 * number))
            .await;
        slowest = slowest.max(stopped);
    }
    let millis = slowest.as_secs_f64() * 1e3;
    report(
        "an emergency stop ends a long step",
        "ms",
        millis,
        None,
        Bound::Max(1000.0),
    );
    scene.close().await;
    other.close().await;
}
