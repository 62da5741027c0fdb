//! Seeded storms over a whole county, then calm: safe during, equal after. `scripts/sim --seed N` replays one.
#![expect(
    clippy::print_stderr,
    reason = "figures of design.md 7 are shown beside their test"
)]

use std::collections::BTreeSet;

use shared::api::SyncState;
use shared::command::Command;
use shared::field::{Field, FieldPath, Table};
use shared::gate::trial::TRIAL_FROM;
use shared::identity::UnitKind;
use shared::ids::DocumentId;
use shared::summary;
use shared::sync::{Approval, Input, Line, Reply};
use shared::text::line::LineReason;
use shared::wire::v1::{self, Frame};
use tests::invariants;
use tests::sizes;
use tests::world::{Weather, World};

/// Seeds of an ordinary test run, some 0.14 s each without optimisation, and of a night (reliability.md 6, R8).
const SEEDS: u64 = 300;
const SEEDS_NIGHTLY: u64 = 10_000;
/// Things that happen in one storm.
const ACTS: u64 = 60;
/// How long healing may take at most: two full waits of the back-off and a dead line noticed.
pub const HEAL_MS: i64 = 2 * 300_000 + 120_000;

fn storm(seed: u64) -> Result<World, String> {
    storm_with(seed, |_| {})
}

pub fn storm_with(seed: u64, prepare: impl FnOnce(&mut World)) -> Result<World, String> {
    // In every fourth county, all that comes from outside is tried first.
    let trial_from = if seed.is_multiple_of(4) {
        1
    } else {
        TRIAL_FROM
    };
    let nodes = 1 + usize::try_from(seed % 3).unwrap_or(0);
    let mut world = World::trying(seed, nodes, trial_from);
    for index in 1..world.parties.len() {
        if !seed.is_multiple_of(5) {
            world.enrol(index);
        }
    }
    world.weather = Weather::Storm;
    prepare(&mut world);
    for _ in 0..ACTS {
        world.act();
    }
    world.calm_down();
    let mut healed = Err("nothing was run".to_owned());
    for _ in 0..8 {
        world.run_for(HEAL_MS / 8);
        healed = invariants::everybody_is_in_step(&world)
            .and_then(|()| invariants::heads_are_equal(&mut world));
        if healed.is_ok() {
            break;
        }
    }
    healed?;
    invariants::no_acknowledged_edit_is_lost(&mut world)?;
    Ok(world)
}

fn replay(seed: u64) -> String {
    format!("replay: scripts/sim --seed {seed}")
}

#[test]
fn storms_lose_nothing_and_end_in_equal_heads() {
    let first = sizes::said("XIANGMU_SIM_FROM").unwrap_or(0);
    let seeds = first..first + sizes::of("XIANGMU_SIM_COUNT", SEEDS, SEEDS_NIGHTLY);
    let problem_of = |seed| match std::panic::catch_unwind(|| storm(seed).map(|_| ())) {
        Ok(Ok(())) => None,
        Ok(Err(problem)) => Some(format!("{problem}\n{}", replay(seed))),
        Err(_) => Some(format!("it panicked\n{}", replay(seed))),
    };
    // The longest test of all, and the last: every core takes its share of the seeds.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let problems = std::thread::scope(|scope| {
        let start = |core| {
            let share = seeds.clone().skip(core).step_by(cores);
            scope.spawn(move || share.filter_map(problem_of).collect::<Vec<_>>())
        };
        let shares: Vec<_> = (0..cores).map(start).collect();
        let problems = shares
            .into_iter()
            .map(|share| share.join().expect("a share"));
        problems.flatten().collect::<Vec<_>>()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Seeds that once ended badly. 2207, 2322, 2877: a node put back to before the first entry of its log. 2395, 2650: the
/// simulation put back nodes that had joined nowhere, and what was lost was never anywhere else.
const FOUND: [u64; 5] = [2207, 2322, 2395, 2650, 2877];

#[test]
fn storms_that_once_ended_badly_end_well() {
    for seed in FOUND {
        assert_eq!(storm(seed).map(|_| ()), Ok(()), "{}", replay(seed));
    }
}

#[test]
fn a_seed_run_twice_says_the_same_words() {
    let first = sizes::said("XIANGMU_SIM_FROM").unwrap_or(0);
    let count = sizes::of("XIANGMU_SIM_TWICE", 25, 2_000);
    for seed in first..first + count {
        let traces = [(); 2].map(|()| storm(seed).map(|world| (world.trace, world.bytes)));
        assert_eq!(traces[0], traces[1], "{}", replay(seed));
    }
}

#[test]
fn what_is_tried_first_arrives_like_everything_else() {
    let mut world = World::trying(19, 2, 1);
    world.enrol(1);
    world.enrol(2);
    let home = world.unit(1);
    for _ in 0..5 {
        world.create(1, home);
        world.create(0, home);
    }
    for project in world.projects.clone() {
        world.edit(1, project, Field::Site);
        world.run_for(40);
    }
    assert_eq!(settled(&mut world), Ok(()));
    assert!(world.trials_done > 5, "{} trials", world.trials_done);
}

/// A hub and one node that have exchanged some projects.
fn pair(projects: usize) -> World {
    let mut world = World::new(7, 1);
    world.enrol(1);
    let home = world.unit(1);
    for _ in 0..projects {
        world.create(1, home);
    }
    world.run_for(20_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    world
}

pub fn settled(world: &mut World) -> Result<(), String> {
    world.run_for(HEAL_MS);
    invariants::everybody_is_in_step(world)?;
    invariants::heads_are_equal(world)?;
    invariants::no_acknowledged_edit_is_lost(world)
}

#[test]
fn the_daily_comparison_of_what_is_equal_writes_nothing() {
    let mut world = pair(3);
    let commits = |world: &World| -> Vec<u64> {
        let each = world.parties.iter();
        each.map(|party| party.durable_commits).collect()
    };
    world.run_for(3_600_000);
    let before = commits(&world);
    world.recording = Some(Vec::new());
    world.run_for(24 * 3_600_000);
    let said = world.recording.take().unwrap_or_default();
    let mut frames = said.iter().filter_map(|(_, bytes)| v1::decode(bytes).ok());
    assert!(
        frames.any(|(_, frame)| matches!(frame, Frame::Reset(_))),
        "a day has its comparison"
    );
    assert_eq!(commits(&world), before);
}

#[test]
fn a_node_restored_from_a_backup_gets_back_what_the_hub_holds() {
    let mut world = pair(3);
    let backup = world.parties[1].store.clone();
    let home = world.unit(1);
    let late = world.create(1, home);
    let early = world.projects[0];
    world.edit(1, early, Field::Site);
    world.edit(0, early, Field::BuildNature);
    world.run_for(20_000);
    world.crash(1);
    world.parties[1].store = backup;
    world.parties[1].is_doubtful = true;
    world.start(1);
    // An edit made before the line is back must not collide with what was lost.
    world.edit(1, early, Field::Problems);
    assert_eq!(settled(&mut world), Ok(()));
    assert!(!world.heads(1, &DocumentId::Project(late)).is_empty());
}

#[test]
fn a_node_restored_to_before_its_first_entry_gets_its_own_changes_back() {
    for is_doubtful in [true, false] {
        let mut world = World::new(23, 1);
        world.enrol(1);
        // Joined, and nothing said yet: the log for the hub is empty.
        world.run_for(20_000);
        let backup = world.parties[1].store.clone();
        let home = world.unit(1);
        let project = world.create(1, home);
        world.edit(1, project, Field::Site);
        world.run_for(20_000);
        world.edit(0, project, Field::BuildNature);
        world.run_for(20_000);
        assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
        world.crash(1);
        world.parties[1].store = backup;
        world.parties[1].is_doubtful = is_doubtful;
        world.start(1);
        assert_eq!(settled(&mut world), Ok(()), "doubtful: {is_doubtful}");
        // The repair is over: another start has nothing to reconcile.
        let before = world.bytes;
        world.crash(1);
        world.start(1);
        world.run_for(2_000);
        assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
        let bytes = world.bytes[0] + world.bytes[1] - before[0] - before[1];
        assert!(bytes <= 300, "{bytes} bytes after the repair");
    }
}

#[test]
fn a_log_that_starts_a_new_life_is_reconciled_without_sending_everything() {
    let mut world = pair(200);
    let before = world.bytes;
    world.crash(0);
    world.parties[0].is_doubtful = true;
    world.start(0);
    let early = world.projects[0];
    world.edit(1, early, Field::Site);
    assert_eq!(settled(&mut world), Ok(()));
    let cost = world.bytes[0] + world.bytes[1] - before[0] - before[1];
    eprintln!("{cost} bytes to reconcile one edit among 200 documents");
    assert!(
        cost < 12_000,
        "{cost} bytes for one edit and 200 equal documents"
    );
}

#[test]
fn a_line_cut_at_every_single_frame_converges() {
    let story = |cut: Option<u64>| {
        let mut world = World::new(11, 1);
        world.cut_at_frame = cut;
        world.enrol(1);
        let home = world.unit(1);
        let first = world.create(1, home);
        let second = world.create(0, home);
        world.run_for(3_000);
        world.edit(1, first, Field::Site);
        world.edit(0, first, Field::Site);
        world.edit(1, second, Field::BuildNature);
        world.run_for(9_000);
        settled(&mut world).map(|()| world.frames)
    };
    let frames = story(None).expect("converges uncut");
    for cut in 1..=frames[0] + frames[1] {
        assert_eq!(story(Some(cut)).map(|_| ()), Ok(()), "cut at frame {cut}");
    }
}

#[test]
fn an_idle_reconnect_is_one_round_trip_of_300_bytes() {
    let mut world = pair(40);
    world.run_for(60_000);
    let before = (world.bytes, world.frames);
    world.crash(1);
    world.start(1);
    world.run_for(2_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    let frames = [world.frames[0] - before.1[0], world.frames[1] - before.1[1]];
    let bytes = world.bytes[0] + world.bytes[1] - before.0[0] - before.0[1];
    eprintln!("{bytes} bytes for an idle reconnect");
    assert_eq!(frames, [1, 1]);
    assert!(bytes <= 300, "{bytes} bytes");
}

#[test]
fn an_edit_is_200_bytes_and_its_author_is_told_where_it_stands_later() {
    let mut world = pair(41);
    let home = world.unit(1);
    let project = world.create(1, home);
    world.run_for(60_000);
    let total = |world: &World| world.bytes[0] + world.bytes[1];
    let (before, frames) = (total(&world), world.frames);
    world.edit(1, project, Field::Site);
    world.run_for(2_000);
    let id = DocumentId::Project(project);
    let (hubs, own) = (world.heads(0, &id), world.heads(1, &id));
    assert_eq!(hubs, own);
    let bytes = total(&world) - before;
    eprintln!("{bytes} bytes for an edit");
    // The batch and its acknowledgement, and nothing back yet.
    let sent = [world.frames[0] - frames[0], world.frames[1] - frames[1]];
    assert_eq!((sent, bytes <= 200), ([1, 1], true), "{bytes} bytes");
    world.run_for(60_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
}

#[test]
fn an_idle_reconnect_costs_the_same_with_many_records() {
    // Slow: with `scripts/test --nightly`.
    if !sizes::is_nightly() {
        return;
    }
    let mut world = World::new(5, 1);
    let home = world.unit(1);
    let started = std::time::Instant::now();
    world.import_new(1, home, 10_000);
    eprintln!("imported after {:?}", started.elapsed());
    world.enrol(1);
    world.run_for(600_000);
    eprintln!(
        "exchanged after {:?}, {:?} bytes",
        started.elapsed(),
        world.bytes
    );
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    let before = world.bytes;
    world.crash(1);
    world.start(1);
    world.run_for(2_000);
    eprintln!("up after {:?}", started.elapsed());
    let bytes = world.bytes[0] + world.bytes[1] - before[0] - before[1];
    eprintln!("{bytes} bytes for an idle reconnect with 10,000 records");
    assert!(bytes <= 300, "{bytes} bytes");
}

#[test]
fn what_a_township_writes_climbs_two_hubs() {
    let mut world = World::new(13, 2);
    world.make_hub(1);
    world.enrol_at(1, 0, UnitKind::CountyNode);
    world.enrol_at(2, 1, UnitKind::Township);
    let home = world.unit(2);
    let project = world.create(2, home);
    world.run_for(30_000);
    world.edit(2, project, Field::Site);
    world.edit(1, project, Field::BuildNature);
    world.run_for(60_000);
    let id = DocumentId::Project(project);
    let heads = world.heads(2, &id);
    assert!(!heads.is_empty());
    assert_eq!(world.heads(1, &id), heads);
    assert_eq!(world.heads(0, &id), heads);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
}

#[test]
fn one_live_edit_and_its_acknowledgement_take_200_bytes() {
    let mut world = pair(40);
    world.run_for(10_000);
    let before = world.bytes;
    let project = world.projects[5];
    world.edit(1, project, Field::Site);
    // Less than the five seconds after which signatures follow.
    world.run_for(2_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    let bytes = world.bytes[0] + world.bytes[1] - before[0] - before[1];
    eprintln!("{bytes} bytes for one live edit and its acknowledgement");
    assert!(bytes <= 200, "{bytes} bytes");
}

#[test]
fn edits_of_many_records_share_their_cost() {
    let mut world = pair(300);
    let request = world.request(1);
    let off = |line| Input::SetLine { request, line };
    world.give(1, off(Line::Off));
    for project in world.projects.clone() {
        world.edit(1, project, Field::Site);
    }
    let before = world.bytes;
    world.give(1, off(Line::On));
    world.run_for(60_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    let bytes = world.bytes[0] + world.bytes[1] - before[0] - before[1];
    let each = bytes / 300;
    eprintln!("{bytes} bytes for 300 edits, {each} each, both ways");
    assert!(each <= 36, "{each} bytes an edit");
}

#[test]
fn what_was_written_before_a_move_was_known_becomes_a_proposal() {
    let mut world = World::new(21, 2);
    world.enrol(1);
    world.enrol(2);
    let home = world.unit(1);
    let project = world.create(1, home);
    world.run_for(20_000);
    let request = world.request(1);
    let off = |line| Input::SetLine { request, line };
    world.give(1, off(Line::Off));
    world.edit(1, project, Field::Site);
    let to = world.unit(2);
    world.command(0, Command::MoveProject { project, to }, Vec::new());
    world.run_for(5_000);
    world.give(1, off(Line::On));
    assert_eq!(settled(&mut world), Ok(()));
    let hub = &mut world.parties[0];
    let library = hub.replica.as_mut().expect("the hub runs").library();
    let document = library
        .document(&hub.store, &DocumentId::Project(project))
        .expect("it is there");
    assert!(document.value(&FieldPath::once(Field::Site)).is_null());
    let proposals = FieldPath::table_prefix(Table::Proposals);
    let mut entries = document.entries().into_iter();
    assert!(entries.any(|entry| entry.path.as_str().starts_with(&proposals)));
    let readers = hub.replica.as_ref().expect("the hub runs");
    let readers = readers.readers_of(&hub.store, &DocumentId::Project(project));
    assert_eq!(readers.expect("memory reads"), [to]);
}

#[test]
fn a_revoked_node_is_cut_off_at_once_and_stays_out() {
    let mut world = pair(2);
    let request = world.request(0);
    let node = world.parties[1].key.node_id();
    world.give(0, Input::Revoke { request, node });
    world.run_for(1_000);
    let project = world.projects[0];
    world.edit(1, project, Field::Site);
    world.run_for(HEAL_MS);
    let status = |index: usize| {
        let replica = world.parties[index].replica.as_ref().expect("it runs");
        replica.status(world.now)
    };
    assert!(!status(0).peers[0].online);
    assert_eq!(status(0).peers[0].state, "revoked");
    assert!(
        matches!(status(1).state, SyncState::Refused { .. }),
        "{:?}",
        status(1)
    );
    assert_eq!(status(1).pending, 1);
}

/// 同步中 3/12 counts what waited when the line came back, not the whole log.
#[test]
fn a_session_counts_what_waited_when_it_began() {
    let mut world = pair(5);
    let home = world.unit(1);
    for _ in 0..30 {
        world.create(1, home);
    }
    world.run_for(30_000);
    let request = world.request(1);
    let line = |line| Input::SetLine { request, line };
    world.give(1, line(Line::Off));
    for index in 0..12 {
        let project = world.projects[index];
        world.edit(1, project, Field::Site);
    }
    world.give(1, line(Line::On));
    let mut seen = BTreeSet::new();
    for _ in 0..20_000 {
        world.run_for(1);
        let replica = world.parties[1].replica.as_ref().expect("it runs");
        let status = replica.status(world.now);
        match status.state {
            SyncState::Running { done, total } => {
                assert_eq!(done + status.pending, total);
                assert!(total == 12, "{done}/{total}");
                seen.insert(done);
            }
            SyncState::Synced => break,
            _ => {}
        }
    }
    assert!(seen.contains(&0), "{seen:?}");
}

#[test]
fn a_node_waits_for_the_officer_and_is_let_in_on_the_same_line() {
    let mut world = World::new(3, 1);
    let request = world.request(0);
    world.give(
        0,
        Input::CreateInvite {
            request,
            unit: "town1".to_owned(),
            kind: UnitKind::Township,
            addresses: vec!["hub".to_owned()],
            approval: Approval::ByOfficer,
        },
    );
    let Some(Reply::Invited { code, .. }) = world.parties[0].replies.remove(&request) else {
        panic!("no invite");
    };
    let request = world.request(1);
    world.give(1, Input::Join { request, code });
    let home = world.unit(1);
    world.create(1, home);
    world.run_for(3_600_000);
    assert!(invariants::everybody_is_in_step(&world).is_err());
    let peers = world.parties[0].replica.as_ref().expect("it runs").peers();
    assert_eq!(peers[0].state, "pending");
    let request = world.request(0);
    let node = world.parties[1].key.node_id();
    world.give(0, Input::Approve { request, node });
    world.run_for(20_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    assert_eq!(invariants::heads_are_equal(&mut world), Ok(()));
    // Both know since when the unit is listed: it owes no report of the time before.
    let listed = world.parties.iter_mut().map(|party| {
        let replica = party.replica.as_mut().expect("it runs");
        let directory = summary::directory(replica.library(), &party.store);
        directory.expect("it reads").units[&home].since
    });
    let listed: BTreeSet<_> = listed.collect();
    assert!(listed.len() == 1 && !listed.contains(&None), "{listed:?}");
}

fn readmit_all(world: &mut World, at: usize) -> (u64, u64) {
    let request = world.request(at);
    world.give(
        at,
        Input::Readmit {
            request,
            hash: None,
        },
    );
    match world.parties[at].replies.remove(&request) {
        Some(Reply::Readmitted { taken, left }) => (taken, left),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_refused_change_waits_in_quarantine_and_all_else_flows_on() {
    let mut world = World::new(31, 2);
    world.enrol(1);
    world.enrol(2);
    let home = world.unit(1);
    let moved = world.create(1, home);
    let other = world.create(1, home);
    world.run_for(20_000);
    let to = world.unit(2);
    world.command(0, Command::MoveProject { project: moved, to }, Vec::new());
    world.run_for(20_000);
    // The township knows that the record has left it, and its engine would refuse: a changed program writes all the same.
    let id = DocumentId::Project(moved);
    world.write_past_the_rules(1, &id, FieldPath::once(Field::Site), "ours still");
    world.edit(1, other, Field::Site);
    world.run_for(20_000);
    let listed = shared::sync::quarantined(&world.parties[0].store).expect("memory reads");
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(
        (&listed[0].document, listed[0].reason),
        (&id, shared::gate::Reason::AfterRevocation)
    );
    assert_eq!(listed[0].from, world.parties[1].key.node_id());
    // Its author's node heard of it too.
    let told = shared::sync::quarantined(&world.parties[1].store).expect("memory reads");
    assert_eq!(
        told.iter().map(|change| change.hash).collect::<Vec<_>>(),
        [listed[0].hash]
    );
    // It says so, and its neighbour is in step.
    let of_node = |index: usize| {
        let replica = world.parties[index].replica.as_ref().expect("it runs");
        replica.status(world.now)
    };
    assert_eq!(of_node(1).cause, Some(LineReason::ChangesRefused));
    assert_eq!(of_node(2).state, SyncState::Synced);
    assert_eq!(invariants::no_acknowledged_edit_is_lost(&mut world), Ok(()));
    // The author's node holds the change: taking it in there would only hide that the hub does not.
    assert_eq!(readmit_all(&mut world, 1), (0, 1));
    assert_eq!(readmit_all(&mut world, 0), (1, 0));
    let hub = &mut world.parties[0];
    let library = hub.replica.as_mut().expect("it runs").library();
    let document = library.document(&hub.store, &id).expect("it is there");
    assert_eq!(
        document.value(&FieldPath::once(Field::Site)).as_text(),
        Some("ours still")
    );
}

#[test]
fn an_old_disk_and_a_copied_one_are_noticed_and_lose_nothing() {
    let copied = |world: &World| {
        let hub = world.parties[0].replica.as_ref().expect("it runs");
        hub.peers()[0].copied
    };
    // An honest node may lose the answer to its hello, crash and come back as often as it likes.
    let mut world = pair(3);
    for _ in 0..4 {
        world.crash(1);
        world.run_for(2_000);
        world.start(1);
        world.run_for(3_000);
    }
    world.cut_all();
    world.run_for(5_000);
    assert_eq!(copied(&world), None);
    // A disk image is put back without a word, and edited before the line stands.
    let image = world.parties[1].store.clone();
    let early = world.projects[0];
    for _ in 0..3 {
        world.edit(1, early, Field::Site);
        world.crash(1);
        world.start(1);
        world.run_for(20_000);
    }
    world.crash(1);
    world.parties[1].store = image;
    world.start(1);
    world.edit(1, early, Field::Problems);
    assert_eq!(settled(&mut world), Ok(()));
    assert!(copied(&world).is_some());
    // Two machines run one image by turns: each has edits the other lacks, and the hub gets all of them.
    let mut world = pair(3);
    let mut images = [
        world.parties[1].store.clone(),
        world.parties[1].store.clone(),
    ];
    let early = world.projects[0];
    for round in 0..6 {
        world.crash(1);
        world.parties[1].store = images[round % 2].clone();
        world.start(1);
        world.edit(1, early, Field::Site);
        world.run_for(60_000);
        images[round % 2] = world.parties[1].store.clone();
    }
    assert_eq!(settled(&mut world), Ok(()));
    assert!(copied(&world).is_some());
}

#[test]
fn a_prefecture_over_two_counties_holds_what_townships_wrote() {
    let mut world = World::new(37, 4);
    world.make_hub(1);
    world.make_hub(2);
    world.enrol_at(1, 0, UnitKind::CountyNode);
    world.enrol_at(2, 0, UnitKind::CountyNode);
    world.enrol_at(3, 1, UnitKind::Township);
    world.enrol_at(4, 2, UnitKind::Township);
    let mut made = Vec::new();
    for (county, town) in [(1, 3), (2, 4)] {
        let home = world.unit(town);
        made.push((county, town, world.create(town, home)));
    }
    world.run_for(30_000);
    // Both counties lose the prefecture, one of them loses power; the townships write on.
    world.crash(1);
    for (_, town, project) in &made {
        world.edit(*town, *project, Field::Site);
    }
    world.run_for(30_000);
    world.start(1);
    for (county, _, project) in &made {
        world.edit(*county, *project, Field::BuildNature);
    }
    world.run_for(HEAL_MS);
    for (county, town, project) in made {
        let id = DocumentId::Project(project);
        let heads = world.heads(town, &id);
        assert!(!heads.is_empty());
        assert_eq!(world.heads(county, &id), heads);
        assert_eq!(world.heads(0, &id), heads);
        let other = if county == 1 { 4 } else { 3 };
        assert!(
            world.heads(other, &id).is_empty(),
            "another county's township has it"
        );
    }
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
}
