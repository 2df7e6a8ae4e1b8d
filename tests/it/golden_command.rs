//! `golden-check`, `golden-regen` and `golden-accept` as programs: what they write, and how they end.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use aos_golden::{KeyRing, load_golden};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden")
}

/// Returns a folder with everything that is in the folder of goldens.
pub(crate) fn copy_of_goldens() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["", "specs"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        for entry in fs::read_dir(goldens().join(name)).unwrap() {
            let from = entry.unwrap().path();
            if from.is_file() {
                fs::copy(&from, folder.path().join(name).join(from.file_name().unwrap())).unwrap();
            }
        }
    }
    folder
}

/// Returns a folder with two cases, so that checking it is quick.
fn two_cases() -> TempDir {
    let folder = copy_of_goldens();
    let keep = ["panic", "retry"];
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.contains(".steps.jsonl") && !keep.contains(&name.split('.').next().unwrap()) {
            fs::remove_file(path).unwrap();
        }
    }
    let case = |name: &str, seed: u32| {
        format!(
            "[[case]]\nname = \"{name}\"\nspec = \"specs/{name}.yaml\"\nseed = \"{seed}\"\ngolden = \"{name}.steps.jsonl\"\n"
        )
    };
    let manifest = format!("format = 1\n{}{}", case("retry", 3), case("panic", 16));
    fs::write(folder.path().join("manifest.toml"), manifest).unwrap();
    folder
}

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run_in(folder: &Path, words: &[&str], is_ci: bool) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_golden-cases"));
    command
        .args(&words[..1])
        .arg("--folder")
        .arg(folder)
        .args(&words[1..])
        .env_remove("CI");
    if is_ci {
        command.env("CI", "true");
    }
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn expect(folder: &Path, words: &[&str], code: i32, part: &str) {
    let ended = run_in(folder, words, false);
    assert_eq!(ended.code, code, "{words:?}: {}{}", ended.stdout, ended.stderr);
    let all = ended.stdout + &ended.stderr;
    assert!(all.contains(part), "{words:?}: `{part}` is missing: {all}");
}

/// The files of a folder and what they hold.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// Makes the retries of a case cost something else.
fn change(folder: &Path) {
    let spec = folder.join("specs/retry.yaml");
    fs::write(
        &spec,
        fs::read_to_string(&spec)
            .unwrap()
            .replace("cost_cents: 0.5", "cost_cents: 0.75"),
    )
    .unwrap();
}

#[test]
fn a_check_tells_by_its_exit_code_what_it_found_and_writes_nothing() {
    let folder = two_cases();
    let folder = folder.path();
    let check = |change: &dyn Fn(), code: i32, part: &str| {
        change();
        let before = files(folder);
        expect(folder, &["golden-check"], code, part);
        assert_eq!(files(folder), before);
    };
    check(&|| {}, 0, "2 of 2 cases are equal");
    check(
        &|| change(folder),
        1,
        "`/1/cost_micro_cents`: another value, expected 1500000, found 2250000",
    );
    let panic = folder.join("panic.steps.jsonl");
    let kept = fs::read(&panic).unwrap();
    let away = folder.join("panic.away");
    check(&|| fs::rename(&panic, &away).unwrap(), 3, "there is no golden");
    check(
        &|| fs::write(&panic, [&kept[..], b"\n"].concat()).unwrap(),
        2,
        "were signed",
    );
    check(
        &|| {
            fs::write(&panic, &kept).unwrap();
            fs::copy(&panic, folder.join("other.steps.jsonl")).unwrap();
        },
        3,
        "belongs to no case",
    );
    expect(
        folder,
        &["golden-check", "--filter", "panic"],
        0,
        "1 of 1 cases are equal",
    );
    expect(
        folder,
        &["golden-check", "--filter", "nothing"],
        4,
        "no case has `nothing` in its name",
    );
    expect(folder, &["golden-check", "--fast"], 4, "--fast");
    expect(&folder.join("nowhere"), &["golden-check"], 4, "manifest.toml");
}

#[test]
fn a_report_has_a_page_for_people_and_documents_for_programs() {
    let folder = two_cases();
    change(folder.path());
    let report = folder.path().join("report");
    expect(
        folder.path(),
        &["golden-check", "--report-dir", report.to_str().unwrap()],
        1,
        "",
    );
    let read = |name: &str| fs::read_to_string(report.join(name)).unwrap();
    let json: Value = serde_json::from_str(&read("report.json")).unwrap();
    assert_eq!(
        (&json["verdict"], &json["exit_code"]),
        (&"different".into(), &1.into())
    );
    assert_eq!(
        json["cases"][0]["differences"][0]["pointer"],
        "/0/spec/steps/0/inputs/cost_cents"
    );
    assert!(read("junit.xml").contains("<testcase") && read("junit.xml").contains("<failure"));
    assert!(read("summary.md").contains("golden-accept --filter NAME"));
    let page = read("index.html");
    assert!(
        page.contains("/1/cost_micro_cents") && !page.contains("http") && !page.contains("src="),
        "{page}"
    );
    for copy in ["expected", "actual"] {
        assert!(report.join(copy).join("retry.steps.jsonl").is_file());
    }
}

#[test]
fn a_golden_changes_in_two_steps_with_a_reason_and_never_in_ci() {
    let folder = two_cases();
    let folder = folder.path();
    change(folder);
    let golden = folder.join("retry.steps.jsonl");
    let before = fs::read(&golden).unwrap();
    let pending = folder.join("retry.steps.jsonl.new");
    expect(folder, &["golden-regen"], 4, "--filter");
    for words in [
        &["golden-regen", "--all"][..],
        &["golden-accept", "--all", "--reason", "x"],
    ] {
        let ended = run_in(folder, words, true);
        assert_eq!(ended.code, 4);
        assert!(ended.stderr.contains("not changed in CI"), "{}", ended.stderr);
    }
    assert!(!pending.exists());

    expect(
        folder,
        &["golden-accept", "--all", "--reason", "x"],
        4,
        "nothing waits",
    );
    expect(folder, &["golden-regen", "--filter", "retry"], 0, "found 2250000");
    assert!(pending.exists());
    assert_eq!(fs::read(&golden).unwrap(), before);
    expect(folder, &["golden-check"], 3, "waits to be accepted");
    expect(folder, &["golden-accept", "--filter", "retry"], 4, "--reason");
    expect(
        folder,
        &["golden-accept", "--filter", "retry", "--reason", " "],
        4,
        "say in one line why",
    );
    expect(
        folder,
        &["golden-accept", "--filter", "retry", "--reason", "dearer"],
        0,
        "retry: changed",
    );
    assert!(!pending.exists());
    load_golden(&golden, &KeyRing::development()).unwrap();
    expect(folder, &["golden-check"], 0, "2 of 2");
    let changes = fs::read_to_string(folder.join("CHANGES.md")).unwrap();
    assert!(changes.ends_with("\n## dearer\n\n- `retry`\n"), "{changes}");
}

#[test]
fn a_golden_that_was_tampered_with_is_not_recorded_over() {
    let folder = two_cases();
    let golden = folder.path().join("retry.steps.jsonl");
    let changed = fs::read_to_string(&golden)
        .unwrap()
        .replacen("\"retries\":2", "\"retries\":1", 1);
    fs::write(&golden, &changed).unwrap();
    expect(
        folder.path(),
        &["golden-regen", "--all"],
        2,
        "changed after signing",
    );
    assert_eq!(fs::read_to_string(&golden).unwrap(), changed);
    assert!(!folder.path().join("retry.steps.jsonl.new").exists());
}
