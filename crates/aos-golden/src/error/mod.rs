//! What can go wrong with goldens, keys and corpora.

mod corpus;
mod damage;
mod golden;
mod key;

pub use corpus::CorpusError;
pub use damage::Damage;
pub use golden::{GoldenError, ReplayError};
pub use key::KeyError;
