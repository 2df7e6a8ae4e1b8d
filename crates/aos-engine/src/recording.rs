//! Recording a run that has ended already, from what the store knows about it.

use aos_spec::{
    StepIndex, WorkflowResult, derive_seed,
    journal::StoredRun,
    port::{RunStart, StepRecord},
};

use crate::{EngineError, WorkflowEngine, driver, identity};

impl WorkflowEngine {
    /// Returns the result of a run that has ended. What a crash kept from being recorded is recorded first.
    pub(crate) async fn ended(&self, stored: &StoredRun) -> Result<WorkflowResult, EngineError> {
        let result = stored.result()?;
        let Some(recorder) = &self.parts.recorder else {
            return Ok(result);
        };
        let plan = driver::stored_plan(stored)?;
        let effects = identity::effects(&plan, &self.parts.skills);
        let header = &stored.checkpoint.header;
        recorder.record_run_start(&RunStart::live(header.clone())).await?;
        for (at, (step, effect)) in result.step_results.iter().zip(effects).enumerate() {
            let index = StepIndex::from_usize(at);
            let skill_id = plan.descriptor(index).skill_id.clone();
            let seed = derive_seed(header.seed, u64::from(index.0));
            let record = StepRecord::new(index, skill_id, effect, seed, step.clone());
            recorder.record_step(&header.run_id, &record).await?;
        }
        recorder.record_run_end(&result).await?;
        Ok(result)
    }
}
