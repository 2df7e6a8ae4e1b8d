//! `tool_calls` of OpenAI, whose arguments are JSON in a string.

use serde_json::{Map, Value};

use super::{Call, ImportError, list, workflow};
use crate::parse;

/// Deepest nesting of arguments; the sandbox has its own limit, this one protects the reader.
const MAX_DEPTH: usize = 64;

/// Returns the workflow that makes the tool calls of an answer: a whole completion, a message, or the list itself.
///
/// # Errors
///
/// [`ImportError`] when there are no calls, or one of them cannot be read. Arguments with duplicate keys are refused,
/// since readers disagree on which one counts.
pub fn from_openai(answer: &Value) -> Result<Value, ImportError> {
    let calls = list(
        answer,
        &[
            "/choices/0/message/tool_calls",
            "/message/tool_calls",
            "/tool_calls",
            "/output",
            "",
        ],
    )
    .ok_or(ImportError::NoCalls)?;
    // The items of a response are calls among others.
    let is_call = |item: &&Value| {
        let kind = item.get("type").and_then(Value::as_str);
        kind.is_none_or(|kind| kind.starts_with("function"))
    };
    let mut read = Vec::new();
    for (index, call) in calls.iter().filter(is_call).enumerate() {
        let function = call.get("function").unwrap_or(call);
        let name = function
            .get("name")
            .and_then(Value::as_str)
            .ok_or(ImportError::NoName(index))?;
        let id = call
            .get("id")
            .or_else(|| call.get("call_id"))
            .and_then(Value::as_str);
        read.push(Call {
            id: id.map(Into::into),
            name: name.into(),
            arguments: arguments(function.get("arguments"), index)?,
        });
    }
    if read.is_empty() {
        return Err(ImportError::NoCalls);
    }
    Ok(workflow(read))
}

fn arguments(written: Option<&Value>, index: usize) -> Result<Map<String, Value>, ImportError> {
    let wrong = |reason: String| ImportError::Arguments { index, reason };
    match written {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(arguments)) => Ok(arguments.clone()),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Map::new()),
        Some(Value::String(text)) => {
            let (value, problems) = parse::read(text.as_bytes(), MAX_DEPTH);
            if let Some(problem) = problems.into_iter().next() {
                return Err(wrong(problem.detail));
            }
            match value {
                Some(Value::Object(arguments)) => Ok(arguments),
                _ => Err(wrong("they are JSON of another type".into())),
            }
        }
        Some(_) => Err(wrong("they are JSON of another type".into())),
    }
}
