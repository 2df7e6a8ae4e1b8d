//! What `cargo test` prints is read as a table.

use std::{collections::BTreeMap, path::Path, time::Duration};

use xtask::test::Transcript;

const PRINTED: &[(&str, u64)] = &[
    (
        "    Finished `test` profile [unoptimized] target(s) in 0.05s",
        1000,
    ),
    (
        "     Running unittests src/lib.rs (target/debug/deps/one-0123)",
        1000,
    ),
    ("running 2 tests", 1100),
    ("test id::reads ... ok", 1100),
    ("test id::writes ... FAILED", 1200),
    ("thread 'x' panicked: test result: ok. 99 passed", 1200),
    (
        "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        1300,
    ),
    (
        "\u{1b}[1m\u{1b}[92m     Running\u{1b}[0m tests/it/main.rs (target/debug/deps/it-4567)",
        1500,
    ),
    ("test database ... ignored, needs AOS_TEST_PG_URL", 1600),
    ("test slow ... ok", 3400),
    (
        "test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.80s",
        3400,
    ),
    (
        "     Running unittests src/lib.rs (target/debug/deps/unknown-89ab)",
        3450,
    ),
    ("   Doc-tests one_two", 3500),
    (
        "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        4000,
    ),
    (
        "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        4000,
    ),
];

fn transcript() -> Transcript {
    let programs = [("one-0123", "one"), ("it-4567", "one-two")].map(|(program, package)| {
        (
            format!("/repository/target/debug/deps/{program}").into(),
            package.to_owned(),
        )
    });
    let mut transcript = Transcript::new(
        Path::new("/repository"),
        BTreeMap::from(programs),
        Duration::from_secs(1),
    );
    for (line, millis) in PRINTED {
        transcript.read(line, Duration::from_millis(*millis));
    }
    transcript.end(Duration::from_millis(4500));
    transcript
}

#[test]
fn counts_and_times_are_those_of_the_packages() {
    let expect = "\
package           passed  failed ignored   seconds
one-two                6       0       1       3.0
one                    1       1       0       0.5
(build)                                        1.0
ignored: one-two: database, needs AOS_TEST_PG_URL
";
    assert_eq!(transcript().summary(), expect);
    assert_eq!(transcript().n_passed(), 7);
}

#[test]
fn failed_tests_are_named_with_their_package() {
    assert_eq!(transcript().failed(), ["one: id::writes"]);
}
