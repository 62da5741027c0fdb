//! The chain of the audit trail: every line names the one before by hash, and a note at the end names the last.
//!
//! Shape: `Tree::Audit`, time u64 ‖ number u64 → chain 16 ‖ the line as JSON. Lines are numbered from 1 without gaps in the order
//! they were written, whatever the clock did. chain = first 16 bytes of BLAKE3(chain before ‖ BLAKE3(key ‖ line)).
//!
//! A line that is changed, struck out, put elsewhere or added does not fit ([`Walk`]). Whoever can write the whole store can
//! write a whole new chain: against that stand witnesses ([`Mark`]s kept elsewhere, as every backup does).

use std::collections::BTreeMap;

use crate::api::AuditEntry;
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::time::Timestamp;

/// Where `Tree::Meta` keeps the [`Mark`] of the last line.
pub const MARK_KEY: &[u8] = b"audit/mark";

const CHAIN_BYTES: usize = 16;
/// Lines read at once.
const PAGE: usize = 1_000;

/// The name of a line and of all before it.
pub type Chain = [u8; CHAIN_BYTES];

/// A line by its number, with the chain up to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    /// The line; 0 before the first.
    pub number: u64,
    /// The chain.
    pub chain: Chain,
}

impl Mark {
    /// The mark of the last line of a trail.
    ///
    /// # Errors
    /// When the store fails.
    pub fn load(reader: &dyn Reader) -> Result<Self, StoreError> {
        let stored = reader.load(Tree::Meta, MARK_KEY)?;
        Ok(stored.as_deref().and_then(Self::decode).unwrap_or_default())
    }

    /// Reads what stands under [`MARK_KEY`].
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (number, chain) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            number: u64::from_be_bytes(*number),
            chain: chain.try_into().ok()?,
        })
    }

    fn encode(self) -> Vec<u8> {
        [&self.number.to_be_bytes()[..], &self.chain].concat()
    }

    fn after(self, leaf: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.chain);
        hasher.update(leaf);
        let mut chain = Chain::default();
        hasher.finalize_xof().fill(&mut chain);
        Self {
            number: self.number + 1,
            chain,
        }
    }
}

/// Adds a line at the end of the trail.
///
/// # Errors
/// When the store fails.
pub fn audit(turn: &mut Turn<'_>, at: Timestamp, entry: &AuditEntry) -> Result<(), StoreError> {
    let mark = Mark::load(turn)?;
    // Strings and ids always become JSON.
    let line = serde_json::to_vec(entry).unwrap_or_default();
    let mut key = at.0.max(0).to_be_bytes().to_vec();
    key.extend((mark.number + 1).to_be_bytes());
    let mark = mark.after(&leaf(&key, &line));
    turn.put(Tree::Audit, key, [&mark.chain[..], &line].concat());
    turn.put(Tree::Meta, MARK_KEY, mark.encode());
    Ok(())
}

/// The lines from one moment to another, oldest first, at most `limit`.
///
/// # Errors
/// When the store fails.
pub fn audit_entries(
    reader: &dyn Reader,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
) -> Result<Vec<AuditEntry>, StoreError> {
    let pairs = reader.range(
        Tree::Audit,
        &from.0.max(0).to_be_bytes(),
        &to.0.max(0).to_be_bytes(),
        limit,
    )?;
    let line = |value: &[u8]| serde_json::from_slice(value.get(CHAIN_BYTES..)?).ok();
    Ok(pairs.iter().filter_map(|(_, value)| line(value)).collect())
}

fn leaf(key: &[u8], line: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key);
    hasher.update(line);
    *hasher.finalize().as_bytes()
}

/// What is wrong at one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// It is not there.
    Missing,
    /// It is not what was written, or not where it was written.
    Changed,
    /// It is more than the trail's own note knows of, or no line of the trail at all.
    Foreign,
    /// It is another one than a witness saw.
    Rewritten,
}

impl Break {
    /// Its name for programs.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Foreign => "foreign",
            Self::Rewritten => "rewritten",
        }
    }
}

/// The first place where a trail is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The line's number.
    pub number: u64,
    /// Its moment, where there is one.
    pub at: Option<Timestamp>,
    /// What is wrong.
    pub what: Break,
}

/// What a reading of a whole trail found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trail {
    /// The last line by the trail's own note: how many there are.
    pub mark: Mark,
    /// The first line's moment.
    pub first: Option<Timestamp>,
    /// The last line's moment.
    pub last: Option<Timestamp>,
    /// Where it is broken.
    pub broken: Option<Broken>,
}

/// A trail being read, its lines in any order.
#[derive(Debug, Default)]
pub struct Walk {
    lines: BTreeMap<u64, Line>,
    foreign: Option<Broken>,
}

#[derive(Debug)]
struct Line {
    at: Timestamp,
    leaf: [u8; 32],
    chain: Chain,
}

impl Walk {
    /// Takes a pair of `Tree::Audit`.
    pub fn take(&mut self, key: &[u8], value: &[u8]) {
        let line = split_key(key).zip(value.split_first_chunk::<CHAIN_BYTES>());
        let Some(((at, number), (chain, json))) = line else {
            let at = key
                .first_chunk::<8>()
                .map(|at| Timestamp(i64::from_be_bytes(*at)));
            self.note_foreign(0, at);
            return;
        };
        let line = Line {
            at,
            leaf: leaf(key, json),
            chain: *chain,
        };
        if self.lines.insert(number, line).is_some() {
            self.note_foreign(number, Some(at));
        }
    }

    fn note_foreign(&mut self, number: u64, at: Option<Timestamp>) {
        let what = Break::Foreign;
        self.foreign.get_or_insert(Broken { number, at, what });
    }

    /// Compares everything with the trail's own note, and with what witnesses saw.
    #[must_use]
    pub fn end(&self, mark: Mark, witnesses: &[Mark]) -> Trail {
        let moment = |line: Option<(&u64, &Line)>| line.map(|(_, line)| line.at);
        Trail {
            mark,
            first: moment(self.lines.first_key_value()),
            last: moment(self.lines.last_key_value()),
            broken: self.find_break(mark, witnesses),
        }
    }

    fn find_break(&self, mark: Mark, witnesses: &[Mark]) -> Option<Broken> {
        let newest = witnesses.iter().map(|seen| seen.number).max();
        let mut here = Mark::default();
        for number in 1..=mark.number.max(newest.unwrap_or(0)) {
            let line = self.lines.get(&number);
            let broken = |what| {
                let at = line.map(|line| line.at);
                Some(Broken { number, at, what })
            };
            let Some(line) = line else {
                return broken(Break::Missing);
            };
            here = here.after(&line.leaf);
            if here.chain != line.chain || number == mark.number && here != mark {
                return broken(Break::Changed);
            }
            if number > mark.number {
                return broken(Break::Foreign);
            }
            if witnesses
                .iter()
                .any(|seen| seen.number == number && *seen != here)
            {
                return broken(Break::Rewritten);
            }
        }
        let beyond = self.lines.range(mark.number + 1..).next();
        let beyond = beyond.map(|(&number, line)| Broken {
            number,
            at: Some(line.at),
            what: Break::Foreign,
        });
        self.foreign.or(beyond)
    }
}

fn split_key(key: &[u8]) -> Option<(Timestamp, u64)> {
    let (at, number) = key.split_first_chunk::<8>()?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    let at = Timestamp(i64::from_be_bytes(*at));
    (number > 0).then_some((at, number))
}

/// Reads the whole trail of a store.
///
/// # Errors
/// When the store fails.
pub fn verify_audit(reader: &dyn Reader, witnesses: &[Mark]) -> Result<Trail, StoreError> {
    let mut walk = Walk::default();
    let mut from = Vec::new();
    loop {
        let page = reader.range(Tree::Audit, &from, &[0xff; 40], PAGE)?;
        for (key, value) in &page {
            walk.take(key, value);
        }
        match page.last() {
            Some((key, _)) if page.len() == PAGE => {
                from.clone_from(key);
                from.push(0);
            }
            _ => return Ok(walk.end(Mark::load(reader)?, witnesses)),
        }
    }
}

#[cfg(test)]
mod tests;
