//! What this node holds of each peer's log, saved in the same turn as the data it stands for.
//!
//! For each scope the newest point is kept. The sender goes on from there; when it is not in its log, one of the two went back
//! in time, and they reconcile. One digest stands for all newest points: when it equals the sender's digest of its own
//! heads, nothing is missing and nothing more is said.

use std::collections::BTreeMap;

use crate::ids::NodeId;
use crate::store::{Reader, Tree, Turn};
use crate::wire::codec;
use crate::wire::v1::{Chain, Incarnation, Point, Scope};

use super::error::ReplicaError;

/// Points a stored cursor may hold. Earlier versions kept up to seven older ones beside the newest.
const POINTS_MAX: usize = 8;

const CURSOR: u8 = b'c';

/// What is held of one peer's log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    pub(crate) incarnation: Incarnation,
    points: BTreeMap<Scope, Vec<(u64, Chain)>>,
}

impl Held {
    /// Reads all cursors, at start.
    pub(crate) fn load_all(reader: &dyn Reader) -> Result<BTreeMap<NodeId, Self>, ReplicaError> {
        let mut all: BTreeMap<NodeId, Self> = BTreeMap::new();
        for (key, value) in super::scan(reader, Tree::Peer, &[CURSOR])? {
            let damaged = || ReplicaError::DamagedRecord { what: "cursor" };
            let mut name = codec::Reader::new(&key[1..]);
            let node = NodeId::from_bytes(name.array().map_err(|_| damaged())?);
            let scope = Scope::read(&mut name).map_err(|_| damaged())?;
            let mut input = codec::Reader::new(&value);
            let incarnation = input.array().map_err(|_| damaged())?;
            let points = input
                .list(POINTS_MAX, |input| Ok((input.uint()?, input.array()?)))
                .map_err(|_| damaged())?;
            let held = all.entry(node).or_default();
            held.incarnation = incarnation;
            held.points.insert(scope, points);
        }
        Ok(all)
    }

    /// The newest point of a scope.
    pub(crate) fn newest(&self, scope: Scope) -> (u64, Chain) {
        self.points
            .get(&scope)
            .and_then(|points| points.first())
            .copied()
            .unwrap_or((0, [0; 16]))
    }

    /// True when nothing of the log is held, of whichever life.
    pub(crate) fn is_empty(&self) -> bool {
        self.points().is_empty()
    }

    /// The newest point of every scope.
    pub(crate) fn points(&self) -> Vec<Point> {
        let newest = self.points.keys().map(|&scope| {
            let (position, chain) = self.newest(scope);
            Point {
                scope,
                position,
                chain,
            }
        });
        newest.filter(|point| point.position > 0).collect()
    }

    /// The digest of the newest points.
    pub(crate) fn digest(&self) -> [u8; 16] {
        digest(&self.incarnation, &self.points())
    }

    /// True when of this life of a log these points are held, and no others.
    pub(crate) fn is_at(&self, incarnation: Incarnation, points: &[Point]) -> bool {
        let is_held = |point: &Point| self.newest(point.scope) == (point.position, point.chain);
        self.incarnation == incarnation
            && self.points().len() == points.len()
            && points.iter().all(is_held)
    }

    /// Forgets every point, of this life or another: what follows is said anew.
    pub(crate) fn forget(&mut self, turn: &mut Turn<'_>, node: NodeId, incarnation: Incarnation) {
        for scope in std::mem::take(&mut self.points).into_keys() {
            turn.remove(Tree::Peer, key(node, scope));
        }
        self.incarnation = incarnation;
    }

    /// Moves to a point of a log's life and saves it.
    pub(crate) fn advance(
        &mut self,
        turn: &mut Turn<'_>,
        node: NodeId,
        incarnation: Incarnation,
        point: Point,
    ) {
        if self.incarnation != incarnation {
            self.forget(turn, node, incarnation);
        }
        let points = self.points.entry(point.scope).or_default();
        *points = vec![(point.position, point.chain)];
        let mut out = codec::Writer::new();
        out.raw(&incarnation);
        out.list(points, |out, (position, chain)| {
            out.uint(*position);
            out.raw(chain);
        });
        turn.put(Tree::Peer, key(node, point.scope), out.into_bytes());
    }
}

/// One digest over a log's life and points of it.
pub(crate) fn digest(incarnation: &Incarnation, points: &[Point]) -> [u8; 16] {
    let mut out = codec::Writer::new();
    out.raw(incarnation);
    out.list(points, |out, point| point.write(out));
    let mut digest = [0; 16];
    digest.copy_from_slice(&blake3::hash(&out.into_bytes()).as_bytes()[..16]);
    digest
}

fn key(node: NodeId, scope: Scope) -> Vec<u8> {
    let mut key = vec![CURSOR];
    key.extend(node.to_bytes());
    key.extend(scope.to_bytes());
    key
}
