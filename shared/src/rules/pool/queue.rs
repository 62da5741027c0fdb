//! Who waits for the pool's money, in which order, and for what (domain.md 11.1, algorithm A-22).

use std::collections::{BTreeMap, BTreeSet};

use super::{Account, merited};
use crate::book::Cells as _;
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::eligibility::{self, Fit};
use crate::rules::{Look, requests};
use crate::time::{Date, Timestamp};

/// One request for the pool's money, with what decides its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The row in the unit's papers.
    pub row: RowId,
    /// Who asks.
    pub unit: UnitId,
    /// For which project.
    pub project: ProjectId,
    /// How much.
    pub fen: i64,
    /// When it was asked.
    pub filed_at: Timestamp,
    /// True when the project is one of those that come first.
    pub is_first: bool,
    /// True when the unit's planning work was found good.
    pub has_merit: bool,
    /// When the approval that releases the payment was given.
    pub approved: Option<Date>,
}

/// What a request waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// For the hub to arrange it.
    Arrangement,
    /// For the record of how an earlier payment to the project was used.
    Evaluation,
    /// For the approval that releases the payment.
    Approval,
    /// For nothing: it is to be paid now.
    Next,
    /// For so many fen more than the pool holds.
    Money {
        /// What is missing.
        missing_fen: i64,
    },
    /// For the request before it.
    Behind(RowId),
}

/// A request and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The request.
    pub request: Request,
    /// What for.
    pub wait: Wait,
    /// True once an officer prepared its payment for the head to confirm.
    pub is_prepared: bool,
}

/// Everybody who waits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    /// Not arranged yet, in the order in which they are to be arranged.
    pub arranging: Vec<Waiting>,
    /// Arranged, in the order of payment.
    pub paying: Vec<Waiting>,
}

impl Queue {
    /// The request that is to be paid now.
    #[must_use]
    pub fn next(&self) -> Option<&Request> {
        let mut waiting = self.paying.iter();
        waiting
            .find(|waiting| waiting.wait == Wait::Next)
            .map(|waiting| &waiting.request)
    }

    /// A request that waits, arranged or not.
    #[must_use]
    pub fn find(&self, row: RowId) -> Option<&Waiting> {
        let mut all = self.arranging.iter().chain(&self.paying);
        all.find(|waiting| waiting.request.row == row)
    }
}

/// Everybody who waits for the pool's money, and for what.
#[must_use]
pub fn queue(look: &Look<'_>, account: &Account) -> Queue {
    let world = &look.world;
    let arranged: BTreeSet<RowId> = world
        .hub
        .each(Table::PoolArrangements)
        .filter_map(|row| row.reference(Column::Request))
        .collect();
    let mut queue = Queue::default();
    for request in open_requests(look, account) {
        let is_arranged = arranged.contains(&request.row);
        let earlier = account.unevaluated(request.project, request.filed_at);
        let wait = match (is_arranged, earlier) {
            (_, Some(_)) => Wait::Evaluation,
            (false, None) => Wait::Arrangement,
            (true, None) => Wait::Approval,
        };
        let to = if is_arranged {
            &mut queue.paying
        } else {
            &mut queue.arranging
        };
        let is_prepared = account.prepared.contains(&request.row);
        to.push(Waiting {
            request,
            wait,
            is_prepared,
        });
    }
    queue.arranging.sort_by_key(|waiting| {
        let request = &waiting.request;
        let ranks = (!request.is_first, !request.has_merit);
        (ranks, request.filed_at, request.row)
    });
    // Approved ones before those that are not; among them the priority, then the day of the approval.
    queue.paying.sort_by_key(|waiting| {
        let request = &waiting.request;
        let released = waiting.wait == Wait::Approval && request.approved.is_some();
        let ranks = (!released, !request.is_first);
        (ranks, request.approved, request.project, request.row)
    });
    let strict = world.profile.pool.strict_queue != Some(false);
    let mut head = None;
    for waiting in &mut queue.paying {
        if waiting.wait != Wait::Approval || waiting.request.approved.is_none() {
            continue;
        }
        let missing_fen = waiting.request.fen.saturating_sub(account.balance_fen);
        waiting.wait = match head {
            Some(before) if strict || missing_fen <= 0 => Wait::Behind(before),
            None if missing_fen <= 0 => {
                head = Some(waiting.request.row);
                Wait::Next
            }
            _ => {
                if strict {
                    head = Some(waiting.request.row);
                }
                Wait::Money { missing_fen }
            }
        };
    }
    queue
}

/// Requests that were neither refused nor paid.
fn open_requests(look: &Look<'_>, account: &Account) -> Vec<Request> {
    let world = &look.world;
    let merits = merited(world.hub);
    let mut requests = Vec::new();
    for (unit, book) in world.units {
        let refused: BTreeSet<&str> = book
            .each(Table::RequestAnswers)
            .filter(|row| row.is(Column::RequestOutcome, "refused"))
            .map(|row| row.text(Column::Request))
            .collect();
        for row in book.each(Table::Requests) {
            let open = row.is(Column::RequestAct, "pool") && !refused.contains(row.key);
            let (true, Some(id), Some(project)) = (open, row.id(), row.project()) else {
                continue;
            };
            if account.payments.contains_key(&id) {
                continue;
            }
            let view = world.projects.get(&project);
            // What has no effect since a merge waits for nothing.
            if view.is_some_and(|view| requests::came_too_late(&row, view)) {
                continue;
            }
            requests.push(Request {
                row: id,
                unit: *unit,
                project,
                fen: row.int(Column::AmountFen).unwrap_or(0),
                filed_at: row.at(),
                is_first: view.is_some_and(|view| comes_first(look, view)),
                has_merit: merits.contains(unit),
                approved: view
                    .and_then(|view| released(world.profile, view, row.text(Column::Approval))),
            });
        }
    }
    requests
}

/// True when the county's rule of priority holds for the project.
fn comes_first(look: &Look<'_>, project: &ProjectView) -> bool {
    let priority = look.world.profile.pool.priority.as_ref();
    priority.is_some_and(|cond| eligibility::holds(look, project, cond).fit == Fit::Fits)
}

/// When the approval that releases a payment was given: the one the request names, else any of the county's trigger kind.
#[must_use]
pub fn released(profile: &Profile, view: &ProjectView, named: &str) -> Option<Date> {
    let trigger = profile.pool.trigger.get()?;
    let items: BTreeSet<&str> = view
        .each(Table::Approvals)
        .filter(|row| row.is(Column::ApprovalItem, trigger))
        .filter(|row| named.is_empty() || row.key == named)
        .map(|row| row.key)
        .collect();
    let mut latest: BTreeMap<&str, Option<Date>> = BTreeMap::new();
    for step in view.each(Table::ApprovalSteps) {
        let item = step.text(Column::Approval);
        if !items.contains(item) {
            continue;
        }
        match step.text(Column::ApprovalAct) {
            "approve" => {
                let day = step.date(Column::Date);
                latest.insert(item, Some(day.unwrap_or_else(|| step.at().date())));
            }
            "refuse" => {
                latest.insert(item, None);
            }
            _ => {}
        }
    }
    latest.into_values().flatten().min()
}
