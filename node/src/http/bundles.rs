//! Bundles by browser: one to take along, one to bring in (a preview first, then a person's yes).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use shared::api::BundleReport;
use shared::command::Role;
use shared::ids::UserId;
use shared::text::Lang;
use shared::time::Timestamp;
use shared::wire::bundle::BUNDLE_BYTES_MAX;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::bundle::{self, Opened, Wish};

/// Opened bundles kept, and their bytes all together.
const OPENED_MAX: usize = 4;
const OPENED_BYTES_MAX: usize = BUNDLE_BYTES_MAX;
/// How long an opened bundle waits for its yes.
const OPENED_MS: i64 = 60 * 60_000;
/// How the name of a bundle's file ends.
const ENDING: &str = "xmb";

/// Bundles that were proved and wait for a person's yes. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sticks(Arc<Mutex<VecDeque<Waiting>>>);

struct Waiting {
    token: String,
    user: UserId,
    until: Timestamp,
    opened: Opened,
}

impl Sticks {
    fn put(&self, waiting: Waiting, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.until > now);
        all.push_back(waiting);
        let bytes =
            |all: &VecDeque<Waiting>| all.iter().map(|w| w.opened.sealed.len()).sum::<usize>();
        while all.len() > OPENED_MAX || bytes(&all) > OPENED_BYTES_MAX {
            all.pop_front();
        }
    }

    fn take(&self, user: UserId, token: &str, now: Timestamp) -> Option<Opened> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all
            .iter()
            .position(|w| w.token == token && w.user == user && w.until > now)?;
        all.remove(at).map(|waiting| waiting.opened)
    }
}

/// `GET /api/v1/bundles`.
///
/// # Errors
/// When the person only looks on, or there is no such node.
pub async fn export(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_carry(call)?;
    let to: Option<String> = call.asked("to")?;
    let all: bool = call.asked("all")?.unwrap_or(false);
    let wish = Wish {
        to: to.unwrap_or_else(|| "hub".to_owned()),
        whole: all,
        // More than a browser brings in is not given to one.
        files_bytes: match call.asked::<bool>("files")? {
            Some(false) => Some(0),
            _ => None,
        },
    };
    let made = bundle::make(&site.context, wish).await?;
    let bytes = made.whole(&site.context).await?;
    let day = site.context.clock.now().date();
    let sum = blake3::hash(&bytes).to_hex();
    let name = format!(
        "{}_{}_{day}_{}.{ENDING}",
        site.context.info().unit_name,
        made.unit,
        sum.get(..8).unwrap_or_default()
    );
    Ok(reply::download("application/octet-stream", &name, bytes))
}

/// `POST /api/v1/bundles`.
///
/// # Errors
/// When the file is no bundle, does not prove itself, or is not for this node.
pub async fn preview(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_carry(call)?;
    let opened = bundle::open(&site.context, call.body.clone()).await?;
    let mut report = bundle::view(&site.context, &opened).await?;
    let token = hex::encode(site.context.clock.random::<16>());
    let now = site.context.clock.now();
    let waiting = Waiting {
        token: token.clone(),
        user: call.person()?.actor.user,
        until: now.plus_ms(OPENED_MS),
        opened,
    };
    site.bundles.put(waiting, now);
    // What would not be taken is only told.
    report.token = (report.state == "active").then_some(token);
    Ok(answer(report, call.lang))
}

/// `POST /api/v1/bundles/{token}`.
///
/// # Errors
/// When the preview is over, or the sender is refused by now.
pub async fn confirm(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_carry(call)?;
    let token: String = call.parameter(0)?;
    let now = site.context.clock.now();
    let opened = site
        .bundles
        .take(call.person()?.actor.user, &token, now)
        .ok_or(Failed::PreviewGone)?;
    let report = bundle::take(&site.context, &opened, &mut |_, _| ()).await?;
    Ok(answer(report, call.lang))
}

fn answer(mut report: BundleReport, lang: Lang) -> Response<Bytes> {
    let words = report.words();
    report.told = words.iter().map(|words| words.text(lang)).collect();
    reply::json(&report)
}

/// Who only looks on carries nothing.
fn may_carry(call: &Call) -> Result<(), Failed> {
    match call.person()?.actor.role {
        Role::Clerk | Role::Head | Role::HubOfficer | Role::HubHead | Role::Admin => Ok(()),
        Role::Observer | Role::Inspector | Role::Leader => Err(Failed::Forbidden),
    }
}
