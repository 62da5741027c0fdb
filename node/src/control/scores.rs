//! What the records propose for the hub's open score sheets, and taking it over: each value becomes a row its person answers for.
//!
//! Nothing that stands in a sheet is overwritten. A value that differs from what the records make is left to whoever entered it.

use shared::api::rules::ScoreSheet;
use shared::command::{Command, Envelope, Outcome as CommandOutcome};
use shared::field::{Column, Table};
use shared::ids::RowId;
use shared::limits;
use shared::rules::scores::written;
use shared::text::Lang;
use shared::value::Value;

use super::perform::hub_only;
use super::request::{Outcome, Trouble};
use super::{Context, edit, new_command_id};
use crate::views;

/// The open sheets of a year, this one unless told, with what the records make of their cells.
pub(super) async fn list(context: &Context, year: Option<i16>) -> Result<Outcome, Trouble> {
    let sheets = sheets(context, year).await?;
    Ok(Outcome::Scores { sheets })
}

/// Enters what the records propose for a sheet's empty cells, as one person.
pub(super) async fn fill(
    context: &Context,
    sheet: RowId,
    year: Option<i16>,
    user: Option<&str>,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    let actor = edit::actor(context, user)?;
    let mut sheets = sheets(context, year).await?.into_iter();
    let found = sheets.find(|known| known.row == sheet);
    let found = found.ok_or_else(|| Trouble::plain("no open sheet of this year has this id"))?;
    let differ = found.cells.iter().filter(|cell| cell.differs).count();
    let empty = found.cells.iter().filter(|cell| cell.stated.is_none());
    let envelopes: Vec<Envelope> = empty
        .filter_map(|cell| {
            let set = [
                (Column::ScoreSheet, sheet.to_string().into()),
                (Column::Subject, cell.subject.as_str().into()),
                (Column::Indicator, cell.indicator.id.as_str().into()),
                (Column::Score, Value::Text(written(cell.proposed?))),
            ];
            let now = context.clock.now().0.unsigned_abs();
            Some(Envelope {
                id: new_command_id(&context.clock),
                base: None,
                after: Vec::new(),
                command: Command::Record {
                    project: None,
                    unit: None,
                    table: Table::ScoreValues,
                    row: RowId::from_parts(now, context.clock.random()),
                    set: set.into(),
                    on_behalf: None,
                },
            })
        })
        .collect();
    let mut filled = 0;
    for chunk in envelopes.chunks(limits::COMMANDS_PER_REQUEST_MAX) {
        let answers = context
            .handle
            .command(actor.clone(), chunk.to_vec())
            .await?;
        for answer in answers {
            match answer.outcome {
                CommandOutcome::Done { .. } => filled += 1,
                CommandOutcome::Refused(refusal) => {
                    return Err(Trouble::plain(refusal.sentence(lang)));
                }
            }
        }
    }
    Ok(Outcome::ScoresFilled { filled, differ })
}

async fn sheets(context: &Context, year: Option<i16>) -> Result<Vec<ScoreSheet>, Trouble> {
    hub_only(context)?;
    let built_in = context.built_in.clone();
    let year = year.unwrap_or_else(|| context.clock.now().date().year());
    let read = context
        .handle
        .read(move |read| views::county_rules(read, &built_in, year));
    Ok(read.await??.sheets)
}
