//! Hostile repetition: what the lexers and decoders look at grows in proportion to the text. Work is counted, not timed;
//! the bench `scan` measures the time.

#![cfg(debug_assertions)]

use aos_sandbox::{Rule, scan_text, score::take_work};

use crate::{random::n_cases, robustness::PIECES};

fn work(unit: &str, n_bytes: usize) -> u64 {
    let text = unit.repeat(n_bytes.div_ceil(unit.len()));
    let _ = take_work();
    let _ = scan_text(&text, None, &[]);
    take_work()
}

/// Most bytes that are looked at for each byte of a text, whatever it holds.
const MAX_FACTOR: u64 = 160;

#[test]
fn work_grows_in_proportion_to_the_text() {
    // Both sizes are far beyond the windows of a few kilobytes in which the lexers look ahead.
    let small = usize::try_from(n_cases(6 * 1024, 16 * 1024)).expect("it fits");
    let partners = if n_cases(0, 1) == 1 {
        PIECES
    } else {
        &["", "'", ";", " "]
    };
    for first in PIECES {
        for second in partners {
            let unit = format!("{first}{second}");
            let (once, twice) = (work(&unit, small), work(&unit, 2 * small));
            assert!(
                twice <= once * 22 / 10 + 64 * 1024,
                "{unit:?}: {once} bytes looked at, {twice} for twice the text"
            );
            assert!(
                twice <= 2 * small as u64 * MAX_FACTOR,
                "{unit:?}: {twice} bytes looked at for {} bytes",
                2 * small
            );
        }
    }
}

#[test]
fn nested_encodings_are_bounded() {
    let mut text = String::from("' OR 1=1 -- ").repeat(40);
    for _ in 0..5 {
        text = text
            .replace('%', "%25")
            .replace(' ', "%20")
            .replace('\'', "\\u0027");
        let _ = take_work();
        let _ = scan_text(&text, None, &[]);
        let looked_at = take_work();
        assert!(looked_at <= text.len() as u64 * MAX_FACTOR, "{looked_at}");
    }
}

#[test]
fn a_text_of_more_commands_than_are_looked_at_is_reported() {
    for (unit, rule) in [("id;|", Rule::ShellSeparator), ("union ", Rule::SqlClause)] {
        let outcome = scan_text(&unit.repeat(60 * 1024 / unit.len()), None, &[]);
        assert!(
            outcome.violations.contains(&rule),
            "{unit}: {:?}",
            outcome.violations
        );
    }
}
