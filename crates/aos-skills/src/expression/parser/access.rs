//! Fields, indexes, methods, and what declares variables.

use super::Parser;
use crate::{
    expression::{
        ast::{Access, AccessKind, Comprehension, Expr, Node},
        fault::Fault,
        functions::Function,
        lexer::TokenKind,
        value::Value,
    },
    pattern,
};

impl Parser {
    /// `primary ("." name | "." name "(" arguments ")" | "[" index "]")*`
    pub(super) fn access(&mut self) -> Result<Expr, Fault> {
        let base = self.primary()?;
        let mut accesses = Vec::new();
        loop {
            let at = self.at();
            if self.skip("[") {
                let index = self.expression()?;
                self.expect("]")?;
                let kind = AccessKind::Index(index);
                accesses.push(Access { at, kind });
            } else if self.skip(".") {
                let at = self.at();
                let name = self.name()?;
                let kind = if self.skip("(") {
                    self.method(at, &name)?
                } else {
                    AccessKind::Field(name)
                };
                accesses.push(Access { at, kind });
            } else {
                break;
            }
        }
        if accesses.is_empty() {
            return Ok(base);
        }
        let at = base.at;
        let node = Node::Access(Box::new(base), accesses);
        Ok(Expr { at, node })
    }

    fn name(&mut self) -> Result<String, Fault> {
        let TokenKind::Name(name) = self.peek() else {
            return Err(self.unexpected("a name"));
        };
        let name = name.clone();
        self.advance();
        Ok(name)
    }

    fn method(&mut self, at: usize, name: &str) -> Result<AccessKind, Fault> {
        if let Some(comprehension) = Comprehension::named(name) {
            return self.comprehension(at, name, comprehension);
        }
        if name == "matches" {
            return self.matches();
        }
        let arguments = self.list_until(")")?;
        let function = Function::find(name, arguments.len() + 1).map_err(|fault| fault.at(at))?;
        Ok(AccessKind::Call(function, arguments))
    }

    fn matches(&mut self) -> Result<AccessKind, Fault> {
        let at = self.at();
        let TokenKind::Literal(Value::Text(pattern)) = self.peek().clone() else {
            return Err(self.unexpected("a literal text"));
        };
        self.advance();
        self.expect(")")?;
        let regex = pattern::compile(&pattern).map_err(|message| Fault::new(message).at(at))?;
        Ok(AccessKind::Matches(Box::new(regex)))
    }

    fn comprehension(&mut self, at: usize, name: &str, kind: Comprehension) -> Result<AccessKind, Fault> {
        let n_before = self.scope.len();
        for _ in 0..kind.n_variables() {
            let variable = self.name()?;
            self.expect(",")?;
            self.scope.push(variable);
        }
        let bodies = self.list_until(")")?;
        self.scope.truncate(n_before);
        if bodies.is_empty() || bodies.len() > kind.max_bodies() {
            let variables = ["x", "k, v"][kind.n_variables() - 1];
            let message = format!("`{name}` is written `{name}({variables}, expression)`");
            return Err(Fault::new(message).at(at));
        }
        Ok(AccessKind::Comprehension(kind, bodies))
    }

    /// `has(base.field)`, from behind its opening bracket.
    pub(super) fn has(&mut self) -> Result<Node, Fault> {
        let at = self.at();
        let argument = self.expression()?;
        self.expect(")")?;
        if let Node::Access(base, mut accesses) = argument.node
            && let Some(Access {
                kind: AccessKind::Field(field),
                ..
            }) = accesses.pop()
        {
            let node = Node::Access(base, accesses);
            return Ok(Node::Has(Box::new(Expr { at, node }), field));
        }
        Err(Fault::new("`has` is written `has(value.field)`").at(at))
    }

    /// `cel.bind(name, value, body)` or a function such as `math.round`, from behind the dot.
    pub(super) fn in_namespace(&mut self, at: usize, namespace: &str) -> Result<Node, Fault> {
        let name = format!("{namespace}.{}", self.name()?);
        self.expect("(")?;
        if name != "cel.bind" {
            let arguments = self.list_until(")")?;
            let function = Function::find(&name, arguments.len()).map_err(|fault| fault.at(at))?;
            return Ok(Node::Call(function, arguments));
        }
        let variable = self.name()?;
        self.expect(",")?;
        let value = self.expression()?;
        self.expect(",")?;
        self.scope.push(variable);
        let body = self.expression()?;
        self.scope.pop();
        self.expect(")")?;
        Ok(Node::Bind(Box::new(value), Box::new(body)))
    }
}
