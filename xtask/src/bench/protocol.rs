//! The line by which a benchmark program hands over one measurement.
//!
//! ```text
//! AOS-BENCH {"name":"durable step","unit":"us","value":152.4,"floor_name":"INSERT","floor":131.0,"bound":1.25,"bound_kind":"max_ratio"}
//! ```
//!
//! | field | meaning |
//! | --- | --- |
//! | `name` | what was measured; unique in its program |
//! | `unit` | of `value` and `floor` |
//! | `value` | the measurement |
//! | `floor_name`, `floor` | what the same machine reached in the same run with nothing but the unavoidable work |
//! | `ratio` | when it is not `value / floor` |
//! | `bound_kind` | `max_ratio` or `min_ratio` (of `ratio`), `max` or `min` (of `value`), `none` |
//! | `bound` | the number that is not passed |

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

/// What a line with a measurement begins with.
pub const PREFIX: &str = "AOS-BENCH ";

const FIELDS: &[&str] = &[
    "name",
    "unit",
    "value",
    "floor_name",
    "floor",
    "ratio",
    "bound",
    "bound_kind",
];

/// One measurement of one round.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What was measured.
    pub name: String,
    /// The unit of `value` and `floor`.
    pub unit: String,
    /// The measurement.
    pub value: f64,
    /// What was measured beside it for comparison.
    pub floor: Option<Floor>,
    /// How the value compares with the floor.
    pub ratio: Option<f64>,
    /// What should hold.
    pub bound: Option<Bound>,
}

/// The unavoidable work, measured in the same run.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    /// What it is.
    pub name: String,
    /// The measurement.
    pub value: f64,
}

/// What should hold of a measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The ratio is at most this.
    MaxRatio(f64),
    /// The ratio is at least this.
    MinRatio(f64),
    /// The value is at most this.
    Max(f64),
    /// The value is at least this.
    Min(f64),
}

impl Bound {
    /// Whether the bound holds; never when it is about a ratio and there is none.
    #[must_use]
    pub fn holds(self, value: f64, ratio: Option<f64>) -> bool {
        match self {
            Self::MaxRatio(bound) => ratio.is_some_and(|ratio| ratio <= bound),
            Self::MinRatio(bound) => ratio.is_some_and(|ratio| ratio >= bound),
            Self::Max(bound) => value <= bound,
            Self::Min(bound) => value >= bound,
        }
    }
}

/// Reads a line: `None` when it is not a measurement.
///
/// # Errors
///
/// When the line begins like a measurement and is not one.
pub fn parse(line: &str) -> Result<Option<Measurement>> {
    let Some(json) = line.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let read = || {
        let fields: Map<String, Value> = serde_json::from_str(json)?;
        measurement(&fields)
    };
    read().with_context(|| format!("read `{line}`")).map(Some)
}

fn measurement(fields: &Map<String, Value>) -> Result<Measurement> {
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        bail!("there is no field `{unknown}`");
    }
    let value = number(fields, "value")?.context("`value` is missing")?;
    let floor = match (text(fields, "floor_name")?, number(fields, "floor")?) {
        (name, Some(value)) => Some(Floor {
            name: name.unwrap_or_else(|| "floor".to_owned()),
            value,
        }),
        (Some(_), None) => bail!("`floor_name` needs `floor`"),
        (None, None) => None,
    };
    let ratio = number(fields, "ratio")?.or_else(|| floor.as_ref().map(|floor| value / floor.value));
    ensure!(ratio.is_none_or(f64::is_finite), "`floor` is zero");
    let bound = match (text(fields, "bound_kind")?.as_deref(), number(fields, "bound")?) {
        (None | Some("none"), None) => None,
        (Some("max_ratio"), Some(bound)) => Some(Bound::MaxRatio(bound)),
        (Some("min_ratio"), Some(bound)) => Some(Bound::MinRatio(bound)),
        (Some("max"), Some(bound)) => Some(Bound::Max(bound)),
        (Some("min"), Some(bound)) => Some(Bound::Min(bound)),
        (kind, _) => bail!("`bound` and `bound_kind` do not fit: {kind:?}"),
    };
    if matches!(bound, Some(Bound::MaxRatio(_) | Bound::MinRatio(_))) {
        ensure!(ratio.is_some(), "a bound of the ratio needs `floor` or `ratio`");
    }
    Ok(Measurement {
        name: text(fields, "name")?.context("`name` is missing")?,
        unit: text(fields, "unit")?.context("`unit` is missing")?,
        value,
        floor,
        ratio,
        bound,
    })
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => bail!("`{name}` is not a text: {other}"),
    }
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<Option<f64>> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_f64()
            .map(Some)
            .with_context(|| format!("`{name}` is not a number: {value}")),
    }
}
