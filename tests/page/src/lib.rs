//! The rules engine in a browser, for tests: what `xiangmu scenario` does natively, compiled to WASM.
//!
//! `tests/it/scenarios.rs` serves this module to headless Chromium with all scenario files and compares its answers, word for word,
//! with the native ones. For any other target the crate is empty.
#![cfg(target_arch = "wasm32")]

use shared::scenario::{Profiles, Scenario};
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs one scenario file. The answer is the JSON of its report, or `{"error": …}` for a file that is refused.
#[wasm_bindgen]
#[must_use]
pub fn run(text: &str) -> String {
    let report = Scenario::parse(text).and_then(|scenario| scenario.run(&Profiles::default()));
    let answer = match report {
        Ok(report) => serde_json::json!({ "steps": report.steps, "failed": report.failed }),
        Err(error) => serde_json::json!({ "error": error.to_string() }),
    };
    answer.to_string()
}
