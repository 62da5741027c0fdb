//! One node of a scenario: its store, its documents, its clock, and how it takes what another has.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::api::NodeRole;
use crate::command::{Actor, Envelope, Outcome};
use crate::desk::{self, Context};
use crate::field::FieldPath;
use crate::identity::ProcessActor;
use crate::ids::{DocumentId, NodeId, UnitId, UserId};
use crate::library::Library;
use crate::profile::Profile;
use crate::store::{MemoryStore, Turn};
use crate::time::Timestamp;
use crate::value::Value;

/// Bytes of documents a site keeps in memory; a scenario's are few.
const LIBRARY_BYTES: usize = 256 << 20;

/// A node or the hub.
pub(super) struct Site {
    pub(super) name: String,
    pub(super) role: NodeRole,
    pub(super) id: NodeId,
    pub(super) store: MemoryStore,
    pub(super) library: Library,
    pub(super) is_cut: bool,
    rng: ChaCha8Rng,
}

impl Site {
    pub(super) fn new(name: &str, role: NodeRole) -> Self {
        let seed = *blake3::hash(name.as_bytes()).as_bytes();
        Self {
            name: name.to_owned(),
            role,
            id: NodeId::from_bytes(seed),
            store: MemoryStore::new(),
            library: Library::new(LIBRARY_BYTES, str::to_lowercase),
            is_cut: false,
            rng: ChaCha8Rng::from_seed(seed),
        }
    }

    /// One turn: everything it writes stands, or nothing does.
    pub(super) fn turn<T>(
        &mut self,
        profile: &Arc<Profile>,
        now: Timestamp,
        act: impl FnOnce(
            &mut Library,
            &mut Turn<'_>,
            &Context<'_>,
            &mut ChaCha8Rng,
        ) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut turn = Turn::new(&self.store);
        let context = Context {
            profile,
            role: self.role,
            process: ProcessActor::new(self.id, [1; 7]),
            now,
        };
        let result = act(&mut self.library, &mut turn, &context, &mut self.rng)?;
        let refreshed = self.library.refresh(&mut turn);
        refreshed.map_err(|error| error.to_string())?;
        let batch = turn.finish();
        self.store
            .commit(batch)
            .map_err(|error| error.to_string())?;
        Ok(result)
    }

    /// Carries out a command.
    pub(super) fn send(
        &mut self,
        profile: &Arc<Profile>,
        now: Timestamp,
        actor: &Actor,
        envelope: &Envelope,
    ) -> Result<Outcome, String> {
        // An import takes a turn for each of its chunks.
        loop {
            let answer = self.turn(profile, now, |library, turn, context, rng| {
                let done = desk::execute(library, turn, context, rng, actor, envelope);
                Ok(done.map_err(|error| error.to_string())?.answer)
            })?;
            if let Some(answer) = answer {
                return Ok(answer.outcome);
            }
        }
    }

    /// Writes what stands already when a scenario begins.
    pub(super) fn give(
        &mut self,
        profile: &Arc<Profile>,
        now: Timestamp,
        document: &DocumentId,
        edits: Vec<(FieldPath, Value)>,
        user: Option<UserId>,
    ) -> Result<(), String> {
        self.turn(profile, now, |library, turn, context, _| {
            let written = desk::record(library, turn, context, document, edits, user);
            written.map(drop).map_err(|error| error.to_string())
        })
    }

    /// Takes every change another site has that this one lacks; the hub's own notes stay at the hub.
    pub(super) fn take_from(
        &mut self,
        other: &mut Self,
        profile: &Arc<Profile>,
        now: Timestamp,
        units: &[UnitId],
    ) -> Result<(), String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let ids = Library::ids_from_changes(&other.store).map_err(|error| said(&error))?;
        let mut news = Vec::new();
        for id in ids {
            if matches!(id, DocumentId::Hub(_)) {
                continue;
            }
            let here = self
                .library
                .heads(&self.store, &id)
                .map_err(|error| said(&error))?;
            let there = other
                .library
                .heads(&other.store, &id)
                .map_err(|error| said(&error))?;
            if here != there {
                let changes = other.library.changes_since(&other.store, &id, &[]);
                news.push((id, changes.map_err(|error| said(&error))?));
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        self.turn(profile, now, |library, turn, context, rng| {
            let mut projects = Vec::new();
            for (id, changes) in news {
                library
                    .apply(turn, &id, changes)
                    .map_err(|error| said(&error))?;
                if let DocumentId::Project(project) = id {
                    projects.push(project);
                }
            }
            if context.role == NodeRole::Hub {
                desk::begin_permitting(library, turn, context, rng, projects)
                    .map_err(|error| said(&error))?;
                for unit in units {
                    desk::receive_filings(library, turn, context, rng, *unit)
                        .map_err(|error| said(&error))?;
                }
            }
            Ok(())
        })
    }
}
