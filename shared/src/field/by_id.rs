//! Finds the variant of an enum by its id: in a table that is made when it is compiled, by a number that follows from the id's ends.
//!
//! Rules ask for fields and columns by the ids in a profile tens of thousands of times a day; one comparison of texts answers most.

/// Gives an enum with `ALL` and `id` its `from_id`.
macro_rules! by_id {
    ($doc:literal) => {
        #[doc = $doc]
        #[must_use]
        pub fn from_id(id: &str) -> Option<Self> {
            let mut place = super::by_id::spread(id);
            loop {
                let known = Self::BY_ID.get(place % Self::BY_ID.len()).copied()??;
                if known.id() == id {
                    return Some(known);
                }
                place += 1;
            }
        }

        /// Each variant at the place its id is spread to, or at the next free one; at least half are free.
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated when compiled; a mistake would not compile"
        )]
        const BY_ID: &'static [Option<Self>] = &{
            let mut places = [None; (Self::ALL.len() * 2).next_power_of_two()];
            let mut next = 0;
            while next < Self::ALL.len() {
                let mut place = super::by_id::spread(Self::ALL[next].id()) % places.len();
                while places[place].is_some() {
                    place = (place + 1) % places.len();
                }
                places[place] = Some(Self::ALL[next]);
                next += 1;
            }
            places
        };
    };
}
pub(super) use by_id;

/// A number below 2^16 that differs for most ids: from the first and the last eight bytes.
#[expect(
    clippy::as_conversions,
    reason = "widening, where no trait may be used"
)]
pub(super) const fn spread(id: &str) -> usize {
    let id = id.as_bytes();
    let (first, last) = match (id.first_chunk(), id.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (short(id), 0),
    };
    let mixed = (first ^ last.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 48) as usize
}

/// An id of less than eight bytes as a number.
#[expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "widening, and bounded by the loop, where no trait may be used"
)]
const fn short(id: &[u8]) -> u64 {
    let mut number = 0;
    let mut at = 0;
    while at < id.len() {
        number = number << 8 | id[at] as u64;
        at += 1;
    }
    number
}
