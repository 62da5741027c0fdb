//! For tests: one core over memory, driven a turn at a time by whoever holds it.

#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::{Effect, Facts, Input, LogContent, Replica, RequestId};
use crate::api::NodeRole;
use crate::identity::NodeKey;
use crate::library::Library;
use crate::store::{MemoryStore, Turn};
use crate::time::Timestamp;

/// The core and what it works with.
pub(super) struct Core {
    pub(super) store: MemoryStore,
    pub(super) replica: Replica,
    pub(super) rng: ChaCha8Rng,
    pub(super) now: Timestamp,
    pub(super) asked: u64,
}

impl Core {
    /// A started core over a store; `seed` is its key's and its dice's.
    pub(super) fn start(store: MemoryStore, role: NodeRole, name: &str, seed: u8) -> Self {
        let facts = Facts {
            key: NodeKey::from_seed(&[seed; 32]),
            role,
            name: name.into(),
            profile: "kaizhou".into(),
        };
        let mut core = Self {
            store,
            replica: Replica::new(facts, Library::new(64 << 20, |_| String::new())),
            rng: ChaCha8Rng::seed_from_u64(seed.into()),
            now: Timestamp(1_795_000_000_000),
            asked: 0,
        };
        let log = LogContent::Intact;
        core.turn(vec![Input::Start { log }]);
        core
    }

    /// One turn, committed; what it asks for.
    pub(super) fn turn(&mut self, inputs: Vec<Input>) -> Vec<Effect> {
        let mut turn = Turn::new(&self.store);
        let mut out = Vec::new();
        for input in inputs {
            self.replica
                .handle(self.now, &mut self.rng, &mut turn, input, &mut out)
                .unwrap();
        }
        self.replica.finish_turn(&mut turn, &mut out).unwrap();
        let batch = turn.finish();
        self.store.commit(batch).unwrap();
        out
    }

    /// The number of the next request.
    pub(super) fn request(&mut self) -> RequestId {
        self.asked += 1;
        RequestId(self.asked)
    }
}
