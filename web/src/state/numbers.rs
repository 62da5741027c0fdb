//! Numbers as tables show them, the pace of the year included.

pub use shared::rules::overview::{pace, rate};
pub use shared::text::figures::{group, percent, signed, wan};
