//! Goldens as commands meet them: where keys come from, recording while a run executes, and what errors mean.

use std::{env, path::PathBuf, sync::Arc};

use aos_golden::{
    Damage, GoldenError, GoldenKey, GoldenRecorder, KeyError, KeyRing, RecorderOptions, Redaction,
    ReplayError,
    key::{KEY_FILE_VARIABLE, KEY_VARIABLE},
};
use clap::Args;

use crate::{error::CliError, exit::Exit};

const WHERE_KEYS_ARE: &str = "`aos golden keygen FILE` makes a key; name the file in AOS_GOLDEN_KEY_FILE";
const DEV_KEY: &str =
    "`--dev-key` takes the published development key, which detects accidents and no attack";

/// Which keys are used. Keys come from the environment alone; there is no default.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct KeyArgs {
    /// Use the published development key of goldens, which everybody has
    #[arg(long)]
    dev_key: bool,
}

impl KeyArgs {
    /// Returns the keys to sign with, and to verify what was signed with them.
    pub(crate) fn signing(self) -> Result<KeyRing, CliError> {
        if self.dev_key {
            return Ok(KeyRing::development());
        }
        Ok(KeyRing::from_environment(variable)?)
    }

    /// Returns the keys whose signatures count. The development key counts when it is asked for, and then beside others.
    pub(crate) fn verifying(self) -> Result<KeyRing, CliError> {
        match KeyRing::from_environment(variable) {
            Ok(ring) if self.dev_key => Ok(ring.accepting(GoldenKey::development())),
            Err(KeyError::NoKey) if self.dev_key => Ok(KeyRing::development()),
            ring => Ok(ring?),
        }
    }

    /// Returns the keys whose signatures count, of which the first is to sign anew.
    pub(crate) fn renewing(self) -> Result<KeyRing, CliError> {
        let ring = KeyRing::from_environment(variable)?;
        Ok(if self.dev_key {
            ring.accepting(GoldenKey::development())
        } else {
            ring
        })
    }
}

/// How a run is recorded.
#[derive(Debug, Args)]
pub(crate) struct RecordingArgs {
    /// Record a signed golden of the run in this folder
    #[arg(long, value_name = "DIR", env = "AOS_GOLDEN_DIR", hide_env_values = true)]
    golden: Option<PathBuf>,

    /// Hide a value in the golden, such as `/inputs/token` or `/steps/*/output/pin`
    #[arg(long = "redact", value_name = "POINTER", requires = "golden")]
    redactions: Vec<Redaction>,

    #[command(flatten)]
    keys: KeyArgs,
}

impl RecordingArgs {
    /// Returns who records, when somebody wants a golden; nothing is written yet.
    pub(crate) fn recorder(&self) -> Result<Option<Arc<GoldenRecorder>>, CliError> {
        let Some(folder) = &self.golden else {
            return Ok(None);
        };
        let options = RecorderOptions::new().redacting(self.redactions.iter().cloned());
        let recorder = GoldenRecorder::new(folder, self.keys.signing()?).with_options(options);
        Ok(Some(Arc::new(recorder)))
    }
}

fn variable(name: &str) -> Option<String> {
    // What is not text is no key, and must not count as unset.
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl From<KeyError> for CliError {
    fn from(error: KeyError) -> Self {
        let cli = Self::new(error.code(), error.to_string());
        match error {
            KeyError::NoKey => cli.instead(WHERE_KEYS_ARE).with_advice(DEV_KEY),
            KeyError::Malformed { .. } | KeyError::TooShort { .. } => cli
                .ending(Exit::Usage)
                .at(format_args!("{KEY_FILE_VARIABLE} or {KEY_VARIABLE}"))
                .instead(WHERE_KEYS_ARE),
            _ => cli,
        }
    }
}

impl From<GoldenError> for CliError {
    fn from(error: GoldenError) -> Self {
        let code = error.code();
        match error {
            GoldenError::Damaged { path, damage } => {
                let cli = Self::new(code, damage.to_string()).at(path.display());
                match advice(&damage) {
                    Some(advice) => cli.instead(advice),
                    None => cli,
                }
            }
            GoldenError::Io { path, source } => Self::io("read or write the golden", &path, &source),
            GoldenError::Refused { path, reason } => {
                Self::new(code, reason).ending(Exit::Usage).at(path.display())
            }
            _ => Self::new(code, error.to_string()),
        }
    }
}

/// Returns what to do about damage where the table of codes says too little.
const fn advice(damage: &Damage) -> Option<&'static str> {
    Some(match damage {
        Damage::Missing => {
            "`{run id}.steps.jsonl` is the name of a golden; `aos run --golden DIR` records one"
        }
        Damage::Unsigned => "look at it with `aos golden show --unverified`; then `aos golden sign` signs it",
        Damage::UnknownKey(_) => "add the key to the file that AOS_GOLDEN_KEY_FILE names, or `--dev-key`",
        Damage::KeyClass { .. } => "have it signed with a better key, with `aos golden rekey`",
        Damage::Renamed { .. } => "give the golden and its signature the names that they were signed with",
        Damage::LineEndings => "restore both files with LF line ends",
        _ => return None,
    })
}

impl From<ReplayError> for CliError {
    fn from(error: ReplayError) -> Self {
        let cli = Self::new(error.code(), error.to_string());
        match error {
            ReplayError::SpecHidden => cli
                .ending(Exit::Usage)
                .instead("`aos golden replay GOLDEN WORKFLOW` takes the workflow from its file"),
            ReplayError::SpecChanged { .. } => cli
                .ending(Exit::Diverged)
                .instead("replay without a workflow file to use the recorded one, or record a new golden"),
            _ => cli,
        }
    }
}
