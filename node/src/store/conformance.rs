//! What every store must do, as one suite: memory and disk run it, and so will whatever comes next.
//!
//! [`run`] panics with the broken promise. It writes to stores it gets from the caller, each of which must be empty.

use shared::store::{Batch, Pair, Reader, StoreError, Tree, Turn};

use super::{Position, Store};

/// Checks one kind of store; `make` answers a new, empty one each time.
///
/// # Panics
/// When the store breaks a promise of [`Store`] or [`Reader`].
pub fn run(mut make: impl FnMut() -> Box<dyn Store>) {
    an_empty_store_holds_nothing(make().as_ref());
    a_commit_is_read_back(make().as_mut());
    trees_do_not_mix(make().as_mut());
    ranges_are_ordered_bounded_and_half_open(make().as_mut());
    long_values_and_odd_keys_come_back_whole(make().as_mut());
    positions_count_durable_commits(make().as_mut());
    a_turn_over_the_store_sees_both(make().as_mut());
}

/// One write: tree, key, and the value or a removal.
pub type Write<'a> = (Tree, &'a [u8], Option<&'a [u8]>);

/// A batch of these.
#[must_use]
pub fn batch(writes: &[Write<'_>]) -> Batch {
    let mut batch = Batch::default();
    for (tree, key, value) in writes {
        batch
            .writes
            .insert((*tree, key.to_vec()), value.map(<[u8]>::to_vec));
    }
    batch
}

#[track_caller]
fn sound<T>(result: Result<T, StoreError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the store failed: {error} ({error:?})"),
    }
}

fn commit(store: &mut dyn Store, writes: &[Write<'_>]) -> Position {
    sound(store.commit(batch(writes)))
}

fn pair(key: &[u8], value: &[u8]) -> Pair {
    (key.to_vec(), value.to_vec())
}

fn an_empty_store_holds_nothing(store: &dyn Store) {
    assert_eq!(store.position(), Position(0));
    assert!(!store.is_read_only() && !store.derived_lost());
    for tree in Tree::ALL {
        assert_eq!(sound(store.load(tree, b"")), None);
        assert_eq!(sound(store.range(tree, b"", &[0xff; 9], 9)), []);
    }
}

fn a_commit_is_read_back(store: &mut dyn Store) {
    commit(
        store,
        &[
            (Tree::Meta, b"a", Some(b"1")),
            (Tree::Meta, b"b", Some(b"")),
        ],
    );
    assert_eq!(sound(store.load(Tree::Meta, b"a")), Some(b"1".to_vec()));
    assert_eq!(
        sound(store.load(Tree::Meta, b"b")),
        Some(Vec::new()),
        "empty is not absent"
    );
    commit(
        store,
        &[(Tree::Meta, b"a", Some(b"2")), (Tree::Meta, b"b", None)],
    );
    assert_eq!(sound(store.load(Tree::Meta, b"a")), Some(b"2".to_vec()));
    assert_eq!(sound(store.load(Tree::Meta, b"b")), None);
    sound(store.settle());
    assert_eq!(
        sound(store.load(Tree::Meta, b"a")),
        Some(b"2".to_vec()),
        "after settling"
    );
}

fn trees_do_not_mix(store: &mut dyn Store) {
    for tree in Tree::ALL {
        commit(store, &[(tree, b"key", Some(&[tree as u8]))]);
    }
    commit(store, &[(Tree::Peer, b"key", None)]);
    for tree in Tree::ALL {
        let expected = (tree != Tree::Peer).then(|| vec![tree as u8]);
        assert_eq!(sound(store.load(tree, b"key")), expected, "{tree:?}");
        let all = sound(store.range(tree, b"", &[0xff; 40], 99));
        assert_eq!(all.len(), usize::from(tree != Tree::Peer), "{tree:?}");
    }
}

fn ranges_are_ordered_bounded_and_half_open(store: &mut dyn Store) {
    let keys: [&[u8]; 6] = [b"", b"a", b"a\0", b"ab", b"b", &[0xff, 0xff]];
    for key in keys.iter().rev() {
        commit(store, &[(Tree::Log, key, Some(key))]);
    }
    let found = |from: &[u8], to: &[u8], limit| sound(store.range(Tree::Log, from, to, limit));
    assert_eq!(
        found(b"a", b"b", 9),
        [pair(b"a", b"a"), pair(b"a\0", b"a\0"), pair(b"ab", b"ab")]
    );
    assert_eq!(
        found(b"a", b"b", 2),
        [pair(b"a", b"a"), pair(b"a\0", b"a\0")]
    );
    assert_eq!(found(b"", b"a", 9), [pair(b"", b"")]);
    assert_eq!(found(b"b", &[0xff, 0xff], 9), [pair(b"b", b"b")]);
    assert_eq!(found(b"", &[0xff, 0xff, 0], 9).len(), 6);
    for (from, to, limit) in [(&b"b"[..], &b"a"[..], 9), (b"a", b"a", 9), (b"a", b"b", 0)] {
        assert_eq!(found(from, to, limit), []);
    }
}

fn long_values_and_odd_keys_come_back_whole(store: &mut dyn Store) {
    let sizes = [0, 1, 4_000, 4_075, 4_096, 4_097, 12_288, 100_001, 1_500_000];
    let value = |size: usize| -> Vec<u8> { (0..size).map(|i| (i * 31 % 251) as u8).collect() };
    let key = |size: usize| [&[0u8, 0xff][..], &size.to_be_bytes()].concat();
    for tree in [Tree::Change, Tree::Snapshot] {
        let mut all = Batch::default();
        for size in sizes {
            all.writes.insert((tree, key(size)), Some(value(size)));
        }
        sound(store.commit(all));
        for size in sizes {
            assert_eq!(sound(store.load(tree, &key(size))), Some(value(size)));
        }
        assert_eq!(
            sound(store.range(tree, b"", &[0xff], 99)).len(),
            sizes.len()
        );
        // Longer becomes shorter and the other way round; nothing of the old value shows.
        commit(
            store,
            &[
                (tree, &key(100_001), Some(b"short")),
                (tree, &key(1), Some(&value(9_000))),
            ],
        );
        assert_eq!(
            sound(store.load(tree, &key(100_001))),
            Some(b"short".to_vec())
        );
        assert_eq!(sound(store.load(tree, &key(1))), Some(value(9_000)));
        commit(store, &[(tree, &key(1), None)]);
        assert_eq!(sound(store.load(tree, &key(1))), None);
    }
}

fn positions_count_durable_commits(store: &mut dyn Store) {
    assert_eq!(
        commit(store, &[(Tree::Meta, b"a", Some(b"1"))]),
        Position(1)
    );
    assert_eq!(
        commit(store, &[(Tree::Row, b"a", Some(b"1"))]),
        Position(1),
        "derived only"
    );
    assert_eq!(
        commit(store, &[(Tree::Meta, b"a", Some(b"1"))]),
        Position(1),
        "no change"
    );
    assert_eq!(
        commit(store, &[(Tree::Meta, b"none", None)]),
        Position(1),
        "nothing to remove"
    );
    assert_eq!(commit(store, &[]), Position(1), "nothing at all");
    assert_eq!(commit(store, &[(Tree::Meta, b"a", None)]), Position(2));
    assert_eq!(store.position(), Position(2));
}

fn a_turn_over_the_store_sees_both(store: &mut dyn Store) {
    commit(
        store,
        &[
            (Tree::Meta, b"a", Some(b"1")),
            (Tree::Meta, b"b", Some(b"2")),
        ],
    );
    let written = {
        let reader: &dyn Reader = &*store;
        let mut turn = Turn::new(reader);
        turn.remove(Tree::Meta, *b"a");
        turn.put(Tree::Meta, *b"c", *b"3");
        let seen = sound(turn.range(Tree::Meta, b"", b"z", 9));
        assert_eq!(seen, [pair(b"b", b"2"), pair(b"c", b"3")]);
        turn.finish()
    };
    assert_eq!(
        sound(store.load(Tree::Meta, b"a")),
        Some(b"1".to_vec()),
        "not yet committed"
    );
    sound(store.commit(written));
    let seen = sound(store.range(Tree::Meta, b"", b"z", 9));
    assert_eq!(seen, [pair(b"b", b"2"), pair(b"c", b"3")]);
}
