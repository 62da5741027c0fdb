//! The results of assessment as a file: one line for each unit and leader of a scheme (KB-13), as .xlsx, .csv or lines of JSON.

use shared::api::rules::Assessed;
use shared::money::Fen;
use shared::rules::scores::written;
use shared::text::office::{RESULTS, results_title, subject_kind};

use super::export::{ExportError, Format};
use super::sheet::{Head, Shown, TitledTable};

/// Writes the results of a year.
///
/// # Errors
/// [`ExportError::NotATable`] for a text document; otherwise when the file cannot be built.
pub fn write(format: Format, year: i16, results: &[Assessed]) -> Result<Vec<u8>, ExportError> {
    let table = TitledTable {
        title: results_title(year),
        head: RESULTS
            .iter()
            .map(|(title, width)| Head::new(title, *width))
            .collect(),
        frozen: 4,
        rows: results.iter().map(|line| cells(line).into()).collect(),
        ..TitledTable::default()
    };
    match format {
        Format::Xlsx => table.xlsx(),
        Format::Csv => table.csv(),
        Format::Ndjson => Ok(write_lines(results)),
        Format::Docx => Err(ExportError::NotATable),
    }
}

/// The cells of a line, in the order of [`RESULTS`].
fn cells(line: &Assessed) -> [Shown; 13] {
    let text = |text: &str| Shown::Text(text.to_owned());
    let count = |count: u32| Shown::Number(count.to_string());
    let scores = line.scores.iter().map(|one| {
        let (period, name) = (&one.period, &one.indicator.name);
        format!("{period} {name} {}", written(one.hundredths))
    });
    [
        text(&line.scheme.name),
        text(&line.clause),
        text(subject_kind(&line.role)),
        text(&line.name),
        count(line.projects),
        count(line.pushed),
        count(line.planned),
        Shown::Number(Fen(line.plan_fen).wan_exact()),
        Shown::Number(Fen(line.done_fen).wan_exact()),
        match line.rate {
            Some(rate) => Shown::Number(written(rate)),
            None => text(""),
        },
        Shown::Text(line.unfinished.join("、")),
        count(line.explained),
        Shown::Text(scores.collect::<Vec<_>>().join("；")),
    ]
}

fn write_lines(results: &[Assessed]) -> Vec<u8> {
    let mut text = String::new();
    for line in results {
        text.push_str(&serde_json::json!(line).to_string());
        text.push('\n');
    }
    text.into_bytes()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use calamine::{Data, Reader as _, Xlsx};
    use shared::api::rules::{NamedId, SheetValue};

    fn named(id: &str, name: &str) -> NamedId {
        NamedId {
            id: id.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_leaders_result_is_a_line_of_the_workbook_and_no_formula() {
        let line = Assessed {
            scheme: named("baolian", "包联推进方案考核"),
            clause: "KB-13".to_owned(),
            role: "leader".to_owned(),
            subject: "=HYPERLINK".to_owned(),
            name: "=HYPERLINK".to_owned(),
            projects: 2,
            pushed: 1,
            planned: 2,
            plan_fen: 120_000_000,
            done_fen: 60_000_050,
            rate: Some(5_000),
            unfinished: vec!["甲".to_owned(), "乙".to_owned()],
            explained: 1,
            scores: vec![SheetValue {
                period: "2017-12".to_owned(),
                indicator: named("plan_progress", "推进方案完成情况"),
                hundredths: 9_250,
            }],
        };
        let bytes = write(Format::Xlsx, 2017, std::slice::from_ref(&line)).unwrap();
        let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let row = |row: usize| sheet.rows().nth(row).unwrap().to_vec();
        assert_eq!(row(1).len(), RESULTS.len());
        let text = |text: &str| Data::String(text.to_owned());
        let cells = row(2);
        assert_eq!(cells[2..4], [text("领导"), text("=HYPERLINK")]);
        assert_eq!(cells[4..7], [2.0, 1.0, 2.0].map(Data::Float));
        assert_eq!(cells[7..10], [120.0, 60.00005, 50.0].map(Data::Float));
        assert_eq!(cells[10], text("甲、乙"));
        assert_eq!(cells[12], text("2017-12 推进方案完成情况 92.50"));
        let comma = String::from_utf8(write(Format::Csv, 2017, &[line]).unwrap()).unwrap();
        assert!(comma.contains("'=HYPERLINK"), "{comma}");
        assert!(write(Format::Docx, 2017, &[]).is_err());
    }
}
