//! What is evaluated for each item of a list or map.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    ast::{Comprehension, Expr},
    evaluate::Evaluator,
    fault::Fault,
    order,
    value::Value,
};

impl Evaluator {
    /// Evaluates `bodies` for each item of `base`. With one variable that is the item of a list or the key of a map;
    /// with two they are index and item, or key and value.
    pub(super) fn comprehend(
        &mut self,
        kind: Comprehension,
        base: &Value,
        bodies: &[Expr],
    ) -> Result<Value, Fault> {
        let pairs = self.pairs(base)?;
        let items = pairs.iter().map(|(key, value)| match base {
            Value::Map(_) => key,
            _ => value,
        });
        match (kind, bodies) {
            (Comprehension::TransformList | Comprehension::TransformMap, bodies) => {
                self.transform(kind, &pairs, bodies)
            }
            (Comprehension::Map, bodies) => self.mapped(items, bodies),
            (Comprehension::Filter, [condition]) => self.filtered(items, condition),
            (Comprehension::SortBy, [key]) => self.sorted_by(items, key),
            (Comprehension::GroupBy, [key]) => self.grouped_by(items, key),
            (_, bodies) => self.quantified(kind, items, bodies),
        }
    }

    /// Returns key and value of each member.
    fn pairs(&mut self, base: &Value) -> Result<Vec<(Value, Value)>, Fault> {
        match base {
            Value::List(list) => {
                self.fuel.spend_members(list.items().len())?;
                Ok(list
                    .items()
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (Value::count(index), item.clone()))
                    .collect())
            }
            Value::Map(map) => {
                self.fuel.spend_members(map.entries().len())?;
                Ok(map
                    .entries()
                    .iter()
                    .map(|(key, value)| (Value::Text(key.clone()), value.clone()))
                    .collect())
            }
            other => Err(Fault::new(format!("{} has no items", other.type_name()))),
        }
    }

    /// Returns the value of the last body, or nothing when a condition before it is false.
    fn body<const N: usize>(
        &mut self,
        variables: [Value; N],
        bodies: &[Expr],
    ) -> Result<Option<Value>, Fault> {
        self.with(variables, |this| match bodies {
            [value] => this.evaluate(value).map(Some),
            [condition, value] if this.evaluate_bool(condition)? => this.evaluate(value).map(Some),
            _ => Ok(None),
        })
    }

    fn mapped<'a>(
        &mut self,
        items: impl Iterator<Item = &'a Value>,
        bodies: &[Expr],
    ) -> Result<Value, Fault> {
        let mut mapped = Vec::new();
        for item in items {
            mapped.extend(self.body([item.clone()], bodies)?);
        }
        Value::list(mapped)
    }

    fn transform(
        &mut self,
        kind: Comprehension,
        pairs: &[(Value, Value)],
        bodies: &[Expr],
    ) -> Result<Value, Fault> {
        let mut list = Vec::new();
        let mut map = BTreeMap::new();
        for (key, value) in pairs {
            let Some(new) = self.body([key.clone(), value.clone()], bodies)? else {
                continue;
            };
            if kind == Comprehension::TransformList {
                list.push(new);
            } else {
                map.insert(text_key(key)?, new);
            }
        }
        if kind == Comprehension::TransformList {
            Value::list(list)
        } else {
            Value::map(map)
        }
    }

    fn filtered<'a>(
        &mut self,
        items: impl Iterator<Item = &'a Value>,
        condition: &Expr,
    ) -> Result<Value, Fault> {
        let mut filtered = Vec::new();
        for item in items {
            if self.with([item.clone()], |this| this.evaluate_bool(condition))? {
                filtered.push(item.clone());
            }
        }
        Value::list(filtered)
    }

    fn sorted_by<'a>(&mut self, items: impl Iterator<Item = &'a Value>, key: &Expr) -> Result<Value, Fault> {
        let mut keyed = Vec::new();
        for item in items {
            let key = self.with([item.clone()], |this| this.evaluate(key))?;
            keyed.push((key, item.clone()));
        }
        self.fuel.spend_sort(keyed.iter().map(|(key, _)| key))?;
        keyed.sort_by(|(left, _), (right, _)| order::compare(left, right));
        Value::list(keyed.into_iter().map(|(_, item)| item).collect())
    }

    fn grouped_by<'a>(&mut self, items: impl Iterator<Item = &'a Value>, key: &Expr) -> Result<Value, Fault> {
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for item in items {
            let group = self.with([item.clone()], |this| this.evaluate(key))?;
            let group = text_key(&group).map_err(|fault| fault.at(key.at))?;
            // The group may be a new one.
            self.fuel.spend_members(2)?;
            groups.entry(group).or_default().push(item.clone());
        }
        let groups = groups
            .into_iter()
            .map(|(key, items)| Ok((key, Value::list(items)?)));
        Value::map(groups.collect::<Result<_, Fault>>()?)
    }

    fn quantified<'a>(
        &mut self,
        kind: Comprehension,
        items: impl Iterator<Item = &'a Value>,
        bodies: &[Expr],
    ) -> Result<Value, Fault> {
        let mut n_true = 0;
        for item in items {
            for condition in bodies {
                let is_true = self.with([item.clone()], |this| this.evaluate_bool(condition))?;
                match (kind, is_true) {
                    (Comprehension::All, false) => return Ok(Value::Bool(false)),
                    (Comprehension::Exists, true) => return Ok(Value::Bool(true)),
                    _ => n_true += usize::from(is_true),
                }
            }
        }
        Ok(Value::Bool(match kind {
            Comprehension::All => true,
            Comprehension::ExistsOne => n_true == 1,
            _ => false,
        }))
    }
}

fn text_key(key: &Value) -> Result<Arc<str>, Fault> {
    match key {
        Value::Text(text) => Ok(text.clone()),
        other => Err(Fault::new(format!(
            "{} is not the key of a map; `string(…)` makes one",
            other.type_name()
        ))),
    }
}
