//! Counting failures over the journals of runs.

use aos_spec::{
    ErrorCode, RunStatus, Seed, StepDescriptor, StepFailure, StepIndex, StepResult, StepStatus, Timestamp,
    WorkflowPlan, WorkflowSpec,
    journal::{
        Checkpoint, FailureStatistics, Fate, JournalEntry, RunError, RunFailures, RunHeader, StoredRun,
    },
    port::Denial,
};

fn run(entries: Vec<(u32, JournalEntry)>, error: Option<RunError>) -> StoredRun {
    let step = |id: &str| StepDescriptor::new(id.parse().unwrap(), "call".parse().unwrap());
    let spec = WorkflowSpec::new("w".parse().unwrap(), vec![step("a"), step("b")]);
    let plan = WorkflowPlan::new(spec).unwrap();
    let header = RunHeader::new("r".parse().unwrap(), &plan, Seed(1), serde_json::Map::new());
    let mut checkpoint = Checkpoint::new(header, Timestamp::default());
    checkpoint.status = RunStatus::Failed;
    checkpoint.error = error;
    let rows = entries
        .into_iter()
        .map(|(step, entry)| entry.to_row(StepIndex(step), 0).unwrap());
    StoredRun {
        checkpoint,
        journal: rows.collect(),
    }
}

fn failed(attempt: u32, code: ErrorCode) -> JournalEntry {
    JournalEntry::Failed {
        attempt,
        failure: StepFailure::new(code, "no"),
    }
}

fn ended(step: &str, code: ErrorCode) -> JournalEntry {
    JournalEntry::Ended(StepResult::ended_by(
        step.parse().unwrap(),
        StepStatus::Failed,
        StepFailure::new(code, "no"),
    ))
}

fn recovered(retries: u32) -> JournalEntry {
    let mut result = StepResult::completed("a".parse().unwrap(), "x".into());
    result.retries = retries;
    JournalEntry::Ended(result)
}

fn at_step(code: ErrorCode, step: &str) -> Option<RunError> {
    Some(RunError::new(code, "no").at_step(step.parse().unwrap()))
}

/// Checks code, attempt and fate of each failure of a run.
#[track_caller]
fn check(run: &StoredRun, expect: &[(ErrorCode, Option<u32>, Fate)]) {
    let failures = RunFailures::of(run).unwrap().failures;
    let found: Vec<_> = failures
        .iter()
        .map(|failure| (failure.code, failure.attempt, failure.fate))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn each_failure_tells_what_became_of_it() {
    let journal = vec![
        (0, failed(1, ErrorCode::Timeout)),
        (0, failed(2, ErrorCode::Http5xx)),
        (0, recovered(2)),
        (1, failed(1, ErrorCode::Timeout)),
        (1, ended("b", ErrorCode::Timeout)),
    ];
    let timeout = |attempt, fate| (ErrorCode::Timeout, Some(attempt), fate);
    check(
        &run(journal, at_step(ErrorCode::Timeout, "b")),
        &[
            timeout(1, Fate::Recovered),
            (ErrorCode::Http5xx, Some(2), Fate::Recovered),
            timeout(1, Fate::RetriedInVain),
            timeout(1, Fate::EndedTheRun),
        ],
    );
    check(
        &run(vec![(0, ended("a", ErrorCode::StepFailed))], None),
        &[(ErrorCode::StepFailed, Some(1), Fate::Tolerated)],
    );
    check(
        &run(vec![(0, failed(1, ErrorCode::Timeout))], None),
        &[timeout(1, Fate::Open)],
    );
}

#[test]
fn refusals_and_what_ends_a_run_as_a_whole_are_failures_too() {
    let denial = Denial::new(
        RunStatus::BudgetExceeded,
        ErrorCode::StepCeilingExceeded,
        "no room",
    );
    let denied = JournalEntry::Denied { attempt: 2, denial };
    check(
        &run(
            vec![(0, failed(1, ErrorCode::Timeout)), (0, denied)],
            at_step(ErrorCode::StepCeilingExceeded, "a"),
        ),
        &[
            (ErrorCode::Timeout, Some(1), Fate::RetriedInVain),
            (ErrorCode::StepCeilingExceeded, None, Fate::EndedTheRun),
        ],
    );
    check(
        &run(Vec::new(), Some(RunError::new(ErrorCode::EmergencyStop, "fire"))),
        &[(ErrorCode::EmergencyStop, None, Fate::EndedTheRun)],
    );
}

#[test]
fn failures_are_counted_with_what_became_of_them() {
    let mut statistics = FailureStatistics::default();
    let journal = vec![
        (0, failed(1, ErrorCode::Timeout)),
        (0, failed(2, ErrorCode::Http5xx)),
        (0, recovered(2)),
        (1, failed(1, ErrorCode::Timeout)),
        (1, ended("b", ErrorCode::Timeout)),
    ];
    for (journal, error) in [
        (journal, at_step(ErrorCode::Timeout, "b")),
        (vec![(0, ended("a", ErrorCode::StepFailed))], None),
        (Vec::new(), Some(RunError::new(ErrorCode::EmergencyStop, "fire"))),
    ] {
        statistics.add(&RunFailures::of(&run(journal, error)).unwrap());
    }
    let counts = statistics.counts();
    let of = |code| counts.iter().find(|count| count.code == code).unwrap();
    let timeout = of(ErrorCode::Timeout);
    assert_eq!((timeout.failures, timeout.attempts), (3, 6));
    assert_eq!((timeout.recovered, timeout.retries_used), (1, 2));
    assert_eq!((timeout.retried_in_vain, timeout.ended_the_run), (1, 1));
    assert!((timeout.rate - 0.5).abs() < 1e-9);
    let http = of(ErrorCode::Http5xx);
    assert_eq!((http.recovered, http.retries_used), (1, 1));
    assert_eq!(of(ErrorCode::StepFailed).tolerated, 1);
    let stop = of(ErrorCode::EmergencyStop);
    assert_eq!((stop.failures, stop.attempts, &stop.skill_id), (1, 3, &None));
    assert_eq!(
        counts[0].code,
        ErrorCode::Timeout,
        "the most frequent comes first"
    );
}

#[test]
fn a_run_that_cannot_be_read_is_an_error() {
    let mut damaged = run(vec![(0, failed(1, ErrorCode::Timeout))], None);
    damaged.journal[0].body.push(' ');
    assert!(RunFailures::of(&damaged).is_err());
    let beyond = run(vec![(7, failed(1, ErrorCode::Timeout))], None);
    assert!(RunFailures::of(&beyond).is_err());
}
