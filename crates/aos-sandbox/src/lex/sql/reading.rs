//! What reading an expression has seen.

/// Why a reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// At the end of the text.
    Text,
    /// At a comment that discards the rest of the statement.
    Comment,
    /// Inside a quoted text that the surrounding statement closes.
    OpenQuote(u8),
    Semicolon,
    /// At something that cannot follow.
    Grammar,
}

/// What a reading saw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) ended: Ended,
    /// Where the reading ended.
    pub(super) end: usize,
    pub(super) n_tokens: usize,
    /// `AND`, `OR`, `XOR`, `||`, `&&`.
    pub(super) n_logic: usize,
    /// Comparisons, `LIKE` and the like.
    pub(super) n_compare: usize,
    /// `IS`, `IN`, `BETWEEN`.
    pub(super) n_weak_compare: usize,
    /// Arithmetic and other operators.
    pub(super) n_operators: usize,
    pub(super) n_calls: usize,
    pub(super) n_selects: usize,
    /// Calls such as `version()`, and variables of the server such as `@@version`.
    pub(super) n_probes: usize,
    /// Quoted texts, and comparisons with `LIKE`.
    pub(super) n_texts: usize,
    /// `CASE … END`.
    pub(super) n_cases: usize,
    /// `FROM`, `WHERE`, `ORDER BY` and other clauses.
    pub(super) n_clauses: usize,
    /// Numbers, quoted texts, variables and constants.
    pub(super) n_constants: usize,
    pub(super) n_names: usize,
    /// Comparisons whose two sides are single constants, or the same name.
    pub(super) n_certain: usize,
    /// Those of them that stand inside parentheses.
    pub(super) n_certain_inside: usize,
    /// Comparisons of two different one-letter names, as in `OR x=y`.
    pub(super) n_letters: usize,
    /// Comparisons before the first `AND`, `OR` or the like.
    pub(super) n_compare_before_logic: usize,
    /// Whether the first token is an operator that continues the value before it.
    pub(super) starts_with_operator: bool,
    /// Whether the first token is a number, a quoted text or a variable.
    pub(super) starts_with_constant: bool,
    /// Whether the first token is `AND`, `OR` or the like.
    pub(super) starts_with_logic: bool,
    /// Whether the text ended where a value was expected.
    pub(super) dangling: bool,
    /// Closing parentheses without an opening one.
    pub(super) n_unbalanced: usize,
}

impl Reading {
    /// Returns a reading that has seen nothing yet, and stands at `at`.
    pub(super) const fn at(at: usize) -> Self {
        Self {
            ended: Ended::Text,
            end: at,
            n_tokens: 0,
            n_logic: 0,
            n_compare: 0,
            n_weak_compare: 0,
            n_operators: 0,
            n_calls: 0,
            n_probes: 0,
            n_texts: 0,
            n_cases: 0,
            n_selects: 0,
            n_clauses: 0,
            n_constants: 0,
            n_names: 0,
            n_certain: 0,
            n_certain_inside: 0,
            n_letters: 0,
            n_compare_before_logic: 0,
            starts_with_operator: false,
            starts_with_constant: false,
            starts_with_logic: false,
            dangling: false,
            n_unbalanced: 0,
        }
    }
}
