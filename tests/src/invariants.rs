//! What must hold once the weather is calm and everything was exchanged (design.md 1).

use shared::document::genesis::DocumentKind;
use shared::field::{Column, FieldPath, Table};
use shared::ids::DocumentId;
use shared::store::{Reader, Tree};

use crate::world::World;

/// Documents a node and the hub may both read have equal heads (P3).
pub fn heads_are_equal(world: &mut World) -> Result<(), String> {
    let mut ids = Vec::new();
    for kind in DocumentKind::ALL {
        let hub = &mut world.parties[0];
        let replica = hub.replica.as_mut().ok_or("the hub is off")?;
        let found = replica.library().ids(&hub.store, kind);
        ids.extend(found.map_err(|error| error.to_string())?);
    }
    for index in 1..world.parties.len() {
        let unit = world.unit(index);
        for id in &ids {
            let hub = &world.parties[0];
            let replica = hub.replica.as_ref().ok_or("the hub is off")?;
            let readers = replica
                .readers_of(&hub.store, id)
                .map_err(|error| error.to_string())?;
            let may_read = readers.contains(&unit) || matches!(id, DocumentId::County(_));
            if !may_read || is_quarantined(world, id) {
                continue;
            }
            let (here, there) = (world.heads(0, id), world.heads(index, id));
            if here != there {
                return Err(format!(
                    "{id} has heads {here:?} at the hub and {there:?} at {}",
                    world.parties[index].name
                ));
            }
        }
    }
    Ok(())
}

fn is_quarantined(world: &World, id: &DocumentId) -> bool {
    let from = id.to_bytes();
    let mut to = from.clone();
    to.extend([0xff; 33]);
    world.parties.iter().any(|party| {
        party
            .store
            .range(Tree::Quarantine, &from, &to, 1)
            .is_ok_and(|found| !found.is_empty())
    })
}

/// Every value somebody was told is saved stands in the hub's history, waits there as a proposal, or is in quarantine (P1, P4).
pub fn no_acknowledged_edit_is_lost(world: &mut World) -> Result<(), String> {
    for said in world.acknowledged.clone() {
        let id = DocumentId::Project(said.project);
        if is_quarantined(world, &id) {
            continue;
        }
        let hub = &mut world.parties[0];
        let replica = hub.replica.as_mut().ok_or("the hub is off")?;
        let document = replica
            .library()
            .document(&hub.store, &id)
            .map_err(|error| format!("{}: {error}", said.project))?;
        let is_there = document
            .history(Some(&said.path), usize::MAX)
            .iter()
            .any(|write| write.new == said.value);
        let json = serde_json::to_string(&said.value).map_err(|error| error.to_string())?;
        let prefix = FieldPath::table_prefix(Table::Proposals);
        let suffix = format!("/{}", Column::Value.id());
        let is_proposed = document.entries().iter().any(|entry| {
            let path = entry.path.as_str();
            path.starts_with(&prefix)
                && path.ends_with(&suffix)
                && entry.winner().as_text() == Some(&json)
        });
        if !is_there && !is_proposed {
            return Err(format!("{said:?} is nowhere at the hub"));
        }
    }
    Ok(())
}

/// Every node says that it is in step, and is (P2).
pub fn everybody_is_in_step(world: &World) -> Result<(), String> {
    for party in &world.parties[1..] {
        let replica = party.replica.as_ref().ok_or("a node is off")?;
        let status = replica.status(world.now);
        if status.pending != 0 || !matches!(status.state, shared::api::SyncState::Synced) {
            return Err(format!("at {} {} says {status:?}", world.now.0, party.name));
        }
    }
    Ok(())
}
