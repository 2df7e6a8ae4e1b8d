//! Panics: they end the program with a code of their own and a request to report them, never with a bare backtrace.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{Mutex, PoisonError},
};

use crate::{
    exit::Exit,
    output::write_aside,
    render::{diagnostic, style},
};

/// The last panic of this process: where it happened, and what it said.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Runs the program. A panic in it is reported and becomes [`Exit::Bug`].
///
/// Panics elsewhere, such as in a skill, are caught by the engine and stay silent here, except in the log.
pub(crate) fn guard(program: impl FnOnce() -> Exit) -> Exit {
    panic::set_hook(Box::new(|panic| {
        tracing::error!("{panic}");
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
    panic::catch_unwind(AssertUnwindSafe(program)).unwrap_or_else(|_| {
        let what = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let error = style::paint(style::ERROR, "error");
        write_aside(&format!(
            "{error}: internal error of aos {}: {what}\n",
            env!("CARGO_PKG_VERSION")
        ));
        let issues = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
        write_aside(&diagnostic::help(&format!(
            "please report this at {issues}, with the command that you ran"
        )));
        Exit::Bug
    })
}

#[cfg(test)]
mod tests {
    use super::{Exit, guard};

    #[test]
    fn a_panic_becomes_the_exit_code_for_bugs() {
        assert_eq!(guard(|| panic!("on purpose")), Exit::Bug);
        assert_eq!(guard(|| Exit::Conflict), Exit::Conflict);
        drop(std::panic::take_hook());
    }
}
