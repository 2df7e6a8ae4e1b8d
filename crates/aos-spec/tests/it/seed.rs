//! Seeds against vectors from an independent program.

use aos_spec::{Seed, derive_seed};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    base_seed: Seed,
    step_index: u64,
    seed: Seed,
}

#[test]
fn every_vector_is_derived() {
    let vectors: Vectors = serde_json::from_str(include_str!("../data/seeds.json")).unwrap();
    assert_eq!(vectors.cases.len(), 54);
    for case in vectors.cases {
        assert_eq!(
            derive_seed(case.base_seed, case.step_index),
            case.seed,
            "{}:{}",
            case.base_seed,
            case.step_index
        );
    }
}

#[track_caller]
fn check(json: &str, expect: Result<u64, &str>) {
    match (serde_json::from_str::<Seed>(json), expect) {
        (Ok(seed), Ok(expect)) => assert_eq!(seed, Seed(expect)),
        (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
        (actual, _) => panic!("{json}: {actual:?}"),
    }
}

#[test]
fn a_seed_is_read_from_text_or_number_and_written_as_text() {
    check("\"18446744073709551615\"", Ok(u64::MAX));
    check("18446744073709551615", Ok(u64::MAX));
    check("0", Ok(0));
    check("\"18446744073709551616\"", Err("a seed between 0 and 2^64 - 1"));
    check("18446744073709551616", Err("a seed between 0 and 2^64 - 1"));
    check("-1", Err("a seed between 0 and 2^64 - 1"));
    check("1.0", Err("a seed between 0 and 2^64 - 1"));
    check("\"\"", Err("a seed between 0 and 2^64 - 1"));
    check("\"0x10\"", Err("a seed between 0 and 2^64 - 1"));
    check("\"+1\"", Err("a seed between 0 and 2^64 - 1"));
    check("null", Err("a seed between 0 and 2^64 - 1"));
    assert_eq!(
        serde_json::to_string(&Seed(u64::MAX)).unwrap(),
        "\"18446744073709551615\""
    );
}

#[test]
fn the_streams_of_a_seed_differ_by_label_and_number() {
    let seed = Seed(42);
    assert_eq!(seed.stream("retry", 1), seed.stream("retry", 1));
    let streams = [
        seed.stream("retry", 1),
        seed.stream("retry", 2),
        seed.stream("sample", 1),
        Seed(43).stream("retry", 1),
        derive_seed(seed, 1),
    ];
    let different: std::collections::BTreeSet<_> = streams.into_iter().collect();
    assert_eq!(different.len(), streams.len());
}
