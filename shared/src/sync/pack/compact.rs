//! The compact form of items: see the parent module.

use std::collections::BTreeMap;

use super::{
    CHANGE, CHANGE_BYTES_MAX, DocumentId, ITEMS_MAX, Item, KNOWN, REVOKED, Reader, Resolve, SKIP,
    UnpackError, WHOLE, WHOLE_MAX, WireError, Writer, read_count, read_document, short_name,
};

/// Marks of a document's name.
const NAME_FULL: u64 = 0;
const NAME_SHORT: u64 = 1;
/// From here on: 2 + how many other documents were named in this batch since.
const NAME_RECENT: u64 = 2;

/// Documents that can be named by how recently they were.
const RECENT_MAX: usize = 64;

/// Marks of a change's form.
const FORM_RAW: u8 = 0;
const FORM_PARTS: u8 = 1;

/// How many combinations of candidates are tried before the plain form is asked for.
const GUESSES_MAX: usize = 64;

/// A change chunk taken apart. Source: automerge's binary format, change chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeParts<'a> {
    pub(crate) checksum: [u8; 4],
    pub(crate) deps: Vec<[u8; 32]>,
    pub(crate) actor: &'a [u8],
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    pub(crate) time: i64,
    pub(crate) message: &'a [u8],
    pub(crate) others: Vec<&'a [u8]>,
    /// Column table, columns, and whatever follows.
    pub(crate) rest: &'a [u8],
}

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;
const DEPS_MAX: usize = 256;
const ACTORS_MAX: usize = 4096;
const MESSAGE_MAX: usize = 1024;

impl<'a> ChangeParts<'a> {
    /// Takes a raw (not deflated) change chunk apart; refuses anything not in its one canonical form.
    pub(crate) fn parse(raw: &'a [u8]) -> Result<Self, WireError> {
        let mut input = Reader::new(raw);
        if input.array::<4>()? != MAGIC {
            return Err(WireError::UnknownKind {
                what: "chunk",
                found: 0,
            });
        }
        let checksum = input.array()?;
        let kind = input.u8()?;
        if kind != TYPE_CHANGE {
            return Err(WireError::UnknownKind {
                what: "chunk type",
                found: kind.into(),
            });
        }
        let length = input.bounded(CHANGE_BYTES_MAX)?;
        if length != input.rest().len() {
            return Err(WireError::TrailingBytes(
                input.rest().len().saturating_sub(length),
            ));
        }
        Ok(Self {
            checksum,
            deps: input.list(DEPS_MAX, Reader::array)?,
            actor: input.bytes(64)?,
            seq: input.uint()?,
            start_op: input.uint()?,
            time: read_sleb(&mut input)?,
            message: input.bytes(MESSAGE_MAX)?,
            others: input.list(ACTORS_MAX, |input| input.bytes(64))?,
            rest: input.raw(input.rest().len())?,
        })
    }

    /// Puts the chunk together again.
    pub(crate) fn to_raw(&self) -> Vec<u8> {
        let mut body = Writer::new();
        body.list(&self.deps, |out, dep| out.raw(dep));
        body.bytes(self.actor);
        body.uint(self.seq);
        body.uint(self.start_op);
        write_sleb(&mut body, self.time);
        body.bytes(self.message);
        body.list(&self.others, |out, actor| out.bytes(actor));
        body.raw(self.rest);
        let body = body.into_bytes();
        let mut out = Writer::new();
        out.raw(&MAGIC);
        out.raw(&self.checksum);
        out.u8(TYPE_CHANGE);
        out.bytes(&body);
        out.into_bytes()
    }
}

/// Automerge's signed integers are two's complement LEB128, ours are zigzag.
fn read_sleb(input: &mut Reader<'_>) -> Result<i64, WireError> {
    let mut value = 0i64;
    for shift in (0..64).step_by(7) {
        let byte = input.u8()?;
        value |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            if shift < 57 && byte & 0x40 != 0 {
                value |= -1i64 << (shift + 7);
            }
            return Ok(value);
        }
    }
    Err(WireError::BadInteger)
}

fn write_sleb(out: &mut Writer, mut value: i64) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.u8(byte);
            return;
        }
        out.u8(byte | 0x80);
    }
}

/// What both sides remember within a batch.
#[derive(Default)]
struct Memory {
    /// The documents named last, the latest first.
    documents: Vec<DocumentId>,
    actors: Vec<Vec<u8>>,
    messages: Vec<Vec<u8>>,
    time: i64,
    seqs: BTreeMap<usize, u64>,
    start_op: u64,
}

impl Memory {
    fn touch(&mut self, document: &DocumentId) {
        self.documents.retain(|known| known != document);
        self.documents.insert(0, document.clone());
        self.documents.truncate(RECENT_MAX);
    }

    fn actor(&mut self, actor: &[u8]) -> Option<usize> {
        let found = self.actors.iter().position(|known| known == actor);
        if found.is_none() {
            self.actors.push(actor.to_vec());
        }
        found
    }
}

struct Packer<F> {
    random: Writer,
    regular: Writer,
    memory: Memory,
    held: F,
}

pub(super) fn write(items: &[Item], held: impl Fn(&DocumentId) -> bool) -> (Vec<u8>, Vec<u8>) {
    let mut packer = Packer {
        random: Writer::new(),
        regular: Writer::new(),
        memory: Memory::default(),
        held,
    };
    packer.regular.uint(items.len() as u64);
    for item in items {
        packer.item(item);
    }
    (packer.random.into_bytes(), packer.regular.into_bytes())
}

impl<F: Fn(&DocumentId) -> bool> Packer<F> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Skip(count) => {
                self.regular.u8(SKIP);
                self.regular.uint(*count);
            }
            Item::Change { document, raw } => {
                self.regular.u8(CHANGE);
                self.document(document);
                self.change(raw);
            }
            Item::Whole {
                document,
                count,
                changes,
            } => {
                self.regular.u8(WHOLE);
                self.document(document);
                self.regular.uint((*count).into());
                self.regular.uint(changes.len() as u64);
                for raw in changes {
                    self.change(raw);
                }
            }
            Item::Revoked { document } => {
                self.regular.u8(REVOKED);
                self.document(document);
            }
            Item::Known { document } => {
                self.regular.u8(KNOWN);
                self.document(document);
            }
        }
    }

    fn document(&mut self, document: &DocumentId) {
        let recent = self.memory.documents.iter().position(|d| d == document);
        self.memory.touch(document);
        if let Some(ago) = recent {
            self.regular.uint(NAME_RECENT + ago as u64);
        } else if (self.held)(document) {
            self.regular.uint(NAME_SHORT);
            self.random.raw(&short_name(document));
        } else {
            self.regular.uint(NAME_FULL);
            let bytes = document.to_bytes();
            self.regular.u8(bytes[0]);
            self.regular.u8(u8::try_from(bytes.len() - 1).unwrap_or(0));
            self.random.raw(&bytes[1..]);
        }
    }

    fn change(&mut self, raw: &[u8]) {
        let parts = match ChangeParts::parse(raw) {
            // A change that would not come back byte for byte goes as it is.
            Ok(parts) if parts.to_raw() == raw => parts,
            _ => {
                self.regular.u8(FORM_RAW);
                self.regular.bytes(raw);
                return;
            }
        };
        self.regular.u8(FORM_PARTS);
        self.random.raw(&parts.checksum);
        self.regular.uint(parts.deps.len() as u64);
        for dep in &parts.deps {
            self.random.raw(&dep[..4]);
        }
        let actor = self.actor(parts.actor);
        let before = self.memory.seqs.insert(actor, parts.seq).unwrap_or(0);
        self.regular
            .signed(parts.seq.wrapping_sub(before).cast_signed());
        self.regular.signed(
            parts
                .start_op
                .wrapping_sub(self.memory.start_op)
                .cast_signed(),
        );
        self.memory.start_op = parts.start_op;
        self.regular
            .signed(parts.time.wrapping_sub(self.memory.time));
        self.memory.time = parts.time;
        self.message(parts.message);
        self.regular.uint(parts.others.len() as u64);
        for other in &parts.others {
            self.actor(other);
        }
        self.regular.bytes(parts.rest);
    }

    fn actor(&mut self, actor: &[u8]) -> usize {
        if let Some(index) = self.memory.actor(actor) {
            self.regular.uint(index as u64 + 1);
            return index;
        }
        self.regular.uint(0);
        self.regular.uint(actor.len() as u64);
        self.random.raw(actor);
        self.memory.actors.len() - 1
    }

    fn message(&mut self, message: &[u8]) {
        match self.memory.messages.iter().position(|m| m == message) {
            Some(index) => self.regular.uint(index as u64 + 1),
            None => {
                self.regular.uint(0);
                self.regular.bytes(message);
                self.memory.messages.push(message.to_vec());
            }
        }
    }
}

struct Unpacker<'a> {
    random: Reader<'a>,
    regular: Reader<'a>,
    memory: Memory,
    /// Hashes of changes of this batch, by document and first bytes.
    fresh: BTreeMap<(DocumentId, [u8; 4]), Vec<[u8; 32]>>,
    resolve: &'a mut dyn Resolve,
}

pub(super) fn read(
    random: &[u8],
    regular: &[u8],
    resolve: &mut dyn Resolve,
) -> Result<Vec<Item>, UnpackError> {
    let mut unpacker = Unpacker {
        random: Reader::new(random),
        regular: Reader::new(regular),
        memory: Memory::default(),
        fresh: BTreeMap::new(),
        resolve,
    };
    let count = unpacker.regular.bounded(ITEMS_MAX)?;
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(unpacker.item()?);
    }
    unpacker.random.finish()?;
    unpacker.regular.finish()?;
    Ok(items)
}

/// A change whose document or dependencies are not settled yet.
struct Open<'a> {
    checksum: [u8; 4],
    deps: Vec<[u8; 4]>,
    actor: Vec<u8>,
    seq: u64,
    start_op: u64,
    time: i64,
    message: Vec<u8>,
    others: Vec<Vec<u8>>,
    rest: &'a [u8],
}

impl<'a> Unpacker<'a> {
    fn item(&mut self) -> Result<Item, UnpackError> {
        Ok(match self.regular.u8()? {
            SKIP => Item::Skip(self.regular.uint()?),
            CHANGE => {
                let candidates = self.documents()?;
                let (document, raw) = self.change(candidates)?;
                self.memory.touch(&document);
                Item::Change { document, raw }
            }
            WHOLE => {
                let candidates = self.documents()?;
                let count = read_count(&mut self.regular)?;
                let changes = self.regular.bounded(WHOLE_MAX)?;
                let mut document = single(&candidates);
                let mut raws = Vec::new();
                for _ in 0..changes {
                    let among = document.map_or(candidates.clone(), |known| vec![known]);
                    let (found, raw) = self.change(among)?;
                    document = Some(found);
                    raws.push(raw);
                }
                let document = document.ok_or(UnpackError::Unresolved)?;
                self.memory.touch(&document);
                Item::Whole {
                    document,
                    count,
                    changes: raws,
                }
            }
            REVOKED => Item::Revoked {
                document: self.sole_document()?,
            },
            KNOWN => Item::Known {
                document: self.sole_document()?,
            },
            found => {
                return Err(WireError::UnknownKind {
                    what: "item",
                    found: found.into(),
                }
                .into());
            }
        })
    }

    fn sole_document(&mut self) -> Result<DocumentId, UnpackError> {
        let candidates = self.documents()?;
        let document = single(&candidates).ok_or(UnpackError::Unresolved)?;
        self.memory.touch(&document);
        Ok(document)
    }

    fn documents(&mut self) -> Result<Vec<DocumentId>, UnpackError> {
        match self.regular.uint()? {
            NAME_FULL => {
                let mut bytes = vec![self.regular.u8()?];
                let length = self.regular.u8()?;
                bytes.extend(self.random.raw(length.into())?);
                Ok(vec![read_document(&mut Reader::new(&{
                    let mut out = Writer::new();
                    out.bytes(&bytes);
                    out.into_bytes()
                }))?])
            }
            NAME_SHORT => {
                let short = self.random.array()?;
                let candidates = self.resolve.documents(short);
                if candidates.is_empty() {
                    return Err(UnpackError::Unresolved);
                }
                Ok(candidates)
            }
            recent => {
                let ago =
                    usize::try_from(recent - NAME_RECENT).map_err(|_| WireError::BadInteger)?;
                let document = self.memory.documents.get(ago);
                Ok(vec![document.ok_or(WireError::BadInteger)?.clone()])
            }
        }
    }

    fn change(
        &mut self,
        candidates: Vec<DocumentId>,
    ) -> Result<(DocumentId, Vec<u8>), UnpackError> {
        match self.regular.u8()? {
            FORM_RAW => {
                let raw = self.regular.bytes(CHANGE_BYTES_MAX)?.to_vec();
                let document = single(&candidates).ok_or(UnpackError::Unresolved)?;
                Ok((document, raw))
            }
            FORM_PARTS => {
                let open = self.open()?;
                self.settle(candidates, &open)
            }
            found => Err(WireError::UnknownKind {
                what: "form",
                found: found.into(),
            }
            .into()),
        }
    }

    fn open(&mut self) -> Result<Open<'a>, UnpackError> {
        let checksum = self.random.array()?;
        let count = self.regular.bounded(DEPS_MAX)?;
        let mut deps = Vec::new();
        for _ in 0..count {
            deps.push(self.random.array()?);
        }
        let index = self.actor()?;
        let delta = self.regular.signed()?.cast_unsigned();
        let before = self.memory.seqs.get(&index).copied().unwrap_or(0);
        let seq = before.wrapping_add(delta);
        self.memory.seqs.insert(index, seq);
        let delta = self.regular.signed()?.cast_unsigned();
        self.memory.start_op = self.memory.start_op.wrapping_add(delta);
        let delta = self.regular.signed()?;
        self.memory.time = self.memory.time.wrapping_add(delta);
        let message = self.message()?;
        let others = self.regular.bounded(ACTORS_MAX)?;
        let mut other_actors = Vec::new();
        for _ in 0..others {
            let index = self.actor()?;
            other_actors.push(self.memory.actors[index].clone());
        }
        Ok(Open {
            checksum,
            deps,
            actor: self.memory.actors[index].clone(),
            seq,
            start_op: self.memory.start_op,
            time: self.memory.time,
            message,
            others: other_actors,
            rest: self.regular.bytes(CHANGE_BYTES_MAX)?,
        })
    }

    /// An index that stands in the memory of actors.
    fn actor(&mut self) -> Result<usize, UnpackError> {
        let mark = self.regular.bounded(ITEMS_MAX)?;
        if mark > 0 {
            return if mark <= self.memory.actors.len() {
                Ok(mark - 1)
            } else {
                Err(WireError::BadInteger.into())
            };
        }
        let length = self.regular.bounded(64)?;
        let actor = self.random.raw(length)?.to_vec();
        self.memory.actors.push(actor);
        Ok(self.memory.actors.len() - 1)
    }

    fn message(&mut self) -> Result<Vec<u8>, UnpackError> {
        let mark = self.regular.bounded(ITEMS_MAX)?;
        if mark == 0 {
            let message = self.regular.bytes(MESSAGE_MAX)?.to_vec();
            self.memory.messages.push(message.clone());
            return Ok(message);
        }
        let known = self.memory.messages.get(mark - 1);
        Ok(known.ok_or(WireError::BadInteger)?.clone())
    }

    /// Tries the candidates until the checksum fits.
    fn settle(
        &mut self,
        candidates: Vec<DocumentId>,
        open: &Open<'_>,
    ) -> Result<(DocumentId, Vec<u8>), UnpackError> {
        let mut guesses = 0;
        for document in candidates {
            let mut choices: Vec<Vec<[u8; 32]>> = Vec::new();
            for short in &open.deps {
                let mut known = self
                    .fresh
                    .get(&(document.clone(), *short))
                    .cloned()
                    .unwrap_or_default();
                known.extend(self.resolve.changes(&document, *short));
                known.sort_unstable();
                known.dedup();
                choices.push(known);
            }
            if choices.iter().any(Vec::is_empty) {
                continue;
            }
            let mut index = vec![0usize; choices.len()];
            loop {
                let parts = ChangeParts {
                    checksum: open.checksum,
                    deps: index.iter().zip(&choices).map(|(&i, c)| c[i]).collect(),
                    actor: &open.actor,
                    seq: open.seq,
                    start_op: open.start_op,
                    time: open.time,
                    message: &open.message,
                    others: open.others.iter().map(Vec::as_slice).collect(),
                    rest: open.rest,
                };
                let raw = parts.to_raw();
                let hash = chunk_hash(&raw);
                if hash[..4] == open.checksum {
                    let mut short = [0; 4];
                    short.copy_from_slice(&hash[..4]);
                    self.fresh
                        .entry((document.clone(), short))
                        .or_default()
                        .push(hash);
                    return Ok((document, raw));
                }
                guesses += 1;
                if guesses > GUESSES_MAX || !next_choice(&mut index, &choices) {
                    break;
                }
            }
        }
        Err(UnpackError::Unresolved)
    }
}

/// The hash of a change: SHA-256 over its chunk without magic and checksum.
pub(super) fn chunk_hash(raw: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    let mut hash = [0; 32];
    hash.copy_from_slice(&sha2::Sha256::digest(raw.get(8..).unwrap_or(&[])));
    hash
}

fn next_choice(index: &mut [usize], choices: &[Vec<[u8; 32]>]) -> bool {
    for (at, choice) in index.iter_mut().zip(choices) {
        *at += 1;
        if *at < choice.len() {
            return true;
        }
        *at = 0;
    }
    false
}

fn single(candidates: &[DocumentId]) -> Option<DocumentId> {
    match candidates {
        [only] => Some(only.clone()),
        _ => None,
    }
}
