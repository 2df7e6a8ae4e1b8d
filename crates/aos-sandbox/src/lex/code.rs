//! Program text, operators of document databases, and values of the wrong kind.

use aos_spec::skill::InputKind;
use memchr::memmem;

use super::{
    Hits,
    profile::{self, Profile},
};
use crate::rules::Rule;

/// Functions that run programs or program text.
const CALLS: &[&[u8]] = &[
    b"system(",
    b"exec(",
    b"passthru(",
    b"shell_exec(",
    b"popen(",
    b"proc_open(",
    b"eval(",
    b"assert(",
    b"phpinfo(",
    b"$_GET",
    b"$_POST",
    b"$_REQUEST",
    b"base64_decode(",
    b"file_get_contents(",
    b"os.system(",
    b"__import__(",
    b"subprocess.",
    b"child_process",
    b"Runtime.getRuntime(",
];

/// Looks for program text that runs programs, and for operators of document databases.
pub(crate) fn scan(text: &[u8], profile: Profile, hits: &mut Hits) {
    if profile.any(profile::COMPARE) {
        tags(text, hits);
    }
    if profile.any(profile::PAREN) {
        program(text, hits);
        if profile.any(profile::SEMICOLON) {
            continuation(text, hits);
        }
    }
    if profile.any(profile::DOLLAR) {
        operator(text, hits);
    }
}

/// Tags of PHP that hold a call, and commands of server-side includes.
fn tags(text: &[u8], hits: &mut Hits) {
    for at in memchr::memchr_iter(b'<', text) {
        let rest = &text[at..text.len().min(at + 256)];
        let include = rest.starts_with(b"<!--#exec") || rest.starts_with(b"<!--#include");
        if include || rest.starts_with(b"<?") && calls(rest) {
            hits.add(Rule::CodeInjection, at, at + 2);
            return;
        }
    }
}

fn calls(text: &[u8]) -> bool {
    CALLS.iter().any(|call| memmem::find(text, call).is_some())
}

/// A call as the whole text, or behind a separator: `;system('id')`, `eval('ls')`.
fn program(text: &[u8], hits: &mut Hits) {
    let start = text
        .iter()
        .position(|byte| {
            !matches!(
                byte,
                b' ' | b';' | b'|' | b'&' | b'\'' | b'"' | b'+' | b'.' | b'$' | b'{' | b'@' | b':'
            )
        })
        .unwrap_or(text.len());
    let rest = &text[start..];
    if !CALLS
        .iter()
        .any(|call| call.ends_with(b"(") && rest.starts_with(call))
    {
        return;
    }
    let closes = memchr::memrchr(b')', rest).is_some_and(|close| rest.len() - close <= 6);
    if closes {
        hits.add(Rule::CodeInjection, start, text.len());
    }
}

/// A value that closes its literal, goes on with a call, and turns the rest of the program into a comment:
/// `';exit(md5('x'));//`, `1);alert(1)//`.
fn continuation(text: &[u8], hits: &mut Hits) {
    let end = text.trim_ascii_end();
    let Some(body) = end.strip_suffix(b"//").or_else(|| end.strip_suffix(b"#")) else {
        return;
    };
    let body = body.trim_ascii_end();
    let Some(semicolon) = memchr::memchr(b';', &body[..body.len().min(16)]) else {
        return;
    };
    let head = &body[..semicolon];
    let closes =
        head.is_empty() || matches!(head.last(), Some(b'\'' | b'"' | b')' | b']')) || head.len() == 1;
    let called = body.ends_with(b")") || body.ends_with(b");");
    let rest = &body[semicolon + 1..];
    if closes && called && memchr::memchr(b'(', rest).is_some_and(|open| open > 0) && !text.contains(&b'\n') {
        hits.add(Rule::CodeInjection, semicolon, text.len());
    }
}

fn operator(text: &[u8], hits: &mut Hits) {
    const OPERATORS: &[&[u8]] = &[
        b"$where", b"$ne", b"$gt", b"$gte", b"$lt", b"$lte", b"$regex", b"$nin", b"$exists", b"$or", b"$and",
    ];
    for at in memchr::memchr_iter(b'$', text).take(64) {
        let before = text[..at]
            .iter()
            .rfind(|byte| !matches!(byte, b'"' | b'\'' | b' '));
        let begins = matches!(before, None | Some(b'{' | b'[' | b','));
        let Some(operator) = OPERATORS.iter().find(|operator| {
            text[at..].starts_with(operator)
                && text
                    .get(at + operator.len())
                    .is_none_or(|byte| !byte.is_ascii_alphanumeric())
        }) else {
            continue;
        };
        let rest = text[at + operator.len()..]
            .iter()
            .find(|byte| !matches!(byte, b'"' | b'\'' | b' '));
        if begins && matches!(rest, Some(b':' | b']')) {
            hits.add(Rule::NoSqlOperator, at, at + operator.len());
            return;
        }
    }
}

/// A line break in a header or an address of a mail.
pub(crate) fn header(text: &[u8], hits: &mut Hits) {
    if let Some(at) = memchr::memchr3(b'\r', b'\n', 0, text) {
        hits.add(Rule::HeaderBreak, at, at + 1);
    }
}

/// Whether the text is of the declared kind at all.
pub(crate) fn kind(text: &str, kind: InputKind, hits: &mut Hits) {
    let fits = match kind {
        InputKind::Number => text.trim().parse::<f64>().is_ok(),
        InputKind::Identifier => text.chars().all(|c| c.is_alphanumeric() || "_-.:/@#".contains(c)),
        InputKind::Enum => !text.chars().any(|c| c.is_control() || "'\"`;|&$<>".contains(c)),
        _ => true,
    };
    if !fits {
        hits.add(Rule::KindMismatch, 0, text.len());
    }
}
