//! Where findings stand in the text of a plan.

use std::ops::Range;

use aos_spec::{check::Location, source::Document};

use crate::SandboxFinding;

/// Returns where `finding` stands in the text of the plan: what it is about where that can be told apart, otherwise the
/// value or key around it.
#[must_use]
pub fn locate(finding: &SandboxFinding, document: &Document) -> Option<Location> {
    let pointer = &finding.pointer;
    let (around, value) = if finding.in_key {
        let (_, key) = pointer.rsplit_once('/')?;
        let key = key.replace("~1", "/").replace("~0", "~");
        (document.locate_key(pointer)?, Some(key))
    } else {
        let value = document.value().pointer(pointer).and_then(|value| value.as_str());
        (document.locate(pointer)?, value.map(str::to_owned))
    };
    let inside = finding.span.clone().zip(value).and_then(|(span, value)| {
        let written = document.text().get(around.start..around.end)?;
        place_in(written, &value, span)
    });
    Some(inside.map_or(around, |inside| {
        let (start, end) = (around.start + inside.start, around.start + inside.end);
        Location::in_text(document.text(), start, end)
    }))
}

/// Returns where the part `span` of `value` stands in `written`, the value as it is written in the text: with or without
/// quotes, or with escapes elsewhere.
fn place_in(written: &str, value: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = value.get(span.clone()).filter(|part| !part.is_empty())?;
    for n_quotes in [0, 1] {
        let start = n_quotes + span.start;
        if written.len() == value.len() + 2 * n_quotes
            && written.get(n_quotes..n_quotes + value.len()) == Some(value)
        {
            return Some(start..start + part.len());
        }
    }
    let mut found = written.match_indices(part);
    match (found.next(), found.next()) {
        (Some((start, _)), None) => Some(start..start + part.len()),
        _ => None,
    }
}
