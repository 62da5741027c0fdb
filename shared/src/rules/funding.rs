//! What an owner who borrows or is given government money owes on paper, the yearly money for packaging and who leads it (domain.md 11.2,
//! KP-12.1).
//!
//! Whether government money may be asked for at all is the business of the gates on `fund_request`; what is here is never in the
//! way of an act and shows as a gap.

use crate::book::Cells as _;
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, Table};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::{Entry, World};

/// Kinds of funding that are borrowed and have to be paid back.
const DEBT: &[&str] = &["special_bond", "policy_finance", "bank", "trust"];

/// What a project financed by debt says of it (domain.md 2.D, borrow-use-manage-repay).
const DEBT_FIELDS: &[Field] = &[
    Field::Borrower,
    Field::DebtUser,
    Field::DebtManager,
    Field::Repayer,
    Field::RepaymentSchedule,
];

/// True when part of the project's funding is borrowed.
#[must_use]
pub fn is_debt_financed(view: &ProjectView) -> bool {
    let borrowed = |row: crate::book::Row<'_>| DEBT.contains(&row.text(Column::Source));
    view.each(Table::Funding).any(borrowed)
}

/// What a project financed by debt has not said of it yet; empty where the county does not ask.
#[must_use]
pub fn debt_gaps(profile: &Profile, view: &ProjectView) -> Vec<Field> {
    if !is_debt_financed(view) {
        return Vec::new();
    }
    let asked = |field: &Field| {
        let requirement = profile.field_requirements.get(field.id());
        requirement.is_some_and(|requirement| !requirement.is_unused())
    };
    let empty = |field: &Field| view.once(*field).is_null();
    let fields = DEBT_FIELDS.iter().copied();
    fields
        .filter(|field| asked(field) && empty(field))
        .collect()
}

/// True when government money came and no account is named for it, though the county asks for one.
#[must_use]
pub fn lacks_account(profile: &Profile, view: &ProjectView) -> bool {
    let asked = profile
        .field_requirements
        .get(Field::SpecialAccountBank.id());
    asked.is_some_and(crate::profile::Requirement::is_required)
        && view.each(Table::GovMoneyReceived).next().is_some()
        && view.once(Field::SpecialAccountBank).is_null()
}

/// Judges the yearly money for packaging: one amount a year, where the county has such money.
pub(super) fn judge_packaging(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let Some(fund) = &world.profile.packaging_fund else {
        return Err(refuse(Why::NotInProfile));
    };
    let year = entry.text(Column::Year);
    let row = entry.row.to_string();
    let mut others = world.hub.each(Table::PackagingFunds);
    if !year.is_empty() && others.any(|other| other.key != row && other.is(Column::Year, year)) {
        return Err(Refusal {
            rule: Some(fund.clause.clone()),
            ..refuse(Why::OnlyOne)
        });
    }
    Ok(Vec::new())
}

/// Judges who leads a category of the reserve (KP-12.1): one of the county's, where it has such categories.
pub(super) fn judge_sector(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let known = &world.profile.reserve_sectors;
    let named = entry.set.get(&Column::ReserveSector);
    let is_known = named.is_none_or(|named| {
        let mut known = known.iter();
        known.any(|label| named.as_text() == Some(&label.id))
    });
    if known.is_empty() || !is_known {
        return Err(Refusal {
            rule: Some("domain 13.3".to_owned()),
            missing: vec![entry.at(Column::ReserveSector)],
            ..refuse(Why::NotInProfile)
        });
    }
    Ok(Vec::new())
}
