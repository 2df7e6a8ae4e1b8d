//! Lines of goldens: reading them one by one, and recognizing canonical JSON.

mod canonical;
mod number;
mod reader;

pub(crate) use canonical::{Member, check_canonical};
pub(crate) use reader::LineReader;
