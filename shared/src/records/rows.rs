//! Rows as people read them: names for ids, labels for options, amounts with their unit, what is odd about a row.

use std::collections::BTreeMap;

use super::kind::option_label;
use super::reference::{Named, keys, naming, targets};
use crate::api::{RecordAuthor, RecordCell, RecordOption, RecordRow};
use crate::cells::CellMap;
use crate::decide::{Directory, lines_from_json};
use crate::field::{Column, Kind, Table};
use crate::ids::{ProjectId, UnitId, UserId};
use crate::profile::Profile;
use crate::project::Cell;
use crate::rules::lists::takes_nominations;
use crate::rules::void::Void;
use crate::text::Lang;
use crate::text::fields::fixed_options;
use crate::text::records::{RowWarning, comma, filed_lines, shown};
use crate::text::refusal::path_label;
use crate::time::Timestamp;
use crate::value::Value;

/// Cells of documents that may hold what a row names.
pub type Shelf<'a> = &'a CellMap;

/// What stands around rows: whom and what they name.
pub struct Around<'a> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// Who exists.
    pub directory: &'a Directory,
    /// The reader's language.
    pub lang: Lang,
    /// Names of projects.
    pub projects: &'a BTreeMap<ProjectId, String>,
    /// Names and units of people, by account.
    pub people: &'a BTreeMap<UserId, (String, String)>,
    /// Where named rows may stand.
    pub shelves: Vec<Shelf<'a>>,
    /// Rows without effect, with the rule each breaks.
    pub void: &'a Void,
}

impl Around<'_> {
    /// What a value of a column shows; empty for nothing.
    #[must_use]
    pub fn shown(&self, table: Table, column: Column, value: &Value) -> String {
        self.shown_at(table, column, value, 0)
    }

    fn shown_at(&self, table: Table, column: Column, value: &Value, depth: u8) -> String {
        match (column.kind(), value) {
            (Kind::Unit, Value::Text(text)) => self.directory.show(text),
            (Kind::Rules, Value::Text(file)) => rules_name(file),
            (Kind::Json, Value::Text(json)) => json_words(column, json, self.lang),
            (Kind::Text, Value::Text(id)) if column == Column::Ledger => {
                self.profile.report_name(id).to_owned()
            }
            (Kind::Reference, Value::Text(text)) => self
                .named(table, column, text, depth)
                .unwrap_or_else(|| text.clone()),
            (kind, value) => shown(kind, value, self.lang, |list, id| self.option(list, id)),
        }
    }

    fn option(&self, list: &str, id: &str) -> String {
        option_label(self.profile, list, id, self.lang).to_owned()
    }

    /// What a reference names; `None` when that is not here or struck out. `Free` references show as they stand.
    fn named(&self, table: Table, column: Column, text: &str, depth: u8) -> Option<String> {
        let project = || {
            text.parse()
                .ok()
                .and_then(|id| self.projects.get(&id).cloned())
        };
        let person = || {
            let found = text.parse().ok().and_then(|id| self.people.get(&id));
            found.map(|(name, _)| name.clone())
        };
        let unit = || {
            let unit = text.parse::<UnitId>().ok()?;
            self.directory
                .units
                .get(&unit)
                .map(|unit| unit.name.clone())
        };
        match targets(table, column) {
            Named::Free => Some(text.to_owned()),
            Named::Project => project(),
            Named::Person => person(),
            Named::Subject => unit().or_else(project).or_else(person),
            Named::Rows(tables) => tables.iter().find_map(|target| {
                let shelf = self.shelves.iter().find(|shelf| {
                    let stands = cell(shelf, *target, text, Column::Deleted).is_none();
                    stands && keys_from(shelf, *target, text)
                })?;
                Some(self.title(shelf, *target, text, depth))
            }),
        }
    }

    /// What a row is called in one line: what it needs, shown, and its day.
    #[must_use]
    pub fn title(&self, shelf: Shelf<'_>, table: Table, row: &str, depth: u8) -> String {
        // A row that names a row that names a row: two steps say enough, and no circle goes on for ever.
        let parts: Vec<_> = naming(table)
            .filter(|column| depth < 2 || column.kind() != Kind::Reference)
            .filter_map(|column| Some((column, cell(shelf, table, row, column)?)))
            .map(|(column, cell)| self.shown_at(table, column, &cell.value, depth + 1))
            .filter(|shown| !shown.is_empty())
            .map(|shown| shown.chars().take(40).collect::<String>())
            .collect();
        if parts.is_empty() {
            row.to_owned()
        } else {
            parts.join(" · ")
        }
    }

    /// What a column that names rows, projects or units can name, newest first; `None` for columns that name nothing here.
    #[must_use]
    pub fn choices(&self, table: Table, column: Column) -> Option<Vec<RecordOption>> {
        if column.kind() != Kind::Reference {
            return None;
        }
        let projects = || {
            self.projects.iter().rev().map(|(id, name)| RecordOption {
                id: id.to_string(),
                label: name.clone(),
            })
        };
        match targets(table, column) {
            Named::Project => Some(projects().collect()),
            Named::Subject => {
                let units = self.directory.units.iter().map(|(id, unit)| RecordOption {
                    id: id.to_string(),
                    label: unit.name.clone(),
                });
                Some(units.chain(projects()).collect())
            }
            Named::Rows(tables) => {
                let mut found = Vec::new();
                for target in tables {
                    for shelf in &self.shelves {
                        let standing = keys(shelf, *target)
                            .filter(|key| cell(shelf, *target, key, Column::Deleted).is_none());
                        found.extend(standing.map(|key| RecordOption {
                            id: key.to_owned(),
                            label: self.title(shelf, *target, key, 0),
                        }));
                    }
                }
                found.sort_by(|a, b| b.id.cmp(&a.id));
                Some(found)
            }
            Named::Person | Named::Free => None,
        }
    }

    /// The rows of a table, newest first, struck ones included.
    #[must_use]
    pub fn rows(&self, cells: Shelf<'_>, table: Table) -> Vec<RecordRow> {
        let mut rows: Vec<_> = keys(cells, table)
            .map(|key| self.row(cells, table, key))
            .collect();
        rows.reverse();
        rows
    }

    fn row(&self, cells: Shelf<'_>, table: Table, key: &str) -> RecordRow {
        let mut row = RecordRow {
            row: key.to_owned(),
            cells: BTreeMap::new(),
            by: self.author(cells, table, key),
            struck: String::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
        };
        if let Some(struck) = cell(cells, table, key, Column::Deleted) {
            row.struck = struck.value.as_text().unwrap_or("-").to_owned();
        }
        if let Some(rule) = key.parse().ok().and_then(|id| self.void.get(&id)) {
            row.warnings.push(RowWarning::Void(rule).text(self.lang));
        }
        if table == Table::Nominations && self.is_outside_window(cells, key) {
            row.warnings.push(RowWarning::OutsideWindow.text(self.lang));
        }
        for column in table.columns() {
            let label = column.label(self.lang);
            let Some(cell) = cell(cells, table, key, *column) else {
                if table.needs().contains(column) {
                    row.warnings.push(RowWarning::Lacks(label).text(self.lang));
                }
                continue;
            };
            if let Some(warning) = self.warning(table, *column, cell, label) {
                row.warnings.push(warning.text(self.lang));
            }
            let shown = RecordCell {
                value: cell.value.clone(),
                shown: self.shown(table, *column, &cell.value),
                contenders: cell.contenders.clone(),
            };
            row.cells.insert(*column, shown);
        }
        row
    }

    fn warning<'a>(
        &self,
        table: Table,
        column: Column,
        cell: &Cell,
        label: &'a str,
    ) -> Option<RowWarning<'a>> {
        if cell.is_conflict() {
            return Some(RowWarning::InConflict(label));
        }
        let text = cell.value.as_text()?;
        match column.kind() {
            Kind::Choice(list) | Kind::Set(list) => {
                let county = self.profile.named_options(list);
                let known = |id: &str| match &county {
                    // Where the county names none, anything is said in words.
                    Some(options) => {
                        options.is_empty() || options.iter().any(|option| option.id == id)
                    }
                    None => fixed_options(list)
                        .is_none_or(|options| options.iter().any(|option| option.id == id)),
                };
                let fits = text.split(',').all(known);
                (!fits).then_some(RowWarning::UnknownOption(label))
            }
            Kind::Reference if self.named(table, column, text, 0).is_none() => {
                Some(RowWarning::NamesNothing(label))
            }
            _ => None,
        }
    }

    /// True for a nomination that came on a day on which its list takes none: it is taken all the same and shown as such (13.7b).
    fn is_outside_window(&self, cells: Shelf<'_>, key: &str) -> bool {
        let of = |column| cell(cells, Table::Nominations, key, column);
        let list = of(Column::List).and_then(|cell| self.profile.list(cell.value.as_text()?));
        let at = of(Column::At).and_then(|cell| cell.value.as_int());
        let day = at.map(|at| Timestamp(at).date());
        list.zip(day)
            .is_some_and(|(list, day)| !takes_nominations(list, day))
    }

    fn author(&self, cells: Shelf<'_>, table: Table, key: &str) -> Option<RecordAuthor> {
        let at = cell(cells, table, key, Column::At)?.value.as_int()?;
        let user = cell(cells, table, key, Column::By)
            .and_then(|cell| cell.value.as_text()?.parse::<UserId>().ok());
        let person = user.and_then(|user| self.people.get(&user));
        let (name, unit) = person.cloned().unwrap_or_default();
        Some(RecordAuthor {
            name,
            unit,
            at: Timestamp(at),
        })
    }
}

/// The people the rows of a table name as their authors.
pub fn authors(cells: Shelf<'_>, table: Table) -> impl Iterator<Item = UserId> {
    keys(cells, table).filter_map(move |key| {
        let by = cell(cells, table, key, Column::By)?;
        by.value.as_text()?.parse().ok()
    })
}

/// Living rows of a table.
#[must_use]
pub fn count(cells: Shelf<'_>, table: Table) -> u32 {
    let living =
        keys(cells, table).filter(|key| cell(cells, table, key, Column::Deleted).is_none());
    u32::try_from(living.count()).unwrap_or(u32::MAX)
}

/// What a cell of data says in words: a computer's writing is no cell to read.
fn json_words(column: Column, json: &str, lang: Lang) -> String {
    if column == Column::Lines {
        let lines = lines_from_json(json);
        let nil = lines.iter().filter(|line| line.nil).count();
        return filed_lines(lines.len(), nil, lang);
    }
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(serde_json::Value::Array(cells)) if column == Column::Cells => {
            let paths = cells.iter().filter_map(|cell| cell.as_str());
            let names = paths.filter_map(|path| Some(path_label(&path.parse().ok()?, lang)));
            names.collect::<Vec<_>>().join(comma(lang))
        }
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Number(number)) => number.to_string(),
        Ok(serde_json::Value::Null) => String::new(),
        Ok(_) => "…".to_owned(),
        // What is no such data was written by hand, and is read as it stands.
        Err(_) => json.to_owned(),
    }
}

/// What a file of rules calls its county: the file itself is no cell to read.
fn rules_name(file: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Named {
        name_zh: String,
    }
    serde_json::from_str::<Named>(file).map_or_else(|_| "…".to_owned(), |named| named.name_zh)
}

fn cell<'a>(cells: Shelf<'a>, table: Table, row: &str, column: Column) -> Option<&'a Cell> {
    let path = [table.id(), "/", row, "/", column.id()].concat();
    cells
        .get(path.as_str())
        .filter(|cell| !cell.value.is_null() || cell.is_conflict())
}

/// True when a row of this key has any cell.
fn keys_from(cells: Shelf<'_>, table: Table, row: &str) -> bool {
    cells.row(table, row).is_some()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::field::FieldPath;
    use crate::ids::RowId;

    fn put(cells: &mut CellMap, table: Table, row: u64, column: Column, value: impl Into<Value>) {
        let cell = Cell {
            value: value.into(),
            contenders: Vec::new(),
        };
        cells.insert(
            FieldPath::cell(table, RowId::from_parts(row, [1; 10]), column),
            cell,
        );
    }

    /// The rows of a table as people read them, where nothing else is known.
    fn read(profile: &Profile, cells: &CellMap, table: Table) -> Vec<RecordRow> {
        let around = Around {
            profile,
            directory: &Directory::default(),
            lang: Lang::Zh,
            projects: &BTreeMap::new(),
            people: &BTreeMap::new(),
            shelves: vec![cells],
            void: &Void::new(),
        };
        around.rows(cells, table)
    }

    #[test]
    fn a_nomination_outside_the_window_is_taken_and_shown_as_such() {
        let profile = Profile::built_in("honghe").unwrap();
        let mut cells = CellMap::new();
        for (number, day) in [(1, "2022-09-10"), (2, "2022-09-11")] {
            let at = day.parse::<crate::time::Date>().unwrap().at(9, 0, 0).0;
            put(
                &mut cells,
                Table::Nominations,
                number,
                Column::List,
                "hh.annual",
            );
            put(
                &mut cells,
                Table::Nominations,
                number,
                Column::NominationAct,
                "add",
            );
            put(&mut cells, Table::Nominations, number, Column::At, at);
        }
        let rows = read(&profile, &cells, Table::Nominations);
        let said: Vec<_> = rows.iter().map(|row| row.warnings.join("")).collect();
        assert_eq!(said, ["在受理时间之外提出", ""], "newest first");
    }

    #[test]
    fn a_filing_and_what_the_hub_said_of_it_read_as_words() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let report = profile.monthly_report().unwrap();
        let filing = RowId::from_parts(1, [1; 10]);
        let line = |number: u8, nil| {
            let project = ProjectId::from_bytes([number; 16]);
            serde_json::json!({"project": project, "heads": ["ab".repeat(32)], "nil": nil})
        };
        let lines = serde_json::json!([line(1, false), line(2, true), line(3, true)]).to_string();
        let mut cells = CellMap::new();
        put(
            &mut cells,
            Table::Filings,
            1,
            Column::Ledger,
            report.id.as_str(),
        );
        put(&mut cells, Table::Filings, 1, Column::Period, "2026-11");
        put(&mut cells, Table::Filings, 1, Column::Lines, lines);
        put(
            &mut cells,
            Table::Reviews,
            2,
            Column::Filing,
            filing.to_string(),
        );
        let of_cells = r#"["2026-11/month_done_fen", "problems"]"#;
        put(&mut cells, Table::Reviews, 2, Column::Cells, of_cells);
        let filed = read(&profile, &cells, Table::Filings);
        let shown = |column| filed[0].cells[&column].shown.as_str();
        assert_eq!(shown(Column::Lines), "3 个项目，其中 2 个无变化");
        assert_eq!(shown(Column::Ledger), report.name_zh);
        let said = read(&profile, &cells, Table::Reviews);
        let shown = |column| said[0].cells[&column].shown.as_str();
        assert_eq!(
            shown(Column::Filing),
            format!("{} · 2026-11", report.name_zh)
        );
        let problems = crate::field::Field::Problems.label(Lang::Zh);
        assert!(
            shown(Column::Cells).contains(problems),
            "{}",
            shown(Column::Cells)
        );
        assert!(
            !shown(Column::Cells).contains('['),
            "{}",
            shown(Column::Cells)
        );
    }

    #[test]
    fn rows_show_names_labels_amounts_and_what_is_odd() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let item = profile.approvals.items.first().unwrap();
        let unit = UnitId::from_bytes([3; 10]);
        let user = UserId::from_bytes([4; 5]);
        let mut directory = Directory::default();
        let entry = crate::decide::UnitEntry {
            name: "审批局".to_owned(),
            kind: "department".to_owned(),
            hosted_at: None,
            since: None,
        };
        directory.units.insert(unit, entry);
        let mut cells = CellMap::new();
        let approval = RowId::from_parts(1, [1; 10]);
        let step = RowId::from_parts(2, [1; 10]);
        put(
            &mut cells,
            Table::Approvals,
            1,
            Column::ApprovalItem,
            item.id.as_str(),
        );
        put(
            &mut cells,
            Table::Approvals,
            1,
            Column::Org,
            unit.to_string(),
        );
        put(
            &mut cells,
            Table::Approvals,
            1,
            Column::By,
            user.to_string(),
        );
        put(
            &mut cells,
            Table::Approvals,
            1,
            Column::At,
            1_795_000_000_000_i64,
        );
        put(
            &mut cells,
            Table::ApprovalSteps,
            2,
            Column::Approval,
            approval.to_string(),
        );
        put(
            &mut cells,
            Table::ApprovalSteps,
            2,
            Column::ApprovalAct,
            "accept",
        );
        put(
            &mut cells,
            Table::ApprovalSteps,
            3,
            Column::Approval,
            "nothing",
        );
        put(
            &mut cells,
            Table::ApprovalSteps,
            3,
            Column::Deleted,
            "a mistake",
        );
        put(
            &mut cells,
            Table::Funding,
            4,
            Column::AmountFen,
            12_345_600_i64,
        );
        let people = BTreeMap::from([(user, ("张三".to_owned(), "青山镇".to_owned()))]);
        let around = Around {
            profile: &profile,
            directory: &directory,
            lang: Lang::Zh,
            projects: &BTreeMap::new(),
            people: &people,
            shelves: vec![&cells],
            void: &Void::new(),
        };
        let approvals = around.rows(&cells, Table::Approvals);
        let row = approvals.first().unwrap();
        assert_eq!(row.cells[&Column::ApprovalItem].shown, item.name_zh);
        assert_eq!(row.cells[&Column::Org].shown, "审批局");
        assert_eq!(row.by.as_ref().unwrap().name, "张三");
        assert!(row.warnings.is_empty(), "{:?}", row.warnings);

        let steps = around.rows(&cells, Table::ApprovalSteps);
        let keys: Vec<_> = steps.iter().map(|row| row.struck.as_str()).collect();
        assert_eq!(keys, ["a mistake", ""], "newest first, struck ones too");
        assert_eq!(steps[1].row, step.to_string());
        assert_eq!(steps[1].cells[&Column::Approval].shown, item.name_zh);
        assert_eq!(steps[0].warnings.len(), 2, "{:?}", steps[0].warnings);

        let funding = around.rows(&cells, Table::Funding);
        assert_eq!(funding[0].cells[&Column::AmountFen].shown, "12.3456 万元");
        let choices = around
            .choices(Table::ApprovalSteps, Column::Approval)
            .unwrap();
        assert_eq!(choices.len(), 1);
        assert_eq!(choices[0].label, item.name_zh);
        let follows = around
            .choices(Table::ApprovalSteps, Column::Follows)
            .unwrap();
        assert_eq!(follows.len(), 1, "a struck row cannot be followed");
        assert_eq!(count(&cells, Table::ApprovalSteps), 1);
    }
}
