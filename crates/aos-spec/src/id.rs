//! Identifiers, each its own checked type.
//!
//! An identifier is checked once, when it is made. From there on it is safe as a file name, a metric label and a SQL
//! value: it holds only ASCII letters, digits and the punctuation its type names, and never starts with a dot.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The reason why a text is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a valid {kind}: {expected}", .text.escape_debug())]
pub struct IdError {
    /// The kind of identifier, such as `run id`.
    pub kind: &'static str,
    /// What a valid identifier of this kind looks like.
    pub expected: &'static str,
    /// The refused text, cut to 64 characters.
    pub text: String,
}

/// Declares an identifier type: immutable text, cheap to clone, checked when it is made.
macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident, $kind:literal, pattern: $pattern:literal, expected: $expected:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            // INVARIANT: accepted by `$check`.
            Arc<str>,
        );

        impl $name {
            /// Returns the identifier that `text` spells.
            ///
            /// # Errors
            ///
            /// [`IdError`] when the text is not of the form this type asks for.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError { kind: $kind, expected: $expected, text: text.chars().take(64).collect() })
                }
            }

            /// Returns the identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $expected })
            }
        }
    };
}

/// Whether `text` starts with a letter, a digit or a character of `first`, goes on with those of `rest`, and is at
/// most 128 bytes long.
fn is_word(text: &str, first: &[u8], rest: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 128
        && bytes
            .first()
            .is_some_and(|b| b.is_ascii_alphanumeric() || first.contains(b))
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || rest.contains(b))
}

id_type! {
    /// Identifies one run of a workflow.
    RunId, "run id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    expected: "1 to 128 letters, digits, `.`, `_` or `-`, starting with a letter or digit",
    |text| is_word(text, b"", b"._-")
}

id_type! {
    /// Identifies a workflow, over all its versions and runs.
    WorkflowId, "workflow id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    expected: "1 to 128 letters, digits, `.`, `_` or `-`, starting with a letter or digit",
    |text| is_word(text, b"", b"._-")
}

id_type! {
    /// Identifies a step within its workflow. `inputs` is reserved for the parameters of the run.
    StepId, "step id",
    pattern: "^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}$",
    expected: "1 to 128 letters, digits, `_` or `-`, not starting with `-`, and not the reserved word `inputs`",
    |text| is_word(text, b"_", b"_-") && text != "inputs"
}

id_type! {
    /// Identifies a skill: what MCP, OpenAI and Anthropic call a tool.
    SkillId, "skill id",
    pattern: "^[A-Za-z0-9_][A-Za-z0-9._:/@-]{0,127}$",
    expected: "1 to 128 letters, digits, `_`, `.`, `:`, `/`, `@` or `-`, starting with a letter, digit or `_`",
    |text| is_word(text, b"_", b"_.:/@-")
}

id_type! {
    /// Identifies the agent on whose behalf a run acts; budgets are kept per agent.
    AgentId, "agent id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$",
    expected: "1 to 128 letters, digits, `.`, `_`, `:`, `@` or `-`, starting with a letter or digit",
    |text| is_word(text, b"", b"._:@-")
}

id_type! {
    /// Identifies the tenant that an agent belongs to.
    TenantId, "tenant id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$",
    expected: "1 to 128 letters, digits, `.`, `_`, `:`, `@` or `-`, starting with a letter or digit",
    |text| is_word(text, b"", b"._:@-")
}

id_type! {
    /// Identifies one engine instance: whoever may hold the leases of runs.
    WorkerId, "worker id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    expected: "1 to 128 letters, digits, `.`, `_` or `-`, starting with a letter or digit",
    |text| is_word(text, b"", b"._-")
}
