//! The whole text as one command line: a disguised name, a sensitive file, an end that waits for more.

use super::{commands::Command, is_other_word, known, word};
use crate::{
    lex::{
        Hits,
        profile::{self, Profile},
    },
    rules::Rule,
};

/// Looks at the whole text as one command line.
pub(super) fn scan(text: &[u8], profile: Profile, hits: &mut Hits) {
    let start = text
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(0);
    if text[start..].starts_with(b"{") && known::is_brace_command(&text[start..]) {
        hits.add(Rule::ShellDisguised, start, text.len());
        return;
    }
    let disguises = profile::SEMICOLON
        | profile::PIPE
        | profile::QUOTE
        | profile::DOUBLE_QUOTE
        | profile::BACKSLASH
        | profile::DOLLAR
        | profile::BACKTICK
        | profile::SLASH;
    if !profile.any(disguises) {
        return;
    }
    if is_other_word(&text[start..]) {
        return;
    }
    let call = word::read(text, start);
    let technical = call.kind == Some(Command::Technical);
    let disguised =
        call.kind.is_some() && call.is_disguised && (technical || call.starts_with_shell_argument)
            || technical && known::has_expansion(&text[call.name_end..call.end])
            || known::is_glob_command(&text[start..]);
    let reads_secret = call.has_sensitive_argument
        && (technical && call.n_arguments <= 2 && call.ends_text || call.in_program_folder);
    // `netstat -a;`, `dir c:\ |`: what follows is for the surroundings to run.
    let open_ended = technical
        && call.starts_with_shell_argument
        && call.ends_in_separator
        && text.len() - call.end <= 4
        && matches!(text[call.end], b';' | b'|' | b'&')
        && !text[call.end..].iter().any(u8::is_ascii_alphanumeric);
    if open_ended {
        hits.add(Rule::ShellSeparator, start, text.len());
    }
    if disguised {
        hits.add(Rule::ShellDisguised, start, call.end);
    } else if reads_secret {
        hits.add(Rule::ShellCommand, start, call.end);
    }
}
