//! The node's own judgement, run in the browser for instant feedback (design.md 3).
//!
//! The node judges again before it writes; what is refused here is never sent, what passes here may still be refused there.

use std::rc::Rc;

use shared::api::{DirectoryUnit, Me, NodeRole};
use shared::command::{Actor, Command, Refusal};
use shared::decide::{self, Directory, State, UnitEntry};
use shared::ids::RowId;
use shared::profile::Profile;
use shared::project::ProjectView;
use shared::time::Timestamp;

/// What a judgement needs besides the record.
#[derive(Debug, Clone)]
pub struct Judge {
    profile: Rc<Profile>,
    directory: Rc<Directory>,
    actor: Actor,
}

impl Judge {
    /// A judge for a person, from what the node sent.
    #[must_use]
    pub fn new(me: &Me, profile: Rc<Profile>, units: &[DirectoryUnit]) -> Self {
        let mut directory = Directory::default();
        for unit in units {
            if unit.kind == "hub" {
                directory.hub = Some(unit.unit);
            }
            let entry = UnitEntry {
                name: unit.name.clone(),
                kind: unit.kind.clone(),
                hosted_at: None,
            };
            directory.units.insert(unit.unit, entry);
        }
        let actor = Actor {
            user: me.user,
            name: me.name.clone(),
            role: me.role,
            unit: me.unit,
            at_hub: me.node.role == NodeRole::Hub,
        };
        Self {
            profile,
            directory: Rc::new(directory),
            actor,
        }
    }

    /// Why a command on the record on screen would be refused; `None` when it would pass as far as can be seen from here.
    #[must_use]
    pub fn refusal(
        &self,
        view: &ProjectView,
        now: Timestamp,
        command: &Command,
    ) -> Option<Refusal> {
        let mut state = State::new(&self.directory);
        state.projects.insert(view.id, view.clone());
        // Rows the decision would add are not kept: any id will do.
        let mut next = 0_u64;
        let mut draw = || {
            next += 1;
            RowId::from_parts(next, [0; 10])
        };
        decide::decide(&state, &self.profile, &self.actor, now, &mut draw, command).err()
    }
}
