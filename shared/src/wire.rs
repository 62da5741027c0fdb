//! Frames between peers: versioned, bounded, numbered.
//!
//! One WebSocket binary message is one frame: kind, number, body. Numbers start at 0 on each side of each session and rise by
//! one; a gap or a duplicate ends the session, since everything after it may depend on what is missing. Integers are LEB128,
//! hand-written rather than derived, so that a golden snapshot in hex explains every byte and nothing changes by accident.
//! Decoding refuses; it never panics, never allocates more than it was given, and never reads past its end.
//!
//! Source: reliability.md 2.4 (numbered frames), design.md 5; the layout is ours.

pub mod codec;
pub mod v1;

pub use codec::WireError;

/// Bytes of one frame. Small enough that a cut loses little and a ping is never stuck behind much.
pub const FRAME_BYTES_MAX: usize = 16 * 1024;

/// Bytes of content in one frame of a batch, so that head and content fit [`FRAME_BYTES_MAX`].
pub const PART_BYTES_MAX: usize = FRAME_BYTES_MAX - 256;

/// The version this program speaks.
pub const VERSION: u8 = 1;
