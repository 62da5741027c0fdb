//! What is drawn: components take props, draw, and report events.

pub mod bulk_edit;
pub mod cells;
pub mod conflict_card;
pub mod dialog;
pub mod face;
pub mod field_row;
pub mod file_list;
pub mod filters;
pub mod frame;
pub mod history_bar;
pub mod import_many;
pub mod import_preview;
pub mod key_list;
pub mod new_project;
pub mod outbox_list;
pub mod panel;
pub mod preview;
pub mod progress_bar;
pub mod project_table;
pub mod proposal_list;
pub mod reason_dialog;
pub mod record_rows;
pub mod report_grid;
pub mod stick;
pub mod sync_pill;
pub mod value_input;
