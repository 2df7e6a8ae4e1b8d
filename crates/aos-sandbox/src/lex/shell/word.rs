//! Reading one command of a command line: its name with all quoting undone, and the shape of its arguments.

use super::commands::{self, Command};

/// Longest name that is put together; programs have short names.
const MAX_NAME: usize = 64;
/// Most bytes that the spelling of a name takes.
const MAX_SPELLING: usize = 256;
/// Most bytes of arguments that are looked at.
const MAX_ARGUMENTS: usize = 256;

/// A command as it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) kind: Option<Command>,
    /// Whether the name stands behind a path to a folder of programs.
    pub(super) in_program_folder: bool,
    /// Whether quotes, escapes or empty expansions stood inside the name.
    pub(super) is_disguised: bool,
    /// Whether the name is a variable, as in `$CMD`.
    pub(super) is_variable: bool,
    /// Whether the name is assigned a value, as in `X=…`.
    pub(super) is_assignment: bool,
    pub(super) n_arguments: usize,
    /// Whether an argument has the shape that command lines have and prose does not.
    pub(super) has_shell_argument: bool,
    /// Whether the first argument stands in quotes.
    pub(super) starts_quoted: bool,
    /// Whether the first argument has that shape.
    pub(super) starts_with_shell_argument: bool,
    /// Whether an argument names a file that only attackers ask for.
    pub(super) has_sensitive_argument: bool,
    /// Where the name ends.
    pub(super) name_end: usize,
    /// Where the command ends.
    pub(super) end: usize,
    /// Whether the text ends there, but for closing quotes and brackets.
    pub(super) ends_text: bool,
    /// Whether another separator follows.
    pub(super) ends_in_separator: bool,
}

/// Reads the command that begins at `at`.
pub(super) fn read(text: &[u8], at: usize) -> Call {
    let (name, after, marks) = read_name(text, at);
    let base_start = name
        .iter()
        .rposition(|byte| matches!(byte, b'/' | b'\\'))
        .map_or(0, |at| at + 1);
    let base = &name[base_start..];
    // `base64,` and `date:` are no commands.
    let ends = text.get(after).is_none_or(|next| !b",:=(!?[]".contains(next));
    let mut call = Call {
        kind: commands::find(base).filter(|_| ends),
        in_program_folder: base_start > 0 && (commands::is_program_path(&name) || is_windows_program(&name)),
        is_disguised: marks.disguised,
        is_variable: name.first() == Some(&b'$') && name.len() > 1,
        is_assignment: marks.assignment,
        n_arguments: 0,
        has_shell_argument: false,
        starts_quoted: false,
        starts_with_shell_argument: false,
        has_sensitive_argument: false,
        name_end: after,
        end: after,
        ends_text: false,
        ends_in_separator: false,
    };
    // Without a name there are no arguments to speak of.
    if call.kind.is_some() || call.in_program_folder || call.is_variable || call.is_assignment {
        read_arguments(text, after, &mut call);
    }
    call
}

/// A name as it is put together.
#[derive(Debug)]
struct Name {
    bytes: [u8; MAX_NAME],
    len: usize,
}

impl Default for Name {
    fn default() -> Self {
        Self {
            bytes: [0; MAX_NAME],
            len: 0,
        }
    }
}

impl Name {
    /// Adds a byte; there is room for it.
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }
}

impl std::ops::Deref for Name {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    disguised: bool,
    assignment: bool,
}

/// Puts the name together as a shell does.
fn read_name(text: &[u8], mut at: usize) -> (Name, usize, Marks) {
    let limit = text.len().min(at + MAX_SPELLING);
    let text = &text[..limit];
    let mut name = Name::default();
    let mut marks = Marks::default();
    let mut quoted = Quotes::default();
    while let Some(&byte) = text.get(at) {
        if name.len == MAX_NAME {
            break;
        }
        let rest = &text[at..];
        let glued = !name.is_empty();
        match byte {
            b'\'' | b'"' => {
                let next = text.get(at + 1).copied().unwrap_or(b' ');
                // `I'd` is no disguise: what is quoted must be closed in the same word.
                if glued && !quoted.remove_or_add(byte, &text[at + 1..]) {
                    break;
                }
                if !(glued || next.is_ascii_alphanumeric() || next == b'/') {
                    break;
                }
                if next.is_ascii_alphanumeric() || next == byte || glued && next == b'/' {
                    marks.disguised |= glued && next != b' ';
                    at += 1;
                } else {
                    break;
                }
            }
            b'\\' if text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {
                if glued && !name.contains(&b':') && !name.ends_with(b"\\") {
                    marks.disguised = true;
                }
                if name.contains(&b':') || name.contains(&b'%') || name.contains(&b'\\') {
                    name.push(b'\\');
                }
                at += 1;
            }
            b'\\' if text.get(at + 1) == Some(&b'\n') => at += 2,
            b'^' if glued || text.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => {
                marks.disguised = true;
                at += 1;
            }
            b'`' if rest.starts_with(b"``") => {
                marks.disguised = true;
                at += 2;
            }
            b'$' => {
                if let Some(length) = internal_separator(rest) {
                    if glued {
                        break;
                    }
                    at += length;
                } else if let Some(length) = empty_expansion(rest) {
                    marks.disguised |= glued;
                    at += length;
                } else if glued {
                    break;
                } else {
                    name.push(b'$');
                    at += 1;
                    if text.get(at) == Some(&b'{') {
                        at += 1;
                    }
                }
            }
            b'=' if glued
                && name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') =>
            {
                marks.assignment = true;
                break;
            }
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'_'
            | b'-'
            | b'.'
            | b'/'
            | b':'
            | b'%'
            | b'~'
            | b'?'
            | b'*'
            | b'@' => {
                name.push(byte);
                at += 1;
            }
            _ => break,
        }
    }
    (name, at, marks)
}

/// Returns the length of `$IFS` in one of its spellings.
pub(super) fn internal_separator(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"${IFS") {
        return memchr::memchr(b'}', &text[..text.len().min(24)]).map(|end| end + 1);
    }
    text.starts_with(b"$IFS").then(|| {
        if text.get(4) == Some(&b'$') && text.get(5) == Some(&b'9') {
            6
        } else {
            4
        }
    })
}

/// Returns the length of an expansion that is empty, by which names are split: `$@`, `$*`, `$()`, `${x}` with digits.
fn empty_expansion(text: &[u8]) -> Option<usize> {
    match text {
        [b'$', b'@' | b'*' | b'!' | b'1'..=b'9', ..] => Some(2),
        [b'$', b'(', b')', ..] => Some(3),
        [b'$', b'{', b'@' | b'*' | b'1'..=b'9', b'}', ..] => Some(4),
        _ => None,
    }
}

/// The quotes that are open inside a name.
#[derive(Debug, Default)]
struct Quotes {
    open: Option<u8>,
}

impl Quotes {
    /// Takes one quote; whether it closes the open one, or is closed itself before the word ends.
    fn remove_or_add(&mut self, quote: u8, rest: &[u8]) -> bool {
        if self.open == Some(quote) {
            self.open = None;
            return true;
        }
        let word = rest
            .iter()
            .take(MAX_NAME)
            .take_while(|byte| !byte.is_ascii_whitespace());
        let closed = word.copied().any(|byte| byte == quote);
        self.open = closed.then_some(quote);
        closed
    }
}

fn is_windows_program(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with(b"c:\\windows")
        || lower.starts_with(b"%systemroot%")
        || lower.starts_with(b"%windir%")
        || lower.starts_with(b"%comspec%")
}

fn read_arguments(text: &[u8], start: usize, call: &mut Call) {
    let limit = text.len().min(start + MAX_ARGUMENTS);
    let mut at = start;
    while at < limit {
        let byte = text[at];
        match byte {
            b';' | b'|' | b'&' | b'\n' | b'\r' => {
                call.ends_in_separator = true;
                break;
            }
            b' ' | b'\t' | b'+' => at += 1,
            b'\\' if text.get(at + 1) == Some(&b'\n') => {
                call.is_disguised = true;
                at += 2;
            }
            b'`' | b')' | b'\'' | b'"' | b'}' | b'#'
                if text
                    .get(at + 1)
                    .is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'/' && *next != b'-')
                    && !opens_quoted(text, at) =>
            {
                call.ends_in_separator = true;
                break;
            }
            _ => {
                let separator = internal_separator(&text[at..limit]);
                if let Some(length) = separator {
                    call.is_disguised = true;
                    at += length;
                    continue;
                }
                let end = text[at..limit]
                    .iter()
                    .position(|byte| matches!(byte, b' ' | b'\t' | b';' | b'|' | b'\n' | b'\r' | b'+' | b'&'))
                    .map_or(limit, |length| at + length.max(1));
                let argument = &text[at..end];
                let shaped = is_shell_argument(argument);
                call.starts_with_shell_argument |= shaped && call.n_arguments == 0;
                call.starts_quoted |= call.n_arguments == 0 && matches!(argument[0], b'\'' | b'"');
                call.has_shell_argument |= shaped;
                call.has_sensitive_argument |= is_sensitive(argument);
                call.n_arguments += 1;
                at = end;
                if argument.ends_with(b"\\") && text.get(end) == Some(&b'\n') {
                    // The line goes on, and so does the word.
                    call.is_disguised = true;
                    at += 1;
                }
            }
        }
    }
    call.end = at;
    let tail = &text[at..];
    call.ends_text = tail.len() <= 8 && !tail.iter().any(u8::is_ascii_alphanumeric);
}

/// Whether a quoted argument begins at `at`: a quote behind a space, which is closed in the same word.
fn opens_quoted(text: &[u8], at: usize) -> bool {
    matches!(text[at], b'\'' | b'"')
        && at > 0
        && text[at - 1] == b' '
        && text[at + 1..]
            .iter()
            .take(MAX_NAME)
            .take_while(|byte| !byte.is_ascii_whitespace())
            .any(|byte| *byte == text[at])
}

/// Whether `argument` has a shape that command lines have and prose does not.
fn is_shell_argument(argument: &[u8]) -> bool {
    match argument {
        [b'-', b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', ..] | [b'-', b'-', b'a'..=b'z', ..] => true,
        [b'/' | b'~' | b'$' | b'>' | b'<' | b'*' | b'%' | b'{' | b'`', ..] => true,
        [b'.', b'/' | b'.', ..] => true,
        [b'1' | b'2', b'>', ..] => true,
        [b'a'..=b'z' | b'A'..=b'Z', b':', b'\\' | b'/', ..] => true,
        _ => {
            argument.first().is_some_and(u8::is_ascii_digit)
                || memchr::memchr3(b'/', b'\\', b'$', argument).is_some()
                || memchr::memchr3(b'*', b'`', b'<', argument).is_some()
                || argument
                    .windows(2)
                    .any(|pair| pair[0] == b'.' && pair[1].is_ascii_alphanumeric())
        }
    }
}

fn is_sensitive(argument: &[u8]) -> bool {
    const FILES: &[&[u8]] = &[
        b"/etc/",
        b"/proc/",
        b"win.ini",
        b"boot.ini",
        b".ssh",
        b"/dev/tcp",
        b"/dev/udp",
    ];
    let wild = argument.iter().filter(|byte| matches!(byte, b'*' | b'?')).count();
    if wild >= 2 && argument.first() == Some(&b'/') {
        return true;
    }
    FILES
        .iter()
        .any(|file| memchr::memmem::find(argument, file).is_some())
}
