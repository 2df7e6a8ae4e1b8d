//! SIGKILL at a hundred moments: nothing that was done is lost, nothing that must not be repeated is.

use std::{
    thread,
    time::{Duration, Instant},
};

use aos_spec::Seed;
use serde_json::Value;

use crate::support::Desk;

const N_MOMENTS: u64 = 100;
const N_LINES: usize = 3;

/// Files that are replaced, and lines that are added, in turn; each depends on what was written before.
fn workflow() -> String {
    let mut text = "id: killed\nsteps:\n  - { id: f0, skill_id: echo, inputs: { path: start } }\n".to_owned();
    for n in 1..=N_LINES {
        let before = n - 1;
        text += &format!(
            "  - id: a{n}\n    skill_id: file_append\n    inputs: {{ path: log.txt, line: \"${{f{before}.path}} {n}\" }}\n\
             \x20 - id: p{n}\n    skill_id: wait\n    depends_on: [a{n}]\n    inputs: {{ seconds: 0.005 }}\n\
             \x20 - id: f{n}\n    skill_id: file_write\n    idempotency_key: file-{n}\n    depends_on: [p{n}]\n    \
             inputs: {{ path: f{n}.txt, content: \"after ${{a{n}.bytes}} bytes\" }}\n"
        );
    }
    text
}

fn lines(desk: &Desk) -> Vec<String> {
    let log = std::fs::read_to_string(desk.path("log.txt")).unwrap_or_default();
    log.lines().map(str::to_owned).collect()
}

/// Goes on with the run until it has completed, deciding as an operator would, and returns its result and whether a step
/// had to be attempted once more.
fn finish(desk: &Desk) -> (Value, bool) {
    let mut repeated = false;
    for _ in 0..3 * N_LINES {
        let ended = desk.aos(&["run", "w.yaml", "--run-id", "k", "--seed", "1", "-o", "json"]);
        let result: Value = serde_json::from_str(&ended.stdout).unwrap();
        match ended.code {
            0 => return (result, repeated),
            5 => {
                let step = result["failed_step"].as_str().unwrap().to_owned();
                let number = step.trim_start_matches('a');
                let line = lines(desk)
                    .into_iter()
                    .find(|line| line.ends_with(&format!(" {number}")));
                let decision = match line {
                    Some(line) => {
                        format!(
                            "--completed={{\"path\":\"log.txt\",\"bytes\":{}}}",
                            line.len() + 1
                        )
                    }
                    None => {
                        repeated = true;
                        "--repeat".to_owned()
                    }
                };
                desk.check(&["runs", "settle", "k", &step, &decision], 0);
            }
            _ => panic!("{ended:#?}"),
        }
    }
    panic!("the run does not end");
}

/// Returns the result without durations, and without the number of retries where an operator asked for one.
fn comparable(mut result: Value, repeated: bool) -> Value {
    result["total_duration_ms"] = 0.into();
    for step in result["step_results"].as_array_mut().unwrap() {
        step["duration_ms"] = 0.into();
        if repeated {
            step["retries"] = 0.into();
        }
    }
    if repeated {
        result["checkpoint_hash"] = Value::Null;
    }
    result
}

#[test]
fn a_killed_program_goes_on_where_it_was() {
    let reference = Desk::with(&[("w.yaml", &workflow())]);
    let began = Instant::now();
    let (expected, _) = finish(&reference);
    let longest = u64::try_from(began.elapsed().as_micros()).unwrap();
    let (mut n_killed, mut n_decided) = (0, 0);
    for moment in 0..N_MOMENTS {
        let desk = Desk::with(&[("w.yaml", &workflow())]);
        let mut program = desk.start(&["run", "w.yaml", "--run-id", "k", "--seed", "1", "-o", "json"]);
        let wait = Seed(7).stream("moment", moment).0 % longest;
        thread::sleep(Duration::from_micros(wait));
        n_killed += u32::from(program.try_wait().unwrap().is_none());
        program.kill().unwrap();
        program.wait().unwrap();
        let (result, repeated) = finish(&desk);
        n_decided += u32::from(repeated);
        assert_eq!(
            comparable(result, repeated),
            comparable(expected.clone(), repeated),
            "killed after {wait} us"
        );
        assert_eq!(lines(&desk), lines(&reference), "killed after {wait} us");
        for n in 1..=N_LINES {
            let name = format!("f{n}.txt");
            assert_eq!(desk.read(&name), reference.read(&name), "killed after {wait} us");
        }
    }
    assert!(
        n_killed > 50,
        "only {n_killed} of {N_MOMENTS} programs were still running"
    );
    println!("{n_killed} killed, {n_decided} of them before an effect that was then attempted once more");
}
