//! Every bound of the product, with its unit and the reason for its size.

/// Characters in one text field. A page of notes; longer text belongs into an attachment.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Fields one command may write. A whole project has some 150.
pub const COMMAND_WRITES_MAX: usize = 5_000;
/// Commands in one request of the HTTP API. An import is its own request, not a list of commands.
pub const COMMANDS_PER_REQUEST_MAX: usize = 200;
/// Values a conflict lists. More contenders than people in an office is an attack.
pub const CONTENDERS_MAX: usize = 64;
/// The largest amount the product takes, in fen: sums stay exact in JavaScript (domain.md 0.5).
pub const FEN_MAX: i64 = 9_000_000_000_000_000;
/// Bytes of one profile file. The largest that ships has 45 kB; the gate takes values of 96 KiB.
pub const PROFILE_BYTES_MAX: usize = 90_000;
/// Bytes of one uploaded workbook (reliability.md 3).
pub const UPLOAD_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// Bytes of one attached file (reliability.md 3): a scan of some dozen pages, a photograph as a camera makes it.
pub const ATTACHMENT_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// How the names of files that may be attached end.
pub const ATTACHMENT_ENDINGS: [&str; 17] = [
    "pdf", "ofd", "jpg", "jpeg", "png", "webp", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps",
    "et", "zip", "txt", "csv",
];
/// Files attached to one project. A project of five years has a few dozen.
pub const ATTACHMENTS_PER_PROJECT_MAX: usize = 500;
/// Projects in one import. The largest ledger tried has 21,000; a county keeps a few thousand.
pub const IMPORT_ITEMS_MAX: usize = 50_000;
/// Characters of an imported file's name and of a sheet's; file systems take 255, workbooks 31 for a sheet, text files name it after themselves.
pub const IMPORT_NAME_CHARS_MAX: usize = 255;
/// Projects of an import written (or taken back) in one turn. At about 1 ms each nobody else waits for longer than 0.2 s.
pub const IMPORT_CHUNK_PROJECTS: usize = 200;
/// Values of an import written in one turn, so that wide rows make small chunks. A full record of 150 fields 60 times.
pub const IMPORT_CHUNK_VALUES: usize = 9_000;
/// Imports (and undoings) that may wait while one runs; each may hold a large workbook in memory.
pub const IMPORTS_WAITING_MAX: usize = 8;
/// Records a form offers where a column names one. More than a person reads down; the newest come first.
pub const CHOICES_MAX: usize = 500;
