//! Is a period reported, and in time? One function of the revisions, the deadline and the moment (domain.md 0.4.6–7, 6.1, D-22, D-26).
//!
//! Moments are compared by the second, as deadlines are given and as people read them: the whole last second is in time.
//!
//! A filing sent before the window opens is kept and counts for nothing until its submitter sends a revision once it is open;
//! that revision is its confirmation.

use super::{Deadline, Filing, Review};
use crate::api::Timeliness;
use crate::ids::RowId;
use crate::time::Timestamp;

/// What is to be said about a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement<'a> {
    /// The verdict.
    pub timeliness: Timeliness,
    /// The revision it rests on; `None` when none counts.
    pub counts: Option<RowId>,
    /// 事后更正: a revision came after the deadline and changed nothing about the verdict.
    pub amended: bool,
    /// The hub's excuse of a late arrival, with its reason.
    pub excuse: Option<&'a Review>,
    /// 未报（节点离线自 …）: the node was last heard before the deadline, so that a filing may still lie there.
    pub offline_since: Option<Timestamp>,
}

impl Judgement<'_> {
    fn only(timeliness: Timeliness) -> Self {
        Self {
            timeliness,
            counts: None,
            amended: false,
            excuse: None,
            offline_since: None,
        }
    }
}

/// Judges the revisions of one period, given in the order of their chain.
///
/// The latest revision sent in time and not returned counts; a later one that was returned does not undo it. `last_contact` is
/// when the hub last heard the submitter's node, `None` where that is not known.
#[must_use]
pub fn judge<'a>(
    chain: &[&'a Filing],
    deadline: Deadline,
    now: Timestamp,
    last_contact: Option<Timestamp>,
) -> Judgement<'a> {
    let early = |filing: &Filing| {
        let opens = deadline.opens.map(Timestamp::seconds);
        opens.is_some_and(|opens| filing.filed_at.seconds() < opens)
    };
    let sent: Vec<&Filing> = chain
        .iter()
        .copied()
        .filter(|filing| !early(filing))
        .collect();
    let standing = sent.iter().rev().find(|filing| !filing.is_returned());
    let prefilled = chain
        .iter()
        .any(|filing| early(filing) && !filing.is_returned());
    let over = deadline.due.filter(|due| now.seconds() > due.seconds());
    let unsent = || match over {
        Some(due) => Judgement {
            offline_since: last_contact.filter(|heard| heard.seconds() < due.seconds()),
            ..Judgement::only(Timeliness::Missing)
        },
        None if prefilled => Judgement::only(Timeliness::Prefilled),
        None => Judgement::only(Timeliness::Pending),
    };
    let Some(due) = deadline.due.filter(|_| deadline.judged) else {
        return standing.map_or_else(unsent, |filing| Judgement {
            counts: Some(filing.id),
            ..Judgement::only(Timeliness::Reported)
        });
    };
    let in_time = |filing: &Filing| {
        let moment = if deadline.by_receipt {
            filing.received_at
        } else {
            Some(filing.filed_at)
        };
        moment.is_some_and(|moment| moment.seconds() <= due.seconds())
    };
    let counting = sent
        .iter()
        .rev()
        .find(|filing| in_time(filing) && !filing.is_returned());
    if let Some(filing) = counting {
        let arrived = filing.received_at.unwrap_or(now);
        let allowed = due.plus_ms(deadline.grace_ms);
        let excuse = filing.excuse.as_ref();
        let timeliness = match excuse {
            _ if deadline.by_receipt || arrived.seconds() <= allowed.seconds() => {
                Timeliness::OnTime
            }
            Some(_) => Timeliness::Excused,
            None => Timeliness::LateNetwork,
        };
        return Judgement {
            timeliness,
            counts: Some(filing.id),
            amended: sent
                .iter()
                .any(|other| other.filed_at.seconds() > due.seconds()),
            excuse: excuse.filter(|_| timeliness == Timeliness::Excused),
            offline_since: None,
        };
    }
    match standing {
        // Under way, and the receipt that decides may still come in time.
        Some(filing) if deadline.by_receipt && filing.received_at.is_none() && over.is_none() => {
            Judgement::only(Timeliness::Pending)
        }
        Some(filing) => Judgement {
            counts: Some(filing.id),
            ..Judgement::only(Timeliness::Late)
        },
        // Everything was returned and nothing new came: late, not missing.
        None if !sent.is_empty() && over.is_some() => Judgement::only(Timeliness::Late),
        None if !sent.is_empty() => Judgement::only(Timeliness::Pending),
        None => unsent(),
    }
}

#[cfg(test)]
mod tests;
