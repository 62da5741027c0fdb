//! 项目档案: the parts of a project's file that are looked at whole or filled in cell by cell (ux.md 5.4).

use maud::{Markup, html};
use shared::api::rules::ProjectRules;
use shared::command::Role;
use shared::ids::ProjectId;
use shared::project::ProjectView;
use shared::time::Month;

use super::draw::Reader;
use crate::http::projects::{period, readable_one};
use crate::http::reply::Failed;
use crate::http::reports::ruled;
use crate::http::{Call, Site};

mod approvals;
mod comments;
mod gantt;
mod money;
mod months;
mod named;
mod past;
mod people;
mod problems;
mod schedule;
mod then;
mod versions;

/// What a part is drawn from.
struct File {
    reader: Reader,
    view: ProjectView,
    rules: ProjectRules,
    month: Month,
    role: Role,
}

impl File {
    /// The year the reader looks at.
    fn year(&self) -> i16 {
        self.month.year()
    }

    /// True for who reads no names of persons.
    fn is_observed(&self) -> bool {
        self.role == Role::Observer
    }
}

/// The part a call asks for.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let id: ProjectId = call.asked("project")?.ok_or(Failed::NotFound)?;
    let rules = ruled(site, call, id).await?;
    let view = readable_one(site, call, id).await?;
    let role = call.person()?.actor.role;
    let file = File {
        reader: Reader::of(site, call).await?,
        view,
        rules,
        month: period(site, call)?,
        role,
    };
    let part = call.query.get("part").map_or("", String::as_str);
    let drawn = match part {
        "schedule" => schedule::part(site, call, &file).await?,
        "money" => money::part(&file),
        "approvals" => approvals::part(site, call, &file).await?,
        "problems" => problems::part(&file),
        "months" => months::part(&file),
        "people" => people::part(&file),
        "past" => past::part(site, call, &file).await?,
        _ => return Err(Failed::NotFound),
    };
    Ok(html! {
        div data-project=(id) data-heads=(file.view.heads.join(" ")) { (drawn) }
    })
}
