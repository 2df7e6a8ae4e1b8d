//! What stands before a word of SQL: only behind some things can a value go on.

use super::words::{self, Word};

/// What stands before a word, past space and comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The beginning of the text.
    Nothing,
    Quote,
    Digit,
    Close,
    Semicolon,
    /// An operator, a comma or an opening parenthesis.
    Operator,
    /// The end of a comment.
    Comment,
    /// `AND`, `OR`, `SELECT` and other words of SQL.
    Keyword,
    Word,
}

impl Before {
    /// Whether a value may have ended here.
    pub(super) const fn is_value(self) -> bool {
        matches!(self, Self::Quote | Self::Digit | Self::Close | Self::Comment)
    }
}

/// Tells what stands before `at`.
pub(super) fn before(text: &[u8], at: usize) -> Before {
    let head = text[..at].trim_ascii_end();
    match head {
        [] => Before::Nothing,
        [.., b'\'' | b'"' | b'`'] => Before::Quote,
        [.., b')' | b'%' | b']'] => Before::Close,
        [.., b';'] => Before::Semicolon,
        [.., b'*', b'/'] | [.., b'-', b'-'] | [.., b'#'] => Before::Comment,
        [
            ..,
            b'=' | b'+' | b'-' | b'*' | b'/' | b'|' | b'&' | b',' | b'(' | b'^' | b'~' | b'!' | b'<' | b'>'
            | b'@' | b'.',
        ] => Before::Operator,
        _ => {
            let start = head
                .iter()
                .rposition(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80))
                .map_or(0, |at| at + 1);
            let word = &head[start..];
            match words::keyword(word) {
                _ if word.first().is_some_and(u8::is_ascii_digit) => Before::Digit,
                // A variable is a value.
                _ if head[..start].last() == Some(&b'@') => Before::Digit,
                Some(
                    Word::Logic
                    | Word::Select
                    | Word::Where
                    | Word::Compare
                    | Word::Union
                    | Word::Constant
                    | Word::Arithmetic,
                ) => Before::Keyword,
                Some(
                    Word::By
                    | Word::Case
                    | Word::CasePart
                    | Word::Having
                    | Word::Quantifier
                    | Word::From
                    | Word::Join,
                ) => Before::Keyword,
                _ => Before::Word,
            }
        }
    }
}
