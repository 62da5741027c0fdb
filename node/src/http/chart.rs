//! 作战图: the projects a list shows, drawn as sheets for a wall.

use bytes::Bytes;
use http::Response;
use shared::api::ChartSheets;
use shared::chart;
use shared::ids::ProjectId;
use shared::rules::reading;
use shared::time::Month;

use super::projects::{period, query};
use super::reply::{self, Failed};
use super::{Call, Site};
use crate::office::chart::{MONTHS_MAX, Paper, Sheet, draw};
use crate::views;

/// Projects of one chart; a county's thousands are charted unit by unit.
const PROJECTS_MAX: usize = 600;
/// Projects read at once, so that others are served in between.
const AT_ONCE: usize = 50;

/// What is asked for beside the projects.
struct Asked {
    period: Month,
    months: Vec<Month>,
    paper: Paper,
    landscape: bool,
    black_and_white: bool,
}

impl Asked {
    fn of(site: &Site, call: &Call) -> Result<Self, Failed> {
        let period = period(site, call)?;
        let january = Month::new(period.year(), 1).unwrap_or(period);
        let first: Month = call.asked("from")?.unwrap_or(january);
        let count: usize = call.asked("months")?.unwrap_or(12);
        if !(1..=MONTHS_MAX).contains(&count) {
            return Err(Failed::BadRequest(format!("months: 1..={MONTHS_MAX}")));
        }
        let name = call.query.get("paper").map_or("A3", String::as_str);
        let paper = Paper::from_name(name);
        let paper = paper.ok_or_else(|| Failed::BadRequest(format!("paper: {name}")))?;
        let landscape = call.asked("landscape")?.unwrap_or(true);
        // More columns than that are too narrow for the name of a month.
        if paper == Paper::A4 && !landscape && count > 12 {
            return Err(Failed::BadRequest("months: 1..=12".to_owned()));
        }
        Ok(Self {
            period,
            months: (0..).map(|month| first.plus(month)).take(count).collect(),
            paper,
            landscape,
            black_and_white: call.asked("bw")?.unwrap_or(false),
        })
    }
}

/// `GET /api/v1/chart`: the chart as sheets, or with `page` one sheet as a file.
///
/// # Errors
/// When the query has the wrong form or a document cannot be read.
pub async fn chart(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let asked = Asked::of(site, call)?;
    let question = query(call, usize::MAX)?;
    let page: Option<usize> = call.asked("page")?;
    let role = call.person()?.actor.role;
    let profile = site.context.profile().await??;
    let month = asked.period;
    let mut facts = site.context.handle.read(views::facts).await??;
    facts.retain(|facts| facts.reports() && reading::may_see(&profile, role, &facts.row.stage));
    let listed = tokio::task::spawn_blocking(move || views::list(&facts, month, &question));
    let rows = listed
        .await
        .map_err(|error| Failed::internal("listing projects", error))?
        .rows;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.id).take(PROJECTS_MAX).collect();
    let today = site.context.clock.now().date();
    let mut lines = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let (some, months) = (some.to_vec(), asked.months.clone());
        let profile = profile.clone();
        let more = site.context.handle.read(move |read| {
            let mut lines = Vec::new();
            for id in some {
                let view = views::project(read, id)?;
                let view = view.and_then(|view| reading::shown(&profile, role, view));
                lines.extend(view.map(|view| chart::line(&view, month.year(), &months, today)));
            }
            Ok::<_, shared::library::LibraryError>(lines)
        });
        lines.extend(more.await??);
    }
    let units = site.context.handle.read(views::directory).await??;
    for line in &mut lines {
        let named = units.iter().find(|unit| unit.unit.to_string() == line.unit);
        if let Some(unit) = named {
            line.unit.clone_from(&unit.name);
        }
    }
    let (lang, info) = (call.lang, site.context.info());
    let drawn = lines.len();
    let pages = tokio::task::spawn_blocking(move || {
        let sheet = Sheet {
            paper: asked.paper,
            landscape: asked.landscape,
            black_and_white: asked.black_and_white,
            lang,
            unit: &info.unit_name,
            today,
            months: &asked.months,
        };
        draw(&sheet, &lines)
    })
    .await
    .map_err(|error| Failed::internal("drawing a chart", error))?;
    let Some(page) = page else {
        // A project that went meanwhile is no project that found no room.
        let total = rows.len() - ids.len() + drawn;
        return Ok(reply::json(&ChartSheets {
            pages,
            drawn,
            total,
        }));
    };
    let sheet = page.checked_sub(1).and_then(|page| pages.get(page));
    let sheet = sheet.ok_or(Failed::NotFound)?.clone();
    let name = format!("chart-{month}-{page}.svg");
    Ok(reply::download("image/svg+xml", &name, sheet.into()))
}
