//! The frames about attachments: asked for by who lacks one, a piece at a time.
//!
//! A blob is named by the BLAKE3 of its bytes. [`BlobFrame::Want`] asks for some bytes from an offset on, so a transfer that
//! was cut goes on at the byte; [`BlobFrame::Part`] brings them; [`BlobFrame::None`] says that they are not to be had here.
//! Who asks decides how much is on the way, so that an edit never waits behind more than one small window.

use crate::wire::codec::{Reader, WireError, Writer};

use super::Hash;

const WANT: u8 = 0x20;
const PART: u8 = 0x21;
const NONE: u8 = 0x22;

/// Bytes of a blob in one frame: a torn one costs that much again.
pub const BLOB_PART_BYTES: usize = 4 * 1024;

/// One frame about an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobFrame {
    /// Asks for bytes.
    Want {
        /// The blob.
        name: Hash,
        /// From here.
        offset: u64,
        /// At most so many.
        length: u64,
    },
    /// Brings the next bytes.
    Part {
        /// The blob.
        name: Hash,
        /// All its bytes.
        total: u64,
        /// Where these stand.
        offset: u64,
        /// Some of them.
        bytes: Vec<u8>,
    },
    /// It is not here, or not for the one who asks.
    None {
        /// The blob.
        name: Hash,
    },
}

impl BlobFrame {
    /// True for the numbers of these frames.
    pub(super) const fn has_kind(kind: u8) -> bool {
        matches!(kind, WANT | PART | NONE)
    }

    pub(super) const fn kind(&self) -> u8 {
        match self {
            Self::Want { .. } => WANT,
            Self::Part { .. } => PART,
            Self::None { .. } => NONE,
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        match self {
            Self::Want {
                name,
                offset,
                length,
            } => {
                out.raw(name);
                out.uint(*offset);
                out.uint(*length);
            }
            Self::Part {
                name,
                total,
                offset,
                bytes,
            } => {
                out.raw(name);
                out.uint(*total);
                out.uint(*offset);
                out.raw(bytes);
            }
            Self::None { name } => out.raw(name),
        }
    }

    pub(super) fn read(kind: u8, input: &mut Reader<'_>) -> Result<Self, WireError> {
        let name = input.array()?;
        Ok(match kind {
            WANT => Self::Want {
                name,
                offset: input.uint()?,
                length: input.uint()?,
            },
            PART => Self::Part {
                name,
                total: input.uint()?,
                offset: input.uint()?,
                bytes: super::frames::take_rest(input)?,
            },
            _ => Self::None { name },
        })
    }
}
