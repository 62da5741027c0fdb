//! What a column that names another record can name, and what such a record is called in one line.

use crate::cells::CellMap;
use crate::field::{Column, Kind, Table};

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A project.
    Project,
    /// A person's account.
    Person,
    /// A unit, a project or a person: who is scored or rewarded.
    Subject,
    /// A row of one of these tables.
    Rows(&'static [Table]),
    /// Something else: an attachment, a hash, a node. Written as it is.
    Free,
}

/// What a column of a table names.
#[must_use]
pub const fn targets(table: Table, column: Column) -> Named {
    match column {
        Column::By => Named::Person,
        Column::Project => Named::Project,
        Column::Subject => Named::Subject,
        Column::Issue => Named::Rows(match table {
            Table::UnitIssueSteps | Table::UnitIssueRulings => &[Table::UnitIssues],
            _ => &[Table::Issues],
        }),
        Column::Approval => Named::Rows(match table {
            Table::Requests => &[Table::Approvals, Table::ApprovalSteps],
            _ => &[Table::Approvals],
        }),
        Column::Request => Named::Rows(&[Table::Requests]),
        Column::Nomination => Named::Rows(&[Table::Nominations]),
        Column::Review => Named::Rows(&[Table::ProjectReviews]),
        Column::Edition => Named::Rows(&[Table::ListEditions]),
        Column::Meeting => Named::Rows(&[Table::Meetings]),
        Column::Inspection => Named::Rows(&[Table::Inspections]),
        Column::Corrects => Named::Rows(&[Table::Publications]),
        Column::ScoreSheet => Named::Rows(&[Table::ScoreSheets]),
        Column::ProfileVersion => Named::Rows(&[Table::Profiles]),
        Column::Change => Named::Rows(&[Table::MajorChanges]),
        Column::DutyTask => Named::Rows(&[Table::DutyTasks]),
        Column::Filing => Named::Rows(&[Table::Filings]),
        Column::Follows => Named::Rows(match table {
            Table::IssueSteps | Table::IssueRulings => &[Table::IssueSteps, Table::IssueRulings],
            Table::UnitIssueSteps | Table::UnitIssueRulings => {
                &[Table::UnitIssueSteps, Table::UnitIssueRulings]
            }
            Table::ApprovalSteps => &[Table::ApprovalSteps],
            Table::AcceptanceSteps => &[Table::AcceptanceSteps],
            Table::AgencySteps => &[Table::AgencySteps],
            Table::Violations => &[Table::Violations],
            Table::PushPlans => &[Table::PushPlans],
            Table::Exceptions => &[Table::Exceptions],
            Table::Nominations => &[Table::Nominations],
            Table::ListEditions => &[Table::ListEditions],
            Table::Filings => &[Table::Filings],
            _ => &[],
        }),
        Column::Document => Named::Rows(&[Table::Attachments]),
        _ => Named::Free,
    }
}

/// The keys of a table's rows, struck out or not, oldest first.
pub fn keys(cells: &CellMap, table: Table) -> impl Iterator<Item = &str> {
    cells.rows(table).map(|row| row.key)
}

/// The columns that name a row best: its needed ones, then its date.
pub(super) fn naming(table: Table) -> impl Iterator<Item = Column> {
    let date = table.columns().contains(&Column::Date) && !table.needs().contains(&Column::Date);
    // The engine writes filings, so nothing of them is asked for; a person knows one by its report and month.
    let filed = (table == Table::Filings).then_some([Column::Ledger, Column::Period]);
    table
        .needs()
        .iter()
        .copied()
        .filter(|column| !matches!(column.kind(), Kind::Json))
        .chain(date.then_some(Column::Date))
        .chain(filed.into_iter().flatten())
}
