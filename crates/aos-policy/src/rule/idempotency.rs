//! Steps with outside effects carry the idempotency key that they need, each its own.

use aos_spec::{Effect, ErrorCode};

use super::{Objection, Rule, View};
use crate::{Hit, KeysFor};

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
