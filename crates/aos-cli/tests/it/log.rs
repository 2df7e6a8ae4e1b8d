//! The log as JSON: whose run, step and attempt each line is about, and nothing of what steps say to one another.

use serde_json::Value;

use crate::support::Desk;

/// A workflow whose inputs, outputs and failures hold what no log may hold.
const SECRETIVE: &str = "\
id: secretive
inputs:
  token: { type: string }
steps:
  - { id: talk, skill_id: echo, inputs: { text: \"the token is ${inputs.token}\" } }
  - { id: shout, skill_id: json_transform, inputs: { data: \"${talk.text}\", expression: data.upperAscii() } }
  - id: stumble
    skill_id: fail
    retry: true
    max_retries: 1
    on_error: continue
    inputs: { code: TIMEOUT, message: \"no luck with ${talk.text}\" }
";

/// Returns the lines of the log of a run of [`SECRETIVE`].
fn logged(args: &[&str], variables: &[(&str, &str)]) -> Vec<Value> {
    let desk = Desk::with(&[("secretive.yaml", SECRETIVE)]);
    let run = [
        &[
            "run",
            "secretive.yaml",
            "--run-id",
            "r-1",
            "--input",
            "token=hunter2",
            "--progress",
            "none",
            "-o",
            "none",
        ],
        args,
    ];
    let output = desk
        .command(&run.concat())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.to_lowercase().contains("hunter2"), "{text}");
    let documents = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    documents.collect()
}

#[test]
fn lines_name_run_step_and_attempt() {
    let lines = logged(&["-v", "--log-format", "json"], &[]);
    let of = |message: &str| {
        let found = lines.iter().filter(|line| line["message"] == message);
        found.map(|line| line["span"].clone()).collect::<Vec<_>>()
    };
    let attempts = of("the attempt failed");
    let numbers: Vec<_> = attempts.iter().map(|span| span["attempt"].as_u64()).collect();
    assert_eq!(numbers, [Some(1), Some(2)], "{lines:#?}");
    for span in &attempts {
        assert_eq!(
            (&span["run_id"], &span["step_id"]),
            (&"r-1".into(), &"stumble".into())
        );
    }
    let ends = of("the engine let go of the run");
    assert_eq!(ends.len(), 1);
    assert_eq!(
        (&ends[0]["run_id"], &ends[0]["workflow_id"]),
        (&"r-1".into(), &"secretive".into())
    );
}

#[test]
fn nothing_that_steps_say_is_logged_however_much_is() {
    // Everything that this program logs by itself, and everything that the crates below it do.
    assert!(logged(&["-vv", "--log-format", "json"], &[]).len() > 3);
    logged(&["-vv"], &[]);
    for filter in [
        "aos=trace,aos_engine=trace,aos_checkpoint=trace,aos_policy=trace,aos_skills=trace",
        "trace,sqlx=off",
    ] {
        assert!(
            logged(&["--log-format", "json"], &[("AOS_LOG", filter)]).len() > 3,
            "{filter}"
        );
    }
}
