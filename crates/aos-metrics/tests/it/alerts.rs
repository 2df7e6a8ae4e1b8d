//! The alerts speak of metrics that exist, can fire, and lead to a page that exists.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::{
    fixture::{read, root},
    promql,
};

const GROUPS: [(&str, &[&str]); 6] = [
    (
        "aos_workflow_determinism",
        &["ReplayFailures", "GoldenMismatch", "SeedDrift"],
    ),
    (
        "aos_workflow_execution",
        &["FailureRateHigh", "BudgetExceeded", "TimeoutRate"],
    ),
    (
        "aos_workflow_checkpoint",
        &["SaveLatencyHigh", "SaveFailures", "StaleRunning"],
    ),
    (
        "aos_workflow_sandbox",
        &["RejectionRate", "ForbiddenSkillAttempts"],
    ),
    (
        "aos_workflow_performance",
        &["LatencyHigh", "StepLatencyHigh", "QueueBacklog"],
    ),
    ("aos_workflow_cost", &["CostSpike", "StepCostAnomaly"]),
];

const CRITICAL: [&str; 6] = [
    "ReplayFailures",
    "GoldenMismatch",
    "SeedDrift",
    "SaveFailures",
    "ForbiddenSkillAttempts",
    "ExporterDown",
];

fn groups(file: &str) -> Vec<Value> {
    let document: Value =
        serde_saphyr::from_str(&read(&format!("ops/prometheus_rules/{file}"))).expect("YAML");
    document["groups"].as_array().expect("groups").clone()
}

fn rules(group: &Value) -> &[Value] {
    group["rules"].as_array().expect("rules")
}

fn text<'a>(rule: &'a Value, pointer: &str) -> &'a str {
    rule.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} is missing in {rule}"))
}

/// Returns the name of an alert without the prefix.
fn name(rule: &Value) -> &str {
    text(rule, "/alert")
        .strip_prefix("NovaWorkflow")
        .expect("the prefix keeps the names apart from those of others")
}

fn all_rules() -> Vec<Value> {
    let files = ["workflow_alerts.yml", "exporter_alerts.yml"];
    files
        .iter()
        .flat_map(|file| groups(file))
        .flat_map(|group| rules(&group).to_vec())
        .collect()
}

#[test]
fn there_are_sixteen_alerts_in_six_groups() {
    let groups = groups("workflow_alerts.yml");
    let found: Vec<(&str, Vec<&str>)> = groups
        .iter()
        .map(|group| (text(group, "/name"), rules(group).iter().map(name).collect()))
        .collect();
    let expect: Vec<_> = GROUPS
        .iter()
        .map(|(group, names)| (*group, names.to_vec()))
        .collect();
    assert_eq!(found, expect);
    assert_eq!(GROUPS.iter().map(|(_, names)| names.len()).sum::<usize>(), 16);
}

#[test]
fn an_alert_is_critical_where_promised_and_a_warning_elsewhere() {
    for rule in all_rules() {
        let expect = if CRITICAL.contains(&name(&rule)) {
            "critical"
        } else {
            "warning"
        };
        assert_eq!(text(&rule, "/labels/severity"), expect, "{}", name(&rule));
        assert!(!text(&rule, "/labels/component").is_empty());
        for pointer in [
            "/annotations/summary",
            "/annotations/description",
            "/for",
            "/keep_firing_for",
        ] {
            assert!(!text(&rule, pointer).is_empty());
        }
    }
}

#[test]
fn an_alert_speaks_of_metrics_and_labels_that_are_exported() {
    for rule in all_rules() {
        let expression = text(&rule, "/expr");
        assert!(!promql::metrics(expression).is_empty(), "{expression}");
        assert!(
            expression.contains(['>', '<']) || expression.contains("=="),
            "nothing is compared: {expression}"
        );
        if name(&rule) != "ExporterDown" {
            promql::check_labels(expression);
            promql::check_functions(expression);
        }
    }
}

#[test]
fn a_quantile_is_compared_with_a_bound_of_its_buckets_that_is_not_the_last() {
    let mut n_quantiles = 0;
    for rule in all_rules() {
        let expression = text(&rule, "/expr");
        if expression.contains("histogram_quantile") {
            let threshold = promql::threshold(expression).expect("a number");
            let buckets = promql::metrics(expression)[0].buckets;
            // A quantile beyond the last bound is reported as that bound, and would never be above it.
            assert!(
                buckets[..buckets.len() - 1].contains(&threshold),
                "{threshold} of {buckets:?}: {expression}"
            );
            n_quantiles += 1;
        }
    }
    assert_eq!(n_quantiles, 3);
}

#[test]
fn every_alert_has_a_page_and_every_page_an_alert() {
    let alerts: BTreeSet<String> = all_rules()
        .iter()
        .map(|rule| text(rule, "/alert").to_owned())
        .collect();
    for rule in all_rules() {
        let alert = text(&rule, "/alert");
        assert!(
            text(&rule, "/annotations/runbook_url").ends_with(&format!("/ops/runbooks/{alert}.md")),
            "{alert}"
        );
        let page = read(&format!("ops/runbooks/{alert}.md"));
        let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Meaning", "Impact", "Diagnosis", "Remedy"], "{alert}");
        assert!(page.starts_with(&format!("# {alert}\n")), "{alert}");
    }
    let pages: BTreeSet<String> = fs::read_dir(root().join("ops/runbooks"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_string_lossy()
                .trim_end_matches(".md")
                .to_owned()
        })
        .collect();
    assert_eq!(pages, alerts);
}

#[test]
fn every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_quiet() {
    let folder = root().join("ops/prometheus_rules/tests");
    let mut titles = Vec::new();
    let mut fired = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let cases: Value =
            serde_saphyr::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).expect("YAML");
        for case in cases["tests"].as_array().expect("tests") {
            titles.push(text(case, "/name").to_owned());
            fired += &case["promql_expr_test"].to_string();
        }
    }
    for rule in all_rules() {
        let name = name(&rule);
        for verb in ["fires", "is quiet"] {
            assert!(
                titles
                    .iter()
                    .any(|title| title.starts_with(&format!("{name} {verb}"))),
                "{name} {verb}"
            );
        }
        assert!(
            fired.contains(&format!("NovaWorkflow{name}\\\"")),
            "{name} fires in no case"
        );
    }
}

/// Returns the series that the cases of a file load.
fn loaded(file: &str) -> Vec<String> {
    let cases: Value =
        serde_saphyr::from_str(&read(&format!("ops/prometheus_rules/tests/{file}"))).expect("YAML");
    let cases = cases["tests"].as_array().expect("tests").iter();
    cases
        .flat_map(|case| case["input_series"].as_array().expect("series").clone())
        .map(|series| text(&series, "/series").to_owned())
        .collect()
}

#[test]
fn the_cases_load_series_that_are_exported() {
    for entry in fs::read_dir(root().join("ops/prometheus_rules/tests")).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        for series in loaded(&file) {
            if !series.starts_with("up{") {
                assert_eq!(promql::metrics(&series).len(), 1, "{file}: {series}");
                promql::check_labels(&series);
                promql::check_bound(&series);
            }
        }
    }
}

#[test]
fn the_healthy_hour_has_every_series_that_an_alert_asks_for() {
    let healthy = loaded("healthy.yml");
    for rule in all_rules() {
        for metric in promql::metrics(text(&rule, "/expr")) {
            assert!(
                healthy
                    .iter()
                    .any(|series| promql::metrics_or_none(series).contains(&metric.name)),
                "{} is quiet because nothing is loaded of {}",
                name(&rule),
                metric.name
            );
        }
    }
}
