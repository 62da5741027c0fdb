//! The project's own files, as the tests of its order read them.
//!
//! A [`Sources`] is read once from the folder that holds the workspace. Generated folders (`target`, `web/dist`, demo data) are not
//! part of it. It knows nothing of git, so that the tests also run in an unpacked archive.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Folders that are made, not written.
const GENERATED: [&str; 5] = ["target", ".git", "dist", "demo-data", "node_modules"];

/// One file of the project.
#[derive(Debug)]
pub struct SourceFile {
    /// Its path from the top, with `/` between folders.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its text; `None` when it is not UTF-8.
    pub text: Option<String>,
}

impl SourceFile {
    /// The text, empty when it is not text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or("")
    }

    /// True for Rust files.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// True for a file that holds nothing but tests.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
            || self.path.ends_with("_tests.rs")
    }

    /// The lines of code with their numbers from 1: no comments, nothing from the tests at the end of the file.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let text = self.text();
        let end = text
            .find("\n#[cfg(test)]\nmod ")
            .or_else(|| text.find("\n#[cfg(test)]"))
            .unwrap_or(text.len());
        text[..end].lines().enumerate().filter_map(|(index, line)| {
            let code = line.split("//").next().unwrap_or("").trim_end();
            (!code.is_empty()).then_some((index + 1, code))
        })
    }
}

/// All files of the project, sorted by path.
#[derive(Debug)]
pub struct Sources {
    /// The folder that holds the workspace.
    pub top: PathBuf,
    /// The files.
    pub files: Vec<SourceFile>,
}

impl Sources {
    /// Reads the workspace this test was built in.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn load() -> io::Result<Self> {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .ok_or_else(|| io::Error::other("the tests have no folder above them"))?
            .to_owned();
        let mut files = Vec::new();
        read_folder(&top, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { top, files })
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// A file by its path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The names at the top, files and folders.
    #[must_use]
    pub fn top_names(&self) -> BTreeSet<&str> {
        self.files
            .iter()
            .filter_map(|file| file.path.split('/').next())
            .collect()
    }

    /// The names of all test functions: a `fn` with an attribute that says `test` above it.
    #[must_use]
    pub fn test_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for file in self.rust() {
            let lines: Vec<&str> = file.text().lines().map(str::trim).collect();
            for (index, line) in lines.iter().enumerate() {
                let Some(name) = function_name(line) else {
                    continue;
                };
                let above = lines[..index]
                    .iter()
                    .rev()
                    .take_while(|line| line.starts_with("#[") || line.starts_with("//"));
                if above.clone().any(|line| {
                    line.starts_with("#[test]")
                        || line.starts_with("#[tokio::test")
                        || line.starts_with("#[wasm_bindgen_test")
                }) {
                    names.insert(name);
                }
            }
        }
        names
    }
}

/// The name of the function a line begins.
fn function_name(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("pub ")
        .unwrap_or(line)
        .trim_start_matches("async ")
        .strip_prefix("fn ")?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0).then(|| &rest[..end])
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A worktree's `.git` is a file.
        if GENERATED.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path())?;
            files.push(SourceFile {
                path,
                bytes: bytes.len() as u64,
                text: String::from_utf8(bytes).ok(),
            });
        }
    }
    Ok(())
}
