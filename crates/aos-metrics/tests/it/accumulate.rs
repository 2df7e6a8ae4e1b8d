//! What one process after the other counts adds up, as if it had been one.

use std::time::Duration;

use aos_spec::{Money, RunStatus};

use crate::fixture::{attempt, cents, exporter, finish, value_in};

#[track_caller]
fn check(text: &str, series: &str, expect: f64) {
    assert_eq!(value_in(text, series), Some(expect), "{series} in\n{text}");
}

#[test]
fn counters_and_histograms_add_up_and_gauges_do_not() {
    let mut text = String::new();
    for n in 0..3 {
        let (exporter, _) = exporter();
        exporter.metrics().golden_mismatched();
        finish(&exporter, "r", RunStatus::Completed, Duration::from_secs(40));
        exporter.metrics().set_queue_depth(n);
        text = exporter.render_onto(&text);
    }
    check(&text, "nova_workflow_golden_mismatches_total", 3.0);
    check(&text, "nova_workflow_runs_total{status=\"completed\"}", 3.0);
    check(&text, "nova_workflow_duration_seconds_bucket{le=\"30\"}", 0.0);
    check(&text, "nova_workflow_duration_seconds_bucket{le=\"60\"}", 3.0);
    check(&text, "nova_workflow_duration_seconds_sum", 120.0);
    check(&text, "nova_workflow_duration_seconds_count", 3.0);
    check(&text, "nova_workflow_queue_depth", 2.0);
    check(&text, "nova_workflow_build_info{version=\"0.1.0\"}", 1.0);
}

#[test]
fn fractions_of_cents_are_carried_from_process_to_process() {
    let mut text = String::new();
    for _ in 0..1_000 {
        let (exporter, _) = exporter();
        attempt(&exporter, "llm", Duration::ZERO, cents("0.003301"));
        text = exporter.render_onto(&text);
    }
    check(&text, "nova_workflow_cost_cents_total", 3.301);
}

#[test]
fn skills_of_earlier_processes_are_kept_and_stay_bounded() {
    let mut text = String::new();
    for n in 0..300 {
        let (exporter, _) = exporter();
        attempt(&exporter, &format!("skill{n}"), Duration::ZERO, Money::ZERO);
        text = exporter.render_onto(&text);
    }
    let series = |text: &str| text.matches("nova_workflow_step_duration_seconds_count{").count();
    check(
        &text,
        "nova_workflow_step_duration_seconds_count{skill_id=\"skill299\"}",
        1.0,
    );
    assert!((90..=101).contains(&series(&text)), "{text}");
    // A family is in one piece, or Prometheus refuses the text.
    let of_family: Vec<bool> = text
        .lines()
        .map(|line| line.contains("nova_workflow_step_duration_seconds"))
        .collect();
    let n_changes = of_family.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(n_changes, 2);
}

#[test]
fn what_is_no_count_of_ours_is_dropped() {
    let (exporter, _) = exporter();
    exporter.metrics().replay_failed();
    // The families come in any order.
    let onto = |previous: &str| {
        let text = exporter.render_onto(previous);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let fresh = onto("");
    for previous in [
        "\0\u{1f980} no text of metrics",
        "nova_workflow_replay_failures_total NaN\n",
        "nova_workflow_replay_failures_total\n",
        "node_load1 3\nnova_workflow_unknown_total 7\n",
        "nova_workflow_queue_depth 99\n# HELP nova_workflow_replay_failures_total 5\n",
    ] {
        assert_eq!(onto(previous), fresh, "{previous:?}");
    }
    let mut rendered: Vec<String> = exporter.render().lines().map(str::to_owned).collect();
    rendered.sort();
    assert_eq!(fresh, rendered, "nothing is added to nothing");
}
