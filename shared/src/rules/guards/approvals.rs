//! Guards about approvals, acceptance and what follows it (domain.md 9, 2.F), asked of the rules of those subjects.

use super::papers::open_parts;
use super::words::word;
use super::{Ask, Guard, Holds, Lack, With};
use crate::field::{Column, Table};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::{acceptance, approvals};
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// Asks a rule about the project; without one there is nothing to ask.
fn about(ask: &Ask<'_>, rule: impl FnOnce(&Profile, &ProjectView) -> Result<(), Lack>) -> Holds {
    let asked = ask.project.map(|project| rule(ask.profile(), project));
    asked.unwrap_or(Ok(())).into()
}

pub(super) fn approved(ask: &Ask<'_>, with: With<'_>) -> Holds {
    about(ask, |profile, view| {
        approvals::approved(profile, view, with.text("item"))
    })
}

/// Items a department reviews are opened, whoever they were put to.
pub(super) fn opened(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let profile = ask.profile();
    let lacks = open_parts(ask, Guard::ApprovalsOpened, with).into_iter();
    let lacks = lacks.map(|item| crate::rules::approvals::item_name(profile, item).to_owned());
    Holds::unless(lacks.collect(), || {
        word(&profile.term.lead_unit, "").to_owned()
    })
}

pub(super) fn done_or_tolerated(ask: &Ask<'_>) -> Holds {
    about(ask, approvals::approvals_done_or_tolerated)
}

pub(super) fn commitment(ask: &Ask<'_>) -> Holds {
    ask.entry.map_or(Ok(()), approvals::commitment).into()
}

pub(super) fn acceptance_all(ask: &Ask<'_>, with: With<'_>) -> Holds {
    about(ask, |profile, view| {
        acceptance::acceptance_all(profile, view, &with.texts("items"))
    })
}

pub(super) fn acceptance_by(ask: &Ask<'_>, with: With<'_>) -> Holds {
    about(ask, |_, view| {
        acceptance::acceptance_by(&ask.look.world, view, with.text("by"))
    })
}

pub(super) fn pre_acceptance_passed(ask: &Ask<'_>) -> Holds {
    about(ask, acceptance::pre_acceptance_passed)
}

pub(super) fn applied_to(ask: &Ask<'_>, with: With<'_>) -> Holds {
    // The request itself is the application it asks for.
    let asking = ask.entry.is_some_and(|entry| {
        entry.table == Table::Requests && entry.text(Column::RequestAct) == "acceptance"
    });
    if asking {
        return Holds::Met;
    }
    about(ask, |_, view| {
        acceptance::applied_to(&ask.look.world, view, with.text("to"))
    })
}

pub(super) fn custodian_set(ask: &Ask<'_>) -> Holds {
    about(ask, acceptance::custodian_set)
}

pub(super) fn performance_filled(ask: &Ask<'_>, with: With<'_>) -> Holds {
    about(ask, |_, view| {
        acceptance::performance_filled(view, &with.texts("metrics"))
    })
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
    let concluded = with.text("state") == "concluded";
    about(ask, |profile, view| {
        approvals::four_topic_review(profile, view, &with.texts("topics"), concluded)
    })
}
