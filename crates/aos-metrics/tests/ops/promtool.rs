//! What the tools of Prometheus and Alertmanager check without a server.

use std::{fs, io::Write, process::Stdio};

use crate::{
    exported::Exported,
    tools::{AMTOOL, PROMTOOL, ops},
};

pub(crate) fn the_metrics_are_accepted() {
    let exported = Exported::new();
    exported.drive();
    let mut child = PROMTOOL
        .command()
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(exported.exporter.render().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success() && printed.is_empty(),
        "{}",
        String::from_utf8_lossy(&printed)
    );
}

pub(crate) fn the_rules_are_accepted() {
    let rules = [
        "prometheus_rules/workflow_alerts.yml",
        "prometheus_rules/exporter_alerts.yml",
    ];
    let printed = PROMTOOL.run(&["check", "rules", "--lint=all", "--lint-fatal", rules[0], rules[1]]);
    assert!(
        printed.contains("16 rules found") && printed.contains("1 rules found"),
        "{printed}"
    );
}

pub(crate) fn the_cases_of_the_rules_hold() {
    let mut files: Vec<_> = fs::read_dir(ops().join("prometheus_rules/tests"))
        .unwrap()
        .map(|entry| format!("prometheus_rules/tests/{}", entry.unwrap().file_name().display()))
        .collect();
    files.sort();
    assert!(files.len() >= 7, "{files:?}");
    let words: Vec<_> = ["test", "rules"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    let printed = PROMTOOL.run(&words);
    assert_eq!(printed.matches("SUCCESS").count(), files.len(), "{printed}");
}

pub(crate) fn the_configuration_is_accepted() {
    let printed = PROMTOOL.run(&["check", "config", "prometheus/prometheus.yml"]);
    assert!(printed.contains("2 rule files found"), "{printed}");
}

pub(crate) fn the_configuration_of_alertmanager_is_accepted() {
    AMTOOL.run(&["check-config", "alertmanager/alertmanager.yml"]);
}
