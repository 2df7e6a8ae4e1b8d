//! Taking over what was recorded anew.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use super::{Case, Corpus, Selection, check::find_secret_in, io_error};
use crate::{
    error::{CorpusError, Damage},
    fs::{FileSystem, OsFileSystem},
    golden::{Published, load_golden, load_unverified, publish, signature_by},
    key::KeyRing,
    paths::{folder_of, pending_path},
};

/// Where reasons are noted, in the folder of the goldens.
const CHANGES: &str = "CHANGES.md";

/// A case whose golden changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The name of the case.
    pub name: String,
    /// Whether it had no golden before.
    pub is_new: bool,
}

/// Takes over what [`regenerate`](super::regenerate()) left for the selected cases: signs it with the signing key of `ring`, puts it in
/// the place of the golden, and notes `reason` in `CHANGES.md`.
///
/// Interrupted at any instant it can be done again: a golden in its place is always whole and signed.
///
/// # Errors
///
/// [`CorpusError::NothingSelected`], [`CorpusError::NothingPending`], [`CorpusError::NoReason`]. [`CorpusError::Golden`] when a golden that
/// would be replaced is damaged, and [`CorpusError::Refused`] when what waits holds a secret or is that of another run; nothing is
/// changed then. [`CorpusError::Io`].
pub fn accept(
    corpus: &Corpus,
    selection: Selection<'_>,
    ring: &KeyRing,
    reason: &str,
) -> Result<Vec<Accepted>, CorpusError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.contains(['\n', '\r']) {
        return Err(CorpusError::NoReason);
    }
    let cases = corpus.select(selection)?;
    let waiting: Vec<_> = cases
        .into_iter()
        .filter(|case| pending_path(&case.golden).exists())
        .collect();
    if waiting.is_empty() {
        return Err(CorpusError::NothingPending);
    }
    let pending = waiting
        .into_iter()
        .map(|case| Pending::new(case, ring))
        .collect::<Result<Vec<_>, _>>()?;
    let accepted: Vec<_> = pending.iter().map(Pending::accepted).collect();
    note(&corpus.folder().join(CHANGES), reason, &accepted)?;
    for pending in pending {
        pending.replace().map_err(io_error(&pending.case.golden))?;
    }
    Ok(accepted)
}

/// A recording that may become a golden.
struct Pending<'a> {
    case: &'a Case,
    is_new: bool,
    signature: Vec<u8>,
}

impl<'a> Pending<'a> {
    fn new(case: &'a Case, ring: &KeyRing) -> Result<Self, CorpusError> {
        let is_new = match load_golden(&case.golden, ring) {
            Ok(_) => false,
            Err(error) if error.damage() == Some(&Damage::Missing) => true,
            Err(error) => return Err(error.into()),
        };
        let path = pending_path(&case.golden);
        let golden = load_unverified(&path)?;
        let refused = |reason: String| CorpusError::Refused {
            path: path.clone(),
            reason,
        };
        if *golden.run_id() != case.run_id {
            return Err(refused(format!(
                "it is the recording of run `{}`",
                golden.run_id()
            )));
        }
        if let Some(finding) = find_secret_in(&golden)? {
            let (rule, pointer) = (finding.rule, finding.pointer);
            return Err(refused(format!(
                "holds what looks like a secret (rule `{rule}`) at `{pointer}`"
            )));
        }
        Ok(Self {
            case,
            is_new,
            signature: signature_by(ring.signing_key(), &golden)?,
        })
    }

    fn accepted(&self) -> Accepted {
        Accepted {
            name: self.case.name.clone(),
            is_new: self.is_new,
        }
    }

    /// Puts the recording in the place of the golden, which goes first, so that it is never there with the new signature.
    fn replace(&self) -> io::Result<()> {
        let fs: Arc<dyn FileSystem> = Arc::new(OsFileSystem);
        let golden = &self.case.golden;
        if !self.is_new {
            fs.remove(golden)?;
            fs.sync_folder(folder_of(golden))?;
        }
        let published = Published {
            source: &pending_path(golden),
            target: golden,
            signature: &self.signature,
        };
        publish(&fs, &published)
    }
}

/// Adds a section to the list of changes, unless it is the last one already, after an interruption.
fn note(path: &Path, reason: &str, accepted: &[Accepted]) -> Result<(), CorpusError> {
    let written = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(io_error(path))?,
    };
    let mut section = format!("\n## {reason}\n\n");
    for Accepted { name, .. } in accepted {
        section.push_str(&format!("- `{name}`\n"));
    }
    if written.ends_with(&section) {
        return Ok(());
    }
    let title = if written.is_empty() {
        "# Changes of goldens\n"
    } else {
        ""
    };
    let mut options = OpenOptions::new();
    options
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| {
            file.write_all(format!("{title}{section}").as_bytes())?;
            file.sync_all()
        })
        .map_err(io_error(path))
}
