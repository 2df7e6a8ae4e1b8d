//! Expressions over JSON: a profile of CEL (Common Expression Language), evaluated here.
//!
//! `language.md` is the reference for users. This module is its lexer, parser and evaluator, and it owes the engine
//! three things that no crate gave when they were measured:
//!
//! - **It ends, soon.** The language has no recursion and no unbounded loop; every visit of a value costs [`Fuel`], and
//!   a comparison or a sort is paid for before it is made. (`minijinja` 3.1 repeats lists lazily and compares them
//!   outside of its fuel: `[[[0]*10**8]*10**8] == [[[0]*10**8]*10**8]` did not end. `jaq` has endless recursion.)
//! - **It never brings the process down.** Nesting of expressions and of values is bounded, and a chain of operators
//!   of any length is one node, so the depth of the stack is bounded as well. (A sum of 10,000 terms overflows the
//!   stack in `minijinja` 3.1, one of 1,500 in `cel` 0.15, 5,000 parentheses in `jmespath` 0.5.)
//! - **Same bytes everywhere.** Maps are in the order of their keys, integers are exact, floats are finite and only
//!   pass through operations that IEEE 754 defines to the last bit; there is no clock, locale, hash seed or
//!   randomness. (`cel` 0.15 iterates over maps in random order; `jaq` has `now` and `env`.)
//!
//! Reading order: `value`, `fault`, `fuel`, `lexer`, `ast`, `parser`, `evaluate`, `comprehension`, `operators`,
//! `order`, `functions`.

mod ast;
mod comprehension;
mod evaluate;
mod fault;
mod fuel;
mod functions;
mod lexer;
mod operators;
mod order;
mod parser;
mod value;

use aos_spec::StepFailure;
use serde_json::Value as Json;

use self::{evaluate::Evaluator, fuel::Fuel, value::Value};

/// Longest expression, in bytes.
pub(crate) const MAX_BYTES: usize = 64 * 1024;

/// What an expression works on.
#[derive(Debug)]
pub(crate) struct Data(Value);

impl Data {
    /// Returns `json` in the form that expressions compute with.
    ///
    /// # Errors
    ///
    /// `TRANSFORM_ERROR` when it is nested too deeply.
    pub(crate) fn new(json: &Json) -> Result<Self, StepFailure> {
        Value::from_json(json)
            .map(Self)
            .map_err(|fault| fault.into_failure(""))
    }
}

/// Returns what `source` makes of the variable `data`.
///
/// # Errors
///
/// `TRANSFORM_ERROR` with line and column, `FUEL_EXHAUSTED`, or `OUTPUT_TOO_LARGE`.
pub(crate) fn evaluate(source: &str, data: Data) -> Result<Json, StepFailure> {
    let value = parser::parse(source, &["data"])
        .and_then(|expression| Evaluator::new(Fuel::new(), vec![data.0]).evaluate(&expression))
        .map_err(|fault| fault.into_failure(source))?;
    value.into_json()
}
