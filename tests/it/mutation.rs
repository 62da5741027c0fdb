//! Every number, amount, date, mode and recurrence of the five profiles matters: changed by one step it changes what the engine says.
//!
//! For each leaf the changed profile is read (one that is refused has been noticed), put before the questions of `answers` on the
//! fixed county of `ground`, and then before the scenario files of that county; the first difference ends the search. Leaves that change
//! nothing stand in `tests/no-effect.toml` with the reason, and that list is exact: a leaf that has come to matter may not stand there.

mod answers;
mod ground;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use shared::profile::Profile;
use shared::scenario::{Profiles, Report, Scenario};

use self::answers::QUESTIONS;
use self::ground::Ground;
use self::steps::{Leaf, leaves};

/// Scenarios that take seconds: a list of 120 projects, whose bounds the question `gates` asks for directly.
const TOO_LONG: &[i64] = &[29];

/// Leaves changed together at first.
const GROUP: usize = 24;

/// A county: its file, its answers, its scenarios.
struct County {
    slug: &'static str,
    file: Value,
    ground: Ground,
    answers: Vec<String>,
    scenarios: Vec<(Scenario, Report)>,
}

impl County {
    fn new(slug: &'static str, texts: &[String]) -> Result<Self> {
        let json = Profile::json(slug)?;
        let profile = Profile::parse(json)?;
        let ground = Ground::new(slug);
        let answers = QUESTIONS
            .iter()
            .map(|(_, ask)| ask(&ground, &profile))
            .collect();
        let own = format!("profile = \"{slug}\"");
        let mut scenarios = Vec::new();
        for text in texts.iter().filter(|text| text.contains(&own)) {
            let scenario = Scenario::parse(text)?;
            if scenario
                .numbers()
                .iter()
                .any(|number| TOO_LONG.contains(number))
            {
                continue;
            }
            let report = scenario.run(&Profiles::default())?;
            scenarios.push((scenario, report));
        }
        Ok(Self {
            slug,
            file: serde_json::from_str(json)?,
            ground,
            answers,
            scenarios,
        })
    }

    /// What notices each of some leaves: the name of a question, a scenario, or the reading of the file; `None` when nothing does.
    ///
    /// They are changed together first, since most groups change nothing; one that does is halved until the leaf is found.
    fn notice(&self, group: &[Leaf]) -> Vec<(String, Option<String>)> {
        let name = |leaf: &Leaf| format!("{}:{}", self.slug, leaf.name);
        let by = self.notice_together(group);
        match (group, by) {
            ([only], by) => vec![(name(only), by)],
            (_, None) => group.iter().map(|leaf| (name(leaf), None)).collect(),
            (_, Some(_)) => {
                let (one, other) = group.split_at(group.len() / 2);
                let mut found = self.notice(one);
                found.extend(self.notice(other));
                found
            }
        }
    }

    fn notice_together(&self, group: &[Leaf]) -> Option<String> {
        let passes = group.iter().map(|leaf| leaf.steps.len()).max();
        let read: Vec<_> = (0..passes.unwrap_or(0))
            .filter_map(|pass| {
                let mut file = self.file.clone();
                for leaf in group {
                    // Down where up is refused, up where there is no down.
                    let fits = |step: &&Value| {
                        let mut alone = self.file.clone();
                        leaf.put(&mut alone, step);
                        Profile::parse(&alone.to_string()).is_ok()
                    };
                    let accepted: Vec<_> = leaf.steps.iter().filter(fits).collect();
                    let step = accepted.get(pass).or(accepted.last())?;
                    leaf.put(&mut file, step);
                }
                let json = file.to_string();
                Some((Profile::parse(&json).ok()?, json))
            })
            .collect();
        if read.is_empty() {
            return Some("refused".to_owned());
        }
        read.iter()
            .find_map(|(profile, _)| self.answers_otherwise(profile))
            .or_else(|| read.iter().find_map(|(_, json)| self.goes_otherwise(json)))
    }

    fn answers_otherwise(&self, profile: &Profile) -> Option<String> {
        let mut asked = QUESTIONS.iter().zip(&self.answers);
        let other = asked.find(|((_, ask), before)| ask(&self.ground, profile) != **before);
        other.map(|((name, _), _)| (*name).to_owned())
    }

    fn goes_otherwise(&self, json: &str) -> Option<String> {
        let profiles = Profiles {
            instead: BTreeMap::from([(self.slug.to_owned(), json.to_owned())]),
        };
        let mut scenarios = self.scenarios.iter();
        let other = scenarios.find(|(scenario, before)| {
            let report = scenario.run(&profiles);
            report.as_ref() != Ok(before)
        });
        other.map(|(scenario, _)| scenario.title.clone())
    }
}

fn scenarios() -> Result<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            texts.push(std::fs::read_to_string(path)?);
        }
    }
    texts.sort_unstable();
    Ok(texts)
}

/// What stands in the list: `slug:pointer` and the reason.
fn listed() -> Result<BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("no-effect.toml");
    let table: BTreeMap<String, Vec<String>> = toml::from_str(&std::fs::read_to_string(path)?)?;
    let mut listed = BTreeMap::new();
    for (reason, leaves) in table {
        for leaf in leaves {
            let before = listed.insert(leaf.clone(), reason.clone());
            ensure!(before.is_none(), "{leaf} stands twice in no-effect.toml");
        }
    }
    Ok(listed)
}

/// Leaves that are tried together: those that are said to change nothing, as many as threads share well; every other one alone.
fn groups<'a>(
    counties: &'a [County],
    listed: &BTreeMap<String, String>,
) -> Vec<(&'a County, Vec<Leaf>)> {
    let mut groups = Vec::new();
    for county in counties {
        let mut silent: BTreeMap<String, Vec<Leaf>> = BTreeMap::new();
        for leaf in leaves(&county.file) {
            if listed.contains_key(&format!("{}:{}", county.slug, leaf.name)) {
                silent.entry(leaf.part().to_owned()).or_default().push(leaf);
            } else {
                groups.push((county, vec![leaf]));
            }
        }
        for leaves in silent.into_values() {
            let chunks = leaves.chunks(GROUP);
            groups.extend(chunks.map(|chunk| (county, chunk.to_vec())));
        }
    }
    groups
}

/// Tries every leaf, on as many threads as there are processors.
#[expect(
    clippy::print_stderr,
    reason = "which answer notices a leaf, for who asks with XIANGMU_LEAVES=1"
)]
fn try_all(groups: &[(&County, Vec<Leaf>)]) -> BTreeMap<String, Option<String>> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let tells = std::env::var_os("XIANGMU_LEAVES").is_some();
    let work = || {
        let mut found = Vec::new();
        while let Some((county, group)) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (name, by) in county.notice(group) {
                if tells {
                    eprintln!("{name}\t{}", by.as_deref().unwrap_or("NOTHING"));
                }
                found.push((name, by));
            }
        }
        found
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let found = workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("no question panics"));
        found.collect()
    })
}

#[test]
fn every_leaf_of_a_profile_changes_an_answer_or_is_listed_with_the_reason() -> Result<()> {
    let texts = scenarios()?;
    let counties: Vec<_> = Profile::slugs()
        .map(|slug| County::new(slug, &texts).with_context(|| slug.to_owned()))
        .collect::<Result<_>>()?;
    let listed = listed()?;
    let tried = try_all(&groups(&counties, &listed));
    let silent: BTreeSet<_> = tried
        .iter()
        .filter(|(_, by)| by.is_none())
        .map(|(name, _)| name)
        .collect();
    let unlisted: Vec<_> = silent
        .iter()
        .filter(|name| !listed.contains_key(**name))
        .collect();
    ensure!(
        unlisted.is_empty(),
        "changed by one step these change no answer; mend the engine or list them with the reason: {unlisted:#?}"
    );
    let stale: Vec<_> = listed
        .keys()
        .filter(|name| !silent.contains(name))
        .map(|name| (name, tried.get(name)))
        .collect();
    ensure!(
        stale.is_empty(),
        "these are listed without effect but matter, or are no leaves: {stale:#?}"
    );
    Ok(())
}
