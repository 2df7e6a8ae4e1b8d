//! A folder of goldens is checked, and nothing in it is overlooked.

use std::{
    cell::Cell,
    collections::BTreeMap,
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
};

use aos_golden::{
    Golden, KeyRing,
    corpus::{
        Case, CaseOutcome, CheckReport, Corpus, Regenerated, Selection, Verdict, accept, check, regenerate,
    },
    paths::signature_path,
};
use aos_spec::{ErrorCode, Seed};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::Run;

const MANIFEST: &str = r#"
format = 1

[[case]]
name = "first"
spec = "specs/first.yaml"
seed = "18446744073709551615"
golden = "first.steps.jsonl"
inputs = { n = 3, deep = [{ x = 1.5 }, true, "text"] }

[[case]]
name = "second"
spec = "second.json"
seed = "7"
golden = "more/second.steps.jsonl"
"#;

/// A folder with two cases, and what they would do now.
pub(crate) struct Folder {
    pub(crate) temporary: TempDir,
    pub(crate) outputs: BTreeMap<String, Value>,
    n_recorded: Cell<usize>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        fs::create_dir(temporary.path().join("more")).unwrap();
        fs::write(temporary.path().join("manifest.toml"), MANIFEST).unwrap();
        Self {
            temporary,
            outputs: [("first".into(), json!({ "a": 1 })), ("second".into(), json!("b"))].into(),
            n_recorded: Cell::new(0),
        }
    }

    /// A folder whose goldens hold what the cases do.
    pub(crate) fn accepted() -> Self {
        let folder = Self::new();
        folder.regenerate(Selection::All);
        folder.accept("the first goldens").unwrap();
        folder.n_recorded.set(0);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    pub(crate) fn corpus(&self) -> Corpus {
        Corpus::load(self.temporary.path()).unwrap()
    }

    pub(crate) fn record(&self, case: &Case) -> Result<Golden, Infallible> {
        self.n_recorded.set(self.n_recorded.get() + 1);
        Ok(Run::new(case.run_id.as_str(), [self.outputs[&case.name].clone()]).golden())
    }

    pub(crate) fn check(&self) -> CheckReport {
        check(&self.corpus(), Selection::All, &KeyRing::development(), |case| {
            self.record(case)
        })
        .unwrap()
    }

    pub(crate) fn regenerate(&self, selection: Selection<'_>) -> Vec<(String, Regenerated)> {
        regenerate(&self.corpus(), selection, &KeyRing::development(), |case| {
            self.record(case)
        })
        .unwrap()
    }

    pub(crate) fn accept(&self, reason: &str) -> Result<Vec<String>, aos_golden::CorpusError> {
        let accepted = accept(&self.corpus(), Selection::All, &KeyRing::development(), reason)?;
        Ok(accepted.into_iter().map(|accepted| accepted.name).collect())
    }

    #[track_caller]
    pub(crate) fn check_verdict(&self, expect: Verdict, code: u8) {
        let verdict = self.check().verdict();
        assert_eq!((verdict, verdict.exit_code()), (expect, code));
    }
}

/// Everything in a folder, by relative path.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn a_manifest_is_read_strictly() {
    let folder = Folder::new();
    let corpus = folder.corpus();
    let [first, second] = corpus.cases() else {
        panic!("{corpus:?}")
    };
    assert_eq!(first.seed, Seed(u64::MAX));
    assert_eq!(first.spec, folder.path("specs/first.yaml"));
    assert_eq!(
        Value::from(first.inputs.clone()),
        json!({ "n": 3, "deep": [{ "x": 1.5 }, true, "text"] })
    );
    assert_eq!(
        (second.run_id.as_str(), second.golden.clone()),
        ("second", folder.path("more/second.steps.jsonl"))
    );
    assert_eq!((first.redactions.len(), second.redactions.len()), (0, 0));
    assert_eq!(corpus.select(Selection::Matching("sec")).unwrap(), [second]);
    assert!(corpus.select(Selection::Matching("third")).is_err());

    let check = |from: &str, to: &str, expect: &str| {
        assert!(MANIFEST.contains(from));
        fs::write(folder.path("manifest.toml"), MANIFEST.replacen(from, to, 1)).unwrap();
        let error = Corpus::load(folder.temporary.path()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        assert!(error.to_string().contains(expect), "{error}");
    };
    check("format = 1", "format = 2", "unknown format 2");
    check("format = 1", "format = 1\nextra = 1", "extra");
    check("seed =", "sed =", "sed");
    check("\"7\"", "\"-7\"", "is not a seed");
    let hidden = "seed = \"7\"\nredact = [\"/nowhere\"]";
    check("seed = \"7\"", hidden, "`/nowhere` cannot be hidden");
    check("\"second\"", "\"first\"", "stands twice");
    check("more/second", "first", "stands twice");
    check("more/second", "../second", "does not stay in the folder");
    check("second.json", "/etc/passwd", "does not stay in the folder");
    check("second.json", "", "does not stay in the folder");
    check(
        "second.steps.jsonl",
        "second.json",
        "not the file name of a golden",
    );
    check("\"second\"", "\"a/b\"", "not a valid run id");
    check("n = 3", "n = 2026-01-01", "as text");
    check("n = 3", "n = nan", "not a JSON number");
    fs::remove_file(folder.path("manifest.toml")).unwrap();
    assert_eq!(
        Corpus::load(folder.temporary.path()).unwrap_err().code(),
        ErrorCode::IoError
    );
}

#[test]
fn a_settled_folder_is_equal_and_checking_writes_nothing() {
    let folder = Folder::accepted();
    let before = contents(folder.temporary.path());
    folder.check_verdict(Verdict::Equal, 0);
    assert_eq!(folder.n_recorded.get(), 2);
    assert_eq!(contents(folder.temporary.path()), before);
}

#[test]
fn a_run_that_does_something_else_is_different() {
    let mut folder = Folder::accepted();
    folder.outputs.insert("first".into(), json!({ "a": 2 }));
    folder.check_verdict(Verdict::Different, 1);
    let report = folder.check();
    let CaseOutcome::Different { differences, .. } = &report.cases[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!(differences[0].pointer, "/1/output/a");
    assert_eq!(report.cases[1].outcome.verdict(), Verdict::Equal);
}

#[test]
fn damaged_leaking_and_missing_goldens_are_found_without_running_their_cases() {
    let folder = Folder::accepted();
    let golden = folder.path("first.steps.jsonl");
    let bytes = fs::read(&golden).unwrap();
    let check = |expect: Verdict, code: u8, reason: &str| {
        folder.n_recorded.set(0);
        folder.check_verdict(expect, code);
        assert_eq!(folder.n_recorded.get(), 1, "only the other case");
        let found = folder.check().cases[0].outcome.reason().unwrap();
        assert!(found.contains(reason), "{found}");
    };
    fs::write(&golden, "changed").unwrap();
    check(Verdict::Untrusted, 2, "bytes");
    fs::write(&golden, &bytes).unwrap();
    fs::remove_file(signature_path(&golden)).unwrap();
    check(Verdict::Untrusted, 2, "no signature");
    let key = format!("ghp_{}", "a1B2c3".repeat(6));
    let leaking = String::from_utf8(bytes.clone())
        .unwrap()
        .replace("\"a\":1", &format!("\"a\":\"{key}\""));
    fs::write(&golden, leaking).unwrap();
    aos_golden::sign_golden(&golden, &KeyRing::development()).unwrap();
    check(Verdict::Untrusted, 2, "rule `github-token`) at `/output/a`");
    fs::remove_file(&golden).unwrap();
    check(Verdict::Incomplete, 3, "there is no golden");
}

#[test]
fn files_that_belong_to_no_case_are_found() {
    let folder = Folder::accepted();
    for (name, reason) in [
        ("more/third.steps.jsonl", "belongs to no case"),
        ("third.steps.jsonl.sig", "belongs to no case"),
        ("first.steps.jsonl.partial", "belongs to no case"),
        ("first.steps.jsonl.sig.tmp", "belongs to no case"),
        ("more/second.steps.jsonl.new", "waits to be accepted"),
    ] {
        let path = folder.path(name);
        fs::write(&path, "").unwrap();
        folder.check_verdict(Verdict::Incomplete, 3);
        let strays = folder.check().strays;
        assert_eq!(strays.len(), 1);
        assert_eq!(strays[0].path, path);
        assert!(strays[0].reason.starts_with(reason), "{}", strays[0].reason);
        fs::remove_file(path).unwrap();
    }
    fs::write(folder.path("README.md"), "not a golden").unwrap();
    folder.check_verdict(Verdict::Equal, 0);
}

#[test]
fn a_case_that_cannot_be_run_fails_the_check() {
    let folder = Folder::accepted();
    let ring = KeyRing::development();
    let report = check(&folder.corpus(), Selection::All, &ring, |_| Err("no such skill")).unwrap();
    assert_eq!(report.verdict(), Verdict::Failed);
    assert_eq!(report.cases[0].outcome.reason().unwrap(), "no such skill");
    let report = check(&folder.corpus(), Selection::Matching("first"), &ring, |case| {
        folder.record(case)
    })
    .unwrap();
    assert_eq!(report.cases.len(), 1);
}
