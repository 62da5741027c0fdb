//! Backups somebody hands in, read as `xiangmu backup verify` reads them.

use node::backup::{self, Progress};
use tempfile::TempDir;

use super::{Target, records};

pub(super) const TARGET: Target = Target {
    name: "backup",
    run,
    seeds: || {
        let kept = TARGET.kept().into_iter();
        let seeds = kept.filter(|(name, _)| name.starts_with("seed-"));
        seeds.map(|(_, bytes)| bytes).collect()
    },
    open: |bytes| records::open(bytes, HEADER_BYTES),
    close,
    cases: 300,
};

/// Magic, format and checksum, which is right in every seed and not mended.
const HEADER_BYTES: usize = 16;

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
}

fn run(bytes: &[u8]) -> bool {
    FOLDER.with(|folder| {
        let path = folder.path().join("case.xmbackup");
        std::fs::write(&path, bytes).expect("the disk takes it");
        let said = backup::manifest_of(&path);
        let verified = backup::verify(&path, None, &Progress::default());
        let Ok(verified) = verified else {
            return false;
        };
        let is_sound = verified.faults.is_empty();
        if let (true, Some(holds)) = (is_sound, &verified.holds) {
            assert_eq!(said.as_ref(), Some(&holds.manifest));
            assert_eq!(holds.bytes, bytes.len() as u64);
        }
        is_sound
    })
}

fn close(parts: Vec<Vec<u8>>) -> Vec<u8> {
    let (header, rest) = parts.split_first().expect("a header stands first");
    records::close(header, rest, Default::default())
}

#[cfg(test)]
mod tests {
    use node::journal::record::Kind;

    use super::*;

    #[test]
    fn a_record_that_unpacks_to_more_than_any_is_refused() {
        let seed = &(TARGET.seeds)()[0];
        let mut parts = (TARGET.open)(seed).expect("it comes apart");
        let mut bomb = vec![Kind::BackupFile as u8];
        bomb.resize(65 * 1024 * 1024, 0);
        parts.insert(2, bomb);
        let bytes = (TARGET.close)(parts);
        assert!(bytes.len() < 20_000, "{}", bytes.len());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bomb.xmbackup");
        std::fs::write(&path, bytes).expect("the disk takes it");
        let verified = backup::verify(&path, None, &Progress::default());
        let faults = verified.expect("damage is no error").faults;
        assert!(faults[0].what.contains("larger than one is"), "{faults:?}");
    }
}
