//! Frames between peers: versioned, bounded, numbered.
//!
//! One WebSocket binary message is one frame: kind, number, body. Numbers start at 0 on each side of each session and rise by
//! one; a gap or a duplicate ends the session, since everything after it may depend on what is missing. Integers are LEB128,
//! hand-written rather than derived, so that a golden snapshot in hex explains every byte and nothing changes by accident.
//! Decoding refuses; it never panics, never allocates more than it was given, and never reads past its end.
//!
//! Source: reliability.md 2.4 (numbered frames), design.md 5; the layout is ours.

pub mod bundle;
pub mod codec;
pub mod v1;

pub use codec::WireError;

/// Bytes of one frame. Small enough that a cut loses little and a ping is never stuck behind much.
pub const FRAME_BYTES_MAX: usize = 16 * 1024;

/// Bytes of content in one frame of a batch. A frame that a cut line tore is sent again whole, so it is short: at 64 kbit/s and
/// a cut every 15 s half of one is 1 % lost, and its head costs another half per cent.
pub const PART_BYTES_MAX: usize = 2 * 1024;

/// The version this program speaks.
pub const VERSION: u8 = 1;
