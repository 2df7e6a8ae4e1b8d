//! Writing events.
//!
//! By hand, with the fields in the order of their names, because it is on the path of every step; reading a golden checks that
//! each line is canonical.

use aos_spec::{
    ContentHash, ErrorCode, Timestamp, WorkflowResult,
    canonical::{self, CanonicalError},
    journal::RunHeader,
    port::StepRecord,
};
use serde_json::{Map, Value};

use super::GOLDEN_FORMAT;

/// The content of a `run_start` event; `spec` is canonical JSON.
pub(crate) struct Start<'a> {
    pub(crate) header: &'a RunHeader,
    pub(crate) spec: &'a str,
    pub(crate) inputs: &'a Map<String, Value>,
    pub(crate) redactions: &'a [String],
    pub(crate) replay: bool,
    pub(crate) ts: Option<Timestamp>,
}

/// The content of a `step` event: the record, except for what may have been hidden in it.
pub(crate) struct Step<'a> {
    pub(crate) record: &'a StepRecord,
    pub(crate) output: &'a Value,
    pub(crate) error: Option<&'a str>,
    pub(crate) error_details: Option<&'a Value>,
    pub(crate) ts: Option<Timestamp>,
}

/// The content of a `run_end` event: the result, except for what may have been hidden in it.
pub(crate) struct Ending<'a> {
    pub(crate) result: &'a WorkflowResult,
    pub(crate) checkpoint_hash: ContentHash,
    pub(crate) error: Option<&'a str>,
    pub(crate) error_details: Option<&'a Value>,
    pub(crate) ts: Option<Timestamp>,
}

/// Appends a `run_start` event.
pub(crate) fn write_start(start: &Start<'_>, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let header = start.header;
    let mut event = EventWriter::new(out);
    if let Some(agent_id) = &header.agent_id {
        event.word("agent_id", agent_id.as_str());
    }
    event.text("engine_version", &header.engine_version)?;
    event.word("event", "run_start");
    event.word("format", GOLDEN_FORMAT);
    event.value("inputs", start.inputs)?;
    if let Some(policy_hash) = &header.policy_hash {
        event.raw("policy_hash", format_args!("\"{policy_hash:x}\""));
    }
    event.value("redactions", start.redactions)?;
    event.raw("replay", start.replay);
    event.word("run_id", header.run_id.as_str());
    event.raw("seed", format_args!("\"{}\"", header.seed));
    event.value("skill_versions", &header.skill_versions)?;
    event.raw("spec", start.spec);
    event.raw("spec_hash", format_args!("\"{:x}\"", header.spec_hash));
    event.word("spec_id", header.workflow_id.as_str());
    event.finish(start.ts);
    Ok(())
}

/// Appends a `step` event.
pub(crate) fn write_step(step: &Step<'_>, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let record = step.record;
    let result = &record.result;
    let mut event = EventWriter::new(out);
    event.raw("cost_micro_cents", result.cost_cents.as_micro_cents());
    event.word("effect", record.effect.as_str());
    event.error(
        step.error,
        result.error_code.map(ErrorCode::as_str),
        step.error_details,
    )?;
    event.word("event", "step");
    event.raw("index", record.index);
    event.name("output");
    canonical::write_value(step.output, event.out)?;
    event.raw("retries", result.retries);
    event.raw("seed", format_args!("\"{}\"", record.seed));
    event.word("skill_id", record.skill_id.as_str());
    event.word("status", result.status.as_str());
    event.word("step_id", result.step_id.as_str());
    event.finish(step.ts);
    Ok(())
}

/// Appends a `run_end` event.
pub(crate) fn write_end(end: &Ending<'_>, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let result = end.result;
    let mut event = EventWriter::new(out);
    event.raw("checkpoint_hash", format_args!("\"{:x}\"", end.checkpoint_hash));
    event.error(
        end.error,
        result.error_code.map(ErrorCode::as_str),
        end.error_details,
    )?;
    event.word("event", "run_end");
    if let Some(step_id) = &result.failed_step {
        event.word("failed_step", step_id.as_str());
    }
    event.word("status", result.status.as_str());
    event.raw("steps_completed", result.steps_completed);
    event.raw("steps_total", result.steps_total);
    event.raw("total_cost_micro_cents", result.total_cost_cents.as_micro_cents());
    event.finish(end.ts);
    Ok(())
}

/// Appends the fields of one event, which must be given in the order of their names.
struct EventWriter<'a> {
    out: &'a mut Vec<u8>,
    separator: u8,
}

impl<'a> EventWriter<'a> {
    const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, separator: b'{' }
    }

    fn name(&mut self, name: &str) {
        self.out.push(self.separator);
        self.separator = b',';
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Appends what prints as canonical JSON.
    fn raw(&mut self, name: &str, value: impl std::fmt::Display) {
        self.name(name);
        self.out.extend_from_slice(value.to_string().as_bytes());
    }

    /// Appends text that holds nothing to escape, such as an identifier.
    fn word(&mut self, name: &str, word: &str) {
        self.name(name);
        self.out.push(b'"');
        self.out.extend_from_slice(word.as_bytes());
        self.out.push(b'"');
    }

    fn text(&mut self, name: &str, text: &str) -> Result<(), CanonicalError> {
        self.name(name);
        canonical::write_string(text, self.out)
    }

    fn value<T: serde::Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), CanonicalError> {
        self.name(name);
        self.out.extend_from_slice(&canonical::to_vec(value)?);
        Ok(())
    }

    fn error(
        &mut self,
        message: Option<&str>,
        code: Option<&str>,
        details: Option<&Value>,
    ) -> Result<(), CanonicalError> {
        if let Some(message) = message {
            self.text("error", message)?;
        }
        if let Some(code) = code {
            self.word("error_code", code);
        }
        if let Some(details) = details.filter(|details| !details.is_null()) {
            self.name("error_details");
            canonical::write_value(details, self.out)?;
        }
        Ok(())
    }

    fn finish(mut self, ts: Option<Timestamp>) {
        if let Some(ts) = ts {
            self.raw("ts", format_args!("\"{ts}\""));
        }
        self.out.extend_from_slice(b"}\n");
    }
}
