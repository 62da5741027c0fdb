//! Which attached files go along with a bundle, and what a peer is known to hold of them.
//!
//! What is known comes from the peer's own last bundle, and from files that went over the line. It may lag behind the truth;
//! then a file is carried twice, which changes nothing. What somebody at the other side waits for goes first, then the newest.

use std::collections::{BTreeMap, BTreeSet};

use crate::attachments::{self, BlobName, Named};
use crate::ids::NodeId;
use crate::store::{Reader, Tree, Turn};
use crate::wire::bundle::{FILES_MAX, FileMark, Files, WANTED_MAX};
use crate::wire::v1::Scope;

use super::super::error::ReplicaError;
use super::super::grant::Audience;
use super::super::{Replica, scan};

/// Files a peer holds.
const HELD: u8 = b'f';
/// Files a peer asked for.
const WANTED: u8 = b'q';

/// How a bundle names a file that its sender holds.
fn mark(name: &BlobName) -> FileMark {
    let mut mark = FileMark::default();
    mark.copy_from_slice(&name[..8]);
    mark
}

fn prefix(kind: u8, node: NodeId) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend(node.to_bytes());
    key
}

/// Remembers that a peer holds a file.
pub(in super::super) fn note_held(turn: &mut Turn<'_>, node: NodeId, name: &BlobName) {
    let mut key = prefix(HELD, node);
    key.extend(mark(name));
    turn.put(Tree::Peer, key, [1]);
}

/// Takes over what a peer's bundle says of its files, in place of what was known.
pub(super) fn learn(turn: &mut Turn<'_>, node: NodeId, files: &Files) -> Result<(), ReplicaError> {
    let names = |kind| prefix(kind, node);
    let told = [
        (HELD, files.held.iter().map(|mark| mark.to_vec()).collect()),
        (
            WANTED,
            files.wanted.iter().map(|name| name.to_vec()).collect(),
        ),
    ];
    for (kind, told) in told {
        let told: BTreeSet<Vec<u8>> = told;
        let known = known(turn, kind, node)?;
        for gone in known.difference(&told) {
            turn.remove(Tree::Peer, [names(kind), gone.clone()].concat());
        }
        for fresh in told.difference(&known) {
            turn.put(Tree::Peer, [names(kind), fresh.clone()].concat(), [1]);
        }
    }
    Ok(())
}

fn known(reader: &dyn Reader, kind: u8, node: NodeId) -> Result<BTreeSet<Vec<u8>>, ReplicaError> {
    let prefix = prefix(kind, node);
    let pairs = scan(reader, Tree::Peer, &prefix)?;
    let rest = |(key, _): (Vec<u8>, Vec<u8>)| key.get(prefix.len()..).map(<[u8]>::to_vec);
    Ok(pairs.into_iter().filter_map(rest).collect())
}

impl Replica {
    /// What a bundle for a node says of files, and which of those here it should carry, the most welcome first.
    pub(super) fn files_for(
        &self,
        reader: &dyn Reader,
        to: NodeId,
        whole: bool,
        here: &BTreeSet<BlobName>,
    ) -> Result<(Option<Files>, Vec<Named>), ReplicaError> {
        let scopes = self.scopes_for(to);
        let is_hub = scopes == [Scope::Hub];
        let mut all: BTreeMap<BlobName, Named> = BTreeMap::new();
        for file in attachments::find(reader, None)? {
            let may_have = is_hub || {
                let audience = Audience::load(reader, &file.document)?;
                scopes.iter().any(|scope| audience.scopes.contains(scope))
            };
            if may_have && all.get(&file.name).is_none_or(|other| other.at < file.at) {
                all.insert(file.name, file);
            }
        }
        if all.is_empty() {
            return Ok((None, Vec::new()));
        }
        let held = all.keys().filter(|name| here.contains(*name)).map(mark);
        let files = Files {
            carried: Vec::new(),
            held: held.take(FILES_MAX).collect(),
            wanted: self.wanted.urgent().take(WANTED_MAX).collect(),
        };
        let theirs = if whole {
            BTreeSet::new()
        } else {
            known(reader, HELD, to)?
        };
        let wanted = known(reader, WANTED, to)?;
        let mut lacking: Vec<Named> = all
            .into_values()
            .filter(|file| {
                here.contains(&file.name) && !theirs.contains(mark(&file.name).as_slice())
            })
            .collect();
        lacking.sort_by_key(|file| {
            (
                !wanted.contains(file.name.as_slice()),
                std::cmp::Reverse(file.at),
            )
        });
        Ok((Some(files), lacking))
    }
}
