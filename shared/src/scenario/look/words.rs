//! Whether a look asks for things that are there, and expects words that its answer could hold.

use super::{Look, Says, find, shape};
use crate::api::obligations::{ObligationKind, Severity, Standing};
use crate::field::{Field, Kind, Place as Stands, Table, Target};
use crate::profile::{ISSUE_STATES, Profile, Recur};
use crate::rules::compiled::is_compiled;
use crate::scenario::ScenarioError;
use crate::scenario::file::{Block, Item, Node, Place};
use crate::scenario::values::{Names, column_of};
use crate::time::{Date, Month};

/// Recurrences whose periods scores and rankings have.
const CADENCES: &[Recur] = &[
    Recur::Monthly(Vec::new()),
    Recur::Quarterly,
    Recur::HalfYearly,
    Recur::Yearly,
    Recur::EveryTwoMonths(true),
];

/// Refuses a look at what is not there, and a word it can never see.
pub(in crate::scenario) fn check(step: &Block, names: &Names) -> Result<(), ScenarioError> {
    let what = step.need_any("look")?;
    let look = find(what.text()?).ok_or_else(|| what.place.refuse("this cannot be looked at"))?;
    for (word, _, item) in step.each() {
        asks(look, step, word, item, names)?;
    }
    if step.get("hub").is_some() && step.get("unit").is_some() {
        return Err(step
            .place_of("hub")
            .refuse("one looks at the hub or at a unit, not at both"));
    }
    if look.name == "rows" {
        stands_in(step, step.need("table")?, true)?;
    }
    let kind = kind_of(look, step, names)?;
    for word in ["is", "has", "lacks"] {
        if let Some(item) = step.get(word) {
            expects(look, kind, item, names)?;
        }
    }
    Ok(())
}

/// A project or unit belongs to a table that stands in one, and to no other. A compiled table is the whole county's where no unit is named.
pub(in crate::scenario) fn stands_in(
    step: &Block,
    table: &str,
    is_needed: bool,
) -> Result<(), ScenarioError> {
    let place = step.place_of("table");
    let table = table_of(table, place)?;
    let owner = match table.place() {
        Stands::Project | Stands::Oversight => Some("project"),
        Stands::Unit => Some("unit"),
        Stands::County | Stands::Hub => None,
    };
    for word in ["project", "unit"] {
        let is_owner = owner == Some(word);
        match step.get(word) {
            Some(item) if !is_owner => {
                let message = format!("rows of `{}` stand in no {word}", table.id());
                return Err(item.place.refuse(message));
            }
            None if is_owner && is_needed && !is_compiled(table) => {
                let message = format!("rows of `{}` stand in a {word}: say which", table.id());
                return Err(place.refuse(message));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The table of this id.
pub(in crate::scenario) fn table_of(name: &str, place: Place) -> Result<Table, ScenarioError> {
    Table::from_id(name).ok_or_else(|| place.refuse(format!("no table is called `{name}`")))
}

/// A report and period of the county.
pub(in crate::scenario) fn period_of_report(
    step: &Block,
    names: &Names,
) -> Result<(), ScenarioError> {
    let report = step.need("report")?;
    let reports: Vec<_> = names
        .rules
        .iter()
        .filter_map(|rules| rules.report_of(report))
        .collect();
    if reports.is_empty() {
        let message = format!("the county has no report `{report}`");
        return Err(step.place_of("report").refuse(message));
    }
    let period = step.need("period")?;
    let mut recurrences = reports.iter().flat_map(|report| &report.recurrence);
    if recurrences.any(|recur| recur.period_of(period).is_some()) {
        return Ok(());
    }
    let message = format!("`{report}` has no period `{period}`");
    Err(step.place_of("period").refuse(message))
}

/// One word of the question.
fn asks(
    look: &Look,
    step: &Block,
    word: &str,
    item: &Item,
    names: &Names,
) -> Result<(), ScenarioError> {
    let place = item.place;
    let some = |found: bool, message: String| {
        if found {
            Ok(())
        } else {
            Err(place.refuse(message))
        }
    };
    match word {
        "project" => names.project(item.text()?, place).map(drop),
        "unit" => names.unit(item.text()?, place).map(drop),
        "issue" => names.row(item.text()?, place).map(drop),
        "table" => table_of(item.text()?, place).map(drop),
        "column" => {
            let table = table_of(step.need("table")?, step.place_of("table"))?;
            column_of(table, item.text()?, place).map(drop)
        }
        "list" => names.option("lists", item.text()?, place),
        "person" => {
            let name = item.text()?;
            some(
                names.people.contains_key(name),
                format!("nobody is called `{name}`"),
            )
        }
        "hub" => some(item.flag()?, "leave `hub` out, or write true".to_owned()),
        "from" | "to" => {
            let day = item.text()?;
            some(day.parse::<Date>().is_ok(), format!("`{day}` is no day"))
        }
        "due" => {
            let day = item.text()?;
            let known = day.parse::<Date>().is_ok() || day.parse::<Month>().is_ok();
            some(known, format!("`{day}` is no day or month"))
        }
        "severity" => {
            let known = serde_json::from_value::<Severity>(item.text()?.into()).is_ok();
            some(known, "severity is red, amber or none".to_owned())
        }
        "year" => some(item.year().is_some(), "this takes a year".to_owned()),
        "top" => some(item.int()? > 0, "this takes a number from 1".to_owned()),
        "programme" => {
            let name = item.text()?;
            let known = names
                .rules
                .iter()
                .any(|rules| rules.eligibility.contains_key(name));
            some(
                known,
                format!("the county has no programme `{name}` with rules"),
            )
        }
        "period" if matches!(look.name, "filing" | "filed") => period_of_report(step, names),
        "period" => {
            let period = item.text()?;
            let known = CADENCES
                .iter()
                .any(|recur| recur.period_of(period).is_some());
            some(known, format!("`{period}` is no period"))
        }
        "term" => {
            let term = item.text()?;
            let pointer = format!("/{}", term.replace('.', "/"));
            let has = |rules: &Profile| {
                let json = serde_json::to_value(rules).unwrap_or_default();
                json.pointer(&pointer)
                    .is_some_and(|word| word.is_string() || word.is_null())
            };
            let known = names.rules.iter().any(|rules| has(rules));
            some(
                known,
                format!("the county's rules have no word at `{term}`"),
            )
        }
        "path" => {
            let path = item.text()?;
            let refuse = |message: String| place.refuse(message);
            match look.name {
                "rules" => shape::of_project(path).map_err(refuse),
                "county_rules" => shape::of_county(path).map_err(refuse),
                "proposals" if Table::from_id(path).is_some() => Ok(()),
                _ => names.path(path, place).map(drop),
            }
        }
        "change" => item.block().map(drop),
        // What every step has, and what `check` looks after.
        _ => Ok(()),
    }
}

/// What kind of value a look shows, where it shows one.
fn kind_of(look: &Look, step: &Block, names: &Names) -> Result<Option<Kind>, ScenarioError> {
    if look.says != Says::Value {
        return Ok(None);
    }
    if step.get("column").is_some() {
        let table = table_of(step.need("table")?, step.place_of("table"))?;
        let column = column_of(table, step.need("column")?, step.place_of("column"))?;
        return Ok(Some(column.kind()));
    }
    let Some(path) = step.text("path")? else {
        return Ok(None);
    };
    if look.name == "proposals" && Table::from_id(path).is_some() {
        return Ok(None);
    }
    Ok(match names.path(path, step.place_of("path"))?.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            Some(field.kind())
        }
        Target::Cell(_, _, column) => Some(column.kind()),
        Target::Unknown => None,
    })
}

/// True when `has` and `lacks` look for a part of a line.
pub(in crate::scenario) fn is_text(step: &Block, names: &Names) -> bool {
    let look = step.text("look").ok().flatten().and_then(find);
    let kind = look.map(|look| (look.says, kind_of(look, step, names)));
    match kind {
        Some((Says::Text | Says::Issue, _)) => true,
        Some((Says::Value, Ok(kind))) => !kind.is_some_and(is_closed),
        _ => false,
    }
}

/// True for kinds whose values are words of a closed list, or numbers.
fn is_closed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Choice(_) | Kind::Flag | Kind::Money | Kind::Percent | Kind::Count
    )
}

/// Refuses an expected word that no answer of this look holds.
fn expects(
    look: &Look,
    kind: Option<Kind>,
    item: &Item,
    names: &Names,
) -> Result<(), ScenarioError> {
    if let Node::List(items) = &item.node {
        for item in items {
            expects(look, kind, item, names)?;
        }
        return Ok(());
    }
    let place = item.place;
    let word = match &item.node {
        Node::Flag(flag) => flag.to_string(),
        _ => item.word()?,
    };
    let word = word.as_str();
    let never = || place.refuse(format!("`{}` never says `{word}`", look.name));
    let some = |found: bool| if found { Ok(()) } else { Err(never()) };
    let is_number = word.parse::<i64>().is_ok();
    match look.says {
        Says::Text => Ok(()),
        Says::Only(words) => some(words.contains(&word)),
        Says::Option(_, words) if words.contains(&word) => Ok(()),
        Says::Option(list, _) => names.option(list, word, place),
        Says::Projects => names.project(word, place).map(drop),
        Says::Units => names.unit(word, place).map(drop),
        Says::Rows => names.row(word, place).map(drop),
        Says::Pool => some(is_number || names.projects.contains_key(word)),
        Says::Issue => some(ISSUE_STATES.contains(&word) || !word.is_ascii()),
        Says::Places => {
            let (rank, subject) = word.split_once(' ').ok_or_else(never)?;
            let known = names.units.contains_key(subject) || names.projects.contains_key(subject);
            some(known && rank.parse::<u32>().is_ok())
        }
        Says::Slots => {
            let slot = word.strip_prefix("slot:").ok_or_else(never)?;
            let mut slots = names.rules.iter().flat_map(|rules| &rules.slots);
            some(slots.any(|known| known.id == slot))
        }
        Says::Category => {
            if let Some(field) = word.strip_prefix("ask:") {
                return some(Field::from_id(field).is_some());
            }
            let mut kinds = names
                .rules
                .iter()
                .filter_map(|rules| rules.year_category.as_ref());
            some(word == "none" || kinds.any(|kind| kind.options.iter().any(|one| one.id == word)))
        }
        Says::Owed => is_owed(word, names).map_err(|message| place.refuse(message)),
        Says::Value => match kind {
            _ if word == "null" => Ok(()),
            Some(Kind::Choice(list)) => names.option(list, word, place),
            Some(Kind::Flag) => some(matches!(word, "true" | "false")),
            Some(Kind::Money | Kind::Percent | Kind::Count) => some(is_number),
            _ => Ok(()),
        },
    }
}

/// Whether a line of obligations could begin so: `rule`, `rule standing`, `rule period` or `rule period standing`.
fn is_owed(line: &str, names: &Names) -> Result<(), String> {
    let mut words = line.split(' ');
    let rule = words.next().unwrap_or("");
    let known = |id: &str| names.rules.iter().any(|rules| has_rule(rules, id));
    let is_rule = match rule.split_once(':') {
        Some(("list", list)) => names.rules.iter().any(|rules| rules.list(list).is_some()),
        Some((kind, project)) => {
            let kind = serde_json::from_value::<ObligationKind>(kind.into());
            if !names.projects.contains_key(project) {
                return Err(format!("no project is called `{project}`"));
            }
            kind.is_ok()
        }
        None => known(rule),
    };
    if !is_rule {
        return Err(format!("nothing is owed under `{rule}`"));
    }
    let rest: Vec<_> = words.collect();
    let is_standing =
        |word: &str| word == "missed" || serde_json::from_value::<Standing>(word.into()).is_ok();
    let is_period = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let is_right = match rest.as_slice() {
        [] => true,
        [word] => is_standing(word) || is_period(word),
        [period, standing] => is_period(period) && is_standing(standing),
        _ => false,
    };
    if is_right {
        return Ok(());
    }
    Err(format!(
        "`{line}` is no line of obligations: rule, period, standing"
    ))
}

/// True when the county has a rule of this id, or records have a field or table of it.
fn has_rule(rules: &Profile, id: &str) -> bool {
    rules.report_of(id).is_some()
        || rules.meetings.iter().any(|one| one.id == id)
        || rules.inspections.iter().any(|one| one.id == id)
        || rules.publications.iter().any(|one| one.id == id)
        || rules.duties.iter().any(|one| one.guard == id)
        || rules.slots.iter().any(|one| one.id == id)
        || Field::from_id(id).is_some()
        || Table::from_id(id).is_some()
}
