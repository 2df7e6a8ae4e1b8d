//! Memory does not grow while nobody scrapes.

use std::{env, fs, process::Command, time::Duration};

use aos_spec::Money;

use crate::fixture::{attempt, exporter, value_in};

const CHILD: &str = "AOS_METRICS_MEMORY_CHILD";
const N_OBSERVATIONS: u32 = 1_000_000;

/// Returns the memory of this process that is resident, in bytes.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
#[cfg(target_os = "linux")]
fn memory_is_flat_over_a_million_observations_without_a_scrape() {
    if env::var_os(CHILD).is_none() {
        // Other tests would move the memory of this process.
        let mut child = Command::new(env::current_exe().unwrap());
        child.args([
            "--exact",
            "upkeep::memory_is_flat_over_a_million_observations_without_a_scrape",
            "--nocapture",
        ]);
        let output = child.env(CHILD, "1").output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("1 passed"),
            "the child ran no test"
        );
        return;
    }
    let (exporter, _) = exporter();
    let observe =
        |n: u32| (0..n).for_each(|_| attempt(&exporter, "echo", Duration::from_millis(3), Money::ZERO));
    observe(N_OBSERVATIONS / 20);
    let before = resident();
    observe(N_OBSERVATIONS);
    let grown = resident().saturating_sub(before);
    // A million samples that nobody has sorted are 8 MB.
    assert!(grown < 1_000_000, "{grown} bytes more");
    let text = exporter.render();
    let series = "nova_workflow_step_duration_seconds_count{skill_id=\"echo\"}";
    assert_eq!(
        value_in(&text, series),
        Some(f64::from(N_OBSERVATIONS + N_OBSERVATIONS / 20))
    );
}
