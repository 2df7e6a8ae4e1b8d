//! Whichever field of whichever event is changed, there is one difference, and it is there.

use std::sync::Arc;

use aos_golden::{
    CompareOptions,
    DifferenceKind::{self, Extra, Missing, SeedDrift, SpecDrift, StatusChanged, TypeChanged, ValueChanged},
    RecorderOptions, compare_golden,
};
use aos_spec::{
    Effect, ErrorCode, Money, RunStatus, Seed, StepStatus, derive_seed,
    journal::{RunError, RunHeader},
    port::StepRecord,
};
use serde_json::json;

use crate::support::{Run, TickingClock};

type Expected<'a> = &'a [(DifferenceKind, &'a str)];

#[test]
fn each_field_of_each_event_counts_once() {
    let run = Run::with_everything("r1");
    let expected = run.golden();
    let mut strict = CompareOptions::default();
    strict.ignore_timestamps = false;
    let check = |name: &str, change: &dyn Fn(&mut Run), expect: Expected<'_>| {
        let mut changed = run.clone();
        change(&mut changed);
        let found = compare_golden(&changed.golden(), &expected, &strict).unwrap();
        // A result that differs has another hash as well; everything else must not.
        let found = found.iter().filter(|found| found.pointer != "/3/checkpoint_hash");
        let found: Vec<_> = found.map(|found| (found.kind, found.pointer.as_str())).collect();
        assert_eq!(found, expect, "{name}");
    };
    let header = |change: fn(&mut RunHeader)| move |run: &mut Run| change(&mut run.start.header);
    check("nothing", &|_| {}, &[]);
    check(
        "agent_id",
        &header(|h| h.agent_id = None),
        &[(Missing, "/0/agent_id")],
    );
    check(
        "engine_version",
        &header(|h| h.engine_version = "2".into()),
        &[(ValueChanged, "/0/engine_version")],
    );
    check(
        "inputs",
        &header(|h| drop(h.inputs.insert("n".into(), json!("3")))),
        &[(TypeChanged, "/0/inputs/n")],
    );
    check(
        "policy_hash",
        &header(|h| h.policy_hash = None),
        &[(Missing, "/0/policy_hash")],
    );
    check(
        "replay",
        &|run| run.start.replay = true,
        &[(ValueChanged, "/0/replay")],
    );
    check(
        "run_id",
        &header(|h| h.run_id = "r2".parse().unwrap()),
        &[(ValueChanged, "/0/run_id")],
    );
    check("seed", &header(|h| h.seed = Seed(1)), &[(SeedDrift, "/0/seed")]);
    check(
        "skill_versions",
        &header(|h| h.skill_versions.clear()),
        &[(Missing, "/0/skill_versions/echo")],
    );
    check(
        "spec_id",
        &header(|h| h.workflow_id = "x".parse().unwrap()),
        &[(SpecDrift, "/0/spec_id")],
    );

    let step = |change: fn(&mut StepRecord)| move |run: &mut Run| change(&mut run.steps[1]);
    check(
        "effect",
        &step(|s| s.effect = Effect::Read),
        &[(ValueChanged, "/2/effect")],
    );
    check(
        "error",
        &step(|s| s.result.error = Some("x".into())),
        &[(ValueChanged, "/2/error")],
    );
    check(
        "error_code",
        &step(|s| s.result.error_code = None),
        &[(Missing, "/2/error_code")],
    );
    check(
        "error_details",
        &step(|s| s.result.error_details = Some(json!({}))),
        &[(Missing, "/2/error_details/status")],
    );
    check(
        "output",
        &step(|s| s.result.output = json!(0)),
        &[(TypeChanged, "/2/output")],
    );
    check(
        "retries",
        &step(|s| s.result.retries = 1),
        &[(ValueChanged, "/2/retries")],
    );
    check(
        "step seed",
        &step(|s| s.seed = derive_seed(Seed(0), 0)),
        &[(SeedDrift, "/2/seed")],
    );
    check(
        "skill_id",
        &step(|s| s.skill_id = "x".parse().unwrap()),
        &[(ValueChanged, "/2/skill_id")],
    );
    check(
        "step status",
        &step(|s| s.result.status = StepStatus::Skipped),
        &[(StatusChanged, "/2/status")],
    );
    let cost = |run: &mut Run| run.steps[0].result.cost_cents = Money::ZERO;
    check(
        "cost",
        &cost,
        &[
            (ValueChanged, "/1/cost_micro_cents"),
            (ValueChanged, "/3/total_cost_micro_cents"),
        ],
    );

    check(
        "status",
        &|run| run.status = RunStatus::Timeout,
        &[(StatusChanged, "/3/status")],
    );
    let error = |change: fn(&mut RunError)| move |run: &mut Run| run.error.as_mut().map(change).unwrap();
    check(
        "end error",
        &error(|e| e.message.push('!')),
        &[(ValueChanged, "/3/error")],
    );
    check(
        "end code",
        &error(|e| e.code = ErrorCode::Timeout),
        &[(ValueChanged, "/3/error_code")],
    );
    check(
        "end details",
        &error(|e| e.details = None),
        &[(Missing, "/3/error_details")],
    );
    check(
        "failed_step",
        &error(|e| e.step_id = None),
        &[(Missing, "/3/failed_step")],
    );
    check(
        "steps_completed",
        &|run| run.steps[1].result.success = true,
        &[(ValueChanged, "/3/steps_completed")],
    );
    check(
        "steps_total",
        &header(|h| h.steps_total = 3),
        &[(ValueChanged, "/3/steps_total")],
    );
    let hidden = RecorderOptions::new().redacting(["/inputs/none".parse().unwrap()]);
    let found = compare_golden(&run.golden_with(hidden).unwrap(), &expected, &strict).unwrap();
    assert_eq!(
        (found[0].kind, found[0].pointer.as_str()),
        (Extra, "/0/redactions/0")
    );
    assert_eq!(found.len(), 1);
    let timed = RecorderOptions::new().with_clock(Arc::new(TickingClock::default()));
    let found = compare_golden(&run.golden_with(timed).unwrap(), &expected, &strict).unwrap();
    let places: Vec<_> = found
        .iter()
        .map(|found| (found.kind, found.pointer.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (Extra, "/0/ts"),
            (Extra, "/1/ts"),
            (Extra, "/2/ts"),
            (Extra, "/3/ts")
        ]
    );
}
