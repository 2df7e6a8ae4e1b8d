//! The server answers three paths and nothing else, and nobody can hold it up.

use std::{
    future::{Future, pending},
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use aos_metrics::{CONTENT_TYPE, DEFAULT_ADDR, MetricsServer, Readiness};
use tokio::runtime::Runtime;

use crate::fixture::{exchange, exporter, get};

fn ready() -> Readiness {
    Readiness::new(|| async { Ok(()) })
}

fn serve(readiness: Readiness) -> (Runtime, MetricsServer) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let addr: SocketAddr = ([127, 0, 0, 1], 0).into();
    let server = runtime
        .block_on(MetricsServer::bind(addr, exporter().0, readiness))
        .unwrap();
    (runtime, server)
}

#[track_caller]
fn check(request: &str, status: &str, body: &str) {
    let (_runtime, server) = serve(ready());
    let (head, answer) = exchange(server.local_addr(), request);
    assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    assert!(answer.contains(body), "{answer}");
}

#[test]
fn it_answers_three_paths_and_refuses_the_rest() {
    check(
        "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
        "200",
        "# TYPE nova_workflow_runs_total counter\n",
    );
    check("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "200", "ok\n");
    check("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", "200", "ready\n");
    check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "404", "/metrics");
    check("GET /metrics/../readyz HTTP/1.1\r\nHost: a\r\n\r\n", "404", "");
    check(
        "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "405",
        "GET",
    );
    check("nonsense\r\n\r\n", "400", "");
}

#[test]
fn metrics_have_the_media_type_of_prometheus() {
    let (_runtime, server) = serve(ready());
    let (head, _) = get(server.local_addr(), "/metrics");
    assert!(
        head.to_lowercase()
            .contains(&format!("content-type: {CONTENT_TYPE}")),
        "{head}"
    );
}

#[test]
fn a_head_of_a_megabyte_is_refused() {
    check(
        &format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(60_000)),
        "431",
        "",
    );
}

#[track_caller]
fn check_unready<A>(check: impl Fn() -> A + Send + Sync + 'static, expect: &str)
where
    A: Future<Output = Result<(), String>> + Send + 'static,
{
    let (_runtime, server) = serve(Readiness::new(check));
    let (head, body) = get(server.local_addr(), "/readyz");
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    assert_eq!(body, expect);
    assert!(
        get(server.local_addr(), "/healthz").0.starts_with("HTTP/1.1 200"),
        "alive all the same"
    );
}

#[test]
fn a_process_whose_store_does_not_work_is_alive_and_not_ready() {
    check_unready(
        || async { Err("the disk is gone".to_owned()) },
        "not ready: the disk is gone\n",
    );
    check_unready(pending, "not ready: no answer within 2 seconds\n");
}

#[test]
fn half_a_request_is_let_go_and_holds_nobody_up() {
    let (_runtime, server) = serve(ready());
    let began = Instant::now();
    // Fewer than are answered at the same time; more would have to wait for them.
    let mut slow: Vec<_> = (0..20)
        .map(|_| TcpStream::connect(server.local_addr()).unwrap())
        .collect();
    for stream in &mut slow {
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost").unwrap();
    }
    assert_eq!(get(server.local_addr(), "/healthz").1, "ok\n");
    slow[0].set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let n_read = slow[0].read(&mut [0; 64]).unwrap();
    assert_eq!(n_read, 0, "the connection is closed without an answer");
    assert!(began.elapsed() >= Duration::from_secs(5));
}

#[test]
fn a_server_that_was_stopped_or_dropped_does_not_listen() {
    let (runtime, server) = serve(ready());
    let addr = server.local_addr();
    runtime.block_on(server.stop());
    assert!(TcpStream::connect(addr).is_err());

    let (_runtime, server) = serve(ready());
    let addr = server.local_addr();
    drop(server);
    let began = Instant::now();
    while TcpStream::connect(addr).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(10), "still listening");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_listens_on_loopback_unless_told_otherwise() {
    assert!(DEFAULT_ADDR.ip().is_loopback());
}
