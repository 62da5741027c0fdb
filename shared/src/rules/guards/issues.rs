//! Guards about issues and reports, asked of the ladder of issues: steps at a level, a leader's assessment, what was reported to whom.

use super::{Ask, Guard, Holds, With};
use crate::field::Column;
use crate::rules::acceptance;
use crate::rules::issues::case::Case;
use crate::rules::issues::flow::Tables;
use crate::rules::issues::ladder::{self, Asked};

/// Asks a guard about the issue whose step is being written; without one there is nothing to ask.
pub(super) fn of_an_issue(ask: &Ask<'_>, guard: Guard, with: With<'_>) -> Holds {
    let Some(entry) = ask.entry else {
        return Holds::Met;
    };
    let case = Tables::of(entry.table).and_then(|tables| {
        let issue = entry.reference(Column::Issue)?;
        Case::find(&ask.look.world, entry.project, entry.unit, tables, issue)
    });
    case.map_or(Holds::Met, |case| {
        ladder::test(&case, &Asked::now(entry), guard, with.0)
    })
}

/// An issue was reported to a body, or the results of a finished project to the hub.
pub(super) fn reported_to(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let is_step = ask
        .entry
        .is_some_and(|entry| Tables::of(entry.table).is_some());
    if is_step {
        return of_an_issue(ask, Guard::ReportedTo, with);
    }
    let reported = ask
        .project
        .map(|view| acceptance::evaluation_reported(ask.profile(), view, with.text("to")));
    reported.unwrap_or(Ok(())).into()
}
