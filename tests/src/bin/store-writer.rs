//! Carries out the script of `tests::disks` on a store and notes each commit in a file before and after: what a crash is
//! made of. `store-writer FOLDER TOLD FROM TO`.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use node::store::{self, Store as _};
use shared::time::Timestamp;
use tests::disks;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, told, from, to] = arguments.as_slice() else {
        anyhow::bail!("usage: store-writer FOLDER TOLD FROM TO");
    };
    let mut told = File::create(told).context("the file of acknowledgements")?;
    let mut store = store::open_with(Path::new(folder), disks::settings())?.store;
    disks::write_script(&mut store, from.parse()?, to.parse()?, |kind, commit| {
        told.write_all(format!("{kind} {commit}\n").as_bytes())
            .expect("the file of acknowledgements can be written");
    });
    // A checkpoint that is under way takes its place, so that the trace ends with one.
    while store.condition().is_compacting {
        let _later = store.tend(Timestamp(0));
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    Ok(())
}
