//! Journals: entries survive being rows, and damage is noticed.

use aos_spec::{
    ContentHash, ErrorCode, Money, RunId, RunStatus, Seed, StepDescriptor, StepFailure, StepIndex,
    StepResult, StepStatus, Timestamp, WorkflowPlan, WorkflowSpec, canonical,
    journal::{
        Checkpoint, JournalEntry, JournalRow, RowKind, RunError, RunHeader, StoredRun, checkpoint_hash,
        derive_frontier,
    },
    limits::MAX_NESTING,
    port::Denial,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn run_id() -> RunId {
    "r1".parse().unwrap()
}

fn completed(step: &str, output: Value) -> StepResult {
    StepResult::completed(step.parse().unwrap(), output)
}

fn row(index: u32, result: StepResult) -> JournalRow {
    JournalEntry::Ended(result).to_row(StepIndex(index), 7).unwrap()
}

#[track_caller]
fn check_round_trip(entry: &JournalEntry, body: &str) {
    let row = entry.to_row(StepIndex(3), 7).unwrap();
    assert_eq!(row.body, body);
    assert_eq!(row.hash, ContentHash::of_bytes(body.as_bytes()));
    assert_eq!((row.step, row.elapsed_ms), (StepIndex(3), 7));
    assert_eq!(&JournalEntry::from_row(&row, &run_id()).unwrap(), entry);
}

#[test]
fn every_kind_of_entry_reads_back_from_its_row() {
    check_round_trip(&JournalEntry::Started { attempt: 2 }, "{}");

    let failure = StepFailure::new(ErrorCode::RateLimited, "slow down")
        .with_details(json!({ "status": 429 }))
        .with_cost(Money::from_micro_cents(1_500).unwrap());
    check_round_trip(
        &JournalEntry::Failed { attempt: 1, failure },
        r#"{"cost_micro_cents":1500,"error":"slow down","error_code":"RATE_LIMITED","error_details":{"status":429}}"#,
    );

    let mut denial = Denial::new(
        RunStatus::BudgetExceeded,
        ErrorCode::AgentBudgetExceeded,
        "no room",
    );
    denial.details = Some(json!({ "limit_cents": 5 }));
    check_round_trip(
        &JournalEntry::Denied { attempt: 1, denial },
        r#"{"error":"no room","error_code":"AGENT_BUDGET_EXCEEDED","error_details":{"limit_cents":5},"status":"budget_exceeded"}"#,
    );

    let mut result = completed("a", json!({ "b": [1, "é\n"], "a": null }));
    result.cost_cents = Money::from_cents(2).unwrap();
    result.duration_ms = 12;
    result.retries = 1;
    check_round_trip(
        &JournalEntry::Ended(result),
        r#"{"cost_micro_cents":2000000,"output":{"a":null,"b":[1,"é\n"]},"retries":1,"status":"completed","step_id":"a"}"#,
    );

    let failure = StepFailure::new(ErrorCode::Http4xx, "404 \"gone\"").with_details(Value::Null);
    let result = StepResult::ended_by("b".parse().unwrap(), StepStatus::Failed, failure);
    check_round_trip(
        &JournalEntry::Ended(result),
        r#"{"cost_micro_cents":0,"error":"404 \"gone\"","error_code":"HTTP_4XX","error_details":null,"output":null,"retries":0,"status":"failed","step_id":"b"}"#,
    );

    let result = StepResult::skipped_because_of("c".parse().unwrap(), &"b".parse().unwrap());
    check_round_trip(
        &JournalEntry::Ended(result),
        r#"{"cost_micro_cents":0,"error":"depends on `b`, which was skipped","output":null,"retries":0,"status":"skipped","step_id":"c"}"#,
    );
}

#[test]
fn durations_never_enter_the_hash() {
    let quick = row(0, completed("a", json!(1)));
    let mut slow = completed("a", json!(1));
    slow.duration_ms = 99;
    let slow = row(0, slow);
    assert_eq!((quick.hash, quick.duration_ms), (slow.hash, 0));
    assert_eq!(slow.duration_ms, 99);
}

#[test]
fn kinds_read_back_from_their_numbers() {
    for kind in [RowKind::Started, RowKind::Failed, RowKind::Ended, RowKind::Denied] {
        assert_eq!(RowKind::from_number(kind.number()), Some(kind));
    }
    assert_eq!(RowKind::from_number(0), None);
}

#[test]
fn a_value_may_be_as_deep_in_a_row_as_by_itself() {
    let deep = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let entry = |levels| JournalEntry::Ended(completed("a", deep(levels)));
    assert!(canonical::to_vec(&deep(MAX_NESTING)).is_ok());
    let row = entry(MAX_NESTING).to_row(StepIndex(0), 0).unwrap();
    assert_eq!(
        JournalEntry::from_row(&row, &run_id()).unwrap(),
        entry(MAX_NESTING)
    );
    assert_eq!(
        entry(MAX_NESTING + 1).to_row(StepIndex(0), 0),
        Err(canonical::CanonicalError::TooDeep)
    );
}

#[track_caller]
fn check_corrupt(row: &JournalRow, part: &str) {
    let error = JournalEntry::from_row(row, &run_id()).unwrap_err().to_string();
    assert!(error.contains("`r1`") && error.contains(part), "{error}");
}

#[test]
fn every_change_of_one_byte_of_a_body_is_noticed() {
    let row = row(0, completed("a", json!({ "n": 1 })));
    for position in 0..row.body.len() {
        for bit in 0..7 {
            let mut body = row.body.clone().into_bytes();
            body[position] ^= 1 << bit;
            let damaged = JournalRow {
                body: String::from_utf8(body).unwrap(),
                ..row.clone()
            };
            check_corrupt(&damaged, "does not match its hash");
        }
    }
}

#[test]
fn a_body_of_another_form_is_noticed_although_its_hash_matches() {
    let with = |kind, body: &str| JournalRow {
        kind,
        body: body.into(),
        hash: ContentHash::of_bytes(body.as_bytes()),
        ..row(0, completed("a", json!(1)))
    };
    let ended = |rest: &str| {
        let body = format!("{{\"output\":1,\"retries\":0,\"status\":\"completed\",\"step_id\":\"a\"{rest}}}");
        with(RowKind::Ended, &body)
    };
    assert!(JournalEntry::from_row(&ended(",\"cost_micro_cents\":0"), &run_id()).is_ok());
    check_corrupt(&ended(""), "missing field `cost_micro_cents`");
    check_corrupt(
        &ended(",\"cost_micro_cents\":9223372036854775808"),
        "the cost is out of range",
    );
    check_corrupt(
        &ended(",\"cost_micro_cents\":0,\"error_code\":\"NO_SUCH\""),
        "`NO_SUCH` is not",
    );
    check_corrupt(
        &ended(",\"cost_micro_cents\":0,\"more\":0"),
        "unknown field `more`",
    );
    check_corrupt(&with(RowKind::Ended, "{}"), "missing field");
    check_corrupt(&with(RowKind::Failed, "{}"), "missing field");
    check_corrupt(&with(RowKind::Started, "{\"a\":1}"), "a body where none belongs");
    check_corrupt(&with(RowKind::Failed, "null"), "invalid type");
}

fn plan() -> WorkflowPlan {
    let steps = ["a", "b", "c"].map(|id| StepDescriptor::new(id.parse().unwrap(), "noop".parse().unwrap()));
    WorkflowPlan::new(WorkflowSpec::new("w".parse().unwrap(), steps.into())).unwrap()
}

/// A run of three steps that has committed two of them.
fn stored() -> StoredRun {
    let header = RunHeader::new(run_id(), &plan(), Seed(42), Map::new());
    let mut second = completed("b", json!("x"));
    second.cost_cents = Money::from_cents(3).unwrap();
    let journal = vec![
        row(0, completed("a", json!({ "n": 1 }))),
        JournalEntry::Started { attempt: 1 }
            .to_row(StepIndex(1), 0)
            .unwrap(),
        row(1, second),
        row(2, completed("c", json!("done, and not committed"))),
    ];
    let hash = checkpoint_hash(header.spec_hash, [journal[0].hash, journal[2].hash]);
    let error = RunError::new(ErrorCode::Cancelled, "cancelled on request").at_step("c".parse().unwrap());
    let mut checkpoint = Checkpoint::new(header, Timestamp::from_micros(0));
    checkpoint.status = RunStatus::Cancelled;
    checkpoint.next_step_index = StepIndex(2);
    checkpoint.last_result_hash = hash;
    checkpoint.error = Some(error);
    StoredRun { checkpoint, journal }
}

#[test]
fn the_result_of_a_stored_run_holds_its_committed_steps() {
    let stored = stored();
    let result = stored.result().unwrap();
    assert_eq!(result.status, RunStatus::Cancelled);
    assert_eq!((result.steps_completed, result.steps_total), (2, 3));
    assert_eq!(result.total_cost_cents, Money::from_cents(3).unwrap());
    assert_eq!(result.error_code, Some(ErrorCode::Cancelled));
    assert_eq!(result.failed_step, Some("c".parse().unwrap()));
    assert_eq!(result.checkpoint_hash, stored.checkpoint.last_result_hash);
    let outputs = stored.step_outputs().unwrap();
    assert_eq!(outputs.len(), 2);
    assert_eq!(outputs["a"], json!({ "n": 1 }));
}

#[track_caller]
fn check_result_refused(change: impl FnOnce(&mut StoredRun)) {
    let mut stored = stored();
    change(&mut stored);
    let error = stored.result().unwrap_err().to_string();
    assert!(
        error.contains("the stored data of run `r1` is corrupt"),
        "{error}"
    );
}

#[test]
fn rows_that_are_missing_swapped_or_foreign_are_noticed() {
    check_result_refused(|run| drop(run.journal.remove(0)));
    check_result_refused(|run| drop(run.journal.remove(2)));
    check_result_refused(|run| run.journal.clear());
    check_result_refused(|run| {
        // Bodies and hashes of two rows change places.
        run.journal[0].step = StepIndex(1);
        run.journal[2].step = StepIndex(0);
        run.journal.swap(0, 2);
    });
    check_result_refused(|run| run.journal[2] = row(1, completed("b", json!("another"))));
    check_result_refused(|run| run.journal[0] = row(0, completed("z", json!({ "n": 1 }))));
    check_result_refused(|run| run.journal[0].kind = RowKind::Failed);
    check_result_refused(|run| run.journal.insert(0, run.journal[0].clone()));
    check_result_refused(|run| run.checkpoint.next_step_index = StepIndex(1));
    check_result_refused(|run| run.checkpoint.next_step_index = StepIndex(3));
    check_result_refused(|run| run.journal[2].step = StepIndex(0));
    check_result_refused(|run| {
        // The chain is that of all rows, and the frontier is beyond them.
        run.checkpoint.next_step_index = StepIndex(4);
        run.checkpoint.last_result_hash = run.checkpoint.last_result_hash.chain(run.journal[3].hash);
    });
    check_result_refused(|run| run.checkpoint.header.spec_hash = ContentHash::of_bytes(b"{}"));
}

#[test]
fn an_error_and_its_details_read_back_even_when_they_are_null() {
    for details in [None, Some(Value::Null), Some(json!({ "limit": 3 }))] {
        let error = RunError::new(ErrorCode::BudgetExceeded, "too much").with_details(details);
        let text = canonical::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<RunError>(&text).unwrap(), error);
    }
}

#[test]
fn a_header_reads_back() {
    let mut header = RunHeader::new(run_id(), &plan(), Seed(u64::MAX), Map::new());
    header.agent_id = Some("agent@x".parse().unwrap());
    header.policy_hash = Some(ContentHash::of_bytes(b""));
    header.validator_hash = Some(ContentHash::of_bytes(b"rules"));
    header.skill_versions.insert("noop".parse().unwrap(), "1".into());
    let text = canonical::to_string(&header).unwrap();
    assert_eq!(serde_json::from_str::<RunHeader>(&text).unwrap(), header);
}

#[test]
fn a_header_from_before_verdicts_were_kept_reads_as_not_judged() {
    let header = RunHeader::new(run_id(), &plan(), Seed(1), Map::new());
    let text = canonical::to_string(&header).unwrap();
    assert!(!text.contains("validator_hash"), "{text}");
    let read: RunHeader = serde_json::from_str(&text).unwrap();
    assert_eq!(read.validator_hash, None);
}

proptest! {
    /// Rows arrive in any order of steps; what counts is how far they are unbroken.
    #[test]
    fn the_frontier_is_the_end_of_the_unbroken_rows(ended in prop::collection::btree_set(0..12_u32, 0..12)) {
        let spec_hash = ContentHash::of_bytes(b"spec");
        let mut rows = Vec::new();
        for step in 0..12 {
            rows.push(JournalEntry::Started { attempt: 1 }.to_row(StepIndex(step), 0).unwrap());
            if ended.contains(&step) {
                rows.push(row(step, completed("a", json!(step))));
            }
        }
        let expect = (0..12).find(|step| !ended.contains(step)).unwrap_or(12);
        let (frontier, hash) = derive_frontier(spec_hash, &rows);
        prop_assert_eq!(frontier, StepIndex(expect));
        let hashes = (0..expect).map(|step| row(step, completed("a", json!(step))).hash);
        prop_assert_eq!(hash, checkpoint_hash(spec_hash, hashes));
    }
}
