//! From a tree and the values of its variables to a value.

use std::collections::BTreeMap;

use super::{
    ast::{Access, AccessKind, BinaryOperator, Expr, Link, Node},
    fault::Fault,
    fuel::Fuel,
    functions::Function,
    operators,
    value::{Map, Value},
};

/// One evaluation.
pub(super) struct Evaluator {
    pub(super) fuel: Fuel,
    /// The values of the variables, the innermost last.
    pub(super) scope: Vec<Value>,
}

impl Evaluator {
    pub(super) const fn new(fuel: Fuel, scope: Vec<Value>) -> Self {
        Self { fuel, scope }
    }

    /// Returns the value of `expr`, which was parsed with as many variables as are in scope.
    pub(super) fn evaluate(&mut self, expr: &Expr) -> Result<Value, Fault> {
        self.fuel
            .spend(1)
            .and_then(|()| self.node(&expr.node))
            .map_err(|fault| fault.at(expr.at))
    }

    pub(super) fn evaluate_bool(&mut self, expr: &Expr) -> Result<bool, Fault> {
        let value = self.evaluate(expr)?;
        operators::as_bool(&value).map_err(|fault| fault.at(expr.at))
    }

    fn node(&mut self, node: &Node) -> Result<Value, Fault> {
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Variable(slot) => Ok(self.scope[*slot].clone()),
            Node::List(items) => Value::list(self.all(items)?),
            Node::Map(entries) => self.map(entries),
            Node::Unary(operators, operand) => {
                let value = self.evaluate(operand)?;
                operators
                    .iter()
                    .rev()
                    .try_fold(value, |value, operator| operators::unary(*operator, &value))
            }
            Node::Chain(first, links) => self.chain(first, links),
            Node::Conditional(branches, otherwise) => {
                for (condition, value) in branches {
                    if self.evaluate_bool(condition)? {
                        return self.evaluate(value);
                    }
                }
                self.evaluate(otherwise)
            }
            Node::Access(base, accesses) => {
                let base = self.evaluate(base)?;
                accesses
                    .iter()
                    .try_fold(base, |value, access| self.access(value, access))
            }
            Node::Has(base, field) => match self.evaluate(base)? {
                Value::Map(map) => Ok(Value::Bool(map.entries().contains_key(field.as_str()))),
                other => Err(Fault::new(format!("{} has no fields", other.type_name()))),
            },
            Node::Call(function, arguments) => {
                let arguments = self.all(arguments)?;
                function.call(&mut self.fuel, &arguments)
            }
            Node::Bind(value, body) => {
                let value = self.evaluate(value)?;
                self.with([value], |this| this.evaluate(body))
            }
        }
    }

    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Value>, Fault> {
        self.fuel.spend_members(exprs.len())?;
        exprs.iter().map(|expr| self.evaluate(expr)).collect()
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) -> Result<Value, Fault> {
        self.fuel.spend_members(entries.len())?;
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            let Value::Text(name) = self.evaluate(key)? else {
                return Err(Fault::new("the keys of a map are strings; `string(…)` makes one").at(key.at));
            };
            let value = self.evaluate(value)?;
            if map.insert(name, value).is_some() {
                return Err(Fault::new("the map has this key twice").at(key.at));
            }
        }
        Value::map(map)
    }

    /// Goes from left to right; `&&` and `||` stop as soon as the result is known.
    fn chain(&mut self, first: &Expr, links: &[Link]) -> Result<Value, Fault> {
        let mut left = self.evaluate(first)?;
        let mut left_at = first.at;
        for Link { at, operator, right } in links {
            if let BinaryOperator::And | BinaryOperator::Or = operator {
                let is_true = operators::as_bool(&left).map_err(|fault| fault.at(left_at))?;
                if is_true == (*operator == BinaryOperator::Or) {
                    return Ok(left);
                }
                left = Value::Bool(self.evaluate_bool(right)?);
            } else {
                let right = self.evaluate(right)?;
                left = operators::binary(&mut self.fuel, *operator, &left, &right)
                    .map_err(|fault| fault.at(*at))?;
            }
            left_at = right.at;
        }
        Ok(left)
    }

    fn access(&mut self, base: Value, access: &Access) -> Result<Value, Fault> {
        let result = self.fuel.spend(1).and_then(|()| match &access.kind {
            AccessKind::Field(name) => match &base {
                Value::Map(map) => field(map, name),
                other => Err(Fault::new(format!("{} has no fields", other.type_name()))),
            },
            AccessKind::Index(index) => {
                let index = self.evaluate(index)?;
                item(&base, &index)
            }
            AccessKind::Call(function, arguments) => self.method(*function, base, arguments),
            AccessKind::Matches(regex) => match &base {
                Value::Text(text) => {
                    self.fuel
                        .spend_text(text.len().saturating_mul(1 + regex.as_str().len() / 16))?;
                    Ok(Value::Bool(regex.is_match(text)))
                }
                other => Err(Fault::new(format!(
                    "`matches` does not take {}",
                    other.type_name()
                ))),
            },
            AccessKind::Comprehension(kind, bodies) => self.comprehend(*kind, &base, bodies),
        });
        result.map_err(|fault| fault.at(access.at))
    }

    fn method(&mut self, function: Function, base: Value, arguments: &[Expr]) -> Result<Value, Fault> {
        let mut values = vec![base];
        values.extend(self.all(arguments)?);
        function.call(&mut self.fuel, &values)
    }

    /// Evaluates with further variables.
    pub(super) fn with<const N: usize, T>(
        &mut self,
        values: [Value; N],
        evaluate: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.scope.extend(values);
        let result = evaluate(self);
        self.scope.truncate(self.scope.len() - N);
        result
    }
}

fn field(map: &Map, name: &str) -> Result<Value, Fault> {
    map.entries().get(name).cloned().ok_or_else(|| {
        let known: Vec<_> = map.entries().keys().take(8).map(AsRef::as_ref).collect();
        let hint = match known.as_slice() {
            [] => "the map is empty".into(),
            known if known.len() < map.entries().len() => {
                format!("there are `{}` and more", known.join("`, `"))
            }
            known => format!("there are `{}`", known.join("`, `")),
        };
        Fault::new(format!("no field `{name}`; {hint}"))
    })
}

fn item(base: &Value, index: &Value) -> Result<Value, Fault> {
    match (base, index) {
        (Value::Map(map), Value::Text(name)) => field(map, name),
        (Value::List(list), Value::Int(index)) => {
            let item = usize::try_from(*index)
                .ok()
                .and_then(|index| list.items().get(index));
            item.cloned().ok_or_else(|| {
                let count = list.items().len();
                Fault::new(format!("no item {index}: the list has {count}, counted from 0"))
            })
        }
        _ => Err(Fault::new(format!(
            "{} is not indexed by {}",
            base.type_name(),
            index.type_name()
        ))),
    }
}
