//! `aos doctor`: whether the program can work here.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use aos_spec::port::Clock;
use clap::Args;
use serde::Serialize;

use crate::{
    compose,
    error::CliError,
    exit::Exit,
    ids,
    output::write_aside,
    program::Context,
    render::{
        style,
        table::{Cell, Table},
        units, untrusted,
    },
    runtime,
    store::{self, SystemClock},
};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos doctor\nExample: aos doctor --probe && echo healthy")]
pub(crate) struct DoctorArgs {
    /// Say nothing unless there is a problem, for health checks of containers
    #[arg(long)]
    probe: bool,
}

/// The result of one check.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    /// What was found.
    found: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            ok: true,
            found: found.into(),
            advice: None,
            exit: Exit::Ok,
        }
    }

    fn bad(check: &'static str, error: &CliError) -> Self {
        Self {
            check,
            ok: false,
            found: format!("{}: {}", error.code, error.message),
            advice: error.advice.first().cloned(),
            exit: error.exit,
        }
    }
}

/// No clock that works shows a moment before this program was written: 2026-01-01.
const EARLIEST_MICROS: i64 = 1_767_225_600_000_000;

pub(crate) fn execute(context: &Context, args: &DoctorArgs) -> Result<Exit, CliError> {
    let findings = [binary(), check_store(context), clock(), terminal(context)];
    let worst = findings
        .iter()
        .map(|finding| finding.exit)
        .find(|exit| *exit != Exit::Ok);
    if args.probe {
        for finding in findings.iter().filter(|finding| !finding.ok) {
            write_aside(&format!("{}: {}\n", finding.check, untrusted(&finding.found)));
        }
    } else {
        context.output.list(|| table(&findings), "checks", &findings)?;
    }
    Ok(worst.unwrap_or(Exit::Ok))
}

fn table(findings: &[Finding]) -> String {
    let mut table = Table::new(["CHECK", "", "FOUND"]);
    for finding in findings {
        let verdict = if finding.ok {
            Cell::new("ok", style::GOOD)
        } else {
            Cell::new("FAIL", style::BAD)
        };
        table.row([finding.check.into(), verdict, untrusted(&finding.found).into()]);
        if let Some(advice) = &finding.advice {
            table.row(["".into(), "".into(), untrusted(advice).into()]);
        }
    }
    table.render()
}

fn binary() -> Finding {
    let version = env!("CARGO_PKG_VERSION");
    match compose::skills(std::path::Path::new(".")) {
        Ok(skills) => Finding::good(
            "binary",
            format!("aos {version}, {} built-in skills", skills.manifests().count()),
        ),
        Err(error) => Finding::bad("binary", &error),
    }
}

/// Reads from the store, and writes to it what a worker writes that comes and goes.
fn check_store(context: &Context) -> Finding {
    let name = context.store_name();
    let found = runtime::block_on(store::with_store_if_exists(context, async |store| {
        let Some(store) = store else {
            store::check_creatable(context)?;
            return Ok(format!("{name} does not exist yet; the first run makes it"));
        };
        let store = store.port();
        store.ping().await?;
        let worker = compose::new_worker()?;
        store.heartbeat(&worker, Duration::from_secs(1)).await?;
        store.retire(&worker).await?;
        let runs = ids::all_runs(store.as_ref()).await?;
        Ok(format!(
            "{name} can be read and written; {}",
            units::count(runs.len(), "run")
        ))
    }));
    match found {
        Ok(found) => Finding::good("store", found),
        Err(error) => Finding::bad("store", &error),
    }
}

fn clock() -> Finding {
    let now = SystemClock.now();
    if now.as_micros() >= EARLIEST_MICROS {
        return Finding::good("clock", now.to_string());
    }
    let error = CliError::new(
        aos_spec::ErrorCode::InvalidInput,
        format!("{now} cannot be the present"),
    )
    .ending(Exit::Failed)
    .instead("set the system's clock");
    Finding::bad("clock", &error)
}

fn terminal(context: &Context) -> Finding {
    let what = |is_terminal| if is_terminal { "a terminal" } else { "no terminal" };
    let color = match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => "off",
        _ => "on",
    };
    Finding::good(
        "terminal",
        format!(
            "standard output is {}, standard error is {}; colours {color}, symbols {}",
            what(io::stdout().is_terminal()),
            what(io::stderr().is_terminal()),
            if context.output.symbols.dot.is_ascii() {
                "ASCII"
            } else {
                "Unicode"
            },
        ),
    )
}
