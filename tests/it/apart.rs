//! Hub and township apart and together again, as real processes: what both changed, what was filed, what was brought in twice.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::http::Client;
use tests::ids;
use tests::process::{Place, wait_until};

const PASSWORD: &str = "a long password";
const TOWNSHIP: &str = "松坪镇";

/// A hub and an enrolled township, both served, with one account each.
struct Pair {
    hub: Place,
    node: Place,
    officer: Client,
    clerk: Client,
    unit: Value,
}

impl Pair {
    fn new(root: &Path) -> Self {
        let mut hub = Place::hub(root, "演示县项目中心");
        hub.add_user("王科", "hub_officer", PASSWORD);
        hub.start();
        let mut node = Place::township(root, TOWNSHIP);
        node.add_user("李梅", "clerk", PASSWORD);
        node.add_user("周山", "head", PASSWORD);
        node.start();
        node.join(&hub);
        let officer = hub.log_in("王科", PASSWORD);
        let mut clerk = node.log_in("李梅", PASSWORD);
        let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
        Self {
            hub,
            node,
            officer,
            clerk,
            unit,
        }
    }

    /// Makes a project at the township and waits until the hub shows it.
    fn project(&mut self, name: &str) -> String {
        let project = ids::project();
        let set = json!({ "name": name, "total_investment_fen": 100_000_000 });
        done(
            &mut self.clerk,
            &json!({ "do": "create_project", "project": project, "home": self.unit, "set": set }),
        );
        self.node.sync();
        let path = format!("/api/v1/projects/{project}");
        wait_until("the hub holds the project", || {
            self.officer.get(&path).status == 200
        });
        project
    }

    fn line(&self, on: bool) {
        let _switched = self
            .node
            .cli(&["sync", if on { "--on" } else { "--off" }])
            .ok();
    }

    fn expect_equal_dumps(&self) -> String {
        let (hub, node) = (self.hub.dump(TOWNSHIP), self.node.dump(TOWNSHIP));
        assert_eq!(hub, node, "the hub's dump and the township's");
        hub
    }
}

/// Sends one command and insists that it is done.
fn done(client: &mut Client, command: &Value) -> Value {
    answered(client, &json!([ids::envelope(command)]))
}

fn answered(client: &mut Client, envelopes: &Value) -> Value {
    let answers = client.commands(envelopes);
    for answer in answers.as_array().expect("a list of answers") {
        assert_eq!(answer["outcome"]["outcome"], "done", "{answer}");
    }
    answers
}

/// All values a cell holds, sorted.
fn contenders(cell: &Value) -> Vec<Value> {
    let mut values: Vec<Value> = cell["contenders"]
        .as_array()
        .map(|all| {
            all.iter()
                .map(|contender| contender["value"].clone())
                .collect()
        })
        .unwrap_or_default();
    values.sort_by_key(ToString::to_string);
    values
}

#[test]
fn both_sides_of_a_cut_keep_their_values_until_one_click_resolves_them() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let project = pair.project("松坪镇小流域治理工程");

    pair.line(false);
    done(
        &mut pair.clerk,
        &json!({ "do": "edit", "project": project, "set": { "total_investment_fen": 111_000_000 } }),
    );
    done(
        &mut pair.officer,
        &json!({
            "do": "edit", "project": project, "set": { "total_investment_fen": 122_000_000 },
            "on_behalf": "周山电话告知，按批复更正",
        }),
    );
    pair.line(true);
    pair.node.sync();

    for client in [&mut pair.clerk, &mut pair.officer] {
        let mut both = Vec::new();
        wait_until("both values show", || {
            both = contenders(&client.project(&project)["cells"]["total_investment_fen"]);
            both.len() == 2
        });
        assert_eq!(both, [json!(111_000_000), json!(122_000_000)]);
    }
    let dump = pair.expect_equal_dumps();
    assert!(dump.contains("_conflicts"), "{dump}");

    let plain = json!({ "do": "edit", "project": project, "set": { "total_investment_fen": 1 } });
    let refused = pair.clerk.commands(&json!([ids::envelope(&plain)]));
    assert_eq!(refused[0]["outcome"]["outcome"], "refused", "{refused}");
    assert_eq!(
        refused[0]["outcome"]["why"]["kind"], "in_conflict",
        "{refused}"
    );

    done(
        &mut pair.clerk,
        &json!({
            "do": "resolve_conflict", "project": project, "path": "total_investment_fen",
            "seen": [111_000_000, 122_000_000], "keep": 122_000_000,
        }),
    );
    pair.node.sync();
    for client in [&mut pair.clerk, &mut pair.officer] {
        wait_until("the conflict is over", || {
            let cell = client.project(&project)["cells"]["total_investment_fen"].clone();
            contenders(&cell).is_empty() && cell["value"] == 122_000_000
        });
    }
    assert!(!pair.expect_equal_dumps().contains("_conflicts"));
}

/// What each side writes while the line is cut: one cell of every kind that holds one value, once, by the year and by the month.
fn rivals() -> Vec<(&'static str, Value, Value)> {
    vec![
        ("site", json!("二村"), json!("三村")),
        ("content_scale", json!("一期\n二期"), json!("一期")),
        ("total_investment_fen", json!(111_000_000), json!(0)),
        ("planned_start", json!("2026-03"), json!("2026-04-01")),
        ("build_years", json!("2026..2027"), json!("2026..2028")),
        ("is_public_interest", json!(false), json!(true)),
        ("owner_kind", json!("soe"), json!("private")),
        ("gov_fund_level", json!("central,county"), json!("city")),
        ("owner_org", json!("松坪镇水务站"), json!("县水利局")),
        ("liaison", json!("李梅"), json!("周山")),
        ("image_now_percent", json!(35), json!(40)),
        ("2026/year_plan_fen", json!(60_000_000), json!(70_000_000)),
        ("2026/image_target", json!("主体完工"), json!("基础完工")),
        ("2026/start_certain", json!(true), json!(false)),
        ("2026-11/month_done_fen", json!(5_000_000), json!(6_000_000)),
        ("2026-11/month_image", json!("路基完成"), json!("路基过半")),
        ("2026-11/month_done_node", json!(true), json!(false)),
    ]
}

#[test]
fn a_cell_of_every_kind_shows_both_values_and_the_one_that_gave_way_can_be_put_back() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let project = pair.project("松坪镇小流域治理工程");
    let edit = |pick: fn(&(&str, Value, Value)) -> Value| {
        let set: serde_json::Map<String, Value> = rivals()
            .iter()
            .map(|rival| (rival.0.to_owned(), pick(rival)))
            .collect();
        json!({ "do": "edit", "project": project, "set": set })
    };

    pair.line(false);
    done(&mut pair.clerk, &edit(|rival| rival.1.clone()));
    let mut behalf = edit(|rival| rival.2.clone());
    behalf["on_behalf"] = json!("周山电话告知");
    done(&mut pair.officer, &behalf);
    pair.line(true);
    pair.node.sync();
    for client in [&mut pair.clerk, &mut pair.officer] {
        let mut cells = Value::Null;
        wait_until("both values of every cell show", || {
            cells = client.project(&project)["cells"].clone();
            let mut rivals = rivals().into_iter();
            rivals.all(|(path, ..)| contenders(&cells[path]).len() == 2)
        });
        for (path, here, there) in rivals() {
            let shown = contenders(&cells[path]);
            let both = shown.contains(&here) && shown.contains(&there);
            assert!(both, "{path}: {shown:?}");
        }
    }
    pair.expect_equal_dumps();

    // The township keeps the county's value in every other cell, its own in the rest: each side gives way somewhere.
    let kept = |index: usize, here: Value, there: Value| {
        if index.is_multiple_of(2) {
            (there, here)
        } else {
            (here, there)
        }
    };
    for (index, (path, here, there)) in rivals().into_iter().enumerate() {
        let seen = json!([here, there]);
        let (keep, _) = kept(index, here, there);
        done(
            &mut pair.clerk,
            &json!({ "do": "resolve_conflict", "project": project, "path": path, "seen": seen, "keep": keep }),
        );
    }
    pair.node.sync();
    for client in [&mut pair.clerk, &mut pair.officer] {
        wait_until("every conflict is over", || {
            let cells = client.project(&project)["cells"].clone();
            let mut rivals = rivals().into_iter().enumerate();
            rivals.all(|(index, (path, here, there))| {
                contenders(&cells[path]).is_empty()
                    && cells[path]["value"] == kept(index, here, there).0
            })
        });
    }

    // Whoever gave way reads so in the history, with who wrote what; writing the value there again puts it back.
    let past = pair
        .officer
        .get(&format!("/api/v1/projects/{project}/history"));
    let past = past.ok().json();
    let past = past.as_array().expect("a list");
    let mut back = serde_json::Map::new();
    for (index, (path, here, there)) in rivals().into_iter().enumerate() {
        let (keep, lost) = kept(index, here, there);
        let writer = if index.is_multiple_of(2) {
            "李梅"
        } else {
            "王科"
        };
        let told = past.iter().any(|entry| {
            entry["path"] == path && entry["new"] == lost && entry["by"]["name"] == writer
        });
        assert!(told, "{path}: {lost} of {writer} is not in {past:?}");
        let mut decisions = past
            .iter()
            .filter(|entry| entry["path"] == path && entry["act"] == "solve");
        let decided = decisions
            .next()
            .unwrap_or_else(|| panic!("{path}: {past:?}"));
        assert_eq!(decided["by"]["name"], "李梅", "{decided}");
        assert_eq!(
            (&decided["new"], decisions.next()),
            (&keep, None),
            "{past:?}"
        );
        back.insert(path.to_owned(), lost);
    }
    done(
        &mut pair.clerk,
        &json!({ "do": "edit", "project": project, "set": back }),
    );
    pair.node.sync();
    wait_until("the hub has what was put back", || {
        let cells = pair.officer.project(&project)["cells"].clone();
        back.iter()
            .all(|(path, value)| cells[path]["value"] == *value)
    });
    assert!(!pair.expect_equal_dumps().contains("_conflicts"));
}

/// The cells of a row on the page of its kind.
fn row_of(client: &mut Client, path: &str, row: &str) -> Value {
    let rows = client.get(path).ok().json()["rows"].clone();
    let rows = rows.as_array().cloned().unwrap_or_default();
    let found = rows.into_iter().find(|found| found["row"] == row);
    found.map_or(Value::Null, |found| found["cells"].clone())
}

/// Ends a clash of a record's cell with a value of one's own.
async fn write_a_third(root: &Path, node: &str, path: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(node).await?;
    browser.log_in("李梅", PASSWORD).await?;
    browser
        .open(&format!("{node}/records/section_people"))
        .await?;
    let card = format!("[data-conflict='{path}']");
    browser.find_with(&card, "项目负责人").await?;
    browser.click(&format!("{card} summary")).await?;
    let input = format!("{card} [data-path='{path}']");
    browser.fill(&input, "项目联络员").await?;
    browser.shoot("86-record-clash").await?;
    browser.click(&format!("{card} [type='submit']")).await?;
    browser.gone(&card).await?;
    browser.find_with("#records", "项目联络员").await?;
    browser.quit().await
}

#[test]
fn a_units_own_record_changed_on_both_sides_keeps_both_values_until_one_is_kept_or_put_back() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let (row, unit) = (ids::row(), pair.unit.clone());
    let write = |duty: &str| json!({ "do": "record", "table": "section_people", "unit": unit, "row": row, "set": { "person": "李四", "duty": duty } });
    let unit_id = unit.as_str().expect("a unit").to_owned();
    let of = format!("table=section_people&unit={unit_id}");
    let page = format!("/api/v1/records?{of}");
    done(&mut pair.clerk, &write("项目员"));
    pair.node.sync();
    wait_until("the hub holds the row", || {
        row_of(&mut pair.officer, &page, &row)["duty"]["value"] == "项目员"
    });

    pair.line(false);
    done(&mut pair.clerk, &write("项目专员"));
    let mut behalf = write("项目负责人");
    behalf["on_behalf"] = json!("周山电话告知");
    done(&mut pair.officer, &behalf);
    pair.line(true);
    pair.node.sync();
    let both = [json!("项目专员"), json!("项目负责人")];
    for client in [&mut pair.clerk, &mut pair.officer] {
        let mut shown = Value::Null;
        wait_until("the page of the kind shows both values", || {
            shown = row_of(client, &page, &row);
            contenders(&shown["duty"]).len() == 2
        });
        assert!(
            both.iter()
                .all(|value| contenders(&shown["duty"]).contains(value)),
            "{shown}"
        );
        assert!(
            contenders(&shown["person"]).is_empty(),
            "the same value twice: {shown}"
        );
    }
    let plain = pair.clerk.commands(&json!([ids::envelope(&write("其他"))]));
    assert_eq!(plain[0]["outcome"]["why"]["kind"], "in_conflict", "{plain}");

    // Neither is right any more: the clerk writes a third in the page.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let address = format!("http://{}", pair.node.address());
    let path = format!("section_people/{row}/duty");
    if let Err(error) = runtime.block_on(write_a_third(root.path(), &address, &path)) {
        panic!("{error:?}");
    }
    pair.node.sync();
    let officer = &mut pair.officer;
    wait_until("the conflict is over at the hub", || {
        let cell = row_of(officer, &page, &row)["duty"].clone();
        contenders(&cell).is_empty() && cell["value"] == "项目联络员"
    });
    // The value that gave way is in the history, and one click there puts it back.
    let history = officer.get(&format!("/api/v1/records/history?{of}&row={row}"));
    let history = history.ok().json();
    let written = history.as_array().expect("writes").iter();
    let lost = written
        .filter(|change| change["column"] == "duty")
        .find(|change| change["new"] == "项目负责人");
    assert_eq!(lost.expect("the other side's write")["by"]["name"], "王科");
    done(&mut pair.clerk, &write("项目负责人"));
    pair.node.sync();
    wait_until("it is back", || {
        row_of(&mut pair.officer, &page, &row)["duty"]["value"] == "项目负责人"
    });
    pair.expect_equal_dumps();
}

#[test]
fn a_month_filed_while_the_line_is_cut_reaches_the_hub_afterwards() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let project = pair.project("松坪镇集镇道路工程");
    let period = pair.officer.get("/api/v1/overview").ok().json()["period"].clone();
    let period = period.as_str().expect("a month").to_owned();
    let ledger = pair.officer.get("/api/v1/overview").ok().json()["ledger"].clone();

    pair.line(false);
    let done_path = format!("{period}/month_done_fen");
    let image_path = format!("{period}/month_image");
    done(
        &mut pair.clerk,
        &json!({ "do": "edit", "project": project, "set": { done_path: 5_000_000, image_path: "路基完成" } }),
    );
    let mut head = pair.node.log_in("周山", PASSWORD);
    done(
        &mut head,
        &json!({
            "do": "file", "filing": ids::row(), "unit": pair.unit, "ledger": ledger, "period": period,
            "lines": [{ "project": project }],
        }),
    );
    let sync = pair.clerk.get("/api/v1/sync").ok().json();
    assert_eq!(sync["state"], "offline", "{sync}");
    assert_eq!(sync["pending"], 2, "what waits is counted: {sync}");
    let state = |client: &mut Client, unit: &Value| {
        let overview = client
            .get(&format!("/api/v1/overview?period={period}"))
            .ok()
            .json();
        let units = overview["units"].as_array().cloned().unwrap_or_default();
        let found = units.into_iter().find(|line| &line["unit"] == unit);
        found.map(|line| line["state"].as_str().unwrap_or_default().to_owned())
    };
    assert_ne!(
        state(&mut pair.officer, &pair.unit).as_deref(),
        Some("filed"),
        "the hub cannot know yet"
    );
    let reminder = |client: &mut Client| {
        let path = format!("/api/v1/overview?period={period}");
        client.get(&path).ok().json()["reminder"].clone()
    };
    let asked = reminder(&mut pair.officer);
    let asked = asked.as_str().expect("a text to send");
    assert!(asked.contains(&format!("{TOWNSHIP}（共1家）")), "{asked}");

    pair.line(true);
    pair.node.sync();
    let (officer, unit) = (&mut pair.officer, &pair.unit);
    wait_until("the hub shows the filing", || {
        state(officer, unit).as_deref() == Some("filed")
    });
    assert!(reminder(officer).is_null(), "nobody is left to ask");
    pair.expect_equal_dumps();
}

#[test]
fn two_browsers_that_edit_one_field_from_one_screen_leave_both_values() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), TOWNSHIP);
    node.add_user("李梅", "clerk", PASSWORD);
    node.add_user("周山", "head", PASSWORD);
    node.start();
    let (mut first, mut second) = (node.log_in("李梅", PASSWORD), node.log_in("周山", PASSWORD));
    let unit = first.get("/api/v1/session").ok().json()["unit"].clone();
    let project = ids::project();
    let set = json!({ "name": "松坪镇供水工程", "site": "一村" });
    done(
        &mut first,
        &json!({ "do": "create_project", "project": project, "home": unit, "set": set }),
    );

    let screen = first.project(&project)["heads"].clone();
    let edit = |site: &str| json!({ "do": "edit", "project": project, "set": { "site": site } });
    answered(
        &mut first,
        &json!([ids::envelope_at(&edit("二村"), &screen, &[])]),
    );
    answered(
        &mut second,
        &json!([ids::envelope_at(&edit("三村"), &screen, &[])]),
    );

    let cell = first.project(&project)["cells"]["site"].clone();
    assert_eq!(contenders(&cell), [json!("三村"), json!("二村")]);
}

#[test]
fn a_person_who_types_three_times_before_an_answer_leaves_one_value() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), TOWNSHIP);
    node.add_user("李梅", "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in("李梅", PASSWORD);
    let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
    let project = ids::project();
    let set = json!({ "name": "松坪镇供水工程", "site": "一村" });
    done(
        &mut clerk,
        &json!({ "do": "create_project", "project": project, "home": unit, "set": set }),
    );

    let screen = clerk.project(&project)["heads"].clone();
    let edit = |site: &str| json!({ "do": "edit", "project": project, "set": { "site": site } });
    let first = ids::envelope_at(&edit("二"), &screen, &[]);
    let second = ids::envelope_at(&edit("二村"), &screen, &[&first]);
    let third = ids::envelope_at(&edit("二村三组"), &screen, &[&first, &second]);
    for envelope in [&first, &second, &third] {
        answered(&mut clerk, &json!([envelope]));
    }
    // The line was bad: the browser sends the last one again.
    answered(&mut clerk, &json!([third]));

    let cell = clerk.project(&project)["cells"]["site"].clone();
    assert_eq!(cell["value"], "二村三组");
    assert!(contenders(&cell).is_empty(), "{cell}");
}

#[test]
fn the_same_workbook_at_hub_and_township_is_no_conflict() {
    let root = tempfile::tempdir().expect("a folder");
    let pair = Pair::new(root.path());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ledger-real.xlsx");

    pair.line(false);
    for place in [&pair.hub, &pair.node] {
        let said = place.cli(&["import", file, "--unit", TOWNSHIP]).ok().json();
        assert_eq!(said["created"], 255, "{said}");
    }
    pair.line(true);
    pair.node.sync();
    let mut dump = String::new();
    wait_until("both hold the same", || {
        dump = pair.node.dump(TOWNSHIP);
        dump == pair.hub.dump(TOWNSHIP)
    });
    assert_eq!(dump.lines().count(), 255);
    assert!(!dump.contains("_conflicts"), "{dump}");
}

#[test]
fn an_edit_made_after_the_line_is_back_reaches_the_hub_by_itself() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let project = pair.project("松坪镇集镇道路工程");
    pair.line(false);
    pair.line(true);
    let edit = json!({ "do": "edit", "project": project, "set": { "site": "二村" } });
    done(&mut pair.clerk, &edit);
    wait_until("the hub shows the edit", || {
        pair.officer.project(&project)["cells"]["site"]["value"] == "二村"
    });
}

#[test]
fn a_conflict_resolved_after_the_line_is_back_is_over_at_the_hub_by_itself() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let project = pair.project("松坪镇集镇道路工程");
    pair.line(false);
    let edit = |site: &str| json!({ "do": "edit", "project": project, "set": { "site": site } });
    done(&mut pair.clerk, &edit("二村"));
    let mut behalf = edit("三村");
    behalf["on_behalf"] = json!("电话告知");
    done(&mut pair.officer, &behalf);
    pair.line(true);
    let site = |client: &mut Client| client.project(&project)["cells"]["site"].clone();
    let (clerk, officer) = (&mut pair.clerk, &mut pair.officer);
    wait_until("both sides show both values", || {
        contenders(&site(clerk)).len() == 2 && contenders(&site(officer)).len() == 2
    });
    let resolve = json!({
        "do": "resolve_conflict", "project": project, "path": "site", "seen": ["二村", "三村"], "keep": "三村",
    });
    done(clerk, &resolve);
    wait_until("the conflict is over at the hub", || {
        contenders(&site(officer)).is_empty()
    });
}

#[test]
fn a_history_that_may_cost_much_is_tried_in_a_process_of_its_own_and_arrives() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let project = ids::project();
    let at_hub = pair.officer.get("/api/v1/session").ok().json()["unit"].clone();
    let set = json!({ "name": "县城防洪堤工程", "total_investment_fen": 100_000_000 });
    done(
        &mut pair.officer,
        &json!({ "do": "create_project", "project": project, "home": at_hub, "set": set }),
    );
    // Each takes away what stands and writes as much again, letter by letter.
    for word in ["基础开挖", "桩基施工", "墙身浇筑", "回填压实"] {
        let set = json!({ "worklog": word.repeat(900) });
        let edit = json!({ "do": "edit", "project": project, "set": set });
        done(&mut pair.officer, &edit);
    }
    done(
        &mut pair.officer,
        &json!({ "do": "move_project", "project": project, "to": pair.unit }),
    );
    let path = format!("/api/v1/projects/{project}");
    wait_until("the township holds the project", || {
        pair.clerk.get(&path).status == 200
    });
    assert!(pair.expect_equal_dumps().contains("回填压实回填压实"));
    let log = pair.node.read_log();
    assert!(log.contains("costly changes were tried"), "{log}");
}
