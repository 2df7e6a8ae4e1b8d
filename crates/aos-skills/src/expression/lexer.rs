//! From text to tokens.

use super::{MAX_BYTES, fault::Fault, value::Value};

/// A token and the byte offset where it starts.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone)]
pub(super) enum TokenKind {
    Name(String),
    Literal(Value),
    Symbol(&'static str),
    End,
}

/// Longer symbols stand before their own beginnings.
const SYMBOLS: &[&str] = &[
    "&&", "||", "<=", ">=", "==", "!=", "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "<", ">", "+", "-",
    "*", "/", "%", "!",
];

/// Returns the tokens of `source`; the last one is the end.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, Fault> {
    if source.len() > MAX_BYTES {
        return Err(Fault::new(format!(
            "the expression is longer than {MAX_BYTES} bytes"
        )));
    }
    let mut tokens = Vec::new();
    let mut lexer = Lexer { source, at: 0 };
    loop {
        lexer.skip_blanks();
        let at = lexer.at;
        let kind = lexer.next().map_err(|fault| fault.at(at))?;
        let is_end = matches!(kind, TokenKind::End);
        tokens.push(Token { at, kind });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// Skips white space and comments, which go from `//` to the end of the line.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest().trim_start();
            self.at = self.source.len() - rest.len();
            if !rest.starts_with("//") {
                return;
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    fn next(&mut self) -> Result<TokenKind, Fault> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(TokenKind::End);
        };
        if first.is_ascii_digit() {
            return self.number().map(TokenKind::Literal);
        }
        if matches!(first, '"' | '\'') || rest.starts_with("r\"") || rest.starts_with("r'") {
            return self.text().map(|text| TokenKind::Literal(Value::text(text)));
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return Ok(TokenKind::Name(self.take_while(is_name_part).into()));
        }
        for symbol in SYMBOLS {
            if rest.starts_with(symbol) {
                self.at += symbol.len();
                return Ok(TokenKind::Symbol(symbol));
            }
        }
        Err(match first {
            '=' => Fault::new("`=` is not an operator; `==` compares"),
            '&' | '|' => Fault::new(format!(
                "`{first}` is not an operator; `{first}{first}` joins conditions"
            )),
            _ => Fault::new(format!("`{}` has no meaning here", first.escape_debug())),
        })
    }

    fn take_while(&mut self, accept: fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let end = rest.find(|char| !accept(char)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn number(&mut self) -> Result<Value, Fault> {
        if self.rest().starts_with("0x") {
            self.at += 2;
            let int = i128::from_str_radix(self.take_while(is_name_part), 16);
            return int.map_err(|_| Fault::new("not a number")).and_then(Value::int);
        }
        let start = self.at;
        self.take_while(|char| char.is_ascii_digit());
        let mut is_int = true;
        let starts_digit = |text: &str| text.starts_with(|char: char| char.is_ascii_digit());
        if self.rest().strip_prefix('.').is_some_and(starts_digit) {
            is_int = false;
            self.at += 1;
            self.take_while(|char| char.is_ascii_digit());
        }
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if starts_digit(unsigned) {
                is_int = false;
                self.at += 1 + exponent.len() - unsigned.len();
                self.take_while(|char| char.is_ascii_digit());
            }
        }
        if !self.take_while(is_name_part).is_empty() {
            return Err(Fault::new("not a number"));
        }
        let text = &self.source[start..self.at];
        if is_int {
            let int = text
                .parse()
                .map_err(|_| Fault::new("the integer does not fit in 64 bits"))?;
            Value::int(int)
        } else {
            let double = text.parse().map_err(|_| Fault::new("not a number"))?;
            Value::double(double)
        }
    }

    /// Reads a text in single or double quotes, raw after `r`, over several lines in three quotes.
    fn text(&mut self) -> Result<String, Fault> {
        let raw = self.rest().starts_with('r');
        self.at += usize::from(raw);
        let rest = self.rest();
        let quote = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quote| rest.starts_with(quote));
        let quote = quote.unwrap_or("\"");
        self.at += quote.len();
        let mut text = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(quote) {
                self.at += quote.len();
                return Ok(text);
            }
            match rest.chars().next() {
                None => return Err(Fault::new("the text has no closing quote")),
                Some('\n') if quote.len() == 1 => {
                    return Err(Fault::new("the text has no closing quote in its line"));
                }
                Some('\\') if !raw => text.push(self.escape()?),
                Some(char) => {
                    self.at += char.len_utf8();
                    text.push(char);
                }
            }
        }
    }

    /// Reads an escape sequence, from its backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let at = self.at;
        self.at += 1;
        let Some(letter) = self.rest().chars().next() else {
            return Err(Fault::new("the text has no closing quote"));
        };
        self.at += letter.len_utf8();
        let digits = match letter {
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'a' => return Ok('\u{7}'),
            'v' => return Ok('\u{b}'),
            '\\' | '"' | '\'' | '`' | '?' | '/' => return Ok(letter),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return Err(Fault::new("unknown escape; `\\\\` is a backslash").at(at)),
        };
        let hex = self
            .rest()
            .get(..digits)
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let char = hex
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        self.at += digits;
        char.ok_or_else(|| {
            Fault::new(format!("`\\{letter}` needs {digits} hex digits of a character")).at(at)
        })
    }
}

const fn is_name_part(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}
