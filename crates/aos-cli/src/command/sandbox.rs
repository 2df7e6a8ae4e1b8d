//! `aos sandbox`: the detectors of the sandbox, for single texts.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use aos_sandbox::{Rule, scan_text};
use aos_spec::{ErrorCode, limits::MAX_SPEC_BYTES, skill::InputKind};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    args::Format,
    error::CliError,
    exit::Exit,
    output::{self, write_answer},
    program::Context,
    render::untrusted,
};

/// Answers are written when so many bytes have come together, or when there is nothing more to read for now.
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Judge each text of a file of JSON lines, such as a corpus
    Scan(ScanArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Example: aos sandbox scan corpus.jsonl -o jsonl\n\n\
    Each line is an object with `text` and perhaps `id`, `sink` (what a skill does with the text, such as `sql_param`, \
    `shell_arg`, `path`, `url`; not declared when absent) and `steps` (the ids that references in the text may name). \
    Other members are passed over. The answer has a line for each: {\"id\", \"violations\", \"warnings\"}, with the ids \
    of rules. The exit code does not depend on what is found; a line that cannot be read ends the scan with 3.")]
pub(crate) struct ScanArgs {
    /// JSON lines; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// A line of the file.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    text: String,
    #[serde(default)]
    sink: Option<InputKind>,
    #[serde(default)]
    steps: Vec<String>,
}

/// What was found in a line.
#[derive(Debug, Serialize)]
struct Verdict {
    id: Value,
    violations: Vec<Rule>,
    warnings: Vec<Rule>,
}

impl SandboxCommand {
    pub(crate) fn execute(&self, context: &Context) -> Result<Exit, CliError> {
        let Self::Scan(args) = self;
        let path = args.file.as_path();
        let reader: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path).map_err(|error| CliError::io("read the file", path, &error))?)
        };
        scan(context, path, BufReader::with_capacity(CHUNK_BYTES, reader))?;
        Ok(Exit::Ok)
    }
}

fn scan(context: &Context, path: &Path, mut reader: BufReader<Box<dyn Read>>) -> Result<(), CliError> {
    let (mut bytes, mut number) = (Vec::new(), 0);
    let (mut verdicts, mut text) = (Vec::new(), String::new());
    loop {
        bytes.clear();
        // A byte more than any line may have, so that a longer one is noticed and not kept.
        let limit = MAX_SPEC_BYTES as u64 + 1;
        let n = (&mut reader).take(limit).read_until(b'\n', &mut bytes);
        let n = n.map_err(|error| CliError::io("read the file", path, &error))?;
        if n == 0 {
            break;
        }
        number += 1;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let verdict = match judge(&bytes) {
            Ok(verdict) => verdict,
            Err(reason) => {
                write_answer(&text)?;
                return Err(bad_line(path, number, &reason));
            }
        };
        match context.output.format {
            Format::Text => text.push_str(&shown(&verdict)),
            Format::Jsonl => text.push_str(&output::line(&verdict)?),
            Format::Json => verdicts.push(verdict),
            Format::None => {}
        }
        if text.len() >= CHUNK_BYTES || reader.buffer().is_empty() {
            write_answer(&text)?;
            text.clear();
        }
    }
    write_answer(&text)?;
    if context.output.format == Format::Json {
        context.output.list(String::new, "texts", &verdicts)?;
    }
    Ok(())
}

fn judge(line: &[u8]) -> Result<Verdict, String> {
    if line.len() > MAX_SPEC_BYTES {
        return Err(format!("it has more than {MAX_SPEC_BYTES} bytes"));
    }
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let steps: Vec<_> = line.steps.iter().map(String::as_str).collect();
    let outcome = scan_text(&line.text, line.sink, &steps);
    Ok(Verdict {
        id: line.id,
        violations: outcome.violations,
        warnings: outcome.warnings,
    })
}

/// Returns a verdict as a line for people.
fn shown(verdict: &Verdict) -> String {
    let id = verdict
        .id
        .as_str()
        .map_or_else(|| verdict.id.to_string(), untrusted);
    let (violations, warnings) = (verdict.violations.iter(), verdict.warnings.iter());
    let mut words: Vec<_> = violations.map(Rule::to_string).collect();
    words.extend(warnings.map(|rule| format!("({rule})")));
    if words.is_empty() {
        words.push("ok".into());
    }
    format!("{id}: {}\n", words.join(" "))
}

fn bad_line(path: &Path, number: usize, reason: &str) -> CliError {
    let place = if path == Path::new("-") {
        "standard input".into()
    } else {
        path.display().to_string()
    };
    // The line within the line would mislead.
    let reason = reason.replace("at line 1 column", "at column");
    CliError::new(ErrorCode::InvalidInput, format!("read line {number}: {reason}"))
        .at(format_args!("{place}:{number}"))
        .instead("write one JSON object a line, with `text` and perhaps `id`, `sink` and `steps`")
}
