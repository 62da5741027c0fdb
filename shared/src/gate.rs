//! The gate: no change from outside reaches a live document before it passed here (reliability.md 2.6).
//!
//! In order, cheap first: size and chunk type; a count of operations read from the run lengths, without unrolling them; parsing
//! under a guard; whose actor it is; sequence and causality; that every operation is a put or delete of one legal path or an edit
//! of a genesis text; then all accepted changes of a document are applied to a copy under a guard, saved, loaded strictly and
//! compared. Only a copy that survives takes the live document's place, so a hostile change costs its sender a quarantine and
//! nobody a document. The gate refuses shape, never vocabulary: unknown names pass.
//!
//! Why: automerge panics on, or is poisoned by, well-formed hostile changes (research/sync.md 2, reliability.md facts 5 to 8).
//! Deflated chunks are refused: our peers always send raw ones, so nothing here is ever inflated.

pub mod trial;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ActorId, Change, ChangeHash, ScalarValue};

use crate::document::{Document, genesis};
use crate::field::FieldPath;
use crate::ids::DocumentId;
use crate::wire::codec::{Reader, WireError};

/// Bytes of one change. Our own stay far below; the largest text of a field is 80 kB.
const CHANGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Operations of one change; our own are split at 5,000 (design.md 5).
const OPERATIONS_MAX: u64 = 20_000;
/// Bytes of one text value. `limits::TEXT_CHARS_MAX` characters of four bytes each fit.
const VALUE_BYTES_MAX: usize = 96 * 1024;
/// Bytes of a change's message: `<kind>:<user>` (design.md 5), with room for later versions.
pub(crate) const MESSAGE_BYTES_MAX: usize = 64;
/// Seconds a change may stand before or after 1970: some 34,000 years. Automerge keeps the times of a document as differences, and those of
/// the ends of numbers are none.
pub(crate) const TIME_SECONDS_MAX: u64 = 1 << 40;
/// Operation counters far beyond this break later edits (reliability.md fact 7).
const COUNTER_MAX: u64 = 1 << 31;
/// How far a change may jump ahead of what it builds on.
const COUNTER_LEAP_MAX: u64 = 1_000_000;

/// Operations of one document's whole history. The largest honest one of five years has a tenth of it.
const DOCUMENT_OPERATIONS_MAX: u64 = 500_000;
/// Changes of one document that may break it before everything else brought for it is refused with them: finding each
/// costs a dozen trials of the whole.
const BREAKING_MAX: usize = 3;

/// Why a change was refused. The numbers travel in a `Nack`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Reason {
    /// Too many bytes.
    TooLarge = 1,
    /// Not one raw change chunk.
    NotAChange = 2,
    /// Too many operations.
    TooManyOperations = 3,
    /// It does not parse.
    Malformed = 4,
    /// It was written under an actor the sender may not speak for.
    ForeignActor = 5,
    /// The sender may not write this document.
    OutOfScope = 6,
    /// Its sequence number or operation counter does not follow.
    BadSequence = 7,
    /// It builds on a change that is not here.
    MissingDependency = 8,
    /// An operation is not one the product makes.
    BadOperation = 9,
    /// Applying it broke the document, or the document could not be read back.
    Breaks = 10,
    /// It was written after its author knew that the document is not his any more.
    AfterRevocation = 11,
}

impl Reason {
    /// The reason's id on the command line and in `text`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotAChange => "not_a_change",
            Self::TooManyOperations => "too_many_operations",
            Self::Malformed => "malformed",
            Self::ForeignActor => "foreign_actor",
            Self::OutOfScope => "out_of_scope",
            Self::BadSequence => "bad_sequence",
            Self::MissingDependency => "missing_dependency",
            Self::BadOperation => "bad_operation",
            Self::Breaks => "breaks",
            Self::AfterRevocation => "after_revocation",
        }
    }

    /// The reason with this number.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        [
            Self::TooLarge,
            Self::NotAChange,
            Self::TooManyOperations,
            Self::Malformed,
            Self::ForeignActor,
            Self::OutOfScope,
            Self::BadSequence,
            Self::MissingDependency,
            Self::BadOperation,
            Self::Breaks,
            Self::AfterRevocation,
        ]
        .into_iter()
        .find(|reason| *reason as u8 == number)
    }
}

/// Whose changes a sender may bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// Anybody's: the sender is this node's hub.
    All,
    /// Those of these nodes, by the first half of their actor ids.
    Only(BTreeSet<[u8; 8]>),
}

/// A change that passed, with the paths it writes.
#[derive(Debug, Clone)]
pub struct Passed {
    /// The change.
    pub change: Change,
    /// Every path it writes, co-edited texts included.
    pub paths: BTreeSet<FieldPath>,
}

/// A change that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its hash, or BLAKE3 over its bytes when it does not parse.
    pub hash: [u8; 32],
    /// Its bytes, for the quarantine.
    pub raw: Vec<u8>,
    /// Why.
    pub reason: Reason,
}

/// What became of the changes brought for one document.
#[derive(Debug, Default)]
pub struct Verdict {
    /// New and safe, in the order given.
    pub passed: Vec<Passed>,
    /// The document with exactly these, proven to survive a save; `None` when nothing passed.
    pub after: Option<Document>,
    /// Refused.
    pub refused: Vec<Refused>,
}

thread_local! {
    /// True while a panic on this thread is the gate's to catch.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// True while this thread judges a change under a guard: a panic is then caught and becomes a refusal. For the panic hook of the
/// program, which would otherwise report each as if the program had failed.
#[must_use]
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

/// Runs work that a hostile change may make panic; `None` when it did.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    IS_GUARDED.set(before);
    done
}

/// Judges changes for one document, in the order given. `document` is untouched.
///
/// Shape: changes that are here already appear in neither list. Idempotent. One refused change does not hold up others, except
/// those that build on it.
#[must_use]
pub fn judge(document: &Document, id: &DocumentId, raws: Vec<Vec<u8>>, voice: &Voice) -> Verdict {
    let mut history = History::of(document);
    let texts = document.text_objects();
    let mut verdict = Verdict::default();
    for raw in raws {
        match check(document, id, &raw, voice, &mut history, &texts) {
            Ok(Some(passed)) => verdict.passed.push(passed),
            Ok(None) => {}
            Err((hash, reason)) => verdict.refused.push(Refused { hash, raw, reason }),
        }
    }
    if !verdict.passed.is_empty() {
        verdict.after = tried(document, &verdict.passed);
        if verdict.after.is_none() {
            find_the_breaking(document, &mut verdict);
        }
        if verdict.passed.is_empty() {
            verdict.after = None;
        }
    }
    verdict
}

/// What is known about a document's history, kept up while a batch is judged.
struct History {
    sequences: BTreeMap<Vec<u8>, u64>,
    counters: BTreeMap<ChangeHash, u64>,
    operations: u64,
}

impl History {
    fn of(document: &Document) -> Self {
        let mut history = Self {
            sequences: BTreeMap::new(),
            counters: BTreeMap::new(),
            operations: 0,
        };
        for meta in document.inner().get_changes_meta(&[]) {
            let actor = meta.actor.to_bytes().to_vec();
            let last = history.sequences.entry(actor).or_default();
            *last = (*last).max(meta.seq);
            history.counters.insert(meta.hash, meta.max_op);
            history.operations += (meta.max_op + 1).saturating_sub(meta.start_op);
        }
        history
    }
}

type Texts = BTreeMap<(u64, ActorId), String>;

fn check(
    document: &Document,
    id: &DocumentId,
    raw: &[u8],
    voice: &Voice,
    history: &mut History,
    texts: &Texts,
) -> Result<Option<Passed>, ([u8; 32], Reason)> {
    let change = parse(raw).map_err(|reason| (*blake3::hash(raw).as_bytes(), reason))?;
    let hash = change.hash();
    if document.contains(&hash) || history.counters.contains_key(&hash) {
        return Ok(None);
    }
    if genesis::is_genesis(id, &hash) {
        return Ok(None);
    }
    match check_parsed(&change, voice, history, texts) {
        Ok(paths) => {
            history
                .sequences
                .insert(change.actor_id().to_bytes().to_vec(), change.seq());
            history.counters.insert(hash, change.max_op());
            history.operations += change.len() as u64;
            Ok(Some(Passed { change, paths }))
        }
        Err(reason) => Err((hash.0, reason)),
    }
}

/// Steps 1 to 5: from bytes to a change, without trusting a length.
///
/// # Errors
/// The first reason found.
pub fn parse(raw: &[u8]) -> Result<Change, Reason> {
    if raw.len() > CHANGE_BYTES_MAX {
        return Err(Reason::TooLarge);
    }
    let columns = columns_of(raw).map_err(|_| Reason::NotAChange)?;
    match count_operations(columns) {
        Ok(count) if count <= OPERATIONS_MAX => {}
        Ok(_) => return Err(Reason::TooManyOperations),
        Err(_) => return Err(Reason::Malformed),
    }
    let parsed = guarded(|| Change::from_bytes(raw.to_vec()));
    let Some(Ok(change)) = parsed else {
        return Err(Reason::Malformed);
    };
    // The parser does not compare the chunk's checksum with its content.
    if raw.get(4..8) != change.hash().0.get(..4) {
        return Err(Reason::Malformed);
    }
    Ok(change)
}

/// Steps 6 to 8 and the shape of every operation.
fn check_parsed(
    change: &Change,
    voice: &Voice,
    history: &History,
    texts: &Texts,
) -> Result<BTreeSet<FieldPath>, Reason> {
    let actor = change.actor_id().to_bytes();
    let prefix: [u8; 8] = match (actor.len(), actor.first_chunk()) {
        (16, Some(prefix)) => *prefix,
        _ => return Err(Reason::ForeignActor),
    };
    if let Voice::Only(prefixes) = voice
        && !prefixes.contains(&prefix)
    {
        return Err(Reason::ForeignActor);
    }
    if history.operations.saturating_add(change.len() as u64) > DOCUMENT_OPERATIONS_MAX {
        return Err(Reason::TooManyOperations);
    }
    let mut built_on = 0;
    for dep in change.deps() {
        let counter = history.counters.get(dep).ok_or(Reason::MissingDependency)?;
        built_on = built_on.max(*counter);
    }
    let start = change.start_op().get();
    let last = history.sequences.get(actor).copied().unwrap_or(0);
    let follows = change.seq() == last + 1
        && start > built_on
        && start <= built_on + COUNTER_LEAP_MAX
        && change.max_op() < COUNTER_MAX;
    if !follows || change.deps().is_empty() {
        return Err(Reason::BadSequence);
    }
    if change
        .message()
        .is_some_and(|text| text.len() > MESSAGE_BYTES_MAX)
        || !change.extra_bytes().is_empty()
        || change.timestamp().unsigned_abs() > TIME_SECONDS_MAX
    {
        return Err(Reason::BadOperation);
    }
    guarded(|| paths_of(change, texts)).unwrap_or(Err(Reason::Malformed))
}

/// The paths a change writes; refuses every operation that is not a put or delete of a legal path or an edit of a text.
fn paths_of(change: &Change, texts: &Texts) -> Result<BTreeSet<FieldPath>, Reason> {
    let mut paths = BTreeSet::new();
    for op in &change.decode().operations {
        let value_is_small = match &op.action {
            OpType::Put(ScalarValue::Str(text)) => text.len() <= VALUE_BYTES_MAX,
            OpType::Put(ScalarValue::Bytes(bytes)) => bytes.len() <= VALUE_BYTES_MAX,
            OpType::Put(ScalarValue::Counter(_)) => false,
            OpType::Put(_) | OpType::Delete => true,
            _ => false,
        };
        if !value_is_small {
            return Err(Reason::BadOperation);
        }
        let path = match (&op.obj, &op.key) {
            (ObjectId::Root, Key::Map(key)) if !op.insert => {
                // A co-edited text is never replaced, or the rival object would hide it.
                if texts.values().any(|text| text.as_str() == key.as_str()) {
                    return Err(Reason::BadOperation);
                }
                key.to_string()
            }
            (ObjectId::Id(object), Key::Seq(_)) => texts
                .get(&(object.counter(), object.actor().clone()))
                .cloned()
                .ok_or(Reason::BadOperation)?,
            _ => return Err(Reason::BadOperation),
        };
        paths.insert(path.parse().map_err(|_| Reason::BadOperation)?);
    }
    Ok(paths)
}

/// Steps 9 and 10: apply to a copy, save, load strictly, same heads. Gives the copy when it survived that.
fn tried(document: &Document, passed: &[Passed]) -> Option<Document> {
    let changes: Vec<Change> = passed.iter().map(|passed| passed.change.clone()).collect();
    let tried = guarded(|| {
        let mut copy = document.clone();
        let fresh = copy.apply(changes).ok()?;
        let loaded = Document::load(&copy.save_plain()).ok()?;
        (fresh.len() == passed.len() && loaded.heads() == copy.heads()).then_some(copy)
    });
    tried.flatten()
}

/// The batch as a whole broke the document: refuses the changes that break it, and what builds on them. The first is found by
/// halving, since one trial costs as much as the whole; after some of them, all that is left is refused.
fn find_the_breaking(document: &Document, verdict: &mut Verdict) {
    let mut left = std::mem::take(&mut verdict.passed);
    let mut bad: BTreeSet<ChangeHash> = BTreeSet::new();
    let mut fine = 0;
    for found in 0..=BREAKING_MAX {
        verdict.after = tried(document, &left);
        if verdict.after.is_some() {
            break;
        }
        if found == BREAKING_MAX {
            for passed in left.drain(fine..) {
                verdict.refused.push(refused(&passed, Reason::Breaks));
            }
            verdict.after = tried(document, &left);
            break;
        }
        // The first `fine` survive, the first `broken` do not.
        let mut broken = left.len();
        while broken - fine > 1 {
            let middle = fine + (broken - fine) / 2;
            match left
                .get(..middle)
                .is_some_and(|some| tried(document, some).is_some())
            {
                true => fine = middle,
                false => broken = middle,
            }
        }
        let breaking = left.remove(fine);
        bad.insert(breaking.change.hash());
        verdict.refused.push(refused(&breaking, Reason::Breaks));
        left.retain(|passed| {
            let is_orphaned = passed.change.deps().iter().any(|dep| bad.contains(dep));
            if is_orphaned {
                bad.insert(passed.change.hash());
                verdict
                    .refused
                    .push(refused(passed, Reason::MissingDependency));
            }
            !is_orphaned
        });
    }
    verdict.passed = left;
}

fn refused(passed: &Passed, reason: Reason) -> Refused {
    Refused {
        hash: passed.change.hash().0,
        raw: passed.change.raw_bytes().to_vec(),
        reason,
    }
}

/// The column part of a raw change chunk. Source: automerge's binary format, change chunk.
fn columns_of(raw: &[u8]) -> Result<&[u8], WireError> {
    Ok(crate::sync::ChangeParts::parse(raw)?.rest)
}

/// True for a change with so few operations that unrolling it costs nothing, whoever made it; read from run lengths alone.
pub(crate) fn is_small(raw: &[u8]) -> bool {
    const SMALL: u64 = 100;
    let counted = columns_of(raw).and_then(count_operations);
    counted.is_ok_and(|operations| operations <= SMALL)
}

/// Column types of the format's specification, three low bits.
const COLUMN_GROUP: u64 = 0;
const COLUMN_BOOLEAN: u64 = 4;
const COLUMN_STRING: u64 = 5;
const COLUMN_VALUE: u64 = 7;
const COLUMN_DEFLATED: u64 = 8;
const COLUMNS_MAX: usize = 64;

/// The most rows any column claims, read from run lengths alone.
fn count_operations(bytes: &[u8]) -> Result<u64, WireError> {
    let mut input = Reader::new(bytes);
    let table = input.list(COLUMNS_MAX, |input| {
        Ok((input.uint()?, input.bounded(CHANGE_BYTES_MAX)?))
    })?;
    let mut most = 0u64;
    for (column, length) in table {
        let data = input.raw(length)?;
        if column & COLUMN_DEFLATED != 0 {
            return Err(WireError::UnknownKind {
                what: "deflated column",
                found: column,
            });
        }
        let rows = match column & 7 {
            COLUMN_VALUE => 0,
            COLUMN_BOOLEAN => sum_of_counts(data)?,
            COLUMN_STRING => rows_of_runs(data, RunValue::Bytes)?,
            COLUMN_GROUP => rows_of_runs(data, RunValue::Count)?,
            _ => rows_of_runs(data, RunValue::Integer)?,
        };
        most = most.max(rows);
    }
    Ok(most)
}

fn sum_of_counts(data: &[u8]) -> Result<u64, WireError> {
    let mut input = Reader::new(data);
    let mut sum = 0u64;
    while !input.is_empty() {
        sum = sum.saturating_add(input.uint()?);
    }
    Ok(sum)
}

enum RunValue {
    Integer,
    Bytes,
    /// A count whose sum also bounds the rows of the group's columns.
    Count,
}

fn rows_of_runs(data: &[u8], value: RunValue) -> Result<u64, WireError> {
    let mut input = Reader::new(data);
    let (mut rows, mut counted) = (0u64, 0u64);
    while !input.is_empty() {
        let run = read_signed(&mut input)?;
        let (values, each) = match run {
            0 => {
                rows = rows.saturating_add(input.uint()?);
                continue;
            }
            1.. => (1, run.unsigned_abs()),
            _ => (run.unsigned_abs(), 1),
        };
        rows = rows.saturating_add(values.saturating_mul(each));
        for _ in 0..values {
            match value {
                RunValue::Integer => {
                    read_signed(&mut input)?;
                }
                RunValue::Bytes => {
                    input.bytes(VALUE_BYTES_MAX)?;
                }
                RunValue::Count => {
                    counted = counted.saturating_add(input.uint()?.saturating_mul(each));
                }
            }
        }
    }
    Ok(rows.max(counted))
}

/// Two's complement LEB128, as the format writes run lengths; also skips unsigned values.
fn read_signed(input: &mut Reader<'_>) -> Result<i64, WireError> {
    let mut value = 0i64;
    for shift in (0..70).step_by(7) {
        let byte = input.u8()?;
        if shift < 64 {
            value |= i64::from(byte & 0x7f).wrapping_shl(shift);
        }
        if byte & 0x80 == 0 {
            if shift < 57 && byte & 0x40 != 0 {
                value |= -1i64 << (shift + 7);
            }
            return Ok(value);
        }
    }
    Err(WireError::BadInteger)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
