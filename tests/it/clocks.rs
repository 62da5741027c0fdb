//! Clocks that are wrong by ten years, that jump, that stand still, that show 1970 (reliability.md 6, R10).
//!
//! Nothing is lost by them, and what the records say in the end is what they would say had every clock been right. How sessions of
//! browsers and certificates fare is told beside them (`node::accounts`, `node::transport::tls`). `XIANGMU_CLOCKS_COUNT` sets how many
//! seeds (15 of each kind, at night 1,000), `XIANGMU_CLOCKS_FROM` the first.

use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{ActorId, ROOT};
use node::node::MemoryNode;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use shared::document::Document;
use shared::field::{Field, FieldPath};
use shared::ids::{DocumentId, ProjectId};
use shared::library::LibraryError;
use shared::time::Timestamp;
use shared::value::Value;
use tests::clock::Clock;
use tests::invariants;
use tests::process::{Place, wait_until};
use tests::sizes;
use tests::world::{Weather, World};

use crate::sim::storm_with;
use crate::strikes::{PASSWORD, create, hostile_node, listed};

const TEN_YEARS_MS: i64 = 10 * 366 * 24 * 3_600_000;
const NODES: usize = 3;
/// Edits of one story.
const EDITS: i64 = 24;

fn seeds() -> impl Iterator<Item = u64> {
    let first = sizes::said("XIANGMU_CLOCKS_FROM").unwrap_or(0);
    first..first + sizes::of("XIANGMU_CLOCKS_COUNT", 15, 1_000)
}

fn replay(seed: u64) -> String {
    format!("replay: XIANGMU_CLOCKS_FROM={seed} XIANGMU_CLOCKS_COUNT=1")
}

/// Makes a party's clock wrong in one of all ways.
fn spoil(world: &mut World, party: usize, dice: &mut ChaCha8Rng) {
    let truth = world.now;
    let clock = &mut world.parties[party].clock;
    match dice.next_u64() % 5 {
        0 => clock.show(truth, Timestamp(0)),
        1 => clock.show(truth, truth.plus_ms(TEN_YEARS_MS)),
        2 => clock.show(truth, truth.plus_ms(-TEN_YEARS_MS)),
        3 => clock.stands_at = Some(clock.at(truth)),
        _ => {
            let years = dice.next_u64() % (2 * TEN_YEARS_MS.unsigned_abs());
            let off = i64::try_from(years).unwrap_or(0) - TEN_YEARS_MS;
            clock.show(truth, truth.plus_ms(off));
        }
    }
}

#[test]
fn storms_with_clocks_that_are_years_off_lose_nothing() {
    for seed in seeds() {
        let prepare = |world: &mut World| {
            // All have joined: an invite made by a clock that was wrong is over when it is put right, as it should be.
            world.weather = Weather::Calm;
            for index in 1..world.parties.len() {
                world.enrol(index);
            }
            world.run_for(10_000);
            world.weather = Weather::Storm;
            world.clock_jump_ms = TEN_YEARS_MS;
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            for index in 0..world.parties.len() {
                spoil(world, index, &mut dice);
            }
        };
        let ended = storm_with(seed, prepare).map(|_| ());
        assert_eq!(ended, Ok(()), "{}", replay(seed));
    }
}

/// Lets time pass until all have everything.
fn come_together(world: &mut World) -> Result<(), String> {
    let mut found = Ok(());
    for _ in 0..200 {
        world.run_for(5_000);
        found = invariants::everybody_is_in_step(world)
            .and_then(|()| invariants::heads_are_equal(world));
        if found.is_ok() {
            break;
        }
    }
    found
}

/// All values that stand at a path at the hub.
type Standing = Vec<(FieldPath, Vec<String>)>;

/// The same edits whatever the clocks show; what the records hold at the hub once they are right again.
fn story(seed: u64, are_wrong: bool) -> Result<Vec<Standing>, String> {
    let mut world = World::new(seed, NODES);
    for index in 1..=NODES {
        world.enrol(index);
    }
    let mut projects = Vec::new();
    for index in 1..=NODES {
        let home = world.unit(index);
        projects.push((index, world.create(index, home)));
    }
    world.run_for(20_000);
    let mut story = ChaCha8Rng::seed_from_u64(seed);
    let mut dice = ChaCha8Rng::seed_from_u64(!seed);
    let fields = [Field::Site, Field::Problems, Field::BuildNature];
    let mut draw = |bound: usize| usize::try_from(story.next_u64()).unwrap_or(0) % bound;
    for number in 0..EDITS {
        let (home, project) = projects[draw(NODES)];
        // The unit itself or the hub for it, at times both before either hears of the other.
        let who = if draw(3) == 0 { 0 } else { home };
        let field = fields[draw(fields.len())];
        let is_apart = draw(4) == 0;
        let restarts = draw(12) == 0;
        if are_wrong && dice.next_u64().is_multiple_of(2) {
            let party = usize::try_from(dice.next_u64()).unwrap_or(0) % (NODES + 1);
            spoil(&mut world, party, &mut dice);
        }
        let value = |side: &str| Value::Text(format!("{side} {number}"));
        world.set(who, project, FieldPath::once(field), value("one"));
        if is_apart && who == home {
            world.set(0, project, FieldPath::once(field), value("other"));
        }
        if restarts {
            world.crash(home);
            world.start(home);
        }
        world.run_for(500);
        // Right again, so that everybody hears of it: only then is the next edit made on the same ground.
        for party in &mut world.parties {
            party.clock = Clock::default();
        }
        come_together(&mut world)?;
    }
    invariants::no_acknowledged_edit_is_lost(&mut world)?;
    let hub = &mut world.parties[0];
    let library = hub.replica.as_mut().ok_or("the hub is off")?.library();
    let mut standing = Vec::new();
    for (_, project) in projects {
        let document = library.document(&hub.store, &DocumentId::Project(project));
        let document = document.map_err(|error| error.to_string())?;
        let values = fields.map(|field| {
            let path = FieldPath::once(field);
            let rivals = document.rivals(&path).into_iter();
            let mut values: Vec<String> =
                rivals.map(|rival| format!("{:?}", rival.value)).collect();
            values.sort();
            (path, values)
        });
        standing.push(values.to_vec());
    }
    Ok(standing)
}

#[test]
fn the_records_say_in_the_end_what_they_would_say_by_right_clocks() {
    for seed in seeds() {
        let (right, wrong) = (story(seed, false), story(seed, true));
        assert!(right.is_ok(), "{right:?}; {}", replay(seed));
        assert_eq!(wrong, right, "{}", replay(seed));
    }
}

/// A project of a node, made by changes whose times are these.
async fn write_at(writer: &MemoryNode, number: u8, times: &'static [i64]) {
    let unit = writer.handle.info().unit.to_string();
    let written = writer.handle.write(move |context| {
        let id = DocumentId::Project(ProjectId::from_bytes([number; 16]));
        let actor = ActorId::from(context.replica.actor_seed().lane(0).to_vec());
        let library = context.replica.library();
        if !library.contains(context.turn, &id)? {
            library.apply(context.turn, &id, Vec::new())?;
        }
        let document = Document::new(&id).expect("genesis");
        let mut copy = document.inner().clone().with_actor(actor);
        let mut changes = Vec::new();
        for time in times {
            let before = copy.get_heads();
            let mut writing = copy.transaction();
            for (field, value) in [
                (Field::HomeNode, unit.clone()),
                (Field::Name, "第七座桥".to_owned()),
                (Field::Site, time.to_string()),
            ] {
                writing
                    .put(ROOT, field.id(), value)
                    .expect("a root takes values");
            }
            let options = CommitOptions::default().with_message("edit:AAAAAAAA");
            writing.commit_with(options.with_time(*time));
            changes.extend(copy.get_changes(&before));
        }
        library.apply(context.turn, &id, changes)?;
        Ok::<(), LibraryError>(())
    });
    let written = written.await.expect("the driver runs");
    written.expect("the document takes it");
}

#[test]
fn a_change_from_the_end_of_time_harms_nobody() {
    const ODD: &str = "古镇";
    // As far as the gate lets pass; what lies beyond is refused (`attacks`).
    const TIMES: [i64; 5] = [1 << 40, -(1 << 40), 253_402_300_800, -1, 0];
    let root = tempfile::tempdir().expect("a folder");
    let (mut hub, township) = Place::hub_and_township(root.path(), "青山镇", PASSWORD);
    let invited = hub.cli(&["invite", "--unit", ODD, "--approve"]).ok().json();
    let code = invited["code"].as_str().expect("a code").to_owned();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let odd = runtime.block_on(hostile_node(code, ODD));
    wait_until("it is let in", || listed(&hub, ODD)["online"] == true);
    runtime.block_on(write_at(&odd, 7, &TIMES));
    let project = ProjectId::from_bytes([7; 16]);
    for start in 0..2 {
        let mut officer = hub.log_in("王科", PASSWORD);
        let view = format!("/api/v1/projects/{project}");
        wait_until("the project is at the hub", || {
            officer.get(&view).status == 200
        });
        // It counts like any other, and every page that shows times shows it.
        let history = officer.get(&format!("{view}/history?path=site")).ok();
        for time in TIMES {
            assert!(
                history.text().contains(&time.to_string()),
                "{}",
                history.text()
            );
        }
        for page in [
            "projects",
            "desk",
            "sync",
            "nodes",
            "obligations",
            "exports?format=csv",
        ] {
            let status = officer.get(&format!("/api/v1/{page}")).status;
            assert_eq!(status, 200, "{page} after {start} starts");
        }
        let mut clerk = township.log_in("李梅", PASSWORD);
        let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
        let other = create(&mut clerk, &unit, &format!("第{start}座桥"));
        wait_until("the neighbour's project is at the hub", || {
            officer.get(&format!("/api/v1/projects/{other}")).status == 200
        });
        let _clean = hub.cli(&["check"]).ok();
        if start == 0 {
            hub.kill();
            hub.start_again();
        }
    }
    assert!(listed(&hub, ODD).get("alarm").is_none());
    runtime.block_on(odd.close());
}
