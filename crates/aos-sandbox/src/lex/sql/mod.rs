//! SQL: values that leave their literal or their position in a statement, and statements where none belong.

mod before;
mod breakout;
mod clause;
mod expression;
mod reading;
mod statement;
mod token;
mod words;

use super::{
    Hits, anchors,
    profile::{self, Profile},
};
use crate::rules::Rule;

/// What the text is to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Unknown, or a value inside a statement that somebody else writes.
    Value,
    /// Surely a value inside a statement: a statement of its own does not belong here.
    Parameter,
    /// The whole statement.
    Statement,
}

/// Without any of these there is no comparison with a constant, no query in parentheses and no comment.
const OPERATORS: u32 = profile::COMPARE
    | profile::PAREN
    | profile::HASH
    | profile::DASH
    | profile::SLASH
    | profile::PIPE
    | profile::QUOTE
    | profile::DOUBLE_QUOTE
    | profile::AT
    | profile::DIGIT;

/// Looks for SQL that does not belong into its place.
pub(crate) fn scan(text: &[u8], profile: Profile, place: Place, hits: &mut Hits) {
    let script = statement::begins_script(text);
    if place == Place::Statement {
        clause::scan_statement(text, profile, hits);
        return;
    }
    if place == Place::Parameter && script {
        hits.add(Rule::SqlStatement, 0, text.len());
    }
    if profile.any(profile::QUOTE) {
        breakout::quoted(text, b'\'', hits);
    }
    if profile.any(profile::DOUBLE_QUOTE) {
        breakout::quoted(text, b'"', hits);
    }
    if !script && profile.any(OPERATORS) {
        breakout::bare(text, hits);
    }
    if profile.any(profile::SEMICOLON) {
        clause::stacked(text, script, hits);
    }
    let mut anchored = clause::Anchored::new(text, script);
    anchors::visit(text, profile, |start, end| anchored.look(start, end, hits));
}
