//! Seeded storms over a whole county, then calm: safe during, equal after. `scripts/sim --seed N` replays one.

use tests::invariants;
use tests::world::{Weather, World};

/// Seeds of an ordinary test run.
const SEEDS: u64 = 200;
/// Things that happen in one storm.
const ACTS: u64 = 60;
/// How long healing may take at most: two full waits of the back-off and a dead line noticed.
const HEAL_MS: i64 = 2 * 300_000 + 120_000;

fn storm(seed: u64) -> Result<World, String> {
    let mut world = World::new(seed, 1 + usize::try_from(seed % 3).unwrap_or(0));
    for index in 1..world.parties.len() {
        if seed % 5 != 0 {
            world.enrol(index);
        }
    }
    world.weather = Weather::Storm;
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
    let chosen = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = match chosen {
        Some(seed) => seed..seed + 1,
        None => 0..SEEDS,
    };
    let mut problems = Vec::new();
    for seed in seeds {
        let result = std::panic::catch_unwind(|| storm(seed).map(|_| ()));
        match result {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => problems.push(format!("{problem}\n{}", replay(seed))),
            Err(_) => problems.push(format!("it panicked\n{}", replay(seed))),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
