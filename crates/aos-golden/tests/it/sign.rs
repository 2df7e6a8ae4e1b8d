//! Signing goldens that have no signature, and changing keys.

use std::fs;

use aos_golden::{
    Damage, GoldenKey, KeyClass, KeyRing, load_golden, load_unverified, paths::signature_path, rekey_golden,
    sign_golden,
};
use serde_json::json;

use crate::support::{Run, folder_with};

#[test]
fn an_unsigned_golden_can_be_signed_once() {
    let ring = KeyRing::development();
    let (_folder, path) = folder_with(&Run::new("r1", [json!(1)]));
    let signature = fs::read(signature_path(&path)).unwrap();
    assert!(sign_golden(&path, &ring).is_err(), "it has a signature");
    fs::remove_file(signature_path(&path)).unwrap();
    assert_eq!(
        load_golden(&path, &ring).unwrap_err().damage(),
        Some(&Damage::Unsigned)
    );
    assert!(load_unverified(&path).is_ok());
    sign_golden(&path, &ring).unwrap();
    assert_eq!(fs::read(signature_path(&path)).unwrap(), signature);
}

#[test]
fn what_is_not_a_whole_golden_of_its_name_is_not_signed() {
    let ring = KeyRing::development();
    let (_folder, path) = folder_with(&Run::new("r1", [json!(1)]));
    fs::remove_file(signature_path(&path)).unwrap();
    let other = path.with_file_name("r2.steps.jsonl");
    fs::copy(&path, &other).unwrap();
    let renamed = Damage::Renamed {
        signed_as: "r1.steps.jsonl".into(),
    };
    assert_eq!(sign_golden(&other, &ring).unwrap_err().damage(), Some(&renamed));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.trim_end()).unwrap();
    assert_eq!(
        sign_golden(&path, &ring).unwrap_err().damage(),
        Some(&Damage::TornLine { line: 3 })
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(
        sign_golden(&path, &ring).unwrap_err().damage(),
        Some(&Damage::Missing)
    );
    assert!(!signature_path(&path).exists());
}

#[test]
fn a_golden_moves_from_one_key_to_another_only_while_it_is_good() {
    let (_folder, path) = folder_with(&Run::new("r1", [json!(1)]));
    let old = KeyRing::development();
    let key = GoldenKey::generate(KeyClass::Release).unwrap();
    let new = KeyRing::new(key.clone()).requiring(KeyClass::Release);
    let golden = rekey_golden(&path, &old, &key).unwrap();
    assert_eq!(
        (golden.key_id(), golden.key_class()),
        (key.id(), KeyClass::Release)
    );
    assert!(load_golden(&path, &new).is_ok());
    let unknown = Damage::UnknownKey(key.id());
    assert_eq!(load_golden(&path, &old).unwrap_err().damage(), Some(&unknown));

    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("echo", "ecco")).unwrap();
    let signature = fs::read(signature_path(&path)).unwrap();
    assert_eq!(
        rekey_golden(&path, &new, &GoldenKey::development())
            .unwrap_err()
            .damage(),
        Some(&Damage::MacMismatch)
    );
    assert_eq!(fs::read(signature_path(&path)).unwrap(), signature);
}
