//! Budgets, emergency stop, rate limits and idempotency rules for AOS.
