//! The table of rules and its page.

use std::{collections::BTreeSet, fs, path::PathBuf};

use aos_sandbox::rules::{self, Level, Rule};

fn page_path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/sandbox-rules.md"
    ))
}

fn page() -> String {
    let mut page = String::from(
        "# Rules of the planner sandbox\n\nViolations block a plan, warnings are logged. The ids are stable. This page is made from the table in\n\
         `crates/aos-sandbox/src/rules`; a test compares the two, and writes the page when `UPDATE_DOCS` is set.\n\n\
         Values that are declared as text for people (`free_text`) only ever warn. A template expression is a violation where the\n\
         input is declared as data for a template.\n",
    );
    let mut category = None;
    for rule in rules::all() {
        if category != Some(rule.category()) {
            category = Some(rule.category());
            page.push_str(&format!("\n## {}\n\n| id | level | severity | CWE | OWASP | what was found | what to do |\n| --- | --- | --- | --- | --- | --- | --- |\n", rule.category().as_str()));
        }
        let level = match rule.level() {
            Level::Violation => "violation",
            Level::Warning => "warning",
        };
        page.push_str(&format!(
            "| `{}` | {level} | {} | {} | {} | {} | {} |\n",
            rule.id(),
            format!("{:?}", rule.severity()).to_lowercase(),
            rule.cwe(),
            rule.owasp(),
            cell(rule.message()),
            cell(rule.fix()),
        ));
    }
    page
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_page_lists_every_rule() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page_path(), page()).expect("the page can be written");
    }
    let written = fs::read_to_string(page_path()).expect("docs/sandbox-rules.md is there");
    assert!(
        written == page(),
        "docs/sandbox-rules.md differs from the table; run this test with UPDATE_DOCS=1"
    );
}

#[test]
fn ids_are_unique_and_lead_back_to_their_rule() {
    let mut ids = BTreeSet::new();
    for rule in rules::all() {
        assert!(ids.insert(rule.id()), "{rule}");
        assert_eq!(Rule::from_id(rule.id()), Some(rule));
        assert!(
            !rule.message().is_empty() && !rule.fix().is_empty() && rule.cwe() > 0,
            "{rule}"
        );
    }
    assert_eq!(Rule::from_id("AOS-NONE-001"), None);
}

#[test]
fn every_file_of_this_folder_is_declared() {
    let main = include_str!("main.rs");
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).expect("the folder is there")
    {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name");
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "{name}"
        );
    }
}
