//! The graph of steps: identifiers, dependencies, references, cycles and canonical order.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    keys, order,
    outline::{ParameterOutline, StepName, StepOutline},
    problems::{Problems, excerpt},
};
use crate::{
    ErrorCode, PlannedStep, StepId, StepIndex,
    reference::{Reference, Segment, Template},
};

/// What to do when no reference was meant.
const LITERAL_HELP: &str = "write `$${` for a literal `${`";

/// Most steps of a cycle that are named.
const MAX_NAMED: usize = 8;

/// Returns the steps in canonical order. What is wrong goes to `problems`; the order is complete when nothing does.
pub(super) fn build(
    parameters: Option<&[ParameterOutline<'_>]>,
    steps: &[StepOutline<'_>],
    problems: &mut Problems,
) -> Vec<PlannedStep> {
    let names = Names::new(parameters, steps, problems);
    let mut templates = Vec::with_capacity(steps.len());
    let mut dependencies = Vec::with_capacity(steps.len());
    let mut keys = Vec::with_capacity(steps.len());
    for (position, step) in steps.iter().enumerate() {
        let mut depends_on = names.declared(position, step, problems);
        let pointer = format!("/steps/{position}/inputs");
        let template = read_inputs(step, &pointer, problems);
        template.visit_references(&pointer, |pointer, reference| {
            depends_on.extend(names.referred(pointer, reference, problems));
        });
        keys.push(keys::read(
            position,
            step,
            problems,
            |pointer, reference, problems| {
                names.check_parameter(pointer, reference, problems);
            },
        ));
        templates.push(template);
        dependencies.push(depends_on);
    }
    let order = order::canonical(&dependencies);
    for cycle in order::cycles(&dependencies, &order) {
        report_cycle(steps, &cycle, problems);
    }

    let mut index_of = vec![StepIndex::default(); steps.len()];
    for (index, position) in order.iter().enumerate() {
        index_of[*position] = StepIndex::from_usize(index);
    }
    let planned = order.into_iter().map(|position| {
        let mut depends_on: Vec<_> = dependencies[position].iter().map(|on| index_of[*on]).collect();
        depends_on.sort_unstable();
        PlannedStep {
            index: index_of[position],
            listed: position,
            depends_on,
            inputs: std::mem::replace(&mut templates[position], Template::empty()),
            idempotency_key: keys[position].take(),
        }
    });
    planned.collect()
}

fn read_inputs(step: &StepOutline<'_>, pointer: &str, problems: &mut Problems) -> Template {
    let Some(inputs) = step.inputs else {
        return Template::empty();
    };
    Template::of_members(inputs, pointer, |pointer, error| {
        let added = problems.add(error.code(), pointer, error.to_string());
        if error.code() == ErrorCode::InvalidReference {
            added.help(LITERAL_HELP);
        }
    })
}

/// What references and dependencies can lead to.
struct Names<'a> {
    steps: BTreeMap<&'a StepId, usize>,
    /// Whether every step has a readable id; when not, an unknown name may be that of such a step.
    all_steps: bool,
    /// The parameters of the run; `None` when they are not known.
    parameters: Option<BTreeSet<&'a str>>,
}

impl<'a> Names<'a> {
    fn new(
        parameters: Option<&[ParameterOutline<'a>]>,
        steps: &'a [StepOutline<'_>],
        problems: &mut Problems,
    ) -> Self {
        let mut names = Self {
            steps: BTreeMap::new(),
            all_steps: true,
            parameters: parameters.map(|declared| declared.iter().map(|parameter| parameter.name).collect()),
        };
        for (position, step) in steps.iter().enumerate() {
            match &step.id {
                StepName::Known(id) => match names.steps.get(id) {
                    Some(first) => {
                        let message = format!("the step at `/steps/{first}` has the id `{id}` as well");
                        problems.add(
                            ErrorCode::DuplicateStep,
                            &format!("/steps/{position}/id"),
                            message,
                        );
                    }
                    None => {
                        names.steps.insert(id, position);
                    }
                },
                StepName::Unusable => {}
                StepName::Unknown => names.all_steps = false,
            }
        }
        names
    }

    /// Returns the positions of the steps that `step` lists in `depends_on`.
    fn declared(&self, position: usize, step: &StepOutline<'_>, problems: &mut Problems) -> BTreeSet<usize> {
        let mut depends_on = BTreeSet::new();
        for (number, id) in &step.depends_on {
            match self.steps.get(id) {
                Some(on) => {
                    depends_on.insert(*on);
                }
                None => {
                    let pointer = format!("/steps/{position}/depends_on/{number}");
                    self.report_unknown(ErrorCode::UnknownStep, &pointer, id, problems);
                }
            }
        }
        depends_on
    }

    /// Returns the position of the step that `reference` leads to.
    fn referred(&self, pointer: &str, reference: &Reference, problems: &mut Problems) -> Option<usize> {
        let Some(id) = &reference.step else {
            self.check_parameter(pointer, reference, problems);
            return None;
        };
        let position = self.steps.get(id).copied();
        if position.is_none() {
            self.report_unknown(ErrorCode::InvalidReference, pointer, id, problems);
        }
        position
    }

    fn report_unknown(&self, code: ErrorCode, pointer: &str, id: &StepId, problems: &mut Problems) {
        if self.all_steps {
            let similar = problems.did_you_mean(id.as_str(), self.steps.keys().map(|id| id.as_str()));
            let is_reference = code == ErrorCode::InvalidReference;
            let help = similar.or_else(|| is_reference.then(|| LITERAL_HELP.to_owned()));
            problems
                .add(code, pointer, format!("there is no step `{id}`"))
                .help_if(help);
        }
    }

    fn check_parameter(&self, pointer: &str, reference: &Reference, problems: &mut Problems) {
        let (Some(parameters), Some(first)) = (&self.parameters, reference.path.first()) else {
            return;
        };
        let reference = excerpt(&reference.to_string());
        match first {
            Segment::Index(_) => {
                let message = format!("`{reference}`: the parameters of a run have names, not numbers");
                problems.add(ErrorCode::InvalidReference, pointer, message);
            }
            Segment::Name(name) if parameters.contains(name.as_str()) => {}
            Segment::Name(name) => {
                let help = problems.did_you_mean(name, parameters.iter().copied());
                let message =
                    format!("`{reference}` refers to a parameter that the workflow does not declare");
                problems
                    .add(ErrorCode::InvalidReference, pointer, message)
                    .help(help.unwrap_or_else(|| {
                        format!(
                            "declare it under `inputs`: `{}: {{ type: string }}`",
                            excerpt(name)
                        )
                    }));
            }
        }
    }
}

/// Reports a cycle, given as positions, each of a step that depends on the next.
fn report_cycle(steps: &[StepOutline<'_>], cycle: &[usize], problems: &mut Problems) {
    let name = |position: &usize| match &steps[*position].id {
        StepName::Known(id) => format!("`{id}`"),
        StepName::Unusable | StepName::Unknown => format!("`/steps/{position}`"),
    };
    let Some(lowest) = cycle.first() else {
        return;
    };
    let pointer = format!("/steps/{lowest}");
    if cycle.len() == 1 {
        problems
            .add(
                ErrorCode::DependencyCycle,
                &pointer,
                format!("{} waits for itself", name(lowest)),
            )
            .help("remove the dependency or the reference");
        return;
    }
    let mut names: Vec<_> = cycle.iter().take(MAX_NAMED).map(name).collect();
    if cycle.len() > names.len() {
        names.push(format!("{} more", cycle.len() - names.len()));
    }
    names.push(name(lowest));
    problems
        .add(
            ErrorCode::DependencyCycle,
            &pointer,
            format!("steps wait for one another: {}", names.join(" → ")),
        )
        .help("each waits for the next one; remove one of these dependencies or references");
}
