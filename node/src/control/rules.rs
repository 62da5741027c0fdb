//! The versions of the county's rules: what there is, and the two acts that bring a new one (D-47); and the years' official holidays.

use shared::command::{Command, Envelope, Outcome as CommandOutcome};
use shared::field::{Column, Table};
use shared::ids::{RowId, UserId};
use shared::library::LibraryError;
use shared::profile::{Profile, VersionState};
use shared::rulebook::rulebook;
use shared::rules::workdays::{HolidayYear, WorkCalendar};
use shared::store::Reader;
use shared::summary;
use shared::text::Lang;
use shared::time::Date;
use shared::value::Value;

use super::request::{HolidaysKnown, Outcome, Rules, RulesVersion, Trouble};
use super::{Context, edit, new_command_id};
use crate::driver::ReadContext;

/// How far ahead obligations are looked at: the notice of a year comes in the November before it.
const DAYS_AHEAD: i64 = 45;

/// The versions, and the file in force.
pub(super) async fn list(context: &Context) -> Result<Rules, Trouble> {
    let built_in = context.built_in.clone();
    let slug = context.info().profile.clone();
    let read = context
        .handle
        .read(move |read| read_rules(read, &built_in))
        .await??;
    let (in_force, text, versions) = read;
    let text = match text {
        Some(text) => text,
        None => Profile::json(&slug)
            .map_err(|error| Trouble::failed(&error))?
            .to_owned(),
    };
    Ok(Rules {
        in_force,
        text,
        versions,
    })
}

type Read = (Option<RowId>, Option<String>, Vec<RulesVersion>);

fn read_rules(
    context: &mut ReadContext<'_>,
    built_in: &std::sync::Arc<Profile>,
) -> Result<Read, LibraryError> {
    let rules = rulebook(context.replica.library(), context.reader, built_in)?;
    let decided = rules.decided(context.now);
    let current = decided
        .iter()
        .find(|version| version.state == VersionState::InForce);
    let text = current.map(|version| version.row.text(Column::Profile).to_owned());
    let in_force = current.map(|version| version.id);
    let mut versions = Vec::with_capacity(decided.len());
    for version in &decided {
        let row = &version.row;
        versions.push(RulesVersion {
            id: version.id,
            state: version.state,
            from: row.text(Column::EffectiveFrom).to_owned(),
            reference: row.text(Column::Number).to_owned(),
            decided_by: name(context.reader, row.by())?,
            decided_at: row.at(),
            applied_by: match &version.applied {
                Some(applied) => name(context.reader, applied.by())?,
                None => String::new(),
            },
            applied_at: version.applied.as_ref().map(shared::book::Row::at),
            begins: version.begins,
            trouble: version
                .trouble
                .map_or_else(String::new, ToString::to_string),
        });
    }
    Ok((in_force, text, versions))
}

/// A person's name; the id of one nobody here knows.
fn name(reader: &dyn Reader, user: Option<UserId>) -> Result<String, LibraryError> {
    let Some(user) = user else {
        return Ok(String::new());
    };
    let person = summary::person(reader, user)?;
    Ok(person.map_or_else(|| user.to_string(), |person| person.name))
}

/// The head of the hub decides on a version.
pub(super) async fn propose(
    context: &Context,
    text: String,
    from: Date,
    reference: String,
    user: &str,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    let set = [
        (Column::Profile, Value::from(text.as_str())),
        (Column::EffectiveFrom, from.to_string().into()),
        (Column::Number, reference.as_str().into()),
    ];
    act(context, Table::Profiles, set, Some(user), lang).await
}

/// The system administrator applies one.
pub(super) async fn apply(
    context: &Context,
    version: RowId,
    user: &str,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    let set = [(Column::ProfileVersion, version.to_string().into())];
    act(context, Table::ProfileApplies, set, Some(user), lang).await
}

/// The years whose holidays are known here, and those that will soon be asked for and are not.
pub(super) async fn holidays(context: &Context) -> Result<Outcome, Trouble> {
    let built_in = context.built_in.clone();
    let read = context.handle.read(move |read| {
        let rules = rulebook(read.replica.library(), read.reader, &built_in)?;
        let calendar = &rules.history.at(read.now).calendar;
        Ok::<_, LibraryError>(WorkCalendar::of(calendar, &rules.rows))
    });
    let worked = read.await??;
    let known = worked.years().map(|year| HolidaysKnown {
        year: year.year,
        holidays: year.holidays.len(),
        workdays: year.workdays.len(),
        source: year.source.clone(),
    });
    let years: Vec<_> = known.collect();
    let today = context.clock.now().date();
    let asked = [today, today.plus_days(DAYS_AHEAD)].map(Date::year);
    let mut missing: Vec<i16> = asked
        .into_iter()
        .filter(|year| years.iter().all(|known| known.year != *year))
        .collect();
    missing.dedup();
    Ok(Outcome::Holidays { years, missing })
}

/// The hub publishes a year's holidays; whether the file is sound is for the rule to say.
pub(super) async fn publish_holidays(
    context: &Context,
    text: String,
    user: Option<&str>,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    let notice = HolidayYear::parse(&text).map_err(|error| Trouble::failed(&error))?;
    let set = [
        (Column::Year, notice.year.to_string().into()),
        (Column::Text, Value::Text(text)),
    ];
    act(context, Table::Holidays, set, user, lang).await
}

async fn act<const N: usize>(
    context: &Context,
    table: Table,
    set: [(Column, Value); N],
    user: Option<&str>,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    let actor = edit::actor(context, user)?;
    let now = context.clock.now().0.unsigned_abs();
    let row = RowId::from_parts(now, context.clock.random());
    let envelope = Envelope {
        id: new_command_id(&context.clock),
        base: None,
        after: Vec::new(),
        command: Command::Record {
            project: None,
            unit: None,
            table,
            row,
            set: set.into(),
            on_behalf: None,
        },
    };
    let answers = context.handle.command(actor, vec![envelope]).await?;
    match answers.into_iter().next().map(|answer| answer.outcome) {
        Some(CommandOutcome::Done { .. }) => Ok(Outcome::Recorded { row }),
        Some(CommandOutcome::Refused(refusal)) => Err(Trouble::plain(refusal.sentence(lang))),
        None => Err(Trouble::plain("a command has no answer")),
    }
}
