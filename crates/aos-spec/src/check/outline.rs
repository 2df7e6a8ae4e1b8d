//! What the rules look at, as far as it could be read.
//!
//! The rules run on a whole specification and on one with broken parts alike. What could not be read is marked as
//! unknown, so that a rule never reports the consequence of a problem that has been reported already.

use serde_json::{Map, Value};

use crate::{Money, StepDescriptor, StepId, WorkflowSpec, workflow::InputType};

/// A specification as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Outline<'a> {
    /// The declared parameters; `None` when the declarations could not be read.
    pub(super) parameters: Option<Vec<ParameterOutline<'a>>>,
    /// The steps; `None` when the list could not be read.
    pub(super) steps: Option<Vec<StepOutline<'a>>>,
}

/// A declared parameter as far as it could be read.
#[derive(Debug)]
pub(crate) struct ParameterOutline<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Option<InputType>,
    pub(super) default: Option<&'a Value>,
}

/// A step as far as it could be read; what could not has its default.
#[derive(Debug, Default)]
pub(crate) struct StepOutline<'a> {
    pub(super) id: StepName,
    pub(super) inputs: Option<&'a Map<String, Value>>,
    /// The readable elements of the list, each with its position in it.
    pub(super) depends_on: Vec<(usize, StepId)>,
    pub(super) estimated_cost: Money,
    pub(super) max_cost: Option<Money>,
    pub(super) max_retries: u32,
    pub(super) idempotency_key: Option<String>,
}

/// What is known about the id of a step.
#[derive(Debug, Default)]
pub(crate) enum StepName {
    /// The id.
    Known(StepId),
    /// There is one, and no reference can lead to it.
    Unusable,
    /// It is missing: any name might have been meant.
    #[default]
    Unknown,
}

impl<'a> Outline<'a> {
    /// Returns the outline of a whole specification.
    pub(crate) fn of(spec: &'a WorkflowSpec) -> Self {
        let parameters = spec.inputs.iter().map(|(name, parameter)| ParameterOutline {
            name,
            kind: Some(parameter.kind),
            default: parameter.default.as_ref(),
        });
        Self {
            parameters: Some(parameters.collect()),
            steps: Some(spec.steps.iter().map(StepOutline::of).collect()),
        }
    }
}

impl<'a> StepOutline<'a> {
    fn of(step: &'a StepDescriptor) -> Self {
        Self {
            id: StepName::Known(step.id.clone()),
            inputs: Some(&step.inputs),
            depends_on: step.depends_on.iter().cloned().enumerate().collect(),
            estimated_cost: step.estimated_cost_cents,
            max_cost: step.max_cost_cents,
            max_retries: step.max_retries,
            idempotency_key: step.idempotency_key.clone(),
        }
    }
}
