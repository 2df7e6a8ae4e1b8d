//! Every query of the dashboards, asked of a Prometheus that has read metrics in which everything has happened.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{daemon::Daemon, exported::Exported, tools::ops};

pub(crate) fn every_query_has_an_answer() {
    let exported = Exported::new();
    let prometheus = Daemon::prometheus(exported.server.local_addr(), None);
    let queries = queries();
    assert!(queries.len() >= 15, "{queries:?}");
    // Rates need growth between two scrapes.
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut unanswered = queries;
    while !unanswered.is_empty() {
        exported.drive();
        thread::sleep(Duration::from_millis(500));
        let is_late = Instant::now() > deadline;
        unanswered.retain(|query| {
            let series = prometheus
                .query(query)
                .unwrap_or_else(|error| panic!("{query}: {error}"));
            series.iter().all(|series| series["value"][1] == "NaN")
        });
        assert!(!is_late || unanswered.is_empty(), "no answer to {unanswered:#?}");
    }
}

/// Returns the queries of all dashboards, with their variables replaced.
fn queries() -> Vec<String> {
    let mut queries = Vec::new();
    for entry in fs::read_dir(ops().join("grafana")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let dashboard: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            for panel in dashboard["panels"].as_array().unwrap() {
                for target in panel["targets"].as_array().into_iter().flatten() {
                    queries.push(
                        target["expr"]
                            .as_str()
                            .unwrap()
                            .replace("$__rate_interval", "1m")
                            .replace("$job", "aos"),
                    );
                }
            }
        }
    }
    queries
}
