//! Guards about approvals, acceptance and what follows it: the plain reading of their rows (domain.md 9, 2.F).

use std::collections::BTreeMap;

use super::words::{label, party, word};
use super::{Ask, Holds, Lack, With, is_body, is_part};
use crate::book::{Cells, Row};
use crate::field::{Column, Table};
use crate::project::ProjectView;
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// The last deciding step of every approval of a project, by the approval's row.
fn last_steps(project: &ProjectView) -> BTreeMap<&str, &str> {
    let deciding = |act: &&str| {
        !matches!(
            *act,
            "note" | "upward" | "notice" | "supplement" | "technical"
        )
    };
    project
        .each(Table::ApprovalSteps)
        .map(|step| (step.text(Column::Approval), step.text(Column::ApprovalAct)))
        .filter(|(_, act)| deciding(act))
        .collect()
}

/// True when an item of the profile is approved for the project.
pub(crate) fn is_approved(project: &ProjectView, item: &str) -> bool {
    let last = last_steps(project);
    let mut approvals = project.each(Table::Approvals);
    approvals.any(|row| row.is(Column::ApprovalItem, item) && last.get(row.key) == Some(&"approve"))
}

pub(super) fn approved(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let item = with.text("item");
    let met = ask.project.is_none_or(|project| is_approved(project, item));
    Holds::when(met, || Lack::of([item_name(ask, item)], String::new()))
}

fn item_name(ask: &Ask<'_>, item: &str) -> String {
    let mut items = ask.profile().approvals.items.iter();
    let known = items.find(|known| known.id == item);
    known.map_or_else(|| item.to_owned(), |known| known.name_zh.clone())
}

pub(super) fn done_or_tolerated(ask: &Ask<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let last = last_steps(project);
    let done = |row: &Row<'_>| {
        let act = last.get(row.key).copied().unwrap_or("");
        matches!(
            act,
            "approve" | "not_applicable" | "accept_tolerated" | "promise_kept"
        )
    };
    let open = project.each(Table::Approvals).filter(|row| !done(row));
    let lacks = open
        .map(|row| item_name(ask, row.text(Column::ApprovalItem)))
        .collect();
    Holds::unless(lacks, String::new)
}

pub(super) fn commitment(ask: &Ask<'_>) -> Holds {
    let needed = [Column::Papers, Column::Due];
    let empty = needed
        .iter()
        .filter(|column| ask.entry.is_some_and(|entry| entry.get(**column).is_null()));
    let lacks = empty
        .map(|column| column.label(Lang::Zh).to_owned())
        .collect();
    Holds::unless(lacks, || word(&ask.profile().term.owner, "").to_owned())
}

/// The last result of an acceptance item.
fn acceptance<'a>(project: &'a ProjectView, item: &str) -> Option<Row<'a>> {
    let result = |row: &Row<'_>| {
        row.is(Column::AcceptanceItem, item) && !row.is(Column::AcceptanceAct, "apply")
    };
    project.last(Table::AcceptanceSteps, result)
}

pub(super) fn acceptance_all(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let done = |item: &str| {
        acceptance(project, item).is_some_and(|row| match row.text(Column::AcceptanceAct) {
            "pass" => true,
            "not_applicable" => !row.text(Column::Reason).is_empty(),
            _ => false,
        })
    };
    let items = with.texts("items");
    let open = items.iter().filter(|item| !done(item));
    let names = &ask.profile().acceptance.items;
    let lacks = open
        .map(|item| {
            let known = names.iter().find(|known| known.id == **item);
            known.map_or_else(|| (*item).to_owned(), |known| known.name_zh.clone())
        })
        .collect();
    Holds::unless(lacks, String::new)
}

pub(super) fn acceptance_by(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let by = with.text("by");
    let world = &ask.look.world;
    let passed = ask.project.is_none_or(|project| {
        project.each(Table::AcceptanceSteps).any(|row| {
            let org = row.text(Column::Org);
            row.is(Column::AcceptanceAct, "pass")
                && (is_body(world, org, by) || !org.is_empty() && is_part(world, by))
        })
    });
    Holds::when(passed, || {
        let name = party(ask.profile(), "", by).to_owned();
        Lack::of([name.clone()], name)
    })
}

pub(super) fn pre_acceptance_passed(ask: &Ask<'_>) -> Holds {
    let passed = ask.project.is_none_or(|project| {
        let pre = |row: &Row<'_>| row.is(Column::ReviewKind, "pre_acceptance");
        let last = project.last(Table::ProjectReviews, pre);
        last.is_some_and(|row| row.is(Column::ReviewOutcome, "passed"))
    });
    Holds::when(passed, || {
        let name = fixed_label("review_kind", "pre_acceptance", Lang::Zh).unwrap_or("");
        Lack::of(
            [name.to_owned()],
            word(&ask.profile().term.hub, "").to_owned(),
        )
    })
}

pub(super) fn applied_to(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let asking = ask.entry.is_some_and(|entry| {
        entry.table == Table::Requests && entry.text(Column::RequestAct) == "acceptance"
    });
    let requested = ask.look.world.units.values().any(|book| {
        book.each(Table::Requests).any(|row| {
            row.is(Column::RequestAct, "acceptance") && row.project() == Some(project.id)
        })
    });
    let step = || {
        let mut steps = project.each(Table::AcceptanceSteps);
        steps.any(|row| row.is(Column::AcceptanceAct, "apply"))
    };
    Holds::when(asking || requested || step(), || {
        let to = party(ask.profile(), "", with.text("to")).to_owned();
        Lack::of([to], word(&ask.profile().term.owner, "").to_owned())
    })
}

pub(super) fn custodian_set(ask: &Ask<'_>) -> Holds {
    let set = ask
        .project
        .is_none_or(|project| project.each(Table::Custodians).next().is_some());
    Holds::when(set, || {
        let name = Table::Custodians.label(Lang::Zh).to_owned();
        Lack::of([name], word(&ask.profile().term.owner, "").to_owned())
    })
}

pub(super) fn performance_filled(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let filled = |metric: &str| {
        let mut rows = project.each(Table::Performance);
        rows.any(|row| row.is(Column::Metric, metric) && !row.text(Column::Measure).is_empty())
    };
    let metrics = with.texts("metrics");
    let open = metrics.iter().filter(|metric| !filled(metric));
    let lacks = open
        .map(|metric| {
            fixed_label("performance_metric", metric, Lang::Zh)
                .unwrap_or(metric)
                .to_owned()
        })
        .collect();
    Holds::unless(lacks, || word(&ask.profile().term.owner, "").to_owned())
}

pub(super) fn decision_procedure(ask: &Ask<'_>) -> Holds {
    let there = ask
        .project
        .is_none_or(|project| super::has_document(project, "decision_procedure_doc"));
    Holds::when(there, || {
        let name = fixed_label("review_kind", "decision_procedure", Lang::Zh).unwrap_or("");
        Lack::of(
            [name.to_owned()],
            word(&ask.profile().term.owner, "").to_owned(),
        )
    })
}

/// The review of enterprise investment: each topic opened, or each concluded.
pub(super) fn four_topics(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let concluded = with.text("state") == "concluded";
    let topics = with.texts("topics");
    let items = &ask.profile().approvals.items;
    let topics: Vec<&str> = if topics.is_empty() {
        let reviewed = items.iter().filter(|item| item.enterprise_review);
        reviewed.map(|item| item.id.as_str()).collect()
    } else {
        topics
    };
    let reviews: Vec<_> = project
        .each(Table::ProjectReviews)
        .filter(|row| row.is(Column::ReviewKind, "four_topic"))
        .collect();
    let whole = reviews.iter().any(|row| {
        !concluded
            || matches!(
                row.text(Column::ReviewOutcome),
                "passed" | "passed_after_change" | "concluded"
            )
    });
    let last = last_steps(project);
    let one = |topic: &str| {
        let approval = project
            .each(Table::Approvals)
            .filter(|row| row.is(Column::ApprovalItem, topic))
            .last();
        let by_step = approval.is_some_and(|row| {
            !concluded
                || matches!(
                    last.get(row.key).copied(),
                    Some("approve" | "not_applicable")
                )
        });
        let by_content = project.each(Table::ReviewContents).any(|row| {
            row.is(Column::Content, topic)
                && reviews
                    .iter()
                    .any(|review| row.is(Column::Review, review.key))
                && (!concluded || !row.get(Column::Conclusion).is_null())
        });
        by_step || by_content
    };
    let open = topics.iter().filter(|topic| !whole && !one(topic));
    let mut lacks: Vec<_> = open.map(|topic| item_name(ask, topic)).collect();
    if topics.is_empty() && !whole {
        lacks.push(
            label(
                &[],
                fixed_label("review_kind", "four_topic", Lang::Zh).unwrap_or(""),
            )
            .to_owned(),
        );
    }
    Holds::unless(lacks, String::new)
}
