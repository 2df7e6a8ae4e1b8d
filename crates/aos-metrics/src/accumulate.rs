//! Adding one process's counts to what others before it have counted, as text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use crate::catalogue::{self, Kind, Label, MAX_SKILLS};

/// Returns `text` with the counters and histograms of `previous` added. Both are what an exporter has rendered; what is
/// something else in `previous` is dropped. `carried` are cents that no counter of `text` holds yet.
///
/// Series that only `previous` has are kept, as many as the catalogue allows.
pub(crate) fn accumulate(text: &str, previous: &str, carried: f64) -> String {
    let mut before: BTreeMap<&str, f64> = samples(previous)
        .filter(|(series, _)| is_cumulative(series))
        .collect();
    let mut skills: BTreeSet<&str> = samples(text).filter_map(|(series, _)| skill_of(series)).collect();
    let mut sum = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((series, value)) = sample(line) else {
            let _ = writeln!(sum, "{line}");
            continue;
        };
        let cents = if series == catalogue::COST.name {
            carried
        } else {
            0.0
        };
        match before.remove(series) {
            Some(old) => add_line(&mut sum, series, old + value + cents),
            None => add_line(&mut sum, series, value + cents),
        }
        // Behind the last line of a metric come the series that only the other text has.
        let name = metric_of(series);
        if lines
            .peek()
            .and_then(|next| sample(next))
            .is_none_or(|(next, _)| metric_of(next) != name)
        {
            let of_metric: Vec<&str> = before
                .keys()
                .copied()
                .filter(|series| metric_of(series) == name)
                .collect();
            for series in of_metric {
                let old = before.remove(series).unwrap_or(0.0);
                let is_kept = skill_of(series).is_none_or(|skill| {
                    skills.contains(skill) || (skills.len() < MAX_SKILLS && skills.insert(skill))
                });
                if is_kept {
                    add_line(&mut sum, series, old);
                }
            }
        }
    }
    sum
}

fn add_line(text: &mut String, series: &str, value: f64) {
    // Six digits: micro-cents and microseconds; more would be noise of the addition.
    let value = (value * 1e6).round() / 1e6;
    let _ = writeln!(text, "{series} {value}");
}

fn samples(text: &str) -> impl Iterator<Item = (&str, f64)> {
    text.lines().filter_map(sample)
}

/// Returns the series and the value of a line that is a sample.
fn sample(line: &str) -> Option<(&str, f64)> {
    let (series, value) = line.rsplit_once(' ').filter(|_| !line.starts_with('#'))?;
    let value = value.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some((series, value))
}

/// Returns the metric of the catalogue that a series belongs to.
fn metric_of(series: &str) -> Option<&'static str> {
    let name = series.split('{').next()?;
    let metric = catalogue::ALL.iter().find(|metric| match metric.kind {
        Kind::Histogram => name
            .strip_prefix(metric.name)
            .is_some_and(|suffix| ["_bucket", "_sum", "_count"].contains(&suffix)),
        Kind::Counter | Kind::Gauge => name == metric.name,
    });
    metric.map(|metric| metric.name)
}

fn is_cumulative(series: &str) -> bool {
    let name = metric_of(series);
    catalogue::ALL
        .iter()
        .any(|metric| Some(metric.name) == name && metric.kind != Kind::Gauge)
}

fn skill_of(series: &str) -> Option<&str> {
    let (_, labels) = series.split_once('{')?;
    let (_, value) = labels.split_once(Label::SkillId.name())?;
    value.strip_prefix("=\"")?.split('"').next()
}
