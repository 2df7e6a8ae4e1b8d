//! Command lines: separators and substitutions that are followed by a command.

mod commands;
mod known;
mod programs;
mod prose;
mod whole;
mod word;

use memchr::memchr;

use super::{
    Hits,
    profile::{self, Profile},
};
use crate::rules::Rule;
use commands::Command;
use prose::Surroundings;
use word::Call;

/// What the text is to the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Unknown, or one argument of a command that somebody else writes.
    Argument,
    /// One of many settings, some of which are command lines.
    Setting,
    /// The whole command line.
    CommandLine,
}

/// Looks for commands that do not belong into their place.
pub(crate) fn scan(text: &[u8], profile: Profile, place: Place, hits: &mut Hits) {
    known::scan(text, profile, hits);
    if place == Place::CommandLine {
        return;
    }
    whole::scan(text, profile, hits);
    if !profile.any(
        profile::SEMICOLON
            | profile::PIPE
            | profile::BACKTICK
            | profile::DOLLAR
            | profile::NEWLINE
            | profile::COMPARE,
    ) {
        return;
    }
    let surroundings = Surroundings::new(text, profile, place == Place::Setting);
    let mut at = 0;
    while let Some(length) = text[at..].iter().position(|byte| IS_MARK[*byte as usize]) {
        let mark = at + length;
        at = mark + 1;
        match text[mark] {
            b'`' => {
                at = substitution(text, mark, b'`', mark + 1, &surroundings, hits);
            }
            b'$' | b'<' | b'>' => {
                if text.get(mark + 1) == Some(&b'(') {
                    at = substitution(text, mark, b')', mark + 2, &surroundings, hits);
                }
            }
            _ => {
                at = separator(text, mark, &surroundings, hits);
            }
        }
        if hits.has(Rule::ShellSeparator) && hits.has(Rule::ShellSubstitution) {
            return;
        }
    }
}

static IS_MARK: [bool; 256] = {
    let mut marks = [false; 256];
    let bytes = b";|&`$<>\n\r";
    let mut at = 0;
    while at < bytes.len() {
        marks[bytes[at] as usize] = true;
        at += 1;
    }
    marks
};

/// Judges the separator at `mark`, and returns where to go on.
fn separator(text: &[u8], mark: usize, around: &Surroundings<'_>, hits: &mut Hits) -> usize {
    let mut at = mark;
    while let Some(byte) = text.get(at) {
        match byte {
            b';' | b'|' | b'&' | b'\n' | b'\r' | b' ' | b'\t' | b'+' | b'(' | b'{' | b'!' | b'\x0b' => {
                at += 1;
            }
            b'"' | b'\'' | b'`'
                if text
                    .get(at + 1)
                    .is_some_and(|next| matches!(next, b' ' | b'\n' | b';' | b'|' | b'&')) =>
            {
                at += 1;
            }
            b'$' if text
                .get(at + 1)
                .is_some_and(|next| matches!(next, b'+' | b'|' | b'&' | b' ' | b';')) =>
            {
                at += 1;
            }
            _ => break,
        }
    }
    let marks = &text[mark..at];
    // A prompt begins a line of a manual.
    if at >= 2 && text[at - 2] == b'$' && text[at - 1] == b' ' && marks.contains(&b'\n') {
        return at;
    }
    // In a text of many lines each line begins with some word.
    if around.n_lines > 4 && mark > 0 && marks.iter().all(u8::is_ascii_whitespace) {
        return at;
    }
    // What follows must be able to begin a name, and one finding is enough.
    if hits.has(Rule::ShellSeparator)
        || !text
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_/.\\$\"'^`%~@*?-".contains(byte))
    {
        return at.max(mark + 1);
    }
    if is_other_word(&text[at..]) {
        return at.max(mark + 1);
    }
    if at > 0 && text[at - 1] == b'{' && known::is_brace_command(&text[at - 1..]) {
        hits.add(Rule::ShellDisguised, mark, at);
    }
    let call = word::read(text, at);
    if is_injected(text, mark, marks, at, &call, around) {
        hits.add(Rule::ShellSeparator, mark, call.end);
    }
    at.max(mark + 1)
}

fn is_injected(
    text: &[u8],
    mark: usize,
    marks: &[u8],
    at: usize,
    call: &Call,
    around: &Surroundings<'_>,
) -> bool {
    let newline = marks.iter().all(u8::is_ascii_whitespace);
    let ampersand = marks
        .iter()
        .filter(|byte| matches!(byte, b';' | b'|' | b'&'))
        .eq([b'&'].iter());
    let pipe = marks.contains(&b'|');
    if call.kind.is_none() && !call.is_variable && !call.is_assignment && !call.in_program_folder {
        return false;
    }
    if around.are_too_many() {
        return true;
    }
    let head = around.head(mark);
    if around.is_setting && (head.n_words > 1 || around.starts_with_command) && !call.has_sensitive_argument {
        return false;
    }
    if call.is_variable && !newline {
        // `CMD=id;$CMD`, `| $0`
        let variable = &text[at..];
        let shell = variable.starts_with(b"$0") && !variable.get(2).is_some_and(u8::is_ascii_alphanumeric);
        return shell
            || calls_behind(text, call)
            || memchr(b'=', &text[..mark.min(64)]).is_some()
                && !marks.contains(&b' ')
                && call.n_arguments == 0;
    }
    if call.is_assignment {
        return !newline
            && !ampersand
            && text.get(call.end.saturating_sub(0)).is_some()
            && assigns_command(&text[at..]);
    }
    if call.in_program_folder && around.is_prose && text[at] == b'.' {
        return false;
    }
    if call.in_program_folder && !around.is_code(mark) {
        return !newline || around.n_lines <= 4 && head.n_words <= 1;
    }
    let Some(kind) = call.kind else { return false };
    if around.is_code(mark) || pipe && around.is_table(mark) && !call.has_sensitive_argument {
        return false;
    }
    let alone = call.n_arguments == 0 && (call.ends_text || call.ends_in_separator);
    if newline && mark == 0 && kind == Command::Technical && call.n_arguments > 0 {
        return text.len() < 400;
    }
    if newline {
        let short = around.n_lines <= 4 && head.n_words <= 1 && (mark > 0 || around.n_lines <= 3);
        return short
            && match kind {
                Command::Technical => alone || call.starts_with_shell_argument,
                Command::Word => {
                    call.starts_with_shell_argument
                        || alone && call.ends_text && around.n_lines <= 2 && head.glued
                        || alone && head.n_words == 0 && call.ends_text
                }
            };
    }
    // `?a=1&id=5` is an address and `&amp;` an entity, not a command.
    if ampersand && matches!(text.get(call.end.min(text.len())), Some(b'=')) {
        return false;
    }
    match kind {
        Command::Technical => {
            let prose = head.n_words > 1 && !head.is_shell;
            let manual = around.is_prose && around.n_lines > 1;
            alone && (!(prose || manual) || call.ends_text && !ampersand)
                || call.starts_with_shell_argument && !(prose && ampersand)
                || call.has_sensitive_argument
                || call.has_shell_argument && head.n_words <= 1
                || call.n_arguments > 0 && mark == 0
                || call.n_arguments > 0
                    && head.n_words <= 1
                    && !around.is_prose
                    && (head.n_words == 0 || head.glued || !ampersand)
        }
        Command::Word => {
            let near = around.starts_with_command
                || head.n_words == 0
                || head.n_words == 1 && (head.glued && !ampersand || head.is_quoted);
            alone && near && around.begins_near(mark) && ends_call(text, call)
                || call.starts_with_shell_argument && (near || !around.is_prose) && !is_count(text, at, call)
                || call.has_sensitive_argument
                || call.has_shell_argument && head.n_words == 0 && !is_count(text, at, call)
                || call.n_arguments > 0 && at == 1 && marks == b";"
                || pipe && around.starts_with_command && !around.is_prose && call.starts_quoted
                || call.n_arguments > 0 && head.n_words == 0 && known::has_subcommand(&text[at..])
        }
    }
}

/// Whether a plain word stands here that names no program; most words behind a separator do not.
fn is_other_word(text: &[u8]) -> bool {
    let length = text
        .iter()
        .take(24)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let plain = text.get(length).is_none_or(|byte| b" ;|&\n,.".contains(byte));
    length > 0 && plain && commands::find(&text[..length]).is_none() && !text[length..].starts_with(b".exe")
}

/// Whether the rest of the text is the command itself, or a command again.
fn ends_call(text: &[u8], call: &Call) -> bool {
    let rest = text[call.end..].iter().position(u8::is_ascii_alphanumeric);
    rest.is_none_or(|skip| {
        let next = word::read(text, call.end + skip);
        next.kind.is_some()
    })
}

/// Whether the argument is only a count: `; last 3 items`. Waiting takes one too, and is always meant.
fn is_count(text: &[u8], at: usize, call: &Call) -> bool {
    let name = &text[at..];
    let waits = name.len() >= 5
        && (name[..5].eq_ignore_ascii_case(b"sleep") || name[..5].eq_ignore_ascii_case(b"timeo"));
    !waits
        && call.n_arguments > 0
        && text[at..call.end]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
}

/// Whether an unset variable stands before the command, as in `; $u cat /etc/passwd`.
fn calls_behind(text: &[u8], variable: &Call) -> bool {
    let rest = &text[variable.name_end..];
    let spaces = rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'+'))
        .count();
    spaces > 0 && {
        let call = word::read(text, variable.name_end + spaces);
        call.kind.is_some() && call.starts_with_shell_argument
    }
}

/// Whether an assignment takes what a command prints, or a command's name.
fn assigns_command(text: &[u8]) -> bool {
    let Some(equals) = memchr(b'=', text) else {
        return false;
    };
    let value = &text[equals + 1..];
    matches!(value, [b'$', b'\'' | b'"' | b'(' | b'\\', ..] | [b'`', ..]) && memchr(b'$', value).is_some()
}

/// Judges a substitution whose command begins at `start`, and returns where to go on.
fn substitution(
    text: &[u8],
    mark: usize,
    close: u8,
    start: usize,
    around: &Surroundings<'_>,
    hits: &mut Hits,
) -> usize {
    let mut at = start;
    while text
        .get(at)
        .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'(' | b'`' | b'\\' | b'{'))
    {
        at += 1;
    }
    if hits.has(Rule::ShellSubstitution) {
        return at.max(mark + 1);
    }
    if close == b'`'
        && text
            .get(at)
            .is_some_and(|byte| !byte.is_ascii_alphanumeric() && !b"/.$\"'~".contains(byte))
    {
        return at.max(mark + 1);
    }
    let call = word::read(text, at);
    let window = &text[at.min(text.len())..text.len().min(call.end + 512)];
    let closed = memchr(close, window);
    if call.kind.is_none() && !call.in_program_folder && !call.is_variable {
        // A closing backtick opens nothing.
        return match (close, closed) {
            (b'`', Some(length)) => at + length + 1,
            _ => at.max(mark + 1),
        };
    }
    if around.are_too_many() {
        hits.add(Rule::ShellSubstitution, mark, call.end);
        return at.max(mark + 1);
    }
    let known = call.kind == Some(Command::Technical)
        || call.kind.is_some() && (call.n_arguments == 0 || call.has_shell_argument)
        || call.in_program_folder
        || call.is_variable && close == b')';
    let found = if close == b'`' {
        let Some(length) = closed else {
            return at.max(mark + 1);
        };
        let end = at + length;
        let outside = around.words_outside(mark, end);
        let glued = mark > 0 && text[mark - 1].is_ascii_alphanumeric()
            || text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        let separated = around.head(mark).is_shell && call.kind == Some(Command::Technical);
        let inner = mark > 0 && text[mark - 1] == b'(';
        let doubled = mark > 0 && text[mark - 1] == b'`' || text.get(end + 1) == Some(&b'`');
        let glued = glued && !around.is_prose;
        let argument = around.starts_with_command && !around.is_prose;
        known
            && (!doubled || inner)
            && (outside == 0
                || argument
                || inner && !around.is_prose
                || (glued || separated || call.has_sensitive_argument && outside <= 2) && !around.is_markdown)
    } else {
        let quoted = around.is_code(mark);
        known
            && (!quoted && !around.is_prose
                || call.has_sensitive_argument
                || around.words_outside(mark, call.end) == 0)
    };
    if found {
        hits.add(Rule::ShellSubstitution, mark, call.end);
    }
    match (close, closed) {
        (b'`', Some(length)) if !found => at + length + 1,
        _ => at.max(mark + 1),
    }
}
