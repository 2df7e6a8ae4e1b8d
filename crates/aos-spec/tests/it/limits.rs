//! The page on limits says what the code says.

use std::fs;

use aos_spec::{limits, retry};

/// Returns the rows of the tables in `docs/limits.md`: name and value.
fn documented() -> Vec<(String, u64)> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let mut cells = row.split(" | ");
        let name = cells.next().unwrap().trim_end_matches('`');
        let value = cells.next().unwrap().replace(',', "");
        let reason = cells.last().unwrap();
        assert!(reason.len() > 20, "{name} has no reason");
        (
            name.to_string(),
            value.parse().unwrap_or_else(|_| panic!("{row}")),
        )
    })
    .collect()
}

macro_rules! constants {
    ($($name:ident)+) => {
        vec![$((stringify!($name).to_string(), limits::$name as u64)),+]
    };
}

#[test]
fn every_limit_is_documented_with_its_value() {
    let mut expect = constants! {
        MAX_SPEC_BYTES MAX_STEPS MAX_NESTING MAX_REFERENCE_DEPTH MAX_IDEMPOTENCY_KEY_CHARS MAX_RESOLVED_INPUT_BYTES DEFAULT_MAX_OUTPUT_BYTES
        MAX_MESSAGE_BYTES DEFAULT_PARALLEL MAX_PARALLEL MAX_TIMEOUT_SECONDS MAX_RETRIES
    };
    expect.push(("MAX_BACKOFF".into(), retry::MAX_BACKOFF.as_secs()));
    expect.push(("MAX_RETRY_AFTER".into(), retry::MAX_RETRY_AFTER.as_secs()));
    assert_eq!(documented(), expect);
}

#[test]
fn no_constant_is_left_out() {
    let source = concat!(
        include_str!("../../src/limits.rs"),
        include_str!("../../src/retry.rs")
    );
    let constants = source.lines().filter_map(|line| line.strip_prefix("pub const "));
    let mut constants: Vec<_> = constants
        .filter_map(|rest| rest.split_once(':'))
        .map(|(name, _)| name.to_string())
        .collect();
    let mut documented: Vec<_> = documented().into_iter().map(|(name, _)| name).collect();
    constants.sort();
    documented.sort();
    assert_eq!(documented, constants);
}
