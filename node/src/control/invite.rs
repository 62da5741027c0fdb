//! One-time codes for nodes that shall join this hub: for the command line and for its officers' pages alike.

use shared::api::InviteInfo;
use shared::identity::UnitKind;
use shared::sync::{Approval, Input, Reply};

use super::Context;
use crate::driver::DriverError;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum InviteFailed {
    /// No unit is of this kind.
    #[error("`{0}` is no kind of unit")]
    Kind(String),
    /// The driver is gone.
    #[error("cannot reach the store")]
    Driver(#[from] DriverError),
    /// The core answered something else than a code; a refusal says why.
    #[error("the core refused the invite")]
    Refused(Box<Reply>),
}

/// Makes a code for a unit.
///
/// # Errors
/// [`InviteFailed`].
pub async fn invite(
    context: &Context,
    unit: String,
    kind: &str,
    approval: Approval,
) -> Result<InviteInfo, InviteFailed> {
    let kind = UnitKind::from_id(kind).ok_or_else(|| InviteFailed::Kind(kind.to_owned()))?;
    let addresses = context.addresses.to_vec();
    let reply = context
        .handle
        .request(move |request| Input::CreateInvite {
            request,
            unit,
            kind,
            addresses,
            approval,
        })
        .await?;
    match reply {
        Reply::Invited {
            code,
            expires,
            unit: _,
            unit_name,
        } => Ok(InviteInfo {
            code,
            expires_at: expires,
            unit: unit_name,
        }),
        other => Err(InviteFailed::Refused(Box::new(other))),
    }
}
