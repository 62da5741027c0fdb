//! Whether an act on the pool may be done: asking, arranging, opening, breaking down, paying, giving back, looking at the use.

use super::queue::{Request, Wait, Waiting, queue};
use super::{Account, clause};
use crate::book::Cells as _;
use crate::command::{Refusal, Role, Why, Write};
use crate::decide::{Draw, Parties, refuse};
use crate::field::{Column, FieldPath, Table};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId};
use crate::rules::guards::Ask;
use crate::rules::stage::{self, Stage};
use crate::rules::{Entry, Look, World, gates, requests};
use crate::value::Value;

fn no(world: &World<'_>, why: Why) -> Refusal {
    Refusal {
        rule: Some(clause(world).to_owned()),
        ..refuse(why)
    }
}

fn no_at(world: &World<'_>, why: Why, entry: &Entry<'_>, columns: &[Column]) -> Refusal {
    let at = |column: &Column| FieldPath::cell(entry.table, entry.row, *column);
    Refusal {
        missing: columns.iter().map(at).collect(),
        ..no(world, why)
    }
}

/// The columns an act cannot do without.
fn demand(world: &World<'_>, entry: &Entry<'_>, columns: &[Column]) -> Result<(), Refusal> {
    let missing: Vec<_> = columns
        .iter()
        .copied()
        .filter(|column| entry.get(*column).is_null())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(no_at(world, Why::Missing, entry, &missing))
    }
}

/// An amount above zero.
fn amount(world: &World<'_>, entry: &Entry<'_>) -> Result<i64, Refusal> {
    demand(world, entry, &[Column::AmountFen])?;
    match entry.int(Column::AmountFen) {
        Some(fen) if fen > 0 => Ok(fen),
        _ => {
            let expected = "money".to_owned();
            let why = Why::BadValue { expected };
            Err(no_at(world, why, entry, &[Column::AmountFen]))
        }
    }
}

fn enabled(world: &World<'_>) -> Result<(), Refusal> {
    if world.profile.pool.enabled {
        Ok(())
    } else {
        Err(refuse(Why::NotInProfile))
    }
}

/// A unit asks for money for one of its projects.
pub(in crate::rules) fn judge_request(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    enabled(world)?;
    demand(world, entry, &[Column::Project, Column::Purpose])?;
    amount(world, entry)?;
    let view = entry.about().and_then(|id| world.projects.get(&id));
    let view = view.ok_or_else(|| no_at(world, Why::NotFound, entry, &[Column::Project]))?;
    let parties = Parties::of(view, world.directory);
    if entry.unit.is_none() || !parties.all().iter().any(|unit| Some(*unit) == entry.unit) {
        return Err(no_at(world, Why::NotYourUnit, entry, &[Column::Project]));
    }
    let now = Stage::of(view);
    if !requests::fits("pool", "", now, now) {
        return Err(stage::wrong_state(world.profile, now));
    }
    // Work given to a third party follows its procedure; the paper of it comes with the request.
    if entry.flag(Column::ThirdParty) {
        demand(world, entry, &[Column::Document])?;
    }
    if Account::of(world.hub)
        .unevaluated(view.id, entry.now)
        .is_some()
    {
        return Err(unevaluated(world));
    }
    Ok(Vec::new())
}

fn unevaluated(world: &World<'_>) -> Refusal {
    let check = "pool_unevaluated".to_owned();
    no(world, Why::Inconsistent { check })
}

/// The hub answers a request by hand.
pub(in crate::rules) fn judge_answer(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let book = entry.unit.and_then(|unit| world.units.get(&unit));
    let asked = entry.reference(Column::Request);
    let request = asked.and_then(|row| book?.row(Table::Requests, row));
    let request = request.ok_or_else(|| refuse(Why::NotFound))?;
    // What was paid or given back is written by the act itself.
    if matches!(entry.text(Column::RequestOutcome), "paid" | "given_back") {
        return Err(refuse(Why::NotWritable));
    }
    let answers = book
        .into_iter()
        .flat_map(|book| book.each(Table::RequestAnswers));
    let closed = answers
        .filter(|answer| answer.is(Column::Request, request.key))
        .any(|answer| answer.text(Column::RequestOutcome) != "granted");
    if closed {
        return Err(refuse(Why::Exists));
    }
    Ok(Vec::new())
}

/// The hub arranges a request.
pub(in crate::rules) fn judge_arrangement(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    enabled(world)?;
    let account = Account::of(world.hub);
    let look = Look::new(world, entry.now);
    let queue = queue(&look, &account);
    let asked = entry.reference(Column::Request);
    let Some(row) = asked else {
        return Err(no_at(world, Why::Missing, entry, &[Column::Request]));
    };
    if queue
        .paying
        .iter()
        .any(|waiting| waiting.request.row == row)
        || account.payments.contains_key(&row)
    {
        return Err(no(world, Why::Exists));
    }
    let found = queue.find(row).ok_or_else(|| no(world, Why::NotFound))?;
    if found.wait == Wait::Evaluation {
        return Err(unevaluated(world));
    }
    let request = &found.request;
    // Passing over a project that comes first, or a unit with merit, needs a reason.
    let rank = |request: &Request| (!request.is_first, !request.has_merit);
    let passed_over = queue
        .arranging
        .iter()
        .filter(|waiting| waiting.wait == Wait::Arrangement)
        .any(|waiting| rank(&waiting.request) < rank(request));
    if passed_over && entry.text(Column::Reason).trim().is_empty() {
        return Err(no_at(world, Why::ReasonMissing, entry, &[Column::Reason]));
    }
    let project = entry.cell(
        entry.table,
        entry.row,
        Column::Project,
        request.project.to_string().into(),
    );
    Ok(project.into_iter().collect())
}

/// The hub writes an entry of the pool.
pub(in crate::rules) fn judge_entry(
    world: &World<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
) -> Result<Vec<Write>, Refusal> {
    enabled(world)?;
    let account = Account::of(world.hub);
    match entry.text(Column::PoolAct) {
        "open" => open(world, entry, &account),
        "breakdown" => breakdown(world, entry, &account),
        "prepare" => payable(world, entry, &account).map(|due| due.names(entry)),
        "pay" => pay(world, entry, &account, draw),
        "give_back" => give_back(world, entry, &account, draw),
        _ => evaluate(world, entry, &account),
    }
}

fn open(world: &World<'_>, entry: &Entry<'_>, account: &Account) -> Result<Vec<Write>, Refusal> {
    let fen = amount(world, entry)?;
    if account.opening_fen.is_some() {
        return Err(no(world, Why::OnlyOne));
    }
    let key = "pool.size".to_owned();
    let size = world.profile.pool.size.get();
    let size = size.ok_or_else(|| no(world, Why::Unset { key }))?.fen().0;
    if fen == size {
        Ok(Vec::new())
    } else {
        Err(no(
            world,
            Why::Differs {
                fen: size.saturating_sub(fen),
            },
        ))
    }
}

/// A part of the opening entry. The parts may come one by one; the last kind of source must make the sum whole.
fn breakdown(
    world: &World<'_>,
    entry: &Entry<'_>,
    account: &Account,
) -> Result<Vec<Write>, Refusal> {
    let pool = &world.profile.pool;
    demand(world, entry, &[Column::PoolSource, Column::AmountFen])?;
    let fen = entry.int(Column::AmountFen).unwrap_or(0);
    let source = entry.text(Column::PoolSource);
    if !pool.sources.iter().any(|label| label.id == source) {
        return Err(no_at(
            world,
            Why::NotInProfile,
            entry,
            &[Column::PoolSource],
        ));
    }
    let shares = pool.shares.get();
    if let Some(share) = shares.and_then(|shares| shares.get(source)) {
        let by = share.fen().0.saturating_sub(fen);
        if by != 0 {
            return Err(no(world, Why::Differs { fen: by }));
        }
    }
    let mut after = account.clone();
    after.parts.insert(source.to_owned(), fen);
    let left = after.undivided_fen();
    let is_whole = pool
        .sources
        .iter()
        .all(|label| after.parts.contains_key(&label.id));
    if left < 0 || is_whole && left != 0 {
        return Err(no(world, Why::Differs { fen: left }));
    }
    Ok(Vec::new())
}

/// A payment that may be made now.
struct Due {
    unit: UnitId,
    project: ProjectId,
    request: RowId,
    fen: i64,
}

impl Due {
    /// The project beside the entry.
    fn names(&self, entry: &Entry<'_>) -> Vec<Write> {
        let project = self.project.to_string();
        let cell = entry.cell(entry.table, entry.row, Column::Project, project.into());
        cell.into_iter().collect()
    }
}

/// What is due for the request that an entry names: an officer prepares it, the head confirms it (domain.md 1.3).
fn payable(world: &World<'_>, entry: &Entry<'_>, account: &Account) -> Result<Due, Refusal> {
    demand(world, entry, &[Column::Request])?;
    let fen = amount(world, entry)?;
    let row = entry.reference(Column::Request);
    let row = row.ok_or_else(|| no(world, Why::NotFound))?;
    if account.payments.contains_key(&row) {
        return Err(no(world, Why::Exists));
    }
    let look = Look::new(world, entry.now);
    let queue = queue(&look, account);
    let Waiting { request, wait, .. } = queue.find(row).ok_or_else(|| no(world, Why::NotFound))?;
    if fen != request.fen {
        let fen = request.fen.saturating_sub(fen);
        return Err(no(world, Why::Differs { fen }));
    }
    match wait {
        Wait::Arrangement => {
            let check = "pool_not_arranged".to_owned();
            return Err(no(world, Why::Inconsistent { check }));
        }
        Wait::Evaluation => return Err(unevaluated(world)),
        Wait::Approval | Wait::Next | Wait::Money { .. } | Wait::Behind(_) => {}
    }
    let view = world.projects.get(&request.project);
    let ask = Ask::about(&look, view).writing(entry);
    gates::pass(&ask, "pool_pay")?;
    // Whatever gates a county has, the pool is not overdrawn and nobody is passed over.
    if *wait != Wait::Next {
        let fen = account.balance_fen;
        return Err(no(world, Why::NotEnough { fen }));
    }
    Ok(Due {
        unit: request.unit,
        project: request.project,
        request: row,
        fen,
    })
}

/// The head of the hub pays: what is due is paid in this act, and the unit is told.
fn pay(
    world: &World<'_>,
    entry: &Entry<'_>,
    account: &Account,
    draw: Draw<'_>,
) -> Result<Vec<Write>, Refusal> {
    let due = payable(world, entry, account)?;
    if entry.actor.role != Role::HubHead {
        return Err(no(world, Why::RoleMayNot));
    }
    let mut writes = due.names(entry);
    writes.extend(tell(entry, due.unit, due.request, "paid", due.fen, draw()));
    Ok(writes)
}

fn give_back(
    world: &World<'_>,
    entry: &Entry<'_>,
    account: &Account,
    draw: Draw<'_>,
) -> Result<Vec<Write>, Refusal> {
    demand(world, entry, &[Column::Project])?;
    let fen = amount(world, entry)?;
    let project = entry.about().ok_or_else(|| no(world, Why::NotFound))?;
    let drawn = account.projects.get(&project).copied().unwrap_or_default();
    if fen > drawn.outstanding_fen() {
        let check = "return_exceeds_drawn".to_owned();
        return Err(no_at(
            world,
            Why::Inconsistent { check },
            entry,
            &[Column::AmountFen],
        ));
    }
    let mut paid = account.payments.iter();
    let latest = paid.rfind(|(_, payment)| payment.project == project);
    let told = latest.and_then(|(row, _)| {
        let mut units = world.units.iter();
        let (unit, _) = units.find(|(_, book)| book.row(Table::Requests, *row).is_some())?;
        Some(tell(entry, *unit, *row, "given_back", fen, draw()))
    });
    Ok(told.unwrap_or_default())
}

fn evaluate(
    world: &World<'_>,
    entry: &Entry<'_>,
    account: &Account,
) -> Result<Vec<Write>, Refusal> {
    demand(world, entry, &[Column::Request, Column::Text])?;
    let request = entry.reference(Column::Request);
    match request.and_then(|row| account.payments.get(&row)) {
        Some(_) => Ok(Vec::new()),
        None => Err(no(world, Why::NotFound)),
    }
}

/// Tells the unit what was done about its request, in its own papers.
fn tell(
    entry: &Entry<'_>,
    unit: UnitId,
    request: RowId,
    outcome: &str,
    fen: i64,
    row: RowId,
) -> Vec<Write> {
    let cells: [(Column, Value); 5] = [
        (Column::Request, request.to_string().into()),
        (Column::RequestOutcome, outcome.into()),
        (Column::AmountFen, fen.into()),
        (Column::By, entry.actor.user.to_string().into()),
        (Column::At, Value::Int(entry.now.0)),
    ];
    let write = |(column, value)| Write {
        document: DocumentId::Unit(unit),
        path: FieldPath::cell(Table::RequestAnswers, row, column),
        value,
    };
    cells.into_iter().map(write).collect()
}
