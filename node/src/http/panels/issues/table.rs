//! The problems as a table: sorted by any of its columns, in groups, and as text to copy.

use std::cmp::Ordering;

use maud::{Markup, html};
use shared::api::IssueCard;
use shared::text::panel::Panel;

use super::{Page, limit, td_number};

/// What the table is grouped by.
pub(super) const GROUPS: [(&str, Panel); 6] = [
    ("", Panel::NoGroups),
    ("home", Panel::IssueHome),
    ("state", Panel::Standing),
    ("level", Panel::IssueLevel),
    ("kind", Panel::IssueType),
    ("unit", Panel::IssueWhose),
];

/// A column: its name in a question, its heading, what it says of a problem.
type Shown = fn(&IssueCard) -> String;

const COLUMNS: [(&str, Panel, Shown); 10] = [
    ("of", Panel::IssueOf, |card| card.of.clone()),
    ("home", Panel::IssueHome, |card| card.home.clone()),
    ("what", Panel::IssueWhat, |card| card.description.clone()),
    ("kind", Panel::IssueType, |card| card.kind.clone()),
    ("unit", Panel::IssueWhose, |card| {
        [&card.responsible, " ", &card.person]
            .concat()
            .trim()
            .to_owned()
    }),
    ("due", Panel::IssueDue, |card| {
        card.deadline.map(|day| day.to_string()).unwrap_or_default()
    }),
    ("level", Panel::IssueLevel, |card| card.level.clone()),
    ("state", Panel::Standing, |card| card.state_label.clone()),
    ("standard", Panel::IssueStandard, |card| {
        card.standard.clone()
    }),
    ("days", Panel::IssueDays, |card| card.days_open.to_string()),
];

/// The cards in the order that was asked for; as they come where none was.
fn sorted<'a>(page: &Page<'_>, shown: &[&'a IssueCard]) -> Vec<&'a IssueCard> {
    let asked = page.asked("order");
    let name = asked.trim_start_matches('-');
    let mut cards = shown.to_vec();
    let by = COLUMNS.iter().find(|(id, ..)| *id == name);
    let order = |a: &IssueCard, b: &IssueCard| match by {
        None => Ordering::Equal,
        Some(("days", ..)) => a.days_open.cmp(&b.days_open),
        // What has no day, or says nothing, comes last.
        Some((.., said)) => (said(a).is_empty(), said(a)).cmp(&(said(b).is_empty(), said(b))),
    };
    cards.sort_by(|a, b| {
        if asked.starts_with('-') {
            order(b, a)
        } else {
            order(a, b)
        }
    });
    cards
}

/// Cards under the heading they share.
fn grouped<'a>(page: &Page<'_>, cards: Vec<&'a IssueCard>) -> Vec<(String, Vec<&'a IssueCard>)> {
    let by = COLUMNS
        .iter()
        .find(|(id, ..)| !page.asked("group").is_empty() && *id == page.asked("group"));
    let Some((.., said)) = by else {
        return vec![(String::new(), cards)];
    };
    let mut groups: Vec<(String, Vec<&IssueCard>)> = Vec::new();
    for card in cards {
        let heading = said(card);
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, held)) => held.push(card),
            None => groups.push((heading, vec![card])),
        }
    }
    groups
}

pub(super) fn drawing(page: &Page<'_>, shown: &[&IssueCard]) -> Markup {
    let reader = &page.reader;
    let groups = grouped(page, sorted(page, shown));
    let sort = page.asked("order");
    html! {
        div.rows__scroll { table."table issues__table" #issues-table {
            thead { tr { @for (id, word, _) in COLUMNS {
                @let (up, down) = (sort == id, sort.strip_prefix('-') == Some(id));
                @let next = if up { format!("-{id}") } else { id.to_owned() };
                th scope="col" aria-sort=[up.then_some("ascending").or(down.then_some("descending"))] {
                    button."button button--bare" type="button" data-sort=(id) data-ask=(page.ask(&[("order", &next)])) { (reader.own(word)) @if up { " ▲" } @if down { " ▼" } }
                }
            } } }
            @for (heading, cards) in &groups {
                tbody {
                    @if !page.asked("group").is_empty() { tr.issues__group { th colspan=(COLUMNS.len()) scope="rowgroup" { @if heading.is_empty() { "—" } @else { (heading) } " " small { (cards.len()) } } } }
                    @for card in cards { (line(page, card)) }
                }
            }
        } }
    }
}

fn line(page: &Page<'_>, card: &IssueCard) -> Markup {
    let fresh = page.asked("fresh") == card.row;
    html! {
        tr .issue--fresh[fresh] data-issue=(card.row) {
            @for (id, _, said) in COLUMNS {
                @match id {
                    "what" => td.panel__words { button."button button--bare issues__what" type="button" autofocus[fresh] data-ask=(page.ask(&[("one", &card.row)])) { (said(card)) } },
                    "of" => td { @match card.project { Some(project) => a href={ "/projects/" (project) } { (said(card)) }, None => (said(card)) } },
                    "due" => td { (limit(&page.reader, card)) },
                    "days" => (td_number(said(card))),
                    "state" => td.nowrap { (said(card)) },
                    _ => td { (said(card)) },
                }
            }
        }
    }
}

/// The table as it is copied: its headings, then a line each.
pub(super) fn copied(page: &Page<'_>, shown: &[&IssueCard]) -> Vec<Vec<String>> {
    let heading = |(_, word, _): (_, Panel, _)| page.reader.own(word).to_owned();
    let mut lines = vec![COLUMNS.map(heading).to_vec()];
    for (_, cards) in grouped(page, sorted(page, shown)) {
        let said = cards.iter();
        lines.extend(said.map(|card| COLUMNS.map(|(.., said)| said(card)).to_vec()));
    }
    lines
}
