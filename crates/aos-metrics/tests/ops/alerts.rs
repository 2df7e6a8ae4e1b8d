//! Failures of an engine, through Prometheus and Alertmanager, to whoever is on duty.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{daemon::Daemon, exported::Exported};

/// What the failures below must bring about.
const EXPECTED: [&str; 9] = [
    "NovaWorkflowBudgetExceeded",
    "NovaWorkflowForbiddenSkillAttempts",
    "NovaWorkflowGoldenMismatch",
    "NovaWorkflowQueueBacklog",
    "NovaWorkflowReplayFailures",
    "NovaWorkflowSaveFailures",
    "NovaWorkflowSeedDrift",
    "NovaWorkflowStaleRunning",
    "NovaWorkflowStepCostAnomaly",
];

pub(crate) fn failures_arrive_at_a_webhook() {
    let (webhook, alerts) = listen();
    let alertmanager = Daemon::alertmanager(webhook);
    let exported = Exported::new();
    let prometheus = Daemon::prometheus(exported.server.local_addr(), Some(alertmanager.addr));
    // A counter whose zero nobody has seen has not grown, as far as Prometheus knows.
    let began = Instant::now();
    while prometheus
        .query("min_over_time(nova_workflow_replay_failures_total[1m])")
        .is_ok_and(|series| series.is_empty())
    {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "nothing is scraped: {}",
            prometheus.log()
        );
        thread::sleep(Duration::from_millis(100));
    }
    assert!(
        alerts.try_recv().is_err(),
        "an alert before anything has happened"
    );
    exported.drive();
    exported.exporter.metrics().set_queue_depth(101);
    let mut missing = BTreeSet::from(EXPECTED);
    let deadline = Instant::now() + Duration::from_secs(90);
    while !missing.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        let alert = alerts
            .recv_timeout(left)
            .unwrap_or_else(|_| panic!("missing: {missing:?}\n{}", prometheus.log()));
        missing.remove(alert.as_str());
    }
}

/// Listens for notifications, and returns the names of the alerts in them.
fn listen() -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let notification = read(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            for alert in notification["alerts"].as_array().into_iter().flatten() {
                let name = alert["labels"]["alertname"].as_str().unwrap_or_default();
                if sender.send(name.to_owned()).is_err() {
                    return;
                }
            }
        }
    });
    (addr, receiver)
}

fn read(stream: &mut TcpStream) -> Value {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = stream.read(&mut buffer).unwrap_or(0);
        text.extend_from_slice(&buffer[..n]);
        let body = text
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .map(|at| &text[at + 4..]);
        if let Some(document) = body.and_then(|body| serde_json::from_slice(body).ok()) {
            return document;
        }
        assert!(n > 0, "a notification ends early");
    }
}
