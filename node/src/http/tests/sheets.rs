//! Sheets of reports that are not of months: what they show, what they carry to be written, and what becomes of a filing.

use super::records::Visit;
use super::*;

/// 2026-11-18, a Wednesday, by the house's clock.
const WEEK: &str = "2026-11-16";

/// A project of the house's unit, with what the hub says of it.
async fn begun(house: &House, name: &str, hubs: Value) -> String {
    let visit = Visit::begin(house).await;
    let project = shared::ids::ProjectId::from_parts(1_794_000_000_000, [1; 10]);
    let unit = house.node.info.unit;
    let set = json!({ "name": name });
    visit
        .done(json!({"do": "create_project", "project": project, "home": unit, "set": set}))
        .await;
    let officer = shared::command::Actor {
        user: shared::ids::UserId::from_bytes([9; 5]),
        name: "王科".to_owned(),
        role: Role::HubOfficer,
        unit: shared::ids::UnitId::from_bytes([9; 10]),
        at_hub: true,
    };
    let command = json!({"do": "edit", "project": project, "set": hubs});
    let envelope = shared::command::Envelope {
        id: crate::control::new_command_id(&house.clock),
        base: None,
        after: Vec::new(),
        command: serde_json::from_value(command).unwrap(),
    };
    let handle = &house.site.context.handle;
    let answers = handle.command(officer, vec![envelope]).await.unwrap();
    let said = format!("{answers:?}");
    assert!(
        said.contains("Done") && said.contains("proposed: []"),
        "{said}"
    );
    project.to_string()
}

async fn drawn(visit: &Visit<'_>, of: &str) -> String {
    let answer = visit.get(&format!("/api/v1/panels/reports?of={of}")).await;
    assert_eq!(answer.status(), StatusCode::OK, "{of}: {:?}", answer.body());
    String::from_utf8_lossy(answer.body()).into_owned()
}

/// What stands between two marks, unescaped as a browser reads an attribute.
fn between(text: &str, from: &str, to: &str) -> String {
    let (_, rest) = text.split_once(from).expect(from);
    let (found, _) = rest.split_once(to).expect(to);
    found.replace("&quot;", "\"").replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_filled_in_its_row_filed_with_what_the_sheet_carries_and_received_as_filed() {
    let house = House::build_in("wushan", NodeRole::Node).await;
    let project = begun(&house, "三号<桥>", json!({"stage": "construction"})).await;
    let visit = Visit::begin(&house).await;
    let of = format!("R-WS-1/{WEEK}");

    // The desk and the list of reports lead there.
    let desk = visit.get("/api/v1/panels/desk").await;
    let desk = String::from_utf8_lossy(desk.body()).into_owned();
    let way = format!("href=\"/report/{of}\"");
    assert!(desk.contains(&way), "{desk}");
    assert!(!desk.contains("data-card=\"filing\""), "{desk}");
    assert!(drawn(&visit, "").await.contains(&way));

    // What is missing is named, and leads to its cell; the row it is written in is named with it.
    let empty = drawn(&visit, &of).await;
    assert!(empty.contains("2026年11月16日至11月22日"), "{empty}");
    assert!(
        empty.contains("三号&lt;桥&gt;") && !empty.contains("<桥>"),
        "{empty}"
    );
    assert!(
        empty.contains("还缺 1 处") && empty.contains("href=\"#cell-0-0\""),
        "{empty}"
    );
    let with = between(&empty, "data-with=\"", "\"");
    let (period, value) = with.split_once('=').unwrap();
    assert_eq!(value, WEEK);
    let image = period.replace("/period", "/image");
    assert!(empty.contains(&format!("data-path=\"{image}\"")), "{empty}");

    // A filing that lacks the week is refused; one with nothing to report is taken.
    let filing = async |query: &str| {
        let page = drawn(&visit, &format!("{of}&step=file{query}")).await;
        let command = between(&page, "data-command=\"", "\"");
        let command: Value = serde_json::from_str(&command).unwrap();
        (page, visit.answer(&command).await["outcome"].clone())
    };
    let (page, refused) = filing("").await;
    assert!(
        page.contains("1 个项目，已填 0，零报告 0，未填 1"),
        "{page}"
    );
    assert_eq!(refused["outcome"], "refused", "{refused}");
    let set = json!({period: WEEK, image: "桥面铺装"});
    visit
        .done(json!({"do": "edit", "project": project, "set": set}))
        .await;
    assert!(drawn(&visit, &of).await.contains("没有缺项"));
    let (page, done) = filing("").await;
    assert!(page.contains("■ 按时"), "{page}");
    assert_eq!(done["outcome"], "done", "{done}");
    let filed = drawn(&visit, &of).await;
    assert!(
        filed.contains("id=\"receipt\"") && filed.contains("data-filing-state=\"FiledLocally\""),
        "{filed}"
    );
    // What was filed is read, not written, until somebody corrects it.
    assert!(!filed.contains("<textarea"), "{filed}");
    let asked = drawn(&visit, &format!("{of}&step=correct")).await;
    assert!(
        asked.contains("name=\"why\"") && !asked.contains("data-path"),
        "{asked}"
    );
    let open = drawn(&visit, &format!("{of}&why=miscounted")).await;
    assert!(
        open.contains("<textarea") && open.contains("data-reason=\"miscounted\""),
        "{open}"
    );

    // The week after shows what this one said, and keeps it by one press.
    let next = drawn(&visit, "R-WS-1/2026-11-23").await;
    assert!(
        next.contains("上期：桥面铺装") && next.contains("data-label=\"沿用\""),
        "{next}"
    );
    let (page, done) = filing("&nil=&why=miscounted").await;
    assert!(page.contains("重新报送"), "{page}");
    assert_eq!(done["outcome"], "done", "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_with_nothing_to_report_is_filed_as_such() {
    let house = House::build_in("wushan", NodeRole::Node).await;
    let project = begun(&house, "四号桥", json!({"stage": "construction"})).await;
    let visit = Visit::begin(&house).await;
    let page = drawn(&visit, &format!("R-WS-1/{WEEK}&step=file&nil={project}")).await;
    assert!(page.contains("已填 0，零报告 1，未填 0"), "{page}");
    let command: Value = serde_json::from_str(&between(&page, "data-command=\"", "\"")).unwrap();
    assert_eq!(visit.answer(&command).await["outcome"]["outcome"], "done");
    assert!(
        drawn(&visit, &format!("R-WS-1/{WEEK}"))
            .await
            .contains("零报告：本期没有要报的情况")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn half_months_quarters_and_years_have_their_sheets_and_other_addresses_none() {
    let house = House::build_in("kundulun", NodeRole::Node).await;
    let _project = begun(&house, "产业园", json!({"programmes": "baolian,key"})).await;
    let visit = Visit::begin(&house).await;
    for (of, says) in [
        ("R-KD-2/2026-11-H2", "2026年11月下半月"),
        ("R-KD-4/2026-Q4", "2026年第四季度"),
        ("R-KD-4/2026", "2026年"),
    ] {
        let page = drawn(&visit, of).await;
        assert!(
            page.contains(says) && page.contains("产业园"),
            "{of}: {page}"
        );
    }
    let half = drawn(&visit, "R-KD-2/2026-11-H2").await;
    for column in ["progress", "procedures", "problem", "suggestion"] {
        assert!(
            half.contains(&format!("data-column=\"{column}\"")),
            "{column}: {half}"
        );
    }
    assert!(
        drawn(&visit, "R-KD-4/2026-Q4")
            .await
            .contains("data-path=\"image_now\"")
    );
    for nowhere in [
        "R-KD-2/2026-11-H3",
        "R-XX-1/2026-Q4",
        "R-KD-2/x/y",
        "R-KD-2/1/2/3",
        "R-KD-2",
    ] {
        let answer = visit
            .get(&format!("/api/v1/panels/reports?of={nowhere}"))
            .await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_sees_who_reported_a_week_and_reads_one_units_sheet() {
    let house = House::build_in("wushan", NodeRole::Hub).await;
    let visit = Visit::begin(&house).await;
    let page = drawn(&visit, &format!("R-WS-1/{WEEK}")).await;
    assert!(page.contains("已报 0/0"), "{page}");
    let county = visit.get("/api/v1/panels/county?period=2026-11").await;
    assert_eq!(county.status(), StatusCode::OK);
    let unit = house.node.info.unit;
    let sheet = drawn(&visit, &format!("R-WS-1/{WEEK}/{unit}")).await;
    assert!(
        !sheet.contains("file-sheet"),
        "the hub does not file for a unit: {sheet}"
    );
}
