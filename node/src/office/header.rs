//! Finds the table on a sheet: under title rows, through merged headers of two or three levels, with its unit of money and its period.
//!
//! The header is the first row that holds a title for the project's name and one more title we know; rows merged with it or refining
//! it belong to it. A sheet without such a row has no table, which is no error.

use shared::text::parse::clean;
use shared::text::parse::money::Unit;

use super::workbook::{Area, CellValue, Sheet};

/// Rows looked at for a header; a title block is never longer.
const SEARCH_ROWS_MAX: usize = 60;
/// Levels a header may have.
const LEVELS_MAX: u32 = 3;

/// A title above a column, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The column, from 0.
    pub column: u16,
    /// The levels, top first, cleaned, equal neighbours once.
    pub levels: Vec<String>,
    /// The unit of money the title names.
    pub unit: Option<Unit>,
    /// The year the title names.
    pub year: Option<i16>,
    /// The months the title names, first and last.
    pub months: Option<(u8, u8)>,
}

impl Heading {
    /// The levels joined by `/`.
    #[must_use]
    pub fn title(&self) -> String {
        self.levels.join("/")
    }
}

/// Where the table stands and what is said about all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// First and last row of the header, from 1.
    pub rows: (u32, u32),
    /// One heading per column that has one.
    pub headings: Vec<Heading>,
    /// The unit of money named above the table or in the sheet's name.
    pub unit: Option<Unit>,
    /// Year and month the figures belong to, as far as named.
    pub period: (Option<i16>, Option<u8>),
}

/// Finds the table of a sheet. `known` tells whether a title (in its compared form) is that of a field, and of which; a row is
/// the header when it holds `needed` of them, the project's name among them.
#[must_use]
pub fn find(
    sheet: &Sheet,
    file: &str,
    fixed_row: Option<u32>,
    needed: usize,
    known: &dyn Fn(&str) -> Option<String>,
) -> Option<Header> {
    let top = match fixed_row {
        Some(row) => row,
        None => {
            sheet
                .rows
                .iter()
                .take(SEARCH_ROWS_MAX)
                .find(|row| is_header(row.cells.iter().map(|(_, cell)| cell), needed, known))?
                .number
        }
    };
    let name_column = sheet
        .row(top)?
        .cells
        .iter()
        .find(|(_, cell)| means_name(cell, known))
        .map(|(column, _)| *column);
    let mut bottom = top;
    while bottom + 1 < top + LEVELS_MAX && refines(sheet, bottom + 1, top, name_column, known) {
        bottom += 1;
    }
    let mut first = top;
    if fixed_row.is_none() && bottom == top && first > 1 && groups(sheet, first - 1, top) {
        first -= 1;
    }
    let headings = headings(sheet, first, bottom);
    let above: Vec<String> = sheet
        .rows
        .iter()
        .take_while(|row| row.number < first)
        .flat_map(|row| row.cells.iter().map(|(_, cell)| cell.text().to_owned()))
        .collect();
    let unit = above
        .iter()
        .flat_map(|text| text.split_whitespace())
        .chain([sheet.head.name.as_str()])
        .find_map(Unit::find_in);
    let mut period = (None, None);
    for text in above
        .iter()
        .map(String::as_str)
        .chain([sheet.head.name.as_str(), file])
    {
        let (year, months) = year_and_months(&clean::compact(text));
        period.0 = period.0.or(year);
        period.1 = period.1.or(months.map(|(_, last)| last));
    }
    Some(Header {
        rows: (first, bottom),
        headings,
        unit,
        period,
    })
}

/// The forms of a heading under which it is looked up, the surest first.
#[must_use]
pub fn keys(heading: &Heading) -> Vec<String> {
    let mut keys = Vec::new();
    let Some((leaf, parents)) = heading.levels.split_last() else {
        return keys;
    };
    let leaf_forms = forms(leaf);
    for parent in parents.iter().rev() {
        for (parent, leaf) in forms(parent).into_iter().zip(leaf_forms.iter().cycle()) {
            keys.push(format!("{parent}{leaf}"));
            keys.push(format!("{leaf}{parent}"));
        }
    }
    let generic = leaf_forms.iter().all(|form| {
        matches!(
            form.as_str(),
            "" | "投资" | "金额" | "数额" | "小计" | "合计" | "名称" | "项目"
        ) || Unit::from_name(form).is_some()
    });
    if generic {
        keys.extend(parents.iter().rev().flat_map(|parent| forms(parent)));
    }
    if !generic || parents.is_empty() {
        keys.extend(leaf_forms);
    }
    keys
}

/// A title in its compared forms: without brackets' content and with it; years, months and units taken out.
pub(super) fn forms(title: &str) -> Vec<String> {
    let title = clean::normal(title);
    let mut outside = String::new();
    let mut all = String::new();
    let mut depth = 0u32;
    for c in title.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {
                if depth == 0 {
                    outside.push(c);
                }
                all.push(c);
            }
        }
    }
    let mut found = Vec::new();
    for form in [outside, all, title] {
        for form in [form.clone(), without_period(&form)] {
            let form = form.trim_matches([':', ',', '/', '-', '*']).to_owned();
            if !form.is_empty() && !found.contains(&form) {
                found.push(form);
            }
        }
    }
    found
}

/// The year and the months a text names: `2024年`, `2024.6.28`, `1-6月`, `6月`.
#[must_use]
pub fn year_and_months(text: &str) -> (Option<i16>, Option<(u8, u8)>) {
    let spans = spans(text);
    (
        spans.iter().find_map(|span| span.year),
        spans.iter().find_map(|span| span.months),
    )
}

/// A text without the year and the months it names.
fn without_period(text: &str) -> String {
    let mut out = text.to_owned();
    for span in spans(text).iter().rev() {
        out.replace_range(span.start..span.end, "");
    }
    out
}

struct Span {
    start: usize,
    end: usize,
    year: Option<i16>,
    months: Option<(u8, u8)>,
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| c.is_ascii_digit()) {
        let start = at + offset;
        let (number, mut end) = digits(text, start);
        let rest = &text[end..];
        let year = number.filter(|year| end - start == 4 && (1950..2150).contains(year));
        if let Some(year) = year.filter(|_| rest.starts_with(['年', '.', '-', '/'])) {
            let mut months = None;
            end += rest.chars().next().map_or(0, char::len_utf8);
            if text[end..].starts_with('度') {
                end += '度'.len_utf8();
            }
            if text[start..].starts_with(&format!("{year}年")) {
                // The months of `2024年1-6月` are found as a span of their own.
            } else if let (Some(month), after) = digits(text, end) {
                months = u8::try_from(month)
                    .ok()
                    .filter(|month| (1..=12).contains(month))
                    .map(|month| (month, month));
                end = after;
            }
            spans.push(Span {
                start,
                end,
                year: Some(year),
                months,
            });
        } else if let Some((first, last, after)) = months(text, start) {
            spans.push(Span {
                start,
                end: after,
                year: None,
                months: Some((first, last)),
            });
            end = after;
        }
        at = end.max(start + 1);
    }
    spans
}

fn digits(text: &str, start: usize) -> (Option<i16>, usize) {
    let rest = &text[start..];
    let length = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    (rest[..length].parse().ok(), start + length)
}

/// `6月`, `1-6月`, `1月-6月`, `1至6月` at a place.
fn months(text: &str, start: usize) -> Option<(u8, u8, usize)> {
    let month = |number: Option<i16>| {
        u8::try_from(number?)
            .ok()
            .filter(|month| (1..=12).contains(month))
    };
    let (first, end) = digits(text, start);
    let first = month(first)?;
    let (after_sign, had_sign) = match text[end..].strip_prefix('月') {
        Some(rest) => (rest, true),
        None => (&text[end..], false),
    };
    let end_of_first = text.len() - after_sign.len();
    if let Some(rest) = after_sign.strip_prefix(['-', '~', '至', '到']) {
        let (last, end) = digits(text, text.len() - rest.len());
        if let (Some(last), Some(rest)) = (month(last), text[end..].strip_prefix('月')) {
            let rest = rest.strip_prefix('份').unwrap_or(rest);
            return (first <= last).then_some((first, last, text.len() - rest.len()));
        }
    }
    had_sign.then(|| {
        let end = if after_sign.starts_with('份') {
            end_of_first + '份'.len_utf8()
        } else {
            end_of_first
        };
        (first, first, end)
    })
}

fn known_in(text: &str, known: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    forms(text).iter().find_map(|form| known(form))
}

fn means_name(cell: &CellValue, known: &dyn Fn(&str) -> Option<String>) -> bool {
    matches!(cell, CellValue::Text(text) if known_in(text, known).as_deref() == Some("name"))
}

fn is_header<'a>(
    cells: impl Iterator<Item = &'a CellValue>,
    needed: usize,
    known: &dyn Fn(&str) -> Option<String>,
) -> bool {
    let mut targets: Vec<String> = cells
        .filter_map(|cell| match cell {
            CellValue::Text(text) if text.chars().count() <= 40 => known_in(text, known),
            _ => None,
        })
        .collect();
    targets.sort_unstable();
    targets.dedup();
    targets.len() >= needed && targets.iter().any(|target| target == "name")
}

/// True when a row belongs to the header above it: merged with it, or holding nothing but titles beside an empty name.
fn refines(
    sheet: &Sheet,
    row: u32,
    top: u32,
    name_column: Option<u16>,
    known: &dyn Fn(&str) -> Option<String>,
) -> bool {
    // Where nobody knows the name's column yet, the header stands in the row a person pointed at: any title that reaches down counts.
    let reaches = |area: &Area| {
        let column = name_column.unwrap_or(area.1);
        area.covers(top, column) && area.covers(row, column)
    };
    if sheet.head.merges.iter().any(reaches) {
        return true;
    }
    let Some(cells) = sheet.row(row) else {
        return false;
    };
    let titles = cells
        .cells
        .iter()
        .all(|(_, cell)| matches!(cell, CellValue::Text(text) if text.chars().count() <= 30));
    let named = name_column.is_some_and(|column| cells.cell(column).is_some());
    titles
        && !named
        && cells
            .cells
            .iter()
            .any(|(_, cell)| known_in(cell.text(), known).is_some())
}

/// True when a row holds group titles above the header rather than a title of the whole sheet.
fn groups(sheet: &Sheet, row: u32, top: u32) -> bool {
    let (Some(upper), Some(lower)) = (sheet.row(row), sheet.row(top)) else {
        return false;
    };
    let width = lower.cells.len();
    let texts = upper.cells.iter().all(|(_, cell)| {
        matches!(cell, CellValue::Text(text) if text.chars().count() <= 20 && !text.contains([':', '：']))
    });
    let narrow = upper.cells.iter().all(|(column, _)| {
        let area = sheet
            .head
            .merges
            .iter()
            .find(|area| area.covers(row, *column));
        area.is_none_or(|area| usize::from(area.3 - area.1) + 1 < width.max(2))
    });
    let grouped = upper.cells.iter().any(|(column, _)| {
        sheet
            .head
            .merges
            .iter()
            .any(|area| area.covers(row, *column) && area.3 > area.1)
    });
    texts && narrow && (grouped || upper.cells.len() >= 2)
}

fn headings(sheet: &Sheet, first: u32, last: u32) -> Vec<Heading> {
    let width = (first..=last)
        .filter_map(|row| sheet.row(row)?.cells.last().map(|(column, _)| *column))
        .max()
        .unwrap_or(0);
    let mut carried: Vec<Option<String>> =
        vec![None; usize::try_from(last - first + 1).unwrap_or(1)];
    let mut headings = Vec::new();
    for column in 0..=width {
        let mut levels: Vec<String> = Vec::new();
        let bottom = sheet.merged_cell(last, column).is_some();
        for (level, row) in (first..=last).enumerate() {
            let own = sheet
                .merged_cell(row, column)
                .map(|cell| clean::line(cell.text()).replace(' ', ""));
            // A group title that was written once and not merged stands for the columns to its right.
            let text = match own {
                Some(text) => {
                    carried[level] =
                        (row < last && !merged(sheet, row, column)).then(|| text.clone());
                    Some(text)
                }
                None if row < last && bottom && !merged_down(sheet, row, column) => {
                    carried[level].clone()
                }
                None => None,
            };
            if let Some(text) = text.filter(|text| levels.last() != Some(text)) {
                levels.push(text);
            }
        }
        if levels.is_empty() {
            continue;
        }
        let joined = clean::compact(&levels.concat());
        let (year, months) = year_and_months(&joined);
        let unit = levels.iter().rev().find_map(|level| Unit::find_in(level));
        headings.push(Heading {
            column,
            levels,
            unit,
            year,
            months,
        });
    }
    headings
}

fn merged(sheet: &Sheet, row: u32, column: u16) -> bool {
    sheet
        .head
        .merges
        .iter()
        .any(|area| area.covers(row, column))
}

fn merged_down(sheet: &Sheet, row: u32, column: u16) -> bool {
    sheet
        .head
        .merges
        .iter()
        .any(|area| area.covers(row, column) && area.2 > area.0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::super::workbook::{Area, Row, SheetHead};
    use super::*;

    fn sheet(rows: &[&[&str]], merges: &[Area]) -> Sheet {
        let rows = rows
            .iter()
            .enumerate()
            .map(|(index, cells)| Row {
                number: u32::try_from(index).unwrap() + 1,
                cells: (0u16..)
                    .zip(*cells)
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(column, text)| (column, CellValue::Text((*text).to_owned())))
                    .collect(),
            })
            .filter(|row| !row.cells.is_empty())
            .collect();
        Sheet {
            head: SheetHead {
                name: "表".into(),
                merges: merges.to_vec(),
                ..SheetHead::default()
            },
            rows,
        }
    }

    fn known(title: &str) -> Option<String> {
        shared::text::synonyms::target(title).map(str::to_owned)
    }

    #[test]
    fn a_header_is_found_under_its_titles_with_unit_and_period() {
        let sheet = sheet(
            &[
                &["重点项目台账"],
                &["填报单位：某镇  填报时间：2024.6.28  单位：亿元"],
                &[],
                &["序号", "项目名称", "投资情况", "", "开工时间", "", "备注"],
                &["", "", "总投资", "当年计划", "计划", "实际", ""],
                &["1", "某桥", "1", "2", "", "", ""],
            ],
            &[
                Area(4, 0, 5, 0),
                Area(4, 1, 5, 1),
                Area(4, 2, 4, 3),
                Area(4, 6, 5, 6),
            ],
        );
        let header = find(&sheet, "a.xlsx", None, 2, &known).unwrap();
        assert_eq!(header.rows, (4, 5));
        assert_eq!(header.unit, Some(Unit::Yi));
        assert_eq!(header.period, (Some(2024), Some(6)));
        let targets: Vec<_> = header
            .headings
            .iter()
            .map(|heading| keys(heading).iter().find_map(|key| known(key)))
            .collect();
        let expected = [
            "@serial",
            "name",
            "total_investment_fen",
            "{year}/year_plan_fen",
            "planned_start",
            "actual_start",
            "notes",
        ];
        assert_eq!(targets, expected.map(|target| Some(target.to_owned())));
        assert_eq!(header.headings[2].title(), "投资情况/总投资");
    }

    #[test]
    fn group_titles_above_a_plain_header_belong_to_it() {
        let sheet = sheet(
            &[
                &["台账"],
                &["", "", "投资（万元）", "", ""],
                &["项目名称", "乡镇", "总投资", "累计完成", "问题"],
                &["桥", "甲镇", "1"],
            ],
            &[Area(1, 0, 1, 4), Area(2, 2, 2, 3)],
        );
        let header = find(&sheet, "", None, 2, &known).unwrap();
        assert_eq!(header.rows, (2, 3));
        assert_eq!(header.headings[2].unit, Some(Unit::Wan));
        assert_eq!(header.headings[4].title(), "问题");
    }

    #[test]
    fn text_without_a_table_has_no_header() {
        let sheet = sheet(
            &[
                &["填报说明"],
                &["一、总投资以万元为单位，项目名称不得重复。"],
            ],
            &[],
        );
        assert_eq!(find(&sheet, "", None, 2, &known), None);
    }

    #[test]
    fn years_and_months_are_found_in_titles() {
        for (text, year, months) in [
            ("2024年计划投资", Some(2024), None),
            ("1-6月完成投资", None, Some((1, 6))),
            ("2026年1-11月完成投资", Some(2026), Some((1, 11))),
            ("11月份完成", None, Some((11, 11))),
            ("填报时间:2024.6.28", Some(2024), Some((6, 6))),
            ("1月至6月", None, Some((1, 6))),
            ("16.7万亩", None, None),
            ("13月", None, None),
            ("329国道", None, None),
        ] {
            assert_eq!(year_and_months(text), (year, months), "{text}");
        }
        assert_eq!(without_period("2024年1-6月完成投资"), "完成投资");
    }
}
