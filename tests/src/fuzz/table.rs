//! Tables people hand in: read as the parsing child reads them, then made an import of as the server does.
//!
//! A workbook's reader is somebody else's and runs in a process with limits, so a panic of it harms nobody (`node::office::child`).
//! What it lets through is read on by the server itself, where nothing may go wrong.

use std::convert::Infallible;
use std::io::{Cursor, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use node::office::import::{self, OfFile, Request, Units, Words};
use node::office::mapping::Mapping;
use node::office::reader::{self, Collect, Limits};
use node::office::workbook::Workbook;
use shared::book::Book;
use shared::command::{Actor, Role};
use shared::decide::{Directory, ImportRules};
use shared::ids::{ImportId, UnitId, UserId};
use shared::profile::Profile;
use shared::rules::plan::Issued;
use shared::text::Lang;
use shared::time::Date;

use super::{Target, close_plain, open_plain};

pub(super) const WORKBOOK: Target = Target {
    name: "xlsx",
    run: |bytes| run(bytes, "case.xlsx"),
    seeds: || {
        vec![
            include_bytes!("../../data/ledger-small.xlsx").to_vec(),
            include_bytes!("../../data/ledger-broken.xlsx").to_vec(),
        ]
    },
    open: open_archive,
    close: close_archive,
    cases: 250,
};

pub(super) const CSV: Target = Target {
    name: "csv",
    run: |bytes| run(bytes, "case.csv"),
    seeds: || {
        let few = "项目名称,总投资（亿元）,2026年1-11月完成投资\n一号桥,3.5,\"1,200\"\n";
        let many = "填报单位：青山镇\t\t单位：万元\n序号\t项目名称\t项目代码\t总投资\t开工时间\t2026年计划投资\n\
                    1\t二号桥\t2026-360733-48-01-000001\t12000\t2026年3月\t8000\n2\t水厂\t\t3.2亿\t2027.5\t'=1\n";
        let marked = [b"\xef\xbb\xbf", few.as_bytes()].concat();
        vec![few.into(), many.into(), marked]
    },
    open: open_plain,
    close: close_plain,
    cases: 1_500,
};

/// How a part of an archive begins, before the entry's name: parts of other files do not.
const ARCHIVE_PART: &[u8] = b"entry:";
/// What a case may hold while it is made.
const ENTRY_BYTES_MAX: u64 = 1 << 20;

fn run(bytes: &[u8], name: &str) -> bool {
    let read = || {
        let mut sink = Collect::default();
        let read = reader::read(bytes, name, None, &Limits::default(), &mut sink);
        read.map(|()| sink.sheets)
    };
    if bytes.starts_with(b"\xd0\xcf") {
        // The old format's reader lays sheets out as rectangles: only the child's limits hold it.
        return false;
    }
    let sheets = if bytes.starts_with(b"PK") {
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(read) => read,
            Err(_) => return false,
        }
    } else {
        read()
    };
    let Ok(sheets) = sheets else {
        return false;
    };
    let file = name.to_owned();
    plan(&Workbook { file, sheets })
}

/// What the server makes of a file: its tables, its rows, its findings. True when it found a project.
fn plan(workbook: &Workbook) -> bool {
    let profile = Profile::built_in("kaizhou").expect("it ships");
    let now = Date::new(2026, 11, 24).expect("a day").at(9, 0, 0);
    let own = UnitId::from_bytes([7; 10]);
    let county = Book::default();
    let actor = Actor {
        user: UserId::from_bytes([0; 5]),
        name: "console".to_owned(),
        role: Role::Head,
        unit: own,
        at_hub: false,
    };
    let units = Units {
        own,
        given: None,
        directory: Vec::new(),
    };
    let request = Request {
        of_file: &OfFile::default(),
        import: ImportId::from_bytes([1; 16]),
        workbook,
        mapping: &Mapping::default(),
        words: &Words::of(&profile),
        rules: ImportRules {
            profile: &profile,
            directory: &Directory::default(),
            county: &county,
            issued: &Issued::of(&profile, &county, now.date()),
        },
        actor: &actor,
        now,
        units: &units,
        existing: &[],
        this_month: now.date().month_of(),
        lang: Lang::Zh,
    };
    let preview = import::preview(&request, |_| Ok::<_, Infallible>(None));
    let Ok(preview) = preview;
    preview.api.rows > 0
}

/// Each entry of an archive: its beginning, its name, a zero, its content.
fn open_archive(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    if !bytes.starts_with(b"PK") {
        return open_plain(bytes);
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).ok()?;
        let mut part = ARCHIVE_PART.to_vec();
        part.extend(entry.name().ok()?.as_bytes());
        part.push(0);
        entry.take(ENTRY_BYTES_MAX).read_to_end(&mut part).ok()?;
        parts.push(part);
    }
    Some(parts)
}

fn close_archive(parts: Vec<Vec<u8>>) -> Vec<u8> {
    let is_archive = parts.iter().any(|part| part.starts_with(ARCHIVE_PART));
    if !is_archive {
        return parts.concat();
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        let part = part.strip_prefix(ARCHIVE_PART).unwrap_or(&part);
        let end = part.iter().position(|byte| *byte == 0);
        let (name, content) = part.split_at(end.unwrap_or(part.len()));
        let options = zip::write::SimpleFileOptions::default();
        let options = options.compression_method(zip::CompressionMethod::Stored);
        let name = String::from_utf8_lossy(name).into_owned();
        // Two entries of one name, or one that is too long, are left out.
        if archive.start_file(name, options).is_ok() {
            let written = archive.write_all(content.get(1..).unwrap_or(&[]));
            written.expect("memory takes it");
        }
    }
    let written = archive.finish().expect("memory takes it");
    written.into_inner()
}
