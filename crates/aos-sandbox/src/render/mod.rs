//! Reports for other programs: SARIF for code scanning, annotations for CI logs.

mod github;
mod sarif;

pub use github::to_github;
pub use sarif::to_sarif;
