//! The JSON Schema of workflow files.

use schemars::{Schema, generate::SchemaSettings};

use crate::WorkflowSpec;

/// Returns the JSON Schema (draft-07, which most editors read) of a workflow.
#[must_use]
pub fn workflow() -> Schema {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<WorkflowSpec>()
}
