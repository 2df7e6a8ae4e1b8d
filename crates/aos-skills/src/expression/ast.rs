//! What the parser makes of an expression.

use regex::Regex;

use super::{functions::Function, value::Value};

/// An expression and the byte offset that a fault in it is reported at.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) at: usize,
    pub(super) node: Node,
}

/// The depth of this tree is bounded by the nesting of brackets alone: whatever can be strung together without
/// brackets is one node with a list.
#[derive(Debug)]
pub(super) enum Node {
    Literal(Value),
    /// A variable, by its position in the scope.
    Variable(usize),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// Operators before an operand, the first written first.
    Unary(Vec<UnaryOperator>, Box<Expr>),
    /// Operators of one precedence, applied from left to right.
    Chain(Box<Expr>, Vec<Link>),
    /// `condition ? value : condition ? value : … : otherwise`.
    Conditional(Vec<(Expr, Expr)>, Box<Expr>),
    /// `base.field[index].function(…)…`.
    Access(Box<Expr>, Vec<Access>),
    /// `has(base.field)`.
    Has(Box<Expr>, String),
    Call(Function, Vec<Expr>),
    /// `cel.bind(name, value, body)`: the name is the next position in the scope.
    Bind(Box<Expr>, Box<Expr>),
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) at: usize,
    pub(super) operator: BinaryOperator,
    pub(super) right: Expr,
}

#[derive(Debug)]
pub(super) struct Access {
    pub(super) at: usize,
    pub(super) kind: AccessKind,
}

#[derive(Debug)]
pub(super) enum AccessKind {
    Field(String),
    Index(Expr),
    /// A function with the base as its first argument.
    Call(Function, Vec<Expr>),
    /// The pattern is a literal, so that it is compiled once.
    Matches(Box<Regex>),
    /// The variables are the next positions in the scope.
    Comprehension(Comprehension, Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnaryOperator {
    Not,
    Negate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What is evaluated for each item of a list or map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comprehension {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    SortBy,
    GroupBy,
    TransformList,
    TransformMap,
}

impl Comprehension {
    /// Returns the comprehension that a method with this name is.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "exists" => Self::Exists,
            "exists_one" => Self::ExistsOne,
            "filter" => Self::Filter,
            "map" => Self::Map,
            "sortBy" => Self::SortBy,
            "groupBy" => Self::GroupBy,
            "transformList" => Self::TransformList,
            "transformMap" => Self::TransformMap,
            _ => return None,
        })
    }

    /// Returns how many variables it declares.
    pub(super) const fn n_variables(self) -> usize {
        match self {
            Self::TransformList | Self::TransformMap => 2,
            _ => 1,
        }
    }

    /// Returns the most expressions that follow the variables: some can be preceded by a condition.
    pub(super) const fn max_bodies(self) -> usize {
        match self {
            Self::Map | Self::TransformList | Self::TransformMap => 2,
            _ => 1,
        }
    }
}
