//! The dashboards are whole, and speak of metrics that exist. Whether queries have answers is asked of a real Prometheus
//! elsewhere.

use std::{collections::BTreeSet, fs};

use aos_metrics::catalogue;
use serde_json::Value;

use crate::{fixture::root, promql};

fn dashboards() -> Vec<Value> {
    let folder = fs::read_dir(root().join("ops/grafana")).unwrap();
    let dashboards: Vec<Value> = folder
        .map(|entry| serde_json::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap())
        .collect();
    assert!(!dashboards.is_empty());
    dashboards
}

fn panels(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().expect("panels")
}

fn queries(dashboard: &Value) -> Vec<String> {
    let targets = panels(dashboard)
        .iter()
        .flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    targets
        .map(|target| {
            target["expr"]
                .as_str()
                .expect("an expression")
                .replace("$__rate_interval", "1m")
        })
        .collect()
}

#[test]
fn panels_have_ids_of_their_own_and_do_not_overlap() {
    for dashboard in dashboards() {
        assert!(
            dashboard["uid"]
                .as_str()
                .is_some_and(|uid| uid.starts_with("aos-")),
            "a stable uid keeps links alive"
        );
        let mut ids = BTreeSet::new();
        let mut cells = BTreeSet::new();
        for panel in panels(&dashboard) {
            let title = panel["title"].as_str().expect("a title");
            assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{title}: id");
            let [x, y, w, h] =
                ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().expect("a place"));
            assert!(x + w <= 24, "{title} is too wide");
            for cell in (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y))) {
                assert!(cells.insert(cell), "{title} covers another panel at {cell:?}");
            }
        }
    }
}

#[test]
fn panels_are_described_and_ask_the_data_source_that_was_chosen() {
    for dashboard in dashboards() {
        for panel in panels(&dashboard).iter().filter(|panel| panel["type"] != "row") {
            assert!(
                panel["description"]
                    .as_str()
                    .is_some_and(|text| text.ends_with('.')),
                "{}",
                panel["title"]
            );
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
            assert!(
                panel["targets"]
                    .as_array()
                    .is_some_and(|targets| !targets.is_empty()),
                "{}",
                panel["title"]
            );
        }
    }
}

#[test]
fn queries_speak_of_metrics_and_labels_that_are_exported() {
    for query in dashboards().iter().flat_map(queries) {
        assert!(!promql::metrics(&query).is_empty(), "{query}");
        promql::check_labels(&query);
        promql::check_functions(&query);
    }
}

#[test]
fn every_metric_is_shown() {
    let queries: String = dashboards().iter().flat_map(queries).collect();
    for metric in catalogue::ALL {
        assert!(
            queries.contains(metric.name),
            "{} is on no dashboard",
            metric.name
        );
    }
}
