//! The rules and their order.

use std::{sync::Arc, time::Duration};

use aos_policy::{
    BudgetKind, BudgetTracker, CheckContext, MissingPart, PolicyEnforcer, RefusedError, Rule, Verdict,
};
use aos_spec::{
    Effect, ErrorCode, Money, RunStatus,
    budget::Account,
    port::{BudgetLedger, StepPolicy},
};

use crate::support::{
    Gate, Still, agent, builder, cents, check, config, manifest, rules_of, run_id, step, workflow,
};

#[tokio::test]
async fn the_first_rule_that_refuses_decides_and_all_are_listed() {
    let mut first = step("a");
    first.estimated_cost_cents = cents(9);
    let spec = workflow(vec![first]);
    let text = "step_ceiling_cents = 5\nworkflow_ceiling_cents = 6\n[skills]\ndeny = [\"call\"]\n[idempotency]\nkeys = \"effects\"";
    let result = check(text, &spec, cents(2), Effect::Idempotent).await;
    let all = [
        Rule::SkillAllowed,
        Rule::StepCeiling,
        Rule::WorkflowCeiling,
        Rule::Idempotency,
    ];
    assert_eq!(rules_of(&result), all);
    assert_eq!(result.verdict, Verdict::Denied);
    let explained = result.explain();
    for part in [
        "skill_allowed: refused [POLICY_VIOLATION]",
        "emergency_stop: no objection",
        "rate_limit: not asked",
        "denied",
    ] {
        assert!(explained.contains(part), "{explained}");
    }
    assert!(
        matches!(result.into_result(), Err(RefusedError::Violation(error)) if error.rule == Rule::SkillAllowed)
    );
}

#[tokio::test]
async fn a_budget_says_its_kind_limit_and_what_is_taken_and_asked_for() {
    let mut first = step("a");
    first.max_cost_cents = Some(cents(4));
    let spec = workflow(vec![first]);
    let result = check("workflow_ceiling_cents = 6", &spec, cents(3), Effect::Pure).await;
    assert_eq!(result.hits[0].status, RunStatus::BudgetExceeded);
    assert_eq!(result.hits[0].code, ErrorCode::WorkflowCeilingExceeded);
    let Err(RefusedError::Budget(error)) = result.into_result() else {
        panic!("allowed")
    };
    assert_eq!(
        (error.kind, error.limit, error.current, error.requested),
        (BudgetKind::Workflow, cents(6), cents(3), cents(4))
    );
    assert!(
        check("workflow_ceiling_cents = 7", &spec, cents(3), Effect::Pure)
            .await
            .is_allowed()
    );
}

#[tokio::test]
async fn a_specification_can_only_lower_the_ceilings() {
    let mut first = step("a");
    first.estimated_cost_cents = cents(4);
    let mut spec = workflow(vec![first]);
    assert!(
        check("step_ceiling_cents = 5", &spec, Money::ZERO, Effect::Pure)
            .await
            .is_allowed()
    );
    spec.steps[0].max_cost_cents = Some(cents(100));
    spec.steps[0].estimated_cost_cents = cents(6);
    let result = check("step_ceiling_cents = 5", &spec, Money::ZERO, Effect::Pure).await;
    assert_eq!(rules_of(&result), [Rule::StepCeiling]);
    spec.steps[0].estimated_cost_cents = cents(4);
    spec.budget_ceiling_cents = Some(cents(1000));
    assert_eq!(
        rules_of(&check("workflow_ceiling_cents = 3", &spec, Money::ZERO, Effect::Pure).await),
        [Rule::WorkflowCeiling]
    );
    spec.budget_ceiling_cents = Some(cents(3));
    assert_eq!(
        rules_of(&check("workflow_ceiling_cents = 1000", &spec, Money::ZERO, Effect::Pure).await),
        [Rule::WorkflowCeiling]
    );
}

#[tokio::test]
async fn side_effects_need_a_key_that_no_other_step_has() {
    let with_key = |id: &str, key: &str| {
        let mut step = step(id);
        step.idempotency_key = Some(key.into());
        step
    };
    let keys = "[idempotency]\nkeys = \"effects\"";
    let code = async |steps, effect| {
        let result = check(keys, &workflow(steps), Money::ZERO, effect).await;
        result.hits.first().map(|hit| hit.code)
    };
    assert_eq!(
        code(vec![step("a")], Effect::Once).await,
        Some(ErrorCode::IdempotencyRequired)
    );
    assert_eq!(code(vec![step("a")], Effect::Read).await, None);
    assert_eq!(code(vec![with_key("a", "k")], Effect::Once).await, None);
    assert_eq!(
        code(vec![with_key("a", " ")], Effect::Once).await,
        Some(ErrorCode::IdempotencyRequired)
    );
    assert_eq!(
        code(vec![with_key("a", "k"), with_key("b", "k")], Effect::Once).await,
        Some(ErrorCode::PolicyViolation)
    );
}

#[tokio::test]
async fn a_suspended_tenant_executes_nothing() {
    let text = "[tenants.t]\nsuspended = true\n[agents.a]\ntenant = \"t\"";
    let enforcer = builder(text).build().unwrap();
    let (spec, run_id) = (workflow(vec![step("a")]), run_id());
    let context = CheckContext::new(&run_id, &spec);
    let result = enforcer
        .check_can_execute(&spec.steps[0], &context, Some(&agent("a")))
        .await;
    assert_eq!(result.hits[0].code, ErrorCode::TenantSuspended);
    enforcer.forget(&run_id);
    assert!(
        enforcer
            .check_can_execute(&spec.steps[0], &context, Some(&agent("b")))
            .await
            .is_allowed()
    );
}

#[tokio::test]
async fn a_run_holds_its_budget_before_it_spends_and_is_charged_once() {
    let text = "[tenants.t]\nmonthly_cents = 100\n[agents.a]\ntenant = \"t\"\ndaily_cents = 10";
    let tracker = Arc::new(BudgetTracker::new(Arc::new(Still)));
    let enforcer = builder(text).ledger(tracker.clone()).build().unwrap();
    let mut first = step("a");
    first.max_cost_cents = Some(cents(6));
    let (spec, run_id, agent) = (workflow(vec![first]), run_id(), agent("a"));
    let context = CheckContext::new(&run_id, &spec);
    for _ in 0..3 {
        assert!(
            enforcer
                .check_can_execute(&spec.steps[0], &context, Some(&agent))
                .await
                .is_allowed()
        );
    }
    let tenant: Account = "tenant/t".parse().unwrap();
    let day = async |account: &Account| tracker.usage(account).await.unwrap()[0].clone();
    assert_eq!(day(&Account::Agent(agent.clone())).await.held_cents, cents(6));
    let other = "other".parse().unwrap();
    let result = enforcer
        .check_can_execute(&spec.steps[0], &CheckContext::new(&other, &spec), Some(&agent))
        .await;
    assert_eq!(result.hits[0].code, ErrorCode::AgentBudgetExceeded);
    for _ in 0..2 {
        tracker.settle(&run_id, cents(2));
    }
    enforcer.forget(&run_id);
    let usage = day(&Account::Agent(agent.clone())).await;
    assert_eq!((usage.spent_cents, usage.held_cents), (cents(2), Money::ZERO));
    assert_eq!(tracker.usage(&tenant).await.unwrap()[1].spent_cents, cents(2));
    assert!(
        enforcer
            .check_can_execute(&spec.steps[0], &CheckContext::new(&other, &spec), Some(&agent))
            .await
            .is_allowed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_limited_step_waits_or_fails_as_configured() {
    let (spec, run_id, skill) = (workflow(vec![step("a")]), run_id(), manifest(Effect::Read));
    let mut context = CheckContext::new(&run_id, &spec);
    context.skill = Some(&skill);
    for (mode, expect) in [("wait", Duration::from_secs(5)), ("fail", Duration::ZERO)] {
        let text = format!(
            "[[rate_limits]]\nskill = \"*\"\nrequests = 2\nper_seconds = 10\nwhen_limited = \"{mode}\"\nmax_wait_seconds = 6"
        );
        let enforcer = builder(&text).rates(Arc::new(Gate::default())).build().unwrap();
        let began = tokio::time::Instant::now();
        assert!(
            enforcer
                .check_can_execute(&spec.steps[0], &context, None)
                .await
                .is_allowed()
        );
        let second = enforcer.check_can_execute(&spec.steps[0], &context, None).await;
        assert_eq!(began.elapsed(), expect, "{mode}");
        assert_eq!(second.is_allowed(), mode == "wait");
        let third = enforcer.check_can_execute(&spec.steps[0], &context, None).await;
        assert_eq!(
            third.hits[0].code,
            ErrorCode::RateLimited,
            "the bound of the wait is kept"
        );
    }
}

#[test]
fn rules_without_the_part_that_they_need_are_refused() {
    let build = |text: &str| builder(text).build().map(|_| ());
    assert_eq!(
        PolicyEnforcer::builder(config("")).build().map(|_| ()),
        Err(MissingPart::Keys)
    );
    let allow = "[idempotency]\nacross_runs = \"allow\"";
    assert_eq!(PolicyEnforcer::builder(config(allow)).build().map(|_| ()), Ok(()));
    assert_eq!(build("[agents.a]\ndaily_cents = 1"), Err(MissingPart::Ledger));
    assert_eq!(
        build("[[rate_limits]]\nskill = \"x\"\nrequests = 1"),
        Err(MissingPart::Rates)
    );
    assert_eq!(build("[agents.a]"), Ok(()));
}

#[tokio::test]
async fn what_is_not_clearly_off_is_an_emergency_stop() {
    for (value, is_on) in [
        ("", false),
        ("0", false),
        ("Off", false),
        ("false", false),
        ("1", true),
        ("true", true),
        ("please", true),
    ] {
        let enforcer = builder("")
            .environment(move |_| Some(value.into()))
            .build()
            .unwrap();
        let (spec, run_id) = (workflow(vec![step("a")]), run_id());
        let result = enforcer
            .check_can_execute(&spec.steps[0], &CheckContext::new(&run_id, &spec), None)
            .await;
        assert_eq!(rules_of(&result) == [Rule::EmergencyStop], is_on, "{value}");
    }
}
