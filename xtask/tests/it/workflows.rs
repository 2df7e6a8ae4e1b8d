//! The workflow files are checked by tools that may not be there, and name only commands that exist.

use xtask::{
    command::{COMMANDS, Verdict},
    workflows::{Tool, check},
    workspace::root,
};

const fn tool(program: &'static str) -> Tool {
    Tool {
        program,
        words: &[],
        install: "the package manager",
    }
}

#[cfg(unix)]
#[test]
fn a_tool_that_finds_something_fails_the_check_and_one_that_is_missing_is_named() {
    assert_eq!(check(&[tool("true")]).unwrap(), Verdict::Held);
    assert_eq!(check(&[tool("true"), tool("false")]).unwrap(), Verdict::Broken);
    let Verdict::NotRun(reason) = check(&[tool("true"), tool("no-such-tool")]).unwrap() else {
        panic!("it is missing");
    };
    assert!(reason.contains("no-such-tool is not installed"), "{reason}");
    assert_eq!(
        check(&[tool("no-such-tool"), tool("false")]).unwrap(),
        Verdict::Broken
    );
}

#[test]
fn workflows_call_commands_that_exist_and_the_last_job_waits_for_all_others() {
    let text = std::fs::read_to_string(root().join(".github/workflows/ci.yml")).unwrap();
    let called = text
        .split("cargo xtask ")
        .skip(1)
        .filter(|rest| !rest.starts_with('`'));
    let mut n_called = 0;
    for name in called.filter_map(|rest| rest.split_whitespace().next()) {
        let name = name.trim_end_matches('`');
        assert!(
            name == "ci" || COMMANDS.iter().any(|command| command.name == name),
            "`{name}`"
        );
        n_called += 1;
    }
    assert!(n_called >= 10, "{n_called}");
    let jobs = text.split_once("\njobs:\n").unwrap().1.lines();
    let jobs: Vec<_> = jobs
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with([' ', '#']) && *name != "conclusion")
        .collect();
    assert!(jobs.len() >= 8, "{jobs:?}");
    let needs = text.lines().find(|line| line.contains("needs: [")).unwrap();
    for job in jobs {
        assert!(
            needs.contains(&format!("{job},")) || needs.contains(&format!("{job}]")),
            "{job}: {needs}"
        );
    }
}
