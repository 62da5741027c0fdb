//! A unit's month, what waits for me, and the hub's overview.

use bytes::Bytes;
use http::Response;
use shared::ids::UnitId;
use shared::time::Month;

use super::projects::period;
use super::reply::{self, Failed};
use super::{Call, Site};
use crate::views;

/// `GET /api/v1/reports/{ledger}/{period}`.
///
/// # Errors
/// When the county has no such report, or the month has the wrong form.
pub async fn report(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let ledger: String = call.parameter(0)?;
    let month: Month = call.parameter(1)?;
    let unit: UnitId = call.asked("unit")?.unwrap_or(call.person()?.actor.unit);
    let profile = site.context.profile.clone();
    if profile.report_of(&ledger).is_none() {
        return Err(Failed::NotFound);
    }
    let report = site
        .context
        .handle
        .read(move |context| views::report(context, &profile, unit, &ledger, month))
        .await??;
    Ok(reply::json(&report))
}

/// `GET /api/v1/desk`.
///
/// # Errors
/// When a document cannot be read.
pub async fn desk(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let month = period(site, call)?;
    let actor = call.person()?.actor.clone();
    let profile = site.context.profile.clone();
    let role = site.context.info().role;
    let desk = site
        .context
        .handle
        .read(move |context| views::desk(context, &profile, role, &actor, month))
        .await??;
    Ok(reply::json(&desk))
}

/// `GET /api/v1/overview`.
///
/// # Errors
/// When this is no hub.
pub async fn overview(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    if !site.context.at_hub() {
        return Err(Failed::HubOnly);
    }
    let month = period(site, call)?;
    let profile = site.context.profile.clone();
    let ledger = match call.asked::<String>("ledger")? {
        Some(ledger) if profile.report_of(&ledger).is_some() => ledger,
        Some(_) => return Err(Failed::NotFound),
        None => views::monthly_ledger(&profile),
    };
    let collection = site
        .context
        .handle
        .read(move |context| views::collection(context, &profile, &ledger, month))
        .await??;
    Ok(reply::json(&collection))
}
