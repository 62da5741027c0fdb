//! What a county's own words leave no room for: a prefecture's pages speak of counties and of its commission, never of a township or
//! of a project centre (domain.md 15.47).

use http::Method;
use shared::records;
use shared::text::book::WordBook;

use super::records::Visit;
use super::*;
use crate::http::table::{self, Shape};

/// Words of other counties.
const FOREIGN: &[&str] = &["乡镇", "区项目中心", "区重点办"];

/// Every answer a page is drawn from, for somebody who reads all: whatever needs no file and no parameter, and the pages of a project
/// and of every kind of record.
fn paths(project: shared::ids::ProjectId) -> Vec<String> {
    let routes = table::routes().iter();
    let plain = routes.filter(|route| {
        let shown = matches!(route.gives, Shape::Json(_) | Shape::AnyJson | Shape::Page);
        // The words of all counties are looked at by themselves; a document for programs names examples.
        let is_apart = [
            "/api/v1/words",
            "/api/v1/live",
            "/api/openapi.json",
            "/api/docs",
        ]
        .contains(&route.path);
        route.method == Method::GET && shown && !is_apart && !route.path.contains('{')
    });
    let mut paths: Vec<String> = plain.map(|route| route.path.to_owned()).collect();
    for part in ["", "/history", "/attachments", "/rules"] {
        paths.push(format!("/api/v1/projects/{project}{part}"));
    }
    paths.push(format!("/api/v1/record-types?project={project}"));
    for kind in records::readable() {
        let table = kind.id();
        paths.push(format!("/api/v1/records?table={table}&project={project}"));
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefecture_is_never_told_of_townships_or_a_project_centre() {
    for (role, head) in [(NodeRole::Node, Role::Head), (NodeRole::Hub, Role::HubHead)] {
        let house = House::build_in("honghe", role).await;
        let visit = Visit::of(&house, "周山", head).await;
        let project = shared::ids::ProjectId::from_parts(1_795_000_000_000, [1; 10]);
        let set = json!({"name": "青山大桥", "total_investment_fen": 100});
        let create = json!({"do": "create_project", "project": project, "home": house.node.info.unit, "set": set});
        visit.done(create).await;
        // What a rule refuses says who can help.
        let listed = json!({"do": "record", "project": project, "table": "transitions", "row": project, "set": {"to_stage": "listed"}});
        let mut said = visit.answer(&listed).await["sentence"].to_string();
        let mut shown = 0;
        for path in paths(project) {
            let answer = visit.get(&path).await;
            if answer.status() == StatusCode::OK {
                shown += 1;
                said.push_str(std::str::from_utf8(answer.body()).unwrap());
            }
            let text = std::str::from_utf8(answer.body()).unwrap();
            for word in FOREIGN {
                assert!(!text.contains(word), "{path} says {word}");
            }
        }
        assert!(shown > records::kinds().count() / 2, "{shown} answers");
        for word in FOREIGN {
            assert!(!said.contains(word), "a refusal says {word}");
        }
        assert!(said.contains("州发展改革委") && said.contains("县市"));

        let words = visit.get("/api/v1/words").await;
        let mut words: WordBook = serde_json::from_slice(words.body()).unwrap();
        // The kinds of units of all counties; a page looks up those that are there.
        words.options.retain(|options| options.id != "unit_kind");
        let words = serde_json::to_string(&words).unwrap();
        for word in FOREIGN {
            assert!(!words.contains(word), "the words say {word}");
        }
    }
}
