//! Reading JSON strictly: what other readers would understand differently is refused.

use std::{cell::RefCell, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::rules::Rule;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseProblem {
    pub(crate) rule: Rule,
    pub(crate) pointer: String,
    pub(crate) detail: String,
}

/// Reads `bytes`; the value is `None` when it could not be read at all.
pub(crate) fn read(bytes: &[u8], max_depth: usize) -> (Option<Value>, Vec<ParseProblem>) {
    let problems = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict {
        pointer: String::new(),
        depth: 0,
        max_depth,
        problems: &problems,
    };
    let value = strict
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    let value = match value {
        Ok(value) => Some(value),
        Err(error) => {
            // Exceeding the depth ends the reading, and is the reason that counts.
            let mut problems = problems.borrow_mut();
            if !problems.iter().any(|problem| problem.rule == Rule::LimitDepth) {
                let rule = if error.to_string().contains("recursion limit") {
                    Rule::LimitDepth
                } else {
                    Rule::PlanInvalidJson
                };
                problems.push(ParseProblem {
                    rule,
                    pointer: String::new(),
                    detail: error.to_string(),
                });
            }
            None
        }
    };
    (value, problems.into_inner())
}

struct Strict<'p> {
    pointer: String,
    depth: usize,
    max_depth: usize,
    problems: &'p RefCell<Vec<ParseProblem>>,
}

impl Strict<'_> {
    fn inside(&self, segment: &str) -> Self {
        let segment = segment.replace('~', "~0").replace('/', "~1");
        Self {
            pointer: format!("{}/{segment}", self.pointer),
            depth: self.depth + 1,
            max_depth: self.max_depth,
            problems: self.problems,
        }
    }

    fn report(&self, rule: Rule, pointer: String, detail: String) {
        self.problems.borrow_mut().push(ParseProblem {
            rule,
            pointer,
            detail,
        });
    }

    fn enter<E: de::Error>(&self) -> Result<(), E> {
        if self.depth >= self.max_depth {
            self.report(
                Rule::LimitDepth,
                self.pointer.clone(),
                format!("deeper than {}", self.max_depth),
            );
            return Err(E::custom("too deep"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self.inside(&array.len().to_string()))? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let inside = self.inside(&name);
            if object.contains_key(&name) {
                self.report(
                    Rule::PlanDuplicateKey,
                    inside.pointer.clone(),
                    format!("`{}` stands twice", name.escape_debug()),
                );
            }
            let value = members.next_value_seed(inside)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
