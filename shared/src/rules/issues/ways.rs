//! What a person could do with an issue now, and what stands in the way: the engine's own judgement, asked before the act.
//!
//! A screen shows these beside an issue, so that a closed guard is read before it is met. An act the way does not admit from where
//! the issue stands is left out; one that lacks only what its form will carry is open.

use std::collections::BTreeMap;

use crate::command::{Actor, Refusal, Why};
use crate::field::{Column, Table};
use crate::ids::RowId;
use crate::rules::Entry;
use crate::time::Timestamp;
use crate::value::Value;

use super::case::Case;
use super::flow::{IssueAct, is_ruling};

/// Every act a person takes, in the order screens offer them.
const ACTS: [IssueAct; 11] = [
    IssueAct::Listed,
    IssueAct::Assessed,
    IssueAct::Assigned,
    IssueAct::Handling,
    IssueAct::Coordinated,
    IssueAct::Reported,
    IssueAct::Escalated,
    IssueAct::ReportedDone,
    IssueAct::Closed,
    IssueAct::Returned,
    IssueAct::Reopened,
];

/// One act on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The act.
    pub act: IssueAct,
    /// The level it goes to; empty for acts that keep the level.
    pub level: String,
    /// The table its row is written to.
    pub table: Table,
    /// The columns it carries beside the issue, the act and the level.
    pub asks: Vec<Column>,
    /// Why it is not possible now; `None` when it is.
    pub refusal: Option<Refusal>,
}

/// What somebody could do with an issue at a moment.
#[must_use]
pub fn ways(case: &Case<'_>, actor: &Actor, now: Timestamp) -> Vec<Way> {
    let mut found = Vec::new();
    for act in ACTS {
        if act.is_state()
            && !case.flow.order.contains(&act)
            && !matches!(act, IssueAct::Returned | IssueAct::Reopened)
        {
            continue;
        }
        let rungs: Vec<String> = match act {
            IssueAct::Escalated => {
                let above = case.flow.rung(case.level()).map_or(0, |rung| rung + 1);
                case.flow.ladder.iter().skip(above).cloned().collect()
            }
            _ => vec![String::new()],
        };
        found.extend(
            rungs
                .into_iter()
                .filter_map(|level| one(case, actor, now, act, level)),
        );
    }
    found
}

/// One way; `None` when the issue does not stand where the act begins.
fn one(
    case: &Case<'_>,
    actor: &Actor,
    now: Timestamp,
    act: IssueAct,
    level: String,
) -> Option<Way> {
    if !case.flow.admits(case.course.state, act) {
        return None;
    }
    let table = if is_ruling(act) && actor.at_hub {
        case.tables.rulings
    } else {
        case.tables.steps
    };
    let mut set = BTreeMap::from([
        (Column::Issue, Value::from(case.issue.key)),
        (Column::Act, act.id().into()),
    ]);
    if !level.is_empty() {
        set.insert(Column::Level, level.as_str().into());
    }
    let entry = Entry {
        table,
        row: RowId::from_parts(0, [0; 10]),
        project: case.view.map(|view| view.id),
        unit: case.unit,
        set: &set,
        is_new: true,
        actor,
        now,
        on_behalf: false,
    };
    let refusal = match super::may(case, &entry, act) {
        Ok(()) => None,
        Err(refusal) if matches!(refusal.why, Why::WrongState { .. }) => return None,
        Err(refusal) if is_for_the_form(&refusal) => None,
        Err(refusal) => Some(refusal),
    };
    Some(Way {
        act,
        level,
        table,
        asks: asks(act).into(),
        refusal,
    })
}

/// What an act says (domain.md 7.1).
const fn asks(act: IssueAct) -> &'static [Column] {
    match act {
        IssueAct::Assigned => &[
            Column::Org,
            Column::Person,
            Column::Deadline,
            Column::Text,
            Column::Document,
        ],
        IssueAct::Coordinated => &[Column::Outcome, Column::Text, Column::Document],
        IssueAct::Reported => &[
            Column::Addressee,
            Column::Outcome,
            Column::Text,
            Column::Document,
        ],
        IssueAct::Assessed => &[Column::Person, Column::Text, Column::Document],
        _ => &[Column::Text, Column::Document],
    }
}

/// True when only fields are missing, which the form asks for.
fn is_for_the_form(refusal: &Refusal) -> bool {
    matches!(&refusal.why, Why::GateClosed(gate) if gate.guard == "filled")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::ids::ProjectId;
    use crate::rules::issues::flow::Tables;
    use crate::testing::{County, of};

    fn scene(slug: &str) -> (County, ProjectId, RowId, Actor) {
        let mut county = County::new(slug, "2023-03-06");
        let town = county.unit("Town", "township");
        let project = county.project(town);
        let issue = [(Column::Description, Value::from("no land"))];
        let issue = county.put(of(project), Table::Issues, &issue);
        let clerk = county.clerk(town);
        (county, project, issue, clerk)
    }

    fn offered(county: &County, project: ProjectId, issue: RowId, actor: &Actor) -> Vec<Way> {
        let world = county.world();
        let case = Case::find(&world, Some(project), None, Tables::PROJECT, issue);
        ways(&case.unwrap(), actor, county.now)
    }

    /// Takes a way with whatever it asks for.
    fn take(
        county: &mut County,
        project: ProjectId,
        issue: RowId,
        actor: &Actor,
        way: &Way,
    ) -> Result<RowId, Refusal> {
        let mut set = vec![
            (Column::Issue, Value::from(issue.to_string())),
            (Column::Act, way.act.id().into()),
        ];
        if !way.level.is_empty() {
            set.push((Column::Level, way.level.as_str().into()));
        }
        // What is closed is closed whatever the row says.
        let asks = way.asks.iter().filter(|_| way.refusal.is_none());
        for column in asks {
            let value = match column {
                Column::Outcome => "unsolved".to_owned(),
                Column::Addressee => "gov_leader".to_owned(),
                Column::Deadline => "2023-04-01".to_owned(),
                Column::Org => actor.unit.to_string(),
                _ => "said".to_owned(),
            };
            set.push((*column, Value::from(value)));
        }
        county.record(actor, of(project), way.table, &set)
    }

    #[test]
    fn what_is_offered_is_what_the_rules_allow_and_what_is_closed_says_their_refusal() {
        for slug in ["kaizhou", "wushan", "kundulun", "honghe"] {
            let (county, project, issue, clerk) = scene(slug);
            let offers = offered(&county, project, issue, &clerk);
            assert!(offers.iter().any(|way| way.refusal.is_none()), "{slug}");
            for way in offers {
                let (mut county, project, issue, clerk) = scene(slug);
                let taken = take(&mut county, project, issue, &clerk, &way);
                assert_eq!(
                    taken.err(),
                    way.refusal,
                    "{slug} {:?} {}",
                    way.act,
                    way.level
                );
            }
        }
    }

    #[test]
    fn a_level_opens_when_what_it_waits_for_was_done() {
        let (mut county, project, issue, clerk) = scene("kaizhou");
        let up = |county: &County| {
            let offers = offered(county, project, issue, &clerk);
            let up = offers.into_iter().find(|way| way.level == "L2");
            up.unwrap().refusal
        };
        assert!(up(&county).is_some(), "the lead unit has not tried");
        let offers = offered(&county, project, issue, &clerk);
        let tried = offers
            .iter()
            .find(|way| way.act == IssueAct::Coordinated)
            .unwrap()
            .clone();
        take(&mut county, project, issue, &clerk, &tried).unwrap();
        assert_eq!(up(&county), None);
    }

    #[test]
    fn a_township_sees_that_closing_is_the_countys_and_the_county_may() {
        let (county, project, issue, clerk) = scene("kaizhou");
        let closing = |actor: &Actor| {
            let offers = offered(&county, project, issue, actor);
            offers
                .into_iter()
                .find(|way| way.act == IssueAct::Closed)
                .unwrap()
        };
        assert!(matches!(closing(&clerk).refusal.unwrap().why, Why::HubOnly));
        let officer = closing(&county.officer());
        assert_eq!(
            (officer.table, officer.refusal),
            (Table::IssueRulings, None)
        );
    }
}
