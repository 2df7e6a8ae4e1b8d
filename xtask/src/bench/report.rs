//! Medians over the rounds, as a table for people and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{
    machine::Machine,
    protocol::{Bound, Measurement},
};

/// One measurement and the program that took it.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The program.
    pub program: String,
    /// The measurement.
    pub measurement: Measurement,
}

/// What all rounds together have shown.
#[derive(Debug)]
pub struct Report {
    machine: Machine,
    rows: Vec<Row>,
}

/// One measurement over all rounds.
#[derive(Debug)]
struct Row {
    program: String,
    /// The measurement of the last round, which also has the words.
    last: Measurement,
    values: Vec<f64>,
    floors: Vec<f64>,
    ratios: Vec<f64>,
}

impl Report {
    /// Returns the medians of `samples`, in the order in which their names first appear.
    #[must_use]
    pub fn new(machine: Machine, samples: Vec<Sample>) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for Sample { program, measurement } in samples {
            let is_same = |row: &Row| row.program == program && row.last.name == measurement.name;
            if let Some(row) = rows.iter_mut().find(|row| is_same(row)) {
                row.add(measurement);
            } else {
                rows.push(Row::new(program, measurement));
            }
        }
        Self { machine, rows }
    }

    /// Returns the number of bounds that do not hold.
    #[must_use]
    pub fn n_broken(&self) -> usize {
        self.rows.iter().filter(|row| row.holds() == Some(false)).count()
    }

    /// Returns the table in Markdown, below a line about the machine.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "{}\n\n| program | measurement | value | spread | floor | ratio | bound | verdict |\n\
             | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
            self.machine
        );
        for row in &self.rows {
            let Measurement {
                name,
                unit,
                floor,
                bound,
                ..
            } = &row.last;
            let floor = floor.as_ref().zip(median(&row.floors));
            let verdict = match row.holds() {
                None => "",
                Some(true) => "holds",
                Some(false) => "**broken**",
            };
            let _ = writeln!(
                text,
                "| {} | {name} | {} {unit} | {:.0} % | {} | {} | {} | {verdict} |",
                row.program,
                short(row.value()),
                row.spread() * 100.0,
                floor.map_or_else(String::new, |(floor, value)| format!(
                    "{} {unit} ({})",
                    short(value),
                    floor.name
                )),
                median(&row.ratios).map_or_else(String::new, |ratio| format!("{ratio:.2}")),
                bound.map_or_else(String::new, |bound| describe(bound, unit)),
            );
        }
        text
    }

    /// Returns the same as JSON, with the values of each round.
    #[must_use]
    pub fn to_json(&self) -> String {
        let rows: Vec<Value> = self.rows.iter().map(Row::to_json).collect();
        format!(
            "{:#}\n",
            json!({ "machine": self.machine.to_json(), "measurements": rows })
        )
    }
}

impl Row {
    fn new(program: String, first: Measurement) -> Self {
        let mut row = Self {
            program,
            last: first.clone(),
            values: Vec::new(),
            floors: Vec::new(),
            ratios: Vec::new(),
        };
        row.add(first);
        row
    }

    fn add(&mut self, measurement: Measurement) {
        self.values.push(measurement.value);
        self.floors
            .extend(measurement.floor.as_ref().map(|floor| floor.value));
        self.ratios.extend(measurement.ratio);
        self.last = measurement;
    }

    fn value(&self) -> f64 {
        median(&self.values).unwrap_or(f64::NAN)
    }

    /// Returns the distance from the least to the greatest value, as a part of the median.
    fn spread(&self) -> f64 {
        let sorted = sorted(&self.values);
        match (sorted.first(), sorted.last()) {
            (Some(first), Some(last)) if self.value() != 0.0 => (last - first) / self.value(),
            _ => 0.0,
        }
    }

    fn holds(&self) -> Option<bool> {
        let bound = self.last.bound?;
        Some(bound.holds(self.value(), median(&self.ratios)))
    }

    fn to_json(&self) -> Value {
        let (bound_kind, bound) = self.last.bound.map(parts).unzip();
        json!({
            "program": self.program,
            "name": self.last.name,
            "unit": self.last.unit,
            "value": self.value(),
            "values": self.values,
            "floor_name": self.last.floor.as_ref().map(|floor| &floor.name),
            "floor": median(&self.floors),
            "ratio": median(&self.ratios),
            "bound_kind": bound_kind,
            "bound": bound,
            "holds": self.holds(),
        })
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Returns the median; the mean of the two in the middle when their number is even.
fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(*upper);
    }
    Some(f64::midpoint(*sorted.get(middle - 1)?, *upper))
}

/// Returns the name and the number of a bound.
const fn parts(bound: Bound) -> (&'static str, f64) {
    match bound {
        Bound::MaxRatio(number) => ("max_ratio", number),
        Bound::MinRatio(number) => ("min_ratio", number),
        Bound::Max(number) => ("max", number),
        Bound::Min(number) => ("min", number),
    }
}

fn describe(bound: Bound, unit: &str) -> String {
    match bound {
        Bound::MaxRatio(number) => format!("≤ {number} ×"),
        Bound::MinRatio(number) => format!("≥ {number} ×"),
        Bound::Max(number) => format!("≤ {} {unit}", short(number)),
        Bound::Min(number) => format!("≥ {} {unit}", short(number)),
    }
}

/// Returns a number with three digits that matter, and thousands set apart.
fn short(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude >= 1000.0 {
        let digits = format!("{magnitude:.0}");
        let grouped: Vec<&str> = groups_of_three(&digits);
        return format!("{}{}", if number < 0.0 { "-" } else { "" }, grouped.join(","));
    }
    match magnitude {
        100.0.. => format!("{number:.0}"),
        10.0.. => format!("{number:.1}"),
        1.0.. => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

fn groups_of_three(digits: &str) -> Vec<&str> {
    let (first, mut rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    let mut groups = vec![first];
    while !rest.is_empty() {
        let (group, left) = rest.split_at(3);
        groups.push(group);
        rest = left;
    }
    groups
}
