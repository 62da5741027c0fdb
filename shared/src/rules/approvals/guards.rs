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
    let listed = profile.approvals.items.iter();
    let never_opened = listed
        .filter(|kind| !kind.enterprise_review)
        .map(|kind| kind.id.as_str())
        .filter(|id| !opened.iter().any(|approval| approval.item() == *id));
    let mut lacks: Vec<_> = never_opened
        .chain(not_done(profile, &opened))
        .map(|item| item_name(profile, item).to_owned())
        .collect();
    lacks.dedup();
    Lack::what(lacks).met()
}

/// No item that was opened is outstanding (domain.md 3.4, T5 from the plan straight into the works).
///
/// # Errors
/// The items that are outstanding.
pub fn none_outstanding(profile: &Profile, view: &ProjectView) -> Result<(), Lack> {
    let opened = approvals(view);
    let lacks = not_done(profile, &opened);
    let mut lacks: Vec<_> = lacks
        .map(|item| item_name(profile, item).to_owned())
        .collect();
    lacks.dedup();
    Lack::what(lacks).met()
}

/// The items of approvals that are neither approved, nor accepted against a commitment that was not broken, nor without application.
fn not_done<'a>(profile: &Profile, opened: &[Approval<'a>]) -> impl Iterator<Item = &'a str> {
    let is_topic = |id: &str| {
        let mut items = profile.approvals.items.iter();
        items.any(|kind| kind.id == id && kind.enterprise_review)
    };
    let is_done = |approval: &&Approval<'_>| {
        let tolerated = approval.promise.is_some_and(|promise| !promise.broken);
        match approval.status {
            ApprovalStatus::Approved | ApprovalStatus::NotApplicable => true,
            ApprovalStatus::Refused => false,
            _ => tolerated,
        }
    };
    opened
        .iter()
        .filter(move |approval| !is_topic(approval.item()) && !is_done(approval))
        .map(Approval::item)
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
