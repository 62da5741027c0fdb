//! What people do in the county: join, write, import, move projects, each drawn from the seed.

use rand_core::RngCore;
use shared::api::NodeRole;
use shared::command::{Actor, Command, Envelope, ImportItem, Role};
use shared::document::{Author, Base};
use shared::field::{Field, FieldPath};
use shared::identity::{UnitKind, unit_id_of};
use shared::ids::{CommandId, DocumentId, ImportId, ProjectId, RowId, UnitId, UserId};
use shared::store::{MemoryStore, Turn};
use shared::sync::{Approval, Input, Line, Reply, RequestId};
use shared::value::Value;

use super::{Said, Weather, World};

impl World {
    /// Lets a node join the hub, approved at once.
    pub fn enrol(&mut self, index: usize) {
        self.enrol_at(index, 0, UnitKind::Township);
    }

    /// Lets a party join any hub, approved at once.
    pub fn enrol_at(&mut self, index: usize, hub: usize, kind: UnitKind) {
        let request = self.request(hub);
        let unit = self.parties[index].name.clone();
        let addresses = vec![self.parties[hub].name.clone()];
        self.give(
            hub,
            Input::CreateInvite {
                request,
                unit,
                kind,
                addresses,
                approval: Approval::AtOnce,
            },
        );
        let Some(Reply::Invited { code, .. }) = self.parties[hub].replies.remove(&request) else {
            // The hub lost power over it.
            return;
        };
        let request = self.request(index);
        self.give(index, Input::Join { request, code });
    }

    /// Makes a party that has done nothing yet a hub.
    pub fn make_hub(&mut self, index: usize) {
        self.parties[index].role = NodeRole::Hub;
        self.parties[index].store = MemoryStore::new();
        self.start(index);
    }

    /// The unit a party hosts.
    #[must_use]
    pub fn unit(&self, index: usize) -> UnitId {
        unit_id_of(&self.parties[index].name)
    }

    /// A person at a party.
    #[must_use]
    pub fn actor(&self, index: usize) -> Actor {
        Actor {
            user: UserId::from_bytes([u8::try_from(index).unwrap_or(0); 5]),
            name: format!("clerk{index}"),
            role: if index == 0 {
                Role::HubOfficer
            } else {
                Role::Clerk
            },
            unit: self.unit(index),
            at_hub: index == 0,
        }
    }

    /// Draws an id's random part.
    pub fn draw_ten(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Sends a command of a party's person; `said` is what it will have been told once it is answered.
    pub fn command(&mut self, index: usize, command: Command, said: Vec<Said>) -> RequestId {
        let request = self.request(index);
        let time = u64::try_from(self.now.0).unwrap_or(0);
        let id = CommandId::from_parts(time, self.draw_ten());
        let actor = self.actor(index);
        self.tell(index, || format!("{command:?}"));
        if self.parties[index].replica.is_some() {
            self.parties[index].asked.insert(request, said);
            let envelope = Envelope {
                id,
                base: None,
                after: Vec::new(),
                command,
            };
            self.give(
                index,
                Input::Command {
                    request,
                    actor,
                    envelopes: vec![envelope],
                },
            );
        }
        request
    }

    /// A value nobody wrote before.
    pub fn fresh_value(&mut self) -> Value {
        self.counter += 1;
        Value::Text(format!("value {}", self.counter))
    }

    /// Creates a project at a party.
    pub fn create(&mut self, index: usize, home: UnitId) -> ProjectId {
        let time = u64::try_from(self.now.0).unwrap_or(0);
        let project = ProjectId::from_parts(time, self.draw_ten());
        let value = self.fresh_value();
        let path = FieldPath::once(Field::Name);
        let said = vec![Said {
            project,
            path: path.clone(),
            value: value.clone(),
        }];
        let set = [(path, value)].into();
        self.command(index, Command::CreateProject { project, home, set }, said);
        self.projects.push(project);
        project
    }

    /// Edits one field of a project at a party.
    pub fn edit(&mut self, index: usize, project: ProjectId, field: Field) -> RequestId {
        let value = self.fresh_value();
        let path = FieldPath::once(field);
        let said = vec![Said {
            project,
            path: path.clone(),
            value: value.clone(),
        }];
        let on_behalf = (index == 0).then(|| "by telephone".to_owned());
        let set = [(path, value)].into();
        self.command(
            index,
            Command::Edit {
                project,
                set,
                on_behalf,
            },
            said,
        )
    }

    /// Sets one value of a project at a party; nobody is told anything.
    pub fn set(&mut self, index: usize, project: ProjectId, path: FieldPath, value: Value) {
        let set = [(path, value)].into();
        let command = Command::Edit {
            project,
            set,
            on_behalf: None,
        };
        self.command(index, command, Vec::new());
    }

    /// Writes a value as a changed program would: no rule is asked.
    pub fn write_past_the_rules(
        &mut self,
        index: usize,
        id: &DocumentId,
        path: FieldPath,
        text: &str,
    ) {
        self.write_unasked(index, id, path, text, "edit");
    }

    /// The same in a way no honest program writes: what a change says of itself is far too long.
    pub fn write_like_no_program(&mut self, index: usize, id: &DocumentId, path: FieldPath) {
        self.write_unasked(index, id, path, "hostile", &"x".repeat(1_000));
    }

    fn write_unasked(
        &mut self,
        index: usize,
        id: &DocumentId,
        path: FieldPath,
        text: &str,
        message: &str,
    ) {
        let now = self.now;
        let party = &mut self.parties[index];
        let replica = party.replica.as_mut().expect("the machine is on");
        let author = Author {
            process: replica.actor_seed(),
            message: message.to_owned(),
            at: now,
            base: Base::Now,
        };
        let mut turn = Turn::new(&party.store);
        let edits = [(path, Value::from(text))];
        let library = replica.library();
        library
            .write(&mut turn, id, &edits, &author)
            .expect("the document takes it");
        let mut effects = Vec::new();
        replica
            .finish_turn(&mut turn, &mut effects)
            .expect("the store never fails here");
        let batch = turn.finish();
        party.store.commit(batch).expect("memory takes everything");
    }

    /// One thing somebody does or that happens to somebody, by lot.
    pub fn act(&mut self) {
        let nodes = self.parties.len() as u64;
        let who = usize::try_from(self.draw(nodes)).unwrap_or(0);
        match self.draw(100) {
            0..=14 => {
                let unit = if who == 0 {
                    1 + usize::try_from(self.draw(nodes - 1)).unwrap_or(0)
                } else {
                    who
                };
                let home = self.unit(unit);
                self.create(who, home);
            }
            15..=64 => {
                if let Some(project) = self.some_project() {
                    let fields = [
                        Field::Site,
                        Field::BuildNature,
                        Field::Problems,
                        Field::Name,
                    ];
                    let field = fields[usize::try_from(self.draw(4)).unwrap_or(0)];
                    self.edit(who, project, field);
                }
            }
            65..=69 => self.import(who),
            70..=74 => {
                if let Some(project) = self.some_project() {
                    let to = 1 + usize::try_from(self.draw(nodes - 1)).unwrap_or(0);
                    let to = self.unit(to);
                    self.command(0, Command::MoveProject { project, to }, Vec::new());
                }
            }
            75..=77 => {
                let filing =
                    RowId::from_parts(u64::try_from(self.now.0).unwrap_or(0), self.draw_ten());
                let unit = self.unit(who);
                self.command(
                    who,
                    Command::File {
                        filing,
                        unit,
                        ledger: "monthly".to_owned(),
                        period: "2026-10".to_owned(),
                        lines: Vec::new(),
                        follows: None,
                        on_behalf: None,
                    },
                    Vec::new(),
                );
            }
            78..=80 if who > 0 => self.enrol(who),
            81..=86 => self.cut(),
            87..=88 => self.go_dead(),
            89..=91 if self.weather == Weather::Storm => {
                if self.parties[who].replica.is_some() {
                    self.die(who);
                }
            }
            98 if self.weather == Weather::Storm => {
                let party = &mut self.parties[who];
                match party.backup.take() {
                    // A hub's restore needs the nodes' signed logs back; not yet.
                    Some(backup) if who > 0 => self.restore(who, backup),
                    _ => {
                        party.backup = Some(party.store.clone());
                        self.tell(who, || "is backed up".to_owned());
                    }
                }
            }
            99 if self.weather == Weather::Storm => {
                self.parties[who].is_doubtful = true;
                self.die(who);
            }
            92..=93 if self.weather == Weather::Storm => {
                let most = self.clock_jump_ms;
                let jump = self.draw(most.unsigned_abs() * 2);
                self.parties[who].clock.ahead_ms = i64::try_from(jump).unwrap_or(0) - most;
            }
            94..=95 if who > 0 => {
                let request = self.request(who);
                let line = if self.chance(2) { Line::Off } else { Line::On };
                self.give(who, Input::SetLine { request, line });
            }
            96..=97 => {
                let request = self.request(who);
                self.give(who, Input::SyncNow { request });
            }
            _ => {
                let pause = i64::try_from(self.draw(30_000)).unwrap_or(0);
                self.run_for(pause);
            }
        }
        let pause = i64::try_from(self.draw(600)).unwrap_or(0);
        self.run_for(pause);
    }

    fn some_project(&mut self) -> Option<ProjectId> {
        let count = self.projects.len() as u64;
        let index = usize::try_from(self.draw(count)).unwrap_or(0);
        self.projects.get(index).copied()
    }

    /// Imports new projects of a unit in one command.
    pub fn import_new(&mut self, who: usize, home: UnitId, count: usize) {
        let time = u64::try_from(self.now.0).unwrap_or(0);
        let mut items = Vec::with_capacity(count);
        for number in 0..count {
            let project = ProjectId::from_parts(time, self.draw_ten());
            let name = Value::Text(format!("project {number}"));
            self.projects.push(project);
            items.push(ImportItem {
                project,
                home,
                place: None,
                set: [(FieldPath::once(Field::Name), name)].into(),
            });
        }
        let import = ImportId::from_parts(time, self.draw_ten());
        let file = "new.xlsx".to_owned();
        self.command(
            who,
            Command::Import {
                import,
                file,
                items,
            },
            Vec::new(),
        );
    }

    /// The same workbook may be imported at the hub and at the unit's node.
    fn import(&mut self, who: usize) {
        let unit = if who == 0 { 1 } else { who };
        let home = self.unit(unit);
        let items = (0..3u8).map(|number| {
            let mut bytes = [0; 16];
            bytes[14] = u8::try_from(unit).unwrap_or(0);
            bytes[15] = number;
            ImportItem {
                project: ProjectId::from_bytes(bytes),
                home,
                place: None,
                set: [(
                    FieldPath::once(Field::Name),
                    Value::Text(format!("imported {unit} {number}")),
                )]
                .into(),
            }
        });
        let items: Vec<ImportItem> = items.collect();
        for item in &items {
            if !self.projects.contains(&item.project) {
                self.projects.push(item.project);
            }
        }
        let import = ImportId::from_parts(u64::try_from(self.now.0).unwrap_or(0), self.draw_ten());
        self.command(
            who,
            Command::Import {
                import,
                file: "ledger.xlsx".to_owned(),
                items,
            },
            Vec::new(),
        );
    }
}
