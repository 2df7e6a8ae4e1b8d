//! A folder of its own for each test, and the program in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// A workflow of two steps that completes.
pub(crate) const HELLO: &str = "\
id: hello
inputs:
  name: { type: string, default: world }
steps:
  - id: greet
    skill_id: echo
    inputs: { text: \"hello ${inputs.name}\" }
  - id: shout
    skill_id: json_transform
    inputs: { data: \"${greet.text}\", expression: data.upperAscii() }
";

/// A workflow whose second step fails.
pub(crate) const FAILING: &str = "\
id: failing
steps:
  - id: first
    skill_id: noop
  - id: second
    skill_id: fail
    depends_on: [first]
    inputs: { code: PERMISSION_DENIED, message: not today }
";

/// A workflow that takes so long that a test can act on it.
pub(crate) const SLOW: &str = "\
id: slow
steps:
  - id: first
    skill_id: noop
  - id: second
    skill_id: wait
    depends_on: [first]
    inputs: { seconds: 60 }
";

/// A folder with the program in it.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What the program left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Returns a folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let desk = Self::new();
        for (name, text) in files {
            desk.write(name, text);
        }
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Returns the program with `args`, ready to start, without a variable of ours from outside.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aos"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        for name in [
            "AOS_OUTPUT",
            "AOS_PROGRESS",
            "AOS_STORE",
            "AOS_LOG",
            "AOS_GOLDEN_DIR",
            "AOS_GOLDEN_KEY",
            "AOS_GOLDEN_KEY_FILE",
            "AOS_METRICS_FILE",
            "AOS_POLICY",
            "AOS_SANDBOX",
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "CLICOLOR",
        ] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8");
        command
    }

    /// Runs the program to its end.
    pub(crate) fn aos(&self, args: &[&str]) -> Ended {
        self.command(args).output().unwrap().into()
    }

    /// Starts the program, with its outputs kept for [`finish`].
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs the program and checks its exit code.
    #[track_caller]
    pub(crate) fn check(&self, args: &[&str], code: i32) -> Ended {
        let ended = self.aos(args);
        assert_eq!(ended.code, code, "{args:?}: {ended:#?}");
        ended
    }

    /// Runs the program with a variable and checks its exit code.
    #[track_caller]
    pub(crate) fn check_with(&self, variable: (&str, &str), args: &[&str], code: i32) -> Ended {
        let ended: Ended = self
            .command(args)
            .env(variable.0, variable.1)
            .output()
            .unwrap()
            .into();
        assert_eq!(ended.code, code, "{args:?}: {ended:#?}");
        ended
    }

    /// Waits until the program, asked again and again, answers what `is_due` looks for.
    #[track_caller]
    pub(crate) fn wait_for(&self, args: &[&str], is_due: impl Fn(&Ended) -> bool) {
        let start = Instant::now();
        while !is_due(&self.aos(args)) {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{args:?}: {:#?}",
                self.aos(args)
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Waits for a program that was started.
pub(crate) fn finish(child: Child) -> Ended {
    child.wait_with_output().unwrap().into()
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            // A test that looks at a signal fails with a code that no program of ours has.
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// Returns standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Returns standard output as one JSON document a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Checks that standard error holds all of `parts`.
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.stderr.contains(part), "`{part}` is missing: {self:#?}");
        }
        self
    }

    /// Checks that standard output holds all of `parts`.
    #[track_caller]
    pub(crate) fn answers(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.stdout.contains(part), "`{part}` is missing: {self:#?}");
        }
        self
    }
}

/// Returns the folder of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
