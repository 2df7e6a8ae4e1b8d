//! `aos explain`: what an error code means and what to do about it, and topics that span commands.

mod topic;

use aos_spec::{ErrorCode, check::did_you_mean};
use clap::Args;
use serde_json::json;

use self::topic::TOPICS;
use crate::{error::CliError, exit::Exit, program::Context, render::table::Table};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos explain CHECKPOINT_STALE\nExample: aos explain exit-codes")]
pub(crate) struct ExplainArgs {
    /// An error code or a topic; without one, the list of both
    #[arg(value_name = "WHAT")]
    what: Option<String>,
}

pub(crate) fn execute(context: &Context, args: &ExplainArgs) -> Result<Exit, CliError> {
    let Some(what) = &args.what else {
        return list(context);
    };
    if let Some(topic) = TOPICS.iter().find(|topic| topic.name.eq_ignore_ascii_case(what)) {
        let text = (topic.text)();
        context
            .output
            .answer(|| text.clone(), &json!({ "topic": topic.name, "text": text }))?;
        return Ok(Exit::Ok);
    }
    let name = what.to_ascii_uppercase().replace('-', "_");
    let Ok(code) = name.parse::<ErrorCode>() else {
        return Err(unknown(what, &name));
    };
    context.output.answer(|| code.page().into(), &document(code))?;
    Ok(Exit::Ok)
}

fn list(context: &Context) -> Result<Exit, CliError> {
    let mut topics = Table::new(["TOPIC", "ABOUT"]);
    for topic in TOPICS {
        topics.row([topic.name.into(), topic.about.into()]);
    }
    let mut codes = Table::new(["CODE", "MEANING"]);
    for code in ErrorCode::ALL {
        codes.row([code.as_str().into(), code.info().meaning.into()]);
    }
    let names: Vec<_> = TOPICS.iter().map(|topic| topic.name).collect();
    let document = json!({ "topics": names, "codes": ErrorCode::ALL });
    context
        .output
        .answer(|| format!("{}\n{}", topics.render(), codes.render()), &document)?;
    Ok(Exit::Ok)
}

fn document(code: ErrorCode) -> serde_json::Value {
    let info = code.info();
    json!({
        "code": code,
        "category": info.category,
        "retryable": info.is_retryable(),
        "max_retries": info.max_retries,
        "backoff_ms": u64::try_from(info.backoff_base.as_millis()).unwrap_or(u64::MAX),
        "http_status": info.http_status,
        "exit_code": Exit::of_code(code).number(),
        "meaning": info.meaning,
        "advice": info.advice,
        "page": code.page(),
    })
}

fn unknown(what: &str, name: &str) -> CliError {
    let code = did_you_mean(name, ErrorCode::ALL.iter().map(|code| code.as_str()));
    let help = code.or_else(|| did_you_mean(what, TOPICS.iter().map(|topic| topic.name)));
    let message = format!("there is no error code or topic `{what}`");
    CliError::new(ErrorCode::DataNotFound, message)
        .instead(help.unwrap_or_else(|| "`aos explain` lists all codes and topics".into()))
}
