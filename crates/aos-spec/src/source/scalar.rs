//! Numbers of JSON, and what plain words of YAML mean: the core schema of YAML 1.2, made strict.

use serde_json::{Number, Value};

use crate::ErrorCode;

/// Why a scalar has no place in JSON data.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Returns the number that `text`, a JSON number, stands for.
pub(super) fn json_number(text: &str) -> Result<Value, Refusal> {
    if text.contains(['.', 'e', 'E']) {
        float(text)
    } else {
        integer(text, text.parse().ok(), text.parse().ok())
    }
}

/// Returns what the plain, unquoted `text` stands for in YAML.
pub(super) fn plain(text: &str) -> Result<Value, Refusal> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if text.starts_with(['+', '-', '.']) || text.starts_with(|c: char| c.is_ascii_digit()) => {
            return number(text).unwrap_or_else(|| Ok(text.into()));
        }
        _ => text.into(),
    })
}

fn number(text: &str) -> Option<Result<Value, Refusal>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Err(Refusal {
            code: ErrorCode::SchemaValidationFailed,
            message: format!("`{text}` is not a number that JSON has"),
            help: "use a finite number, or put quotes around it to keep it as text",
        }));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            return Some(integer(text, None, u64::from_str_radix(digits, radix).ok()));
        }
    }
    let (whole, rest) = split_digits(unsigned);
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    if rest.is_empty() && !whole.is_empty() {
        return Some(integer(text, text.parse().ok(), text.parse().ok()));
    }
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), split_digits);
    let is_exponent = |rest: &str| {
        let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        !digits.is_empty() && split_digits(digits).1.is_empty()
    };
    let ends_well = rest.is_empty() || rest.strip_prefix(['e', 'E']).is_some_and(is_exponent);
    (ends_well && !(whole.is_empty() && fraction.is_empty())).then(|| float(text))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

fn integer(text: &str, signed: Option<i64>, unsigned: Option<u64>) -> Result<Value, Refusal> {
    let number = signed.map(Value::from).or_else(|| unsigned.map(Value::from));
    number.ok_or_else(|| out_of_range(text, "is a whole number that does not fit 64 bits"))
}

fn float(text: &str) -> Result<Value, Refusal> {
    let number = text.parse().ok().and_then(Number::from_f64);
    let number = number.ok_or_else(|| out_of_range(text, "is out of the range of numbers"))?;
    Ok(Value::Number(number))
}

fn out_of_range(text: &str, reason: &str) -> Refusal {
    let shown: String = text.chars().take(64).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    Refusal {
        code: ErrorCode::LimitExceeded,
        message: format!("`{shown}{more}` {reason}"),
        help: "put quotes around it to keep it as text",
    }
}
