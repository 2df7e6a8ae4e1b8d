//! The traits through which the parts of AOS meet. Each one's documentation is its contract.

mod clock;
mod keys;
mod ledger;
mod observer;
mod policy;
mod policy_store;
mod rate;
mod recorder;
mod replay;
mod skill;
mod store;
mod store_error;
mod switch;
mod validator;

pub use clock::Clock;
pub use keys::{IdempotencyKeys, KeyAnswer, KeyClaim, KeyUse, request_hash};
pub use ledger::BudgetLedger;
pub use observer::{RunEvent, RunObserver};
pub use policy::{Decision, Denial, PolicyError, PolicyRequest, RunningRun, StepPolicy};
pub use policy_store::PolicyStore;
pub use rate::RateGate;
pub use recorder::{RecorderError, RunRecorder, RunStart, StepRecord};
pub use replay::{RecordedEnding, ReplaySource, ReplaySourceError};
pub use skill::Skill;
pub use store::{
    CheckpointStore, CheckpointStoreExt, CheckpointUpdate, DEFAULT_LIST_LIMIT, FencingToken, Lease,
    RunFilter, RunRequest, RunSummary,
};
pub use store_error::StoreError;
pub use switch::{StopOrder, StopScope, StopScopeError, StopSwitch, SwitchState};
pub use validator::{Finding, PlanValidator, Rejection};
