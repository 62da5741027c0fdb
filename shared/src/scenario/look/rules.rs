//! What the county's rules say of a project: whether it fits, what is missing, where it stands.

use super::Sight;
use crate::profile::Profile;
use crate::rules::approvals::approvals;
use crate::rules::eligibility::{self, Fit};
use crate::rules::issues::case::Case;
use crate::rules::issues::standing::standing;
use crate::rules::pool::{Account, queue};
use crate::rules::rewards::cuts;
use crate::rules::scores::published;
use crate::rules::year::{self, Proposal};
use crate::rules::{Look, responsibility, stage};
use crate::scenario::ScenarioError;
use crate::scenario::file::Item;

type Answer = Result<Vec<String>, ScenarioError>;

/// `yes`, `no`, or `open` where the hub has not judged.
pub(super) fn eligible(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let look = Look::new(&sight.world, sight.now);
    let verdict = eligibility::check(&look, view, sight.step.need("programme")?, &[]);
    Ok(vec![
        match verdict.fit {
            Fit::Fits => "yes",
            Fit::FitsNot => "no",
            Fit::Open => "open",
        }
        .to_owned(),
    ])
}

/// Slots of the project that are not filled as asked, as `slot:<id>`.
pub(super) fn gaps(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let look = Look::new(&sight.world, sight.now);
    let gaps = responsibility::gaps(&look, view);
    Ok(gaps
        .iter()
        .map(|gap| format!("slot:{}", gap.slot.id))
        .collect())
}

/// `yes` when all three levels that carry the project are named.
pub(super) fn three_levels(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let look = Look::new(&sight.world, sight.now);
    let word = match responsibility::three_levels(&look, view) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    Ok(vec![word.to_owned()])
}

/// The lists the project stands on, sorted.
pub(super) fn lists(sight: &Sight<'_>) -> Answer {
    let (id, _) = sight.project()?;
    let look = Look::new(&sight.world, sight.now);
    let lists = look.rolls().lists_of(id).map(|(list, _)| list.to_owned());
    Ok(lists.collect())
}

/// The projects of a list, sorted by name.
pub(super) fn entries(sight: &Sight<'_>) -> Answer {
    let list = sight.step.need("list")?;
    let look = Look::new(&sight.world, sight.now);
    let on_list = look.rolls().on(list).map(|project| sight.name_of(project));
    let mut names: Vec<_> = on_list.collect();
    names.sort();
    Ok(names)
}

/// The category the rules propose for a year; `ask:<field>` where a field must be brought up to date first.
pub(super) fn category(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let year = sight.step.get("year");
    let year = year.ok_or_else(|| sight.step.place.refuse("`year` is missing"))?;
    let number = i16::try_from(year.int()?);
    let number = number.map_err(|_| year.place.refuse("this is no year"))?;
    let look = Look::new(&sight.world, sight.now);
    Ok(vec![match year::propose(&look, view, number) {
        Some(Proposal::Category(category)) => category.to_owned(),
        Some(Proposal::Ask(field)) => format!("ask:{}", field.id()),
        None => "none".to_owned(),
    }])
}

/// The phase of the life cycle the stage belongs to.
pub(super) fn phase(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let phase = stage::phase(sight.world.profile, view);
    Ok(phase
        .map(|phase| phase.name_zh.clone())
        .into_iter()
        .collect())
}

/// The state of an issue and what the county calls it.
pub(super) fn issue(sight: &Sight<'_>) -> Answer {
    let (id, _) = sight.project()?;
    let issue = sight
        .names
        .row(sight.step.need("issue")?, sight.step.place)?;
    let key = issue.to_string();
    let cases = Case::of_project(&sight.world, id);
    let case = cases.iter().find(|case| case.issue.key == key);
    let case = case.ok_or_else(|| sight.step.place.refuse("this issue is not here"))?;
    let standing = standing(case, sight.now);
    Ok(vec![standing.state.to_owned(), standing.label])
}

/// The issues of a project whose day has passed.
pub(super) fn overdue_issues(sight: &Sight<'_>) -> Answer {
    let (id, _) = sight.project()?;
    let cases = Case::of_project(&sight.world, id);
    let overdue = cases
        .iter()
        .filter(|case| standing(case, sight.now).overdue);
    Ok(overdue
        .map(|case| sight.show(&case.issue.key.into()))
        .collect())
}

/// Approvals whose commitment was not kept in time.
pub(super) fn rectifications(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let today = sight.now.date();
    let open = approvals(view)
        .into_iter()
        .filter(|item| item.needs_rectification(today));
    Ok(open.map(|item| sight.show(&item.row.key.into())).collect())
}

/// `ok`, or why the profile is refused with a change.
pub(super) fn profile(sight: &Sight<'_>) -> Answer {
    let change = sight.step.get("change");
    let change = change.ok_or_else(|| sight.step.place.refuse("`change` is missing"))?;
    let json = serde_json::to_string(sight.world.profile).unwrap_or_default();
    let changed = crate::scenario::play::changed(&json, change.block()?)?;
    Ok(vec![match Profile::parse(&changed) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.to_string(),
    }])
}

/// The balance of the pool in fen, then the projects that wait for payment, first first.
pub(super) fn pool(sight: &Sight<'_>) -> Answer {
    let look = Look::new(&sight.world, sight.now);
    let account = Account::of(sight.world.hub);
    let mut said = vec![account.balance_fen.to_string()];
    let queue = queue(&look, &account);
    said.extend(
        queue
            .paying
            .iter()
            .map(|waiting| sight.name_of(waiting.request.project)),
    );
    Ok(said)
}

/// The first places of a published ranking, as `rank subject`.
pub(super) fn ranking(sight: &Sight<'_>) -> Answer {
    let period = sight.step.need("period")?;
    let top = sight.step.get("top").map_or(Ok(i64::MAX), Item::int)?;
    let schemes = &sight.world.profile.assess.schemes;
    let found = schemes
        .iter()
        .find_map(|scheme| published(sight.world.county, &scheme.id).remove(period));
    let standings = found.map(|(_, standings)| standings).unwrap_or_default();
    let places = standings
        .iter()
        .filter(|standing| i64::from(standing.rank) <= top);
    Ok(places
        .map(|standing| {
            let subject = sight.show(&standing.subject.as_str().into());
            format!("{} {subject}", standing.rank)
        })
        .collect())
}

/// Whose funds are to be cut after a period.
pub(super) fn cut(sight: &Sight<'_>) -> Answer {
    let period = sight.step.need("period")?;
    let cuts = cuts(sight.world.profile, sight.world.county);
    let mut names: Vec<_> = cuts
        .iter()
        .filter(|cut| cut.period == period)
        .map(|cut| sight.show(&cut.subject.as_str().into()))
        .collect();
    names.sort();
    Ok(names)
}
