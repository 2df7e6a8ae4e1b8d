//! Appending to journals.

use aos_spec::{
    journal::{JournalRow, RowKind},
    port::StoreError,
};

use super::setting::{Setting, ended, refused, row};

pub(super) async fn rows_come_back_whole_in_the_order_of_step_kind_and_attempt(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let mut last = ended(2, "last");
    last.duration_ms = 1 << 40;
    last.elapsed_ms = 1 << 50;
    let in_order = vec![
        row(0, RowKind::Started, 1, "a"),
        row(0, RowKind::Started, 2, "b"),
        row(0, RowKind::Failed, 1, "c"),
        row(0, RowKind::Failed, 2, "d"),
        row(0, RowKind::Failed, 10, "e"),
        ended(0, "f"),
        row(1, RowKind::Failed, 1, "g"),
        last,
    ];
    let (left, right) = in_order.split_at(4);
    for rows in [right, left] {
        let reversed = rows.iter().rev().cloned().collect();
        on.append(&lease, reversed).await;
    }
    assert_eq!(on.loaded("run").await.journal, in_order);
}

pub(super) async fn rows_that_are_there_already_count_as_appended(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let rows: Vec<JournalRow> = (0..3).map(|step| ended(step, "same")).collect();
    for repeated in [&rows[..2], &rows[..2], &rows[1..2], &rows[..]] {
        on.append(&lease, repeated.to_vec()).await;
    }
    assert_eq!(on.loaded("run").await.journal, rows);
}

pub(super) async fn a_row_that_is_there_with_another_hash_is_refused(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let first = vec![ended(0, "first")];
    on.append(&lease, first.clone()).await;
    refused!(
        on.store.append(&lease, vec![ended(0, "second")]).await,
        StoreError::Conflict { run_id, .. } if *run_id == lease.run_id
    );
    assert_eq!(on.loaded("run").await.journal, first);
}

pub(super) async fn of_a_refused_call_nothing_is_appended(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let there = vec![ended(1, "there")];
    on.append(&lease, there.clone()).await;
    for position in 0..3 {
        let mut rows = vec![ended(0, "new"), ended(2, "new")];
        rows.insert(position, ended(1, "another"));
        refused!(on.store.append(&lease, rows).await, StoreError::Conflict { .. });
    }
    assert_eq!(on.loaded("run").await.journal, there);
}

pub(super) async fn rows_of_one_call_may_repeat_but_not_contradict_each_other(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let contradiction = vec![ended(0, "new"), ended(1, "one"), ended(1, "other")];
    refused!(
        on.store.append(&lease, contradiction).await,
        StoreError::Conflict { .. }
    );
    assert_eq!(on.loaded("run").await.journal, []);
    let repetition = vec![ended(0, "new"), ended(0, "new")];
    on.append(&lease, repetition).await;
    assert_eq!(on.loaded("run").await.journal, [ended(0, "new")]);
}

pub(super) async fn appending_nothing_succeeds(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    on.append(&lease, Vec::new()).await;
    assert_eq!(on.loaded("run").await.journal, []);
}

pub(super) async fn bodies_hold_any_character(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let texts = [
        "",
        "\u{0}",
        "a\u{0}b",
        "\\u0000",
        "\"'`;--",
        "\r\n\t",
        "\u{7f}\u{80}\u{ffff}",
        "ß 漢 🦀",
    ];
    let mut rows: Vec<JournalRow> = (0..).zip(texts).map(|(step, text)| ended(step, text)).collect();
    // A body is canonical JSON, and a store has no reason to look into it.
    for (body, step) in texts.into_iter().zip(100..) {
        let mut raw = ended(step, "");
        raw.hash = aos_spec::ContentHash::of_bytes(body.as_bytes());
        raw.body = body.into();
        rows.push(raw);
    }
    on.append(&lease, rows.clone()).await;
    assert_eq!(on.loaded("run").await.journal, rows);
}

pub(super) async fn long_bodies_come_back_whole(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    // Around the sizes where encodings of lengths change.
    let sizes = [1, 11, 12, 243, 255, 256, 65_535, 65_536, 1 << 20];
    let rows: Vec<JournalRow> = (0..)
        .zip(sizes)
        .map(|(step, size)| ended(step, &"x".repeat(size)))
        .collect();
    on.append(&lease, rows.clone()).await;
    assert!(on.loaded("run").await.journal == rows, "a long body was changed");
}

pub(super) async fn ten_thousand_rows_come_back(on: Setting) {
    let worker = on.worker("w").await;
    let lease = on.created("run", &worker).await;
    let rows: Vec<JournalRow> = (0..10_000).map(|step| ended(step, "one of many")).collect();
    for part in rows.chunks(4_000) {
        on.append(&lease, part.to_vec()).await;
    }
    let run = on.loaded("run").await;
    assert!(
        run.journal == rows,
        "of 10,000 rows {} came back",
        run.journal.len()
    );
    assert_eq!(run.checkpoint.next_step_index.get(), rows.len());
}
