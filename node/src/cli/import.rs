//! `xiangmu import FILE...`, `import --undo ID`, `import --list`.
//!
//! One file is an import; several, or a folder of them, are one import each (`many`).

mod many;

use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::api::ImportState;
use shared::ids::ImportId;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, print_event, unexpected};
use crate::control::{ATTACHMENT_BYTES_MAX, Event, ImportReport, Outcome, Request};
use crate::exit::{Exit, Failure};

/// Refused rows printed for people; the rest is in the workbook of `--errors`.
const ROWS_SHOWN: usize = 20;

/// Flags of `import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workbooks, or folders of them; several are one import each, with one line of JSON each
    #[arg(value_name = "FILE", required_unless_present_any = ["undo", "list"])]
    pub files: Vec<PathBuf>,
    /// A file that says which column goes where
    #[arg(long, value_name = "FILE", requires = "files")]
    pub mapping: Option<PathBuf>,
    /// One sheet only
    #[arg(long, value_name = "NAME", requires = "files")]
    pub sheet: Option<String>,
    /// The unit new projects belong to [default: by the territory column, else by the names of file and sheet or the lines above the table,
    /// else this node's own; of several files one without any of these is not imported]
    #[arg(long, value_name = "NAME", requires = "files")]
    pub unit: Option<String>,
    /// Say what would happen and write nothing
    #[arg(long, requires = "files")]
    pub dry_run: bool,
    /// Write the refused rows to a workbook, each with its reason; of several files to one each, OUT-FILE.xlsx
    #[arg(long, value_name = "OUT.xlsx", requires = "files")]
    pub errors: Option<PathBuf>,
    /// Take an import back
    #[arg(long, value_name = "ID", conflicts_with_all = ["files", "list"])]
    pub undo: Option<ImportId>,
    /// Show the imports
    #[arg(long, conflicts_with = "files")]
    pub list: bool,
}

/// Imports, undoes or lists.
///
/// # Errors
/// When the file cannot be read or the node cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    if args.list {
        return list(common, output);
    }
    if let Some(id) = args.undo {
        return undo(common, id, output);
    }
    let asked = Asked {
        mapping: args.mapping.as_deref().map(read_text).transpose()?,
        sheet: args.sheet,
        unit: args.unit,
        dry_run: args.dry_run,
        errors: args.errors,
    };
    match args.files.as_slice() {
        [] => Err(Failure::unusable(anyhow::anyhow!("no file was named"))),
        [file] if !file.is_dir() => one(common, file, &asked, output),
        files => many::run(common, files, &asked, output),
    }
}

/// What is asked of every file.
struct Asked {
    mapping: Option<String>,
    sheet: Option<String>,
    unit: Option<String>,
    dry_run: bool,
    errors: Option<PathBuf>,
}

fn one(common: &Common, file: &Path, asked: &Asked, output: &mut Output) -> Result<Exit, Failure> {
    let attachment = read_file(file)?;
    let mut target = Target::open(common)?;
    let brought = bring(&mut target, file, attachment, asked, false, output);
    target.close();
    let (report, errors) = brought?;
    if let Some(path) = &asked.errors {
        write_errors(path, &errors, output)?;
    }
    print(&report, output)?;
    Ok(if report.refused.is_empty() {
        Exit::Done
    } else {
        Exit::Partly
    })
}

/// Imports one file; gives the report and the workbook of refused rows, which is empty when none was.
fn bring(
    target: &mut Target,
    file: &Path,
    attachment: Vec<u8>,
    asked: &Asked,
    needs_unit: bool,
    output: &mut Output,
) -> Result<(ImportReport, Vec<u8>), Failure> {
    let request = Request::Import {
        file: name_of(file),
        mapping: asked.mapping.clone(),
        sheet: asked.sheet.clone(),
        unit: asked.unit.clone(),
        dry_run: asked.dry_run,
        errors: asked.errors.is_some(),
        needs_unit,
    };
    let mut errors = Vec::new();
    let lang = output.lang;
    let outcome = target.perform(lang, request, attachment, &mut |event| {
        if let Event::Bytes { base64 } = &event {
            errors.extend(STANDARD.decode(base64).map_err(Failure::failed)?);
        }
        print_event(output, &event);
        Ok(())
    });
    output.end_progress();
    match outcome? {
        Outcome::Imported { report } => Ok((report, errors)),
        other => Err(unexpected(&other)),
    }
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn write_errors(path: &Path, errors: &[u8], output: &mut Output) -> Result<(), Failure> {
    if errors.is_empty() {
        return Ok(());
    }
    std::fs::write(path, errors).map_err(|error| {
        let cannot = format!("cannot write {}", path.display());
        Failure::failed(anyhow::Error::new(error).context(cannot))
    })?;
    let file = path.display().to_string();
    output.words(&System::ErrorsWritten { file })
}

fn print(report: &ImportReport, output: &mut Output) -> Result<(), Failure> {
    if output.json {
        return output.value(report);
    }
    print_refused(report, output)?;
    output.words(&told(report))?;
    if let Some(id) = report.import_id {
        output.words(&System::ImportId { id: id.to_string() })?;
    }
    Ok(())
}

/// What became of a file, in a sentence.
fn told(report: &ImportReport) -> System {
    let refused = u32::try_from(report.refused_rows()).unwrap_or(u32::MAX);
    let ImportReport {
        created,
        updated,
        unchanged,
        kept,
        ..
    } = *report;
    if report.unit_unknown {
        System::ImportUnitUnknown
    } else if report.dry_run {
        System::ImportPlanned {
            created,
            updated,
            unchanged,
            refused,
        }
    } else {
        System::Imported {
            created,
            updated,
            unchanged,
            kept,
            refused,
        }
    }
}

fn print_refused(report: &ImportReport, output: &mut Output) -> Result<(), Failure> {
    for row in report.refused.iter().take(ROWS_SHOWN) {
        output.line(&format!(
            "{} {}{}: {}",
            row.sheet, row.column, row.row, row.reason
        ))?;
    }
    if report.refused.len() > ROWS_SHOWN {
        output.line(&format!("… {}", report.refused.len() - ROWS_SHOWN))?;
    }
    Ok(())
}

fn undo(common: &Common, id: ImportId, output: &mut Output) -> Result<Exit, Failure> {
    match Target::ask(common, output, Request::ImportUndo { id })? {
        Outcome::ImportUndone { counts } => {
            output.either(
                &counts,
                &System::ImportUndone {
                    changed: counts.updated,
                    kept: counts.kept,
                },
            )?;
            Ok(if counts.kept == 0 {
                Exit::Done
            } else {
                Exit::Partly
            })
        }
        other => Err(unexpected(&other)),
    }
}

fn list(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let imports = match Target::ask(common, output, Request::ImportList)? {
        Outcome::Imports { imports } => imports,
        other => return Err(unexpected(&other)),
    };
    for import in &imports {
        if output.json {
            output.value(import)?;
        } else {
            let at = import.undone_at.map(|at| at.to_string());
            let state = match import.state {
                ImportState::Done => String::new(),
                ImportState::Undone => format!("  undone {}", at.unwrap_or_default()),
                state => format!("  {} {}/{}", word(state), import.done, import.total),
            };
            let counts = import.counts;
            output.line(&format!(
                "{}  {}  {}  +{} ~{} ={}{state}",
                import.id,
                import.by.at,
                import.file,
                counts.created,
                counts.updated,
                counts.unchanged
            ))?;
        }
    }
    if imports.is_empty() {
        output.words(&System::Nothing)?;
    }
    Ok(Exit::Done)
}

const fn word(state: ImportState) -> &'static str {
    match state {
        ImportState::Running => "running",
        ImportState::Interrupted => "interrupted",
        ImportState::Done => "done",
        ImportState::Undoing => "undoing",
        ImportState::UndoInterrupted => "undo interrupted",
        ImportState::Undone => "undone",
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::unusable(
            anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
        )
    };
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(ATTACHMENT_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > ATTACHMENT_BYTES_MAX {
        return Err(Failure::unusable(anyhow::anyhow!(
            "{} is larger than {} MiB",
            path.display(),
            ATTACHMENT_BYTES_MAX / 1024 / 1024
        )));
    }
    Ok(bytes)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::unusable(
            anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
        )
    })
}
