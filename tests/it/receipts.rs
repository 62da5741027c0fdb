//! A hub that loses power while a township's edits arrive: before they are durable, after, between its answers (reliability.md 6, R14).
//!
//! Whatever a township takes for received (已到县) is on the hub's disk at that very moment, and what it sends again is there once.
//! `XIANGMU_RECEIPTS` sets how many simulated power cuts (60, at night 1,000), `XIANGMU_RECEIPTS_FROM` the first seed,
//! `XIANGMU_RECEIPT_KILLS` how often a real hub is killed (4, at night 100). What of a commit is on a disk after a power cut amid the
//! writing of journal and database is told in `disks`.
#![expect(clippy::print_stderr, reason = "a run of a night reports its figures")]

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::json;
use shared::field::{Field, FieldPath};
use shared::ids::{DocumentId, ProjectId};
use shared::library::Library;
use shared::value::Value;
use tests::http::Client;
use tests::ids;
use tests::process::{Place, wait_until};
use tests::sizes;
use tests::world::{FailPoint, World};

use crate::sim::settled;

const PASSWORD: &str = "a long password";

fn written(number: u64) -> Value {
    Value::Text(format!("edit {number}"))
}

/// How often each edit of a project stands in the history on the hub's disk, whether it runs or not.
fn on_disk(world: &World, project: ProjectId, edits: u64) -> Vec<usize> {
    let store = &world.parties[0].store;
    let mut library = Library::new(usize::MAX, |_| String::new());
    let id = DocumentId::Project(project);
    let document = library.document(store, &id).expect("it is there and reads");
    let history = document.history(Some(&FieldPath::once(Field::Site)), usize::MAX);
    let count = |number| {
        let same = history.iter().filter(|write| write.new == written(number));
        same.count()
    };
    (0..edits).map(count).collect()
}

/// Edits of a township while its hub loses power at one point of one turn; says whether it came to that.
fn push_into_a_power_cut(seed: u64) -> Result<bool, String> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |bound: u64| dice.next_u64() % bound;
    let mut world = World::new(seed, 2);
    world.enrol(1);
    world.enrol(2);
    let (home, other) = (world.unit(1), world.unit(2));
    let project = world.create(1, home);
    let neighbours = world.create(2, other);
    world.run_for(20_000);
    let point = match below(4) {
        0 => FailPoint::BeforeCommit,
        1 => FailPoint::AfterCommit,
        _ => FailPoint::AfterEffects(1 + usize::try_from(below(6)).unwrap_or(0)),
    };
    world.dies_at = Some((0, 1 + below(14), point));
    let mut edits = 0;
    let mut received = 0;
    for _ in 0..10 {
        for _ in 0..=below(3) {
            let path = FieldPath::once(Field::Site);
            world.set(1, project, path, written(edits));
            edits += 1;
        }
        world.edit(2, neighbours, Field::Site);
        let pause = below(6_000);
        world.run_for(i64::try_from(pause).unwrap_or(0));
        let township = world.parties[1].replica.as_ref().ok_or("it is off")?;
        received = edits.saturating_sub(township.status(world.now).pending);
        // At any moment: what counts as received lies on the hub's disk, once.
        let found = on_disk(&world, project, received);
        if found.iter().any(|times| *times != 1) {
            return Err(format!("{received} received, on the disk: {found:?}"));
        }
        if world.parties[0].replica.is_none() && below(2) == 0 {
            world.start(0);
        }
    }
    let has_died = world.dies_at.is_none();
    if world.parties[0].replica.is_none() {
        world.start(0);
    }
    settled(&mut world).map_err(|problem| format!("{point:?}: {problem}"))?;
    let found = on_disk(&world, project, edits);
    if received > edits || found.iter().any(|times| *times != 1) {
        return Err(format!("{point:?}: sent again, on the disk: {found:?}"));
    }
    Ok(has_died)
}

#[test]
fn what_a_township_takes_for_received_is_on_the_hubs_disk_and_once() {
    let first = sizes::said("XIANGMU_RECEIPTS_FROM").unwrap_or(0);
    let count = sizes::of("XIANGMU_RECEIPTS", 60, 1_000);
    let mut died = 0;
    for seed in first..first + count {
        let replay = format!("replay: XIANGMU_RECEIPTS_FROM={seed} XIANGMU_RECEIPTS=1");
        match push_into_a_power_cut(seed) {
            Ok(has_died) => died += u64::from(has_died),
            Err(problem) => panic!("{problem}; {replay}"),
        }
    }
    eprintln!("{died} power cuts in {count} pushes");
    assert!(died * 10 >= count * 8, "{died} of {count} came to it");
}

/// Edits one field with ever higher numbers; gives the last.
fn edit(clerk: &mut Client, project: &str, from: u64, count: u64) -> u64 {
    for number in from + 1..=from + count {
        let set = json!({ "background": number.to_string() });
        let command = json!({ "do": "edit", "project": project, "set": set });
        let answers = clerk.commands(&json!([ids::envelope(&command)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    from + count
}

fn unreceipted(township: &Place) -> u64 {
    let status = township.cli(&["status"]).ok().json();
    status["unreceipted"].as_u64().expect("a number")
}

/// The number that stands at a server, running or not.
fn number_at(place: &Place, project: &str) -> u64 {
    let lines = place.cli(&["dump"]).ok().lines();
    let found = lines.into_iter().find(|line| line["id"] == project);
    let text = found.unwrap_or_default()["background"].clone();
    text.as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

#[test]
fn a_real_hub_killed_while_it_takes_in_edits_holds_what_it_gave_receipts_for() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), "演示县项目中心");
    hub.start();
    let mut township = Place::township(root.path(), "青山镇");
    township.add_user("李梅", "clerk", PASSWORD);
    township.start();
    township.join(&hub);
    let mut clerk = township.log_in("李梅", PASSWORD);
    let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
    let project = ids::project();
    let set = json!({ "name": "一号桥", "background": "0" });
    let create = json!({ "do": "create_project", "project": project, "home": unit, "set": set });
    let answers = clerk.commands(&json!([ids::envelope(&create)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    wait_until("the project is at the hub", || unreceipted(&township) == 0);
    let mut dice = ChaCha8Rng::seed_from_u64(14);
    let (mut last, mut amid) = (0, 0);
    let kills = sizes::of("XIANGMU_RECEIPT_KILLS", 4, 100);
    for kill in 0..kills {
        let before = 1 + dice.next_u64() % 12;
        last = edit(&mut clerk, &project, last, before);
        hub.kill();
        let waiting = unreceipted(&township);
        let held = number_at(&hub, &project);
        let received = last - waiting.min(last);
        assert!(
            held >= received,
            "kill {kill}: {received} received, {held} there"
        );
        amid += u64::from(waiting > 0);
        last = edit(&mut clerk, &project, last, 3);
        hub.start_again();
        wait_until("everything is received", || {
            let _asked = township.cli(&["sync"]);
            unreceipted(&township) == 0
        });
        assert_eq!(number_at(&hub, &project), last, "kill {kill}");
    }
    eprintln!("{kills} kills, {amid} of them with edits on the way, {last} edits");
    let _clean = hub.cli(&["check"]).ok();
}
