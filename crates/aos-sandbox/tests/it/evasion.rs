//! Attacks stay attacks under the transformations by which filters are evaded: case, comments, other spaces, encodings,
//! quotes and concatenation.

use std::{collections::BTreeMap, path::Path};

use aos_sandbox::{
    scan_text,
    score::{self, CORE, Rate, Row},
};

use crate::random::{Random, n_cases};

/// One transformation, and the categories of attacks that keep their meaning under it.
struct Transform {
    name: &'static str,
    categories: &'static [&'static str],
    apply: fn(&mut Random, &str) -> String,
}

const TRANSFORMS: &[Transform] = &[
    Transform {
        name: "percent",
        categories: CORE,
        apply: |_, text| percent(text, |byte| !byte.is_ascii_alphanumeric()),
    },
    Transform {
        name: "percent, every byte",
        categories: CORE,
        apply: |_, text| percent(text, |_| true),
    },
    Transform {
        name: "percent, twice",
        categories: CORE,
        apply: |_, text| percent(text, |byte| !byte.is_ascii_alphanumeric()).replace('%', "%25"),
    },
    Transform {
        name: "unicode escapes",
        categories: CORE,
        apply: |_, text| {
            let escape = |c: char| match c {
                c if c.is_alphanumeric() || u32::from(c) > 0xffff => c.to_string(),
                c => format!("\\u{:04x}", u32::from(c)),
            };
            text.chars().map(escape).collect()
        },
    },
    Transform {
        name: "entities",
        categories: CORE,
        apply: |_, text| {
            let escape = |c: char| match c {
                c if c.is_ascii_alphanumeric() || c == ' ' => c.to_string(),
                c => format!("&#{};", u32::from(c)),
            };
            text.chars().map(escape).collect()
        },
    },
    Transform {
        name: "json",
        categories: CORE,
        apply: |_, text| serde_json::json!({ "q": text }).to_string(),
    },
    Transform {
        name: "full width",
        categories: CORE,
        apply: |_, text| {
            let widen = |c: char| match c {
                '!'..='/' | ':'..='@' | '['..='`' | '{'..='~' => {
                    char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
                }
                c => c,
            };
            text.chars().map(widen).collect()
        },
    },
    Transform {
        name: "case",
        categories: &["sqli"],
        apply: |random, text| {
            let flip = |c: char| match random.below(2) {
                0 => c.to_ascii_uppercase(),
                _ => c.to_ascii_lowercase(),
            };
            text.chars().map(flip).collect()
        },
    },
    Transform {
        name: "comments for spaces",
        categories: &["sqli"],
        apply: |_, text| spaces(text, "/**/"),
    },
    Transform {
        name: "line breaks for spaces",
        categories: &["sqli"],
        apply: |_, text| spaces(text, "\n"),
    },
    Transform {
        name: "tabs for spaces",
        categories: &["sqli", "cmdi"],
        apply: |_, text| spaces(text, "\t"),
    },
    Transform {
        name: "quotes inside names",
        categories: &["cmdi"],
        apply: |_, text| text.replace("cat ", "c'a't ").replace("whoami", "w\"hoa\"mi"),
    },
    Transform {
        name: "IFS for spaces",
        categories: &["cmdi"],
        apply: |_, text| spaces(text, "${IFS}"),
    },
    Transform {
        name: "backslashes",
        categories: &["path_traversal"],
        apply: |_, text| text.replace("../", "..\\"),
    },
    Transform {
        name: "current folders in between",
        categories: &["path_traversal"],
        apply: |_, text| text.replace("../", ".././"),
    },
];

fn percent(text: &str, encodes: impl Fn(u8) -> bool) -> String {
    let encode = |byte: u8| match byte {
        byte if encodes(byte) || !byte.is_ascii() => format!("%{byte:02X}"),
        byte => char::from(byte).into(),
    };
    text.bytes().map(encode).collect()
}

/// Puts `space` for the spaces inside, but for one behind a dash, which makes a comment.
fn spaces(text: &str, space: &str) -> String {
    let trimmed = text.trim_end();
    let replaced = trimmed.replace(' ', space);
    replaced.replace(&format!("--{space}"), "-- ") + &text[trimmed.len()..]
}

/// Whether the attack is one that is found as it is written; this test is about what a transformation hides.
fn is_found(text: &str) -> bool {
    !scan_text(text, None, &[]).violations.is_empty()
}

/// Transforms every attack and returns the rate of those that are still found, for each transformation.
fn rates(rows: &[Row]) -> BTreeMap<&'static str, (Rate, Vec<String>)> {
    let mut rates: BTreeMap<&'static str, (Rate, Vec<String>)> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        if !row.is_attack() || row.is_encoded() || row.text.len() > 400 || !is_found(&row.text) {
            continue;
        }
        for transform in TRANSFORMS {
            if !transform.categories.contains(&row.category.as_str()) {
                continue;
            }
            let text = (transform.apply)(&mut Random::new(index as u64), &row.text);
            let found = is_found(&text);
            let (rate, missed) = rates.entry(transform.name).or_default();
            rate.add(found);
            if !found && missed.len() < 20 {
                missed.push(text);
            }
        }
    }
    rates
}

#[track_caller]
fn check(path: &Path, stride: usize, minimum: f64) {
    let rows: Vec<Row> = score::read(path)
        .expect("the corpus is there")
        .into_iter()
        .step_by(stride)
        .collect();
    let mut all = Rate::default();
    for (name, (rate, missed)) in rates(&rows) {
        assert!(
            rate.per_cent() >= minimum,
            "{name}: {:.2} % of {}, missed {missed:#?}",
            rate.per_cent(),
            rate.n
        );
        all.n += rate.n;
        all.n_hits += rate.n_hits;
    }
    assert!(
        all.n > 100 && all.per_cent() >= minimum + 1.0,
        "all: {:.2} % of {}",
        all.per_cent(),
        all.n
    );
}

#[test]
fn transformed_attacks_of_the_own_corpus_are_found() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/corpus.jsonl");
    check(Path::new(path), 1, 96.0);
}

/// The development corpus is not a part of the repository; where it is, its attacks are transformed too.
#[test]
fn transformed_attacks_of_the_development_corpus_are_found() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/sandbox_dev.jsonl");
    if !path.exists() {
        return;
    }
    let stride = usize::try_from(n_cases(9, 1)).expect("it fits");
    check(&path, stride, 98.0);
}
