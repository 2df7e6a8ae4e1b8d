//! The problems found so far, within bounds: a small text must not be able to cause a huge report.

use std::{collections::BTreeSet, ops::Range};

use super::{Problem, location::Cursor, suggest};
use crate::{
    ErrorCode, limits,
    source::{Spans, pointer},
};

/// How many bytes of text all problems together may have; further ones are only counted.
const ROOM: usize = 4 * limits::MAX_SPEC_BYTES;

/// What a problem counts beside its text.
const PROBLEM_BYTES: usize = 256;

/// How much may be spent on finding similar words, in pairs of letters that are compared.
const SUGGESTION_FUEL: usize = 20_000_000;

/// Problems of one specification, with their places as far as they are known.
#[derive(Debug)]
pub(crate) struct Problems {
    found: Vec<Found>,
    room: usize,
    n_dropped: usize,
    fuel: usize,
}

#[derive(Debug)]
struct Found {
    problem: Problem,
    /// Where the problem stands, when the reader of the text found it.
    span: Option<Range<usize>>,
    /// Whether a part of the text was left out because of the problem.
    is_gap: bool,
}

impl Found {
    const fn of(problem: Problem) -> Self {
        let (span, is_gap) = (None, false);
        Self {
            problem,
            span,
            is_gap,
        }
    }
}

/// The problem that was added last; nothing when there was no room for it.
#[derive(Debug)]
pub(crate) struct Added<'a>(Option<&'a mut Found>);

impl Added<'_> {
    /// Says what to do about the problem.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        self.help_if(Some(help.into()))
    }

    /// Says what to do about the problem, when that is known.
    pub(crate) fn help_if(mut self, help: Option<String>) -> Self {
        if let Some(found) = &mut self.0 {
            found.problem.help = help;
        }
        self
    }

    /// Says where in the text the problem stands.
    pub(crate) fn at(self, span: Range<usize>) {
        if let Some(found) = self.0 {
            found.span = Some(span);
        }
    }

    /// Says where in the text the problem stands, and that what stands there was left out: the value at the pointer, or
    /// a member of it. What seems to be wrong or missing because of that is not reported.
    pub(crate) fn leaving_out(self, span: Range<usize>) {
        if let Some(found) = self.0 {
            found.span = Some(span);
            found.is_gap = true;
        }
    }
}

impl Problems {
    pub(crate) const fn new() -> Self {
        Self {
            found: Vec::new(),
            room: ROOM,
            n_dropped: 0,
            fuel: SUGGESTION_FUEL,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.found.is_empty() && self.n_dropped == 0
    }

    pub(crate) fn add(&mut self, code: ErrorCode, pointer: &str, message: impl Into<String>) -> Added<'_> {
        let mut message = message.into();
        if message.len() > limits::MAX_MESSAGE_BYTES {
            message.truncate(message.floor_char_boundary(limits::MAX_MESSAGE_BYTES - '…'.len_utf8()));
            message.push('…');
        }
        let size = PROBLEM_BYTES + pointer.len() + message.len();
        let Some(room) = self.room.checked_sub(size) else {
            self.n_dropped += 1;
            return Added(None);
        };
        self.room = room;
        let problem = Problem::new(code, pointer, message);
        self.found.push(Found::of(problem));
        Added(self.found.last_mut())
    }

    /// Adds that a key stands twice; its place is that of the second one.
    pub(crate) fn add_duplicate(&mut self, pointer: &str, name: &str) -> Added<'_> {
        let message = format!("the key `{}` stands twice in the same object", excerpt(name));
        self.add(ErrorCode::DuplicateKey, pointer, message)
    }

    /// Adds that the array or object at `pointer` stands below too many others.
    pub(crate) fn add_too_deep(&mut self, pointer: &str) -> Added<'_> {
        let message = format!("nested more than {} levels deep", limits::MAX_NESTING);
        self.add(ErrorCode::LimitExceeded, pointer, message)
    }

    /// Returns help that names the candidate closest to `word`.
    pub(crate) fn did_you_mean<'a>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        suggest::closest(word, candidates, &mut self.fuel)
            .map(|candidate| format!("did you mean `{candidate}`?"))
    }

    /// Returns the problems in the order of their pointers.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.found
            .sort_by(|left, right| pointer::compare(&left.problem.pointer, &right.problem.pointer));
        self.report_dropped();
        self.found.into_iter().map(|found| found.problem).collect()
    }

    /// Returns the problems in the order of their places in `text`, where `spans` has the places of its values.
    pub(crate) fn into_located(mut self, text: &str, spans: Option<&Spans>) -> Vec<Problem> {
        self.drop_consequences();
        for found in self.found.iter_mut().filter(|found| found.span.is_none()) {
            let pointer = &found.problem.pointer;
            found.span = spans.and_then(|spans| match found.problem.code {
                ErrorCode::UnknownField => spans.find_key(pointer).or_else(|| spans.find(pointer)),
                _ => spans.find(pointer),
            });
        }
        let place = |found: &Found| found.span.as_ref().map(|span| span.start);
        self.found.sort_by(|left, right| {
            let by_pointer = || pointer::compare(&left.problem.pointer, &right.problem.pointer);
            place(left).cmp(&place(right)).then_with(by_pointer)
        });
        self.report_dropped();
        let mut cursor = Cursor::new(text);
        let located = self.found.into_iter().map(|found| Problem {
            location: found.span.map(|span| cursor.location(span)),
            ..found.problem
        });
        located.collect()
    }

    /// Removes what was found only because a part of the text was left out.
    fn drop_consequences(&mut self) {
        let gaps = self.found.iter().filter(|found| found.is_gap);
        let gaps: BTreeSet<_> = gaps.map(|found| found.problem.pointer.clone()).collect();
        self.found.retain(|found| {
            let pointer = found.problem.pointer.as_str();
            let gap = match found.problem.code {
                ErrorCode::UnknownField => None,
                ErrorCode::MissingRequiredField => pointer.rsplit_once('/').map(|(parent, _)| parent),
                _ => Some(pointer),
            };
            found.span.is_some() || gap.is_none_or(|gap| !gaps.contains(gap))
        });
    }

    fn report_dropped(&mut self) {
        if self.n_dropped > 0 {
            let message = format!("{} further problems are not listed", self.n_dropped);
            let problem = Problem::new(ErrorCode::LimitExceeded, "", message);
            self.found.push(Found::of(problem));
        }
    }
}

/// Returns the start of `text` in a form that can stand in a message.
pub(crate) fn excerpt(text: &str) -> String {
    let start: String = text.chars().take(64).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{}{more}", start.escape_debug())
}
