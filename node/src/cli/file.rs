//! Files a command writes: each appears whole or not at all.

use std::fs::File;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Common;
use super::output::Output;
use super::target::{Target, print_event};
use crate::control::{Event, Outcome, Request};
use crate::exit::Failure;

/// Performs a request that answers with a file's bytes and writes them. Whoever pulls the stick when this returns has the whole
/// file. The outcome, and how many bytes there are.
///
/// # Errors
/// When the node cannot be reached, the request fails or the file cannot be written.
pub fn fetch(
    common: &Common,
    output: &mut Output,
    request: Request,
    path: &Path,
) -> Result<(Outcome, usize), Failure> {
    let mut bytes = Vec::new();
    let mut target = Target::open(common)?;
    let lang = output.lang;
    let outcome = target.perform(lang, request, Vec::new(), &mut |event| {
        if let Event::Bytes { base64 } = &event {
            bytes.extend(STANDARD.decode(base64).map_err(Failure::failed)?);
        }
        print_event(output, &event);
        Ok(())
    });
    target.close();
    output.end_progress();
    let outcome = outcome?;
    write(path, &bytes).map_err(|error| {
        let error = anyhow::Error::new(error);
        Failure::failed(error.context(format!("cannot write {}", path.display())))
    })?;
    Ok((outcome, bytes.len()))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut part = path.to_owned().into_os_string();
    part.push(".part");
    std::fs::write(&part, bytes)?;
    File::open(&part)?.sync_all()?;
    std::fs::rename(&part, path)
}
