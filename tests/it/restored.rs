//! A hub whose disk is lost and whose old backup is put back (reliability.md 6, R13): its nodes bring back everything that is left,
//! its own decisions too, and no officer is asked and no township suspected.
//!
//! `XIANGMU_RESTORED` sets how many counties are stormed, `XIANGMU_RESTORED_FROM` the first seed.
#![expect(clippy::print_stderr, reason = "figures are shown beside their test")]

use std::collections::BTreeSet;

use automerge::ChangeHash;
use shared::command::Command;
use shared::document::genesis::DocumentKind;
use shared::field::{Column, Field, Table};
use shared::gate::Reason;
use shared::gate::trial::TRIAL_FROM;
use shared::identity::actor_prefix;
use shared::ids::{DocumentId, ProjectId, RowId};
use shared::store::MemoryStore;
use shared::sync::quarantined;
use tests::invariants;
use tests::sizes;
use tests::world::{Weather, World};

use crate::sim::{HEAL_MS, settled};

/// Things that happen before the disk is lost, and after the old one was put back.
const ACTS: u64 = 50;
const ACTS_AFTER: u64 = 12;

/// A change of a document, and whether the hub wrote it.
type Kept = BTreeSet<(DocumentId, ChangeHash, bool)>;

/// Every change a party holds.
fn held_by(world: &mut World, index: usize) -> Kept {
    let hub = actor_prefix(world.parties[0].key.node_id());
    let party = &mut world.parties[index];
    let mut kept = Kept::new();
    let Some(replica) = party.replica.as_mut() else {
        return kept;
    };
    let library = replica.library();
    for kind in DocumentKind::ALL {
        for id in library.ids(&party.store, kind).expect("memory reads") {
            let document = library.document(&party.store, &id).expect("it is here");
            let metas = document.inner().get_changes_meta(&[]);
            kept.extend(metas.iter().map(|meta| {
                let is_hubs = meta.actor.to_bytes().starts_with(&hub);
                (id.clone(), meta.hash, is_hubs)
            }));
        }
    }
    kept
}

/// The hub's disk is lost; an older one takes its place.
fn lose_the_hub(world: &mut World, backup: MemoryStore, is_said: bool) {
    world.crash(0);
    world.parties[0].store = backup;
    world.parties[0].is_doubtful = is_said;
    world.start(0);
}

/// A party has another unit approve a project, if the rules let it.
fn share(world: &mut World, at: usize, project: ProjectId, with: usize) {
    let time = u64::try_from(world.now.0).unwrap_or(0);
    let with = world.parties[with].name.clone();
    let command = Command::Record {
        project: Some(project),
        unit: None,
        table: Table::Approvals,
        row: RowId::from_parts(time, world.draw_ten()),
        set: [
            (Column::ApprovalItem, "feasibility".into()),
            (Column::Org, with.into()),
        ]
        .into(),
        on_behalf: None,
    };
    world.command(at, command, Vec::new());
}

/// What was refused of the changes that townships wrote.
fn refused(world: &World) -> BTreeSet<[u8; 32]> {
    let all = world.parties.iter().flat_map(|party| {
        let kept = quarantined(&party.store).expect("memory reads");
        kept.into_iter().map(|kept| kept.hash)
    });
    all.collect()
}

/// Nothing waits for an officer but what did before, or what a township wrote of a project that it knew to be another's; and nobody
/// is suspected.
fn nobody_is_bothered(world: &World, before: &BTreeSet<[u8; 32]>) -> Result<(), String> {
    for party in &world.parties {
        let mut waiting = quarantined(&party.store).map_err(|error| error.to_string())?;
        waiting
            .retain(|kept| kept.reason != Reason::AfterRevocation && !before.contains(&kept.hash));
        if let Some(first) = waiting.first() {
            let (name, id, reason) = (&party.name, &first.document, first.reason.id());
            return Err(format!(
                "{} in quarantine at {name}: {id} for {reason}",
                waiting.len()
            ));
        }
    }
    let hub = world.parties[0].replica.as_ref().ok_or("the hub is off")?;
    match hub.peers().into_iter().find(|peer| peer.alarm.is_some()) {
        Some(peer) => Err(format!("an alarm about {peer:?}")),
        None => Ok(()),
    }
}

#[test]
fn a_hub_restored_from_a_backup_is_healed_by_its_nodes() {
    for is_said in [true, false] {
        let mut world = World::new(29, 2);
        world.enrol(1);
        world.enrol(2);
        let (one, two) = (world.unit(1), world.unit(2));
        let early = world.create(1, one);
        world.create(2, two);
        world.run_for(20_000);
        let backup = world.parties[0].store.clone();
        // After the backup: the nodes' own work, the hub's, and work that builds on the hub's.
        world.create(1, one);
        let by_hub = world.create(0, two);
        world.edit(1, early, Field::Site);
        world.edit(0, early, Field::BuildNature);
        world.run_for(20_000);
        world.edit(1, early, Field::BuildNature);
        world.edit(2, by_hub, Field::Site);
        world.run_for(20_000);
        assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
        lose_the_hub(&mut world, backup, is_said);
        assert_eq!(settled(&mut world), Ok(()), "said: {is_said}");
        assert_eq!(
            nobody_is_bothered(&world, &BTreeSet::new()),
            Ok(()),
            "said: {is_said}"
        );
        assert!(!world.heads(0, &DocumentId::Project(by_hub)).is_empty());
    }
}

#[test]
fn what_a_lost_node_wrote_comes_back_from_its_neighbour() {
    let mut world = World::new(47, 2);
    world.enrol(1);
    world.enrol(2);
    let home = world.unit(1);
    let shared = world.create(1, home);
    world.run_for(20_000);
    share(&mut world, 1, shared, 2);
    world.run_for(20_000);
    let backup = world.parties[0].store.clone();
    // The last word is the first township's; its machine and the hub's disk are lost the same night.
    world.edit(1, shared, Field::Site);
    world.run_for(20_000);
    let id = DocumentId::Project(shared);
    let heads = world.heads(2, &id);
    assert_eq!(heads, world.heads(1, &id));
    world.crash(1);
    lose_the_hub(&mut world, backup, true);
    world.run_for(HEAL_MS);
    assert_eq!(world.heads(0, &id), heads);
    assert_eq!(nobody_is_bothered(&world, &BTreeSet::new()), Ok(()));
}

/// What came back to one hub: changes in all, and the hub's own among them.
fn storm(seed: u64) -> Result<[usize; 2], String> {
    let trial_from = if seed.is_multiple_of(4) {
        1
    } else {
        TRIAL_FROM
    };
    let nodes = 2 + usize::try_from(seed % 3).unwrap_or(0);
    let mut world = World::trying(seed, nodes, trial_from);
    for index in 1..=nodes {
        world.enrol(index);
    }
    world.run_for(20_000);
    world.weather = Weather::Storm;
    let moment = world.draw(ACTS);
    let mut backup = world.parties[0].store.clone();
    for act in 0..ACTS {
        if act == moment {
            backup = world.parties[0].store.clone();
        }
        if act % 7 == 3 {
            share_some(&mut world);
        }
        world.act();
    }
    // Every machine runs again, and what was on the way may be lost with the hub or not.
    world.calm_down();
    let pause = i64::try_from(world.draw(40_000)).unwrap_or(0);
    world.run_for(pause);
    let left: Kept = (1..=nodes)
        .flat_map(|index| held_by(&mut world, index))
        .collect();
    let refused_before = refused(&world);
    lose_the_hub(&mut world, backup, seed.is_multiple_of(2));
    let before = held_by(&mut world, 0);
    for _ in 0..ACTS_AFTER {
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
    nobody_is_bothered(&world, &refused_before)?;
    healed?;
    let after = held_by(&mut world, 0);
    if let Some(lost) = left.iter().find(|kept| !after.contains(kept)) {
        return Err(format!("{lost:?} survived at a node and is not at the hub"));
    }
    let back = || left.iter().filter(|kept| !before.contains(kept));
    Ok([back().count(), back().filter(|kept| kept.2).count()])
}

/// Some township has another unit approve a project, if it may: both hold and write it then.
fn share_some(world: &mut World) {
    let (projects, units) = (world.projects.len() as u64, world.parties.len() as u64 - 1);
    let index = usize::try_from(world.draw(projects)).unwrap_or(0);
    let [at, other] = [(); 2].map(|()| 1 + usize::try_from(world.draw(units)).unwrap_or(0));
    if let Some(&project) = world.projects.get(index) {
        share(world, at, project, other);
    }
}

#[test]
fn hubs_put_back_to_any_moment_get_back_all_that_is_left_and_ask_nobody() {
    let first = sizes::said("XIANGMU_RESTORED_FROM").unwrap_or(0);
    let (mut back, mut hubs, mut problems) = (0, 0, Vec::new());
    for seed in first..first + sizes::of("XIANGMU_RESTORED", 40, 1_000) {
        match std::panic::catch_unwind(|| storm(seed)) {
            Ok(Ok([all, own])) => {
                back += all;
                hubs += own;
            }
            Ok(Err(problem)) => problems.push(format!("seed {seed}: {problem}")),
            Err(_) => problems.push(format!("seed {seed} panicked")),
        }
    }
    eprintln!("{back} changes came back, {hubs} of them the hubs' own");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(hubs > 0, "no hub lost a change of its own");
}
