//! Guards about what a record holds: eligibility, fields, documents, materials, declarations, regimes.

use super::words::{field_name, label, party, word};
use super::{Ask, Guard, Holds, Lack, With};
use crate::book::Cells;
use crate::field::{Column, Field, FieldPath, Scope, Table};
use crate::profile::{Material, Profile};
use crate::project::ProjectView;
use crate::rules::compiled::package::PAPERS;
use crate::rules::eligibility::{self, Fit};
use crate::rules::subject;
use crate::text::Lang;
use crate::text::fields::fixed_label;
use crate::value::Value;

pub(super) fn eligible(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let programme = with.text("programme");
    let verdict = eligibility::check(ask.look, project, programme, &with.texts("rules"));
    let failed: Vec<_> = verdict
        .rules
        .iter()
        .filter(|rule| rule.outcome.fit != Fit::Fits)
        .collect();
    Holds::when(verdict.fit == Fit::Fits, || {
        let lacks = failed
            .iter()
            .map(|rule| eligibility::words(ask.profile(), rule));
        let from = if verdict.fit == Fit::Open {
            party(ask.profile(), programme, "hub").to_owned()
        } else {
            String::new()
        };
        let missing = failed.iter().flat_map(|rule| rule.outcome.missing.clone());
        Lack {
            missing: missing.collect(),
            open: verdict.fit == Fit::Open,
            ..Lack::of(lacks, from)
        }
    })
}

pub(super) fn investment_kind_is(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let (asked, kind) = (
        with.text("kind"),
        ask.project.map(|p| p.text(Field::InvestmentKind)),
    );
    Holds::when(kind.is_none_or(|kind| kind == asked), || Lack {
        missing: vec![FieldPath::once(Field::InvestmentKind)],
        open: kind == Some(""),
        ..Lack::of(
            [fixed_label("investment_kind", asked, Lang::Zh)
                .unwrap_or(asked)
                .to_owned()],
            String::new(),
        )
    })
}

pub(super) fn filled(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let fields = with.texts("fields");
    let empty: Vec<_> = fields
        .into_iter()
        .filter(|id| !is_filled(ask, id))
        .collect();
    Holds::when(empty.is_empty(), || {
        let year = ask.look.plan_year();
        let paths = empty.iter().filter_map(|id| path_of(id, year));
        let paths: Vec<_> = paths.collect();
        // A path has its own label in the refusal; tables and columns are named here.
        let named = empty.iter().filter(|id| path_of(id, year).is_none());
        Lack {
            missing: paths,
            ..Lack::of(named.map(|id| field_name(id)), String::new())
        }
    })
}

fn path_of(id: &str, year: i16) -> Option<FieldPath> {
    FieldPath::of_year(Field::from_id(id)?, year)
}

/// True when a field, a table, every cell of a column, or a column of the issue in question holds something.
fn is_filled(ask: &Ask<'_>, id: &str) -> bool {
    if let (Some(entry), Some(column)) = (ask.entry, Column::from_id(id))
        && Field::from_id(id).is_none()
    {
        let issue = entry.reference(Column::Issue);
        let row = issue.and_then(|issue| ask.project?.row(Table::Issues, issue));
        // A hand-over may bring responsible unit and deadline with it.
        let with_it = match column {
            Column::ResponsibleUnit => entry.get(Column::Org),
            Column::ResponsiblePerson => entry.get(Column::Person),
            other => entry.get(other),
        };
        return !with_it.is_null() || row.is_some_and(|row| !row.get(column).is_null());
    }
    let Some(project) = ask.project else {
        return true;
    };
    if let Some(field) = Field::from_id(id) {
        let year = ask.look.plan_year();
        return match field.scope() {
            Scope::Once => !project.once(field).is_null(),
            Scope::Year => !project.year(year, field).is_null() || says_category(ask, field),
            Scope::Month => (1..=12)
                .filter_map(|month| crate::time::Month::new(year, month))
                .any(|month| !project.month(month, field).is_null()),
        };
    }
    if let Some(table) = Table::from_id(id) {
        return project.each(table).next().is_some();
    }
    let cell = id.split_once('/');
    let cell = cell.and_then(|(table, column)| {
        let table = Table::from_id(table)?;
        Some((table, table.column(column)?))
    });
    cell.is_some_and(|(table, column)| {
        let mut rows = project.each(table).peekable();
        rows.peek().is_some() && rows.all(|row| !row.get(column).is_null())
    })
}

/// A nomination proposes the category of the year, which the hub confirms.
fn says_category(ask: &Ask<'_>, field: Field) -> bool {
    let kept_in = ask.profile().year_category.as_ref();
    let is_category = kept_in.is_some_and(|category| category.field == field.id());
    is_category
        && ask
            .entry
            .is_some_and(|entry| !entry.text(Column::Category).is_empty())
}

/// The documents whose content the record itself can hold.
pub(crate) const KEPT: &[&str] = &[
    "push_plan_doc",
    "work_list",
    "push_ledger",
    "legal_entity_doc",
    "review_minutes",
    "decision_procedure_doc",
    "special_reports",
];

/// True when a document of this kind is attached, or the record holds what would stand in it.
pub(crate) fn has_document(project: &ProjectView, kind: &str) -> bool {
    let mut attached = project.each(Table::Attachments);
    attached.any(|row| row.is(Column::About, kind)) || is_kept(project, kind)
}

/// True when the record itself holds what would stand in a document of this kind.
pub(crate) fn is_kept(project: &ProjectView, kind: &str) -> bool {
    match kind {
        "push_plan_doc" => project.each(Table::PushPlans).next().is_some(),
        "work_list" => {
            let mut plans = project.each(Table::PushPlans);
            plans.any(|plan| !plan.text(Column::WorkList).is_empty())
        }
        "push_ledger" => project.each(Table::Halves).next().is_some(),
        "legal_entity_doc" => !project.once(Field::OwnerLegalDoc).is_null(),
        "review_minutes" => {
            let mut reviews = project.each(Table::ProjectReviews);
            reviews.any(|review| {
                review.is(Column::ReviewKind, "joint") && !review.text(Column::Text).is_empty()
            })
        }
        "special_reports" => {
            let mut reports = project.each(Table::SpecialReports).peekable();
            reports.peek().is_some() && reports.all(|row| !row.get(Column::Document).is_null())
        }
        "decision_procedure_doc" => {
            let mut reviews = project.each(Table::ProjectReviews);
            reviews.any(|review| review.is(Column::ReviewKind, "decision_procedure"))
        }
        _ => false,
    }
}

pub(super) fn doc(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let open = open_parts(ask, Guard::Doc, with).into_iter();
    let lacks = open
        .map(|kind| document_name(ask.profile(), kind))
        .collect();
    Holds::unless(lacks, || owner(ask.profile()))
}

/// The parts of a guard that are open for the project in question; none without one.
pub(super) fn open_parts<'p>(ask: &Ask<'_>, guard: Guard, with: With<'p>) -> Vec<&'p str> {
    let project = ask.project;
    let open = project.and_then(|project| subject::open_parts(ask.profile(), guard, with, project));
    open.unwrap_or_default()
}

/// What a kind of document is called: as the county's materials or grades name it.
fn document_name(profile: &Profile, kind: &str) -> String {
    let mut materials = profile.materials.iter();
    let material =
        materials.find(|material| material.alternatives.iter().any(|known| known == kind));
    material.map_or_else(
        || crate::text::guard::document_label(kind, Lang::Zh).to_owned(),
        |m| m.name_zh.clone(),
    )
}

fn owner(profile: &Profile) -> String {
    word(&profile.term.owner, "").to_owned()
}

pub(super) fn doc_for_grade(ask: &Ask<'_>) -> Holds {
    let profile = ask.profile();
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let wanted = ask.entry.map_or("", |entry| entry.text(Column::Grade));
    let wanted = if wanted.is_empty() {
        project.text(Field::ReserveGrade)
    } else {
        wanted
    };
    let Some(grade) = profile
        .reserve_grades
        .iter()
        .find(|grade| grade.id == wanted)
    else {
        return Holds::Unmet(Lack {
            missing: vec![FieldPath::once(Field::ReserveGrade)],
            ..Lack::default()
        });
    };
    Holds::when(has_document(project, &grade.document), || {
        let document = crate::text::guard::document_label(&grade.document, Lang::Zh);
        Lack::of(
            [format!("{} \u{2192} {document}", grade.name_zh)],
            owner(profile),
        )
    })
}

pub(super) fn materials(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let profile = ask.profile();
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let wanted = with.texts("materials");
    let asked = profile
        .materials
        .iter()
        .filter(|material| wanted.contains(&material.id.as_str()));
    let mut missing = Vec::new();
    let lacks = asked
        .filter(|material| applies(ask, project, material))
        .filter(|material| !is_there(ask, project, material, &mut missing))
        .map(|material| material.name_zh.clone())
        .collect();
    match Holds::unless(lacks, || owner(profile)) {
        Holds::Unmet(lack) => Holds::Unmet(Lack { missing, ..lack }),
        held => held,
    }
}

fn applies(ask: &Ask<'_>, project: &ProjectView, material: &Material) -> bool {
    let when = material.when.as_ref();
    when.is_none_or(|when| eligibility::holds(ask.look, project, when).fit == Fit::Fits)
}

/// A paper is there when one of its alternatives is attached, or when it is made of fields and all are filled.
fn is_there(
    ask: &Ask<'_>,
    project: &ProjectView,
    material: &Material,
    missing: &mut Vec<FieldPath>,
) -> bool {
    let attached = material
        .alternatives
        .iter()
        .any(|kind| has_document(project, kind));
    if attached {
        return true;
    }
    if material.fields.is_empty() {
        return false;
    }
    let empty = material.fields.iter().filter(|id| !is_filled(ask, id));
    let before = missing.len();
    let mut all = true;
    for id in empty {
        all = false;
        missing.extend(path_of(id, ask.look.plan_year()));
    }
    all && before == missing.len()
}

pub(super) fn package_complete(ask: &Ask<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let lacks = PAPERS.iter().filter(|kind| !has_document(project, kind));
    let lacks = lacks
        .map(|kind| document_name(ask.profile(), kind))
        .collect();
    Holds::unless(lacks, || owner(ask.profile()))
}

pub(super) fn declared(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let what = with.text("what");
    let declared = ask.project.is_none_or(|project| {
        let mut papers = project.each(Table::Declarations);
        let field = what == "no_hidden_debt"
            && project.once(Field::NoHiddenDebtDeclaration) == &Value::Bool(true);
        field || papers.any(|paper| paper.is(Column::Declaration, what))
    });
    Holds::when(declared, || {
        let name = fixed_label("declaration", what, Lang::Zh).unwrap_or(what);
        Lack::of([name.to_owned()], owner(ask.profile()))
    })
}

pub(super) fn regimes_recorded(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let open = open_parts(ask, Guard::RegimesRecorded, with).into_iter();
    let lacks = open
        .map(|regime| {
            fixed_label("regime", regime, Lang::Zh)
                .unwrap_or(regime)
                .to_owned()
        })
        .collect();
    Holds::unless(lacks, || word(&ask.profile().term.lead_unit, "").to_owned())
}

/// The name of an enumerated content, for other guards.
pub(super) fn content_name<'a>(profile: &'a Profile, id: &'a str) -> &'a str {
    let own = label(&profile.review.contents, id);
    if own == id {
        label(&profile.review.report_contents, id)
    } else {
        own
    }
}
