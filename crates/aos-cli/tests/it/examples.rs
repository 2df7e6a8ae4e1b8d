//! The examples do what their pages say: each is run on the files beside it, and what it writes and answers is compared
//! with what is checked in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::{Desk, repository};

/// Copies a folder of the repository to the same place in `desk`.
fn copy(desk: &Desk, folder: &str) {
    for entry in fs::read_dir(repository().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_file() {
            desk.write(&name, fs::read(path).unwrap());
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Runs a workflow of the folder `name` and compares its answer and the files it writes with those in `expected`.
#[track_caller]
fn check(name: &str, workflow: &str) {
    let desk = Desk::new();
    let folder = format!("examples/{name}");
    copy(&desk, &folder);
    let ended = desk.check(&["run", &format!("{folder}/{workflow}")], 0);
    let expected = repository().join(&folder).join("expected");
    for file in files(&expected) {
        let file_name = file.file_name().unwrap().to_str().unwrap();
        let actual = match file_name {
            "answer.json" => ended.stdout.clone(),
            _ => desk.read(&format!("{folder}/out/{file_name}")),
        };
        assert_eq!(actual, fs::read_to_string(&file).unwrap(), "{name}/{file_name}");
    }
    assert_eq!(
        files(&desk.path(&format!("{folder}/out"))).len() + 1,
        files(&expected).len(),
        "every file is expected"
    );
}

#[test]
fn the_triage_finds_the_incident() {
    check("triage", "triage.yaml");
}

#[test]
fn the_orders_are_reported() {
    check("orders", "orders.yaml");
}

#[test]
fn the_inventory_is_merged_from_yaml_and_from_json() {
    check("inventory", "inventory.yaml");
    check("inventory", "inventory.json");
}

#[test]
fn corrections_change_the_inventory() {
    let desk = Desk::new();
    copy(&desk, "examples/inventory");
    desk.write("examples/inventory/corrections.csv", "sku,free\nDESK-07,12\n");
    desk.check(&["run", "examples/inventory/inventory.yaml"], 0);
    let list = desk.read("examples/inventory/out/purchase.json");
    assert!(
        list.contains("\"corrected\":true") && !list.contains("DESK-07"),
        "{list}"
    );
}

#[test]
fn every_example_is_valid_and_its_two_forms_are_the_same_workflow() {
    let folder = repository().join("examples/inventory");
    let desk = Desk::new();
    let paths = ["inventory.yaml", "inventory.json"].map(|name| folder.join(name).display().to_string());
    let found = desk
        .check(&["validate", &paths[0], &paths[1], "-o", "json"], 0)
        .json()["files"]
        .clone();
    assert_eq!(found[0]["hash"], found[1]["hash"]);
}

#[test]
fn the_schema_beside_the_examples_is_the_one_of_this_program() {
    let schema = Desk::new().check(&["schema", "workflow"], 0).stdout;
    let path = repository().join("examples/workflow.schema.json");
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        schema,
        "write it again with `aos schema workflow`"
    );
}

#[test]
fn every_example_has_a_page_that_shows_its_command() {
    for folder in files(&repository().join("examples"))
        .into_iter()
        .filter(|path| path.is_dir())
    {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let page = fs::read_to_string(folder.join("README.md")).unwrap();
        let command = format!("aos run examples/{name}/{name}.yaml");
        assert!(page.contains(&command), "{name} does not show `{command}`");
        let answer = fs::read_to_string(folder.join("expected/answer.json")).unwrap();
        assert!(page.contains(&answer), "{name} does not show its answer");
        let workflow = fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
        assert!(workflow.starts_with("# yaml-language-server: $schema=../workflow.schema.json\n"));
    }
}
