//! Which metrics, labels and thresholds an expression speaks of. No parser: expressions are checked by `promtool`, and
//! what matters here stands in plain sight.

use aos_metrics::catalogue::{self, Kind, Metric};

const PREFIX: &str = "nova_workflow_";

/// Labels that Prometheus adds, and that of buckets.
const ADDED: [&str; 3] = ["job", "instance", "le"];

/// Returns the metrics that `expression` names.
///
/// # Panics
///
/// When the catalogue has no such metric.
#[track_caller]
pub(crate) fn metrics(expression: &str) -> Vec<&'static Metric> {
    let names = words(expression).filter(|word| word.starts_with(PREFIX));
    names
        .map(|name| metric(name).unwrap_or_else(|| panic!("no metric is called {name}: {expression}")))
        .collect()
}

/// Returns the names of the metrics of the catalogue in `expression`.
pub(crate) fn metrics_or_none(expression: &str) -> Vec<&'static str> {
    words(expression)
        .filter_map(|word| Some(metric(word)?.name))
        .collect()
}

/// Checks that a bucket in `series` is one that the histogram has.
#[track_caller]
pub(crate) fn check_bound(series: &str) {
    let Some((_, bound)) = series.split_once("le=\"") else {
        return;
    };
    let bound = bound.split('"').next().unwrap_or_default();
    let buckets = metrics(series)[0].buckets;
    let is_bound = bound
        .parse()
        .is_ok_and(|bound: f64| bound.is_infinite() || buckets.contains(&bound));
    assert!(is_bound, "{buckets:?} has no bound {bound}: {series}");
}

fn metric(name: &str) -> Option<&'static Metric> {
    catalogue::ALL.iter().find(|metric| {
        let suffix = name.strip_prefix(metric.name);
        match metric.kind {
            Kind::Histogram => matches!(suffix, Some("_bucket" | "_sum" | "_count")),
            Kind::Counter | Kind::Gauge => suffix == Some(""),
        }
    })
}

/// Checks that every label in `expression`, in a selector or a grouping, belongs to a metric in it.
#[track_caller]
pub(crate) fn check_labels(expression: &str) {
    let metrics = metrics(expression);
    for label in labels(expression) {
        let is_known = ADDED.contains(&label)
            || metrics
                .iter()
                .any(|metric| metric.label.is_some_and(|(own, _)| own.name() == label));
        assert!(is_known, "no metric in it has the label {label}: {expression}");
    }
}

fn labels(expression: &str) -> Vec<&str> {
    let selected = expression
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .flat_map(|(selector, _)| {
            selector
                .split(',')
                .filter_map(|part| part.split(['=', '!']).next())
        });
    let grouped = expression
        .split("by (")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .flat_map(|(names, _)| names.split(','));
    selected.chain(grouped).map(str::trim).collect()
}

/// Checks that what is asked for its growth grows, and that nothing else is.
#[track_caller]
pub(crate) fn check_functions(expression: &str) {
    for function in ["rate(", "increase("] {
        for rest in expression.split(function).skip(1) {
            let metric = metrics(rest).first().copied();
            assert!(
                metric.is_some_and(|metric| metric.kind != Kind::Gauge),
                "a gauge has no rate: {expression}"
            );
        }
    }
    // `a{x="y"} / a` pairs each series with itself, unless both sides are sums.
    for side in expression.split('/').filter(|_| expression.contains('/')) {
        assert!(
            side.contains("sum") || side.trim().starts_with(char::is_numeric),
            "a ratio of sums: {expression}"
        );
    }
}

/// Returns the number that the last comparison in `expression` compares with.
pub(crate) fn threshold(expression: &str) -> Option<f64> {
    expression
        .rsplit(['>', '<'])
        .next()?
        .trim_start_matches('=')
        .trim()
        .parse()
        .ok()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}
