//! Filings as verdicts need them, read from a unit's papers: without their lines, and without the names of their writers.

use std::collections::BTreeMap;

use super::{Filing, Review};
use crate::book::{Book, Cells as _};
use crate::decide::{Filed, FilingReview};
use crate::field::{Column, Table};
use crate::ids::{RowId, UserId};
use crate::project::Writer;
use crate::time::Timestamp;

fn unnamed(user: Option<UserId>, at: Timestamp) -> Writer {
    Writer {
        user,
        name: String::new(),
        unit: String::new(),
        at,
    }
}

impl From<&FilingReview> for Review {
    fn from(review: &FilingReview) -> Self {
        Self {
            accepted: review.verdict != "returned",
            reason: review.reason.clone(),
            cells: review.cells.clone(),
            at: review.at,
            by: unnamed(review.by, review.at),
        }
    }
}

impl From<&Filed> for Filing {
    fn from(filed: &Filed) -> Self {
        let said = |verdicts: &'static [&'static str]| {
            let reviews = filed.reviews.iter();
            reviews.filter(move |review| verdicts.contains(&review.verdict.as_str()))
        };
        Self {
            id: filed.id,
            ledger: filed.ledger.clone(),
            period: filed.period.clone(),
            filed_at: filed.filed_at,
            by: unnamed(filed.by, filed.filed_at),
            follows: filed.follows,
            lines: filed.lines.clone(),
            reviews: said(&["accepted", "returned"]).map(Review::from).collect(),
            received_at: filed.received_at(),
            // An excuse is about the way, not about the content.
            excuse: said(&["excused"]).next_back().map(Review::from),
        }
    }
}

/// The filings in a unit's papers, oldest first.
#[must_use]
pub fn filings_in(book: &Book) -> Vec<Filing> {
    let mut said: BTreeMap<RowId, Vec<FilingReview>> = BTreeMap::new();
    for row in book.each(Table::Reviews) {
        if let (Some(id), Some(filing)) = (row.id(), row.reference(Column::Filing)) {
            said.entry(filing).or_default().push(FilingReview {
                id,
                verdict: row.text(Column::Verdict).to_owned(),
                reason: row.text(Column::Reason).to_owned(),
                cells: BTreeMap::new(),
                at: row.at(),
                by: row.by(),
            });
        }
    }
    let filings = book.each(Table::Filings).filter_map(|row| {
        let id = row.id()?;
        let mut reviews = said.remove(&id).unwrap_or_default();
        reviews.sort_by_key(|review| (review.at, review.id));
        let filed = Filed {
            id,
            ledger: row.text(Column::Ledger).to_owned(),
            period: row.text(Column::Period).to_owned(),
            filed_at: Timestamp(row.int(Column::FiledAt).unwrap_or(0)),
            by: row.by(),
            follows: row.reference(Column::Follows),
            lines: Vec::new(),
            reason: String::new(),
            reviews,
        };
        Some(Filing::from(&filed))
    });
    filings.collect()
}
