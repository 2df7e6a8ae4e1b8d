//! What recorders write.

use std::{fs, sync::Arc};

use aos_golden::{
    GoldenEvent, GoldenRecorder, InMemoryGoldenRecorder, KeyRing, RecorderOptions, load_golden,
    load_unverified,
    paths::{partial_path, signature_path},
};
use aos_spec::{ErrorCode, RunStatus, StepStatus, canonical, port::RunRecorder};
use serde_json::{Value, json};

use crate::support::{Run, TickingClock, block_on, folder_with, lines_of, run_id};

#[test]
fn a_golden_is_one_canonical_event_a_line_with_every_field_in_its_place() {
    let run = Run::with_everything("r1");
    let (_folder, path) = folder_with(&run);
    let lines = lines_of(&path);
    let header = &run.start.header;
    let hash = format!("{:x}", header.spec_hash);
    assert_eq!(
        lines[0],
        json!({
            "agent_id": "agent-7", "engine_version": "0.1.0", "event": "run_start", "format": "aos-golden/1",
            "inputs": { "n": 3 }, "policy_hash": hash, "redactions": [], "replay": false, "run_id": "r1",
            "seed": "18446744073709551615", "skill_versions": { "echo": "1" },
            "spec": serde_json::from_str::<Value>(&header.spec).unwrap(), "spec_hash": hash, "spec_id": "sample",
        })
    );
    assert_eq!(
        lines[1],
        json!({
            "cost_micro_cents": 1_500_000, "effect": "once", "event": "step", "index": 0,
            "output": { "n": [1, 2.5, u64::MAX], "text": "héllo\n\u{1f600}" }, "retries": 2,
            "seed": run.steps[0].seed.to_string(), "skill_id": "echo", "status": "completed", "step_id": "s0",
        })
    );
    assert_eq!(
        lines[2],
        json!({
            "cost_micro_cents": 0, "effect": "pure", "error": "the service \"failed\"", "error_code": "HTTP_5XX",
            "error_details": { "status": 500 }, "event": "step", "index": 1, "output": null, "retries": 0,
            "seed": run.steps[1].seed.to_string(), "skill_id": "echo", "status": "failed", "step_id": "s1",
        })
    );
    assert_eq!(
        lines[3],
        json!({
            "checkpoint_hash": format!("{:x}", run.result().checkpoint_hash), "error": "the service \"failed\"",
            "error_code": "HTTP_5XX", "error_details": { "status": 500 }, "event": "run_end", "failed_step": "s1",
            "status": "failed", "steps_completed": 1, "steps_total": 2, "total_cost_micro_cents": 1_500_000,
        })
    );
    let canonical: Vec<u8> = lines
        .iter()
        .flat_map(|line| [canonical::to_vec(line).unwrap(), b"\n".to_vec()].concat())
        .collect();
    assert_eq!(fs::read(&path).unwrap(), canonical);
}

#[test]
fn recording_twice_gives_the_same_bytes_in_files_and_in_memory() {
    let run = Run::with_everything("r1");
    let (_one, first) = folder_with(&run);
    let (_two, second) = folder_with(&run);
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    assert_eq!(
        fs::read(signature_path(&first)).unwrap(),
        fs::read(signature_path(&second)).unwrap()
    );
    assert_eq!(run.golden().to_bytes().unwrap(), fs::read(&first).unwrap());
}

#[test]
fn durations_are_nowhere_and_a_moment_is_the_field_ts_of_its_event() {
    let mut run = Run::with_everything("r1");
    let before = run.golden();
    run.steps[0].result.duration_ms = 98_765;
    assert_eq!(run.golden().to_bytes().unwrap(), before.to_bytes().unwrap());

    let options = RecorderOptions::new().with_clock(Arc::new(TickingClock::default()));
    let timed = run.golden_with(options).unwrap();
    let events: Vec<GoldenEvent> = timed.events().unwrap().map(Result::unwrap).collect();
    let ts: Vec<_> = events
        .iter()
        .map(|event| match event {
            GoldenEvent::RunStart(event) => event.ts.as_deref(),
            GoldenEvent::Step(event) => event.ts.as_deref(),
            GoldenEvent::RunEnd(event) => event.ts.as_deref(),
        })
        .collect();
    let expected = [0, 1, 2, 3].map(|millis| format!("1970-01-01T00:00:00.00{millis}Z"));
    assert_eq!(
        ts,
        expected.iter().map(|ts| Some(ts.as_str())).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_recorded_is_read_back() {
    let run = Run::with_everything("r1");
    let (_folder, path) = folder_with(&run);
    let golden = load_golden(&path, &KeyRing::development()).unwrap();
    assert_eq!(golden.run_id().as_str(), "r1");
    assert_eq!(golden.start().seed, run.start.header.seed);
    assert_eq!(golden.start().agent_id, run.start.header.agent_id);
    assert_eq!(golden.end().status, RunStatus::Failed);
    assert_eq!(golden.end().total_cost, run.result().total_cost_cents);
    assert_eq!(golden.n_events(), 4);
    let events: Vec<_> = golden.events().unwrap().map(Result::unwrap).collect();
    let GoldenEvent::Step(step) = &events[2] else {
        panic!("{events:?}")
    };
    assert_eq!(step.status, StepStatus::Failed);
    assert_eq!(step.error_details, run.steps[1].result.error_details);
}

#[test]
fn until_the_end_the_golden_is_partial_and_unsigned() {
    let run = Run::with_everything("r1");
    let folder = tempfile::tempdir().unwrap();
    let recorder = GoldenRecorder::new(folder.path().join("a/b"), KeyRing::development());
    let path = recorder.path_of(run.run_id());
    block_on(recorder.record_run_start(&run.start)).unwrap();
    assert!(!path.exists() && !signature_path(&path).exists());
    let first_line = fs::read_to_string(partial_path(&path)).unwrap();
    assert!(first_line.starts_with("{\"agent_id\"") && first_line.ends_with("}\n"));
    for step in &run.steps {
        block_on(recorder.record_step(run.run_id(), step)).unwrap();
    }
    assert!(!path.exists());
    assert!(load_unverified(&partial_path(&path)).is_err());
    block_on(recorder.record_run_end(&run.result())).unwrap();
    assert!(path.exists() && signature_path(&path).exists() && !partial_path(&path).exists());
}

#[test]
fn many_runs_are_recorded_at_the_same_time_on_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let recorder = Arc::new(GoldenRecorder::new(folder.path(), KeyRing::development()));
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..16 {
            let recorder = Arc::clone(&recorder);
            let run = Run::new(
                &format!("r{index}"),
                (0..20).map(|step| json!("x".repeat(step * 997 + index))),
            );
            tasks.spawn(async move { run.tell(&*recorder).await });
        }
        while let Some(told) = tasks.join_next().await {
            told.unwrap().unwrap();
        }
    });
    for index in 0..16 {
        let path = recorder.path_of(&run_id(&format!("r{index}")));
        assert_eq!(
            load_golden(&path, &KeyRing::development()).unwrap().n_events(),
            22
        );
    }
}

#[test]
fn a_finished_golden_is_confirmed_by_the_same_run_and_kept_from_any_other() {
    let run = Run::with_everything("r1");
    let folder = tempfile::tempdir().unwrap();
    let options = RecorderOptions::new().with_clock(Arc::new(TickingClock::default()));
    let recorder = GoldenRecorder::new(folder.path(), KeyRing::development()).with_options(options);
    let path = recorder.path_of(run.run_id());
    block_on(run.tell(&recorder)).unwrap();
    let bytes = fs::read(&path).unwrap();
    block_on(run.tell(&recorder)).unwrap();
    assert_eq!(
        fs::read(&path).unwrap(),
        bytes,
        "the first one stays, with its moments"
    );

    let mut other_seed = run.clone();
    other_seed.start.header.seed = aos_spec::Seed(1);
    let error = block_on(recorder.record_run_start(&other_seed.start)).unwrap_err();
    assert_eq!(error.code, ErrorCode::GoldenWriteFailed);
    assert!(error.message.contains("`/0/seed`"), "{}", error.message);

    let mut other_output = run.clone();
    other_output.steps[0].result.output = json!("else");
    let error = block_on(other_output.tell(&recorder)).unwrap_err();
    assert!(error.message.contains("`/1/output`"), "{}", error.message);
    assert_eq!(fs::read(&path).unwrap(), bytes);

    fs::write(&path, b"tampered").unwrap();
    let error = block_on(recorder.record_run_start(&run.start)).unwrap_err();
    assert!(error.message.contains("cannot be used"), "{}", error.message);
}

#[test]
fn what_somebody_else_wrote_into_the_partial_file_is_never_signed() {
    let run = Run::with_everything("r1");
    let folder = tempfile::tempdir().unwrap();
    let recorder = GoldenRecorder::new(folder.path(), KeyRing::development());
    let path = recorder.path_of(run.run_id());
    for (damage, expect) in [("longer", "somebody else"), ("changed", "somebody else")] {
        block_on(recorder.record_run_start(&run.start)).unwrap();
        let partial = fs::read_to_string(partial_path(&path)).unwrap();
        let written = match damage {
            "longer" => format!("{partial}{partial}"),
            _ => partial.replace("sample", "simple"),
        };
        fs::write(partial_path(&path), written).unwrap();
        for step in &run.steps {
            block_on(recorder.record_step(run.run_id(), step)).unwrap();
        }
        let error = block_on(recorder.record_run_end(&run.result())).unwrap_err();
        assert!(error.message.contains(expect), "{}", error.message);
        assert!(!path.exists());
    }
    block_on(run.tell(&recorder)).unwrap();
}

#[test]
fn calls_out_of_order_and_runs_that_have_not_ended_are_refused() {
    let run = Run::with_everything("r1");
    let folder = tempfile::tempdir().unwrap();
    let recorders: [Box<dyn RunRecorder>; 2] = [
        Box::new(GoldenRecorder::new(folder.path(), KeyRing::development())),
        Box::new(InMemoryGoldenRecorder::new()),
    ];
    for recorder in recorders {
        assert!(block_on(recorder.record_step(run.run_id(), &run.steps[0])).is_err());
        assert!(block_on(recorder.record_run_end(&run.result())).is_err());
        block_on(recorder.record_run_start(&run.start)).unwrap();
        assert!(block_on(recorder.record_step(run.run_id(), &run.steps[1])).is_err());
        block_on(recorder.record_step(run.run_id(), &run.steps[0])).unwrap();
        let mut unfinished = run.clone();
        unfinished.status = RunStatus::EmergencyStopped;
        let error = block_on(recorder.record_run_end(&unfinished.result())).unwrap_err();
        assert!(error.message.contains("has not ended"), "{}", error.message);
        block_on(run.tell(&*recorder)).unwrap();
    }
}

#[test]
fn whatever_an_engine_accepts_as_output_is_recorded_and_read_back() {
    let nested = |levels: usize| (0..levels).fold(json!(0), |value, _| json!([value]));
    let deepest = (1..200)
        .take_while(|levels| canonical::to_vec(&nested(*levels)).is_ok())
        .last()
        .unwrap();
    let outputs = [
        nested(deepest),
        json!(f64::MAX),
        json!(i64::MIN),
        json!({ "\u{e000}": 1, "\u{1f600}": 2, "ts": "mine", "": null }),
        json!("\u{0}\u{7f}\u{2028}\\\"/"),
        json!("a".repeat(1 << 20)),
    ];
    let golden = Run::new("r1", outputs.clone()).golden();
    let read: Vec<Value> = golden
        .events()
        .unwrap()
        .filter_map(|event| match event.unwrap() {
            GoldenEvent::Step(step) => Some(step.output),
            _ => None,
        })
        .collect();
    assert_eq!(read, outputs);
    let too_deep = Run::new("r1", [nested(deepest + 1)]).golden_with(RecorderOptions::new());
    assert!(too_deep.is_err());
    let too_long = Run::new("r1", [json!("a".repeat(33 << 20))]).golden_with(RecorderOptions::new());
    assert!(too_long.unwrap_err().message.contains("bytes"));
}
