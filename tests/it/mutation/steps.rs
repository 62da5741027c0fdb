//! The leaves of a profile and the one-step changes of each: a number up or down by one, an amount by one fen, a day to the next, a
//! word of a fixed ring to the next one.
//!
//! A leaf is told by its JSON pointer; a recurrence with several numbers has one leaf for each of them, told by `#1`, `#2` behind it.

use serde_json::Value;
use shared::profile::{Money, Recur};
use shared::time::Date;

/// A leaf with what it becomes when it is changed by one step. Where a leaf has two steps (a number), both are tried.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The JSON pointer, with `#n` for the n-th number of a recurrence.
    pub name: String,
    /// The JSON pointer.
    pointer: String,
    /// The values after one step.
    pub steps: Vec<Value>,
}

impl Leaf {
    /// Puts another value at this leaf of a file.
    pub fn put(&self, file: &mut Value, step: &Value) {
        if let Some(place) = file.pointer_mut(&self.pointer) {
            place.clone_from(step);
        }
    }

    /// Which number of its value it is; leaves with one part each never share a place.
    pub fn part(&self) -> &str {
        self.name.split_once('#').map_or("", |(_, part)| part)
    }
}

/// Words of which a key takes one; the step is to the next.
const RINGS: &[(&str, &[&str])] = &[
    ("mode", &["block", "override", "warn"]),
    ("mode", &["weighted", "points"]),
    ("class", &["duty", "in_principle", "on_demand", "periodic"]),
    ("judged_by", &["filed_at_with_grace", "received_at"]),
    (
        "holiday_shift",
        &["none", "next_workday", "previous_workday"],
    ),
    ("bimonthly", &["even", "odd"]),
];

/// Recurrences without a number, each with the next one; what has no calendar gets one.
const CADENCES: &[(&str, &str)] = &[
    ("weekly", "monthly"),
    ("monthly", "quarterly"),
    ("quarterly", "halfyearly"),
    ("halfyearly", "yearly"),
    ("yearly", "weekly"),
    ("periodic", "monthly"),
    ("immediate", "monthly"),
    ("on_demand", "monthly"),
];

/// Every leaf of a profile that is a number, an amount, a date, a time, a mode or a recurrence, in the order of the file.
pub fn leaves(file: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(file, &mut Vec::new(), &mut found);
    found
}

fn walk(value: &Value, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                path.push(key.clone());
                walk(value, path, found);
                path.pop();
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                path.push(index.to_string());
                walk(value, path, found);
                path.pop();
            }
        }
        Value::Number(number) => {
            let number = number.as_i64().expect("a whole number");
            let below = (number > 0).then(|| Value::from(number - 1));
            let steps = std::iter::once(Value::from(number + 1)).chain(below);
            found.push(leaf(path, "", steps.collect()));
        }
        Value::String(text) => words(text, path, found),
        Value::Null | Value::Bool(_) => {}
    }
}

fn leaf(path: &[String], part: &str, steps: Vec<Value>) -> Leaf {
    let escaped = path
        .iter()
        .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")));
    let pointer: String = escaped.collect();
    Leaf {
        name: format!("{pointer}{part}"),
        pointer,
        steps,
    }
}

/// The key a value stands under; a list's values stand under the key of the list.
fn key_of(path: &[String]) -> &str {
    let mut keys = path.iter().rev();
    let key = keys.find(|key| key.parse::<usize>().is_err());
    key.map_or("", String::as_str)
}

fn words(text: &str, path: &[String], found: &mut Vec<Leaf>) {
    let key = key_of(path);
    if matches!(key, "id" | "name_zh" | "clause" | "doc_no" | "guard") {
        return;
    }
    let ring = RINGS
        .iter()
        .find(|(known, words)| *known == key && words.contains(&text));
    if let Some((_, words)) = ring {
        found.push(leaf(path, "", vec![next(words, text).into()]));
    } else if let Ok(amount) = text.parse::<Money>() {
        let yuan = |fen: i64| format!("{}.{:02}\u{5143}", fen / 100, fen % 100).into();
        let fen = amount.fen().0;
        found.push(leaf(path, "", vec![yuan(fen + 1), yuan(fen - 1)]));
    } else if let Ok(day) = text.parse::<Date>() {
        found.push(leaf(path, "", vec![day.plus_days(1).to_string().into()]));
    } else if let Some(before) = second_before(text) {
        found.push(leaf(path, "", vec![before.into()]));
    } else if key == "first_days_window" || key == "horizon" {
        numbers(text, path, found);
    } else if let Some((_, next)) = CADENCES.iter().find(|(known, _)| *known == text) {
        found.push(leaf(path, "", vec![(*next).into()]));
    } else if text.parse::<Recur>().is_ok() {
        match text.split_once(':') {
            Some(("every2m", "even")) => found.push(leaf(path, "", vec!["every2m:odd".into()])),
            Some(("monthly", "last")) => found.push(leaf(path, "", vec!["monthly:30".into()])),
            Some(("once", _)) => found.push(leaf(path, "", vec!["monthly".into()])),
            _ => numbers(text, path, found),
        }
    }
}

fn next(ring: &[&str], word: &str) -> String {
    let mut cycle = ring.iter().cycle().skip_while(|known| **known != word);
    cycle.nth(1).copied().unwrap_or_default().to_owned()
}

fn second_before(time: &str) -> Option<String> {
    let mut parts = time.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let second: u8 = second.parse().ok()?;
    let second = second.checked_sub(1)?;
    parts
        .next()
        .is_none()
        .then(|| format!("{hour}:{minute}:{second:02}"))
}

/// One leaf for each day, month or count in a text: up by one, or down where up is no recurrence. Of a month and a day the day steps.
fn numbers(text: &str, path: &[String], found: &mut Vec<Leaf>) {
    let mut places = Vec::new();
    let mut begin = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (begin, letter.is_ascii_digit()) {
            (None, true) => begin = Some(at),
            (Some(from), false) => {
                places.push((from, at));
                begin = None;
            }
            _ => {}
        }
    }
    // `weekly:1` and `quarterly_start:1-10` count days, `every2m` is a name.
    for (place, (from, to)) in places.into_iter().enumerate() {
        let number: i64 = text[from..to].parse().expect("digits");
        let width = to - from;
        let stepped = [number + 1, number - 1].map(|number| {
            let (before, after) = (&text[..from], &text[to..]);
            Value::from(format!("{before}{number:0width$}{after}"))
        });
        found.push(leaf(path, &format!("#{}", place + 1), stepped.to_vec()));
    }
}
