//! Reads a workbook, cell by cell and under caps. Runs only inside the parsing child ([`super::child`]) and in tests.
//!
//! A cell at the far corner of a sheet costs nothing, since rows are never laid out as a rectangle. Sizes named by the archive are checked
//! before anything is inflated, then each entry is inflated into nothing, so that an archive that lies about them is refused
//! before its content reaches a parser. What else a file may think of meets the child's limits of memory and time.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader as _, SheetType, SheetVisible, Xls, Xlsx};

use super::csv_in;
use super::workbook::{Area, CellValue, Row, Sheet, SheetHead, Unreadable};

/// What a file may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file, and of a gzip stream's content.
    pub bytes: u64,
    /// Entries of the archive.
    pub entries: usize,
    /// Bytes of all entries, unpacked.
    pub unpacked_bytes: u64,
    /// Unpacked bytes per packed byte, for entries above a megabyte.
    pub ratio: u64,
    /// The last row that may hold something.
    pub rows: u32,
    /// The last column that may hold something.
    pub columns: u16,
    /// Merged areas on one sheet.
    pub merges: usize,
}

impl Default for Limits {
    /// The caps of reliability.md 3.
    fn default() -> Self {
        Self {
            bytes: 100 * 1024 * 1024,
            entries: 100,
            unpacked_bytes: 100 * 1024 * 1024,
            ratio: 100,
            rows: 100_000,
            columns: 200,
            merges: 50_000,
        }
    }
}

/// Why reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is at fault.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The other end of the pipe is gone.
    #[error("the reader's output was closed")]
    Output(#[source] std::io::Error),
}

/// Takes what is read, in order.
pub trait Sink {
    /// A sheet begins.
    ///
    /// # Errors
    /// When the output is gone.
    fn sheet(&mut self, head: SheetHead) -> Result<(), ReadError>;
    /// A row of the sheet that began last.
    ///
    /// # Errors
    /// When the output is gone.
    fn row(&mut self, row: Row) -> Result<(), ReadError>;
}

/// A sink that keeps everything.
#[derive(Debug, Default)]
pub struct Collect {
    /// What came so far.
    pub sheets: Vec<Sheet>,
}

impl Sink for Collect {
    fn sheet(&mut self, head: SheetHead) -> Result<(), ReadError> {
        self.sheets.push(Sheet {
            head,
            rows: Vec::new(),
        });
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), ReadError> {
        if let Some(sheet) = self.sheets.last_mut().filter(|_| !row.cells.is_empty()) {
            sheet.rows.push(row);
        }
        Ok(())
    }
}

/// Reads a file of any kind we know, told apart by its first bytes. `name` is what people call it.
///
/// # Errors
/// [`Unreadable`] says what is wrong with the file.
pub fn read(
    bytes: &[u8],
    name: &str,
    only: Option<&str>,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let extension = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    let foreign = || Unreadable::ForeignFormat {
        extension: extension.clone(),
    };
    if matches!(
        extension.as_str(),
        "et" | "ett" | "ods" | "numbers" | "xlsb" | "pdf" | "docx" | "doc" | "wps"
    ) {
        return Err(foreign().into());
    }
    match bytes {
        [b'P', b'K', ..] => read_xlsx(bytes, only, limits, sink),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => read_xls(bytes, only, limits, sink),
        [0x1f, 0x8b, ..] => csv_in::read(
            &csv_in::inflate(bytes, limits.bytes)?,
            &stem(name),
            limits,
            sink,
        ),
        // Old programs write tables as text under .xls; nothing writes text under .xlsx.
        _ if extension == "xlsx" => Err(Unreadable::NotAWorkbook.into()),
        _ => csv_in::read(bytes, &stem(name), limits, sink),
    }
}

fn stem(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let base = base.strip_suffix(".gz").unwrap_or(base);
    base.rsplit_once('.')
        .map_or(base, |(stem, _)| stem)
        .to_owned()
}

/// Refuses an archive by what it says of itself, then by what it holds.
fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let damaged = |error: zip::result::ZipError| Unreadable::Damaged {
        detail: error.to_string(),
    };
    let too_large = |what: &str, limit| Unreadable::TooLarge {
        what: what.to_owned(),
        limit,
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits.entries {
        return Err(too_large("archive entries", limits.entries as u64));
    }
    let mut unpacked = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        unpacked = unpacked.saturating_add(entry.size());
        if unpacked > limits.unpacked_bytes {
            return Err(too_large("unpacked bytes", limits.unpacked_bytes));
        }
        if entry.size() > 1 << 20 && entry.size() / entry.compressed_size().max(1) > limits.ratio {
            return Err(too_large("bytes unpacked per byte packed", limits.ratio));
        }
        if entry.is_symlink() || entry.encrypted() {
            return Err(Unreadable::NotAWorkbook);
        }
    }
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        let said = entry.size();
        let held = std::io::copy(&mut entry.take(said + 1), &mut std::io::sink());
        let held = held.map_err(|error| Unreadable::Damaged {
            detail: error.to_string(),
        })?;
        if held != said {
            return Err(Unreadable::Damaged {
                detail: format!("an entry of the archive is not of the {said} bytes it says"),
            });
        }
    }
    Ok(())
}

fn read_xlsx(
    bytes: &[u8],
    only: Option<&str>,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    check_archive(bytes, limits)?;
    let damaged = |error: calamine::XlsxError| match error {
        calamine::XlsxError::Password => Unreadable::Password,
        calamine::XlsxError::FileNotFound(_) | calamine::XlsxError::RelationshipNotFound => {
            Unreadable::NotAWorkbook
        }
        error => Unreadable::Damaged {
            detail: error.to_string(),
        },
    };
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let parts = hidden::sheet_parts(bytes);
    for (name, is_hidden) in chosen(book.sheets_metadata(), only)? {
        let merges = book.merge_cells_by_sheet_name(&name).map_err(damaged)?;
        let (hidden_rows, hidden_columns) = parts
            .as_ref()
            .and_then(|parts| parts.get(&name))
            .map_or_else(Default::default, |part| {
                hidden::of_sheet(bytes, part, limits)
            });
        sink.sheet(SheetHead {
            name: name.clone(),
            hidden: is_hidden,
            merges: areas(&merges, limits)?,
            hidden_rows,
            hidden_columns,
        })?;
        let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
        let mut row = Row {
            number: 0,
            cells: Vec::new(),
        };
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (at, column) = cell.get_position();
            let value = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::SharedString(text) => CellValue::Text((*text).to_owned()),
                DataRef::String(text) => CellValue::Text(text.clone()),
                DataRef::Int(number) => CellValue::Number(number.to_string()),
                DataRef::Float(number) => CellValue::Number(decimal(*number)),
                DataRef::Bool(flag) => CellValue::Bool(*flag),
                DataRef::DateTime(moment) => date(moment),
                DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                    CellValue::Text(text.clone())
                }
                DataRef::Error(error) => CellValue::Error(error.to_string()),
            };
            put(&mut row, at, column, value, limits, sink)?;
        }
        flush(&mut row, sink)?;
    }
    Ok(())
}

fn read_xls(
    bytes: &[u8],
    only: Option<&str>,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    // An encrypted .xlsx is wrapped into the same container as an .xls.
    let wide: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if bytes.windows(wide.len()).any(|window| window == wide) {
        return Err(Unreadable::Password.into());
    }
    let damaged = |error: calamine::XlsError| match error {
        calamine::XlsError::Password => Unreadable::Password,
        error => Unreadable::Damaged {
            detail: error.to_string(),
        },
    };
    let mut book = Xls::new(Cursor::new(bytes)).map_err(damaged)?;
    for (name, is_hidden) in chosen(book.sheets_metadata(), only)? {
        let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        sink.sheet(SheetHead {
            name: name.clone(),
            hidden: is_hidden,
            merges: areas(&merges, limits)?,
            ..SheetHead::default()
        })?;
        let range = book.worksheet_range(&name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or((0, 0));
        let mut row = Row {
            number: 0,
            cells: Vec::new(),
        };
        for (at, column, value) in range.used_cells() {
            let value = match value {
                Data::Empty => continue,
                Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                    CellValue::Text(text.clone())
                }
                Data::Int(number) => CellValue::Number(number.to_string()),
                Data::Float(number) => CellValue::Number(decimal(*number)),
                Data::Bool(flag) => CellValue::Bool(*flag),
                Data::DateTime(moment) => date(moment),
                Data::Error(error) => CellValue::Error(error.to_string()),
            };
            let at = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(top);
            let column = u32::try_from(column)
                .unwrap_or(u32::MAX)
                .saturating_add(left);
            put(&mut row, at, column, value, limits, sink)?;
        }
        flush(&mut row, sink)?;
    }
    Ok(())
}

/// The sheets to read, with whether each is hidden.
fn chosen(
    sheets: &[calamine::Sheet],
    only: Option<&str>,
) -> Result<Vec<(String, bool)>, Unreadable> {
    let chosen: Vec<_> = sheets
        .iter()
        .filter(|sheet| {
            sheet.typ == SheetType::WorkSheet && only.is_none_or(|only| only == sheet.name)
        })
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    match only {
        Some(name) if chosen.is_empty() => Err(Unreadable::NoSuchSheet {
            name: name.to_owned(),
        }),
        _ => Ok(chosen),
    }
}

fn areas(merges: &[calamine::Dimensions], limits: &Limits) -> Result<Vec<Area>, Unreadable> {
    if merges.len() > limits.merges {
        return Err(Unreadable::TooLarge {
            what: "merged areas".into(),
            limit: limits.merges as u64,
        });
    }
    let column = |column: u32| u16::try_from(column).unwrap_or(u16::MAX);
    Ok(merges
        .iter()
        .map(|area| {
            Area(
                area.start.0.saturating_add(1),
                column(area.start.1),
                area.end.0.saturating_add(1),
                column(area.end.1),
            )
        })
        .collect())
}

fn put(
    row: &mut Row,
    at: u32,
    column: u32,
    value: CellValue,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    if value.is_blank() {
        return Ok(());
    }
    let number = at.saturating_add(1);
    if number > limits.rows {
        return Err(Unreadable::TooLarge {
            what: "rows".into(),
            limit: limits.rows.into(),
        }
        .into());
    }
    let column = u16::try_from(column)
        .ok()
        .filter(|column| *column < limits.columns)
        .ok_or_else(|| Unreadable::TooLarge {
            what: "columns".into(),
            limit: limits.columns.into(),
        })?;
    if row.number != number {
        if number < row.number {
            return Err(Unreadable::Damaged {
                detail: "rows are out of order".into(),
            }
            .into());
        }
        flush(row, sink)?;
        row.number = number;
    }
    match row.cells.last() {
        Some((last, _)) if *last >= column => Err(Unreadable::Damaged {
            detail: "cells are out of order".into(),
        }
        .into()),
        _ => {
            row.cells.push((column, value));
            Ok(())
        }
    }
}

fn flush(row: &mut Row, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let cells = std::mem::take(&mut row.cells);
    if cells.is_empty() {
        Ok(())
    } else {
        sink.row(Row {
            number: row.number,
            cells,
        })
    }
}

/// A workbook's number as people see it: at most 15 significant digits, no exponent where it can be avoided.
///
/// What lies beyond is the noise of binary fractions: 0.877931 is stored as 0.8779309999999999 by some programs.
fn decimal(number: f64) -> String {
    let text = format!("{number:.14e}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let Ok(exponent) = exponent.parse::<i32>() else {
        return text;
    };
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    if !(-30..=30).contains(&exponent) {
        return text;
    }
    let point = exponent + 1;
    let Ok(places) = usize::try_from(point.unsigned_abs()) else {
        return text;
    };
    if point <= 0 {
        format!("{sign}0.{}{digits}", "0".repeat(places))
    } else if digits.len() <= places {
        format!("{sign}{digits}{}", "0".repeat(places - digits.len()))
    } else {
        let (whole, fraction) = digits.split_at(places);
        format!("{sign}{whole}.{fraction}")
    }
}

fn date(moment: &calamine::ExcelDateTime) -> CellValue {
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let date = i16::try_from(year)
        .ok()
        .and_then(|year| shared::time::Date::new(year, month, day));
    match date {
        Some(date) if moment.is_datetime() && moment.as_f64() >= 61.0 => {
            CellValue::Date(date.to_string())
        }
        _ => CellValue::Number(decimal(moment.as_f64())),
    }
}

mod hidden {
    //! Which rows and columns a person hid: read from the sheet's XML by its tags alone, since calamine does not tell.

    use std::collections::BTreeMap;

    use super::{Cursor, Limits, Read};

    /// The archive's part for each sheet's name; `None` when the index cannot be read (hints are then not given).
    pub fn sheet_parts(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
        let book = part(bytes, "xl/workbook.xml", 1 << 20)?;
        let relations = part(bytes, "xl/_rels/workbook.xml.rels", 1 << 20)?;
        let mut targets = BTreeMap::new();
        for tag in tags(&relations, "<Relationship ") {
            let target = attribute(tag, "Target")?;
            let target = target
                .strip_prefix('/')
                .map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(attribute(tag, "Id")?.to_owned(), target);
        }
        let mut parts = BTreeMap::new();
        for tag in tags(&book, "<sheet ") {
            let name = unescape(attribute(tag, "name")?);
            parts.insert(name, targets.get(attribute(tag, "r:id")?)?.clone());
        }
        Some(parts)
    }

    /// Hidden rows (from 1) and columns (from 0) of one sheet.
    pub fn of_sheet(bytes: &[u8], name: &str, limits: &Limits) -> (Vec<u32>, Vec<u16>) {
        let Some(xml) = part(bytes, name, limits.unpacked_bytes) else {
            return Default::default();
        };
        let is_hidden = |tag: &&str| matches!(attribute(tag, "hidden"), Some("1" | "true"));
        let rows = tags(&xml, "<row ")
            .filter(is_hidden)
            .filter_map(|tag| attribute(tag, "r")?.parse().ok())
            .filter(|row| *row <= limits.rows)
            .collect();
        let columns = tags(&xml, "<col ")
            .filter(is_hidden)
            .filter_map(|tag| {
                Some((
                    attribute(tag, "min")?.parse::<u16>().ok()?,
                    attribute(tag, "max")?.parse::<u16>().ok()?,
                ))
            })
            .flat_map(|(first, last)| first..=last.min(limits.columns))
            .filter_map(|column| column.checked_sub(1))
            .collect();
        (rows, columns)
    }

    fn part(bytes: &[u8], name: &str, limit: u64) -> Option<String> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut text = String::new();
        archive
            .by_name(name)
            .ok()?
            .take(limit)
            .read_to_string(&mut text)
            .ok()?;
        Some(text)
    }

    fn tags<'a>(xml: &'a str, open: &'a str) -> impl Iterator<Item = &'a str> {
        xml.match_indices(open).filter_map(|(at, _)| {
            let rest = &xml[at..];
            rest.find('>').map(|end| &rest[..end])
        })
    }

    fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
        let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        let rest = &tag[at..];
        rest.find('"').map(|end| &rest[..end])
    }

    fn unescape(text: &str) -> String {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_people_see() {
        for (number, text) in [
            (0.877_930_999_999_999_9, "0.877931"),
            (0.007_859_999_999_999_999, "0.00786"),
            (9_057_958.407_1, "9057958.4071"),
            (-120.0, "-120"),
            (0.0, "0"),
            (1e20, "100000000000000000000"),
            (0.1 + 0.2, "0.3"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e-7, "0.0000001"),
        ] {
            assert_eq!(decimal(number), text);
        }
    }

    #[test]
    fn wild_bytes_are_refused_without_a_panic() {
        let files: [&[u8]; 6] = [
            b"PK\x03\x04",
            b"PK",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"\x1f\x8b\x08",
            b"\0\0\0",
            b"\xff",
        ];
        for bytes in files {
            let mut sink = Collect::default();
            assert!(
                read(bytes, "x.xlsx", None, &Limits::default(), &mut sink).is_err(),
                "{bytes:?}"
            );
        }
        let mut sink = Collect::default();
        let error = read(b"PK", "月报.et", None, &Limits::default(), &mut sink);
        assert!(matches!(
            error,
            Err(ReadError::Unreadable(Unreadable::ForeignFormat { .. }))
        ));
    }
}
