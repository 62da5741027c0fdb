//! Batches that may cost much are tried elsewhere before they are taken in (`gate::trial`).
//!
//! While a batch of a session is tried, what comes after it on that session waits, in order and bounded; every other session
//! goes on. A session that ends meanwhile takes its batch with it: it was never acknowledged, so it comes again.

use std::collections::{BTreeMap, VecDeque};

use crate::gate::Reason;
use crate::gate::trial::{self, Suspect, Weight};
use crate::ids::DocumentId;
use crate::wire::v1::{BatchHead, Frame};

use super::effect::{CloseReason, Effect};
use super::error::ReplicaError;
use super::input::SessionId;
use super::pack::{self, Item};
use super::session::{DELAYED_BYTES_MAX, Trying};
use super::{Context, Replica};

impl Replica {
    /// Takes a batch in at once, or has it tried first, by what it may cost.
    pub(super) fn weigh(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        head: BatchHead,
        items: Vec<Item>,
    ) -> Result<(), ReplicaError> {
        let weight = items
            .iter()
            .fold(Weight::default(), |sum, item| sum.plus(item.cost()));
        if !weight.is_costly(self.trial_from) {
            return self.receive(cx, id, &head, items, &BTreeMap::new());
        }
        let documents = pack::by_document(&items);
        if weight.is_over() {
            let all = documents
                .into_iter()
                .map(|(document, _)| (document.clone(), Reason::TooManyOperations));
            let refused = all.collect();
            return self.receive(cx, id, &head, items, &refused);
        }
        let mut suspects = Vec::with_capacity(documents.len());
        for (document, raws) in documents {
            let before = if self.library.contains(cx.turn, document)? {
                self.library.document(cx.turn, document)?.save()
            } else {
                Vec::new()
            };
            suspects.push(Suspect {
                document: document.clone(),
                before,
                raws: raws.into_iter().map(<[u8]>::to_vec).collect(),
            });
        }
        self.trials += 1;
        let trial = self.trials;
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return Ok(());
        };
        open.trying = Some(Trying {
            trial,
            head,
            items,
            delayed: VecDeque::new(),
            delayed_bytes: 0,
        });
        cx.out.push(Effect::Try {
            session: id,
            trial,
            suspects: trial::encode(&suspects),
        });
        Ok(())
    }

    /// A frame of an open conversation: handled, or kept until the batch before it is known.
    pub(super) fn open_frame_in_turn(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        frame: Frame,
        bytes: usize,
    ) -> Result<(), ReplicaError> {
        let open = self.sessions.get_mut(&id).and_then(|s| s.open_mut());
        let Some(trying) = open.and_then(|open| open.trying.as_mut()) else {
            return self.open_frame(cx, id, frame);
        };
        // A frame takes some room in memory however short it is on the wire.
        trying.delayed_bytes += bytes + size_of::<Frame>();
        if trying.delayed_bytes > DELAYED_BYTES_MAX {
            self.close(cx, id, CloseReason::Limit);
        } else {
            trying.delayed.push_back(frame);
        }
        Ok(())
    }

    /// What came of a trial.
    pub(super) fn tried(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        trial: u64,
        outcome: Option<Vec<bool>>,
    ) -> Result<(), ReplicaError> {
        let open = self.sessions.get_mut(&id).and_then(|s| s.open_mut());
        let Some(mut tried) =
            open.and_then(|open| open.trying.take_if(|trying| trying.trial == trial))
        else {
            return Ok(());
        };
        let Some(outcome) = outcome else {
            // Not the peer's fault; it comes again with the next session.
            self.close(cx, id, CloseReason::Limit);
            return Ok(());
        };
        // What the trial did not come to is as unknown as what it died of.
        let outcome = outcome.into_iter().chain(std::iter::repeat(false));
        let refused: BTreeMap<DocumentId, Reason> = pack::by_document(&tried.items)
            .into_iter()
            .zip(outcome)
            .filter(|(_, is_sound)| !is_sound)
            .map(|((document, _), _)| (document.clone(), Reason::Breaks))
            .collect();
        self.receive(cx, id, &tried.head, tried.items, &refused)?;
        while let Some(frame) = tried.delayed.pop_front() {
            self.open_frame(cx, id, frame)?;
            let open = self.sessions.get_mut(&id).and_then(|s| s.open_mut());
            match open.map(|open| open.trying.as_mut()) {
                // It led to a trial of its own, which the rest waits for.
                Some(Some(trying)) => {
                    trying.delayed = tried.delayed;
                    trying.delayed_bytes = tried.delayed_bytes;
                    break;
                }
                Some(None) => {}
                None => break,
            }
        }
        Ok(())
    }
}
