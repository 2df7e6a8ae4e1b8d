//! What skills declare and what they accept are the same.

use aos_skills::{BuiltinOptions, builtin};
use aos_spec::{ErrorCode, SkillRegistry};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::invoke;

/// Valid inputs of every skill that does not take any inputs.
fn examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "assert",
            json!({ "expression": "data", "data": true, "message": "m" }),
        ),
        (
            "file_write",
            json!({ "path": "a.txt", "content": "aGk=", "encoding": "base64" }),
        ),
        ("file_append", json!({ "path": "log.txt", "line": "a" })),
        (
            "file_read",
            json!({ "path": "a.txt", "encoding": "utf8", "max_bytes": 10 }),
        ),
        (
            "json_transform",
            json!({ "expression": "data.a", "data": { "a": [1] } }),
        ),
        (
            "text_parse",
            json!({ "text": "a;b\n1;2", "format": "csv", "delimiter": ";", "header": false }),
        ),
        (
            "text_parse",
            json!({ "text": "x", "format": "pattern", "pattern": "(?<a>.)", "unmatched": "skip" }),
        ),
        ("wait", json!({ "seconds": 0.001 })),
    ]
}

fn skills() -> (SkillRegistry, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (
        builtin(&BuiltinOptions::new().with_file_root(folder.path())).unwrap(),
        folder,
    )
}

/// Compares what the schema says about inputs with what the skill does with them.
#[track_caller]
fn check(skills: &SkillRegistry, id: &str, inputs: &Value, expect: Result<(), ErrorCode>) {
    let skill = skills.get(id).unwrap();
    let schema = jsonschema::validator_for(&skill.manifest().input_schema).unwrap();
    assert_eq!(
        schema.is_valid(inputs),
        expect.is_ok(),
        "schema of {id}: {inputs}"
    );
    let output = invoke(&**skill, inputs.clone());
    assert_eq!(
        output.as_ref().map(drop).map_err(|failure| failure.code),
        expect,
        "{id}: {inputs}: {output:?}"
    );
    if let Ok(output) = output {
        let schema = jsonschema::validator_for(&skill.manifest().output_schema).unwrap();
        assert!(schema.is_valid(&output), "output of {id}: {output}");
    }
}

#[test]
fn examples_are_accepted_by_schema_and_skill() {
    let (skills, _folder) = skills();
    for (id, inputs) in examples() {
        check(&skills, id, &inputs, Ok(()));
    }
}

#[test]
fn unknown_inputs_are_refused_by_schema_and_skill() {
    let (skills, _folder) = skills();
    for (id, mut inputs) in examples() {
        inputs["no_such_input"] = json!(1);
        check(&skills, id, &inputs, Err(ErrorCode::UnknownField));
    }
}

#[test]
fn inputs_of_a_wrong_type_are_refused_by_schema_and_skill() {
    let (skills, _folder) = skills();
    for (id, inputs) in examples() {
        for name in inputs.as_object().unwrap().keys().filter(|name| *name != "data") {
            let mut inputs = inputs.clone();
            inputs[name] = json!({ "not": "this" });
            check(&skills, id, &inputs, Err(ErrorCode::InvalidInput));
        }
    }
}

#[test]
fn missing_inputs_are_refused_by_schema_and_skill() {
    let (skills, _folder) = skills();
    for (id, inputs) in examples() {
        let required = skills.get(id).unwrap().manifest().input_schema["required"].clone();
        for name in required.as_array().unwrap() {
            let mut inputs = inputs.clone();
            inputs.as_object_mut().unwrap().remove(name.as_str().unwrap());
            check(&skills, id, &inputs, Err(ErrorCode::MissingRequiredField));
        }
    }
}

#[test]
fn every_input_in_a_schema_has_a_declared_kind() {
    let (skills, _folder) = skills();
    for manifest in skills.manifests() {
        let declared: Vec<_> = manifest.input_kinds.keys().collect();
        let properties = manifest.input_schema["properties"].as_object();
        assert_eq!(
            declared,
            properties
                .into_iter()
                .flat_map(serde_json::Map::keys)
                .collect::<Vec<_>>()
        );
    }
}

#[test]
fn messages_name_the_input() {
    let (skills, _folder) = skills();
    let message = |inputs: Value| {
        invoke(&**skills.get("file_read").unwrap(), inputs)
            .unwrap_err()
            .message
    };
    assert_eq!(message(json!({})), "`file_read` needs the input `path`");
    assert_eq!(
        message(json!({ "path": "a", "max_byte": 1 })),
        "`file_read` has no input `max_byte`; its inputs are `encoding`, `max_bytes`, `path`"
    );
    assert_eq!(
        message(json!({ "path": "a", "encoding": "latin1" })),
        "the input `encoding` is not usable: unknown variant `latin1`, expected `utf8` or `base64`"
    );
}
