//! The order of the project itself: headers, arrows between crates, forgotten files, what may stand where.
//!
//! Each test reads the sources and names every place that breaks its rule. The rules are those of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use tests::sources::{SourceFile, Sources};

/// What stands at the top, and nothing else.
const TOP: [&str; 15] = [
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "deny.toml",
    "node",
    "rust-toolchain.toml",
    "scripts",
    "shared",
    "tests",
    "web",
];

/// Which crates of ours each crate may name.
const ARROWS: [(&str, &[&str]); 7] = [
    ("shared", &[]),
    ("node", &["shared"]),
    ("web", &["shared", "markup"]),
    ("web/markup", &[]),
    ("tests", &["node", "shared", "web"]),
    ("tests/page", &["shared"]),
    ("scripts/tool", &[]),
];

/// The largest file the repository may hold.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

fn sources() -> Sources {
    Sources::load().expect("the project's files can be read")
}

fn expect_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

#[test]
fn the_top_holds_what_the_rules_list() {
    let sources = sources();
    let there = sources.top_names();
    let allowed = BTreeSet::from(TOP);
    assert_eq!(there, allowed);
}

#[test]
fn a_file_of_substance_opens_with_what_it_is_for() {
    let faults: Vec<String> = sources()
        .rust()
        .filter(|file| !file.path.ends_with("/tests.rs") && file.text().lines().count() > 30)
        .filter(|file| !file.text().starts_with("//!"))
        .map(|file| file.path.clone())
        .collect();
    expect_none("no `//!` at the top", &faults);
}

#[test]
fn arrows_between_crates_point_one_way() {
    let sources = sources();
    let ours: BTreeSet<&str> = ["shared", "node", "web", "tests", "page", "tool"].into();
    let mut faults = Vec::new();
    for (folder, allowed) in ARROWS {
        let path = format!("{folder}/Cargo.toml");
        let manifest: toml::Table = sources
            .file(&path)
            .unwrap_or_else(|| panic!("{path} is missing"))
            .text()
            .parse()
            .expect("a manifest is TOML");
        for name in dependencies(&manifest) {
            if ours.contains(name.as_str()) && !allowed.contains(&name.as_str()) {
                faults.push(format!("{folder} → {name}"));
            }
        }
    }
    let members: toml::Table = sources
        .file("Cargo.toml")
        .expect("the root")
        .text()
        .parse()
        .expect("TOML");
    let members: BTreeSet<&str> = members["workspace"]["members"]
        .as_array()
        .expect("members")
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    assert_eq!(
        members,
        ARROWS.iter().map(|(folder, _)| *folder).collect(),
        "a crate without a rule"
    );
    expect_none("arrows that may not be", &faults);
}

/// Every crate a manifest names, in any of its dependency tables.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else {
            continue;
        };
        if key.ends_with("dependencies") {
            names.extend(table.keys().cloned());
        } else if key == "target" {
            for target in table.values().filter_map(toml::Value::as_table) {
                names.extend(dependencies(target));
            }
        }
    }
    names
}

#[test]
fn the_browser_links_neither_documents_nor_server() {
    let sources = sources();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "tree",
            "--locked",
            "--offline",
            "--package",
            "web",
            "--edges",
            "normal",
        ])
        .args(["--target", "wasm32-unknown-unknown", "--prefix", "none"])
        .current_dir(&sources.top)
        .output()
        .expect("cargo tree runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("yew "), "the tree of web:\n{tree}");
    for banned in [
        "automerge ",
        "sled ",
        "tokio ",
        "warp ",
        "rustls ",
        "zstd ",
        "jiff ",
    ] {
        assert!(
            !tree.lines().any(|line| line.starts_with(banned)),
            "web links {banned}"
        );
    }
}

#[test]
fn sled_is_named_in_one_module() {
    let sources = sources();
    let naming: Vec<&str> = sources
        .rust()
        .filter(|file| file.path.starts_with("node/") || file.path.starts_with("shared/"))
        .filter(|file| !file.is_test() && file.code().any(|(_, code)| names_sled(code)))
        .map(|file| file.path.trim_end_matches(".rs"))
        .collect();
    let Some(first) = naming.iter().min_by_key(|path| path.len()) else {
        return;
    };
    let outside: Vec<String> = naming
        .iter()
        .filter(|path| *path != first && !path.starts_with(&format!("{first}/")))
        .map(ToString::to_string)
        .collect();
    expect_none(&format!("sled belongs to {first}"), &outside);
}

/// True when a line names the crate, not a module of ours that is called like it.
fn names_sled(code: &str) -> bool {
    code.match_indices("sled::").any(|(at, _)| {
        let before = &code[..at];
        let path = before.strip_suffix("::").unwrap_or(before);
        let continues = path.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        !continues
    })
}

#[test]
fn tokio_and_threads_stay_out_of_shared() {
    let sources = sources();
    let faults = places(
        &sources,
        |file| file.path.starts_with("shared/src/"),
        |code| {
            ["tokio::", "async fn", "std::thread"]
                .iter()
                .any(|word| code.contains(word))
                || code
                    .split(".await")
                    .skip(1)
                    .any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        },
    );
    expect_none("the core never waits", &faults);
}

#[test]
fn words_people_read_stand_in_text_alone() {
    let sources = sources();
    let faults = places(
        &sources,
        |file| {
            file.path.starts_with("shared/src/")
                && !file.path.starts_with("shared/src/text")
                && !file.is_test()
        },
        |code| code.chars().any(is_cjk),
    );
    expect_none("Chinese words outside shared/src/text", &faults);
}

/// What of `shared::text` only the node needs: the front end gets those words from it (`GET /api/v1/words`, sentences in answers).
const NODES_WORDS: [&str; 7] = [
    "fields", "finding", "guard", "office", "refusal", "system", "tables",
];

#[test]
fn the_browser_carries_no_words_of_records() {
    let sources = sources();
    let faults = places(
        &sources,
        |file| file.path.starts_with("web/src/") && !file.is_test(),
        |code| {
            let named = NODES_WORDS
                .iter()
                .any(|module| code.contains(&format!("text::{module}")));
            // `Field::label` and its like take a language and nothing else.
            let asked = code.split(".label(").skip(1).any(|rest| {
                let argument = rest.split(')').next().unwrap_or("");
                argument.ends_with("lang") && !argument.contains(',')
            });
            named || asked
        },
    );
    expect_none("words of records in the front end", &faults);
}

/// Chinese characters, and the signs and wide forms that stand between them.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

/// Every line of code in the chosen files that breaks a rule.
fn places(
    sources: &Sources,
    choose: impl Fn(&SourceFile) -> bool,
    breaks: impl Fn(&str) -> bool,
) -> Vec<String> {
    sources
        .rust()
        .filter(|file| choose(file))
        .flat_map(|file| file.code().map(move |(line, code)| (file, line, code)))
        .filter(|(_, _, code)| breaks(code))
        .map(|(file, line, code)| format!("{}:{line}: {}", file.path, code.trim()))
        .collect()
}

#[test]
fn no_file_is_forgotten_by_its_crate() {
    let sources = sources();
    let rust: BTreeMap<&str, &SourceFile> = sources
        .rust()
        .map(|file| (file.path.as_str(), file))
        .collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = rust.keys().copied().filter(|path| is_root(path)).collect();
    let mut lost = Vec::new();
    while let Some(path) = open.pop() {
        if !reached.insert(path) {
            continue;
        }
        for name in modules_of(rust[path].text()) {
            let candidates = child_paths(path, &name);
            match candidates
                .iter()
                .find_map(|child| rust.get_key_value(child.as_str()))
            {
                Some((child, _)) => open.push(child),
                None => lost.push(format!("{path} names `mod {name}`, which is not there")),
            }
        }
    }
    lost.extend(
        rust.keys()
            .filter(|path| !reached.contains(**path))
            .map(|path| format!("{path} is part of no crate")),
    );
    expect_none("forgotten files", &lost);
}

/// True for the files a crate starts at.
fn is_root(path: &str) -> bool {
    path.ends_with("/src/lib.rs")
        || path.ends_with("/src/main.rs")
        || path == "tests/it/main.rs"
        || path.contains("/src/bin/") && path.ends_with("/main.rs")
        || path.ends_with("/build.rs")
        || path.rsplit_once('/').is_some_and(|(folder, _)| {
            folder.ends_with("/src/bin")
                || folder == "tests/fuzz/fuzz_targets"
                || ["node/tests", "shared/tests", "web/tests"].contains(&folder)
                || folder.ends_with("/benches")
                || folder.ends_with("/examples")
        })
}

/// The names of `mod name;` in a file, or the path an attribute gives.
fn modules_of(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut path = None;
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("#[path = \"") {
            path = rest.split('"').next().map(str::to_owned);
            continue;
        }
        let declared = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .trim_start_matches("pub ")
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'));
        if let Some(name) = declared {
            names.push(path.take().unwrap_or_else(|| name.to_owned()));
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            path = None;
        }
    }
    names
}

/// Where a module's file can stand.
fn child_paths(parent: &str, name: &str) -> Vec<String> {
    let (folder, file) = parent.rsplit_once('/').unwrap_or(("", parent));
    if name.ends_with(".rs") {
        return vec![format!("{folder}/{name}")];
    }
    let own = file.trim_end_matches(".rs");
    if is_root(parent) || own == "mod" {
        vec![
            format!("{folder}/{name}.rs"),
            format!("{folder}/{name}/mod.rs"),
        ]
    } else {
        vec![
            format!("{folder}/{own}/{name}.rs"),
            format!("{folder}/{own}/{name}/mod.rs"),
        ]
    }
}

#[test]
fn no_file_is_larger_than_a_megabyte() {
    let faults: Vec<String> = sources()
        .files
        .iter()
        .filter(|file| file.bytes > FILE_BYTES_MAX)
        .map(|file| format!("{} has {} bytes", file.path, file.bytes))
        .collect();
    expect_none("large files", &faults);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    // Put together here, so that this file does not name them either.
    let banned = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["/fa", "rm/"].concat(),
        ["/.libr", "ary"].concat(),
        ["registry", "/src"].concat(),
        ["index.crates", ".io"].concat(),
        ["rspr", "oxy"].concat(),
    ];
    let mut faults = Vec::new();
    for file in &sources().files {
        for (index, line) in file.text().lines().enumerate() {
            if banned.iter().any(|word| line.contains(word.as_str())) {
                faults.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    expect_none("machine paths", &faults);
}

#[test]
fn tests_wait_on_conditions_and_none_is_switched_off() {
    let sources = sources();
    let mut faults = Vec::new();
    let words = [
        ["thread::", "sleep("].concat(),
        ["time::", "sleep("].concat(),
        ["#[ign", "ore"].concat(),
    ];
    // The measuring program is no test: it waits to see what an idle line costs.
    let tests = sources
        .rust()
        .filter(|file| file.is_test() && !file.path.starts_with("tests/src/bin/"));
    for file in tests {
        for (line, code) in file.code() {
            if words.iter().any(|word| code.contains(word.as_str())) {
                faults.push(format!("{}:{line}: {}", file.path, code.trim()));
            }
        }
    }
    expect_none("sleeps and ignored tests", &faults);
}

#[test]
fn what_the_readme_and_the_architecture_name_is_there() {
    let sources = sources();
    let mut faults = Vec::new();
    for page in ["README.md", "ARCHITECTURE.md"] {
        let text = sources.file(page).map(SourceFile::text).unwrap_or_default();
        assert!(!text.is_empty(), "{page} is missing");
        for quoted in text.split('`').skip(1).step_by(2) {
            let path = quoted.split([' ', ';']).next().unwrap_or(quoted);
            let ours = ["shared/", "node/", "web/", "tests/", "scripts/"]
                .iter()
                .any(|start| path.starts_with(start));
            let folder = path.trim_end_matches('/');
            let there = sources
                .files
                .iter()
                .any(|file| file.path == folder || file.path.starts_with(&format!("{folder}/")));
            if ours && !there {
                faults.push(format!("{page} names {path}"));
            }
        }
    }
    expect_none("paths that are not there", &faults);
}

#[test]
fn the_readme_and_the_integration_run_the_same_test_command() {
    let sources = sources();
    let text = |path: &str| {
        sources
            .file(path)
            .unwrap_or_else(|| panic!("{path} is missing"))
            .text()
            .to_owned()
    };
    assert!(
        text(".ci/run")
            .lines()
            .any(|line| line == "exec scripts/test")
    );
    let readme = text("README.md");
    assert!(readme.contains("scripts/test") && readme.contains("scripts/run"));
    assert!(text("scripts/test").contains("cargo test --workspace --locked"));
}
