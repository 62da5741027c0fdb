//! The parsing child as a process of its own: it reads what it should, says why when it cannot, and dies alone.

#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use node::office::child::{self, ParseError, Parser};
use node::office::workbook::Unreadable;

fn parser() -> Parser {
    Parser {
        executable: PathBuf::from(env!("CARGO_BIN_EXE_xiangmu")),
        timeout: Duration::from_secs(120),
    }
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(name)
}

/// A workbook with one sheet of the given XML.
fn workbook(sheet: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [
        (
            "[Content_Types].xml",
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(cells: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
    )
}

fn parse_bytes(bytes: &[u8], name: &str) -> Result<node::office::workbook::Workbook, ParseError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    child::parse(&parser(), file.path(), name, None)
}

#[test]
fn the_child_reads_workbooks_and_one_sheet_of_them() {
    let book = child::parse(&parser(), &data("ledger-broken.xlsx"), "台账.xlsx", None).unwrap();
    assert_eq!((book.sheets.len(), book.file.as_str()), (3, "台账.xlsx"));
    assert_eq!(book.sheets[0].head.hidden_rows, [36, 37]);
    assert_eq!(book.sheets[0].head.hidden_columns, [13]);
    let name = Some("填报说明");
    let one = child::parse(&parser(), &data("ledger-broken.xlsx"), "台账.xlsx", name).unwrap();
    assert_eq!(one.sheets, book.sheets[2..]);
    let missing = child::parse(
        &parser(),
        &data("ledger-broken.xlsx"),
        "台账.xlsx",
        Some("x"),
    );
    assert!(matches!(
        missing,
        Err(ParseError::Unreadable(Unreadable::NoSuchSheet { .. }))
    ));
}

#[test]
fn a_hostile_file_ends_with_a_reason_and_harms_nobody() {
    // A cell at the far corner aborts readers that lay out a rectangle.
    let corner = workbook(&sheet(
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
    ));
    let wide = workbook(&sheet(r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#));
    for bytes in [corner, wide] {
        let error = parse_bytes(&bytes, "a.xlsx").unwrap_err();
        let expected = matches!(error, ParseError::Unreadable(Unreadable::TooLarge { .. }));
        assert!(expected, "{error}");
    }
    // A bomb by its own account.
    let bomb = workbook(&" ".repeat(32 << 20));
    assert!(matches!(
        parse_bytes(&bomb, "a.xlsx"),
        Err(ParseError::Unreadable(Unreadable::TooLarge { .. }))
    ));
    for (bytes, name) in [
        (&b"PK\x03\x04 and nothing more"[..], "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls"),
        (b"\x00\x01\x02", "a.csv"),
        (b"<html>", "a.et"),
    ] {
        let error = parse_bytes(bytes, name).unwrap_err();
        assert!(
            matches!(error, ParseError::Unreadable(_) | ParseError::OverLimits),
            "{name}: {error}"
        );
    }
}

#[test]
fn a_file_that_takes_too_long_is_given_up() {
    let mut hasty = parser();
    hasty.timeout = Duration::ZERO;
    let late = child::parse(&hasty, &data("ledger-real.xlsx"), "a.xlsx", None);
    assert!(matches!(late, Err(ParseError::TimedOut(_))));
    let mut absent = parser();
    absent.executable = PathBuf::from("no-such-program");
    let absent = child::parse(&absent, &data("ledger-real.xlsx"), "a.xlsx", None);
    assert!(matches!(absent, Err(ParseError::Child(_))));
}

/// The World Bank's list stands beside the workspace where it is at all; it is too large to ship.
#[test]
fn twenty_thousand_rows_come_in_through_a_mapping_file() {
    use std::convert::Infallible;

    use node::office::import::{self, OfFile, Request, Units, Words};
    use node::office::mapping::Mapping;

    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/worldbank-projects.csv.gz");
    if !path.exists() {
        return;
    }
    let started = std::time::Instant::now();
    let book = child::parse(&parser(), &path, "worldbank-projects.csv.gz", None).unwrap();
    let parsed = started.elapsed();
    let text = std::fs::read_to_string(data("worldbank.mapping.toml")).unwrap();
    let mapping = Mapping::parse(&text).unwrap();
    let profile = shared::profile::Profile::built_in("kaizhou").unwrap();
    let own = shared::ids::UnitId::from_bytes([1; 10]);
    let actor = shared::command::Actor {
        user: shared::ids::UserId::from_bytes([0; 5]),
        name: "console".to_owned(),
        role: shared::command::Role::Head,
        unit: own,
        at_hub: false,
    };
    let preview = import::preview(
        &Request {
            of_file: &OfFile::default(),
            import: shared::ids::ImportId::from_bytes([1; 16]),
            workbook: &book,
            mapping: &mapping,
            rules: shared::decide::ImportRules {
                profile: &profile,
                directory: &shared::decide::Directory::default(),
                county: shared::book::Book::EMPTY,
                issued: &shared::rules::plan::Issued::default(),
            },
            actor: &actor,
            now: shared::time::Timestamp(0),
            words: &Words::of(&profile),
            units: &Units {
                own,
                given: None,
                directory: Vec::new(),
            },
            existing: &[],
            this_month: shared::time::Month::new(2026, 11).unwrap(),
            lang: shared::text::Lang::Zh,
        },
        |_| Ok::<_, Infallible>(None),
    )
    .unwrap();
    // For the note of a release; nothing is asserted about time.
    let _ = writeln!(
        std::io::stderr(),
        "parse {parsed:?}, plan {:?}, {} findings, {:?}",
        started.elapsed() - parsed,
        preview.api.findings.len(),
        preview.counts(),
    );
    assert_eq!(preview.api.rows, 20_792);
    let errors: Vec<_> = preview
        .api
        .findings
        .iter()
        .filter(|finding| finding.severity == shared::api::Severity::Error)
        .take(5)
        .collect();
    assert_eq!(preview.counts().created, 20_792, "{errors:#?}");
}
