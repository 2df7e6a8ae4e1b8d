//! Lines of goldens: reading them one by one, and recognizing canonical JSON.

mod canonical;
mod reader;

pub(crate) use canonical::check_canonical;
pub(crate) use reader::LineReader;
