//! The bound on time and memory of one evaluation.

use super::{fault::Fault, value::Value};

/// What an evaluation may still do. One unit pays for visiting one node of the expression or of a value.
///
/// Everything is paid for before it is done. What a unit buys never depends on the machine, so that an expression
/// runs out of fuel everywhere or nowhere.
#[derive(Debug)]
pub(super) struct Fuel {
    left: u64,
}

/// Enough for some hundred thousand rows, and used up in a fraction of a second.
const FULL: u64 = 5_000_000;

/// The price of one member of a list or map: its memory, so that all containers together stay below 64 MiB or so.
const MEMBER: u64 = 4;

/// How many bytes of text one unit pays for.
const TEXT_BYTES: usize = 8;

impl Fuel {
    pub(super) const fn new() -> Self {
        Self { left: FULL }
    }

    pub(super) fn spend(&mut self, units: u64) -> Result<(), Fault> {
        self.left = self.left.checked_sub(units).ok_or_else(Fault::fuel_exhausted)?;
        Ok(())
    }

    /// Pays for a list or map of `count` members.
    pub(super) fn spend_members(&mut self, count: usize) -> Result<(), Fault> {
        self.spend((count as u64).saturating_mul(MEMBER))
    }

    /// Pays for reading or writing `bytes` of text.
    pub(super) fn spend_text(&mut self, bytes: usize) -> Result<(), Fault> {
        self.spend((bytes / TEXT_BYTES) as u64 + 1)
    }

    /// Pays for one visit of all of `value` and returns the price, with which further visits can be paid.
    pub(super) fn spend_visit(&mut self, value: &Value) -> Result<u64, Fault> {
        let before = self.left;
        match value {
            Value::Text(text) => self.spend_text(text.len())?,
            Value::List(list) => {
                self.spend(1)?;
                for item in list.items() {
                    self.spend_visit(item)?;
                }
            }
            Value::Map(map) => {
                self.spend(1)?;
                for (key, value) in map.entries() {
                    self.spend_text(key.len())?;
                    self.spend_visit(value)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Double(_) => self.spend(1)?,
        }
        Ok(before - self.left)
    }

    /// Pays for sorting `values`, which compares each about log n times.
    pub(super) fn spend_sort<'a>(
        &mut self,
        values: impl ExactSizeIterator<Item = &'a Value>,
    ) -> Result<(), Fault> {
        let rounds = u64::from(usize::BITS - values.len().leading_zeros());
        for value in values {
            let price = self.spend_visit(value)?;
            self.spend(price.saturating_mul(rounds))?;
        }
        Ok(())
    }
}
