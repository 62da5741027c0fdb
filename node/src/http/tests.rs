//! Statuses, refusals and sessions over the real routes, with a told clock.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use shared::api::NodeRole;
use shared::command::Role;
use shared::time::Timestamp;
use tokio_util::sync::CancellationToken;
use warp::filters::BoxedFilter;
use warp::test::RequestBuilder;

use super::*;
use crate::accounts::password::Secret as Password;
use crate::accounts::session::IDLE_MS;
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::node::{Creation, Node, Options};

mod compiled;
mod exports;
mod kinds;
mod labels;
mod panels;
mod plain;
mod records;
mod sheets;

const HOST: &str = "127.0.0.1:8470";

/// One server without sockets.
struct House {
    routes: BoxedFilter<(warp::reply::Response,)>,
    site: Site,
    clock: Clock,
    node: Node,
    _dir: tempfile::TempDir,
}

impl House {
    async fn build() -> Self {
        Self::build_as(NodeRole::Node).await
    }

    /// A township with its clerk, or a hub with an officer.
    async fn build_as(role: NodeRole) -> Self {
        Self::build_in("kaizhou", role).await
    }

    /// The same in any county.
    async fn build_in(profile: &str, role: NodeRole) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let clock = Clock::manual(Timestamp(1_795_000_000_000), 7);
        let creation = Creation {
            role,
            name: "青山镇".to_owned(),
            profile: profile.to_owned(),
            demo: false,
        };
        Node::create(&data, &creation, &clock).unwrap();
        let options = Options {
            clock: clock.clone(),
            ..Options::default()
        };
        let node = Node::open(&data, options).await.unwrap();
        let flags = Flags {
            data: Some(data),
            ..Flags::default()
        };
        let config = Config::load(&flags, &|_| None).unwrap();
        let app = App {
            reach: Arc::new(crate::server::Reach::of(
                SocketAddr::from(([127, 0, 0, 1], 1)),
                Vec::new(),
                None,
            )),
            handle: node.handle.clone(),
            info: node.info.clone(),
            config: Arc::new(config),
            clock: clock.clone(),
            address: HOST.parse().unwrap(),
            control_address: "127.0.0.1:1".parse().unwrap(),
            control_token: Arc::new(node.identity.control_token.clone()),
            secure: false,
            stop: CancellationToken::new(),
        };
        let site = Site::open(&app).await.unwrap();
        site.context
            .accounts
            .add(
                "张三",
                match role {
                    NodeRole::Node => Role::Clerk,
                    NodeRole::Hub => Role::HubOfficer,
                },
                node.info.unit,
                Password::new("correct horse"),
            )
            .await
            .unwrap();
        Self {
            routes: routes(site.clone()),
            site,
            clock,
            node,
            _dir: dir,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Response<Bytes> {
        request.header("host", HOST).reply(&self.routes).await
    }

    async fn log_in(&self, password: &str) -> Response<Bytes> {
        let body = json!({"name": "张三", "password": password});
        self.send(
            warp::test::request()
                .method("POST")
                .path("/api/v1/session")
                .json(&body),
        )
        .await
    }

    /// The cookie and the proof of a fresh session.
    async fn session(&self) -> (String, String) {
        let response = self.log_in("correct horse").await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        (cookie, body(&response)["csrf"].as_str().unwrap().to_owned())
    }
}

fn body(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

fn get(path: &str) -> RequestBuilder {
    warp::test::request().path(path)
}

/// A command of who has this session.
fn post_command(cookie: &str, csrf: &str, command: &Value) -> RequestBuilder {
    warp::test::request()
        .method("POST")
        .path("/api/v1/commands")
        .header("cookie", cookie)
        .header("x-csrf", csrf)
        .json(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_works_and_logs_out() {
    let house = House::build().await;
    assert_eq!(
        house.send(get("/api/v1/session")).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let first = house.log_in("correct horse").await;
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    let name = format!("xm-{}=", &house.node.info.id.to_string()[..8]);
    assert!(
        cookie.starts_with(&name) && cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"),
        "{cookie}"
    );
    let (cookie, csrf) = house.session().await;
    let me = house
        .send(get("/api/v1/session").header("cookie", &cookie))
        .await;
    assert_eq!(body(&me)["name"], "张三");
    assert_eq!(body(&me)["csrf"], csrf);
    assert_eq!(me.headers()["cache-control"], "no-store");
    assert_eq!(me.headers()["x-content-type-options"], "nosniff");
    let words = house
        .send(get("/api/v1/words").header("cookie", &cookie))
        .await;
    let words: shared::text::book::WordBook = serde_json::from_slice(words.body()).unwrap();
    assert_eq!(words, shared::text::book::WordBook::of_this_version());
    let out = house
        .send(
            get("/api/v1/session")
                .method("DELETE")
                .header("cookie", &cookie)
                .header("x-csrf", &csrf),
        )
        .await;
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    let after = house
        .send(get("/api/v1/session").header("cookie", &cookie))
        .await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(body(&after)["code"], "XM-1001");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_says_how_long() {
    let house = House::build().await;
    for _ in 0..10 {
        let response = house.log_in("wrong horse").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(body(&response)["code"], "XM-1002");
    }
    let slowed = house.log_in("correct horse").await;
    assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slowed.headers()["retry-after"], "60");
    house.clock.advance_ms(60_000);
    assert_eq!(house.log_in("correct horse").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn idleness_a_new_password_and_barring_end_sessions() {
    let house = House::build().await;
    let alive = async |cookie: &str| {
        house
            .send(get("/api/v1/session").header("cookie", cookie))
            .await
            .status()
            == StatusCode::OK
    };
    let (cookie, _) = house.session().await;
    house.clock.advance_ms(IDLE_MS);
    assert!(!alive(&cookie).await);
    let user = house.site.context.accounts.find("张三").unwrap().id;
    let (cookie, _) = house.session().await;
    house
        .site
        .context
        .accounts
        .set_password(user, Password::new("another horse"))
        .await
        .unwrap();
    assert!(!alive(&cookie).await);
    house
        .site
        .context
        .accounts
        .set_password(user, Password::new("correct horse"))
        .await
        .unwrap();
    let (cookie, _) = house.session().await;
    assert!(alive(&cookie).await);
    house
        .site
        .context
        .accounts
        .set_disabled(user, true)
        .await
        .unwrap();
    assert!(!alive(&cookie).await);
    assert_eq!(
        house.log_in("correct horse").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_put_forward_or_back_ends_no_session_and_makes_none_eternal() {
    const TEN_YEARS_MS: i64 = 10 * 366 * 24 * 3_600_000;
    let house = House::build().await;
    let alive = async |cookie: &str| {
        let request = get("/api/v1/session").header("cookie", cookie);
        house.send(request).await.status() == StatusCode::OK
    };
    let (cookie, _) = house.session().await;
    let now = house.clock.now().0;
    // Ten years on, ten years back, and to 1970, as after a battery died: no time has passed.
    for jump in [TEN_YEARS_MS, -2 * TEN_YEARS_MS, TEN_YEARS_MS - now] {
        house.clock.jump_ms(jump);
        assert!(alive(&cookie).await, "put on by {jump} ms");
    }
    // Whoever logs in while it is wrong has no more time than others, nor has who was slowed down to wait longer.
    let (other, _) = house.session().await;
    house.clock.jump_ms(now);
    for _ in 0..5 {
        house.clock.advance_ms(IDLE_MS - 1);
        assert!(alive(&cookie).await && alive(&other).await);
    }
    house.clock.jump_ms(-TEN_YEARS_MS);
    house.clock.advance_ms(2 * 3_600_000);
    assert!(!alive(&cookie).await && !alive(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_other_sites_are_refused() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let commands = |request: RequestBuilder| {
        request
            .method("POST")
            .path("/api/v1/commands")
            .header("cookie", &cookie)
            .json(&json!([]))
    };
    let proven = |request: RequestBuilder| commands(request).header("x-csrf", &csrf);
    let new = warp::test::request;
    assert_eq!(house.send(proven(new())).await.status(), StatusCode::OK);
    for refused in [
        commands(new()),
        proven(new()).header("origin", "http://evil.example"),
        proven(new()).header("sec-fetch-site", "cross-site"),
    ] {
        let response = house.send(refused).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(body(&response)["code"], "XM-1005");
    }
    let form = proven(new()).header("content-type", "text/plain");
    assert_eq!(
        house.send(form).await.status(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let rebound = get("/healthz")
        .header("host", "evil.example:8470")
        .reply(&house.routes)
        .await;
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    let page = get("/")
        .header("host", "evil.example:8470")
        .reply(&house.routes)
        .await;
    assert_eq!(page.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_needs_a_person_says_so() {
    let house = House::build().await;
    for route in table::routes() {
        let path = route
            .path
            .replace("{id}", "x")
            .replace("{token}", "x")
            .replace("{ledger}", "x")
            .replace("{period}", "x");
        let request = warp::test::request()
            .method(route.method.as_str())
            .path(&path)
            .json(&json!({}));
        let status = house.send(request).await.status();
        match route.access {
            Access::Person => {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{} {path}", route.method)
            }
            Access::Open => assert_ne!(status, StatusCode::NOT_FOUND, "{} {path}", route.method),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_written_shown_and_listed() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let unit = house.node.info.unit;
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": {"name": "青山大桥"}});
    let post = |value: &Value| post_command(&cookie, &csrf, value);
    let answer = house.send(post(&create)).await;
    assert_eq!(answer.status(), StatusCode::OK, "{:?}", answer.body());
    assert_eq!(
        body(&answer)["outcome"]["outcome"],
        "done",
        "{:?}",
        answer.body()
    );
    let list = house
        .send(get("/api/v1/projects?q=qsdq&sort=-total_fen").header("cookie", &cookie))
        .await;
    assert_eq!(body(&list)["total"], 1, "{:?}", list.body());
    assert_eq!(body(&list)["rows"][0]["name"], "青山大桥");
    let none = house
        .send(get("/api/v1/projects?q=%E6%97%A0").header("cookie", &cookie))
        .await;
    assert_eq!(body(&none)["total"], 0);
    let one = house
        .send(get(&format!("/api/v1/projects/{project}")).header("cookie", &cookie))
        .await;
    assert_eq!(body(&one)["cells"]["name"]["value"], "青山大桥");
    let patch = warp::test::request()
        .method("PATCH")
        .path(&format!("/api/v1/projects/{project}"))
        .header("cookie", &cookie)
        .header("x-csrf", &csrf)
        .json(&json!({"set": {"total_investment_fen": -5}}));
    let refused = house.send(patch).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body(&refused)["code"], "XM-3001");
    let history = house
        .send(
            get(&format!("/api/v1/projects/{project}/history?path=name")).header("cookie", &cookie),
        )
        .await;
    assert_eq!(
        body(&history)[0]["by"]["name"],
        "张三",
        "{:?}",
        history.body()
    );
    for bad in [
        "sort=colour",
        "filter=colour:red",
        "limit=many",
        "period=2026-13",
    ] {
        let response = house
            .send(get(&format!("/api/v1/projects?{bad}")).header("cookie", &cookie))
            .await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
    let desk = house
        .send(get("/api/v1/desk").header("cookie", &cookie))
        .await;
    assert_eq!(body(&desk)["filing"]["rows"], 1, "{:?}", desk.body());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_says_what_the_rules_make_of_it() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let unit = house.node.info.unit;
    let set = json!({"name": "青山大桥", "total_investment_fen": 399_999_900});
    let create = json!({"do": "create_project", "project": project, "home": unit, "set": set});
    let created = post_command(&cookie, &csrf, &create);
    assert_eq!(house.send(created).await.status(), StatusCode::OK);
    let rules = get(&format!("/api/v1/projects/{project}/rules")).header("cookie", &cookie);
    let rules = body(&house.send(rules).await);
    assert_eq!(rules["stage"]["name"], "谋划", "{rules}");
    assert_eq!(rules["eligibility"][0]["says"], "不符合", "{rules}");
    let listing = rules["next"].as_array().unwrap().iter();
    let listing = listing
        .clone()
        .find(|next| next["transition"] == "T3")
        .unwrap();
    let gates = listing["gates"].as_array().unwrap();
    let review = gates
        .iter()
        .find(|gate| gate["guard"] == "joint_review_passed")
        .unwrap();
    assert_eq!(
        (&review["open"], &review["clause"]),
        (&json!(false), &json!("KZ-2.2.1"))
    );
    assert!(
        review["says"].as_str().unwrap().contains("会审"),
        "{review}"
    );
    let other = shared::ids::ProjectId::from_parts(1, [2; 10]);
    let unknown = get(&format!("/api/v1/projects/{other}/rules")).header("cookie", &cookie);
    assert_eq!(house.send(unknown).await.status(), StatusCode::NOT_FOUND);
    let countys = get("/api/v1/rules").header("cookie", &cookie);
    assert_eq!(house.send(countys).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_administration_and_the_hub_do_what_is_theirs() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let users = house
        .send(get("/api/v1/users").header("cookie", &cookie))
        .await;
    assert_eq!(users.status(), StatusCode::FORBIDDEN);
    let overview = house
        .send(get("/api/v1/overview").header("cookie", &cookie))
        .await;
    assert_eq!(overview.status(), StatusCode::FORBIDDEN);
    let user = house.site.context.accounts.find("张三").unwrap().id;
    let change = |value: Value| {
        warp::test::request()
            .method("PATCH")
            .path(&format!("/api/v1/users/{user}"))
            .header("cookie", &cookie)
            .header("x-csrf", &csrf)
            .json(&value)
    };
    assert_eq!(
        house.send(change(json!({"disabled": true}))).await.status(),
        StatusCode::FORBIDDEN
    );
    let weak = house.send(change(json!({"password": "12345678"}))).await;
    assert_eq!(weak.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        house
            .send(change(json!({"password": "my own choice"})))
            .await
            .status(),
        StatusCode::OK
    );
    assert_eq!(house.log_in("my own choice").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_is_refused_and_health_is_always_told() {
    let house = House::build().await;
    let health = house.send(get("/healthz")).await;
    assert_eq!(
        (health.status(), &health.body()[..]),
        (StatusCode::OK, &b"ok\n"[..])
    );
    assert_eq!(house.send(get("/readyz")).await.status(), StatusCode::OK);
    let large = "x".repeat(5 * 1024 * 1024);
    let request = warp::test::request()
        .method("POST")
        .path("/api/v1/session")
        .json(&json!({"name": large, "password": ""}));
    let response = house.send(request).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(body(&response)["code"], "XM-2003");
    assert_eq!(
        house.send(get("/control/v1").method("POST")).await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        house.send(get("/api/v1/nothing")).await.status(),
        StatusCode::NOT_FOUND
    );
}
