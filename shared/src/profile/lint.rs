//! What a profile file must hold beyond its types (domain.md 13.20), and where in the file something is wrong.

use super::{Gate, Profile};
use crate::field::Field;

/// Why a profile is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No profile of this name ships.
    #[error("no profile `{slug}` ships with this program")]
    Unknown {
        /// What was asked for.
        slug: String,
    },
    /// The file does not have the schema's form.
    #[error("{message} at {path} (line {line})")]
    Form {
        /// The place, as keys joined by dots.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Something refers to what is not there, or contradicts itself.
    #[error("{message} at {path}")]
    Lint {
        /// The place.
        path: String,
        /// What is wrong.
        message: String,
    },
}

/// Guards the engine knows (domain.md 13.7b).
const GUARDS: &[&str] = &[
    "eligible",
    "in_scope",
    "nominated_by",
    "investment_kind_is",
    "filled",
    "doc",
    "doc_for_grade",
    "materials",
    "joint_review_passed",
    "expert_review",
    "decision_recorded",
    "consulted",
    "ordered",
    "on_list",
    "on_any_list",
    "in_window",
    "in_month",
    "first_this_month",
    "slot_filled",
    "roster_filed",
    "declared",
    "approved",
    "approvals_done_or_tolerated",
    "package_complete",
    "commitment",
    "exception_reason",
    "acceptance_all",
    "acceptance_by",
    "pre_acceptance_passed",
    "application_to",
    "request_to",
    "custodian_set",
    "performance_filled",
    "reported_to",
    "months_sum_equals_year",
    "balance_enough",
    "trigger_approved",
    "queue_first",
    "step_exists",
    "assessed_by",
    "plan_approved_by",
    "regimes_recorded",
    "reason_in",
    "actor_is",
    "actor_is_not",
    "count_between",
    "weights_set",
    "hub_checked",
    "decision_procedure_record",
    "four_topic_review",
];

/// Checks what the types cannot say.
pub(super) fn check(profile: &Profile) -> Result<(), ProfileError> {
    let lint = |path: String, message: &str| {
        Err(ProfileError::Lint {
            path,
            message: message.to_owned(),
        })
    };
    let list_known = |id: &str| profile.lists.iter().any(|list| list.id == id);
    let ledger_known = |id: &str| profile.ledgers.iter().any(|ledger| ledger.id == id);
    for (index, report) in profile.reports.iter().enumerate() {
        for ledger in &report.ledgers {
            if !ledger_known(&ledger.id) {
                return lint(
                    format!("reports[{index}].ledgers"),
                    "a ledger that does not exist",
                );
            }
            if ledger
                .if_on_list
                .as_deref()
                .is_some_and(|list| !list_known(list))
            {
                return lint(
                    format!("reports[{index}].ledgers"),
                    "a list that does not exist",
                );
            }
        }
        if report.subject_lists.iter().any(|list| !list_known(list)) {
            return lint(
                format!("reports[{index}].subject_lists"),
                "a list that does not exist",
            );
        }
        let open =
            |recur: &super::Recur| matches!(recur, super::Recur::Periodic | super::Recur::OnDemand);
        if report.judged.is_none() && !report.recurrence.iter().all(open) {
            return lint(
                format!("reports[{index}].judged"),
                "a report with a cadence needs `judged`",
            );
        }
    }
    let gates: [(&str, &[Gate]); 2] = [
        ("gates", &profile.gates),
        ("issue.guards", &profile.issue.guards),
    ];
    for (name, gates) in gates {
        for (index, gate) in gates.iter().enumerate() {
            if !GUARDS.contains(&gate.guard.as_str()) {
                return lint(format!("{name}[{index}].guard"), "an unknown guard");
            }
        }
    }
    for (index, duty) in profile.duties.iter().enumerate() {
        if !GUARDS.contains(&duty.guard.as_str()) {
            return lint(format!("duties[{index}].guard"), "an unknown guard");
        }
    }
    for (index, slot) in profile.slots.iter().enumerate() {
        if slot.max.is_some_and(|max| max < slot.min) {
            return lint(format!("slots[{index}]"), "min above max");
        }
        if slot.on_lists.iter().any(|list| !list_known(list)) {
            return lint(
                format!("slots[{index}].on_lists"),
                "a list that does not exist",
            );
        }
    }
    for (index, list) in profile.lists.iter().enumerate() {
        if list
            .quota
            .as_ref()
            .is_some_and(|quota| quota.min > quota.max)
        {
            return lint(format!("lists[{index}].quota"), "min above max");
        }
    }
    for programme in &profile.programmes {
        if profile
            .eligibility
            .get(&programme.id)
            .is_none_or(Vec::is_empty)
        {
            return lint(
                format!("eligibility.{}", programme.id),
                "a programme needs a rule",
            );
        }
    }
    for id in profile.field_requirements.keys() {
        let known = Field::from_id(id).is_some() || crate::field::Table::from_id(id).is_some();
        if !known {
            return lint(format!("field_requirements.{id}"), "an unknown field");
        }
    }
    let ids: Vec<_> = profile
        .lifecycle
        .stage_labels
        .iter()
        .map(|label| label.id.as_str())
        .collect();
    if ids.is_empty() || profile.issue.workflow.is_empty() {
        return lint(
            "lifecycle.stage_labels".to_owned(),
            "stages and the issue workflow may not be empty",
        );
    }
    Ok(())
}

/// Names the place in the file at which reading stopped.
pub(super) fn locate(json: &str, error: &serde_json::Error) -> ProfileError {
    let offset = json
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>()
        + error.column();
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    ProfileError::Form {
        path: path_at(json, offset),
        line: error.line(),
        message,
    }
}

/// The keys that lead to a byte of a JSON text.
fn path_at(json: &str, offset: usize) -> String {
    let mut stack: Vec<String> = Vec::new();
    let mut key = String::new();
    let mut in_string = None::<usize>;
    let mut escaped = false;
    let mut is_value = false;
    for (at, byte) in json.bytes().enumerate().take(offset) {
        match (in_string, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(start), b'"') => {
                key = json.get(start..at).unwrap_or("").to_owned();
                in_string = None;
            }
            (Some(_), _) => {}
            (None, b'"') => in_string = Some(at + 1),
            (None, b':') => {
                is_value = true;
                if let Some(top) = stack.last_mut() {
                    top.clone_from(&key);
                }
            }
            (None, b'{') => {
                is_value = false;
                stack.push(String::new());
            }
            (None, b'[') => stack.push("0".to_owned()),
            (None, b',') => {
                is_value = false;
                if let Some(index) = stack.last().and_then(|top| top.parse::<usize>().ok()) {
                    stack.pop();
                    stack.push((index + 1).to_string());
                }
            }
            (None, b'}' | b']') => {
                is_value = true;
                stack.pop();
            }
            (None, _) => {}
        }
    }
    // An unknown key is reported right after the key itself, before its colon.
    if let Some(top) = stack.last_mut().filter(|top| top.parse::<usize>().is_err())
        && !is_value
        && !key.is_empty()
    {
        *top = key;
    }
    stack.join(".")
}
