//! The line, and at the hub the nodes at its other ends.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use shared::api::{NewInvite, NodeAct, PeerStatus, SyncAct, SyncAnswer};
use shared::command::Role;
use shared::decide::may_enrol;
use shared::ids::NodeId;
use shared::sync::{Approval, Input, Line, Reply, RequestRefusal};
use shared::text::Lang;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::line::{self, ExchangeFailed, Persist};
use crate::control::{InviteFailed, invite as make_invite};

/// How long the page waits for an exchange it asked for; below what a browser waits for any answer. What takes longer goes
/// on, and the page follows it over the live socket.
const EXCHANGE_WAIT: Duration = Duration::from_secs(15);

/// `GET /api/v1/sync`.
///
/// # Errors
/// When the driver does not answer.
pub async fn sync(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    Ok(reply::json(&site.context.sync_status(call.lang).await?))
}

/// `POST /api/v1/sync`.
///
/// # Errors
/// When the person only looks on, or the core refuses.
pub async fn sync_act(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    match call.person()?.actor.role {
        Role::Observer | Role::Inspector | Role::Leader => return Err(Failed::Forbidden),
        Role::Clerk | Role::Head | Role::HubOfficer | Role::HubHead | Role::Admin => {}
    }
    let act: SyncAct = reply::read_json(&call.body)?;
    let handle = &site.context.handle;
    let mut exchanged = None;
    match act {
        SyncAct::Now => {
            let asked = line::exchange(&site.context, EXCHANGE_WAIT, Persist::Never);
            exchanged = Some(asked.await.map_err(|error| match error {
                ExchangeFailed::Driver(error) => error.into(),
                ExchangeFailed::Refused(reply) => refused(*reply),
            })?);
        }
        SyncAct::Off | SyncAct::On => {
            let line = if act == SyncAct::On {
                Line::On
            } else {
                Line::Off
            };
            match handle
                .request(move |request| Input::SetLine { request, line })
                .await?
            {
                Reply::Line(_) => {}
                other => return Err(refused(other)),
            }
        }
    }
    let status = site.context.sync_status(call.lang).await?;
    Ok(reply::json(&SyncAnswer {
        status,
        sent: exchanged.map_or(0, |exchanged| exchanged.sent),
        received: exchanged.map_or(0, |exchanged| exchanged.received),
        complete: exchanged.is_some_and(|exchanged| exchanged.is_complete()),
        outcome: exchanged.map_or_else(String::new, |exchanged| exchanged.text(call.lang)),
    }))
}

/// `GET /api/v1/nodes`.
///
/// # Errors
/// When this is no hub.
pub async fn list(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    officer(site, call)?;
    Ok(reply::json(&peers(site, call.lang).await?))
}

/// `POST /api/v1/nodes`.
///
/// # Errors
/// When this is no hub, or the unit's name is none.
pub async fn invite(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    officer(site, call)?;
    let NewInvite {
        unit,
        kind,
        approve,
    } = reply::read_json(&call.body)?;
    let kind = kind.as_deref().unwrap_or("township");
    let approval = if approve {
        Approval::AtOnce
    } else {
        Approval::ByOfficer
    };
    match make_invite(&site.context, unit, kind, approval).await {
        Ok(invite) => Ok(reply::json(&invite)),
        Err(InviteFailed::Kind(kind)) => Err(Failed::BadRequest(format!("kind: {kind}"))),
        Err(InviteFailed::Driver(error)) => Err(error.into()),
        Err(InviteFailed::Refused(reply)) => Err(refused(*reply)),
    }
}

/// `PATCH /api/v1/nodes/{id}`.
///
/// # Errors
/// When this is no hub, or there is no such node.
pub async fn change(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    officer(site, call)?;
    let node: NodeId = call.parameter(0)?;
    let act: NodeAct = reply::read_json(&call.body)?;
    let reply = site
        .context
        .handle
        .request(move |request| match act {
            NodeAct::Approve => Input::Approve { request, node },
            NodeAct::Suspend => Input::Suspend { request, node },
            NodeAct::Revoke => Input::Revoke { request, node },
        })
        .await?;
    match reply {
        Reply::Node { .. } => Ok(reply::json(&peers(site, call.lang).await?)),
        other => Err(refused(other)),
    }
}

async fn peers(site: &Site, lang: Lang) -> Result<Vec<PeerStatus>, Failed> {
    let asked = site.context.handle.read(|context| context.replica.peers());
    let peers = asked.await?.into_iter();
    Ok(peers.map(|peer| peer.worded(lang)).collect())
}

/// Enrolment is the work of the hub's officers and its administration.
fn officer(site: &Site, call: &Call) -> Result<(), Failed> {
    if !site.context.at_hub() {
        return Err(Failed::HubOnly);
    }
    if may_enrol(&call.person()?.actor) {
        Ok(())
    } else {
        Err(Failed::Forbidden)
    }
}

fn refused(reply: Reply) -> Failed {
    match reply {
        Reply::Refused(refusal) => match refusal {
            RequestRefusal::NotHub => Failed::HubOnly,
            RequestRefusal::UnknownNode => Failed::NotFound,
            RequestRefusal::NotReady => Failed::Driver(crate::driver::DriverError::Stopped),
            RequestRefusal::BadCode(_)
            | RequestRefusal::Bundle(_)
            | RequestRefusal::Repair(_)
            | RequestRefusal::Expired
            | RequestRefusal::AlreadyJoined
            | RequestRefusal::OwnCode
            | RequestRefusal::Revoked
            | RequestRefusal::BadUnitName => Failed::BadRequest(refusal.to_string()),
        },
        // Only a mistake of ours brings another reply than the request's own.
        _ => Failed::internal("asking the core", "the core answered another question"),
    }
}
