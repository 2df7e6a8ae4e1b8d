//! Scores a corpus: `score CORPUS [--half 0|1] [--misses CATEGORY | --typed-misses CATEGORY | --false | --typed-false | --speed | --adversarial]`.
//!
//! `--half` takes the rows of one half of the sources, so that rules tuned on one half can be judged on the other.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::{error::Error, path::Path, sync::LazyLock, time::Instant};

use aos_sandbox::{
    scan_text,
    score::{self, Row},
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        arguments
            .iter()
            .position(|argument| argument == name)
            .and_then(|at| arguments.get(at + 1))
            .cloned()
    };
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let corpus = arguments.first().ok_or("name a corpus")?;
    let half: Option<u32> = value("--half").map(|half| half.parse()).transpose()?;
    let rows: Vec<Row> = score::read(Path::new(corpus))?
        .into_iter()
        .filter(|row| half.is_none_or(|half| source_half(&row.source) == half))
        .collect();
    if let Some(category) = value("--misses").or_else(|| value("--typed-misses")) {
        let typed = flag("--typed-misses");
        for row in rows
            .iter()
            .filter(|row| row.is_attack() && row.category == category)
        {
            let outcome = scan_text(
                &row.text,
                typed.then(|| score::attack_sink(&row.category)).flatten(),
                &[],
            );
            if outcome.violations.is_empty() {
                println!(
                    "{:<28.28} {:?} {:?}",
                    tail(&row.source),
                    row.text,
                    outcome.warnings
                );
            }
        }
    } else if flag("--false") || flag("--typed-false") {
        for row in rows.iter().filter(|row| !row.is_attack()) {
            if flag("--false") && score::PROGRAMS.contains(&row.category.as_str()) {
                continue;
            }
            let steps: Vec<&str> = row.steps.iter().map(String::as_str).collect();
            let sink = flag("--typed-false")
                .then(|| score::natural_sink(&row.category))
                .flatten();
            let outcome = scan_text(&row.text, sink, &steps);
            if !outcome.violations.is_empty() {
                println!("{:<14} {:?} {:.300?}", row.category, outcome.violations, row.text);
            }
        }
    } else if flag("--speed") {
        speed(&rows);
    } else if flag("--adversarial") {
        adversarial();
    } else {
        println!("{}", score::score(&rows));
    }
    Ok(())
}

fn tail(source: &str) -> &str {
    source.rsplit(':').next().unwrap_or(source)
}

/// Puts a source into one of two halves, always the same.
fn source_half(source: &str) -> u32 {
    source.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    }) >> 13
        & 1
}

/// Returns the time that this thread has computed, which other programs do not disturb; where the system does not tell,
/// the time that has passed.
fn cpu_seconds() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let computed = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split(' ').next()?.parse::<f64>().ok());
    computed.map_or_else(|| START.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// How often the texts are looked at, since the clock of the system is coarse.
const N_ROUNDS: u32 = 40;

fn speed(rows: &[Row]) {
    let texts: Vec<&str> = rows
        .iter()
        .filter(|row| !row.is_attack() && !score::PROGRAMS.contains(&row.category.as_str()))
        .map(|row| row.text.as_str())
        .collect();
    let n_bytes: usize = texts.iter().map(|text| text.len()).sum();
    let start = cpu_seconds();
    for _ in 0..N_ROUNDS {
        let n: usize = texts
            .iter()
            .map(|text| scan_text(text, None, &[]).violations.len())
            .sum();
        std::hint::black_box(n);
    }
    let seconds = (cpu_seconds() - start) / f64::from(N_ROUNDS);
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let rate = n_bytes as f64 / seconds / 1e6;
    let start = cpu_seconds();
    let n = texts
        .iter()
        .filter(|text| libinjectionrs::detect_sqli(text.as_bytes()).is_injection())
        .count();
    std::hint::black_box(n);
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let yardstick = n_bytes as f64 / (cpu_seconds() - start) / 1e6;
    println!("yardstick, libinjectionrs on the same texts: {yardstick:.0} MB/s");
    println!(
        "benign: {rate:.0} MB/s over {n_bytes} bytes in {} texts",
        texts.len()
    );
}

/// Times 64 KiB of every pair of marks, and prints the slowest.
fn adversarial() {
    const MARKS: &[&str] = &[
        "'",
        "\"",
        "`",
        ";",
        "|",
        "&",
        "$(",
        "${",
        "{{",
        "{",
        "}",
        "%25",
        "%",
        "\\",
        "../",
        "..\\",
        "/*",
        "--",
        "#",
        "(",
        "select ",
        "(select ",
        "union ",
        "or 1=1 ",
        "a",
        " ",
        "=",
        "<",
        "\n",
        "&#39;",
        "+",
        "QUJD",
        "\\u0027",
        "@",
        "sleep(",
        "having 1=",
        "order by 1,",
        "exec ",
        ";drop ",
        "://",
        "é",
        "'",
        "id;",
        "IFS",
        ",",
        "[",
        "<%",
        "{%",
        "or ",
        "'or'",
        "”",
    ];
    let mut worst: Vec<(f64, String, String)> = Vec::new();
    for first in MARKS {
        for second in MARKS {
            let text = format!("{first}{second}").repeat(64 * 1024 / (first.len() + second.len()));
            let start = cpu_seconds();
            std::hint::black_box(scan_text(&text, None, &[]));
            worst.push((
                (cpu_seconds() - start) * 1e3,
                format!("{first:?} {second:?}"),
                text,
            ));
        }
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    // Other programs disturb a single measurement, so the slowest are timed again, and the fastest of many rounds counts.
    worst.truncate(40);
    for (millis, _, text) in &mut worst {
        for _ in 0..20 {
            let start = Instant::now();
            std::hint::black_box(scan_text(text, None, &[]));
            *millis = millis.min(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (millis, marks, _) in worst.iter().take(8) {
        println!("adversarial 64 KiB: {millis:.2} ms  {marks}");
    }
}
