//! Versions of the year's plan as baselines: who fixed or opened it when and why, and how far the days of now are from one of them.

use std::collections::BTreeMap;

use maud::{Markup, html};
use shared::book::Cells as _;
use shared::field::{Column, FieldPath, Table};
use shared::ids::RowId;
use shared::project::ProjectView;
use shared::text::panel::Panel;
use shared::time::{Date, Month};
use shared::view::PlanVersion;

use super::super::draw::{row_template, th, th_number};
use super::File;

/// A thing of the plan that has a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Milestone {
    /// What is to be done.
    pub(super) name: String,
    /// By when.
    pub(super) due: Date,
    /// The day it was done; a node of the year has none.
    pub(super) done: Option<Date>,
    /// True for a node of the year.
    pub(super) is_node: bool,
}

/// The day of a cell; a month alone ends with its last.
fn day(text: &str) -> Option<Date> {
    let month = || text.parse::<Month>().ok().map(Month::last_day);
    text.parse().ok().or_else(month)
}

/// What a record plans for a year, by row.
pub(super) fn milestones(view: &ProjectView, year: i16) -> BTreeMap<String, Milestone> {
    let this_year = |text: &str| text.is_empty() || text.parse() == Ok(year);
    let tasks = view.each(Table::Countdown).filter_map(|row| {
        let (due, done) = (day(row.text(Column::Due))?, day(row.text(Column::Done)));
        let name = row.text(Column::Task).to_owned();
        this_year(row.text(Column::Year)).then(|| {
            let milestone = Milestone {
                name,
                due,
                done,
                is_node: false,
            };
            (row.key.to_owned(), milestone)
        })
    });
    let nodes = view.each(Table::YearNodes).filter_map(|row| {
        let due = day(row.text(Column::Date))?;
        let milestone = Milestone {
            name: row.text(Column::Image).to_owned(),
            due,
            done: None,
            is_node: true,
        };
        this_year(row.text(Column::Year)).then(|| (row.key.to_owned(), milestone))
    });
    tasks.chain(nodes).collect()
}

pub(super) fn part(file: &File, versions: &[PlanVersion], chosen: Option<&PlanVersion>) -> Markup {
    let reader = &file.reader;
    html! {
        h2 { (reader.own(Panel::Versions)) small { (versions.len()) } }
        p.quiet { (reader.own(Panel::VersionsNote)) }
        @if versions.is_empty() { p.empty { (reader.own(Panel::NoVersions)) } }
        @else {
            div.rows__scroll { table.table #versions {
                thead { tr { (th(reader.own(Panel::Number))) (th(reader.own(Panel::Standing))) (th(reader.own(Panel::VersionDay)))
                    (th(reader.own(Panel::VersionBy))) (th(reader.own(Panel::VersionWhy))) (th("")) } }
                tbody { @for version in versions.iter().rev() {
                    tr {
                        th scope="row" { (reader.fill(Panel::VersionNumber, &[version.number.to_string()])) }
                        td.nowrap { (reader.option("plan_act", &version.act)) }
                        td.nowrap { (version.by.at.date()) }
                        td { (version.by.name) }
                        td.panel__words { (version.reason) }
                        td.nowrap { button."button button--small" type="button" data-ask={ "&base=" (version.row) } { (reader.own(Panel::VersionAgainst)) } }
                    }
                } }
            } }
        }
        @if let Some(version) = chosen { (deviation(file, version)) }
        @if reader.fills { (steps(file)) }
    }
}

/// What of a version stands otherwise now, in days.
fn deviation(file: &File, version: &PlanVersion) -> Markup {
    let reader = &file.reader;
    let then = milestones(&version.view, file.year());
    let now = milestones(&file.view, file.year());
    let mut keys: Vec<&String> = then.keys().chain(now.keys()).collect();
    keys.sort_by_key(|key| now.get(*key).or(then.get(*key)).map(|one| (one.due, *key)));
    keys.dedup();
    let says = |then: Option<&Milestone>, now: Option<&Milestone>| match (then, now) {
        (Some(then), Some(now)) => {
            let by = now.due.to_days() - then.due.to_days();
            match by {
                0 => ("", reader.own(Panel::AsPlanned).to_owned()),
                1.. => (
                    "▲ ",
                    reader.fill(Panel::DaysLater, std::slice::from_ref(&by.to_string())),
                ),
                _ => (
                    "",
                    reader.fill(
                        Panel::DaysEarlier,
                        std::slice::from_ref(&by.abs().to_string()),
                    ),
                ),
            }
        }
        (None, _) => ("＋ ", reader.own(Panel::AddedSince).to_owned()),
        (_, None) => ("✖ ", reader.own(Panel::GoneSince).to_owned()),
    };
    let facts = [version.number.to_string(), version.by.at.date().to_string()];
    html! {
        h3 { (reader.fill(Panel::Deviation, &facts)) }
        div.rows__scroll { table.table #deviation {
            thead { tr {
                (th(reader.own(Panel::Task))) (th(reader.own(Panel::DueThen))) (th(reader.own(Panel::DueNow)))
                (th(reader.own(Panel::TaskDone))) (th_number(reader.own(Panel::Slip)))
            } }
            tbody { @for key in keys {
                @let (then, now) = (then.get(key), now.get(key));
                @let (sign, slip) = says(then, now);
                tr {
                    th scope="row" { @if let Some(one) = now.or(then) { @if one.is_node { "◆ " } (one.name) } }
                    td.nowrap { (then.map(|one| one.due.to_string()).unwrap_or_default()) }
                    td.nowrap { (now.map(|one| one.due.to_string()).unwrap_or_default()) }
                    td.nowrap { (now.and_then(|one| one.done).map(|day| day.to_string()).unwrap_or_default()) }
                    td.number.behind[sign == "▲ "] { (sign) (slip) }
                }
            } }
        } }
    }
}

/// Making the plan final, or opening it again with the reason; the rules say what a final plan must hold.
fn steps(file: &File) -> Markup {
    let (reader, year) = (&file.reader, file.year().to_string());
    let path = |column| FieldPath::cell(Table::PlanSteps, RowId::blank(0), column);
    let command = row_template(Table::PlanSteps, Some(file.view.id), None);
    html! {
        @for (act, verb) in [("final", Panel::VersionFinal), ("revise", Panel::VersionRevise)] {
            form.panel__form data-command=(command) data-label=(reader.own(verb)) data-plan=(act) {
                input type="hidden" data-path=(path(Column::Year)) value=(year);
                input type="hidden" data-path=(path(Column::PlanAct)) value=(act);
                label { (Column::Reason.label(reader.lang())) " " (reader.input(&path(Column::Reason), "")) }
                button.button type="submit" { (reader.own(verb)) }
            }
        }
    }
}
