#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use proptest::prelude::*;
use tempfile::TempDir;

use super::digest::Element;
use super::files::Disk;
use super::scan::{Beyond, Entry, Scanned, scan};
use super::*;

/// A journal in a folder of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        Journal::create(place.0.path(), &Disk).unwrap();
        place
    }

    fn path(&self, segment: u64) -> PathBuf {
        segment_path(self.0.path(), segment)
    }

    fn scan(&self) -> (Vec<Entry>, Scanned) {
        let mut entries = Vec::new();
        let scanned = scan(self.0.path(), |entry| {
            entries.push(entry);
            Ok::<_, std::convert::Infallible>(())
        });
        (entries, scanned.unwrap())
    }

    fn resume(&self, segment_bytes_max: u64) -> Journal {
        let scanned = self.scan().1;
        assert_eq!(scanned.damage, []);
        Journal::resume(self.0.path(), Arc::new(Disk), segment_bytes_max, &scanned).unwrap()
    }
}

fn write(number: u64, bytes: usize) -> Write {
    let value: Vec<u8> = (0..bytes)
        .map(|i| (i as u64 * number % 251) as u8)
        .collect();
    (Tree::Change, number.to_be_bytes().to_vec(), Some(value))
}

/// Appends commits of one write each, numbered from `from`; answers the digest after them.
fn fill(journal: &mut Journal, mut digest: Digest, from: u64, to: u64, bytes: usize) -> Digest {
    for number in from..=to {
        let write = write(number, bytes);
        digest.add(Element::of(write.0, &write.1, write.2.as_deref().unwrap()));
        journal.append_commit(number, &[write], digest).unwrap();
    }
    digest
}

fn positions(entries: &[Entry]) -> Vec<u64> {
    let commits = entries.iter().filter_map(|entry| match entry {
        Entry::Commit(commit) => Some(commit.position),
        _ => None,
    });
    commits.collect()
}

#[test]
fn what_is_appended_is_read_back_across_segments_and_restarts() {
    let place = Place::new();
    let mut digest = Digest::default();
    for round in 0..4 {
        let mut journal = place.resume(1_000);
        digest = fill(&mut journal, digest, round * 10 + 1, round * 10 + 10, 120);
        journal.append_store_synced().unwrap();
    }
    let (entries, scanned) = place.scan();
    assert_eq!(positions(&entries), (1..=40).collect::<Vec<_>>());
    assert_eq!(
        entries
            .iter()
            .filter(|entry| **entry == Entry::StoreSynced)
            .count(),
        4
    );
    assert_eq!((scanned.position, scanned.digest), (40, digest));
    assert!(scanned.damage.is_empty() && scanned.end.segment > 4);
    let Entry::Commit(commit) = &entries[0] else {
        panic!("the first entry is a commit");
    };
    assert_eq!(commit.writes, [write(1, 120)]);
}

#[test]
fn long_payloads_are_packed_and_small_ones_left_alone() {
    let place = Place::new();
    let mut journal = place.resume(u64::MAX);
    let digest = Digest::default();
    let short = journal.append_commit(1, &[write(1, 100)], digest).unwrap();
    assert!(
        short < 100 + 8 + 60,
        "a commit of one short write took {short} bytes"
    );
    let packed = journal
        .append_commit(2, &[write(1, 100_000)], digest)
        .unwrap();
    assert!(packed < 10_000, "{packed}");
    assert_eq!(positions(&place.scan().0), [1, 2]);
}

#[test]
fn one_damaged_record_costs_one_record() {
    let place = Place::new();
    let digest = fill(&mut place.resume(u64::MAX), Digest::default(), 1, 6, 40);
    let sound = std::fs::read(place.path(1)).unwrap();
    let record = (sound.len() - record::SEGMENT_HEADER_BYTES) / 6;
    // In the header of the third record, then in its payload.
    for at in [3, 60] {
        let mut bytes = sound.clone();
        bytes[record::SEGMENT_HEADER_BYTES + 2 * record + at] ^= 1;
        std::fs::write(place.path(1), bytes).unwrap();
        let (entries, scanned) = place.scan();
        assert_eq!(positions(&entries), [1, 2, 4, 5, 6], "byte {at}");
        assert_eq!(
            (scanned.damage.len(), scanned.damage[0].bytes),
            (1, record as u64),
            "{:?}",
            scanned.damage
        );
        assert_eq!((scanned.digest, scanned.beyond), (digest, Beyond::Nothing));
    }
    // In the last one nothing readable follows.
    let mut bytes = sound.clone();
    bytes[sound.len() - 5] ^= 1;
    std::fs::write(place.path(1), &bytes).unwrap();
    assert_eq!(place.scan().1.beyond, Beyond::Records(1));
    bytes[sound.len() - record + 1] ^= 1;
    std::fs::write(place.path(1), &bytes).unwrap();
    assert_eq!(place.scan().1.beyond, Beyond::Unknown);
}

#[test]
fn records_that_were_swapped_removed_or_repeated_are_noticed() {
    let place = Place::new();
    fill(&mut place.resume(u64::MAX), Digest::default(), 1, 4, 40);
    let sound = std::fs::read(place.path(1)).unwrap();
    let (header, records) = sound.split_at(record::SEGMENT_HEADER_BYTES);
    let records: Vec<&[u8]> = records.chunks(records.len() / 4).collect();
    for order in [&[0, 2, 1, 3][..], &[0, 2, 3], &[0, 1, 1, 2, 3], &[1, 2, 3]] {
        let chosen: Vec<u8> = order
            .iter()
            .flat_map(|index| records[*index].to_vec())
            .collect();
        std::fs::write(place.path(1), [header, &chosen].concat()).unwrap();
        assert!(!place.scan().1.damage.is_empty(), "{order:?}");
    }
}

#[test]
fn reading_begins_at_the_newest_checkpoint() {
    let place = Place::new();
    let digest = fill(&mut place.resume(500), Digest::default(), 1, 20, 100);
    let last = place.scan().1.end.segment;
    let mut writer = checkpoint::Writer::begin(place.0.path(), last + 1, 20).unwrap();
    for number in 1..=20 {
        let (tree, key, value) = write(number, 100);
        writer.put(tree, key, value.unwrap()).unwrap();
    }
    let finished = writer.finish(digest, None, Vec::new()).unwrap();
    checkpoint::adopt(place.0.path(), &finished).unwrap();
    let digest = fill(&mut place.resume(500), digest, 21, 25, 100);
    for number in 1..=last {
        std::fs::remove_file(place.path(number)).unwrap();
    }
    let (entries, scanned) = place.scan();
    assert_eq!(entries[0], Entry::CheckpointStart(20));
    let pairs = (1..=20).map(|number| write(number, 100)).collect();
    assert_eq!(entries[1], Entry::CheckpointPart(pairs));
    assert_eq!(positions(&entries), (21..=25).collect::<Vec<_>>());
    assert_eq!((scanned.digest, scanned.damage.len()), (digest, 0));
}

/// The bytes a sector holds of a file.
const SECTOR_BYTES: usize = 512;

/// A segment of two commits, and where the second begins. Nothing in their values is zero, nor one bit from it, and nothing is packed.
fn two_commits(header: &[u8], first: usize, second: usize) -> (Vec<u8>, usize) {
    let mut state = 1_u32;
    let mut noise = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 | 3
    };
    let (mut file, mut chain, mut begins) = (header.to_vec(), Chain::default(), 0);
    for (position, bytes) in [(1, first), (2, second)] {
        let write = (
            Tree::Change,
            vec![1],
            Some((0..bytes).map(&mut noise).collect()),
        );
        let payload = payload::encode_commit(position, &[write], Digest::default());
        let (record, after) = record::encode(chain, Kind::Commit, &payload).unwrap();
        begins = file.len();
        file.extend(record);
        chain = after;
    }
    (file, begins)
}

/// Two commits at every place where an edge of a sector lies near the beginning, in the header or near the end of the second, and at some others.
fn at_every_edge(second: usize, mut check: impl FnMut(&Place, &[u8], usize)) {
    let place = Place::new();
    let header = std::fs::read(place.path(1)).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for first in 600..600 + SECTOR_BYTES + 8 {
        let (file, begins) = two_commits(&header, first, second);
        let edges = [begins, file.len()].map(|at| (at + 40) % SECTOR_BYTES);
        if edges.iter().any(|at| *at < 80) || begins % 64 == 0 {
            seen.insert(begins % SECTOR_BYTES);
            check(&place, &file, begins);
        }
    }
    assert!(seen.len() > 80, "{seen:?}");
}

#[test]
fn a_last_record_of_which_any_sectors_are_missing_is_cut() {
    for second in [20, 450, 900] {
        at_every_edge(second, |place, whole, begins| {
            let mut shares = Vec::new();
            let mut from = begins;
            while from < whole.len() {
                let end = whole.len().min((from / SECTOR_BYTES + 1) * SECTOR_BYTES);
                shares.push(from..end);
                from = end;
            }
            for missing in 1..1_u32 << shares.len() {
                let is_missing = |index: &usize| missing & 1 << index != 0;
                let mut torn = whole.to_vec();
                for index in (0..shares.len()).filter(is_missing) {
                    torn[shares[index].clone()].fill(0);
                }
                // The file's length came to the disk before its bytes, or reaches as far as they do.
                let written = (0..shares.len()).rfind(|index| !is_missing(index));
                let reaches = written.map_or(begins, |index| shares[index].end);
                for bytes in [whole.len(), reaches] {
                    std::fs::write(place.path(1), &torn[..bytes]).unwrap();
                    let (entries, scanned) = place.scan();
                    let at = format!(
                        "{begins}..{}, missing {missing:b}, {bytes} bytes",
                        whole.len()
                    );
                    assert_eq!(scanned.damage, [], "{at}");
                    assert_eq!(positions(&entries), [1], "{at}");
                    assert_eq!(scanned.cut_bytes, (bytes - begins) as u64, "{at}");
                }
            }
        });
    }
}

#[test]
fn a_flipped_bit_in_a_whole_last_record_is_damage_wherever_it_lies() {
    at_every_edge(20, |place, whole, begins| {
        for at in begins..whole.len() {
            let mut flipped = whole.to_vec();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(place.path(1), &flipped).unwrap();
            let (entries, scanned) = place.scan();
            assert_eq!(positions(&entries), [1], "byte {at} of {begins}..");
            assert_eq!(
                (scanned.damage.len(), scanned.cut_bytes),
                (1, 0),
                "byte {at} of {begins}.."
            );
        }
    });
}

#[test]
fn a_zero_that_a_sound_header_begins_with_is_no_missing_sector() {
    let place = Place::new();
    let header = std::fs::read(place.path(1)).unwrap();
    let payload_from = |begins: usize| begins + record::RECORD_HEADER_BYTES;
    // A payload of 256 bytes, whose length begins with a zero, which is all that a sector holds of the record.
    let mut files = (0..300).flat_map(|second| {
        let first = (600..600 + SECTOR_BYTES + 8).map(move |first| (first, second));
        first.map(|(first, second)| two_commits(&header, first, second))
    });
    let (whole, begins) = files
        .find(|(file, begins)| {
            file.len() - payload_from(*begins) == 256 && (begins + 1) % SECTOR_BYTES == 0
        })
        .unwrap();
    assert_eq!(whole[begins], 0);
    for at in payload_from(begins)..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        std::fs::write(place.path(1), &flipped).unwrap();
        let scanned = place.scan().1;
        assert_eq!((scanned.damage.len(), scanned.cut_bytes), (1, 0), "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn wild_bytes_never_panic_and_never_count_as_sound(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let place = Place::new();
        fill(&mut place.resume(u64::MAX), Digest::default(), 1, 2, 10);
        let mut file = std::fs::read(place.path(1)).unwrap();
        file.extend_from_slice(&bytes);
        std::fs::write(place.path(1), &file).unwrap();
        let (entries, scanned) = place.scan();
        prop_assert_eq!(positions(&entries), vec![1, 2]);
        let noticed = scanned.cut_bytes == bytes.len() as u64 || scanned.damage.len() == 1;
        prop_assert!(noticed || bytes.is_empty());
    }
}

/// A line of the audit trail, packed against the dictionary by the first version that had one.
const PACKED: &str = "28b52ffd20a5c5010063820860de33af4da3792c5e186c97779bbf8922523f88b0826befbcedc6de3996c7751d0f07fcf0e44de9042eb2\
        4a3398b02e5dd17c7811";

#[test]
fn a_commit_packed_against_the_dictionary_reads_back_for_ever() {
    let line = "{\"at\":1795421331742,\"user\":\"040g2081\",\"name\":\"陈晓\",\"role\":\"clerk\",\"unit\":\"bp0zwcdy47st87ra\",\"what\":\"edit\",\
                \"project\":\"01M3250V00000000000000000K\",\"outcome\":\"done\"}";
    let (bytes, _) = record::encode(Chain::default(), Kind::Commit, line.as_bytes()).unwrap();
    let header = record::RecordHeader::decode(&bytes).unwrap();
    let stored = bytes[record::RECORD_HEADER_BYTES..].to_vec();
    assert!(stored.len() * 2 < line.len(), "{} bytes", stored.len());
    for packed in [stored, hex::decode(PACKED).unwrap()] {
        let opened = header.open(packed, record::PAYLOAD_BYTES_MAX);
        assert_eq!(opened, Some((Kind::Commit, line.as_bytes().to_vec())));
    }
    // Its bound holds here too.
    let packed = hex::decode(PACKED).unwrap();
    assert_eq!(header.open(packed, line.len() - 1), None);
}
