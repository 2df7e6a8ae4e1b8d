//! What of a run has been counted, and counting what is new.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use aos_spec::{
    ErrorCode, Money, RunStatus, SkillId, StepId, StepIndex, StepResult, StepStatus, Timestamp, WorkflowSpec,
    journal::{CorruptRun, JournalEntry, JournalRow, RowKind, StoredRun, total_cost},
    port::RunSummary,
};

use crate::{Metrics, core::Inner, observer};

/// How far a run has been counted. Nothing of a run has been by default.
#[derive(Default)]
pub(super) struct Counted {
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
    is_over: bool,
    n_ended: usize,
    rows: BTreeSet<(StepIndex, RowKind, u32)>,
    frontier: StepIndex,
    cost: Money,
}

impl Counted {
    /// Takes the whole run for counted.
    pub(super) fn of(stored: &StoredRun) -> Self {
        let checkpoint = &stored.checkpoint;
        let is_over = checkpoint.status.is_terminal();
        let n_ended = stored.journal.iter().filter(|row| row.kind == RowKind::Ended);
        // Nothing comes after the end, so that the rows need not be told apart any more.
        let rows = stored.journal.iter().filter(|_| !is_over).map(key);
        Self {
            created_at: checkpoint.created_at,
            updated_at: checkpoint.updated_at,
            version: checkpoint.version,
            is_over,
            n_ended: n_ended.count(),
            rows: rows.collect(),
            frontier: checkpoint.next_step_index,
            cost: cost(stored),
        }
    }

    /// Takes a run for counted of which only its line in the list is known.
    pub(super) fn as_listed(run: &RunSummary) -> Self {
        Self {
            created_at: run.created_at,
            updated_at: run.updated_at,
            is_over: run.status.is_terminal(),
            n_ended: run.steps_ended,
            ..Self::default()
        }
    }

    /// Whether the run has ended.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Returns when the checkpoint was written that has been counted.
    pub(super) const fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// Whether there is enough that is new in the run to read it again.
    pub(super) fn is_behind(&self, run: &RunSummary) -> bool {
        let n_enough = (self.n_ended / 4).max(1);
        run.updated_at > self.updated_at || run.steps_ended >= self.n_ended + n_enough
    }
}

/// Counts what is in a run beyond `before`.
pub(super) fn news(metrics: &Metrics, before: &Counted, stored: &StoredRun) -> Result<(), CorruptRun> {
    let checkpoint = &stored.checkpoint;
    // A run that was deleted and created again is another one.
    let nothing = Counted::default();
    let before = if before.created_at == checkpoint.created_at {
        before
    } else {
        &nothing
    };
    let inner = metrics.inner();
    let is_written = checkpoint.version > before.version;
    if is_written && checkpoint.version > 1 && checkpoint.status == RunStatus::Running {
        inner.handles.resumes.increment(1);
    }
    count_rows(inner, before, stored)?;
    if is_written && !matches!(checkpoint.status, RunStatus::Running | RunStatus::Queued) {
        observer::finished(inner, &stored.result()?);
        if checkpoint.status == RunStatus::SandboxRejected {
            metrics.sandbox_rejected(forbidden_skills(stored));
        }
    }
    Ok(())
}

fn count_rows(inner: &Inner, before: &Counted, stored: &StoredRun) -> Result<(), CorruptRun> {
    let header = &stored.checkpoint.header;
    let spec: WorkflowSpec = serde_json::from_str(&header.spec).map_err(|error| CorruptRun {
        run_id: header.run_id.to_string(),
        reason: format!("its workflow: {error}"),
    })?;
    let skills: BTreeMap<&StepId, &SkillId> =
        spec.steps.iter().map(|step| (&step.id, &step.skill_id)).collect();
    let newly_committed = before.frontier..stored.checkpoint.next_step_index;
    for row in &stored.journal {
        let is_new = !before.rows.contains(&key(row));
        let is_committed = row.kind == RowKind::Ended && newly_committed.contains(&row.step);
        if !is_new && !is_committed {
            continue;
        }
        let entry = JournalEntry::from_row(row, &header.run_id)?;
        if let JournalEntry::Ended(result) = &entry
            && is_committed
        {
            let (step_id, cost) = (&result.step_id, result.cost_cents);
            inner.step_costs.committed(step_id, cost, &*inner.clock);
        }
        if is_new {
            count_entry(inner, &entry, &skills);
        }
    }
    let spent = cost(stored).checked_sub(before.cost);
    inner.handles.cost.add(spent.unwrap_or(Money::ZERO));
    Ok(())
}

fn count_entry(inner: &Inner, entry: &JournalEntry, skills: &BTreeMap<&StepId, &SkillId>) {
    let handles = &inner.handles;
    match entry {
        JournalEntry::Failed { failure, .. } => handles.retries.increment(failure.code),
        JournalEntry::Denied { denial, .. } if denial.code != ErrorCode::SandboxRejection => {
            handles.denials.increment(denial.code);
        }
        JournalEntry::Ended(result) if was_attempted(result) => {
            if let Some(skill_id) = skills.get(&result.step_id) {
                let seconds = Duration::from_millis(result.duration_ms).as_secs_f64();
                handles.step_duration.record(&inner.recorder, skill_id, seconds);
            }
        }
        // What the sandbox refuses is counted with the end of the run.
        JournalEntry::Started { .. } | JournalEntry::Denied { .. } | JournalEntry::Ended(_) => {}
    }
}

/// Whether a skill was called: a step is also skipped because of another one.
fn was_attempted(result: &StepResult) -> bool {
    result.status != StepStatus::Skipped || result.error_code.is_some()
}

/// Returns the entries of the deny list that a refused run asked for.
fn forbidden_skills(stored: &StoredRun) -> impl Iterator<Item = &str> {
    let details = stored
        .checkpoint
        .error
        .as_ref()
        .and_then(|error| error.details.as_ref());
    let findings = details.and_then(|details| details["findings"].as_array());
    findings
        .into_iter()
        .flatten()
        .filter_map(|finding| finding["forbidden_skill"].as_str())
}

fn cost(stored: &StoredRun) -> Money {
    total_cost(stored.journal.iter().map(|row| (row.step, row.kind, row.cost())))
}

const fn key(row: &JournalRow) -> (StepIndex, RowKind, u32) {
    (row.step, row.kind, row.attempt)
}
