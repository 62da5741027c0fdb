//! What gates ask of approvals (domain.md 13.7b).

use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::guards::Lack;

use super::{Approval, ApprovalStatus, approvals, item_name};

/// `approved`: an item is approved.
///
/// # Errors
/// The item, and its department.
pub fn approved(profile: &Profile, view: &ProjectView, item: &str) -> Result<(), Lack> {
    let is_approved = |approval: &Approval<'_>| {
        approval.item() == item && approval.status == ApprovalStatus::Approved
    };
    if approvals(view).iter().any(is_approved) {
        return Ok(());
    }
    Err(Lack::what(vec![item_name(profile, item).to_owned()]))
}

/// `approvals_done_or_tolerated`: every item the county lists, and every one that was opened besides, is approved, accepted against a
/// commitment that was not broken, or does not apply. Topics of the review of enterprise investment have a guard of their own.
///
/// # Errors
/// The items that are outstanding.
pub fn approvals_done_or_tolerated(profile: &Profile, view: &ProjectView) -> Result<(), Lack> {
    let opened = approvals(view);
    let is_topic = |id: &str| {
        let mut items = profile.approvals.items.iter();
        items.any(|kind| kind.id == id && kind.enterprise_review)
    };
    let listed = profile.approvals.items.iter();
    let never_opened = listed
        .filter(|kind| !kind.enterprise_review)
        .map(|kind| kind.id.as_str())
        .filter(|id| !opened.iter().any(|approval| approval.item() == *id));
    let is_done = |approval: &&Approval<'_>| {
        let tolerated = approval.promise.is_some_and(|promise| !promise.broken);
        match approval.status {
            ApprovalStatus::Approved | ApprovalStatus::NotApplicable => true,
            ApprovalStatus::Refused => false,
            _ => tolerated,
        }
    };
    let outstanding = opened
        .iter()
        .filter(|approval| !is_topic(approval.item()) && !is_done(approval))
        .map(Approval::item);
    let mut lacks: Vec<_> = never_opened
        .chain(outstanding)
        .map(|item| item_name(profile, item).to_owned())
        .collect();
    lacks.dedup();
    Lack::what(lacks).met()
}

/// `four_topic_review`: every topic was opened, or (`concluded`) decided in the project's favour.
///
/// # Errors
/// The topics that are missing.
pub fn four_topic_review(
    profile: &Profile,
    view: &ProjectView,
    topics: &[&str],
    concluded: bool,
) -> Result<(), Lack> {
    let opened = approvals(view);
    let is_met = |topic: &str| {
        opened.iter().any(|approval| {
            let favourable = matches!(
                approval.status,
                ApprovalStatus::Approved | ApprovalStatus::NotApplicable
            );
            approval.item() == topic && (!concluded || favourable)
        })
    };
    let missing = topics.iter().filter(|topic| !is_met(topic));
    Lack::what(
        missing
            .map(|topic| item_name(profile, topic).to_owned())
            .collect(),
    )
    .met()
}
