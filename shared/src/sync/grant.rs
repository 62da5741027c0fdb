//! Who may read what, and what the logs say about it.
//!
//! For each document the scopes it is logged in are remembered, with the number of its changes that are logged. After any
//! change the readers are computed from the documents themselves: a new one gets a `Grant` entry (the document whole, then its
//! later changes), one that is gone gets a `Revoke`, the others get the changes. The same record tells at a glance whether a
//! document is in a scope, without loading it.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::NodeRole;
use crate::decide::{PARTY_FIELDS, PARTY_TABLES};
use crate::field::{Column, Field, FieldPath, Place, Table, Target};
use crate::identity::unit_id_of;
use crate::ids::{DocumentId, NodeId, ProjectId, UnitId};
use crate::rules::agency;
use crate::store::{Reader, Tree, Turn};
use crate::value::Value;
use crate::wire::codec;
use crate::wire::v1::Scope;

use super::enrol::NodeRecord;
use super::error::ReplicaError;
use super::log::{EntryKind, Source, number_digest};
use super::{Replica, scan};

/// Keys of audience records in `Tree::Peer`.
pub(crate) const AUDIENCE: u8 = b'a';
/// Keys of "this node knows that this document is not its any more".
const KNOWN: u8 = b'k';
/// Units among the readers of one project. More is an attack on the log.
const UNITS_MAX: usize = 64;
/// Units of which a document remembers that they could read it once. Beyond that, one that was let go of late is told that it has no part.
const FORMER_MAX: usize = 1_024;

/// Where a document is logged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Audience {
    /// Changes that are logged; the genesis counts.
    pub(crate) logged: u32,
    pub(crate) scopes: BTreeSet<Scope>,
    /// Units that could read it once and may not any more.
    pub(crate) former: BTreeSet<UnitId>,
}

impl Audience {
    pub(crate) fn load(reader: &dyn Reader, id: &DocumentId) -> Result<Self, ReplicaError> {
        match reader.load(Tree::Peer, &key(id))? {
            None => Ok(Self::default()),
            Some(bytes) => Self::decode(&bytes),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, ReplicaError> {
        let read = |mut input: codec::Reader<'_>| -> Result<Self, codec::WireError> {
            let logged = u32::try_from(input.uint()?).unwrap_or(u32::MAX);
            let scopes = input.list(UNITS_MAX + 4, Scope::read)?;
            let former = input.list(FORMER_MAX, |input| Ok(UnitId::from_bytes(input.array()?)))?;
            Ok(Self {
                logged,
                scopes: scopes.into_iter().collect(),
                former: former.into_iter().collect(),
            })
        };
        read(codec::Reader::new(bytes)).map_err(|_| ReplicaError::DamagedRecord {
            what: "audience of a document",
        })
    }

    /// A unit is known to have been able to read a project once, though nothing here remembers it.
    pub(crate) fn note_former(
        turn: &mut Turn<'_>,
        id: &DocumentId,
        unit: UnitId,
    ) -> Result<(), ReplicaError> {
        let mut audience = Self::load(turn, id)?;
        let is_reader = audience.scopes.contains(&Scope::Unit(unit));
        let is_project = matches!(id, DocumentId::Project(_));
        if is_project
            && !is_reader
            && audience.former.len() < FORMER_MAX
            && audience.former.insert(unit)
        {
            audience.save(turn, id);
        }
        Ok(())
    }

    fn save(&self, turn: &mut Turn<'_>, id: &DocumentId) {
        let mut out = codec::Writer::new();
        out.uint(self.logged.into());
        let scopes: Vec<Scope> = self.scopes.iter().copied().collect();
        out.list(&scopes, |out, scope| out.raw(&scope.to_bytes()));
        let former: Vec<UnitId> = self.former.iter().copied().collect();
        out.list(&former, |out, unit| out.raw(&unit.to_bytes()));
        turn.put(Tree::Peer, key(id), out.into_bytes());
    }
}

/// An organisation as a record names it: by id, or by the name of a unit whose node is enrolled here.
fn resolve(nodes: &BTreeMap<NodeId, NodeRecord>, own: UnitId, value: &Value) -> Option<UnitId> {
    let text = value.as_text()?;
    if let Ok(unit) = text.parse() {
        return Some(unit);
    }
    let unit = unit_id_of(text);
    let is_known = unit == own || nodes.values().any(|record| record.unit == unit);
    is_known.then_some(unit)
}

fn key(id: &DocumentId) -> Vec<u8> {
    let mut key = vec![AUDIENCE];
    key.extend(id.to_bytes());
    key
}

fn known_key(node: NodeId, id: &DocumentId) -> Vec<u8> {
    let mut key = vec![KNOWN];
    key.extend(node.to_bytes());
    key.extend(id.to_bytes());
    key
}

/// Who a project belongs to and who takes part in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) home: Option<UnitId>,
    pub(crate) lead: Option<UnitId>,
    /// Those with a node of their own, the hub's choice first. One may stand here twice.
    pub(crate) others: Vec<UnitId>,
}

impl Parties {
    fn units(&self) -> BTreeSet<UnitId> {
        let named = self.home.into_iter().chain(self.lead);
        let mut units = BTreeSet::new();
        for unit in named.chain(self.others.iter().copied()) {
            if units.len() < UNITS_MAX {
                units.insert(unit);
            }
        }
        units
    }
}

impl Replica {
    /// Reads a project's parties from its two documents, as they stand here: by the list of fields and tables by which `decide` knows them, so that
    /// who may write something in a project also has it.
    ///
    /// Home, lead, co-operating and further responsible units are named by the hub. The owner, approving departments and guarantors are named by
    /// whoever takes part already, a township too: it could read a project out to them as well, and they cannot act on what they do not have. What
    /// that opens has bounds: only a unit whose node the hub enrolled is a reader, only of the one project, its row says who named it, anybody who
    /// takes part can strike it, and [`UNITS_MAX`] holds. A unit that was struck cannot name itself again (`admit`).
    ///
    /// Both documents are read at every change of one, so of their rows only those of these tables are looked at.
    pub(super) fn parties_of(
        &mut self,
        reader: &dyn Reader,
        project: ProjectId,
    ) -> Result<Parties, ReplicaError> {
        let mut parties = Parties::default();
        let (mut named, mut rows) = (Vec::new(), Vec::new());
        let (mut is_public, mut owner_kind) = (false, String::new());
        for id in [DocumentId::Project(project), DocumentId::Oversight(project)] {
            if !self.library.contains(reader, &id)? {
                continue;
            }
            let document = self.library.document(reader, &id)?;
            let unit = |field| {
                let value = document.value(&FieldPath::once(field));
                resolve(&self.nodes, self.unit, &value)
            };
            parties.home = unit(Field::HomeNode).or(parties.home);
            parties.lead = unit(Field::LeadUnit).or(parties.lead);
            named.extend(PARTY_FIELDS.iter().filter_map(|field| unit(*field)));
            is_public |= document
                .value(&FieldPath::once(Field::IsPublicInterest))
                .as_bool()
                == Some(true);
            if let Value::Text(kind) = document.value(&FieldPath::once(Field::OwnerKind)) {
                owner_kind = kind;
            }
            let place = match id {
                DocumentId::Oversight(_) => Place::Oversight,
                _ => Place::Project,
            };
            for &table in PARTY_TABLES.iter().filter(|table| table.place() == place) {
                for entry in document.entries_of(table) {
                    let Target::Cell(_, row, Column::Org) = entry.path.target() else {
                        continue;
                    };
                    let is_struck = FieldPath::keyed(table, row, Column::Deleted)
                        .is_ok_and(|path| !document.value(&path).is_null());
                    if !is_struck {
                        let unit = resolve(&self.nodes, self.unit, entry.winner());
                        rows.extend(unit.map(|unit| (table, unit)));
                    }
                }
            }
        }
        // What the hub alone writes comes first: where there is no room for all, those go without who were named by others.
        rows.sort_by_key(|(table, _)| PARTY_TABLES.iter().position(|known| known == table));
        let may_have_agency = agency::is_admitted(is_public, &owner_kind);
        let in_effect = |table| table != Table::AgencyContracts || may_have_agency;
        let rows = rows.into_iter().filter(|(table, _)| in_effect(*table));
        let named = named.into_iter().chain(rows.map(|(_, unit)| unit));
        parties.others = named.filter(|unit| self.has_node(*unit)).collect();
        Ok(parties)
    }

    fn has_node(&self, unit: UnitId) -> bool {
        self.nodes.values().any(|record| record.unit == unit)
    }

    /// A unit has its first node: the projects that name it are logged for it from now on.
    pub(super) fn grant_named(
        &mut self,
        turn: &mut Turn<'_>,
        unit: UnitId,
        name: &str,
    ) -> Result<(), ReplicaError> {
        let id = unit.to_string();
        let facts = self.library.facts(turn)?.iter();
        let naming =
            facts.filter(|(_, facts)| facts.orgs.contains(&id) || facts.orgs.contains(name));
        let naming: Vec<_> = naming.map(|(project, _)| *project).collect();
        for project in naming {
            for id in [DocumentId::Project(project), DocumentId::Oversight(project)] {
                self.log_one(turn, &id, Source::OWN)?;
            }
        }
        Ok(())
    }

    /// The scopes a document is to be logged in here.
    fn audience_of(
        &mut self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<BTreeSet<Scope>, ReplicaError> {
        let mut scopes = BTreeSet::new();
        let is_hub = self.facts.role == NodeRole::Hub;
        if !is_hub || self.hub.is_some() {
            // What a hub publishes or drafts is its own county's, not its upper hub's.
            let stays = is_hub && matches!(id, DocumentId::County(_) | DocumentId::Hub(_));
            if !stays {
                scopes.insert(Scope::Hub);
            }
        }
        if is_hub {
            match id {
                DocumentId::Project(project) | DocumentId::Oversight(project) => {
                    let parties = self.parties_of(reader, *project)?;
                    scopes.extend(parties.units().into_iter().map(Scope::Unit));
                }
                DocumentId::Unit(unit) => {
                    scopes.insert(Scope::Unit(*unit));
                }
                DocumentId::County(_) => {
                    scopes.insert(Scope::County);
                }
                DocumentId::Hub(_) | DocumentId::Person(_) => {}
            }
        }
        Ok(scopes)
    }

    /// Logs what changed since the last call, for everybody who may read it. `source`: who brought it. True when anything was.
    pub(super) fn log_changed(
        &mut self,
        turn: &mut Turn<'_>,
        source: Source,
    ) -> Result<bool, ReplicaError> {
        let mut pending = BTreeSet::new();
        for id in self.library.take_unlogged() {
            let count = self.library.head(turn, &id)?.map_or(0, |head| head.count);
            if Audience::load(turn, &id)?.logged == count {
                continue;
            }
            self.remember_short(&id);
            // The readers of a project stand in both of its documents.
            match id {
                DocumentId::Project(project) => pending.insert(DocumentId::Oversight(project)),
                DocumentId::Oversight(project) => pending.insert(DocumentId::Project(project)),
                _ => false,
            };
            pending.insert(id);
        }
        for id in &pending {
            self.log_one(turn, id, source)?;
        }
        Ok(!pending.is_empty())
    }

    /// Logs one document's new changes and new readers, if it is here.
    pub(super) fn log_one(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        source: Source,
    ) -> Result<(), ReplicaError> {
        match self.library.head(turn, id)? {
            Some(head) => self.log_document(turn, id, head.count, source),
            None => Ok(()),
        }
    }

    fn log_document(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        count: u32,
        source: Source,
    ) -> Result<(), ReplicaError> {
        let before = Audience::load(turn, id)?;
        let wanted = self.audience_of(turn, id)?;
        let mut after = before.clone();
        let upper = self.hub.as_ref().map(|hub| Source::peer(hub.pin));
        let upper_brought_it = |scope| scope == Scope::Hub && Some(source) == upper;
        // Readers that lose the document still get the changes that took it from them.
        for &scope in &before.scopes {
            if upper_brought_it(scope) {
                continue;
            }
            for number in before.logged.max(1)..count {
                let Some(raw) = self.library.change(turn, id, number)? else {
                    return Err(ReplicaError::DamagedRecord { what: "change" });
                };
                let digest = *blake3::hash(&raw).as_bytes();
                self.logs
                    .append(turn, scope, EntryKind::Change, source, id, number, &digest);
            }
        }
        for &scope in wanted.difference(&before.scopes) {
            after.scopes.insert(scope);
            if let Scope::Unit(unit) = scope
                && after.former.remove(&unit)
            {
                self.forget_known(turn, unit, id);
            }
            if !upper_brought_it(scope) {
                // Only a document that came whole from one peer needs no echo to that peer.
                let from = if before.logged == 0 {
                    source
                } else {
                    Source::OWN
                };
                let digest = number_digest(count);
                self.logs
                    .append(turn, scope, EntryKind::Grant, from, id, count, &digest);
            }
        }
        for &scope in before.scopes.difference(&wanted) {
            after.scopes.remove(&scope);
            if let Scope::Unit(unit) = scope
                && after.former.len() < FORMER_MAX
            {
                after.former.insert(unit);
            }
            let digest = number_digest(0);
            self.logs.append(
                turn,
                scope,
                EntryKind::Revoke,
                Source::OWN,
                id,
                count,
                &digest,
            );
        }
        after.logged = count;
        if after != before {
            after.save(turn, id);
        }
        Ok(())
    }

    /// The units that may read a document here: those its log entries go to.
    ///
    /// # Errors
    /// When the store fails.
    pub fn readers_of(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<Vec<UnitId>, ReplicaError> {
        let audience = Audience::load(reader, id)?;
        let units = audience.scopes.iter().filter_map(|scope| match scope {
            Scope::Unit(unit) => Some(*unit),
            Scope::Repair | Scope::Hub | Scope::County => None,
        });
        Ok(units.collect())
    }

    /// Documents of a scope, sorted.
    pub(super) fn documents_in(
        &self,
        reader: &dyn Reader,
        scopes: &[Scope],
    ) -> Result<Vec<DocumentId>, ReplicaError> {
        let mut found = Vec::new();
        for (key, value) in scan(reader, Tree::Peer, &[AUDIENCE])? {
            let audience = Audience::decode(&value)?;
            if scopes.iter().any(|scope| audience.scopes.contains(scope)) {
                found.extend(DocumentId::from_bytes(&key[1..]));
            }
        }
        Ok(found)
    }

    /// True when the node told us that it knows it may not read the document any more.
    pub(super) fn knows_of_revocation(
        reader: &dyn Reader,
        node: NodeId,
        id: &DocumentId,
    ) -> Result<bool, ReplicaError> {
        Ok(reader.load(Tree::Peer, &known_key(node, id))?.is_some())
    }

    /// Notes that the node knows.
    pub(super) fn note_known(turn: &mut Turn<'_>, node: NodeId, id: &DocumentId) {
        turn.put(Tree::Peer, known_key(node, id), [1]);
    }

    fn forget_known(&self, turn: &mut Turn<'_>, unit: UnitId, id: &DocumentId) {
        for (&node, record) in &self.nodes {
            if record.unit == unit {
                turn.remove(Tree::Peer, known_key(node, id));
            }
        }
    }
}
