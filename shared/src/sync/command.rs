//! A person's commands: carried out by the desk, logged by `grant`, answered with the turn.
//!
//! An import takes many turns, a chunk each. It waits in `jobs` between two of them, with the request that brought it, and
//! [`Replica::next_wakeup`] asks for the next turn at once; whatever else arrives meanwhile is handled in that turn too. One
//! import runs at a time and others queue behind it, so that an undoing never meets the import it takes back half written.
//! A process that ends loses its jobs; the import's record says how far it got.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::api::{ImportInfo, NodeRole};
use crate::command::{Actor, Answer, Command, Envelope, Outcome, Why};
use crate::decide::refuse;
use crate::desk;
use crate::identity::ProcessActor;
use crate::ids::{DocumentId, ImportId, ProjectId, UnitId, UserId};
use crate::limits;
use crate::profile::Profile;
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::time::Timestamp;

use super::effect::{Effect, Reply, RequestRefusal};
use super::error::ReplicaError;
use super::input::RequestId;
use super::{Context, Facts, Replica, answer};

/// A request with a command that was not finished in its turn.
pub(super) struct Job {
    request: RequestId,
    actor: Actor,
    /// What is left, the command under way first.
    envelopes: VecDeque<Envelope>,
    answers: Vec<Answer>,
}

impl Job {
    /// The import this is about now.
    fn import(&self) -> Option<ImportId> {
        match self.envelopes.front()?.command {
            Command::Import { import, .. } | Command::UndoImport { import } => Some(import),
            _ => None,
        }
    }
}

/// Whether a chunk of an import may be written in this turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chunk {
    /// One may.
    Free,
    /// This turn's is written, or another import runs.
    Taken,
}

impl Replica {
    pub(super) fn command(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        actor: Actor,
        envelopes: Vec<Envelope>,
    ) -> Result<(), ReplicaError> {
        if self.profile.is_none() {
            answer(cx, request, Reply::Refused(RequestRefusal::NotReady));
            return Ok(());
        }
        let job = Job {
            request,
            actor,
            answers: Vec::with_capacity(envelopes.len()),
            envelopes: envelopes.into(),
        };
        let chunk = if self.jobs.is_empty() {
            Chunk::Free
        } else {
            Chunk::Taken
        };
        if let Some(unfinished) = self.advance(cx, job, chunk)? {
            self.jobs.push_back(unfinished);
        }
        Ok(())
    }

    /// Writes the next chunk of the import that runs, if one does.
    pub(super) fn go_on(&mut self, cx: &mut Context<'_, '_>) -> Result<(), ReplicaError> {
        let Some(job) = self.jobs.pop_front() else {
            return Ok(());
        };
        if let Some(unfinished) = self.advance(cx, job, Chunk::Free)? {
            self.jobs.push_front(unfinished);
        }
        Ok(())
    }

    /// Carries out as much of a request as belongs into this turn; gives it back when something is left.
    fn advance(
        &mut self,
        cx: &mut Context<'_, '_>,
        mut job: Job,
        mut chunk: Chunk,
    ) -> Result<Option<Job>, ReplicaError> {
        let Some(context) = desk_context(self.profile.as_ref(), &self.facts, self.seed, cx.now)
        else {
            return Ok(None);
        };
        while let Some(envelope) = job.envelopes.front() {
            let is_bulk = envelope.command.is_bulk();
            if is_bulk && chunk == Chunk::Taken {
                if self.jobs.len() < limits::IMPORTS_WAITING_MAX {
                    return Ok(Some(job));
                }
                job.answers.push(Answer {
                    id: envelope.id,
                    outcome: Outcome::Refused(refuse(Why::TooMany)),
                });
                job.envelopes.pop_front();
                continue;
            }
            let executed = desk::execute(
                &mut self.library,
                cx.turn,
                &context,
                cx.rng,
                &job.actor,
                envelope,
            )?;
            if is_bulk {
                chunk = Chunk::Taken;
                self.is_chunk_turn = true;
            }
            match executed.answer {
                Some(answer) => {
                    job.answers.push(answer);
                    job.envelopes.pop_front();
                }
                None => {
                    cx.out.push(Effect::Status);
                    return Ok(Some(job));
                }
            }
        }
        let wrote = job
            .answers
            .iter()
            .any(|answer| matches!(answer.outcome, Outcome::Done { .. }));
        answer(cx, job.request, Reply::Commands(job.answers));
        if wrote {
            // What waits for the hub has grown; whoever shows the line shows that.
            cx.out.push(Effect::Status);
        }
        Ok(None)
    }

    /// Gives back the memory of the documents an import wrote in this turn: nobody looks at most of them soon.
    pub(super) fn let_go_of_chunk(&mut self, changed: &[DocumentId]) {
        if std::mem::take(&mut self.is_chunk_turn) {
            for id in changed {
                self.library.let_go(id);
            }
        }
    }

    fn running_import(&self) -> Option<ImportId> {
        self.jobs.front().and_then(Job::import)
    }

    /// The imports of this node, newest first; what is neither whole nor running was interrupted.
    ///
    /// # Errors
    /// When the store fails.
    pub fn imports(&self, reader: &dyn Reader) -> Result<Vec<ImportInfo>, StoreError> {
        desk::imports(reader, self.running_import())
    }

    /// One import of this node.
    ///
    /// # Errors
    /// When the store fails.
    pub fn import(
        &self,
        reader: &dyn Reader,
        id: ImportId,
    ) -> Result<Option<ImportInfo>, StoreError> {
        desk::import(reader, id, self.running_import())
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
        let Some(context) = desk_context(self.profile.as_ref(), &self.facts, self.seed, now) else {
            return Ok(());
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
        let Some(context) = desk_context(self.profile.as_ref(), &self.facts, self.seed, cx.now)
        else {
            return Ok(());
        };
        desk::receive_filings(&mut self.library, cx.turn, &context, cx.rng, unit)?;
        Ok(())
    }

    /// Hub: what a unit's node brought may start permitting.
    pub(super) fn begin_permitting(
        &mut self,
        cx: &mut Context<'_, '_>,
        projects: BTreeSet<ProjectId>,
    ) -> Result<(), ReplicaError> {
        if self.facts.role != NodeRole::Hub {
            return Ok(());
        }
        let Some(context) = desk_context(self.profile.as_ref(), &self.facts, self.seed, cx.now)
        else {
            return Ok(());
        };
        desk::begin_permitting(&mut self.library, cx.turn, &context, cx.rng, projects)?;
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

/// What commands are judged by; `None` without rules to judge by.
fn desk_context<'a>(
    profile: Option<&'a Arc<Profile>>,
    facts: &Facts,
    process: ProcessActor,
    now: Timestamp,
) -> Option<desk::Context<'a>> {
    profile.map(|profile| desk::Context {
        profile,
        role: facts.role,
        process,
        now,
    })
}

#[cfg(test)]
mod tests;
