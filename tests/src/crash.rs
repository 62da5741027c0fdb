//! What a disk may hold after a power cut, made from a trace of everything a process wrote (`trace.c`).
//!
//! Durable is what was synced: a file's bytes by a sync of the file, names by a sync of their folder. Of what was written since,
//! any part may be there: nothing, all, a beginning, or any choice of sectors of 512 bytes; a file's new length may be there before
//! what fills it. Names that were not synced are there up to some point in their order, since file systems keep that order. Files
//! do not wait for each other.
//!
//! Source: the model of LazyFS and of SQLite's crash tests; research/reliability.md 6, R2.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::disks::below;

/// The smallest unit a disk writes whole.
const SECTOR_BYTES: u64 = 512;

/// One change a process made.
#[derive(Debug, Clone)]
enum Op {
    Create(PathBuf),
    Write(PathBuf, u64, Vec<u8>),
    Truncate(PathBuf, u64),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    /// A line of the file of acknowledgements: `b`egun or `a`cknowledged, and which.
    Told(char, u64),
}

/// A change of one file's bytes.
#[derive(Clone, Copy)]
enum Change<'a> {
    Write(u64, &'a [u8]),
    Truncate(u64),
}

/// A file, whatever it is called.
struct File<'a> {
    before: &'a [u8],
    changes: Vec<Change<'a>>,
    synced: usize,
}

/// A change of a name.
struct Naming {
    name: PathBuf,
    /// `None` removes it.
    file: Option<usize>,
    synced: bool,
}

/// Everything a process wrote, and what was there before.
#[derive(Clone)]
pub struct Trace {
    root: PathBuf,
    before: BTreeMap<PathBuf, Vec<u8>>,
    ops: Vec<Op>,
}

/// What must be in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The last commit that was acknowledged before the cut.
    pub acknowledged: u64,
    /// The last one that was begun.
    pub begun: u64,
}

impl Trace {
    /// The same as a process would have written it that never syncs files of a folder, or never the folder's names.
    #[must_use]
    pub fn without_syncs(mut self, is_left_out: impl Fn(&Path) -> bool) -> Self {
        self.ops
            .retain(|op| !matches!(op, Op::Sync(path) if is_left_out(path)));
        self
    }

    /// Reads a trace of what was done under `root`, whose files are as they were before; `told` is the file of
    /// acknowledgements.
    ///
    /// # Panics
    /// When the trace is cut off or the files cannot be read.
    #[must_use]
    pub fn read(root: &Path, before: &Path, log: &Path, told: &Path) -> Self {
        let bytes = std::fs::read(log).expect("the trace");
        let mut input = bytes.as_slice();
        let mut take = |count: usize| {
            let (taken, rest) = input.split_at_checked(count)?;
            input = rest;
            Some(taken)
        };
        let mut ops = Vec::new();
        while let Some(op) = take(1) {
            let number = |bytes: &[u8]| {
                bytes
                    .iter()
                    .rev()
                    .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
            };
            let mut size = |width| number(take(width).expect("a whole note"));
            let path_bytes = usize::try_from(size(2)).expect("a length");
            let path = PathBuf::from(
                String::from_utf8(take(path_bytes).expect("a path").to_vec()).expect("a path"),
            );
            let mut size = |width| number(take(width).expect("a whole note"));
            let (offset, data_bytes) = (size(8), usize::try_from(size(8)).expect("a length"));
            let data = take(data_bytes).expect("the data").to_vec();
            if path == told {
                if op == b"W" {
                    let line = String::from_utf8(data).expect("a line");
                    let (kind, commit) = line.trim().split_at(1);
                    let kind = kind.chars().next().expect("a letter");
                    ops.push(Op::Told(kind, commit.trim().parse().expect("a number")));
                }
                continue;
            }
            ops.push(match op {
                b"C" => Op::Create(path),
                b"W" => Op::Write(path, offset, data),
                b"T" => Op::Truncate(path, offset),
                b"F" => Op::Sync(path),
                b"N" => Op::Rename(path, String::from_utf8(data).expect("a path").into()),
                b"U" => Op::Remove(path),
                other => panic!("an unknown note {other:?}"),
            });
        }
        let mut files = BTreeMap::new();
        read_folder(before, root, &mut files);
        Self {
            root: root.to_owned(),
            before: files,
            ops,
        }
    }

    /// How many changes it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ops.len()
    }

    /// True when nothing was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Names that were given to finished files: checkpoints and snapshots.
    #[must_use]
    pub fn renames_to(&self, suffix: &str) -> usize {
        let to = self
            .ops
            .iter()
            .filter(|op| matches!(op, Op::Rename(_, to) if to.to_string_lossy().ends_with(suffix)));
        to.count()
    }

    /// Writes one state the disk may be in after a cut at a place chosen by the seed.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn write_image(&self, seed: u64, to: &Path) -> Bounds {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let cut = below(&mut dice, self.ops.len() + 1);
        let mut live: BTreeMap<&Path, usize> = BTreeMap::new();
        let mut files: Vec<File<'_>> = Vec::new();
        for (path, bytes) in &self.before {
            live.insert(path, files.len());
            files.push(File {
                before: bytes,
                changes: Vec::new(),
                synced: 0,
            });
        }
        let first_names: BTreeMap<PathBuf, usize> = live
            .iter()
            .map(|(path, file)| (path.to_path_buf(), *file))
            .collect();
        let mut namings: Vec<Naming> = Vec::new();
        let mut name = |name: &Path, file| {
            namings.push(Naming {
                name: name.to_owned(),
                file,
                synced: false,
            });
        };
        let mut syncs: Vec<(usize, &Path)> = Vec::new();
        let mut count = 0;
        let mut bounds = Bounds {
            acknowledged: 0,
            begun: 0,
        };
        for op in &self.ops[..cut] {
            match op {
                Op::Told('a', commit) => bounds.acknowledged = *commit,
                Op::Told(_, commit) => bounds.begun = *commit,
                Op::Create(path) => {
                    live.insert(path, files.len());
                    name(path, Some(files.len()));
                    count += 1;
                    files.push(File {
                        before: &[],
                        changes: Vec::new(),
                        synced: 0,
                    });
                }
                Op::Write(path, offset, data) => {
                    if let Some(file) = live.get(path.as_path()) {
                        files[*file].changes.push(Change::Write(*offset, data));
                    }
                }
                Op::Truncate(path, bytes) => {
                    if let Some(file) = live.get(path.as_path()) {
                        files[*file].changes.push(Change::Truncate(*bytes));
                    }
                }
                Op::Sync(path) => match live.get(path.as_path()) {
                    Some(file) => files[*file].synced = files[*file].changes.len(),
                    None => syncs.push((count, path)),
                },
                Op::Rename(from, target) => {
                    if let Some(file) = live.remove(from.as_path()) {
                        live.insert(target, file);
                        name(from, None);
                        name(target, Some(file));
                        count += 2;
                    }
                }
                Op::Remove(path) => {
                    if live.remove(path.as_path()).is_some() {
                        name(path, None);
                        count += 1;
                    }
                }
            }
        }
        for (until, folder) in syncs {
            let covered = namings[..until].iter_mut();
            for naming in covered.filter(|naming| naming.name.parent() == Some(folder)) {
                naming.synced = true;
            }
        }
        for (name, file) in final_names(first_names, &namings, &mut dice) {
            let target = to.join(name.strip_prefix(&self.root).expect("under the root"));
            std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            std::fs::write(target, content(&files[file], &mut dice)).expect("a file");
        }
        bounds
    }
}

/// Names as they may be: what was synced, and in each folder some of what came after, in order.
fn final_names(
    mut names: BTreeMap<PathBuf, usize>,
    namings: &[Naming],
    dice: &mut ChaCha8Rng,
) -> BTreeMap<PathBuf, usize> {
    let mut left: BTreeMap<&Path, usize> = BTreeMap::new();
    for naming in namings.iter().filter(|naming| !naming.synced) {
        *left
            .entry(naming.name.parent().unwrap_or(&naming.name))
            .or_default() += 1;
    }
    for count in left.values_mut() {
        *count = match below(dice, 4) {
            0 => 0,
            1 => below(dice, *count + 1),
            _ => *count,
        };
    }
    let mut iter = namings.iter().peekable();
    while let Some(naming) = iter.next() {
        if !naming.synced {
            let left = left
                .entry(naming.name.parent().unwrap_or(&naming.name))
                .or_default();
            // A rename is one step: its old name goes when the new one comes.
            let is_rename = naming.file.is_none()
                && iter
                    .peek()
                    .is_some_and(|next| next.file.is_some() && !next.synced);
            if *left < if is_rename { 2 } else { 1 } {
                *left = 0;
                continue;
            }
            *left -= 1;
        }
        match naming.file {
            Some(file) => names.insert(naming.name.clone(), file),
            None => names.remove(&naming.name),
        };
    }
    names
}

/// Bytes as they may be: what was synced, and some of what came after.
fn content(file: &File<'_>, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = file.before.to_vec();
    let (durable, loose) = file.changes.split_at(file.synced);
    for change in durable {
        apply(&mut bytes, *change);
    }
    match below(dice, 4) {
        0 => {}
        1 => loose.iter().for_each(|change| apply(&mut bytes, *change)),
        2 => {
            let whole = below(dice, loose.len() + 1);
            loose[..whole]
                .iter()
                .for_each(|change| apply(&mut bytes, *change));
            if let Some(Change::Write(offset, data)) = loose.get(whole) {
                // The write that was under way: a beginning of it, up to the edge of a sector.
                let end = offset + below(dice, data.len() + 1) as u64;
                let end = (end / SECTOR_BYTES * SECTOR_BYTES).saturating_sub(*offset);
                let end = usize::try_from(end).unwrap_or(0).min(data.len());
                apply(&mut bytes, Change::Write(*offset, &data[..end]));
            }
        }
        _ => {
            for change in loose {
                match change {
                    Change::Truncate(_) => apply(&mut bytes, *change),
                    Change::Write(offset, data) => write_some(&mut bytes, *offset, data, dice),
                }
            }
        }
    }
    bytes
}

/// Writes any choice of the sectors of one write; the file may have its new length whatever is there of it.
fn write_some(bytes: &mut Vec<u8>, offset: u64, data: &[u8], dice: &mut ChaCha8Rng) {
    let keep = dice.next_u32() % 3;
    let end = usize::try_from(offset).unwrap_or(0) + data.len();
    if dice.next_u32().is_multiple_of(2) && bytes.len() < end {
        bytes.resize(end, 0);
    }
    let mut at = 0;
    while at < data.len() {
        let here = offset + at as u64;
        let until_edge = usize::try_from(SECTOR_BYTES - here % SECTOR_BYTES).unwrap_or(1);
        let end = data.len().min(at + until_edge);
        if keep == 0 || keep == 1 && dice.next_u32().is_multiple_of(2) {
            apply(bytes, Change::Write(here, &data[at..end]));
        }
        at = end;
    }
}

fn apply(bytes: &mut Vec<u8>, change: Change<'_>) {
    match change {
        Change::Truncate(length) => bytes.resize(usize::try_from(length).unwrap_or(0), 0),
        Change::Write(_, []) => {}
        Change::Write(offset, data) => {
            let from = usize::try_from(offset).unwrap_or(0);
            let end = from + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[from..end].copy_from_slice(data);
        }
    }
}

/// Reads all files of a folder under the names they have below `root`.
fn read_folder(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = root.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            read_folder(&entry.path(), &name, files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}
