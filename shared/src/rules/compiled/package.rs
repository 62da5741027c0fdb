//! 一本报告: what a project's report is put together from before its feasibility is approved (WS-4): the conformity checks with the
//! departments, the special reports, the papers, the review by experts and the grade, and what is missing of it.
//!
//! The first row of a project says whether the report is whole; those below are its parts.

use std::collections::BTreeSet;

use super::{Sheet, Sources, briefs, name, text, views};
use crate::book::Cells as _;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::approvals::{ApprovalStatus, approvals};
use crate::rules::guards::{Guard, expert_kind, has_document, is_body};
use crate::rules::obligations::Ground;
use crate::text::compiled::Package;
use crate::text::fields::fixed_label;
use crate::text::guard::document_label;
use crate::value::Value;

/// The papers that make the report whole.
pub(crate) const PAPERS: [&str; 2] = ["feasibility_study", "special_reports"];

/// The programmes whose projects have such a report.
pub(crate) fn programmes(profile: &Profile) -> impl Iterator<Item = &str> {
    let gates = profile.gates.iter();
    let asks = gates.filter(|gate| gate.guard == Guard::PackageComplete.id());
    asks.map(|gate| gate.programme.as_str())
}

pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: crate::time::Timestamp,
) -> BTreeSet<ProjectId> {
    let on = ground.memberships(now);
    let briefs = briefs(ground, whose).filter(|brief| !brief.is_out);
    let asked = briefs.filter(|brief| {
        let mut programmes = programmes(ground.profile);
        programmes.any(|programme| ground.in_programme(brief, programme, &on))
    });
    asked.map(|brief| brief.id).collect()
}

/// A part of the report while it is put down.
#[derive(Default)]
struct Part {
    what: String,
    org: Value,
    state: String,
    date: Value,
    said: String,
    lacks: Option<Package>,
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let about = subjects(sources.ground, sources.whose, sources.now);
    for view in views(sources, |brief| about.contains(&brief.id)) {
        let mut parts = checks(sources, view);
        parts.extend(reports(sources, view));
        parts.extend(papers(sources, view));
        parts.extend(judged(sources, view));
        let missing = parts.iter().filter(|part| part.lacks.is_some()).count();
        let whole = Part {
            what: Table::ReportPackage.label(sources.lang).to_owned(),
            state: Package::whole(missing, sources.lang),
            ..Part::default()
        };
        for part in std::iter::once(whole).chain(parts) {
            let lacks = part.lacks.map_or("", |lacks| lacks.text(sources.lang));
            sheet.row(vec![
                (Column::Project, name(&view.id)),
                (Column::Org, view.once(Field::HomeNode).clone()),
                (Column::Task, text(&part.what)),
                (Column::ResponsibleUnit, part.org),
                (Column::State, text(&part.state)),
                (Column::Date, part.date),
                (Column::Text, text(&part.said)),
                (Column::Lacks, text(lacks)),
            ]);
        }
    }
}

/// The county's items in its order, each with every department that has it, and then the departments nobody asked.
fn checks(sources: &Sources<'_>, view: &ProjectView) -> Vec<Part> {
    let rules = &sources.ground.profile.approvals;
    let opened = approvals(view);
    let mut parts = Vec::new();
    for item in &rules.items {
        let own = opened.iter().filter(|one| one.item() == item.id);
        let before = parts.len();
        parts.extend(own.map(|one| {
            let status = one.status;
            let said = one.steps.last();
            let lacks = match status {
                ApprovalStatus::Approved | ApprovalStatus::NotApplicable => None,
                ApprovalStatus::Refused => Some(Package::Refused),
                _ => Some(Package::Undecided),
            };
            Part {
                what: item.name_zh.clone(),
                org: one.row.get(Column::Org).clone(),
                state: label(sources, "approval_status", status.id()),
                date: one.decided.map_or(Value::Null, |day| name(&day)),
                said: said.map_or("", |row| row.text(Column::Text)).to_owned(),
                lacks,
            }
        }));
        if parts.len() == before {
            parts.push(Part {
                what: item.name_zh.clone(),
                lacks: Some(Package::NotBegun),
                ..Part::default()
            });
        }
    }
    for department in &rules.departments {
        let asked = |row: &str| is_body(&sources.world, row, department);
        if !opened.iter().any(|one| asked(one.row.text(Column::Org))) {
            parts.push(Part {
                what: Table::Approvals.label(sources.lang).to_owned(),
                org: text(sources.ground.profile.body_name(department)),
                lacks: Some(Package::NotAsked),
                ..Part::default()
            });
        }
    }
    parts
}

fn label(sources: &Sources<'_>, list: &str, id: &str) -> String {
    fixed_label(list, id, sources.lang).unwrap_or(id).to_owned()
}

/// The special reports; one without its file is not finished.
fn reports(sources: &Sources<'_>, view: &ProjectView) -> Vec<Part> {
    let what = Table::SpecialReports.label(sources.lang);
    let rows = view.each(Table::SpecialReports).map(|row| Part {
        what: what.to_owned(),
        org: row.get(Column::Org).clone(),
        state: row.text(Column::Name).to_owned(),
        date: row.get(Column::Date).clone(),
        said: row.text(Column::Text).to_owned(),
        lacks: row
            .get(Column::Document)
            .is_null()
            .then_some(Package::NotAttached),
    });
    rows.collect()
}

fn papers(sources: &Sources<'_>, view: &ProjectView) -> Vec<Part> {
    let papers = PAPERS.iter().map(|kind| Part {
        what: document_label(kind, sources.lang).to_owned(),
        lacks: (!has_document(view, kind)).then_some(Package::NotAttached),
        ..Part::default()
    });
    papers.collect()
}

/// What the experts said of the report, dimension by dimension, and the grade the hub gave.
fn judged(sources: &Sources<'_>, view: &ProjectView) -> Vec<Part> {
    let profile = sources.ground.profile;
    let contents = &profile.review.report_contents;
    let ids: Vec<_> = contents.iter().map(|content| content.id.as_str()).collect();
    let kind = expert_kind(profile, &ids);
    let reviews = view.each(Table::ProjectReviews);
    let reviews = reviews.filter(|row| row.is(Column::ReviewKind, kind));
    let held: BTreeSet<_> = reviews.map(|row| row.key).collect();
    let mut parts: Vec<_> = contents
        .iter()
        .map(|content| {
            let said = view.last(Table::ReviewContents, |row| {
                held.contains(row.text(Column::Review)) && row.is(Column::Content, &content.id)
            });
            let conclusion = said.map_or("", |row| row.text(Column::Conclusion));
            Part {
                what: content.name_zh.clone(),
                state: label(sources, "conclusion", conclusion),
                said: said.map_or("", |row| row.text(Column::Text)).to_owned(),
                lacks: conclusion.is_empty().then_some(Package::NotReviewed),
                ..Part::default()
            }
        })
        .collect();
    let grade = view.text(Field::MaturityGrade);
    let configured = profile.maturity_grades.get().is_some();
    parts.push(Part {
        what: Field::MaturityGrade.label(sources.lang).to_owned(),
        state: profile.option_label("maturity_grade", grade).to_owned(),
        lacks: (configured && grade.is_empty()).then_some(Package::NotGraded),
        ..Part::default()
    });
    parts
}
