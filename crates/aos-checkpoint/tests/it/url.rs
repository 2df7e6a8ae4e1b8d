//! Names of stores.

use aos_checkpoint::StoreUrl;

#[track_caller]
fn check(text: &str, expect: Option<StoreUrl>) {
    assert_eq!(text.parse().ok(), expect, "{text}");
}

#[test]
fn a_url_names_a_file_or_memory() {
    let file = |path: &str| Some(StoreUrl::Sqlite(path.into()));
    check("memory:", Some(StoreUrl::Memory));
    check("sqlite:.aos/aos.db", file(".aos/aos.db"));
    check("sqlite:/var/lib/aos.db", file("/var/lib/aos.db"));
    check("sqlite://aos.db", file("aos.db"));
    check("sqlite:///var/lib/aos.db", file("/var/lib/aos.db"));
}

#[test]
fn anything_else_is_refused_with_advice() {
    for text in [
        "",
        "aos.db",
        "sqlite:",
        "sqlite::memory:",
        "memory",
        "postgres://db/aos",
        "SQLITE:x",
    ] {
        check(text, None);
    }
    let error = "post\ngres:".parse::<StoreUrl>().unwrap_err().to_string();
    assert!(
        error.starts_with(r"`post\ngres:` is not a store: write `sqlite:PATH`"),
        "{error}"
    );
}
