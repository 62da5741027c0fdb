//! What a unit owes whatever it carries: its roster, a person of each kind the county asks for (domain.md 13.5, 13.18).

use super::{Asked, Ground, blank};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::{Book, Cells as _};
use crate::field::{Column, Table};
use crate::profile::{Slot, SlotPer};

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    let until = asked.at();
    for slot in &ground.profile.slots {
        if slot.per != SlotPer::Unit {
            continue;
        }
        for (unit, entry) in &ground.directory.units {
            if !assigns(slot, &entry.kind) {
                continue;
            }
            let book = ground.units.get(unit).unwrap_or(Book::EMPTY);
            let mut one = blank(ObligationKind::Roster, &slot.id, "", &slot.clause);
            one.role.clone_from(&entry.kind);
            one.unit = Some(*unit);
            one.recipients.push("hub".to_owned());
            let done = if slot.field.as_deref() == Some("roster") {
                let filed = book.each(Table::SectionFilings);
                filed.map(|row| row.at()).filter(|at| *at <= until).min()
            } else {
                let experts = book.each(Table::SectionPeople);
                let experts = experts.filter(|row| row.flag(Column::Expert));
                experts.map(|row| row.at()).min()
            };
            one.done_at = done;
            (one.standing, one.severity) = match done {
                Some(_) => (Standing::Done, Severity::None),
                None => (Standing::Open, Severity::Amber),
            };
            found.push(one);
        }
    }
}

/// True when units of this kind name the person: the authority codes of domain.md 0.7.
fn assigns(slot: &Slot, kind: &str) -> bool {
    let code = match kind {
        "township" | "county_node" => "T",
        "department" => "D",
        "soe" => "SOE",
        _ => return false,
    };
    slot.assigners.iter().any(|known| known == code)
}
