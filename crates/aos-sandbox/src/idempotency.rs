//! Effects that must not happen twice: which steps need an idempotency key, and what a good one is.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;

use crate::{
    analysis::{Analysis, Steps},
    graph,
    plan::PlanStep,
    policy,
    rules::Rule,
    taint,
};

/// Skills whose every call changes something, by their canonical names.
static WRITES: LazyLock<[String; 2]> = LazyLock::new(|| ["db_write", "file_write"].map(policy::canonical));
/// The skill that sends a request, by its canonical name.
static REQUEST: LazyLock<String> = LazyLock::new(|| policy::canonical("http_call"));
/// Methods that change nothing.
const SAFE_METHODS: &[&str] = &["GET", "HEAD", "OPTIONS", "TRACE"];
/// Headers that replace the method.
const OVERRIDES: &[&str] = &["x-http-method-override", "x-http-method", "x-method-override"];

/// Longest key.
const MAX_KEY: usize = 255;
/// A shorter one says too little.
const MIN_KEY: usize = 8;

/// Reports a missing or unusable key.
pub(crate) fn check_key(step: &PlanStep<'_>, steps: &Steps<'_>, analysis: &mut Analysis<'_>) {
    let needed = needs_key(step, analysis);
    let key = match step.members.get("idempotency_key") {
        None | Some(Value::Null) => {
            if needed {
                analysis.report_step(Rule::IdempotencyMissing, step, "idempotency_key", None);
            }
            return;
        }
        Some(Value::String(key)) => key,
        Some(_) => {
            analysis.report_step(Rule::IdempotencyMalformed, step, "idempotency_key", None);
            return;
        }
    };
    let n_chars = key.chars().count();
    let visible = !key
        .chars()
        .any(|character| character.is_control() || character.is_whitespace());
    if n_chars == 0 || n_chars > MAX_KEY || !visible {
        analysis.report_step(Rule::IdempotencyMalformed, step, "idempotency_key", None);
    } else if n_chars < MIN_KEY {
        analysis.report_step(Rule::IdempotencyShort, step, "idempotency_key", None);
    }
    if is_unstable(key) {
        analysis.report_step(Rule::IdempotencyUnstable, step, "idempotency_key", None);
    }
    let mut untrusted = false;
    graph::visit(&Value::from(key.as_str()), &mut |reference| {
        untrusted |= taint::writes_untrusted(reference, steps, analysis);
    });
    if untrusted {
        analysis.report_step(Rule::IdempotencyUntrusted, step, "idempotency_key", None);
    }
}

/// Reports keys that stand on steps with different requests.
pub(crate) fn check_duplicates(steps: &Steps<'_>, analysis: &mut Analysis<'_>) {
    let mut first_with: BTreeMap<&str, &PlanStep<'_>> = BTreeMap::new();
    for step in &steps.list {
        let Some(key) = step.members.get("idempotency_key").and_then(Value::as_str) else {
            continue;
        };
        match first_with.get(key) {
            None => {
                first_with.insert(key, step);
            }
            Some(first) => {
                let same = first.skill == step.skill
                    && first.inputs.map(|(_, inputs)| inputs) == step.inputs.map(|(_, inputs)| inputs);
                if !same {
                    let detail = first
                        .id
                        .map(|id| format!("first on step `{}`", id.escape_debug()));
                    analysis.report_step(Rule::IdempotencyDuplicate, step, "idempotency_key", detail);
                }
            }
        }
    }
}

/// Whether the step changes something, so that doing it twice is not doing it once.
fn needs_key(step: &PlanStep<'_>, analysis: &mut Analysis<'_>) -> bool {
    let Some(skill) = step.skill_id() else {
        return false;
    };
    if analysis
        .skills
        .get(skill)
        .is_some_and(|manifest| manifest.needs_idempotency_key)
    {
        return true;
    }
    let name = policy::canonical(skill);
    WRITES.contains(&name) || (*REQUEST == name && is_write(step, analysis))
}

fn is_write(step: &PlanStep<'_>, analysis: &mut Analysis<'_>) -> bool {
    let overridden = step
        .input("headers")
        .and_then(Value::as_object)
        .is_some_and(|headers| {
            headers
                .keys()
                .any(|name| OVERRIDES.contains(&name.trim().to_ascii_lowercase().as_str()))
        });
    let method = step.inputs.and_then(|(_, inputs)| {
        inputs
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("method") || name.eq_ignore_ascii_case("http_method"))
    });
    let chosen = method.is_some_and(|(_, method)| {
        method
            .as_str()
            .is_none_or(|method| method.contains("${") || method.contains("{{"))
    });
    if overridden || chosen {
        analysis.report_step(Rule::IdempotencyMethod, step, "inputs", None);
        return true;
    }
    method
        .and_then(|(_, method)| method.as_str())
        .is_some_and(|method| !SAFE_METHODS.contains(&method.trim().to_ascii_uppercase().as_str()))
}

/// Whether the key is a place-holder for a value that is new each time.
fn is_unstable(key: &str) -> bool {
    const PARTS: &[&str] = &[
        "uuid()",
        "uuid4()",
        "uuidgen",
        "random()",
        "rand()",
        "now()",
        "timestamp()",
        "{{uuid",
        "{{ uuid",
        "{{now",
        "{{ now",
        "{{random",
        "{{timestamp",
        "$(date",
        "date.now",
        "time.time",
        "<uuid>",
        "<random>",
        "<timestamp>",
    ];
    let lower = key.to_ascii_lowercase();
    PARTS.iter().any(|part| lower.contains(part))
        || ["uuid", "random", "timestamp", "now"].contains(&lower.as_str())
}
