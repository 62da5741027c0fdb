//! 责任体系: who answers for what, by the county's rules, and who is not named.

use maud::{Markup, html};
use shared::field::{Field, FieldPath, Table};
use shared::text::panel::Panel;

use super::super::draw::Reader;
use super::File;

/// Persons of the record itself, beside those of the county's slots.
const PERSONS: [Field; 7] = [
    Field::UnitLeader,
    Field::UnitPerson,
    Field::UnitLiaison,
    Field::Liaison,
    Field::LiaisonPhone,
    Field::ChiefServiceOfficer,
    Field::HubOfficer,
];

/// What the county calls a post.
fn post<'a>(reader: &'a Reader, slot: &'a str) -> &'a str {
    let known = reader.profile.slots.iter().find(|known| known.id == slot);
    let what = known.and_then(|slot| slot.field.as_deref()).unwrap_or(slot);
    let field = Field::from_id(what).map(|field| field.label(reader.lang()));
    let table = Table::from_id(what).map(|table| table.label(reader.lang()));
    field.or(table).unwrap_or(what)
}

pub(super) fn part(file: &File) -> Markup {
    let (reader, view, rules) = (&file.reader, &file.view, &file.rules);
    let phone = view.text(Field::LiaisonPhone);
    if file.is_observed() {
        return html! { p.empty { (reader.own(Panel::NotOpen)) } };
    }
    html! {
        h2 { (reader.own(Panel::Responsible)) @if rules.three_levels == Some(true) { span."state state--good" { "✔ " (reader.own(Panel::AllNamed)) } } }
        @if !rules.gaps.is_empty() {
            ul.list #gaps { @for gap in &rules.gaps {
                li { span.behind { "▲ " (reader.own(Panel::NotNamed)) " " (post(reader, &gap.slot)) " " (gap.count) "/" (gap.min) }
                     @if !gap.from.is_empty() { span { (reader.fill(Panel::NamedBy, std::slice::from_ref(&gap.from))) } } small { (gap.clause) } }
            } }
        }
        div.rows__scroll { table."table table--cells" #persons { tbody { @for field in PERSONS {
            @let path = FieldPath::once(field);
            @if reader.fills || !view.value(&path).is_null() {
                tr {
                    th scope="row" { (field.label(reader.lang())) }
                    td { (reader.cell(view, &path)) }
                    td { @if field == Field::LiaisonPhone && !phone.is_empty() {
                        button."button button--small" type="button" data-copy=(phone) { "☎ " (reader.own(Panel::CopyPhone)) }
                    } }
                }
            }
        } } } }
        @for party in &rules.parties {
            section {
                h3 { (party.org) " " small { (party.kind.name) " · " (party.clause) } }
                ul { @for task in &party.tasks { li { (task) } } }
            }
        }
    }
}
