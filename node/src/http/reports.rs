//! A unit's month, what waits for me, and the hub's overview.

use bytes::Bytes;
use http::Response;
use shared::api::rules::ProjectRules;
use shared::api::{Collection, Desk, SyncState};
use shared::command::Role;
use shared::ids::{ProjectId, UnitId};
use shared::rules::obligations::{Asked, Whose};
use shared::rules::reading;
use shared::rules::report::MonthView;
use shared::text::alarm::suspended;
use shared::text::{Lang, line};
use shared::time::{Date, Month};

use super::projects::period;
use super::reply::{self, Failed};
use super::{Call, Site};
use crate::views;

/// Days one question about obligations may span.
const DAYS_MAX: i64 = 366;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// `GET /api/v1/reports/{ledger}/{period}`.
///
/// # Errors
/// When the county has no such report, or the month has the wrong form.
pub async fn report(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let ledger: String = call.parameter(0)?;
    let month: Month = call.parameter(1)?;
    let unit: UnitId = call.asked("unit")?.unwrap_or(call.person()?.actor.unit);
    Ok(reply::json(
        &reported(site, call, unit, ledger, month).await?.view,
    ))
}

/// A unit's month of a ledger, as the person who asks may read it.
///
/// # Errors
/// When the county has no such report.
pub(super) async fn reported(
    site: &Site,
    call: &Call,
    unit: UnitId,
    ledger: String,
    month: Month,
) -> Result<MonthView, Failed> {
    not_for_observers(call)?;
    let (built_in, lang) = (site.context.built_in.clone(), call.lang);
    let report = site
        .context
        .handle
        .read(move |context| views::report(context, &built_in, unit, &ledger, month, lang))
        .await??;
    report.ok_or(Failed::NotFound)
}

/// What names persons and drafts is not for observers (domain.md 15, scenario 50).
pub(super) fn not_for_observers(call: &Call) -> Result<(), Failed> {
    match call.person()?.actor.role {
        Role::Observer => Err(Failed::Forbidden),
        _ => Ok(()),
    }
}

/// `GET /api/v1/desk`.
///
/// # Errors
/// When a document cannot be read.
pub async fn desk(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    Ok(reply::json(&waiting(site, call).await?))
}

/// What waits for the person who asks, in his language.
///
/// # Errors
/// When a document cannot be read.
pub(super) async fn waiting(site: &Site, call: &Call) -> Result<Desk, Failed> {
    let month = period(site, call)?;
    let actor = call.person()?.actor.clone();
    let built_in = site.context.built_in.clone();
    let role = site.context.info().role;
    let observes = actor.role == Role::Observer;
    let mut desk = site
        .context
        .handle
        .read(move |context| views::desk(context, &built_in, role, &actor, month))
        .await??;
    if observes {
        // Sums are published; what waits inside the units names drafts and persons.
        desk.due.clear();
        desk.conflicts.clear();
        desk.returned.clear();
        desk.proposals = 0;
    }
    let mut desk = desk.worded(call.lang);
    desk.notice = notice(site, call.lang).await?;
    Ok(desk)
}

/// At a hub, nodes that were suspended by themselves; else the way out when the line has been away for longer than the configured days
/// (ux.md 5.0, S4).
async fn notice(site: &Site, lang: Lang) -> Result<String, Failed> {
    let now = site.context.clock.now();
    let status = site.context.sync_status(lang).await?;
    if site.context.at_hub() {
        let alarm = suspended(&status.peers, lang);
        if !alarm.is_empty() {
            return Ok(alarm);
        }
    }
    let away = match (&status.state, status.last_exchange) {
        (SyncState::Offline { .. }, Some(last)) => now.0.saturating_sub(last.0) / DAY_MS,
        _ => 0,
    };
    Ok(if away > i64::from(site.stick_after_days) {
        line::by_stick(away, lang)
    } else {
        String::new()
    })
}

/// `GET /api/v1/obligations`.
///
/// # Errors
/// When a parameter has the wrong form, or the days are more than a year.
pub async fn obligations(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    not_for_observers(call)?;
    let actor = call.person()?.actor.clone();
    let now = site.context.clock.now();
    let from: Date = call.asked("day")?.unwrap_or(now.date());
    let to: Date = call.asked("to")?.unwrap_or(from);
    if to < from || to > from.plus_days(DAYS_MAX) {
        return Err(Failed::BadRequest(
            "to: at most a year after `day`".to_owned(),
        ));
    }
    let (unit, project, person) = (
        call.asked::<UnitId>("unit")?,
        call.asked::<ProjectId>("project")?,
        call.asked::<String>("person")?,
    );
    let whose = match (project, person, unit) {
        (Some(project), ..) => Whose::Project(project),
        (_, Some(person), _) => Whose::Person(person),
        (_, _, Some(unit)) => Whose::Unit(unit),
        _ if actor.at_hub => Whose::All,
        _ => Whose::Unit(actor.unit),
    };
    let only_open = call.asked::<bool>("open")?.unwrap_or(false);
    let built_in = site.context.built_in.clone();
    let asked = Asked {
        whose,
        from,
        to,
        now,
    };
    let mut owed = site
        .context
        .handle
        .read(move |context| views::obligations(context, &built_in, &asked))
        .await??;
    owed.retain(|one| !only_open || one.standing.is_open());
    Ok(reply::json(&owed))
}

/// `GET /api/v1/projects/{id}/rules`.
///
/// # Errors
/// When the project is not here.
pub async fn project_rules(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    not_for_observers(call)?;
    Ok(reply::json(&ruled(site, call, call.parameter(0)?).await?))
}

/// What the rules say of a project, in the language of the person who asks and as far as he may know; whether he may know of the project
/// is asked elsewhere.
///
/// # Errors
/// When the project is not here.
pub(super) async fn ruled(site: &Site, call: &Call, id: ProjectId) -> Result<ProjectRules, Failed> {
    let (built_in, lang) = (site.context.built_in.clone(), call.lang);
    let rules = site
        .context
        .handle
        .read(move |context| views::project_rules(context, &built_in, id, lang))
        .await??;
    let rules = rules.ok_or(Failed::NotFound)?;
    Ok(reading::rules_shown(call.person()?.actor.role, rules))
}

/// `GET /api/v1/rules`.
///
/// # Errors
/// When this is no hub.
pub async fn county_rules(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    not_for_observers(call)?;
    if !site.context.at_hub() {
        return Err(Failed::HubOnly);
    }
    let this = site.context.clock.now().date().year();
    let year: i16 = call.asked("year")?.unwrap_or(this);
    let built_in = site.context.built_in.clone();
    let rules = site
        .context
        .handle
        .read(move |context| views::county_rules(context, &built_in, year))
        .await??;
    Ok(reply::json(&rules))
}

/// `GET /api/v1/overview`.
///
/// # Errors
/// When this is no hub.
pub async fn overview(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    Ok(reply::json(&collected(site, call).await?))
}

/// Who has reported a month to this hub.
///
/// # Errors
/// When this is no hub.
pub(super) async fn collected(site: &Site, call: &Call) -> Result<Collection, Failed> {
    if !site.context.at_hub() {
        return Err(Failed::HubOnly);
    }
    let month = period(site, call)?;
    let built_in = site.context.built_in.clone();
    let ledger: Option<String> = call.asked("ledger")?;
    let lang = call.lang;
    let collection = site
        .context
        .handle
        .read(move |context| views::collection(context, &built_in, ledger, month, lang))
        .await??;
    collection.ok_or(Failed::NotFound)
}
