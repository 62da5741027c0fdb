//! `tests/coverage.toml` says which requirement is proven by which test; this keeps it true.
//!
//! A proof is the name of a test, or `scenario:<file>` for a file in `tests/scenarios`: `every_acceptance_scenario_has_a_file_and_passes`
//! runs all of them, so a file that is there is a test.

use std::collections::BTreeSet;

use tests::sources::Sources;

/// The ids, their first column, in the order of the list.
fn listed(sources: &Sources) -> Vec<&str> {
    sources
        .file("tests/coverage-ids.txt")
        .expect("the list of ids")
        .text()
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').next().unwrap_or(line))
        .collect()
}

#[test]
fn every_requirement_names_its_tests_or_says_todo() {
    let sources = Sources::load().expect("the project's files");
    let text = sources.file("tests/coverage.toml").expect("the map").text();
    let map: toml::Table = text.parse().expect("coverage.toml is TOML");

    let listed = listed(&sources);
    let ids: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(ids.len(), listed.len(), "an id is listed twice");
    let mut faults = Vec::new();
    for id in &ids {
        if !map.contains_key(*id) {
            faults.push(format!("`{id}` is missing"));
        }
    }
    let tests = sources.test_names();
    for (id, state) in &map {
        if !ids.contains(id.as_str()) {
            faults.push(format!("`{id}` is not in coverage-ids.txt"));
        }
        match state {
            toml::Value::String(word) if word == "todo" || word == "not-software" => {}
            toml::Value::Array(names) if !names.is_empty() => {
                for name in names {
                    let name = name.as_str().unwrap_or("(not a name)");
                    let is_proof = match name.strip_prefix("scenario:") {
                        Some(file) => sources
                            .file(&format!("tests/scenarios/{file}"))
                            .is_some_and(|_| file.ends_with(".toml") && !file.contains('/')),
                        None => tests.contains(name),
                    };
                    if !is_proof {
                        faults.push(format!(
                            "`{id}` names the test `{name}`, which does not exist"
                        ));
                    }
                }
            }
            other => faults.push(format!("`{id}` has the state {other}")),
        }
    }
    assert!(faults.is_empty(), "coverage.toml:\n{}", faults.join("\n"));
}
