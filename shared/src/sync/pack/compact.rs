//! The compact form of items: see the parent module.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{
    CHANGE, CHANGE_BYTES_MAX, DocumentId, ITEMS_MAX, Item, KNOWN, PROOF, REVOKED, Reader, Resolve,
    Room, SEAL, SKIP, UnpackError, WHOLE, WHOLE_MAX, WireError, Writer, read_count, read_document,
    short_name,
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
/// Builds on nothing but the change of its document that stands before it in this batch. Neither that nor the checksum needs
/// saying: both follow from the content, which the batch's digest and the log's chain vouch for.
const FORM_NEXT: u8 = 2;

/// Columns of one change: automerge has some twenty.
const COLUMNS_MAX: usize = 64;
/// Kinds of columns in one batch.
const STREAMS_MAX: usize = 1_024;

/// How the columns of changes stand in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each change's columns follow its head.
    Inline,
    /// Columns of one kind stand together behind all heads: keys beside keys and values beside values compress better.
    Apart,
}

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

/// The columns of a change: kind and bytes each, and what follows them.
struct Columns<'a> {
    columns: Vec<(u64, &'a [u8])>,
    trailing: &'a [u8],
}

impl<'a> Columns<'a> {
    /// `None` for anything but the form that [`Columns::to_rest`] gives back byte for byte.
    fn parse(rest: &'a [u8]) -> Option<Self> {
        let mut input = Reader::new(rest);
        let table = input
            .list(COLUMNS_MAX, |input| {
                Ok((input.uint()?, input.bounded(CHANGE_BYTES_MAX)?))
            })
            .ok()?;
        let mut columns = Vec::with_capacity(table.len());
        for (kind, length) in table {
            columns.push((kind, input.raw(length).ok()?));
        }
        let found = Self {
            columns,
            trailing: input.rest(),
        };
        (found.to_rest() == rest).then_some(found)
    }

    fn to_rest(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.list(&self.columns, |out, (kind, bytes)| {
            out.uint(*kind);
            out.uint(bytes.len() as u64);
        });
        for (_, bytes) in &self.columns {
            out.raw(bytes);
        }
        out.raw(self.trailing);
        out.into_bytes()
    }
}

struct Packer<F> {
    random: Writer,
    regular: Writer,
    /// With [`Layout::Apart`], the columns by kind.
    streams: Option<BTreeMap<u64, Writer>>,
    memory: Memory,
    /// The last change of each document in this batch.
    last: BTreeMap<DocumentId, [u8; 32]>,
    held: F,
}

pub(super) fn write(
    items: &[Item],
    layout: Layout,
    held: impl Fn(&DocumentId) -> bool,
) -> (Vec<u8>, Vec<u8>) {
    let mut packer = Packer {
        random: Writer::new(),
        regular: Writer::new(),
        streams: (layout == Layout::Apart).then(BTreeMap::new),
        memory: Memory::default(),
        last: BTreeMap::new(),
        held,
    };
    packer.regular.uint(items.len() as u64);
    for item in items {
        packer.item(item);
    }
    let heads = packer.regular.into_bytes();
    let Some(streams) = packer.streams else {
        return (packer.random.into_bytes(), heads);
    };
    let streams: Vec<(u64, Vec<u8>)> = streams
        .into_iter()
        .map(|(kind, stream)| (kind, stream.into_bytes()))
        .collect();
    let mut regular = Writer::new();
    regular.bytes(&heads);
    regular.list(&streams, |out, (kind, stream)| {
        out.uint(*kind);
        out.bytes(stream);
    });
    (packer.random.into_bytes(), regular.into_bytes())
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
                self.change(document, raw);
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
                    self.change(document, raw);
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
            Item::Seal(seal) => {
                self.regular.u8(SEAL);
                self.random.raw(seal);
            }
            Item::Proof(proof) => {
                self.regular.u8(PROOF);
                self.random.bytes(proof);
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

    fn change(&mut self, document: &DocumentId, raw: &[u8]) {
        let hash = chunk_hash(raw);
        let before = self.last.insert(document.clone(), hash);
        let parts = match ChangeParts::parse(raw) {
            // A change that would not come back byte for byte goes as it is: by a wrong checksum another one would be found.
            Ok(parts) if parts.to_raw() == raw && parts.checksum == hash[..4] => parts,
            _ => {
                self.regular.u8(FORM_RAW);
                self.regular.bytes(raw);
                return;
            }
        };
        let is_next = before.is_some_and(|before| parts.deps == [before]);
        if is_next {
            self.regular.u8(FORM_NEXT);
        } else {
            self.regular.u8(FORM_PARTS);
            self.random.raw(&parts.checksum);
            self.regular.uint(parts.deps.len() as u64);
            for dep in &parts.deps {
                self.random.raw(&dep[..4]);
            }
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
        self.rest(parts.rest);
    }

    fn rest(&mut self, rest: &[u8]) {
        let Some(streams) = &mut self.streams else {
            return self.regular.bytes(rest);
        };
        let Some(found) = Columns::parse(rest) else {
            self.regular.u8(FORM_RAW);
            return self.regular.bytes(rest);
        };
        self.regular.u8(FORM_PARTS);
        self.regular.list(&found.columns, |out, (kind, bytes)| {
            out.uint(*kind);
            out.uint(bytes.len() as u64);
        });
        self.regular.bytes(found.trailing);
        for (kind, bytes) in found.columns {
            streams.entry(kind).or_default().raw(bytes);
        }
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
    streams: Option<BTreeMap<u64, Reader<'a>>>,
    memory: Memory,
    /// The last change of each document in this batch.
    last: BTreeMap<DocumentId, [u8; 32]>,
    /// Hashes of changes of this batch, by document and first bytes.
    fresh: BTreeMap<(DocumentId, [u8; 4]), Vec<[u8; 32]>>,
    resolve: &'a mut dyn Resolve,
    room: Room,
}

pub(super) fn read(
    random: &[u8],
    regular: &[u8],
    layout: Layout,
    resolve: &mut dyn Resolve,
) -> Result<Vec<Item>, UnpackError> {
    let mut heads = Reader::new(regular);
    let streams = match layout {
        Layout::Inline => None,
        Layout::Apart => {
            let mut input = heads;
            heads = Reader::new(input.bytes(regular.len())?);
            let streams = input.list(STREAMS_MAX, |input| {
                Ok((input.uint()?, Reader::new(input.bytes(regular.len())?)))
            })?;
            input.finish()?;
            Some(streams.into_iter().collect())
        }
    };
    let mut unpacker = Unpacker {
        random: Reader::new(random),
        regular: heads,
        streams,
        memory: Memory::default(),
        last: BTreeMap::new(),
        fresh: BTreeMap::new(),
        resolve,
        room: Room::new(),
    };
    let count = unpacker.regular.bounded(ITEMS_MAX)?;
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(unpacker.item()?);
    }
    unpacker.random.finish()?;
    unpacker.regular.finish()?;
    for stream in unpacker.streams.into_iter().flat_map(BTreeMap::into_values) {
        stream.finish()?;
    }
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
    rest: Cow<'a, [u8]>,
}

impl Open<'_> {
    fn parts(&self, deps: Vec<[u8; 32]>) -> ChangeParts<'_> {
        ChangeParts {
            checksum: self.checksum,
            deps,
            actor: &self.actor,
            seq: self.seq,
            start_op: self.start_op,
            time: self.time,
            message: &self.message,
            others: self.others.iter().map(Vec::as_slice).collect(),
            rest: &self.rest,
        }
    }
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
            SEAL => Item::Seal(self.random.array()?),
            PROOF => {
                let proof = self.random.bytes(CHANGE_BYTES_MAX)?.to_vec();
                self.room.take(proof.len())?;
                Item::Proof(proof)
            }
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
                self.room.take(raw.len())?;
                let document = single(&candidates).ok_or(UnpackError::Unresolved)?;
                self.note(&document, chunk_hash(&raw));
                Ok((document, raw))
            }
            FORM_PARTS => {
                let checksum = self.random.array()?;
                let count = self.regular.bounded(DEPS_MAX)?;
                let mut deps = Vec::new();
                for _ in 0..count {
                    deps.push(self.random.array()?);
                }
                let open = self.open(checksum, deps)?;
                self.settle(candidates, &open)
            }
            FORM_NEXT => {
                let open = self.open([0; 4], Vec::new())?;
                let known = |id: &&DocumentId| self.last.contains_key(*id);
                let mut known = candidates.iter().filter(known);
                let document = known.next().ok_or(UnpackError::Unresolved)?.clone();
                if known.next().is_some() {
                    return Err(UnpackError::Unresolved);
                }
                let before = self.last.get(&document).copied();
                let mut raw = open.parts(before.into_iter().collect()).to_raw();
                self.room.take(raw.len())?;
                let hash = chunk_hash(&raw);
                raw[4..8].copy_from_slice(&hash[..4]);
                self.note(&document, hash);
                Ok((document, raw))
            }
            found => Err(WireError::UnknownKind {
                what: "form",
                found: found.into(),
            }
            .into()),
        }
    }

    /// Remembers a change of this batch, for those that build on it.
    fn note(&mut self, document: &DocumentId, hash: [u8; 32]) {
        let mut short = [0; 4];
        short.copy_from_slice(&hash[..4]);
        let fresh = self.fresh.entry((document.clone(), short)).or_default();
        // The same change said again names nothing new.
        if !fresh.contains(&hash) && fresh.len() < GUESSES_MAX {
            fresh.push(hash);
        }
        self.last.insert(document.clone(), hash);
    }

    fn open(&mut self, checksum: [u8; 4], deps: Vec<[u8; 4]>) -> Result<Open<'a>, UnpackError> {
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
            rest: self.rest()?,
        })
    }

    fn rest(&mut self) -> Result<Cow<'a, [u8]>, UnpackError> {
        let Some(streams) = &mut self.streams else {
            return Ok(self.regular.bytes(CHANGE_BYTES_MAX)?.into());
        };
        match self.regular.u8()? {
            FORM_RAW => Ok(self.regular.bytes(CHANGE_BYTES_MAX)?.into()),
            FORM_PARTS => {
                let table = self.regular.list(COLUMNS_MAX, |input| {
                    Ok((input.uint()?, input.bounded(CHANGE_BYTES_MAX)?))
                })?;
                let trailing = self.regular.bytes(CHANGE_BYTES_MAX)?;
                let mut columns = Vec::with_capacity(table.len());
                for (kind, length) in table {
                    let stream = streams.get_mut(&kind).ok_or(WireError::Truncated)?;
                    columns.push((kind, stream.raw(length)?));
                }
                Ok(Columns { columns, trailing }.to_rest().into())
            }
            found => Err(WireError::UnknownKind {
                what: "columns",
                found: found.into(),
            }
            .into()),
        }
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
        self.room.take(length)?;
        self.memory.actors.push(actor);
        Ok(self.memory.actors.len() - 1)
    }

    fn message(&mut self) -> Result<Vec<u8>, UnpackError> {
        let mark = self.regular.bounded(ITEMS_MAX)?;
        if mark == 0 {
            let message = self.regular.bytes(MESSAGE_MAX)?.to_vec();
            self.room.take(message.len())?;
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
                let deps = index.iter().zip(&choices).map(|(&i, c)| c[i]).collect();
                let raw = open.parts(deps).to_raw();
                // A wrong guess costs as much as a right one.
                self.room.take(raw.len())?;
                let hash = chunk_hash(&raw);
                if hash[..4] == open.checksum {
                    self.note(&document, hash);
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
pub(crate) fn chunk_hash(raw: &[u8]) -> [u8; 32] {
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
