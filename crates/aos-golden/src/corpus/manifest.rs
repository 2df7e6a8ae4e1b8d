//! The list of cases.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use aos_spec::{RunId, Seed};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::io_error;
use crate::{
    error::CorpusError,
    paths::{file_name, run_of_file_name},
    redact::{Redaction, RedactionError},
};

/// The name of the list of cases in its folder.
const MANIFEST: &str = "manifest.toml";

/// The version of manifests.
const FORMAT: u32 = 1;

/// A folder of goldens, as its manifest describes it:
///
/// ```toml
/// format = 1
///
/// [[case]]
/// name = "two-steps"
/// spec = "specs/two-steps.yaml"
/// seed = "42"
/// golden = "two-steps.steps.jsonl"
/// inputs = { n = 3 }
/// redact = ["/steps/fetch/output/request_id"]
/// ```
///
/// All paths are relative to the folder and stay in it.
#[derive(Debug, Clone)]
pub struct Corpus {
    folder: PathBuf,
    cases: Vec<Case>,
}

/// One run whose golden is kept.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// What reports call it.
    pub name: String,
    /// The workflow file.
    pub spec: PathBuf,
    /// The parameters of the run.
    pub inputs: Map<String, Value>,
    /// The seed of the run.
    pub seed: Seed,
    /// The golden.
    pub golden: PathBuf,
    /// The run that the golden is named after.
    pub run_id: RunId,
    /// What is hidden in the golden, because it changes for reasons that the case is not about.
    pub redactions: Vec<Redaction>,
}

/// Which cases are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection<'a> {
    /// All of them.
    All,
    /// Those with this text in their names.
    Matching(&'a str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    format: u32,
    #[serde(default)]
    case: Vec<CaseEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    name: String,
    spec: String,
    #[serde(default)]
    inputs: toml::Table,
    seed: String,
    golden: String,
    #[serde(default)]
    redact: Vec<String>,
}

impl Corpus {
    /// Reads the manifest of `folder`.
    ///
    /// # Errors
    ///
    /// [`CorpusError::Io`], [`CorpusError::Manifest`].
    pub fn load(folder: &Path) -> Result<Self, CorpusError> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(io_error(&path))?;
        let cases = parse(&text, folder).map_err(|reason| CorpusError::Manifest { path, reason })?;
        Ok(Self {
            folder: folder.into(),
            cases,
        })
    }

    /// Returns the folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns all cases, in the order of the manifest.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Returns the cases that are meant.
    ///
    /// # Errors
    ///
    /// [`CorpusError::NothingSelected`], so that a misspelt name does not pass for success.
    pub fn select(&self, selection: Selection<'_>) -> Result<Vec<&Case>, CorpusError> {
        let Selection::Matching(text) = selection else {
            return Ok(self.cases.iter().collect());
        };
        let cases: Vec<_> = self
            .cases
            .iter()
            .filter(|case| case.name.contains(text))
            .collect();
        if cases.is_empty() {
            return Err(CorpusError::NothingSelected(text.into()));
        }
        Ok(cases)
    }
}

fn parse(text: &str, folder: &Path) -> Result<Vec<Case>, String> {
    let manifest: ManifestFile = toml::from_str(text).map_err(|error| error.to_string())?;
    if manifest.format != FORMAT {
        return Err(format!("unknown format {}, expected {FORMAT}", manifest.format));
    }
    let (mut names, mut goldens) = (BTreeSet::new(), BTreeSet::new());
    let mut cases = Vec::with_capacity(manifest.case.len());
    for entry in manifest.case {
        let case = parse_case(&entry, folder).map_err(|reason| format!("case `{}`: {reason}", entry.name))?;
        if !names.insert(case.name.clone()) || !goldens.insert(case.golden.clone()) {
            return Err(format!("case `{}` stands twice, or its golden does", case.name));
        }
        cases.push(case);
    }
    Ok(cases)
}

fn parse_case(entry: &CaseEntry, folder: &Path) -> Result<Case, String> {
    // Reports use names as file names.
    RunId::new(&entry.name).map_err(|error| error.to_string())?;
    let golden = inside(folder, &entry.golden)?;
    let run_id = run_of_file_name(file_name(&golden))
        .ok_or_else(|| format!("`{}` is not the file name of a golden", entry.golden))?;
    let inputs = entry
        .inputs
        .iter()
        .map(|(name, value)| Ok((name.clone(), json_of(value)?)))
        .collect::<Result<_, String>>()?;
    let redactions = entry.redact.iter().map(|pointer| pointer.parse());
    let redactions = redactions
        .collect::<Result<_, RedactionError>>()
        .map_err(|error| error.to_string())?;
    Ok(Case {
        name: entry.name.clone(),
        spec: inside(folder, &entry.spec)?,
        inputs,
        seed: entry
            .seed
            .parse()
            .map_err(|_| format!("`{}` is not a seed", entry.seed))?,
        golden,
        run_id,
        redactions,
    })
}

fn inside(folder: &Path, path: &str) -> Result<PathBuf, String> {
    let path = Path::new(path);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside && path.file_name().is_some() {
        Ok(folder.join(path))
    } else {
        Err(format!("`{}` does not stay in the folder", path.display()))
    }
}

fn json_of(value: &toml::Value) -> Result<Value, String> {
    match value {
        toml::Value::Datetime(moment) => Err(format!("write the moment `{moment}` as text")),
        toml::Value::Array(items) => items.iter().map(json_of).collect(),
        toml::Value::Table(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), json_of(value)?)))
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object),
        toml::Value::String(text) => Ok(text.as_str().into()),
        toml::Value::Integer(number) => Ok((*number).into()),
        toml::Value::Boolean(flag) => Ok((*flag).into()),
        toml::Value::Float(number) => serde_json::Number::from_f64(*number)
            .map(Value::Number)
            .ok_or_else(|| format!("`{number}` is not a JSON number")),
    }
}
