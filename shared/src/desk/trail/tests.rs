//! Whatever is done to a trail is found: a thousand random ways, and rewriting as a whole by its witnesses.

use proptest::prelude::*;

use super::*;
use crate::command::Role;
use crate::ids::{UnitId, UserId};
use crate::store::{Batch, MemoryStore, Pair};

fn entry(number: u64) -> AuditEntry {
    AuditEntry {
        at: Timestamp(0),
        user: UserId::from_bytes([1; 5]),
        name: "李梅".to_owned(),
        role: Role::Clerk,
        unit: UnitId::from_bytes([2; 10]),
        what: "edit".to_owned(),
        project: None,
        reason: format!("line {number}"),
        outcome: "done".to_owned(),
        rule: None,
    }
}

/// A trail of so many lines, written while the clock went back and forth.
fn trail(count: u64) -> MemoryStore {
    let mut store = MemoryStore::new();
    for number in 1..=count {
        let mut turn = Turn::new(&store);
        let at = Timestamp(1_000_000 + (number * 7_919 % 101) as i64);
        audit(&mut turn, at, &entry(number)).expect("memory reads");
        let batch = turn.finish();
        store.commit(batch).expect("memory writes");
    }
    store
}

fn pairs(store: &MemoryStore) -> Vec<Pair> {
    store
        .range(Tree::Audit, &[], &[0xff; 40], usize::MAX)
        .expect("memory reads")
}

fn rewrite(store: &mut MemoryStore, writes: Vec<(Vec<u8>, Option<Vec<u8>>)>) {
    let writes = writes
        .into_iter()
        .map(|(key, value)| ((Tree::Audit, key), value));
    let batch = Batch {
        writes: writes.collect(),
    };
    store.commit(batch).expect("memory writes");
}

fn number_of(key: &[u8]) -> u64 {
    split_key(key).expect("a key of the trail").1
}

#[test]
fn a_trail_nobody_touched_is_whole_whatever_the_clock_did() {
    assert_eq!(
        verify_audit(&MemoryStore::new(), &[]).expect("memory reads"),
        Trail::default()
    );
    let store = trail(60);
    let seen = Mark::load(&trail(40)).expect("memory reads");
    let found = verify_audit(&store, &[seen]).expect("memory reads");
    assert_eq!((found.mark.number, found.broken), (60, None));
    let at = |number: u64| Some(Timestamp(1_000_000 + (number * 7_919 % 101) as i64));
    assert_eq!((found.first, found.last), (at(1), at(60)));
}

#[test]
fn a_trail_that_went_back_or_was_written_anew_is_known_by_its_witnesses() {
    let seen = Mark::load(&trail(40)).expect("memory reads");
    let broken = |store: &MemoryStore| verify_audit(store, &[seen]).expect("memory reads").broken;
    let shorter = broken(&trail(30)).expect("it is found");
    assert_eq!((shorter.number, shorter.what), (31, Break::Missing));
    let mut other = MemoryStore::new();
    for number in 1..=50 {
        let mut turn = Turn::new(&other);
        audit(
            &mut turn,
            Timestamp(7),
            &entry(number + u64::from(number == 20)),
        )
        .expect("memory reads");
        let batch = turn.finish();
        other.commit(batch).expect("memory writes");
    }
    let rewritten = broken(&other).expect("it is found");
    assert_eq!((rewritten.number, rewritten.what), (40, Break::Rewritten));
    assert_eq!(
        verify_audit(&other, &[]).expect("memory reads").broken,
        None
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_is_done_to_a_line_is_found_at_it(kind in 0_u8..6, which: usize, other: usize, byte: usize, bit in 0_u8..8) {
        let mut store = trail(25);
        let all = pairs(&store);
        let (key, value) = all[which % all.len()].clone();
        let (other_key, other_value) = all[other % all.len()].clone();
        let number = number_of(&key);
        let first = match kind {
            // A bit of the line or of its chain.
            0 => {
                let mut value = value;
                let at = byte % value.len();
                value[at] ^= 1 << bit;
                rewrite(&mut store, vec![(key, Some(value))]);
                number
            }
            // A bit of its key: its moment or its number.
            1 => {
                let mut moved = key.clone();
                let at = byte % moved.len();
                moved[at] ^= 1 << bit;
                prop_assume!(all.iter().all(|(known, _)| *known != moved));
                rewrite(&mut store, vec![(key, None), (moved, Some(value))]);
                let broken = verify_audit(&store, &[]).expect("memory reads").broken;
                prop_assert!(broken.is_some());
                return Ok(());
            }
            2 => {
                rewrite(&mut store, vec![(key, None)]);
                number
            }
            // Everything from a line on.
            3 => {
                let gone = all.iter().filter(|(key, _)| number_of(key) >= number);
                let gone: Vec<_> = gone.map(|(key, _)| (key.clone(), None)).collect();
                rewrite(&mut store, gone);
                number
            }
            // Two lines change places.
            4 => {
                prop_assume!(key != other_key);
                let first = number.min(number_of(&other_key));
                rewrite(&mut store, vec![(key, Some(other_value)), (other_key, Some(value))]);
                first
            }
            // A line is added at the end, chain and all, and the note left as it was.
            _ => {
                let mark = Mark::load(&store).expect("memory reads");
                let mut key = 5_i64.to_be_bytes().to_vec();
                key.extend(26_u64.to_be_bytes());
                let json = serde_json::to_vec(&entry(26)).expect("it is JSON");
                let chain = mark.after(&leaf(&key, &json)).chain;
                rewrite(&mut store, vec![(key, Some([&chain[..], &json].concat()))]);
                26
            }
        };
        let broken = verify_audit(&store, &[]).expect("memory reads").broken;
        prop_assert_eq!(broken.map(|broken| broken.number), Some(first));
    }
}
