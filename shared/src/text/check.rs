//! What a remark on a month's line says.

use super::Lang;
use super::panel::Panel;
use crate::rules::report::Check;

/// The sentence of a remark with its numbers.
#[must_use]
pub fn said(check: Check, facts: &[String], lang: Lang) -> String {
    let word = match check {
        Check::Missing => Panel::CheckMissing,
        Check::ReasonMissing => Panel::CheckReason,
        Check::Conflict => Panel::CheckConflict,
        Check::OverYearPlan => Panel::CheckYearPlan,
        Check::OverTotal => Panel::CheckTotal,
        Check::Surge => Panel::CheckSurge,
        Check::NotStarted => Panel::CheckNotStarted,
        Check::SameImage => Panel::CheckSameImage,
        Check::ImageMissing => Panel::CheckImage,
        Check::PhotoMissing => Panel::CheckPhoto,
        Check::IssueStale => Panel::CheckIssue,
    };
    word.fill(facts, lang)
}
