//! What the five files say, against the tables of domain.md 13: thresholds, recurrences, windows, quotas.

use serde_json::{Value, json};

use super::super::*;

/// The value at a path of keys; `[id]` picks the element of an array that has this id.
fn at(slug: &str, path: &str) -> Value {
    let text = Profile::json(slug).unwrap();
    let mut value: Value = serde_json::from_str(text).unwrap();
    for part in path.split('/') {
        let next = match part.strip_prefix('[') {
            Some(id) => {
                let id = id.trim_end_matches(']');
                let element = |element: &&Value| element["id"] == id;
                value.as_array().unwrap().iter().find(element).cloned()
            }
            None => part
                .parse::<usize>()
                .ok()
                .and_then(|index| value.get(index).cloned())
                .or_else(|| value.get(part).cloned()),
        };
        value = next.unwrap_or_else(|| panic!("{slug}: nothing at {part} of {path}"));
    }
    value
}

fn expect(slug: &str, rows: &[(&str, Value)]) {
    for (path, expected) in rows {
        assert_eq!(at(slug, path), *expected, "{slug}: {path}");
    }
}

/// The gates of a transition, as `guard mode`.
fn gates(slug: &str, programme: &str, transition: &str) -> Vec<String> {
    let profile = Profile::built_in(slug).unwrap();
    profile
        .gates_of(programme, transition)
        .map(|gate| {
            let mode = serde_json::to_value(gate.mode).unwrap();
            format!("{} {}", gate.guard, mode.as_str().unwrap())
        })
        .collect()
}

#[test]
fn kaizhou_says_what_its_source_says() {
    expect(
        "kaizhou",
        &[
            ("source/doc_no", json!("开州府办发〔2022〕70号")),
            ("source/trial", json!(true)),
            ("source/date", json!("2022-09-20")),
            ("effective_from", json!("2022-09-20")),
            ("eligibility/key/0/when/amount/value", json!("400万元")),
            ("lists/[kz.reserve5]/deciders", json!(null)),
            ("lists/[kz.reserve5]/deciders_default", json!(["party_gov"])),
            ("lists/[kz.reserve5]/gov_only", json!(true)),
            (
                "lists/[kz.annual]/issue_by",
                json!({"recurrence": "yearly:12-31", "class": "in_principle"}),
            ),
            ("deny_without_list/mode", json!("override")),
            ("reports/[R-KZ-1]/recurrence", json!(["monthly:last"])),
            ("reports/[R-KZ-1]/judged", json!(true)),
            ("meetings/[M-KZ-3]/recurrence", json!(["quarterly"])),
            ("meetings/[M-KZ-3]/class", json!("in_principle")),
            ("soe_budget/checkpoints", json!(["yearly_months:1,7,12"])),
            ("review/change_tolerance", json!(0)),
            ("joint_review/must_pass", json!(true)),
            ("assess/weights", json!(null)),
            (
                "field_requirements/countdown",
                json!("C(on_list=kz.annual)"),
            ),
        ],
    );
    assert_eq!(
        gates("kaizhou", "key", "T3"),
        [
            "eligible block",
            "joint_review_passed block",
            "decision_recorded block"
        ]
    );
    assert_eq!(
        gates("kaizhou", "key", "T5"),
        [
            "on_any_list override",
            "slot_filled warn",
            "roster_filed warn"
        ]
    );
    assert_eq!(
        gates("kaizhou", "key", "escalate:L3"),
        ["step_exists block", "reported_to block"]
    );
}

#[test]
fn wushan_says_what_its_source_says() {
    expect(
        "wushan",
        &[
            ("lifecycle/direct_listing", json!(false)),
            (
                "lifecycle/permitting_trigger",
                json!({"approved": "feasibility"}),
            ),
            (
                "lists/[ws.reserve]/propose_window",
                json!(["yearly:10-31", "quarterly_start:1-10", "immediate"]),
            ),
            ("lists/[ws.annual]/issue_by", json!(null)),
            ("reports/[R-WS-1]/recurrence", json!(["weekly:1"])),
            ("reports/[R-WS-1]/subject_stage", json!("construction")),
            (
                "reports/[R-WS-2]/recurrence",
                json!(["quarterly_start:1-10"]),
            ),
            ("reports/[R-WS-3]/recurrence", json!(["yearly:10-31"])),
            ("reports/[R-WS-5]/judged", json!(false)),
            (
                "meetings/[M-WS-6]/recurrence",
                json!(["yearly_months:7", "yearly"]),
            ),
            ("pool/size", json!("1000万元")),
            ("pool/strict_queue", json!(true)),
            ("pool/shares", json!(null)),
            ("pool/return_days", json!(null)),
            ("plan/month_breakdown", json!("required_sum_equal")),
            ("approvals/tolerance_papers", json!(null)),
            ("publications/[P-WS-2]/cadence", json!(null)),
        ],
    );
    let profile = Profile::built_in("wushan").unwrap();
    assert_eq!(profile.acceptance.items.len(), 6);
    assert!(
        profile
            .acceptance
            .items
            .iter()
            .all(|item| item.department.is_unset())
    );
    assert_eq!(profile.approvals.departments.len(), 9);
    assert_eq!(
        gates("wushan", "major", "T8"),
        [
            "custodian_set block",
            "performance_filled block",
            "reported_to block"
        ]
    );
    assert_eq!(
        gates("wushan", "major", "pool_pay"),
        [
            "balance_enough block",
            "trigger_approved block",
            "queue_first block"
        ]
    );
    assert_eq!(gates("wushan", "major", "escalate"), ["step_exists warn"]);
    assert_eq!(profile.duties.len(), 2);
}

#[test]
fn kundulun_says_what_its_source_says() {
    expect(
        "kundulun",
        &[
            (
                "eligibility/baolian/1/when/any/0/all/1/amount/value",
                json!("1亿元"),
            ),
            (
                "eligibility/baolian/1/when/any/1/all/1/amount/value",
                json!("5000万元"),
            ),
            (
                "eligibility/baolian/1/when/any/2/all/1/amount/value",
                json!("3000万元"),
            ),
            ("eligibility/key/0/mode", json!("override")),
            ("eligibility/key/1/mode", json!("block")),
            (
                "lists/[kd.annual]/propose_window",
                json!(["yearly:08-01..null"]),
            ),
            ("lists/[kd.annual]/adjust", json!(["yearly:03-01..06-30"])),
            (
                "lists/[kd.annual]/issue_by/recurrence",
                json!("yearly_months:1"),
            ),
            ("lists/[kd.baolian_impl]/submit_by", json!(["yearly:10-31"])),
            ("lists/[kd.baolian_impl]/propose_window", json!(["monthly"])),
            ("reports/[R-KD-1]/judged", json!(false)),
            ("reports/[R-KD-2]/recurrence", json!(["monthly:15,30"])),
            ("reports/[R-KD-3]/recurrence", json!(["monthly:28"])),
            (
                "meetings/[M-KB-6]/recurrence",
                json!(["yearly_months:4,10"]),
            ),
            ("meetings/[M-KB-7]/conveners", json!(null)),
            ("inspections/[I-KB-1]/organisers", json!(null)),
            ("issue/immediate_hours", json!(null)),
            ("packaging_fund/amount", json!(null)),
            ("assess/schemes/[key]/points", json!(100)),
        ],
    );
    let profile = Profile::built_in("kundulun").unwrap();
    assert_eq!(profile.exits.unwrap().reasons.len(), 3);
    assert_eq!(profile.year_category.unwrap().rules.len(), 5);
    assert_eq!(profile.reserve_grades.len(), 3);
    assert_eq!(profile.term.leader.of("baolian").unwrap(), "包联领导");
    assert_eq!(
        gates("kundulun", "key", "T3"),
        [
            "eligible override",
            "eligible block",
            "materials block",
            "materials override",
            "filled block",
            "filled block",
            "filled block",
            "hub_checked block",
            "consulted block",
            "decision_recorded block"
        ]
    );
    assert_eq!(
        gates("kundulun", "baolian", "T5"),
        ["plan_approved_by block", "slot_filled block"]
    );
}

#[test]
fn longting_says_what_its_source_says() {
    expect(
        "longting",
        &[
            (
                "eligibility/key/0/when/any/0/all/2/amount/value",
                json!("5000万元"),
            ),
            (
                "eligibility/major/0/when/all/1/any/1/all/2/amount/value",
                json!("1亿元"),
            ),
            ("lists/[lt.major]/deciders", json!(null)),
            ("lists/[lt.key]/propose_window", json!(null)),
            ("reports/[R-LT-1]/judged", json!(false)),
            ("meetings/[M-LT-1]/recurrence", json!(["weekly"])),
            ("meetings/[M-LT-3]/recurrence", json!(["every2m:even"])),
            ("plan/month_breakdown", json!("nodes_for_major")),
            ("assess/schemes/[monthly]/indicators", json!(null)),
            ("assess/ranking", json!(true)),
            ("term/issue_close", json!("清单（销号）")),
            ("issue/strict_order", json!(true)),
        ],
    );
    let profile = Profile::built_in("longting").unwrap();
    assert_eq!(profile.factors.land_quotas.len(), 3);
    assert_eq!(profile.approvals.items.len(), 10);
    assert!(profile.issue.workflow.iter().any(|s| s.id == "assessed"));
    assert_eq!(
        gates("longting", "major", "mark_major"),
        ["on_list block", "eligible block"]
    );
}

#[test]
fn honghe_says_what_its_source_says() {
    expect(
        "honghe",
        &[
            ("levels/node_count", json!(13)),
            ("levels/node_kinds", json!(["county_node", "department"])),
            ("leading_body/[leading_group]/head", json!("常务副州长")),
            (
                "leading_body/[leading_group]/deputies",
                json!("7名副州长、州政府秘书长"),
            ),
            (
                "leading_body/[leading_group]/members",
                json!("13县市政府主要负责同志；29个单位、部门负责同志"),
            ),
            (
                "leading_body/[leading_group]/groups/[promotion_group]/name_zh",
                json!("招商推介组"),
            ),
            (
                "leading_body/[leading_group]/groups/4/id",
                json!("promotion_group"),
            ),
            ("meetings/[M-HH-6]/recurrence", json!(["periodic"])),
            ("publications/[P-HH-3]/cadence", json!(null)),
            ("eligibility/midlong", json!("any")),
            ("eligibility/major/0/when/amount/value", json!("5000万元")),
            (
                "lists/[hh.annual]/propose_window",
                json!(["yearly:09-01..09-10"]),
            ),
            ("lists/[hh.annual]/submit_by", json!(["yearly_months:1"])),
            ("lists/[hh.annual]/adjust", json!(["yearly_months:3,6"])),
            ("lists/[hh.annual]/adjust_times_per_month", json!(1)),
            (
                "lists/[hh.linked]/quota",
                json!({"min": 100, "max": 120, "mode": "block"}),
            ),
            (
                "reports/[R-HH-1]/recurrence",
                json!(["yearly:09-01..09-10"]),
            ),
            ("meetings/[M-HH-4]/recurrence", json!(["every2m:even"])),
            ("assess/award_total", json!("350万元")),
            ("assess/award_split", json!(null)),
            ("assess/bottom_consecutive", json!(2)),
            ("approvals/time_limited", json!(true)),
            ("approvals/limit_days", json!(null)),
            ("sectors", json!(null)),
            ("sectors_extra", json!(null)),
        ],
    );
    let profile = Profile::built_in("honghe").unwrap();
    assert_eq!(
        profile.assess.schemes[0].indicators.as_ref().unwrap().len(),
        5
    );
    assert_eq!(
        gates("honghe", "linked", "list_issue"),
        [
            "on_list block",
            "consulted block",
            "decision_recorded block",
            "count_between block"
        ]
    );
}

#[test]
fn what_is_unset_is_said_and_wrong_counts_warn() {
    let honghe = Profile::built_in("honghe").unwrap();
    let warned: Vec<_> = honghe.warnings().into_iter().map(|w| w.path).collect();
    for path in [
        "sectors",
        "assess.weights",
        "score.mode",
        "assess.award_split",
    ] {
        assert!(warned.iter().any(|warned| warned == path), "{path}");
    }
    let text = Profile::json("honghe").unwrap();
    let named = text.replacen(
        "\"sectors\": null",
        r#""sectors": [{"id": "one", "name_zh": "一"}]"#,
        1,
    );
    let warned = Profile::parse(&named).unwrap().warnings();
    assert!(
        warned
            .iter()
            .any(|w| w.path == "sectors" && w.message == "1 names where the source counts 11")
    );
    for finding in honghe.warnings_in(text) {
        let line = text.lines().nth(finding.line.unwrap() - 1).unwrap();
        assert!(line.contains("null"), "{finding:?}: {line}");
    }
}

#[test]
fn each_county_offers_its_own_fund_channels() {
    for (slug, channels) in [("kaizhou", 5), ("kundulun", 3), ("honghe", 3)] {
        let profile = Profile::built_in(slug).unwrap();
        let options = profile.options("packaging_channels").unwrap();
        assert_eq!(options.len(), channels, "{slug}");
    }
    assert!(crate::text::fields::fixed_options("packaging_channels").is_none());
}

#[test]
fn the_month_is_told_by_the_report_that_has_a_line_for_each_project() {
    let of = |slug: &str| {
        let profile = Profile::built_in(slug).unwrap();
        profile.monthly_report().map(|report| report.id.clone())
    };
    let all = ["kaizhou", "wushan", "kundulun", "longting", "honghe"].map(of);
    let all = all.each_ref().map(Option::as_deref);
    assert_eq!(
        all,
        [Some("R-KZ-1"), None, Some("R-KD-3"), Some("R-LT-1"), None]
    );
}
