//! How values look as text for people. Programs read JSON instead; this text may change in any release.

pub(crate) mod diagnostic;
pub(crate) mod step_line;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod units;

/// Returns `text` with everything replaced that a terminal would obey rather than show.
pub(crate) fn untrusted(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(text)
}
