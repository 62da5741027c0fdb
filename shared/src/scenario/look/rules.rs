//! What the county's rules say of a project: whether it fits, what is missing, where it stands.

use serde_json::Value as Json;

use super::Sight;
use crate::book::Book;
use crate::field::Table;
use crate::profile::Profile;
use crate::rules::approvals::approvals;
use crate::rules::compiled::{Sources, compile};
use crate::rules::eligibility;
use crate::rules::issues::case::Case;
use crate::rules::issues::standing::standing;
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::rules::pool::{Account, queue};
use crate::rules::results::results;
use crate::rules::rewards::cuts;
use crate::rules::scores::published;
use crate::rules::scores::sheets::sheets;
use crate::rules::year::{self, Proposal};
use crate::rules::{Look, responsibility, stage, verdicts};
use crate::scenario::ScenarioError;
use crate::scenario::file::Item;
use crate::text::Lang;

type Answer = Result<Vec<String>, ScenarioError>;

/// What `GET /api/v1/projects/{id}/rules` says at a path: keys joined by `/`, `*` for every element.
pub(super) fn of_project(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let look = Look::new(&sight.world, sight.now);
    at(sight, &verdicts::project(&look, view, Lang::Zh))
}

/// What `GET /api/v1/rules` says at a path, with the reports of a year.
pub(super) fn of_county(sight: &Sight<'_>) -> Answer {
    let year = sight.step.get("year").map(Item::int).transpose()?;
    let year = year.and_then(|year| i16::try_from(year).ok());
    let year = year.unwrap_or_else(|| sight.now.date().year());
    let day = |month| crate::time::Month::new(year, month);
    let asked = day(1).zip(day(12)).map(|(first, last)| Asked {
        whose: Whose::All,
        from: first.first_day(),
        to: last.last_day(),
        now: sight.now,
    });
    let ground = Ground::of(&sight.world);
    let mut owed = asked.map_or_else(Vec::new, |asked| obligations(&ground, &asked));
    owed.retain(|one| one.due.is_some_and(|due| due.date().year() == year));
    let look = Look::new(&sight.world, sight.now);
    let results = results(&ground, year, sight.now);
    let sheets = sheets(&ground, &owed, year, sight.now);
    at(sight, &verdicts::county(&look, &owed, results, sheets))
}

/// The values at a path, as words; what is not there is no value.
fn at(sight: &Sight<'_>, answer: &impl serde::Serialize) -> Answer {
    let mut found = vec![serde_json::to_value(answer).unwrap_or_default()];
    for key in sight.step.need("path")?.split('/') {
        let mut inside = Vec::new();
        for value in found {
            match value {
                Json::Object(map) if key == "*" => {
                    inside.extend(map.into_iter().map(|(_, value)| value))
                }
                Json::Object(mut map) => inside.extend(map.remove(key)),
                Json::Array(list) if key == "*" => inside.extend(list),
                _ => {}
            }
        }
        found = inside;
    }
    let word = |value: Json| match value {
        Json::String(text) => sight.show(&text.as_str().into()),
        other => other.to_string(),
    };
    Ok(found.into_iter().map(word).collect())
}

/// A compiled table as a unit sees it, or the hub where none is named.
pub(super) fn compiled(sight: &Sight<'_>, table: Table) -> Result<Book, ScenarioError> {
    let whose = match sight.step.text("unit")? {
        Some(_) => Some(sight.unit()?),
        None => None,
    };
    let ground = Ground::of(&sight.world);
    let sources = Sources {
        ground: &ground,
        world: sight.world,
        whose,
        now: sight.now,
        lang: Lang::Zh,
    };
    Ok(Book {
        cells: compile(&sources, table),
    })
}

/// `yes`, `no`, or `open` where the hub has not judged.
pub(super) fn eligible(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let look = Look::new(&sight.world, sight.now);
    let verdict = eligibility::check(&look, view, sight.step.need("programme")?, &[]);
    Ok(vec![verdict.fit.id().to_owned()])
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
    Ok(vec![
        match year::propose(look.world.profile, view, number) {
            Some(Proposal::Category(category)) => category.to_owned(),
            Some(Proposal::Ask(field)) => format!("ask:{}", field.id()),
            None => "none".to_owned(),
        },
    ])
}

/// The phase of the life cycle the stage belongs to, and the link of it.
pub(super) fn phase(sight: &Sight<'_>) -> Answer {
    let (_, view) = sight.project()?;
    let words = stage::phase_words(sight.world.profile, view);
    Ok(words.into_iter().map(str::to_owned).collect())
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
