//! The façade: starting and resuming runs.

use std::{fmt, sync::Arc};

use aos_spec::{
    AgentId, ContentHash, RunId, RunStatus, Seed, SkillRegistry, WorkerId, WorkflowPlan, WorkflowResult,
    journal::{RunHeader, StoredRun},
    port::{
        CheckpointStore, CheckpointUpdate, Lease, PlanValidator, RunEvent, RunObserver, RunRecorder,
        StepPolicy, StoreError,
    },
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{
    EngineError, EngineOptions,
    again::known,
    check_skills,
    driver::{self, Driver},
    identity,
    presence::Presence,
};

/// Executes runs: as many at the same time as are asked for, each at most once.
///
/// Cheap to clone; all clones are the same engine.
#[derive(Clone)]
pub struct WorkflowEngine {
    pub(crate) parts: Arc<Parts>,
}

/// What an engine is put together from.
pub(crate) struct Parts {
    pub(crate) store: Arc<dyn CheckpointStore>,
    pub(crate) skills: SkillRegistry,
    pub(crate) options: EngineOptions,
    pub(crate) policy: Option<Arc<dyn StepPolicy>>,
    pub(crate) validator: Option<Arc<dyn PlanValidator>>,
    pub(crate) recorder: Option<Arc<dyn RunRecorder>>,
    pub(crate) observer: Option<Arc<dyn RunObserver>>,
    pub(crate) presence: Arc<Presence>,
    pub(crate) interrupted: CancellationToken,
}

/// Puts a [`WorkflowEngine`] together.
#[must_use]
pub struct EngineBuilder {
    store: Arc<dyn CheckpointStore>,
    skills: SkillRegistry,
    worker: WorkerId,
    options: EngineOptions,
    policy: Option<Arc<dyn StepPolicy>>,
    validator: Option<Arc<dyn PlanValidator>>,
    recorder: Option<Arc<dyn RunRecorder>>,
    observer: Option<Arc<dyn RunObserver>>,
}

/// What to run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewRun {
    /// The workflow.
    pub plan: Arc<WorkflowPlan>,
    /// Identifies the run; running the same id again returns or resumes the same run.
    pub run_id: RunId,
    /// Where every random choice of the run comes from.
    pub seed: Seed,
    /// The parameters of the run.
    pub inputs: Map<String, Value>,
    /// On whose behalf the run acts.
    pub agent_id: Option<AgentId>,
}

impl NewRun {
    /// Returns a run of `plan` without inputs or agent.
    #[must_use]
    pub fn new(plan: impl Into<Arc<WorkflowPlan>>, run_id: RunId, seed: Seed) -> Self {
        Self {
            plan: plan.into(),
            run_id,
            seed,
            inputs: Map::new(),
            agent_id: None,
        }
    }

    /// Returns the run with its parameters.
    #[must_use]
    pub fn with_inputs(mut self, inputs: Map<String, Value>) -> Self {
        self.inputs = inputs;
        self
    }

    /// Returns the run with the agent on whose behalf it acts.
    #[must_use]
    pub fn for_agent(mut self, agent_id: AgentId) -> Self {
        self.agent_id = Some(agent_id);
        self
    }
}

impl WorkflowEngine {
    /// Starts to put an engine together from where it keeps runs and the skills it can call. `worker` is the engine's
    /// name in the store and must differ from that of every other engine.
    pub fn builder(
        store: Arc<dyn CheckpointStore>,
        skills: SkillRegistry,
        worker: WorkerId,
    ) -> EngineBuilder {
        EngineBuilder {
            store,
            skills,
            worker,
            options: EngineOptions::default(),
            policy: None,
            validator: None,
            recorder: None,
            observer: None,
        }
    }

    /// Runs a workflow to its end, or until it waits for somebody, and returns where it stands.
    ///
    /// A run id that is known already is not started again: a run that has ended returns its result, and one that has
    /// not is resumed. With a recorder, the recording of a run that has ended is completed where it is not.
    ///
    /// # Errors
    ///
    /// [`EngineError::Unrunnable`] when a skill is missing, unless the validator forbids it, or the inputs do not fit;
    /// [`EngineError::Stale`] and
    /// [`EngineError::SeedDrift`] when the run id belongs to something else; [`EngineError::Running`] and
    /// [`StoreError::Held`] when the run is being executed; other [`EngineError::Store`] and [`EngineError::Recorder`]
    /// when the run could not be kept, in which case it can be resumed.
    ///
    /// # Cancel safety
    ///
    /// Safe: a dropped run is like a crashed one. Running or resuming it again goes on where it was.
    pub async fn run(&self, run: NewRun) -> Result<WorkflowResult, EngineError> {
        let mut header = self.header(&run)?;
        header.validator_hash = self.parts.accepted_by(&run.plan);
        let active = self.parts.presence.enter(&run.run_id).await?;
        let worker = self.parts.presence.worker();
        let driver = match known(run.run_id.as_str(), || self.parts.store.create(&header, worker)).await {
            Ok(lease) => Driver::new(&self.parts, run.plan, header, lease, active),
            // Also when the first of two creations took effect and its answer was lost: the run is taken over then.
            Err(StoreError::AlreadyExists(_)) => match self.take_over(&header).await? {
                TakenOver::Ended(result) => return Ok(*result),
                TakenOver::Unfinished(stored, lease) => {
                    Driver::resumed(&self.parts, run.plan, *stored, lease, active)?
                }
            },
            Err(error) => return Err(error.into()),
        };
        driver.drive().await
    }

    /// Goes on with a run from what the store knows about it, and returns where it then stands.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], and as for [`run`](WorkflowEngine::run).
    ///
    /// # Cancel safety
    ///
    /// Safe: a dropped run is like a crashed one.
    pub async fn resume(&self, run_id: &RunId) -> Result<WorkflowResult, EngineError> {
        let active = self.parts.presence.enter(run_id).await?;
        let lease = match self.acquire(run_id).await {
            Ok(lease) => lease,
            Err(EngineError::Store(StoreError::Ended { .. })) => {
                return self.ended(&self.load(run_id).await?).await;
            }
            Err(error) => return Err(error),
        };
        // Read once, under the lease: the journal of a long run is what a resume costs.
        let stored = self.load(run_id).await?;
        match self.plan_to_resume(&stored) {
            Ok(plan) => {
                Driver::resumed(&self.parts, plan, stored, lease, active)?
                    .drive()
                    .await
            }
            Err(error) => {
                self.give_back(&lease, &stored).await?;
                Err(error)
            }
        }
    }

    /// Returns the plan of a stored run that this engine can go on with.
    fn plan_to_resume(&self, stored: &StoredRun) -> Result<Arc<WorkflowPlan>, EngineError> {
        let plan = Arc::new(driver::stored_plan(stored)?);
        let header = &stored.checkpoint.header;
        let mut run = NewRun::new(Arc::clone(&plan), header.run_id.clone(), header.seed);
        run.inputs.clone_from(&header.inputs);
        run.agent_id.clone_from(&header.agent_id);
        let given = self.header(&run)?;
        identity::check_same_run(header, &given)?;
        identity::check_same_skills(header, &given)?;
        Ok(plan)
    }

    /// Leaves a run that this engine cannot go on with `paused`.
    pub(crate) async fn give_back(&self, lease: &Lease, stored: &StoredRun) -> Result<(), EngineError> {
        let checkpoint = &stored.checkpoint;
        let update = CheckpointUpdate {
            expected_version: lease.version,
            status: RunStatus::Paused,
            next_step_index: checkpoint.next_step_index,
            last_result_hash: checkpoint.last_result_hash,
            error: None,
            elapsed_ms: checkpoint.elapsed_ms,
        };
        known(lease.run_id.as_str(), || {
            self.parts.store.save(lease, update.clone())
        })
        .await?;
        Ok(())
    }

    /// Returns where a run stands, or how it ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is changed.
    pub async fn result(&self, run_id: &RunId) -> Result<WorkflowResult, EngineError> {
        Ok(self.load(run_id).await?.result()?)
    }

    /// Asks all runs of this engine to stop at once. Each ends as `paused` at a clean checkpoint and can be resumed;
    /// runs that are started later stop as soon as they have begun.
    pub fn interrupt(&self) {
        self.parts.interrupted.cancel();
    }

    /// Gives up the engine's registration in the store. Runs that are still executing are then refused their next write.
    ///
    /// # Errors
    ///
    /// [`EngineError::Store`] when the store cannot be reached; the registration then ends by itself.
    ///
    /// # Cancel safety
    ///
    /// Safe: the registration ends now or by itself.
    pub async fn close(&self) -> Result<(), EngineError> {
        self.parts.presence.retire().await
    }

    /// Takes the lease of a run.
    pub(crate) async fn acquire(&self, run_id: &RunId) -> Result<Lease, EngineError> {
        let worker = self.parts.presence.worker();
        Ok(known(run_id.as_str(), || self.parts.store.acquire(run_id, worker)).await?)
    }

    pub(crate) async fn load(&self, run_id: &RunId) -> Result<StoredRun, EngineError> {
        let stored = self.parts.store.load(run_id).await?;
        Ok(stored.ok_or_else(|| StoreError::NotFound(run_id.clone()))?)
    }

    fn header(&self, run: &NewRun) -> Result<RunHeader, EngineError> {
        let problems = check_skills(&run.plan, &self.parts.skills);
        if !problems.is_empty() && !self.parts.calls_forbidden_skill(&run.plan) {
            return Err(EngineError::Unrunnable(problems));
        }
        let inputs = run
            .plan
            .bind_inputs(&run.inputs)
            .map_err(EngineError::Unrunnable)?;
        let mut header = RunHeader::new(run.run_id.clone(), &run.plan, run.seed, inputs);
        header.agent_id.clone_from(&run.agent_id);
        header.skill_versions = identity::skill_versions(&run.plan, &self.parts.skills);
        header.policy_hash = self.parts.policy.as_ref().and_then(|policy| policy.hash());
        header.engine_version = env!("CARGO_PKG_VERSION").into();
        Ok(header)
    }

    /// Takes over the run that already has this id, if it is the same run.
    async fn take_over(&self, header: &RunHeader) -> Result<TakenOver, EngineError> {
        let run_id = &header.run_id;
        let stored = self.load(run_id).await?;
        identity::check_same_run(&stored.checkpoint.header, header).inspect_err(|error| {
            if matches!(error, EngineError::SeedDrift { .. }) {
                self.parts.observe(&RunEvent::SeedDrift { run_id });
            }
        })?;
        if stored.checkpoint.status.is_terminal() {
            return Ok(TakenOver::Ended(Box::new(self.ended(&stored).await?)));
        }
        identity::check_same_skills(&stored.checkpoint.header, header)?;
        let lease = self.acquire(run_id).await?;
        // Read again: the owner before may have written until the lease was taken.
        let stored = self.load(run_id).await?;
        Ok(TakenOver::Unfinished(Box::new(stored), lease))
    }
}

enum TakenOver {
    Ended(Box<WorkflowResult>),
    Unfinished(Box<StoredRun>, Lease),
}

impl Parts {
    /// Returns the hash of the rules by which the validator accepts `plan`.
    fn accepted_by(&self, plan: &WorkflowPlan) -> Option<ContentHash> {
        let validator = self.validator.as_ref()?;
        let verdict = validator.validate_plan(plan, &self.skills);
        verdict.is_ok().then(|| validator.hash())
    }

    /// Whether the validator refuses `plan` because of a forbidden skill. Such a plan becomes a run that is refused, for the
    /// record, although its skill is not registered either.
    fn calls_forbidden_skill(&self, plan: &WorkflowPlan) -> bool {
        let validator = self.validator.as_ref();
        let rejection = validator.and_then(|validator| validator.validate_plan(plan, &self.skills).err());
        rejection.is_some_and(|rejection| {
            let mut findings = rejection.findings().iter();
            findings.any(|finding| finding.forbidden_skill.is_some())
        })
    }

    pub(crate) fn observe(&self, event: &RunEvent<'_>) {
        if let Some(observer) = &self.observer {
            observer.observe(event);
        }
    }
}

impl EngineBuilder {
    /// Sets how the engine executes.
    pub fn options(mut self, options: EngineOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets who decides whether steps may execute. Without one, all may.
    pub fn policy(mut self, policy: Arc<dyn StepPolicy>) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Sets who decides whether plans may run. Without one, all may.
    pub fn validator(mut self, validator: Arc<dyn PlanValidator>) -> Self {
        self.validator = Some(validator);
        self
    }

    /// Sets who writes down what runs do.
    pub fn recorder(mut self, recorder: Arc<dyn RunRecorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Sets who watches runs.
    pub fn observer(mut self, observer: Arc<dyn RunObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Returns the engine.
    #[must_use]
    pub fn build(self) -> WorkflowEngine {
        let options = EngineOptions {
            ..self.options.clone().with_max_parallel(self.options.max_parallel)
        };
        let presence = Presence::new(
            Arc::clone(&self.store),
            self.worker,
            options.lease_ttl,
            options.poll_interval,
            self.policy.clone(),
        );
        WorkflowEngine {
            parts: Arc::new(Parts {
                store: self.store,
                skills: self.skills,
                options,
                policy: self.policy,
                validator: self.validator,
                recorder: self.recorder,
                observer: self.observer,
                presence: Arc::new(presence),
                interrupted: CancellationToken::new(),
            }),
        }
    }
}

impl fmt::Debug for WorkflowEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowEngine")
            .field("worker", self.parts.presence.worker())
            .field("skills", &self.parts.skills)
            .field("options", &self.parts.options)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("worker", &self.worker)
            .field("skills", &self.skills)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
