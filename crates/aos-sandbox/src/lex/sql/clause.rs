//! Clauses, statements and functions that a value appends, found at the words that begin them.

use memchr::memchr_iter;

use super::{
    before::{Before, before},
    expression,
    reading::Ended,
    statement::{self, Statement},
    token::{Kind, Lexer},
    words::{self, Danger, Word},
};
use crate::{
    lex::{Hits, anchors, max_starts, profile::Profile},
    rules::Rule,
};

/// Looks at the anchors of one text, in their order.
pub(super) struct Anchored<'a> {
    text: &'a [u8],
    script: bool,
    n_words: usize,
    /// The last `select`, and whether it begins a query as a sentence does, once that was asked.
    select: Option<(usize, Option<bool>)>,
}

impl<'a> Anchored<'a> {
    pub(super) const fn new(text: &'a [u8], script: bool) -> Self {
        Self {
            text,
            script,
            n_words: 0,
            select: None,
        }
    }

    /// Looks at the word from `start` to `end`. A text that consists of such words is reported for that alone.
    pub(super) fn look(&mut self, start: usize, end: usize, hits: &mut Hits) {
        let max = max_starts(self.text);
        if self.n_words > max {
            return;
        }
        if begins_word(self.text, start) {
            self.n_words += 1;
            if self.n_words > max {
                hits.add(Rule::SqlClause, start, end);
                return;
            }
            self.judge(start, end, hits);
        }
        if self.text[start..end].eq_ignore_ascii_case(b"select") {
            self.select = Some((start, None));
        }
    }

    fn judge(&mut self, start: usize, end: usize, hits: &mut Hits) {
        let (text, script) = (self.text, self.script);
        let mut lexer = Lexer::near(text, start);
        let word = lexer.next();
        let mut buffer = [0; 32];
        let Some(name) = buffer.get_mut(..word.end - word.start) else {
            return;
        };
        name.copy_from_slice(lexer.text(word));
        name.make_ascii_lowercase();
        let name = &*name;
        let place = before(text, start);
        let rule = match name {
            b"union" | b"intersect" => union(lexer, place, script || self.continues_query(start)),
            b"select" => select(text, start, lexer, place, script),
            b"having" => having(lexer, place),
            b"order" | b"group" => sort(lexer, place, script),
            b"limit" => (place.is_value() && limit(lexer)).then_some(Rule::SqlClause),
            b"procedure" => lexer
                .text(lexer.look())
                .eq_ignore_ascii_case(b"analyse")
                .then_some(Rule::SqlClause),
            b"outfile" | b"dumpfile" | b"infile" => {
                let target = matches!(
                    lexer.look().kind,
                    Kind::Text { .. } | Kind::Open | Kind::Number | Kind::Name
                );
                (target && names_file(text, start)).then_some(Rule::SqlOutside)
            }
            b"waitfor" => {
                (statement::at(Lexer::near(text, start)).is_some() && !script).then_some(Rule::SqlDelay)
            }
            // `time.sleep(5)` is a call in a program.
            b"sleep" if text[..start].last() == Some(&b'.') => None,
            b"sleep" => {
                let quoted = place == Before::Semicolon
                    && matches!(text[..start].trim_ascii_end(), [.., b'\'' | b'"' | b')', b';']);
                sleep(lexer, if quoted { Before::Quote } else { place })
            }
            b"exec" | b"execute" | b"declare" | b"drop" | b"insert" | b"delete" | b"truncate"
            | b"shutdown" | b"update" => {
                let joined = matches!(place, Before::Quote | Before::Close | Before::Digit);
                (joined && !script && statement::at(Lexer::near(text, start)).is_some())
                    .then_some(Rule::SqlStacked)
            }
            _ => function(name, lexer, place, script),
        };
        if let Some(rule) = rule {
            hits.add(rule, start, end.max(word.end));
        }
    }

    /// Whether the text before `at` is a query of its own, which begins like a sentence does and not inside another.
    fn continues_query(&mut self, at: usize) -> bool {
        let text = self.text;
        let Some((start, known)) = &mut self.select else {
            return false;
        };
        let start = *start;
        start + 256 >= at
            && *known.get_or_insert_with(|| {
                let place = before(text, start);
                let quoted = text[..start].last() == Some(&b'`');
                (quoted || matches!(place, Before::Word | Before::Nothing))
                    && statement::at(Lexer::near(text, start)).is_some()
            })
    }
}

/// Whether `INTO`, `DATA` or `LOCAL` stands before the word at `start`, or a comment in the place of the space between.
fn names_file(text: &[u8], start: usize) -> bool {
    let head = text[..start].trim_ascii_end();
    head.ends_with(b"*/")
        || [b"into".as_slice(), b"data", b"local"].iter().any(|word| {
            head.len() >= word.len() && head[head.len() - word.len()..].eq_ignore_ascii_case(word)
        })
}

/// Whether a word begins at `start`. MySQL takes `1DUNION` for a number and a word.
fn begins_word(text: &[u8], start: usize) -> bool {
    match &text[..start] {
        [.., digit, b'd' | b'D' | b'f' | b'F' | b'e' | b'E'] => digit.is_ascii_digit(),
        [.., byte] => !(byte.is_ascii_alphabetic() || *byte == b'_'),
        [] => true,
    }
}

fn union(mut lexer: Lexer<'_>, place: Before, script: bool) -> Option<Rule> {
    if script {
        return None;
    }
    let mut n_skipped = 0;
    loop {
        let token = lexer.next();
        match token.kind {
            // `UNION SELECTCHAR(65)`: tools glue the two where a filter removes the space between.
            Kind::Name
                if token.end - token.start > 6 && lexer.text(token)[..6].eq_ignore_ascii_case(b"select") =>
            {
                return (lexer.look().kind == Kind::Open).then_some(Rule::SqlUnion);
            }
            Kind::End if place == Before::Comment => return Some(Rule::SqlUnion),
            Kind::Comment if place.is_value() && n_skipped > 0 => return Some(Rule::SqlUnion),
            Kind::Keyword(Word::Quantifier) | Kind::Open | Kind::Other | Kind::Comment if n_skipped < 16 => {
                n_skipped += 1;
            }
            Kind::Keyword(Word::Select) => break,
            _ => return None,
        }
    }
    let next = lexer.look().kind;
    let at_end = matches!(next, Kind::End | Kind::Comment) && place != Before::Word;
    (at_end || next == Kind::Dot || matches!(next, Kind::Text { .. }) || statement::is_appended_list(lexer))
        .then_some(Rule::SqlUnion)
}

/// A query in the place of a value: `1 AND (SELECT …)`, `',(SELECT …)`.
fn select(text: &[u8], start: usize, lexer: Lexer<'_>, place: Before, script: bool) -> Option<Rule> {
    if script || place != Before::Operator || !text[..start].trim_ascii_end().ends_with(b"(") {
        return None;
    }
    let open = text[..start].trim_ascii_end();
    let outer = before(
        text,
        open.iter()
            .rposition(|byte| !(*byte == b'(' || byte.is_ascii_whitespace()))
            .map_or(0, |at| at + 1),
    );
    let breaks_out = matches!(
        outer,
        Before::Operator
            | Before::Keyword
            | Before::Quote
            | Before::Digit
            | Before::Comment
            | Before::Semicolon
    );
    if !(breaks_out || outer == Before::Nothing) || !statement::is_appended_list(lexer) {
        return None;
    }
    let reading = expression::read_clause(Lexer::near(text, start));
    let query = reading.n_clauses > 0
        || reading.n_cases > 0 && reading.n_certain > 0
        || breaks_out && (reading.n_calls > 0 || reading.n_selects > 1);
    query.then_some(Rule::SqlSubquery)
}

fn having(lexer: Lexer<'_>, place: Before) -> Option<Rule> {
    let reading = expression::read_clause(lexer);
    let ended = !matches!(reading.ended, Ended::Grammar | Ended::Semicolon);
    if reading.n_logic > 0 && reading.n_constants > 1 && reading.n_names == 0 && ended {
        return Some(Rule::SqlClause);
    }
    let condition = reading.n_certain > 0 || reading.n_compare > 0 && reading.n_constants > 0 && ended;
    (condition && (place.is_value() || place == Before::Nothing || reading.ended == Ended::Comment))
        .then_some(Rule::SqlClause)
}

/// `ORDER BY 7`, by which the number of columns is guessed.
fn sort(mut lexer: Lexer<'_>, place: Before, script: bool) -> Option<Rule> {
    if script || lexer.next().kind != Kind::Keyword(Word::By) {
        return None;
    }
    let reading = expression::read_clause(lexer);
    let guesses = lexer.look().kind == Kind::Number && reading.n_names == 0
        || reading.n_clauses > 0 && reading.n_compare > 0
        || reading.n_calls > 0 && (reading.n_names == 0 || place.is_value());
    let ended = match reading.ended {
        Ended::Grammar | Ended::OpenQuote(_) => false,
        Ended::Semicolon => matches!(
            Lexer::new(lexer.bytes(), reading.end).look().kind,
            Kind::End | Kind::Comment
        ),
        Ended::Text | Ended::Comment => true,
    } && !reading.dangling;
    let appended = place.is_value() || place == Before::Nothing || reading.ended == Ended::Comment;
    (guesses && ended && appended || place == Before::Quote && reading.ended == Ended::Comment)
        .then_some(Rule::SqlClause)
}

fn limit(mut lexer: Lexer<'_>) -> bool {
    if lexer.next().kind != Kind::Number {
        return false;
    }
    match lexer.next().kind {
        Kind::Comma => lexer.next().kind == Kind::Number,
        Kind::Comment => true,
        Kind::Keyword(word) => matches!(word, Word::Into | Word::Procedure | Word::Union),
        _ => false,
    }
}

/// `SLEEP(5)`; programs call a function of this name too, so its surroundings must be SQL.
fn sleep(mut lexer: Lexer<'_>, place: Before) -> Option<Rule> {
    let open = lexer.next().kind == Kind::Open;
    let mut argument = lexer.next();
    if argument.kind == Kind::Open {
        argument = lexer.next();
    }
    if !open || argument.kind == Kind::Name && place == Before::Nothing {
        return None;
    }
    let simple = matches!(
        argument.kind,
        Kind::Number | Kind::Variable | Kind::Open | Kind::Text { .. }
    );
    let closed = lexer.next().kind == Kind::Close;
    let after = lexer.at;
    let then = lexer.next();
    let comment = lexer.bytes()[after..then.start]
        .iter()
        .any(|byte| matches!(byte, b'#' | b'-' | b'*'));
    let ends = comment
        || match then.kind {
            Kind::End
            | Kind::Comment
            | Kind::Text { .. }
            | Kind::Close
            | Kind::Logic
            | Kind::Keyword(Word::Logic | Word::From | Word::Compare) => true,
            Kind::Compare | Kind::Sign | Kind::Operator | Kind::Comma => lexer.look().kind != Kind::Name,
            _ => false,
        };
    let follows = matches!(
        place,
        Before::Keyword | Before::Operator | Before::Quote | Before::Digit | Before::Comment
    );
    let alone = place == Before::Nothing && simple && ends;
    (closed && simple && (follows && (ends || then.kind == Kind::Semicolon) || alone)
        || follows && place == Before::Keyword)
        .then_some(Rule::SqlDelay)
}

/// A function that only injected values have a use for.
fn function(name: &[u8], mut lexer: Lexer<'_>, place: Before, script: bool) -> Option<Rule> {
    if words::is_catalog(name) {
        let member = lexer.next().kind == Kind::Dot;
        return (member && !script && place != Before::Word && place != Before::Nothing)
            .then_some(Rule::SqlCatalog);
    }
    let danger = words::dangerous_function(name)?;
    let next = lexer.look().kind;
    // Members of packages: `DBMS_PIPE.RECEIVE_MESSAGE`.
    let member = next == Kind::Dot && (name.contains(&b'_') || name == b"ctxsys");
    let called = member
        || next == Kind::Open && (name != b"benchmark" || is_counted(lexer))
        || matches!(next, Kind::Text { .. }) && place != Before::Word;
    if script || !called && place != Before::Comment && name != b"sp_password" {
        return None;
    }
    if name == b"sp_password" && !called && !matches!(place, Before::Comment) {
        return None;
    }
    Some(match danger {
        Danger::Delay => Rule::SqlDelay,
        Danger::Outside => Rule::SqlOutside,
        Danger::Error => Rule::SqlError,
    })
}

/// Whether the call has a first argument that can be a number, and another: `BENCHMARK(5000000,MD5(1))`.
fn is_counted(mut lexer: Lexer<'_>) -> bool {
    lexer.next();
    let first = lexer.next().kind;
    !matches!(first, Kind::Text { .. }) && lexer.look().kind != Kind::Close
}

/// Looks for a second statement behind a semicolon.
pub(super) fn stacked(text: &[u8], script: bool, hits: &mut Hits) {
    let one_line = !text.contains(&b'\n');
    for at in memchr_iter(b';', text) {
        // A statement begins with a word, in parentheses or behind a comment.
        let first = text[at + 1..].iter().find(|byte| **byte > b' ');
        if !first.is_some_and(|byte| byte.is_ascii_alphabetic() || b"(/*-#".contains(byte)) {
            continue;
        }
        let Some(found) = statement::at(Lexer::near(text, at + 1)) else {
            continue;
        };
        let line_start = memchr::memrchr2(b'\n', b';', &text[..at]).map_or(0, |start| start + 1);
        let in_script = script || statement::at(Lexer::near(text, line_start)).is_some();
        if !in_script || found == Statement::Drastic && one_line {
            hits.add(Rule::SqlStacked, at, text.len());
            return;
        }
    }
}

/// Looks at a whole statement: it may do what it is for, and nothing drastic beside it.
pub(super) fn scan_statement(text: &[u8], profile: Profile, hits: &mut Hits) {
    let migration = !statement::is_query(text);
    for at in memchr_iter(b';', text) {
        if !migration && statement::at(Lexer::near(text, at + 1)).is_some() {
            hits.add(Rule::SqlSecondStatement, at, text.len());
            break;
        }
    }
    anchors::visit(text, profile, |start, end| {
        if start > 0 && (text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'_') {
            return;
        }
        let mut lexer = Lexer::near(text, start);
        let word = lexer.next();
        let danger = words::dangerous_function(lexer.text(word));
        let called = matches!(lexer.look().kind, Kind::Open | Kind::Dot | Kind::Text { .. });
        let sleeps =
            lexer.text(word).eq_ignore_ascii_case(b"sleep") && sleep(lexer, before(text, start)).is_some();
        let writes = matches!(
            &text[start..end],
            b"outfile" | b"OUTFILE" | b"dumpfile" | b"DUMPFILE"
        ) && matches!(lexer.look().kind, Kind::Text { .. });
        if danger.is_some() && called || sleeps || writes {
            hits.add(Rule::SqlDanger, start, word.end);
        }
    });
}
