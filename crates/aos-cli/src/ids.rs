//! Run ids as people write them: a whole id, a suffix of one, or `latest`.
//!
//! The ids that `aos run` makes begin with the time, so it is their tail that tells them apart.

use aos_spec::{
    ErrorCode, RunId, Timestamp,
    port::{CheckpointStore, RunFilter, RunSummary, StoreError},
};
use clap::Args;
use uuid::Uuid;

use crate::{error::CliError, exit::Exit};

/// The shortest suffix that stands for a run.
const SHORTEST_SUFFIX: usize = 4;

/// How many candidates an error names.
const MAX_NAMED: usize = 5;

/// Returns a new run id: a UUID of version 7 at the moment `now`.
pub(crate) fn new_run_id(now: Timestamp) -> Result<RunId, CliError> {
    let micros = u64::try_from(now.as_micros()).unwrap_or(0);
    let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
    let moment = uuid::Timestamp::from_unix(uuid::NoContext, micros / 1_000_000, nanos);
    RunId::new(Uuid::new_v7(moment).to_string())
        .map_err(|error| CliError::new(ErrorCode::InvalidId, error.to_string()))
}

/// Returns a short form of `id` for lists: the last eight digits of a UUID, and any other id as it is.
pub(crate) fn short(id: &RunId) -> &str {
    let text = id.as_str();
    if is_uuid(text) {
        &text[text.len() - 8..]
    } else {
        text
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Returns the id that `text` spells, for a run that need not exist.
pub(crate) fn parse(text: &str) -> Result<RunId, CliError> {
    RunId::new(text).map_err(|error| {
        CliError::new(ErrorCode::InvalidId, error.to_string())
            .ending(Exit::Usage)
            .instead("`aos runs list` shows the runs of this store; `latest` stands for the newest")
    })
}

/// The name of a run, as an argument.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunName {
    /// The run: its id, a suffix of at least 4 characters, or `latest`
    #[arg(value_name = "RUN")]
    run: String,
}

impl RunName {
    /// Returns the name as it stands for a run that need not exist.
    pub(crate) fn parse(&self) -> Result<RunId, CliError> {
        parse(&self.run)
    }
}

/// Returns the run of `store` that `name` stands for.
pub(crate) async fn resolve(store: &dyn CheckpointStore, name: RunId) -> Result<RunId, CliError> {
    if is_uuid(name.as_str()) {
        return Ok(name);
    }
    choose(name, all_runs(store).await?)
}

/// Returns all runs of `store`.
pub(crate) async fn all_runs(store: &dyn CheckpointStore) -> Result<Vec<RunSummary>, StoreError> {
    let mut filter = RunFilter::default();
    filter.limit = Some(usize::MAX);
    store.list(&filter).await
}

fn choose(id: RunId, runs: Vec<RunSummary>) -> Result<RunId, CliError> {
    if runs.iter().any(|run| run.run_id == id) {
        return Ok(id);
    }
    if id.as_str() == "latest" {
        let newest = runs
            .into_iter()
            .max_by(|a, b| (a.created_at, &a.run_id).cmp(&(b.created_at, &b.run_id)));
        return newest.map(|run| run.run_id).ok_or_else(|| {
            CliError::new(ErrorCode::RunNotFound, "the store holds no runs")
                .instead("start one with `aos run FILE`")
        });
    }
    let text = id.as_str();
    let long_enough = text.len() >= SHORTEST_SUFFIX;
    let matches: Vec<_> = runs
        .into_iter()
        .map(|run| run.run_id)
        .filter(|run| long_enough && run.as_str().ends_with(text))
        .collect();
    match <[RunId; 1]>::try_from(matches) {
        Ok([id]) => Ok(id),
        Err(matches) if matches.is_empty() => Err(StoreError::NotFound(id).into()),
        Err(matches) => {
            let named: Vec<_> = matches
                .iter()
                .take(MAX_NAMED)
                .map(|run| format!("`{run}`"))
                .collect();
            let more = if matches.len() > MAX_NAMED {
                " and more"
            } else {
                ""
            };
            let message = format!("`{text}` fits {} runs: {}{more}", matches.len(), named.join(", "));
            Err(CliError::new(ErrorCode::RunNotFound, message).instead("write more of the id"))
        }
    }
}

#[cfg(test)]
mod tests {
    use aos_spec::{RunId, RunStatus, Timestamp, WorkflowId, port::RunSummary};

    use super::{choose, new_run_id, short};
    use crate::exit::Exit;

    const RUNS: [&str; 3] = ["019b-a1f3c21aa", "019b-b1f3c21aa", "nightly"];

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        let runs = RUNS.iter().enumerate().map(|(at, id)| {
            let created_at = Timestamp::from_micros(i64::try_from(at).unwrap());
            RunSummary::new(
                RunId::new(id).unwrap(),
                WorkflowId::new("w").unwrap(),
                RunStatus::Running,
                created_at,
            )
        });
        match (choose(RunId::new(text).unwrap(), runs.collect()), expect) {
            (Ok(id), Ok(expect)) => assert_eq!(id.as_str(), expect),
            (Err(error), Err(expect)) => {
                assert!(error.message.contains(expect), "{}", error.message);
                assert_eq!(error.exit, Exit::NotFound);
            }
            (actual, _) => panic!("{text}: {actual:?}"),
        }
    }

    #[test]
    fn a_run_is_found_by_its_id_by_a_suffix_and_as_the_latest() {
        check("019b-a1f3c21aa", Ok("019b-a1f3c21aa"));
        check("a1f3c21aa", Ok("019b-a1f3c21aa"));
        check("nightly", Ok("nightly"));
        check("latest", Ok("nightly"));
        check("1f3c21aa", Err("fits 2 runs: `019b-a1f3c21aa`, `019b-b1f3c21aa`"));
        check("tly", Err("no run has this id"));
        check("019b", Err("no run has this id"));
    }

    #[test]
    fn new_ids_hold_the_moment_first_and_differ_in_their_tails() {
        let now = Timestamp::from_micros(1_795_458_306_123_456);
        let (first, second) = (new_run_id(now).unwrap(), new_run_id(now).unwrap());
        assert_eq!(first.as_str()[..13], second.as_str()[..13]);
        assert_ne!(short(&first), short(&second));
        assert_eq!(short(&first).len(), 8);
    }
}
