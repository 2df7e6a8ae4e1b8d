//! From tokens to a tree, by recursive descent.

use aos_spec::limits;

use super::{
    ast::{BinaryOperator, Expr, Link, Node, UnaryOperator},
    fault::Fault,
    functions::Function,
    lexer::{self, Token, TokenKind},
    value::Value,
};

mod access;

/// The operators of each precedence, the loosest first.
const PRECEDENCES: [&[(&str, BinaryOperator)]; 5] = [
    &[("||", BinaryOperator::Or)],
    &[("&&", BinaryOperator::And)],
    &[
        ("==", BinaryOperator::Equal),
        ("!=", BinaryOperator::NotEqual),
        ("<", BinaryOperator::Less),
        ("<=", BinaryOperator::LessOrEqual),
        (">", BinaryOperator::Greater),
        (">=", BinaryOperator::GreaterOrEqual),
        ("in", BinaryOperator::In),
    ],
    &[("+", BinaryOperator::Add), ("-", BinaryOperator::Subtract)],
    &[
        ("*", BinaryOperator::Multiply),
        ("/", BinaryOperator::Divide),
        ("%", BinaryOperator::Remainder),
    ],
];

/// Parses `source`, in which `variables` have values.
pub(super) fn parse(source: &str, variables: &[&str]) -> Result<Expr, Fault> {
    let mut parser = Parser {
        tokens: lexer::tokens(source)?,
        next: 0,
        scope: variables.iter().map(ToString::to_string).collect(),
        depth: 0,
    };
    let expression = parser.expression()?;
    match parser.peek() {
        TokenKind::End => Ok(expression),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser {
    // INVARIANT: the last token is the end, and `next` never passes it.
    tokens: Vec<Token>,
    next: usize,
    scope: Vec<String>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    /// Whether the next token is this symbol or keyword.
    fn is_next(&self, word: &str) -> bool {
        match self.peek() {
            TokenKind::Symbol(symbol) => *symbol == word,
            TokenKind::Name(name) => name == word,
            TokenKind::Literal(_) | TokenKind::End => false,
        }
    }

    fn skip(&mut self, word: &str) -> bool {
        let is_next = self.is_next(word);
        if is_next {
            self.advance();
        }
        is_next
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Fault> {
        if self.skip(symbol) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{symbol}`")))
        }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let found = match self.peek() {
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Literal(value) => format!("a {}", value.type_name()),
            TokenKind::Symbol(symbol) => format!("`{symbol}`"),
            TokenKind::End => "the end".into(),
        };
        Fault::new(format!("found {found} where {expected} should be")).at(self.at())
    }

    /// `or ("?" expression ":" or)* `
    fn expression(&mut self) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > limits::MAX_NESTING {
            let message = format!(
                "brackets are nested more than {} levels deep",
                limits::MAX_NESTING
            );
            return Err(Fault::new(message).at(self.at()));
        }
        let at = self.at();
        let mut branches = Vec::new();
        let mut last = self.chain(0)?;
        while self.skip("?") {
            let value = self.expression()?;
            self.expect(":")?;
            branches.push((last, value));
            last = self.chain(0)?;
        }
        self.depth -= 1;
        if branches.is_empty() {
            return Ok(last);
        }
        let node = Node::Conditional(branches, Box::new(last));
        Ok(Expr { at, node })
    }

    /// Operands of one precedence and the operators between them.
    fn chain(&mut self, precedence: usize) -> Result<Expr, Fault> {
        let Some(operators) = PRECEDENCES.get(precedence) else {
            return self.unary();
        };
        let first = self.chain(precedence + 1)?;
        let mut links = Vec::new();
        while let Some((_, operator)) = operators.iter().find(|(word, _)| self.is_next(word)) {
            let at = self.at();
            self.advance();
            links.push(Link {
                at,
                operator: *operator,
                right: self.chain(precedence + 1)?,
            });
        }
        if links.is_empty() {
            return Ok(first);
        }
        let at = first.at;
        let node = Node::Chain(Box::new(first), links);
        Ok(Expr { at, node })
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let mut operators = Vec::new();
        loop {
            if self.skip("!") {
                operators.push(UnaryOperator::Not);
            } else if self.skip("-") {
                operators.push(UnaryOperator::Negate);
            } else {
                break;
            }
        }
        let operand = self.access()?;
        if operators.is_empty() {
            return Ok(operand);
        }
        let node = Node::Unary(operators, Box::new(operand));
        Ok(Expr { at, node })
    }

    fn primary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let node = match self.peek().clone() {
            TokenKind::Literal(value) => {
                self.advance();
                Node::Literal(value)
            }
            TokenKind::Name(name) => {
                self.advance();
                self.named(at, &name)?
            }
            TokenKind::Symbol("(") => {
                self.advance();
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            TokenKind::Symbol("[") => {
                self.advance();
                Node::List(self.list_until("]")?)
            }
            TokenKind::Symbol("{") => {
                self.advance();
                Node::Map(self.map_entries()?)
            }
            TokenKind::Symbol(_) | TokenKind::End => return Err(self.unexpected("a value")),
        };
        Ok(Expr { at, node })
    }

    /// What begins with a name: a keyword, a variable, a function, `has` or something of a namespace.
    fn named(&mut self, at: usize, name: &str) -> Result<Node, Fault> {
        match name {
            "true" => return Ok(Node::Literal(Value::Bool(true))),
            "false" => return Ok(Node::Literal(Value::Bool(false))),
            "null" => return Ok(Node::Literal(Value::Null)),
            "in" => return Err(Fault::new("`in` stands between two values").at(at)),
            _ => {}
        }
        if self.skip("(") {
            if name == "has" {
                return self.has();
            }
            let arguments = self.list_until(")")?;
            let function = Function::find(name, arguments.len()).map_err(|fault| fault.at(at))?;
            return Ok(Node::Call(function, arguments));
        }
        if let Some(slot) = self.scope.iter().rposition(|variable| variable == name) {
            return Ok(Node::Variable(slot));
        }
        if matches!(name, "cel" | "math") && self.skip(".") {
            return self.in_namespace(at, name);
        }
        let variables = self.scope.join("`, `");
        Err(Fault::new(format!("no variable `{name}`; the variables are `{variables}`")).at(at))
    }

    fn list_until(&mut self, end: &str) -> Result<Vec<Expr>, Fault> {
        let mut items = Vec::new();
        while !self.skip(end) {
            items.push(self.expression()?);
            if !self.is_next(end) {
                self.expect(",")?;
            }
        }
        Ok(items)
    }

    fn map_entries(&mut self) -> Result<Vec<(Expr, Expr)>, Fault> {
        let mut entries = Vec::new();
        while !self.skip("}") {
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?));
            if !self.is_next("}") {
                self.expect(",")?;
            }
        }
        Ok(entries)
    }
}
