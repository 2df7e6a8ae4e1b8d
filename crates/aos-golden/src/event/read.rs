//! Reading events from lines that are known to be canonical.

use serde::{Deserialize, de::DeserializeOwned};

use super::{GoldenEvent, RunStartEvent, StepEvent, check_readable_by};
use crate::error::Damage;

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventKind {
    RunStart,
    Step,
    RunEnd,
}

/// Returns which kind of event `text`, line number `line`, is.
pub(crate) fn read_kind(text: &[u8], line: usize) -> Result<EventKind, Damage> {
    #[derive(Deserialize)]
    struct Kind {
        event: EventKind,
    }
    let kind: Kind = read(text, line)?;
    Ok(kind.event)
}

/// Returns the event that `text`, line number `line`, holds.
pub(crate) fn read_event(text: &[u8], line: usize) -> Result<GoldenEvent, Damage> {
    Ok(match read_kind(text, line)? {
        EventKind::RunStart => GoldenEvent::RunStart(read_start(text, line)?),
        EventKind::Step => GoldenEvent::Step(read(text, line)?),
        EventKind::RunEnd => GoldenEvent::RunEnd(read(text, line)?),
    })
}

fn read_start(text: &[u8], line: usize) -> Result<RunStartEvent, Damage> {
    // The version comes first: an event of another one may have other fields.
    #[derive(Deserialize)]
    struct Version {
        format: String,
    }
    let Version { format } = read(text, line)?;
    if !check_readable_by(&format) {
        return Err(Damage::UnsupportedFormat(format));
    }
    read(text, line)
}

/// Returns the step event that `text`, line number `line`, holds, without its free values.
pub(crate) fn read_step_outline(
    text: &[u8],
    line: usize,
) -> Result<StepEvent<serde::de::IgnoredAny>, Damage> {
    read(text, line)
}

fn read<T: DeserializeOwned>(text: &[u8], line: usize) -> Result<T, Damage> {
    serde_json::from_slice(text).map_err(|error| Damage::MalformedEvent {
        line,
        reason: error.to_string(),
    })
}
