//! Spans of time, moments and amounts as people read them.

use std::time::Duration;

use aos_spec::{Money, Timestamp};

use super::style::Symbols;

/// Returns a span of time such as `212 ms`, `1.9 s`, `3 m 05 s` or `2 h 14 m`.
pub(crate) fn span(duration: Duration) -> String {
    let (millis, seconds) = (duration.as_millis(), duration.as_secs());
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", millis % 1000 / 100),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {:02} m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// Returns how long ago `moment` was, with one unit: `8 m ago`.
pub(crate) fn ago(moment: Timestamp, now: Timestamp) -> String {
    let seconds = now.saturating_since(moment).as_secs();
    match seconds {
        0..5 => "just now".into(),
        5..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} m ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// Returns an amount such as `0.25 ¢`.
pub(crate) fn cents(amount: Money, symbols: &Symbols) -> String {
    format!("{amount} {}", symbols.cent)
}

/// Returns a count with its noun: `1 step`, `2 steps`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aos_spec::Timestamp;

    use super::{ago, count, span};

    #[test]
    fn spans_have_two_units_at_most() {
        let check = |millis, expect: &str| assert_eq!(span(Duration::from_millis(millis)), expect);
        check(0, "0 ms");
        check(999, "999 ms");
        check(1_990, "1.9 s");
        check(185_000, "3 m 05 s");
        check(8_040_000, "2 h 14 m");
        check(176_400_000, "2 d 01 h");
    }

    #[test]
    fn moments_are_relative_and_never_in_the_future() {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let check = |seconds: i64, expect: &str| {
            assert_eq!(
                ago(Timestamp::from_micros(now.as_micros() - seconds * 1_000_000), now),
                expect
            );
        };
        check(-10, "just now");
        check(59, "59 s ago");
        check(480, "8 m ago");
        check(90_000, "1 d ago");
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(
            (count(1, "step"), count(0, "step")),
            ("1 step".into(), "0 steps".into())
        );
    }
}
