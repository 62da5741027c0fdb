//! The companion records as kinds: which there are, what each is about, who may read it, which of them this county keeps, and which
//! have no screen of their own yet.
//!
//! A kind is a table whose rows people write (`Rows::Sheet` or `Rows::Acts`). Of the engine's own tables some are read like kinds
//! (`READ_ONLY`): what an edition put on its list and why, what was filed and what became of it; so are the tables that are worked out
//! when they are read (`rules::compiled`). Everything
//! a list and a form need is generated from the table, its columns and the county's profile ([`kind()`]); rows become what people
//! read in [`rows`]. Only the node calls this: the browser gets the result.

use crate::command::{Actor, Role};
use crate::decide::Parties;
use crate::field::{Place, Rows, Table};
use crate::ids::UnitId;
use crate::profile::Profile;
use crate::rules::compiled::{self, is_compiled};
use crate::rules::{reading, responsibility};

mod kind;
mod reference;
pub mod rows;
mod subject;

pub use kind::{choices, kind, option_label};
pub use reference::{Named, targets};
pub use subject::Subject;

/// Tables that have a screen of their own besides the generated one: as lists on a project's page, edited in place.
const WITH_SCREEN: &[Table] = &[
    Table::Issues,
    Table::IssueSteps,
    Table::IssueRulings,
    Table::YearNodes,
    Table::Countdown,
    Table::Funding,
    Table::GovMoneyReceived,
    Table::Team,
    Table::ExtraTeam,
    Table::LeadLeaders,
    Table::CoopUnits,
    Table::ProcedureTeam,
    Table::LeaderMatters,
    Table::YearTaskRef,
];

/// Tables the engine writes and people read: the entries of published editions, filings and their reviews, values corrected on a
/// unit's behalf, requests a rule refused.
const READ_ONLY: &[Table] = &[
    Table::Corrections,
    Table::Attempts,
    Table::Filings,
    Table::Reviews,
    Table::ListEntries,
];

/// Every table whose rows people read as a list: the compiled ones, then the others in the order of the tables.
pub fn readable() -> impl Iterator<Item = Table> {
    let read = |table: &Table| is_kind(*table) || READ_ONLY.contains(table);
    let tables = || Table::ALL.iter().copied();
    let compiled = tables().filter(|table| is_compiled(*table));
    compiled.chain(tables().filter(read))
}

fn is_kind(table: Table) -> bool {
    let written = matches!(table.written_as(), Rows::Sheet | Rows::Acts);
    written && table != Table::Attachments
}

/// Every table whose rows people write through `record`, in the order of the tables.
pub fn kinds() -> impl Iterator<Item = Table> {
    Table::ALL.iter().copied().filter(|table| is_kind(*table))
}

/// The kinds that only the generated form and list show (通用表单).
///
/// A proper screen takes its table out of this list by joining `WITH_SCREEN`; what is left is what a closing note names.
pub fn generic() -> impl Iterator<Item = Table> {
    kinds().filter(|table| is_generic(*table))
}

/// True while only the generated form and list show the table.
#[must_use]
pub fn is_generic(table: Table) -> bool {
    !WITH_SCREEN.contains(&table)
}

/// True when this county keeps what a table records (domain.md 13.18, 13.17): its register, its pool, its countdown.
#[must_use]
pub fn is_on(table: Table, profile: &Profile) -> bool {
    let other = match table {
        Table::PoolEntries | Table::PoolArrangements => profile.pool.enabled,
        Table::PackagingFunds => profile.packaging_fund.is_some(),
        Table::RespUnits | Table::UnitLiaisons => responsibility::each_unit(profile).is_some(),
        Table::SectorDepts => !profile.reserve_sectors.is_empty(),
        Table::Countdown => profile.countdown,
        table if is_compiled(table) => compiled::is_kept(profile, table),
        _ => true,
    };
    other && reading::is_kept(profile, table)
}

/// Whether a person may read rows of a table here (design.md 2): the hub's notes are read at the hub, a unit's papers by that unit
/// and the hub, a project's rows by its parties and the hub, what is published by all. What observers read is `reading`'s;
/// administrators read only what is published.
///
/// `unit` is whose papers are meant, `parties` those of the project meant; what a table does not need may be `None`.
#[must_use]
pub fn may_read(
    profile: &Profile,
    actor: &Actor,
    table: Table,
    unit: Option<UnitId>,
    parties: Option<&Parties>,
) -> bool {
    if !reading::may_read(profile, actor.role, table) {
        return false;
    }
    if actor.role == Role::Admin {
        return table.place() == Place::County;
    }
    match table.place() {
        Place::County => true,
        Place::Hub => actor.at_hub,
        Place::Unit => actor.at_hub || unit == Some(actor.unit),
        Place::Project | Place::Oversight => {
            actor.at_hub || parties.is_some_and(|parties| parties.all().contains(&actor.unit))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::field::Column;
    use crate::ids::UserId;

    fn actor(role: Role, unit: u8, at_hub: bool) -> Actor {
        Actor {
            user: UserId::from_bytes([1; 5]),
            name: "somebody".to_owned(),
            role,
            unit: UnitId::from_bytes([unit; 10]),
            at_hub,
        }
    }

    #[test]
    fn readers_are_those_of_the_place() {
        let ours = Some(UnitId::from_bytes([1; 10]));
        let theirs = Some(UnitId::from_bytes([2; 10]));
        let profile = Profile::built_in("kaizhou").unwrap();
        let parties = Parties {
            home: ours,
            ..Parties::default()
        };
        for (role, unit, at_hub, table, of, reads) in [
            (Role::Head, 1, false, Table::Meetings, None, false),
            (Role::HubOfficer, 9, true, Table::Meetings, None, true),
            (Role::Clerk, 1, false, Table::Requests, ours, true),
            (Role::Clerk, 1, false, Table::Requests, theirs, false),
            (Role::HubOfficer, 9, true, Table::Requests, theirs, true),
            (Role::Clerk, 1, false, Table::Notices, None, true),
            (Role::Observer, 9, true, Table::Notices, None, true),
            (Role::Observer, 9, true, Table::Meetings, None, false),
            (Role::Observer, 1, false, Table::Approvals, None, false),
            (Role::Clerk, 1, false, Table::Approvals, None, true),
            (Role::Clerk, 2, false, Table::Approvals, None, false),
            (Role::Leader, 9, true, Table::Decisions, None, true),
        ] {
            let actor = actor(role, unit, at_hub);
            assert_eq!(
                may_read(&profile, &actor, table, of, Some(&parties)),
                reads,
                "{role:?} {table:?}"
            );
        }
    }

    #[test]
    fn every_kind_is_generic_or_has_a_screen_and_none_is_the_engines() {
        let generic: BTreeSet<_> = generic().collect();
        for table in kinds() {
            assert_ne!(table.written_as(), Rows::Engine, "{table:?}");
            assert_ne!(generic.contains(&table), WITH_SCREEN.contains(&table));
        }
        assert!(WITH_SCREEN.iter().all(|table| kinds().any(|k| k == *table)));
        assert_eq!(generic.len() + WITH_SCREEN.len(), kinds().count());
    }

    #[test]
    fn what_the_engine_writes_is_read_and_never_written() {
        let read: Vec<_> = readable().filter(|table| !is_kind(*table)).collect();
        let (compiled, read): (Vec<_>, Vec<_>) =
            read.into_iter().partition(|table| is_compiled(*table));
        assert_eq!(read, READ_ONLY);
        for table in READ_ONLY {
            assert_eq!(table.written_as(), Rows::Engine, "{table:?}");
        }
        let whole = kinds().count() + READ_ONLY.len() + compiled.len();
        assert_eq!(readable().count(), whole);
    }

    #[test]
    fn registers_have_what_domain_12_names() {
        let profile = Profile::built_in("wushan").unwrap();
        let directory = crate::decide::Directory::default();
        let of = |table| kind(table, &profile, &directory, crate::text::Lang::Zh);
        let options = |table, column| -> Vec<String> {
            let found = of(table)
                .columns
                .into_iter()
                .find(|one| one.column == column);
            let options = found.unwrap().options.into_iter();
            options.map(|option| option.id).collect()
        };
        assert_eq!(
            options(Table::Experts, Column::ExpertKind),
            ["expert", "third_party", "platform"]
        );
        assert_eq!(
            options(Table::Partners, Column::PartnerKind),
            ["consulting", "finance", "soe"]
        );
        for (table, columns) in [
            (
                Table::CoachingNotes,
                &[Column::Date, Column::Org, Column::Text][..],
            ),
            (Table::Catalogues, &[Column::KeyFields, Column::WeakLinks]),
            (Table::Bodies, &[Column::From, Column::To]),
            (Table::ReviewMembers, &[Column::Text]),
            (Table::PromoPublications, &[Column::Project]),
            (Table::SigningEvents, &[Column::Person]),
            (Table::StartEvents, &[Column::Progress]),
        ] {
            let kind = of(table);
            for column in columns {
                assert!(
                    kind.columns.iter().any(|one| one.column == *column),
                    "{table:?}"
                );
            }
        }
        let kept: Vec<_> = Profile::slugs()
            .filter(|slug| is_on(Table::CoachingNotes, &Profile::built_in(slug).unwrap()))
            .collect();
        assert_eq!(kept, ["kundulun", "longting", "honghe"]);
    }

    #[test]
    fn registers_are_on_where_the_county_says_so() {
        for slug in Profile::slugs() {
            let profile = Profile::built_in(slug).unwrap();
            assert_eq!(
                is_on(Table::Platforms, &profile),
                profile.registers.external_platforms
            );
            assert_eq!(is_on(Table::PoolEntries, &profile), profile.pool.enabled);
            assert!(is_on(Table::Approvals, &profile));
        }
        let off = Profile::built_in("kaizhou").unwrap();
        assert!(!is_on(Table::PolicySuggestions, &off));
        assert!(is_on(
            Table::PolicySuggestions,
            &Profile::built_in("wushan").unwrap()
        ));
    }
}
