//! What `cargo test` prints, read for its counts and times.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// Notes about a run of `cargo test`, taken line by line.
#[derive(Debug)]
pub struct Transcript {
    root: PathBuf,
    programs: BTreeMap<PathBuf, String>,
    build_time: Duration,
    totals: BTreeMap<String, Total>,
    failed: Vec<String>,
    ignored: Vec<String>,
    current: Option<(String, Duration)>,
}

/// What the test programs of one package have done together.
#[derive(Debug, Default, Clone, Copy)]
struct Total {
    n_passed: usize,
    n_failed: usize,
    n_ignored: usize,
    time: Duration,
}

impl Transcript {
    /// Returns empty notes about the programs, given with the package of each, that took `build_time` to build.
    #[must_use]
    pub fn new(root: &Path, programs: BTreeMap<PathBuf, String>, build_time: Duration) -> Self {
        Self {
            root: root.to_owned(),
            programs,
            build_time,
            totals: BTreeMap::new(),
            failed: Vec::new(),
            ignored: Vec::new(),
            current: None,
        }
    }

    /// Takes notes of one line, printed when `elapsed` had passed since the start of the build.
    pub fn read(&mut self, line: &str, elapsed: Duration) {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(package) = self.package_begun(line) {
            self.end(elapsed);
            self.current = Some((package, elapsed));
            return;
        }
        let Some((package, _)) = &self.current else { return };
        let total = self.totals.entry(package.clone()).or_default();
        if let Some(counts) = line.strip_prefix("test result: ") {
            total.n_passed += count(counts, " passed");
            total.n_failed += count(counts, " failed");
            total.n_ignored += count(counts, " ignored");
        } else if let Some((name, result)) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.rsplit_once(" ... "))
        {
            if result == "FAILED" {
                self.failed.push(format!("{package}: {name}"));
            } else if let Some(reason) = result.strip_prefix("ignored") {
                self.ignored.push(format!("{package}: {name}{reason}"));
            }
        }
    }

    /// Ends the notes about the current program.
    pub fn end(&mut self, elapsed: Duration) {
        if let Some((package, start)) = self.current.take() {
            self.totals.entry(package).or_default().time += elapsed.saturating_sub(start);
        }
    }

    /// Returns the number of tests that passed.
    #[must_use]
    pub fn n_passed(&self) -> usize {
        self.totals.values().map(|total| total.n_passed).sum()
    }

    /// Returns the tests that failed, with their packages.
    #[must_use]
    pub fn failed(&self) -> &[String] {
        &self.failed
    }

    /// Returns a table with a line for each package, the slowest first, and the tests that were ignored.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut rows: Vec<_> = self.totals.iter().collect();
        rows.sort_by_key(|(_, total)| std::cmp::Reverse(total.time));
        let mut text = format!(
            "{:<16} {:>7} {:>7} {:>7} {:>9}\n",
            "package", "passed", "failed", "ignored", "seconds"
        );
        for (package, total) in rows {
            let Total {
                n_passed,
                n_failed,
                n_ignored,
                time,
            } = total;
            let seconds = time.as_secs_f64();
            let _ = writeln!(
                text,
                "{package:<16} {n_passed:>7} {n_failed:>7} {n_ignored:>7} {seconds:>9.1}"
            );
        }
        let _ = writeln!(text, "{:<40} {:>9.1}", "(build)", self.build_time.as_secs_f64());
        for name in &self.ignored {
            let _ = writeln!(text, "ignored: {name}");
        }
        text
    }

    /// Returns the package whose tests begin with this line of cargo.
    fn package_begun(&self, line: &str) -> Option<String> {
        if let Some(library) = line.strip_prefix("Doc-tests ") {
            return Some(library.replace('_', "-"));
        }
        let (_, program) = line
            .strip_prefix("Running ")?
            .strip_suffix(')')?
            .rsplit_once('(')?;
        self.programs.get(&self.root.join(program)).cloned()
    }
}

/// Returns the number that stands before `word`.
fn count(text: &str, word: &str) -> usize {
    text.split_once(word)
        .and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    text
}
