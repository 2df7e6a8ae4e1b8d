//! Character references of HTML.

use memchr::memchr_iter;

use super::{Builder, Decoded};

/// Names that matter to a lexer.
const NAMES: &[(&str, &str)] = &[
    ("quot", "\""),
    ("apos", "'"),
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("nbsp", " "),
    ("sol", "/"),
    ("bsol", "\\"),
    ("lpar", "("),
    ("rpar", ")"),
    ("semi", ";"),
    ("equals", "="),
    ("num", "#"),
    ("period", "."),
    ("colon", ":"),
    ("comma", ","),
    ("grave", "`"),
    ("verbar", "|"),
    ("vert", "|"),
    ("lcub", "{"),
    ("rcub", "}"),
    ("lbrace", "{"),
    ("rbrace", "}"),
    ("dollar", "$"),
    ("percnt", "%"),
    ("plus", "+"),
    ("ast", "*"),
    ("lowbar", "_"),
    ("commat", "@"),
    ("NewLine", "\n"),
    ("Tab", "\t"),
    ("lsqb", "["),
    ("rsqb", "]"),
];

/// Decodes one layer.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let mut builder = Builder::new(text);
    let mut done = 0;
    for at in memchr_iter(b'&', text.as_bytes()) {
        if at < done {
            continue;
        }
        let rest = &text[at + 1..];
        let numeric = rest.starts_with('#');
        let length = rest
            .bytes()
            .take(12)
            .skip(usize::from(numeric))
            .take_while(u8::is_ascii_alphanumeric)
            .count()
            + usize::from(numeric);
        let closed = rest.as_bytes().get(length) == Some(&b';');
        let end = at + 1 + length + usize::from(closed);
        let name = &rest[..length];
        let mut buffer = [0; 4];
        let replacement = match name.strip_prefix('#') {
            Some(number) => code(number).map(|character| &*character.encode_utf8(&mut buffer)),
            None if closed => NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, character)| *character),
            None => None,
        };
        if let Some(replacement) = replacement {
            builder.replace(at, end, replacement);
            done = end;
        }
    }
    builder.finish()
}

fn code(number: &str) -> Option<char> {
    let value = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(value)
}
