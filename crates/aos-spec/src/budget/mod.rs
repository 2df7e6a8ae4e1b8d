//! Budgets as pure rules: accounts, what runs hold on them, and the book that remembers both.
//!
//! A run *holds* an amount before it spends any of it, and is *charged* what it has cost when it lets go. Amounts are
//! absolute: a run holds so much from its beginning on, and has cost so much from its beginning on. Asking again gives
//! the same answer, and nothing can be charged twice.

mod account;
mod book;
mod hold;

pub use account::{Account, AccountError, Period};
pub use book::Book;
pub use hold::{BudgetLimit, BudgetUsage, Hold, Holding, Refusal, Standing, grant};
