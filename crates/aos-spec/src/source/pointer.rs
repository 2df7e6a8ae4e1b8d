//! JSON Pointers (RFC 6901): how problems name the places they are about.

use std::{borrow::Cow, cmp::Ordering};

/// Appends `segment` to `pointer`.
pub(crate) fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for part in segment.split_inclusive(['~', '/']) {
        match (part.strip_suffix('~'), part.strip_suffix('/')) {
            (Some(plain), _) => pointer.extend([plain, "~0"]),
            (_, Some(plain)) => pointer.extend([plain, "~1"]),
            (None, None) => pointer.push_str(part),
        }
    }
}

/// Returns the pointer to the part `segment` of what `pointer` leads to.
pub(crate) fn child(pointer: &str, segment: &str) -> String {
    let mut child = pointer.to_owned();
    push(&mut child, segment);
    child
}

/// Runs `work` with `segment` appended to `pointer`.
pub(crate) fn descend<T>(pointer: &mut String, segment: &str, work: impl FnOnce(&mut String) -> T) -> T {
    let length = pointer.len();
    push(pointer, segment);
    let result = work(pointer);
    pointer.truncate(length);
    result
}

/// Returns the segments of `pointer`; `None` when it is neither empty nor starts with `/`.
pub(crate) fn segments(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    let mut segments = pointer.split('/');
    if segments.next() != Some("") {
        return None;
    }
    Some(segments.map(|segment| {
        if segment.contains('~') {
            segment.replace("~1", "/").replace("~0", "~").into()
        } else {
            segment.into()
        }
    }))
}

/// Compares two pointers by their segments, with elements of lists in the order of their numbers.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('/'), right.split('/'));
    loop {
        let (left, right) = match (left.next(), right.next()) {
            (Some(left), Some(right)) => (left, right),
            (left, right) => return left.is_some().cmp(&right.is_some()),
        };
        let order = match (left.parse::<usize>(), right.parse::<usize>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => left.cmp(right),
        };
        if order.is_ne() {
            return order;
        }
    }
}
