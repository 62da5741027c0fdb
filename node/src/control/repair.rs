//! Repairing a record of which the hub refuses a change (`shared::sync::repair`), for command line and browser: first what it would
//! come to, then a person's yes to exactly that.

use shared::api::Repair;
use shared::command::Actor;
use shared::field::FieldPath;
use shared::ids::DocumentId;
use shared::sync::{Input, PlanMark, RepairRefusal, RepairWish, Reply, RequestRefusal};
use shared::text::Lang;
use shared::text::repair::RepairWords;
use shared::view;

use super::quarantine::named;
use super::request::{Outcome, Trouble};
use super::{Context, edit};
use crate::driver::{DriverError, ReadContext};

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
pub enum RepairFailed {
    /// As the core says.
    #[error(transparent)]
    Refused(RepairRefusal),
    /// The driver did not do it.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// Reading failed, or the core gave another answer.
    #[error("the repair failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl RepairFailed {
    fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

/// Why, for people.
#[must_use]
pub const fn words(why: RepairRefusal) -> RepairWords {
    match why {
        RepairRefusal::Sound => RepairWords::Sound,
        RepairRefusal::Others => RepairWords::Others,
        RepairRefusal::NotAllowed => RepairWords::NotAllowed,
        RepairRefusal::TooMany => RepairWords::TooMany,
        RepairRefusal::Moved => RepairWords::Moved,
    }
}

/// What a repair would come to.
///
/// # Errors
/// When there is nothing to repair, or the store cannot be read.
pub async fn plan(
    context: &Context,
    document: DocumentId,
    lang: Lang,
) -> Result<Repair, RepairFailed> {
    let read = move |read: &mut ReadContext<'_>| {
        let plan = read.replica.plan_repair(read.reader, &document);
        let plan = plan.map_err(RepairFailed::failed)?;
        let plan = plan.map_err(RepairFailed::Refused)?;
        let name = named(read, &document);
        let library = read.replica.library();
        view::repair(library, read.reader, name, &plan, lang).map_err(RepairFailed::failed)
    };
    context.handle.read(read).await?
}

/// Carries out what a plan's token stands for, without the values at some paths: how many values were written again, and how many
/// changes left the record.
///
/// # Errors
/// When there is nothing to repair, the record moved since the plan, or the store fails.
pub async fn carry_out(
    context: &Context,
    document: DocumentId,
    token: &str,
    leave: Vec<FieldPath>,
    actor: Actor,
) -> Result<(u64, u64), RepairFailed> {
    let mut mark = PlanMark::default();
    let wish = RepairWish {
        document,
        // What is no token of ours is no plan of this record either.
        mark: match hex::decode_to_slice(token, &mut mark) {
            Ok(()) => mark,
            Err(_) => return Err(RepairFailed::Refused(RepairRefusal::Moved)),
        },
        leave: leave.into_iter().collect(),
        actor,
    };
    let repair = move |request| Input::Repair { request, wish };
    match context.handle.request(repair).await? {
        Reply::Repaired { values, changes } => {
            tracing::warn!(values, changes, "a record was repaired by hand");
            Ok((values, changes))
        }
        Reply::Refused(RequestRefusal::Repair(why)) => Err(RepairFailed::Refused(why)),
        Reply::Refused(why) => Err(RepairFailed::failed(why)),
        // Only a mistake of ours brings another reply than the request's own.
        _ => Err(RepairFailed::failed("the core answered another question")),
    }
}

pub(super) async fn run(
    context: &Context,
    document: DocumentId,
    leave: Vec<FieldPath>,
    is_dry: bool,
    user: Option<&str>,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    let trouble = |failed: RepairFailed| match failed {
        RepairFailed::Refused(why) => Trouble::plain(words(why).text(lang)),
        failed => Trouble::failed(&failed),
    };
    let actor = edit::actor(context, user)?;
    let plan = plan(context, document.clone(), lang);
    let plan = plan.await.map_err(trouble)?;
    if is_dry {
        return Ok(Outcome::Repair { plan, done: None });
    }
    let token = plan.token.as_deref().unwrap_or_default();
    let done = carry_out(context, document, token, leave, actor).await;
    let done = Some(done.map_err(trouble)?);
    Ok(Outcome::Repair { plan, done })
}
