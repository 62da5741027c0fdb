//! The few things the journal asks of the disk while writing, so that a test can make them fail.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Opens files for appending.
pub trait Files: Send + Sync {
    /// Makes a new file. It must not exist.
    ///
    /// # Errors
    /// As the operating system says.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Appender>>;

    /// Opens an existing file at its end.
    ///
    /// # Errors
    /// As the operating system says.
    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Appender>>;
}

/// One file that grows.
pub trait Appender: Send {
    /// Writes at the end.
    ///
    /// # Errors
    /// As the operating system says; part of the bytes may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns when everything appended is durable.
    ///
    /// # Errors
    /// As the operating system says; must not be tried again.
    fn sync(&mut self) -> io::Result<()>;
}

/// The real disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Appender>> {
        Ok(Box::new(
            OpenOptions::new()
                .append(true)
                .create_new(true)
                .open(path)?,
        ))
    }

    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Appender>> {
        Ok(Box::new(OpenOptions::new().append(true).open(path)?))
    }
}

impl Appender for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
