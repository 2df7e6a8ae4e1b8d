//! Paths: whether resolving one leaves its folder, however its dots and slashes are written.

mod targets;

use memchr::{memchr, memchr2, memmem};

use super::{
    Hits,
    profile::{self, Profile},
};
use crate::rules::Rule;

/// What the text is to the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Unknown.
    Anything,
    /// One of many settings, some of which are paths of files nearby.
    Setting,
    /// A path below a folder.
    Path,
}

/// Longest name of a file that common file systems allow.
const MAX_NAME: usize = 255;

/// Looks for paths that lead out. `decoded` tells that the text was written in an encoding that hides dots or slashes.
pub(crate) fn scan(text: &[u8], profile: Profile, place: Place, decoded: bool, hits: &mut Hits) {
    if place == Place::Path {
        strict(text, profile, hits);
    }
    if !profile.any(profile::SLASH | profile::BACKSLASH | profile::COLON) {
        return;
    }
    wrapper(text, profile, hits);
    share(text, profile, hits);
    if !profile.any(profile::DOT) {
        return;
    }
    let outside = Outside::new(text);
    let mut done = 0;
    for found in memchr::memchr_iter(b'.', text) {
        if found < done || !is_interesting(&text[found..]) {
            continue;
        }
        let start = text[done..found]
            .iter()
            .rposition(|byte| is_border(*byte))
            .map_or(done, |border| done + border + 1);
        let end = text[found..]
            .iter()
            .position(|byte| is_border(*byte))
            .map_or(text.len(), |length| found + length);
        let word = Word {
            text,
            start,
            end,
            alone: outside.is_alone(start, end),
            place,
        };
        if let Some(rule) = word.judge(decoded) {
            hits.add(rule, start, end);
            return;
        }
        done = end;
    }
}

/// Whether two dots stand here, or a long run of `./`, by which old systems cut a path.
fn is_interesting(text: &[u8]) -> bool {
    match text.get(1) {
        Some(b'.') => true,
        Some(b'/') => text.starts_with(b"./././././"),
        Some(b'\\') => text.starts_with(b".\\.\\.\\.\\.\\"),
        _ => false,
    }
}

/// Where the first letters and digits of the text stand, and the last ones: a path is alone when next to nothing else
/// does.
struct Outside {
    first: usize,
    last: usize,
}

impl Outside {
    fn new(text: &[u8]) -> Self {
        let first = text
            .iter()
            .position(u8::is_ascii_alphanumeric)
            .unwrap_or(text.len());
        let last = text
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, byte)| byte.is_ascii_alphanumeric())
            .nth(24);
        Self {
            first,
            last: last.map_or(0, |(at, _)| at + 1),
        }
    }

    const fn is_alone(&self, start: usize, end: usize) -> bool {
        start <= self.first && end >= self.last
    }
}

const fn is_border(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'\n'
            | b'\r'
            | b'"'
            | b'\''
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'`'
            | b','
            | b'|'
            | b'['
            | b']'
    )
}

/// One word that holds dots.
struct Word<'a> {
    text: &'a [u8],
    start: usize,
    end: usize,
    /// Whether next to nothing stands beside the word.
    alone: bool,
    place: Place,
}

/// What resolving a path met.
#[derive(Debug, Default)]
struct Walk {
    /// Segments that lead up.
    n_up: usize,
    /// Segments of three dots and more, or with something odd behind the dots.
    n_odd: usize,
    /// Segments that are longer than a name can be.
    n_long: usize,
    /// Segments of one dot.
    n_here: usize,
    depth: isize,
    lowest: isize,
    has_backslash: bool,
}

impl Word<'_> {
    fn bytes(&self) -> &[u8] {
        &self.text[self.start..self.end]
    }

    fn judge(&self, decoded: bool) -> Option<Rule> {
        let bytes = self.bytes();
        let walk = walk(bytes);
        if walk.n_up + walk.n_odd == 0 && walk.n_here < 6 && n_mangled(bytes) < 2 {
            return None;
        }
        let alone = self.alone;
        let link = self.start >= 2 && self.text[..self.start].ends_with(b"](");
        let rooted = matches!(bytes.first(), Some(b'/' | b'\\'));
        let up = walk.n_up + walk.n_odd;
        let leaves = if self.place == Place::Setting {
            false
        } else if decoded {
            up >= 1 && walk.lowest < 0 && alone
        } else {
            let whole = self.start == 0 && self.end == self.text.len() && bytes.len() > 3;
            alone
                && (walk.lowest <= -2
                    || walk.lowest < 0 && (whole || rooted || walk.has_backslash || up >= 2))
        };
        let odd = alone && (walk.n_long > 0 || walk.n_odd >= 2 || walk.n_here >= 6 || n_mangled(bytes) >= 2);
        let far = !link && walk.lowest <= -4;
        let hidden = || {
            targets::is_sensitive(bytes)
                && !link
                && (up > 0 || walk.n_here >= 6)
                && (alone || targets::is_secret(bytes))
        };
        (leaves && !link || odd || far || hidden()).then_some(if decoded {
            Rule::PathEncoded
        } else {
            Rule::PathTraversal
        })
    }
}

/// Counts the `..` that a separator in another notation follows, as in `..0x2f` and `..5c`.
fn n_mangled(path: &[u8]) -> usize {
    memmem::find_iter(path, b"..")
        .filter(|at| {
            let rest = &path[at + 2..];
            let code = rest.strip_prefix(b"0x").unwrap_or(rest);
            matches!(code, [b'2', b'f' | b'F', ..] | [b'5', b'c' | b'C', ..])
        })
        .count()
}

fn walk(path: &[u8]) -> Walk {
    let mut walk = Walk {
        has_backslash: memchr(b'\\', path).is_some(),
        ..Walk::default()
    };
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        // `file=..` and `x:..`: the path begins behind the sign.
        let segment = segment
            .iter()
            .rposition(|byte| matches!(byte, b'=' | b':' | b'@'))
            .map_or(segment, |at| &segment[at + 1..]);
        let n_dots = segment.iter().take_while(|byte| **byte == b'.').count();
        let rest = &segment[n_dots..];
        walk.n_long += usize::from(segment.len() > MAX_NAME);
        match (n_dots, rest) {
            (0, []) => {}
            (1, []) => walk.n_here += 1,
            (2, []) => {
                walk.n_up += 1;
                walk.depth -= 1;
            }
            (3.., []) | (2.., [b';' | b'?' | b'#' | b'%' | 0..=0x20 | 0x7f.., ..]) => {
                walk.n_odd += 1;
                walk.depth -= 1;
            }
            _ => walk.depth += 1,
        }
        walk.lowest = walk.lowest.min(walk.depth);
    }
    walk
}

/// Addresses that functions for files follow.
fn wrapper(text: &[u8], profile: Profile, hits: &mut Hits) {
    if !profile.any(profile::COLON) {
        return;
    }
    if let Some(found) = targets::wrapper(text) {
        hits.add(Rule::PathWrapper, found.start, found.end);
    }
    for at in targets::FILE.find_iter(text).take(16) {
        let rest = &text[at + 5..];
        let slashes = rest
            .iter()
            .take_while(|byte| matches!(byte, b'/' | b'\\'))
            .count();
        // One slash stays, so that the path is rooted.
        let target = &rest[slashes.saturating_sub(1)..rest.len().min(slashes + 256)];
        if slashes > 0 && targets::is_sensitive(target) {
            hits.add(Rule::PathWrapper, at, at + 5 + slashes);
        }
    }
}

/// `\\host\share` as the whole text, or quoted inside a statement that opens it.
fn share(text: &[u8], profile: Profile, hits: &mut Hits) {
    if !profile.any(profile::BACKSLASH) {
        return;
    }
    let quoted = targets::QUOTED_SHARE.find(text).map(|at| &text[at + 3..]);
    if let Some(rest) = quoted
        && rest.first().is_some_and(u8::is_ascii_digit)
    {
        hits.add(Rule::PathDevice, 0, text.len());
    }
    let Some(rest) = text.strip_prefix(b"\\\\".as_slice()) else {
        return;
    };
    let host = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-' | b'?'))
        .count();
    if host > 0 && rest.get(host) == Some(&b'\\') && !text.iter().any(u8::is_ascii_whitespace) {
        hits.add(Rule::PathDevice, 0, text.len());
    }
}

/// The rules for a declared path: nothing leads up, nothing is hidden, nothing is absolute.
fn strict(text: &[u8], profile: Profile, hits: &mut Hits) {
    if let Some(at) = text.iter().position(|byte| *byte < 0x20 || *byte == 0x7f) {
        hits.add(Rule::PathNul, at, at + 1);
    }
    let walked = walk(text);
    if walked.n_up > 0 {
        hits.add(
            if walked.lowest < 0 {
                Rule::PathTraversal
            } else {
                Rule::PathEncoded
            },
            0,
            text.len(),
        );
    } else if walked.n_odd > 0 || walked.n_here >= 6 {
        hits.add(Rule::PathEncoded, 0, text.len());
    }
    if let Some(at) = mangled(text, profile) {
        hits.add(Rule::PathEncoded, at, text.len());
    }
    let drive =
        text.len() > 2 && text[0].is_ascii_alphabetic() && text[1] == b':' && matches!(text[2], b'/' | b'\\');
    if drive || matches!(text.first(), Some(b'/' | b'\\' | b'~')) {
        let rule = if targets::is_system(text) {
            Rule::PathSensitive
        } else {
            Rule::PathAbsolute
        };
        hits.add(rule, 0, text.len());
    }
    if memchr2(b':', b'\\', text.get(2..).unwrap_or_default()).is_some()
        && (drive || memmem::find(text, b"::$").is_some())
    {
        hits.add(Rule::PathDevice, 0, text.len());
    }
    if let Some(at) = memmem::find(text, b"://")
        && at < 12
    {
        hits.add(Rule::PathWrapper, 0, text.len());
    }
}

/// Finds dots or slashes in a notation that only broken decoders read: `%c0%ae`, `%uEFC8`, `0x2e`, `..2f`, `%%32`.
fn mangled(text: &[u8], profile: Profile) -> Option<usize> {
    if profile.any(profile::PERCENT) {
        for at in memchr::memchr_iter(b'%', text) {
            let (a, b) = (
                text.get(at + 1).copied().unwrap_or(0),
                text.get(at + 2).copied().unwrap_or(0),
            );
            let odd = match (a, b) {
                (b'u' | b'U' | b'%', _) => true,
                // Dots, slashes, zero bytes and the first bytes of overlong forms.
                (b'0' | b'1', _)
                | (b'2', b'e' | b'E' | b'f' | b'F' | b'5')
                | (b'5', b'c' | b'C')
                | (b'c' | b'C', _) => b.is_ascii_alphanumeric(),
                (b'e' | b'E' | b'f' | b'F', b'0' | b'8' | b'c' | b'C') => true,
                _ => false,
            };
            if odd {
                return Some(at);
            }
        }
    }
    for code in [b"0x2e".as_slice(), b"0x2f", b"0x5c", b"0x2E", b"0x2F", b"0x5C"] {
        if let Some(at) = memmem::find(text, code) {
            return Some(at);
        }
    }
    (n_mangled(text) > 0).then_some(0)
}
