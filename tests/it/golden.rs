//! The goldens of this repository: they hold, and whatever changes turns the check red.

use std::{fs, path::Path, sync::Arc};

use aos_golden::{
    InMemoryGoldenRecorder, KeyRing, Recording,
    corpus::{CaseOutcome, CheckReport, Corpus, Selection, Verdict, check, report},
    load_golden,
};
use aos_spec::{
    Effect, SkillManifest, SkillRegistry, StepContext, StepFailure, port::Skill, skill::SkillOutput,
};
use aos_testkit::golden::{Laboratory, new_run};
use async_trait::async_trait;
use serde_json::json;

use crate::golden_command::{copy_of_goldens, goldens};

fn check_with(folder: &Path, selection: Selection<'_>, laboratory: &Laboratory) -> CheckReport {
    let corpus = Corpus::load(folder).unwrap();
    check(&corpus, selection, &KeyRing::development(), |case| {
        laboratory.record(case)
    })
    .unwrap()
}

#[test]
fn every_golden_of_the_repository_holds() {
    let checked = check_with(&goldens(), Selection::All, &Laboratory::default());
    assert_eq!(
        checked.verdict(),
        Verdict::Equal,
        "{}",
        report::to_markdown(&checked)
    );
    assert!(checked.cases.len() >= 16);
}

/// Returns the differences of the only case of `checked` in words.
#[track_caller]
fn differences(checked: &CheckReport) -> Vec<String> {
    assert_eq!(
        checked.verdict(),
        Verdict::Different,
        "{}",
        report::to_markdown(checked)
    );
    let [case] = checked.cases.as_slice() else {
        panic!("one case was chosen");
    };
    match &case.outcome {
        CaseOutcome::Different { differences, .. } => differences.iter().map(ToString::to_string).collect(),
        outcome => panic!("{outcome:?}"),
    }
}

/// A skill that answers something else than the one of its name.
struct Changed(SkillManifest);

#[async_trait]
impl Skill for Changed {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, _: &StepContext) -> Result<SkillOutput, StepFailure> {
        Ok(SkillOutput::new(json!({ "text": "bye", "n": 3 })))
    }
}

#[test]
fn a_changed_skill_turns_the_check_red() {
    let mut laboratory = Laboratory::default();
    let echo = laboratory.skills.get("echo").unwrap().manifest().clone();
    laboratory.skills = replaced(&laboratory.skills, |manifest| {
        (manifest.id == echo.id).then(|| Arc::new(Changed(manifest.clone())) as _)
    });
    let found = differences(&check_with(
        &goldens(),
        Selection::Matching("sequence"),
        &laboratory,
    ));
    assert_eq!(
        found[0],
        "step `greet`, `/1/output/text`: another value, expected \"hello golden\", found \"bye\""
    );
}

#[test]
fn a_changed_specification_turns_the_check_red() {
    let folder = copy_of_goldens();
    let spec = folder.path().join("specs/sequence.yaml");
    fs::write(
        &spec,
        fs::read_to_string(&spec).unwrap().replace("hello $", "bye $"),
    )
    .unwrap();
    let found = differences(&check_with(
        folder.path(),
        Selection::Matching("sequence"),
        &Laboratory::default(),
    ));
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("`/0/spec/steps/0/inputs/text`: another value")),
        "{found:?}"
    );
}

#[test]
fn a_changed_seed_turns_the_check_red_and_is_the_only_difference() {
    let folder = copy_of_goldens();
    let manifest = folder.path().join("manifest.toml");
    fs::write(
        &manifest,
        fs::read_to_string(&manifest).unwrap().replace("\"42\"", "\"43\""),
    )
    .unwrap();
    let checked = check_with(
        folder.path(),
        Selection::Matching("sequence"),
        &Laboratory::default(),
    );
    assert_eq!(
        differences(&checked),
        ["`/0/seed`: another seed, expected \"42\", found \"43\""]
    );
}

#[test]
fn a_changed_rule_of_the_engine_turns_the_check_red() {
    let mut laboratory = Laboratory::default();
    laboratory.options.max_output_bytes = 100;
    let found = differences(&check_with(
        &goldens(),
        Selection::Matching("unicode"),
        &laboratory,
    ));
    assert!(
        found.iter().any(|line| line.contains("OUTPUT_TOO_LARGE")),
        "{found:?}"
    );
}

/// Returns the skills, with another one where `other` returns one.
fn replaced(
    skills: &SkillRegistry,
    other: impl Fn(&SkillManifest) -> Option<Arc<dyn Skill>>,
) -> SkillRegistry {
    let mut all = SkillRegistry::new();
    for manifest in skills.manifests() {
        let skill = skills.get(manifest.id.as_str()).unwrap();
        all.register(other(manifest).unwrap_or_else(|| Arc::clone(skill)))
            .unwrap();
    }
    all
}

/// A skill with effects that must not be called.
struct Unreachable(SkillManifest);

#[async_trait]
impl Skill for Unreachable {
    fn manifest(&self) -> &SkillManifest {
        &self.0
    }

    async fn invoke(&self, context: &StepContext) -> Result<SkillOutput, StepFailure> {
        panic!("`{}` was called in a replay", context.step_id)
    }
}

#[test]
fn every_golden_of_the_repository_replays_without_reaching_anything_outside() {
    let laboratory = Laboratory::default();
    let skills = replaced(&laboratory.skills, |manifest| {
        (manifest.effect != Effect::Pure).then(|| Arc::new(Unreachable(manifest.clone())) as _)
    });
    let corpus = Corpus::load(&goldens()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let (mut n_performed, mut n_served) = (0, 0);
    for case in corpus.cases() {
        let golden = load_golden(&case.golden, &KeyRing::development()).unwrap();
        let mut recording = Recording::new(&golden).unwrap();
        let recorder = InMemoryGoldenRecorder::with_options(recording.recorder_options());
        let mut run = new_run(case).unwrap();
        run.inputs.clone_from(recording.inputs());
        assert_eq!(recording.plan().unwrap().hash(), run.plan.hash(), "{}", case.name);
        let replay = aos_engine::replay(run, &skills, &laboratory.options, &mut recording, &recorder);
        let replayed = runtime.block_on(replay).unwrap();
        n_performed += replayed.n_performed;
        n_served += replayed.n_served;
        let divergences = recording
            .divergences(&recorder.golden(&case.run_id).unwrap())
            .unwrap();
        assert_eq!(divergences, [], "{}", case.name);
    }
    assert!(
        n_performed > 10 && n_served > 10,
        "{n_performed} performed, {n_served} served"
    );
}
