//! The commands that operators are told to type exist, with these options.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::{Desk, repository};

/// Returns the text of all files below `folder` by their paths.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return texts(&path);
            }
            vec![(path.display().to_string(), fs::read_to_string(&path).unwrap())]
        })
        .collect()
}

/// Returns the arguments of every `aos` in the file: between backticks, and as what a unit starts.
fn commands(text: &str) -> Vec<Vec<String>> {
    let quoted = text.split('`').skip(1).step_by(2);
    let started = text
        .lines()
        .filter_map(|line| line.strip_prefix("ExecStart=/usr/bin/"));
    let words = |command: &str| command.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut commands: Vec<_> = quoted
        .chain(started)
        .filter_map(|command| command.strip_prefix("aos "))
        .map(words)
        .collect();
    // `CMD ["serve", "--listen", "0.0.0.0:9464"]`; the words before it are those of the entry point.
    let lists = text
        .lines()
        .filter_map(|line| line.trim().split_once("CMD [")?.1.strip_suffix(']'));
    commands.extend(lists.map(|list| {
        let words = list
            .split(',')
            .map(|word| word.trim().trim_matches('"').to_owned());
        words.filter(|word| word != "/usr/bin/aos").collect()
    }));
    commands
}

/// Returns the word, or something that fits where the word stands for what operators fill in.
fn filled_in(word: &str) -> &str {
    match word {
        "ADDR" => "127.0.0.1:9464",
        "CODE" => "TIMEOUT",
        _ => word,
    }
}

#[test]
fn every_command_in_runbooks_units_and_images_exists() {
    let desk = Desk::new();
    let mut seen = BTreeSet::new();
    for (path, text) in texts(&repository().join("ops")) {
        for command in commands(&text) {
            let words: Vec<&str> = command.iter().map(|word| filled_in(word)).collect();
            seen.insert(words[0].to_owned());
            // What only answers is asked; everything else is parsed with all its options and not done.
            let args = match words[0] {
                "explain" => words,
                _ => [&words[..], &["--help"]].concat(),
            };
            let ended = desk.aos(&args);
            assert_eq!(ended.code, 0, "{path}: {args:?}: {ended:#?}");
        }
    }
    for name in ["doctor", "explain", "resume", "run", "runs", "serve"] {
        assert!(
            seen.contains(name),
            "no page speaks of `aos {name}`: the search finds nothing"
        );
    }
}

#[test]
fn a_command_that_does_not_exist_would_be_found() {
    let desk = Desk::new();
    for args in [
        &["runs", "frobnicate", "--help"][..],
        &["runs", "list", "--no-such-option", "--help"],
        &["runs", "list", "--status", "no-such-state", "--help"],
    ] {
        assert_eq!(desk.aos(args).code, 2, "{args:?}");
    }
}
