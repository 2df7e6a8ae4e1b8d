//! Traces as a collector receives them.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::support::{Desk, Ended, FAILING};

/// One field of a message of protocol buffers: its number, and its bytes where it has a length.
struct Field<'a> {
    number: u64,
    bytes: &'a [u8],
}

/// Reads the fields of a message.
fn fields(mut message: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let n_bytes = match tag & 7 {
            0 => {
                varint(&mut message);
                0
            }
            1 => 8,
            2 => usize::try_from(varint(&mut message)).unwrap(),
            5 => 4,
            kind => panic!("no field has the kind {kind}"),
        };
        let (bytes, rest) = message.split_at(n_bytes);
        message = rest;
        fields.push(Field {
            number: tag >> 3,
            bytes,
        });
    }
    fields
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (byte, rest) = message.split_first().unwrap();
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

/// Returns the embedded messages below `message` along a path of field numbers.
fn below<'a>(message: &'a [u8], path: &[u64]) -> Vec<&'a [u8]> {
    path.iter().fold(vec![message], |messages, number| {
        let of = |message| {
            fields(message)
                .into_iter()
                .filter(|field| field.number == *number)
        };
        messages
            .into_iter()
            .flat_map(of)
            .map(|field| field.bytes)
            .collect()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A span: its trace, its name, and its attributes that are text.
type Span = (String, String, Vec<(String, String)>);

/// Reads an `ExportTraceServiceRequest`: resource_spans 1, scope_spans 2, spans 2; in a span trace_id 1, name 5, attributes 9.
fn spans(request: &[u8]) -> Vec<Span> {
    let spans = below(request, &[1, 2, 2]);
    spans
        .into_iter()
        .map(|span| {
            let trace: String = below(span, &[1])[0]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let attributes = below(span, &[9]).into_iter();
            let attributes = attributes.filter_map(|attribute| {
                let value = below(attribute, &[2, 1]).first().map(|value| text(value))?;
                Some((text(below(attribute, &[1])[0]), value))
            });
            (trace, text(below(span, &[5])[0]), attributes.collect())
        })
        .collect()
}

/// Listens as a collector does, and returns its address and what it receives: paths and bodies.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut buffer = [0; 65_536];
            let (head, body) = loop {
                let n = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..n]);
                let Some(at) = request.windows(4).position(|end| end == b"\r\n\r\n") else {
                    continue;
                };
                let head = String::from_utf8_lossy(&request[..at]).to_lowercase();
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.lines().next().unwrap().parse().unwrap();
                if request.len() >= at + 4 + length {
                    break (head, request[at + 4..].to_vec());
                }
            };
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .unwrap();
            let path = head.split(' ').nth(1).unwrap().to_owned();
            if sender.send((path, body)).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

fn run(desk: &Desk, endpoint: &str, args: &[&str]) -> Ended {
    let mut command = desk.command(args);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_BSP_SCHEDULE_DELAY", "60000");
    command.output().unwrap().into()
}

#[test]
fn a_collector_receives_the_spans_of_a_run_when_it_ends() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    let (url, received) = collector();
    let ended = run(&desk, &url, &["run", "failing.yaml", "--run-id", "r-1"]);
    assert_eq!(ended.code, 1, "{ended:#?}");
    let (path, body) = received.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(path, "/v1/traces");
    let spans = spans(&body);
    let find = |name: &str| {
        spans
            .iter()
            .find(|span| span.1 == name)
            .unwrap_or_else(|| panic!("{name}: {spans:#?}"))
    };
    let (trace, _, attributes) = find("invoke_workflow failing");
    // `printf r-1 | sha256sum`
    assert_eq!(trace, "a5fa777a3dc67268caea6eea038ba141");
    assert!(spans.iter().all(|span| span.0 == *trace), "{spans:#?}");
    for (key, value) in [
        ("gen_ai.operation.name", "invoke_workflow"),
        ("aos.run.id", "r-1"),
        ("aos.status", "failed"),
        ("error.type", "PERMISSION_DENIED"),
    ] {
        assert!(
            attributes.contains(&(key.into(), value.into())),
            "{key}: {attributes:?}"
        );
    }
    let (_, _, attributes) = find("execute_tool fail");
    assert!(
        attributes.contains(&("error.type".into(), "PERMISSION_DENIED".into())),
        "{attributes:?}"
    );
    find("execute_tool noop");
    assert_eq!(spans.iter().filter(|span| span.1 == "aos.step").count(), 2);
    assert!(spans.iter().any(|span| span.1 == "aos.commit"));
    // Names and codes leave, and nothing that a step said.
    assert!(!text_in(&body).contains("not today"), "{spans:#?}");
}

fn text_in(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_collector_that_does_not_answer_keeps_nobody_for_long() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    // Connections are accepted by the system, and nobody reads them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let ended = run(
        &desk,
        &format!("http://{}", silent.local_addr().unwrap()),
        &["run", "failing.yaml"],
    );
    assert_eq!(ended.code, 1, "{ended:#?}");
    ended.says(&["the last spans may be lost"]);
}

#[test]
fn a_collector_that_is_not_there_is_told_and_changes_no_exit_code() {
    let desk = Desk::with(&[("failing.yaml", FAILING)]);
    let ended = run(&desk, "http://127.0.0.1:9", &["run", "failing.yaml"]);
    assert_eq!(ended.code, 1, "{ended:#?}");
    ended.says(&["spans are lost"]);
}

#[test]
fn an_endpoint_that_cannot_be_spoken_to_is_a_mistake_in_the_arguments() {
    let desk = Desk::new();
    for endpoint in ["https://127.0.0.1:4318", "127.0.0.1:4318"] {
        let ended = run(&desk, endpoint, &["doctor"]);
        assert_eq!(ended.code, 2, "{endpoint}: {ended:#?}");
        ended.says(&["OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"]);
    }
}
