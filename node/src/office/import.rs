//! What an import would do, from a parsed workbook and plain data about what exists: pure, so that every rule has a test without a server.

use std::collections::{BTreeMap, BTreeSet};

use shared::api::{ColumnMapping, Finding, ImportPreview, RecordOption, SheetPreview, TopRow};
use shared::command::{Actor, ImportCounts, ImportItem};
use shared::decide::ImportRules;
use shared::field::{Column as TableColumn, Field, FieldPath, Kind, Table};
use shared::ids::{ImportId, ProjectId, UnitId};
use shared::profile::Profile;
use shared::project::{ProjectRow, ProjectView};
use shared::records::is_on;
use shared::text::Lang;
use shared::text::fields;
use shared::text::finding::Found;
use shared::text::office::CHOICES_SHEET;
use shared::text::parse::clean;
use shared::text::parse::money::{self, Unit};
use shared::text::refusal::path_label;
use shared::time::{Month, Timestamp};

pub use super::changes::OfFile;
pub use super::home::Units;
use super::mapping::{self, Layout, Mapping, Target};
use super::plan;
pub use super::plan::FoundBy;
use super::records::sheet::{columns as sheet_columns, ledgers};
use super::rows::{self, RowKind};
use super::verdict::{self, Context, Draft, Noted};
use super::workbook::{CellValue, Row, Sheet, Workbook, column_letter};

/// Rows shown of the top of a sheet, as many as a title block and a header have at most.
const TOP_ROWS: usize = 12;
/// Columns shown of these rows.
const TOP_COLUMNS: u16 = 16;
/// Values shown of a column.
const SAMPLE_VALUES: usize = 3;
/// Rows looked at for them.
const SAMPLED_ROWS: usize = 500;
/// Characters shown of a cell.
const BEGINNING_CHARS: usize = 24;

/// The options of choice fields by their labels: fixed ones from `text`, the county's from its profile.
#[derive(Debug, Clone, Default)]
pub struct Words(BTreeMap<String, Vec<(String, String)>>);

impl Words {
    /// The fixed options and those of a county.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let mut words = Self::default();
        let kinds = Field::ALL.iter().map(|field| field.kind());
        for kind in kinds.chain(TableColumn::ALL.iter().map(|column| column.kind())) {
            let (Kind::Choice(name) | Kind::Set(name)) = kind else {
                continue;
            };
            if words.0.contains_key(name) {
                continue;
            }
            for option in profile.named_options(name).into_iter().flatten() {
                words.add(name, option.id, option.name_zh);
            }
            for option in fields::fixed_options(name).unwrap_or_default() {
                words.add(name, option.id, option.label(Lang::Zh));
            }
        }
        words
    }

    /// Adds one option of an enumeration.
    pub fn add(&mut self, enumeration: &str, id: &str, label: &str) {
        let options = self.0.entry(enumeration.to_owned()).or_default();
        options.push((id.to_owned(), label.to_owned()));
    }

    /// The id of the option with this label (or id), however it is spaced.
    #[must_use]
    pub fn option(&self, enumeration: &str, label: &str) -> Option<&str> {
        let wanted = clean::normal(label);
        let options = self.0.get(enumeration)?;
        options
            .iter()
            .find(|option| clean::normal(&option.1) == wanted || option.0 == wanted)
            .map(|(id, _)| id.as_str())
    }

    /// The labels of an enumeration's options, each option once.
    #[must_use]
    pub fn labels(&self, enumeration: &str) -> Vec<String> {
        let mut ids = BTreeSet::new();
        let options = self.0.get(enumeration).into_iter().flatten();
        let first = options.filter(|(id, _)| ids.insert(id));
        first.map(|(_, label)| label.clone()).collect()
    }

    /// The label of an option, or the id itself where it is not known.
    #[must_use]
    pub fn label<'a>(&'a self, enumeration: &str, id: &'a str) -> &'a str {
        let options = self.0.get(enumeration).map_or(&[][..], Vec::as_slice);
        options
            .iter()
            .find(|option| option.0 == id)
            .map_or(id, |option| &option.1)
    }
}

/// A project that is here already, with what tells it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// The project.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its code, empty when unset.
    pub code: String,
    /// Its owner, empty when unset.
    pub owner: String,
    /// Its territory, empty when unset.
    pub territory: String,
    /// Its unit.
    pub home: Option<UnitId>,
    /// True when it was deleted.
    pub deleted: bool,
}

impl From<&ProjectRow> for Existing {
    fn from(row: &ProjectRow) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            code: row.code.clone(),
            owner: row.owner.clone(),
            territory: row.territory.clone(),
            home: row.home,
            deleted: !row.deleted.is_empty(),
        }
    }
}

/// Everything [`preview`] needs but the values of existing projects.
#[derive(Debug)]
pub struct Request<'a> {
    /// The id of the import to be.
    pub import: ImportId,
    /// The parsed file.
    pub workbook: &'a Workbook,
    /// What a person or a remembered layout says about its columns.
    pub mapping: &'a Mapping,
    /// What a person says of this file alone.
    pub of_file: &'a OfFile,
    /// The county's rules, by which every value is checked, and what they look at.
    pub rules: ImportRules<'a>,
    /// Who imports.
    pub actor: &'a Actor,
    /// When the rules are asked.
    pub now: Timestamp,
    /// Options by their labels.
    pub words: &'a Words,
    /// Units.
    pub units: &'a Units,
    /// What is here already, deleted ones included.
    pub existing: &'a [Existing],
    /// The month taken where nobody names one.
    pub this_month: Month,
    /// The language of the findings.
    pub lang: Lang,
}

/// A row that stays out, as it stood in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The sheet's number in the workbook.
    pub sheet: usize,
    /// The row, from 1.
    pub row: u32,
    /// Column (from 0, `None` for the row) and reason.
    pub reasons: Vec<(Option<u16>, String)>,
}

/// What an import would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// For the person who decides.
    pub api: ImportPreview,
    /// For `Command::Import`: new and changed projects only.
    pub items: Vec<ImportItem>,
    /// How the row of each was found.
    pub found_by: Vec<FoundBy>,
    /// Rows that stay out.
    pub refused: Vec<Refused>,
    /// The tables found, by the number of their sheet.
    pub layouts: Vec<(usize, Layout)>,
}

/// Finds the tables of a workbook with a mapping.
#[must_use]
pub fn layouts(workbook: &Workbook, mapping: &Mapping, this_month: Month) -> Vec<(usize, Layout)> {
    let sheets = workbook.sheets.iter().enumerate();
    sheets
        .filter(|(_, sheet)| !offers_choices(sheet))
        .filter_map(|(index, sheet)| {
            Some((
                index,
                mapping::layout(sheet, &workbook.file, mapping, this_month)?,
            ))
        })
        .collect()
}

/// True for the sheet of a template that holds what can be chosen on the others.
fn offers_choices(sheet: &Sheet) -> bool {
    sheet.head.name == CHOICES_SHEET
}

/// Says what an import would do. `load` gives the values of an existing project.
///
/// # Errors
/// Those of `load`.
pub fn preview<E>(
    request: &Request<'_>,
    load: impl FnMut(ProjectId) -> Result<Option<ProjectView>, E>,
) -> Result<Preview, E> {
    let layouts = layouts(request.workbook, request.mapping, request.this_month);
    let mut noted: Vec<(usize, Noted)> = Vec::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut sheets = Vec::new();
    let mut rows = 0;
    let read = request.workbook.sheets.iter().enumerate();
    for (index, sheet) in read.filter(|(_, sheet)| !offers_choices(sheet)) {
        let Some((_, layout)) = layouts.iter().find(|(of, _)| *of == index) else {
            if !sheet.rows.is_empty() {
                noted.push((
                    index,
                    Noted {
                        row: 0,
                        column: None,
                        found: Found::NoTable,
                    },
                ));
            }
            sheets.push(SheetPreview {
                name: sheet.head.name.clone(),
                header_rows: None,
                ledger: said_ledger(request.mapping, sheet),
                targets: Vec::new(),
                money_unit: String::new(),
                columns: Vec::new(),
                rows: 0,
                top: top_of(sheet),
            });
            continue;
        };
        let context = Context {
            sheet,
            index,
            layout,
            words: request.words,
            profile: request.rules.profile,
            constants: &request.mapping.constants,
        };
        let read = read_sheet(&context, &mut noted);
        let count = u32::try_from(read.len()).unwrap_or(u32::MAX);
        rows += count;
        drafts.extend(read);
        sheets.push(sheet_preview(sheet, layout, count, request.lang));
    }
    if layouts.is_empty() {
        // Whoever sees a row of zeros should know why.
        for (_, noted) in &mut noted {
            noted.found = Found::NoTableAtAll;
        }
    }
    let planned = plan::plan(request, &layouts, drafts, load)?;
    for (index, layout) in &layouts {
        if planned.unassigned.contains_key(index) {
            let noted_here = Noted {
                row: layout.header.rows.1,
                column: None,
                found: Found::HomeAssumed,
            };
            noted.push((*index, noted_here));
        }
    }
    let drafts = planned.drafts;
    noted.extend(
        drafts
            .iter()
            .flat_map(|draft| draft.noted.iter().map(|noted| (draft.sheet, noted.clone()))),
    );
    noted.sort_by_key(|(sheet, noted)| (*sheet, noted.row, noted.column));
    let name = |sheet: usize| {
        request
            .workbook
            .sheets
            .get(sheet)
            .map_or(String::new(), |sheet| sheet.head.name.clone())
    };
    let findings = noted
        .iter()
        .map(|(sheet, noted)| Finding {
            sheet: name(*sheet),
            row: noted.row,
            column: noted.column.map_or(String::new(), column_letter),
            severity: noted.found.severity(),
            kind: noted.found.kind().to_owned(),
            reason: noted.found.text(request.lang),
        })
        .collect();
    let refused = drafts
        .iter()
        .filter(|draft| draft.is_refused())
        .map(|draft| refused(draft, request.lang))
        .collect();
    let api = ImportPreview {
        token: request.import,
        file: request.workbook.file.clone(),
        sheets,
        ledgers: kept_ledgers(request.rules.profile, request.lang),
        counts: planned.counts,
        rows,
        remembered: false,
        units: planned.units,
        unassigned: planned.unassigned.values().sum(),
        findings,
        sample: understood(&planned.sample, request.lang),
    };
    Ok(Preview {
        api,
        items: planned.items,
        found_by: planned.found_by,
        refused,
        layouts,
    })
}

impl Preview {
    /// Counts of what it would do.
    #[must_use]
    pub fn counts(&self) -> ImportCounts {
        self.api.counts
    }
}

fn refused(draft: &Draft, lang: Lang) -> Refused {
    let errors = draft
        .noted
        .iter()
        .filter(|noted| noted.found.severity() == shared::api::Severity::Error);
    let reasons = errors
        .map(|noted| (noted.column, noted.found.text(lang)))
        .collect();
    Refused {
        sheet: draft.sheet,
        row: draft.row,
        reasons,
    }
}

/// What a sheet without a table was said to hold.
fn said_ledger(mapping: &Mapping, sheet: &Sheet) -> String {
    let said = mapping.ledgers.get(&sheet.head.name);
    said.cloned().unwrap_or_default()
}

/// What the columns of a sheet of records can hold.
fn targets(table: Table, lang: Lang) -> Vec<RecordOption> {
    let project =
        [Field::Name, Field::ProjectCode].map(|field| (Target::Once(field), field.label(lang)));
    let own = sheet_columns(table).map(|column| (Target::Cell(table, column), column.label(lang)));
    let option = |(target, label): (Target, &str)| RecordOption {
        id: target.to_rule(),
        label: label.to_owned(),
    };
    project.into_iter().chain(own).map(option).collect()
}

/// What sheets can hold besides projects, in this county.
fn kept_ledgers(profile: &Profile, lang: Lang) -> Vec<RecordOption> {
    let kept = ledgers().filter(|table| is_on(*table, profile));
    let option = |table: Table| RecordOption {
        id: table.id().to_owned(),
        label: table.label(lang).to_owned(),
    };
    kept.map(option).collect()
}

fn sheet_preview(sheet: &Sheet, layout: &Layout, rows: u32, lang: Lang) -> SheetPreview {
    let columns = layout.columns.iter().map(|column| {
        let target = column.target.filter(|target| *target != Target::Ignored);
        let below = sheet.rows.iter();
        let below = below.skip_while(|row| row.number <= layout.header.rows.1);
        let below = below.take(SAMPLED_ROWS);
        let values = below.filter_map(|row| row.cell(column.heading.column));
        ColumnMapping {
            column: column.letter(),
            title: column.heading.title(),
            path: target.map(|target| target.to_text(layout.year, layout.month)),
            target: target.map(Target::to_rule),
            unit: if is_money(column) {
                column.unit.name().to_owned()
            } else {
                String::new()
            },
            sample: values
                .map(|value| beginning(value.text()))
                .take(SAMPLE_VALUES)
                .collect(),
        }
    });
    let unit = layout.header.unit.or_else(|| {
        layout
            .columns
            .iter()
            .find(|column| is_money(column))
            .map(|column| column.unit)
    });
    SheetPreview {
        name: sheet.head.name.clone(),
        header_rows: Some(layout.header.rows),
        ledger: layout.table.map_or("", Table::id).to_owned(),
        targets: layout
            .table
            .map(|table| targets(table, lang))
            .unwrap_or_default(),
        money_unit: unit.map_or("", Unit::name).to_owned(),
        columns: columns.collect(),
        rows,
        top: top_of(sheet),
    }
}

/// The first rows of a sheet, all of one width, each cell no longer than a person needs to recognise it.
fn top_of(sheet: &Sheet) -> Vec<TopRow> {
    let rows = sheet.rows.get(..TOP_ROWS).unwrap_or(&sheet.rows);
    let ends = rows.iter().filter_map(|row| row.cells.last());
    let width = ends.map(|(column, _)| column + 1).max().unwrap_or(0);
    let row = |row: &Row| {
        let cell = |column| row.cell(column).map_or("", CellValue::text);
        TopRow {
            row: row.number,
            cells: (0..width.min(TOP_COLUMNS))
                .map(|column| beginning(cell(column)))
                .collect(),
        }
    };
    rows.iter().map(row).collect()
}

/// What was understood of the first rows, as a table.
fn understood(rows: &[(u32, BTreeMap<FieldPath, String>)], lang: Lang) -> Vec<TopRow> {
    let paths = rows.iter().flat_map(|(_, values)| values.keys());
    let paths: BTreeSet<&FieldPath> = paths.collect();
    let line = |row, cell: &dyn Fn(&FieldPath) -> String| TopRow {
        row,
        cells: paths.iter().map(|path| cell(path)).collect(),
    };
    let head = (!rows.is_empty()).then(|| line(0, &|path| path_label(path, lang)));
    let rows = rows.iter().map(|(row, values)| {
        line(*row, &|path| {
            values.get(path).map_or(String::new(), String::clone)
        })
    });
    head.into_iter().chain(rows).collect()
}

fn beginning(text: &str) -> String {
    text.chars().take(BEGINNING_CHARS).collect()
}

fn is_money(column: &mapping::Column) -> bool {
    column.target.is_some_and(Target::is_money)
}

/// Reads all rows of one table, with the findings that belong to no project.
fn read_sheet(context: &Context<'_>, noted: &mut Vec<(usize, Noted)>) -> Vec<Draft> {
    let (sheet, layout, index) = (context.sheet, context.layout, context.index);
    let mut note = |row, column, found| noted.push((index, Noted { row, column, found }));
    let header_row = layout.header.rows.1;
    for column in &layout.columns {
        let at = Some(column.heading.column);
        if column.target.is_none() {
            note(
                header_row,
                at,
                Found::ColumnIgnored {
                    title: column.heading.title(),
                },
            );
        }
        // Our own id stands behind what people see.
        let is_ours = column.target == Some(Target::Id);
        if !is_ours && sheet.head.hidden_columns.contains(&column.heading.column) {
            note(
                header_row,
                at,
                Found::HiddenColumn {
                    title: column.heading.title(),
                },
            );
        }
    }
    if layout
        .columns
        .iter()
        .any(|column| is_money(column) && column.unit_assumed)
    {
        note(header_row, None, Found::UnitAssumed);
    }
    let hidden: Vec<u32> = sheet
        .head
        .hidden_rows
        .iter()
        .copied()
        .filter(|row| *row > header_row && sheet.row(*row).is_some())
        .collect();
    if let Some(first) = hidden.first() {
        let rows: Vec<String> = hidden.iter().take(50).map(u32::to_string).collect();
        note(
            *first,
            None,
            Found::HiddenRows {
                rows: rows.join("、"),
            },
        );
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for (kind, row) in rows::classify(sheet, layout) {
        match kind {
            RowKind::Project => drafts.push(verdict::read(context, row)),
            RowKind::RepeatedHeader => note(row.number, None, Found::HeaderRepeated),
            RowKind::Note => note(row.number, None, Found::NoteSkipped),
            RowKind::Total => {
                note(row.number, None, Found::TotalSkipped);
                for (column, found) in check_total(layout, row, &drafts) {
                    note(row.number, Some(column), found);
                }
            }
            RowKind::Subtotal | RowKind::Group | RowKind::Empty => {}
        }
    }
    plan::suspect_units(layout, &mut drafts);
    drafts
}

/// Compares a row of sums with the rows above it.
fn check_total(layout: &Layout, row: &Row, drafts: &[Draft]) -> Vec<(u16, Found)> {
    let mut found = Vec::new();
    for column in layout.columns.iter().filter(|column| is_money(column)) {
        let at = column.heading.column;
        let Some(CellValue::Number(stated)) = row.cell(at) else {
            continue;
        };
        let Ok(Some(stated)) = money::parse(stated, column.unit) else {
            continue;
        };
        let computed: i64 = drafts
            .iter()
            .flat_map(|draft| &draft.amounts)
            .filter(|(column, _)| *column == at)
            .map(|(_, fen)| *fen)
            .sum();
        let (title, stated_text) = (column.heading.title(), stated.fen.wan_exact());
        found.push((
            at,
            if stated.fen.0 == computed {
                Found::TotalMatches {
                    title,
                    stated: stated_text,
                }
            } else {
                Found::TotalDiffers {
                    title,
                    stated: stated_text,
                    computed: shared::money::Fen(computed).wan_exact(),
                }
            },
        ));
    }
    found
}
