//! Who is asked for a project by the division of work: the hub's officer of its sector (KZ-2.1.5), the leaders in charge of it (KB-4), the
//! department that leads its category of the reserve (KP-12.1).
//!
//! Both are proposals: the hub names the person, and a project keeps the one it named when the division changes.

use crate::book::{Book, Cells as _, Row};
use crate::field::{Column, Table};

/// The hub's officer for a sector, the one named last.
#[must_use]
pub fn officer<'a>(hub: &'a Book, sector: &str) -> Option<&'a str> {
    let of_sector = |row: &Row<'_>| !sector.is_empty() && row.is(Column::Sector, sector);
    let row = hub.last(Table::SectorOfficers, of_sector)?;
    Some(row.text(Column::Person)).filter(|person| !person.is_empty())
}

/// The unit that leads collecting and packaging projects of a category of the reserve (KP-12.1), as the hub published it last.
#[must_use]
pub fn sector_dept<'a>(county: &'a Book, reserve_sector: &str) -> Option<&'a str> {
    let of_sector =
        |row: &Row<'_>| !reserve_sector.is_empty() && row.is(Column::ReserveSector, reserve_sector);
    let row = county.last(Table::SectorDepts, of_sector)?;
    Some(row.text(Column::Org)).filter(|org| !org.is_empty())
}

/// The leaders whose work covers a sector, in the order of the division.
#[must_use]
pub fn leaders<'a>(hub: &'a Book, sector: &str) -> Vec<&'a str> {
    let rows = hub.each(Table::LeaderDivision);
    rows.filter(|row| !sector.is_empty() && row.is(Column::Sector, sector))
        .map(|row| row.text(Column::Person))
        .filter(|person| !person.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldPath;
    use crate::ids::RowId;
    use crate::project::Cell;

    #[test]
    fn the_division_of_work_proposes_whom_to_ask() {
        let mut hub = Book::default();
        let mut put = |table, number: u8, sector: &str, person: &str| {
            let row = RowId::from_parts(u64::from(number), [number; 10]);
            for (column, value) in [(Column::Sector, sector), (Column::Person, person)] {
                let cell = Cell {
                    value: value.into(),
                    contenders: Vec::new(),
                };
                hub.cells.insert(FieldPath::cell(table, row, column), cell);
            }
        };
        put(Table::SectorOfficers, 1, "water", "Li");
        put(Table::SectorOfficers, 2, "transport", "Wu");
        put(Table::SectorOfficers, 3, "water", "Sun");
        put(Table::LeaderDivision, 4, "water", "Zhou");
        put(Table::LeaderDivision, 5, "water", "Zheng");
        assert_eq!(officer(&hub, "water"), Some("Sun"));
        assert_eq!(officer(&hub, "energy"), None);
        assert_eq!(officer(&hub, ""), None);
        assert_eq!(leaders(&hub, "water"), ["Zhou", "Zheng"]);
        assert!(leaders(&hub, "transport").is_empty());
    }
}
