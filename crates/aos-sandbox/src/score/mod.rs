//! Scoring a corpus: how much is detected, and how much is flagged for nothing.
//!
//! A corpus is a file of JSON objects, one a line, with `text`, `label` (`attack` or `benign`), `category`, `source`, and
//! for references `steps`. Blind scoring judges every text with no declared place; typed scoring gives each the place
//! it is meant for, and benign texts the places that attacks aim at, too.

mod rate;
mod row;

use std::fmt;

use aos_spec::skill::InputKind;

pub use rate::Rate;
pub use row::{CorpusError, Row, read};

use crate::scan_text;

/// Returns how many bytes the lexers and decoders of this thread have looked at since it was asked last.
///
/// Only debug builds count.
#[cfg(debug_assertions)]
#[must_use]
pub fn take_work() -> u64 {
    crate::work::take()
}

/// The categories of attacks that the headline figures are about.
pub const CORE: &[&str] = &["sqli", "cmdi", "path_traversal", "ssti"];

/// Benign categories that are programs, and are left out of the blind figures.
pub const PROGRAMS: &[&str] = &["sql_query", "shell_command", "code", "template_text"];

/// Short benign categories that are judged under the places that attacks aim at.
pub const SHORT: &[&str] = &["tool_arg", "search_query", "user_prompt", "math", "hard_negative"];

/// One line of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The table.
    pub table: &'static str,
    /// What was counted.
    pub name: String,
    /// How many had a violation.
    pub rate: Rate,
    /// How many had only warnings.
    pub n_warned: usize,
}

/// The tables of a corpus.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Score {
    /// All lines, in the order of the tables.
    pub lines: Vec<Line>,
    /// The mean of the four core rates without encoded rows, in per cent.
    pub core_mean: f64,
}

impl Score {
    /// Returns the line of this name in this table.
    #[must_use]
    pub fn line(&self, table: &str, name: &str) -> Option<&Line> {
        self.lines
            .iter()
            .find(|line| line.table == table && line.name == name)
    }
}

/// Returns the place that an attack of this category aims at; `None` when none is declared.
#[must_use]
pub fn attack_sink(category: &str) -> Option<InputKind> {
    match category {
        "sqli" | "sqli_statement" => Some(InputKind::SqlParam),
        "cmdi" => Some(InputKind::ShellArg),
        "path_traversal" | "path_traversal_exotic" | "sensitive_path" => Some(InputKind::Path),
        "ssti" => Some(InputKind::TemplateData),
        "ssrf" => Some(InputKind::Url),
        _ => None,
    }
}

/// Returns the place that a benign text of this category is meant for; `None` when none is declared.
#[must_use]
pub fn natural_sink(category: &str) -> Option<InputKind> {
    match category {
        "markdown" | "commit_message" | "shell_docs" | "json" | "user_prompt" => Some(InputKind::FreeText),
        "url" => Some(InputKind::Url),
        "file_path" => Some(InputKind::Path),
        "sql_query" => Some(InputKind::Sql),
        "shell_command" => Some(InputKind::Shell),
        "code" => Some(InputKind::Code),
        "template_text" => Some(InputKind::Template),
        _ => None,
    }
}

/// Judges every row, and counts.
#[must_use]
pub fn score(rows: &[Row]) -> Score {
    let mut counter = Counter::default();
    for row in rows {
        let blind = judge(row, None);
        if row.is_attack() {
            let table = if row.is_encoded() {
                "attacks, encoded, blind"
            } else {
                "attacks, blind"
            };
            counter.count(table, &row.category, blind);
            if CORE.contains(&row.category.as_str()) {
                counter.count(table, "core, pooled", blind);
            }
            counter.count(
                "attacks, under the place they aim at",
                &row.category,
                judge(row, attack_sink(&row.category)),
            );
            continue;
        }
        if !PROGRAMS.contains(&row.category.as_str()) {
            counter.count("benign, blind", &row.category, blind);
            counter.count("benign, blind", "all untyped", blind);
        }
        let natural = judge(row, natural_sink(&row.category));
        counter.count("benign, at their natural place", &row.category, natural);
        counter.count("benign, at their natural place", "all", natural);
        if SHORT.contains(&row.category.as_str()) {
            for (name, sink) in [
                ("SQL parameter", InputKind::SqlParam),
                ("shell argument", InputKind::ShellArg),
                ("template data", InputKind::TemplateData),
            ] {
                let judged = judge(row, Some(sink));
                counter.count("short benign, where attacks aim", name, judged);
                counter.count("short benign, where attacks aim", "all", judged);
            }
        }
    }
    counter.finish()
}

/// What came of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    Violation,
    Warning,
    Nothing,
}

fn judge(row: &Row, sink: Option<InputKind>) -> Judged {
    let steps: Vec<&str> = row.steps.iter().map(String::as_str).collect();
    let outcome = scan_text(&row.text, sink, &steps);
    if !outcome.violations.is_empty() {
        Judged::Violation
    } else if !outcome.warnings.is_empty() {
        Judged::Warning
    } else {
        Judged::Nothing
    }
}

#[derive(Debug, Default)]
struct Counter {
    lines: Vec<Line>,
}

impl Counter {
    fn count(&mut self, table: &'static str, name: &str, judged: Judged) {
        let index = self
            .lines
            .iter()
            .position(|line| line.table == table && line.name == name)
            .unwrap_or_else(|| {
                self.lines.push(Line {
                    table,
                    name: name.into(),
                    rate: Rate::default(),
                    n_warned: 0,
                });
                self.lines.len() - 1
            });
        let line = &mut self.lines[index];
        line.rate.add(judged == Judged::Violation);
        line.n_warned += usize::from(judged == Judged::Warning);
    }

    fn finish(mut self) -> Score {
        self.lines
            .sort_by(|a, b| (a.table, &a.name).cmp(&(b.table, &b.name)));
        let core: Vec<f64> = self
            .lines
            .iter()
            .filter(|line| line.table == "attacks, blind" && CORE.contains(&line.name.as_str()))
            .map(|line| line.rate.per_cent())
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "there are four of them")]
        let core_mean = core.iter().sum::<f64>() / core.len().max(1) as f64;
        Score {
            lines: self.lines,
            core_mean,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = "";
        for line in &self.lines {
            if line.table != table {
                table = line.table;
                writeln!(f, "\n{table}")?;
            }
            let (low, high) = line.rate.interval();
            writeln!(
                f,
                "  {:<24} {:>6.2} %   {:>5} of {:<5}  [{low:.2}, {high:.2}]   {:>4} warned",
                line.name,
                line.rate.per_cent(),
                line.rate.n_hits,
                line.rate.n,
                line.n_warned,
            )?;
        }
        writeln!(f, "\nmean of the four core rates, blind: {:.2} %", self.core_mean)
    }
}
