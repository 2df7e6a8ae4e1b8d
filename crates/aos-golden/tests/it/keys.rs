//! Where keys come from, and that they stay secret.

use std::{collections::BTreeMap, fs, path::Path};

use aos_golden::{
    GoldenKey, KeyClass, KeyError, KeyRing, MIN_KEY_BYTES,
    key::{DEVELOPMENT_KEY, KEY_FILE_VARIABLE, KEY_VARIABLE, create_key_file},
};
use aos_spec::ErrorCode;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn bytes() -> Vec<u8> {
    (0..32).collect()
}

#[test]
fn hex_and_base64_spell_the_same_key() {
    let key = GoldenKey::new(&bytes(), KeyClass::Ci).unwrap();
    let check = |text: &str, class: KeyClass| {
        let parsed = GoldenKey::parse(text, "a test").unwrap();
        assert_eq!((parsed.id(), parsed.class()), (key.id(), class), "{text}");
    };
    check(&format!("hex:{HEX}"), KeyClass::Ci);
    check(&format!("hex:{}", HEX.to_uppercase()), KeyClass::Ci);
    check(&format!("base64:{BASE64}\n"), KeyClass::Ci);
    check(&format!(" release  base64:{BASE64} "), KeyClass::Release);
    check(&format!("dev hex:{HEX}"), KeyClass::Dev);
    check(&key.to_text(), KeyClass::Ci);
}

#[test]
fn what_is_not_a_key_is_refused_without_showing_it() {
    for text in [
        "",
        "secret",
        HEX,
        "hex:",
        "hex:0g",
        "hex:012",
        "base64:!",
        "root hex:00",
        "hex:00 hex:00",
        "hex: 00",
    ] {
        let error = GoldenKey::parse(text, "a test").unwrap_err();
        let is_expected = matches!(error, KeyError::Malformed { .. } | KeyError::TooShort { .. });
        assert!(is_expected, "{text}: {error}");
        assert!(text.len() < 4 || !error.to_string().contains(text), "{error}");
    }
    assert!(matches!(
        GoldenKey::new(&[1; MIN_KEY_BYTES - 1], KeyClass::Ci),
        Err(KeyError::TooShort { found: 31 })
    ));
    assert!(GoldenKey::new(&[1; MIN_KEY_BYTES], KeyClass::Ci).is_ok());
}

#[test]
fn keys_are_never_shown() {
    let ring = KeyRing::new(GoldenKey::new(&bytes(), KeyClass::Ci).unwrap());
    let shown = format!("{ring:?} {:?}", ring.signing_key());
    assert!(!shown.contains("0102") && !shown.contains("1, 2, 3"), "{shown}");
    assert!(shown.contains(&ring.signing_key().id().to_string()));
}

/// The id must not change: it is in every signature.
#[test]
fn the_id_of_a_key_is_a_part_of_the_format() {
    assert_eq!(
        GoldenKey::new(&bytes(), KeyClass::Ci).unwrap().id().to_string(),
        "0cc4850971256e33"
    );
    assert_eq!(GoldenKey::development().id().to_string(), "fe046966b03f8800");
    let published = GoldenKey::new(DEVELOPMENT_KEY, KeyClass::Dev).unwrap();
    assert_eq!(published.id(), GoldenKey::development().id());
}

#[track_caller]
fn from(variables: &[(&str, &str)]) -> Result<KeyRing, KeyError> {
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    KeyRing::from_environment(|name| variables.get(name).map(ToString::to_string))
}

#[test]
fn the_environment_names_a_file_or_holds_a_key_and_there_is_no_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let written = create_key_file(&path, KeyClass::Release).unwrap();
    let path_text = path.to_str().unwrap();
    let key_text = format!("hex:{HEX}");

    let ring = from(&[(KEY_FILE_VARIABLE, path_text), (KEY_VARIABLE, "ignored")]).unwrap();
    assert_eq!(
        (ring.signing_key().id(), ring.signing_key().class()),
        (written, KeyClass::Release)
    );
    let ring = from(&[(KEY_VARIABLE, &key_text), (KEY_FILE_VARIABLE, "")]).unwrap();
    assert_eq!(ring.signing_key().class(), KeyClass::Ci);
    for nothing in [&[][..], &[(KEY_VARIABLE, "")][..]] {
        let error = from(nothing).unwrap_err();
        assert!(matches!(error, KeyError::NoKey));
        assert_eq!(error.code(), ErrorCode::Unauthorized);
    }
    assert!(matches!(
        from(&[(KEY_FILE_VARIABLE, "/no/such/file")]),
        Err(KeyError::Io { .. })
    ));
    let error = create_key_file(&path, KeyClass::Ci).unwrap_err();
    assert!(
        matches!(error, KeyError::Io { .. }),
        "a key is never overwritten: {error}"
    );
}

#[test]
fn a_file_may_hold_many_keys_and_the_first_one_signs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    create_key_file(&path, KeyClass::Ci).unwrap();
    let first = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# new\n{first}\n\n  # old\nrelease hex:{HEX}\n")).unwrap();
    let ring = KeyRing::from_file(&path).unwrap();
    let ids: Vec<_> = ring.keys().iter().map(GoldenKey::id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(
        ring.signing_key().id(),
        GoldenKey::parse(&first, "the first line").unwrap().id()
    );
    fs::write(&path, "# nothing\n").unwrap();
    assert!(matches!(
        KeyRing::from_file(&path),
        Err(KeyError::Malformed { .. })
    ));
    let generated = [
        GoldenKey::generate(KeyClass::Ci),
        GoldenKey::generate(KeyClass::Ci),
    ]
    .map(Result::unwrap);
    assert_ne!(generated[0].id(), generated[1].id());
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    create_key_file(&path, KeyClass::Ci).unwrap();
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o400, 0o600, 0o700] {
        set_mode(&path, mode);
        assert!(KeyRing::from_file(&path).is_ok(), "{mode:o}");
    }
    for mode in [0o604, 0o640, 0o620, 0o601] {
        set_mode(&path, mode);
        assert!(
            matches!(KeyRing::from_file(&path), Err(KeyError::OpenToOthers { .. })),
            "{mode:o}"
        );
    }
}
