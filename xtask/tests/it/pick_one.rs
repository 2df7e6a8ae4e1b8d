//! Every published library is built alone in each of its feature sets.

use serde_json::{Value, json};
use xtask::{
    pick_one::builds,
    workspace::{Workspace, root},
};

#[track_caller]
fn check(package: &Value, expect: &[&str]) {
    let metadata = json!({ "workspace_root": "/repository", "packages": [package] });
    let workspace = Workspace::from_metadata(&metadata).unwrap();
    let builds: Vec<_> = builds(&workspace).iter().map(ToString::to_string).collect();
    assert_eq!(builds, expect);
}

fn package(features: &Value) -> Value {
    json!({
        "name": "one",
        "manifest_path": "/repository/crates/one/Cargo.toml",
        "publish": null,
        "targets": [{ "name": "one", "kind": ["lib"] }],
        "features": features,
        "dependencies": [],
    })
}

#[test]
fn each_feature_set_is_built_once() {
    check(&package(&json!({})), &["one"]);
    check(
        &package(&json!({ "a": [] })),
        &[
            "one --no-default-features",
            "one --no-default-features --features a",
        ],
    );
    check(
        &package(&json!({ "default": ["a"], "a": [], "b": [] })),
        &[
            "one --no-default-features",
            "one",
            "one --no-default-features --features a",
            "one --no-default-features --features b",
            "one --all-features",
        ],
    );
}

#[test]
fn programs_and_unpublished_packages_are_left_out() {
    let mut program = package(&json!({}));
    program["targets"][0]["kind"] = json!(["bin"]);
    check(&program, &[]);
    let mut unpublished = package(&json!({}));
    unpublished["publish"] = json!([]);
    check(&unpublished, &[]);
}

#[test]
fn the_libraries_of_this_workspace_are_built() {
    let builds = builds(&Workspace::load(&root()).unwrap());
    assert!(builds.iter().any(|build| build.package == "aos-spec"));
    assert!(
        builds
            .iter()
            .all(|build| build.package != "aos-testkit" && build.package != "xtask")
    );
}
