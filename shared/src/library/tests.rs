#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::document::Base;
use crate::identity::ProcessActor;
use crate::ids::{NodeId, ProjectId};
use crate::store::{Batch, Pair};
use crate::time::Timestamp;

/// A store in memory, for tests of this crate.
#[derive(Default, Clone)]
pub(crate) struct Shelf(pub(crate) BTreeMap<(Tree, Vec<u8>), Vec<u8>>);

impl Shelf {
    pub(crate) fn commit(&mut self, batch: Batch) {
        for (key, value) in batch.writes {
            match value {
                Some(value) => self.0.insert(key, value),
                None => self.0.remove(&key),
            };
        }
    }
}

impl Reader for Shelf {
    fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(&(tree, key.to_vec())).cloned())
    }
    fn range(
        &self,
        tree: Tree,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let range = (tree, from.to_vec())..(tree, to.to_vec());
        Ok(self
            .0
            .range(range)
            .take(limit)
            .map(|((_, k), v)| (k.clone(), v.clone()))
            .collect())
    }
}

fn library() -> Library {
    Library::new(64 << 20, |name| name.to_lowercase())
}

fn id(n: u8) -> DocumentId {
    DocumentId::Project(ProjectId::from_parts(1, [n; 10]))
}

fn author() -> Author {
    Author {
        process: ProcessActor::new(NodeId::from_bytes([1; 32]), [1; 7]),
        message: "edit:00000000".into(),
        at: Timestamp(1_790_000_000_000),
        base: Base::Now,
    }
}

fn write(
    library: &mut Library,
    shelf: &mut Shelf,
    id: &DocumentId,
    at: &str,
    value: i64,
) -> Vec<Written> {
    let mut turn = Turn::new(shelf);
    let written = library
        .write(
            &mut turn,
            id,
            &[(at.parse().unwrap(), Value::Int(value))],
            &author(),
        )
        .unwrap();
    library.refresh(&mut turn).unwrap();
    let batch = turn.finish();
    shelf.commit(batch);
    written
}

#[test]
fn a_document_comes_back_from_the_store_with_all_its_history() {
    let mut shelf = Shelf::default();
    let mut first = library();
    for number in 0..130 {
        let written = write(&mut first, &mut shelf, &id(1), "height", number);
        assert_eq!(written[0].number, u32::try_from(number).unwrap() + 1);
    }
    let record = first.head(&shelf, &id(1)).unwrap().unwrap();
    assert_eq!(record.count, 131);
    assert!(record.snapshot_count > 50, "{record:?}");
    let heads = first.document(&shelf, &id(1)).unwrap().heads();
    let mut second = library();
    assert_eq!(second.document(&shelf, &id(1)).unwrap().heads(), heads);
    assert_eq!(
        second.changes_since(&shelf, &id(1), &[]).unwrap().len(),
        131
    );
    // Without any derived data the changes alone give it back.
    shelf.0.retain(|(tree, _), _| tree.is_durable());
    assert_eq!(Library::ids_from_changes(&shelf).unwrap(), [id(1)]);
    let mut third = library();
    let mut turn = Turn::new(&shelf);
    third.rebuild(&mut turn, &id(1)).unwrap();
    third.refresh(&mut turn).unwrap();
    assert_eq!(third.heads(&turn, &id(1)).unwrap(), heads);
}

#[test]
fn a_missing_or_damaged_change_is_named_and_a_damaged_snapshot_is_survived() {
    let mut shelf = Shelf::default();
    let mut first = library();
    for number in 0..60 {
        write(&mut first, &mut shelf, &id(1), "height", number);
    }
    let mut torn = shelf.clone();
    torn.0.remove(&(Tree::Change, change_key(&id(1), 58)));
    assert!(library().document(&torn, &id(1)).is_err());
    let mut cut = shelf.clone();
    cut.0.remove(&(Tree::Change, change_key(&id(1), 60)));
    assert!(matches!(
        library().document(&cut, &id(1)),
        Err(LibraryError::HeadsDiffer { .. })
    ));
    let key = (Tree::Snapshot, id(1).to_bytes());
    shelf.0.get_mut(&key).unwrap()[40] ^= 1;
    assert_eq!(
        library()
            .document(&shelf, &id(1))
            .unwrap()
            .value(&"height".parse().unwrap()),
        Value::Int(59)
    );
}

#[test]
fn the_cache_stays_within_its_bound_and_nothing_is_lost() {
    let mut shelf = Shelf::default();
    let mut small = Library::new(100_000, |_| String::new());
    for n in 0..40 {
        write(&mut small, &mut shelf, &id(n), "height", i64::from(n));
    }
    assert!(small.bytes <= 100_000 && small.cache.len() < 10);
    for n in 0..40 {
        assert_eq!(
            small
                .document(&shelf, &id(n))
                .unwrap()
                .value(&"height".parse().unwrap()),
            Value::Int(i64::from(n))
        );
    }
}

#[test]
fn changes_from_a_peer_are_taken_once_and_in_any_batches() {
    let mut shelf = Shelf::default();
    let mut first = library();
    for number in 0..5 {
        write(&mut first, &mut shelf, &id(1), "height", number);
    }
    let all = first.changes_since(&shelf, &id(1), &[]).unwrap();
    let mut other = library();
    let empty = Shelf::default();
    let mut turn = Turn::new(&empty);
    assert!(
        other
            .apply(&mut turn, &id(1), vec![all[3].clone()])
            .is_err()
    );
    let taken = other.apply(&mut turn, &id(1), all[..3].to_vec()).unwrap();
    assert_eq!(
        taken.iter().map(|(_, number)| *number).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(
        other.apply(&mut turn, &id(1), all.clone()).unwrap().len(),
        3
    );
    assert!(other.apply(&mut turn, &id(1), all).unwrap().is_empty());
    assert_eq!(
        other.heads(&turn, &id(1)).unwrap(),
        first.heads(&shelf, &id(1)).unwrap()
    );
    assert_eq!(
        other.change(&turn, &id(1), 5).unwrap(),
        shelf.load(Tree::Change, &change_key(&id(1), 5)).unwrap()
    );
}

#[test]
fn what_can_be_read_of_a_document_stays_and_the_rest_comes_back_once_others_bring_what_is_missing()
{
    let mut whole = Shelf::default();
    let mut first = library();
    for number in 0..9 {
        write(&mut first, &mut whole, &id(1), "height", number);
    }
    let others: Vec<Change> = first.changes_since(&whole, &id(1), &[]).unwrap();
    let heads = first.heads(&whole, &id(1)).unwrap();
    let missing = |shelf: &mut Shelf, number| {
        shelf.0.remove(&(Tree::Change, change_key(&id(1), number)));
    };
    let unreadable = |shelf: &mut Shelf, number| {
        let key = (Tree::Change, change_key(&id(1), number));
        shelf.0.insert(key, b"no change".to_vec());
    };
    // What is spoiled; how many changes are set aside; how many of them can never be read.
    type Spoil<'a> = &'a dyn Fn(&mut Shelf);
    let spoils: [(Spoil<'_>, usize, usize); 3] = [
        (&|shelf| missing(shelf, 5), 4, 0),
        (&|shelf| unreadable(shelf, 5), 5, 1),
        (&|shelf| unreadable(shelf, 0), 1, 1),
    ];
    for (spoil, kept, unreadable) in spoils {
        let mut shelf = whole.clone();
        shelf.0.retain(|(tree, _), _| tree.is_durable());
        spoil(&mut shelf);
        let mut library = library();
        let mut turn = Turn::new(&shelf);
        assert!(library.rebuild(&mut turn, &id(1)).is_err());
        let lost = library.salvage(&mut turn, &id(1)).unwrap();
        library.refresh(&mut turn).unwrap();
        let batch = turn.finish();
        shelf.commit(batch);
        let aside = salvage::aside(&shelf).unwrap();
        assert_eq!(aside.values().map(Vec::len).sum::<usize>(), kept);
        // The numbers are what they were, so that logs are; what stands in for a change is known.
        let record = library.head(&shelf, &id(1)).unwrap().unwrap();
        assert_eq!(record.count, 10);
        let holes = (0..10).filter(|&number| {
            let raw = library.change(&shelf, &id(1), number).unwrap().unwrap();
            salvage::is_hole(&id(1), number, &raw)
        });
        assert_eq!(holes.count() + usize::from(kept == 1), lost);
        // It loads again after a restart, and further changes go on.
        let mut again = self::library();
        again.document(&shelf, &id(1)).unwrap();
        let mut turn = Turn::new(&shelf);
        let another_start = Author {
            process: ProcessActor::new(NodeId::from_bytes([1; 32]), [2; 7]),
            ..author()
        };
        let depth = [("depth".parse().unwrap(), Value::Int(1))];
        again
            .write(&mut turn, &id(1), &depth, &another_start)
            .unwrap();
        let batch = turn.finish();
        shelf.commit(batch);
        // Others bring the one change that everything waits for; the rest follows by itself.
        let mut turn = Turn::new(&shelf);
        again
            .apply(&mut turn, &id(1), others[..6].to_vec())
            .unwrap();
        again.put_back(&mut turn).unwrap();
        again.refresh(&mut turn).unwrap();
        let batch = turn.finish();
        shelf.commit(batch);
        let mut after = self::library();
        let document = after.document(&shelf, &id(1)).unwrap();
        assert!(
            heads.iter().all(|head| document.contains(head)),
            "all of it is back"
        );
        // What can never be read stays set aside, in plain sight.
        let left: usize = salvage::aside(&shelf).unwrap().values().map(Vec::len).sum();
        assert_eq!(left, unreadable);
    }
}
