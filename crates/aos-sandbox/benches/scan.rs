//! How fast texts are judged: benign ones of every kind, and the slowest repetitions that an attacker could send.
//!
//! `cargo xtask bench` runs this and takes medians. The floors are libinjection's port to Rust, which looks for
//! nothing but SQL, on the same texts, and a hash that reads each byte once.

use std::{hint::black_box, path::Path, time::Instant};

use aos_sandbox::{
    scan_text,
    score::{self, PROGRAMS},
};

const N_ROUNDS: u32 = 40;

/// Bytes of a hostile text: the longest that is analysed.
const N_HOSTILE: usize = 64 * 1024;

fn main() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/corpus.jsonl");
    let Ok(rows) = score::read(Path::new(path)) else {
        return;
    };
    let texts: Vec<String> = rows
        .into_iter()
        .filter(|row| !row.is_attack() && !PROGRAMS.contains(&row.category.as_str()))
        .map(|row| row.text)
        .collect();
    benign(&texts);
    hostile();
}

fn seconds(mut work: impl FnMut()) -> f64 {
    let began = Instant::now();
    for _ in 0..N_ROUNDS {
        work();
    }
    began.elapsed().as_secs_f64() / f64::from(N_ROUNDS)
}

#[expect(clippy::print_stdout, reason = "`cargo xtask bench` reads it")]
fn benign(texts: &[String]) {
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    let ours = seconds(|| {
        for text in texts {
            black_box(scan_text(text, None, &[]));
        }
    });
    let floor = seconds(|| {
        for text in texts {
            black_box(libinjectionrs::detect_sqli(text.as_bytes()));
        }
    });
    println!(
        "AOS-BENCH {{\"name\":\"benign texts\",\"unit\":\"MB/s\",\"value\":{:.1},\"floor_name\":\"libinjectionrs\",\
         \"floor\":{:.1},\"bound\":2.5,\"bound_kind\":\"min_ratio\"}}",
        megabytes / ours,
        megabytes / floor
    );
}

#[expect(clippy::print_stdout, reason = "`cargo xtask bench` reads it")]
fn hostile() {
    const MARKS: &[&str] = &[
        "'", "\"", "`", ";", "|", "&", "$(", "${", "{{", "{", "%25", "\\", "../", "/*", "--", "(", "select ",
        "union ", "or 1=1 ", "a", " ", "=", "<", "\n", "&#39;", "+", "QUJD", "\\u0027", "sleep(", "exec ",
        "://", "é", "id;", "IFS", "[", "{%", "'or'", "”",
    ];
    let mut slowest = (0.0, String::new());
    for first in MARKS {
        for second in MARKS {
            let unit = format!("{first}{second}");
            let text = unit.repeat(N_HOSTILE / unit.len());
            let began = Instant::now();
            black_box(scan_text(&text, None, &[]));
            let once = began.elapsed().as_secs_f64();
            if once > slowest.0 {
                slowest = (once, text);
            }
        }
    }
    let text = slowest.1;
    let ours = seconds(|| {
        black_box(scan_text(&text, None, &[]));
    });
    let floor = seconds(|| {
        let text = black_box(text.as_bytes());
        black_box(
            text.iter()
                .fold(0_u64, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte)),
        );
    });
    println!(
        "AOS-BENCH {{\"name\":\"the slowest 64 KiB\",\"unit\":\"ms\",\"value\":{:.3},\"floor_name\":\"each byte once\",\
         \"floor\":{:.3},\"bound\":5.0,\"bound_kind\":\"max\"}}",
        ours * 1e3,
        floor * 1e3
    );
}
