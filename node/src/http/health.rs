//! Is the process there, can it serve, and how much did it do.

use bytes::Bytes;
use http::{Response, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::reply::{self, Failed};
use super::{Call, Site};
use shared::command::Role;
use shared::text::Lang;

/// One answered request, for counting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route's path with its parameters' names.
    pub route: &'static str,
    /// The status's first digit.
    pub class: u16,
}

/// What the server counts.
#[derive(Debug, Default, Clone)]
pub struct Metrics {
    /// Answered requests.
    pub requests: Family<RequestLabels, Counter>,
    /// Log-ins that succeeded.
    pub log_ins: Counter,
    /// Log-ins that did not.
    pub log_ins_refused: Counter,
    /// Open live sockets.
    pub live_sockets: Gauge,
}

impl Metrics {
    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("xiangmu");
        registry.register("requests", "Answered requests", self.requests.clone());
        registry.register("log_ins", "Log-ins that succeeded", self.log_ins.clone());
        registry.register(
            "log_ins_refused",
            "Log-ins that did not",
            self.log_ins_refused.clone(),
        );
        registry.register(
            "live_sockets",
            "Open live sockets",
            self.live_sockets.clone(),
        );
        registry
    }
}

/// `GET /readyz`.
///
/// # Errors
/// When the driver does not answer.
pub async fn ready(site: &Site) -> Result<Response<Bytes>, Failed> {
    let closed = site.context.handle.read(|read| read.failed.cloned());
    Ok(match closed.await? {
        None => reply::text(StatusCode::OK, "ready\n"),
        // What the error says itself names no path; its causes stay in the log.
        Some(error) => reply::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "text/plain; charset=utf-8",
            format!("not ready: {error}\n").into(),
        ),
    })
}

/// `GET /metrics`: from loopback, or for the administration.
///
/// # Errors
/// When somebody else asks.
pub async fn metrics(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let local = call.peer.is_some_and(|peer| peer.ip().is_loopback());
    let admin = call
        .visitor
        .as_ref()
        .is_some_and(|visitor| visitor.actor.role == Role::Admin);
    if !local && !admin {
        return Err(Failed::Forbidden);
    }
    let mut registry = site.metrics.registry();
    let status = site.context.sync_status(Lang::En).await?;
    let waiting = Gauge::<i64>::default();
    waiting.set(i64::try_from(status.pending).unwrap_or(i64::MAX));
    registry.register(
        "entries_waiting",
        "Local entries the hub has not acknowledged",
        waiting,
    );
    let quarantined = Gauge::<i64>::default();
    quarantined.set(i64::try_from(status.quarantined).unwrap_or(i64::MAX));
    registry.register("changes_quarantined", "Changes in quarantine", quarantined);
    let (closed, condition) = site
        .context
        .handle
        .read(|read| (read.failed.is_some(), read.store.condition()))
        .await?;
    let read_only = Gauge::<i64>::default();
    read_only.set(i64::from(closed));
    registry.register("read_only", "1 when nothing can be written", read_only);
    let journal = Gauge::<i64>::default();
    journal.set(i64::try_from(condition.journal.bytes).unwrap_or(i64::MAX));
    registry.register("journal_bytes", "Bytes of the journal", journal);
    let online = Gauge::<i64>::default();
    online.set(
        i64::try_from(status.peers.iter().filter(|peer| peer.online).count()).unwrap_or(i64::MAX),
    );
    registry.register("nodes_online", "Nodes whose line stands", online);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Failed::internal("printing figures", error))?;
    Ok(reply::plain(
        StatusCode::OK,
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        text.into(),
    ))
}
