//! Deterministic, durable execution of checked workflow plans.
