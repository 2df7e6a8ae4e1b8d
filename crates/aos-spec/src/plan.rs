//! Checked workflows in canonical order: the only thing that an engine accepts.

use std::{collections::BTreeMap, fmt, ops::Range, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ContentHash, ErrorCode, StepDescriptor, StepId, WorkflowSpec, canonical,
    check::{Outline, Problem, Problems, check_rules, keys, nesting, parameters},
    limits,
    reference::{ResolveError, Resolver, Template},
};

/// The position of a step in canonical order, from 0.
///
/// Canonical order is the stable topological order: at each position stands the lowest listed step whose dependencies
/// are all placed. Seeds depend on it, and never on the order of completion.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct StepIndex(
    /// The position itself.
    pub u32,
);

impl StepIndex {
    /// Returns the position as an index into slices.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// Returns the position that `index` stands for.
    #[must_use]
    pub fn from_usize(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for StepIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One step of a [`WorkflowPlan`].
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStep {
    pub(crate) index: StepIndex,
    pub(crate) listed: usize,
    pub(crate) depends_on: Vec<StepIndex>,
    pub(crate) inputs: Template,
    /// Only where the key has references.
    pub(crate) idempotency_key: Option<Template>,
}

impl PlannedStep {
    /// Returns the position in canonical order.
    #[must_use]
    pub const fn index(&self) -> StepIndex {
        self.index
    }

    /// Returns the steps that must end first, declared or referred to, in canonical order.
    #[must_use]
    pub fn depends_on(&self) -> &[StepIndex] {
        &self.depends_on
    }

    /// Returns the inputs with their references found.
    #[must_use]
    pub const fn inputs(&self) -> &Template {
        &self.inputs
    }
}

/// A workflow that has passed every check, with its steps in canonical order.
#[derive(Debug, Clone)]
pub struct WorkflowPlan {
    // INVARIANT: the graph is acyclic, every reference leads to an existing step or parameter, and `steps` is in
    // canonical order.
    spec: Arc<WorkflowSpec>,
    canonical_spec: Arc<str>,
    hash: ContentHash,
    steps: Vec<PlannedStep>,
    by_id: BTreeMap<StepId, StepIndex>,
}

impl WorkflowPlan {
    /// Checks `spec` and puts its steps in canonical order.
    ///
    /// # Errors
    ///
    /// All problems at once, each with its JSON Pointer into the specification.
    pub fn new(spec: WorkflowSpec) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::new();
        Self::build(spec, &mut problems).ok_or_else(|| problems.into_sorted())
    }

    /// Returns the plan of `spec` when it has no problems.
    pub(crate) fn build(mut spec: WorkflowSpec, problems: &mut Problems) -> Option<Self> {
        let too_deep = nesting::find_too_deep_in_spec(&spec);
        if !too_deep.is_empty() {
            for pointer in too_deep {
                problems.add_too_deep(&pointer);
            }
            nesting::take_apart(spec);
            return None;
        }
        spec.schema = None;
        normalize(&mut spec);
        let steps = check_rules(&Outline::of(&spec), problems);
        let canonical_spec = canonical_text(&spec, problems)?;
        if !problems.is_empty() {
            return None;
        }
        let by_id = steps
            .iter()
            .map(|step| (spec.steps[step.listed].id.clone(), step.index))
            .collect();
        Some(Self {
            hash: ContentHash::of_bytes(canonical_spec.as_bytes()),
            canonical_spec: canonical_spec.into(),
            spec: Arc::new(spec),
            steps,
            by_id,
        })
    }

    /// Returns the specification, without its `$schema`.
    #[must_use]
    pub fn spec(&self) -> &WorkflowSpec {
        &self.spec
    }

    /// Returns the specification as canonical JSON.
    #[must_use]
    pub fn canonical_spec(&self) -> &Arc<str> {
        &self.canonical_spec
    }

    /// Returns the hash of the canonical specification; equal for YAML and JSON of the same content.
    #[must_use]
    pub const fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Returns the number of steps.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are no steps; never so, since a workflow without steps is refused.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the steps in canonical order.
    #[must_use]
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }

    /// Returns the positions of all steps.
    #[must_use]
    pub fn indexes(&self) -> Range<usize> {
        0..self.steps.len()
    }

    /// Returns the step at `index`, which must be below [`WorkflowPlan::len`].
    #[must_use]
    pub fn step(&self, index: StepIndex) -> &PlannedStep {
        &self.steps[index.get()]
    }

    /// Returns what the author wrote for the step at `index`, which must be below [`WorkflowPlan::len`].
    #[must_use]
    pub fn descriptor(&self, index: StepIndex) -> &StepDescriptor {
        &self.spec.steps[self.step(index).listed]
    }

    /// Returns the position of the step with this id.
    #[must_use]
    pub fn index_of(&self, id: &str) -> Option<StepIndex> {
        self.by_id.get(id).copied()
    }

    /// Returns the parameters of a run: `given` with defaults filled in, all of the declared types.
    ///
    /// # Errors
    ///
    /// All problems at once: unknown, missing and wrongly typed parameters, and otherwise idempotency keys that they make
    /// unusable.
    pub fn bind_inputs(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Problem>> {
        let bound = parameters::bind(&self.spec.inputs, given)?;
        keys::check_bound(self, &bound)?;
        Ok(bound)
    }

    /// Returns the idempotency key that `step` has of its own in a run with the parameters `inputs`; `None` when it has none.
    ///
    /// # Errors
    ///
    /// [`ResolveError`] when a reference leads nowhere in the parameters, which [`bind_inputs`](Self::bind_inputs) refuses.
    pub fn idempotency_key(
        &self,
        step: StepIndex,
        inputs: &Map<String, Value>,
    ) -> Result<Option<String>, ResolveError> {
        let Some(template) = &self.step(step).idempotency_key else {
            return Ok(self.descriptor(step).idempotency_key.clone());
        };
        Ok(Some(
            match template.resolve(&Parameters(Value::Object(inputs.clone())))? {
                Value::String(key) => key,
                other => other.to_string(),
            },
        ))
    }
}

/// Looks references up in the parameters of a run alone.
struct Parameters(Value);

impl Resolver for Parameters {
    fn inputs(&self) -> &Value {
        &self.0
    }

    fn output(&self, _: &StepId) -> Option<&Value> {
        None
    }
}

/// Brings the free values in `spec` to the form that they have after being stored, so that a resumed run sees the same.
fn normalize(spec: &mut WorkflowSpec) {
    let defaults = spec
        .inputs
        .values_mut()
        .filter_map(|parameter| parameter.default.as_mut());
    let inputs = spec.steps.iter_mut().flat_map(|step| step.inputs.values_mut());
    inputs
        .chain(defaults)
        .chain(spec.metadata.values_mut())
        .for_each(canonical::normalize);
}

/// Returns the canonical JSON of `spec`, which must not be larger than a workflow file that can be read again.
fn canonical_text(spec: &WorkflowSpec, problems: &mut Problems) -> Option<String> {
    match canonical::to_string(spec) {
        Ok(text) if text.len() <= limits::MAX_SPEC_BYTES => Some(text),
        Ok(text) => {
            let (size, limit) = (text.len(), limits::MAX_SPEC_BYTES);
            let message =
                format!("the workflow has {size} bytes as canonical JSON, more than the {limit} allowed");
            problems.add(ErrorCode::LimitExceeded, "", message);
            None
        }
        Err(error) => {
            problems.add(ErrorCode::InvalidSpec, "", error.to_string());
            None
        }
    }
}
