//! The skills `file_read` and `file_write`, confined to one folder.

mod content;
mod path;
mod read;
mod root;
mod write;

pub use read::FileRead;
pub use root::FileRoot;
pub use write::FileWrite;
