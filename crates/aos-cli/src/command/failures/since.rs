//! From when on, as people write it.

use std::{str::FromStr, time::Duration};

use aos_spec::Timestamp;

/// A span before now, or the beginning of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Since {
    Span(Duration),
    Day(String),
}

impl Since {
    /// Whether `moment` is not before it.
    pub(super) fn includes(&self, moment: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Span(span) => now.saturating_since(moment) <= *span,
            // Moments are written in UTC with the greatest unit first, so that their order is that of their texts.
            Self::Day(day) => moment.to_string() >= *day,
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a span such as `90m`, `24h` or `7d`, or a day such as `2026-11-23`".to_owned();
        if is_day(text) {
            return Ok(Self::Day(text.into()));
        }
        let unit = text.chars().last().ok_or_else(wrong)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        Ok(Self::Span(Duration::from_secs(u64::from(number) * seconds)))
    }
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let in_range = |part: &str, length: usize, range: std::ops::RangeInclusive<u32>| {
        part.len() == length
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse().is_ok_and(|number| range.contains(&number))
    };
    matches!(parts[..], [year, month, day]
        if in_range(year, 4, 1970..=9999) && in_range(month, 2, 1..=12) && in_range(day, 2, 1..=31))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aos_spec::Timestamp;

    use super::Since;

    #[test]
    fn a_span_counts_from_now_and_a_day_from_its_beginning() {
        let now = Timestamp::from_micros(1_795_458_306_123_456); // 2026-11-23T18:25:06Z
        let includes = |since: &str, hours: u64| {
            let past = now.as_micros() - i64::try_from(hours * 3_600_000_000).unwrap();
            let since: Since = since.parse().unwrap();
            since.includes(Timestamp::from_micros(past), now)
        };
        assert!(includes("24h", 24) && !includes("24h", 25));
        assert!(includes("90m", 1) && !includes("90m", 2));
        assert!(includes("7d", 168) && !includes("7d", 169));
        assert!(includes("2026-11-23", 18) && !includes("2026-11-23", 19));
        assert!(includes("0s", 0));
        assert_eq!("7d".parse(), Ok(Since::Span(Duration::from_secs(604_800))));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "7",
            "d",
            "-1d",
            "1w",
            "é",
            "2026-13-01",
            "2026-1-1",
            "99999999999d",
        ] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }
}
