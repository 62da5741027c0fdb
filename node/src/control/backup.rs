//! Making a backup of an open node: edits go on meanwhile.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use shared::desk::Mark;
use shared::store::{Reader, StoreError, Tree};
use tokio::sync::oneshot;

use super::Context;
use super::request::{Outcome, Trouble};
use crate::accounts::password::{self, Secret};
use crate::backup::{
    LAST_KEY, Last, Made, Manifest, Progress, Source, WriteFailed, default_path, write,
};
use crate::driver::DriverError;
use crate::{config, identity};

/// How often it is said how far the work is.
const TELL: Duration = Duration::from_millis(200);

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupFailed {
    /// The driver does not answer.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The store does not read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no journal to make it of.
    #[error(
        "this node cannot prove that all its data is there, or cannot write; no backup is made of that"
    )]
    ReadOnly,
    /// The file did not come about.
    #[error(transparent)]
    Write(#[from] WriteFailed),
    /// The system gave no thread, or its work panicked.
    #[error("the backup was not carried to its end")]
    Interrupted,
}

/// What goes into a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Everything {
        /// Words it is put under.
        passphrase: Option<Secret>,
    },
    /// Everything but the attachments.
    WithoutAttachments,
}

/// The last backup that is noted. A store that does not read has other ways to say so.
#[must_use]
pub fn last(reader: &dyn Reader) -> Option<Last> {
    let noted = reader.load(Tree::Meta, LAST_KEY).ok().flatten()?;
    serde_json::from_slice(&noted).ok()
}

pub(super) async fn run(
    context: &Context,
    out: Option<PathBuf>,
    passphrase: Option<Secret>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Outcome, Trouble> {
    if let Some(words) = &passphrase {
        password::check(words, &context.info().name)
            .map_err(|error| Trouble::usage(error.to_string()))?;
    }
    let made = make(context, out, Scope::Everything { passphrase }, progress).await;
    let made = made.map_err(|error| {
        let trouble = Trouble::failed(&error);
        match error {
            BackupFailed::Driver(error) => error.into(),
            BackupFailed::ReadOnly | BackupFailed::Write(WriteFailed::Content(_)) => {
                trouble.hint(format!("xiangmu check --data {}", context.dir.display()))
            }
            BackupFailed::Store(_) | BackupFailed::Write(_) | BackupFailed::Interrupted => trouble,
        }
    })?;
    Ok(Outcome::BackedUp {
        file: made.file,
        holds: made.verified.holds.map(Box::new),
        unsound: made.verified.unsound,
    })
}

/// Makes a backup, reads it back, and notes that there is one.
///
/// # Errors
/// [`BackupFailed`]; an earlier backup of that name is as it was.
pub async fn make(
    context: &Context,
    out: Option<PathBuf>,
    scope: Scope,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Made, BackupFailed> {
    let taken = context.handle.read(|read| {
        let mark = Mark::load(read.reader)?;
        Ok::<_, StoreError>((read.now, read.store.snapshot(), mark))
    });
    let (made_at, snapshot, mark) = taken.await??;
    let snapshot = snapshot.ok_or(BackupFailed::ReadOnly)?;
    let out = out.unwrap_or_else(|| default_path(&context.dir, made_at.date()));
    let info = context.info();
    let position = snapshot.position.0;
    let mut files: Vec<(String, PathBuf)> = identity::BACKED_UP
        .iter()
        .map(|name| {
            (
                format!("identity/{name}"),
                identity::file(&context.dir, name),
            )
        })
        .collect();
    files.push((config::FILE.to_owned(), context.dir.join(config::FILE)));
    let source = Source {
        snapshot,
        manifest: Manifest {
            node: info.id,
            name: info.name.clone(),
            role: info.role,
            unit: info.unit_name.clone(),
            profile: info.profile.clone(),
            made_at,
            position,
            version: info.version.clone(),
            audit: mark.number,
            audit_chain: hex::encode(mark.chain),
            with_attachments: matches!(scope, Scope::Everything { .. }),
        },
        files,
        blobs: crate::node::blobs_dir(&context.dir),
        passphrase: match scope {
            Scope::Everything { passphrase } => {
                passphrase.map(|words| (words, context.clock.random()))
            }
            Scope::WithoutAttachments => None,
        },
    };
    let made = work(source, out, progress).await?;
    let last = Last {
        made_at,
        position,
        file: made.file.clone(),
    };
    // Paths and numbers always become JSON.
    let note = serde_json::to_vec(&last).unwrap_or_default();
    let noted = context.handle.write(move |write| {
        write.turn.put(Tree::Meta, LAST_KEY, note);
        Ok::<_, std::convert::Infallible>(())
    });
    // A backup is a witness that burns with the house; nodes are others.
    context.handle.mark_audit().await?;
    match noted.await? {
        Ok(()) => Ok(made),
        Err(never) => match never {},
    }
}

/// Writes on a thread of its own. It does not hold up the end of the process: what it leaves half done has no name.
async fn work(
    source: Source,
    out: PathBuf,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Made, BackupFailed> {
    let seen = Arc::new(Progress::default());
    let (done, mut made) = oneshot::channel();
    let told = Arc::clone(&seen);
    let write = move || {
        // Whoever asked may be gone; the backup is made all the same.
        let _unheard = done.send(write(&source, &out, &told));
    };
    std::thread::Builder::new()
        .name("backup".to_owned())
        .spawn(write)
        .map_err(|_| BackupFailed::Interrupted)?;
    loop {
        match tokio::time::timeout(TELL, &mut made).await {
            Ok(Ok(made)) => return Ok(made?),
            Ok(Err(_)) => return Err(BackupFailed::Interrupted),
            Err(_) => {
                let (done, total) = seen.now();
                progress(done, total);
            }
        }
    }
}
