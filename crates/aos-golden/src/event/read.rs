//! Reading events from lines.

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{GoldenEvent, RunStartEvent, StepEvent, check_readable_by};
use crate::{
    error::Damage,
    line::{Member, check_canonical},
};

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventKind {
    RunStart,
    Step,
    RunEnd,
}

/// A line that is canonical JSON, and whose members are known.
#[derive(Debug)]
pub(crate) struct EventLine<'a> {
    text: &'a [u8],
    number: usize,
    members: Vec<Member<'a>>,
}

impl<'a> EventLine<'a> {
    /// Returns the line with the number `number`, from 1.
    pub(crate) fn new(text: &'a [u8], number: usize) -> Result<Self, Damage> {
        let members = check_canonical(text, number)?;
        Ok(Self {
            text,
            number,
            members,
        })
    }

    /// Returns which kind of event it is.
    pub(crate) fn kind(&self) -> Result<EventKind, Damage> {
        let kind = self.members.iter().find(|(name, _)| *name == b"event");
        let (_, kind) = kind.ok_or_else(|| Damage::MalformedEvent {
            line: self.number,
            reason: "no field `event`".into(),
        })?;
        self.read(kind)
    }

    /// Returns the event.
    pub(crate) fn event(&self) -> Result<GoldenEvent, Damage> {
        Ok(match self.kind()? {
            EventKind::RunStart => GoldenEvent::RunStart(self.start()?),
            EventKind::Step => GoldenEvent::Step(self.read(self.text)?),
            EventKind::RunEnd => GoldenEvent::RunEnd(self.read(self.text)?),
        })
    }

    fn start(&self) -> Result<RunStartEvent, Damage> {
        // The version comes first: an event of another one may have other fields.
        #[derive(Deserialize)]
        struct Version {
            format: String,
        }
        let Version { format } = self.read(self.text)?;
        if !check_readable_by(&format) {
            return Err(Damage::UnsupportedFormat(format));
        }
        self.read(self.text)
    }

    /// Returns the step event without its free values, which is most of it.
    pub(crate) fn step_outline(&self) -> Result<StepEvent<IgnoredAny>, Damage> {
        let mut outline = Vec::with_capacity(512);
        for (name, value) in &self.members {
            let value: &[u8] = match *name {
                b"output" | b"error_details" => b"0",
                _ => value,
            };
            let separator: &[u8] = if outline.is_empty() { b"{\"" } else { b",\"" };
            for part in [separator, name, b"\":", value] {
                outline.extend_from_slice(part);
            }
        }
        outline.push(b'}');
        self.read(&outline)
    }

    fn read<T: DeserializeOwned>(&self, text: &[u8]) -> Result<T, Damage> {
        serde_json::from_slice(text).map_err(|error| Damage::MalformedEvent {
            line: self.number,
            reason: error.to_string(),
        })
    }
}
