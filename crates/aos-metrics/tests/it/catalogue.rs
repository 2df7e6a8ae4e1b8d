//! The catalogue is what is promised, what is exported and what is documented.

use std::fmt::Write;

use aos_metrics::catalogue::{self, Kind, Metric};

use crate::fixture::{exporter, read};

#[test]
fn the_promised_names_come_first_and_are_these() {
    let names: Vec<_> = catalogue::ALL.iter().map(|metric| metric.name).collect();
    let promised = [
        "nova_workflow_runs_total",
        "nova_workflow_replay_failures_total",
        "nova_workflow_golden_mismatches_total",
        "nova_workflow_seed_drift_total",
        "nova_workflow_budget_exceeded_total",
        "nova_workflow_checkpoint_failures_total",
        "nova_workflow_sandbox_rejections_total",
        "nova_workflow_forbidden_skill_attempts_total",
        "nova_workflow_cost_cents_total",
        "nova_workflow_duration_seconds",
        "nova_workflow_step_duration_seconds",
        "nova_workflow_checkpoint_save_seconds",
        "nova_workflow_running_age_seconds",
        "nova_workflow_queue_depth",
        "nova_workflow_step_cost_cents",
    ];
    assert_eq!(names[..15], promised);
}

#[test]
fn every_metric_is_exported_at_zero_with_its_kind_label_and_meaning() {
    let (exporter, _) = exporter();
    let text = exporter.render();
    for Metric {
        name,
        kind,
        label,
        help,
        buckets,
        ..
    } in catalogue::ALL
    {
        assert!(text.contains(&format!("# HELP {name} {help}\n")), "{name}: HELP");
        assert!(text.contains(&format!("# TYPE {name} {kind}\n")), "{name}: TYPE");
        let suffix = if *kind == Kind::Histogram { "_count" } else { "" };
        let series = match label {
            Some((label, _)) => format!("{name}{suffix}{{{}=\"", label.name()),
            None => format!("{name}{suffix} "),
        };
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with(&series)).collect();
        assert!(!lines.is_empty(), "{series} is missing");
        if *name != "nova_workflow_build_info" {
            assert!(lines.iter().all(|line| line.ends_with(" 0")), "{lines:?}");
        }
        assert!(
            buckets.is_sorted() && buckets.is_empty() == (*kind != Kind::Histogram),
            "{name}"
        );
    }
    let described = text.lines().filter(|line| line.starts_with("# TYPE")).count();
    assert_eq!(
        described,
        catalogue::ALL.len(),
        "nothing is exported that the catalogue lacks"
    );
}

#[test]
fn the_page_is_the_catalogue() {
    let mut page = String::from(
        "# Metrics\n\nWhat `/metrics` exports. Every series exists at zero from the start, and every label has a bounded set of \
         values.\nThis page is generated from `aos_metrics::catalogue`; a test compares them and prints the page when they \
         differ.\n",
    );
    for metric in catalogue::ALL {
        write!(
            page,
            "\n## `{}`\n\n{} ({})\n",
            metric.name, metric.help, metric.kind
        )
        .unwrap();
        if let Some((label, values)) = metric.label {
            write!(page, "\n- Label `{}`: {values}.\n", label.name()).unwrap();
        }
        if !metric.buckets.is_empty() {
            let bounds: Vec<_> = metric.buckets.iter().map(ToString::to_string).collect();
            let blank = if metric.label.is_none() { "\n" } else { "" };
            writeln!(page, "{blank}- Buckets: {}.", bounds.join(" ")).unwrap();
        }
    }
    assert!(
        read("docs/metrics.md") == page,
        "write this to docs/metrics.md:\n{page}"
    );
}
