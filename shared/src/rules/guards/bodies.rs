//! Guards about what offices and bodies did: nominations, reviews, consultations, decisions, and steps in their order.

use std::collections::BTreeMap;

use super::evidence::{counts, day_of};
use super::papers::{content_name, open_parts};
use super::words::{party, word};
use super::{Ask, Guard, Holds, Lack, With};
use crate::book::{Cells, Row};
use crate::field::{Column, Field, Table};
use crate::ids::UnitId;
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::World;
use crate::rules::brief::was_excepted;
use crate::rules::eligibility::amount;
use crate::rules::reviews;
use crate::rules::void::papers::outside_window;
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// True when a value names a body of the profile: by its id, by its name, or as a unit of that name.
pub(crate) fn is_body(world: &World<'_>, value: &str, body: &str) -> bool {
    let name = world.profile.body_name(body);
    !value.is_empty() && (value == body || value == name || world.directory.show(value) == name)
}

/// True for a body of the profile that no unit bears the name of: the rules mean whoever has that part.
pub(crate) fn is_part(world: &World<'_>, id: &str) -> bool {
    let body = world.profile.bodies.iter().find(|body| body.id == id);
    let borne = |name: &str| world.directory.units.values().any(|unit| unit.name == name);
    body.is_some_and(|body| !borne(&body.name_zh))
}

/// Nominations of a project that stand: the last word of each unit about a list, when it is not a withdrawal. One that a merge left
/// without effect is no word.
fn nominations<'a>(ask: &Ask<'a>) -> Vec<(UnitId, Row<'a>)> {
    let Some(project) = ask.project else {
        return Vec::new();
    };
    let list = ask.list.map(|list| list.id.as_str());
    let about = |row: &Row<'_>| {
        list.is_none_or(|list| row.is(Column::List, list))
            && counts(ask, row, row.at().date())
            && outside_window(ask.profile(), ask.look.world.county, row, |clause, day| {
                was_excepted(project, clause, day)
            })
            .is_none()
    };
    let mut last: Vec<(UnitId, Row<'a>)> = Vec::new();
    for (unit, row) in ask.look.nominations(project.id) {
        match last.last_mut() {
            _ if !about(&row) => {}
            Some(said) if said.0 == unit => said.1 = row,
            _ => last.push((unit, row)),
        }
    }
    last.retain(|(_, row)| !row.is(Column::NominationAct, "cancel"));
    last
}

pub(super) fn nominated_by(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let actors: Vec<_> = ["actors", "by"]
        .iter()
        .flat_map(|key| with.texts(key))
        .collect();
    let directory = ask.look.world.directory;
    let fits = |unit: UnitId| {
        let entry = directory.units.get(&unit);
        entry.is_some_and(|entry| {
            let named = |actor: &&str| {
                entry.kind == **actor
                    || is_body(&ask.look.world, &unit.to_string(), actor)
                    || is_part(&ask.look.world, actor)
            };
            actors.is_empty() || actors.iter().any(named)
        })
    };
    let writing = ask.entry.filter(|entry| entry.table == Table::Nominations);
    let own = writing.and_then(|entry| entry.unit).is_some_and(fits);
    let met = own || nominations(ask).iter().any(|(unit, _)| fits(*unit));
    Holds::when(met, || {
        let names = actors
            .iter()
            .map(|actor| party(ask.profile(), "", actor).to_owned());
        Lack::of(names, word(&ask.profile().term.node, "").to_owned())
    })
}

/// Whether a review of this project is passed, and for what the record says now.
fn review_counts(profile: &Profile, project: &ProjectView, review: &Row<'_>) -> bool {
    let outcome = review.text(Column::ReviewOutcome);
    let must_pass = profile
        .joint_review
        .as_ref()
        .is_none_or(|review| review.must_pass);
    let done = match outcome {
        "passed" => true,
        "passed_after_change" => review.flag(Column::ModifiedDone) || !must_pass,
        "failed" | "concluded" => !must_pass,
        _ => false,
    };
    done && is_current(profile, project, review)
}

/// A review counts for the total investment and the content it looked at (domain.md 8.4).
fn is_current(profile: &Profile, project: &ProjectView, review: &Row<'_>) -> bool {
    let watched = |id: &str| {
        profile
            .review
            .rereview_on_change_of
            .iter()
            .any(|known| known == id)
    };
    let reviewed = review.int(Column::AmountFen);
    let total = amount(project, Field::TotalInvestmentFen);
    let tolerance = i128::from(profile.review.change_tolerance.unwrap_or(0));
    let same_total = match (reviewed, total) {
        (Some(reviewed), Some(total)) => {
            let change = (i128::from(total) - i128::from(reviewed)).abs();
            change * 100 <= i128::from(reviewed) * tolerance
        }
        (reviewed, total) => reviewed == total,
    };
    let digest = review.text(Column::Digest);
    let same_content = digest.is_empty() || digest == reviews::content_digest(project);
    (same_total || !watched("total_investment")) && (same_content || !watched("content_scale"))
}

/// What stands between a joint review and its being passed: contents without a conclusion or refused, fixed members that were absent.
pub(crate) fn joint_review_lacks(
    world: &World<'_>,
    project: &ProjectView,
    review: &str,
) -> Vec<String> {
    let profile = world.profile;
    let concluded = |content: &str| {
        let about =
            |row: &Row<'_>| row.is(Column::Review, review) && row.is(Column::Content, content);
        let last = project.last(Table::ReviewContents, about);
        last.map_or("", |row| row.text(Column::Conclusion))
    };
    let mut lacks = Vec::new();
    for content in &profile.review.contents {
        match concluded(&content.id) {
            "agree" | "modify" => {}
            "" => lacks.push(content.name_zh.clone()),
            refused => {
                let word = fixed_label("conclusion", refused, Lang::Zh).unwrap_or(refused);
                lacks.push(format!("{} {word}", content.name_zh));
            }
        }
    }
    for member in &profile.review.fixed_members {
        let here = project.each(Table::ReviewMembers).any(|row| {
            row.is(Column::Review, review)
                && row.flag(Column::Present)
                && is_body(world, row.text(Column::Org), member)
        });
        if !here {
            lacks.push(profile.body_name(member).to_owned());
        }
    }
    lacks
}

pub(super) fn joint_review_passed(ask: &Ask<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let profile = ask.profile();
    let joint = |row: &Row<'_>| row.is(Column::ReviewKind, "joint");
    let Some(review) = project.last(Table::ProjectReviews, joint) else {
        let name = fixed_label("review_kind", "joint", Lang::Zh).unwrap_or("joint");
        return Holds::Unmet(Lack::of([name.to_owned()], hub(profile)));
    };
    let must_pass = profile
        .joint_review
        .as_ref()
        .is_none_or(|review| review.must_pass);
    let mut lacks = if must_pass {
        joint_review_lacks(&ask.look.world, project, review.key)
    } else {
        Vec::new()
    };
    if lacks.is_empty() && !review_counts(profile, project, &review) {
        let outcome = review.text(Column::ReviewOutcome);
        let outcome = if outcome.is_empty() { "open" } else { outcome };
        let name = fixed_label("review_outcome", outcome, Lang::Zh).unwrap_or(outcome);
        lacks.push(if is_current(profile, project, &review) {
            name.to_owned()
        } else {
            // What was reviewed is not what stands there now.
            Field::TotalInvestmentFen.label(Lang::Zh).to_owned()
        });
    }
    Holds::unless(lacks, || hub(profile))
}

fn hub(profile: &Profile) -> String {
    word(&profile.term.hub, "").to_owned()
}

/// The kind of review an expert guard asks for: of the reserve, or of the whole report.
pub(crate) fn expert_kind(profile: &Profile, contents: &[&str]) -> &'static str {
    let of_report = |id: &&str| {
        profile
            .review
            .report_contents
            .iter()
            .any(|known| known.id == **id)
    };
    let all_of_report =
        !profile.review.report_contents.is_empty() && contents.iter().all(of_report);
    let reserve = |id: &&str| profile.review.contents.iter().any(|known| known.id == **id);
    if all_of_report && !contents.iter().all(reserve) {
        "expert_report"
    } else {
        "expert"
    }
}

pub(super) fn expert_review(ask: &Ask<'_>, with: With<'_>) -> Holds {
    if with.text("edition") == "yearly" && !ask.first_edition {
        return Holds::Met;
    }
    let profile = ask.profile();
    let open = open_parts(ask, Guard::ExpertReview, with).into_iter();
    let lacks = open
        .map(|content| content_name(profile, content).to_owned())
        .collect();
    Holds::unless(lacks, || hub(profile))
}

/// The bodies one of which must have decided: those named, those of the list, or those offered where nobody is named.
fn deciders<'a>(ask: &Ask<'a>, with: With<'a>) -> Vec<&'a str> {
    let mut bodies: Vec<_> = ["body", "bodies"]
        .iter()
        .flat_map(|key| with.texts(key))
        .collect();
    if bodies.is_empty() {
        let list = ask.profile().list(with.text("list")).or(ask.list);
        bodies = list.map_or_else(Vec::new, |list| {
            let stated = list.deciders.list();
            let named = if stated.is_empty() {
                &list.deciders_default
            } else {
                stated
            };
            named.iter().map(String::as_str).collect()
        });
    }
    bodies
}

/// The decisions on a project that approve it for the list and year in question.
fn decisions<'a>(ask: &Ask<'a>, project: &'a ProjectView) -> impl Iterator<Item = Row<'a>> {
    let ask = *ask;
    let decisions = project.each(Table::Decisions);
    decisions.filter(move |row| {
        // What was decided of an agency, a plan to push or a rank says nothing of a list.
        let other = ["agency", "push_plan", "extra_major"];
        !other.contains(&row.text(Column::DecisionTopic))
            && counts(&ask, row, day_of(row, Column::Date))
            && !matches!(row.get(Column::Approved), crate::value::Value::Bool(false))
    })
}

/// True when a review of a kind speaks for the project, for the list and year in question.
fn is_checked(ask: &Ask<'_>, project: &ProjectView, kind: &str) -> bool {
    let mut reviews = project.each(Table::ProjectReviews);
    reviews.any(|row| {
        row.is(Column::ReviewKind, kind)
            && is_good(row.text(Column::ReviewOutcome))
            && counts(ask, &row, day_of(&row, Column::Date))
    })
}

pub(super) fn decision_recorded(ask: &Ask<'_>, with: With<'_>) -> Holds {
    if with.text("edition") == "yearly" && !ask.first_edition {
        return Holds::Met;
    }
    let world = &ask.look.world;
    let bodies = deciders(ask, with);
    let by = |decider: &str| {
        bodies.is_empty() || bodies.iter().any(|body| is_body(world, decider, body))
    };
    // An edition that names who decided it is itself the record of that decision.
    let issuing = ask.entry.filter(|entry| entry.table == Table::ListEditions);
    let now = issuing.is_some_and(|entry| {
        by(entry.text(Column::Decider)) && !entry.text(Column::Number).is_empty()
    });
    let decided = ask
        .project
        .is_some_and(|project| decisions(ask, project).any(|row| by(row.text(Column::Decider))));
    let on_edition = || {
        let (Some(project), Some(list)) = (ask.project, ask.list) else {
            return false;
        };
        let member = ask.look.rolls().member(project.id, &list.id);
        let edition = member.and_then(|member| member.since);
        let edition = edition.and_then(|row| world.county.row(Table::ListEditions, row));
        edition.is_some_and(|row| {
            counts(ask, &row, day_of(&row, Column::Date))
                && by(row.text(Column::Decider))
                && !row.text(Column::Number).is_empty()
        })
    };
    Holds::when(now || decided || on_edition(), || {
        let names = bodies
            .iter()
            .map(|body| ask.profile().body_name(body).to_owned());
        Lack::of(names, hub(ask.profile()))
    })
}

pub(super) fn consulted(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let body = with.text("body");
    let world = &ask.look.world;
    let replied = project.each(Table::Consultations).any(|row| {
        !row.get(Column::Replied).is_null()
            && is_body(world, row.text(Column::Body), body)
            && counts(ask, &row, day_of(&row, Column::Replied))
    });
    Holds::when(replied, || {
        Lack::of(
            [party(ask.profile(), "", body).to_owned()],
            hub(ask.profile()),
        )
    })
}

pub(super) fn hub_checked(ask: &Ask<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let mut reviews = project.each(Table::ProjectReviews);
    let checked = reviews.any(|row| {
        row.is(Column::ReviewKind, "hub_check")
            && is_good(row.text(Column::ReviewOutcome))
            && counts(ask, &row, day_of(&row, Column::Date))
            && examines(ask, row.text(Column::Org))
    });
    Holds::when(checked, || {
        let name = fixed_label("review_kind", "hub_check", Lang::Zh).unwrap_or("hub_check");
        let reviewers = ask.list.map_or(&[][..], |list| &list.reviewers);
        let names = reviewers.iter().map(|body| party(ask.profile(), "", body));
        let names: Vec<_> = names.collect();
        let from = if names.is_empty() {
            hub(ask.profile())
        } else {
            names.join("\u{3001}")
        };
        Lack::of([name.to_owned()], from)
    })
}

/// True for one of those whom the list names for its first examination. What names nobody the hub did, whose rows these are.
fn examines(ask: &Ask<'_>, org: &str) -> bool {
    let world = &ask.look.world;
    let reviewers = ask.list.map_or(&[][..], |list| &list.reviewers);
    let is_hub =
        || world.directory.hub.is_some() && world.directory.resolve(org) == world.directory.hub;
    reviewers.is_empty()
        || org.is_empty()
        || reviewers
            .iter()
            .any(|body| is_body(world, org, body) || body == "hub" && is_hub())
}

fn is_good(outcome: &str) -> bool {
    matches!(outcome, "passed" | "passed_after_change" | "concluded")
}

pub(super) fn plan_approved_by(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let body = with.text("body");
    let world = &ask.look.world;
    let decided = project.each(Table::Decisions).any(|row| {
        row.is(Column::DecisionTopic, "push_plan")
            && !matches!(row.get(Column::Approved), crate::value::Value::Bool(false))
            && is_body(world, row.text(Column::Decider), body)
    });
    let reviewed = project.each(Table::ProjectReviews).any(|row| {
        row.is(Column::ReviewKind, "plan")
            && is_good(row.text(Column::ReviewOutcome))
            && is_body(world, row.text(Column::Org), body)
    });
    Holds::when(decided || reviewed, || {
        Lack::of(
            [ask.profile().body_name(body).to_owned()],
            hub(ask.profile()),
        )
    })
}

const VERIFICATION: &str = "hub_verification";
const EXAMINATION: &str = "committee_examination";

/// Steps that must have been taken, in the order given. A row that takes one of them needs those before it; anything else, all.
pub(super) fn ordered(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let steps = with.texts("steps");
    let taking = ask.entry.map_or("", |entry| match entry.table {
        Table::AgencySteps => entry.text(Column::AgencyAct),
        Table::ListCandidates if entry.text(Column::EntryState) == "screened" => VERIFICATION,
        Table::ListCandidates => EXAMINATION,
        _ => "",
    });
    let until = steps.iter().position(|step| *step == taking);
    let before = steps.get(..until.unwrap_or(steps.len())).unwrap_or(&steps);
    let first = before.iter().find(|step| !is_taken(ask, step));
    let lacks = first.map(|step| step_name(step).to_owned());
    Holds::unless(lacks.into_iter().collect(), String::new)
}

fn step_name(step: &str) -> &str {
    let kinds = ["agency_act", "review_kind"];
    let fixed = kinds
        .iter()
        .find_map(|kind| fixed_label(kind, step, Lang::Zh));
    fixed.unwrap_or_else(|| crate::text::guard::step_label(step, Lang::Zh))
}

fn is_taken(ask: &Ask<'_>, step: &str) -> bool {
    let Some(project) = ask.project else {
        return true;
    };
    match step {
        "application" => !nominations(ask).is_empty(),
        "screening" => screened(ask),
        VERIFICATION => is_checked(ask, project, "verification"),
        EXAMINATION => is_checked(ask, project, "examination"),
        "approval" => {
            let issuing = ask.entry.filter(|entry| entry.table == Table::ListEditions);
            issuing.is_some_and(|entry| !entry.text(Column::Number).is_empty())
                || decisions(ask, project).next().is_some()
        }
        agency => {
            let mut steps = project.each(Table::AgencySteps);
            steps.any(|row| row.is(Column::AgencyAct, agency))
        }
    }
}

/// A nomination that the proposing unit screened and let pass.
fn screened(ask: &Ask<'_>) -> bool {
    let standing: Vec<_> = nominations(ask);
    let ids: Vec<_> = standing.iter().map(|(_, row)| row.key).collect();
    let Some(project) = ask.project else {
        return false;
    };
    // What follows it, argumentation and report, says more of it and lets nobody pass.
    let screens = |row: &Row<'_>| matches!(row.text(Column::ScreeningKind), "" | "screening");
    let mut last: BTreeMap<UnitId, Row<'_>> = BTreeMap::new();
    for (unit, row) in ask.look.screenings(&ids, project.id) {
        let said = last.get(&unit);
        if screens(&row) && said.is_none_or(|said| said.key < row.key) {
            last.insert(unit, row);
        }
    }
    last.values()
        .any(|row| !matches!(row.get(Column::Approved), crate::value::Value::Bool(false)))
}
