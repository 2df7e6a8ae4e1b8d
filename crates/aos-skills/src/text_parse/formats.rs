//! One function for each format.

use std::collections::BTreeSet;

use aos_spec::{ErrorCode, StepFailure};
use csv::{ReaderBuilder, StringRecord};
use regex::Regex;
use serde_json::{Map, Value};

use super::rows::Rows;

/// What JSON needs around a string: its quotes and a comma.
const AROUND_TEXT: usize = 3;

pub(super) fn lines(text: &str, rows: &mut Rows) -> Result<(), StepFailure> {
    for line in text.lines() {
        rows.pay(line.len() + AROUND_TEXT)?;
        rows.push(line.into());
    }
    Ok(())
}

pub(super) fn csv(text: &str, delimiter: u8, header: bool, rows: &mut Rows) -> Result<(), StepFailure> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut read = |record: &mut StringRecord| {
        reader
            .read_record(record)
            .map_err(|error| unreadable(error.to_string()))
    };
    if !header {
        while read(&mut record)? {
            rows.pay(bytes_of(&record))?;
            rows.push(record.iter().collect());
        }
        return Ok(());
    }
    let mut names = StringRecord::new();
    read(&mut names)?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
        return Err(unreadable(format!(
            "the header has `{}` twice",
            twice.escape_debug()
        )));
    }
    let bytes_of_names = bytes_of(&names);
    while read(&mut record)? {
        rows.pay(bytes_of_names + bytes_of(&record))?;
        let members = names
            .iter()
            .zip(&record)
            .map(|(name, field)| (name.to_owned(), Value::from(field)));
        rows.push(Value::Object(members.collect()));
    }
    Ok(())
}

fn bytes_of(record: &StringRecord) -> usize {
    record.as_slice().len() + record.len() * AROUND_TEXT
}

pub(super) fn json(text: &str) -> Result<Value, StepFailure> {
    serde_json::from_str(text).map_err(|error| unreadable(format!("not JSON: {error}")))
}

pub(super) fn jsonl(text: &str, rows: &mut Rows) -> Result<(), StepFailure> {
    for (number, line) in numbered_lines(text) {
        rows.pay(line.len())?;
        let row = serde_json::from_str(line).map_err(|error| {
            // The position within the line, as the error counts only this one.
            unreadable(format!("line {number} is not JSON, at column {}", error.column()))
        })?;
        rows.push(row);
    }
    Ok(())
}

pub(super) fn pattern(text: &str, regex: &Regex, skip: bool, rows: &mut Rows) -> Result<(), StepFailure> {
    let names: Vec<_> = regex.capture_names().flatten().collect();
    if names.is_empty() {
        let message = "the input `pattern` has no named group such as `(?<level>…)`";
        return Err(StepFailure::new(ErrorCode::InvalidInput, message));
    }
    let bytes_of_names: usize = names
        .iter()
        .map(|name| name.len() + AROUND_TEXT + "null".len())
        .sum();
    for (number, line) in numbered_lines(text) {
        rows.pay(0)?;
        let Some(captures) = regex.captures(line) else {
            if skip {
                continue;
            }
            let message =
                format!("line {number} does not match the pattern; `unmatched: skip` leaves such lines out");
            return Err(unreadable(message));
        };
        let groups = names
            .iter()
            .map(|name| (*name, captures.name(name).map(|found| found.as_str())));
        rows.pay(
            bytes_of_names
                + groups
                    .clone()
                    .filter_map(|(_, found)| found)
                    .map(str::len)
                    .sum::<usize>(),
        )?;
        let members: Map<_, _> = groups
            .map(|(name, found)| (name.to_owned(), found.into()))
            .collect();
        rows.push(Value::Object(members));
    }
    Ok(())
}

/// Returns the lines that are not blank, counted from 1.
fn numbered_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| (index + 1, line))
}

fn unreadable(message: String) -> StepFailure {
    StepFailure::new(ErrorCode::DeserializationError, message)
}
