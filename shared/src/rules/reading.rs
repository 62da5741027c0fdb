//! Which registers a county keeps, and who may read what (domain.md 12, 13.18, 1.3).
//!
//! A table that belongs to a register the county does not keep, or to a duty its rules do not know, takes no rows there; every other table
//! is kept everywhere. Observers
//! read what is published and what stands on a list, and nothing that names persons or is still a draft.

use crate::api::rules::ProjectRules;
use crate::command::Role;
use crate::field::{Column, Field, FieldPath, Place, Section, Table, Target};
use crate::profile::{Profile, Registers, Tracked};
use crate::project::ProjectView;
use crate::rules::compiled::package;
use crate::rules::statements;

/// The register a table belongs to; `None`: it is kept by every county.
fn register(table: Table) -> Option<fn(&Registers) -> bool> {
    Some(match table {
        Table::Intermediaries | Table::Partners => |kept| kept.intermediaries,
        Table::AgencySteps | Table::AgencyContracts => |kept| kept.agency_construction,
        Table::Experts => |kept| kept.expert_bank,
        Table::PromotionSteps
        | Table::PromotionMap
        | Table::TargetFirms
        | Table::PromoPublications => |kept| kept.promotion,
        Table::Signings | Table::SigningLog | Table::SigningEvents | Table::StartEvents => {
            |kept| kept.events
        }
        Table::BankMatches | Table::FinancingNeeds | Table::CoachingNotes => |kept| kept.bank_match,
        Table::PolicySuggestions => |kept| kept.policy_suggestion,
        Table::Trainings => |kept| kept.training,
        Table::Catalogues => |kept| kept.catalogue,
        Table::Manuals => |kept| kept.procedure_manual,
        Table::Violations | Table::Supervisions => |kept| kept.supervision,
        Table::Publicity => |kept| kept.publicity,
        Table::Platforms => |kept| kept.external_platforms,
        _ => return None,
    })
}

/// True when the county's rules ask for what a table holds, for tables that no other county has a use for.
fn is_asked_for(profile: &Profile, table: Table) -> bool {
    let mut reports = profile.reports.iter();
    let mut duties = profile.duty_items();
    match table {
        Table::DutyNotes => duties.next().is_some(),
        Table::LegalPersons | Table::Investors => {
            duties.any(|(_, item)| item.tracks == Some(Tracked::Investors))
        }
        Table::DeptChecks => !profile.approvals.departments.is_empty(),
        Table::SpecialReports => package::programmes(profile).next().is_some(),
        Table::MajorChanges | Table::ChangeReports => profile.information.is_some(),
        Table::ReportStatements => reports.any(|report| report.statement.is_some()),
        Table::ProgressReports => statements::of_progress(profile).is_some(),
        _ => true,
    }
}

/// True when the county keeps this table.
#[must_use]
pub fn is_kept(profile: &Profile, table: Table) -> bool {
    register(table).is_none_or(|kept| kept(&profile.registers)) && is_asked_for(profile, table)
}

/// Tables of a project that name persons: not for observers.
const PERSONNEL: &[Table] = &[
    Table::LeadLeaders,
    Table::Team,
    Table::ExtraTeam,
    Table::ProcedureTeam,
    Table::LeaderMatters,
    Table::ReviewMembers,
    Table::Roster,
    Table::SectionPeople,
    Table::Bodies,
];

/// Tables of a project an observer reads: progress, money, what was found and decided.
const OPEN_TO_OBSERVERS: &[Table] = &[
    Table::YearTaskRef,
    Table::Funding,
    Table::YearNodes,
    Table::Weekly,
    Table::Issues,
    Table::IssueSteps,
    Table::IssueRulings,
    Table::Comments,
    Table::AcceptanceSteps,
    Table::Performance,
    Table::Publicity,
    Table::Decisions,
    Table::Transitions,
];

/// True when this role may read rows of this table.
#[must_use]
pub fn may_read(profile: &Profile, role: Role, table: Table) -> bool {
    if role != Role::Observer {
        return true;
    }
    let published = table.place() == Place::County && !PERSONNEL.contains(&table);
    profile.registers.observers && (published || OPEN_TO_OBSERVERS.contains(&table))
}

/// True when this role may know of a project in this stage: observers of what stands on a list.
#[must_use]
pub fn may_see(profile: &Profile, role: Role, stage: &str) -> bool {
    let draft = matches!(stage, "" | "idea" | "reserve" | "withdrawn");
    role != Role::Observer || profile.registers.observers && !draft
}

/// True when this role may read the value of a path.
#[must_use]
pub fn may_read_path(profile: &Profile, role: Role, path: &FieldPath) -> bool {
    if role != Role::Observer {
        return true;
    }
    match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            let names_units = matches!(
                field,
                Field::OwnerOrg | Field::TerritorialOrg | Field::LeadUnit | Field::Site
            );
            let unfinished = matches!(field, Field::Notes | Field::Worklog);
            profile.registers.observers
                && !unfinished
                && (field.section() != Section::People || names_units)
        }
        Target::Cell(table, _, column) => {
            let person = matches!(
                column,
                Column::Person
                    | Column::ResponsiblePerson
                    | Column::Phone
                    | Column::MattersForLeader
            );
            may_read(profile, role, table) && !person
        }
        Target::Unknown => false,
    }
}

/// A project as this role may read it; `None` when it may not know of it.
#[must_use]
pub fn shown(profile: &Profile, role: Role, mut view: ProjectView) -> Option<ProjectView> {
    if !may_see(profile, role, view.text(Field::Stage)) {
        return None;
    }
    view.cells
        .retain(|path, _| may_read_path(profile, role, path));
    Some(view)
}

/// What the rules say of a project as this role may read it: to observers where it stands, not what is owed, drafted or judged of whom.
#[must_use]
pub fn rules_shown(role: Role, mut rules: ProjectRules) -> ProjectRules {
    if role == Role::Observer {
        rules.next.clear();
        rules.gaps.clear();
        rules.parties.clear();
        rules.three_levels = None;
        rules.duties.clear();
        rules.findings.clear();
        rules.eligibility.clear();
        rules.approvals.clear();
        rules.exceptions.clear();
        rules.void.clear();
        for issue in &mut rules.issues {
            issue.person.clear();
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]

    use super::*;
    use crate::cells::CellMap;
    use crate::ids::ProjectId;
    use crate::project::Cell;

    #[test]
    fn a_county_keeps_the_registers_its_rules_know() {
        for (slug, table, kept) in [
            ("kaizhou", Table::Intermediaries, true),
            ("kundulun", Table::Intermediaries, false),
            ("wushan", Table::PolicySuggestions, true),
            ("kaizhou", Table::PolicySuggestions, false),
            ("longting", Table::Catalogues, true),
            ("kundulun", Table::Violations, true),
            ("honghe", Table::SigningEvents, true),
            ("kaizhou", Table::SigningEvents, false),
            ("kundulun", Table::BankMatches, true),
            ("wushan", Table::Manuals, true),
            ("honghe", Table::Issues, true),
            ("kaizhou", Table::DutyNotes, true),
            ("honghe", Table::DutyNotes, false),
            ("kundulun", Table::Investors, true),
            ("kaizhou", Table::LegalPersons, false),
            ("longting", Table::DeptChecks, true),
            ("kundulun", Table::DeptChecks, false),
            ("wushan", Table::SpecialReports, true),
            ("longting", Table::SpecialReports, false),
            ("kundulun", Table::ChangeReports, true),
            ("longting", Table::MajorChanges, false),
            ("longting", Table::ReportStatements, true),
            ("kundulun", Table::ProgressReports, false),
        ] {
            let profile = Profile::built_in(slug).unwrap();
            assert_eq!(is_kept(&profile, table), kept, "{slug} {table:?}");
        }
    }

    #[test]
    fn an_observer_reads_what_is_published_and_no_draft_and_no_person() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let observer = |table| may_read(&profile, Role::Observer, table);
        for table in [Table::ListEditions, Table::ListEntries, Table::Publications] {
            assert!(observer(table), "{table:?}");
        }
        for table in [
            Table::ListCandidates,
            Table::Inspections,
            Table::Roster,
            Table::Team,
            Table::Bodies,
            Table::Nominations,
        ] {
            assert!(!observer(table), "{table:?}");
            assert!(may_read(&profile, Role::Inspector, table));
        }
        let view = |stage: &str| {
            let mut cells = CellMap::new();
            for (path, value) in [
                ("name", "P"),
                ("stage", stage),
                ("liaison", "Li"),
                ("lead_unit", "U"),
                ("notes", "draft"),
            ] {
                let cell = Cell {
                    value: value.into(),
                    contenders: Vec::new(),
                };
                cells.insert(path.parse::<FieldPath>().unwrap(), cell);
            }
            ProjectView {
                id: ProjectId::from_parts(1, [1; 10]),
                heads: Vec::new(),
                cells,
            }
        };
        assert_eq!(shown(&profile, Role::Observer, view("reserve")), None);
        let seen = shown(&profile, Role::Observer, view("construction")).unwrap();
        let paths: Vec<_> = seen.cells.keys().map(FieldPath::as_str).collect();
        assert_eq!(paths, ["lead_unit", "name", "stage"]);
        let whole = view("reserve");
        assert_eq!(shown(&profile, Role::Clerk, whole.clone()), Some(whole));
        // A county without observers shows them nothing.
        let other = Profile::built_in("longting").unwrap();
        assert!(!may_read(&other, Role::Observer, Table::Publications));
    }
}
