//! However many names there are, the number of series stays bounded.

use std::time::Duration;

use aos_spec::{
    Money,
    port::{Finding, RunObserver},
};

use crate::fixture::{attempt, cents, commit, exporter, start, value_in};

fn n_series(text: &str, metric: &str) -> usize {
    text.lines().filter(|line| line.starts_with(metric)).count()
}

#[test]
fn ten_thousand_names_leave_the_number_of_series_bounded() {
    let (exporter, clock) = exporter();
    for n in 0..10_000_u32 {
        clock.advance(Duration::from_secs(1));
        start(&exporter, &format!("run{n}"), false);
        attempt(&exporter, &format!("skill{n}"), Duration::ZERO, Money::ZERO);
        commit(&exporter, &format!("step{n}"), cents("1"));
        exporter.metrics().forbidden_skill_attempted(&format!("evil{n}"));
        if n % 1_000 == 0 {
            // What a scrape has once seen does not add up either.
            assert!(exporter.render().len() < 400_000);
        }
    }
    let text = exporter.render();
    assert_eq!(n_series(&text, "nova_workflow_running_age_seconds{"), 20);
    assert_eq!(n_series(&text, "nova_workflow_step_cost_cents{"), 200);
    assert_eq!(n_series(&text, "nova_workflow_step_duration_seconds_count{"), 101);
    assert_eq!(
        n_series(&text, "nova_workflow_forbidden_skill_attempts_total{"),
        2
    );
    assert_eq!(
        value_in(
            &text,
            "nova_workflow_step_duration_seconds_count{skill_id=\"other\"}"
        ),
        Some(9_900.0)
    );
    assert_eq!(
        value_in(&text, "nova_workflow_running_age_seconds{run_id=\"run0\"}"),
        Some(9_999.0)
    );
    assert_eq!(value_in(&text, "nova_workflow_running_runs"), Some(10_000.0));
    let n_lines = text.lines().count();
    assert!(n_lines < 2_200, "{n_lines} lines");
}

#[test]
fn a_hostile_entry_of_a_deny_list_gets_no_series() {
    let clock = std::sync::Arc::new(crate::fixture::ManualClock::default());
    let options = aos_metrics::MetricsOptions::default().with_forbidden_skills(["bad\\\"\n", "", "good"]);
    let exporter = aos_metrics::Exporter::new(clock, &options);
    let mut finding = Finding::new("RULE", "", "");
    finding.forbidden_skill = Some("bad\\\"\n".to_owned());
    let rejected = aos_spec::port::RunEvent::Rejected {
        run_id: &"r".parse().unwrap(),
        findings: &[finding],
    };
    exporter.metrics().observe(&rejected);
    let text = exporter.render();
    assert!(!text.contains("bad"), "{text}");
    assert_eq!(
        value_in(
            &text,
            "nova_workflow_forbidden_skill_attempts_total{skill_id=\"good\"}"
        ),
        Some(0.0)
    );
    assert_eq!(
        value_in(
            &text,
            "nova_workflow_forbidden_skill_attempts_total{skill_id=\"other\"}"
        ),
        Some(1.0)
    );
}
