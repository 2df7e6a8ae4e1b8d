//! The pieces that most tests put together.

use std::sync::Arc;

use aos_spec::{RunId, SkillRegistry, WorkerId, WorkflowResult, journal::RunHeader};

use crate::{case::Case, scripted};

/// Returns the id of the run in most tests.
///
/// # Panics
///
/// Never: the id is valid.
#[must_use]
pub fn run_id() -> RunId {
    "run-1".parse().expect("valid")
}

/// Returns a worker id that no other call has returned in this process.
///
/// # Panics
///
/// Never: the id is valid.
#[must_use]
pub fn worker_id() -> WorkerId {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("worker-{}-{number}", std::process::id())
        .parse()
        .expect("valid")
}

/// Returns the header that the engine would give to a run of `case`.
#[must_use]
pub fn header(case: &Case) -> RunHeader {
    RunHeader::new(run_id(), &case.plan, case.seed, serde_json::Map::new())
}

/// Returns the scripted skills of `case`.
///
/// # Panics
///
/// Never: the ids are distinct.
#[must_use]
pub fn skills(case: &Case, ledger: &Arc<scripted::Ledger>) -> SkillRegistry {
    let mut skills = SkillRegistry::new();
    for skill in scripted::skills(case, ledger) {
        skills.register(skill).expect("the ids are distinct");
    }
    skills
}

/// Returns what must be equal in all executions, as canonical JSON.
///
/// # Panics
///
/// When the result has no canonical form.
#[must_use]
pub fn canonical(result: &WorkflowResult) -> String {
    aos_spec::canonical::to_string(&result.without_durations()).expect("results are JSON")
}
