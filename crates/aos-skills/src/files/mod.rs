//! The skills `file_read`, `file_write` and `file_append`, confined to one folder.

mod append;
mod content;
mod durable;
mod path;
mod read;
mod root;
mod write;

pub use append::FileAppend;
pub use read::FileRead;
pub use root::FileRoot;
pub use write::FileWrite;
