//! Taking in again what stands under this hub's own seal, before all else of a batch.
//!
//! What the hub itself wrote, and whatever that builds on, is taken in as it stands: where a township had written without
//! authority, the hub's taking back stands above it. What others wrote since is as genuine but nobody had the last word on it, so it
//! is judged as if its author had brought it. What of that finds no place goes the way of everything else, without an alarm: who shows
//! a true seal forges nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::{self, Reason, Voice};
use crate::identity::actor_prefix;
use crate::ids::{DocumentId, NodeId};

use super::super::error::ReplicaError;
use super::super::grant::Audience;
use super::super::input::SessionId;
use super::super::log::Source;
use super::super::pack::{Item, chunk_hash};
use super::super::{Context, Replica, seal};
use super::Bearer;

impl Replica {
    pub(super) fn admit_sealed(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        node: NodeId,
        items: &[Item],
        refused: &BTreeMap<DocumentId, Reason>,
    ) -> Result<(), ReplicaError> {
        let mut sealed = seal::under_seal(&self.facts.key, items);
        sealed.retain(|(id, _)| !refused.contains_key(id));
        let hubs = self.hub.as_ref().map(|hub| hub.pin);
        let hubs: BTreeSet<[u8; 8]> = hubs
            .into_iter()
            .chain([self.node])
            .map(actor_prefix)
            .collect();
        let mut others = Vec::new();
        for (id, raws) in sealed {
            self.watch.vouch(raws.iter().map(|raw| chunk_hash(raw)));
            let (ours, rest) = seal::spoken_by(&hubs, raws);
            self.take_again(cx, node, &id, ours)?;
            others.push((id, rest));
        }
        for (id, raws) in others {
            for run in raws.chunk_by(|a, b| seal::author_of(a) == seal::author_of(b)) {
                let author = run.first().and_then(|raw| seal::author_of(raw));
                let mut nodes = self.nodes.keys();
                let Some(&speaker) = nodes.find(|node| Some(actor_prefix(**node)) == author) else {
                    continue;
                };
                let bearer = Bearer {
                    node,
                    speaker,
                    is_sealed: true,
                };
                self.admit_document(cx, session, bearer, &id, run.to_vec())?;
            }
        }
        Ok(())
    }

    /// Takes in what this hub had the last word on. What does not fit is left to the ordinary way.
    fn take_again(
        &mut self,
        cx: &mut Context<'_, '_>,
        node: NodeId,
        id: &DocumentId,
        raws: Vec<Vec<u8>>,
    ) -> Result<(), ReplicaError> {
        if raws.is_empty() {
            return Ok(());
        }
        let document = self.document_or_new(cx.turn, id)?;
        let verdict = gate::judge(&document, id, raws, &Voice::All);
        if let Some(after) = verdict.after {
            let changes = verdict.passed.into_iter().map(|passed| passed.change);
            let changes: Vec<automerge::Change> = changes.collect();
            if self.quarantined > 0 {
                self.release(cx, id, &changes)?;
                self.watch.settle(cx.turn);
            }
            self.library
                .adopt(cx.turn, id, &document.heads(), after, changes)?;
            self.log_changed(cx.turn, Source::peer(node))?;
        }
        // Who shows a seal of this document could read it once.
        match self.nodes.get(&node).map(|record| record.unit) {
            Some(unit) => Audience::note_former(cx.turn, id, unit),
            None => Ok(()),
        }
    }
}
