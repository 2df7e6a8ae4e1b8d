//! The line by which a measurement is handed to `cargo xtask bench`.

use serde_json::json;

/// What should hold of a measurement.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// Of the value.
    Max(f64),
    /// Of the value.
    Min(f64),
    /// Of the value over the floor.
    MaxRatio(f64),
    /// Of the value over the floor.
    MinRatio(f64),
}

#[expect(clippy::print_stdout, reason = "this is how a benchmark program reports")]
pub(crate) fn report(name: &str, unit: &str, value: f64, floor: Option<(&str, f64)>, bound: Bound) {
    let (kind, bound) = match bound {
        Bound::Max(bound) => ("max", bound),
        Bound::Min(bound) => ("min", bound),
        Bound::MaxRatio(bound) => ("max_ratio", bound),
        Bound::MinRatio(bound) => ("min_ratio", bound),
    };
    let mut line = json!({ "name": name, "unit": unit, "value": value, "bound": bound, "bound_kind": kind });
    if let Some((floor_name, floor)) = floor {
        line["floor_name"] = floor_name.into();
        line["floor"] = floor.into();
    }
    println!("AOS-BENCH {line}");
}
