//! Tables nobody writes, over the real routes: who reads them, what they hold, how they leave as a file.

use super::records::Visit;
use super::*;

fn row(number: u8) -> String {
    shared::ids::RowId::from_parts(1_795_000_000_000, [number; 10]).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_of_problems_is_worked_out_read_and_taken_away_as_a_file() {
    let house = House::build_in("longting", NodeRole::Node).await;
    let visit = Visit::of(&house, "乡长", Role::Head).await;
    let unit = house.node.info.unit;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": {"name": "面粉厂"}});
    visit.done(create).await;
    let issue = |number: u8, set: Value| json!({"do": "record", "project": project, "table": "issues", "row": row(number), "set": set});
    let later = json!({"description": "=HYPERLINK", "deadline": "2026-12-31", "responsible_unit": unit, "responsible_person": "赵"});
    visit.done(issue(1, later)).await;
    let sooner = json!({"description": "用电容量不足", "standard": "增容到位", "deadline": "2026-12-01", "responsible_unit": unit, "responsible_person": "赵"});
    visit.done(issue(2, sooner)).await;

    // Among the kinds it stands first, on a shelf of its own, and says how many projects it is about.
    let types = body(&visit.get("/api/v1/record-types").await);
    let kind = |table: &str| {
        let list = types.as_array().unwrap();
        let at = list.iter().position(|kind| kind["table"] == table);
        (at.unwrap(), list[at.unwrap()].clone())
    };
    let (_, ledger) = kind("issue_ledger");
    assert_eq!(
        [&ledger["label"], &ledger["place"], &ledger["rows"]],
        [&json!("问题台账"), &json!("compiled"), &json!(1)]
    );
    assert!(kind("issue_ledger").0 < kind("issues").0);
    assert_eq!(kind("collected").1["on"], false);

    let read = body(&visit.get("/api/v1/records?table=issue_ledger").await);
    let shown = |at: usize, column: &str| read["rows"][at]["cells"][column]["shown"].clone();
    assert_eq!(shown(0, "description"), "用电容量不足");
    assert_eq!(shown(0, "project"), "面粉厂");
    assert_eq!(shown(0, "responsible_unit"), house.node.info.unit_name);
    assert_eq!(shown(1, "lacks"), "解决标准");
    assert_eq!(read["writing"], "no");
    assert!(!read["refusal"].as_str().unwrap().is_empty());
    let write = json!({"do": "record", "table": "issue_ledger", "row": row(3), "set": {"description": "x"}});
    assert_eq!(visit.answer(&write).await["outcome"]["outcome"], "refused");

    const FILE: &str = "/api/v1/exports?table=issue_ledger&format=";
    let table = visit.get(&format!("{FILE}csv")).await;
    let text = std::str::from_utf8(table.body()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains("项目,存在问题,解决标准,解决时限,责任单位,责任人"));
    assert!(lines[1].starts_with("面粉厂,用电容量不足,增容到位,2026-12-01,"));
    assert!(lines[2].contains(",'=HYPERLINK,"), "{}", lines[2]);
    let book = visit.get(&format!("{FILE}xlsx")).await;
    assert!(book.body().starts_with(b"PK"));
    let lines = visit.get(&format!("{FILE}ndjson")).await;
    assert_eq!(lines.body().split(|byte| *byte == b'\n').count(), 3);
    let refused = visit.get(&format!("{FILE}docx")).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    // Another unit's is not this one's to read, in no form.
    let other = shared::ids::UnitId::from_bytes([9; 10]);
    for path in [
        format!("/api/v1/records?table=issue_ledger&unit={other}"),
        format!("{FILE}csv&unit={other}"),
    ] {
        assert_eq!(
            visit.get(&path).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_reads_the_dispatch_of_the_whole_county_and_of_one_unit() {
    let house = House::build_in("kaizhou", NodeRole::Hub).await;
    let visit = Visit::of(&house, "主任", Role::HubHead).await;
    let unit = house.node.info.unit;
    let month = house.site.context.clock.now().date().month_of();
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let done = format!("{month}/month_done_fen");
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": {"name": "滨江大桥", "owner_org": unit, done: 40_000_000}});
    visit.done(create).await;
    let read = body(&visit.get("/api/v1/records?table=month_dispatch").await);
    let cells = &read["rows"][0]["cells"];
    assert_eq!(cells["period"]["shown"], month.to_string());
    assert_eq!(cells["project"]["shown"], "滨江大桥");
    assert_eq!(cells["month_done_fen"]["shown"], "40 万元");
    assert_eq!(cells["standing"]["shown"], "填报中");
    let other = shared::ids::UnitId::from_bytes([9; 10]);
    let path = format!("/api/v1/records?table=month_dispatch&unit={other}");
    assert_eq!(body(&visit.get(&path).await)["rows"], json!([]));
    let file = visit
        .get("/api/v1/exports?table=month_dispatch&format=csv")
        .await;
    let text = std::str::from_utf8(file.body()).unwrap();
    assert!(
        text.contains("本月完成投资（万元）") && text.contains(",填报中,40,40,"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hubs_overview_counts_what_its_library_holds_and_what_waits() {
    let house = House::build_in("honghe", NodeRole::Hub).await;
    let visit = Visit::of(&house, "主任", Role::HubHead).await;
    let unit = house.node.info.unit;
    for number in [1, 2] {
        let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [number; 10]);
        let create = json!({"do": "create_project", "project": project, "home": unit, "set": {"name": format!("项目{number}")}});
        visit.done(create).await;
        let set = json!({"list": "hh.midlong", "nomination_act": "add", "project": project});
        visit
            .done(json!({"do": "record", "table": "nominations", "row": row(number), "set": set}))
            .await;
    }
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let take = json!({"do": "record", "project": project, "table": "transitions", "row": row(3), "set": {"to_stage": "reserve"}});
    visit.done(take).await;
    let overview = body(&visit.get("/api/v1/overview").await);
    let gaps = overview["gaps"].as_array().unwrap();
    let told = |label: &str| {
        let found = gaps.iter().find(|one| one["label"] == label);
        found.map(|one| one["projects"].clone())
    };
    assert_eq!(told("中长期重大项目库：在库"), Some(json!(1)), "{gaps:?}");
    assert_eq!(told("中长期重大项目库：待入库"), Some(json!(1)));
    // Thirteen counties are meant; none is enrolled yet.
    let collected = body(&visit.get("/api/v1/records?table=collected").await);
    let lacks = &collected["rows"][0]["cells"]["lacks"]["shown"];
    assert_eq!(lacks, "来源计 13 个，名称尚未配置");
}
