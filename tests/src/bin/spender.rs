//! One process of several that compete for a budget: `spender FILE FIRST END` executes the runs from FIRST to before END.

#![allow(clippy::expect_used, reason = "a test process fails by panicking")]

use std::{env, path::PathBuf};

fn main() {
    let mut args = env::args().skip(1);
    let mut next = || args.next().expect("spender FILE FIRST END");
    let path = PathBuf::from(next());
    let mut number = || next().parse::<usize>().expect("a number");
    let numbers = number()..number();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(aos_testkit::spending::spend(&path, numbers));
}
