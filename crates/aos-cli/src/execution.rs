//! Executing a run from here: `aos run` and `aos resume` differ in how the run begins, and in nothing else.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use aos_engine::{Durability, EngineOptions, NewRun};
use aos_sandbox::PlannerSandbox;
use aos_spec::{RunId, RunStatus, WorkflowPlan, WorkflowResult, limits};
use clap::{Args, ValueEnum};

use crate::{
    args::Format,
    compose::{self, EngineParts},
    error::CliError,
    exit::Exit,
    golden::RecordingArgs,
    ids,
    metrics::Observers,
    output::{self, write_aside},
    program::Context,
    progress::{Event, Progress},
    render::{style, units, untrusted},
    shape,
    signals::Signals,
    store::Store,
};

/// How runs are executed.
#[derive(Debug, Args)]
pub(crate) struct ExecutionArgs {
    /// Folder that skills read and write files in
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) files: PathBuf,

    /// Attempts that may be running at the same time
    #[arg(long, value_name = "N", default_value_t = limits::DEFAULT_PARALLEL, value_parser = parallel)]
    max_parallel: usize,

    /// File with the rules that steps must keep (TOML); `aos policy show` prints them
    #[arg(long, value_name = "FILE", env = "AOS_POLICY", hide_env_values = true)]
    policy: Option<PathBuf>,

    #[command(flatten)]
    golden: RecordingArgs,

    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,

    /// When to wait until results are durable
    #[arg(long, value_name = "WHEN", default_value = "before-effects")]
    durability: When,

    /// Serve metrics on this address while the run goes on; port 0 takes any that is free
    #[arg(long, value_name = "ADDR")]
    metrics_addr: Option<SocketAddr>,
}

/// The sandbox that judges plans and values.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// File with more rules for what plans may do (TOML); `aos explain sandbox` tells more
    #[arg(long, value_name = "FILE", env = "AOS_SANDBOX", hide_env_values = true)]
    sandbox: Option<PathBuf>,
}

impl SandboxArgs {
    /// Returns the sandbox.
    pub(crate) fn sandbox(&self) -> Result<PlannerSandbox, CliError> {
        compose::sandbox(self.sandbox.as_deref())
    }
}

/// When the engine waits until results are durable.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    /// Before each step that changes something, and at the end
    BeforeEffects,
    /// After each step
    EveryStep,
}

fn parallel(text: &str) -> Result<usize, String> {
    let in_range = |n: &usize| (1..=limits::MAX_PARALLEL).contains(n);
    text.parse()
        .ok()
        .filter(in_range)
        .ok_or_else(|| format!("a number from 1 to {}", limits::MAX_PARALLEL))
}

impl ExecutionArgs {
    fn options(&self) -> EngineOptions {
        let durability = match self.durability {
            When::BeforeEffects => Durability::BeforeEffects,
            When::EveryStep => Durability::EveryStep,
        };
        EngineOptions::default()
            .with_max_parallel(self.max_parallel)
            .with_durability(durability)
    }
}

/// How a run begins.
pub(crate) enum Beginning {
    /// From the start, unless the store knows its id.
    New(Box<NewRun>),
    /// From what the store knows about it.
    Stored(RunId),
}

/// Executes a run of `plan`, shows its progress and answers with its result.
pub(crate) async fn execute(
    context: &Context,
    args: &ExecutionArgs,
    store: &Store,
    plan: &WorkflowPlan,
    sandbox: PlannerSandbox,
    beginning: Beginning,
) -> Result<Exit, CliError> {
    let recorder = args.golden.recorder()?;
    let server = match args.metrics_addr {
        Some(addr) => Some(context.metrics.serve(&context.output, addr, store).await?),
        None => None,
    };
    if let Some(server) = &server {
        let note = format!("metrics http://{}/metrics", server.local_addr());
        context.output.note(&note);
    }
    let progress = Progress::start(context, plan);
    let engine = compose::engine(EngineParts {
        store: store.port(),
        skills: compose::skills(&args.files)?,
        policy: Some(compose::policy(args.policy.as_deref(), store)?),
        validator: Some(Arc::new(sandbox)),
        options: args.options(),
        recorder: recorder.clone().map(|recorder| recorder as _),
        observer: Observers::of([
            progress.as_ref().map(Progress::observer),
            context.metrics.observer(),
        ]),
    })?;
    let signals = Signals::watch(context.output, "waiting for a clean checkpoint", {
        let engine = engine.clone();
        move || engine.interrupt()
    })?;
    let result = match beginning {
        Beginning::New(run) => engine.run(*run).await,
        Beginning::Stored(run_id) => engine.resume(&run_id).await,
    };
    // The registration ends by itself where this fails; what became of the run is not affected.
    let _ = engine.close().await;
    if let Some(server) = server {
        server.stop().await;
    }
    let shown = progress.map_or(Ok(()), Progress::finish);
    let result = result?;
    shown?;
    conclude(context, plan, &result)?;
    if let Some(recorder) = recorder.filter(|_| result.status.is_terminal()) {
        let path = recorder.path_of(&result.run_id);
        context.output.note(&format!("golden {}", path.display()));
    }
    let interrupted = signals.exit().filter(|_| result.status == RunStatus::Paused);
    Ok(interrupted.unwrap_or(Exit::of_status(result.status)))
}

/// Shows how a run ended, or where it stands, and answers with its result.
pub(crate) fn conclude(
    context: &Context,
    plan: &WorkflowPlan,
    result: &WorkflowResult,
) -> Result<(), CliError> {
    let output = &context.output;
    output.note(&summary(context, result));
    if let Some(message) = &result.error {
        write_aside(&(error_line(result, message) + "\n"));
    }
    if let Some(code) = result.error_code {
        output.help(code.info().advice);
    }
    if let Some(next) = next_command(result) {
        output.help(&context.command(&next));
    }
    match output.format {
        Format::Jsonl => output::write_answer(&output::line(&Event::RunFinished { result })?),
        Format::Text if result.status != RunStatus::Completed => Ok(()),
        _ => output.answer(
            || {
                output::pretty(&shape::final_outputs(plan, result))
                    .map_or_else(|error| error.message, |text| text + "\n")
            },
            result,
        ),
    }
}

/// Returns the line that says why a run did not complete.
pub(crate) fn error_line(result: &WorkflowResult, message: &str) -> String {
    let code = result
        .error_code
        .map(|code| format!("[{code}]"))
        .unwrap_or_default();
    let step = result.failed_step.as_ref();
    let step = step.map(|step| format!("step `{step}`: ")).unwrap_or_default();
    let error = style::paint(style::ERROR, format_args!("error{code}"));
    format!("{error}: {step}{}", untrusted(message))
}

/// Returns the line that says how a run ended, or where it stands.
fn summary(context: &Context, result: &WorkflowResult) -> String {
    let symbols = &context.output.symbols;
    let mut parts = vec![
        format!(
            "{} in {}",
            style::paint(style::of_run(result.status), result.status),
            units::span(std::time::Duration::from_millis(result.total_duration_ms))
        ),
        format!(
            "{} of {}",
            result.steps_completed,
            units::count(result.steps_total, "step")
        ),
    ];
    if !result.total_cost_cents.is_zero() {
        parts.push(units::cents(result.total_cost_cents, symbols));
    }
    parts.push(format!("checkpoint {}", result.checkpoint_hash));
    parts.join(&format!(" {} ", symbols.dot))
}

/// Returns what to type next about a run that did not complete.
pub(crate) fn next_command(result: &WorkflowResult) -> Option<String> {
    let id = ids::short(&result.run_id);
    match result.status {
        RunStatus::Completed => None,
        RunStatus::Paused | RunStatus::EmergencyStopped | RunStatus::Queued | RunStatus::Running => {
            Some(format!("resume {id}"))
        }
        RunStatus::Suspended => {
            let step = result.failed_step.as_ref().map_or("STEP", |step| step.as_str());
            Some(format!(
                "runs settle {id} {step} --completed JSON | --failed CODE:MESSAGE | --repeat | --abort"
            ))
        }
        _ => Some(format!("runs show {id}")),
    }
}
