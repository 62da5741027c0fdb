//! Which column goes to which field: guessed from titles, or said by a person's mapping (which `remembered` keeps).
//!
//! A mapping file (TOML or JSON) names columns by title or letter:
//!
//! ```toml
//! money_unit = "万元"            # where neither title nor table name one
//! year = 2026                    # the year of 当年
//! [columns]
//! "工程投资" = "total_investment_fen"
//! "H" = { to = "{year}/year_plan_fen", unit = "亿元" }
//! "领导批示" = "-"                # left out
//! [constants]
//! investment_kind = "government"
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use shared::field::{Column as TableColumn, Field, FieldPath, Kind, Scope, Table};
use shared::text::parse::clean;
use shared::text::parse::money::Unit;
use shared::text::synonyms;
use shared::time::Month;
use shared::value::Value;

use super::header::{self, Header, Heading};
use super::records::sheet as of_records;
use super::workbook::{Sheet, column_index, column_letter};

/// What a person (or a remembered layout) says about a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The first row of the header, from 1, where it is not recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u32>,
    /// The first row of the header of single sheets, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header_rows: BTreeMap<String, u32>,
    /// What single sheets hold, by name: a table of records; empty for projects.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ledgers: BTreeMap<String, String>,
    /// The unit of money where neither title nor table name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money_unit: Option<String>,
    /// The year 当年 means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// The month 本月 means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u8>,
    /// True: columns that are not named here are guessed from their titles.
    pub guess: bool,
    /// Title or letter to target.
    pub columns: BTreeMap<String, Rule>,
    /// Title or letter to the unit of its amounts, wherever they go.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, String>,
    /// Values every project of the file gets.
    pub constants: BTreeMap<FieldPath, Value>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            header_row: None,
            header_rows: BTreeMap::new(),
            ledgers: BTreeMap::new(),
            money_unit: None,
            year: None,
            month: None,
            guess: true,
            columns: BTreeMap::new(),
            units: BTreeMap::new(),
            constants: BTreeMap::new(),
        }
    }
}

/// Where one column goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    /// To this target.
    To(String),
    /// To this target, in this unit.
    In {
        /// The target.
        to: String,
        /// The unit of money.
        unit: String,
    },
}

/// Why a mapping is refused.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// Neither TOML nor JSON of the right shape.
    #[error("the mapping file cannot be read: {0}")]
    Unreadable(String),
    /// A target that is none.
    #[error("`{target}` is neither a field that can be imported nor a special reading")]
    UnknownTarget {
        /// What was written.
        target: String,
    },
    /// A unit that is none.
    #[error("`{unit}` is not a unit of money")]
    UnknownUnit {
        /// What was written.
        unit: String,
    },
    /// A table that is none of those a workbook brings rows of.
    #[error("`{table}` is no table of records that can be imported")]
    UnknownTable {
        /// What was written.
        table: String,
    },
    /// A period that is none.
    #[error("month {month} does not exist")]
    UnknownMonth {
        /// What was written.
        month: u8,
    },
}

/// Where the content of a column goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A field with one value.
    Once(Field),
    /// A field of a year; `None`: the year of the row or the table.
    Year(Option<i16>, Field),
    /// A field of a month; `None`: the month of the row or the table.
    Month(Option<Month>, Field),
    /// The row's number in its list: ignored.
    Serial,
    /// Our own id in an exported ledger.
    Id,
    /// Start and end in one cell.
    Period,
    /// The month the row's figures belong to.
    AsAt,
    /// A ratio the engine computes: only checked.
    Ratio,
    /// Done since January.
    YearToDate,
    /// A person, a phone number, or both.
    Contact,
    /// The leader in charge.
    Leader,
    /// A column of a record that belongs to a project.
    Cell(Table, TableColumn),
    /// Left out on purpose.
    Ignored,
}

impl Target {
    /// Reads a target as mapping files and the list of titles write it.
    ///
    /// # Errors
    /// When it is no field, or one that no person writes.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let unknown = || MappingError::UnknownTarget {
            target: text.to_owned(),
        };
        let special = match text {
            "@serial" => Some(Self::Serial),
            "@id" => Some(Self::Id),
            "@period" => Some(Self::Period),
            "@as_at" => Some(Self::AsAt),
            "@ratio" => Some(Self::Ratio),
            "@year_to_date" => Some(Self::YearToDate),
            "@contact" => Some(Self::Contact),
            "@leader" => Some(Self::Leader),
            "-" | "" => Some(Self::Ignored),
            _ => None,
        };
        if let Some(special) = special {
            return Ok(special);
        }
        let (period, id) = match text.split_once('/') {
            Some((period, id)) => (Some(period), id),
            None => (None, text),
        };
        let table = period.and_then(Table::from_id);
        if let Some(table) = table.filter(|table| of_records::is_ledger(*table)) {
            let column = TableColumn::from_id(id);
            let column = column.filter(|column| of_records::takes(table, *column));
            return column
                .map(|column| Self::Cell(table, column))
                .ok_or_else(unknown);
        }
        let field = Field::from_id(id)
            .filter(|field| field.is_importable())
            .ok_or_else(unknown)?;
        match (period, field.scope()) {
            (None, Scope::Once) => Ok(Self::Once(field)),
            (None | Some("{year}"), Scope::Year) => Ok(Self::Year(None, field)),
            (Some(year), Scope::Year) => year
                .parse()
                .map(|year| Self::Year(Some(year), field))
                .map_err(|_| unknown()),
            (None | Some("{month}"), Scope::Month) => Ok(Self::Month(None, field)),
            (Some(month), Scope::Month) => month
                .parse()
                .map(|month| Self::Month(Some(month), field))
                .map_err(|_| unknown()),
            (Some(_), Scope::Once) => Err(unknown()),
        }
    }

    /// The field, for targets that are one.
    #[must_use]
    pub fn field(self) -> Option<Field> {
        match self {
            Self::Once(field) | Self::Year(_, field) | Self::Month(_, field) => Some(field),
            Self::YearToDate => Some(Field::MonthDoneFen),
            _ => None,
        }
    }

    /// True when the column holds amounts.
    #[must_use]
    pub fn is_money(self) -> bool {
        let kind = match self {
            Self::Cell(_, column) => Some(column.kind()),
            other => other.field().map(Field::kind),
        };
        kind == Some(Kind::Money)
    }

    /// The target with a period put in where it is known.
    #[must_use]
    pub fn to_text(self, year: i16, month: Month) -> String {
        match self {
            Self::Year(own, field) => FieldPath::year(own.unwrap_or(year), field).to_string(),
            Self::Month(own, field) => FieldPath::month(own.unwrap_or(month), field).to_string(),
            other => other.to_rule(),
        }
    }

    /// The target as mapping files write it.
    #[must_use]
    pub fn to_rule(self) -> String {
        match self {
            Self::Once(field) => field.id().to_owned(),
            Self::Year(None, field) => format!("{{year}}/{}", field.id()),
            Self::Year(Some(year), field) => FieldPath::year(year, field).to_string(),
            Self::Month(None, field) => format!("{{month}}/{}", field.id()),
            Self::Month(Some(month), field) => FieldPath::month(month, field).to_string(),
            Self::Serial => "@serial".into(),
            Self::Id => "@id".into(),
            Self::Period => "@period".into(),
            Self::AsAt => "@as_at".into(),
            Self::Ratio => "@ratio".into(),
            Self::YearToDate => "@year_to_date".into(),
            Self::Contact => "@contact".into(),
            Self::Leader => "@leader".into(),
            Self::Cell(table, column) => format!("{}/{}", table.id(), column.id()),
            Self::Ignored => "-".into(),
        }
    }
}

/// One column with its heading and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: Heading,
    /// Where it goes; `None` when its title is not known.
    pub target: Option<Target>,
    /// The unit of its amounts.
    pub unit: Unit,
    /// True when nobody named that unit.
    pub unit_assumed: bool,
}

/// A table with everything that is needed to read its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The header.
    pub header: Header,
    /// The records its rows are; `None`: they are projects.
    pub table: Option<Table>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The year of 当年 where a row does not say.
    pub year: i16,
    /// The month of 本月 where a row does not say.
    pub month: Month,
}

impl Layout {
    /// The column that goes to a target.
    #[must_use]
    pub fn column(&self, target: Target) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.target == Some(target))
    }

    /// The name under which a corrected mapping of this layout is remembered: a digest of its titles in order.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.table.map_or("", Table::id).as_bytes());
        for column in &self.columns {
            hasher.update(clean::normal(&column.heading.title()).as_bytes());
            hasher.update(&[0]);
        }
        let mut digest = [0; 16];
        digest.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        digest
    }
}

impl Mapping {
    /// Reads a mapping file, TOML or JSON, and checks every target and unit in it.
    ///
    /// # Errors
    /// [`MappingError`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)
                .map_err(|error| MappingError::Unreadable(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| MappingError::Unreadable(error.to_string()))?
        };
        mapping.check()?;
        Ok(mapping)
    }

    /// Checks every target, unit and period.
    ///
    /// # Errors
    /// [`MappingError`] names what is wrong.
    pub fn check(&self) -> Result<(), MappingError> {
        let unit = |unit: &str| {
            Unit::from_name(unit).ok_or_else(|| MappingError::UnknownUnit {
                unit: unit.to_owned(),
            })
        };
        for rule in self.columns.values() {
            match rule {
                Rule::To(to) => Target::parse(to).map(drop)?,
                Rule::In { to, unit: name } => {
                    Target::parse(to)?;
                    unit(name)?;
                }
            }
        }
        for table in self.ledgers.values().filter(|table| !table.is_empty()) {
            let known = Table::from_id(table).filter(|table| of_records::is_ledger(*table));
            known.ok_or_else(|| MappingError::UnknownTable {
                table: table.clone(),
            })?;
        }
        for name in self.units.values().chain(&self.money_unit) {
            unit(name)?;
        }
        for path in self.constants.keys() {
            Target::parse(path.as_str())?;
        }
        match self.month {
            Some(month) if !(1..=12).contains(&month) => Err(MappingError::UnknownMonth { month }),
            _ => Ok(()),
        }
    }
}

/// What is said of a heading, by its title, by the last level of its title where no other column is called just that, or by its letter.
fn said_of<'a, T>(
    said: &'a BTreeMap<String, T>,
    heading: &Heading,
    all: &[Heading],
) -> Option<&'a T> {
    let title = clean::normal(&heading.title());
    let leaf = heading.levels.last().map(|leaf| clean::normal(leaf));
    let leaf = leaf.filter(|leaf| {
        let mut titles = all.iter().map(|other| clean::normal(&other.title()));
        !titles.any(|title| title == *leaf)
    });
    let by_name = |name: &str| said.iter().find(|(key, _)| clean::normal(key) == name);
    let by_letter = || {
        let mut said = said.iter();
        said.find(|(key, _)| column_index(key) == Some(heading.column))
    };
    by_name(&title)
        .or_else(|| by_name(&leaf?))
        .or_else(by_letter)
        .map(|(_, said)| said)
}

/// Finds a sheet's table and where its columns go. `this_month` is taken where nobody names a period.
#[must_use]
pub fn layout(sheet: &Sheet, file: &str, mapping: &Mapping, this_month: Month) -> Option<Layout> {
    let table = match mapping.ledgers.get(&sheet.head.name) {
        Some(said) => Table::from_id(said),
        None if mapping.guess => of_records::recognise(sheet, file, this_month),
        None => None,
    };
    layout_as(sheet, file, mapping, this_month, table)
}

/// The same where it is known what the rows are.
pub(super) fn layout_as(
    sheet: &Sheet,
    file: &str,
    mapping: &Mapping,
    this_month: Month,
    table: Option<Table>,
) -> Option<Layout> {
    let named: BTreeMap<String, String> = mapping
        .columns
        .iter()
        .map(|(key, rule)| {
            let (Rule::To(to) | Rule::In { to, .. }) = rule;
            // A cell of the header holds one level of a title.
            let leaf = key.rsplit('/').next().unwrap_or(key);
            (clean::normal(leaf), to.clone())
        })
        .collect();
    let known = |title: &str| {
        let guessed = || mapping.guess.then(|| known_title(table, title)).flatten();
        let said = named.get(title).filter(|said| {
            let said = Target::parse(said).ok();
            said.is_some_and(|said| of_records::fits(table, said))
        });
        said.cloned().or_else(guessed)
    };
    // Who names columns by letter need not name their titles too.
    let needed = if mapping.columns.is_empty() { 2 } else { 1 };
    let fixed_row = mapping.header_rows.get(&sheet.head.name).copied();
    let fixed_row = fixed_row.or(mapping.header_row);
    let header = header::find(sheet, file, fixed_row, needed, &known)?;
    let declared = header
        .unit
        .or_else(|| mapping.money_unit.as_deref().and_then(Unit::from_name));
    let mut taken = Vec::new();
    let mut columns = Vec::new();
    for heading in &header.headings {
        let rule = said_of(&mapping.columns, heading, &header.headings);
        let rule = rule.map(|rule| match rule {
            Rule::To(to) => (Target::parse(to).ok(), None),
            Rule::In { to, unit } => (Target::parse(to).ok(), Unit::from_name(unit)),
        });
        // What is said of a title on a sheet of projects says nothing of the same title on one of records.
        let fits = |target: &Option<Target>| target.is_none_or(|to| of_records::fits(table, to));
        let rule = rule.filter(|(target, _)| fits(target));
        let (target, rule_unit) = match rule {
            Some(said) => said,
            None if mapping.guess => (guess_as(heading, table), None),
            None => (None, None),
        };
        // Two columns for one field: the first counts. A second note is added to the first.
        let shared = matches!(
            target,
            Some(Target::Serial | Target::Ignored | Target::Contact | Target::Once(Field::Notes))
        );
        let target = target.filter(|target| shared || !taken.contains(target));
        taken.extend(target);
        let said_unit = said_of(&mapping.units, heading, &header.headings);
        let said_unit = said_unit.and_then(|name| Unit::from_name(name));
        let own = said_unit.or(rule_unit).or(heading.unit).or(declared);
        columns.push(Column {
            heading: heading.clone(),
            target,
            unit: own.unwrap_or(Unit::Wan),
            unit_assumed: own.is_none(),
        });
    }
    let year = mapping
        .year
        .or(header.period.0)
        .unwrap_or(this_month.year());
    let month = mapping
        .month
        .or(header.period.1)
        .unwrap_or(this_month.month());
    let month = Month::new(year, month).unwrap_or(this_month);
    Some(Layout {
        header,
        table,
        columns,
        year,
        month,
    })
}

/// The target a title means where the rows are these.
fn known_title(table: Option<Table>, title: &str) -> Option<String> {
    match table {
        Some(table) => of_records::target(table, title),
        None => synonyms::target(title).map(str::to_owned),
    }
}

/// What a heading means where the rows are these.
fn guess_as(heading: &Heading, table: Option<Table>) -> Option<Target> {
    let Some(table) = table else {
        return guess(heading);
    };
    let keys = header::keys(heading);
    let target = keys.iter().find_map(|key| of_records::target(table, key))?;
    Target::parse(&target).ok()
}

/// What a heading over projects means by itself.
fn guess(heading: &Heading) -> Option<Target> {
    let keys = header::keys(heading);
    let is = |words: &[&str]| keys.iter().any(|key| words.contains(&key.as_str()));
    let done = [
        "完成投资",
        "完成",
        "完成额",
        "投资完成额",
        "累计完成投资",
        "累计完成",
        "累计",
        "累计投资",
        "完成投资额",
    ];
    let plan = ["计划投资", "计划", "计划完成投资"];
    match heading.months {
        Some((1, last)) if last > 1 && is(&done) => return Some(Target::YearToDate),
        Some((first, last)) if first == last && is(&done[..4]) => {
            let month = heading.year.and_then(|year| Month::new(year, first));
            return Some(Target::Month(month, Field::MonthDoneFen));
        }
        Some((first, last)) if first == last && is(&plan) => {
            let month = heading.year.and_then(|year| Month::new(year, first));
            return Some(Target::Month(month, Field::MonthPlanFen));
        }
        None if heading.year.is_some() && is(&done) => return Some(Target::YearToDate),
        _ => {}
    }
    let target = keys.iter().find_map(|key| synonyms::target(key))?;
    match Target::parse(target).ok()? {
        Target::Year(None, field) => Some(Target::Year(heading.year, field)),
        target => Some(target),
    }
}

impl Column {
    /// The column as people call it: letter and title.
    #[must_use]
    pub fn letter(&self) -> String {
        column_letter(self.heading.column)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_file_is_checked_when_it_is_read() {
        let mapping = Mapping::parse(
            "money_unit = \"亿元\"\n[columns]\n\"工程投资\" = \"total_investment_fen\"\n\"H\" = { to = \"{year}/year_plan_fen\", unit = \"元\" }\n[constants]\nfx_currency = \"USD\"\n",
        )
        .unwrap();
        assert!(mapping.guess);
        assert_eq!(mapping.constants.len(), 1);
        assert_eq!(
            Mapping::parse(&serde_json::to_string(&mapping).unwrap()).unwrap(),
            mapping
        );
        for bad in [
            "[columns]\n\"a\" = \"no_such_field\"",
            "[columns]\n\"a\" = \"home_node\"",
            "[columns]\n\"a\" = \"2026/name\"",
            "money_unit = \"斤\"",
            "month = 13",
            "colour = 1",
            "{\"columns\": 3}",
        ] {
            assert!(Mapping::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_said_of_one_title_is_not_said_of_a_longer_one_that_ends_alike() {
        let heading = |column, levels: &[&str]| Heading {
            column,
            levels: levels.iter().map(|&level| level.to_owned()).collect(),
            unit: None,
            year: None,
            months: None,
        };
        let all = [heading(0, &["备注"]), heading(1, &["资金", "备注"])];
        let said = BTreeMap::from([("备注".to_owned(), 1)]);
        assert_eq!(said_of(&said, &all[0], &all), Some(&1));
        assert_eq!(said_of(&said, &all[1], &all), None);
        // Where it is the only one, its last level names it.
        assert_eq!(said_of(&said, &all[1], &all[1..]), Some(&1));
        assert_eq!(
            said_of(&BTreeMap::from([("B".to_owned(), 2)]), &all[1], &all),
            Some(&2)
        );
    }

    #[test]
    fn titles_with_periods_find_their_fields() {
        let heading = |title: &str| {
            let (year, months) = header::year_and_months(&clean::compact(title));
            Heading {
                column: 0,
                levels: vec![title.to_owned()],
                unit: None,
                year,
                months,
            }
        };
        let june = Month::new(2026, 6);
        for (title, target) in [
            (
                "2024年计划投资（亿元）",
                Some(Target::Year(Some(2024), Field::YearPlanFen)),
            ),
            ("1-6月完成投资(亿元)", Some(Target::YearToDate)),
            (
                "6月完成投资",
                Some(Target::Month(None, Field::MonthDoneFen)),
            ),
            (
                "2026年6月完成投资",
                Some(Target::Month(june, Field::MonthDoneFen)),
            ),
            (
                "属地乡镇（街道）",
                Some(Target::Once(Field::TerritorialOrg)),
            ),
            (
                "估算总投资（万元）",
                Some(Target::Once(Field::TotalInvestmentFen)),
            ),
            ("当年计划投资", Some(Target::Year(None, Field::YearPlanFen))),
            ("完成投资", None),
            ("领导批示", None),
        ] {
            assert_eq!(guess(&heading(title)), target, "{title}");
        }
    }
}
