//! What the real Prometheus and Alertmanager make of `ops/` and of the metrics.
//!
//! The programs come with the Debian packages `prometheus` and `prometheus-alertmanager`; `cargo xtask setup-ops`
//! installs them. Where they are missing these tests are shown as ignored, and in CI they fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod alerts;
mod daemon;
mod dashboard;
mod exported;
mod promtool;
mod tools;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::tools::{ALERTMANAGER, AMTOOL, PROMETHEUS, PROMTOOL, Tool};

fn main() {
    let tests = vec![
        test(
            "promtool_accepts_the_metrics",
            &[PROMTOOL],
            promtool::the_metrics_are_accepted,
        ),
        test(
            "promtool_accepts_the_rules",
            &[PROMTOOL],
            promtool::the_rules_are_accepted,
        ),
        test(
            "every_alert_fires_and_stays_quiet_as_its_cases_say",
            &[PROMTOOL],
            promtool::the_cases_of_the_rules_hold,
        ),
        test(
            "promtool_accepts_the_configuration",
            &[PROMTOOL],
            promtool::the_configuration_is_accepted,
        ),
        test(
            "amtool_accepts_the_configuration",
            &[AMTOOL],
            promtool::the_configuration_of_alertmanager_is_accepted,
        ),
        test(
            "every_query_of_the_dashboards_has_an_answer",
            &[PROMETHEUS],
            dashboard::every_query_has_an_answer,
        ),
        test(
            "failures_arrive_as_alerts_at_a_webhook",
            &[PROMETHEUS, ALERTMANAGER],
            alerts::failures_arrive_at_a_webhook,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

/// Returns a test that needs `tools`.
fn test(name: &'static str, tools: &[Tool], run: fn()) -> Trial {
    let missing: Vec<_> = tools
        .iter()
        .filter(|tool| tool.path().is_none())
        .map(|tool| tool.name())
        .collect();
    let is_ci = std::env::var_os("CI").is_some();
    if missing.is_empty() {
        return Trial::test(name, move || {
            run();
            Ok(())
        });
    }
    let reason = format!(
        "{} not found; `cargo xtask setup-ops` installs it",
        missing.join(" and ")
    );
    if is_ci {
        return Trial::test(name, move || Err(Failed::from(reason)));
    }
    eprintln!("{name} is ignored: {reason}");
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}
