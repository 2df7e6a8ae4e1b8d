//! How the skills declare themselves and read their inputs, both from one struct per skill.

use aos_spec::{Effect, ErrorCode, SkillId, SkillManifest, StepFailure};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Returns the manifest of a built-in skill; the schemas are those of the structs that its inputs are read into and
/// its output is written from.
pub(crate) fn manifest<Inputs: JsonSchema, Output: JsonSchema>(
    id: &str,
    effect: Effect,
    description: &str,
) -> SkillManifest {
    #[expect(
        clippy::expect_used,
        reason = "the ids are literals in this crate; a test makes all skills"
    )]
    let id = SkillId::new(id).expect("built-in skills have valid ids");
    SkillManifest::new(id, "1", effect)
        .described(description)
        .with_schemas(schema::<Inputs>(), schema::<Output>())
}

fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Reads the inputs of a step into `Inputs`, whose schema stands in `manifest`.
///
/// # Errors
///
/// `MISSING_REQUIRED_FIELD`, `UNKNOWN_FIELD` or `INVALID_INPUT`; the message names the input.
pub(crate) fn inputs<Inputs: DeserializeOwned>(
    manifest: &SkillManifest,
    given: &Map<String, Value>,
) -> Result<Inputs, StepFailure> {
    let known = manifest.input_schema["properties"].as_object();
    for name in given.keys() {
        if known.is_none_or(|known| !known.contains_key(name)) {
            let known: Vec<_> = known
                .into_iter()
                .flat_map(Map::keys)
                .map(String::as_str)
                .collect();
            return Err(StepFailure::new(
                ErrorCode::UnknownField,
                format!(
                    "`{}` has no input `{name}`; its inputs are `{}`",
                    manifest.id,
                    known.join("`, `")
                ),
            ));
        }
    }
    let required = manifest.input_schema["required"].as_array();
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !given.contains_key(name) {
            return Err(StepFailure::new(
                ErrorCode::MissingRequiredField,
                format!("`{}` needs the input `{name}`", manifest.id),
            ));
        }
    }
    serde_path_to_error::deserialize(given).map_err(|error| {
        StepFailure::new(
            ErrorCode::InvalidInput,
            format!("the input `{}` is not usable: {}", error.path(), error.inner()),
        )
    })
}
