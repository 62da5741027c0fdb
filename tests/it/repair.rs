//! A change that the hub refuses, and everything typed after it: a repair parts from it and brings the rest to the hub
//! (research/reliability.md 2.6).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, ensure};
use node::node::{Node, Options};
use shared::command::Role;
use shared::document::{Author, Base};
use shared::field::{Field, FieldPath};
use shared::ids::{DocumentId, ProjectId};
use shared::library::LibraryError;
use shared::sync::{
    Input, Plan, RepairRefusal, RepairWish, Reply, RequestRefusal, parted, quarantined,
};
use shared::text::line::LineReason;
use shared::time::Timestamp;
use shared::value::Value;
use tests::browser::Browser;
use tests::http::Client;
use tests::invariants;
use tests::process::{Place, wait_until};
use tests::world::World;

use crate::strikes::PASSWORD;

fn site() -> FieldPath {
    FieldPath::once(Field::Site)
}

/// A hub and a township with a project that both hold.
fn pair(seed: u64) -> (World, ProjectId) {
    let mut world = World::new(seed, 1);
    world.enrol(1);
    let home = world.unit(1);
    let project = world.create(1, home);
    world.run_for(20_000);
    (world, project)
}

fn plan(world: &mut World, project: ProjectId) -> Result<Plan, RepairRefusal> {
    let party = &mut world.parties[1];
    let replica = party.replica.as_mut().expect("it runs");
    let id = DocumentId::Project(project);
    replica
        .plan_repair(&party.store, &id)
        .expect("memory reads")
}

fn wish(world: &mut World, project: ProjectId, leave: &[FieldPath]) -> RepairWish {
    let actor = world.actor(1);
    let plan = plan(world, project);
    RepairWish {
        document: DocumentId::Project(project),
        mark: plan.map(|plan| plan.mark).unwrap_or_default(),
        leave: leave.iter().cloned().collect(),
        actor,
    }
}

fn repair(world: &mut World, wish: RepairWish) -> Reply {
    let request = world.request(1);
    world.give(1, Input::Repair { request, wish });
    world.parties[1]
        .replies
        .remove(&request)
        .expect("an answer")
}

/// Everything that stands in a project's document at a party.
fn standing(
    world: &mut World,
    index: usize,
    project: ProjectId,
) -> BTreeMap<String, BTreeSet<Value>> {
    let party = &mut world.parties[index];
    let library = party.replica.as_mut().expect("it runs").library();
    let document = library.document(&party.store, &DocumentId::Project(project));
    let entries = document.expect("it is there").entries().into_iter();
    let values = entries.map(|entry| {
        let rivals = entry.rivals.into_iter().map(|rival| rival.value);
        (entry.path.as_str().to_owned(), rivals.collect())
    });
    values.collect()
}

/// Why the line is not as it should be, as a party tells it.
fn cause(world: &World, index: usize) -> Option<LineReason> {
    let replica = world.parties[index].replica.as_ref().expect("it runs");
    replica.status(world.now).cause
}

fn waiting(world: &World, index: usize) -> usize {
    quarantined(&world.parties[index].store)
        .expect("memory reads")
        .len()
}

#[test]
fn what_was_typed_after_a_refused_change_reaches_the_hub_once_the_document_is_repaired() {
    let (mut world, project) = pair(51);
    let id = DocumentId::Project(project);
    world.edit(1, project, Field::Problems);
    world.run_for(20_000);
    assert_eq!(plan(&mut world, project).err(), Some(RepairRefusal::Sound));
    world.write_like_no_program(1, &id, site());
    // Ten edits build on it; the hub's own of the meantime do not.
    let fields = [
        Field::Background,
        Field::ImageNow,
        Field::ProceduresNow,
        Field::Notes,
    ];
    for round in 0..10 {
        world.edit(1, project, fields[round % fields.len()]);
    }
    world.run_for(20_000);
    assert_eq!(waiting(&world, 1), 11);
    assert_eq!(cause(&world, 1), Some(LineReason::ChangesRefused));
    assert_ne!(world.heads(0, &id), world.heads(1, &id));
    let bad: BTreeSet<_> = quarantined(&world.parties[1].store)
        .expect("memory reads")
        .into_iter()
        .map(|change| change.hash)
        .collect();
    let before = standing(&mut world, 1, project);

    let found = plan(&mut world, project).expect("it can be repaired");
    let branch = &found.branch;
    assert_eq!((branch.left.len(), branch.lost.len()), (11, 5));
    assert!(branch.lost.iter().all(|lost| found.keeps(lost)));
    // Somebody types on while the page is open.
    let seen = wish(&mut world, project, &[]);
    world.edit(1, project, Field::Background);
    let moved = Reply::Refused(RequestRefusal::Repair(RepairRefusal::Moved));
    assert_eq!(repair(&mut world, seen), moved);
    assert_eq!(standing(&mut world, 1, project).len(), before.len());
    let before = standing(&mut world, 1, project);

    // What is left out is for the head of the unit to decide.
    let mut again = wish(&mut world, project, &[site()]);
    let not_allowed = Reply::Refused(RequestRefusal::Repair(RepairRefusal::NotAllowed));
    assert_eq!(repair(&mut world, again.clone()), not_allowed);
    assert_eq!(standing(&mut world, 1, project), before);
    again.actor.role = Role::Head;
    let values = 4;
    assert_eq!(
        repair(&mut world, again),
        Reply::Repaired {
            values,
            changes: 12
        }
    );
    assert_eq!(waiting(&world, 1), 0);
    world.crash(1);
    world.start(1);
    world.run_for(700_000);
    assert_eq!(world.heads(0, &id), world.heads(1, &id));
    let mut after = standing(&mut world, 0, project);
    assert!(!after.contains_key(site().as_str()), "it was left out");
    after.insert(site().as_str().to_owned(), before[site().as_str()].clone());
    assert_eq!(after, before);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    // What left is kept, and the next edit is an ordinary one.
    let kept = parted(&world.parties[1].store).expect("memory reads");
    assert_eq!(kept.len(), 12);
    assert!(
        kept.iter()
            .map(|change| change.hash)
            .collect::<BTreeSet<_>>()
            .is_superset(&bad)
    );
    world.edit(1, project, Field::Background);
    world.run_for(20_000);
    assert_eq!(world.heads(0, &id), world.heads(1, &id));
    assert_eq!(waiting(&world, 1), 0);
}

#[test]
fn a_document_that_is_another_units_only_parts_from_what_was_refused() {
    let mut world = World::new(52, 2);
    world.enrol(1);
    world.enrol(2);
    let (home, to) = (world.unit(1), world.unit(2));
    let project = world.create(1, home);
    world.run_for(20_000);
    let moving = shared::command::Command::MoveProject { project, to };
    world.command(0, moving, Vec::new());
    world.run_for(20_000);
    world.write_past_the_rules(1, &DocumentId::Project(project), site(), "ours still");
    world.run_for(20_000);
    assert_eq!(waiting(&world, 1), 1);
    let found = plan(&mut world, project).expect("it can part");
    assert!(!found.is_ours && found.branch.lost.len() == 1);
    // Until somebody decides, the township is told that it did not arrive.
    assert_eq!(cause(&world, 1), Some(LineReason::ChangesRefused));
    let mut wanted = wish(&mut world, project, &[]);
    wanted.actor.role = Role::Head;
    let (values, changes) = (0, 1);
    assert_eq!(
        repair(&mut world, wanted),
        Reply::Repaired { values, changes }
    );
    assert_eq!((waiting(&world, 1), cause(&world, 1)), (0, None));
    assert!(!standing(&mut world, 1, project).contains_key(site().as_str()));
    assert_eq!(
        parted(&world.parties[1].store).expect("memory reads").len(),
        1
    );
}

#[test]
fn a_node_that_did_not_hear_of_a_refusal_is_told_when_it_greets() {
    let (mut world, project) = pair(53);
    world.write_like_no_program(1, &DocumentId::Project(project), site());
    let before = world.parties[1].store.clone();
    world.run_for(20_000);
    assert_eq!(cause(&world, 1), Some(LineReason::ChangesRefused));
    // Its disk is put back to before it had heard, and so it goes once more after a cut.
    world.crash(1);
    world.parties[1].store = before;
    world.start(1);
    world.run_for(700_000);
    assert_eq!(cause(&world, 1), Some(LineReason::ChangesRefused));
    // What it parts from is waited for at neither side, also where the line is away just then.
    world.crash(0);
    world.run_for(200_000);
    let wanted = wish(&mut world, project, &[]);
    let done = repair(&mut world, wanted);
    assert!(
        matches!(done, Reply::Repaired { changes: 1, .. }),
        "{done:?}"
    );
    world.start(0);
    world.run_for(700_000);
    assert_eq!((waiting(&world, 0), waiting(&world, 1)), (0, 0));
    assert_eq!(
        parted(&world.parties[0].store).expect("memory reads").len(),
        1
    );
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    assert_eq!(invariants::heads_are_equal(&mut world), Ok(()));
}

#[test]
fn what_the_hub_takes_in_after_all_is_refused_no_more_where_it_was_written() {
    let mut world = World::new(54, 2);
    world.enrol(1);
    world.enrol(2);
    let (home, to) = (world.unit(1), world.unit(2));
    let project = world.create(1, home);
    world.run_for(20_000);
    let moved = |to| shared::command::Command::MoveProject { project, to };
    world.command(0, moved(to), Vec::new());
    world.run_for(20_000);
    world.write_past_the_rules(1, &DocumentId::Project(project), site(), "ours still");
    world.run_for(20_000);
    assert_eq!(cause(&world, 1), Some(LineReason::ChangesRefused));
    // It is given back, and what was refused is brought again with the next greeting.
    world.command(0, moved(home), Vec::new());
    world.run_for(20_000);
    world.cut_all();
    world.run_for(700_000);
    assert_eq!((waiting(&world, 0), waiting(&world, 1)), (0, 0));
    assert_eq!(cause(&world, 1), None);
    let values = standing(&mut world, 0, project).remove(site().as_str());
    assert_eq!(values, Some([Value::from("ours still")].into()));
}

#[test]
fn whatever_happened_apart_a_repair_loses_nothing_that_was_seen() {
    let fields = [
        Field::Site,
        Field::Background,
        Field::ImageNow,
        Field::Problems,
    ];
    let mut repaired = 0;
    for seed in 0..20 {
        let (mut world, project) = pair(900 + seed);
        let id = DocumentId::Project(project);
        for _ in 0..2 {
            // Both sides type, with and without a line between them. Once it is something no program makes: three times, and the
            // node is suspended.
            let mut is_sound = true;
            for _ in 0..12 {
                let field = fields[usize::try_from(world.draw(4)).expect("few")];
                match world.draw(8) {
                    0..=2 => drop(world.edit(1, project, field)),
                    3..=4 => drop(world.edit(0, project, field)),
                    5 if std::mem::take(&mut is_sound) => {
                        world.write_like_no_program(1, &id, FieldPath::once(field));
                    }
                    6 => world.cut_all(),
                    _ => world.run_for(5_000),
                }
            }
            world.run_for(700_000);
            let Ok(found) = plan(&mut world, project) else {
                continue;
            };
            assert!(!found.branch.left.is_empty());
            repaired += 1;
            let before = standing(&mut world, 1, project);
            let wanted = wish(&mut world, project, &[]);
            let answered = repair(&mut world, wanted);
            assert!(
                matches!(answered, Reply::Repaired { .. }),
                "seed {seed}: {answered:?}"
            );
            assert_eq!(standing(&mut world, 1, project), before, "seed {seed}");
            world.run_for(700_000);
            assert_eq!(world.heads(0, &id), world.heads(1, &id), "seed {seed}");
            assert_eq!(standing(&mut world, 0, project), before, "seed {seed}");
        }
        assert_eq!(waiting(&world, 1), 0, "seed {seed}");
    }
    assert!(
        repaired > 10,
        "only {repaired} of 40 rounds had something to repair"
    );
}

/// Writes past all rules into the data folder of a node that does not run.
async fn spoil(dir: &Path, project: &str) {
    let node = Node::open(dir, Options::default()).await;
    let node = node.expect("the folder opens");
    let id = DocumentId::Project(project.parse().expect("an id"));
    let written = node.handle.write(move |context| {
        let author = Author {
            process: context.replica.actor_seed(),
            message: "x".repeat(1_000),
            at: Timestamp(1_790_000_000_000),
            base: Base::Now,
        };
        let edits = [(site(), Value::from("旧址"))];
        let library = context.replica.library();
        library.write(context.turn, &id, &edits, &author)?;
        Ok::<(), LibraryError>(())
    });
    let written = written.await.expect("the driver runs");
    written.expect("the document takes it");
    node.close().await;
}

async fn repair_on_the_page(root: &Path, township: &Place, document: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let address = format!("http://{}", township.address());
    browser.open(&address).await?;
    browser.log_in("李梅", PASSWORD).await?;
    browser.open(&format!("{address}/sync")).await?;
    browser
        .click(&format!("[data-repair='{document}']"))
        .await?;
    browser.find_with("#repair-told", "重新写入").await?;
    let told = browser.find("#repair-told").await?.text().await?;
    ensure!(told.contains("具体选址：（空） → “旧址”"), "{told}");
    ensure!(told.contains("存在问题") && told.contains("李梅"), "{told}");
    browser.shoot("99-repair").await?;
    browser.click("#repair-take").await?;
    browser.find_with("#repair-told", "已修复").await?;
    browser.gone("#quarantine [data-hash]").await?;
    browser.shoot("99-repaired").await?;
    browser.quit().await
}

#[test]
fn a_clerk_sees_what_a_repair_comes_to_and_says_yes() {
    let root = tempfile::tempdir().expect("a folder");
    let (hub, mut township) = Place::hub_and_township(root.path(), "青山镇", PASSWORD);
    let project = township.create("第一座桥");
    township.sync();
    let at = township.address();
    township.stop();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(spoil(&township.dir, &project));
    township.start_at(at);
    let mut clerk = township.log_in("李梅", PASSWORD);
    let edit = serde_json::json!({ "do": "edit", "project": project, "set": { "problems": "缺用地指标" } });
    let answers = clerk.commands(&serde_json::json!([tests::ids::envelope(&edit)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    // The month is filed with what the hub will not take.
    let me = clerk.get("/api/v1/session").ok().json();
    let month = shared::time::Timestamp(me["now"].as_i64().expect("the node's clock"));
    let month = month.date().month_of();
    let mut officer = hub.log_in("王科", PASSWORD);
    let overview = |officer: &mut Client| officer.get("/api/v1/overview").ok().json();
    let ledger = overview(&mut officer)["ledger"].clone();
    township.add_user("周山", "head", PASSWORD);
    let mut head = township.log_in("周山", PASSWORD);
    let set = serde_json::json!({ format!("{month}/month_done_fen"): 5_000_000, format!("{month}/month_image"): "路基完成" });
    let filling = serde_json::json!({ "do": "edit", "project": project, "set": set });
    let filing = serde_json::json!({
        "do": "file", "filing": tests::ids::row(), "unit": me["unit"], "ledger": ledger, "period": month.to_string(),
        "lines": [{ "project": project }],
    });
    for (person, command) in [(&mut clerk, filling), (&mut head, filing)] {
        let answers = person.commands(&serde_json::json!([tests::ids::envelope(&command)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    wait_until("the hub refuses all", || {
        township.cli(&["status"]).ok().json()["quarantined"] == 3
    });
    // It does not say that all is well.
    let synced = township.cli(&["sync"]);
    assert_eq!(synced.code, Some(1), "{synced:?}");
    assert_eq!(township.cli(&["status"]).ok().json()["sync_code"], "S6");
    let document = format!("project/{project}");
    // A plan is made for the record as it stands.
    let path = format!("/api/v1/quarantine/{document}");
    let plan = clerk.get(&path).ok().json();
    assert_eq!(plan["values"].as_array().map(Vec::len), Some(4), "{plan}");
    let stale = clerk.send("POST", &format!("{path}/{}", "ab".repeat(16)), None);
    assert_eq!(stale.status, 409, "{}", stale.text());
    let dry = township.cli(&["quarantine", "repair", &document, "--dry-run"]);
    assert_eq!(dry.ok().json()["values"], serde_json::Value::Null);
    assert_eq!(township.cli(&["status"]).ok().json()["quarantined"], 3);

    let done = runtime.block_on(repair_on_the_page(root.path(), &township, &document));
    done.unwrap_or_else(|error| panic!("{error:?}"));
    township.sync();
    let cells = officer.project(&project)["cells"].clone();
    assert_eq!(cells["problems"]["value"], "缺用地指标", "{cells}");
    assert_eq!(cells["site"]["value"], "旧址", "{cells}");
    let history = officer.get(&format!("/api/v1/projects/{project}/history?path=problems"));
    assert_eq!(
        history.ok().json()[0]["by"]["name"],
        "李梅",
        "in her name still"
    );
    assert_eq!(township.cli(&["status"]).ok().json()["quarantined"], 0);
    // Nor does the hub wait for it any more, and the month has arrived with what came in its place.
    assert_eq!(hub.cli(&["status"]).ok().json()["quarantined"], 0);
    wait_until("the month is received", || {
        let units = overview(&mut officer)["units"].clone();
        let mut units = units.as_array().into_iter().flatten();
        units.any(|line| line["unit"] == me["unit"] && line["state"] == "filed")
    });
    let _clean = township.cli(&["check"]).ok();
    // What left the record goes with every export, and there is nothing more to repair.
    let out = root.path().join("隔离.jsonl");
    let out = out.to_str().expect("a path");
    let _written = township.cli(&["quarantine", "export", out]).ok();
    let lines = std::fs::read_to_string(out).expect("a file");
    assert_eq!(lines.lines().count(), 3);
    assert!(
        lines
            .lines()
            .all(|line| line.contains("\"is_parted\":true"))
    );
    let again = township.cli(&["quarantine", "repair", &document]);
    assert_eq!(again.code, Some(1), "{again:?}");
    let trail = township.cli(&["audit", "verify"]);
    assert_eq!(trail.code, Some(0), "{trail:?}");
}
