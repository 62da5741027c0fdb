//! Each lint rule of domain.md 13.20 refuses a file that breaks it, with the place.

use super::super::*;

/// Breaks a file that ships and gives what the lint says; the text must be there to be broken.
fn broken(slug: &str, good: &str, bad: &str) -> Vec<Finding> {
    let text = Profile::json(slug).unwrap();
    let changed = text.replacen(good, bad, 1);
    assert_ne!(text, changed, "`{good}` does not stand in {slug}");
    Profile::lint(&changed).unwrap_err()
}

#[test]
fn each_rule_refuses_what_breaks_it() {
    // (rule, file, what stands there, what is put there, path, part of the message)
    let rows = [
        (
            1,
            "wushan",
            r#""strict_queue""#,
            r#""treshold""#,
            "pool.treshold",
            "unknown field",
        ),
        (
            1,
            "kundulun",
            r#""offline_grace_hours""#,
            r#""grace""#,
            "report.grace",
            "unknown field",
        ),
        (
            2,
            "kaizhou",
            r#""team": "专班","#,
            "",
            "term",
            "missing field `team`",
        ),
        (
            2,
            "kundulun",
            r#"{"baolian": "包联领导", "key": "联系区领导"}"#,
            r#"{"key": "联系区领导"}"#,
            "term.leader",
            "no word for programme `baolian`",
        ),
        (
            3,
            "kaizhou",
            r#""id": "kz.countdown", "if_on_list""#,
            r#""id": "kz.countdwn", "if_on_list""#,
            "reports.0.ledgers",
            "`kz.countdwn` is no ledger",
        ),
        (
            3,
            "longting",
            r#""id": "territorial""#,
            r#""id": "teritorial""#,
            "responsibilities.2",
            "`teritorial` is borne by nobody",
        ),
        (
            3,
            "longting",
            r#""id": "site", "name_zh": "选址""#,
            r#""id": "safety", "name_zh": "选址""#,
            "responsibilities.2",
            "`safety` stands twice",
        ),
        (
            3,
            "honghe",
            r#""list": "hh.annual""#,
            r#""list": "hh.anual""#,
            "gates.6.params.list",
            "`hh.anual` is no list",
        ),
        (
            3,
            "kundulun",
            r#"{"on_list": "kd.annual"}"#,
            r#"{"on_list": "kd.anual"}"#,
            "preference.0",
            "`kd.anual` is no list",
        ),
        (
            5,
            "kundulun",
            r#""guard": "regimes_recorded""#,
            r#""guard": "hub_checked""#,
            "duties.0.guard",
            "`hub_checked` can be a gate and no duty",
        ),
        (
            3,
            "longting",
            r#""by": "leader""#,
            r#""by": "leadr""#,
            "issue.guards.0.params.by",
            "`leadr` is no role or body",
        ),
        (
            3,
            "kaizhou",
            r#"["P-KZ-2"]"#,
            r#"["P-KZ-9"]"#,
            "meetings.4",
            "`P-KZ-9` is no publication",
        ),
        (
            3,
            "kaizhou",
            r#"C(on_list=kz.annual)"#,
            r#"C(on_list=kz.yearly)"#,
            "field_requirements.countdown",
            "names what does not exist",
        ),
        (
            4,
            "kaizhou",
            r#""400万元""#,
            r#""400万""#,
            "eligibility.key.0.when.amount",
            "is no amount",
        ),
        (
            4,
            "kundulun",
            r#""monthly:28""#,
            r#""monthly:32""#,
            "reports.0.recurrence",
            "is no recurrence",
        ),
        (
            4,
            "honghe",
            r#""yearly:09-01..09-10""#,
            r#""yearly:13-01..09-10""#,
            "lists.1.propose_window",
            "is no recurrence",
        ),
        (
            5,
            "kaizhou",
            r#""guard": "roster_filed""#,
            r#""guard": "roster_field""#,
            "gates.8.guard",
            "is no guard",
        ),
        (
            5,
            "wushan",
            "\"due\": null,\n      \"guard\": \"expert_review\"",
            "\"due\": null, \"guard\": \"expert\"",
            "duties.0.guard",
            "is no guard",
        ),
        (
            6,
            "honghe",
            r#""min": 100, "max": 120"#,
            r#""min": 121, "max": 120"#,
            "lists.2.quota",
            "min is above max",
        ),
        (
            7,
            "honghe",
            r#""midlong": "any","#,
            "",
            "eligibility.midlong",
            "a programme needs a rule",
        ),
        (
            8,
            "longting",
            r#""subjects": ["project"]"#,
            r#""subjects": []"#,
            "assess.ranking",
            "a ranking needs subjects",
        ),
        (
            9,
            "wushan",
            r#""size": "1000万元""#,
            r#""size": null"#,
            "pool.size",
            "a pool needs a size",
        ),
        (
            9,
            "wushan",
            r#""trigger": "feasibility""#,
            r#""trigger": null"#,
            "pool.trigger",
            "a pool needs a trigger",
        ),
        (
            10,
            "longting",
            r#""min": 1,"#,
            r#""min": 2,"#,
            "slots.0",
            "min is above max",
        ),
        (
            3,
            "kaizhou",
            r#""countdown": true,
  "issue""#,
            r#""countdown": true,
  "lights": "sania",
  "issue""#,
            "lights",
            "no rules for lights are called `sania`",
        ),
        (
            3,
            "kaizhou",
            r#""countdown": true,
  "issue""#,
            r#""countdown": true,
  "lights": {"id": "own", "name_zh": "own", "source": "own", "rules": [{"id": "a", "metric": "month_rate"}]},
  "issue""#,
            "lights.rules.0",
            "needs a bound",
        ),
        (
            3,
            "kaizhou",
            r#""countdown": true,
  "issue""#,
            r#""countdown": true,
  "lights": {"id": "own", "name_zh": "own", "source": "own", "rules": [{"id": "a", "metric": "weather"}]},
  "issue""#,
            "lights",
            "unknown variant `weather`",
        ),
        (
            11,
            "kaizhou",
            r#""judged": true,"#,
            "",
            "reports.0.judged",
            "needs `judged`",
        ),
    ];
    for (rule, slug, good, bad, path, message) in rows {
        let found = broken(slug, good, bad);
        let hit = found
            .iter()
            .find(|finding| finding.path.starts_with(path) && finding.message.contains(message));
        let hit = hit.unwrap_or_else(|| panic!("rule {rule}, {path}: {found:#?}"));
        assert!(
            hit.line.is_some_and(|line| line > 1),
            "rule {rule}: {hit:?}"
        );
    }
}

#[test]
fn everything_wrong_is_named_at_once() {
    let text = Profile::json("kaizhou").unwrap();
    let bad = text
        .replacen(r#""guard": "roster_filed""#, r#""guard": "none""#, 1)
        .replacen(r#""min": 1,"#, r#""min": 7,"#, 1);
    let found = Profile::lint(&bad).unwrap_err();
    assert_eq!(found.len(), 2, "{found:#?}");
    let said = Profile::parse(&bad).unwrap_err().to_string();
    assert!(said.ends_with("and 1 more"), "{said}");
}

#[test]
fn a_sixth_county_is_a_copy_with_changed_values() {
    let sixth = Profile::json("wushan")
        .unwrap()
        .replacen(r#""id": "wushan""#, r#""id": "sixth""#, 1)
        .replacen(
            r#"{"origin_in": ["yearly_push", "state_special", "promotion"]}"#,
            r#"{"all": [{"origin_in": ["promotion"]}, {"amount": {"field": "total_investment", "op": ">=", "value": "800万元"}}]}"#,
            1,
        );
    let profile = Profile::parse(&sixth).unwrap();
    assert_eq!(profile.id, "sixth");
    assert!(sixth.contains("800万元"));
    let bad = sixth.replacen(
        r#""total_investment", "op""#,
        r#""total_investment", "treshold""#,
        1,
    );
    let found = Profile::lint(&bad).unwrap_err();
    assert!(found[0].path.ends_with("amount.treshold"), "{found:?}");
    assert!(found[0].message.contains("unknown field"), "{found:?}");
}

#[test]
fn a_recurrence_that_leaves_its_days_open_has_those_of_the_calendar() {
    let json = Profile::json("honghe").unwrap();
    assert!(json.contains("\"every2m:even\""));
    let open = json.replace("\"every2m:even\"", "\"every2m\"");
    let whole = Profile::built_in("honghe").unwrap();
    assert_eq!(Profile::parse(&open).unwrap(), whole);
    let odd = open.replace("\"bimonthly\": \"even\"", "\"bimonthly\": \"odd\"");
    let odd = Profile::parse(&odd).unwrap();
    assert_ne!(odd.meetings, whole.meetings);
    let written = json.replace("\"bimonthly\": \"even\"", "\"bimonthly\": \"odd\"");
    assert_eq!(Profile::parse(&written).unwrap().meetings, whole.meetings);
}

#[test]
fn a_flag_without_its_gate_is_refused() {
    for (slug, old, new, path) in [
        (
            "kundulun",
            "\"proposers\": [\"lead_unit\"],",
            "\"proposers\": [\"lead_unit\"], \"reviewers\": [\"key_office\"],",
            "lists.3.reviewers",
        ),
        (
            "kaizhou",
            "\"findings_workflow\": \"finding\",",
            "",
            "issue.workflows.finding",
        ),
        (
            "kaizhou",
            "\"output\": [\"P-KZ-2\"]",
            "\"output\": [\"P-KZ-1\"]",
            "inspections.0.output",
        ),
        (
            "kaizhou",
            ", \"data_source\": \"countdown_rate\"",
            ", \"data_source\": \"luck\"",
            "assess.schemes.0.indicators.0.data_source",
        ),
        (
            "kaizhou",
            ", \"data_source\": \"countdown_rate\"",
            ", \"formula\": \"a third of it\"",
            "assess.schemes.0.indicators.0.formula",
        ),
        (
            "kaizhou",
            "\"custodian_required\": false",
            "\"custodian_required\": true",
            "lifecycle.custodian_required",
        ),
        (
            "kaizhou",
            "\"evaluation_required\": false",
            "\"evaluation_required\": true",
            "lifecycle.evaluation_required",
        ),
        (
            "kaizhou",
            "\"commitment_supervision\": false",
            "\"commitment_supervision\": true",
            "approvals.commitment_supervision",
        ),
        (
            "kaizhou",
            "\"non_prerequisite\": false",
            "\"non_prerequisite\": true",
            "approvals.non_prerequisite",
        ),
        (
            "kaizhou",
            "\"limit_days\": null",
            "\"limit_days\": 20",
            "approvals.limit_days",
        ),
        (
            "wushan",
            "\"green_channel\": true",
            "\"green_channel\": false",
            "approvals.green_channel_for",
        ),
        (
            "wushan",
            "\"opening\": \"size\"",
            "\"opening\": \"half\"",
            "pool.opening",
        ),
    ] {
        let json = Profile::json(slug).unwrap();
        assert!(json.contains(old), "{slug} {old}");
        let found = Profile::lint(&json.replacen(old, new, 1)).unwrap_err();
        assert!(
            found.iter().any(|one| one.path == path),
            "{path}: {found:?}"
        );
    }
}
