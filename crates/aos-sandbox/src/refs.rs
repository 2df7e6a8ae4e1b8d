//! References inside a text: where they stand, and the text without them.

use std::{borrow::Cow, ops::Range};

use aos_spec::reference::{Reference, Template};
use memchr::memmem;
use serde_json::Value;

/// One `${` of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) span: Range<usize>,
    /// The reference; `None` when what stands there is none.
    pub(crate) reference: Option<Reference>,
}

/// Longest reference that is looked for.
const MAX_LENGTH: usize = 2_048;

/// Finds what begins with `${` in `text`; `$${` is a literal `${`.
pub(crate) fn find(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut done = 0;
    for start in memmem::find_iter(text.as_bytes(), b"${") {
        if start < done {
            continue;
        }
        if start > 0 && text.as_bytes()[start - 1] == b'$' {
            continue;
        }
        let window = &text[start..text.floor_char_boundary(start + MAX_LENGTH)];
        // A quoted name may hold a brace, so the first one need not be the end.
        let found = window.match_indices('}').take(3).find_map(|(length, _)| {
            let written = &window[..=length];
            parse(written).map(|reference| (reference, start + written.len()))
        });
        let (reference, end) = match found {
            Some((reference, end)) => (Some(reference), end),
            None => (None, start + 2),
        };
        done = end;
        places.push(Place {
            span: start..end,
            reference,
        });
    }
    places
}

fn parse(written: &str) -> Option<Reference> {
    let template = Template::parse(&Value::from(written), "").ok()?;
    let mut found = None;
    let mut n_found = 0;
    template.visit_references("", |_, reference| {
        n_found += 1;
        found = Some(reference.clone());
    });
    found.filter(|_| n_found == 1)
}

/// Returns `text` with each of `spans`, none shorter than `${}`, replaced by a word of the same length, so that positions stay the same.
pub(crate) fn masked<'a>(text: &'a str, spans: impl IntoIterator<Item = Range<usize>>) -> Cow<'a, str> {
    let mut masked = Cow::Borrowed(text);
    for span in spans {
        // It holds a dot, so that it can stand for the name of a host.
        let word = format!("x.{}", "x".repeat(span.len() - 2));
        masked.to_mut().replace_range(span, &word);
    }
    masked
}
