//! This repository is tidy, and each rule finds what breaks it.

use xtask::{
    tidy::{self, EXCEPTIONS, Exception, RULES, Tree},
    workspace::root,
};

const PACKAGE: &str = "\
[package]
name = \"one\"
description = \"One\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true

[dependencies]
serde.workspace = true
tokio = { workspace = true, features = [\"rt\"] }

[lints]
workspace = true
";

/// Checks that the rules find `expect` in a repository with these files; each line is `path:line rule`.
#[track_caller]
fn check(files: &[(&str, &str)], expect: &[&str]) {
    let findings = tidy::check(&Tree::of(files), &[]);
    let found: Vec<_> = findings
        .iter()
        .map(|finding| match finding.line {
            Some(line) => format!("{}:{line} {}", finding.path, finding.rule),
            None => format!("{} {}", finding.path, finding.rule),
        })
        .collect();
    assert_eq!(found, expect, "{findings:#?}");
}

#[test]
fn this_repository_is_tidy() {
    let findings = tidy::check(&Tree::read(&root()).unwrap(), EXCEPTIONS);
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn a_file_without_header_is_found() {
    check(&[("a.rs", "//! A.\n")], &[]);
    check(&[("a.rs", "// A.\n")], &["a.rs:1 header"]);
    check(&[("a.rs", "")], &["a.rs:1 header"]);
}

#[test]
fn a_long_file_is_found() {
    let text = |n_lines: usize| format!("//! A.\n{}", "x\n".repeat(n_lines - 1));
    check(&[("a.rs", &text(400))], &[]);
    check(&[("a.rs", &text(401))], &["a.rs length"]);
    check(&[("tests/data/a.rs", &text(401))], &[]);
}

#[test]
fn a_file_that_nothing_declares_is_found() {
    let check = |root: &str, path: &str, expect: &[&str]| {
        check(
            &[
                ("tests/it/main.rs", &format!("//! Tests.\n{root}\n")),
                (path, "//! A.\n"),
            ],
            expect,
        );
    };
    check("mod a;", "tests/it/a.rs", &[]);
    check("mod a { }", "tests/it/a.rs", &[]);
    check("// façade\nmod a;", "tests/it/a.rs", &[]);
    check("mod ab;", "tests/it/a.rs", &["tests/it/a.rs modules"]);
    check("// mod a;", "tests/it/a.rs", &["tests/it/a.rs modules"]);
    check("mod a;", "tests/it/a/mod.rs", &[]);
    check("mod b {}", "tests/it/a/mod.rs", &["tests/it/a/mod.rs modules"]);
    check("mod b {}", "tests/other.rs", &[]);
}

#[test]
fn a_file_in_the_folder_of_a_module_is_found() {
    let folder = [
        ("src/a.rs", "//! A.\nmod b;\n"),
        ("src/a/b.rs", "//! B.\n"),
        ("src/a/c.rs", "//! C.\n"),
    ];
    check(&folder, &["src/a/c.rs modules"]);
}

#[test]
fn unfinished_code_is_found_wherever_it_is_code() {
    let check = |line: &str, expect: &[&str]| check(&[("a.rs", &format!("//! A.\n{line}\n"))], expect);
    check("fn a() { todo!() }", &["a.rs:2 unfinished"]);
    check("fn a() { unimplemented!(\"b\") }", &["a.rs:2 unfinished"]);
    check("fn a() { dbg!(1); }", &["a.rs:2 unfinished"]);
    check("// todo!() in words", &[]);
    check("const A: &str = r#\"dbg!\"#;", &[]);
    check("fn a() { my_todo!() }", &[]);
}

#[test]
fn maps_in_random_order_are_found() {
    let check = |line: &str, expect: &[&str]| check(&[("a.rs", &format!("//! A.\n{line}\n"))], expect);
    check("use std::collections::{BTreeMap, HashMap};", &["a.rs:2 hash-map"]);
    check("fn a(b: HashSet<u8>) {}", &["a.rs:2 hash-map"]);
    check("/// Not a HashMap.", &[]);
    check("struct MyHashMap;", &[]);
}

#[test]
fn a_test_that_is_switched_off_without_reason_is_found() {
    let check = |line: &str, expect: &[&str]| check(&[("a.rs", &format!("//! A.\n{line}\n"))], expect);
    check("#[ignore]", &["a.rs:2 ignore"]);
    check("#[ ignore ]", &["a.rs:2 ignore"]);
    check("#[cfg_attr(windows, ignore)]", &["a.rs:2 ignore"]);
    check("#[ignore = \"needs a server\"]", &[]);
}

#[test]
fn blanks_and_line_ends_are_found() {
    check(&[("a.md", "one\ntwo\n")], &[]);
    check(&[("a.md", "one \ntwo\n")], &["a.md:1 whitespace"]);
    check(&[("a.md", "one\r\n")], &["a.md:1 whitespace"]);
    check(&[("a.md", "one")], &["a.md whitespace"]);
    check(&[("a.md", "one\n\n")], &["a.md whitespace"]);
    check(&[("golden/a.steps.jsonl", "{} \n")], &[]);
}

#[test]
fn a_path_of_one_machine_is_found_outside_tests() {
    let text = format!("read {}home/ada/notes\n", '/');
    check(&[("docs/a.md", &text)], &["docs/a.md:1 machine-path"]);
    check(&[("tests/a.md", &text)], &[]);
    check(
        &[("docs/a.md", &format!("`{}tmp/x`\n", '/'))],
        &["docs/a.md:1 machine-path"],
    );
    check(&[("docs/a.md", "https://example.com/home/ada\n")], &[]);
    check(
        &[("docs/a.md", &format!("deny everything below {}home/\n", '/'))],
        &[],
    );
}

#[test]
fn marks_of_unfinished_work_are_found() {
    let check = |line: &str, expect: &[&str]| check(&[("a.md", &format!("{line}\n"))], expect);
    check(&format!("{}DO: more", "TO"), &["a.md:1 wording"]);
    check(&format!("a {}ME", "FIX"), &["a.md:1 wording"]);
    check(&format!("{}DOS", "TO"), &[]);
    check(&format!("in my work{}", "tree"), &["a.md:1 wording"]);
}

#[test]
fn a_package_that_does_not_inherit_is_found() {
    let check = |old: &str, new: &str, expect: &[&str]| {
        assert!(PACKAGE.contains(old));
        check(&[("Cargo.toml", &PACKAGE.replace(old, new))], expect);
    };
    check("", "", &[]);
    check("description = \"One\"\n", "", &["Cargo.toml manifest"]);
    check(
        "description = \"One\"",
        "description = \"\"",
        &["Cargo.toml manifest"],
    );
    check(
        "license.workspace = true",
        "license = \"MIT\"",
        &["Cargo.toml manifest"],
    );
    check("\n[lints]\nworkspace = true\n", "", &["Cargo.toml manifest"]);
    check(
        "serde.workspace = true",
        "serde = \"1\"",
        &["Cargo.toml:10 manifest"],
    );
    check(
        "{ workspace = true, ",
        "{ version = \"1\", ",
        &["Cargo.toml:11 manifest"],
    );
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let check = |line: &str, expect: &[&str]| {
        let page = format!("# One page\n\n{line}\n");
        check(
            &[
                ("docs/a.md", &page),
                ("docs/b/c.md", "# The `C` word\n"),
                ("d.rs", "//! D.\n"),
            ],
            expect,
        );
    };
    check(
        "[c](b/c.md) and [d](../d.rs) and [folder](b) and [top](..) and [root](/docs/b/c.md)",
        &[],
    );
    check("[c](b/c.md#the-c-word) and [here](#one-page)", &[]);
    check(
        "[web](https://example.com/x) and [mail](mailto:a@example.com)",
        &[],
    );
    check("`[code](nowhere.md)`", &[]);
    check("```text\n[code](nowhere.md)\n```", &[]);
    check("[c](b/d.md)", &["docs/a.md:3 links"]);
    check("[c](/b/c.md)", &["docs/a.md:3 links"]);
    check("[c]: nowhere.md", &["docs/a.md:3 links"]);
    check("[c](../../outside.md)", &["docs/a.md:3 links"]);
    check("[c](b/c.md#other)", &["docs/a.md:3 links"]);
    check("[here](#nowhere)", &["docs/a.md:3 links"]);
}

#[test]
fn a_changelog_fragment_of_another_form_is_found() {
    let check = |name: &str, text: &str, is_good: bool| {
        let path = format!("changelog/unreleased/{name}");
        let finding = format!("{path}:1 changelog");
        let expect: &[&str] = if is_good { &[] } else { &[&finding] };
        check(&[(&path, text)], expect);
    };
    check("one-word.md", "# Added: `aos run` runs.\n\nMore words.\n", true);
    check("README.md", "Words.\n", true);
    check("One.md", "# Added: it runs.\n", false);
    check("one.txt", "# Added: it runs.\n", false);
    check("one.md", "It runs.\n", false);
    check("one.md", "# New: it runs.\n", false);
    check("one.md", "# Added: it runs\n", false);
    check("one.md", "# Added: it runs.\nMore words.\n", false);
}

#[test]
fn exceptions_cover_what_they_name_and_are_refused_when_not_needed() {
    let tree = Tree::of(&[("src/a.rs", "")]);
    let exception = |rule, path| Exception {
        rule,
        path,
        reason: "A test.",
    };
    assert_eq!(tidy::check(&tree, &[exception("header", "src/a.rs")]), []);
    assert_eq!(tidy::check(&tree, &[exception("header", "src/")]), []);
    assert_eq!(tidy::check(&tree, &[exception("length", "src/a.rs")]).len(), 2);
}

#[test]
fn rules_have_different_names() {
    let names: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}
