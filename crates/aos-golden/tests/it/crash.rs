//! Whatever a crash interrupts, a file with the name of a golden is whole and signed, and recording again completes it.

use std::{path::PathBuf, sync::Arc};

use aos_golden::{GoldenRecorder, KeyRing, RecorderOptions, fs::FileSystem, load_golden_on};
use serde_json::json;

use crate::{
    disk::{Disk, Files},
    support::{Run, TickingClock, block_on},
};

fn folder() -> PathBuf {
    "golden".into()
}

/// Records `run` on a disk with `files` whose power goes after `operations`.
fn record(run: &Run, files: &Files, operations: Option<usize>, options: &RecorderOptions) -> (Disk, bool) {
    let disk = Disk::new(files, operations);
    let recorder = GoldenRecorder::on_file_system(Arc::new(disk.clone()), folder(), KeyRing::development())
        .with_options(options.clone());
    let is_done = block_on(run.tell(&recorder)).is_ok();
    (disk, is_done)
}

/// Checks that each file with the name of a golden verifies.
#[track_caller]
fn check_named_files(files: &Files) {
    let disk: Arc<dyn FileSystem> = Arc::new(Disk::new(files, None));
    for path in files
        .keys()
        .filter(|path| path.to_string_lossy().ends_with(".steps.jsonl"))
    {
        let verified = load_golden_on(&disk, path, &KeyRing::development());
        assert!(verified.is_ok(), "{verified:?} with {:?}", files.keys());
    }
}

/// Crashes at every operation, in every way, and records again; returns how many ways there were.
fn crash_everywhere(run: &Run, options: &RecorderOptions, before: &Files) -> usize {
    let (whole, is_done) = record(run, before, None, options);
    assert!(is_done);
    let expected = whole.survivors();
    assert_eq!(expected.len(), 1, "everything is durable at the end");
    check_named_files(&expected[0]);
    let mut n_ways = 0;
    for operations in 0..whole.n_operations() {
        let (crashed, is_done) = record(run, before, Some(operations), options);
        assert!(!is_done, "stopped after {operations} operations");
        for files in crashed.survivors() {
            check_named_files(&files);
            let (again, is_done) = record(run, &files, None, options);
            assert!(
                is_done,
                "after {operations} operations {:?} cannot be completed",
                files.keys()
            );
            let after = again.survivors();
            check_named_files(&after[0]);
            let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&after[0]), names(&expected[0]));
            n_ways += 1;
        }
    }
    n_ways
}

#[test]
fn a_crash_at_any_instant_leaves_a_signed_golden_or_what_can_be_completed() {
    let run = Run::with_everything("r1");
    let n_ways = crash_everywhere(&run, &RecorderOptions::new(), &Files::new());
    assert!(n_ways > 30, "{n_ways}");
}

#[test]
fn the_same_holds_when_every_recording_has_other_moments() {
    let run = Run::with_everything("r1");
    let options = RecorderOptions::new().with_clock(Arc::new(TickingClock::default()));
    crash_everywhere(&run, &options, &Files::new());
}

#[test]
fn the_same_holds_for_a_long_run_that_is_written_in_pieces() {
    let run = Run::new(
        "r1",
        (0..9).map(|index| json!({ "text": "x".repeat(20_000 + index) })),
    );
    crash_everywhere(&run, &RecorderOptions::new(), &Files::new());
}

#[test]
fn the_same_holds_after_another_crash_and_over_a_finished_golden() {
    let run = Run::with_everything("r1");
    let options = RecorderOptions::new().with_clock(Arc::new(TickingClock::default()));
    let (whole, _) = record(&run, &Files::new(), None, &options);
    crash_everywhere(&run, &options, &whole.survivors()[0]);
    for operations in 0..whole.n_operations() {
        let (crashed, _) = record(&run, &Files::new(), Some(operations), &options);
        for files in crashed.survivors() {
            crash_everywhere(&run, &options, &files);
        }
    }
}

#[test]
fn without_moments_a_completed_golden_has_the_bytes_of_an_uninterrupted_one() {
    let run = Run::with_everything("r1");
    let options = RecorderOptions::new();
    let (whole, _) = record(&run, &Files::new(), None, &options);
    let expected = &whole.survivors()[0];
    for operations in 0..whole.n_operations() {
        let (crashed, _) = record(&run, &Files::new(), Some(operations), &options);
        for files in crashed.survivors() {
            let (again, _) = record(&run, &files, None, &options);
            assert_eq!(again.survivors()[0], *expected);
        }
    }
}
