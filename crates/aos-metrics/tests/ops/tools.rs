//! The programs that these tests ask.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// A program by all names under which it is installed.
#[derive(Clone, Copy)]
pub(crate) struct Tool(&'static [&'static str]);

pub(crate) const PROMETHEUS: Tool = Tool(&["prometheus"]);
pub(crate) const PROMTOOL: Tool = Tool(&["promtool"]);
pub(crate) const ALERTMANAGER: Tool = Tool(&["prometheus-alertmanager", "alertmanager"]);
pub(crate) const AMTOOL: Tool = Tool(&["amtool"]);

impl Tool {
    pub(crate) const fn name(self) -> &'static str {
        self.0[0]
    }

    /// Returns where the program is, if it is installed.
    pub(crate) fn path(self) -> Option<PathBuf> {
        let folders: Vec<_> = env::split_paths(&env::var_os("PATH")?).collect();
        self.0.iter().find_map(|name| {
            folders
                .iter()
                .map(|folder| folder.join(name))
                .find(|path| path.is_file())
        })
    }

    pub(crate) fn command(self) -> Command {
        Command::new(self.path().expect("tests run only where their programs are"))
    }

    /// Runs the program in the folder of the operator's files, and returns what it printed.
    pub(crate) fn run(self, args: &[&str]) -> String {
        let output = self
            .command()
            .current_dir(ops())
            .args(args)
            .output()
            .expect("the program runs");
        let printed = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat();
        assert!(
            output.status.success(),
            "{} {args:?}: {}\n{printed}",
            self.name(),
            output.status
        );
        printed
    }
}

/// Returns the folder of the operator's files.
pub(crate) fn ops() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops")
}
