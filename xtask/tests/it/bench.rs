//! Benchmark programs are run in rounds, and their lines become a table of medians.

use xtask::bench::{
    machine::Machine,
    protocol::{self, Bound},
    report::{Report, Sample},
};

fn samples(lines: &[&str]) -> Vec<Sample> {
    lines
        .iter()
        .map(|line| Sample {
            program: "engine".to_owned(),
            measurement: protocol::parse(&format!("AOS-BENCH {line}")).unwrap().unwrap(),
        })
        .collect()
}

/// Checks the rows of the table that `lines` make.
#[track_caller]
fn check(lines: &[&str], expect: &[&str], n_broken: usize) {
    let report = Report::new(Machine::default(), samples(lines));
    let table = report.to_markdown();
    assert_eq!(table.lines().skip(4).collect::<Vec<_>>(), expect);
    assert_eq!(report.n_broken(), n_broken);
}

#[track_caller]
fn check_refused(json: &str, expect: &str) {
    let error = protocol::parse(&format!("AOS-BENCH {json}")).unwrap_err();
    assert_eq!(error.root_cause().to_string(), expect);
}

#[test]
fn a_row_has_the_medians_of_its_rounds() {
    check(
        &[
            r#"{"name":"step","unit":"us","value":150,"floor_name":"INSERT","floor":100,"bound":1.25,"bound_kind":"max_ratio"}"#,
            r#"{"name":"runs","unit":"runs/s","value":12000,"bound":10000,"bound_kind":"min"}"#,
            r#"{"name":"step","unit":"us","value":110,"floor_name":"INSERT","floor":100,"bound":1.25,"bound_kind":"max_ratio"}"#,
            r#"{"name":"runs","unit":"runs/s","value":8000,"bound":10000,"bound_kind":"min"}"#,
            r#"{"name":"step","unit":"us","value":120,"floor_name":"INSERT","floor":80,"bound":1.25,"bound_kind":"max_ratio"}"#,
        ],
        &[
            "| engine | step | 120 us | 33 % | 100 us (INSERT) | 1.50 | ≤ 1.25 × | **broken** |",
            "| engine | runs | 10,000 runs/s | 40 % |  |  | ≥ 10,000 runs/s | holds |",
        ],
        1,
    );
}

#[test]
fn a_measurement_without_bound_has_no_verdict() {
    check(
        &[r#"{"name":"size","unit":"MB","value":1.5,"bound_kind":"none"}"#],
        &["| engine | size | 1.50 MB | 0 % |  |  |  |  |"],
        0,
    );
}

#[test]
fn bounds_hold_up_to_their_number() {
    assert!(Bound::Max(2.0).holds(2.0, None) && !Bound::Max(2.0).holds(2.1, None));
    assert!(Bound::Min(2.0).holds(2.0, None) && !Bound::Min(2.0).holds(1.9, None));
    assert!(Bound::MaxRatio(2.0).holds(9.0, Some(2.0)) && !Bound::MaxRatio(2.0).holds(1.0, Some(2.1)));
    assert!(Bound::MinRatio(2.0).holds(1.0, Some(2.0)) && !Bound::MinRatio(2.0).holds(9.0, Some(1.9)));
    assert!(!Bound::MaxRatio(2.0).holds(1.0, None));
}

#[test]
fn lines_that_are_no_measurements_are_passed_by() {
    assert_eq!(protocol::parse("warming up").unwrap(), None);
}

#[test]
fn a_line_of_another_form_is_refused() {
    check_refused(r#"{"name":"x","unit":"us"}"#, "`value` is missing");
    check_refused(r#"{"unit":"us","value":1}"#, "`name` is missing");
    check_refused(
        r#"{"name":"x","unit":"us","value":"1"}"#,
        "`value` is not a number: \"1\"",
    );
    check_refused(
        r#"{"name":"x","unit":"us","value":1,"limit":2}"#,
        "there is no field `limit`",
    );
    check_refused(
        r#"{"name":"x","unit":"us","value":1,"floor":0}"#,
        "`floor` is zero",
    );
    check_refused(
        r#"{"name":"x","unit":"us","value":1,"bound":2}"#,
        "`bound` and `bound_kind` do not fit: None",
    );
    check_refused(
        r#"{"name":"x","unit":"us","value":1,"bound":2,"bound_kind":"max_ratio"}"#,
        "a bound of the ratio needs `floor` or `ratio`",
    );
}

#[test]
fn the_json_report_keeps_every_round() {
    let lines = [
        r#"{"name":"step","unit":"us","value":3}"#,
        r#"{"name":"step","unit":"us","value":1}"#,
    ];
    let report = Report::new(Machine::default(), samples(&lines)).to_json();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["measurements"][0]["value"], 2.0);
    assert_eq!(report["measurements"][0]["values"], serde_json::json!([3.0, 1.0]));
    assert_eq!(report["measurements"][0]["holds"], serde_json::Value::Null);
}

#[cfg(unix)]
mod programs {
    use std::{
        io::Write,
        path::Path,
        process::{Command, Stdio},
    };

    use xtask::bench::{Program, run};

    fn program(name: &str, script: &str) -> Program {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned();
        let path = folder.join(name);
        // A child writes it: what this process has open for writing is open, too, in what other tests start meanwhile, and
        // then it cannot be executed.
        let mut shell = Command::new("sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = shell.stdin.take().unwrap();
        write!(text, "#!/bin/sh\n{script}\n").unwrap();
        drop(text);
        assert!(shell.wait().unwrap().success());
        Program {
            name: name.to_owned(),
            path,
            folder,
        }
    }

    const MEASURE: &str = r#"echo 'AOS-BENCH {"name":"x","unit":"us","value":1}'"#;

    #[track_caller]
    fn check_refused(name: &str, script: &str, expect: &str) {
        let error = run(&[program(name, script)], 1).unwrap_err();
        assert!(format!("{error:#}").contains(expect), "{error:#}");
    }

    #[test]
    fn every_program_runs_once_a_round_with_the_argument_of_cargo() {
        let script = format!("test \"$1\" = --bench || exit 1\necho warming up\n{MEASURE}");
        let programs = [program("bench-a", &script), program("bench-b", &script)];
        let samples = run(&programs, 2).unwrap();
        let names: Vec<_> = samples.iter().map(|sample| sample.program.as_str()).collect();
        assert_eq!(names, ["bench-a", "bench-b", "bench-a", "bench-b"]);
    }

    #[test]
    fn a_program_that_fails_or_measures_nothing_is_refused() {
        check_refused("bench-fails", &format!("{MEASURE}\nexit 3"), "exit status: 3");
        check_refused(
            "bench-silent",
            "echo done",
            "prints no line that begins with `AOS-BENCH `",
        );
        check_refused(
            "bench-twice",
            &format!("{MEASURE}\n{MEASURE}"),
            "measures `x` twice",
        );
    }
}
