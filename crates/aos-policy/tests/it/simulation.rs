//! Simulations and their certificates.

use aos_policy::{Rule, simulate};
use aos_spec::{SkillRegistry, WorkflowPlan, WorkflowSpec};

use crate::support::{cents, config, step, workflow};

fn plan(spec: WorkflowSpec) -> WorkflowPlan {
    WorkflowPlan::new(spec).unwrap()
}

fn three(estimated: u64, most: u64) -> WorkflowPlan {
    let step = |id| {
        let mut step = step(id);
        step.estimated_cost_cents = cents(estimated);
        step.max_cost_cents = Some(cents(most));
        step
    };
    plan(workflow(vec![step("a"), step("b"), step("c")]))
}

#[test]
fn a_plan_whose_steps_have_limits_has_a_certificate() {
    let plan = three(1, 4);
    let simulation = simulate(&plan, &SkillRegistry::new(), &config(""));
    assert_eq!(simulation.cost.lower_cents, cents(3));
    assert_eq!(simulation.cost.upper_cents, Some(cents(12)));
    let certificate = simulation.certificate.unwrap();
    assert!(
        certificate
            .to_string()
            .starts_with("this plan cannot exceed 12 cents"),
        "{certificate}"
    );
    let again = simulate(&plan, &SkillRegistry::new(), &config(""))
        .certificate
        .unwrap();
    assert_eq!(certificate, again);
    let capped = simulate(
        &plan,
        &SkillRegistry::new(),
        &config("workflow_ceiling_cents = 9"),
    )
    .certificate
    .unwrap();
    assert_eq!(capped.cannot_exceed_cents, cents(9));
    assert_ne!(capped.hash, certificate.hash);
    let lower = simulate(&plan, &SkillRegistry::new(), &config("step_ceiling_cents = 2"))
        .certificate
        .unwrap();
    assert_eq!(lower.cannot_exceed_cents, cents(6));
}

#[test]
fn a_plan_with_an_unlimited_step_has_none() {
    let simulation = simulate(
        &plan(workflow(vec![step("a")])),
        &SkillRegistry::new(),
        &config("workflow_ceiling_cents = 9"),
    );
    assert_eq!(
        (simulation.cost.upper_cents, simulation.certificate),
        (None, None)
    );
}

#[test]
fn it_says_which_rule_would_refuse_where() {
    let simulation = simulate(
        &three(3, 4),
        &SkillRegistry::new(),
        &config("workflow_ceiling_cents = 9"),
    );
    assert!(!simulation.feasible, "no skill is registered");
    let rules = |at: usize| {
        let rules = |hits: &[aos_policy::Hit]| hits.iter().map(|hit| hit.rule).collect::<Vec<_>>();
        (
            rules(&simulation.steps[at].refusals),
            rules(&simulation.steps[at].possible_refusals),
        )
    };
    assert_eq!(rules(0), (vec![], vec![]));
    assert_eq!(rules(1), (vec![], vec![]));
    assert_eq!(rules(2), (vec![Rule::WorkflowCeiling], vec![]));
    let simulation = simulate(
        &three(1, 4),
        &SkillRegistry::new(),
        &config("workflow_ceiling_cents = 9"),
    );
    assert!(simulation.steps[2].refusals.is_empty());
    assert_eq!(
        simulation.steps[2].possible_refusals[0].rule,
        Rule::WorkflowCeiling
    );
}
