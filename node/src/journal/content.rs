//! All content at one position as records, and the strict reading of it: what checkpoints and backups have in common.
//!
//! The pairs of the durable trees come in key order, in records of bounded size ([`Kind::CheckpointPart`]) between a start and
//! an end; the digest over all of them proves the whole. Where the records go is the caller's business.

use std::io;

use shared::store::Tree;

use super::digest::{Digest, Element};
use super::record::{self, Chain, Kind};
use super::{Write, payload};

/// Bytes of pairs in one record.
const PART_BYTES: usize = 2 * 1024 * 1024;

/// A chain of records being written.
pub struct Records<W> {
    out: W,
    bytes: u64,
    chain: Chain,
}

impl<W: io::Write> Records<W> {
    /// Goes on behind the header of a file, which is so many bytes long.
    pub fn behind(out: W, header_bytes: u64) -> Self {
        Self {
            out,
            bytes: header_bytes,
            chain: Chain::default(),
        }
    }

    /// Writes the next record.
    ///
    /// # Errors
    /// When the disk refuses, or the record would be larger than one may be.
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        let (bytes, chain) = record::encode(self.chain, kind, payload)
            .ok_or_else(|| io::Error::other("a record is too large"))?;
        self.chain = chain;
        self.bytes += bytes.len() as u64;
        self.out.write_all(&bytes)
    }

    /// Bytes of the file so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Content being written.
#[derive(Default)]
pub struct Pairs {
    position: u64,
    digest: Digest,
    part: Vec<Write>,
    part_bytes: usize,
}

impl Pairs {
    /// Begins the content at this position.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(records: &mut Records<impl io::Write>, position: u64) -> io::Result<Self> {
        records.append(Kind::CheckpointStart, &payload::encode_position(position))?;
        Ok(Self {
            position,
            ..Self::default()
        })
    }

    /// Takes the next pair, in key order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(
        &mut self,
        records: &mut Records<impl io::Write>,
        tree: Tree,
        key: Vec<u8>,
        value: Vec<u8>,
    ) -> io::Result<()> {
        self.digest.add(Element::of(tree, &key, &value));
        self.part_bytes += key.len() + value.len();
        self.part.push((tree, key, Some(value)));
        if self.part_bytes >= PART_BYTES {
            self.write_part(records)?;
        }
        Ok(())
    }

    /// Ends the content; the next segment follows `chain`, or the content's own. Answers what was put.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn end(
        mut self,
        records: &mut Records<impl io::Write>,
        chain: Option<Chain>,
    ) -> io::Result<Digest> {
        if !self.part.is_empty() {
            self.write_part(records)?;
        }
        let end = payload::encode_end(self.position, self.digest, chain);
        records.append(Kind::CheckpointEnd, &end)?;
        Ok(self.digest)
    }

    fn write_part(&mut self, records: &mut Records<impl io::Write>) -> io::Result<()> {
        let part = payload::encode_part(&std::mem::take(&mut self.part));
        self.part_bytes = 0;
        records.append(Kind::CheckpointPart, &part)
    }
}

/// Content being read strictly: every key after the one before, no removals, and the digest as its end says.
#[derive(Debug, Default)]
pub struct Strict {
    begun: Option<u64>,
    digest: Digest,
    last: Option<(Tree, Vec<u8>)>,
    is_ended: bool,
}

impl Strict {
    /// Takes the start.
    ///
    /// # Errors
    /// What is wrong.
    pub fn begin(&mut self, position: u64) -> Result<(), &'static str> {
        match self.begun.replace(position) {
            None => Ok(()),
            Some(_) => Err("its content begins twice"),
        }
    }

    /// Takes some pairs.
    ///
    /// # Errors
    /// What is wrong.
    pub fn take(&mut self, pairs: &[Write]) -> Result<(), &'static str> {
        if self.begun.is_none() || self.is_ended {
            return Err("pairs outside its content");
        }
        for (tree, key, value) in pairs {
            let value = value.as_ref().ok_or("a removal")?;
            if !tree.is_durable() {
                return Err("a pair that can be computed again and does not belong there");
            }
            self.digest.add(Element::of(*tree, key, value));
            let here = Some((*tree, key.clone()));
            if here <= self.last {
                return Err("its keys are out of order");
            }
            self.last = here;
        }
        Ok(())
    }

    /// Takes the end. Answers what the content is.
    ///
    /// # Errors
    /// What is wrong.
    pub fn end(&mut self, position: u64, said: Digest) -> Result<Digest, &'static str> {
        if self.begun != Some(position) || std::mem::replace(&mut self.is_ended, true) {
            return Err("an end that does not belong to its start");
        }
        if said != self.digest {
            return Err("its pairs do not add up to its digest");
        }
        Ok(said)
    }

    /// True once all of it was read.
    pub const fn is_ended(&self) -> bool {
        self.is_ended
    }
}
