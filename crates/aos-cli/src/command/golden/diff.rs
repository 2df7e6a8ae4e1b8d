//! `aos golden diff`.

use std::path::PathBuf;

use aos_golden::{CompareOptions, compare_golden};
use clap::Args;
use serde::Serialize;

use super::{
    TrustArgs,
    divergence::{Compared, Comparison},
    shown,
};
use crate::{error::CliError, exit::Exit, program::Context};

#[derive(Debug, Args)]
#[command(
    after_help = "Example: aos golden diff new/nightly.steps.jsonl goldens/nightly.steps.jsonl\n\n\
    Which program recorded, under which policy, and when does not count unless it is asked for. Ends with 6 when the \
    goldens differ. The first segment of a place is the line of the golden, from 0."
)]
pub(crate) struct DiffArgs {
    /// The golden that is judged
    #[arg(value_name = "ACTUAL")]
    actual: PathBuf,

    /// The golden that it should be
    #[arg(value_name = "EXPECTED")]
    expected: PathBuf,

    /// Compare also the moments of events
    #[arg(long)]
    timestamps: bool,

    /// Compare also the versions of engine and skills, and the policy
    #[arg(long)]
    provenance: bool,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Debug, Serialize)]
struct Actual {
    actual: String,
}

pub(super) fn execute(context: &Context, args: &DiffArgs) -> Result<Exit, CliError> {
    let expected = args.trust.load(context, &args.expected)?;
    let actual = args.trust.load(context, &args.actual)?;
    let mut options = CompareOptions::of_another_program();
    options.ignore_timestamps = !args.timestamps;
    options.ignore_provenance = !args.provenance;
    let differences = compare_golden(&actual, &expected, &options)?;
    let about = Actual {
        actual: shown(&args.actual),
    };
    let when_equal = format!("equal: {} events", expected.n_events());
    Comparison::new(shown(&args.expected), about, differences).conclude(
        context,
        Compared::Golden,
        &when_equal,
    )
}
