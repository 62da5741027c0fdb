//! Companion records over the real routes: kinds, rows as people read them, history, striking out, and who may read what.

use super::*;

/// A logged-in person.
pub(super) struct Visit<'a> {
    pub(super) house: &'a House,
    cookie: String,
    csrf: String,
}

impl<'a> Visit<'a> {
    pub(super) async fn begin(house: &'a House) -> Self {
        let (cookie, csrf) = house.session().await;
        Self {
            house,
            cookie,
            csrf,
        }
    }

    /// Another person of the house's unit, new here.
    pub(super) async fn of(house: &'a House, name: &str, role: Role) -> Self {
        let (accounts, unit) = (&house.site.context.accounts, house.node.info.unit);
        let password = Password::new("correct horse");
        accounts.add(name, role, unit, password).await.unwrap();
        let session = warp::test::request()
            .method("POST")
            .path("/api/v1/session")
            .json(&json!({"name": name, "password": "correct horse"}));
        let session = house.send(session).await;
        let cookie = session.headers()["set-cookie"].to_str().unwrap();
        Self {
            house,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: body(&session)["csrf"].as_str().unwrap().to_owned(),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Response<Bytes> {
        let request = get(path).header("cookie", &self.cookie);
        self.house.send(request).await
    }

    /// The answer to a command.
    pub(super) async fn answer(&self, command: &Value) -> Value {
        let request = post_command(&self.cookie, &self.csrf, command);
        let answer = self.house.send(request).await;
        assert_eq!(answer.status(), StatusCode::OK, "{:?}", answer.body());
        body(&answer)
    }

    /// What became of a command.
    async fn command(&self, command: Value) -> Value {
        self.answer(&command).await["outcome"].clone()
    }

    pub(super) async fn done(&self, command: Value) {
        let outcome = self.command(command).await;
        assert_eq!(outcome["outcome"], "done", "{outcome}");
    }
}

fn row(number: u8) -> String {
    shared::ids::RowId::from_parts(1_795_000_000_000, [number; 10]).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_township_writes_reads_and_strikes_records_of_its_project_and_its_own() {
    let house = House::build().await;
    let visit = Visit::begin(&house).await;
    let unit = house.node.info.unit;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": {"name": "青山大桥"}});
    visit.done(create).await;

    // The kinds, with the county's words and options.
    let types = visit
        .get(&format!("/api/v1/record-types?project={project}"))
        .await;
    let types = body(&types);
    let of = |table: &str| {
        let list = types.as_array().unwrap();
        list.iter()
            .find(|kind| kind["table"] == table)
            .cloned()
            .unwrap()
    };
    let early = of("early_work");
    assert_eq!(early["label"], "前期工作推进台账");
    assert_eq!(early["place"], "project");
    assert_eq!(early["rows"], 0);
    assert_eq!(early["generic"], true);
    assert_eq!(of("approvals")["acts"], true);
    let items = of("approvals")["columns"][0]["options"].clone();
    let item = items[0]["id"].as_str().unwrap().to_owned();
    assert!(!item.is_empty() && items[0]["label"] != items[0]["id"]);
    assert_eq!(of("policy_suggestions")["on"], false, "13.18: not here");
    assert!(of("meetings").get("rows").is_none(), "the hub's own");
    let english = get("/api/v1/record-types?table=approvals")
        .header("cookie", &visit.cookie)
        .header("accept-language", "en");
    let english = house.send(english).await;
    assert_eq!(body(&english)[0]["label"], "Approvals");

    // A row of the project, read with names for ids.
    let write = |row: &str, set: Value| json!({"do": "record", "project": project, "table": "early_work", "row": row, "set": set});
    let set = json!({"task": "地勘", "org": unit, "from": "2026-11-03"});
    visit.done(write(&row(1), set)).await;
    let list = format!("/api/v1/records?table=early_work&project={project}");
    let rows = body(&visit.get(&list).await);
    assert_eq!(rows["writing"], "own", "{rows}");
    assert_eq!(rows["of"], "青山大桥");
    assert_eq!(rows["rows"][0]["cells"]["org"]["shown"], "青山镇");
    assert_eq!(rows["rows"][0]["by"]["name"], "张三");
    let lacking = visit
        .command(write(&row(2), json!({"progress": "无"})))
        .await;
    assert_eq!(lacking["why"]["kind"], "missing", "{lacking}");
    visit
        .done(write(&row(1), json!({"task": "初步勘察"})))
        .await;
    let changes = visit
        .get(&format!(
            "/api/v1/records/history?table=early_work&project={project}&row={}",
            row(1)
        ))
        .await;
    let changes = body(&changes);
    assert_eq!(changes[0]["old"], "地勘", "{changes}");
    assert_eq!(changes[0]["new"], "初步勘察");
    assert_eq!(changes[0]["label"], "任务");

    // Struck out, it stays with its reason; a paper of the unit is struck the same way.
    let strike = |table: &str, row: &str, of: Value| {
        let mut command =
            json!({"do": "strike_row", "table": table, "row": row, "reason": "录入有误"});
        command["project"] = of;
        command
    };
    let command = strike("early_work", &row(1), json!(project));
    visit.done(command).await;
    let rows = body(&visit.get(&list).await);
    assert_eq!(rows["rows"][0]["struck"], "录入有误");
    assert_eq!(rows["kind"]["rows"], 0);
    let paper = json!({"do": "record", "table": "section_people", "row": row(3), "set": {"person": "李四"}});
    visit.done(paper).await;
    visit
        .done(strike("section_people", &row(3), Value::Null))
        .await;
    let again = strike("section_people", &row(3), Value::Null);
    assert_eq!(visit.command(again).await["why"]["kind"], "not_found");
    let rows = body(&visit.get("/api/v1/records?table=section_people").await);
    assert_eq!(rows["rows"][0]["struck"], "录入有误", "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_township_reads_and_writes_nothing_of_the_hubs_own() {
    let house = House::build().await;
    let visit = Visit::begin(&house).await;
    let other = shared::ids::UnitId::from_bytes([9; 10]);
    for (path, status) in [
        ("records?table=meetings", StatusCode::FORBIDDEN),
        ("records?table=score_values", StatusCode::FORBIDDEN),
        ("records?table=list_candidates", StatusCode::FORBIDDEN),
        (
            &*format!("records?table=section_people&unit={other}"),
            StatusCode::FORBIDDEN,
        ),
        ("records?table=notices", StatusCode::OK),
        ("records?table=approvals", StatusCode::BAD_REQUEST),
        ("records?table=filings", StatusCode::OK),
        ("records?table=list_entries", StatusCode::OK),
        ("records?table=attempts", StatusCode::BAD_REQUEST),
        ("records?table=roster", StatusCode::NOT_FOUND),
        (
            &*format!("records?table=filings&unit={other}"),
            StatusCode::FORBIDDEN,
        ),
        ("records?table=colour", StatusCode::NOT_FOUND),
        ("records/history?table=notices", StatusCode::BAD_REQUEST),
        (
            &*format!("records/history?table=meetings&row={}", row(1)),
            StatusCode::FORBIDDEN,
        ),
    ] {
        let answer = visit.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status(), status, "{path}");
    }
    let notices = body(&visit.get("/api/v1/records?table=notices").await);
    assert_eq!(notices["writing"], "no");
    let sentence = notices["refusal"].as_str().unwrap();
    assert!(sentence.contains("上级节点"), "{sentence}");
    let filings = body(&visit.get("/api/v1/records?table=filings").await);
    assert_eq!(filings["writing"], "no", "{filings}");
    let types = body(&visit.get("/api/v1/record-types").await);
    let mut kinds = types.as_array().unwrap().iter();
    assert!(kinds.any(|kind| kind["table"] == "list_entries"));
    let strike = json!({"do": "strike_row", "table": "trainings", "row": row(1), "reason": "x"});
    assert_eq!(visit.command(strike).await["why"]["kind"], "hub_only");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_keeps_its_own_records_and_observers_read_what_is_published() {
    let house = House::build_as(NodeRole::Hub).await;
    let visit = Visit::begin(&house).await;
    let training = json!({"do": "record", "table": "trainings", "row": row(1), "set": {"date": "2026-11-05", "topic": "策划包装"}});
    visit.done(training).await;
    let notice =
        json!({"do": "record", "table": "notices", "row": row(2), "set": {"text": "月报截止提前"}});
    visit.done(notice).await;
    let rows = body(&visit.get("/api/v1/records?table=trainings").await);
    assert_eq!(rows["rows"][0]["cells"]["topic"]["shown"], "策划包装");
    assert_eq!(rows["kind"]["rows"], 1);
    let strike =
        json!({"do": "strike_row", "table": "trainings", "row": row(1), "reason": "未举办"});
    visit.done(strike).await;
    let rows = body(&visit.get("/api/v1/records?table=trainings").await);
    assert_eq!(rows["rows"][0]["struck"], "未举办");
    // What only the head of the hub writes is refused to an officer.
    let rankings = body(&visit.get("/api/v1/records?table=rankings").await);
    assert_eq!(rankings["writing"], "no", "{rankings}");

    let observer = Visit::of(&house, "人大代表", Role::Observer).await;
    let notices = body(&observer.get("/api/v1/records?table=notices").await);
    assert_eq!(notices["rows"][0]["cells"]["text"]["shown"], "月报截止提前");
    assert_eq!(notices["writing"], "no");
    let drafts = observer.get("/api/v1/records?table=trainings").await;
    assert_eq!(drafts.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_the_hub_reads_who_asked_for_what() {
    let house = House::build_as(NodeRole::Hub).await;
    let visit = Visit::begin(&house).await;
    let training = json!({"do": "record", "table": "trainings", "row": row(1), "set": {"date": "2026-11-05", "topic": "策划包装"}});
    visit.done(training).await;
    let exception =
        json!({"do": "record", "table": "rankings", "row": row(2), "set": {"score_sheet": row(3)}});
    let refused = visit.command(exception).await;
    assert_eq!(refused["why"]["kind"], "role_may_not", "{refused}");
    assert_eq!(refused["help"]["from"], "区项目中心负责人", "{refused}");
    let own = visit.get("/api/v1/audit").await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);

    let head = Visit::of(&house, "主任", Role::HubHead).await;
    let trail = body(&head.get("/api/v1/audit").await);
    let lines = trail["entries"].as_array().unwrap();
    let of = |outcome: &str| lines.iter().find(|line| line["outcome"] == outcome);
    assert_eq!(of("done").unwrap()["what"], "trainings", "{trail}");
    assert_eq!(of("role_may_not").unwrap()["rule"], "domain 1.3");
    assert_eq!(trail["more"], false);
    let first = body(&head.get("/api/v1/audit?limit=1").await);
    assert_eq!(first["entries"].as_array().unwrap().len(), 1);
    assert_eq!(first["more"], true);
    let before = body(&head.get("/api/v1/audit?day=2020-01-01&to=2020-01-31").await);
    assert_eq!(before["entries"], json!([]));
}
