//! Files a command writes: each appears whole or not at all.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Common;
use super::output::Output;
use super::target::{Target, print_event};
use crate::control::{Event, Outcome, Request};
use crate::exit::Failure;

/// Performs a request that answers with a file's bytes and writes them as they come. Whoever pulls the stick when this returns has the
/// whole file. The outcome, and how many bytes there are.
///
/// # Errors
/// When the node cannot be reached, the request fails or the file cannot be written; then there is no file.
pub fn fetch(
    common: &Common,
    output: &mut Output,
    request: Request,
    path: &Path,
) -> Result<(Outcome, u64), Failure> {
    let mut target = Target::open(common)?;
    let lang = output.lang;
    let mut part = Part::begin(path);
    let outcome = target.perform(lang, request, Vec::new(), &mut |event| {
        if let Event::Bytes { base64 } = &event {
            let bytes = STANDARD.decode(base64).map_err(Failure::failed)?;
            part.write(&bytes)?;
        }
        print_event(output, &event);
        Ok(())
    });
    target.close();
    output.end_progress();
    let outcome = outcome?;
    let bytes = part.finish()?;
    Ok((outcome, bytes))
}

/// A file that is being written under another name; what is not finished goes away.
struct Part<'a> {
    path: &'a Path,
    unfinished: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl<'a> Part<'a> {
    fn begin(path: &'a Path) -> Self {
        let mut unfinished = path.to_owned().into_os_string();
        unfinished.push(".part");
        Self {
            path,
            unfinished: unfinished.into(),
            file: None,
            bytes: 0,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.write_to(bytes);
        written.map_err(|error| self.failed(error))
    }

    fn write_to(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            // Only now, so that a request that fails leaves no trace.
            none => none.insert(File::create(&self.unfinished)?),
        };
        self.bytes += bytes.len() as u64;
        file.write_all(bytes)
    }

    fn finish(mut self) -> Result<u64, Failure> {
        let finish = |part: &mut Self| {
            part.write_to(&[])?;
            if let Some(file) = part.file.take() {
                file.sync_all()?;
            }
            std::fs::rename(&part.unfinished, part.path)
        };
        finish(&mut self).map_err(|error| self.failed(error))?;
        Ok(self.bytes)
    }

    fn failed(&self, error: std::io::Error) -> Failure {
        let error = anyhow::Error::new(error);
        Failure::failed(error.context(format!("cannot write {}", self.path.display())))
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        // After `finish` there is none of this name; before it, half a file helps nobody.
        if self.bytes > 0 || self.file.is_some() {
            let _gone = std::fs::remove_file(&self.unfinished);
        }
    }
}
