//! Whose write counts (domain.md 0.7, design.md 2).
//!
//! Accounts have the roles of [`Role`]. The other columns of domain.md 1.3 are no roles of an account: there an organisation stands for the
//! role. Whoever fills for the lead unit is its officer, whoever fills for a department that approves or guarantees something is its
//! approving officer, whoever fills for the finance bureau the finance officer, whoever fills for the owner its liaison; what they may do
//! follows from what their unit is to the project ([`Parties`], `rules::actors`).

use std::collections::BTreeSet;

use super::record::is_heads;
use super::{Directory, is_hub};
use crate::book::Cells as _;
use crate::command::{Actor, Role};
use crate::field::{Authority, Column, Field, FieldPath, Place, Rows, Table, Target};
use crate::ids::{DocumentId, UnitId};
use crate::project::ProjectView;
use crate::rules::agency;

/// The units that have a part in a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parties {
    /// The unit it belongs to.
    pub home: Option<UnitId>,
    /// The lead unit, when it is one of the directory.
    pub lead: Option<UnitId>,
    /// Territory, further responsible and co-operating units, owner, investment department, who approves or guarantees something, the agency.
    pub others: BTreeSet<UnitId>,
}

/// Fields that name a unit that takes part, beside home and lead.
pub(crate) const PARTY_FIELDS: &[Field] = &[
    Field::TerritorialOrg,
    Field::OwnerOrg,
    Field::InvestmentDept,
    Field::ExtraTeamUnit,
];

/// Tables whose rows name a unit that takes part: co-operating and further responsible units, approving departments, those who guarantee a
/// factor or check the works, the construction agency as long as the project may have one. What the hub alone writes comes first.
pub(crate) const PARTY_TABLES: &[Table] = &[
    Table::CoopUnits,
    Table::RespUnits,
    Table::Approvals,
    Table::Factors,
    Table::DeptChecks,
    Table::AgencyContracts,
];

impl Parties {
    /// The parties of a project.
    #[must_use]
    pub fn of(view: &ProjectView, directory: &Directory) -> Self {
        let unit = |field| {
            let text = view.text(field);
            directory.resolve(text).filter(|_| !text.is_empty())
        };
        let listed = |id: &UnitId| directory.units.contains_key(id);
        let fields = PARTY_FIELDS.iter().filter_map(|field| unit(*field));
        let rows = orgs_in_rows(view).filter_map(|org| directory.resolve(org));
        Self {
            home: unit(Field::HomeNode),
            lead: unit(Field::LeadUnit).filter(listed),
            others: fields.chain(rows).filter(listed).collect(),
        }
    }

    /// Every unit that has a part.
    #[must_use]
    pub fn all(&self) -> BTreeSet<UnitId> {
        self.home
            .into_iter()
            .chain(self.lead)
            .chain(self.others.iter().copied())
            .collect()
    }

    /// True when the actor may say something about the project: its units, the hub, inspectors and leaders.
    #[must_use]
    pub fn takes_part(&self, actor: &Actor) -> bool {
        actor.at_hub
            && matches!(
                actor.role,
                Role::HubOfficer | Role::HubHead | Role::Inspector | Role::Leader
            )
            || self.home == Some(actor.unit)
            || self.lead == Some(actor.unit)
            || self.others.contains(&actor.unit)
    }
}

/// The organisations that rows of a project name as taking part, as they stand there.
pub(crate) fn orgs_in_rows(view: &ProjectView) -> impl Iterator<Item = &str> {
    let tables = PARTY_TABLES.iter().copied();
    let in_effect = |table: &Table| *table != Table::AgencyContracts || agency::may_have(view);
    let rows = tables.filter(in_effect).flat_map(|table| view.each(table));
    rows.map(|row| row.text(Column::Org))
        .filter(|org| !org.is_empty())
}

/// What somebody may do with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Right {
    /// Write it, in this document.
    Write(DocumentId),
    /// Propose a value.
    Propose,
    /// Neither.
    Nothing,
    /// Nobody writes it this way.
    NotWritable,
}

/// Fields the owner reports as well as the lead unit (code O/U of domain.md 2): the home unit keeps its authority for them.
const ALSO_HOME: &[Field] = &[
    Field::CumInvestmentFen,
    Field::CumInvestmentAsAt,
    Field::MonthDoneFen,
    Field::MonthImage,
    Field::MonthDoneNode,
    Field::MonthNext,
    Field::MonthDeviation,
    Field::MonthNil,
    Field::MonthCorrection,
    Field::ImageNow,
    Field::ImageNowPercent,
    Field::ImageNowAsAt,
    Field::ActualStart,
    Field::ActualCompletion,
    Field::Commissioning,
    Field::Problems,
    Field::ProceduresNow,
];

/// True for what the head of the hub assigns and an officer prepares (domain.md 1.3): who leads a project, as a leader and as a unit.
#[must_use]
pub fn is_assigned(path: &FieldPath) -> bool {
    match path.target() {
        Target::Once(field) => field == Field::LeadUnit,
        Target::Cell(table, ..) => is_heads(table),
        _ => false,
    }
}

/// What the actor may do with a path of a project.
///
/// `for_unit`: an officer of the hub acts with the unit's authority (代填, import, ending a conflict).
#[must_use]
pub fn right_to(
    path: &FieldPath,
    view: &ProjectView,
    parties: &Parties,
    actor: &Actor,
    for_unit: bool,
) -> Right {
    let project = DocumentId::Project(view.id);
    let hub = is_hub(actor);
    let fills = hub || matches!(actor.role, Role::Clerk | Role::Head);
    let at_home = fills && parties.home == Some(actor.unit);
    let leads = fills && parties.lead == Some(actor.unit);
    let else_propose = if fills && parties.takes_part(actor) {
        Right::Propose
    } else {
        Right::Nothing
    };
    let heads = is_assigned(path);
    let (authority, also_home, struck) = match path.target() {
        Target::Once(Field::HomeNode | Field::Deleted | Field::Demo) => return Right::NotWritable,
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            // The name is the hub's once the project is on a list (domain.md 2.A).
            let listed = !matches!(view.text(Field::Stage), "" | "idea" | "reserve");
            if field == Field::Name && listed {
                return if hub {
                    Right::Write(project)
                } else {
                    else_propose
                };
            }
            (field.authority(), ALSO_HOME.contains(&field), false)
        }
        Target::Cell(table, _, column) => {
            let struck = column == Column::Deleted;
            // Acts are written whole, by their own command; only striking out goes this way.
            let cells = table.written_as() == Rows::Sheet
                && matches!(table.place(), Place::Project | Place::Oversight);
            let strikes = struck && (table.written_as() == Rows::Acts || table == Table::Comments);
            if !cells && !strikes {
                return Right::NotWritable;
            }
            (table.authority(), false, struck)
        }
        Target::Unknown => return Right::NotWritable,
    };
    match authority {
        Authority::Engine => Right::NotWritable,
        // What the head of the hub decides an officer prepares.
        Authority::Hub if hub && actor.role != Role::HubHead && heads => Right::Propose,
        Authority::Hub if hub => Right::Write(DocumentId::Oversight(view.id)),
        Authority::Hub => else_propose,
        Authority::Anyone if parties.takes_part(actor) || struck && hub => Right::Write(project),
        Authority::Anyone => Right::Nothing,
        Authority::Home if at_home || hub && for_unit => Right::Write(project),
        Authority::Home => else_propose,
        Authority::Lead => {
            let home_counts = parties.lead.is_none() || also_home;
            if leads || at_home && home_counts || hub && for_unit {
                Right::Write(project)
            } else {
                else_propose
            }
        }
    }
}
