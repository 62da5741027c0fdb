//! A person's commands: carried out by the desk, logged by `grant`, answered with the turn.

use crate::command::{Actor, Envelope, Outcome};
use crate::desk;
use crate::ids::{UnitId, UserId};
use crate::store::{Reader, Tree, Turn};
use crate::time::Timestamp;

use super::effect::{Effect, Reply, RequestRefusal};
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
        let Some(profile) = &self.profile else {
            answer(cx, request, Reply::Refused(RequestRefusal::NotReady));
            return Ok(());
        };
        let context = desk::Context {
            profile,
            role: self.facts.role,
            process: self.seed,
            now: cx.now,
        };
        let mut answers = Vec::with_capacity(envelopes.len());
        for envelope in &envelopes {
            let executed = desk::execute(
                &mut self.library,
                cx.turn,
                &context,
                cx.rng,
                actor,
                envelope,
            )?;
            answers.push(executed.answer);
        }
        let wrote = answers
            .iter()
            .any(|answer| matches!(answer.outcome, Outcome::Done { .. }));
        answer(cx, request, Reply::Commands(answers));
        if wrote {
            // What waits for the hub has grown; whoever shows the line shows that.
            cx.out.push(Effect::Status);
        }
        Ok(())
    }

    /// Lists a person in the roster of this node, so that those who read its documents see who wrote.
    ///
    /// # Errors
    /// When the store fails.
    pub fn enter_in_roster(
        &mut self,
        turn: &mut Turn<'_>,
        now: Timestamp,
        unit: UnitId,
        user: UserId,
        name: &str,
    ) -> Result<(), ReplicaError> {
        let Some(profile) = &self.profile else {
            return Ok(());
        };
        let context = desk::Context {
            profile,
            role: self.facts.role,
            process: self.seed,
            now,
        };
        desk::enter_in_roster(&mut self.library, turn, &context, unit, user, name)?;
        Ok(())
    }

    /// Hub: what a unit's node brought may complete a filing.
    pub(super) fn receive_filings(
        &mut self,
        cx: &mut Context<'_, '_>,
        unit: UnitId,
    ) -> Result<(), ReplicaError> {
        let Some(profile) = &self.profile else {
            return Ok(());
        };
        let context = desk::Context {
            profile,
            role: self.facts.role,
            process: self.seed,
            now: cx.now,
        };
        desk::receive_filings(&mut self.library, cx.turn, &context, cx.rng, unit)?;
        Ok(())
    }

    /// Node: commands are never judged by a clock that is behind the hub's (design.md 3).
    pub(super) fn note_hub_time(
        cx: &mut Context<'_, '_>,
        at: Timestamp,
    ) -> Result<(), ReplicaError> {
        let seen = cx.turn.load(Tree::Meta, desk::HUB_TIME_KEY)?;
        let seen = seen.and_then(|bytes| bytes.try_into().ok());
        if seen.map_or(i64::MIN, i64::from_be_bytes) < at.0 {
            cx.turn
                .put(Tree::Meta, desk::HUB_TIME_KEY, at.0.to_be_bytes());
        }
        Ok(())
    }
}
