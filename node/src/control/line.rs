//! What persons ask of the line to the hub: an exchange, carried to its end or to a reason, and enrolment.
//!
//! Both work with a server around the node and without one; without one the process that asks dials the hub itself
//! (`node::Dialling`). An exchange is complete when neither side has anything left for the other.

use std::time::Duration;

use shared::sync::{Input, Reply, Standing};
use shared::text::line::{Exchanged, LineReason};
use tokio::time::{Instant, timeout_at};

use super::Context;
use crate::driver::{self, DriverError};

/// How long a hub may take to say where an enrolment stands. It says so with its first frame.
const JOIN_WAIT: Duration = Duration::from_secs(15);
/// How long a process that ends waits for the hub's signed receipt, which comes at most every five seconds.
const RECEIPT_WAIT: Duration = Duration::from_secs(8);
/// A pause after which it is worth asking again, when nothing was heard of the line.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// What to do while an exchange cannot be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persist {
    /// Say why at once.
    Never,
    /// Ask again until the time is over, unless only a person can change it.
    UntilThen,
}

/// Why nothing can be said of an exchange.
#[derive(Debug)]
pub enum ExchangeFailed {
    /// The driver does not answer.
    Driver(DriverError),
    /// The core refuses.
    Refused(Box<Reply>),
}

impl From<DriverError> for ExchangeFailed {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

/// Asks for an exchange and waits until nothing is left either way, but no longer than told.
///
/// # Errors
/// When the driver does not answer or the core refuses.
pub async fn exchange(
    context: &Context,
    wait: Duration,
    persist: Persist,
) -> Result<Exchanged, ExchangeFailed> {
    let deadline = Instant::now() + wait;
    let mut events = context.handle.subscribe();
    let (mut sent, mut received) = (0, 0);
    let mut told = None;
    let (left, problem) = loop {
        let asked = context.handle.request(|request| Input::SyncNow { request });
        let (left, problem) = match timeout_at(deadline, asked).await {
            Ok(Ok(Reply::Synced {
                sent: more_sent,
                received: more_received,
                left,
                problem,
            })) => {
                sent += more_sent;
                received += more_received;
                told = problem;
                (left, problem)
            }
            Ok(Ok(other)) => return Err(ExchangeFailed::Refused(Box::new(other))),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                let (pending, standing) = stands(context).await?;
                (pending, Some(unfinished(standing, told)))
            }
        };
        let is_over = match problem {
            None => left == 0,
            // Nothing but a person changes these.
            Some(LineReason::NotJoined | LineReason::LineOff | LineReason::ChangesRefused) => true,
            Some(_) => persist == Persist::Never,
        };
        if is_over || Instant::now() >= deadline {
            break (left, problem);
        }
        // The line changes, or a moment passes: then it is worth asking again.
        let next = deadline.min(Instant::now() + ASK_AGAIN);
        while let Ok(Ok(event)) = timeout_at(next, events.recv()).await {
            if matches!(event, driver::Event::Sync | driver::Event::Stopping) {
                break;
            }
        }
    };
    if !context.serving {
        // This process dialled as it opened the folder; all it moved was for this exchange.
        (sent, received) = context.handle.read(|read| read.replica.exchanged()).await?;
        if left == 0 && problem.is_none() {
            await_receipt(context).await?;
        }
    }
    Ok(Exchanged {
        sent,
        received,
        left,
        problem,
    })
}

/// How many edits wait, and how it stands with the hub.
async fn stands(context: &Context) -> Result<(u64, Standing), DriverError> {
    let asked = context.handle.read(|read| {
        let now = read.now;
        (
            read.replica.status(now).pending,
            read.replica.hub_standing(now),
        )
    });
    asked.await
}

/// Why the time was not enough: what keeps the line away, or that there was too much. While one more attempt is under way, what was told of
/// the one before is all that is known.
fn unfinished(standing: Standing, told: Option<LineReason>) -> LineReason {
    match standing {
        Standing::NotJoined => LineReason::NotJoined,
        Standing::Pending => LineReason::AwaitsApproval,
        Standing::Refused(reason) | Standing::Away(reason) => reason,
        Standing::Asking => told.unwrap_or(LineReason::TimedOut),
        Standing::Open => LineReason::Unfinished,
    }
}

/// Without a receipt the next process on this folder would not know that the hub has it all.
async fn await_receipt(context: &Context) -> Result<(), DriverError> {
    let deadline = Instant::now() + RECEIPT_WAIT;
    let mut events = context.handle.subscribe();
    loop {
        let receipted = context
            .handle
            .read(|read| read.replica.is_receipted(read.reader))
            .await?;
        // A store that fails has other ways to be heard of.
        if receipted.unwrap_or(true) || Instant::now() >= deadline {
            return Ok(());
        }
        let next = deadline.min(Instant::now() + ASK_AGAIN);
        let _heard = timeout_at(next, events.recv()).await;
    }
}

/// Waits for what the hub says of an enrolment, or for the reason why it cannot be asked now.
///
/// # Errors
/// When the driver does not answer.
pub async fn standing(context: &Context) -> Result<Standing, DriverError> {
    let deadline = Instant::now() + JOIN_WAIT;
    let mut events = context.handle.subscribe();
    loop {
        let standing = context
            .handle
            .read(|read| read.replica.hub_standing(read.now))
            .await?;
        if standing != Standing::Asking || Instant::now() >= deadline {
            return Ok(standing);
        }
        let next = deadline.min(Instant::now() + ASK_AGAIN);
        let _heard = timeout_at(next, events.recv()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_under_way_does_not_hide_what_the_one_before_met() {
        let told = Some(LineReason::Unreachable);
        assert_eq!(unfinished(Standing::Asking, told), LineReason::Unreachable);
        assert_eq!(unfinished(Standing::Asking, None), LineReason::TimedOut);
        let refused = Standing::Refused(LineReason::WrongHub);
        assert_eq!(unfinished(refused, told), LineReason::WrongHub);
        assert_eq!(unfinished(Standing::Open, told), LineReason::Unfinished);
    }
}
