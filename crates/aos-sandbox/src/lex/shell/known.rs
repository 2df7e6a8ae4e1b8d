//! Forms of command injection that need no separator: Shellshock, reverse shells, names hidden in braces and wildcards.

use std::sync::LazyLock;

use memchr::{
    memchr,
    memmem::{self, Finder},
};

use super::{commands, word};
use crate::{
    lex::{
        Hits,
        profile::{self, Profile},
    },
    rules::Rule,
};

static DEVICE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"/dev/"));
static OPTION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" -e "));
static CURL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"curl "));
static WGET: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"wget "));

pub(super) fn scan(text: &[u8], profile: Profile, hits: &mut Hits) {
    if profile.any(profile::PAREN)
        && profile.any(profile::BRACE)
        && let Some(at) = memmem::find(text, b"() {")
        && !text[..at].last().is_some_and(u8::is_ascii_alphanumeric)
        && memchr(b';', &text[at..text.len().min(at + 16)]).is_some()
    {
        hits.add(Rule::ShellShock, at, at + 4);
    }
    // `:(){ :|:& };:`
    if profile.any(profile::PAREN)
        && profile.any(profile::BRACE)
        && profile.any(profile::AMPERSAND)
        && let Some(at) = memmem::find(text, b"(){")
        && is_fork_bomb(text, at)
    {
        hits.add(Rule::ShellDisguised, at, text.len());
    }
    if profile.any(profile::PERCENT)
        && profile.any(profile::PAREN)
        && let Some(at) = memmem::find(text, b"for /f ")
        && memmem::find(&text[at..text.len().min(at + 256)], b" do ").is_some()
    {
        hits.add(Rule::ShellSeparator, at, text.len());
    }
    if profile.any(profile::SLASH) {
        let mut devices = DEVICE.find_iter(text);
        if let Some(at) = devices.find(|at| matches!(text.get(at + 5..at + 9), Some(b"tcp/" | b"udp/"))) {
            hits.add(Rule::ShellReverse, at, at + 9);
        }
    }
    if profile.any(profile::DASH)
        && let Some(at) = OPTION.find(text)
    {
        let head = &text[at.saturating_sub(64)..=at];
        let shell = text[at + 4..].starts_with(b"/bin/") || text[at + 4..].starts_with(b"cmd");
        let netcat = [b"nc ".as_slice(), b"ncat ", b"netcat "]
            .iter()
            .any(|name| memmem::find(head, name).is_some());
        if shell && netcat {
            hits.add(Rule::ShellReverse, at, at + 4);
        }
    }
    if profile.any(profile::COMPARE)
        && profile.any(profile::AMPERSAND)
        && let Some(at) = memmem::find(text, b"sh -i >&")
    {
        hits.add(Rule::ShellReverse, at, at + 8);
    }
    if profile.any(profile::DOLLAR) {
        separators(text, hits);
    }
    downloads(text, profile, hits);
}

/// Whether the function whose parameters stand at `at` calls itself in the background, twice.
fn is_fork_bomb(text: &[u8], at: usize) -> bool {
    let name = text[..at]
        .iter()
        .rev()
        .take_while(|byte| !(byte.is_ascii_whitespace() || matches!(byte, b';' | b'|' | b'&')))
        .count();
    let name = &text[at - name..at];
    let body = &text[at + 3..text.len().min(at + 64)];
    let Some(pipe) = memchr(b'|', body).filter(|_| !name.is_empty()) else {
        return false;
    };
    body[..pipe].trim_ascii() == name && body[pipe + 1..].trim_ascii_start().starts_with(name)
}

/// `$IFS` in the place of a space.
fn separators(text: &[u8], hits: &mut Hits) {
    for at in memmem::find_iter(text, b"IFS") {
        let start = if at >= 2 && text[at - 1] == b'{' {
            at - 2
        } else {
            at.saturating_sub(1)
        };
        if word::internal_separator(&text[start..]).is_none() || start == 0 {
            continue;
        }
        let glued = text[start - 1].is_ascii_alphanumeric() || matches!(text[start - 1], b'\'' | b'"' | b'}');
        if glued {
            hits.add(Rule::ShellDisguised, start, at + 3);
            return;
        }
    }
}

/// What is downloaded is run at once: `curl … | sh`.
fn downloads(text: &[u8], profile: Profile, hits: &mut Hits) {
    if !profile.any(profile::PIPE) || !profile.any(profile::COLON) {
        return;
    }
    for program in [&*CURL, &*WGET] {
        let Some(at) = program.find(text) else { continue };
        let Some(pipe) = memchr(b'|', &text[at..text.len().min(at + 256)]) else {
            continue;
        };
        let call = word::read(
            text,
            at + pipe + 1 + usize::from(text.get(at + pipe + 1) == Some(&b' ')),
        );
        let runs = [b"sh".as_slice(), b"bash", b"python", b"perl"]
            .iter()
            .any(|shell| text[at + pipe + 1..].trim_ascii_start().starts_with(shell));
        if runs && call.n_arguments <= 1 {
            hits.add(Rule::ShellDownload, at, call.end);
        }
    }
}

/// Whether `text` is a command in braces, such as `{cat,/etc/passwd}`, `{,ip,a}` or `{l,-lh}s`.
pub(super) fn is_brace_command(text: &[u8]) -> bool {
    let Some(close) = memchr(b'}', &text[..text.len().min(256)]) else {
        return false;
    };
    let inner = &text[1..close];
    if inner.iter().any(|byte| matches!(byte, b' ' | b':' | b'{')) || !inner.contains(&b',') {
        return false;
    }
    let mut parts = inner.split(|byte| *byte == b',').filter(|part| !part.is_empty());
    let Some(first) = parts.next() else { return false };
    let tail: Vec<u8> = text[close + 1..]
        .iter()
        .copied()
        .take_while(u8::is_ascii_alphanumeric)
        .collect();
    let mut name: Vec<u8> = first
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'$' | b'"' | b'\''))
        .collect();
    let shaped = inner.first() == Some(&b',')
        || parts.next().is_some_and(|part| {
            matches!(part.first(), Some(b'/' | b'-' | b'.' | b'$' | b'\'' | b'"')) || part.contains(&b'.')
        });
    if shaped && commands::find(&name).is_some() {
        return true;
    }
    name.extend_from_slice(&tail);
    shaped && !tail.is_empty() && commands::find(&name).is_some()
}

/// Whether the first word is the path of a program with wildcards in it, such as `/???/c?t`.
pub(super) fn is_glob_command(text: &[u8]) -> bool {
    if text.first() != Some(&b'/') {
        return false;
    }
    let end = text
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(text.len());
    let path = &text[..end];
    let wild = path
        .iter()
        .filter(|byte| matches!(byte, b'?' | b'*' | b'['))
        .count();
    wild >= 2
        && memchr(b'?', path).is_some()
        && !path.contains(&b'=')
        && !path.contains(&b'&')
        && path.len() < 64
}

/// Whether the command has a sub-command that makes it more than an English word: `net user`, `reg add`.
pub(super) fn has_subcommand(text: &[u8]) -> bool {
    const PAIRS: &[(&[u8], &[&[u8]])] = &[
        (
            b"net",
            &[
                b"user",
                b"view",
                b"localgroup",
                b"use",
                b"share",
                b"start",
                b"stop",
                b"session",
                b"group",
                b"accounts",
                b"config",
            ],
        ),
        (b"reg", &[b"add", b"query", b"save", b"delete"]),
        (b"sc", &[b"query", b"stop", b"start", b"config", b"create"]),
        (b"ip", &[b"a", b"addr", b"route", b"link", b"r"]),
        (b"route", &[b"print", b"add"]),
        (b"service", &[b"--status-all"]),
        (b"type", &[b"con"]),
        (
            b"which",
            &[b"python", b"perl", b"nc", b"gcc", b"curl", b"wget", b"bash"],
        ),
        (b"exec", &[b"sh", b"bash", b"xterm"]),
    ];
    let mut words = text
        .split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'-'))
        .filter(|word| !word.is_empty());
    let (Some(name), Some(next)) = (words.next(), words.next()) else {
        return false;
    };
    PAIRS.iter().any(|(command, subs)| {
        name.eq_ignore_ascii_case(command) && subs.iter().any(|sub| next.eq_ignore_ascii_case(sub))
    })
}

/// Whether the arguments cut characters out of variables: `${HOME:0:1}`, `${x//a/b}`.
pub(super) fn has_expansion(arguments: &[u8]) -> bool {
    memmem::find_iter(arguments, b"${").take(4).any(|at| {
        let rest = &arguments[at + 2..];
        let name = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        match rest.get(name) {
            Some(b':') => rest
                .get(name + 1)
                .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'~'),
            Some(b'/') => name > 0,
            _ => false,
        }
    })
}
