//! SIGKILL in the middle of a run that is recorded: after `aos resume` the golden is the one of a run without it.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use aos_spec::Seed;

use crate::{
    golden_record::{KEY, pair},
    support::Desk,
};

/// How many runs are killed in the middle.
const N_KILLED: u32 = 25;

/// More moments than are tried: whether a run has ended by a moment depends on the machine.
const MAX_MOMENTS: u64 = 400;

const RUN: [&str; 8] = ["run", "w.yaml", "--run-id", "k", "--golden", "g", "--seed", "1"];

/// Steps of every class that may be repeated, in a chain and beside it.
fn workflow() -> String {
    let mut text = "id: killed\nsteps:\n  - { id: f0, skill_id: echo, inputs: { path: start } }\n".to_owned();
    for n in 1..=4 {
        let before = n - 1;
        text += &format!(
            "  - {{ id: p{n}, skill_id: wait, depends_on: [f{before}], inputs: {{ seconds: 0.004 }} }}\n\
             \x20 - {{ id: e{n}, skill_id: echo, inputs: {{ text: \"${{f{before}.path}}\" }} }}\n\
             \x20 - id: f{n}\n    skill_id: file_write\n    idempotency_key: file-{n}\n    depends_on: [p{n}]\n    \
             inputs: {{ path: f{n}.txt, content: \"after ${{e{n}.text}}\" }}\n"
        );
    }
    text
}

#[test]
fn a_killed_run_that_is_resumed_has_the_golden_of_one_that_was_not() {
    let reference = Desk::with(&[("w.yaml", &workflow())]);
    let began = Instant::now();
    reference.check_with(KEY, &RUN, 0);
    let longest = u64::try_from(began.elapsed().as_micros()).unwrap();
    let expected = pair(&reference, "g/k.steps.jsonl");
    let (mut n_killed, mut n_resumed) = (0, 0);
    let mut moments = 0..MAX_MOMENTS;
    while n_killed < N_KILLED {
        let moment = moments.next().expect("not every run ends before it is killed");
        let desk = Desk::with(&[("w.yaml", &workflow())]);
        let mut program = desk
            .command(&RUN)
            .env(KEY.0, KEY.1)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let wait = Seed(11).stream("moment", moment).0 % longest;
        thread::sleep(Duration::from_micros(wait));
        n_killed += u32::from(program.try_wait().unwrap().is_none());
        program.kill().unwrap();
        program.wait().unwrap();
        let named = desk.path("g/k.steps.jsonl");
        if named.exists() {
            desk.check_with(KEY, &["golden", "verify", "g/k.steps.jsonl"], 0);
        }
        // Nothing is in the store when it was killed too early.
        let ended = desk
            .command(&["resume", "k", "--golden", "g"])
            .env(KEY.0, KEY.1)
            .output()
            .unwrap();
        if ended.status.code() == Some(0) {
            n_resumed += 1;
        } else {
            assert_eq!(ended.status.code(), Some(8), "killed after {wait} us: {ended:?}");
            desk.check_with(KEY, &RUN, 0);
        }
        assert_eq!(pair(&desk, "g/k.steps.jsonl"), expected, "killed after {wait} us");
        assert!(!desk.path("g/k.steps.jsonl.partial").exists());
    }
    assert!(n_resumed > 10, "only {n_resumed} were known to the store");
}
