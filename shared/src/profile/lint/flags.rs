//! Flags of a county's rules that say the same as a gate or slot: each must have its gate, so that a county that flips one is told where the
//! rule stands instead of getting silence (domain.md 13.6, 13.7, 13.13b, 13.15).

use super::super::{Gate, Inspection, List, Profile};
use super::Findings;

/// Adds a finding for every flag without what it speaks of.
pub(super) fn check(profile: &Profile, found: &mut Findings) {
    let has = |holds: &dyn Fn(&Gate) -> bool| {
        let mut gates = profile.gates.iter().chain(&profile.issue.guards);
        gates.any(holds)
    };
    let guarded = |guard: &str| has(&|gate| gate.guard == guard);
    let life = &profile.lifecycle;
    found.demand(
        !life.custodian_required || guarded("custodian_set"),
        "lifecycle.custodian_required",
        "no gate asks for a custodian (`custodian_set`)",
    );
    found.demand(
        !life.evaluation_required || has(&|gate| gate.transition == "T8"),
        "lifecycle.evaluation_required",
        "no gate stands before the end of the life cycle (`T8`)",
    );
    for (index, list) in profile.lists.iter().enumerate() {
        of_list(profile, list, &format!("lists.{index}"), found);
    }
    for (index, inspection) in profile.inspections.iter().enumerate() {
        of_inspection(profile, inspection, &format!("inspections.{index}"), found);
    }
    let mut inspections = profile.inspections.iter();
    let goes =
        inspections.any(|inspection| inspection.findings_workflow.as_deref() == Some(FINDINGS));
    found.demand(
        goes || !profile.issue.workflows.contains_key(FINDINGS),
        "issue.workflows.finding",
        "no inspection names this way for its findings",
    );
    let approvals = &profile.approvals;
    found.demand(
        !approvals.commitment_supervision || approvals.tolerance && guarded("commitment"),
        "approvals.commitment_supervision",
        "no gate asks for the commitment that is supervised (`commitment`)",
    );
    found.demand(
        !approvals.non_prerequisite || approvals.parallel,
        "approvals.non_prerequisite",
        "items that wait for no other run in parallel",
    );
    found.demand(
        approvals.limit_days.is_none() || approvals.time_limited,
        "approvals.limit_days",
        "a limit of days needs `time_limited`",
    );
    found.demand(
        approvals.green_channel_for.is_empty() || approvals.green_channel,
        "approvals.green_channel_for",
        "what the green channel is for needs `green_channel`",
    );
    found.demand(
        profile
            .pool
            .opening
            .as_deref()
            .is_none_or(|opening| opening == "size"),
        "pool.opening",
        "a pool opens with its `size`",
    );
}

/// Guards that ask whether somebody examined a project.
const EXAMINES: &[&str] = &[
    "hub_checked",
    "expert_review",
    "joint_review_passed",
    "ordered",
];

/// What an inspection leads to stands among the publications and the ways of issues as well.
fn of_inspection(profile: &Profile, inspection: &Inspection, path: &str, found: &mut Findings) {
    for id in &inspection.output {
        let mut publications = profile.publications.iter();
        let made =
            publications.any(|made| made.id == *id && made.built_from.contains(&inspection.id));
        found.demand(
            made,
            format!("{path}.output"),
            format!("`{id}` is not built from `{}`", inspection.id),
        );
    }
    let way = inspection.findings_workflow.as_deref();
    found.demand(
        way.is_none_or(|way| way == FINDINGS),
        format!("{path}.findings_workflow"),
        format!("findings go the way called `{FINDINGS}`"),
    );
}

/// The way of issues that findings of inspections go.
const FINDINGS: &str = "finding";

/// Who is consulted before a list and whether it asks for a leader stand in gates and slots as well.
fn of_list(profile: &Profile, list: &List, path: &str, found: &mut Findings) {
    let mut gates = profile.gates.iter();
    let consults = gates.any(|gate| {
        let about = gate.lists.is_empty() || gate.lists.contains(&list.id);
        let programme = gate.programme == "all" || gate.programme == list.programme;
        about && programme && matches!(gate.guard.as_str(), "consulted" | "ordered")
    });
    found.demand(
        list.consult.is_empty() || consults,
        format!("{path}.consult"),
        "no gate asks for the opinion (`consulted`)",
    );
    let mut gates = profile.gates.iter();
    let examined = gates.any(|gate| {
        let about = gate.lists.is_empty() || gate.lists.contains(&list.id);
        let programme = gate.programme == "all" || gate.programme == list.programme;
        about && programme && EXAMINES.contains(&gate.guard.as_str())
    });
    found.demand(
        list.reviewers.is_empty() || examined,
        format!("{path}.reviewers"),
        "no gate asks for the examination (`hub_checked`, `expert_review`, `joint_review_passed`, `ordered`)",
    );
    let mut slots = profile.slots.iter();
    let led = slots.any(|slot| {
        let about = slot.on_lists.is_empty() || slot.on_lists.contains(&list.id);
        about && slot.min > 0 && slot.field.as_deref() == Some("lead_leaders")
    });
    found.demand(
        !list.leader_required || led,
        format!("{path}.leader_required"),
        "no slot asks for a leader on this list (`lead_leaders`)",
    );
}
