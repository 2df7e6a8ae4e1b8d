//! What goldens cost: recording beside a run, and verifying, comparing and replaying one of 100 MB. Each of the last three happens
//! in a process of its own, whose peak of memory is measured. `cargo xtask bench` runs this and takes medians.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a measurement fails by panicking, and its numbers are small"
)]

mod large;
mod recording;
#[allow(dead_code, reason = "not every benchmark has every kind of bound")]
#[path = "../engine/report.rs"]
mod report;

use std::{path::Path, process::Command};

use self::{
    large::{Measured, N_BYTES},
    report::{Bound, report},
};

/// Tells a process of this program what to measure.
const WORK: &str = "AOS_BENCH_GOLDEN_WORK";
/// Tells it where the golden is.
const FOLDER: &str = "AOS_BENCH_GOLDEN_FOLDER";

fn main() {
    if let (Ok(work), Some(folder)) = (std::env::var(WORK), std::env::var_os(FOLDER)) {
        return large::measure(&work, Path::new(&folder));
    }
    recording::report_added_cost();
    let folder = tempfile::tempdir().expect("a folder");
    large::write(folder.path());
    let hash = in_own_process("hash", folder.path());
    let megabytes = N_BYTES as f64 / 1e6;
    let rate = |measured: &Measured| megabytes / measured.seconds;
    let verify = in_own_process("verify", folder.path());
    let floor = Some(("SHA-256 of the same bytes", rate(&hash)));
    // 70 % of the rate of hashing or 300 MB/s, whichever is less.
    let least = if 0.7 * rate(&hash) < 300.0 {
        Bound::MinRatio(0.7)
    } else {
        Bound::Min(300.0)
    };
    report("verify a golden of 100 MB", "MB/s", rate(&verify), floor, least);
    for (work, least) in [("compare", 0.2), ("replay", 0.05)] {
        let measured = in_own_process(work, folder.path());
        let name = format!("{work} a golden of 100 MB");
        report(&name, "MB/s", rate(&measured), floor, Bound::MinRatio(least));
        if let Some(peak) = measured.peak_megabytes {
            let name = format!("{work} a golden of 100 MB, peak of memory");
            report(&name, "MB", peak, None, Bound::Max(64.0));
        }
    }
}

fn in_own_process(work: &str, folder: &Path) -> Measured {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .env(WORK, work)
        .env(FOLDER, folder)
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{work}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Measured::parse(&printed)
}
