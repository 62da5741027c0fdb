//! Repair of a document of which the hub refuses a change, at the node that wrote it (research/reliability.md 2.6).
//!
//! Whatever a node writes after such a change builds on it and is refused with it, so the document would never arrive again. A repair
//! parts from the refused changes and all that builds on them, and writes again, in changes of a fresh actor, each value that a person
//! still sees: in its writer's name, at its time, and beside what others wrote meanwhile where its writer had not seen that.
//! The changes that left are kept under their own keys, at the hub as well, and go with every export of the quarantine. A person decides on what he was
//! shown: a document that moved since is looked at again. Of a document that is another unit's by now nothing is written again; it
//! parts all the same, or the node would say for ever that the hub refuses it. (What `reconcile` calls a repair is one of two logs.)

use std::collections::BTreeSet;

use automerge::{Change, ChangeHash};

use crate::api::AuditEntry;
use crate::command::Actor;
use crate::decide::{Act, Misfit, check_shape, may_let_go};
use crate::desk;
use crate::document::branch::{Branch, Lost};
use crate::document::{Author, Base, DocumentError};
use crate::field::{FieldPath, Kind};
use crate::gate::{self, Reason};
use crate::identity::{ProcessActor, actor_prefix};
use crate::ids::{DocumentId, NodeId};
use crate::library::LibraryError;
use crate::library::salvage::{PARTED, has_parted, parted_key};
use crate::limits::TEXT_CHARS_MAX;
use crate::store::{Reader, Tree};
use crate::time::Timestamp;
use crate::wire::v1::Frame;

use super::effect::{Effect, Reply, RequestRefusal};
use super::error::ReplicaError;
use super::input::RequestId;
use super::log::Source;
use super::quarantine::Quarantined;
use super::{Context, Replica, answer, quarantined, scan};

/// What a person saw of a document with refused changes, and wants of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairWish {
    /// The document.
    pub document: DocumentId,
    /// The plan he was shown.
    pub mark: PlanMark,
    /// Paths whose values are not written again.
    pub leave: BTreeSet<FieldPath>,
    /// Who decides.
    pub actor: Actor,
}

/// Names a plan: of other heads, other refusals or another standing it is another.
pub type PlanMark = [u8; 16];

/// What a repair would come to.
#[derive(Debug)]
pub struct Plan {
    /// Its name.
    pub mark: PlanMark,
    /// The document without what was refused, and what would be gone with it.
    pub branch: Branch,
    /// False where the hub refuses whatever this node writes there, since the document is another unit's by now: nothing is written
    /// again.
    pub is_ours: bool,
}

impl Plan {
    /// True when a value is written again, unless a person leaves it out.
    #[must_use]
    pub fn keeps(&self, lost: &Lost) -> bool {
        self.is_ours && is_writable(lost)
    }
}

/// Why a document is not repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RepairRefusal {
    /// Nothing of it was refused that this node wrote.
    #[error("nothing that this node wrote there was refused")]
    Sound,
    /// What was refused is not this node's own work: it stood between the hub and others.
    #[error("another node wrote what was refused")]
    Others,
    /// Values would be left out, and the person may not decide that.
    #[error("values would be left out, which this person may not decide")]
    NotAllowed,
    /// More values stand beside what others wrote meanwhile than one writer can put there.
    #[error("too many values stand beside what others wrote")]
    TooMany,
    /// It changed since the person looked.
    #[error("the document changed in the meantime")]
    Moved,
}

/// The changes that repairs took out of their documents.
///
/// # Errors
/// When the store fails or holds what this program did not write.
pub fn parted(reader: &dyn Reader) -> Result<Vec<Quarantined>, ReplicaError> {
    let pairs = scan(reader, Tree::Meta, PARTED)?;
    let read = |(key, value): (Vec<u8>, Vec<u8>)| Quarantined::decode(&key[PARTED.len()..], &value);
    let all: Result<Vec<_>, _> = pairs.into_iter().map(read).collect();
    all.map_err(|_| ReplicaError::DamagedRecord {
        what: "parted change",
    })
}

impl Replica {
    /// What a repair of a document would come to.
    ///
    /// # Errors
    /// When the store fails or our own data is damaged.
    pub fn plan_repair(
        &mut self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<Result<Plan, RepairRefusal>, ReplicaError> {
        let mut refused = quarantined(reader)?;
        refused.retain(|change| change.document == *id && change.from == self.node);
        let is_hopeless = |reason| matches!(reason, Reason::OutOfScope | Reason::AfterRevocation);
        let is_ours = !refused.iter().any(|change| is_hopeless(change.reason));
        if refused.is_empty() || !self.library.contains(reader, id)? {
            return Ok(Err(RepairRefusal::Sound));
        }
        let refused: BTreeSet<ChangeHash> = refused
            .iter()
            .map(|change| ChangeHash(change.hash))
            .collect();
        let document = self.library.document(reader, id)?;
        let mut mark = blake3::Hasher::new();
        for hash in document.heads().iter().chain(&refused) {
            mark.update(&hash.0);
        }
        mark.update(&[u8::from(is_ours)]);
        let branch = document.without(&refused);
        let broken = |source: DocumentError| LibraryError::Changes {
            document: id.clone(),
            source,
        };
        let branch = branch.map_err(broken)?;
        let own = actor_prefix(self.node);
        let is_foreign = |change: &Change| !change.actor_id().to_bytes().starts_with(&own);
        if branch.left.iter().any(is_foreign) {
            return Ok(Err(RepairRefusal::Others));
        }
        let mut name = [0; 16];
        name.copy_from_slice(&mark.finalize().as_bytes()[..16]);
        Ok(Ok(Plan {
            mark: name,
            branch,
            is_ours,
        }))
    }

    pub(super) fn repair(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        wish: &RepairWish,
    ) -> Result<(), ReplicaError> {
        let id = &wish.document;
        let refuse = |cx: &mut Context<'_, '_>, why| {
            answer(cx, request, Reply::Refused(RequestRefusal::Repair(why)));
            Ok(())
        };
        let plan = match self.plan_repair(cx.turn, id)? {
            Ok(plan) => plan,
            Err(why) => return refuse(cx, why),
        };
        if plan.mark != wish.mark {
            return refuse(cx, RepairRefusal::Moved);
        }
        let keeps = |lost: &Lost| plan.keeps(lost) && !wish.leave.contains(&lost.path);
        let drops = !wish.leave.is_empty() || plan.branch.lost.iter().any(|lost| !keeps(lost));
        if drops && !may_let_go(&wish.actor) {
            return refuse(cx, RepairRefusal::NotAllowed);
        }
        // The old actor has numbers behind it that the hub does not know, and may yet be shown.
        self.seed = ProcessActor::new(self.node, cx.draw());
        let (process, now) = (self.seed, cx.now);
        let Ok(again) = (plan.branch).again(keeps, |lost| author_of(lost, wish, process, now))
        else {
            return refuse(cx, RepairRefusal::TooMany);
        };
        let left = &plan.branch.left;
        self.keep_parted(cx, id, left)?;
        let left: BTreeSet<ChangeHash> = left.iter().map(Change::hash).collect();
        self.library.part(cx.turn, id, &left)?;
        self.library.apply(cx.turn, id, again.changes)?;
        self.log_changed(cx.turn, Source::OWN)?;
        let (values, changes) = (again.values as u64, left.len() as u64);
        tell_trail(cx, wish, values, changes)?;
        answer(cx, request, Reply::Repaired { values, changes });
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// Moves what left the document from quarantine to where it is only kept.
    fn keep_parted(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: &DocumentId,
        left: &[Change],
    ) -> Result<(), ReplicaError> {
        for change in left {
            // What was never sent builds on what was refused.
            let unsent = Quarantined {
                document: id.clone(),
                hash: change.hash().0,
                reason: Reason::MissingDependency,
                from: self.node,
                at: cx.now,
                raw: change.raw_bytes().to_vec(),
            };
            let key = unsent.key();
            let kept = parted_key(id, &unsent.hash);
            match cx.turn.load(Tree::Quarantine, &key)? {
                Some(refused) => {
                    cx.turn.put(Tree::Meta, kept, refused);
                    self.unquarantine(cx, key)?;
                    self.say_parted(cx, id, unsent.hash);
                }
                None => cx.turn.put(Tree::Meta, kept, unsent.encode()),
            }
        }
        Ok(())
    }

    /// Tells the hub that a change it refused has left the document, so that it waits for nobody there either.
    fn say_parted(&mut self, cx: &mut Context<'_, '_>, document: &DocumentId, hash: [u8; 32]) {
        let hub = self
            .sessions
            .iter()
            .find(|(_, session)| session.is_dialler && session.open().is_some());
        if let Some(id) = hub.map(|(id, _)| *id) {
            let parted = Frame::Nack {
                document: document.clone(),
                hash,
                reason: Reason::MissingDependency as u8,
            };
            self.send(cx, id, &parted);
        }
    }

    /// Node: the hub says again that it refused a change. Where that has left its document, the hub had not heard of it, and is told;
    /// true then.
    pub(super) fn answer_parted(
        &mut self,
        cx: &mut Context<'_, '_>,
        document: &DocumentId,
        hash: [u8; 32],
    ) -> Result<bool, ReplicaError> {
        let is_parted = has_parted(cx.turn, document, &hash)?;
        if is_parted {
            self.say_parted(cx, document, hash);
        }
        Ok(is_parted)
    }

    /// Hub: a node parted from a change of its own that was refused here. It is kept, and nobody takes it in any more.
    pub(super) fn note_parted(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: NodeId,
        document: &DocumentId,
        hash: [u8; 32],
    ) -> Result<(), ReplicaError> {
        let mut key = document.to_bytes();
        key.extend(hash);
        let Some(record) = cx.turn.load(Tree::Quarantine, &key)? else {
            return Ok(());
        };
        if Quarantined::decode(&key, &record).is_ok_and(|change| change.from == from) {
            let kept = parted_key(document, &hash);
            cx.turn.put(Tree::Meta, kept, record);
            self.unquarantine(cx, key)?;
            cx.out.push(Effect::Status);
        }
        Ok(())
    }
}

/// In whose name a lost value is written again: its writer's and at its time, as far as the gate takes what its change said of them.
fn author_of(lost: &Lost, wish: &RepairWish, process: ProcessActor, now: Timestamp) -> Author {
    let (message, at) = (&lost.by.message, lost.by.seconds);
    Author {
        process,
        message: if message.len() <= gate::MESSAGE_BYTES_MAX {
            message.clone()
        } else {
            format!("{}:{}", Act::Edit.id(), wish.actor.user)
        },
        at: if at.unsigned_abs() <= gate::TIME_SECONDS_MAX {
            Timestamp(at.saturating_mul(1_000))
        } else {
            now
        },
        base: Base::Now,
    }
}

fn tell_trail(
    cx: &mut Context<'_, '_>,
    wish: &RepairWish,
    values: u64,
    changes: u64,
) -> Result<(), ReplicaError> {
    let mut what = format!("{} -{changes} +{values}", wish.document);
    for path in &wish.leave {
        what.push_str(" !");
        what.push_str(path.as_str());
    }
    let entry = AuditEntry {
        at: cx.now,
        user: wish.actor.user,
        name: wish.actor.name.clone(),
        role: wish.actor.role,
        unit: wish.actor.unit,
        what: "repair".to_owned(),
        project: wish.document.project(),
        reason: what,
        outcome: "done".to_owned(),
        rule: None,
    };
    Ok(desk::audit(cx.turn, cx.now, &entry)?)
}

/// True when a change of ours may hold the value: where its kind is known, it has that kind's shape.
fn is_writable(lost: &Lost) -> bool {
    let kind = lost.path.kind().unwrap_or(Kind::Json);
    let is_short = |text: &str| text.chars().count() <= TEXT_CHARS_MAX;
    lost.is_value
        && match check_shape(kind, &lost.value) {
            // Only engines write these.
            Err(Misfit::NotWritable) => lost.value.as_text().is_none_or(is_short),
            judged => judged.is_ok(),
        }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::value::Value;

    fn lost(path: &str, value: Value) -> Lost {
        Lost {
            path: path.parse().unwrap(),
            value,
            kept: Value::Null,
            change: ChangeHash([1; 32]),
            others: Vec::new(),
            by: crate::document::ChangeInfo {
                node: [0; 8],
                message: String::new(),
                seconds: 0,
            },
            is_value: true,
        }
    }

    #[test]
    fn only_values_of_their_fields_kind_are_written_again() {
        let long = "x".repeat(TEXT_CHARS_MAX + 1);
        for (path, value, may) in [
            ("site", Value::from("east"), true),
            ("site", Value::Null, true),
            ("site", Value::from(long.as_str()), false),
            ("site", Value::Int(7), false),
            ("what_is_this", Value::Int(7), true),
            ("what_is_this", Value::from(long.as_str()), false),
        ] {
            let shown = format!("{path} {value:?}")
                .chars()
                .take(40)
                .collect::<String>();
            assert_eq!(is_writable(&lost(path, value)), may, "{shown}");
        }
        let mut list = lost("site", Value::Null);
        list.is_value = false;
        assert!(!is_writable(&list));
    }
}
