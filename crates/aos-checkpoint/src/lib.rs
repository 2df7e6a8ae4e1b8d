//! Checkpoint stores: in memory and SQLite, one contract.
