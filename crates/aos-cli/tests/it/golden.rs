//! `aos golden verify`, `diff`, `show`, `sign`, `rekey` and `keygen`.

use std::fs;

use crate::{
    golden_record::{FAN, KEY},
    support::{Desk, HELLO},
};

const GOLDEN: &str = "g/r.steps.jsonl";

/// A folder with a golden that is signed with `KEY`.
fn recorded() -> Desk {
    let desk = Desk::with(&[("w.yaml", FAN)]);
    desk.check_with(
        KEY,
        &["run", "w.yaml", "--run-id", "r", "--golden", "g", "--seed", "7"],
        0,
    );
    desk
}

#[test]
fn a_genuine_golden_is_told_from_one_that_was_changed_unsigned_or_missing() {
    let desk = recorded();
    let answer = desk
        .check_with(KEY, &["golden", "verify", GOLDEN, "-o", "json"], 0)
        .json();
    let golden = &answer["goldens"][0];
    assert_eq!(
        (
            golden["ok"].as_bool(),
            golden["run_id"].as_str(),
            golden["events"].as_u64()
        ),
        (Some(true), Some("r"), Some(8))
    );
    assert_eq!(golden["key_class"], "ci");

    let changed = desk.read(GOLDEN).replacen("\"retries\":0", "\"retries\":1", 1);
    desk.write("changed/r.steps.jsonl", changed);
    let copy = |name: &str| fs::copy(desk.path(&format!("{GOLDEN}.sig")), desk.path(name)).unwrap();
    copy("changed/r.steps.jsonl.sig");
    desk.write("unsigned/r.steps.jsonl", desk.read(GOLDEN));
    let check = |goldens: &[&str], code: i32, parts: &[&str]| {
        let args = [&["golden", "verify"], goldens].concat();
        let ended = desk.check_with(KEY, &args, code);
        ended.answers(parts);
        let json = desk
            .check_with(KEY, &[&args[..], &["-o", "json"]].concat(), code)
            .json();
        assert_eq!(json["goldens"].as_array().unwrap().len(), goldens.len());
    };
    check(
        &["changed/r.steps.jsonl"],
        7,
        &["TAMPER_DETECTED", "changed after signing", "version control"],
    );
    check(
        &["unsigned/r.steps.jsonl"],
        7,
        &["has no signature", "aos golden sign"],
    );
    check(
        &["g/other.steps.jsonl"],
        8,
        &["DATA_NOT_FOUND", "there is no such golden"],
    );
    check(
        &[GOLDEN, "changed/r.steps.jsonl", "g/other.steps.jsonl"],
        7,
        &[
            "8 events of run r",
            "changed after signing",
            "there is no such golden",
        ],
    );
    let args = ["golden", "verify", GOLDEN, "--require-class", "release"];
    desk.check_with(KEY, &args, 7)
        .answers(&["where `release` is required", "aos golden rekey"]);
    desk.check(&["golden", "verify", GOLDEN], 4)
        .says(&["no golden key"]);
    desk.check(&["golden", "verify"], 2);
}

#[test]
fn other_commands_refuse_what_is_not_signed_unless_they_are_asked_to() {
    let desk = recorded();
    fs::remove_file(desk.path(&format!("{GOLDEN}.sig"))).unwrap();
    for command in [
        &["golden", "show", GOLDEN][..],
        &["golden", "replay", GOLDEN],
        &["golden", "diff", GOLDEN, GOLDEN],
    ] {
        let ended = desk.check_with(KEY, command, 7);
        ended.says(&["SIGNATURE_INVALID", GOLDEN, "--unverified"]);
        desk.check(&[command, &["--unverified"]].concat(), 0);
        let json = desk
            .check_with(KEY, &[command, &["-o", "json"]].concat(), 7)
            .json();
        assert_eq!(json["error"]["exit_code"], 7);
    }
}

#[test]
fn two_goldens_that_differ_are_told_apart_by_place_and_value() {
    let desk = recorded();
    desk.check_with(KEY, &["golden", "diff", GOLDEN, GOLDEN], 0)
        .answers(&["equal: 8 events"]);
    let run = [
        "run", "w.yaml", "--run-id", "r", "--golden", "g2", "--store", "memory:",
    ];
    desk.check_with(KEY, &[&run[..], &["--seed", "7", "--input", "n=4"]].concat(), 0);
    let ended = desk.check_with(KEY, &["golden", "diff", "g2/r.steps.jsonl", GOLDEN], 6);
    ended.answers(&[
        "`/0/inputs/n`: another value, expected 3, found 4",
        "step `start`, `/1/output`: another value, expected 27021597764222979, found 36028797018963972",
    ]);
    let args = ["golden", "diff", "g2/r.steps.jsonl", GOLDEN, "-o", "json"];
    let json = desk.check_with(KEY, &args, 6).json();
    assert_eq!(
        (json["equal"].as_bool(), json["expected"].as_str()),
        (Some(false), Some(GOLDEN))
    );
    assert_eq!(json["differences"][0]["pointer"], "/0/inputs/n");

    desk.check_with(
        KEY,
        &[
            &["run", "w.yaml", "--run-id", "r", "--golden", "g3"],
            &run[6..],
            &["--seed", "8"],
        ]
        .concat(),
        0,
    );
    let ended = desk.check_with(KEY, &["golden", "diff", "g3/r.steps.jsonl", GOLDEN], 6);
    ended.answers(&[
        "1 difference",
        "`/0/seed`: another seed, expected \"7\", found \"8\"",
    ]);
}

#[test]
fn a_golden_is_shown_to_people_and_to_programs() {
    let desk = recorded();
    desk.check_with(KEY, &["golden", "show", GOLDEN], 0).answers(&[
        "run         r",
        "seed        7",
        "file_write",
        "PERMISSION_DENIED  not today",
        "completed",
    ]);
    let lines = desk
        .check_with(KEY, &["golden", "show", GOLDEN, "-o", "jsonl"], 0)
        .stdout;
    assert_eq!(lines, desk.read(GOLDEN));
    let json = desk
        .check_with(KEY, &["golden", "show", GOLDEN, "-o", "json"], 0)
        .json();
    assert_eq!(json["events"].as_array().unwrap().len(), 8);
    assert_eq!(json["events"][7]["event"], "run_end");
}

#[test]
fn a_golden_is_signed_once_and_gets_another_key_only_when_the_old_one_fits() {
    let desk = Desk::with(&[("w.yaml", HELLO)]);
    desk.check(
        &["run", "w.yaml", "--run-id", "r", "--golden", "g", "--dev-key"],
        0,
    );
    desk.check(&["golden", "sign", GOLDEN, "--dev-key"], 2)
        .says(&["there is a signature already"]);
    let made = desk.check(&["golden", "keygen", "k/new.key"], 10);
    made.says(&["k/new.key"]);
    let made = desk
        .check(
            &["golden", "keygen", "new.key", "--class", "release", "-o", "json"],
            0,
        )
        .json();
    let file = ("AOS_GOLDEN_KEY_FILE", "new.key");
    let key = desk.read("new.key");
    assert!(
        !made.to_string().contains(key.trim().rsplit(':').next().unwrap()),
        "{made}"
    );
    desk.check(&["golden", "keygen", "new.key"], 10);
    assert_eq!(desk.read("new.key"), key);

    desk.check_with(file, &["golden", "verify", GOLDEN], 7);
    desk.check_with(file, &["golden", "rekey", GOLDEN], 7)
        .says(&["not among the given keys"]);
    let ended = desk.check_with(file, &["golden", "rekey", GOLDEN, "--dev-key"], 0);
    ended.answers(&[made["key_id"].as_str().unwrap(), "(release)"]);
    desk.check_with(
        file,
        &["golden", "verify", GOLDEN, "--require-class", "release"],
        0,
    );
    desk.check(&["golden", "rekey", GOLDEN, "--dev-key"], 4);

    fs::remove_file(desk.path(&format!("{GOLDEN}.sig"))).unwrap();
    desk.check_with(file, &["golden", "sign", GOLDEN], 0)
        .answers(&["signed g/r.steps.jsonl"]);
    desk.check_with(file, &["golden", "verify", GOLDEN], 0);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let desk = recorded();
    desk.write("open.key", KEY.1);
    let file = ("AOS_GOLDEN_KEY_FILE", "open.key");
    fs::set_permissions(desk.path("open.key"), fs::Permissions::from_mode(0o644)).unwrap();
    desk.check_with(file, &["golden", "verify", GOLDEN], 4)
        .says(&["chmod 600"]);
    fs::set_permissions(desk.path("open.key"), fs::Permissions::from_mode(0o600)).unwrap();
    desk.check_with(file, &["golden", "verify", GOLDEN], 0);
}
