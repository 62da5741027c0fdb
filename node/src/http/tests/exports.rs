//! What leaves as a file over the real routes.

use super::records::Visit;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn results_of_assessment_leave_the_hub_as_a_file() {
    const PATH: &str = "/api/v1/exports?view=results&period=2026-11";
    let house = House::build_as(NodeRole::Hub).await;
    let (cookie, csrf) = house.session().await;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let set = json!({"name": "青山大桥", "2026/year_plan_fen": 120_000_000, "2026-06/month_done_fen": 60_000_000});
    let unit = house.node.info.unit;
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": set});
    let created = post_command(&cookie, &csrf, &create);
    let created = house.send(created).await;
    assert_eq!(
        body(&created)["outcome"]["outcome"],
        "done",
        "{:?}",
        created.body()
    );
    let ask = |format: &str| get(&format!("{PATH}&format={format}")).header("cookie", &cookie);
    let table = house.send(ask("csv")).await;
    assert_eq!(table.status(), StatusCode::OK);
    let text = String::from_utf8(table.body().to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    // One line for each of the county's two schemes.
    assert_eq!(lines.len(), 2, "{text}");
    for line in lines {
        assert!(
            line.contains(",单位,青山镇,1,0,1,120,60,50.00,青山大桥,0,"),
            "{line}"
        );
    }
    let book = house.send(ask("xlsx")).await;
    assert_eq!(book.status(), StatusCode::OK);
    assert!(book.body().starts_with(b"PK"));
    assert_eq!(
        house.send(ask("docx")).await.status(),
        StatusCode::BAD_REQUEST
    );
    let township = House::build().await;
    let (cookie, _) = township.session().await;
    let refused = township.send(get(PATH).header("cookie", &cookie)).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_results_of_a_unit_and_of_its_leader_leave_with_their_scores() {
    let house = House::build_in("kundulun", NodeRole::Hub).await;
    let visit = Visit::of(&house, "主任", Role::HubHead).await;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let row = |number: u8| shared::ids::RowId::from_parts(1_795_000_000_000, [number; 10]);
    let unit = house.node.info.unit;
    let set = json!({"name": "氧化铝扩建", "2026/year_plan_fen": 120_000_000, "2026-06/month_done_fen": 60_000_000});
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": set});
    visit.done(create).await;
    let edit = json!({"programmes": "baolian", "lead_unit": unit});
    visit
        .done(json!({"do": "edit", "project": project, "set": edit}))
        .await;
    let record = |table: &str, number: u8, set: Value| json!({"do": "record", "table": table, "row": row(number), "set": set});
    let mut leader = record("lead_leaders", 1, json!({"person": "王副区长"}));
    leader["project"] = json!(project);
    visit.done(leader).await;
    let sheet = json!({"topic": "baolian", "period": "2026-07"});
    visit.done(record("score_sheets", 2, sheet)).await;
    for (number, subject, score) in [
        (3, unit.to_string(), "85"),
        (4, "王副区长".to_owned(), "70"),
    ] {
        let value = json!({"score_sheet": row(2), "subject": subject, "indicator": "plan_progress", "score": score});
        visit.done(record("score_values", number, value)).await;
    }
    let table = visit
        .get("/api/v1/exports?view=results&period=2026-11&format=csv")
        .await;
    let text = std::str::from_utf8(table.body()).unwrap();
    let of = |who: &str| {
        let line = text.lines().find(|line| line.contains(who));
        line.unwrap_or_else(|| panic!("{who}: {text}")).to_owned()
    };
    let (unit, leader) = (of(",单位,青山镇,"), of(",领导,王副区长,"));
    for line in [&unit, &leader] {
        assert!(line.contains(",120,60,50.00,氧化铝扩建,"), "{line}");
    }
    assert!(unit.contains("2026-07 推进方案完成情况 85.00"), "{unit}");
    assert!(
        leader.contains("2026-07 推进方案完成情况 70.00"),
        "{leader}"
    );
}
