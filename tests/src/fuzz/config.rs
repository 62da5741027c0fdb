//! The configuration file.

use node::config::{Config, FILE, Flags};
use tempfile::TempDir;

use super::{Target, close_plain, open_plain};

pub(super) const TARGET: Target = Target {
    name: "config",
    run,
    seeds,
    open: open_plain,
    close: close_plain,
    cases: 3_000,
};

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
}

fn run(bytes: &[u8]) -> bool {
    FOLDER.with(|folder| {
        std::fs::write(folder.path().join(FILE), bytes).expect("the disk takes it");
        let flags = Flags {
            data: Some(folder.path().to_owned()),
            ..Flags::default()
        };
        match Config::load(&flags, &|_| None) {
            Ok(config) => {
                // What is made of it at a start.
                let _settings = config.storage.settings();
                let _plan = config.storage.backups();
                let limits = config.limits;
                let _times = (
                    limits.header_timeout(),
                    limits.handshake_timeout(),
                    limits.stop_deadline(),
                );
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty(), "a refusal says why");
                false
            }
        }
    })
}

fn seeds() -> Vec<Vec<u8>> {
    let shipped = include_bytes!("../../../node/xiangmu.example.toml");
    let few = b"listen = \"127.0.0.1:0\"\n[storage]\nsegment_bytes = 8192\n";
    vec![shipped.to_vec(), few.to_vec()]
}
