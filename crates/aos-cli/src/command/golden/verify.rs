//! `aos golden verify`.

use aos_golden::{KeyClass, VerifiedGolden, load_golden};
use clap::Args;
use serde::Serialize;

use super::{Goldens, divergence, shown};
use crate::{error::CliError, exit::Exit, golden::KeyArgs, program::Context, render::style};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos golden verify goldens/nightly.steps.jsonl\n\n\
    Ends with 7 when a golden is not what was signed, and with 8 when there is none. `docs/golden-files.md` shows how to \
    check the same with openssl or Python.")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    goldens: Goldens,

    /// Accept only keys of at least this class: dev, ci or release
    #[arg(long, value_name = "CLASS", default_value = "dev")]
    require_class: KeyClass,

    #[command(flatten)]
    keys: KeyArgs,
}

/// What became of one golden.
#[derive(Debug, Serialize)]
struct Verified {
    golden: String,
    ok: bool,
    #[serde(flatten)]
    signed: Option<Signed>,
    error: Option<Refused>,
}

#[derive(Debug, Serialize)]
pub(super) struct Signed {
    run_id: String,
    events: usize,
    bytes: u64,
    key_id: String,
    key_class: &'static str,
}

#[derive(Debug, Serialize)]
struct Refused {
    code: aos_spec::ErrorCode,
    message: String,
    advice: Vec<String>,
}

impl Signed {
    pub(super) fn of(golden: &VerifiedGolden) -> Self {
        Self {
            run_id: golden.run_id().to_string(),
            events: golden.n_events(),
            bytes: golden.n_bytes(),
            key_id: golden.key_id().to_string(),
            key_class: golden.key_class().as_str(),
        }
    }

    /// Returns what is known of a signed golden, in words.
    pub(super) fn text(&self) -> String {
        format!(
            "{} events of run {}, key {} ({})",
            self.events, self.run_id, self.key_id, self.key_class
        )
    }
}

pub(super) fn execute(context: &Context, args: &VerifyArgs) -> Result<Exit, CliError> {
    let ring = args.keys.verifying()?.requiring(args.require_class);
    let mut exit = Exit::Ok;
    let mut answers = Vec::new();
    for path in &args.goldens.goldens {
        let (signed, error) = match load_golden(path, &ring) {
            Ok(golden) => (Some(Signed::of(&golden)), None),
            Err(error) => {
                let error = divergence::refused(context, error);
                // What was tampered with comes before what is only missing.
                exit = match (exit, error.exit) {
                    (Exit::Integrity, _) => Exit::Integrity,
                    (_, exit) => exit,
                };
                (None, Some(error))
            }
        };
        answers.push(Verified {
            golden: shown(path),
            ok: error.is_none(),
            signed,
            error: error.map(|error| Refused {
                code: error.code,
                message: error.message,
                advice: error.advice,
            }),
        });
    }
    context
        .output
        .list(|| text(context, &answers), "goldens", &answers)?;
    Ok(exit)
}

fn text(context: &Context, answers: &[Verified]) -> String {
    let symbols = &context.output.symbols;
    let lines = answers
        .iter()
        .map(|answer| match (&answer.signed, &answer.error) {
            (Some(signed), _) => {
                let good = style::paint(style::GOOD, symbols.good);
                format!("{good} {}  {}\n", answer.golden, signed.text())
            }
            (None, Some(error)) => {
                let bad = style::paint(style::BAD, symbols.bad);
                let code = style::paint(style::BAD, error.code);
                let mut text = format!("{bad} {}  {code}  {}\n", answer.golden, error.message);
                for advice in &error.advice {
                    text.push_str(&format!("    {}: {advice}\n", style::paint(style::HELP, "help")));
                }
                text
            }
            (None, None) => String::new(),
        });
    lines.collect()
}
