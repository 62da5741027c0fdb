//! What follows from records, the county's profile and the moment: pure functions, run alike by node, hub and browser.
//!
//! `report` judges filings and builds a unit's month, `desk` the cards of the work desk, `overview` the hub's table of who has reported, `workdays` counts
//! working days. None of them reads a document: they take the views and rows the node has, and the filings as plain values.

pub mod desk;
pub mod overview;
pub mod report;
pub mod workdays;
