//! The graph of steps: dependencies, references, cycles and canonical order.

use aos_spec::{
    ErrorCode, StepDescriptor, StepId, StepIndex, WorkflowPlan, WorkflowSpec,
    check::{Problem, check_value},
    limits,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Returns a workflow with one step for each id, each listing its dependencies.
fn spec(steps: &[(&str, &[&str])]) -> WorkflowSpec {
    let steps = steps.iter().map(|(id, depends_on)| StepDescriptor {
        depends_on: depends_on.iter().map(|on| on.parse().unwrap()).collect(),
        ..step(id)
    });
    WorkflowSpec::new("w".parse().unwrap(), steps.collect())
}

fn step(id: &str) -> StepDescriptor {
    StepDescriptor::new(id.parse().unwrap(), "noop".parse().unwrap())
}

fn with_inputs(id: &str, inputs: Value) -> StepDescriptor {
    let Value::Object(inputs) = inputs else {
        panic!("inputs are an object");
    };
    StepDescriptor { inputs, ..step(id) }
}

/// Checks the canonical order, and that data gives the same plan as a specification that was built.
#[track_caller]
fn check_order(spec: &WorkflowSpec, expect: &[&str]) -> WorkflowPlan {
    let plan = WorkflowPlan::new(spec.clone()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let order: Vec<_> = (0..plan.len())
        .map(|index| plan.descriptor(StepIndex::from_usize(index)).id.as_str())
        .collect();
    assert_eq!(order, expect);
    let of_value = check_value(&serde_json::to_value(spec).unwrap()).unwrap();
    assert_eq!((of_value.hash(), of_value.steps()), (plan.hash(), plan.steps()));
    plan
}

/// Checks the problems, given as `CODE pointer: message`, and that data has the same ones.
#[track_caller]
fn check_problems(spec: &WorkflowSpec, expect: &[&str]) -> Vec<Problem> {
    let problems = WorkflowPlan::new(spec.clone()).expect_err("the workflow has problems");
    let lines: Vec<_> = problems
        .iter()
        .map(|problem| format!("{} {}: {}", problem.code, problem.pointer, problem.message))
        .collect();
    assert_eq!(lines, expect);
    assert_eq!(
        check_value(&serde_json::to_value(spec).unwrap()).unwrap_err(),
        problems
    );
    problems
}

#[test]
fn steps_without_dependencies_keep_their_order() {
    check_order(&spec(&[("b", &[]), ("a", &[]), ("c", &[])]), &["b", "a", "c"]);
}

#[test]
fn a_step_comes_as_early_as_its_dependencies_allow() {
    check_order(
        &spec(&[
            ("report", &["load"]),
            ("mail", &["report"]),
            ("load", &[]),
            ("clean", &[]),
        ]),
        &["load", "report", "mail", "clean"],
    );
}

#[test]
fn references_are_dependencies() {
    let mut spec = spec(&[("c", &[]), ("b", &[]), ("a", &[])]);
    spec.steps[0] = with_inputs(
        "c",
        json!({ "deep": [{ "x": "see ${a.y} and ${b}" }], "own": "${inputs.n}" }),
    );
    spec.inputs = serde_json::from_value(json!({ "n": { "type": "any" } })).unwrap();
    let plan = check_order(&spec, &["b", "a", "c"]);
    assert_eq!(plan.step(StepIndex(2)).depends_on(), [StepIndex(0), StepIndex(1)]);
    assert_eq!(plan.step(StepIndex(0)).depends_on(), []);
}

#[test]
fn a_dependency_that_stands_twice_counts_once() {
    let mut spec = spec(&[("b", &["a", "a"]), ("a", &[])]);
    spec.steps[0].inputs = Map::from_iter([("x".to_owned(), json!("${a} ${a.b}"))]);
    let plan = check_order(&spec, &["a", "b"]);
    assert_eq!(plan.step(StepIndex(1)).depends_on(), [StepIndex(0)]);
}

#[test]
fn duplicate_and_unknown_steps_are_reported_at_their_places() {
    let mut spec = spec(&[
        ("fetch", &[]),
        ("mail", &["fetch", "fetsh"]),
        ("fetch", &["zzzzzz"]),
    ]);
    spec.steps
        .push(with_inputs("last", json!({ "a/b": "${mial.x}", "b": "${HOME}" })));
    let problems = check_problems(
        &spec,
        &[
            "UNKNOWN_STEP /steps/1/depends_on/1: there is no step `fetsh`",
            "UNKNOWN_STEP /steps/2/depends_on/0: there is no step `zzzzzz`",
            "DUPLICATE_STEP /steps/2/id: the step at `/steps/0` has the id `fetch` as well",
            "INVALID_REFERENCE /steps/3/inputs/a~1b: there is no step `mial`",
            "INVALID_REFERENCE /steps/3/inputs/b: there is no step `HOME`",
        ],
    );
    let help: Vec<_> = problems.iter().map(|problem| problem.help.as_deref()).collect();
    assert_eq!(
        help,
        [
            Some("did you mean `fetch`?"),
            None,
            None,
            Some("did you mean `mail`?"),
            Some("write `$${` for a literal `${`"),
        ]
    );
}

#[test]
fn references_to_parameters_must_lead_to_declared_ones() {
    let mut spec = spec(&[("a", &[])]);
    spec.inputs = serde_json::from_value(json!({ "order_id": { "type": "integer" } })).unwrap();
    spec.steps[0] = with_inputs(
        "a",
        json!({ "all": "${inputs}", "b": "${inputs.orderid}", "c": "${inputs[0]}", "d": "${inputs.zzz.y}" }),
    );
    let problems = check_problems(
        &spec,
        &[
            "INVALID_REFERENCE /steps/0/inputs/b: `${inputs.orderid}` refers to a parameter that the workflow does not declare",
            "INVALID_REFERENCE /steps/0/inputs/c: `${inputs[0]}`: the parameters of a run have names, not numbers",
            "INVALID_REFERENCE /steps/0/inputs/d: `${inputs.zzz.y}` refers to a parameter that the workflow does not declare",
        ],
    );
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `order_id`?"));
    assert_eq!(
        problems[2].help.as_deref(),
        Some("declare it under `inputs`: `zzz: { type: string }`")
    );
}

#[test]
fn a_step_that_waits_for_itself_is_a_cycle() {
    let mut spec = spec(&[("a", &["a"]), ("b", &[])]);
    spec.steps[1] = with_inputs("b", json!({ "x": "${b.y}" }));
    check_problems(
        &spec,
        &[
            "DEPENDENCY_CYCLE /steps/0: `a` waits for itself",
            "DEPENDENCY_CYCLE /steps/1: `b` waits for itself",
        ],
    );
}

#[test]
fn each_separate_cycle_is_one_problem() {
    // `a` also waits for the cycle of `x` and `y`, `d` for both cycles, and `e` for nothing in a cycle.
    check_problems(
        &spec(&[
            ("d", &["a", "y"]),
            ("a", &["x", "b"]),
            ("b", &["c"]),
            ("c", &["a", "e"]),
            ("e", &[]),
            ("x", &["y"]),
            ("y", &["x"]),
        ]),
        &[
            "DEPENDENCY_CYCLE /steps/1: steps wait for one another: `a` → `b` → `c` → `a`",
            "DEPENDENCY_CYCLE /steps/5: steps wait for one another: `x` → `y` → `x`",
        ],
    );
}

#[test]
fn of_entangled_cycles_a_shortest_one_is_named() {
    check_problems(
        &spec(&[
            ("a", &["b"]),
            ("b", &["c", "d"]),
            ("c", &["a"]),
            ("d", &["e"]),
            ("e", &["a"]),
        ]),
        &["DEPENDENCY_CYCLE /steps/0: steps wait for one another: `a` → `b` → `c` → `a`"],
    );
}

#[test]
fn a_long_cycle_is_named_in_part() {
    let steps = (0..limits::MAX_STEPS).map(|n| StepDescriptor {
        depends_on: vec![format!("s{}", (n + 1) % limits::MAX_STEPS).parse().unwrap()],
        ..step(&format!("s{n}"))
    });
    check_problems(
        &WorkflowSpec::new("w".parse().unwrap(), steps.collect()),
        &["DEPENDENCY_CYCLE /steps/0: steps wait for one another: \
           `s0` → `s1` → `s2` → `s3` → `s4` → `s5` → `s6` → `s7` → 9992 more → `s0`"],
    );
}

#[test]
fn limits_hold_for_specifications_that_were_built() {
    let steps: Vec<_> = (0..=limits::MAX_STEPS).map(|n| step(&format!("s{n}"))).collect();
    check_problems(
        &WorkflowSpec::new("w".parse().unwrap(), steps),
        &["LIMIT_EXCEEDED /steps: 10001 steps are more than the 10000 allowed"],
    );
    check_problems(
        &WorkflowSpec::new("w".parse().unwrap(), Vec::new()),
        &["INVALID_SPEC /steps: a workflow needs at least one step"],
    );
    let mut large = spec(&[("a", &[])]);
    large.name = "x".repeat(limits::MAX_SPEC_BYTES);
    let problems = WorkflowPlan::new(large).unwrap_err();
    assert_eq!((problems.len(), problems[0].code), (1, ErrorCode::LimitExceeded));
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("${a}"), |inner, _| Value::Array(vec![inner]))
}

#[test]
fn nesting_counts_from_the_specification_itself() {
    // Around the value stand the specification, the list of steps, the step and its inputs.
    let fits = limits::MAX_NESTING - 4;
    let build = |depth| {
        let mut spec = spec(&[("a", &[]), ("b", &[])]);
        spec.steps[1] = with_inputs("b", json!({ "x": nested(depth) }));
        spec
    };
    check_order(&build(fits), &["a", "b"]);
    let problems = WorkflowPlan::new(build(fits + 1)).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, ErrorCode::LimitExceeded);
    assert_eq!(
        problems[0].pointer,
        format!("/steps/1/inputs/x{}", "/0".repeat(fits))
    );
    assert_eq!(
        check_value(&serde_json::to_value(build(fits + 1)).unwrap()).unwrap_err(),
        problems
    );
}

#[test]
fn values_of_any_depth_are_refused_and_not_descended_into() {
    let depth = 200_000;
    let mut spec = spec(&[("a", &[])]);
    spec.steps[0].inputs.insert("x".into(), nested(depth));
    spec.metadata.insert("m".into(), nested(depth));
    spec.inputs = serde_json::from_value(json!({ "n": { "type": "any", "default": null } })).unwrap();
    spec.inputs.get_mut("n").unwrap().default = Some(nested(depth));
    let problems = WorkflowPlan::new(spec).unwrap_err();
    let places: Vec<_> = problems.iter().map(|problem| &problem.pointer[..9]).collect();
    assert_eq!(places, ["/inputs/n", "/metadata", "/steps/0/"]);
    assert!(
        problems
            .iter()
            .all(|problem| problem.code == ErrorCode::LimitExceeded)
    );
}

/// Returns the canonical order by its definition: at each position the lowest listed step whose dependencies are placed.
fn order_by_definition(depends_on: &[Vec<usize>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while let Some(next) = (0..depends_on.len())
        .find(|step| !order.contains(step) && depends_on[*step].iter().all(|on| order.contains(on)))
    {
        order.push(next);
    }
    order
}

/// Dependencies of up to twelve steps: acyclic along a random arrangement, or with `any_edge` whatever comes.
fn dependencies(any_edge: bool) -> impl Strategy<Value = Vec<Vec<usize>>> {
    (1..12_usize)
        .prop_flat_map(|n| {
            (
                Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
                prop::collection::vec((0..n, 0..n), 0..20),
            )
        })
        .prop_map(move |(rank, edges)| {
            let mut depends_on = vec![Vec::new(); rank.len()];
            for (step, on) in edges {
                if any_edge || rank[on] < rank[step] {
                    depends_on[step].push(on);
                }
            }
            depends_on
        })
}

/// Returns a workflow in which every second dependency is a reference.
fn build(depends_on: &[Vec<usize>]) -> WorkflowSpec {
    let id = |step: usize| format!("s{step}").parse::<StepId>().unwrap();
    let steps = depends_on.iter().enumerate().map(|(position, on)| {
        let mut step = step(id(position).as_str());
        for (number, on) in on.iter().enumerate() {
            if number % 2 == 0 {
                step.depends_on.push(id(*on));
            } else {
                step.inputs
                    .insert(format!("i{number}"), json!(format!("of ${{{}.x}}", id(*on))));
            }
        }
        step
    });
    WorkflowSpec::new("w".parse().unwrap(), steps.collect())
}

/// Returns whether `to` can be reached from `from` over at least one dependency.
fn reaches(depends_on: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut reached = vec![false; depends_on.len()];
    let mut open = depends_on[from].clone();
    while let Some(step) = open.pop() {
        if !std::mem::replace(&mut reached[step], true) {
            open.extend(&depends_on[step]);
        }
    }
    reached[to]
}

proptest! {
    #[test]
    fn canonical_order_is_the_stable_topological_order(depends_on in dependencies(false)) {
        let plan = WorkflowPlan::new(build(&depends_on)).unwrap();
        let order: Vec<_> = plan.indexes().map(|index| {
            let id = &plan.descriptor(StepIndex::from_usize(index)).id;
            id.as_str()[1..].parse::<usize>().unwrap()
        }).collect();
        prop_assert_eq!(&order, &order_by_definition(&depends_on));
        for planned in plan.steps() {
            prop_assert!(planned.depends_on().is_sorted());
            prop_assert!(planned.depends_on().iter().all(|on| *on < planned.index()));
        }
    }

    #[test]
    fn there_is_one_problem_for_each_group_of_steps_that_wait_for_one_another(depends_on in dependencies(true)) {
        let groups: Vec<_> = (0..depends_on.len())
            .filter(|step| reaches(&depends_on, *step, *step))
            .filter(|step| !(0..*step).any(|lower| {
                reaches(&depends_on, *step, lower) && reaches(&depends_on, lower, *step)
            }))
            .map(|lowest| format!("/steps/{lowest}"))
            .collect();
        let found = match WorkflowPlan::new(build(&depends_on)) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|problem| problem.pointer).collect(),
        };
        prop_assert_eq!(found, groups);
    }
}
