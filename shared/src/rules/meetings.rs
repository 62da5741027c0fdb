//! Meetings, dispatches and inspections as they are recorded (domain.md 8).
//!
//! A record says what was held, so its day is never ahead. A sample of an inspection can be drawn again by anybody: [`sample`] ranks
//! the targets by a hash of the seed and their id and takes the first ones.

use std::collections::BTreeSet;

use crate::book::Cells as _;
use crate::command::{ClosedGate, Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, FieldPath, Table};
use crate::profile::{Inspection, Meeting, MeetingPer, Mode, Profile, Sampling};
use crate::rules::{Entry, World};
use crate::value::Value;

/// Judges a record of something that was held.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    not_ahead(entry)?;
    match entry.table {
        Table::Inspections => inspection(world, entry),
        Table::Dispatches => {
            known_meeting(world.profile, entry)?;
            difficulty(world, entry)?;
            Ok(Vec::new())
        }
        _ => {
            known_meeting(world.profile, entry)?;
            Ok(Vec::new())
        }
    }
}

fn at(entry: &Entry<'_>, column: Column) -> FieldPath {
    FieldPath::cell(entry.table, entry.row, column)
}

fn not_ahead(entry: &Entry<'_>) -> Result<(), Refusal> {
    if entry
        .date(Column::Date)
        .is_some_and(|day| day > entry.now.date())
    {
        return Err(Refusal {
            missing: vec![at(entry, Column::Date)],
            ..refuse(Why::Inconsistent {
                check: "date_ahead".into(),
            })
        });
    }
    Ok(())
}

/// The kind is one of the county's, its period one of that kind, and what has one of its own names it.
fn known_meeting(profile: &Profile, entry: &Entry<'_>) -> Result<(), Refusal> {
    let kind = entry.text(Column::MeetingKind);
    if kind.is_empty()
        && entry.table == Table::Dispatches
        && entry.get(Column::TopicsDone).is_null()
    {
        return Ok(());
    }
    let mut meetings = profile.meetings.iter();
    let Some(meeting) = meetings.find(|meeting| meeting.id == kind) else {
        return Err(Refusal {
            missing: vec![at(entry, Column::MeetingKind)],
            ..refuse(Why::NotInProfile)
        });
    };
    let settled = entry.text(Column::TopicsDone).split(',');
    let mut settled = settled.filter(|topic| !topic.is_empty());
    if settled.any(|topic| !meeting.topics.iter().any(|known| known.id == topic)) {
        return Err(Refusal {
            missing: vec![at(entry, Column::TopicsDone)],
            rule: Some(meeting.clause.clone()),
            ..refuse(Why::NotInProfile)
        });
    }
    let period = entry.text(Column::Period);
    let of_kind = |id: &str| {
        meeting
            .recurrence
            .iter()
            .any(|recur| recur.period_of(id).is_some())
    };
    if !period.is_empty() && !of_kind(period) {
        return Err(Refusal {
            missing: vec![at(entry, Column::Period)],
            rule: Some(meeting.clause.clone()),
            ..refuse(Why::NotInProfile)
        });
    }
    if !may_convene(profile, meeting, entry.text(Column::Org)) {
        return Err(Refusal {
            missing: vec![at(entry, Column::Org)],
            rule: Some(meeting.clause.clone()),
            ..refuse(Why::NotInProfile)
        });
    }
    let lacks = match meeting.per {
        MeetingPer::Project if entry.about().is_none() => Some(Column::Project),
        MeetingPer::Leader if entry.text(Column::Person).is_empty() => Some(Column::Person),
        _ => None,
    };
    match lacks {
        Some(column) => Err(Refusal {
            missing: vec![at(entry, column)],
            rule: Some(meeting.clause.clone()),
            ..refuse(Why::Missing)
        }),
        None => Ok(()),
    }
}

/// False when a body the county knows held what its rules give to other bodies. Units and whoever is no body of the county may be
/// named as before: a role such as the lead unit stands for them.
fn may_convene(profile: &Profile, meeting: &Meeting, org: &str) -> bool {
    let is_body = |id: &str| profile.bodies.iter().any(|body| body.id == id);
    let conveners = meeting.conveners.list();
    !is_body(org)
        || conveners.is_empty()
        || !conveners.iter().all(|convener| is_body(convener))
        || conveners.iter().any(|convener| convener == org)
}

/// A difficulty comes before the lead leader only with a step below that did not solve it.
fn difficulty(world: &World<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    let (issue, Some(view)) = (
        entry.text(Column::Issue),
        entry
            .about()
            .and_then(|project| world.projects.get(&project)),
    ) else {
        return Ok(());
    };
    let topic =
        world.profile.meetings.iter().any(|meeting| {
            meeting.id == entry.text(Column::MeetingKind) && !meeting.topics.is_empty()
        });
    if issue.is_empty() || topic {
        return Ok(());
    }
    let act = format!("escalate:{}", entry.text(Column::Level));
    let guards = world.profile.issue.guards.iter();
    for guard in guards.filter(|guard| guard.transition == act && guard.guard == "step_exists") {
        let level = guard
            .params
            .get("level")
            .and_then(serde_json::Value::as_str);
        let Some(level) = level.filter(|_| guard.mode == Mode::Block) else {
            continue;
        };
        let steps = view
            .each(Table::IssueSteps)
            .chain(view.each(Table::IssueRulings));
        let mut tried = steps.filter(|step| {
            step.is(Column::Issue, issue)
                && step.is(Column::Level, level)
                && matches!(step.text(Column::Outcome), "unsolved" | "partly")
        });
        if tried.next().is_none() {
            let levels = world.profile.issue.levels.iter();
            let actors = levels.filter(|known| known.id == level);
            let who: Vec<&str> = actors
                .flat_map(|level| level.actors.iter())
                .map(String::as_str)
                .collect();
            return Err(Refusal {
                rule: Some(guard.clause.clone()),
                missing: vec![at(entry, Column::Issue)],
                ..refuse(Why::GateClosed(Box::new(ClosedGate {
                    guard: guard.guard.clone(),
                    lacks: vec![level.to_owned()],
                    from: who.join(", "),
                    exception: false,
                })))
            });
        }
    }
    Ok(())
}

/// The kind is one of the county's, the methods are its methods, and a sample is what its seed draws.
fn inspection(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let kind = entry.text(Column::InspectionKind);
    let mut inspections = world.profile.inspections.iter();
    let known = inspections.find(|inspection| inspection.id == kind);
    if known.is_none() && !kind.is_empty() {
        return Err(Refusal {
            missing: vec![at(entry, Column::InspectionKind)],
            ..refuse(Why::NotInProfile)
        });
    }
    let Some(inspection) = known else {
        return Ok(Vec::new());
    };
    let methods = entry.text(Column::Methods).split(',');
    let foreign = methods
        .filter(|method| !method.is_empty())
        .any(|method| !inspection.methods.iter().any(|known| known.id == method));
    if foreign {
        return Err(Refusal {
            missing: vec![at(entry, Column::Methods)],
            rule: Some(inspection.clause.clone()),
            ..refuse(Why::NotInProfile)
        });
    }
    let seed = entry.text(Column::Seed);
    let count = entry
        .int(Column::Count)
        .and_then(|count| usize::try_from(count).ok());
    let (false, Some(count)) = (seed.is_empty(), count) else {
        return Ok(Vec::new());
    };
    let draws = inspection.sampling.get();
    if draws.is_some_and(|ways| !ways.contains(&Sampling::Random)) {
        return Err(Refusal {
            missing: vec![at(entry, Column::Seed)],
            rule: Some(inspection.clause.clone()),
            ..refuse(Why::NotInProfile)
        });
    }
    let drawn = sample(seed, &targets(world, inspection), count).join("\n");
    let stated = entry.text(Column::Sample);
    if !stated.is_empty() && stated != drawn {
        return Err(Refusal {
            missing: vec![at(entry, Column::Sample)],
            rule: Some(inspection.clause.clone()),
            ..refuse(Why::Inconsistent {
                check: "sample_differs".into(),
            })
        });
    }
    let sample = entry.cell(
        entry.table,
        entry.row,
        Column::Sample,
        Value::from(drawn.as_str()),
    );
    Ok(sample.into_iter().filter(|_| stated.is_empty()).collect())
}

/// Whom or what an inspection may look at: lead units, owners or projects that are under way.
#[must_use]
pub fn targets(world: &World<'_>, inspection: &Inspection) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    for view in world.projects.values() {
        let gone = matches!(
            view.text(Field::Stage),
            "closed" | "suspended" | "withdrawn"
        );
        if gone || !view.once(Field::Deleted).is_null() {
            continue;
        }
        for target in &inspection.targets {
            let named = match target.as_str() {
                "lead_unit" | "resp_unit" => view.text(Field::LeadUnit).to_owned(),
                "owner" => view.text(Field::OwnerOrg).to_owned(),
                _ => view.id.to_string(),
            };
            if !named.is_empty() {
                targets.insert(named);
            }
        }
    }
    targets
}

/// Draws `count` of the targets: those with the smallest hash of seed, a zero byte and target, in that order.
///
/// Shape: no duplicates; all of them when there are no more. The hash is FNV-1a of 64 bits, ties by the target itself, so that the
/// draw can be repeated by hand on any machine.
#[must_use]
pub fn sample(seed: &str, targets: &BTreeSet<String>, count: usize) -> Vec<String> {
    let mut ranked: Vec<(u64, &String)> = targets
        .iter()
        .map(|target| (fnv(&[seed.as_bytes(), b"\0", target.as_bytes()]), target))
        .collect();
    ranked.sort_unstable();
    let drawn = ranked.into_iter().take(count);
    drawn.map(|(_, target)| target.clone()).collect()
}

/// FNV-1a, 64 bits. Source: Fowler, Noll, Vo; draft-eastlake-fnv.
pub(super) fn fnv(parts: &[&[u8]]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.iter()) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests;
