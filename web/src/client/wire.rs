//! Reading what the node sends with as little code as possible: the front end's only budget is its size.
//!
//! The types are `shared::api`'s. Their derived readers buffer every tagged enum and read its content a second way, which
//! doubles the code of all they hold; here each tagged form is read flat and put together by hand. A native test writes the
//! shared types and reads them back, so the two cannot drift apart unseen.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::api::{
    AttachmentInfo, ChartSheets, Code, DeskConflict, DirectoryUnit, HistoryEntry, ImportInfo,
    ImportPreview, Live, Me, PeerStatus, ProjectList, RefusedChange, ReportView, SyncState,
    SyncStatus,
};
use shared::command::ImportCounts;
use shared::field::FieldPath;
use shared::ids::CommandId;
use shared::project::{ProjectRow, ProjectView};
use shared::time::Timestamp;

use super::json;

/// Something the node sends.
pub trait FromWire: Sized {
    /// Reads it; `None` when page and node do not speak the same version.
    fn from_wire(text: &str) -> Option<Self>;
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    json::read(text).ok()
}

macro_rules! plain {
    ($($name:ty),* $(,)?) => {
        $(impl FromWire for $name {
            fn from_wire(text: &str) -> Option<Self> {
                read(text)
            }
        })*
    };
}

plain!(
    Vec<AttachmentInfo>,
    ChartSheets,
    Vec<DirectoryUnit>,
    Vec<HistoryEntry>,
    Vec<ImportInfo>,
    ImportPreview,
    Me,
    ProjectList,
    ProjectView,
    Vec<RefusedChange>,
    ReportView,
    Unsettled,
    Preview,
    shared::text::book::WordBook,
    shared::text::page::PageWords,
    crate::state::words::CountyWords,
);

#[derive(Deserialize)]
struct FlatStatus {
    state: String,
    #[serde(default)]
    done: u64,
    #[serde(default)]
    total: u64,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    switched_off: bool,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    minutes: i64,
    pending: u64,
    last_exchange: Option<Timestamp>,
    retry_at: Option<Timestamp>,
    #[serde(default)]
    hub: String,
    #[serde(default)]
    peers: Vec<PeerStatus>,
    #[serde(default)]
    quarantined: u64,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    outcome: String,
}

impl FlatStatus {
    fn raise(self) -> Option<SyncStatus> {
        let state = match self.state.as_str() {
            "not_joined" => SyncState::NotJoined,
            "synced" => SyncState::Synced,
            "waiting" => SyncState::Waiting,
            "running" => SyncState::Running {
                done: self.done,
                total: self.total,
            },
            "offline" => SyncState::Offline {
                reason: self.reason,
                switched_off: self.switched_off,
            },
            "conflicts" => SyncState::Conflicts { count: self.count },
            "refused" => SyncState::Refused {
                reason: self.reason,
            },
            "clock_skew" => SyncState::ClockSkew {
                minutes: self.minutes,
            },
            _ => return None,
        };
        Some(SyncStatus {
            state,
            pending: self.pending,
            last_exchange: self.last_exchange,
            retry_at: self.retry_at,
            hub: self.hub,
            peers: self.peers,
            quarantined: self.quarantined,
            // For programs and technicians; people read the reason.
            cause: None,
            detail: String::new(),
        })
    }
}

impl FromWire for crate::components::panel::Drawn {
    fn from_wire(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

impl FromWire for SyncStatus {
    fn from_wire(text: &str) -> Option<Self> {
        read::<FlatStatus>(text)?.raise()
    }
}

/// What of the desk waits to be settled by a person.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Unsettled {
    /// Fields in conflict, over all projects I see.
    pub conflicts: Vec<DeskConflict>,
}

/// What an act on the line came to, as pages need it.
#[derive(Debug, Clone, PartialEq)]
pub struct LineTold {
    /// How the line stands now.
    pub status: SyncStatus,
    /// The outcome of an exchange in words, empty when none was asked for; an error when something is left.
    pub outcome: Result<String, String>,
}

impl FromWire for LineTold {
    fn from_wire(text: &str) -> Option<Self> {
        let mut flat = read::<FlatStatus>(text)?;
        let outcome = std::mem::take(&mut flat.outcome);
        Some(Self {
            outcome: if flat.complete {
                Ok(outcome)
            } else {
                Err(outcome)
            },
            status: flat.raise()?,
        })
    }
}

/// What a bundle or a repair would come to, or came to, in sentences.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Preview {
    /// Confirms a preview.
    pub token: Option<String>,
    /// What the node says of it.
    pub told: Vec<String>,
}

/// A file was kept; what else the answer says is in the list.
pub struct Kept;

impl FromWire for Kept {
    fn from_wire(_: &str) -> Option<Self> {
        Some(Self)
    }
}

/// What became of a command, as pages need it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Written and durable.
    Done {
        /// Heads afterwards.
        heads: Vec<String>,
        /// Paths that became proposals.
        proposed: Vec<FieldPath>,
        /// What an import did.
        counts: Option<ImportCounts>,
    },
    /// Not written, with the node's sentence in the page's language.
    Refused(String),
}

/// The answer to one command.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The command.
    pub id: CommandId,
    /// What became of it.
    pub told: Told,
}

#[derive(Deserialize)]
struct FlatAnswer {
    id: CommandId,
    outcome: FlatOutcome,
    #[serde(default)]
    sentence: String,
}

#[derive(Deserialize)]
struct FlatOutcome {
    outcome: String,
    #[serde(default)]
    heads: Vec<String>,
    #[serde(default)]
    proposed: Vec<FieldPath>,
    counts: Option<ImportCounts>,
}

impl FlatAnswer {
    fn raise(self) -> Option<Answered> {
        let flat = self.outcome;
        let told = match flat.outcome.as_str() {
            "done" => Told::Done {
                heads: flat.heads,
                proposed: flat.proposed,
                counts: flat.counts,
            },
            "refused" => Told::Refused(self.sentence),
            _ => return None,
        };
        Some(Answered { id: self.id, told })
    }
}

impl FromWire for Vec<Answered> {
    fn from_wire(text: &str) -> Option<Self> {
        read::<Vec<FlatAnswer>>(text)?
            .into_iter()
            .map(FlatAnswer::raise)
            .collect()
    }
}

impl FromWire for Answered {
    fn from_wire(text: &str) -> Option<Self> {
        read::<FlatAnswer>(text)?.raise()
    }
}

/// The body of a failed request, without what only programs read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FlatError {
    /// For programs.
    pub code: Code,
    /// What happened, why, what to do, in the page's language.
    pub message: String,
    /// Finds the log lines.
    pub request_id: String,
}

impl FromWire for FlatError {
    fn from_wire(text: &str) -> Option<Self> {
        read(text)
    }
}

#[derive(Deserialize)]
struct Tag {
    live: String,
}

#[derive(Deserialize)]
struct Rows {
    rows: Vec<ProjectRow>,
}

#[derive(Deserialize)]
struct View {
    view: Box<ProjectView>,
}

#[derive(Deserialize)]
struct Status {
    status: FlatStatus,
}

impl FromWire for Live {
    fn from_wire(text: &str) -> Option<Self> {
        Some(match read::<Tag>(text)?.live.as_str() {
            "rows" => Self::Rows {
                rows: read::<Rows>(text)?.rows,
            },
            "project" => Self::Project {
                view: read::<View>(text)?.view,
            },
            "reports" => Self::Reports,
            "sync" => Self::Sync {
                status: Box::new(read::<Status>(text)?.status.raise()?),
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use shared::api::{ApiError, SyncAnswer, WordedAnswer};
    use shared::command::{Answer, Outcome, Refusal, Why};
    use shared::field::Field;
    use shared::ids::ProjectId;
    use shared::text::Lang;

    #[test]
    fn every_state_of_the_line_reads_back_what_the_node_wrote() {
        for state in [
            SyncState::NotJoined,
            SyncState::Synced,
            SyncState::Waiting,
            SyncState::Running { done: 3, total: 12 },
            SyncState::Offline {
                reason: "x".into(),
                switched_off: true,
            },
            SyncState::Conflicts { count: 2 },
            SyncState::Refused { reason: "y".into() },
            SyncState::ClockSkew { minutes: -27 },
        ] {
            let status = SyncStatus {
                state,
                pending: 5,
                last_exchange: Some(Timestamp(7)),
                retry_at: None,
                hub: "hub".into(),
                peers: Vec::new(),
                quarantined: 1,
                cause: None,
                detail: String::new(),
            };
            let text = serde_json::to_string(&status).unwrap();
            assert_eq!(SyncStatus::from_wire(&text), Some(status.clone()));
            let answer = SyncAnswer {
                status: status.clone(),
                sent: 12,
                received: 31,
                complete: true,
                outcome: "done".into(),
            };
            let told = LineTold {
                status: status.clone(),
                outcome: Ok("done".into()),
            };
            let text = serde_json::to_string(&answer).unwrap();
            assert_eq!(LineTold::from_wire(&text), Some(told));
            let live = Live::Sync {
                status: Box::new(status),
            };
            assert_eq!(
                Live::from_wire(&serde_json::to_string(&live).unwrap()),
                Some(live)
            );
        }
    }

    #[test]
    fn answers_and_patches_read_back_what_the_node_wrote() {
        let id = CommandId::from_parts(1, [1; 10]);
        let refusal = Refusal {
            why: Why::BadValue {
                expected: "money".into(),
            },
            rule: Some("KZ-1".into()),
            missing: vec![FieldPath::once(Field::Name)],
            ..shared::decide::refuse(Why::NotFound)
        };
        let answers = vec![
            Answer {
                id,
                outcome: Outcome::Done {
                    heads: vec!["a".into()],
                    proposed: vec![FieldPath::once(Field::Name)],
                    counts: Some(ImportCounts::default()),
                    at: Timestamp(1),
                },
            },
            Answer {
                id,
                outcome: Outcome::Refused(refusal.clone()),
            },
        ];
        let answers: Vec<WordedAnswer> = answers
            .into_iter()
            .map(|answer| WordedAnswer::new(answer, Lang::Zh))
            .collect();
        let read = Vec::<Answered>::from_wire(&serde_json::to_string(&answers).unwrap()).unwrap();
        assert_eq!(read.len(), 2);
        assert!(
            matches!(&read[0].told, Told::Done { heads, proposed, counts: Some(_) } if heads.len() == 1 && proposed.len() == 1)
        );
        assert_eq!(read[1].told, Told::Refused(refusal.sentence(Lang::Zh)));
        let error = ApiError {
            code: Code::NotFound,
            message: refusal.sentence(Lang::Zh),
            refusal: Some(refusal),
            request_id: "r".into(),
        };
        let read = FlatError::from_wire(&serde_json::to_string(&error).unwrap()).unwrap();
        assert_eq!((read.code, read.message), (error.code, error.message));
        for live in [
            Live::Reports,
            Live::Rows {
                rows: vec![crate::state::ledger::tests::row(1, "a", "b")],
            },
            Live::Project {
                view: Box::new(ProjectView {
                    id: ProjectId::from_parts(1, [1; 10]),
                    heads: Vec::new(),
                    cells: Default::default(),
                }),
            },
        ] {
            assert_eq!(
                Live::from_wire(&serde_json::to_string(&live).unwrap()),
                Some(live)
            );
        }
    }
}
