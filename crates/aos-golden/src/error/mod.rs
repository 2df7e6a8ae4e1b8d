//! What can go wrong with goldens, keys and corpora.

mod damage;
mod golden;
mod key;

pub use damage::Damage;
pub use golden::{GoldenError, ReplayError};
pub use key::KeyError;
