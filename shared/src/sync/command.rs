//! A person's commands: carried out by the desk, logged by us.

use crate::command::{Actor, Envelope};

use super::effect::Reply;
use super::error::ReplicaError;
use super::input::RequestId;
use super::{Context, Replica, answer};

impl Replica {
    pub(super) fn command(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        actor: &Actor,
        envelopes: Vec<Envelope>,
    ) -> Result<(), ReplicaError> {
        let _ = (actor, envelopes);
        answer(cx, request, Reply::Commands(Vec::new()));
        Ok(())
    }
}
