//! What holds for the whole tree of commands.

use aos_spec::ErrorCode;
use clap::CommandFactory;

use super::Cli;

/// Calls `visit` with every command that can be run and the words that lead to it.
fn walk(command: &clap::Command, path: &str, visit: &mut impl FnMut(&clap::Command, &str)) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let path = format!("{path} {}", sub.get_name());
        if sub.has_subcommands() {
            walk(sub, &path, visit);
        } else {
            visit(sub, &path);
        }
    }
}

#[test]
fn the_tree_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_has_a_line_about_it_and_an_example() {
    let mut seen = 0;
    walk(&Cli::command(), "aos", &mut |command, path| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(
            !about.is_empty() && !about.contains('\n') && about.len() <= 80,
            "{path}: {about}"
        );
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(
            help.contains(&format!("Example: {path}")),
            "{path} has no example"
        );
        seen += 1;
    });
    assert!(seen >= 16, "the walk saw {seen} commands only");
}

#[test]
fn every_command_accepts_the_global_options() {
    let mut tree = Cli::command();
    tree.build();
    walk(&tree, "aos", &mut |command, path| {
        for name in [
            "output",
            "color",
            "progress",
            "quiet",
            "verbose",
            "log_format",
            "metrics_file",
            "store",
        ] {
            assert!(
                command.get_arguments().any(|arg| arg.get_id() == name),
                "{path} lacks {name}"
            );
        }
    });
}

#[test]
fn no_help_shows_the_value_of_a_variable() {
    let mut tree = Cli::command();
    tree.build();
    walk(&tree, "aos", &mut |command, path| {
        for arg in command.get_arguments().filter(|arg| arg.get_env().is_some()) {
            assert!(arg.is_hide_env_values_set(), "{path} --{}", arg.get_id());
        }
    });
}

#[test]
fn options_and_arguments_are_described() {
    walk(&Cli::command(), "aos", &mut |command, path| {
        for arg in command.get_arguments() {
            assert!(
                arg.get_help().is_some(),
                "{path}: {} is not described",
                arg.get_id()
            );
        }
    });
}

/// Commands that the pages about error codes name and that this program does not have.
const ELSEWHERE: [&str; 2] = ["policy", "simulate"];

#[test]
fn the_commands_that_error_pages_name_exist() {
    let tree = Cli::command();
    for code in ErrorCode::ALL {
        let texts = [code.page(), code.info().advice];
        let commands = texts.iter().flat_map(|text| text.split('`').skip(1).step_by(2));
        for words in commands.filter_map(|quoted| quoted.strip_prefix("aos ")) {
            let mut words = words
                .split_whitespace()
                .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()));
            let Some(first) = words.next().filter(|first| !ELSEWHERE.contains(first)) else {
                continue;
            };
            let command = tree
                .find_subcommand(first)
                .unwrap_or_else(|| panic!("{code}: no command `{first}`"));
            if let Some(second) = words.next().filter(|_| command.has_subcommands()) {
                assert!(
                    command.find_subcommand(second).is_some(),
                    "{code}: no command `{first} {second}`"
                );
            }
        }
    }
}
