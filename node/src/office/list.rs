//! The list of projects as somebody looks at it, as a workbook: the rows in their order, what they are gathered under, the columns of the screen.
//!
//! It can be imported like any ledger: its figures that are worked out have titles the import steps over.

use shared::field::Field;
use shared::money::Fen;
use shared::profile::Profile;
use shared::project::ProjectRow;
use shared::records::option_label;
use shared::rules::overview::{pace, rate};
use shared::text::Lang;
use shared::text::figures::{percent, signed};
use shared::text::office::{self, LEDGER_NAME, MONEY_UNIT, Reading, in_wan};
use shared::text::ui::Ui;
use shared::time::{Date, Month};

use super::export::ExportError;
use super::sheet::{Head, Shown, Style, TitledTable};

/// What stands above a list and what it is made of.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    /// The county's rules, whose words name stages and sectors.
    pub profile: &'a Profile,
    /// The unit whose list it is.
    pub unit: &'a str,
    /// The month of its figures.
    pub month: Month,
    /// The day it is written on.
    pub today: Date,
    /// What it is for.
    pub style: Style,
}

/// Writes the rows, each group under its name; rows that are gathered under nothing have an empty one.
///
/// # Errors
/// When the workbook cannot be built.
pub fn write(
    list: &List<'_>,
    groups: &[(String, Vec<ProjectRow>)],
) -> Result<Vec<u8>, ExportError> {
    let rows = groups.iter().flat_map(|(_, rows)| rows);
    let named = groups.iter().filter(|(name, _)| !name.is_empty());
    let name = |(name, rows): &(String, Vec<ProjectRow>)| {
        (office::group_line(name, rows.len()), rows.len())
    };
    let table = TitledTable {
        title: office::ledger_title(LEDGER_NAME, list.month.year(), list.month.month()),
        sheet: LEDGER_NAME.to_owned(),
        line: Some((office::reporting_unit(list.unit), MONEY_UNIT.to_owned())),
        head: heads(),
        frozen: 2,
        rows: rows
            .enumerate()
            .map(|(at, row)| cells(list, at + 1, row))
            .collect(),
        groups: named.map(name).collect(),
        signed: Some(list.today),
        style: list.style,
    };
    table.xlsx()
}

fn heads() -> Vec<Head> {
    let text = |word: Ui, width| Head::new(word.text(Lang::Zh), width);
    let money = |title: &str| Head {
        is_money: true,
        ..Head::new(&in_wan(title, Lang::Zh), 14)
    };
    vec![
        Head::new(Reading::Serial.text(Lang::Zh), 5),
        text(Ui::ProjectName, 30),
        text(Ui::Code, 16),
        text(Ui::Unit, 14),
        Head::new(Field::Sector.label(Lang::Zh), 10),
        text(Ui::Stage, 10),
        money(Ui::TotalInvestment.text(Lang::Zh)),
        money(Ui::YearPlan.text(Lang::Zh)),
        money(office::YEAR_DONE),
        Head::new(office::YEAR_RATE, 10),
        text(Ui::PaceGap, 10),
        Head::new(office::LATEST_IMAGE, 30),
        text(Ui::OpenIssues, 10),
        text(Ui::LeadUnit, 16),
        text(Ui::UpdatedAt, 12),
        Head {
            is_hidden: true,
            ..Head::new(Reading::Id.text(Lang::Zh), 28)
        },
    ]
}

fn cells(list: &List<'_>, number: usize, row: &ProjectRow) -> Vec<Shown> {
    let text = |text: &str| Shown::Text(text.to_owned());
    let option =
        |enumeration, id: &str| text(option_label(list.profile, enumeration, id, Lang::Zh));
    let money = |fen: Option<i64>| match fen {
        Some(fen) => Shown::Number(Fen(fen).wan_exact()),
        None => Shown::Text(String::new()),
    };
    let done = rate(row.year_done_fen, row.year_plan_fen);
    let gap = done.map_or(String::new(), |done| signed(done - pace(list.month)));
    vec![
        Shown::Number(number.to_string()),
        text(&row.name),
        text(&row.code),
        text(&row.home_name),
        option("sectors", &row.sector),
        option("stage", &row.stage),
        money(row.total_fen),
        money(row.year_plan_fen),
        money(row.year_done_fen),
        Shown::Text(done.map_or(String::new(), |done| percent(Some(done)))),
        Shown::Text(gap),
        text(&row.image),
        Shown::Number(row.open_issues.to_string()),
        text(&row.lead_unit),
        Shown::Text(row.updated_at.date().to_string()),
        Shown::Text(row.id.to_string()),
    ]
}
