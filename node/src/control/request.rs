//! What the command line asks of a node, and what comes back: the same values whether a server runs or not.
//!
//! With a server they travel over the control listener ([`crate::http::control`], [`crate::cli::target`]); without one the command
//! line performs them itself. So a command cannot behave differently in the two cases.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::api::rules::ScoreSheet;
use shared::api::{
    BundleReport, ImportInfo, InviteInfo, NodeAct, NodeInfo, PeerStatus, Repair, SyncState,
    UserInfo,
};
use shared::command::{ImportCounts, Role};
use shared::field::FieldPath;
use shared::ids::{DocumentId, ImportId, NodeId, RowId, UnitId};
use shared::profile::VersionState;
use shared::text::Lang;
use shared::text::doctor::Ailment;
use shared::text::line::LineReason;
use shared::text::system::System;
use shared::time::{Date, Month, Timestamp};

use crate::accounts::password::Secret;
use crate::backup::{Fault, Holds, Last};
use crate::control::bundle::files::FileTaken;
use crate::journal::Extent;

/// One question with the language its words should come in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    /// The reader's language, for findings and refusals.
    pub lang: Lang,
    /// What is asked.
    pub request: Request,
}

/// What can be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// What this node is and how it stands.
    Status,
    /// Canonical lines of the records; each line is an [`Event::Line`].
    Dump {
        /// True: every kind of document, not only projects.
        all: bool,
        /// Only this unit's.
        unit: Option<String>,
    },
    /// Lines of commands; each answer is an [`Event::Line`], sent after it is durable.
    Edit {
        /// The lines, in order.
        lines: Vec<String>,
        /// The account to act as; the console's own when absent.
        user: Option<String>,
    },
    /// Makes an account.
    UserAdd {
        /// Its name.
        name: String,
        /// What it may do.
        role: Role,
        /// Its unit's name; the node's own when absent.
        unit: Option<String>,
        /// The first password.
        password: Secret,
    },
    /// Every account.
    UserList,
    /// Bars or admits an account.
    UserDisable {
        /// Its name.
        name: String,
        /// True bars it.
        disabled: bool,
    },
    /// Gives an account a new password.
    UserPassword {
        /// Its name.
        name: String,
        /// The password.
        password: Secret,
    },
    /// Reads a workbook (the attachment) and, unless it is a dry run, imports it.
    Import {
        /// The file's name.
        file: String,
        /// The text of a column mapping.
        mapping: Option<String>,
        /// One sheet only.
        sheet: Option<String>,
        /// The unit new projects belong to.
        unit: Option<String>,
        /// True: nothing is written.
        dry_run: bool,
        /// True: the refused rows come back as a workbook in [`Event::Bytes`].
        errors: bool,
        /// True: a workbook whose unit nobody names is not imported, so that a person can be asked for it.
        #[serde(default)]
        needs_unit: bool,
    },
    /// Takes an import back.
    ImportUndo {
        /// The import.
        id: ImportId,
    },
    /// Every import.
    ImportList,
    /// The projects as a file, in [`Event::Bytes`].
    Export {
        /// `xlsx`, `csv`, `ndjson` or `docx`.
        format: String,
        /// A ledger of the county.
        ledger: Option<String>,
        /// A view of the list, by its name.
        view: Option<String>,
        /// Only this unit's.
        unit: Option<String>,
        /// The month; the current one when absent.
        period: Option<Month>,
    },
    /// Hub: makes a one-time code.
    Invite {
        /// The unit's name.
        unit: String,
        /// Its kind.
        kind: String,
        /// True: the holder needs no second confirmation.
        approve: bool,
    },
    /// Node: enrols at the hub of a code.
    Join {
        /// The code.
        code: String,
    },
    /// Hub: its nodes.
    Nodes,
    /// Hub: changes one node's enrolment.
    NodeAct {
        /// The node.
        id: NodeId,
        /// What to do.
        act: NodeAct,
    },
    /// Asks for an exchange.
    Sync {
        /// Seconds to wait until nothing is left.
        wait_seconds: u64,
    },
    /// Cuts the line or restores it.
    SetLine {
        /// True restores it.
        on: bool,
    },
    /// A bundle for a node, in [`Event::Bytes`].
    BundleExport {
        /// The node's id, its unit's name, or `hub`.
        to: String,
        /// True: everything, not only what the node is not known to hold.
        all: bool,
        /// Bytes of attached files at most; what fits with the rest into a bundle a browser takes, when absent.
        files_bytes: Option<u64>,
    },
    /// Takes one sealed file (the attachment) in that followed a bundle.
    BundleFile,
    /// Takes a bundle (the attachment) in.
    BundleImport {
        /// True: only looks at it.
        dry_run: bool,
    },
    /// The versions of the county's rules.
    Rules,
    /// Hub: its head decides on a version of the rules.
    RulesPropose {
        /// The file.
        text: String,
        /// The day it shall count from.
        from: Date,
        /// The decision it rests on.
        reference: String,
        /// The account to act as.
        user: String,
    },
    /// Hub: its administrator applies a version.
    RulesApply {
        /// The version.
        version: RowId,
        /// The account to act as.
        user: String,
    },
    /// The years whose official holidays are known here.
    Holidays,
    /// Hub: publishes a year's official holidays.
    HolidaysPublish {
        /// The file.
        text: String,
        /// The account to act as; whoever sits at the console without one.
        user: Option<String>,
    },
    /// Hub: the open score sheets of a year with what the records make of them.
    Scores {
        /// The year; this one without.
        year: Option<i16>,
    },
    /// Hub: enters what the records propose for the empty cells of a sheet.
    ScoresFill {
        /// The sheet.
        sheet: RowId,
        /// The year it stands in; this one without.
        year: Option<i16>,
        /// The account to act as; whoever sits at the console without one.
        user: Option<String>,
    },
    /// The refused changes.
    Quarantine {
        /// True: their bytes too.
        with_bytes: bool,
    },
    /// Takes refused changes in after all.
    QuarantineAccept {
        /// The hash of one, or `all`.
        hash: String,
    },
    /// Parts a document from what the hub refused of it and writes again what was typed since.
    Repair {
        /// The document.
        document: DocumentId,
        /// Values that are not written again.
        leave: Vec<FieldPath>,
        /// True: only says what it would come to.
        is_dry: bool,
        /// The account to act as; whoever sits at the console without one.
        user: Option<String>,
    },
    /// Lets go of the changes of a document that are set aside, since they cannot be read.
    AsideDismiss {
        /// The document.
        document: DocumentId,
        /// Why.
        reason: String,
        /// The account to act as; whoever sits at the console without one.
        user: Option<String>,
    },
    /// Makes a backup.
    Backup {
        /// The file, by its whole path; a day's own in the data folder without.
        out: Option<PathBuf>,
        /// The words it is put under.
        passphrase: Option<Secret>,
    },
    /// Whether the audit trail is what was written.
    AuditVerify,
    /// What is wrong, as far as it can be told in a moment.
    Doctor,
    /// Looks for damage.
    Check {
        /// True: rebuilds what can be rebuilt.
        repair: bool,
    },
}

/// What comes back while a request is performed; the last is `Done` or `Failed`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// One line for stdout.
    Line {
        /// The line, without its end.
        text: String,
    },
    /// A piece of a file, in base64.
    Bytes {
        /// The piece.
        base64: String,
    },
    /// How far the work is.
    Progress {
        /// Done.
        done: u64,
        /// In all; 0 when unknown.
        total: u64,
    },
    /// Something people should know, for stderr.
    Warning {
        /// The words.
        text: String,
    },
    /// It is done.
    Done {
        /// What came of it.
        outcome: Box<Outcome>,
    },
    /// It could not be done.
    Failed {
        /// Why.
        trouble: Trouble,
    },
}

/// What came of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Of `Status`.
    Status {
        /// The report.
        status: Box<Status>,
    },
    /// Of `Dump` and `Edit`: the lines went before.
    Lines {
        /// Lines that succeeded.
        done: u64,
        /// Lines that were refused.
        refused: u64,
    },
    /// Of `UserAdd`, `UserDisable` and `UserPassword`.
    User {
        /// The account as it is now.
        user: UserInfo,
    },
    /// Of `UserList`.
    Users {
        /// By name.
        users: Vec<UserInfo>,
    },
    /// Of `Import`.
    Imported {
        /// The report.
        report: ImportReport,
    },
    /// Of `ImportUndo`.
    ImportUndone {
        /// What it did.
        counts: ImportCounts,
    },
    /// Of `ImportList`.
    Imports {
        /// Newest first.
        imports: Vec<ImportInfo>,
    },
    /// Of `Export`: the file's bytes went before.
    Exported {
        /// Projects in it.
        rows: u64,
    },
    /// Of `Invite`.
    Invited {
        /// The code.
        invite: InviteInfo,
    },
    /// Of `Join`.
    Joined {
        /// The unit.
        unit: UnitId,
        /// Its name.
        unit_name: String,
        /// `pending` or `active`.
        state: String,
    },
    /// Of `Nodes` and `NodeAct`.
    Nodes {
        /// The nodes.
        nodes: Vec<PeerStatus>,
    },
    /// Of `Quarantine`.
    Quarantine {
        /// By document.
        changes: Vec<QuarantinedChange>,
    },
    /// Of `Repair`.
    Repair {
        /// What it comes to.
        plan: Repair,
        /// Values written again and changes that left, once it is done.
        done: Option<(u64, u64)>,
    },
    /// Of `AsideDismiss`.
    AsideDismissed {
        /// How many changes nobody waits for any more.
        changes: usize,
    },
    /// Of `QuarantineAccept`.
    QuarantineAccepted {
        /// Taken in.
        taken: u64,
        /// Still there.
        left: u64,
    },
    /// Of `Sync`.
    Synced {
        /// Entries sent.
        sent: u64,
        /// Entries received.
        received: u64,
        /// Entries left either way.
        left: u64,
        /// Why something is left.
        problem: Option<LineReason>,
    },
    /// Of `BundleExport`: the file's bytes went before.
    BundleMade {
        /// Who can open it.
        to: NodeId,
        /// That node's unit by name.
        unit: String,
        /// Log entries in it.
        entries: u64,
        /// Attached files in it.
        files: u64,
        /// Attached files there was no room for.
        files_left: u64,
        /// Their bytes.
        left_bytes: u64,
    },
    /// Of `BundleFile`.
    BundleFile {
        /// What became of it.
        taken: FileTaken,
    },
    /// Of `BundleImport`.
    BundleTaken {
        /// The report.
        report: BundleReport,
    },
    /// Of `SetLine`.
    Line {
        /// True while the line may be used.
        on: bool,
    },
    /// Of `Rules`.
    Rules {
        /// The versions.
        rules: Box<Rules>,
    },
    /// Of `Holidays`: the years in order.
    Holidays {
        /// What is known.
        years: Vec<HolidaysKnown>,
        /// Years that will soon be asked for and are not known.
        missing: Vec<i16>,
    },
    /// Of `Scores`.
    Scores {
        /// The sheets.
        sheets: Vec<ScoreSheet>,
    },
    /// Of `ScoresFill`.
    ScoresFilled {
        /// Cells that were empty and have a value now.
        filled: usize,
        /// Cells whose value is not what the records make; they were left alone.
        differ: usize,
    },
    /// Of `RulesPropose`, `RulesApply` and `HolidaysPublish`.
    Recorded {
        /// The row that was written.
        row: RowId,
    },
    /// Of `AuditVerify`.
    AuditVerified {
        /// Lines of the trail.
        lines: u64,
        /// The first one's moment.
        first: Option<Timestamp>,
        /// The last one's moment.
        last: Option<Timestamp>,
        /// The chain over all of them, in hex.
        chain: String,
        /// Backups and marks that it was compared with.
        witnesses: u64,
        /// The first place that is not as it was written.
        broken: Option<AuditBroken>,
    },
    /// Of `Doctor`.
    Examined {
        /// What is wrong.
        found: Vec<Ailment>,
        /// True when a server runs.
        serving: bool,
    },
    /// Of `Backup`.
    BackedUp {
        /// Where it is.
        file: PathBuf,
        /// What it holds.
        holds: Option<Box<Holds>>,
        /// Documents that were unsound already.
        unsound: Vec<Fault>,
    },
    /// Of `Check`.
    Checked {
        /// Documents looked at.
        documents: u64,
        /// Entries of the journal looked at.
        entries: u64,
        /// What was found.
        findings: Vec<Found>,
        /// How much journal there is.
        #[serde(default)]
        journal: Extent,
    },
}

/// The county's rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rules {
    /// The version in force; `None` for the one the county began with.
    pub in_force: Option<RowId>,
    /// Its file.
    pub text: String,
    /// What was decided since, oldest first.
    pub versions: Vec<RulesVersion>,
}

/// One version the county decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesVersion {
    /// Its row.
    pub id: RowId,
    /// How it stands.
    pub state: VersionState,
    /// The day it shall count from.
    pub from: String,
    /// The decision it rests on.
    pub reference: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_at: Timestamp,
    /// Who applied it; empty until somebody did.
    pub applied_by: String,
    /// When.
    pub applied_at: Option<Timestamp>,
    /// The first moment it counts.
    pub begins: Option<Timestamp>,
    /// Why this program cannot read it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trouble: String,
}

/// One year's official holidays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidaysKnown {
    /// The year.
    pub year: i16,
    /// Days off.
    pub holidays: usize,
    /// Weekend days that are worked.
    pub workdays: usize,
    /// The notice they come from.
    pub source: String,
}

/// A change that was refused, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuarantinedChange {
    /// The document it is about.
    pub document: DocumentId,
    /// Its hash, in hex.
    pub hash: String,
    /// Why (`shared::gate::Reason::id`).
    pub reason: String,
    /// The node that brought it.
    pub from: NodeId,
    /// That node's unit by name.
    pub from_unit: String,
    /// When.
    pub at: Timestamp,
    /// True: a repair took it out of its document; nobody waits for it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_parted: bool,
    /// Its bytes in hex, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

impl QuarantinedChange {
    /// What happened to it; `document` is what people call its document.
    #[must_use]
    pub fn words(&self, document: String) -> System {
        System::Quarantined {
            document,
            from: self.from_unit.clone(),
            at: self.at,
            reason: self.reason.clone(),
        }
    }

    /// Some of them as a file, a JSON a line.
    ///
    /// # Errors
    /// When one has no JSON form, which would be our own mistake.
    pub fn lines(changes: &[Self]) -> serde_json::Result<String> {
        let mut text = String::new();
        for change in changes {
            text.push_str(&serde_json::to_string(change)?);
            text.push('\n');
        }
        Ok(text)
    }
}

/// How a node stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// What it is.
    #[serde(flatten)]
    pub node: NodeInfo,
    /// Documents it holds.
    pub documents: u64,
    /// Projects among them.
    pub projects: u64,
    /// The state of the line, S0–S8 of ux.md 5.0.
    pub sync_code: String,
    /// The same with its facts.
    pub sync: SyncState,
    /// Why the line is away or the hub refuses, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync_cause: Option<LineReason>,
    /// What the system said of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sync_detail: String,
    /// Entries of its log.
    pub position: u64,
    /// Edits without a receipt of the hub.
    pub unreceipted: u64,
    /// When something was last exchanged.
    pub last_contact: Option<Timestamp>,
    /// Changes in quarantine.
    pub quarantined: u64,
    /// The first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<QuarantinedChange>,
    /// Bytes the data folder takes.
    pub disk_bytes: u64,
    /// How much of it attachments take, and may take.
    #[serde(default)]
    pub attachments: AttachmentStatus,
    /// The version of the county's rules in force; absent for the one it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<RowId>,
    /// Versions of the rules this program cannot read, and why: it goes on by the one before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_unreadable: Vec<String>,
    /// True when a server runs on the folder.
    pub serving: bool,
    /// The store.
    pub storage: StorageStatus,
    /// The hub's nodes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub nodes: Vec<PeerStatus>,
}

/// How the store of a node stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageStatus {
    /// Why nothing can be written; absent when it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
    /// How much journal there is.
    pub journal: Extent,
    /// True while closed files are made into a checkpoint.
    pub compacting: bool,
    /// When everything was last read through and found sound; absent: at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrubbed_at: Option<Timestamp>,
    /// The last backup that was made and read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Last>,
    /// Damage found since the start, and what became of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trouble: Vec<String>,
}

/// How much room attachments take.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AttachmentStatus {
    /// Bytes of the files that are here.
    pub bytes: u64,
    /// Bytes they may have.
    pub bytes_max: u64,
    /// At a hub: the bytes of each unit's files that documents name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitShare>,
    /// Bytes one unit's files may have before the hub fetches no more of them by itself.
    pub unit_bytes_max: u64,
}

/// What the files of one unit's projects come to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnitShare {
    /// The unit.
    pub unit: UnitId,
    /// Its name, empty when this node does not know it.
    pub name: String,
    /// The bytes.
    pub bytes: u64,
}

/// What an import did or would do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// The handle to undo it; `None` for a dry run or when nothing was to be written.
    pub import_id: Option<ImportId>,
    /// Rows of data in the file.
    pub rows: u32,
    /// New projects.
    pub created: u32,
    /// Changed projects.
    pub updated: u32,
    /// Projects that were as the file says.
    pub unchanged: u32,
    /// Projects or values left alone because someone changed them since, or they are in conflict.
    pub kept: u32,
    /// Rows that stayed out.
    pub refused: Vec<RefusedRow>,
    /// What went in with a mark, or is worth knowing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<RefusedRow>,
    /// True: nothing was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// At a hub: the units the projects belong to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// True: nothing was written, since nobody names the unit of the new projects.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unit_unknown: bool,
}

impl ImportReport {
    /// How many rows stayed out; one row may have several reasons.
    #[must_use]
    pub fn refused_rows(&self) -> usize {
        let mut rows: Vec<_> = self
            .refused
            .iter()
            .map(|row| (&row.sheet, row.row))
            .collect();
        rows.sort();
        rows.dedup();
        rows.len()
    }
}

/// One place of a workbook with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// The sheet.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
    /// The column's letter, empty for the row.
    pub column: String,
    /// Why.
    pub reason: String,
    /// An id for programs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// The first place where the audit trail is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditBroken {
    /// The line, from 1.
    pub line: u64,
    /// Its moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What is wrong (`shared::desk::Break::id`).
    pub what: String,
}

/// One finding of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What is damaged: a document, a segment, a tree.
    pub place: String,
    /// What is wrong with it.
    pub finding: String,
    /// True when it was put right.
    pub repaired: bool,
}

/// Why a request could not be performed, as the operator reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{error}")]
pub struct Trouble {
    /// The number to end with (cli.md).
    pub exit: u8,
    /// What happened.
    pub error: String,
    /// Its causes, nearest first.
    pub causes: Vec<String>,
    /// The next command to type.
    pub hint: Option<String>,
}

impl Trouble {
    /// The work failed.
    pub fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        Self {
            exit: 1,
            error: error.to_string(),
            causes,
            hint: None,
        }
    }

    /// The work failed for a reason that has no cause.
    pub fn plain(error: impl Into<String>) -> Self {
        Self {
            exit: 1,
            error: error.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// Wrong usage (2).
    pub fn usage(error: impl Into<String>) -> Self {
        Self {
            exit: 2,
            ..Self::plain(error)
        }
    }

    /// Adds what to type next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
