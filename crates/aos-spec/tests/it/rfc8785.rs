//! The official test data of RFC 8785, and where the profile departs from it.

use aos_spec::canonical;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// 2^53 and 10^21: within, the profile writes floats with an exponent and ECMAScript without.
const BAND: std::ops::Range<f64> = 9_007_199_254_740_992.0..1e21;

fn bits(hex: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(hex, 16).unwrap())
}

/// Checks the profile against the text that ECMAScript has for the same number.
#[track_caller]
fn check_number(number: f64, ecmascript: &str) {
    let actual = canonical::to_string(&number).unwrap();
    if BAND.contains(&number.abs()) {
        assert!(actual.contains('e'), "{actual} reads back as an integer");
        assert_eq!(
            actual.parse::<f64>().unwrap().to_bits(),
            number.to_bits(),
            "{actual}"
        );
    } else {
        assert_eq!(actual, ecmascript, "{:016x}", number.to_bits());
    }
}

macro_rules! pairs {
    ($($name:literal)+) => {
        [$(($name,
            include_bytes!(concat!("../data/rfc8785/input/", $name, ".json")).as_slice(),
            include_bytes!(concat!("../data/rfc8785/output/", $name, ".json")).as_slice(),
        )),+]
    };
}

#[test]
fn the_six_official_pairs_come_out_byte_for_byte() {
    for (name, input, output) in pairs! { "arrays" "french" "structures" "unicode" "values" "weird" } {
        let value: Value = serde_json::from_slice(input).unwrap();
        let actual = canonical::to_vec(&value).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&actual),
            String::from_utf8_lossy(output),
            "{name}"
        );
        assert!(canonical::parse(output).is_ok(), "{name}");
    }
}

#[test]
fn the_number_samples_of_appendix_b_come_out_as_printed() {
    let samples = include_str!("../data/rfc8785_appendix_b.txt");
    for (hex, text) in samples.lines().map(|line| line.split_once(' ').unwrap()) {
        assert_eq!(ryu_js::Buffer::new().format(bits(hex)), text);
        check_number(bits(hex), text);
    }
    assert!(canonical::to_vec(&bits("7fffffffffffffff")).is_err());
    assert!(canonical::to_vec(&bits("7ff0000000000000")).is_err());
    assert_eq!(samples.lines().count(), 24);
}

/// The number sequence of the reference repository: chosen numbers, the smallest normal ones, then a chain of hashes.
fn reference_numbers() -> impl Iterator<Item = f64> {
    let chosen = include_str!("../data/es6_numbers.txt")
        .split_whitespace()
        .map(bits);
    let smallest_normal = (0..2000).map(|step| f64::from_bits(0x0010_0000_0000_0000 + step));
    let blocks = std::iter::successors(Some([0; 32]), |block: &[u8; 32]| {
        Some(Sha256::digest(block).into())
    });
    let random = blocks.skip(1).flat_map(|block| {
        let words = [0, 8, 16, 24].map(|start| <[u8; 8]>::try_from(&block[start..start + 8]).unwrap());
        words.map(|word| f64::from_bits(u64::from_le_bytes(word)))
    });
    let random = random.filter(|number| number.is_finite() && *number != 0.0);
    chosen.chain(smallest_normal).chain(random)
}

#[test]
fn the_reference_number_sequence_has_its_published_hashes() {
    let published = [
        (
            1_000,
            "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687",
        ),
        (
            10_000,
            "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892",
        ),
        (
            100_000,
            "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7",
        ),
        (
            1_000_000,
            "49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16",
        ),
    ];
    let mut numbers = reference_numbers();
    let mut hasher = Sha256::new();
    let mut n_lines = 0;
    for (lines, expect) in published {
        for number in numbers.by_ref().take(lines - n_lines) {
            let mut buffer = ryu_js::Buffer::new();
            let text = buffer.format(number);
            hasher.update(format!("{:x},{text}\n", number.to_bits()));
            check_number(number, text);
        }
        n_lines = lines;
        let digest = hasher.clone().finalize();
        let actual: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(actual, expect, "after {lines} lines");
    }
}
