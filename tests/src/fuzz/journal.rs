//! A segment of the journal on a disk, read as at a start.

use std::convert::Infallible;

use node::journal::content::Pairs;
use node::journal::digest::{Digest, Element};
use node::journal::record::{Chain, Kind, SEGMENT_HEADER_BYTES, SegmentHeader};
use node::journal::scan::{Entry, scan};
use node::journal::{content, payload, segment_path};
use shared::store::Tree;
use tempfile::TempDir;

use super::{Target, records};

pub(super) const TARGET: Target = Target {
    name: "journal",
    run,
    seeds,
    open: |bytes| records::open(bytes, SEGMENT_HEADER_BYTES),
    close,
    cases: 6_000,
};

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
}

/// Every byte is a record that was read, or named as damage, or the last record cut short.
fn run(bytes: &[u8]) -> bool {
    FOLDER.with(|folder| {
        let header = bytes.first_chunk().and_then(SegmentHeader::decode);
        let number = header.map_or(1, |header| header.number.clamp(1, 1 << 40));
        let path = segment_path(folder.path(), number);
        std::fs::write(&path, bytes).expect("the disk takes it");
        let mut writes = 0;
        let scanned = scan(folder.path(), |entry| {
            writes += match entry {
                Entry::Commit(commit) => commit.writes.len(),
                Entry::CheckpointPart(pairs) => pairs.len(),
                Entry::StoreSynced | Entry::CheckpointStart(_) | Entry::CheckpointEnd(..) => 0,
            };
            Ok::<(), Infallible>(())
        });
        std::fs::remove_file(&path).expect("it was there");
        let scanned = scanned.expect("damage is no error");
        let read = scanned.bytes + scanned.cut_bytes;
        assert!(read >= bytes.len() as u64, "{read} of {}", bytes.len());
        scanned.damage.is_empty() && scanned.cut_bytes == 0 && writes > 0
    })
}

fn close(parts: Vec<Vec<u8>>) -> Vec<u8> {
    let (head, rest) = parts.split_first().expect("a header stands first");
    let mut header = [0; SEGMENT_HEADER_BYTES];
    for (to, from) in header.iter_mut().zip(head) {
        *to = *from;
    }
    let known = SegmentHeader::decode(&header).unwrap_or(SegmentHeader {
        number: 1,
        position: 0,
        is_checkpoint: head.len() % 2 == 1,
        chain: Chain::default(),
    });
    records::close(&known.encode(), rest, known.chain)
}

fn pair(number: u8) -> (Tree, Vec<u8>, Vec<u8>) {
    let trees = Tree::ALL.into_iter().filter(|tree| tree.is_durable());
    let tree = trees.cycle().nth(usize::from(number)).expect("a tree");
    (
        tree,
        vec![number / 8, number],
        vec![number; usize::from(number) * 9],
    )
}

/// A segment of edits, and one that begins with a checkpoint.
fn seeds() -> Vec<Vec<u8>> {
    let mut digest = Digest::default();
    let mut edits = Vec::new();
    for position in 1..=9 {
        let (tree, key, value) = pair(position);
        digest.add(Element::of(tree, &key, &value));
        let writes = [(tree, key, Some(value)), (Tree::Meta, vec![1], None)];
        let commit = payload::encode_commit(position.into(), &writes, digest);
        edits.push([vec![Kind::Commit as u8], commit].concat());
    }
    let synced = payload::encode_position(9);
    edits.push([vec![Kind::StoreSynced as u8], synced].concat());
    let mut header = SegmentHeader {
        number: 1,
        position: 0,
        is_checkpoint: false,
        chain: Chain::default(),
    };
    let plain = records::close(&header.encode(), &edits, header.chain);
    header = SegmentHeader {
        number: 7,
        position: 40,
        is_checkpoint: true,
        ..header
    };
    let mut all = content::Records::behind(header.encode().to_vec(), 0);
    let mut pairs = Pairs::begin(&mut all, 40).expect("memory takes it");
    let mut content: Vec<_> = (1..20).map(pair).collect();
    content.sort();
    for (tree, key, value) in content {
        pairs
            .put(&mut all, tree, key, value)
            .expect("memory takes it");
    }
    pairs.end(&mut all, None).expect("memory takes it");
    vec![plain, all.into_inner()]
}
