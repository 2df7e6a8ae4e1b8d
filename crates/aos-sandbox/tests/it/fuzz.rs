//! Random and mutated texts for every lexer and decoder: no panic, the same answer twice, bounded work.
//!
//! `cargo-fuzz` and AFL need instrumentation that only the nightly compiler has, so this is a harness of its own for the
//! stable one: it mutates the attacks and benign texts of the corpus with what the lexers and decoders look for. Each kind
//! of input reaches its own lexer, and `Unknown` reaches all of them and all decoders. `AOS_TEST_LONG=1` takes a hundred
//! times as many cases; a failure names the seed that repeats it, which `AOS_FUZZ_SEED` takes.

use std::{panic, path::Path};

use aos_sandbox::{scan_text, score};

use crate::{
    random::{Random, n_cases},
    robustness::{PIECES, SINKS, check_all},
};

fn seeds() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/corpus.jsonl");
    let rows = score::read(Path::new(path)).expect("the corpus is there");
    rows.into_iter().map(|row| row.text).collect()
}

/// Makes a text of a seed, of pieces that mean something, and of random characters.
fn mutate(random: &mut Random, seeds: &[String]) -> String {
    let mut text = match random.below(4) {
        0 => String::new(),
        _ => seeds[random.below(seeds.len())].clone(),
    };
    for _ in 0..random.below(12) {
        let at = text.floor_char_boundary(random.below(text.len() + 1));
        let end = text.floor_char_boundary((at + random.below(8)).min(text.len()));
        match random.below(7) {
            0 => text.insert_str(at, random.pick(PIECES)),
            1 => text.replace_range(at..end, ""),
            2 => text.replace_range(at..end, random.pick(PIECES)),
            3 => {
                let repeated = text[at..end].repeat(random.below(40));
                text.insert_str(at, &repeated);
            }
            4 => {
                let other = &seeds[random.below(seeds.len())];
                text.insert_str(at, other);
            }
            5 => {
                let scalar = u32::try_from(random.below(0x11_0000)).expect("21 bits fit");
                text.insert(at, char::from_u32(scalar).unwrap_or('\u{fffd}'));
            }
            _ => {
                let encoded: String = text[at..].bytes().map(|byte| format!("%{byte:02x}")).collect();
                text.replace_range(at.., &encoded[..encoded.len().min(3 * 400)]);
            }
        }
        text.truncate(text.floor_char_boundary(4096));
    }
    text
}

fn case(seed: u64, seeds: &[String]) {
    let text = mutate(&mut Random::new(seed), seeds);
    let judged = panic::catch_unwind(|| {
        check_all(&text);
        for sink in SINKS {
            let (once, again) = (
                scan_text(&text, Some(*sink), &[]),
                scan_text(&text, Some(*sink), &[]),
            );
            assert_eq!(once, again, "two answers");
        }
    });
    assert!(judged.is_ok(), "AOS_FUZZ_SEED={seed} repeats it: {text:?}");
}

#[test]
fn mutated_texts_are_judged() {
    let seeds = seeds();
    if let Some(seed) = std::env::var("AOS_FUZZ_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        return case(seed, &seeds);
    }
    for seed in 0..n_cases(600, 60_000) {
        case(seed, &seeds);
    }
}
