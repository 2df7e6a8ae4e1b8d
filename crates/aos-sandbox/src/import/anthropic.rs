//! `tool_use` blocks of Anthropic.

use serde_json::{Map, Value};

use super::{Call, ImportError, list, workflow};

/// Returns the workflow that makes the tool calls of an answer: a whole message, or its list of blocks.
///
/// # Errors
///
/// [`ImportError`] when there are no calls, or one of them cannot be read.
pub fn from_anthropic(answer: &Value) -> Result<Value, ImportError> {
    let blocks = list(answer, &["/content", "/message/content", ""]).ok_or(ImportError::NoCalls)?;
    let mut read = Vec::new();
    let is_call = |block: &&Value| {
        block
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind == "tool_use" || kind == "server_tool_use")
    };
    for (index, block) in blocks.iter().filter(is_call).enumerate() {
        let name = block
            .get("name")
            .and_then(Value::as_str)
            .ok_or(ImportError::NoName(index))?;
        let arguments = match block.get("input") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(input)) => input.clone(),
            Some(_) => {
                return Err(ImportError::Arguments {
                    index,
                    reason: "they are JSON of another type".into(),
                });
            }
        };
        let id = block.get("id").and_then(Value::as_str).map(Into::into);
        read.push(Call {
            id,
            name: name.into(),
            arguments,
        });
    }
    if read.is_empty() {
        return Err(ImportError::NoCalls);
    }
    Ok(workflow(read))
}
