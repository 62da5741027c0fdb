//! Bytes in, bytes out: LEB128 integers, lengths before contents, bounds on every list.

/// Why bytes are not what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end in the middle of something.
    #[error("the bytes end too early")]
    Truncated,
    /// Something follows where nothing should.
    #[error("{0} bytes too many")]
    TrailingBytes(usize),
    /// An integer is too long or not in its shortest form.
    #[error("an integer is malformed")]
    BadInteger,
    /// Text is not UTF-8.
    #[error("a text is not UTF-8")]
    BadText,
    /// A length or count exceeds its bound.
    #[error("{found} exceeds the bound of {bound}")]
    TooLong {
        /// What was announced.
        found: u64,
        /// What is allowed.
        bound: u64,
    },
    /// A kind this version does not know.
    #[error("unknown {what} {found}")]
    UnknownKind {
        /// Of what.
        what: &'static str,
        /// Its number.
        found: u64,
    },
}

/// Collects bytes.
#[derive(Debug, Default, Clone)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    /// An unsigned integer, LEB128.
    pub fn uint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A signed integer, zigzag LEB128.
    pub fn signed(&mut self, value: i64) {
        self.uint(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    /// Bytes whose length the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Bytes with their length before them.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.uint(bytes.len() as u64);
        self.raw(bytes);
    }

    /// A text with its length in bytes before it.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A list with its count before it.
    pub fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.uint(items.len() as u64);
        for item in items {
            write(self, item);
        }
    }

    /// How many bytes stand so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True while nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Takes bytes apart.
#[derive(Debug, Clone)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What was not read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// True when all was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `count` bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn raw(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(head)
    }

    /// A fixed number of bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (head, rest) = self.0.split_first_chunk().ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(*head)
    }

    /// One byte.
    ///
    /// # Errors
    /// When none is left.
    pub fn u8(&mut self) -> Result<u8, WireError> {
        Ok(self.array::<1>()?[0])
    }

    /// An unsigned integer in its shortest LEB128 form.
    ///
    /// # Errors
    /// When it is cut off, longer than 64 bits, or not the shortest form.
    pub fn uint(&mut self) -> Result<u64, WireError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(WireError::BadInteger);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(WireError::BadInteger);
                }
                return Ok(value);
            }
        }
        Err(WireError::BadInteger)
    }

    /// A signed integer, zigzag LEB128.
    ///
    /// # Errors
    /// As [`Reader::uint`].
    pub fn signed(&mut self) -> Result<i64, WireError> {
        let raw = self.uint()?;
        Ok((raw >> 1).cast_signed() ^ -((raw & 1).cast_signed()))
    }

    /// An unsigned integer no larger than `bound`.
    ///
    /// # Errors
    /// When it is malformed or larger.
    pub fn bounded(&mut self, bound: usize) -> Result<usize, WireError> {
        let found = self.uint()?;
        match usize::try_from(found) {
            Ok(value) if value <= bound => Ok(value),
            _ => Err(WireError::TooLong {
                found,
                bound: bound as u64,
            }),
        }
    }

    /// Bytes with their length before them, at most `bound`.
    ///
    /// # Errors
    /// When the length is malformed, too large, or more than is left.
    pub fn bytes(&mut self, bound: usize) -> Result<&'a [u8], WireError> {
        let count = self.bounded(bound)?;
        self.raw(count)
    }

    /// A text of at most `bound` bytes.
    ///
    /// # Errors
    /// As [`Reader::bytes`], or when it is not UTF-8.
    pub fn text(&mut self, bound: usize) -> Result<String, WireError> {
        let bytes = self.bytes(bound)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| WireError::BadText)
    }

    /// A list of at most `bound` items.
    ///
    /// # Errors
    /// When the count is too large or an item is malformed.
    pub fn list<T>(
        &mut self,
        bound: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        let count = self.bounded(bound)?;
        // Grown as items are really there: an announced count alone allocates nothing.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// Ends reading.
    ///
    /// # Errors
    /// When something is left.
    pub fn finish(self) -> Result<(), WireError> {
        match self.0.len() {
            0 => Ok(()),
            left => Err(WireError::TrailingBytes(left)),
        }
    }
}
