//! Exit codes: what scripts learn from how the program ended.
//!
//! The code depends on the outcome alone, never on how the answer is printed. This list is the only one: `aos explain
//! exit-codes` prints it, and each code has a test.

use std::process::ExitCode;

use aos_spec::{ErrorCode, RunStatus, failure::Category};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    Failed,
    Usage,
    Invalid,
    Denied,
    Waiting,
    Diverged,
    Integrity,
    NotFound,
    Conflict,
    Unavailable,
    Stopped,
    Bug,
    Interrupted,
    Terminated,
}

impl Exit {
    /// All codes, in ascending order.
    pub(crate) const ALL: [Self; 15] = [
        Self::Ok,
        Self::Failed,
        Self::Usage,
        Self::Invalid,
        Self::Denied,
        Self::Waiting,
        Self::Diverged,
        Self::Integrity,
        Self::NotFound,
        Self::Conflict,
        Self::Unavailable,
        Self::Stopped,
        Self::Bug,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// Returns the number that the process ends with.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Denied => 4,
            Self::Waiting => 5,
            Self::Diverged => 6,
            Self::Integrity => 7,
            Self::NotFound => 8,
            Self::Conflict => 9,
            Self::Unavailable => 10,
            Self::Stopped => 11,
            Self::Bug => 70,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Returns the word for the code.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::Waiting => "waiting",
            Self::Diverged => "diverged",
            Self::Integrity => "integrity",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::Stopped => "stopped",
            Self::Bug => "bug",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }

    /// Returns what the code tells.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done, and the answer is yes",
            Self::Failed => "the run failed or was given up, or a check found a problem",
            Self::Usage => "wrong arguments: options, run parameters, an id of a wrong form",
            Self::Invalid => "the workflow or plan is not valid",
            Self::Denied => "refused by policy, sandbox, budget or emergency stop",
            Self::Waiting => "the run is paused, or suspended until a person decides",
            Self::Diverged => "a golden file does not match, or a replay diverged",
            Self::Integrity => "a bad signature, or stored data that does not match its hash",
            Self::NotFound => "no such run, step, skill, file or topic, or a short run id that fits several",
            Self::Conflict => "another engine owns the run, or the run id belongs to other work",
            Self::Unavailable => "the store, a file or the output cannot be reached; trying again may help",
            Self::Stopped => "the run was cancelled, or its time limit passed",
            Self::Bug => "an internal error of aos; please report it",
            Self::Interrupted => "SIGINT, after a clean checkpoint",
            Self::Terminated => "SIGTERM, after a clean checkpoint",
        }
    }

    /// Returns the code for a run in this state.
    pub(crate) const fn of_status(status: RunStatus) -> Self {
        match status {
            RunStatus::Completed | RunStatus::Queued | RunStatus::Running => Self::Ok,
            RunStatus::Paused | RunStatus::Suspended => Self::Waiting,
            RunStatus::Failed | RunStatus::Aborted => Self::Failed,
            RunStatus::Cancelled | RunStatus::Timeout => Self::Stopped,
            RunStatus::BudgetExceeded
            | RunStatus::PolicyViolation
            | RunStatus::SandboxRejected
            | RunStatus::EmergencyStopped => Self::Denied,
        }
    }

    /// Returns the code for an error that kept a command from doing its work.
    pub(crate) fn of_code(code: ErrorCode) -> Self {
        match code {
            ErrorCode::RunNotFound | ErrorCode::DataNotFound => Self::NotFound,
            ErrorCode::DataCorrupt | ErrorCode::SignatureInvalid | ErrorCode::TamperDetected => {
                Self::Integrity
            }
            ErrorCode::CheckpointVersionConflict
            | ErrorCode::CheckpointStale
            | ErrorCode::SeedDrift
            | ErrorCode::RunLocked
            | ErrorCode::ResumeFailed => Self::Conflict,
            ErrorCode::Cancelled | ErrorCode::Timeout => Self::Stopped,
            ErrorCode::OutcomeUnknown => Self::Waiting,
            ErrorCode::SkillNotFound | ErrorCode::DeserializationError => Self::Invalid,
            _ => match code.info().category {
                Category::Validation | Category::Planner => Self::Invalid,
                Category::Permission | Category::Resource | Category::Security => Self::Denied,
                Category::Infrastructure | Category::Checkpoint => Self::Unavailable,
                Category::Transient | Category::Permanent | Category::Skill | Category::Data => Self::Failed,
            },
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

#[cfg(test)]
mod tests {
    use aos_spec::{ErrorCode, RunStatus};

    use super::Exit;

    #[test]
    fn the_list_is_complete_and_ascending() {
        let numbers = Exit::ALL.map(Exit::number);
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70, 130, 143]);
    }

    #[test]
    fn every_state_and_code_has_an_exit() {
        let check = |exit: Exit, number| assert_eq!(exit.number(), number);
        check(Exit::of_status(RunStatus::Completed), 0);
        check(Exit::of_status(RunStatus::Failed), 1);
        check(Exit::of_status(RunStatus::BudgetExceeded), 4);
        check(Exit::of_status(RunStatus::Suspended), 5);
        check(Exit::of_status(RunStatus::Timeout), 11);
        check(Exit::of_code(ErrorCode::InvalidSpec), 3);
        check(Exit::of_code(ErrorCode::ForbiddenSkill), 4);
        check(Exit::of_code(ErrorCode::DataCorrupt), 7);
        check(Exit::of_code(ErrorCode::RunNotFound), 8);
        check(Exit::of_code(ErrorCode::RunLocked), 9);
        check(Exit::of_code(ErrorCode::DbConnectionFailed), 10);
        check(Exit::of_code(ErrorCode::IoError), 10);
        for code in ErrorCode::ALL {
            assert_ne!(Exit::of_code(*code), Exit::Ok, "{code}");
        }
    }
}
