//! Which files may be attached to a record, and how they are kept: checked before a byte of them is stored.
//!
//! A file's ending must be one of `KINDS` and its first bytes must be what files of that kind begin with. What is said to a
//! browser later is the kind's own media type, never what the uploader claimed. The bytes are durable before the row that
//! names them is written ([`crate::store::Blobs`]).

use std::sync::Arc;

use bytes::Bytes;
use shared::limits::{ATTACHMENT_BYTES_MAX, ATTACHMENT_ENDINGS};
use shared::text::attachment::AttachmentWords;

use crate::store::Blobs;
use crate::store::blobs::{BlobError, BlobId};

/// Characters of a file's name, its ending included.
const NAME_CHARS_MAX: usize = 200;
/// Bytes looked at to tell text from anything else.
const LOOK_BYTES: usize = 64 * 1024;
const MEBIBYTE: u64 = 1024 * 1024;

/// How files of a kind begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// With these bytes.
    With(&'static [u8]),
    /// With `RIFF`, a length and `WEBP`.
    Webp,
    /// As text without control characters, in UTF-8 or the older Chinese encodings.
    Text,
}

/// A zip archive, which the newer office files are.
const ZIP: Begins = Begins::With(b"PK\x03\x04");
/// A compound file, which the older office files are.
const COMPOUND: Begins = Begins::With(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");

/// The endings of `ATTACHMENT_ENDINGS` in their order, what is said to a browser, and how the bytes begin.
const KINDS: &[(&str, &str, Begins)] = &[
    ("pdf", "application/pdf", Begins::With(b"%PDF-")),
    ("ofd", "application/ofd", ZIP),
    ("jpg", "image/jpeg", Begins::With(b"\xff\xd8\xff")),
    ("jpeg", "image/jpeg", Begins::With(b"\xff\xd8\xff")),
    ("png", "image/png", Begins::With(b"\x89PNG\r\n\x1a\n")),
    ("webp", "image/webp", Begins::Webp),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ZIP,
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ZIP,
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ZIP,
    ),
    ("doc", "application/msword", COMPOUND),
    ("xls", "application/vnd.ms-excel", COMPOUND),
    ("ppt", "application/vnd.ms-powerpoint", COMPOUND),
    ("wps", "application/vnd.ms-works", COMPOUND),
    ("et", "application/vnd.ms-excel", COMPOUND),
    ("zip", "application/zip", ZIP),
    ("txt", "text/plain", Begins::Text),
    ("csv", "text/csv", Begins::Text),
];

/// A file that may be attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name without any folder.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
}

/// Why a file is not taken, or not given.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// It is longer than an attachment may be, or empty.
    #[error("a file of {0} bytes is not attached")]
    Size(u64),
    /// Its ending is none of the list.
    #[error("files that end like {0:?} are not attached")]
    Kind(String),
    /// Its bytes are not what its ending says.
    #[error("the file is no {0} inside")]
    Content(&'static str),
    /// A name is missing, too long, or holds control characters.
    #[error("the file has no usable name")]
    Name,
    /// A project has as many as it may have.
    #[error("the project has {0} attachments already")]
    TooMany(usize),
    /// Its bytes are at another node.
    #[error("the file's bytes are not here yet")]
    NotHere,
    /// The disk refused, or lost something.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The program is stopping.
    #[error("the work was interrupted")]
    Interrupted,
}

impl AttachmentError {
    /// What a person reads about it; `None` when it is no fault of the file.
    #[must_use]
    pub fn words(&self) -> Option<AttachmentWords> {
        Some(match self {
            Self::Size(0) => AttachmentWords::Empty,
            Self::Size(_) => AttachmentWords::TooLarge {
                mebibytes: ATTACHMENT_BYTES_MAX / 1024 / 1024,
            },
            Self::Kind(_) => AttachmentWords::Kind {
                allowed: ATTACHMENT_ENDINGS.join(" "),
            },
            Self::Content(ending) => AttachmentWords::Content {
                ending: (*ending).to_owned(),
            },
            Self::Name => AttachmentWords::Name,
            Self::TooMany(most) => AttachmentWords::TooMany { most: *most },
            Self::NotHere => AttachmentWords::NotHere,
            Self::Blob(BlobError::Damaged { .. }) => AttachmentWords::Damaged,
            Self::Blob(BlobError::Full { used, limit }) => AttachmentWords::Full {
                mebibytes: used / MEBIBYTE,
                most: limit / MEBIBYTE,
            },
            Self::Blob(BlobError::DiskLow { free }) => AttachmentWords::DiskLow {
                mebibytes: free / MEBIBYTE,
            },
            Self::Blob(BlobError::Io { .. }) | Self::Interrupted => return None,
        })
    }
}

/// Judges a file by its name and bytes.
///
/// # Errors
/// [`AttachmentError`] with the reason.
pub fn check(name: &str, bytes: &[u8]) -> Result<Checked, AttachmentError> {
    // Only the name counts, wherever on the sender's disk it was.
    let name = name.rsplit(['/', '\\']).next().unwrap_or("").trim();
    let is_odd = |letter: char| letter.is_control() || is_bidi(letter);
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(is_odd) {
        return Err(AttachmentError::Name);
    }
    let length = bytes.len() as u64;
    if length == 0 || length > ATTACHMENT_BYTES_MAX {
        return Err(AttachmentError::Size(length));
    }
    let ending = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending.to_lowercase(),
        _ => return Err(AttachmentError::Kind(String::new())),
    };
    let Some((ending, media_type, begins)) = KINDS.iter().find(|(known, ..)| *known == ending)
    else {
        return Err(AttachmentError::Kind(ending));
    };
    if !is_like(*begins, bytes) {
        return Err(AttachmentError::Content(ending));
    }
    Ok(Checked {
        name: name.to_owned(),
        media_type,
    })
}

/// The media type to say of a stored file: its ending's, or one that no browser opens.
#[must_use]
pub fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or("").to_lowercase();
    let known = KINDS.iter().find(|(known, ..)| *known == ending);
    known.map_or("application/octet-stream", |(_, media_type, _)| media_type)
}

fn is_like(begins: Begins, bytes: &[u8]) -> bool {
    match begins {
        Begins::With(start) => bytes.starts_with(start),
        Begins::Webp => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        Begins::Text => {
            let look = bytes.get(..LOOK_BYTES).unwrap_or(bytes);
            // Control characters of ASCII stand in no text of UTF-8 or GB 18030; a page of HTML is no note.
            let is_plain = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\r' | b'\n');
            look.iter().all(is_plain) && !look.trim_ascii_start().starts_with(b"<")
        }
    }
}

/// Characters that turn the direction of what follows, so that an ending can look like another.
const fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Keeps a file's bytes; returns once they are durable.
///
/// # Errors
/// When the disk refuses.
pub async fn keep(blobs: Arc<Blobs>, bytes: Bytes) -> Result<BlobId, AttachmentError> {
    let kept = tokio::task::spawn_blocking(move || blobs.put(&bytes)).await;
    Ok(kept.map_err(|_| AttachmentError::Interrupted)??)
}

/// A file's bytes, checked.
///
/// # Errors
/// [`AttachmentError::NotHere`], or when they are not what they were.
pub async fn load(blobs: Arc<Blobs>, id: BlobId) -> Result<Bytes, AttachmentError> {
    let loaded = tokio::task::spawn_blocking(move || blobs.load(id)).await;
    let loaded = loaded.map_err(|_| AttachmentError::Interrupted)??;
    loaded.map(Bytes::from).ok_or(AttachmentError::NotHere)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_kind(name: &str, bytes: &[u8]) -> Option<&'static str> {
        check(name, bytes).ok().map(|checked| checked.media_type)
    }

    #[test]
    fn every_ending_that_is_offered_has_its_kind() {
        let known: Vec<&str> = KINDS.iter().map(|(ending, ..)| *ending).collect();
        assert_eq!(known, ATTACHMENT_ENDINGS);
    }

    #[test]
    fn a_file_is_what_its_ending_and_its_bytes_say() {
        assert_eq!(
            check_kind("批复.PDF", b"%PDF-1.7 ..."),
            Some("application/pdf")
        );
        assert_eq!(
            check_kind("现场.jpg", b"\xff\xd8\xff\xe0rest"),
            Some("image/jpeg")
        );
        assert_eq!(
            check_kind("a.webp", b"RIFF\0\0\0\0WEBPVP8 "),
            Some("image/webp")
        );
        assert_eq!(
            check_kind("说明.txt", "一、总体情况\n".as_bytes()),
            Some("text/plain")
        );
        assert_eq!(
            check_kind("旧.txt", b"\xb5\xda\xd2\xbb"),
            Some("text/plain"),
            "GB 18030"
        );
        for (name, bytes) in [
            ("a.exe", &b"MZ"[..]),
            ("a.svg", b"<svg/>"),
            ("a.html", b"<p>"),
            (".pdf", b"%PDF-"),
            ("noending", b"%PDF-"),
            ("photo.jpg", b"MZ\x90"),
            ("photo.jpg", b"%PDF-1.7"),
            ("note.txt", b"PK\x03\x04"),
            ("note.csv", b"  <script>"),
            ("a.webp", b"RIFF\0\0\0\0WAVE"),
            ("", b"%PDF-"),
            ("a\n.pdf", b"%PDF-"),
            ("a\u{202e}fdp.pdf", b"%PDF-"),
            ("a.pdf", b""),
        ] {
            assert_eq!(check_kind(name, bytes), None, "{name:?}");
        }
    }

    #[test]
    fn folders_in_a_name_do_not_count_and_lengths_are_bound() {
        let checked = check("C:\\temp\\..\\批复.pdf", b"%PDF-1").expect("a file");
        assert_eq!(checked.name, "批复.pdf");
        let checked = check("../../etc/x.pdf", b"%PDF-1").expect("a file");
        assert_eq!(checked.name, "x.pdf");
        let long = format!("{}.pdf", "名".repeat(NAME_CHARS_MAX));
        assert!(matches!(
            check(&long, b"%PDF-1"),
            Err(AttachmentError::Name)
        ));
        let mut bytes = vec![b' '; usize::try_from(ATTACHMENT_BYTES_MAX).unwrap_or(0) + 1];
        bytes[..5].copy_from_slice(b"%PDF-");
        assert!(matches!(
            check("a.pdf", &bytes),
            Err(AttachmentError::Size(_))
        ));
        bytes.pop();
        assert!(check("a.pdf", &bytes).is_ok());
        assert_eq!(media_type("x.PNG"), "image/png");
        assert_eq!(media_type("x.html"), "application/octet-stream");
    }
}
