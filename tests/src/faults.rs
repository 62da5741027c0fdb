//! What may go wrong with the bytes between two nodes, by lot and by name.
//!
//! A WebSocket over TLS keeps order and content, so none of this happens to an honest line; a broken gateway, a hostile peer or
//! a bug of our own may do it all the same. [`World`](crate::world::World) applies it to frames; what must follow is in
//! `tests/it/faults.rs`.

use rand_core::RngCore;

/// What happens to one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It never arrives.
    Dropped,
    /// It arrives twice.
    Doubled,
    /// It arrives before the one sent before it.
    Overtaking,
    /// One bit is another.
    Flipped {
        /// Which, counted from the first byte; taken modulo the frame's bits.
        bit: u64,
    },
    /// Its end is missing.
    Truncated {
        /// Bytes left; taken modulo the frame's length.
        to: u64,
    },
}

impl Fault {
    /// Any of them.
    pub fn draw(rng: &mut dyn RngCore) -> Self {
        match rng.next_u64() % 5 {
            0 => Self::Dropped,
            1 => Self::Doubled,
            2 => Self::Overtaking,
            3 => Self::Flipped {
                bit: rng.next_u64(),
            },
            _ => Self::Truncated { to: rng.next_u64() },
        }
    }

    /// What becomes of a frame's bytes; nothing for faults that leave them alone.
    pub fn spoil(self, bytes: &mut Vec<u8>) {
        let length = bytes.len() as u64;
        if length == 0 {
            return;
        }
        match self {
            Self::Dropped | Self::Doubled | Self::Overtaking => {}
            Self::Flipped { bit } => {
                let at = usize::try_from(bit / 8 % length).unwrap_or(0);
                bytes[at] ^= 1 << (bit % 8);
            }
            Self::Truncated { to } => bytes.truncate(usize::try_from(to % length).unwrap_or(0)),
        }
    }
}

/// Which frames a fault befalls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPlan {
    /// One frame in so many, by lot.
    OneIn(u64),
    /// The frame with this number, counted from 1 over the whole world.
    At(u64, Fault),
}
