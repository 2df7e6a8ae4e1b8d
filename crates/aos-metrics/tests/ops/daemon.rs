//! Prometheus and Alertmanager on loopback, on free ports, in folders of their own.

use std::{
    fmt::Display,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::tools::{ALERTMANAGER, PROMETHEUS, Tool, ops};

/// A running program; ended when dropped.
pub(crate) struct Daemon {
    pub(crate) addr: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Daemon {
    /// Starts Prometheus: scrapes `target` each second and hands alerts to `alertmanager`. The rules of the repository are
    /// its rules, without the times for which they hold back.
    pub(crate) fn prometheus(target: SocketAddr, alertmanager: Option<SocketAddr>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["workflow_alerts.yml", "exporter_alerts.yml"] {
            let rules = fs::read_to_string(ops().join("prometheus_rules").join(name)).unwrap();
            let quick: Vec<_> = rules
                .lines()
                .map(|line| {
                    if line.trim_start().starts_with("for: ") {
                        "        for: 0s"
                    } else {
                        line
                    }
                })
                .collect();
            fs::write(folder.path().join(name), quick.join("\n")).unwrap();
        }
        let mut config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['*.yml']\n\
             scrape_configs: [{{job_name: aos, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        if let Some(addr) = alertmanager {
            config +=
                &format!("alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{addr}']}}]}}]}}\n");
        }
        fs::write(folder.path().join("prometheus.conf"), config).unwrap();
        Self::start(PROMETHEUS, folder, |addr, folder| {
            vec![
                format!("--config.file={}", folder.join("prometheus.conf").display()),
                format!("--storage.tsdb.path={}", folder.join("data").display()),
                format!("--web.listen-address={addr}"),
            ]
        })
    }

    /// Starts Alertmanager: hands each alert to `webhook` after a second.
    pub(crate) fn alertmanager(webhook: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "route: {{receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 1s}}\n\
             receivers: [{{name: hook, webhook_configs: [{{url: 'http://{webhook}/'}}]}}]\n"
        );
        fs::write(folder.path().join("alertmanager.conf"), config).unwrap();
        Self::start(ALERTMANAGER, folder, |addr, folder| {
            vec![
                format!("--config.file={}", folder.join("alertmanager.conf").display()),
                format!("--storage.path={}", folder.join("data").display()),
                format!("--web.listen-address={addr}"),
                "--cluster.listen-address=".to_owned(),
            ]
        })
    }

    fn start(tool: Tool, folder: TempDir, args: impl Fn(SocketAddr, &Path) -> Vec<String>) -> Self {
        let addr = free_addr();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = tool
            .command()
            .args(args(addr, folder.path()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut daemon = Self { addr, child, folder };
        daemon.wait_until_ready();
        daemon
    }

    fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while !request(self.addr, "/-/ready").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && began.elapsed() < Duration::from_secs(60),
                "not ready: {}",
                self.log()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks Prometheus, and returns the series of the answer.
    pub(crate) fn query(&self, expression: &str) -> Result<Vec<Value>, String> {
        let query: String = expression.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = request(self.addr, &format!("/api/v1/query?query={query}")).ok_or("no answer")?;
        let body = answer.split_once("\r\n\r\n").ok_or("no body")?.1;
        let document: Value = serde_json::from_str(body).map_err(|error| format!("{error}: {body}"))?;
        document["data"]["result"]
            .as_array()
            .cloned()
            .ok_or_else(|| document.to_string())
    }

    pub(crate) fn log(&self) -> impl Display {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns an address that nobody listens on. Somebody may take it before it is used, and then the test fails.
fn free_addr() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Returns the whole answer; both programs close the connection when they are asked in the old version of the protocol.
fn request(addr: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(addr).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nAccept-Encoding: identity\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(dechunked(&String::from_utf8_lossy(&answer)))
}

/// Returns an answer whose body came in chunks with its body in one piece.
fn dechunked(answer: &str) -> String {
    let Some((head, mut rest)) = answer.split_once("\r\n\r\n") else {
        return answer.to_owned();
    };
    if !head.to_lowercase().contains("transfer-encoding: chunked") {
        return answer.to_owned();
    }
    let mut body = String::new();
    while let Some((length, data)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length.trim(), 16)
            .unwrap_or(0)
            .min(data.len());
        body += &data[..length];
        rest = data[length..].trim_start_matches("\r\n");
        if length == 0 {
            break;
        }
    }
    format!("{head}\r\n\r\n{body}")
}
