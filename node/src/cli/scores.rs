//! `xiangmu scores [SHEET]`: what the records propose for the hub's open score sheets; with a sheet, enters it where nothing stands.

use serde_json::json;
use shared::ids::RowId;
use shared::rules::scores::written;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `scores`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The sheet whose empty cells are filled; without it the proposals are shown
    #[arg(value_name = "SHEET")]
    pub sheet: Option<RowId>,
    /// The year of the sheets [default: this one]
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i16>,
    /// The account to act as [default: the head of the hub, at the console]
    #[arg(long, value_name = "NAME", visible_alias = "as", requires = "sheet")]
    pub user: Option<String>,
}

/// Shows or fills; 1 when a value that stands differs from what the records make.
///
/// # Errors
/// When this is no hub, the sheet is not open, or a rule refuses a value.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let Args { sheet, year, user } = args;
    let request = match sheet {
        Some(sheet) => Request::ScoresFill { sheet, year, user },
        None => Request::Scores { year },
    };
    let differ = match Target::ask(common, output, request)? {
        Outcome::ScoresFilled { filled, differ } => {
            let said = System::ScoresFilled { filled, differ };
            output.either(&json!({"filled": filled, "differ": differ}), &said)?;
            differ
        }
        Outcome::Scores { sheets } => {
            for sheet in &sheets {
                show(sheet, output)?;
            }
            let cells = sheets.iter().flat_map(|sheet| &sheet.cells);
            cells.filter(|cell| cell.differs).count()
        }
        other => return Err(unexpected(&other)),
    };
    Ok(if differ == 0 {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// A line for each cell: sheet, period, subject, indicator, what the records make, what stands.
fn show(sheet: &shared::api::rules::ScoreSheet, output: &mut Output) -> Result<(), Failure> {
    if output.json {
        return output.value(sheet);
    }
    for cell in &sheet.cells {
        let shown = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), written);
        output.line(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            sheet.row,
            sheet.period,
            cell.name,
            cell.indicator.name,
            shown(cell.proposed),
            shown(cell.stated)
        ))?;
    }
    Ok(())
}
