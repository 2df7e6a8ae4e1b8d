//! Reports for other programs: SARIF for code scanning, annotations for CI logs; and where findings stand in a text.

mod github;
mod place;
mod sarif;

pub use github::to_github;
pub use place::locate;
pub use sarif::to_sarif;
