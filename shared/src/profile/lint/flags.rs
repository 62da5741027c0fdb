//! Flags of a county's rules that say the same as a gate or slot: each must have its gate, so that a county that flips one is told where the
//! rule stands instead of getting silence (domain.md 13.6, 13.7, 13.15).

use super::super::{Gate, List, Profile};
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
