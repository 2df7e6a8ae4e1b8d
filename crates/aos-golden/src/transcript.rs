//! From what the engine tells to the lines of a golden: the part that recorders to files and to memory share.

use std::{borrow::Cow, fmt, sync::Arc};

use aos_spec::{
    ContentHash, ErrorCode, RunId, Timestamp, WorkflowResult,
    canonical::{self, CanonicalError},
    journal::JournalEntry,
    port::{Clock, RecorderError, RunStart, StepRecord},
};
use serde_json::Value;

use crate::{
    MAX_LINE_BYTES,
    event::{Ending, Start, Step, write_end, write_start, write_step},
    line::check_canonical,
    redact::{Redaction, concerns, hide},
    secret::{HiddenTexts, check_line},
};

/// How to record.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct RecorderOptions {
    // INVARIANT: sorted, and none stands twice.
    redactions: Arc<[Redaction]>,
    clock: Option<Arc<dyn Clock>>,
}

impl RecorderOptions {
    /// Returns options that hide nothing and record no moments, so that recording a run again gives the same bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the options, hiding what `redactions` name.
    #[must_use]
    pub fn redacting(mut self, redactions: impl IntoIterator<Item = Redaction>) -> Self {
        let mut redactions: Vec<_> = redactions.into_iter().collect();
        redactions.sort();
        redactions.dedup();
        self.redactions = redactions.into();
        self
    }

    /// Returns the options, giving each event the moment at which it is recorded.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    fn now(&self) -> Option<Timestamp> {
        self.clock.as_ref().map(|clock| clock.now())
    }
}

impl fmt::Debug for RecorderOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecorderOptions")
            .field("redactions", &self.redactions)
            .field("has_clock", &self.clock.is_some())
            .finish()
    }
}

/// Returns the error of a recorder that could not write.
pub(crate) fn failed(message: impl Into<String>) -> RecorderError {
    RecorderError {
        code: ErrorCode::GoldenWriteFailed,
        message: message.into(),
    }
}

/// The events of one run so far, as far as the next one depends on them.
#[derive(Debug)]
pub(crate) struct Transcript {
    options: RecorderOptions,
    run_id: RunId,
    n_steps: usize,
    hidden: HiddenTexts,
    /// The chain over what is recorded; kept only where that differs from what the engine has.
    chain: Option<ContentHash>,
}

impl Transcript {
    /// Begins the events of a run; `out` gets the first one.
    pub(crate) fn start(
        options: RecorderOptions,
        start: &RunStart,
        out: &mut Vec<u8>,
    ) -> Result<Self, RecorderError> {
        let header = &start.header;
        let mut hidden = HiddenTexts::default();
        let mut spec = Cow::Borrowed(header.spec.as_str());
        let mut inputs = Cow::Borrowed(&header.inputs);
        if concerns(&options.redactions, "spec") {
            let mut value = serde_json::from_str(&spec).map_err(|error| failed(error.to_string()))?;
            hidden.extend(hide(&options.redactions, &["spec"], &mut value));
            spec = canonical::to_string(&value).map_err(not_canonical)?.into();
        }
        if concerns(&options.redactions, "inputs") {
            let mut value = Value::Object(header.inputs.clone());
            hidden.extend(hide(&options.redactions, &["inputs"], &mut value));
            if let Value::Object(members) = value {
                inputs = Cow::Owned(members);
            }
        }
        let transcript = Self {
            run_id: header.run_id.clone(),
            n_steps: 0,
            hidden,
            chain: (!options.redactions.is_empty()).then_some(header.spec_hash),
            options,
        };
        let event = Start {
            header,
            spec: &spec,
            inputs: &inputs,
            redactions: &transcript.redactions(),
            replay: start.replay,
            ts: transcript.options.now(),
        };
        transcript.write("the start", out, |out| write_start(&event, out))?;
        // The specification is taken over as text.
        check_canonical(out.strip_suffix(b"\n").unwrap_or_default(), 1)
            .map_err(|damage| failed(format!("the start of run `{}`: {damage}", header.run_id)))?;
        Ok(transcript)
    }

    fn redactions(&self) -> Vec<String> {
        self.options.redactions.iter().map(ToString::to_string).collect()
    }

    pub(crate) const fn run_id(&self) -> &RunId {
        &self.run_id
    }

    /// Returns the number of events of the whole golden, end included.
    pub(crate) const fn n_events(&self) -> usize {
        self.n_steps + 2
    }

    /// Appends the next step to `out`.
    pub(crate) fn step(&mut self, record: &StepRecord, out: &mut Vec<u8>) -> Result<(), RecorderError> {
        let result = &record.result;
        if record.index.get() != self.n_steps {
            return Err(failed(format!(
                "run `{}`: step {} was given where step {} is due",
                self.run_id, record.index, self.n_steps
            )));
        }
        let mut shown = Cow::Borrowed(record);
        if !self.options.redactions.is_empty() {
            let place = ["steps", result.step_id.as_str()];
            let shown = &mut shown.to_mut().result;
            self.hide_error(&place, &mut shown.error, &mut shown.error_details);
            let output = hide(
                &self.options.redactions,
                &[place[0], place[1], "output"],
                &mut shown.output,
            );
            self.hidden.extend(output);
            let row = JournalEntry::Ended(shown.clone())
                .to_row(record.index, 0)
                .map_err(not_canonical)?;
            self.chain = self.chain.map(|chain| chain.chain(row.hash));
        }
        let event = Step {
            record,
            output: &shown.result.output,
            error: shown.result.error.as_deref(),
            error_details: shown.result.error_details.as_ref(),
            ts: self.options.now(),
        };
        let what = format_args!("step `{}`", result.step_id);
        self.write(what, out, |out| write_step(&event, out))?;
        self.n_steps += 1;
        Ok(())
    }

    /// Appends the end of the run to `out`.
    pub(crate) fn end(&mut self, result: &WorkflowResult, out: &mut Vec<u8>) -> Result<(), RecorderError> {
        if !result.status.is_terminal() {
            return Err(failed(format!(
                "run `{}` has not ended: it is {}",
                self.run_id, result.status
            )));
        }
        let mut error = result.error.clone();
        let mut details = result.error_details.clone();
        self.hide_error(&[], &mut error, &mut details);
        if let Some(step_id) = &result.failed_step {
            self.hide_error(&["steps", step_id.as_str()], &mut error, &mut details);
        }
        let event = Ending {
            result,
            checkpoint_hash: self.chain.unwrap_or(result.checkpoint_hash),
            error: error.as_deref(),
            error_details: details.as_ref(),
            ts: self.options.now(),
        };
        self.write("the end", out, |out| write_end(&event, out))
    }

    fn hide_error(&mut self, place: &[&str], error: &mut Option<String>, details: &mut Option<Value>) {
        let redactions = &self.options.redactions;
        if let Some(text) = error {
            let mut value = Value::from(std::mem::take(text));
            self.hidden
                .extend(hide(redactions, &[place, &["error"]].concat(), &mut value));
            *text = value.as_str().unwrap_or_default().into();
        }
        if let Some(value) = details {
            self.hidden
                .extend(hide(redactions, &[place, &["error_details"]].concat(), value));
        }
    }

    /// Appends one event, unless it holds a secret or is too long; `out` is then as before.
    fn write(
        &self,
        what: impl fmt::Display,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), CanonicalError>,
    ) -> Result<(), RecorderError> {
        let before = out.len();
        let written = write(out).map_err(not_canonical).and_then(|()| {
            let line = &out[before..];
            if line.len() > MAX_LINE_BYTES {
                return Err(failed(format!("{what} has more than {MAX_LINE_BYTES} bytes")));
            }
            check_line(line, &self.hidden).map_err(|finding| {
                failed(format!(
                    "{what} holds what looks like a secret (rule `{}`) at `{}`: declare a redaction, or keep it out of what \
                     the step returns",
                    finding.rule, finding.pointer
                ))
            })
        });
        if written.is_err() {
            out.truncate(before);
        }
        written
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn not_canonical(error: CanonicalError) -> RecorderError {
    failed(error.to_string())
}
