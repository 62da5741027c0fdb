//! Carries out a [`Request`] on an open node.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use shared::api::{NodeAct, PeerStatus, Severity, SyncState};
use shared::document::genesis::DocumentKind;
use shared::identity::unit_id_of;
use shared::ids::NodeId;
use shared::library::LibraryError;
use shared::profile::VersionState;
use shared::sync::{
    Approval, BundleRefusal, Enrolment, Input, Line, Reply, RequestRefusal, Standing,
};
use shared::text::Lang;
use shared::text::system::System;
use shared::time::Month;
use tokio::sync::mpsc::Sender;

use super::line::{self, ExchangeFailed, Persist};
use super::request::{
    AttachmentStatus, Event, ImportReport, Outcome, Question, RefusedRow, Request, Status,
    StorageStatus, Trouble, UnitShare,
};
use super::{
    Context, ImportError, InviteFailed, Titled, Upload, audit, backup, bundle, check, commit,
    doctor, dump, edit, export, invite, prepare, quarantine, repair, rules, scores, undo,
};
use crate::accounts::AccountError;
use crate::accounts::rows::{Account, AccountsError};
use crate::driver::{DriverError, ReadContext};
use crate::exit::one_line;
use crate::office::errors_out;
use crate::office::export::Format;
use crate::views::{self, ListQuery};

/// Carries out a request; everything that comes of it goes to `events`, `Done` or `Failed` last.
pub async fn perform(
    context: &Context,
    question: Question,
    attachment: Bytes,
    events: &Sender<Event>,
) {
    let last = match run(context, question, attachment, events).await {
        Ok(outcome) => Event::Done {
            outcome: Box::new(outcome),
        },
        Err(trouble) => Event::Failed { trouble },
    };
    // An error means that whoever asked is gone.
    let _unheard = events.send(last).await;
}

async fn run(
    context: &Context,
    question: Question,
    attachment: Bytes,
    events: &Sender<Event>,
) -> Result<Outcome, Trouble> {
    let lang = question.lang;
    match question.request {
        Request::Status => Ok(Outcome::Status {
            status: Box::new(status(context, lang).await?),
        }),
        Request::Edit { lines, user } => {
            edit::run(context, lines, user.as_deref(), lang, events).await
        }
        Request::Rules => Ok(Outcome::Rules {
            rules: Box::new(rules::list(context).await?),
        }),
        Request::RulesPropose {
            text,
            from,
            reference,
            user,
        } => rules::propose(context, text, from, reference, &user, lang).await,
        Request::RulesApply { version, user } => rules::apply(context, version, &user, lang).await,
        Request::Holidays => rules::holidays(context).await,
        Request::HolidaysPublish { text, user } => {
            rules::publish_holidays(context, text, user.as_deref(), lang).await
        }
        Request::Scores { year } => scores::list(context, year).await,
        Request::ScoresFill { sheet, year, user } => {
            scores::fill(context, sheet, year, user.as_deref(), lang).await
        }
        Request::UserAdd {
            name,
            role,
            unit,
            password,
        } => {
            let unit = unit.as_deref().map_or(context.info().unit, unit_id_of);
            let account = context.accounts.add(&name, role, unit, password).await?;
            user(context, &account).await
        }
        Request::UserList => {
            let mut users = Vec::new();
            for account in context.accounts.list() {
                users.push(context.user_info(&account).await?);
            }
            Ok(Outcome::Users { users })
        }
        Request::UserDisable { name, disabled } => {
            let account = find_user(context, &name)?;
            context.accounts.set_disabled(account.id, disabled).await?;
            user(context, &find_user(context, &name)?).await
        }
        Request::UserPassword { name, password } => {
            let account = find_user(context, &name)?;
            context.accounts.set_password(account.id, password).await?;
            user(context, &account).await
        }
        Request::Invite {
            unit,
            kind,
            approve,
        } => make_invite(context, unit, &kind, approve).await,
        Request::Join { code } => join(context, code, lang, events).await,
        Request::Quarantine { with_bytes } => quarantine::list(context, with_bytes).await,
        Request::QuarantineAccept { hash } => quarantine::accept(context, &hash).await,
        Request::Repair {
            document,
            leave,
            is_dry,
            user,
        } => repair::run(context, document, leave, is_dry, user.as_deref(), lang).await,
        Request::AsideDismiss {
            document,
            reason,
            user,
        } => quarantine::dismiss(context, document, reason, user.as_deref()).await,
        Request::Nodes => {
            hub_only(context)?;
            let nodes = peers(context, lang).await?;
            Ok(Outcome::Nodes { nodes })
        }
        Request::NodeAct { id, act } => node_act(context, id, act, lang).await,
        Request::Dump { all, unit } => dump::run(context, all, unit, events).await,
        Request::Import {
            file,
            mapping,
            sheet,
            unit,
            dry_run,
            errors,
            needs_unit,
        } => {
            let upload = Upload {
                file,
                bytes: attachment,
                mapping,
                changes: None,
                sheet,
                unit,
                period: None,
            };
            let wish = Wish {
                dry_run,
                errors,
                needs_unit,
            };
            import(context, upload, wish, lang, events).await
        }
        Request::ImportUndo { id } => {
            let mut progress = progress_to(events);
            let answer = undo(context, context.console(), id, &mut progress).await?;
            match answer.outcome {
                shared::command::Outcome::Done { counts, .. } => Ok(Outcome::ImportUndone {
                    counts: counts.unwrap_or_default(),
                }),
                shared::command::Outcome::Refused(refusal) => {
                    Err(Trouble::plain(refusal.sentence(lang)))
                }
            }
        }
        Request::ImportList => {
            let imports = context
                .handle
                .read(|read| read.replica.imports(read.reader))
                .await?;
            Ok(Outcome::Imports {
                imports: imports.map_err(ImportError::Store)?,
            })
        }
        Request::Export {
            format,
            ledger,
            view,
            unit,
            period,
        } => {
            let asked = Asked {
                format,
                ledger,
                view,
                unit,
                period,
            };
            export_file(context, asked, events).await
        }
        Request::BundleExport {
            to,
            all,
            files_bytes,
        } => {
            let wish = bundle::Wish {
                to,
                whole: all,
                files_bytes,
            };
            let made = bundle::make(context, wish).await?;
            send_bytes(events, &made.begin).await;
            for &file in &made.files {
                send_bytes(events, &made.file(context, file).await?).await;
            }
            Ok(Outcome::BundleMade {
                to: made.to,
                unit: made.unit,
                entries: made.entries,
                files: made.files.len() as u64,
                files_left: made.left.files,
                left_bytes: made.left.bytes,
            })
        }
        Request::BundleFile => Ok(Outcome::BundleFile {
            taken: bundle::files::take(context, attachment).await?,
        }),
        Request::BundleImport { dry_run } => {
            let opened = bundle::open(context, attachment).await?;
            let report = if dry_run {
                bundle::view(context, &opened).await?
            } else {
                bundle::take(context, &opened, &mut progress_to(events)).await?
            };
            Ok(Outcome::BundleTaken { report })
        }
        Request::Backup { out, passphrase } => {
            backup::run(context, out, passphrase, &mut progress_to(events)).await
        }
        Request::AuditVerify => audit::verify(context).await,
        Request::Doctor => doctor::run(context, lang).await,
        Request::Check { repair } => check::run(context, repair).await,
        Request::Sync { wait_seconds } => sync(context, wait_seconds).await,
        Request::SetLine { on } => {
            let line = if on { Line::On } else { Line::Off };
            match context
                .handle
                .request(move |request| Input::SetLine { request, line })
                .await?
            {
                Reply::Line(line) => Ok(Outcome::Line {
                    on: line == Line::On,
                }),
                other => Err(refused(other)),
            }
        }
    }
}

/// Passes progress on. A listener that reads too slowly misses some of it, which is better than waiting for it.
fn progress_to(events: &Sender<Event>) -> impl FnMut(u64, u64) + Send + '_ {
    |done, total| {
        let _unheard = events.try_send(Event::Progress { done, total });
    }
}

/// What is asked of an import besides its file.
struct Wish {
    dry_run: bool,
    errors: bool,
    needs_unit: bool,
}

async fn import(
    context: &Context,
    upload: Upload,
    wish: Wish,
    lang: Lang,
    events: &Sender<Event>,
) -> Result<Outcome, Trouble> {
    let actor = context.console();
    // Reading and comparing takes its time too; how much there is to do is only known afterwards.
    progress_to(events)(0, 0);
    let prepared = prepare(context, &actor, upload, lang).await?;
    let api = &prepared.preview.api;
    let counts = api.counts;
    let verdicts = |error: bool| {
        api.findings
            .iter()
            .filter(|finding| (finding.severity == Severity::Error) == error)
            .filter(|finding| finding.severity != Severity::Hint)
            .map(|finding| RefusedRow {
                sheet: finding.sheet.clone(),
                row: finding.row,
                column: finding.column.clone(),
                reason: finding.reason.clone(),
                kind: finding.kind.clone(),
            })
            .collect()
    };
    let mut report = ImportReport {
        import_id: None,
        rows: api.rows,
        created: counts.created,
        updated: counts.updated,
        unchanged: counts.unchanged,
        kept: counts.kept,
        refused: verdicts(true),
        warnings: verdicts(false),
        dry_run: wish.dry_run,
        units: api.units.clone(),
        unit_unknown: wish.needs_unit && api.unassigned > 0,
    };
    if wish.errors {
        let written = errors_out::write(&prepared.workbook, &prepared.preview, lang);
        if let Some(bytes) = written.map_err(|error| ImportError::Errors(error.into()))? {
            send_bytes(events, &bytes).await;
        }
    }
    if !wish.dry_run && !report.unit_unknown {
        let id = api.token;
        let total = u64::try_from(prepared.preview.items.len()).unwrap_or(u64::MAX);
        let mut progress = progress_to(events);
        progress(0, total);
        let answer = commit(context, actor, prepared, &mut progress).await?;
        progress(total, total);
        if let shared::command::Outcome::Done {
            counts: Some(counts),
            ..
        } = answer.outcome
        {
            (report.created, report.updated) = (counts.created, counts.updated);
            (report.unchanged, report.kept) = (counts.unchanged, counts.kept);
        }
        report.import_id = (total > 0).then_some(id);
    }
    Ok(Outcome::Imported { report })
}

/// What an export is asked for.
struct Asked {
    format: String,
    ledger: Option<String>,
    view: Option<String>,
    unit: Option<String>,
    period: Option<Month>,
}

async fn export_file(
    context: &Context,
    asked: Asked,
    events: &Sender<Event>,
) -> Result<Outcome, Trouble> {
    let format = Format::from_name(&format!("x.{}", asked.format))
        .ok_or_else(|| Trouble::usage(format!("`{}` is no format", asked.format)))?;
    if asked.view.as_deref() == Some(export::RESULTS) {
        hub_only(context)?;
        let this = views::this_month(context.clock.now());
        let year = asked.period.unwrap_or(this).year();
        let exported = export::results(context, format, year).await?;
        send_bytes(events, &exported.bytes).await;
        return Ok(Outcome::Exported {
            rows: exported.rows as u64,
        });
    }
    let profile = context.profile().await??;
    let mut filters = match &asked.view {
        None => Vec::new(),
        Some(view) => views::view_named(&profile, view).ok_or_else(|| {
            let names = views::view_names(&profile).join("|");
            Trouble::usage(format!("there is no view `{view}`")).hint(format!(
                "--view {names}, or FIELD:VALUE as the list filters (home, territory, sector, …)"
            ))
        })?,
    };
    let titled = match &asked.ledger {
        None => Titled::default(),
        Some(ledger) => {
            let known = profile
                .ledgers
                .iter()
                .find(|known| known.id == *ledger || known.name_zh == *ledger);
            let known = known.ok_or_else(|| {
                let ids: Vec<_> = profile
                    .ledgers
                    .iter()
                    .map(|known| known.id.as_str())
                    .collect();
                Trouble::usage(format!("the county has no ledger `{ledger}`"))
                    .hint(format!("--ledger {}", ids.join("|")))
            })?;
            Titled::of(&profile, &known.id)
        }
    };
    let month = asked
        .period
        .unwrap_or_else(|| views::this_month(context.clock.now()));
    if let Some(unit) = asked.unit {
        filters.push((views::Filter::Home, unit));
    }
    let query = ListQuery {
        filters,
        limit: usize::MAX,
        ..ListQuery::default()
    };
    let facts = context.handle.read(views::facts).await??;
    let ids = views::list(&facts, month, &query)
        .rows
        .iter()
        .map(|row| row.id)
        .collect();
    let exported = export(context, format, ids, month, titled).await?;
    send_bytes(events, &exported.bytes).await;
    Ok(Outcome::Exported {
        rows: exported.rows as u64,
    })
}

async fn user(context: &Context, account: &Account) -> Result<Outcome, Trouble> {
    Ok(Outcome::User {
        user: context.user_info(account).await?,
    })
}

fn find_user(context: &Context, name: &str) -> Result<Account, Trouble> {
    context.accounts.find(name).ok_or_else(|| {
        Trouble::failed(&AccountsError::NoSuchUser {
            name: name.to_owned(),
        })
        .hint(format!(
            "xiangmu user list --data {}",
            context.dir.display()
        ))
    })
}

pub(super) fn hub_only(context: &Context) -> Result<(), Trouble> {
    if context.at_hub() {
        Ok(())
    } else {
        Err(Trouble::failed(&RequestRefusal::NotHub))
    }
}

async fn make_invite(
    context: &Context,
    unit: String,
    kind: &str,
    approve: bool,
) -> Result<Outcome, Trouble> {
    hub_only(context)?;
    let approval = if approve {
        Approval::AtOnce
    } else {
        Approval::ByOfficer
    };
    match invite(context, unit, kind, approval).await {
        Ok(invite) => Ok(Outcome::Invited { invite }),
        Err(InviteFailed::Driver(error)) => Err(error.into()),
        Err(InviteFailed::Refused(reply)) => Err(refused(*reply)),
        Err(error @ InviteFailed::Kind(_)) => Err(Trouble::usage(error.to_string())),
    }
}

/// The enrolled nodes, with their alarms in words.
async fn peers(context: &Context, lang: Lang) -> Result<Vec<PeerStatus>, Trouble> {
    let asked = context.handle.read(|context| context.replica.peers());
    let peers = asked.await?.into_iter();
    Ok(peers.map(|peer| peer.worded(lang)).collect())
}

async fn node_act(
    context: &Context,
    id: NodeId,
    act: NodeAct,
    lang: Lang,
) -> Result<Outcome, Trouble> {
    hub_only(context)?;
    let reply = context
        .handle
        .request(move |request| match act {
            NodeAct::Approve => Input::Approve { request, node: id },
            NodeAct::Suspend => Input::Suspend { request, node: id },
            NodeAct::Revoke => Input::Revoke { request, node: id },
        })
        .await?;
    match reply {
        Reply::Node { node, state: _ } => {
            let mut nodes = peers(context, lang).await?;
            nodes.retain(|peer| peer.id == node);
            Ok(Outcome::Nodes { nodes })
        }
        other => Err(refused(other)),
    }
}

/// Enrols, and says what the hub says of it. A hub that cannot be asked now is asked again by whoever dials next.
async fn join(
    context: &Context,
    code: String,
    lang: Lang,
    events: &Sender<Event>,
) -> Result<Outcome, Trouble> {
    let reply = context
        .handle
        .request(|request| Input::Join { request, code });
    let (unit, unit_name) = match reply.await? {
        Reply::Joined {
            unit, unit_name, ..
        } => (unit, unit_name),
        other => return Err(refused(other)),
    };
    let state = match line::standing(context).await? {
        Standing::Open => Enrolment::Active,
        Standing::Refused(reason) => {
            return Err(
                Trouble::plain(format!("the hub refuses: {}", reason.text(Lang::En)))
                    .hint("at the hub: xiangmu invite --data HUB --unit NAME"),
            );
        }
        Standing::Away(reason) => {
            let text = System::HubNotAsked { reason }.text(lang);
            let _unheard = events.send(Event::Warning { text }).await;
            Enrolment::Pending
        }
        Standing::Pending | Standing::Asking | Standing::NotJoined => Enrolment::Pending,
    };
    Ok(Outcome::Joined {
        unit,
        unit_name,
        state: state.id().to_owned(),
    })
}

async fn sync(context: &Context, wait_seconds: u64) -> Result<Outcome, Trouble> {
    // A bound on what is asked for, so that the deadline can be counted.
    let wait = Duration::from_secs(wait_seconds.min(24 * 3600));
    match line::exchange(context, wait, Persist::UntilThen).await {
        Ok(exchanged) => Ok(Outcome::Synced {
            sent: exchanged.sent,
            received: exchanged.received,
            left: exchanged.left,
            problem: exchanged.problem,
        }),
        Err(ExchangeFailed::Driver(error)) => Err(error.into()),
        Err(ExchangeFailed::Refused(reply)) => Err(refused(*reply)),
    }
}

pub(super) async fn status(context: &Context, lang: Lang) -> Result<Status, Trouble> {
    let sync = context.sync_status(lang).await?;
    let peers = peers(context, lang).await?;
    let (position, storage) = context
        .handle
        .read(|read| (read.replica.position(), storage(read)))
        .await?;
    let (documents, projects) = context
        .handle
        .read(|read| {
            let library = read.replica.library();
            let mut documents = 0;
            for kind in DocumentKind::ALL {
                documents += library.ids(read.reader, kind)?.len() as u64;
            }
            let projects = library.ids(read.reader, DocumentKind::Project)?.len() as u64;
            Ok::<_, LibraryError>((documents, projects))
        })
        .await??;
    let rules = rules::list(context).await?;
    let dir = context.dir.clone();
    let disk_bytes = tokio::task::spawn_blocking(move || folder_bytes(&dir))
        .await
        .unwrap_or(0);
    let attachments = attachments(context).await?;
    Ok(Status {
        attachments,
        node: (*context.info()).clone(),
        documents,
        projects,
        sync_code: sync_code(&sync.state).to_owned(),
        position,
        unreceipted: sync.pending,
        last_contact: sync.last_exchange,
        quarantined: sync.quarantined,
        quarantine: quarantine::first(context).await?,
        sync: sync.state,
        sync_cause: sync.cause,
        sync_detail: sync.detail,
        disk_bytes,
        rules: rules.in_force,
        rules_unreadable: rules
            .versions
            .into_iter()
            .filter(|version| version.state == VersionState::Unreadable)
            .map(|version| format!("{}: {}", version.id, version.trouble))
            .collect(),
        serving: context.serving,
        storage,
        nodes: peers,
    })
}

/// How much room attachments take.
async fn attachments(context: &Context) -> Result<AttachmentStatus, Trouble> {
    let blobs = context.blobs.clone();
    let used = tokio::task::spawn_blocking(move || blobs.used()).await;
    let (bytes, bytes_max) = used.unwrap_or_default();
    let (shares, unit_bytes_max) = context
        .handle
        .read(|read| read.replica.files_of_units())
        .await?;
    let mut units = Vec::new();
    for (unit, bytes) in shares {
        let name = context.unit_name(unit).await?;
        units.push(UnitShare { unit, name, bytes });
    }
    Ok(AttachmentStatus {
        bytes,
        bytes_max,
        units,
        unit_bytes_max,
    })
}

/// How the store stands.
fn storage(read: &ReadContext<'_>) -> StorageStatus {
    let condition = read.store.condition();
    StorageStatus {
        read_only: read.failed.map(|failed| one_line(failed)),
        journal: condition.journal,
        compacting: condition.is_compacting,
        scrubbed_at: condition.scrubbed_at,
        backup: backup::last(read.reader),
        trouble: read
            .trouble
            .iter()
            .map(|found| format!("{} {}", found.at, found.text))
            .collect(),
    }
}

/// The number of a state in ux.md 5.0.
#[must_use]
pub fn sync_code(state: &SyncState) -> &'static str {
    match state {
        SyncState::NotJoined => "S0",
        SyncState::Synced => "S1",
        SyncState::Waiting => "S2",
        SyncState::Running { .. } => "S3",
        SyncState::Offline { .. } => "S4",
        SyncState::Conflicts { .. } => "S5",
        SyncState::Refused { .. } => "S6",
        SyncState::ClockSkew { .. } => "S7",
    }
}

/// Bytes of all files in a folder; what cannot be read counts nothing.
fn folder_bytes(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => folder_bytes(&entry.path()),
            Ok(_) => entry.metadata().map_or(0, |metadata| metadata.len()),
            Err(_) => 0,
        })
        .sum()
}

/// Sends a file in pieces.
pub(super) async fn send_bytes(events: &Sender<Event>, bytes: &[u8]) {
    for piece in bytes.chunks(48 * 1024) {
        let _unheard = events
            .send(Event::Bytes {
                base64: STANDARD.encode(piece),
            })
            .await;
    }
}

/// A reply that is no success.
fn refused(reply: Reply) -> Trouble {
    match reply {
        Reply::Refused(refusal) => {
            let trouble = Trouble::failed(&refusal);
            match refusal {
                RequestRefusal::BadCode(_) | RequestRefusal::Expired => {
                    trouble.hint("at the hub: xiangmu invite --data HUB --unit NAME")
                }
                RequestRefusal::UnknownNode => trouble.hint("at the hub: xiangmu nodes --data HUB"),
                RequestRefusal::Revoked => {
                    trouble.hint("at the hub: xiangmu invite --data HUB --unit NAME")
                }
                RequestRefusal::NotHub
                | RequestRefusal::Bundle(_)
                | RequestRefusal::Repair(_)
                | RequestRefusal::AlreadyJoined
                | RequestRefusal::OwnCode
                | RequestRefusal::BadUnitName
                | RequestRefusal::NotReady => trouble,
            }
        }
        // Only a mistake of ours brings another reply than the request's own.
        _ => Trouble::plain("the core answered another question"),
    }
}

impl From<DriverError> for Trouble {
    fn from(error: DriverError) -> Self {
        let trouble = Self::failed(&error);
        match error {
            DriverError::DiskFull => {
                trouble.hint("make room on the disk; the server goes on by itself")
            }
            DriverError::StorageFailed(_) | DriverError::CoreFailed(_) => {
                trouble.hint("xiangmu check --data DIR")
            }
            DriverError::Stopped => trouble.hint("try again"),
        }
    }
}

impl From<AccountError> for Trouble {
    fn from(error: AccountError) -> Self {
        Self::failed(&error)
    }
}

impl From<LibraryError> for Trouble {
    fn from(error: LibraryError) -> Self {
        Self::failed(&error).hint("xiangmu check --data DIR")
    }
}

impl From<ImportError> for Trouble {
    fn from(error: ImportError) -> Self {
        Self::failed(&error)
    }
}

impl From<bundle::BundleFailed> for Trouble {
    fn from(error: bundle::BundleFailed) -> Self {
        use bundle::BundleFailed as F;
        let trouble = Self::failed(&error);
        match error {
            F::Driver(error) => error.into(),
            F::Core(_) => trouble.hint("xiangmu check --data DIR"),
            F::NoSuchNode(_) => Self {
                exit: 2,
                ..trouble.hint("--to hub, a unit's name, or an id of: xiangmu nodes --data HUB")
            },
            F::SeveralNodes { .. } => Self { exit: 2, ..trouble },
            F::Refused(BundleRefusal::NotJoined) => trouble.hint("xiangmu join --data DIR CODE"),
            F::Refused(BundleRefusal::Pending) => {
                trouble.hint("at the hub: xiangmu nodes --data HUB approve ID")
            }
            F::Seal(_)
            | F::Content(_)
            | F::Refused(_)
            | F::NotNow(_)
            | F::TooLarge(_)
            | F::Files(_)
            | F::Blob(_)
            | F::Key(_)
            | F::Interrupted => trouble,
        }
    }
}
