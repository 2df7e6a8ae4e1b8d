//! Decoders: other readings of a text, each with a map back to the bytes it came from.
//!
//! A decoder is one layer. The scanner applies them to one another's results, within bounds; what would exceed a
//! bound is reported and not skipped.

mod base64;
mod entity;
mod escape;
mod json;
mod map;
mod normal;
mod percent;

pub(crate) use json::{is_document, is_large, strings};
pub(crate) use map::{Builder, Map};

use serde::Serialize;

use crate::{
    lex::profile::{self, Profile},
    work,
};

/// One way of writing text in other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// Look-alike punctuation, full-width letters and invisible characters.
    Unicode,
    /// `%27`, `%u0027` and overlong forms.
    Percent,
    /// `+` in the place of a space.
    Plus,
    /// `\n`, `\x27`, `\u0027`.
    Backslash,
    /// `&#39;`, `&quot;`.
    Entity,
    /// Base64 in either alphabet.
    Base64,
    /// A string inside a JSON document.
    Json,
}

/// A text as a decoder left it.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) map: Map,
}

/// Undoes one layer of an encoding; `None` when there is none.
type Decoder = fn(&str) -> Option<Decoded>;

/// The decoders that make one new text of another, with the bytes that they need.
const DECODERS: &[(Encoding, u32, Decoder)] = &[
    (Encoding::Unicode, profile::HIGH, normal::decode),
    (Encoding::Percent, profile::PERCENT, percent::decode),
    (Encoding::Plus, profile::PLUS, percent::decode_plus),
    (Encoding::Backslash, profile::BACKSLASH, escape::decode),
    (Encoding::Entity, profile::AMPERSAND, entity::decode),
    (Encoding::Base64, 0, base64::decode),
];

/// Calls `visit` with each other reading of `text`.
pub(crate) fn visit(text: &str, profile: Profile, mut visit: impl FnMut(Encoding, Decoded)) {
    for (encoding, trigger, decode) in DECODERS {
        let possible = match encoding {
            Encoding::Base64 => base64::is_possible(profile),
            _ => profile.any(*trigger),
        };
        if !possible {
            continue;
        }
        work::add(text.len());
        if let Some(decoded) = decode(text) {
            visit(*encoding, decoded);
        }
    }
}
