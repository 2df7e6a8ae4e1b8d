//! The SQL tokeniser: bytes in, tokens out, one pass, no allocation.
//!
//! Comments between tokens count as space, as they do for a database; a comment that runs to the end of the text is a
//! token of its own, because that is how an injected value discards the rest of a statement.

use memchr::{memchr, memmem};

use super::words::{self, Word};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of the text.
    End,
    /// A number, also in hexadecimal.
    Number,
    /// A quoted text; `closed` tells whether its closing quote is there.
    Text {
        quote: u8,
        closed: bool,
    },
    /// A word that means something in SQL.
    Keyword(Word),
    /// Any other name.
    Name,
    /// `@x` or `@@x`.
    Variable,
    /// A comparison.
    Compare,
    /// `||` or `&&`.
    Logic,
    /// Any other operator between two values.
    Operator,
    /// An operator that may also stand before a value: `+ - ! ~ *`.
    Sign,
    Open,
    Close,
    Comma,
    Semicolon,
    Dot,
    /// A comment that runs to the end of the text.
    Comment,
    /// Anything else.
    Other,
}

/// One token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads tokens from a position on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Returns a lexer that sees at most two thousand bytes from `at` on, so that looking ahead at many places of a text
    /// stays linear.
    pub(super) fn near(bytes: &'a [u8], at: usize) -> Self {
        Self::new(&bytes[..bytes.len().min(at + 2048)], at)
    }

    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn text(&self, token: Token) -> &'a [u8] {
        &self.bytes[token.start..token.end]
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Returns the next token without moving.
    pub(super) fn look(&self) -> Token {
        let mut copy = *self;
        copy.next()
    }

    /// Skips space and comments; returns the comment that runs to the end of the text, if it met one.
    fn skip_space(&mut self) -> Option<Token> {
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                0..=b' ' => self.at += 1,
                b'/' if self.peek(1) == b'*' => {
                    if self.peek(2) == b'!' {
                        // MySQL executes what stands in such a comment.
                        self.at += 3;
                        while self.peek(0).is_ascii_digit() {
                            self.at += 1;
                        }
                    } else if let Some(length) = memmem::find(&self.bytes[start + 2..], b"*/") {
                        self.at = start + length + 4;
                    } else {
                        return Some(self.comment(start));
                    }
                }
                b'*' if self.peek(1) == b'/' => self.at += 2,
                b'-' if self.peek(1) == b'-' => match memchr(b'\n', &self.bytes[start..]) {
                    Some(length) => self.at = start + length + 1,
                    None => return Some(self.comment(start)),
                },
                b'#' => match memchr(b'\n', &self.bytes[start..]) {
                    Some(length) => self.at = start + length + 1,
                    None => return Some(self.comment(start)),
                },
                _ => break,
            }
        }
        None
    }

    fn comment(&mut self, start: usize) -> Token {
        self.at = self.bytes.len();
        Token {
            kind: Kind::Comment,
            start,
            end: self.at,
        }
    }

    /// Returns the next token and moves behind it.
    pub(super) fn next(&mut self) -> Token {
        if let Some(comment) = self.skip_space() {
            return comment;
        }
        let start = self.at;
        let Some(&byte) = self.bytes.get(start) else {
            return Token {
                kind: Kind::End,
                start,
                end: start,
            };
        };
        let kind = match byte {
            b'\'' | b'"' => self.quoted(byte),
            b'`' | b'[' => self.quoted_name(if byte == b'[' { b']' } else { b'`' }),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'@' => self.variable(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => self.word(),
            _ => self.punctuation(byte),
        };
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    fn quoted(&mut self, quote: u8) -> Kind {
        self.at += 1;
        while let Some(length) = memchr::memchr2(quote, b'\\', &self.bytes[self.at..]) {
            self.at += length + 1;
            if self.bytes[self.at - 1] == b'\\' {
                self.at = (self.at + 1).min(self.bytes.len());
            } else if self.peek(0) == quote && self.at < self.bytes.len() {
                self.at += 1;
            } else {
                return Kind::Text { quote, closed: true };
            }
        }
        self.at = self.bytes.len();
        Kind::Text { quote, closed: false }
    }

    fn quoted_name(&mut self, close: u8) -> Kind {
        match memchr(close, &self.bytes[self.at + 1..]) {
            Some(length) if length > 0 && length <= 64 => {
                self.at += length + 2;
                Kind::Name
            }
            _ => {
                self.at += 1;
                Kind::Other
            }
        }
    }

    fn number(&mut self) -> Kind {
        if self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X') && self.peek(2).is_ascii_hexdigit() {
            self.at += 2;
            while self.peek(0).is_ascii_hexdigit() {
                self.at += 1;
            }
            return Kind::Number;
        }
        while self.peek(0).is_ascii_digit() || self.peek(0) == b'.' {
            self.at += 1;
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            // MySQL drops an exponent without digits: `1.e(1)` is `(1)`.
            if sign == 0 && self.peek(1) == b'(' {
                self.at += 1;
                return Kind::Name;
            }
            if self.peek(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                while self.peek(0).is_ascii_digit() {
                    self.at += 1;
                }
            }
        }
        Kind::Number
    }

    fn variable(&mut self) -> Kind {
        while self.peek(0) == b'@' {
            self.at += 1;
        }
        while is_word(self.peek(0)) || self.peek(0) == b'.' {
            self.at += 1;
        }
        Kind::Variable
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        while is_word(self.peek(0)) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        // `N'text'`, `x'41'` and `_latin1'text'` are literals.
        if self.peek(0) == b'\'' && (word.len() == 1 && b"nNxXbBeEqQ".contains(&word[0]) || word[0] == b'_') {
            return self.quoted(b'\'');
        }
        words::keyword(word).map_or(Kind::Name, Kind::Keyword)
    }

    fn punctuation(&mut self, byte: u8) -> Kind {
        let next = self.peek(1);
        let (kind, length) = match (byte, next) {
            (b'|', b'|') | (b'&', b'&') => (Kind::Logic, 2),
            (b'<', b'=') if self.peek(2) == b'>' => (Kind::Compare, 3),
            (b'<', b'=' | b'>') | (b'>' | b'!' | b'^', b'=') | (b'=', b'=') => (Kind::Compare, 2),
            (b'<', b'<') | (b'>', b'>') | (b':', b':' | b'=') => (Kind::Operator, 2),
            (b'-', b'>') => (Kind::Operator, if self.peek(2) == b'>' { 3 } else { 2 }),
            (b'=' | b'<' | b'>', _) => (Kind::Compare, 1),
            (b'+' | b'-' | b'!' | b'~' | b'*', _) => (Kind::Sign, 1),
            (b'/' | b'%' | b'^' | b'|' | b'&', _) => (Kind::Operator, 1),
            (b'(', _) => (Kind::Open, 1),
            (b')', _) => (Kind::Close, 1),
            (b',', _) => (Kind::Comma, 1),
            (b';', _) => (Kind::Semicolon, 1),
            (b'.', _) => (Kind::Dot, 1),
            // A backslash before N is MySQL's way to write NULL.
            (b'\\', b'N') => (Kind::Number, 2),
            _ => (Kind::Other, 1),
        };
        self.at += length;
        kind
    }
}

pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}
