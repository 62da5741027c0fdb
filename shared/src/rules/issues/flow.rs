//! The states of an issue and the ways between them (domain.md 7.2): which step may follow which, and where a chain of steps stands.
//!
//! Steps are rows that only ever add. [`replay`] puts those of one issue in the order of their chain and lets each take effect if the
//! way admits it; one that a merge made invalid (an escalation after closing) stays and is marked with the rule (未生效).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::book::{Cells, Row};
use crate::field::{Column, Table};
use crate::ids::RowId;
use crate::profile::Profile;

macro_rules! acts {
    ($($variant:ident $id:literal $doc:literal;)*) => {
        /// What one step does with an issue: sets a state, or records something on the way.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum IssueAct { $(#[doc = $doc] $variant),* }

        impl IssueAct {
            /// The act's id in documents.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// The act with this id.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

acts! {
    Found "found" "It is there.";
    Listed "listed" "It stands on the list of issues.";
    Assessed "assessed" "The leader has assessed it.";
    Assigned "assigned" "It is handed over.";
    Handling "handling" "The unit works on it.";
    ReportedDone "reported_done" "The unit reports it done.";
    Closed "closed" "It is closed.";
    Returned "returned" "The closer returned the report.";
    Reopened "reopened" "The closer opened it again.";
    Coordinated "coordinated" "Somebody tried to solve it at his level, with an outcome; no state.";
    Escalated "escalated" "It goes up to a level; no state.";
    Reported "reported" "It was reported to somebody for dispatch, with an outcome; no state.";
}

impl IssueAct {
    /// True for acts that set a state.
    #[must_use]
    pub const fn is_state(self) -> bool {
        !matches!(self, Self::Coordinated | Self::Escalated | Self::Reported)
    }
}

/// The tables in which issues of one kind of document and their steps stand.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// The issues.
    pub issues: Table,
    /// Steps of units.
    pub steps: Table,
    /// Steps of the county's side.
    pub rulings: Table,
}

impl Tables {
    /// Issues of a project.
    pub const PROJECT: Self = Self {
        issues: Table::Issues,
        steps: Table::IssueSteps,
        rulings: Table::IssueRulings,
    };
    /// Issues of a unit that concern no project.
    pub const UNIT: Self = Self {
        issues: Table::UnitIssues,
        steps: Table::UnitIssueSteps,
        rulings: Table::UnitIssueRulings,
    };

    /// The tables a table belongs to.
    #[must_use]
    pub const fn of(table: Table) -> Option<Self> {
        match table {
            Table::Issues | Table::IssueSteps | Table::IssueRulings => Some(Self::PROJECT),
            Table::UnitIssues | Table::UnitIssueSteps | Table::UnitIssueRulings => Some(Self::UNIT),
            _ => None,
        }
    }
}

/// The way an issue goes under a county's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// True: no state of the way may be left out.
    pub strict: bool,
    /// The states of the way, first to last.
    pub order: Vec<IssueAct>,
    /// Levels of the ladder, lowest first; empty: any may be named.
    pub ladder: Vec<String>,
    /// The clause the order rests on.
    pub rule: String,
}

/// The rule of domain.md that orders the states where the source gives none.
const ORDER: &str = "domain 7.2";

impl Flow {
    /// The way that leaves most open, for readers without a profile: only closing and opening again are ordered.
    #[must_use]
    pub fn open() -> Self {
        let all = [
            IssueAct::Found,
            IssueAct::Listed,
            IssueAct::Assessed,
            IssueAct::Assigned,
            IssueAct::Handling,
            IssueAct::ReportedDone,
            IssueAct::Closed,
        ];
        Self {
            strict: false,
            order: all.into(),
            ladder: Vec::new(),
            rule: ORDER.to_owned(),
        }
    }

    /// The way of an issue: `assessed` when a leader has to assess it, `programme` for its ladder.
    #[must_use]
    pub fn of(profile: &Profile, programme: &str, assessed: bool) -> Self {
        let flow = &profile.issue;
        let states = flow.workflow.iter();
        let order = states
            .filter_map(|state| IssueAct::from_id(&state.id))
            .filter(|act| !matches!(act, IssueAct::Returned | IssueAct::Reopened))
            .filter(|act| assessed || *act != IssueAct::Assessed)
            .collect();
        let levels: Vec<_> = flow.ladder(programme).collect();
        let clause = levels.first().map(|level| level.clause.as_str());
        let rule = clause.filter(|_| flow.strict_order).unwrap_or(ORDER);
        Self {
            strict: flow.strict_order,
            order,
            ladder: levels.iter().map(|level| level.id.clone()).collect(),
            rule: rule.to_owned(),
        }
    }

    /// Where a level stands on the ladder, 0 for the lowest.
    #[must_use]
    pub fn rung(&self, level: &str) -> Option<usize> {
        self.ladder.iter().position(|rung| rung == level)
    }

    /// True when an act may follow in this state.
    #[must_use]
    pub fn admits(&self, state: IssueAct, act: IssueAct) -> bool {
        match act {
            IssueAct::Coordinated | IssueAct::Escalated | IssueAct::Reported => {
                state != IssueAct::Closed
            }
            IssueAct::Returned if self.strict => state == IssueAct::ReportedDone,
            IssueAct::Returned => matches!(
                state,
                IssueAct::Assigned | IssueAct::Handling | IssueAct::ReportedDone
            ),
            IssueAct::Reopened => state == IssueAct::Closed,
            act => self.leads_on(state, act),
        }
    }

    fn leads_on(&self, state: IssueAct, act: IssueAct) -> bool {
        let place = |act| self.order.iter().position(|state| *state == act);
        let Some(to) = place(act) else {
            return false;
        };
        match state {
            IssueAct::Closed => false,
            // What comes back starts again with those who handle it.
            IssueAct::Returned | IssueAct::Reopened if self.strict => {
                matches!(act, IssueAct::Assigned | IssueAct::Handling)
            }
            IssueAct::Returned | IssueAct::Reopened => {
                place(IssueAct::Assigned).is_none_or(|assigned| to >= assigned)
            }
            state if self.strict => place(state).is_some_and(|from| to == from + 1),
            IssueAct::Assigned | IssueAct::Handling if act == IssueAct::Assigned => true,
            state => place(state).is_none_or(|from| to > from),
        }
    }
}

/// One step of an issue.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// Its row.
    pub row: Row<'a>,
    /// What it does; `None` for an act of a newer version, which takes no effect here.
    pub act: Option<IssueAct>,
    /// Why it has no effect: the rule it breaks where it stands now.
    pub void: Option<String>,
}

impl Step<'_> {
    /// True when it took effect.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.void.is_none() && self.act.is_some()
    }
}

/// All steps of one issue, in order, and where it stands.
#[derive(Debug, Clone)]
pub struct Course<'a> {
    /// The steps, first to last.
    pub steps: Vec<Step<'a>>,
    /// The state it is in.
    pub state: IssueAct,
    /// The level it was raised to, empty before the first escalation.
    pub level: &'a str,
}

impl<'a> Course<'a> {
    /// The steps that took effect and do this, first to last.
    pub fn done(&self, act: IssueAct) -> impl DoubleEndedIterator<Item = &Row<'a>> {
        let steps = self.steps.iter();
        steps
            .filter(move |step| step.counts() && step.act == Some(act))
            .map(|step| &step.row)
    }

    /// The last step.
    #[must_use]
    pub fn last(&self) -> Option<&Row<'a>> {
        self.steps.last().map(|step| &step.row)
    }
}

/// The steps of every issue that has one, in the order of writing.
#[must_use]
pub fn steps_by_issue<'a, V: Cells>(
    cells: &'a V,
    tables: Tables,
) -> BTreeMap<&'a str, Vec<Row<'a>>> {
    let mut found: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in cells.each(tables.steps).chain(cells.each(tables.rulings)) {
        // What only the county's side may write counts only there.
        let act = IssueAct::from_id(row.text(Column::Act));
        if row.table == tables.steps && act.is_some_and(is_ruling) {
            continue;
        }
        found.entry(row.text(Column::Issue)).or_default().push(row);
    }
    found
}

/// Acts that stand on the county's side alone, so that no unit can close its own issue.
#[must_use]
pub const fn is_ruling(act: IssueAct) -> bool {
    matches!(
        act,
        IssueAct::Assessed
            | IssueAct::Assigned
            | IssueAct::Closed
            | IssueAct::Returned
            | IssueAct::Reopened
    )
}

/// Lets the steps of one issue take effect, one after the other.
#[must_use]
pub fn replay<'a>(flow: &Flow, rows: Vec<Row<'a>>) -> Course<'a> {
    let mut at = Place::start();
    let mut steps = Vec::new();
    for row in in_order(rows) {
        let act = IssueAct::from_id(row.text(Column::Act));
        let takes_effect = at.take(flow, act, row.text(Column::Level));
        let void = (!takes_effect).then(|| flow.rule.clone());
        steps.push(Step { row, act, void });
    }
    Course {
        steps,
        state: at.state,
        level: at.level,
    }
}

/// A step as it is kept where its row is not: what it does, to which level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Where it stands.
    pub table: Table,
    /// Its row.
    pub row: RowId,
    /// The id of its act.
    pub act: String,
    /// The level it names.
    pub level: String,
}

/// Steps of an issue, in their order, as they are kept.
#[must_use]
pub fn taken(rows: Vec<Row<'_>>) -> Vec<Taken> {
    let rows = in_order(rows).into_iter();
    let kept = rows.filter_map(|row| {
        Some(Taken {
            table: row.table,
            row: row.id()?,
            act: row.text(Column::Act).to_owned(),
            level: row.text(Column::Level).to_owned(),
        })
    });
    kept.collect()
}

/// The kept steps that take no effect.
#[must_use]
pub fn without_effect<'t>(flow: &Flow, steps: &'t [Taken]) -> Vec<&'t Taken> {
    let mut at = Place::start();
    let void = steps.iter().filter(|step| {
        let act = IssueAct::from_id(&step.act);
        !at.take(flow, act, &step.level)
    });
    void.collect()
}

/// Where an issue stands between two steps.
struct Place<'a> {
    begun: bool,
    state: IssueAct,
    level: &'a str,
}

impl<'a> Place<'a> {
    const fn start() -> Self {
        Self {
            begun: false,
            state: IssueAct::Found,
            level: "",
        }
    }

    /// Lets a step take effect; false when it cannot. An act of a newer version changes nothing.
    fn take(&mut self, flow: &Flow, act: Option<IssueAct>, level: &'a str) -> bool {
        let is_first = !std::mem::replace(&mut self.begun, true);
        let Some(act) = act else { return true };
        let to = flow.rung(level);
        let goes_up = flow.ladder.is_empty() || to.is_some() && to > flow.rung(self.level);
        let may = is_first && act == IssueAct::Found || flow.admits(self.state, act);
        if !may || act == IssueAct::Escalated && !goes_up {
            return false;
        }
        match act {
            IssueAct::Escalated => self.level = level,
            act if act.is_state() => self.state = act,
            _ => {}
        }
        true
    }
}

/// The steps in the order of their chain: each after the one it follows, else by time of writing.
#[must_use]
pub fn in_order<'a>(rows: Vec<Row<'a>>) -> Vec<Row<'a>> {
    if rows.len() < 2 {
        return rows;
    }
    let by_key: BTreeMap<&'a str, &'a str> = rows
        .iter()
        .map(|row| (row.key, row.text(Column::Follows)))
        .collect();
    // A step is at least as late as every step before it in its chain, whatever its writer's clock said.
    let place = |row: &Row<'a>| {
        let (mut latest, mut depth, mut at) = (row.key, 0usize, row.key);
        while let Some(before) = by_key.get(at).filter(|_| depth <= by_key.len()) {
            if by_key.contains_key(before) {
                latest = latest.max(*before);
                depth += 1;
            }
            at = before;
        }
        (latest, depth, row.key)
    };
    let mut placed: Vec<_> = rows.into_iter().map(|row| (place(&row), row)).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, row)| row).collect()
}
