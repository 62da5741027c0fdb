//! The month's form of names from a township to the hub, with real processes: what it asks for, when it may be filed, and what the hub
//! reads of it.

use serde_json::{Value, json};
use tests::ids;
use tests::process::Place;

const PASSWORD: &str = "a long password";
const HEAD: &str = "镇长";

#[test]
fn names_for_next_year_are_filed_by_the_month_once_their_form_is_full() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::under("kundulun", root.path(), "hub", "区重大办", &[]);
    hub.add_user("王科", "hub_officer", PASSWORD);
    hub.start();
    let mut node = Place::under("kundulun", root.path(), "node", "临江镇", &[]);
    node.add_user(HEAD, "head", PASSWORD);
    node.start();
    node.join(&hub);
    let mut head = node.log_in(HEAD, PASSWORD);
    let mut officer = hub.log_in("王科", PASSWORD);
    let unit = head.get("/api/v1/session").ok().json()["unit"].clone();
    let overview = officer.get("/api/v1/overview").ok().json();
    let month = overview["period"].as_str().expect("a month").to_owned();
    let year: i32 = month[..4].parse().expect("a year");
    let plan = format!("{}/year_plan_fen", year + 1);
    let full = json!({
        "name": "氧化铝扩建", "sector": "industry", "content_scale": "年产十万吨", "total_investment_fen": 20_000_000_000_i64,
        (plan): 10_000_000_000_i64, "owner_org": unit, "territorial_org": unit, "planned_start": "2026-03", "planned_completion": "2028-10",
    });
    let (named, other) = (ids::project(), ids::project());
    let mut done = |command: Value| -> Value {
        let answers = head.commands(&json!([ids::envelope(&command)]));
        answers[0]["outcome"].clone()
    };
    let create = |project: &str, set: Value| json!({"do": "create_project", "project": project, "home": unit, "set": set});
    let row = |project: &str, table: &str, set: Value| json!({"do": "record", "project": project, "table": table, "row": ids::row(), "set": set});
    for command in [
        create(&named, full),
        create(&other, json!({"name": "另一项目"})),
        row(&named, "leader_matters", json!({"text": "协调用地"})),
    ] {
        let outcome = done(command);
        assert_eq!(outcome["outcome"], "done", "{outcome}");
    }
    let set = json!({"list": "kd.baolian_pre", "year": (year + 1).to_string(), "nomination_act": "add", "project": named});
    let name = json!({"do": "record", "table": "nominations", "row": ids::row(), "set": set});
    let outcome = done(name);
    assert_eq!(outcome["outcome"], "done", "{outcome}");

    // The month's report holds what was put forward and nothing else; one field is missing.
    let file = json!({"do": "file", "filing": ids::row(), "unit": unit, "ledger": "R-KD-1", "period": month, "lines": []});
    let outcome = done(file.clone());
    assert_eq!(outcome["outcome"], "refused", "{outcome}");
    assert_eq!(outcome["rule"], "KB-5", "{outcome}");
    let edit = json!({"do": "edit", "project": named, "set": {"image_now": "主体施工"}});
    let outcome = done(edit);
    assert_eq!(outcome["outcome"], "done", "{outcome}");
    let outcome = done(file);
    assert_eq!(outcome["outcome"], "done", "{outcome}");
    let report = head
        .get(&format!("/api/v1/reports/kd.nominate/{month}"))
        .ok()
        .json();
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{report}");
    assert_eq!(report["state"], "filed_locally", "{report}");

    node.sync();
    let read = officer.get("/api/v1/records?table=candidates").ok().json();
    assert_eq!(read["rows"].as_array().map(Vec::len), Some(1), "{read}");
    let cells = &read["rows"][0]["cells"];
    let shown = |column: &str| cells[column]["shown"].as_str().unwrap_or_default();
    for (column, expected) in [
        ("project", "氧化铝扩建"),
        ("org", "临江镇"),
        ("content_scale", "年产十万吨"),
        ("total_investment_fen", "20000 万元"),
        ("year_plan_fen", "10000 万元"),
        ("owner_org", "临江镇"),
        ("territorial_org", "临江镇"),
        ("progress", "主体施工"),
        ("build_time", "开工 2026-03，竣工 2028-10"),
        ("matters_for_leader", "协调用地"),
        ("entry_state", "申报"),
        ("person", ""),
        ("lacks", ""),
    ] {
        assert_eq!(shown(column), expected, "{column}: {cells}");
    }
    // The hub's people see the whole county, a unit's people on the hub's own server their unit.
    let mine = officer.get("/api/v1/session").ok().json()["unit"].clone();
    let works = ids::project();
    let create = json!({"do": "create_project", "project": works, "home": mine, "set": {"name": "区级项目"}});
    let problem = json!({"do": "record", "project": works, "table": "issues", "row": ids::row(), "set": {"description": "管线未迁"}});
    let answers = officer.commands(&json!([ids::envelope(&create), ids::envelope(&problem)]));
    assert_eq!(answers[1]["outcome"]["outcome"], "done", "{answers}");
    let arguments = [
        "user",
        "add",
        "--name",
        "孙",
        "--role",
        "clerk",
        "--unit",
        "临江镇",
        "--password-stdin",
    ];
    let _added = hub.cli_with(&arguments, PASSWORD).ok();
    let mut guest = hub.log_in("孙", PASSWORD);
    for (reader, problems) in [(&mut officer, 1), (&mut guest, 0)] {
        let ledger = reader.get("/api/v1/records?table=issue_ledger").ok().json();
        assert_eq!(
            ledger["rows"].as_array().map(Vec::len),
            Some(problems),
            "{ledger}"
        );
    }
    let file = officer
        .get("/api/v1/exports?table=candidates&format=csv")
        .ok();
    assert!(
        file.text().contains("氧化铝扩建,临江镇,"),
        "{}",
        file.text()
    );
}
