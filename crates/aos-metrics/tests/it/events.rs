//! Each event moves its metric, as seen by whoever scrapes.

use std::time::Duration;

use aos_metrics::{Exporter, MetricsServer, Readiness};
use aos_spec::{
    ErrorCode, Money, RunStatus,
    failure::ErrorClass,
    port::{Finding, RunEvent, RunObserver},
};

use crate::fixture::{attempt, cents, commit, exporter, finish, get, run_id, start, step_id, value_in};

const SECOND: Duration = Duration::from_secs(1);

fn saved(exporter: &Exporter, error: Option<ErrorClass>) {
    exporter.metrics().observe(&RunEvent::CheckpointSaved {
        run_id: &run_id("r"),
        rows: 3,
        duration: Duration::from_millis(4),
        error,
    });
}

fn denied(exporter: &Exporter, code: ErrorCode) {
    exporter.metrics().observe(&RunEvent::Denied {
        run_id: &run_id("r"),
        step_id: &step_id("a"),
        code,
    });
}

fn rejected(exporter: &Exporter, names: &[Option<&str>]) {
    let finding = |name: &Option<&str>| {
        let mut finding = Finding::new("RULE", "/steps/0", "refused");
        finding.forbidden_skill = name.map(str::to_owned);
        finding
    };
    let findings: Vec<_> = names.iter().map(finding).collect();
    exporter.metrics().observe(&RunEvent::Rejected {
        run_id: &run_id("r"),
        findings: &findings,
    });
}

fn retry(exporter: &Exporter, error_code: ErrorCode) {
    exporter.metrics().observe(&RunEvent::RetryScheduled {
        run_id: &run_id("r"),
        step_id: &step_id("a"),
        attempt: 1,
        error_code,
        delay: SECOND,
    });
}

/// Lets `drive` move metrics, and compares what a scrape reads before and after it.
#[track_caller]
fn check(drive: impl FnOnce(&Exporter), expect: &[(&str, f64)]) {
    let (exporter, _) = exporter();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let addr = ([127, 0, 0, 1], 0).into();
    let ready = Readiness::new(|| async { Ok(()) });
    let server = runtime
        .block_on(MetricsServer::bind(addr, exporter.clone(), ready))
        .unwrap();
    let scrape = || get(server.local_addr(), "/metrics").1;
    let before = scrape();
    drive(&exporter);
    let after = scrape();
    for (series, value) in expect {
        assert_eq!(
            value_in(&before, series).unwrap_or_default(),
            0.0,
            "{series} before"
        );
        assert_eq!(value_in(&after, series), Some(*value), "{series} in\n{after}");
    }
    runtime.block_on(server.stop());
}

#[test]
fn a_run_counts_by_the_state_in_which_it_was_left() {
    check(
        |exporter| {
            start(exporter, "a", false);
            finish(exporter, "a", RunStatus::Completed, 2 * SECOND);
            finish(exporter, "b", RunStatus::Failed, SECOND);
            finish(exporter, "c", RunStatus::Paused, SECOND);
        },
        &[
            ("nova_workflow_runs_total{status=\"completed\"}", 1.0),
            ("nova_workflow_runs_total{status=\"failed\"}", 1.0),
            ("nova_workflow_runs_total{status=\"paused\"}", 1.0),
            // A paused run has not ended, so its duration is not known.
            ("nova_workflow_duration_seconds_count", 2.0),
            ("nova_workflow_duration_seconds_sum", 3.0),
            ("nova_workflow_duration_seconds_bucket{le=\"1\"}", 1.0),
        ],
    );
}

#[test]
fn a_run_that_a_broken_store_stops_counts_as_running() {
    let stopped = |exporter: &Exporter| {
        start(exporter, "a", false);
        let event = RunEvent::RunStopped {
            run_id: &run_id("a"),
            status: RunStatus::Running,
        };
        exporter.metrics().observe(&event);
    };
    check(stopped, &[("nova_workflow_runs_total{status=\"running\"}", 1.0)]);
}

#[test]
fn replays_goldens_and_seeds_count_from_outside_engines() {
    check(
        |exporter| {
            exporter.metrics().replay_failed();
            exporter.metrics().golden_mismatched();
            exporter.metrics().seed_drifted();
            exporter
                .metrics()
                .observe(&RunEvent::SeedDrift { run_id: &run_id("r") });
        },
        &[
            ("nova_workflow_replay_failures_total", 1.0),
            ("nova_workflow_golden_mismatches_total", 1.0),
            ("nova_workflow_seed_drift_total", 2.0),
        ],
    );
}

#[test]
fn a_budget_counts_once_for_each_run_that_it_ends() {
    check(
        |exporter| {
            denied(exporter, ErrorCode::StepCeilingExceeded);
            finish(exporter, "a", RunStatus::BudgetExceeded, SECOND);
        },
        &[
            ("nova_workflow_budget_exceeded_total", 1.0),
            (
                "nova_workflow_policy_denials_total{error_code=\"STEP_CEILING_EXCEEDED\"}",
                1.0,
            ),
        ],
    );
}

#[test]
fn a_denial_with_an_unusual_code_counts_as_other() {
    check(
        |exporter| {
            denied(exporter, ErrorCode::Timeout);
            denied(exporter, ErrorCode::SandboxRejection);
        },
        &[("nova_workflow_policy_denials_total{error_code=\"other\"}", 1.0)],
    );
}

#[test]
fn a_failed_write_is_a_failure_and_a_lost_lease_is_none() {
    check(
        |exporter| {
            saved(exporter, None);
            saved(exporter, Some(ErrorClass::Permanent));
            saved(exporter, Some(ErrorClass::Transient));
            saved(exporter, Some(ErrorClass::Fenced));
        },
        &[
            ("nova_workflow_checkpoint_failures_total", 2.0),
            ("nova_workflow_leases_lost_total", 1.0),
            ("nova_workflow_checkpoint_save_seconds_count", 1.0),
            ("nova_workflow_checkpoint_save_seconds_bucket{le=\"0.005\"}", 1.0),
            ("nova_workflow_checkpoint_rows_sum", 3.0),
        ],
    );
}

#[test]
fn a_forbidden_skill_counts_under_its_name_on_the_deny_list() {
    check(
        |exporter| {
            rejected(
                exporter,
                &[None, Some("shell_exec"), Some("shell_exec"), Some("not\"known\\")],
            );
        },
        &[
            ("nova_workflow_sandbox_rejections_total", 1.0),
            (
                "nova_workflow_forbidden_skill_attempts_total{skill_id=\"shell_exec\"}",
                2.0,
            ),
            (
                "nova_workflow_forbidden_skill_attempts_total{skill_id=\"other\"}",
                1.0,
            ),
        ],
    );
}

#[test]
fn an_attempt_counts_its_time_by_skill_and_its_cost() {
    check(
        |exporter| {
            attempt(exporter, "http_call", Duration::from_millis(30), cents("2.5"));
            attempt(exporter, "http_call", SECOND, Money::ZERO);
            commit(exporter, "a", cents("2.5"));
        },
        &[
            (
                "nova_workflow_step_duration_seconds_count{skill_id=\"http_call\"}",
                2.0,
            ),
            (
                "nova_workflow_step_duration_seconds_bucket{skill_id=\"http_call\",le=\"0.05\"}",
                1.0,
            ),
            ("nova_workflow_cost_cents_total", 2.0),
            ("nova_workflow_step_cost_cents{step_id=\"a\"}", 2.5),
        ],
    );
}

#[test]
fn a_retry_counts_by_the_code_of_the_failure() {
    check(
        |exporter| {
            retry(exporter, ErrorCode::Timeout);
            retry(exporter, ErrorCode::Cancelled);
        },
        &[
            ("nova_workflow_retries_total{error_code=\"TIMEOUT\"}", 1.0),
            ("nova_workflow_retries_total{error_code=\"other\"}", 1.0),
        ],
    );
}

#[test]
fn a_run_that_was_taken_over_counts_as_resumed() {
    check(
        |exporter| {
            start(exporter, "a", false);
            start(exporter, "b", true);
            exporter.metrics().set_queue_depth(7);
        },
        &[
            ("nova_workflow_resumes_total", 1.0),
            ("nova_workflow_running_runs", 2.0),
            ("nova_workflow_queue_depth", 7.0),
        ],
    );
}
