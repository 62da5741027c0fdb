//! A node that brings what no honest program makes: refused with a `Nack` each time, suspended by the third, and in nobody's way.

use node::clock::Clock;
use node::node::{Creation, MemoryNode};
use serde_json::{Value as Json, json};
use shared::api::{AlarmKind, NodeRole, PeerStatus};
use shared::document::{Author, Base};
use shared::field::{Field, FieldPath};
use shared::gate::Reason;
use shared::identity::{NodeKey, unit_id_of};
use shared::ids::{DocumentId, ProjectId};
use shared::library::LibraryError;
use shared::sync::{Enrolment, Input, Reply, Standing, quarantined};
use shared::text::line::LineReason;
use shared::value::Value;
use tests::http::Client;
use tests::ids;
use tests::invariants;
use tests::process::{Place, wait_until};
use tests::world::World;

fn site() -> FieldPath {
    FieldPath::once(Field::Site)
}

/// What the hub of a simulated county knows of a node.
fn peer(world: &World, index: usize) -> PeerStatus {
    let node = world.parties[index].key.node_id();
    let hub = world.parties[0].replica.as_ref().expect("the hub runs");
    let peers = hub.peers().into_iter();
    let mut found = peers.filter(|peer| peer.id == node);
    found.next().expect("it is enrolled")
}

fn alarm(world: &World, index: usize) -> (AlarmKind, String, u8) {
    let alarm = peer(world, index).alarm.expect("an alarm");
    (alarm.kind, alarm.reason, alarm.strikes)
}

/// Two townships at a hub; the first has several projects, the second one.
fn county(seed: u64) -> (World, Vec<ProjectId>, ProjectId) {
    let mut world = World::new(seed, 2);
    world.enrol(1);
    world.enrol(2);
    let (first, second) = (world.unit(1), world.unit(2));
    let many = (0..6).map(|_| world.create(1, first)).collect();
    let other = world.create(2, second);
    world.run_for(20_000);
    (world, many, other)
}

fn is_at_hub(world: &mut World, index: usize, project: ProjectId) -> bool {
    let id = DocumentId::Project(project);
    world.heads(0, &id) == world.heads(index, &id)
}

#[test]
fn the_third_batch_that_no_program_makes_suspends_its_sender_and_nobody_else() {
    let (mut world, projects, other) = county(41);
    for (number, project) in projects.iter().take(3).enumerate() {
        assert_eq!(peer(&world, 1).state, "active");
        world.write_like_no_program(1, &DocumentId::Project(*project), site());
        // The same node's other documents flow on, and so do other nodes.
        world.edit(1, projects[4], Field::Problems);
        world.edit(2, other, Field::Site);
        world.run_for(20_000);
        assert!(is_at_hub(&mut world, 2, other), "strike {number}");
        let strikes = u8::try_from(number + 1).expect("few");
        let kind = match strikes {
            3 => AlarmKind::Suspended,
            _ => AlarmKind::Struck,
        };
        let reason = Reason::BadOperation.id().to_owned();
        assert_eq!(alarm(&world, 1), (kind, reason, strikes));
        if strikes < 3 {
            assert!(is_at_hub(&mut world, 1, projects[4]), "strike {number}");
        }
    }
    assert_eq!(peer(&world, 1).state, "suspended");
    assert!(!peer(&world, 1).online);
    assert_eq!(peer(&world, 2).alarm, None);
    // Each refused change was kept, and its sender was told of each before the line was closed.
    for party in 0..2 {
        let kept = quarantined(&world.parties[party].store).expect("memory reads");
        assert_eq!(kept.len(), 3, "at party {party}");
    }
    let replica = world.parties[1].replica.as_ref().expect("it runs");
    assert_eq!(
        replica.hub_standing(world.now),
        Standing::Refused(LineReason::Suspended)
    );
    // It stays out, over a power cut of the hub as well.
    world.edit(1, projects[5], Field::Site);
    world.crash(0);
    world.start(0);
    world.run_for(700_000);
    assert_eq!(peer(&world, 1).state, "suspended");
    assert_eq!(alarm(&world, 1).0, AlarmKind::Suspended);
    assert!(!is_at_hub(&mut world, 1, projects[5]));
    // An officer lets it in again: what was before counts no more, and what waited arrives.
    let (request, node) = (world.request(0), world.parties[1].key.node_id());
    world.give(0, Input::Approve { request, node });
    world.run_for(700_000);
    let answered = world.parties[0].replies.get(&request);
    let state = Enrolment::Active;
    assert_eq!(answered, Some(&Reply::Node { node, state }));
    assert_eq!(peer(&world, 1).alarm, None);
    assert!(is_at_hub(&mut world, 1, projects[5]));
    world.write_like_no_program(1, &DocumentId::Project(projects[3]), site());
    world.run_for(20_000);
    assert_eq!(peer(&world, 1).state, "active");
    assert_eq!(alarm(&world, 1).2, 1);
    assert_eq!(invariants::no_acknowledged_edit_is_lost(&mut world), Ok(()));
}

#[test]
fn many_bad_changes_of_one_batch_are_one_strike_and_strikes_of_other_days_do_not_add_up() {
    let (mut world, projects, _) = county(42);
    for project in &projects[..4] {
        world.write_like_no_program(1, &DocumentId::Project(*project), site());
    }
    world.run_for(20_000);
    let kept = quarantined(&world.parties[0].store).expect("memory reads");
    assert_eq!(kept.len(), 4);
    assert_eq!(alarm(&world, 1).2, 1, "they came together");
    for project in &projects[4..] {
        world.run_for(13 * 3_600_000);
        world.write_like_no_program(1, &DocumentId::Project(*project), site());
        world.run_for(20_000);
        assert_eq!(peer(&world, 1).state, "active");
        assert!(alarm(&world, 1).2 <= 2, "13 hours lie between them");
    }
}

#[test]
fn what_a_node_may_not_bring_raises_an_alarm_and_is_no_strike() {
    let (mut world, projects, _) = county(43);
    let year = u16::try_from(world.now.date().year()).expect("a year");
    let theirs = DocumentId::County(year);
    for number in 0..4 {
        let path = format!("notices/01J9ZZZZZZZZZZZZZZZZZZZZZ{number}/text");
        world.write_past_the_rules(1, &theirs, path.parse().expect("a path"), "ours");
        world.edit(1, projects[0], Field::Site);
        world.run_for(20_000);
    }
    assert_eq!(peer(&world, 1).state, "active");
    let (kind, reason, strikes) = alarm(&world, 1);
    assert_eq!((kind, strikes), (AlarmKind::Forged, 0));
    assert_eq!(reason, Reason::OutOfScope.id());
    assert!(is_at_hub(&mut world, 1, projects[0]));
    // Somebody looked at it and took it in: the alarm is over.
    let request = world.request(0);
    world.give(
        0,
        Input::Readmit {
            request,
            hash: None,
        },
    );
    world.run_for(1_000);
    assert_eq!(peer(&world, 1).alarm, None);
}

#[test]
fn who_brings_too_much_within_a_minute_is_cut_and_arrives_all_the_same() {
    let mut world = World::new(44, 2);
    world.minute_bytes = Some(4_500);
    world.crash(0);
    world.start(0);
    world.enrol(1);
    world.enrol(2);
    let (first, second) = (world.unit(1), world.unit(2));
    let quiet = world.create(2, second);
    world.run_for(20_000);
    let many: Vec<ProjectId> = (0..400).map(|_| world.create(1, first)).collect();
    world.edit(2, quiet, Field::Site);
    world.run_for(10_000);
    assert!(is_at_hub(&mut world, 2, quiet), "the other is not held up");
    assert!(
        many.iter()
            .any(|project| !is_at_hub(&mut world, 1, *project)),
        "they are more than a minute takes"
    );
    world.run_for(3_600_000);
    let limit = world.closed.iter().filter(|(why, _)| why.contains("imit"));
    assert!(limit.count() > 0, "{:?}", world.closed);
    for project in many {
        assert!(is_at_hub(&mut world, 1, project));
    }
    assert_eq!(peer(&world, 1).alarm, None, "to bring much is no crime");
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
}

pub const PASSWORD: &str = "Qing-Shan-2026!";

fn author(message: &str, seed: shared::identity::ProcessActor) -> Author {
    Author {
        process: seed,
        message: message.to_owned(),
        at: Clock::system().now(),
        base: Base::Now,
    }
}

/// Writes into a project of the hostile node, past its own rules; the driver logs and sends it like any other change.
pub async fn write(hostile: &MemoryNode, number: u8, field: Field, message: String) {
    let unit = hostile.handle.info().unit;
    let written = hostile.handle.write(move |context| {
        let id = DocumentId::Project(ProjectId::from_bytes([number; 16]));
        let author = author(&message, context.replica.actor_seed());
        let edits = [
            (FieldPath::once(Field::HomeNode), unit.to_string().into()),
            (FieldPath::once(field), Value::from("hostile")),
        ];
        let library = context.replica.library();
        library.write(context.turn, &id, &edits, &author)?;
        Ok::<(), LibraryError>(())
    });
    let written = written.await.expect("the driver runs");
    written.expect("the document takes it");
}

pub async fn hostile_node(code: String, name: &str) -> MemoryNode {
    let creation = Creation {
        role: NodeRole::Node,
        name: name.to_owned(),
        profile: "kaizhou".to_owned(),
        demo: false,
    };
    let key = NodeKey::from_seed(&[9; 32]);
    let started = MemoryNode::start(key, &creation, Clock::system()).await;
    let hostile = started.expect("it starts");
    let joined = hostile
        .handle
        .request(move |request| Input::Join { request, code })
        .await;
    assert!(matches!(joined, Ok(Reply::Joined { .. })), "{joined:?}");
    hostile
}

/// The hub's word on one node, as `xiangmu nodes --json` prints it.
pub fn listed(hub: &Place, name: &str) -> Json {
    let mut lines = hub.cli(&["nodes"]).ok().lines().into_iter();
    let found = lines.find(|line| line["unit_name"] == name);
    found.unwrap_or_default()
}

pub fn create(clerk: &mut Client, unit: &Json, name: &str) -> String {
    let project = ids::project();
    let set = json!({ "name": name, "total_investment_fen": 100_000_000 });
    let command = json!({ "do": "create_project", "project": project, "home": unit, "set": set });
    let answers = clerk.commands(&json!([ids::envelope(&command)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    project
}

#[test]
fn over_real_sockets_a_hostile_node_is_suspended_and_others_sync_on() {
    const BAD: &str = "坏镇";
    let root = tempfile::tempdir().expect("a folder");
    let (hub, township) = Place::hub_and_township(root.path(), "青山镇", PASSWORD);
    let mut officer = hub.log_in("王科", PASSWORD);
    let mut clerk = township.log_in("李梅", PASSWORD);
    let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
    let invited = hub.cli(&["invite", "--unit", BAD, "--approve"]).ok().json();
    let code = invited["code"].as_str().expect("a code").to_owned();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hostile = runtime.block_on(hostile_node(code, BAD));
    assert_eq!(hostile.handle.info().unit, unit_id_of(BAD));
    wait_until("it is let in", || listed(&hub, BAD)["online"] == true);
    for number in 1..=3 {
        // An honest start, then what no program writes.
        runtime.block_on(write(&hostile, number, Field::Name, "edit".to_owned()));
        runtime.block_on(write(&hostile, number, Field::Site, "x".repeat(1_000)));
        wait_until("the hub counts it", || {
            listed(&hub, BAD)["alarm"]["strikes"] == number
        });
        let project = create(&mut clerk, &unit, &format!("第{number}座桥"));
        let path = format!("/api/v1/projects/{project}");
        wait_until("the township's new project is at the hub", || {
            officer.get(&path).status == 200
        });
    }
    let node = listed(&hub, BAD);
    assert_eq!(node["state"], "suspended");
    assert_eq!(node["alarm"]["kind"], "suspended");
    assert_eq!(node["alarm"]["reason"], "bad_operation");
    assert_eq!(listed(&hub, "青山镇")["state"], "active");
    assert!(listed(&hub, "青山镇").get("alarm").is_none());
    // The hub's officer reads it on the page of the line and on the desk, and technicians in the log.
    let sync = officer.get("/api/v1/sync").ok().json();
    let mut peers = sync["peers"].as_array().expect("nodes").iter();
    let shown = peers.find(|peer| peer["unit_name"] == BAD);
    let note = shown.expect("it is shown")["note"].as_str();
    let note = note.expect("words").to_owned();
    assert!(
        note.contains("自动暂停") && note.contains("本程序不会写"),
        "{note}"
    );
    let nodes = officer.get("/api/v1/nodes").ok().json();
    assert!(nodes.to_string().contains(&note), "{nodes}");
    let desk = officer.get("/api/v1/desk").ok().json();
    let notice = desk["notice"].as_str().expect("a notice");
    assert!(
        notice.contains(BAD) && !notice.contains("青山镇"),
        "{notice}"
    );
    let log = hub.read_log();
    assert!(log.contains("the gate raised an alarm"), "{log}");
    // It is told, and stays out.
    let told = runtime.block_on(hostile.handle.read(|read| {
        let kept = quarantined(read.reader).expect("memory reads").len();
        (read.replica.hub_standing(read.now), kept)
    }));
    let (standing, kept) = told.expect("the driver runs");
    assert_eq!(standing, Standing::Refused(LineReason::Suspended));
    assert_eq!(kept, 3, "each refusal was said before the line was closed");
    // Approved again, it starts anew.
    let id = node["id"].as_str().expect("an id").to_owned();
    let approved = hub.cli(&["nodes", "approve", &id]).ok().json();
    assert_eq!(approved["state"], "active");
    assert!(approved.get("alarm").is_none(), "{approved}");
    let desk = officer.get("/api/v1/desk").ok().json();
    assert!(
        desk.get("notice").is_none_or(|notice| notice == ""),
        "{desk}"
    );
    runtime.block_on(hostile.close());
}
