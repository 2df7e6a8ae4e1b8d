//! Listing runs.

use std::time::Duration;

use aos_spec::{
    ErrorCode, RunStatus, WorkerId,
    journal::RowKind,
    port::{CheckpointStoreExt, DEFAULT_LIST_LIMIT, RunFilter},
};

use super::setting::{Setting, TTL, ended, failed, header_of, row, update};

const MOMENT: Duration = Duration::from_millis(1);

pub(super) async fn the_last_written_run_comes_first(on: Setting) {
    let worker = on.worker("w").await;
    let mut leases = Vec::new();
    for run in ["b", "c", "a"] {
        leases.push(on.created(run, &worker).await);
        on.harness.advance(MOMENT).await;
    }
    check(&on, &RunFilter::default(), &["a", "c", "b"]).await;
    on.end(&leases[1], RunStatus::Paused).await;
    check(&on, &RunFilter::default(), &["c", "a", "b"]).await;
    on.harness.advance(MOMENT).await;
    on.acquire("b", &worker).await;
    check(&on, &RunFilter::default(), &["b", "c", "a"]).await;
}

pub(super) async fn states_workflow_and_limit_narrow_the_list(on: Setting) {
    let worker = on.worker("w").await;
    let runs = [
        ("1", "left", RunStatus::Completed),
        ("2", "left", RunStatus::Failed),
        ("3", "right", RunStatus::Completed),
        ("4", "right", RunStatus::Paused),
    ];
    for (run, workflow, status) in runs {
        let lease = on.store.create(&header_of(workflow, run), &worker).await;
        let lease = lease.expect("a new run can be created");
        let mut update = update(lease.version, status, &[]);
        update.last_result_hash = header_of(workflow, run).spec_hash;
        on.save(&lease, update).await;
        on.harness.advance(MOMENT).await;
    }
    let filter = |statuses: &[RunStatus], workflow: Option<&str>, limit| {
        let mut filter = RunFilter::default();
        filter.statuses = statuses.to_vec();
        filter.workflow_id = workflow.map(|id| id.parse().expect("a workflow"));
        filter.limit = limit;
        filter
    };
    let ended = [RunStatus::Completed, RunStatus::Failed];
    check(&on, &filter(&[], None, None), &["4", "3", "2", "1"]).await;
    check(&on, &filter(&[], None, Some(2)), &["4", "3"]).await;
    check(&on, &filter(&[], None, Some(0)), &[]).await;
    check(&on, &filter(&ended, None, None), &["3", "2", "1"]).await;
    check(&on, &filter(&ended[..1], None, Some(1)), &["3"]).await;
    check(&on, &filter(&[RunStatus::Timeout], None, None), &[]).await;
    check(&on, &filter(&[], Some("left"), None), &["2", "1"]).await;
    check(&on, &filter(&ended, Some("right"), Some(usize::MAX)), &["3"]).await;
    check(&on, &filter(&[], Some("neither"), None), &[]).await;
}

pub(super) async fn a_hundred_runs_are_listed_unless_told_otherwise(on: Setting) {
    let worker = on.worker("w").await;
    for number in 0..=DEFAULT_LIST_LIMIT {
        on.created(&format!("run-{number}"), &worker).await;
    }
    let listed = on.list(&RunFilter::default()).await;
    assert_eq!(listed.len(), DEFAULT_LIST_LIMIT);
}

pub(super) async fn running_runs_are_listed_whoever_owned_them(on: Setting) {
    let crashed = on.worker("crashed").await;
    on.created("left-behind", &crashed).await;
    on.harness.advance(TTL).await;
    let worker = on.worker("w").await;
    on.created("running", &worker).await;
    on.harness.advance(MOMENT).await;
    let lease = on.created("completed", &worker).await;
    on.end(&lease, RunStatus::Completed).await;
    let listed = on
        .store
        .list_running(DEFAULT_LIST_LIMIT)
        .await
        .expect("runs can be listed");
    let runs: Vec<&str> = listed.iter().map(|line| line.run_id.as_str()).collect();
    assert_eq!(runs, ["running", "left-behind"]);
    let listed = on.store.list_running(1).await.expect("runs can be listed");
    assert_eq!(listed.len(), 1);
}

pub(super) async fn a_line_shows_where_the_run_stands(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let journal = vec![ended(0, "a"), ended(2, "c"), row(1, RowKind::Failed, 1, "b")];
    on.append(&lease, journal.clone()).await;
    on.harness.advance(MOMENT).await;
    let mut update = update(lease.version, RunStatus::Failed, &journal[..1]);
    update.error = Some(failed());
    on.save(&lease, update).await;

    let stored = on.loaded("run").await.checkpoint;
    let listed = on.list(&RunFilter::default()).await;
    let line = &listed[0];
    assert_eq!(line.run_id, stored.header.run_id);
    assert_eq!(line.workflow_id, stored.header.workflow_id);
    assert_eq!(line.status, RunStatus::Failed);
    assert_eq!((line.steps_ended, line.steps_total), (2, 3));
    assert_eq!(line.error_code, Some(ErrorCode::StepFailed));
    assert_eq!(
        (line.created_at, line.updated_at),
        (stored.created_at, stored.updated_at)
    );
}

pub(super) async fn the_owner_is_shown_while_the_lease_holds(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    check_owner(&on, Some("w")).await;
    on.harness.advance(TTL).await;
    check_owner(&on, None).await;
    on.worker("w").await;
    check_owner(&on, Some("w")).await;
    on.store.retire(&worker).await.expect("a worker can retire");
    check_owner(&on, None).await;
    on.worker("w").await;
    on.end(&lease, RunStatus::Paused).await;
    check_owner(&on, None).await;
}

/// Asserts which runs are listed, in this order.
async fn check(on: &Setting, filter: &RunFilter, expected: &[&str]) {
    let listed = on.list(filter).await;
    let runs: Vec<&str> = listed.iter().map(|line| line.run_id.as_str()).collect();
    assert_eq!(runs, expected, "{filter:?}");
}

/// Asserts who owns the only run.
async fn check_owner(on: &Setting, expected: Option<&str>) {
    let listed = on.list(&RunFilter::default()).await;
    let owner = listed[0].owner.as_ref().map(WorkerId::as_str);
    assert_eq!(owner, expected);
}
