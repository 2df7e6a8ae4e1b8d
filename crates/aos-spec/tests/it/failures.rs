//! Counting failures over the journals of runs.

use aos_spec::{
    ErrorCode, RunStatus, Seed, StepDescriptor, StepFailure, StepIndex, StepResult, StepStatus, Timestamp,
    WorkflowPlan, WorkflowSpec,
    journal::{Checkpoint, FailureStatistics, JournalEntry, RunError, RunHeader, StoredRun},
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

#[test]
fn failures_are_counted_with_what_became_of_them() {
    let mut recovered = StepResult::completed("a".parse().unwrap(), "x".into());
    recovered.retries = 2;
    let mut statistics = FailureStatistics::default();
    let journal = vec![
        (0, failed(1, ErrorCode::Timeout)),
        (0, failed(2, ErrorCode::Http5xx)),
        (0, JournalEntry::Ended(recovered)),
        (1, failed(1, ErrorCode::Timeout)),
        (1, ended("b", ErrorCode::Timeout)),
    ];
    let error = RunError::new(ErrorCode::Timeout, "no").at_step("b".parse().unwrap());
    statistics.add(&run(journal.clone(), Some(error))).unwrap();
    statistics
        .add(&run(vec![(0, ended("a", ErrorCode::StepFailed))], None))
        .unwrap();

    let counts = statistics.counts();
    let of = |code| counts.iter().find(|count| count.code == code).unwrap();
    let timeout = of(ErrorCode::Timeout);
    assert_eq!((timeout.failures, timeout.attempts, timeout.retried), (3, 6, 2));
    assert_eq!(
        (
            timeout.recovered_by_retry,
            timeout.retries_used,
            timeout.ended_the_run
        ),
        (1, 2, 1)
    );
    assert!((timeout.rate - 0.5).abs() < 1e-9);
    assert_eq!(of(ErrorCode::Http5xx).recovered_by_retry, 1);
    assert_eq!(of(ErrorCode::StepFailed).tolerated, 1);
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
    let mut statistics = FailureStatistics::default();
    assert!(statistics.add(&damaged).is_err());
    assert!(statistics.counts().is_empty());
    let beyond = run(vec![(7, failed(1, ErrorCode::Timeout))], None);
    assert!(statistics.add(&beyond).is_err());
}
