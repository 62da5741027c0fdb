//! The pool of money for preliminary work: who asked, who is next, what was paid and what comes back (domain.md 11.1).
//!
//! Units ask in their own papers; only the hub arranges, pays and takes back, in its own notes, so the pool cannot be overdrawn
//! however many ask while apart. [`Account`] is what the notes add up to, [`queue()`] who waits for what and why, `acts` judges
//! the rows, [`owed`] is what must go back once the money a project was helped to apply for arrives (`obligations` lists it).
//!
//! The balance is the opening entry, plus returns, less payments. A payment is told to the unit as an answer to its request, since
//! units do not see the hub's notes.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Profile;
use crate::rules::World;
use crate::time::{Date, Timestamp};

mod acts;
mod queue;
#[cfg(test)]
mod tests;

pub(super) use acts::{judge_answer, judge_arrangement, judge_entry, judge_request};
pub use queue::{Queue, Request, Wait, Waiting, queue, released};

/// What the hub's notes on the pool add up to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The one opening entry, in fen.
    pub opening_fen: Option<i64>,
    /// What the opening entry is made of, by kind of source; the last word on each counts.
    pub parts: BTreeMap<String, i64>,
    /// What can be paid.
    pub balance_fen: i64,
    /// Payments by request.
    pub payments: BTreeMap<RowId, Payment>,
    /// Requests whose payment an officer has prepared for the head to confirm.
    pub prepared: BTreeSet<RowId>,
    /// What each project drew and gave back.
    pub projects: BTreeMap<ProjectId, Drawn>,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// For this project.
    pub project: ProjectId,
    /// How much.
    pub fen: i64,
    /// When.
    pub at: Timestamp,
    /// True once the use of the money was looked at.
    pub is_evaluated: bool,
}

/// What a project drew and gave back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drawn {
    /// Paid to it.
    pub drawn_fen: i64,
    /// Given back by it.
    pub returned_fen: i64,
}

impl Drawn {
    /// What it may still give back.
    #[must_use]
    pub fn outstanding_fen(self) -> i64 {
        self.drawn_fen.saturating_sub(self.returned_fen)
    }
}

impl Account {
    /// Reads the hub's notes.
    #[must_use]
    pub fn of(hub: &Book) -> Self {
        let mut account = Self::default();
        for row in hub.each(Table::PoolEntries) {
            account.add(&row);
        }
        account
    }

    fn add(&mut self, row: &Row<'_>) {
        let fen = row.int(Column::AmountFen).unwrap_or(0);
        match row.text(Column::PoolAct) {
            "open" if self.opening_fen.is_none() => {
                self.opening_fen = Some(fen);
                self.balance_fen = self.balance_fen.saturating_add(fen);
            }
            "breakdown" => {
                self.parts
                    .insert(row.text(Column::PoolSource).to_owned(), fen);
            }
            "prepare" => self.prepared.extend(row.reference(Column::Request)),
            "pay" => {
                let (Some(project), Some(request)) =
                    (row.project(), row.reference(Column::Request))
                else {
                    return;
                };
                self.balance_fen = self.balance_fen.saturating_sub(fen);
                let drawn = self.projects.entry(project).or_default();
                drawn.drawn_fen = drawn.drawn_fen.saturating_add(fen);
                let payment = Payment {
                    project,
                    fen,
                    at: row.at(),
                    is_evaluated: false,
                };
                self.payments.insert(request, payment);
            }
            "give_back" => {
                let Some(project) = row.project() else {
                    return;
                };
                self.balance_fen = self.balance_fen.saturating_add(fen);
                let drawn = self.projects.entry(project).or_default();
                drawn.returned_fen = drawn.returned_fen.saturating_add(fen);
            }
            "evaluate" => {
                let payment = row
                    .reference(Column::Request)
                    .and_then(|request| self.payments.get_mut(&request));
                if let Some(payment) = payment {
                    payment.is_evaluated = true;
                }
            }
            _ => {}
        }
    }

    /// What the breakdown still lacks to sum to the opening entry; zero when it does.
    #[must_use]
    pub fn undivided_fen(&self) -> i64 {
        let parts = self
            .parts
            .values()
            .fold(0i64, |sum, fen| sum.saturating_add(*fen));
        self.opening_fen.unwrap_or(0).saturating_sub(parts)
    }

    /// A payment to the project, made before a moment, whose use nobody has looked at.
    #[must_use]
    pub fn unevaluated(&self, project: ProjectId, before: Timestamp) -> Option<&Payment> {
        self.payments.values().find(|payment| {
            payment.project == project && payment.at < before && !payment.is_evaluated
        })
    }
}

/// What a project drew from the pool and has not given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// How much, in fen.
    pub fen: i64,
    /// The day of the first payment: only money that comes afterwards was helped by it.
    pub since: Date,
}

/// What projects drew up to a moment and have not given back. The hub reads its own notes; a node, which does not see them, the
/// answers its units were given.
#[must_use]
pub fn owed(
    units: &BTreeMap<UnitId, Book>,
    hub: &Book,
    at: Timestamp,
) -> BTreeMap<ProjectId, Owed> {
    let mut owed = BTreeMap::new();
    let mut seen = false;
    for row in hub.each(Table::PoolEntries) {
        seen = true;
        let sign = match row.text(Column::PoolAct) {
            "pay" => 1,
            "give_back" => -1,
            _ => continue,
        };
        if let Some(project) = row.project().filter(|_| row.at() <= at) {
            count(&mut owed, project, sign, &row);
        }
    }
    for book in units.values().filter(|_| !seen) {
        let asked: BTreeMap<&str, ProjectId> = book
            .each(Table::Requests)
            .filter(|row| row.is(Column::RequestAct, "pool"))
            .filter_map(|row| Some((row.key, row.project()?)))
            .collect();
        for answer in book.each(Table::RequestAnswers) {
            let sign = match answer.text(Column::RequestOutcome) {
                "paid" => 1,
                "given_back" => -1,
                _ => continue,
            };
            let project = asked.get(answer.text(Column::Request));
            if let Some(project) = project.filter(|_| answer.at() <= at) {
                count(&mut owed, *project, sign, &answer);
            }
        }
    }
    owed.retain(|_, owed| owed.fen > 0);
    owed
}

fn count(owed: &mut BTreeMap<ProjectId, Owed>, project: ProjectId, sign: i64, row: &Row<'_>) {
    let since = row.at().date();
    let of = owed.entry(project).or_insert(Owed { fen: 0, since });
    let fen = row.int(Column::AmountFen).unwrap_or(0);
    of.fen = of.fen.saturating_add(sign.saturating_mul(fen));
}

/// Units whose planning work was found good: arranged first (domain.md 10.4, RW-WS-1). The last word on a unit counts.
#[must_use]
pub fn merited(hub: &Book) -> BTreeSet<UnitId> {
    let mut units = BTreeSet::new();
    for row in hub.each(Table::Rewards) {
        let unit = row.text(Column::Subject).parse::<UnitId>();
        if let (true, Ok(unit)) = (row.is(Column::RewardKind, "merit"), unit) {
            if row.get(Column::Approved).as_bool() == Some(false) {
                units.remove(&unit);
            } else {
                units.insert(unit);
            }
        }
    }
    units
}

fn clause<'a>(world: &World<'a>) -> &'a str {
    clause_of(world.profile)
}

/// The clause the pool rests on; that of domain.md where the county's rules name none.
#[must_use]
pub fn clause_of(profile: &Profile) -> &str {
    profile.pool.clause.as_deref().unwrap_or("domain 11.1")
}
