//! What watching a step costs: the events that an engine announces for it, beside an engine's cheapest step.
//!
//! `cargo xtask bench` runs this and takes medians.

use std::{hint::black_box, sync::Arc, time::Duration, time::Instant};

use aos_metrics::{Exporter, MetricsOptions};
use aos_spec::{
    Money, RunId, SkillId, StepId, StepIndex, StepResult, Timestamp,
    port::{Clock, RunEvent, RunObserver},
};
use serde_json::Value;

const N_STEPS: usize = 200_000;

struct Wall(Instant);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(0).saturating_add(self.0.elapsed())
    }
}

fn main() {
    report("free steps", &Money::ZERO, 1);
    let cost = Money::from_micro_cents(1_234).unwrap_or(Money::ZERO);
    report("steps that cost something, of one id", &cost, 1);
    report("steps that cost something, of ever new ids", &cost, 10_000);
    render();
}

#[expect(clippy::print_stdout, reason = "`cargo xtask bench` reads it")]
fn report(name: &str, cost: &Money, n_ids: usize) {
    let exporter = Exporter::new(Arc::new(Wall(Instant::now())), &MetricsOptions::default());
    let metrics = exporter.metrics();
    let results: Vec<_> = (0..n_ids)
        .filter_map(|n| result(&format!("step{n}"), *cost))
        .collect();
    let skills: Vec<SkillId> = (0..20).filter_map(|n| format!("skill{n}").parse().ok()).collect();
    let Ok(run_id) = "run-1".parse::<RunId>() else {
        return;
    };
    let began = Instant::now();
    for (n, result) in results.iter().cycle().take(N_STEPS).enumerate() {
        observe_step(metrics, &run_id, &skills[n % skills.len()], result);
    }
    let micros = began.elapsed().as_secs_f64() * 1e6 / N_STEPS as f64;
    black_box(exporter.render());
    println!(
        "AOS-BENCH {{\"name\":\"observing {name}\",\"unit\":\"us/step\",\"value\":{micros:.3},\
         \"bound\":1.0,\"bound_kind\":\"max\"}}"
    );
}

/// Announces what an engine announces for a step that writes for itself.
fn observe_step(metrics: &dyn RunObserver, run_id: &RunId, skill_id: &SkillId, result: &StepResult) {
    let (step_id, duration) = (&result.step_id, Duration::from_micros(321));
    metrics.observe(black_box(&RunEvent::AttemptStarted {
        run_id,
        step_id,
        skill_id,
        attempt: 1,
    }));
    metrics.observe(black_box(&RunEvent::AttemptFinished {
        run_id,
        step_id,
        skill_id,
        attempt: 1,
        duration,
        cost: result.cost_cents,
        error_code: None,
    }));
    metrics.observe(black_box(&RunEvent::StepCommitted {
        run_id,
        step_index: StepIndex(0),
        skill_id,
        result,
    }));
    metrics.observe(black_box(&RunEvent::CheckpointSaved {
        run_id,
        rows: 1,
        duration,
        error: None,
    }));
}

fn result(step_id: &str, cost: Money) -> Option<StepResult> {
    let mut result = StepResult::completed(step_id.parse::<StepId>().ok()?, Value::Null);
    result.cost_cents = cost;
    Some(result)
}

#[expect(clippy::print_stdout, reason = "`cargo xtask bench` reads it")]
fn render() {
    let exporter = Exporter::new(Arc::new(Wall(Instant::now())), &MetricsOptions::default());
    let Ok(run_id) = "run-1".parse::<RunId>() else {
        return;
    };
    for n in 0..1_000 {
        let ids = (
            format!("skill{n}").parse(),
            result(
                &format!("step{n}"),
                Money::from_micro_cents(n).unwrap_or_default(),
            ),
        );
        if let (Ok(skill_id), Some(result)) = ids {
            observe_step(exporter.metrics(), &run_id, &skill_id, &result);
        }
    }
    let began = Instant::now();
    let n_rounds = 20;
    for _ in 0..n_rounds {
        black_box(exporter.render());
    }
    let millis = began.elapsed().as_secs_f64() * 1e3 / f64::from(n_rounds);
    println!(
        "AOS-BENCH {{\"name\":\"rendering as many series as there can be\",\"unit\":\"ms\",\"value\":{millis:.3},\
         \"bound\":50.0,\"bound_kind\":\"max\"}}"
    );
}
