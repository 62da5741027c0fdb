//! Changes at the gate, and the life of a document that took them.

use std::cell::OnceCell;

use shared::document::{Author, Base, Document};
use shared::gate::{Voice, judge};
use shared::identity::{ProcessActor, actor_prefix};
use shared::ids::{DocumentId, NodeId, ProjectId};
use shared::time::Timestamp;
use shared::value::Value;

use super::Target;
use crate::mutate::{body, chunk};

pub(super) const TARGET: Target = Target {
    name: "gate",
    run,
    seeds,
    open: |bytes| {
        let (place, raw) = bytes.split_first()?;
        Some(vec![vec![*place], body(raw)?.to_vec()])
    },
    close: |parts| {
        let (place, body) = parts.split_first().expect("a place stands first");
        let place = place.first().copied().unwrap_or(0);
        [vec![place], chunk(&body.concat())].concat()
    },
    cases: 1_000,
};

/// How many honest changes may come before a hostile one.
const PLACES: usize = 3;

fn seeds() -> Vec<Vec<u8>> {
    let raws = (0..).zip(corpus().1).take(PLACES);
    raws.map(|(place, raw)| [vec![place], raw].concat())
        .collect()
}

/// The document the changes are of.
#[must_use]
pub fn id() -> DocumentId {
    DocumentId::Project(ProjectId::from_bytes([1; 16]))
}

/// The node that brings them.
#[must_use]
pub fn node() -> NodeId {
    NodeId::from_bytes([1; 32])
}

fn author(process: u8, at: i64) -> Author {
    Author {
        process: ProcessActor::new(node(), [process; 7]),
        message: "edit:abcdefgh".into(),
        at: Timestamp(1_795_000_000_000 + at),
        base: Base::Now,
    }
}

/// A document with a past, and honest changes that follow it: values of every shape, cleared ones, an edited text, two writers.
///
/// # Panics
/// When an honest write is refused.
#[must_use]
pub fn corpus() -> (Document, Vec<Vec<u8>>) {
    let mut document = Document::new(&id()).expect("genesis");
    let text = |text: &str| Value::Text(text.to_owned());
    let edits = |round: i64| {
        let row = format!("issues/01J9ZZZZZZZZZZZZZZZZZZZZ{:02}/title", round % 100);
        let note = match round % 3 {
            0 => Value::Null,
            _ => text("a note"),
        };
        let writes = [
            ("site", text(&format!("place {round}"))),
            ("total_investment_fen", Value::Int(round * 977)),
            ("is_public_interest", Value::Bool(round % 2 == 0)),
            ("notes", note),
            ("worklog", text(&format!("day {round}: ground broken"))),
            (row.as_str(), text("no water")),
        ];
        writes.map(|(path, value)| (path.parse().expect("a path"), value))
    };
    for round in 0..6 {
        document
            .write(&edits(round), &author(9, round))
            .expect("an honest write");
    }
    let mut copy = document.clone();
    let mut raws = Vec::new();
    for round in 6..18 {
        let writer = if round % 4 == 3 { 8 } else { 9 };
        let made = copy
            .write(&edits(round), &author(writer, round))
            .expect("an honest write");
        raws.extend(made.iter().map(|change| change.raw_bytes().to_vec()));
    }
    (document, raws)
}

/// Whose changes count here.
#[must_use]
pub fn voice() -> Voice {
    Voice::Only([actor_prefix(node())].into())
}

/// Judges a hostile change among honest ones and lives on: what passed is applied, edited further, saved and read back. Says whether
/// anything passed.
///
/// # Errors
/// What is broken after it.
pub fn live_through(document: &Document, raws: Vec<Vec<u8>>) -> Result<bool, String> {
    let verdict = judge(document, &id(), raws, &voice());
    let passed = !verdict.passed.is_empty();
    let mut after = document.clone();
    let changes = verdict.passed.into_iter().map(|passed| passed.change);
    after
        .apply(changes.collect())
        .map_err(|error| format!("what passed does not apply: {error}"))?;
    let edit = [("site".parse().expect("a path"), Value::from("after"))];
    after
        .write(&edit, &author(7, 99))
        .map_err(|error| format!("no honest edit after it: {error}"))?;
    let loaded = Document::load(&after.save())
        .map_err(|error| format!("it cannot be read back: {error}"))?;
    if loaded.heads() != after.heads() {
        return Err("it reads back with other heads".to_owned());
    }
    let values = |document: &Document| {
        let entries = document.entries();
        let values = entries.iter().map(|e| (e.path.clone(), e.winner().clone()));
        format!("{:?}", values.collect::<Vec<_>>())
    };
    if values(&loaded) != values(&after) {
        return Err("it reads back with other values".to_owned());
    }
    Ok(passed)
}

/// Documents as they are after none, one and two of the honest changes, and those that follow.
type Grounds = Vec<(Document, Vec<Vec<u8>>)>;

fn grounds_made() -> Grounds {
    let (mut document, honest) = corpus();
    let after = |number: usize| {
        let ground = (document.clone(), honest[number..].to_vec());
        let change = shared::gate::parse(&honest[number]).expect("a change");
        document.apply(vec![change]).expect("it applies");
        ground
    };
    (0..PLACES).map(after).collect()
}

/// A case says first how many honest changes came before it.
fn run(bytes: &[u8]) -> bool {
    thread_local! {
        static GROUNDS: OnceCell<Grounds> = const { OnceCell::new() };
    }
    let Some((place, raw)) = bytes.split_first() else {
        return false;
    };
    GROUNDS.with(|grounds| {
        let grounds = grounds.get_or_init(grounds_made);
        let (document, honest) = &grounds[usize::from(*place) % PLACES];
        let alone = live_through(document, vec![raw.to_vec()]);
        let mut among = vec![raw.to_vec()];
        among.extend_from_slice(honest);
        let among = live_through(document, among);
        match (alone, among) {
            (Ok(passed), Ok(_)) => passed,
            (Err(problem), _) | (_, Err(problem)) => panic!("{problem}"),
        }
    })
}
