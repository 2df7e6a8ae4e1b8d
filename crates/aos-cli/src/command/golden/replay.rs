//! `aos golden replay`.

use std::path::{Path, PathBuf};

use aos_engine::{EngineOptions, NewRun, Replayed, replay};
use aos_golden::{GoldenRecorder, KeyRing, Recording, load_unverified};
use aos_spec::RunStatus;
use clap::Args;
use serde::Serialize;

use super::{
    TrustArgs,
    divergence::{self, Compared, Comparison},
    shown,
};
use crate::{
    compose, error::CliError, exit::Exit, program::Context, render::units, runtime,
    workflow_file::WorkflowFile,
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos golden replay goldens/nightly.steps.jsonl\n\n\
    Pure skills are called again with the recorded seed and inputs. Every other step ends as recorded: a skill that reads \
    or changes anything outside is not called, no policy is asked, and no store is used. Ends with 6 when the replay \
    diverges.")]
pub(crate) struct ReplayArgs {
    /// The golden
    #[arg(value_name = "GOLDEN")]
    golden: PathBuf,

    /// The workflow, when the golden hides a part of it, or to see whether it is still the recorded one
    #[arg(value_name = "WORKFLOW")]
    workflow: Option<PathBuf>,

    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Debug, Serialize)]
struct Replay {
    run_id: String,
    status: RunStatus,
    steps_performed: usize,
    steps_served: usize,
}

pub(super) fn execute(context: &Context, args: &ReplayArgs) -> Result<Exit, CliError> {
    let golden = args.trust.load(context, &args.golden)?;
    let mut recording = Recording::from_unverified(&golden)?;
    let skills = compose::skills(Path::new("."))?;
    let plan = match &args.workflow {
        Some(path) => {
            let plan = WorkflowFile::read(path)?.check_or_refuse(&skills)?;
            recording
                .check_plan(&plan)
                .map_err(|error| divergence::refused(context, error).at(path.display()))?;
            plan
        }
        None => recording
            .plan()
            .map_err(|error| CliError::from(error).at(args.golden.display()))?,
    };
    let mut run = NewRun::new(plan, golden.run_id().clone(), recording.seed());
    run.inputs.clone_from(recording.inputs());
    run.agent_id.clone_from(&golden.start().agent_id);

    // A replay is as long as its golden, which may be longer than memory should be.
    let folder = tempfile::tempdir()
        .map_err(|error| CliError::io("make a folder for the replay", &std::env::temp_dir(), &error))?;
    let recorder =
        GoldenRecorder::new(folder.path(), KeyRing::development()).with_options(recording.recorder_options());
    let options = EngineOptions::default();
    let replayed: Replayed =
        runtime::block_on(async { Ok(replay(run, &skills, &options, &mut recording, &recorder).await?) })?;
    let replay = load_unverified(&recorder.path_of(golden.run_id()))?;
    let differences = recording.divergences(&replay)?;
    let about = Replay {
        run_id: golden.run_id().to_string(),
        status: replayed.status,
        steps_performed: replayed.n_performed,
        steps_served: replayed.n_served,
    };
    let when_equal = format!(
        "the replay of run {} did the same: {} performed, {} served from the recording",
        golden.run_id(),
        units::count(replayed.n_performed, "step"),
        replayed.n_served
    );
    Comparison::new(shown(&args.golden), about, differences).conclude(context, Compared::Replay, &when_equal)
}
