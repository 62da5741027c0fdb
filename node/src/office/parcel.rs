//! The file on a stick: the sealed bundle, and behind it the attached files that go along, each in an envelope of its own.
//!
//! Shape: without files, the bundle's envelope alone, as every version reads it. With files, `XMB2`, then each envelope after
//! its length in four bytes, the bundle's first. So a file of any length is read and taken in a piece at a time, and what a torn
//! stick lost at the end costs the files that stood there, not the records. A file is known by its hash: the order of the
//! envelopes, one twice or one too many mean nothing.

use std::io::{self, Read};

use shared::limits::ATTACHMENT_BYTES_MAX;
use shared::wire::bundle::BUNDLE_BYTES_MAX;

use super::seal::{CHUNK_BYTES, HEADER_BYTES, MAGIC, TAG_BYTES};

/// How a stick's file with attached files begins.
const SERIES: [u8; 4] = [MAGIC[0], MAGIC[1], MAGIC[2], b'2'];

/// Bytes of a sealed file at most.
fn sealed_bytes_max() -> u64 {
    let chunks = ATTACHMENT_BYTES_MAX.div_ceil(CHUNK_BYTES as u64);
    HEADER_BYTES as u64 + ATTACHMENT_BYTES_MAX + chunks * TAG_BYTES as u64
}

/// The beginning of a stick's file that carries files.
#[must_use]
pub fn begin(bundle: &[u8]) -> Vec<u8> {
    [&SERIES, &*next(bundle)].concat()
}

/// One more envelope, as it stands in a stick's file.
#[must_use]
pub fn next(envelope: &[u8]) -> Vec<u8> {
    // Bounded far below four gigabytes by what an envelope may hold.
    let length = u32::try_from(envelope.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), envelope].concat()
}

/// Reads the envelopes of a stick's file one by one.
pub struct Parcel<R> {
    source: R,
    is_series: bool,
    /// What was read of the file to see what it is.
    begun: Vec<u8>,
    is_first: bool,
}

impl<R: Read> Parcel<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn open(mut source: R) -> io::Result<Self> {
        let mut begun = Vec::new();
        (&mut source)
            .take(SERIES.len() as u64)
            .read_to_end(&mut begun)?;
        let is_series = begun == SERIES;
        if is_series {
            begun.clear();
        }
        Ok(Self {
            source,
            is_series,
            begun,
            is_first: true,
        })
    }

    /// The next envelope: the bundle's, then those of files. `None` after the last, and from where on the file is no such series.
    ///
    /// # Errors
    /// When the source cannot be read, or [`io::ErrorKind::FileTooLarge`] when the bundle is larger than one may be.
    pub fn next_envelope(&mut self) -> io::Result<Option<Vec<u8>>> {
        let is_first = std::mem::replace(&mut self.is_first, false);
        let bound = if is_first {
            BUNDLE_BYTES_MAX as u64
        } else {
            sealed_bytes_max()
        };
        if !self.is_series {
            if !is_first {
                return Ok(None);
            }
            let mut whole = std::mem::take(&mut self.begun);
            (&mut self.source).take(bound + 1).read_to_end(&mut whole)?;
            return if whole.len() as u64 > bound {
                Err(io::ErrorKind::FileTooLarge.into())
            } else {
                Ok(Some(whole))
            };
        }
        let mut length = Vec::new();
        (&mut self.source).take(4).read_to_end(&mut length)?;
        let length = match <[u8; 4]>::try_from(length) {
            Ok(length) => u64::from(u32::from_be_bytes(length)),
            Err(_) => return Ok(is_first.then(Vec::new)),
        };
        if length > bound {
            return if is_first {
                Err(io::ErrorKind::FileTooLarge.into())
            } else {
                Ok(None)
            };
        }
        let mut envelope = Vec::new();
        (&mut self.source).take(length).read_to_end(&mut envelope)?;
        let is_whole = envelope.len() as u64 == length;
        Ok((is_whole || is_first).then_some(envelope))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn parts(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut parcel = Parcel::open(bytes).unwrap();
        std::iter::from_fn(|| parcel.next_envelope().unwrap()).collect()
    }

    #[test]
    fn a_series_gives_its_envelopes_and_a_cut_one_those_that_are_whole() {
        let series = [begin(b"XMB1 bundle"), next(b"one"), next(b"another")].concat();
        let all: [&[u8]; 3] = [b"XMB1 bundle", b"one", b"another"];
        assert_eq!(parts(&series), all);
        assert_eq!(parts(b"XMB1 bundle"), [b"XMB1 bundle"], "one without files");
        assert_eq!(parts(b"XM"), [b"XM"]);
        for cut in 4..series.len() {
            let left = parts(&series[..cut]);
            assert!(left.len() < 3 && !left.is_empty(), "cut at {cut}");
            assert!(
                left.iter().skip(1).zip(&all[1..]).all(|(a, b)| a == b),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn a_length_beyond_all_bounds_is_not_believed() {
        let long = [begin(b"XMB1"), u32::MAX.to_be_bytes().to_vec(), vec![0; 99]].concat();
        assert_eq!(parts(&long).len(), 1);
        let mut first = begin(b"XMB1");
        first[4] = 0xff;
        assert!(Parcel::open(&*first).unwrap().next_envelope().is_err());
    }
}
