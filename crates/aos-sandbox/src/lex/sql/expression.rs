//! Reading an expression as far as it is grammatical SQL, and what was seen on the way.
//!
//! Prose leaves the grammar after two or three words, because SQL never puts two plain words side by side. What stays
//! inside it to the end of the text, and holds an operator, is the continuation of a statement.

use super::{
    reading::{Ended, Reading},
    token::{Kind, Lexer, Token},
    words::{self, Word},
};

/// Most tokens that one reading takes; injected values are short, and the bound keeps the whole scan linear.
const MAX_TOKENS: usize = 160;
/// The same for the many places at which a clause could begin.
const MAX_CLAUSE_TOKENS: usize = 16;
/// Most parentheses inside one another whose comparisons are told apart.
const MAX_NESTED: usize = 8;

/// Reads from the position of `lexer` on; `value_first` tells whether a value is expected there or an operator.
/// With `either`, both may come.
pub(super) fn read(lexer: Lexer<'_>, value_first: bool, either: bool) -> Reading {
    Reader::new(lexer, value_first, either).run(MAX_TOKENS)
}

/// Reads the beginning of a clause, where a value is expected.
pub(super) fn read_clause(lexer: Lexer<'_>) -> Reading {
    Reader::new(lexer, true, false).run(MAX_CLAUSE_TOKENS)
}

/// One side of a comparison, as far as its outcome can be told.
#[derive(Debug, Clone, Copy)]
enum Side {
    Nothing,
    Constant,
    /// Computed from constants alone, as in `1+2`.
    Computed,
    Name(Token),
    Other,
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    expects_value: bool,
    either: bool,
    depth: usize,
    /// The left sides of the comparisons that the open parentheses stand in.
    outer: [Option<Side>; MAX_NESTED],
    left: Option<Side>,
    side: Side,
    /// Whether the last value is a quoted text, which more of the same may follow.
    after_text: bool,
    seen: Reading,
}

impl<'a> Reader<'a> {
    fn new(lexer: Lexer<'a>, expects_value: bool, either: bool) -> Self {
        let seen = Reading::at(lexer.at);
        Self {
            lexer,
            expects_value,
            either,
            depth: 0,
            outer: [None; MAX_NESTED],
            left: None,
            side: Side::Nothing,
            after_text: false,
            seen,
        }
    }

    fn run(mut self, max_tokens: usize) -> Reading {
        while self.seen.n_tokens < max_tokens {
            let token = self.lexer.next();
            let ended = match token.kind {
                Kind::End => Some(Ended::Text),
                Kind::Comment => Some(Ended::Comment),
                Kind::Semicolon => Some(Ended::Semicolon),
                _ => {
                    let went_on = if self.either && self.seen.n_tokens == 0 {
                        self.expects_value = !is_operator(token.kind);
                        self.step(token)
                    } else {
                        self.step(token)
                    };
                    match (token.kind, went_on) {
                        (_, false) => Some(Ended::Grammar),
                        (Kind::Text { closed: false, quote }, true) => Some(Ended::OpenQuote(quote)),
                        _ => None,
                    }
                }
            };
            if let Some(ended) = ended {
                self.finish_comparison();
                self.seen.ended = ended;
                self.seen.end = if ended == Ended::Grammar {
                    token.start
                } else {
                    token.end
                };
                self.seen.dangling = self.expects_value && self.seen.n_tokens > 0;
                return self.seen;
            }
            self.seen.n_tokens += 1;
        }
        // What stays inside the grammar for so long goes on like that.
        self.finish_comparison();
        self.seen.end = self.lexer.at;
        self.seen
    }

    fn step(&mut self, token: Token) -> bool {
        if self.expects_value {
            self.value(token)
        } else {
            self.operator(token)
        }
    }

    /// Takes a token where a value is expected.
    fn value(&mut self, token: Token) -> bool {
        self.after_text = matches!(token.kind, Kind::Text { .. });
        match token.kind {
            Kind::Number | Kind::Text { .. } | Kind::Variable | Kind::Keyword(Word::Constant) => {
                self.seen.n_constants += 1;
                self.seen.n_texts += usize::from(matches!(token.kind, Kind::Text { .. }));
                self.seen.n_probes += usize::from(self.lexer.text(token).starts_with(b"@@"));
                self.seen.starts_with_constant |= self.seen.n_tokens == 0;
                self.operand(Side::Constant);
            }
            Kind::Name | Kind::Keyword(Word::Join | Word::Verb) => {
                if self.lexer.look().kind == Kind::Open {
                    self.seen.n_calls += 1;
                    let mut ahead = self.lexer;
                    ahead.next();
                    let empty = ahead.next().kind == Kind::Close;
                    self.seen.n_probes += usize::from(empty && words::is_probe(self.lexer.text(token)));
                    self.side = Side::Other;
                    return true;
                }
                if !matches!(token.kind, Kind::Name) {
                    return false;
                }
                self.seen.n_names += 1;
                let name = self.lexer.text(token);
                self.seen.n_probes += usize::from(name.contains(&b'_') && words::is_probe(name));
                self.operand(Side::Name(token));
            }
            Kind::Open => self.open(),
            Kind::Close if self.depth > 0 => {
                self.close();
                self.operand(Side::Other);
            }
            Kind::Sign => {
                // `SELECT *` and `COUNT(*)`: here the star is a value.
                if self.lexer.text(token) == b"*" {
                    self.operand(Side::Other);
                }
            }
            Kind::Keyword(Word::Unary | Word::Quantifier | Word::CasePart) => {}
            Kind::Keyword(Word::Case) => self.seen.n_cases += 1,
            Kind::Keyword(Word::Compare | Word::Arithmetic) if self.lexer.look().kind == Kind::Open => {
                self.seen.n_calls += 1;
            }
            Kind::Keyword(Word::Select) => {
                self.seen.n_selects += 1;
                self.side = Side::Other;
                self.skip_top();
            }
            Kind::Keyword(Word::By) if self.seen.n_clauses > 0 => {}
            _ => return false,
        }
        true
    }

    /// Skips `TOP 1` behind `SELECT`.
    fn skip_top(&mut self) {
        let mut ahead = self.lexer;
        let word = ahead.next();
        let top = [b"TOP".as_slice(), b"FIRST", b"SKIP"]
            .iter()
            .any(|top| ahead.text(word).eq_ignore_ascii_case(top));
        if top && ahead.next().kind == Kind::Number {
            self.lexer = ahead;
        }
    }

    fn operand(&mut self, side: Side) {
        self.expects_value = false;
        self.side = match (self.side, side) {
            (Side::Nothing, side) => side,
            (Side::Constant | Side::Computed, Side::Constant | Side::Computed) => Side::Computed,
            _ => Side::Other,
        };
    }

    /// Takes a token where an operator is expected.
    fn operator(&mut self, token: Token) -> bool {
        let first = self.seen.n_tokens == 0;
        match token.kind {
            Kind::Logic | Kind::Keyword(Word::Logic) => {
                self.finish_comparison();
                self.seen.n_logic += 1;
                self.seen.starts_with_logic |= first;
                self.expects_value = true;
            }
            Kind::Compare | Kind::Keyword(Word::Compare) => {
                if self.lexer.look().kind == Kind::Keyword(Word::Compare) {
                    self.lexer.next();
                }
                self.seen.n_texts += usize::from(token.kind != Kind::Compare);
                self.seen.n_compare += 1;
                self.seen.n_compare_before_logic += usize::from(self.seen.n_logic == 0);
                self.start_right_side();
            }
            Kind::Keyword(Word::WeakCompare) => {
                self.seen.n_weak_compare += 1;
                let mut ahead = self.lexer;
                if matches!(ahead.next().kind, Kind::Name) && {
                    let mode = ahead.next();
                    ahead.text(mode).eq_ignore_ascii_case(b"MODE")
                } {
                    // `IN BOOLEAN MODE`
                    self.lexer = ahead;
                    self.seen.starts_with_operator |= first;
                    return true;
                }
                self.start_right_side();
            }
            Kind::Keyword(Word::Unary) => {
                // `NOT LIKE` and `NOT IN`.
                if !matches!(
                    self.lexer.look().kind,
                    Kind::Keyword(Word::Compare | Word::WeakCompare)
                ) {
                    return false;
                }
            }
            Kind::Operator | Kind::Sign | Kind::Keyword(Word::Arithmetic) => {
                self.seen.n_operators += 1;
                if matches!(self.lexer.look().kind, Kind::End | Kind::Comment) {
                    self.finish_comparison();
                }
                self.side = match self.side {
                    Side::Constant | Side::Computed => Side::Computed,
                    _ => Side::Other,
                };
                self.expects_value = true;
            }
            Kind::Close => {
                self.finish_comparison();
                self.side = Side::Constant;
                if self.depth == 0 {
                    self.seen.n_unbalanced += 1;
                } else {
                    self.close();
                }
            }
            Kind::Comma => {
                self.finish_comparison();
                self.expects_value = true;
            }
            Kind::Dot => {
                self.side = Side::Other;
                self.expects_value = true;
            }
            // Adjacent literals are one literal.
            Kind::Text { .. } if self.after_text => self.side = Side::Other,
            Kind::Open if matches!(self.side, Side::Name(_)) => {
                self.open();
                self.expects_value = true;
            }
            // `SELECT 1 name FROM t`
            Kind::Name
                if self.seen.n_selects > 0
                    && self.seen.n_clauses == 0
                    && self.lexer.look().kind == Kind::Keyword(Word::From) => {}
            Kind::Keyword(Word::CaseEnd) if self.seen.n_cases > 0 => self.side = Side::Other,
            Kind::Keyword(Word::CasePart) if self.seen.n_cases > 0 => {
                self.finish_comparison();
                self.expects_value = true;
            }
            // `ON DUPLICATE KEY UPDATE`
            Kind::Keyword(Word::Join) if self.skips(&[b"DUPLICATE", b"KEY", b"UPDATE"]) => self.clause(),
            Kind::Keyword(Word::Alias) => {
                let next = self.lexer.look().kind;
                if matches!(next, Kind::Name) {
                    self.lexer.next();
                    // `AS varchar(80)`
                    if self.lexer.look().kind == Kind::Open {
                        self.lexer.next();
                        self.open();
                        self.expects_value = true;
                    }
                }
            }
            Kind::Keyword(Word::Sort) => {
                if self.lexer.look().kind != Kind::Keyword(Word::By) {
                    return false;
                }
                self.clause();
            }
            Kind::Keyword(Word::Union) => {
                let next = self.lexer.look().kind;
                if !matches!(next, Kind::Keyword(Word::Select | Word::Quantifier) | Kind::Open) {
                    return false;
                }
                self.clause();
            }
            Kind::Keyword(
                Word::From | Word::Where | Word::Having | Word::Limit | Word::Into | Word::Join,
            ) => {
                self.clause();
            }
            _ => return false,
        }
        if first {
            self.seen.starts_with_operator = true;
        }
        true
    }

    fn open(&mut self) {
        let left = self.left.take();
        if let Some(place) = self.outer.get_mut(self.depth) {
            *place = left;
        }
        self.side = Side::Nothing;
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.left = self.outer.get_mut(self.depth).and_then(Option::take);
    }

    /// Skips these words, if they come next.
    fn skips(&mut self, words: &[&[u8]]) -> bool {
        let mut ahead = self.lexer;
        let all = words.iter().all(|word| {
            let next = ahead.next();
            ahead.text(next).eq_ignore_ascii_case(word)
        });
        if all {
            self.lexer = ahead;
        }
        all
    }

    fn clause(&mut self) {
        self.finish_comparison();
        self.seen.n_clauses += 1;
        self.expects_value = true;
    }

    fn start_right_side(&mut self) {
        self.left = Some(self.side);
        self.side = Side::Nothing;
        self.expects_value = true;
    }

    /// Judges the comparison that ends here, if one does.
    fn finish_comparison(&mut self) {
        let right = std::mem::replace(&mut self.side, Side::Nothing);
        let certain = match (self.left.take(), right) {
            (Some(Side::Constant | Side::Computed), Side::Constant | Side::Computed) => true,
            (Some(Side::Name(left)), Side::Name(right)) => {
                let (left, right) = (self.lexer.text(left), self.lexer.text(right));
                self.seen.n_letters += usize::from(left.len() == 1 && right.len() == 1);
                left.eq_ignore_ascii_case(right)
            }
            _ => false,
        };
        self.seen.n_certain += usize::from(certain);
        self.seen.n_certain_inside += usize::from(certain && self.depth > 0);
    }
}

/// Whether a token at the beginning can only continue a value that stands before the text.
fn is_operator(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Logic
            | Kind::Compare
            | Kind::Close
            | Kind::Comma
            | Kind::Operator
            | Kind::Keyword(
                Word::Logic
                    | Word::Compare
                    | Word::Having
                    | Word::Where
                    | Word::Sort
                    | Word::Union
                    | Word::Limit
                    | Word::Alias
            )
    )
}
