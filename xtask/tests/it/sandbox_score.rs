//! Which corpus is scored.

use std::{fs, path::Path};

use xtask::{
    command::Verdict,
    sandbox_score::{self, corpus},
    workspace::root,
};

#[test]
fn the_shared_corpus_comes_before_the_own_one_and_a_named_one_before_both() {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("score");
    let (bare, beside) = (base.join("bare/repository"), base.join("beside/repository"));
    fs::create_dir_all(&bare).unwrap();
    fs::create_dir_all(&beside).unwrap();
    let shared = beside.join("../shared/corpora/sandbox_dev.jsonl");
    fs::create_dir_all(shared.parent().unwrap()).unwrap();
    fs::write(&shared, "").unwrap();
    let own = "crates/aos-sandbox/tests/data/corpus.jsonl";
    assert_eq!(corpus(&bare, None), bare.join(own));
    assert_eq!(corpus(&beside, None), shared);
    assert_eq!(
        corpus(&beside, Some("mine.jsonl".into())),
        Path::new("mine.jsonl")
    );
    assert!(root().join(own).is_file());
}

#[test]
fn the_command_line_is_checked() {
    let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
    for (line, expect) in [
        ("--fast", "unknown option `--fast`"),
        ("--corpus", "`--corpus` needs a value"),
        ("--corpus a --corpus b", "`--corpus` can be given once"),
        ("more", "unexpected word `more`"),
    ] {
        match sandbox_score::command(&words(line)) {
            Err(error) => assert_eq!(error.to_string(), expect),
            Ok(verdict) => assert_eq!(verdict, Verdict::Broken, "{line} is not refused"),
        }
    }
}
