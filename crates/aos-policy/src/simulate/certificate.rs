//! A statement that a plan cannot cost more than an amount, bound to the plan and the rules.

use std::fmt;

use aos_spec::{ContentHash, Money};
use serde::Serialize;

/// States that no run of a specification under some rules can cost more than an amount, as long as no attempt costs more
/// than its step may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Certificate {
    /// The amount.
    pub cannot_exceed_cents: Money,
    /// The hash of the specification.
    pub spec_hash: ContentHash,
    /// The hash of the rules.
    pub policy_hash: ContentHash,
    /// The hash over all three, which another simulation of the same plan under the same rules must give again.
    pub hash: ContentHash,
}

impl Certificate {
    pub(super) fn new(cannot_exceed_cents: Money, spec_hash: ContentHash, policy_hash: ContentHash) -> Self {
        let amount = cannot_exceed_cents.as_micro_cents().to_string();
        let hash = spec_hash
            .chain(policy_hash)
            .chain(ContentHash::of_bytes(amount.as_bytes()));
        Self {
            cannot_exceed_cents,
            spec_hash,
            policy_hash,
            hash,
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this plan cannot exceed {} cents (specification {}, policy {}, certificate {})",
            self.cannot_exceed_cents, self.spec_hash, self.policy_hash, self.hash
        )
    }
}
