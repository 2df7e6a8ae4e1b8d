//! What stands between two delimiters of a template.

use super::names;

/// What an expression does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing that a template would evaluate.
    Nothing,
    /// Prints a variable, perhaps through filters.
    Variable,
    /// Reads an object of the program, or a secret.
    Object,
    /// Reads what the engine keeps for itself, in a notation that nothing else has.
    Internal,
    /// Computes with constants.
    Probe,
    /// Calls something.
    Call,
    /// Includes, imports or debugs.
    Statement,
    /// Reaches for classes, modules, programs or lookups.
    Gadget,
}

pub(super) fn read(inner: &[u8]) -> Meaning {
    if memchr::memchr(b'\n', inner.trim_ascii()).is_some() && inner.len() > 300 {
        return Meaning::Nothing;
    }
    if names::has_gadget(inner) {
        return Meaning::Gadget;
    }
    let trimmed = trim(inner);
    let Some(&first) = trimmed.first() else {
        return Meaning::Nothing;
    };
    if is_probe(trimmed) {
        return Meaning::Probe;
    }
    let word = word(trimmed);
    if first.is_ascii_digit() && memchr::memchr(b'|', trimmed).is_some() {
        return Meaning::Probe;
    }
    if first == b'\'' || first == b'"' {
        // `{"a": 1}` is data and no expression.
        let close = memchr::memchr(first, &trimmed[1..]).map_or(trimmed.len(), |length| length + 2);
        let rest = trimmed[close.min(trimmed.len())..].trim_ascii_start();
        return if rest.first() == Some(&b':') {
            Meaning::Nothing
        } else {
            Meaning::Probe
        };
    }
    if names::is_internal(trimmed) {
        return Meaning::Internal;
    }
    if names::is_statement(word) {
        return Meaning::Statement;
    }
    // `printf "x"`: Go calls without parentheses.
    let rest = trimmed[word.len().min(trimmed.len())..].trim_ascii_start();
    if calls(trimmed)
        || !word.is_empty() && matches!(rest.first(), Some(b'"' | b'\'')) && !word.starts_with(b"#")
    {
        return Meaning::Call;
    }
    if trimmed == b"." {
        return Meaning::Object;
    }
    if !(first.is_ascii_alphabetic()
        || matches!(first, b'_' | b'[' | b'(' | b'$' | b'#' | b'{' | b'>' | b'@'))
    {
        return Meaning::Nothing;
    }
    if names::is_object(word) || names::has_secret(trimmed) {
        return Meaning::Object;
    }
    if matches!(first, b'[' | b'(') && trimmed.len() > 2 {
        return Meaning::Call;
    }
    Meaning::Variable
}

/// Whether what stands in single braces can be an expression of an engine that writes them so; most often they hold
/// data.
pub(super) fn is_single_brace(inner: &[u8]) -> bool {
    let word = word(inner);
    let rest = &inner[word.len()..];
    matches!(inner.first(), Some(b'$' | b'0'..=b'9'))
        || !word.is_empty()
            && (matches!(rest, [b'(', ..] | [b':', b':', ..])
                || [
                    b"php".as_slice(),
                    b"if",
                    b"math",
                    b"var",
                    b"assign",
                    b"fetch",
                    b"include",
                    b"literal",
                    b"eval",
                ]
                .contains(&word))
}

fn trim(inner: &[u8]) -> &[u8] {
    let mut inner = inner.trim_ascii();
    while let [b'=' | b'-' | b'{' | b'!' | b'~' | b'(' | b'&', rest @ ..] = inner {
        inner = rest.trim_ascii_start();
    }
    inner
}

fn word(text: &[u8]) -> &[u8] {
    let skip = usize::from(matches!(text.first(), Some(b'#' | b'@' | b'$')));
    let length = text[skip..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    if text.first() == Some(&b'#') {
        &text[..skip + length]
    } else {
        &text[skip..skip + length]
    }
}

/// Whether the expression is made of numbers, texts and operators alone, and has an operator.
fn is_probe(text: &[u8]) -> bool {
    let mut n_numbers = 0;
    let mut n_operators = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'0'..=b'9' => {
                n_numbers += 1;
                while text
                    .get(at)
                    .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
                {
                    at += 1;
                }
                continue;
            }
            b'*' | b'+' | b'/' | b'%' | b'-' | b'^' => n_operators += 1,
            b'\'' | b'"' => {
                let Some(length) = memchr::memchr(byte, &text[at + 1..]) else {
                    return false;
                };
                n_numbers += 1;
                at += length + 1;
            }
            // What follows formats the result: `(1+2)?c`, `7*7|e`.
            b'?' | b'|' if n_numbers >= 2 && n_operators >= 1 => break,
            b'(' | b')' | b' ' | b'[' | b']' | b'}' | b'{' | b';' => {}
            _ => return false,
        }
        at += 1;
    }
    n_numbers >= 2 && n_operators >= 1
}

/// Whether a name is followed by an opening parenthesis, or a filter gets arguments.
fn calls(text: &[u8]) -> bool {
    memchr::memchr_iter(b'(', text).any(|at| {
        at > 0 && (text[at - 1].is_ascii_alphanumeric() || matches!(text[at - 1], b'_' | b']' | b')'))
    })
}
