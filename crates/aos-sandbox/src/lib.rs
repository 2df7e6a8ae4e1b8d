//! Planner sandbox: checks agent plans before they run.
