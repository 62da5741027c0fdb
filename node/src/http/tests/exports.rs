//! What leaves as a file over the real routes.

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
