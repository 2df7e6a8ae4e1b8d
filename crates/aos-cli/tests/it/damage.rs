//! Stores that were damaged.

use sqlx::{Connection, SqliteConnection};

use crate::support::{Desk, HELLO};

/// Executes a statement on the store of `desk`.
fn execute(desk: &Desk, statement: &'static str) {
    let url = format!("sqlite:{}", desk.path(".aos/aos.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let done = sqlx::query(statement).execute(&mut connection).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement} changed nothing");
        connection.close().await.unwrap();
    });
}

#[test]
pub(crate) fn a_changed_row_is_reported_and_nothing_is_executed() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--run-id", "hurt"], 0);
    desk.check(&["run", "hello.yaml", "--run-id", "well"], 0);
    execute(
        &desk,
        "update workflow_steps set body = replace(body, 'HELLO', 'OTHER')
         where run_no = (select run_no from workflow_checkpoints where run_id = 'hurt')",
    );
    for args in [
        &["runs", "show", "hurt"][..],
        &["runs", "watch", "hurt"],
        &["resume", "hurt"],
        &["run", "hello.yaml", "--run-id", "hurt"],
    ] {
        let ended = desk.check(args, 7);
        ended.says(&[
            "error[DATA_CORRUPT]",
            "`hurt`",
            "sqlite:.aos/aos.db",
            "help: Restore the store from a backup",
        ]);
        assert_eq!(ended.stdout, "");
    }
    desk.check(&["runs", "show", "well"], 0);
    desk.check(&["runs", "list"], 0).answers(&["hurt", "well"]);
}

#[test]
fn a_changed_workflow_is_reported() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--run-id", "hurt"], 0);
    execute(
        &desk,
        "update workflow_specs set spec = replace(spec, 'greet', 'grete')",
    );
    desk.check(&["runs", "show", "hurt"], 7)
        .says(&["error[DATA_CORRUPT]", "`hurt`"]);
}

#[test]
fn a_file_that_is_no_store_is_reported_and_left_alone() {
    let text = "this is a text and no database, long enough to be looked at as one".repeat(20);
    let desk = Desk::with(&[("hello.yaml", HELLO), ("aos.db", &text)]);
    for args in [&["run", "hello.yaml"][..], &["runs", "list"], &["doctor"]] {
        let ended = desk.check(&[args, &["--store", "sqlite:aos.db"]].concat(), 10);
        assert!(
            format!("{}{}", ended.stdout, ended.stderr).contains("is not a SQLite database"),
            "{ended:#?}"
        );
    }
    assert_eq!(desk.read("aos.db"), text);
}

#[test]
fn a_store_of_a_newer_version_is_reported() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml"], 0);
    execute(&desk, "update aos_migrations set version = version + 1000");
    desk.check(&["runs", "list"], 10)
        .says(&["error[CHECKPOINT_LOAD_FAILED]", "newer"]);
}
