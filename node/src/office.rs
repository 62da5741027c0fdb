//! Files people exchange: workbooks in, ledgers and error workbooks out.
//!
//! The way of an import: [`child`] runs this program's hidden subcommand on the file, under limits of memory and time, and reads back a
//! [`workbook::Workbook`] of plain text; [`header`] finds the table on each sheet; [`mapping`] says which column is which field,
//! [`remembered`] what a person said of such a table before, [`changes`] what a page's reader changes of it; [`rows`] tells projects
//! from totals, headings and notes; [`verdict`] turns cells into values with findings; [`home`] finds whose projects they are; [`plan`]
//! joins duplicates, finds the projects that exist, keeps what changes and asks the county's rules. [`import::preview`] is all of that in
//! one call, pure over plain data. What it returns becomes one `Command::Import`; refused rows go back to their author as a workbook
//! ([`errors_out`]).
//!
//! [`export`] writes ledgers of projects, [`records`] those of what belongs to them (problems, approvals …) and of all else; a ledger that
//! was written can be imported again and changes nothing, and without rows it is the template for new ones (`offer` adds what can be chosen).
//! [`results`] writes what assessment came to. All are set up for the printer as they are (`print`).
//!
//! Invariants:
//! - A workbook is never parsed inside the server's process.
//! - No text from a person ever becomes a formula, in any file we write.
//! - Nothing typed is lost silently: what cannot become a value is kept in the notes, or its row comes back with a reason.

pub mod changes;
pub mod chart;
pub mod child;
pub mod csv_in;
pub mod errors_out;
pub mod export;
pub mod header;
pub mod home;
pub mod import;
pub mod list;
pub mod mapping;
mod offer;
pub mod parcel;
pub mod plan;
mod print;
pub mod reader;
pub mod records;
pub mod remembered;
pub mod results;
pub mod rows;
pub mod seal;
pub mod sheet;
pub mod verdict;
pub mod workbook;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
