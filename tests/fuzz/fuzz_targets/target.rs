//! The one program libFuzzer runs: `XIANGMU_FUZZ_TARGET` names the target of `tests::fuzz`, `XIANGMU_FUZZ_SEEDS` a folder its honest
//! bytes are put into first. Damage is done to what stands behind sums and signatures seven times of eight, as with our own mutator.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use tests::fuzz::{self, Target};

fn target() -> &'static Target {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("XIANGMU_FUZZ_TARGET").unwrap_or_default();
        fuzz::target(&name).expect("XIANGMU_FUZZ_TARGET names a target")
    })
}

fn begin() {
    // libFuzzer's hook ends the process at every panic, also at those the product catches; `quietly` puts its own before none.
    let _hook = std::panic::take_hook();
    let Ok(folder) = std::env::var("XIANGMU_FUZZ_SEEDS") else {
        return;
    };
    for (number, bytes) in (target().seeds)().into_iter().enumerate() {
        let path = Path::new(&folder).join(format!("seed-{number}"));
        std::fs::write(path, bytes).expect("the folder takes a file");
    }
}

fuzz_target!(init: begin(), |bytes: &[u8]| {
    if let Err(said) = fuzz::quietly(|| (target().run)(bytes)) {
        eprintln!("{said}");
        std::process::abort();
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(8) {
        return fuzzer_mutate(data, size, max_size);
    }
    let which = (seed / 8) as usize;
    let damaged = target().damage_with(&data[..size], which, &mut |mut part| {
        let length = part.len();
        let most = max_size.max(length);
        part.resize(most, 0);
        let length = fuzzer_mutate(&mut part, length, most);
        part.truncate(length);
        part
    });
    let length = damaged.len().min(max_size);
    data[..length].copy_from_slice(&damaged[..length]);
    length
});
