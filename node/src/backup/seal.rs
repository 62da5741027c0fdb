//! A backup under a passphrase: the same file inside, and nothing of it readable without the words.
//!
//! Shape: `xmsealed`, version u32, salt 16, a check of the key 16, crc32c u32 over all before, little-endian; then the file in chunks
//! of 64 KiB, each with its tag, as in the envelope of bundles ([`crate::office::seal`]). Version 1: the key is argon2id (m = 19456
//! KiB, t = 2, p = 1) of passphrase and salt; no chunk can be left out, swapped or cut off.

use std::io::{self, Read, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, UnboundKey};

use crate::accounts::password::Secret;
use crate::office::seal::{CHUNK_BYTES, TAG_BYTES, nonce};

/// How a sealed backup begins.
pub const MAGIC: &[u8; 8] = b"xmsealed";
/// Bytes before the first chunk.
pub const HEADER_BYTES: usize = 48;
const VERSION: u32 = 1;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const CHECK_CONTEXT: &str = "xiangmu backup seal v1 check";

/// Why a sealed backup was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locked {
    /// Its beginning is not as it was written.
    Damaged,
    /// Other words open it.
    WrongPassphrase,
    /// A newer program sealed it.
    Newer(u32),
}

/// The key of one sealed backup, with its header.
pub struct SealKey {
    key: LessSafeKey,
    header: Vec<u8>,
}

impl SealKey {
    /// The key for a new backup; the salt is drawn for it alone.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn new(passphrase: &Secret, salt: [u8; 16]) -> io::Result<Self> {
        let derived = derive(passphrase, &salt)?;
        let mut header = MAGIC.to_vec();
        header.extend(VERSION.to_le_bytes());
        header.extend(salt);
        header.extend(check_of(&derived));
        header.extend(crc32c::crc32c(&header).to_le_bytes());
        Ok(Self {
            key: cipher(&derived)?,
            header,
        })
    }

    /// The key that a header asks for.
    ///
    /// # Errors
    /// When the disk or the system refuses; the inner error says why the words do not open it.
    pub fn open(header: Vec<u8>, passphrase: &Secret) -> io::Result<Result<Self, Locked>> {
        let sound = header.split_last_chunk::<4>().filter(|(said, sum)| {
            header.len() == HEADER_BYTES && crc32c::crc32c(said).to_le_bytes() == **sum
        });
        let fields = sound.and_then(|(said, _)| {
            let (version, rest) = said.get(MAGIC.len()..)?.split_first_chunk::<4>()?;
            let (salt, check) = rest.split_first_chunk::<16>()?;
            Some((u32::from_le_bytes(*version), *salt, check))
        });
        let Some((version, salt, check)) = fields else {
            return Ok(Err(Locked::Damaged));
        };
        if version != VERSION {
            return Ok(Err(Locked::Newer(version)));
        }
        let derived = derive(passphrase, &salt)?;
        if check_of(&derived) != check {
            return Ok(Err(Locked::WrongPassphrase));
        }
        let key = cipher(&derived)?;
        Ok(Ok(Self { key, header }))
    }
}

fn derive(passphrase: &Secret, salt: &[u8; 16]) -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(key.len())).map_err(io::Error::other)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.reveal().as_bytes(), salt, &mut key)
        .map_err(io::Error::other)?;
    Ok(key)
}

fn check_of(key: &[u8; 32]) -> [u8; 16] {
    let mut check = [0; 16];
    check.copy_from_slice(&blake3::derive_key(CHECK_CONTEXT, key)[..16]);
    check
}

fn cipher(key: &[u8; 32]) -> io::Result<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, key);
    let key = key.map_err(|_| io::Error::other("the key cannot be used"))?;
    Ok(LessSafeKey::new(key))
}

/// Seals what is written.
pub struct Sealer<W> {
    out: W,
    key: SealKey,
    chunk: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealer<W> {
    /// Writes the header and takes bytes from then on.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(mut out: W, key: SealKey) -> io::Result<Self> {
        out.write_all(&key.header)?;
        Ok(Self {
            out,
            key,
            chunk: Vec::with_capacity(CHUNK_BYTES + TAG_BYTES),
            number: 0,
        })
    }

    /// Writes the last chunk. What is not ended does not open.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn end(mut self) -> io::Result<W> {
        self.seal_chunk(true)?;
        Ok(self.out)
    }

    fn seal_chunk(&mut self, is_last: bool) -> io::Result<()> {
        let nonce = nonce(self.number, is_last);
        let header = Aad::from(&self.key.header);
        self.key
            .key
            .seal_in_place_append_tag(nonce, header, &mut self.chunk)
            .map_err(|_| io::Error::other("a chunk cannot be sealed"))?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK_BYTES {
            self.seal_chunk(false)?;
        }
        let taken = bytes.len().min(CHUNK_BYTES - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Opens what is read. A chunk that does not open is [`io::ErrorKind::InvalidData`].
pub struct Opener<R> {
    input: R,
    key: SealKey,
    plain: Vec<u8>,
    read: usize,
    /// The next chunk as it stands in the file; empty at the end.
    ahead: Vec<u8>,
    number: u64,
}

impl<R: Read> Opener<R> {
    /// Goes on behind the header.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(input: R, key: SealKey) -> io::Result<Self> {
        let mut opener = Self {
            input,
            key,
            plain: Vec::new(),
            read: 0,
            ahead: Vec::new(),
            number: 0,
        };
        opener.ahead = opener.next_chunk()?;
        Ok(opener)
    }

    fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::new();
        let input = self.input.by_ref();
        input
            .take((CHUNK_BYTES + TAG_BYTES) as u64)
            .read_to_end(&mut chunk)?;
        Ok(chunk)
    }

    fn open_chunk(&mut self) -> io::Result<()> {
        let ahead = self.next_chunk()?;
        let mut chunk = std::mem::replace(&mut self.ahead, ahead);
        let nonce = nonce(self.number, self.ahead.is_empty());
        let header = Aad::from(&self.key.header);
        let plain = self.key.key.open_in_place(nonce, header, &mut chunk);
        let length = plain
            .map_err(|_| {
                io::Error::new(io::ErrorKind::InvalidData, "a sealed chunk does not open")
            })?
            .len();
        chunk.truncate(length);
        (self.plain, self.read) = (chunk, 0);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // A file that was cut behind its header has not even its last chunk.
        let is_begun = self.number > 0;
        if self.read == self.plain.len() && (!self.ahead.is_empty() || !is_begun) {
            self.open_chunk()?;
        }
        let left = &self.plain[self.read..];
        let count = left.len().min(into.len());
        into[..count].copy_from_slice(&left[..count]);
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn open(sealed: &[u8], passphrase: &str) -> io::Result<Vec<u8>> {
        let header = sealed[..HEADER_BYTES.min(sealed.len())].to_vec();
        let key = SealKey::open(header, &Secret::new(passphrase))?;
        let key = key.map_err(|locked| io::Error::other(format!("{locked:?}")))?;
        let mut content = Vec::new();
        Opener::begin(&sealed[HEADER_BYTES..], key)?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn the_words_alone_open_it_and_no_changed_byte_or_cut_passes() {
        for length in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let key = SealKey::new(&Secret::new("correct horse"), [7; 16]).unwrap();
            let mut sealer = Sealer::begin(Vec::new(), key).unwrap();
            sealer.write_all(&content).unwrap();
            let sealed = sealer.end().unwrap();
            assert_eq!(open(&sealed, "correct horse").unwrap(), content, "{length}");
            let refused = open(&sealed, "another horse").unwrap_err().to_string();
            assert!(refused.contains("WrongPassphrase"), "{refused}");
            for at in (0..HEADER_BYTES)
                .step_by(9)
                .chain([HEADER_BYTES, sealed.len() - 1])
            {
                let mut wrong = sealed.clone();
                wrong[at] ^= 1;
                assert!(
                    open(&wrong, "correct horse").is_err(),
                    "byte {at} of {length}"
                );
            }
            assert!(open(&sealed[..sealed.len() - 1], "correct horse").is_err());
            assert!(open(&sealed[..HEADER_BYTES], "correct horse").is_err());
            let chunk = HEADER_BYTES + CHUNK_BYTES + TAG_BYTES;
            if sealed.len() > chunk {
                assert!(open(&sealed[..chunk], "correct horse").is_err());
            }
        }
    }
}
