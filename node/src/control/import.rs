//! From an uploaded workbook to a prepared import, and from there into the documents.
//!
//! [`prepare`] parses the file in a child process, finds out which column is which (a mapping that was sent, else one remembered for the
//! same titles, and over either what a person changed), and compares with what is here; nothing is written. [`commit`] writes it as one
//! undoable command, which the core carries out chunk by chunk while others are served; whoever waits hears how far it is. Then the
//! mapping is remembered.

use std::path::{Path, PathBuf};

use shared::command::{Actor, Answer, Command, Envelope, ImportCounts, Outcome, Refusal};
use shared::decide::{ImportRules, check_import};
use shared::desk;
use shared::document::genesis::DocumentKind;
use shared::identity::unit_id_of;
use shared::ids::{ImportId, ProjectId, UnitId};
use shared::library::LibraryError;
use shared::rules::plan::Issued;
use shared::store::StoreError;
use shared::summary;
use shared::text::Lang;
use shared::text::system::System;
use shared::time::Month;
use shared::view;
use tokio::sync::broadcast::error::RecvError;

use super::{Context, new_command_id};
use crate::driver::{DriverError, Event};
use crate::office::changes::Changes;
use crate::office::child::{self, ParseError, Parser};
use crate::office::import::{Existing, Preview, Request, Units, Words, layouts, preview};
use crate::office::mapping::{Layout, Mapping, MappingError};
use crate::office::remembered::{Remembered, remember};
use crate::office::workbook::Workbook;
use crate::views;

/// Endings of files that can be read, and of those the reader knows well enough to say how they become such a file.
const ENDINGS: &[&str] = &[".xlsx", ".xls", ".csv", ".csv.gz"];
const FOREIGN: &[&str] = &[".et", ".ett", ".ods", ".xlsb", ".numbers", ".wps"];

/// A file and what its sender says about it.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file's name.
    pub file: String,
    /// Its bytes.
    pub bytes: bytes::Bytes,
    /// The text of a mapping.
    pub mapping: Option<String>,
    /// The text of changes to what applies without them.
    pub changes: Option<String>,
    /// One sheet only.
    pub sheet: Option<String>,
    /// The unit new projects belong to.
    pub unit: Option<String>,
    /// The month of its figures where the file names none; the current one when absent.
    pub period: Option<Month>,
}

/// A previewed import.
#[derive(Debug)]
pub struct Prepared {
    /// What it would do.
    pub preview: Preview,
    /// The file as it was read.
    pub workbook: Workbook,
    /// What a person can choose besides where columns go.
    pub choices: Choices,
    /// What a person said of its columns, now or before, and for which unit.
    said: Option<SaidOf>,
}

/// What was chosen of a file besides where its columns go, and what could be.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// The scheme its columns follow or will be kept as; empty: none with a name.
    pub scheme: String,
    /// The schemes of the unit, the one used last first.
    pub schemes: Vec<String>,
    /// True: an empty cell empties what stands.
    pub blank_clears: bool,
    /// The projects rows can be matched with.
    pub existing: Vec<(ProjectId, String)>,
}

/// A mapping with the tables it was said of.
#[derive(Debug)]
struct SaidOf {
    unit: UnitId,
    name: String,
    mapping: Mapping,
    layouts: Vec<(usize, Layout)>,
}

/// Why a workbook was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file's name ends with nothing that can be read.
    #[error("this file is no workbook; .xlsx, .xls, .csv and .csv.gz can be read")]
    NotAWorkbook,
    /// The file cannot be read.
    #[error("cannot read the workbook")]
    Parse(#[from] ParseError),
    /// The mapping is refused.
    #[error("cannot use the mapping")]
    Mapping(#[from] MappingError),
    /// A rule refuses the import.
    #[error("a rule refuses the import: {}", .0.sentence(Lang::En))]
    Refused(Box<Refusal>),
    /// The driver is gone.
    #[error("cannot reach the store")]
    Driver(#[from] DriverError),
    /// A document cannot be read.
    #[error("cannot read a project")]
    Documents(#[from] LibraryError),
    /// The store failed.
    #[error("cannot read or write what is remembered of imports")]
    Store(#[from] StoreError),
    /// The file could not be put aside for the parsing process.
    #[error("cannot write {}", path.display())]
    Scratch {
        /// Where.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The refused rows could not be written as a workbook.
    #[error("cannot write the workbook of refused rows")]
    Errors(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The program is stopping.
    #[error("the import was interrupted")]
    Interrupted,
}

impl ImportError {
    /// The sentence for the person who sent the file.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Parse(error) => error.text(lang).to_owned(),
            Self::NotAWorkbook => shared::text::office::Office::NotAWorkbook
                .text(lang)
                .to_owned(),
            Self::Mapping(error) => System::BadRequest {
                what: error.to_string(),
            }
            .text(lang),
            Self::Refused(refusal) => refusal.sentence(lang),
            Self::Documents(_) | Self::Store(_) => System::StorageFailed.text(lang),
            Self::Driver(DriverError::Stopped) => System::NotReady.text(lang),
            Self::Driver(_) => System::StorageFailed.text(lang),
            Self::Scratch { .. } | Self::Errors(_) | Self::Interrupted => {
                System::Internal.text(lang)
            }
        }
    }
}

/// A file that goes when it is not needed any more.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind after a crash is in a folder of its own and names nothing.
        let _gone = std::fs::remove_file(&self.0);
    }
}

/// Reads a workbook and says what its import would do.
///
/// # Errors
/// [`ImportError`].
pub async fn prepare(
    context: &Context,
    actor: &Actor,
    upload: Upload,
    lang: Lang,
) -> Result<Prepared, ImportError> {
    let name = upload.file.to_lowercase();
    let mut endings = ENDINGS.iter().chain(FOREIGN);
    if !endings.any(|ending| name.ends_with(ending)) {
        return Err(ImportError::NotAWorkbook);
    }
    let written = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let given = written(&upload.mapping);
    let given = given.as_deref().map(Mapping::parse).transpose()?;
    let changes = written(&upload.changes);
    let changes = changes.as_deref().map(Changes::parse).transpose()?;
    let info = context.info();
    let at_hub = context.at_hub();
    let profile = context.profile().await??;
    check_import(actor, &[]).map_err(|refusal| ImportError::Refused(Box::new(refusal)))?;
    let now = context.clock.now();
    let (rows, listed, directory, county, now) = context
        .handle
        .read(move |read| {
            let library = read.replica.library();
            let directory = summary::directory(library, read.reader)?;
            let county = view::book(library, read.reader, DocumentKind::County)?;
            let judged_at = desk::not_before_hub(read.reader, now);
            let (facts, listed) = (views::facts(read)?, views::directory(read)?);
            Ok::<_, ImportError>((facts, listed, directory, county, judged_at?))
        })
        .await??;
    let unit = upload
        .unit
        .as_deref()
        .filter(|unit| !unit.trim().is_empty())
        .map(|unit| {
            listed
                .iter()
                .find(|known| known.name == unit.trim())
                .map_or_else(|| unit_id_of(unit), |known| known.unit)
        });
    let named: Vec<(UnitId, String)> = if at_hub {
        listed
            .into_iter()
            .filter(|unit| unit.unit != info.unit)
            .map(|unit| (unit.unit, unit.name))
            .collect()
    } else {
        Vec::new()
    };
    let units = Units {
        own: info.unit,
        given: unit,
        directory: named,
    };
    let whose = units.given.unwrap_or(units.own);
    let import = ImportId::from_parts(now.0.unsigned_abs(), context.clock.random());
    let scratch = context.dir.join("tmp");
    let scratch_name = hex::encode(context.clock.random::<8>());
    let (handle, actor) = (context.handle.clone(), actor.clone());
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let workbook = parse(&scratch, &scratch_name, &upload)?;
        let this_month = upload.period.unwrap_or(views::this_month(now));
        let changes = changes.unwrap_or_default();
        let remembered = handle.read(move |read| Remembered::of(read.reader, whose));
        let remembered = runtime.block_on(remembered)??;
        let schemes = remembered.names();
        let (said, scheme, is_remembered) = match (given, &changes.uses) {
            (Some(mapping), _) => (Some(mapping), String::new(), false),
            (None, Some(name)) => {
                let named = remembered.named(name);
                let is_known = named.is_some();
                (named, name.clone(), is_known)
            }
            (None, None) => match remembered.fit(&workbook, this_month) {
                Some((mapping, name)) => (Some(mapping), name, true),
                None => (None, String::new(), false),
            },
        };
        let scheme = changes.scheme.clone().unwrap_or(scheme);
        let of_file = changes.file.clone();
        // A scheme is kept under its name also where every title was known.
        let is_said = changes.says_columns() || changes.scheme.is_some();
        let said = match is_said {
            true => Some(changes.over(said.unwrap_or_default())?),
            false => said,
        };
        let guessed = Mapping::default();
        let existing: Vec<Existing> = rows
            .iter()
            .map(|facts| Existing::from(&facts.row))
            .collect();
        let words = Words::of(&profile);
        let request = Request {
            import,
            workbook: &workbook,
            mapping: said.as_ref().unwrap_or(&guessed),
            of_file: &of_file,
            rules: ImportRules {
                profile: &profile,
                directory: &directory,
                county: &county,
                issued: &Issued::of(&profile, &county, now.date()),
            },
            actor: &actor,
            now,
            words: &words,
            units: &units,
            existing: &existing,
            this_month,
            lang,
        };
        let mut preview = preview(&request, |id| {
            runtime
                .block_on(handle.read(move |read| views::project(read, id)))?
                .map_err(ImportError::from)
        })?;
        preview.api.remembered = is_remembered;
        let said = said.map(|mapping| {
            SaidOf {
                unit: whose,
                name: scheme.clone(),
                layouts: preview.layouts.clone(),
                mapping,
            }
            .without_rows(&workbook, this_month)
        });
        let living = existing.into_iter().filter(|project| !project.deleted);
        let choices = Choices {
            scheme,
            schemes,
            blank_clears: of_file.blank_clears,
            existing: living.map(|project| (project.id, project.name)).collect(),
        };
        Ok(Prepared {
            preview,
            workbook,
            choices,
            said,
        })
    })
    .await
    .map_err(|_| ImportError::Interrupted)?
}

impl SaidOf {
    /// The next workbook's header stands in another row. Once the columns have names their header is found by these; the row is kept
    /// only where it is not.
    fn without_rows(self, workbook: &Workbook, this_month: Month) -> Self {
        if self.mapping.header_rows.is_empty() {
            return self;
        }
        let mut mapping = self.mapping.clone();
        mapping.header_rows.clear();
        let found = layouts(workbook, &mapping, this_month);
        let same = |(one, other): (&(usize, Layout), &(usize, Layout))| {
            one.0 == other.0 && one.1.header.rows.1 == other.1.header.rows.1
        };
        if found.len() != self.layouts.len() || !found.iter().zip(&self.layouts).all(same) {
            return self;
        }
        Self {
            unit: self.unit,
            name: self.name,
            mapping,
            layouts: found,
        }
    }
}

fn parse(folder: &Path, name: &str, upload: &Upload) -> Result<Workbook, ImportError> {
    let scratch = |path: &Path| {
        let path = path.to_owned();
        move |source| ImportError::Scratch { path, source }
    };
    crate::platform::create_private_dir(folder).map_err(scratch(folder))?;
    let path = folder.join(name);
    let file = Scratch(path.clone());
    std::fs::write(&path, &upload.bytes).map_err(scratch(&path))?;
    let parser = Parser::this_program().map_err(ParseError::Child)?;
    let workbook = child::parse(&parser, &file.0, &upload.file, upload.sheet.as_deref())?;
    Ok(workbook)
}

/// Who hears how far an import is: projects dealt with, of how many.
pub type OnProgress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Writes a prepared import as one undoable command, and remembers its mapping.
///
/// # Errors
/// [`ImportError::Refused`] with the rule, or when the store fails.
pub async fn commit(
    context: &Context,
    actor: Actor,
    prepared: Prepared,
    progress: OnProgress<'_>,
) -> Result<Answer, ImportError> {
    let Prepared {
        preview,
        workbook,
        said,
        choices: _,
    } = prepared;
    // The plan holds all that is needed; the sheets of a large file take more memory than anything that follows.
    drop(workbook);
    let Preview {
        api,
        items,
        refused,
        layouts: _,
        found_by: _,
    } = preview;
    drop(refused);
    let counted = api.counts;
    let answer = if items.is_empty() {
        // Everything is as the file says: there is nothing to write and nothing to undo.
        let outcome = Outcome::Done {
            heads: Vec::new(),
            proposed: Vec::new(),
            counts: Some(counted),
            at: context.clock.now(),
        };
        let id = new_command_id(&context.clock);
        Answer { id, outcome }
    } else {
        let command = Command::Import {
            import: api.token,
            file: api.file,
            items,
        };
        let answer = run(context, actor, api.token, command, progress).await?;
        add_unwritten(answer, counted)
    };
    if let Some(said) = said {
        let now = context.clock.now();
        context
            .handle
            .write(move |write| {
                remember(
                    write.turn,
                    now,
                    said.unit,
                    &said.layouts,
                    (&said.mapping, &said.name),
                )
            })
            .await??;
    }
    Ok(answer)
}

/// The command holds only what changes; rows that were as the file says were counted before.
fn add_unwritten(mut answer: Answer, counted: ImportCounts) -> Answer {
    if let Outcome::Done {
        counts: Some(counts),
        ..
    } = &mut answer.outcome
    {
        counts.unchanged = counts.unchanged.max(counted.unchanged);
        counts.kept = counts.kept.saturating_add(counted.kept);
    }
    answer
}

/// Takes an import back.
///
/// # Errors
/// [`ImportError::Refused`] with the rule, or when the store fails.
pub async fn undo(
    context: &Context,
    actor: Actor,
    import: ImportId,
    progress: OnProgress<'_>,
) -> Result<Answer, ImportError> {
    run(
        context,
        actor,
        import,
        Command::UndoImport { import },
        progress,
    )
    .await
}

/// Sends the command and says after each chunk how far it is, as the import's own record has it.
async fn run(
    context: &Context,
    actor: Actor,
    import: ImportId,
    command: Command,
    progress: OnProgress<'_>,
) -> Result<Answer, ImportError> {
    let envelope = Envelope {
        id: new_command_id(&context.clock),
        base: None,
        after: Vec::new(),
        command,
    };
    // Each chunk changes documents, and whoever watches hears of that after the chunk is durable.
    let mut events = context.handle.subscribe();
    let answering = context.handle.command(actor, vec![envelope]);
    tokio::pin!(answering);
    let answers = loop {
        tokio::select! {
            biased;
            answers = &mut answering => break answers?,
            event = events.recv() => match event {
                Ok(Event::Changed(_)) | Err(RecvError::Lagged(_)) => {
                    let info = context
                        .handle
                        .read(move |read| read.replica.import(read.reader, import))
                        .await??;
                    if let Some(info) = info.filter(|info| info.state.is_running()) {
                        progress(info.done.into(), info.total.into());
                    }
                }
                Ok(Event::Sync) => {}
                Ok(Event::Stopping) | Err(RecvError::Closed) => break answering.await?,
            },
        }
    };
    let answer = answers.into_iter().next();
    let answer = answer.ok_or(ImportError::Driver(DriverError::Stopped))?;
    match answer.outcome {
        Outcome::Refused(refusal) => Err(ImportError::Refused(Box::new(refusal))),
        Outcome::Done { .. } => Ok(answer),
    }
}
