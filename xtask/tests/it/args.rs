//! Command lines are read as their usage says.

use xtask::args::Args;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[track_caller]
fn check_error(text: &str, expect: &str) {
    let error = Args::parse(&words(text), &["--long"], &["-p"]).unwrap_err();
    assert_eq!(error.to_string(), expect);
}

#[test]
fn switches_options_and_words_are_told_apart() {
    let args = Args::parse(&words("one -p a --long -p=b two=2"), &["--long"], &["-p"]).unwrap();
    assert!(args.has("--long"));
    assert!(!args.has("-p"));
    assert_eq!(args.values("-p"), ["a", "b"]);
    assert_eq!(args.rest(), ["one", "two=2"]);
}

#[test]
fn what_is_not_in_the_usage_is_refused() {
    check_error("--fast", "unknown option `--fast`");
    check_error("--long=yes", "unknown option `--long=yes`");
    check_error("-p", "`-p` needs a value");
    let error = Args::parse(&words("more"), &[], &[])
        .unwrap()
        .no_rest()
        .unwrap_err();
    assert_eq!(error.to_string(), "unexpected word `more`");
}
