//! Asks the policy again and again whether a run must stop at once, although its steps were allowed.

use std::{collections::BTreeMap, pin::Pin, sync::Arc, time::Duration};

use aos_spec::{
    AgentId, RunId, StepIndex, WorkflowPlan,
    journal::{RunError, RunHeader},
    port::{Denial, RunningRun, StepPolicy},
};
use futures_util::future::BoxFuture;
use tokio::time::{Instant, Sleep};

use crate::machine::Stop;

/// Asks about one run, once in every interval.
pub(super) struct StopWatch {
    policy: Arc<dyn StepPolicy>,
    plan: Arc<WorkflowPlan>,
    run_id: RunId,
    agent_id: Option<AgentId>,
    interval: Duration,
    /// Until the next question; kept, because a timer costs more to set than to leave alone.
    pause: Pin<Box<Sleep>>,
    asking: Option<BoxFuture<'static, Option<Denial>>>,
}

impl StopWatch {
    pub(super) fn new(
        policy: Arc<dyn StepPolicy>,
        plan: Arc<WorkflowPlan>,
        header: &RunHeader,
        interval: Duration,
    ) -> Self {
        Self {
            policy,
            plan,
            run_id: header.run_id.clone(),
            agent_id: header.agent_id.clone(),
            interval,
            pause: Box::pin(tokio::time::sleep(interval)),
            asking: None,
        }
    }

    /// Waits until the policy wants the run to stop. `attempts` are those that are running.
    ///
    /// # Cancel safety
    ///
    /// Safe: the question under way goes on when this is called again.
    pub(super) async fn stopped<T>(&mut self, attempts: &BTreeMap<StepIndex, T>) -> Stop {
        loop {
            let asking = match &mut self.asking {
                Some(asking) => asking,
                None => {
                    self.pause.as_mut().await;
                    let question = self.question(attempts.keys().copied().collect());
                    self.asking.insert(question)
                }
            };
            let answer = asking.await;
            self.asking = None;
            self.pause.as_mut().reset(Instant::now() + self.interval);
            if let Some(denial) = answer {
                return Stop {
                    status: denial.status,
                    error: Some(RunError::new(denial.code, denial.message).with_details(denial.details)),
                    cancel_attempts: true,
                };
            }
        }
    }

    fn question(&self, attempts: Vec<StepIndex>) -> BoxFuture<'static, Option<Denial>> {
        let (policy, plan) = (Arc::clone(&self.policy), Arc::clone(&self.plan));
        let (run_id, agent_id) = (self.run_id.clone(), self.agent_id.clone());
        Box::pin(async move {
            let mut run = RunningRun::new(&run_id, plan.spec());
            run.agent_id = agent_id.as_ref();
            let descriptors = attempts.iter().map(|step| plan.descriptor(*step));
            run.skills = descriptors.map(|step| &step.skill_id).collect();
            policy.stopped(&run).await
        })
    }
}
