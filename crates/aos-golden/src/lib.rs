//! Signed golden files: record, verify, compare, replay.
