//! What a person changed of the columns a preview showed, laid over what applied to them.
//!
//! A mapping takes the place of what was guessed or remembered; changes are less: a page sends what was changed since the file was
//! chosen, and all else stays as the preview showed it.

use std::collections::BTreeMap;

use shared::ids::ProjectId;

use super::mapping::{Mapping, MappingError, Rule};

/// What was changed, as JSON: `{"column TITLE": target, "unit TITLE": unit of money, "header SHEET": first row of its header, "ledger
/// SHEET": the records it holds, or nothing for projects}`, a title or a letter, `-` for a column that is left out.
///
/// What is said of this file alone and never remembered: `"match SHEET!ROW"`, the project a row means or `new`, and `"blank": "clear"`, empty
/// cells empty what stands. `"use"` names a scheme that applies, `"scheme"` the name under which the columns are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    columns: Vec<Change>,
    /// What is said of this file alone.
    pub file: OfFile,
    /// The scheme that applies.
    pub uses: Option<String>,
    /// The name under which the columns are kept.
    pub scheme: Option<String>,
}

/// What a person says of one file, and not of others like it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfFile {
    /// The project a row (of a sheet, by its number) means; `None`: a new one.
    pub matches: BTreeMap<(String, u32), Option<ProjectId>>,
    /// True: an empty cell empties what stands.
    pub blank_clears: bool,
}

/// Characters of a scheme's name.
const NAME_CHARS_MAX: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Column { key: String, to: String },
    Unit { key: String, unit: String },
    Header { sheet: String, row: u32 },
    Ledger { sheet: String, table: String },
}

impl Changes {
    /// Reads changes.
    ///
    /// # Errors
    /// [`MappingError::Unreadable`] when the text is something else; targets and units are checked with the mapping they become part of.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let said: BTreeMap<String, String> = serde_json::from_str(text)
            .map_err(|error| MappingError::Unreadable(error.to_string()))?;
        let mut changes = Self::default();
        for (what, value) in said {
            let unreadable = || MappingError::Unreadable(what.clone());
            let (kind, key) = what.split_once(' ').unwrap_or((&what, ""));
            let key = key.to_owned();
            let is_named = !matches!(kind, "blank" | "use" | "scheme");
            if is_named == key.is_empty() {
                return Err(unreadable());
            }
            let change = match kind {
                "blank" => {
                    changes.file.blank_clears = value == "clear";
                    continue;
                }
                "use" => {
                    changes.uses = Some(value);
                    continue;
                }
                "scheme" => {
                    let name: String = value.trim().chars().take(NAME_CHARS_MAX).collect();
                    changes.scheme = Some(name).filter(|name| !name.is_empty());
                    continue;
                }
                "match" => {
                    let (sheet, row) = key.rsplit_once('!').ok_or_else(unreadable)?;
                    let row = row.parse().map_err(|_| unreadable())?;
                    let project = match value.as_str() {
                        "new" => None,
                        id => Some(id.parse().map_err(|_| unreadable())?),
                    };
                    changes
                        .file
                        .matches
                        .insert((sheet.to_owned(), row), project);
                    continue;
                }
                "column" => Change::Column { key, to: value },
                "unit" => Change::Unit { key, unit: value },
                "ledger" => Change::Ledger {
                    sheet: key,
                    table: value,
                },
                "header" => Change::Header {
                    sheet: key,
                    row: value.parse().map_err(|_| unreadable())?,
                },
                _ => return Err(unreadable()),
            };
            changes.columns.push(change);
        }
        Ok(changes)
    }

    /// True when something is said of where columns go.
    #[must_use]
    pub fn says_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Lays the changes over a mapping.
    ///
    /// # Errors
    /// [`MappingError`] when a target or a unit is none.
    pub fn over(self, mut mapping: Mapping) -> Result<Mapping, MappingError> {
        // Columns come before units, as their names sort.
        for change in self.columns {
            match change {
                Change::Column { key, to } => {
                    let before = mapping.columns.insert(key.clone(), Rule::To(to));
                    // A column that goes elsewhere keeps the unit somebody named for it.
                    if let Some(Rule::In { unit, .. }) = before {
                        mapping.units.insert(key, unit);
                    }
                }
                Change::Unit { key, unit } => drop(mapping.units.insert(key, unit)),
                Change::Ledger { sheet, table } => drop(mapping.ledgers.insert(sheet, table)),
                Change::Header { sheet, row } => drop(mapping.header_rows.insert(sheet, row)),
            }
        }
        mapping.check()?;
        Ok(mapping)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn changes_leave_alone_what_they_do_not_name() {
        let base = "money_unit = \"亿元\"\n[columns]\n\"A\" = \"name\"\n\"B\" = { to = \"notes\", unit = \"元\" }\n";
        let base = Mapping::parse(base).unwrap();
        let over = |text: &str| Changes::parse(text).unwrap().over(base.clone()).unwrap();
        let mapping = over(
            r#"{"column B":"total_investment_fen","column C":"-","unit C":"万元","header 表 一":"4"}"#,
        );
        assert_eq!(mapping.columns["A"], base.columns["A"]);
        assert_eq!(mapping.money_unit, base.money_unit);
        assert_eq!(
            mapping.columns["B"],
            Rule::To("total_investment_fen".into())
        );
        assert_eq!(
            (mapping.units["B"].as_str(), mapping.units["C"].as_str()),
            ("元", "万元")
        );
        assert_eq!(
            over(r#"{"column B":"-","unit B":"万元"}"#).units["B"],
            "万元"
        );
        assert_eq!(mapping.header_rows["表 一"], 4);
        assert_eq!(over("{}"), base);
    }

    #[test]
    fn changes_that_mean_nothing_are_refused() {
        for bad in [
            "",
            "3",
            "{\"column\":\"-\"}",
            "{\"colour A\":\"-\"}",
            "{\"column A\":1}",
            "{\"header A\":\"top\"}",
            "{\"blank A\":\"clear\"}",
            "{\"match A\":\"new\"}",
            "{\"match A!x\":\"new\"}",
            "{\"match A!1\":\"no id\"}",
        ] {
            assert!(Changes::parse(bad).is_err(), "{bad}");
        }
        for bad in ["{\"column A\":\"no_such_field\"}", "{\"unit A\":\"斤\"}"] {
            let changes = Changes::parse(bad).unwrap();
            assert!(changes.over(Mapping::default()).is_err(), "{bad}");
        }
    }
}
