//! Guards about lists: being on one, windows of adjustment, how many, and why a project leaves.

use std::borrow::Cow;

use super::words::{label, list_name, word};
use super::{Ask, Holds, Lack, With};
use crate::book::Cells;
use crate::command::Role;
use crate::field::{Column, Table};
use crate::profile::{List, Params, Recur, Trigger};
use crate::rules::{lists, membership};
use crate::text::Lang;
use crate::text::system::account_role;
use crate::time::{Date, Timestamp};

/// The lists a gate asks for, one of which is enough.
#[must_use]
pub fn lists_named(params: &Params) -> Vec<&str> {
    let with = With(params);
    let one = [with.text("list")].into_iter().filter(|id| !id.is_empty());
    one.chain(with.texts("lists")).collect()
}

pub(super) fn on_list(ask: &Ask<'_>, with: With<'_>) -> Holds {
    on_one(ask, &[with.text("list")])
}

pub(super) fn on_any_list(ask: &Ask<'_>, with: With<'_>) -> Holds {
    on_one(ask, &with.texts("lists"))
}

fn on_one(ask: &Ask<'_>, lists: &[&str]) -> Holds {
    let on = ask.project.is_none_or(|project| {
        let rolls = ask.look.rolls();
        lists.iter().any(|list| rolls.is_on(project.id, list))
    });
    Holds::when(on, || {
        let names = lists
            .iter()
            .map(|list| list_name(ask.profile(), list).to_owned());
        Lack::of(names, word(&ask.profile().term.hub, "").to_owned())
    })
}

/// True when a recurrence lets something happen on a day: inside its window, or whenever there is a need.
pub(crate) fn is_open(recurrences: &[Recur], day: Date) -> bool {
    recurrences.iter().any(|recur| match recur.trigger() {
        Trigger::Calendar => recur.period(day).is_some_and(|period| period.is_open(day)),
        Trigger::Event(_) | Trigger::Cause | Trigger::Request | Trigger::Unset => true,
    })
}

/// The window a day lies in, or the next one: for a refusal that says when.
pub(crate) fn next_window(recurrences: &[Recur], day: Date) -> Option<(Date, Date)> {
    let windows = recurrences.iter().filter_map(|recur| {
        let ahead = recur.period(day).filter(|period| day <= period.closes());
        let period = ahead.or_else(|| recur.next(day))?;
        Some((period.opens, period.closes()))
    });
    windows.min()
}

/// The day an adjustment is judged by: when its paper was filed (D-20), for an edition the day of issue.
fn day_of(ask: &Ask<'_>) -> Date {
    ask.look.today()
}

/// True when every change of an edition rests on a nomination that was filed inside the window.
fn filed_in_window(ask: &Ask<'_>, recurrences: &[Recur]) -> bool {
    let Some(entry) = ask.entry.filter(|entry| entry.table == Table::ListEditions) else {
        return false;
    };
    let (list, year) = (entry.text(Column::List), entry.text(Column::Year));
    let world = &ask.look.world;
    let filed = |nomination: &str| -> Option<Timestamp> {
        let row = nomination.parse().ok()?;
        let mut books = world.units.values();
        books
            .find_map(|book| book.row(Table::Nominations, row))
            .map(|row| row.at())
    };
    let roll = membership::roll(world.county, list, year);
    let mut changed = lists::changes(world, &roll, list, year)
        .into_iter()
        .peekable();
    changed.peek().is_some()
        && changed.all(|change| {
            let moment = filed(&change.nomination);
            moment.is_some_and(|moment| is_open(recurrences, moment.date()))
        })
}

/// When a list may be adjusted: what the gate says of itself, else what the list does.
fn adjust_of<'a>(list: Option<&'a List>, with: With<'_>) -> Cow<'a, [Recur]> {
    let own: Vec<Recur> = with
        .texts("window")
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    if own.is_empty() {
        list.map_or(Cow::Borrowed(&[]), |list| Cow::Borrowed(list.adjust.list()))
    } else {
        Cow::Owned(own)
    }
}

/// Whether a list may be adjusted on a day; `None` where the county gives no window.
#[must_use]
pub fn adjusts_on(list: &List, params: &Params, day: Date) -> Option<bool> {
    let window = adjust_of(Some(list), With(params));
    (!window.is_empty()).then(|| is_open(&window, day))
}

pub(super) fn in_window(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let window = adjust_of(ask.list, with);
    if window.is_empty() {
        return Holds::Unset("adjust");
    }
    let day = day_of(ask);
    Holds::when(
        is_open(&window, day) || filed_in_window(ask, &window),
        || {
            let window = next_window(&window, day);
            let words = window.map(|(from, to)| format!("{from} \u{2013} {to}"));
            Lack::of(words, String::new())
        },
    )
}

pub(super) fn in_month(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let month = u64::from(day_of(ask).month());
    let mut months = with.numbers("months");
    if months.is_empty() {
        let adjust = ask.list.map_or(&[][..], |list| list.adjust.list());
        months = adjust
            .iter()
            .filter_map(|recur| match recur {
                Recur::YearlyMonths(months) => Some(months.iter().map(|month| u64::from(*month))),
                _ => None,
            })
            .flatten()
            .collect();
    }
    if months.is_empty() {
        return Holds::Unset("adjust");
    }
    Holds::when(months.contains(&month), || {
        Lack::of(
            months.iter().map(|month| format!("{month:02}")),
            String::new(),
        )
    })
}

pub(super) fn first_this_month(ask: &Ask<'_>) -> Holds {
    let (Some(list), Some(entry)) = (ask.list, ask.entry) else {
        return Holds::Met;
    };
    if !matches!(entry.table, Table::ListEditions | Table::Transitions) {
        return Holds::Met;
    }
    let month = ask.look.today().month_of();
    let year = match (entry.table, ask.project) {
        // Leaving by a transition is an adjustment of the list the project stands on.
        (Table::Transitions, Some(project)) => lists::year_of(ask.look, project.id, &list.id),
        _ => entry.text(Column::Year).to_owned(),
    };
    let editions = membership::editions(ask.look.world.county, &list.id, &year);
    let adjusted = editions
        .iter()
        .filter(|edition| edition.number > 1 && edition.row.at().date().month_of() == month)
        .count();
    let most = list.adjust_times_per_month.unwrap_or(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Holds::when(adjusted < most, || {
        Lack::of([month.to_string()], String::new())
    })
}

pub(super) fn count_between(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let quota = ask.list.and_then(|list| list.quota.as_ref());
    let min = with
        .number("min")
        .or(quota.map(|quota| quota.min))
        .unwrap_or(0);
    let max = with
        .number("max")
        .or(quota.map(|quota| quota.max))
        .unwrap_or(u32::MAX);
    let count = ask.members;
    Holds::when(
        count.is_none_or(|count| (min..=max).contains(&count)),
        || {
            let count = count.unwrap_or(0);
            Lack::of([format!("{count} ({min}\u{2013}{max})")], String::new())
        },
    )
}

pub(super) fn reason_in(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let profile = ask.profile();
    let reason = ask.entry.map_or("", |entry| entry.text(Column::Reason));
    let labels = profile
        .exits
        .as_ref()
        .map_or(&[][..], |exits| &exits.reasons);
    let allowed = with.texts("reasons");
    let fits = allowed
        .iter()
        .any(|id| reason == *id || reason == label(labels, id));
    Holds::when(fits, || {
        Lack::of(
            allowed.iter().map(|id| label(labels, id).to_owned()),
            String::new(),
        )
    })
}

/// An exception given in the act itself: a reason, and where the rule asks for it the number of the decision it rests on, by the head of
/// the hub; for a whole list the deciding body as well.
pub(super) fn exception_reason(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(entry) = ask.entry else {
        return Holds::Unmet(Lack::default());
    };
    let needs = with.texts("needs");
    let needed: &[Column] = if entry.table == Table::ListEditions {
        &[Column::Reason, Column::Number, Column::Decider]
    } else if needs.contains(&"decision_reference") {
        &[Column::Reason, Column::Number]
    } else {
        &[Column::Reason]
    };
    let empty = needed
        .iter()
        .filter(|column| entry.text(**column).trim().is_empty());
    let mut lacks: Vec<_> = empty
        .map(|column| column.label(Lang::Zh).to_owned())
        .collect();
    if with.text("by") == "hub_head" && entry.actor.role != Role::HubHead {
        lacks.push(account_role("hub_head", Lang::Zh).to_owned());
    }
    Holds::unless(lacks, || word(&ask.profile().term.hub, "").to_owned())
}
