//! Panels: what the node draws is for whoever may see it, and what people wrote in it is text.

use http::StatusCode;
use serde_json::json;
use shared::api::NodeRole;
use shared::command::Role;

use super::records::Visit;
use super::{House, get, post_command};

#[tokio::test(flavor = "multi_thread")]
async fn what_people_wrote_is_text_in_a_panel() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let set = json!({"name": "<img src=x onerror=alert(1)>", "total_investment_fen": 123_456_000_000_i64});
    let create = json!({"do": "create_project", "project": project, "home": house.node.info.unit, "set": set});
    house.send(post_command(&cookie, &csrf, &create)).await;
    let desk = house
        .send(get("/api/v1/panels/desk?period=2026-11").header("cookie", &cookie))
        .await;
    let drawn = String::from_utf8_lossy(desk.body()).into_owned();
    assert_eq!(desk.status(), StatusCode::OK);
    assert!(drawn.contains("123,456.00"), "{drawn}");
    assert!(!drawn.contains("<img"), "{drawn}");
    // The month is called as the county's report, and leads to the same page as the menu.
    assert!(drawn.contains("月度工作台账"), "{drawn}");
    assert!(drawn.contains("/report/R-KZ-1/2026-11"), "{drawn}");
    assert!(!drawn.contains("进度台账"), "{drawn}");
    // A row nobody began is empty, not wrong; the month's own day stands among what is due.
    assert!(
        drawn.contains("开始填报") && drawn.contains("未填 1"),
        "{drawn}"
    );
    assert!(drawn.contains(r#"data-due="report""#), "{drawn}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_is_in_the_readers_language() {
    let house = House::build().await;
    let (cookie, _) = house.session().await;
    for (lang, words) in [("zh-CN", "到期"), ("en", "Due")] {
        let desk = house
            .send(
                get("/api/v1/panels/desk")
                    .header("cookie", &cookie)
                    .header("accept-language", lang),
            )
            .await;
        let drawn = String::from_utf8_lossy(desk.body()).into_owned();
        assert!(drawn.contains(words), "{lang}: {drawn}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_panel_and_one_of_the_hub_are_refused() {
    let house = House::build_as(NodeRole::Node).await;
    let (cookie, _) = house.session().await;
    for (panel, status) in [
        ("weather", StatusCode::NOT_FOUND),
        ("county", StatusCode::FORBIDDEN),
    ] {
        let answer = house
            .send(get(&format!("/api/v1/panels/{panel}")).header("cookie", &cookie))
            .await;
        assert_eq!(answer.status(), status, "{panel}: {:?}", answer.body());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_part_of_a_project_is_drawn_and_no_other() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let set = json!({"name": "青山大桥", "2026-03/month_plan_fen": 900_000_000_000_i64, "2026-04/month_done_fen": 900_000_000_000_i64});
    let create = json!({"do": "create_project", "project": project, "home": house.node.info.unit, "set": set});
    house.send(post_command(&cookie, &csrf, &create)).await;
    let part = async |part: &str| {
        let path = format!("/api/v1/panels/project?project={project}&period=2026-11&part={part}");
        house.send(get(&path).header("cookie", &cookie)).await
    };
    for known in [
        "schedule",
        "money",
        "approvals",
        "problems",
        "months",
        "people",
        "past",
    ] {
        let answer = part(known).await;
        assert_eq!(
            answer.status(),
            StatusCode::OK,
            "{known}: {:?}",
            answer.body()
        );
        let drawn = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(
            drawn.contains(&format!("data-project=\"{project}\"")),
            "{drawn}"
        );
    }
    assert_eq!(part("weather").await.status(), StatusCode::NOT_FOUND);
    // A project that is an idea yet is not there for observers (domain.md 15, scenario 50).
    let observer = Visit::of(&house, "人大代表", Role::Observer).await;
    let path = format!("/api/v1/panels/project?project={project}&part=people");
    assert_eq!(observer.get(&path).await.status(), StatusCode::NOT_FOUND);
}
