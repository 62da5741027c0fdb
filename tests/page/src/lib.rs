//! The rules engine in a browser, for tests: what `xiangmu scenario` does natively, compiled to WASM.
//!
//! `tests/it/scenarios.rs` serves this module to headless Chromium with all scenario files and compares its answers, word for word,
//! with the native ones; `scripts/bench` measures `day::Day` there. For any other target the crate is empty.
#![cfg(target_arch = "wasm32")]

use shared::scenario::{Profiles, Scenario};
use shared::testing::day;
use wasm_bindgen::prelude::wasm_bindgen;

/// A county on one day: its views, fetched once and judged as often as wanted.
#[wasm_bindgen]
pub struct Day(day::Day);

#[wasm_bindgen]
impl Day {
    /// The day of views as they are sent.
    ///
    /// # Errors
    /// When the text is none.
    #[wasm_bindgen(constructor)]
    pub fn new(views: &str) -> Result<Self, String> {
        let day = day::Day::fetched(views).map_err(|error| error.to_string())?;
        Ok(Self(day))
    }

    /// Works out all obligations, lights and gates; the answer is the JSON of how much was said.
    #[must_use]
    pub fn judge(&self) -> String {
        serde_json::json!(self.0.judge()).to_string()
    }

    /// The same; the answer is every obligation, light and gate in full, as JSON of three texts.
    #[must_use]
    pub fn answers(&self) -> String {
        serde_json::json!(self.0.texts()).to_string()
    }
}

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
