//! Where moments come from.

use crate::Timestamp;

/// A source of moments. Everything that asks for the time asks one of these, so that tests move it by hand.
pub trait Clock: Send + Sync {
    /// Returns the present moment.
    fn now(&self) -> Timestamp;
}
