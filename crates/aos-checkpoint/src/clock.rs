//! The clock of the machine.

use std::time::{Duration, SystemTime};

use aos_spec::{Timestamp, port::Clock};

/// Tells the time of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where time enters from outside"
    )]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Timestamp::default().saturating_add(since_epoch.unwrap_or(Duration::ZERO))
    }
}
