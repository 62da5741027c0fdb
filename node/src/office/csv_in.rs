//! Tables in text form: UTF-8 (with or without mark), UTF-16 with mark, GB18030; comma, tab or semicolon; also gzip-compressed.
//!
//! A file that is valid UTF-8 is UTF-8; anything else is taken as GB18030, which is what Excel in China writes. A leading `'` before a
//! sign that spreadsheets take for a formula is our own export's guard and is taken off again.

use std::borrow::Cow;
use std::io::Read;

use super::reader::{Limits, ReadError, Sink};
use super::workbook::{CellValue, Row, SheetHead, Unreadable};

/// Reads a table from bytes that are not a workbook.
///
/// # Errors
/// When the bytes are no text, or exceed the limits.
pub fn read(
    bytes: &[u8],
    name: &str,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let text = decode(bytes)?;
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    sink.sheet(SheetHead {
        name: name.to_owned(),
        ..SheetHead::default()
    })?;
    let mut number = 0;
    for record in reader.records() {
        let record = record.map_err(|error| Unreadable::Damaged {
            detail: error.to_string(),
        })?;
        number += 1;
        if number > limits.rows {
            return Err(Unreadable::TooLarge {
                what: "rows".into(),
                limit: limits.rows.into(),
            }
            .into());
        }
        if record.len() > usize::from(limits.columns) {
            return Err(Unreadable::TooLarge {
                what: "columns".into(),
                limit: limits.columns.into(),
            }
            .into());
        }
        let cells = (0u16..)
            .zip(record.iter())
            .map(|(column, field)| (column, CellValue::Text(unguard(field).to_owned())))
            .filter(|(_, cell)| !cell.is_blank())
            .collect();
        sink.row(Row { number, cells })?;
    }
    Ok(())
}

/// Inflates a gzip file, at most `limit` bytes.
///
/// # Errors
/// When the stream is damaged or longer.
pub fn inflate(bytes: &[u8], limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take(limit + 1)
        .read_to_end(&mut plain)
        .map_err(|error| Unreadable::Damaged {
            detail: error.to_string(),
        })?;
    if plain.len() as u64 > limit {
        return Err(Unreadable::TooLarge {
            what: "bytes".into(),
            limit,
        }
        .into());
    }
    Ok(plain)
}

/// Takes off the guard our own export puts before text that a spreadsheet would take for a formula.
#[must_use]
pub fn unguard(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if super::export::needs_guard(rest) => rest,
        _ => field,
    }
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if broken {
            Err(Unreadable::NotAWorkbook)
        } else {
            Ok(text)
        };
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(Unreadable::NotAWorkbook)?,
    };
    // A picture or a program is no table, however its bytes decode.
    if text.contains('\0') {
        Err(Unreadable::NotAWorkbook)
    } else {
        Ok(text)
    }
}

/// The sign that stands most often outside quotes in the first lines.
fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0u32), (b'\t', 0), (b';', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(64 * 1024) {
        if byte == b'"' {
            quoted = !quoted;
        }
        for (separator, count) in &mut counts {
            if !quoted && byte == *separator {
                *count += 1;
            }
        }
    }
    // At a tie the comma, which stands first, is meant.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::super::reader::Collect;
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut sink = Collect::default();
        read(bytes, "表", &Limits::default(), &mut sink).unwrap();
        let sheet = &sink.sheets[0];
        sheet
            .rows
            .iter()
            .map(|row| {
                row.cells
                    .iter()
                    .map(|(_, cell)| cell.text().to_owned())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn every_encoding_a_township_sends_is_read() {
        let table = "项目名称,总投资\r\n\"桥, 一期\",12\r\n";
        let expected = vec![
            vec!["项目名称".to_owned(), "总投资".into()],
            vec!["桥, 一期".into(), "12".into()],
        ];
        let with_mark = [b"\xef\xbb\xbf", table.as_bytes()].concat();
        let (gb, _, _) = encoding_rs::GB18030.encode(table);
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain(table.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [table.as_bytes(), &with_mark, &gb, &utf16] {
            assert_eq!(texts(bytes), expected);
        }
        assert_eq!(texts("甲\t乙\n1\t2\n".as_bytes())[1], ["1", "2"]);
    }

    #[test]
    fn the_guard_of_our_own_export_comes_off() {
        assert_eq!(unguard("'=1+2"), "=1+2");
        assert_eq!(unguard("'quoted'"), "'quoted'");
    }

    #[test]
    fn a_gzip_bomb_is_refused() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'0'; 1 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(inflate(&packed, 1 << 20).is_ok());
        assert!(matches!(
            inflate(&packed, (1 << 20) - 1),
            Err(ReadError::Unreadable(Unreadable::TooLarge { .. }))
        ));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let mut sink = Collect::default();
        assert!(
            read(
                &[0xff, 0x00, 0x81, 0x20],
                "x",
                &Limits::default(),
                &mut sink
            )
            .is_err()
        );
    }
}
