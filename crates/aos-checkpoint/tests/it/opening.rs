//! Opening and closing files.

use std::fs;

use aos_checkpoint::{SqliteCheckpointStore, SqliteOptions, Store, StoreUrl, SystemClock};
use aos_spec::port::{CheckpointStore, StoreError};
use std::sync::Arc;

use crate::support::{InFile, header, registered, row, run_id, worker};

/// Asserts that the path is refused with these words.
async fn check_refused(options: SqliteOptions, words: &[&str]) {
    match SqliteCheckpointStore::open(options).await {
        Err(StoreError::Unavailable(reason)) => {
            assert!(words.iter().all(|word| reason.contains(word)), "{reason}");
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_closing_and_opening_again() {
    let file = InFile::new();
    let store = file.open().await;
    let worker = registered(&store, "w").await;
    let lease = store.create(&header("run"), &worker).await.unwrap();
    store.append(&lease, vec![row(0, 300)]).await.unwrap();
    let before = store.load(&lease.run_id).await.unwrap();
    store.close().await;
    assert_eq!(file.open().await.load(&lease.run_id).await.unwrap(), before);
}

#[tokio::test]
async fn what_was_answered_is_there_although_nobody_closed_the_store() {
    let file = InFile::new();
    let store = file.open().await;
    let lease = store.create(&header("run"), &worker("w")).await.unwrap();
    store.append(&lease, vec![row(0, 300)]).await.unwrap();
    // The first handle is still open: the second one finds the file as a crash would have left it.
    let found = file.open().await.load(&lease.run_id).await.unwrap();
    assert_eq!(found.unwrap().journal, [row(0, 300)]);
}

#[tokio::test]
async fn dropping_the_store_finishes_what_is_queued() {
    let file = InFile::new();
    let store = file.open().await;
    let lease = store.create(&header("run"), &worker("w")).await.unwrap();
    let append = tokio::spawn({
        let (store, lease) = (store.clone(), lease.clone());
        async move { store.append(&lease, vec![row(0, 300)]).await }
    });
    drop(store);
    append.await.unwrap().unwrap();
}

#[tokio::test]
async fn closing_leaves_one_file_and_nothing_else() {
    let file = InFile::new();
    let store = file.open().await;
    registered(&store, "w").await;
    store.load(&run_id("run")).await.unwrap();
    store.close().await;
    let names: Vec<_> = fs::read_dir(file.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["aos.db"]);
}

#[tokio::test]
async fn a_closed_store_is_unavailable_and_stays_so() {
    let file = InFile::new();
    let store = file.open().await;
    let clone = store.clone();
    store.close().await;
    store.close().await;
    for outcome in [
        clone.retire(&worker("w")).await,
        clone.ping().await,
        clone.load(&run_id("run")).await.map(|_| ()),
    ] {
        match outcome {
            Err(StoreError::Unavailable(reason)) => assert!(reason.contains("was closed"), "{reason}"),
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_processes_may_open_a_new_file_at_once() {
    let file = Arc::new(InFile::new());
    let opened = (0..8).map(|number| {
        let file = Arc::clone(&file);
        tokio::spawn(async move {
            let store = file.open().await;
            let run = format!("run-{number}");
            store.create(&header(&run), &worker("w")).await.unwrap();
            store
        })
    });
    let opened: Vec<_> = opened.collect();
    for task in opened {
        task.await.unwrap().close().await;
    }
    let store = file.open().await;
    assert_eq!(store.list(&Default::default()).await.unwrap().len(), 8);
}

#[tokio::test]
async fn missing_folders_are_created() {
    let file = InFile::new();
    let url = StoreUrl::Sqlite(file.folder.path().join("a/b/aos.db"));
    let store = Store::open(&url, Arc::new(SystemClock)).await.unwrap();
    store.port().ping().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_name_that_means_something_to_sqlite_is_a_file_too() {
    let file = InFile::new();
    for name in [":memory:", "file:a?mode=memory", "ä ö%20#"] {
        let path = file.folder.path().join(name);
        let store = SqliteCheckpointStore::open(SqliteOptions::new(&path))
            .await
            .unwrap();
        store.create(&header("run"), &worker("w")).await.unwrap();
        store.close().await;
        assert!(path.is_file(), "{name}");
    }
}

#[tokio::test]
async fn a_folder_is_refused() {
    let file = InFile::new();
    let options = SqliteOptions::new(file.folder.path());
    check_refused(
        options,
        &["cannot be opened", "a file in a folder you may write to"],
    )
    .await;
}

#[tokio::test]
async fn a_path_below_a_file_is_refused() {
    let file = InFile::new();
    fs::write(file.path(), "").unwrap();
    let options = SqliteOptions::new(file.path().join("aos.db"));
    check_refused(options, &["aos.db", "cannot be created"]).await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = InFile::new();
    let content = "This is not a database, but a letter. ".repeat(100);
    fs::write(file.path(), &content).unwrap();
    check_refused(file.options(), &["aos.db", "not a SQLite database"]).await;
    assert_eq!(fs::read_to_string(file.path()).unwrap(), content);
}

#[tokio::test]
async fn a_file_of_a_newer_format_is_refused() {
    let file = InFile::new();
    file.open().await.close().await;
    file.tamper("insert into aos_migrations(version, name, applied_at) values (99, 'the future', 0)")
        .await;
    match SqliteCheckpointStore::open(file.options()).await {
        Err(StoreError::TooNew { found, supported }) => assert!(found == 99 && supported < 99),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn the_tables_of_others_in_the_same_file_are_left_alone() {
    let file = InFile::new();
    fs::write(file.path(), "").unwrap();
    file.tamper("create table notes(text); insert into notes values ('mine');")
        .await;
    let store = file.open().await;
    store.create(&header("run"), &worker("w")).await.unwrap();
    store.close().await;
    let kept: String = sqlx::query_scalar("select text from notes")
        .fetch_one(&mut file.connect_below().await)
        .await
        .unwrap();
    assert_eq!(kept, "mine");
}
