//! Metrics on a port and in a file.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::{
    signals::send,
    support::{Desk, FAILING, HELLO, SLOW, finish},
};

/// Returns the answer to a request of `path`; the address is that in a URL of the metrics.
fn get(url: &str, path: &str) -> String {
    let addr = url
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    let mut stream = TcpStream::connect(addr).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Returns the value of a series in the text of Prometheus.
#[track_caller]
fn value(text: &str, series: &str) -> f64 {
    find(text, series).unwrap_or_else(|| panic!("{series} is missing in {text}"))
}

fn find(text: &str, series: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

/// Starts `aos serve` on a free port, and returns it with the URL of its metrics.
fn serve(desk: &Desk) -> (Child, String) {
    let mut child = desk.start(&["serve", "--listen", "127.0.0.1:0"]);
    let mut url = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut url)
        .unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url:?}");
    (child, url)
}

/// Waits until a scrape shows `series` with `expect`, and returns the scrape.
#[track_caller]
fn wait_for(url: &str, series: &str, expect: f64) -> String {
    let began = Instant::now();
    loop {
        let text = get(url, "/metrics");
        if find(&text, series) == Some(expect) {
            return text;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{series} is not {expect} in {text}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn serve_tells_what_other_processes_do_with_the_store() {
    let desk = Desk::with(&[
        ("hello.yaml", HELLO),
        ("failing.yaml", FAILING),
        ("slow.yaml", SLOW),
    ]);
    desk.check(&["run", "hello.yaml"], 0);
    let (server, url) = serve(&desk);
    let text = get(&url, "/metrics");
    assert_eq!(
        value(&text, "nova_workflow_runs_total{status=\"completed\"}"),
        0.0
    );
    desk.check(&["run", "failing.yaml"], 1);
    let mut slow = desk.start(&["run", "slow.yaml", "--run-id", "slow-1"]);
    let text = wait_for(&url, "nova_workflow_running_runs", 1.0);
    assert_eq!(value(&text, "nova_workflow_runs_total{status=\"failed\"}"), 1.0);
    assert_eq!(
        value(
            &text,
            "nova_workflow_step_duration_seconds_count{skill_id=\"fail\"}"
        ),
        1.0
    );
    assert!(value(&text, "nova_workflow_running_age_seconds{run_id=\"slow-1\"}") > 0.0);
    assert_eq!(value(&text, "nova_workflow_orphaned_runs"), 0.0);
    slow.kill().unwrap();
    slow.wait().unwrap();
    wait_for(&url, "nova_workflow_orphaned_runs", 1.0);
    assert!(get(&url, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&url, "/readyz").starts_with("HTTP/1.1 200"));
    send(&server, "TERM");
    assert_eq!(finish(server).code, 0);
}

#[test]
fn a_server_that_is_interrupted_has_done_its_work() {
    let desk = Desk::new();
    let (server, url) = serve(&desk);
    // Half a request must not keep it for long, and a second signal would end it at once.
    let addr = url
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    let mut idle = TcpStream::connect(addr).unwrap();
    idle.write_all(b"GET /metrics HTT").unwrap();
    send(&server, "INT");
    let ended = finish(server);
    assert_eq!(ended.code, 0, "{ended:#?}");
    ended.says(&["interrupted: answering what was asked"]);
}

#[test]
fn an_address_that_cannot_be_listened_on_is_a_clear_error() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    for args in [
        &["serve", "--listen", &addr][..],
        &["run", "hello.yaml", "--metrics-addr", &addr],
    ] {
        desk.check(args, 10)
            .says(&["error[IO_ERROR]: listen: ", &addr, "choose another port"]);
    }
    // Nothing was started that could not be watched.
    desk.check(&["runs", "show", "latest"], 8);
    desk.check(&["serve", "--listen", "192.0.2.1:9464"], 10)
        .says(&["choose an address of this machine"]);
    for text in ["9464", "localhost", "127.0.0.1", "[::1", "127.0.0.1:99999"] {
        desk.check(&["serve", "--listen", text], 2)
            .says(&["--listen", text]);
    }
}

#[test]
fn serve_answers_with_where_it_listens() {
    let desk = Desk::new();
    let mut child = desk.start(&["serve", "--listen", "127.0.0.1:0", "-o", "jsonl"]);
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let answer: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["store"], "sqlite:.aos/aos.db");
    assert!(get(answer["metrics"].as_str().unwrap(), "/readyz").ends_with("\r\n\r\nready\n"));
    send(&child, "INT");
    assert_eq!(finish(child).code, 0);
}

#[test]
fn a_run_serves_its_metrics_while_it_goes_on() {
    let desk = Desk::with(&[("slow.yaml", SLOW)]);
    let mut command = desk.command(&["run", "slow.yaml", "--metrics-addr", "127.0.0.1:0"]);
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let url = lines
        .find_map(|line| Some(line.unwrap().strip_prefix("metrics ")?.to_owned()))
        .unwrap();
    let text = wait_for(
        &url,
        "nova_workflow_step_duration_seconds_count{skill_id=\"noop\"}",
        1.0,
    );
    assert_eq!(value(&text, "nova_workflow_running_runs"), 1.0);
    // The pipe is read on, so that the program can write to it.
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).last());
    send(&child, "INT");
    assert_eq!(finish(child).code, 130);
    rest.join().unwrap();
}

#[test]
fn what_commands_count_adds_up_in_a_file() {
    let desk = Desk::with(&[("hello.yaml", HELLO), ("failing.yaml", FAILING)]);
    // Any command makes the file, with everything at zero.
    desk.check(&["doctor", "--metrics-file", "aos.prom"], 0);
    assert_eq!(
        value(&desk.read("aos.prom"), "nova_workflow_seed_drift_total"),
        0.0
    );
    for (args, code) in [
        (&["run", "hello.yaml", "--run-id", "h", "--seed", "1"][..], 0),
        (&["run", "failing.yaml"], 1),
        (&["run", "hello.yaml"], 0),
        (&["run", "hello.yaml", "--run-id", "h", "--seed", "2"], 9),
    ] {
        desk.check(&[args, &["--metrics-file", "aos.prom"]].concat(), code);
    }
    let text = desk.read("aos.prom");
    for (series, expect) in [
        ("nova_workflow_runs_total{status=\"completed\"}", 2.0),
        ("nova_workflow_runs_total{status=\"failed\"}", 1.0),
        ("nova_workflow_seed_drift_total", 1.0),
        ("nova_workflow_duration_seconds_count", 3.0),
        ("nova_workflow_duration_seconds_bucket{le=\"+Inf\"}", 3.0),
        (
            "nova_workflow_step_duration_seconds_count{skill_id=\"echo\"}",
            2.0,
        ),
        (
            "nova_workflow_step_duration_seconds_count{skill_id=\"fail\"}",
            1.0,
        ),
        ("nova_workflow_running_runs", 0.0),
        ("nova_workflow_build_info{version=\"0.1.0\"}", 1.0),
    ] {
        assert_eq!(value(&text, series), expect, "{series} in {text}");
    }
    assert!(!desk.path("aos.prom.tmp").exists());
}

#[test]
fn commands_that_end_together_lose_no_count() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let runs: Vec<_> = (0..6)
        .map(|_| desk.start(&["run", "hello.yaml", "--metrics-file", "aos.prom"]))
        .collect();
    for run in runs {
        assert_eq!(finish(run).code, 0);
    }
    let text = desk.read("aos.prom");
    assert_eq!(
        value(&text, "nova_workflow_runs_total{status=\"completed\"}"),
        6.0
    );
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_changes_no_exit_code() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    desk.check(&["run", "hello.yaml", "--metrics-file", "nowhere/aos.prom"], 0)
        .says(&["write the metrics", "nowhere/aos.prom", "a folder that exists"])
        .answers(&["HELLO WORLD"]);
}

#[test]
fn goldens_that_differ_or_are_damaged_are_counted() {
    let desk = Desk::with(&[("hello.yaml", HELLO)]);
    let run = |run_id: &str, seed: &str, more: &[&str]| {
        let args = [
            "run",
            "hello.yaml",
            "--run-id",
            run_id,
            "--seed",
            seed,
            "--golden",
            "goldens",
            "--dev-key",
        ];
        desk.check(&[&args, more].concat(), 0);
    };
    run("a", "1", &[]);
    run("b", "2", &[]);
    run("c", "1", &["--input", "name=moon"]);
    let count = |args: &[&str], code| {
        let args = [&["golden"], args, &["--dev-key", "--metrics-file", "ci.prom"]].concat();
        desk.check(&args, code);
    };
    count(&["verify", "goldens/a.steps.jsonl"], 0);
    count(&["replay", "goldens/a.steps.jsonl"], 0);
    count(&["diff", "goldens/c.steps.jsonl", "goldens/a.steps.jsonl"], 6);
    count(&["diff", "goldens/b.steps.jsonl", "goldens/a.steps.jsonl"], 6);
    let golden = desk.read("goldens/a.steps.jsonl");
    desk.write(
        "goldens/a.steps.jsonl",
        golden.replace("HELLO WORLD", "HELLO W0RLD"),
    );
    count(&["verify", "goldens/a.steps.jsonl"], 7);
    count(&["replay", "goldens/a.steps.jsonl"], 7);
    // The signature is right and what was recorded is not what the skill answers.
    let text = desk.read("goldens/a.steps.jsonl");
    desk.write("forged/a.steps.jsonl", text);
    desk.check(&["golden", "sign", "forged/a.steps.jsonl", "--dev-key"], 0);
    count(&["replay", "forged/a.steps.jsonl"], 6);
    desk.write("changed.yaml", HELLO.replace("hello ${", "bye ${"));
    count(&["replay", "goldens/c.steps.jsonl", "changed.yaml"], 6);
    let text = desk.read("ci.prom");
    // Two goldens that differ, and twice one that is damaged.
    assert_eq!(value(&text, "nova_workflow_golden_mismatches_total"), 4.0);
    assert_eq!(value(&text, "nova_workflow_replay_failures_total"), 2.0);
    assert_eq!(value(&text, "nova_workflow_seed_drift_total"), 1.0);
}

#[test]
fn plans_that_are_refused_are_counted() {
    let plan = "id: hostile\nsteps:\n  - { id: a, skill_id: Shell-Exec }\n";
    let desk = Desk::with(&[("hostile.yaml", plan), ("hello.yaml", HELLO)]);
    let count = |args: &[&str], code| {
        desk.check(&[args, &["--metrics-file", "plans.prom"]].concat(), code);
    };
    count(&["plan", "check", "hello.yaml"], 0);
    count(&["plan", "check", "hostile.yaml"], 4);
    let text = desk.read("plans.prom");
    let forbidden = "nova_workflow_forbidden_skill_attempts_total{skill_id=\"shell_exec\"}";
    assert_eq!(value(&text, "nova_workflow_sandbox_rejections_total"), 1.0);
    assert_eq!(value(&text, forbidden), 1.0);
}
