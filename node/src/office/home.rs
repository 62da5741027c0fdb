//! Whose projects the rows of a workbook become, at a hub that merges the workbooks of its units.
//!
//! A person's word counts first, then the territory a row names itself, then what the whole table says: the name of the file, of the
//! sheet, what stands above the header. A table whose signs name two units, or none, is nobody's: somebody must be asked, since a project
//! under a wrong unit is worse than one that waits.

use std::collections::BTreeSet;

use shared::ids::UnitId;
use shared::text::parse::clean;
use shared::text::synonyms::UNIT_ENDINGS;

use super::mapping::Layout;
use super::workbook::Sheet;

/// Which units there are, and whose projects the rows become.
#[derive(Debug, Clone)]
pub struct Units {
    /// This node's own unit.
    pub own: UnitId,
    /// The unit a person chose for the whole file (`--unit`).
    pub given: Option<UnitId>,
    /// Every other unit with its name at a hub; empty at a node, all of whose rows are its own.
    pub directory: Vec<(UnitId, String)>,
}

impl Units {
    /// The unit somebody named for a row: a person, the row by its 属地, or its table. `None`: nobody did.
    #[must_use]
    pub fn named(&self, territory: &str, table: Option<UnitId>) -> Option<UnitId> {
        if self.given.is_some() {
            return self.given;
        }
        let wanted = clean::normal(territory);
        let mut found = self.directory.iter().filter(|(_, name)| {
            let name = clean::normal(name);
            !name.is_empty() && !wanted.is_empty() && (wanted == name || wanted.ends_with(&name))
        });
        match (found.next(), found.next()) {
            (Some((unit, _)), None) => Some(*unit),
            _ => table,
        }
    }

    /// The one unit a table is of, by the names of its file and sheet and by the cells above it.
    #[must_use]
    pub fn of_table(&self, file: &str, sheet: &Sheet, layout: &Layout) -> Option<UnitId> {
        let names = [file, &sheet.head.name].map(|name| self.named_in(name, true));
        let above = sheet
            .rows
            .iter()
            .take_while(|row| row.number < layout.header.rows.0)
            .flat_map(|row| &row.cells)
            .map(|(_, cell)| self.named_in(cell.text(), false));
        let found: BTreeSet<UnitId> = names.into_iter().chain(above).flatten().collect();
        let mut found = found.into_iter();
        found.next().filter(|_| found.next().is_none())
    }

    /// The units a text names; where `shortened`, also without 镇, 乡 or 街道 when none is named in full.
    fn named_in(&self, text: &str, shortened: bool) -> Vec<UnitId> {
        let text = clean::normal(text);
        let names = || {
            let names = self.directory.iter();
            names.map(|(unit, name)| (*unit, clean::normal(name)))
        };
        let found = longest(names(), &text);
        if !found.is_empty() || !shortened {
            return found;
        }
        let short = names().filter_map(|(unit, name)| {
            let ending = UNIT_ENDINGS.iter().find_map(|end| name.strip_suffix(end))?;
            (ending.chars().count() >= 2).then(|| (unit, ending.to_owned()))
        });
        longest(short, &text)
    }

    /// The name of a unit, where it is known.
    #[must_use]
    pub fn name(&self, unit: UnitId) -> Option<&str> {
        let mut known = self.directory.iter();
        known
            .find(|(known, _)| *known == unit)
            .map(|(_, name)| name.as_str())
    }
}

/// The unit a text nearly names, where it names none: a name of as many characters or one more or less, of which one differs.
#[must_use]
pub fn nearly<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let text: Vec<char> = clean::normal(text).chars().collect();
    let mut near = None;
    for name in names {
        let known: Vec<char> = clean::normal(name).chars().collect();
        let within = |one: &[char], other: &[char]| {
            !one.is_empty() && other.windows(one.len()).any(|part| part == one)
        };
        if within(&text, &known) || within(&known, &text) {
            return None;
        }
        if text.len() > 1 && known.len() > 1 && is_one_off(&text, &known) {
            near = Some(name);
        }
    }
    near
}

/// True when one character makes the whole difference.
fn is_one_off(one: &[char], other: &[char]) -> bool {
    let same = |(a, b): &(&char, &char)| a == b;
    let head = one.iter().zip(other).take_while(same).count();
    let tail = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(same)
        .count();
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    long - short <= 1 && head + tail + 1 >= long
}

/// The units whose names stand in a text, without those that only stand within the name of another.
fn longest(names: impl Iterator<Item = (UnitId, String)>, text: &str) -> Vec<UnitId> {
    let found: Vec<_> = names
        .filter(|(_, name)| !name.is_empty() && text.contains(name.as_str()))
        .collect();
    let within = |name: &str| {
        found
            .iter()
            .any(|(_, other)| other != name && other.contains(name))
    };
    let kept = found.iter().filter(|(_, name)| !within(name));
    kept.map(|(unit, _)| *unit).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::office::mapping::{Mapping, layout};
    use crate::office::workbook::{CellValue, Row, SheetHead};
    use shared::time::Month;

    fn unit(n: u8) -> UnitId {
        UnitId::from_bytes([n; 10])
    }

    #[test]
    fn a_name_with_one_wrong_character_offers_the_right_one() {
        let names = ["松坪镇", "三合镇", "云安街道"];
        for (text, near) in [
            ("三和镇", Some("三合镇")),
            ("云安街", None),
            ("云安街到", Some("云安街道")),
            ("三合镇", None),
            ("开州区三合镇", None),
            ("全区", None),
            ("工业园区", None),
            ("", None),
        ] {
            assert_eq!(nearly(text, names.into_iter()), near, "{text}");
        }
    }

    #[test]
    fn a_table_is_of_the_one_unit_its_signs_name() {
        let names = ["松坪镇", "三合镇", "三合镇渡口", "云安街道", "和乡"];
        let directory = (1u8..).zip(names.map(str::to_owned));
        let units = Units {
            own: unit(0),
            given: None,
            directory: directory.map(|(n, name)| (unit(n), name)).collect(),
        };
        for (file, name, above, expected) in [
            ("松坪镇2026年11月.xlsx", "Sheet1", "", Some(1)),
            ("台账.xlsx", "三合镇", "", Some(2)),
            ("台账.xlsx", "Sheet1", "填报单位：三合镇人民政府", Some(2)),
            ("三合镇渡口台账.xlsx", "Sheet1", "", Some(3)),
            ("云安11月.xlsx", "Sheet1", "重点项目台账", Some(4)),
            ("松坪镇.xlsx", "松坪", "填报单位：松坪镇", Some(1)),
            // A copied file with another unit's name in it, nobody's file, and a short name that is too short.
            ("松坪镇.xlsx", "Sheet1", "填报单位：三合镇", None),
            ("松坪镇、三合镇.xlsx", "Sheet1", "", None),
            ("台账.xlsx", "Sheet1", "重点项目台账", None),
            ("和平台账.xlsx", "Sheet1", "", None),
            // In a title an abbreviation is as likely a part of other words.
            ("台账.xlsx", "Sheet1", "云安全建设台账", None),
        ] {
            let cell = |text: &str| CellValue::Text(text.to_owned());
            let head = Row {
                number: 2,
                cells: vec![(0, cell("项目名称")), (1, cell("总投资"))],
            };
            let title = Row {
                number: 1,
                cells: vec![(0, cell(above))],
            };
            let sheet = Sheet {
                head: SheetHead {
                    name: name.to_owned(),
                    ..SheetHead::default()
                },
                rows: vec![title, head],
            };
            let month = Month::new(2026, 11).unwrap();
            let layout = layout(&sheet, file, &Mapping::default(), month).unwrap();
            let found = units.of_table(file, &sheet, &layout);
            assert_eq!(found, expected.map(unit), "{file} {name} {above}");
        }
        let row = |territory| units.named(territory, Some(unit(1)));
        assert_eq!(row("开州区三合镇"), Some(unit(2)));
        assert_eq!(row("渡口村"), Some(unit(1)));
    }
}
