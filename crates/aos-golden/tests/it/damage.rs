//! Every kind of damage is found and named.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use aos_golden::{
    Damage, GoldenKey, GoldenRecorder, KeyClass, KeyRing, fs::FileSystem, load_golden, load_golden_on,
    paths::signature_path, verify_golden,
};
use aos_spec::ErrorCode;
use proptest::prelude::*;
use serde_json::json;

use crate::{
    disk::Disk,
    support::{Run, block_on, folder_with},
};

/// A golden and its signature, on a disk in memory.
struct Pair {
    path: PathBuf,
    golden: Vec<u8>,
    signature: Vec<u8>,
}

impl Pair {
    fn new(run: &Run) -> Self {
        let disk = Disk::default();
        let recorder =
            GoldenRecorder::on_file_system(Arc::new(disk.clone()), "golden", KeyRing::development());
        block_on(run.tell(&recorder)).unwrap();
        let path = recorder.path_of(run.run_id());
        let files = disk.survivors().remove(0);
        Self {
            golden: files[&path].clone(),
            signature: files[&signature_path(&path)].clone(),
            path,
        }
    }

    /// What is found when the golden holds `bytes`.
    fn with_golden(&self, bytes: &[u8]) -> Option<Damage> {
        check_at(&self.path, bytes, &self.signature, &KeyRing::development())
    }

    /// What is found when the signature holds `bytes`.
    fn with_signature(&self, bytes: &[u8]) -> Option<Damage> {
        check_at(&self.path, &self.golden, bytes, &KeyRing::development())
    }

    fn lines(&self) -> Vec<&[u8]> {
        self.golden.split_inclusive(|byte| *byte == b'\n').collect()
    }
}

/// What is found when these files are at `path`.
fn check_at(path: &Path, golden: &[u8], signature: &[u8], ring: &KeyRing) -> Option<Damage> {
    let files = [
        (path.into(), golden.into()),
        (signature_path(path), signature.into()),
    ];
    let disk: Arc<dyn FileSystem> = Arc::new(Disk::new(&files.into(), None));
    let error = load_golden_on(&disk, path, ring).err()?;
    Some(error.damage().expect("only damage is expected").clone())
}

fn small() -> Pair {
    Pair::new(&Run::new("r1", [json!({ "a": 1 })]))
}

/// Values that a byte is changed to: single bits, and characters that mean something.
fn changes(byte: u8) -> impl Iterator<Item = u8> {
    let bits = [1, 0x20, 0x80].map(|bit| byte ^ bit);
    bits.into_iter()
        .chain([0, b'\n', b'\r', b'"', b'0'])
        .filter(move |changed| *changed != byte)
}

#[test]
fn every_changed_byte_of_a_golden_is_found() {
    let pair = small();
    let mut bytes = pair.golden.clone();
    for index in 0..bytes.len() {
        for changed in changes(pair.golden[index]) {
            bytes[index] = changed;
            assert_eq!(
                pair.with_golden(&bytes),
                Some(Damage::MacMismatch),
                "byte {index} is {changed}"
            );
        }
        bytes[index] = pair.golden[index];
    }
    assert_eq!(pair.with_golden(&bytes), None);
}

#[test]
fn every_changed_byte_of_a_signature_is_found() {
    let pair = small();
    let mut bytes = pair.signature.clone();
    for index in 0..bytes.len() {
        for changed in changes(pair.signature[index]) {
            bytes[index] = changed;
            let damage = pair.with_signature(&bytes);
            let is_about_the_signature = matches!(
                damage,
                Some(
                    Damage::SealMismatch
                        | Damage::SignatureShape
                        | Damage::SignatureMalformed(_)
                        | Damage::UnknownKey(_)
                        | Damage::LineEndings
                )
            );
            assert!(is_about_the_signature, "byte {index} is {changed}: {damage:?}");
        }
        bytes[index] = pair.signature[index];
    }
    assert_eq!(pair.with_signature(&bytes), None);
}

#[test]
fn every_truncation_is_found() {
    let pair = small();
    let signed = pair.golden.len() as u64;
    for length in 0..pair.golden.len() {
        let damage = pair.with_golden(&pair.golden[..length]);
        let found = length as u64;
        assert_eq!(damage, Some(Damage::ByteCount { signed, found }));
    }
    for length in 0..pair.signature.len() {
        let damage = pair.with_signature(&pair.signature[..length]);
        let is_named = matches!(
            damage,
            Some(Damage::SignatureShape | Damage::SignatureMalformed(_))
        );
        assert!(is_named, "{length} bytes: {damage:?}");
    }
}

#[test]
fn each_kind_of_damage_has_its_own_name() {
    let pair = Pair::new(&Run::new("r1", [json!("a"), json!("b")]));
    let signed = pair.golden.len() as u64;
    let lines = pair.lines();

    let swapped = [lines[0], lines[2], lines[1], lines[3]].concat();
    assert_eq!(pair.with_golden(&swapped), Some(Damage::MacMismatch));
    let doubled = [lines[0], lines[1], lines[1], lines[2], lines[3]].concat();
    let found = doubled.len() as u64;
    assert_eq!(
        pair.with_golden(&doubled),
        Some(Damage::ByteCount { signed, found })
    );
    let appended = [&pair.golden[..], b"{}\n"].concat();
    let found = signed + 3;
    assert_eq!(
        pair.with_golden(&appended),
        Some(Damage::ByteCount { signed, found })
    );

    let crlf = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n");
    assert_eq!(
        pair.with_golden(crlf(&pair.golden).as_bytes()),
        Some(Damage::LineEndings)
    );
    assert_eq!(
        pair.with_signature(crlf(&pair.signature).as_bytes()),
        Some(Damage::LineEndings)
    );

    let edited = |from: &str, to: &str| {
        let text = String::from_utf8(pair.signature.clone()).unwrap();
        assert!(text.contains(from));
        text.replace(from, to).into_bytes()
    };
    assert_eq!(
        pair.with_signature(&edited("\"run_id\":\"r1\"", "\"run_id\":\"r2\"")),
        Some(Damage::SealMismatch)
    );
    assert_eq!(
        pair.with_signature(&edited("HMAC-SHA256", "none")),
        Some(Damage::SealMismatch)
    );
    let upper = pair.signature.to_ascii_uppercase();
    let seal = pair.signature.iter().position(|byte| *byte == b'\n').unwrap() + 10;
    let shouted = [
        &pair.signature[..seal],
        &upper[seal..seal + 64],
        &pair.signature[seal + 64..],
    ]
    .concat();
    assert!(matches!(
        pair.with_signature(&shouted),
        Some(Damage::SignatureMalformed(_))
    ));
    let three_lines = [&pair.signature[..], b"{}\n"].concat();
    assert_eq!(pair.with_signature(&three_lines), Some(Damage::SignatureShape));
    let huge = vec![b'a'; 100_000];
    assert_eq!(pair.with_signature(&huge), Some(Damage::SignatureShape));
}

#[test]
fn a_golden_without_its_signature_and_a_signature_without_its_golden_are_told_apart() {
    let (_folder, path) = folder_with(&Run::new("r1", [json!(1)]));
    let damage = || {
        verify_golden(&path, &KeyRing::development())
            .unwrap_err()
            .damage()
            .cloned()
    };
    fs::remove_file(signature_path(&path)).unwrap();
    assert_eq!(damage(), Some(Damage::Unsigned));
    fs::write(signature_path(&path), "").unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(damage(), Some(Damage::Missing));
}

#[test]
fn a_pair_under_another_name_and_a_foreign_signature_are_found() {
    let pair = small();
    let ring = KeyRing::development();
    let renamed = pair.path.with_file_name("r2.steps.jsonl");
    let damage = check_at(&renamed, &pair.golden, &pair.signature, &ring);
    let signed_as = "r1.steps.jsonl".to_owned();
    assert_eq!(damage, Some(Damage::Renamed { signed_as }));
    let other = Pair::new(&Run::new("r3", [json!({ "a": 1 })]));
    let signed_as = "r3.steps.jsonl".to_owned();
    assert_eq!(
        pair.with_signature(&other.signature),
        Some(Damage::Renamed { signed_as })
    );
    // The same run recorded with another outcome has the right name.
    let again = Pair::new(&Run::new("r1", [json!({ "a": 2 })]));
    assert_eq!(pair.with_signature(&again.signature), Some(Damage::MacMismatch));
}

#[test]
fn a_key_outside_of_the_ring_and_a_lower_class_are_refused() {
    let pair = small();
    let secret = GoldenKey::new(&[7; 32], KeyClass::Release).unwrap();
    let check = |ring: &KeyRing, expect: Option<Damage>| {
        let damage = check_at(&pair.path, &pair.golden, &pair.signature, ring);
        assert!(
            damage
                .iter()
                .all(|damage| damage.code() == ErrorCode::SignatureInvalid)
        );
        assert_eq!(damage, expect);
    };
    let development = GoldenKey::development();
    check(
        &KeyRing::new(secret.clone()),
        Some(Damage::UnknownKey(development.id())),
    );
    check(&KeyRing::new(secret.clone()).accepting(development.clone()), None);
    let required = KeyClass::Release;
    let found = KeyClass::Dev;
    check(
        &KeyRing::new(secret).accepting(development).requiring(required),
        Some(Damage::KeyClass { required, found }),
    );
}

#[test]
fn a_golden_that_changes_after_it_was_verified_gives_nothing_away() {
    let (_folder, path) = folder_with(&Run::new("r1", [json!("yes")]));
    let golden = load_golden(&path, &KeyRing::development()).unwrap();
    let changed = fs::read_to_string(&path).unwrap().replace("yes", "no!");
    fs::write(&path, changed).unwrap();
    let events: Result<Vec<_>, _> = golden.events().unwrap().collect();
    assert_eq!(events.unwrap_err().damage(), Some(&Damage::MacMismatch));
    let other = Run::new("r1", [json!("yes")]).golden();
    let error = aos_golden::compare_golden(&other, &golden, &Default::default()).unwrap_err();
    assert_eq!(error.damage(), Some(&Damage::MacMismatch));
    let recording = aos_golden::Recording::new(&golden).unwrap();
    let error = recording.divergences(&other).unwrap_err();
    assert_eq!(error.damage(), Some(&Damage::MacMismatch));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_damage_to_a_large_golden_is_found(
        position: prop::sample::Index,
        length in 0_usize..40,
        insert in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let outputs = (0..200).map(|index| json!({ "index": index, "text": "x".repeat(index * 7) }));
        let pair = Pair::new(&Run::new("large", outputs));
        let start = position.index(pair.golden.len());
        let end = (start + length).min(pair.golden.len());
        let changed = [&pair.golden[..start], &insert, &pair.golden[end..]].concat();
        prop_assert_eq!(pair.with_golden(&changed).is_none(), changed == pair.golden);
    }
}
