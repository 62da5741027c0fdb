//! Filling a sheet, publishing it, and what is frozen then.

use super::{
    PUBLISHED, Standing, active, canonical, hundredths, is_due_for, mark, rank, scheme_of, totals,
    values, weights,
};
use crate::book::{Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, FieldPath, Table};
use crate::profile::ScoreMode;
use crate::rules::guards::Ask;
use crate::rules::world::document_of;
use crate::rules::{Entry, Look, World, gates};

/// Refuses to touch a sheet a ranking was published from.
fn open<'a>(world: &World<'a>, entry: &Entry<'_>, sheet: &str) -> Result<Option<Row<'a>>, Refusal> {
    let row = sheet
        .parse()
        .ok()
        .and_then(|id| world.hub.row(Table::ScoreSheets, id));
    if row.is_some_and(|row| row.is(Column::State, PUBLISHED)) {
        let options =
            crate::text::fields::fixed_label("score_sheet_state", PUBLISHED, crate::text::Lang::Zh);
        let state = options.unwrap_or(PUBLISHED).to_owned();
        let at = FieldPath::cell(entry.table, entry.row, Column::ScoreSheet);
        return Err(Refusal {
            rule: Some("domain 10.2".to_owned()),
            missing: vec![at],
            ..refuse(Why::WrongState { state })
        });
    }
    Ok(row)
}

/// Judges a sheet: of a scheme the county has.
pub(in crate::rules) fn judge_sheet(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let at = |column| vec![FieldPath::cell(entry.table, entry.row, column)];
    open(world, entry, &entry.row.to_string())?;
    let schemes = &world.profile.assess.schemes;
    let topic = entry.text(Column::Topic);
    let known = schemes.iter().any(|scheme| scheme.id == topic);
    if !topic.is_empty() && !known || topic.is_empty() && entry.is_new && schemes.len() != 1 {
        return Err(Refusal {
            missing: at(Column::Topic),
            ..refuse(Why::NotInProfile)
        });
    }
    let period = entry.text(Column::Period);
    let scheme = schemes
        .iter()
        .find(|scheme| scheme.id == topic || schemes.len() == 1);
    if !period.is_empty() && scheme.is_some_and(|scheme| !is_due_for(scheme, period)) {
        return Err(Refusal {
            rule: scheme.map(|scheme| scheme.clause.clone()),
            missing: at(Column::Period),
            ..refuse(Why::NotInProfile)
        });
    }
    Ok(Vec::new())
}

/// Judges a value: of an open sheet, an indicator of its scheme, from 0 to 100 where values are weighed.
pub(in crate::rules) fn judge_value(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let at = |column| vec![FieldPath::cell(entry.table, entry.row, column)];
    // The row as it will stand: what is not set here stands already.
    let row = world.hub.row(Table::ScoreValues, entry.row);
    let text = |column| match entry.text(column) {
        "" => row.map_or("", |row| row.text(column)),
        text => text,
    };
    if let Some(row) = row {
        open(world, entry, row.text(Column::ScoreSheet))?;
    }
    let sheet = open(world, entry, text(Column::ScoreSheet))?;
    let sheet = sheet.ok_or_else(|| refuse(Why::NotFound))?;
    let scheme = scheme_of(world.profile, &sheet).ok_or_else(|| refuse(Why::NotInProfile))?;
    let indicators = active(scheme, sheet.text(Column::Period));
    if !indicators
        .iter()
        .any(|known| known.id == text(Column::Indicator))
    {
        return Err(Refusal {
            missing: at(Column::Indicator),
            ..refuse(Why::NotInProfile)
        });
    }
    if entry.get(Column::Score).is_null() {
        return Ok(Vec::new());
    }
    let value = hundredths(entry.text(Column::Score)).filter(|value| *value >= 0);
    let points = world.profile.score.mode == Some(ScoreMode::Points);
    if value.is_none_or(|value| !points && value > 10_000) {
        let expected = "score".to_owned();
        return Err(Refusal {
            rule: Some("domain 10.2".to_owned()),
            missing: at(Column::Score),
            ..refuse(Why::BadValue { expected })
        });
    }
    Ok(Vec::new())
}

/// Judges the publication of a sheet: computes it, ranks it, and freezes it with a digest.
pub(in crate::rules) fn judge_ranking(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let at = |column| FieldPath::cell(entry.table, entry.row, column);
    let assess = &world.profile.assess;
    let id = entry.text(Column::ScoreSheet);
    let sheet = open(world, entry, id)?.ok_or_else(|| refuse(Why::NotFound))?;
    let scheme = scheme_of(world.profile, &sheet).ok_or_else(|| refuse(Why::NotInProfile))?;
    let period = sheet.text(Column::Period);
    let look = Look::new(world, entry.now);
    gates::pass(&Ask::about(&look, None).writing(entry), "publish_ranking")?;
    let indicators = active(scheme, period);
    let values = values(world.hub, id);
    let totals = totals(world.profile, &indicators, &values)?;
    let mut standings = rank(&totals);
    let order: Vec<&str> = entry
        .text(Column::TieOrder)
        .split([',', '\n'])
        .map(str::trim)
        .collect();
    let (top, bottom) = (assess.top_n.unwrap_or(0), assess.bottom_n.unwrap_or(0));
    let undecided = mark(&mut standings, top, bottom, &order);
    if !undecided.is_empty() {
        let check = "rank_tie".to_owned();
        return Err(tie(
            scheme,
            Why::Inconsistent { check },
            at(Column::TieOrder),
        ));
    }
    let asked = mark(&mut standings.clone(), top, bottom, &[]);
    if !asked.is_empty() && entry.text(Column::Reason).trim().is_empty() {
        return Err(tie(scheme, Why::ReasonMissing, at(Column::Reason)));
    }
    let weights = weights(world.profile).into_iter().flatten();
    let weights = weights.map(|(id, weight)| (id.as_str(), *weight)).collect();
    let bytes = canonical(&scheme.id, period, &weights, &values, &standings);
    Ok(frozen(entry, &sheet, &scheme.id, &standings, &bytes))
}

fn tie(scheme: &crate::profile::Scheme, why: Why, path: FieldPath) -> Refusal {
    Refusal {
        rule: Some(scheme.clause.clone()),
        missing: vec![path],
        ..refuse(why)
    }
}

fn frozen(
    entry: &Entry<'_>,
    sheet: &Row<'_>,
    scheme: &str,
    standings: &[Standing],
    bytes: &[u8],
) -> Vec<Write> {
    let lines = serde_json::to_string(standings).unwrap_or_default();
    let mut cells = vec![
        (Column::Topic, scheme.to_owned()),
        (Column::Period, sheet.text(Column::Period).to_owned()),
        (Column::Lines, lines),
    ];
    #[cfg(feature = "crdt")]
    cells.push((Column::Digest, super::digest(bytes)));
    #[cfg(not(feature = "crdt"))]
    let _ = bytes;
    let beside =
        |(column, text): (Column, String)| entry.cell(entry.table, entry.row, column, text.into());
    let mut writes: Vec<Write> = cells.drain(..).filter_map(beside).collect();
    // The sheet's own document may be another year's; all years are read as one.
    let document = document_of(Table::ScoreSheets, None, None, entry.now);
    if let (Some(document), Some(row)) = (document, sheet.id()) {
        writes.push(Write {
            document,
            path: FieldPath::cell(Table::ScoreSheets, row, Column::State),
            value: PUBLISHED.into(),
        });
    }
    writes
}
