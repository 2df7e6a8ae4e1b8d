//! Calls that do not wait for each other, and calls whose caller gave up.

use std::sync::Arc;

use aos_spec::{
    RunStatus,
    journal::JournalRow,
    port::{RunRequest, StoreError},
};

use super::setting::{Call, Setting, TTL, begun, ended, header, in_one_go, refused, run_id, update};

pub(super) async fn writes_take_effect_in_the_order_of_their_calls(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let journal: Vec<JournalRow> = (0..20).map(|step| ended(step, "in order")).collect();
    // Were a save to overtake a row, its frontier would count a row that is not there; were it the other way round, the
    // last save would fence the rows.
    let rows = journal
        .iter()
        .map(|row| on.store.append(&lease, vec![row.clone()]));
    let mut calls: Vec<_> = rows.map(unanswered).collect();
    let version = lease.version;
    calls.insert(
        5,
        unanswered(
            on.store
                .save(&lease, update(version, RunStatus::Running, &journal[..5])),
        ),
    );
    calls.insert(
        11,
        unanswered(
            on.store
                .save(&lease, update(version + 1, RunStatus::Running, &journal[..10])),
        ),
    );
    calls.push(unanswered(
        on.store
            .save(&lease, update(version + 2, RunStatus::Completed, &journal)),
    ));
    for answer in in_one_go(calls).await {
        answer.expect("every call is answered as if it had waited");
    }
    let run = on.loaded("run").await;
    assert_eq!(run.journal, journal);
    assert_eq!(run.checkpoint.status, RunStatus::Completed);
    assert_eq!(run.checkpoint.version, version + 3);
}

pub(super) async fn saves_may_follow_each_other_without_waiting(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let update = |number: u64| {
        let mut update = update(lease.version + number, RunStatus::Running, &[]);
        update.elapsed_ms = number;
        update
    };
    let calls = (0..5).map(|number| on.store.save(&lease, update(number)));
    for (answer, number) in in_one_go(calls.collect()).await.into_iter().zip(1..) {
        assert_eq!(
            answer.expect("each save finds the one before it"),
            lease.version + number
        );
    }
    assert_eq!(on.loaded("run").await.checkpoint.elapsed_ms, 4);
}

pub(super) async fn rows_appended_after_giving_the_run_back_are_fenced(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let calls = vec![
        unanswered(on.store.append(&lease, vec![ended(0, "in time")])),
        unanswered(on.store.save(
            &lease,
            update(lease.version, RunStatus::Paused, &[ended(0, "in time")]),
        )),
        unanswered(on.store.append(&lease, vec![ended(1, "late")])),
    ];
    let mut answers = in_one_go(calls).await.into_iter();
    assert!(answers.by_ref().take(2).all(|answer| answer.is_ok()));
    refused!(answers.next().expect("a third answer"), StoreError::Fenced { .. });
    assert_eq!(on.loaded("run").await.journal, [ended(0, "in time")]);
}

pub(super) async fn a_dropped_append_is_settled_by_appending_again(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let journal: Vec<JournalRow> = (0..10).map(|step| ended(step, "perhaps")).collect();
    for row in &journal {
        drop(begun(on.store.append(&lease, vec![row.clone()])));
    }
    on.append(&lease, journal.clone()).await;
    assert_eq!(on.loaded("run").await.journal, journal);
}

pub(super) async fn a_dropped_save_is_settled_by_saving_again(on: Setting) {
    let worker = on.worker("w").await;
    for status in [RunStatus::Running, RunStatus::Completed] {
        let lease = on.created(status.as_str(), &worker).await;
        let update = update(lease.version, status, &[]);
        drop(begun(on.store.save(&lease, update.clone())));
        assert_eq!(on.save(&lease, update).await, lease.version + 1);
        assert_eq!(
            on.loaded(status.as_str()).await.checkpoint.version,
            lease.version + 1
        );
    }
}

pub(super) async fn a_dropped_creation_is_settled_by_loading(on: Setting) {
    let worker = on.worker("w").await;
    let header = header("run");
    drop(begun(on.store.create(&header, &worker)));
    let found = on
        .store
        .load(&header.run_id)
        .await
        .expect("nothing is wrong with the store");
    let lease = match found {
        Some(_) => on.store.acquire(&header.run_id, &worker).await,
        // It may still be on its way.
        None => match on.store.create(&header, &worker).await {
            Err(StoreError::AlreadyExists(_)) => on.store.acquire(&header.run_id, &worker).await,
            answer => answer,
        },
    };
    let lease = lease.expect("the same worker can go on");
    on.append(&lease, vec![ended(0, "a")]).await;
}

pub(super) async fn other_dropped_calls_are_settled_by_calling_again(on: Setting) {
    let worker = on.worker("w").await;
    on.created("run", &worker).await;
    let run = run_id("run");
    drop(begun(on.store.heartbeat(&worker, TTL)));
    on.worker("w").await;
    drop(begun(on.store.request(&run, RunRequest::Pause)));
    let asked = on.store.request(&run, RunRequest::Pause).await;
    assert!(asked.expect("asking again settles it"));
    drop(begun(on.store.acquire(&run, &worker)));
    let lease = on.acquire("run", &worker).await;
    on.append(&lease, vec![ended(0, "a")]).await;
    drop(begun(on.store.load(&run)));
    drop(begun(on.store.retire(&worker)));
    on.store.retire(&worker).await.expect("retiring again settles it");
    drop(begun(on.store.delete(&run)));
    on.store.delete(&run).await.expect("deleting again settles it");
    let found = on.store.load(&run).await;
    assert_eq!(found.expect("nothing is wrong with the store"), None);
}

pub(super) async fn many_runs_write_at_once(on: Setting) {
    let worker = on.worker("w").await;
    let runs = (0..32).map(|number| {
        let (store, worker) = (Arc::clone(&on.store), worker.clone());
        tokio::spawn(async move {
            let lease = store.create(&header(&format!("run-{number}")), &worker).await?;
            let journal: Vec<JournalRow> = (0..8).map(|step| ended(step, &number.to_string())).collect();
            for row in &journal {
                store.append(&lease, vec![row.clone()]).await?;
            }
            store
                .save(&lease, update(lease.version, RunStatus::Completed, &journal))
                .await?;
            Ok::<_, StoreError>(journal)
        })
    });
    for (run, number) in runs.collect::<Vec<_>>().into_iter().zip(0..) {
        let journal = run
            .await
            .expect("no panic")
            .expect("runs do not disturb each other");
        assert_eq!(on.loaded(&format!("run-{number}")).await.journal, journal);
    }
}

pub(super) async fn a_refused_call_does_not_disturb_its_neighbours(on: Setting) {
    let worker = on.worker("w").await;
    let mut leases = Vec::new();
    for number in 0..9 {
        leases.push(on.created(&format!("run-{number}"), &worker).await);
    }
    on.append(&leases[3], vec![ended(1, "there")]).await;
    on.end(&leases[6], RunStatus::Paused).await;
    let rows = || vec![ended(0, "a"), ended(1, "b")];
    let calls = leases.iter().map(|lease| on.store.append(lease, rows()));
    let answers = in_one_go(calls.collect()).await;
    for (number, answer) in answers.into_iter().enumerate() {
        let journal = on.loaded(&format!("run-{number}")).await.journal;
        match number {
            3 => {
                refused!(answer, StoreError::Conflict { .. });
                assert_eq!(journal, [ended(1, "there")]);
            }
            6 => {
                refused!(answer, StoreError::Fenced { .. });
                assert_eq!(journal, []);
            }
            _ => {
                answer.expect("the call of a neighbour is as good as alone");
                assert_eq!(journal, rows());
            }
        }
    }
}

/// Makes calls of one type of those with different answers.
fn unanswered<'a, T: 'a>(call: impl Future<Output = Result<T, StoreError>> + Send + 'a) -> Call<'a, ()> {
    Box::pin(async move { call.await.map(|_| ()) })
}
