//! A small server for `/metrics`, `/healthz` and `/readyz`.

mod answer;
mod readiness;

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

pub use answer::CONTENT_TYPE;
pub use readiness::Readiness;

use crate::Exporter;

/// Where to listen unless told otherwise: on loopback, so that nobody else on the network reads along.
pub const DEFAULT_ADDR: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9464));

/// How many requests are answered at the same time; more wait.
const MAX_CONNECTIONS: usize = 32;

/// How long a connection may take, from its first byte to the last byte of the answer.
const CONNECTION_TIME: Duration = Duration::from_secs(10);

/// How large the head of a request may be, in bytes and in fields.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_FIELDS: usize = 64;

/// Serves metrics, and whether the process is alive and ready, until it is stopped or dropped.
#[derive(Debug)]
pub struct MetricsServer {
    local_addr: SocketAddr,
    stopped: CancellationToken,
    task: JoinHandle<()>,
}

impl MetricsServer {
    /// Listens on `addr` and answers from then on, in a task of the present runtime. Port 0 takes any free port.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early nothing listens.
    pub async fn bind(addr: SocketAddr, exporter: Exporter, readiness: Readiness) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let local_addr = listener.local_addr()?;
        let stopped = CancellationToken::new();
        let task = tokio::spawn(serve(listener, exporter, readiness, stopped.clone()));
        Ok(Self {
            local_addr,
            stopped,
            task,
        })
    }

    /// Returns the address that is listened on.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops listening, and waits until requests under way are answered; that takes ten seconds at most.
    ///
    /// # Cancel safety
    ///
    /// Safe: when dropped early the server stops all the same, without waiting.
    pub async fn stop(mut self) {
        self.stopped.cancel();
        // The task neither panics nor is aborted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.stopped.cancel();
    }
}

async fn serve(listener: TcpListener, exporter: Exporter, readiness: Readiness, stopped: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, exporter.clone(), readiness.clone()));
                }
                // Out of file descriptors, or the other side is gone already: asking again at once would be a busy loop.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Answers one request. Connections are not kept: a scrape every few seconds gains nothing from that.
async fn converse(stream: TcpStream, exporter: Exporter, readiness: Readiness) {
    let service = service_fn(|request| {
        let (exporter, readiness) = (&exporter, &readiness);
        async move { Ok::<_, Infallible>(answer::to(&request, exporter, readiness).await) }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_FIELDS)
        .serve_connection(TokioIo::new(stream), service);
    // Whoever sends half a request, or does not read the answer, is let go; there is nobody to tell.
    let _ = tokio::time::timeout(CONNECTION_TIME, connection).await;
}
