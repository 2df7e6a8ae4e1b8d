//! Steps with outside effects carry the idempotency key that they need, each its own.
//!
//! Within a plan that is a matter of its text. Across runs the store remembers which request a key stands for; it is
//! asked last of all, because a key that was claimed stays claimed.

use aos_spec::{
    Effect, ErrorCode,
    port::{IdempotencyKeys, KeyAnswer, KeyClaim},
};

use super::{Objection, Rule, View};
use crate::{AcrossRuns, Hit, KeysFor};

pub(super) fn check(view: View<'_>) -> Objection {
    let refused =
        |code, message: String| Objection::Refused(Hit::violation(Rule::Idempotency, code, message));
    let id = &view.step.id;
    if let Some(key) = &view.step.idempotency_key {
        return if key.trim().is_empty() {
            refused(
                ErrorCode::IdempotencyRequired,
                format!("the idempotency key of step `{id}` is empty"),
            )
        } else if view.run.shared_keys.contains(key) {
            let message = format!("step `{id}` has the same idempotency key as another step");
            refused(ErrorCode::PolicyViolation, message)
        } else {
            Objection::None
        };
    }
    let declares = view
        .context
        .skill
        .is_some_and(|skill| skill.needs_idempotency_key);
    // A skill that is not known counts as the most careful one.
    let effect = view.context.skill.map_or(Effect::Once, |skill| skill.effect);
    let needs_one = match view.config.idempotency.keys {
        KeysFor::Declared => declares,
        KeysFor::Effects => declares || effect.is_outside(),
    };
    if needs_one {
        let message = format!(
            "step `{id}` calls `{}`, which changes something, without a key",
            view.step.skill_id
        );
        return refused(ErrorCode::IdempotencyRequired, message);
    }
    Objection::None
}

pub(super) fn explain(view: View<'_>) -> String {
    let Some(key) = &view.step.idempotency_key else {
        return "the step needs no key of its own; its skill is given one that follows from run and step"
            .into();
    };
    let key = key.escape_debug();
    let owner = view.run.key_owner.as_ref().map(ToString::to_string);
    let owner = owner.unwrap_or_else(|| "runs without an agent".into());
    if is_claimed(view) {
        format!("no other step has the key `{key}`; it must not stand for another request of {owner}")
    } else {
        format!("no other step has the key `{key}`; earlier runs are not asked about it")
    }
}

/// Whether the store is asked what the key of the step stands for.
pub(crate) fn is_claimed(view: View<'_>) -> bool {
    view.config.idempotency.across_runs == AcrossRuns::Refuse
        && view.step.idempotency_key.is_some()
        && view.context.skill.is_none_or(|skill| skill.effect.is_outside())
}

/// Lets the key of the step stand for its request, and returns why it cannot.
pub(crate) async fn claim(view: View<'_>, keys: &dyn IdempotencyKeys) -> Option<Hit> {
    let refused = |message: String| Hit::violation(Rule::Idempotency, ErrorCode::PolicyViolation, message);
    // A request that cannot be told, because its inputs cannot be resolved, is not sent either.
    let own = view
        .context
        .idempotency_key
        .or(view.step.idempotency_key.as_deref());
    let (key, request) = own.zip(view.context.request_hash)?;
    let claim = KeyClaim {
        owner: view.run.key_owner.clone(),
        key: key.to_owned(),
        request,
        run_id: view.context.run_id.clone(),
        step_id: view.step.id.clone(),
    };
    match keys.claim(&claim).await {
        Ok(KeyAnswer::Granted) => None,
        Ok(KeyAnswer::Taken(used)) => Some(refused(format!(
            "the idempotency key `{}` stands for another request, which step `{}` of run `{}` sent: give each request a \
             key of its own",
            key.escape_debug(),
            used.step_id,
            used.run_id
        ))),
        Err(error) => Some(refused(format!(
            "the idempotency keys cannot be reached: {error}"
        ))),
    }
}
