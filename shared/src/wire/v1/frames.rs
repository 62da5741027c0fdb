//! Encoding and decoding of every frame.

use super::{
    Accept, BatchHead, BlobFrame, Cursors, DIFFER_MAX, DocumentHeads, Frame, HEADS_MAX, Hello,
    InviteProof, Partial, Point, Reader, SCOPES_MAX, Scope, WireError, Writer,
};
use crate::ids::{DocumentId, NodeId};
use crate::time::Timestamp;
use crate::wire::{FRAME_BYTES_MAX, VERSION};

const HELLO: u8 = 0x01;
const ACCEPT: u8 = 0x02;
const PENDING: u8 = 0x03;
const REFUSE: u8 = 0x04;
const CURSORS: u8 = 0x05;
const BATCH: u8 = 0x06;
const PART: u8 = 0x07;
const ACK: u8 = 0x08;
const NACK: u8 = 0x09;
const RESEND: u8 = 0x0a;
const SIGN: u8 = 0x0b;
const RECEIPT: u8 = 0x0c;
const PROBE: u8 = 0x0d;
const DIFFER: u8 = 0x0e;
const HEADS: u8 = 0x0f;
const RESET: u8 = 0x10;
const PING: u8 = 0x11;
const PONG: u8 = 0x12;
const BYE: u8 = 0x13;
const PLEASE_PROBE: u8 = 0x14;

impl Hello {
    /// Everything the signature covers besides the challenge.
    #[must_use]
    pub fn signed_part(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write_signed(&mut out);
        out.into_bytes()
    }

    fn write_signed(&self, out: &mut Writer) {
        out.u8(VERSION);
        out.u8(self.invite.is_some().into());
        out.raw(&self.node.to_bytes());
        out.raw(&self.incarnation);
        out.raw(&self.nonce);
        out.raw(&self.held);
        out.raw(&self.own);
        out.raw(&self.ticket);
        if let Some(invite) = &self.invite {
            out.raw(&invite.invite);
            out.raw(&invite.proof);
        }
    }
}

impl Accept {
    /// Everything the signature covers besides the challenge.
    #[must_use]
    pub fn signed_part(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write_signed(&mut out);
        out.into_bytes()
    }

    fn write_signed(&self, out: &mut Writer) {
        out.u8(VERSION);
        out.u8(self.cursors.is_some().into());
        out.raw(&self.incarnation);
        out.raw(&self.held);
        out.raw(&self.own);
        out.raw(&self.ticket);
        out.signed(self.now.0);
    }
}

fn write_document(out: &mut Writer, document: &DocumentId) {
    out.bytes(&document.to_bytes());
}

fn read_document(input: &mut Reader<'_>) -> Result<DocumentId, WireError> {
    let bytes = input.bytes(32)?;
    DocumentId::from_bytes(bytes).ok_or(WireError::UnknownKind {
        what: "document",
        found: bytes.first().copied().unwrap_or(0).into(),
    })
}

fn write_cursors(out: &mut Writer, cursors: &Cursors) {
    out.raw(&cursors.incarnation);
    out.list(&cursors.points, |out, point| point.write(out));
    out.u8(cursors.partial.is_some().into());
    if let Some(partial) = &cursors.partial {
        partial.scope.write(out);
        out.uint(partial.from);
        out.uint(partial.to);
        out.raw(&partial.digest);
        out.uint(partial.offset);
    }
}

fn read_cursors(input: &mut Reader<'_>) -> Result<Cursors, WireError> {
    Ok(Cursors {
        incarnation: input.array()?,
        points: input.list(SCOPES_MAX, Point::read)?,
        partial: if read_flag(input)? {
            Some(Partial {
                scope: Scope::read(input)?,
                from: input.uint()?,
                to: input.uint()?,
                digest: input.array()?,
                offset: input.uint()?,
            })
        } else {
            None
        },
    })
}

/// One byte, 0 or 1; anything else is refused, since what follows would be misread.
fn read_flag(input: &mut Reader<'_>) -> Result<bool, WireError> {
    match input.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        found => Err(WireError::UnknownKind {
            what: "flag",
            found: found.into(),
        }),
    }
}

fn read_version(input: &mut Reader<'_>) -> Result<(), WireError> {
    match input.u8()? {
        VERSION => Ok(()),
        found => Err(WireError::UnknownKind {
            what: "version",
            found: found.into(),
        }),
    }
}

fn write_heads(out: &mut Writer, documents: &[DocumentHeads]) {
    out.list(documents, |out, entry| {
        write_document(out, &entry.document);
        out.list(&entry.heads, |out, head| out.raw(head));
    });
}

fn read_heads(input: &mut Reader<'_>) -> Result<Vec<DocumentHeads>, WireError> {
    input.list(DIFFER_MAX, |input| {
        Ok(DocumentHeads {
            document: read_document(input)?,
            heads: input.list(HEADS_MAX, Reader::array)?,
        })
    })
}

const fn kind_of(frame: &Frame) -> u8 {
    match frame {
        Frame::Hello(_) => HELLO,
        Frame::Accept(_) => ACCEPT,
        Frame::Pending => PENDING,
        Frame::Refuse(_) => REFUSE,
        Frame::Cursors(_) => CURSORS,
        Frame::Batch { .. } => BATCH,
        Frame::Part(_) => PART,
        Frame::Ack { .. } => ACK,
        Frame::Nack { .. } => NACK,
        Frame::Resend { .. } => RESEND,
        Frame::Sign { .. } => SIGN,
        Frame::Receipt { .. } => RECEIPT,
        Frame::Probe(_) => PROBE,
        Frame::Differ { .. } => DIFFER,
        Frame::Heads { .. } => HEADS,
        Frame::Reset(_) => RESET,
        Frame::Ping { .. } => PING,
        Frame::Pong { .. } => PONG,
        Frame::Bye(_) => BYE,
        Frame::PleaseProbe => PLEASE_PROBE,
        Frame::Blob(frame) => frame.kind(),
    }
}

impl BatchHead {
    pub(crate) fn write(&self, out: &mut Writer) {
        self.scope.write(out);
        out.uint(self.from);
        out.uint(self.to.saturating_sub(self.from));
        out.raw(&self.chain);
        out.u8(self.codec);
        out.uint(self.raw_bytes);
        out.uint(self.packed_bytes);
        out.raw(&self.digest);
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let scope = Scope::read(input)?;
        let from = input.uint()?;
        let count = input.uint()?;
        Ok(Self {
            scope,
            from,
            to: from.checked_add(count).ok_or(WireError::BadInteger)?,
            chain: input.array()?,
            codec: input.u8()?,
            raw_bytes: input.uint()?,
            packed_bytes: input.uint()?,
            digest: input.array()?,
        })
    }
}

/// Writes a frame with its number.
#[must_use]
pub fn encode(number: u64, frame: &Frame) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(kind_of(frame));
    out.uint(number);
    match frame {
        Frame::Hello(hello) => {
            hello.write_signed(&mut out);
            out.raw(&hello.signature);
        }
        Frame::Accept(accept) => {
            accept.write_signed(&mut out);
            out.raw(&accept.signature);
            if let Some(cursors) = &accept.cursors {
                write_cursors(&mut out, cursors);
            }
        }
        Frame::Pending | Frame::PleaseProbe => {}
        Frame::Blob(frame) => frame.write(&mut out),
        Frame::Ping { now } => out.signed(now.0),
        Frame::Pong { is_idle, now } => {
            out.u8((*is_idle).into());
            out.signed(now.0);
        }
        Frame::Refuse(reason) | Frame::Bye(reason) => out.u8(*reason),
        Frame::Cursors(cursors) | Frame::Reset(cursors) => write_cursors(&mut out, cursors),
        Frame::Batch {
            head,
            offset,
            bytes,
        } => {
            head.write(&mut out);
            out.uint(*offset);
            out.raw(bytes);
        }
        Frame::Part(bytes) | Frame::Probe(bytes) => out.raw(bytes),
        Frame::Ack { scope, position } => {
            scope.write(&mut out);
            out.uint(*position);
        }
        Frame::Nack {
            document,
            hash,
            reason,
        } => {
            write_document(&mut out, document);
            out.raw(hash);
            out.u8(*reason);
        }
        Frame::Resend { scope, from } => {
            scope.write(&mut out);
            out.uint(*from);
        }
        Frame::Sign { point, signature } => {
            point.write(&mut out);
            out.raw(signature);
        }
        Frame::Receipt {
            point,
            at,
            signature,
        } => {
            point.write(&mut out);
            out.signed(at.0);
            out.raw(signature);
        }
        Frame::Differ {
            have,
            need,
            is_last,
        } => {
            out.u8((*is_last).into());
            write_heads(&mut out, have);
            out.list(need, |out, item| out.raw(item));
        }
        Frame::Heads { documents, is_last } => {
            out.u8((*is_last).into());
            write_heads(&mut out, documents);
        }
    }
    out.into_bytes()
}

/// Reads one frame and its number.
///
/// # Errors
/// When the bytes are anything but exactly one frame of this version within its bounds.
pub fn decode(bytes: &[u8]) -> Result<(u64, Frame), WireError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(WireError::TooLong {
            found: bytes.len() as u64,
            bound: FRAME_BYTES_MAX as u64,
        });
    }
    let mut input = Reader::new(bytes);
    let kind = input.u8()?;
    let number = input.uint()?;
    let frame = decode_body(kind, &mut input)?;
    input.finish()?;
    Ok((number, frame))
}

fn decode_body(kind: u8, input: &mut Reader<'_>) -> Result<Frame, WireError> {
    Ok(match kind {
        HELLO => Frame::Hello(Box::new(decode_hello(input)?)),
        ACCEPT => Frame::Accept(Box::new(decode_accept(input)?)),
        PENDING => Frame::Pending,
        REFUSE => Frame::Refuse(input.u8()?),
        CURSORS => Frame::Cursors(read_cursors(input)?),
        BATCH => Frame::Batch {
            head: BatchHead::read(input)?,
            offset: input.uint()?,
            bytes: take_rest(input)?,
        },
        PART => Frame::Part(take_rest(input)?),
        ACK => Frame::Ack {
            scope: Scope::read(input)?,
            position: input.uint()?,
        },
        NACK => Frame::Nack {
            document: read_document(input)?,
            hash: input.array()?,
            reason: input.u8()?,
        },
        RESEND => Frame::Resend {
            scope: Scope::read(input)?,
            from: input.uint()?,
        },
        SIGN => Frame::Sign {
            point: Point::read(input)?,
            signature: input.array()?,
        },
        RECEIPT => Frame::Receipt {
            point: Point::read(input)?,
            at: Timestamp(input.signed()?),
            signature: input.array()?,
        },
        PROBE => Frame::Probe(take_rest(input)?),
        DIFFER => {
            let is_last = read_flag(input)?;
            Frame::Differ {
                have: read_heads(input)?,
                need: input.list(DIFFER_MAX, Reader::array)?,
                is_last,
            }
        }
        HEADS => {
            let is_last = read_flag(input)?;
            Frame::Heads {
                documents: read_heads(input)?,
                is_last,
            }
        }
        RESET => Frame::Reset(read_cursors(input)?),
        PING => Frame::Ping {
            now: Timestamp(input.signed()?),
        },
        PONG => Frame::Pong {
            is_idle: read_flag(input)?,
            now: Timestamp(input.signed()?),
        },
        BYE => Frame::Bye(input.u8()?),
        PLEASE_PROBE => Frame::PleaseProbe,
        kind if BlobFrame::has_kind(kind) => Frame::Blob(BlobFrame::read(kind, input)?),
        found => {
            return Err(WireError::UnknownKind {
                what: "frame",
                found: found.into(),
            });
        }
    })
}

fn decode_hello(input: &mut Reader<'_>) -> Result<Hello, WireError> {
    read_version(input)?;
    let has_invite = read_flag(input)?;
    Ok(Hello {
        node: NodeId::from_bytes(input.array()?),
        incarnation: input.array()?,
        nonce: input.array()?,
        held: input.array()?,
        own: input.array()?,
        ticket: input.array()?,
        invite: if has_invite {
            Some(InviteProof {
                invite: input.array()?,
                proof: input.array()?,
            })
        } else {
            None
        },
        signature: input.array()?,
    })
}

fn decode_accept(input: &mut Reader<'_>) -> Result<Accept, WireError> {
    read_version(input)?;
    let has_cursors = read_flag(input)?;
    Ok(Accept {
        incarnation: input.array()?,
        held: input.array()?,
        own: input.array()?,
        ticket: input.array()?,
        now: Timestamp(input.signed()?),
        signature: input.array()?,
        cursors: if has_cursors {
            Some(read_cursors(input)?)
        } else {
            None
        },
    })
}

pub(super) fn take_rest(input: &mut Reader<'_>) -> Result<Vec<u8>, WireError> {
    let rest = input.rest();
    Ok(input.raw(rest.len())?.to_vec())
}
