//! Who a role or body of the county's rules is, in the county's words.

use crate::field::{Column, Field, Table};
use crate::profile::{Label, Profile, Term};
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// What a role or body is called in this county; the id itself when it is neither.
pub(crate) fn party<'a>(profile: &'a Profile, programme: &str, id: &'a str) -> &'a str {
    let term = match id {
        "hub" | "hub_head" => &profile.term.hub,
        "owner" => &profile.term.owner,
        "leader" => &profile.term.leader,
        "lead_unit" | "responsible_unit" => &profile.term.lead_unit,
        "liaison" => &profile.term.liaison,
        "team" => &profile.term.team,
        "township" | "county_node" | "unit" => &profile.term.node,
        "inspector" => &profile.term.inspection,
        other => {
            let role = fixed_label("actor_role", other, Lang::Zh);
            return role.unwrap_or_else(|| profile.body_name(other));
        }
    };
    word(term, programme)
}

/// Who stands behind an authority code of domain.md 0.7.
pub(crate) fn party_of_code<'a>(profile: &'a Profile, programme: &str, code: &'a str) -> &'a str {
    let role = match code {
        "H" | "B" => "hub",
        "O" => "owner",
        "U" => "lead_unit",
        "L" => "leader",
        "T" | "D" => "township",
        other => other,
    };
    party(profile, programme, role)
}

/// A word of the county, for a programme or for the first that has one.
pub(super) fn word<'a>(term: &'a Term, programme: &str) -> &'a str {
    let own = term.of(programme).or_else(|| term.values().next());
    own.map_or("", String::as_str)
}

/// The label of an id in a list of labels; the id when it is none of them.
pub(super) fn label<'a>(labels: &'a [Label], id: &'a str) -> &'a str {
    let known = labels.iter().find(|label| label.id == id);
    known.map_or(id, |label| label.name_zh.as_str())
}

/// The name of a list; its id when the profile does not know it.
pub(super) fn list_name<'a>(profile: &'a Profile, id: &'a str) -> &'a str {
    profile.list(id).map_or(id, |list| list.name_zh.as_str())
}

/// What a field, table, cell of a table or column of issues is called.
pub(crate) fn field_name(id: &str) -> String {
    if let Some(field) = Field::from_id(id) {
        return field.label(Lang::Zh).to_owned();
    }
    if let Some(table) = Table::from_id(id) {
        return table.label(Lang::Zh).to_owned();
    }
    let column = id.split_once('/').map_or(id, |(_, column)| column);
    Column::from_id(column)
        .map_or_else(|| id.to_owned(), |column| column.label(Lang::Zh).to_owned())
}
