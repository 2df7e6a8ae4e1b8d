//! Values that close the literal around them, or append a condition, and go on in SQL.

use memchr::{memchr, memchr_iter};

use super::{
    expression,
    reading::{Ended, Reading},
    statement,
    token::{Kind, Lexer},
    words,
};
use crate::{lex::Hits, rules::Rule};

/// Most quotes of one kind that are tried as the one which closes the literal. In a database it is the first; later
/// ones are for payloads inside longer texts.
const MAX_QUOTES: usize = 3;

/// Looks for a value that stands between quotes of the kind `quote`, and closes them.
pub(super) fn quoted(text: &[u8], quote: u8, hits: &mut Hits) {
    let mut n_tried = 0;
    let mut skip_until = 0;
    for at in memchr_iter(quote, text) {
        if at < skip_until {
            continue;
        }
        if text.get(at + 1) == Some(&quote) && text.get(at + 2).is_some() {
            // A doubled quote is a quote inside the literal.
            skip_until = at + 2;
            continue;
        }
        let closing = Closing::new(text, quote, at);
        if let Some(rule) = closing.judge(n_tried == 0) {
            hits.add(rule, at, closing.reading.end);
            return;
        }
        n_tried += 1;
        if n_tried == MAX_QUOTES {
            return;
        }
    }
}

/// A quote that may close the literal around the value, and what follows.
struct Closing<'a> {
    text: &'a [u8],
    quote: u8,
    at: usize,
    reading: Reading,
}

impl<'a> Closing<'a> {
    fn new(text: &'a [u8], quote: u8, at: usize) -> Self {
        let reading = expression::read(Lexer::new(text, at + 1), false, false);
        Self {
            text,
            quote,
            at,
            reading,
        }
    }

    fn judge(&self, first: bool) -> Option<Rule> {
        let reading = &self.reading;
        let short = n_words(&self.text[..self.at]) <= 1;
        if first && self.quotes_operator() {
            return Some(Rule::SqlBreakout);
        }
        if reading.n_tokens == 0 {
            let named = short || self.text.ends_with(b"--") && n_words(&self.text[..self.at]) <= 2;
            let truncates = reading.ended == Ended::Comment && first && named && self.discards_nothing();
            if truncates {
                return Some(Rule::SqlTruncated);
            }
            let lexer = Lexer::new(self.text, self.at + 1);
            return (first && short && statement::at(lexer).is_some()).then_some(Rule::SqlStacked);
        }
        if !reading.starts_with_operator {
            return None;
        }
        let certain = reading.n_certain > 0 && reading.n_logic > 0;
        let balanced = match reading.ended {
            Ended::Comment => true,
            Ended::OpenQuote(quote) => quote == self.quote,
            // What is no SQL any more behind the condition is prose around a quoted statement, or a short value.
            Ended::Grammar => first && n_words(&self.text[..self.at]) <= 2,
            Ended::Text | Ended::Semicolon => first,
        };
        if certain && balanced {
            return Some(Rule::SqlTautology);
        }
        let found = match reading.ended {
            Ended::Comment => {
                let structure = reading.n_logic
                    + reading.n_compare
                    + reading.n_selects
                    + reading.n_calls
                    + reading.n_clauses;
                let closes =
                    short && reading.n_unbalanced + reading.n_operators > 0 && self.discards_nothing();
                let values = first
                    && reading.n_constants > 0
                    && (reading.n_unbalanced > 0 || reading.n_weak_compare > 0 && self.discards_nothing());
                values || (structure > 0 && (first || reading.n_tokens > 3)) && !reading.dangling || closes
            }
            Ended::OpenQuote(quote) if quote == self.quote => first && self.is_balanced(short),
            // `'="or'` and `' or "`: the other kind of quote takes over.
            Ended::OpenQuote(_) if self.at == 0 && reading.n_tokens == 2 => {
                first && reading.n_compare + reading.n_logic > 0
            }
            Ended::Text | Ended::Semicolon | Ended::OpenQuote(_) => {
                first
                    && !reading.dangling
                    && (reading.n_logic > 0
                        && reading.starts_with_logic_or_operator()
                        && (reading.n_compare + reading.n_weak_compare > 0 && reading.n_constants > 0
                            || reading.n_operators > 0 && reading.n_constants > 1 && reading.n_names == 0
                            || reading.n_calls > 0)
                        || reading.n_selects > 0)
            }
            Ended::Grammar => first && reading.n_logic > 0 && reading.n_selects > 0,
        };
        found.then_some(Rule::SqlBreakout)
    }

    /// Whether the quote that the surrounding statement adds closes what the value opened.
    fn is_balanced(&self, short: bool) -> bool {
        let reading = &self.reading;
        let opened = memchr::memrchr(self.quote, self.text).unwrap_or(0);
        let last = &self.text[(opened + 1).min(self.text.len())..];
        if memchr::memchr2(b'&', b'?', last).is_some() {
            return false;
        }
        if reading.n_tokens <= 1
            || reading.n_tokens == 2 && reading.n_compare == 1 && reading.n_constants <= 1
        {
            // `A' OR 'B`; in prose the quotes stand around the word: `rock 'and' roll`.
            let spaced = self
                .text
                .get(self.at + 1)
                .is_some_and(|byte| !byte.is_ascii_alphabetic());
            let tail = n_words(last) <= 1 && !last.first().is_some_and(u8::is_ascii_whitespace);
            let empty = self.at == 0 && last.is_empty();
            if short && reading.n_logic > 0 && memchr::memchr(b'=', last).is_some() && n_words(last) == 1 {
                return true;
            }
            let glued = self.at > 0 && !spaced && !last.is_empty() && n_words(self.text) == 1;
            if glued && reading.n_logic + reading.n_compare > 0 {
                return true;
            }
            return short
                && spaced
                && tail
                && (reading.n_logic + reading.n_compare + reading.n_weak_compare > 0
                    || reading.n_operators > 0
                        && self.at > 0
                        && !last.is_empty()
                        && self.has_word_operator()
                    || reading.n_operators > 0
                        && (self.quote == b'\'' && empty && self.text != b"'*'"
                            || self.at > 0 && !last.is_empty() && reading.n_constants > 1))
                && (!empty || self.quote == b'\'' || reading.n_logic > 0);
        }
        reading.n_logic > 0
            || reading.n_calls + reading.n_selects > 0
            || short && self.at > 0 && reading.n_compare + reading.n_weak_compare > 0
            || short
                && reading.n_compare + reading.n_weak_compare > 0
                && reading.n_compare + reading.n_weak_compare + reading.n_operators > 1
                && reading.n_constants > 1
            || short && self.at > 0 && reading.n_operators > 0 && reading.n_constants > 1
    }

    /// Whether the quotes stand around an operator that is no word of English: `a'REGEXP'b`, `'SOUNDS LIKE'`.
    fn quotes_operator(&self) -> bool {
        let rest = &self.text[self.at + 1..];
        let Some(close) = memchr(self.quote, &rest[..rest.len().min(16)]) else {
            return false;
        };
        let around = n_words(&self.text[..self.at]).max(n_words(&rest[close + 1..]));
        around <= 1 && words::is_technical_operator(&rest[..close])
    }

    /// Whether the first operator is a word, such as `DIV`.
    fn has_word_operator(&self) -> bool {
        self.text[self.at + 1..]
            .trim_ascii_start()
            .first()
            .is_some_and(u8::is_ascii_alphabetic)
    }

    /// Whether the comment at the end holds no text worth the name.
    fn discards_nothing(&self) -> bool {
        let mut lexer = Lexer::new(self.text, self.at + 1);
        loop {
            let token = lexer.next();
            match token.kind {
                Kind::Comment => {
                    let rest = &self.text[(token.start + 2).min(token.end)..];
                    return rest.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() <= 2;
                }
                Kind::End => return false,
                _ => {}
            }
        }
    }
}

impl Reading {
    const fn starts_with_logic_or_operator(&self) -> bool {
        self.starts_with_logic || self.n_unbalanced > 0 || self.n_operators > 0 || self.n_compare > 0
    }
}

/// Looks for a value that stands in a statement without quotes, and goes on.
pub(super) fn bare(text: &[u8], hits: &mut Hits) {
    let start = value_start(text);
    let lead = text[start..]
        .iter()
        .take_while(|byte| matches!(byte, b';' | b' '))
        .count();
    let start = start + lead;
    let reading = expression::read(Lexer::new(text, start), true, true);
    if reading.n_tokens < 3 && reading.ended != Ended::Comment {
        if reading.ended == Ended::Text && is_pattern(Lexer::new(text, start)) {
            hits.add(Rule::SqlBreakout, start, reading.end);
        }
        return;
    }
    let alone = reading.ended == Ended::Text && !reading.dangling;
    if alone && reading.n_tokens == 3 && equals_itself(Lexer::new(text, start)) {
        hits.add(Rule::SqlTautology, start, reading.end);
        return;
    }
    let starts = reading.starts_with_logic;
    // `OR 1=1-`: a sign at the end waits for the comment of the surroundings.
    let signed = reading.starts_with_constant && reading.ended == Ended::Text;
    let condition = reading.n_logic > 0 && reading.n_compare_before_logic == 0;
    let certain =
        condition && (reading.n_certain > 0 || (starts || reading.n_compare == 1) && reading.n_letters > 0);
    let complete = !matches!(reading.ended, Ended::Grammar) && !reading.dangling;
    let found = match reading.ended {
        _ if complete && reading.n_clauses > 0 && reading.n_certain > 0 => Some(Rule::SqlTautology),
        _ if certain && (complete || starts || signed) => Some(Rule::SqlTautology),
        // `IF(1=1) SELECT 1`
        Ended::Grammar if reading.n_certain_inside > 0 && begins_statement(text, reading.end) => {
            Some(Rule::SqlTautology)
        }
        // `1=1 AND 2=2`; ranges of versions begin with their operator.
        _ if complete
            && reading.starts_with_constant
            && reading.n_certain > 0
            && reading.n_names == 0
            && reading.n_logic > 0 =>
        {
            Some(Rule::SqlTautology)
        }
        // `ELT(1=1,2)`, `(1=1)*2`: an answer in the place of a value.
        Ended::Text if alone && reading.n_certain_inside > 0 && reading.n_names == 0 => {
            Some(Rule::SqlTautology)
        }
        _ if reading.n_unbalanced > 0 && reading.n_clauses > 0 && reading.n_compare > 0 => {
            Some(Rule::SqlBreakout)
        }
        // `1 || user is not null`
        Ended::Text
            if alone
                && reading.starts_with_constant
                && reading.n_logic > 0
                && reading.n_weak_compare > 0
                && reading.n_constants > 1 =>
        {
            Some(Rule::SqlBreakout)
        }
        Ended::Comment if !reading.dangling => {
            let constant = reading.n_constants + reading.n_calls > 0 && ends_in_comment(text, reading.end);
            let sub = reading.n_selects > 0;
            let compares = reading.n_compare + reading.n_weak_compare > 0 && reading.n_names == 0 && constant;
            (condition && reading.n_compare > 0 || reading.n_logic > 0 && constant || sub || compares)
                .then_some(Rule::SqlBreakout)
        }
        _ if complete && (reading.n_selects > 0 || reading.n_calls > 1 && reading.n_probes > 0) => {
            Some(Rule::SqlSubquery)
        }
        Ended::Grammar => None,
        _ if starts && complete && reading.n_calls > 0 && reading.n_names == 0 => Some(Rule::SqlBreakout),
        _ if condition
            && (starts || reading.starts_with_constant)
            && reading.n_compare > 0
            && reading.n_calls + reading.n_texts + reading.n_probes > 0
            && !reading.dangling =>
        {
            Some(Rule::SqlBreakout)
        }
        _ if complete
            && reading.n_names == 0
            && reading.n_constants > 2
            && spells_characters(&text[start..]) =>
        {
            Some(Rule::SqlBreakout)
        }
        _ if complete && reading.n_cases > 0 && reading.n_tokens > 5 && reading.n_constants > 1 => {
            Some(Rule::SqlBreakout)
        }
        _ => None,
    };
    if let Some(rule) = found {
        hits.add(rule, start, reading.end);
    }
}

/// Whether the text is `LIKE '%'`.
fn is_pattern(mut lexer: Lexer<'_>) -> bool {
    let (like, pattern) = (lexer.next(), lexer.next());
    lexer.text(like).eq_ignore_ascii_case(b"like")
        && matches!(pattern.kind, Kind::Text { .. })
        && lexer.text(pattern).contains(&b'%')
}

/// Whether a statement or a query begins at `at`.
fn begins_statement(text: &[u8], at: usize) -> bool {
    statement::at(Lexer::near(text, at)).is_some()
}

/// Whether the text is a comparison of a quoted text with itself: `'a'='a'`.
fn equals_itself(mut lexer: Lexer<'_>) -> bool {
    let (left, compare, right) = (lexer.next(), lexer.next(), lexer.next());
    matches!(left.kind, Kind::Text { .. })
        && compare.kind == Kind::Compare
        && lexer.text(left) == lexer.text(right)
}

/// Whether the text begins by putting a text together from the codes of its characters.
fn spells_characters(text: &[u8]) -> bool {
    [b"char(".as_slice(), b"chr(", b"nchar("]
        .iter()
        .any(|call| text.len() > call.len() && text[..call.len()].eq_ignore_ascii_case(call))
}

/// Whether nothing but the comment's opening stands at the end of the text.
fn ends_in_comment(text: &[u8], end: usize) -> bool {
    let tail = &text[..end];
    let trimmed = tail.trim_ascii_end();
    trimmed.ends_with(b"--")
        || trimmed.ends_with(b"#")
        || trimmed.ends_with(b"/*")
        || trimmed.ends_with(b"-- -")
        || trimmed.ends_with(b"--+")
}

/// Returns where the value begins: behind the last `=` of the first word when the text is a part of an address such as
/// `?id=1 AND 1=1`, and at the beginning otherwise.
fn value_start(text: &[u8]) -> usize {
    let word = text.split(u8::is_ascii_whitespace).next().unwrap_or(text);
    if memchr(b'?', word).is_none() {
        return 0;
    }
    memchr(b'=', word).map_or(0, |equals| equals + 1)
}

/// Counts words, up to three.
pub(super) fn n_words(text: &[u8]) -> usize {
    text.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .take(3)
        .count()
}
