//! A counter of whole cents over amounts that are mostly fractions of one.

use std::sync::atomic::{AtomicU64, Ordering};

use aos_spec::Money;
use metrics::Counter;

const MICRO_CENTS_PER_CENT: u64 = 1_000_000;

/// Adds up micro-cents and shows whole cents: fractions are carried, never lost.
pub(crate) struct WholeCents {
    micro_cents: AtomicU64,
    counter: Counter,
}

impl WholeCents {
    pub(crate) const fn new(counter: Counter) -> Self {
        Self {
            micro_cents: AtomicU64::new(0),
            counter,
        }
    }

    pub(crate) fn add(&self, cost: Money) {
        if cost.is_zero() {
            return;
        }
        let cost = cost.as_micro_cents();
        let before = self
            .micro_cents
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sum| {
                Some(sum.saturating_add(cost))
            })
            .unwrap_or_default();
        // The difference of whole cents, so that several threads together add each cent once.
        let cents = before.saturating_add(cost) / MICRO_CENTS_PER_CENT - before / MICRO_CENTS_PER_CENT;
        self.counter.increment(cents);
    }

    /// Returns the fraction of a cent that the counter does not show yet.
    #[cfg(feature = "prometheus")]
    pub(crate) fn carried(&self) -> f64 {
        let fraction = self.micro_cents.load(Ordering::Relaxed) % MICRO_CENTS_PER_CENT;
        u32::try_from(fraction).map_or(0.0, f64::from) / 1e6
    }
}
