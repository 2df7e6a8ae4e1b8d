//! Lines of goldens: reading them one by one, and recognizing canonical JSON.

mod canonical;
mod name;
mod number;
mod reader;
mod string;

pub(crate) use canonical::{Member, check_canonical};
pub(crate) use reader::LineReader;
