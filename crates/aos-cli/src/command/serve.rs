//! `aos serve`: what happens in a store, for a monitoring system.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use aos_metrics::{DEFAULT_ADDR, StoreFollower};
use clap::Args;
use serde_json::json;
use tokio::{sync::Notify, time::MissedTickBehavior};

use crate::{error::CliError, exit::Exit, program::Context, runtime, signals::Signals, store};

#[derive(Debug, Args)]
#[command(after_help = "Example: aos serve --listen 127.0.0.1:9464\n\n\
    Answers /metrics for Prometheus, /healthz (the process is alive) and /readyz (its store answers). The numbers tell \
    what all processes do with the store from now on: runs that end, steps, failures, cost, and how long runs have been \
    running. What a store cannot tell (golden files, plans that were only checked, how long writes take) comes from \
    `--metrics-file` and from `--metrics-addr` of `aos run`. Ends with 0 when it is asked to stop.")]
pub(crate) struct ServeArgs {
    /// Where to listen, as ADDRESS:PORT; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", default_value_t = DEFAULT_ADDR)]
    listen: SocketAddr,
}

/// How often the store is looked at. Scrapes are rarely closer.
const INTERVAL: Duration = Duration::from_secs(5);

pub(crate) fn execute(context: &Context, args: &ServeArgs) -> Result<Exit, CliError> {
    runtime::block_on_threads(store::with_store(context, async |store| {
        let stopped = Arc::new(Notify::new());
        let stop = Arc::clone(&stopped);
        Signals::watch(context.output, "answering what was asked", move || {
            stop.notify_one();
        })?;
        let mut follower = StoreFollower::new(store.port(), context.metrics.exporter().metrics().clone());
        // The first look comes before the first scrape, and a store that cannot be read is told at once.
        log_failures(&follower.look().await?);
        let server = context
            .metrics
            .serve(&context.output, args.listen, &store)
            .await?;
        let url = format!("http://{}/metrics", server.local_addr());
        let document =
            json!({ "listen": server.local_addr(), "metrics": &url, "store": context.store_name() });
        context.output.answer(|| format!("{url}\n"), &document)?;
        follow(&mut follower, &stopped).await;
        server.stop().await;
        Ok(Exit::Ok)
    }))
}

/// Looks at the store again and again until `stopped`.
async fn follow(follower: &mut StoreFollower, stopped: &Notify) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = pin!(stopped.notified());
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = ticks.tick() => {}
        }
        tokio::select! {
            () = &mut stopped => return,
            looked = follower.look() => match looked {
                Ok(failures) => log_failures(&failures),
                // The store may come back; meanwhile /readyz and a counter say that it is away.
                Err(error) => tracing::warn!(%error, "the store cannot be read"),
            },
        }
    }
}

fn log_failures(failures: &[aos_spec::port::StoreError]) {
    for error in failures {
        tracing::warn!(%error, "a run cannot be read and is not counted");
    }
}
