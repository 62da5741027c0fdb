//! What kinds of files come in: old binary workbooks as well as new ones, and files that hide or lie.

use std::io::Write as _;

use super::*;
use crate::office::child::ParseError;
use crate::office::reader::ReadError;
use crate::office::workbook::Unreadable;

fn refused(bytes: &[u8], name: &str, limits: &Limits) -> Unreadable {
    match reader::read(bytes, name, None, limits, &mut Collect::default()) {
        Err(ReadError::Unreadable(why)) => why,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn an_old_binary_workbook_is_read_as_its_twin_is() {
    let (old, new) = (load("ledger-small.xls"), load("ledger-small.xlsx"));
    let ([old_sheet], [new_sheet]) = (old.sheets.as_slice(), new.sheets.as_slice()) else {
        panic!("one sheet each")
    };
    assert_eq!(old_sheet.head.name, new_sheet.head.name);
    let merges = |sheet: &crate::office::workbook::Sheet| {
        let mut areas: Vec<_> = sheet
            .head
            .merges
            .iter()
            .map(|area| (area.0, area.1, area.2, area.3))
            .collect();
        areas.sort_unstable();
        areas
    };
    assert_eq!(merges(old_sheet), merges(new_sheet));
    assert_eq!(old_sheet.rows, new_sheet.rows);
    let mut world = World::default();
    let preview = world.import(&old);
    let twin = World::default().preview(&new);
    assert_eq!(preview.items, twin.items);
    let said = |preview: &Preview| {
        let findings = preview.api.findings.iter();
        findings
            .map(|found| (found.row, found.column.clone(), found.kind.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&preview), said(&twin));
    // Its content came in whole: title and two-level header found, sums not taken for projects but compared with them.
    assert_eq!(preview.api.sheets[0].header_rows, Some((3, 4)));
    assert_eq!((preview.api.rows, preview.counts().created), (12, 12));
    assert!(preview.refused.is_empty(), "{:#?}", preview.refused);
    assert_eq!(world.sum("total_investment_fen"), 196_037_750_000);
    assert_eq!(world.sum("year_plan_fen"), 206_520_000_000);
    assert_eq!(world.sum("cum_investment_fen"), 76_398_000_000);
    let matches = said(&preview);
    let matches = matches
        .iter()
        .filter(|(_, _, kind)| kind == "total_matches")
        .count();
    assert_eq!(matches, 3);
    // A real date cell of the old format is a date.
    assert_eq!(
        world.named("104国道南移").text(Field::ImageNowAsAt),
        "2024-12-01"
    );
    // Read from either, nothing is left to do for the other.
    assert!(world.preview(&new).items.is_empty());
}

#[test]
fn a_workbook_with_a_password_says_so() {
    for name in ["ledger-locked.xlsx", "ledger-locked.xls"] {
        let bytes = std::fs::read(data(name)).unwrap();
        let why = refused(&bytes, name, &Limits::default());
        assert_eq!(why, Unreadable::Password, "{name}");
        let words = ParseError::from(why);
        assert!(words.text(Lang::Zh).contains("密码"));
        assert!(words.text(Lang::En).contains("password"));
    }
}

/// An archive with one entry that says it is of another size than it is.
fn lying(held: usize, said: u32) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive
        .start_file("xl/worksheets/sheet1.xml", options)
        .unwrap();
    archive.write_all(&vec![b' '; held]).unwrap();
    let mut bytes = archive.finish().unwrap().into_inner();
    // The size stands in the entry's own header and in the directory at the end.
    for (mark, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let found = bytes.windows(4).position(|window| window == mark);
        let at = found.unwrap() + at;
        bytes[at..at + 4].copy_from_slice(&said.to_le_bytes());
    }
    bytes
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_refused() {
    for said in [0, 1_000, 4 << 20] {
        let why = refused(&lying(2 << 20, said), "a.xlsx", &Limits::default());
        assert!(
            matches!(
                why,
                Unreadable::Damaged { .. } | Unreadable::TooLarge { .. }
            ),
            "{said}: {why}"
        );
    }
    // One that tells the truth is no workbook for another reason.
    let honest = refused(&lying(1_000, 1_000), "a.xlsx", &Limits::default());
    assert_eq!(honest, Unreadable::NotAWorkbook);
}

#[test]
fn what_an_archive_may_hold_is_bounded_before_it_is_inflated() {
    let small = Limits {
        unpacked_bytes: 100_000,
        ..Limits::default()
    };
    let why = refused(&lying(200_000, 200_000), "a.xlsx", &small);
    assert!(matches!(why, Unreadable::TooLarge { limit: 100_000, .. }));
    // A megabyte from a few bytes: no ledger packs that well.
    let why = refused(&lying(2 << 20, 2 << 20), "a.xlsx", &Limits::default());
    assert!(matches!(why, Unreadable::TooLarge { limit: 100, .. }));
}
