//! Records of the peers' workload as documents of ours, and back.
//!
//! The workload (a benchmark of sync stacks, fixed outside this repository) knows records of flat fields and two lists, with
//! a history of changes. A record becomes a project: fields that have a counterpart take its path, the others a path of their
//! own that the rules do not know and sync carries all the same; a row of a list takes a ULID. One change of the workload is
//! one change of the document. [`SetDigest`] is the workload's digest of a set of records.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
use shared::document::Document;
use shared::field::{Field, FieldPath};
use shared::ids::{DocumentId, ProjectId, RowId, UnitId, UserId};
use shared::value::Value;

/// Fields with a counterpart of the same kind and of an authority a township has.
const KNOWN: [(&str, Field); 8] = [
    ("name", Field::Name),
    ("site", Field::Site),
    ("content", Field::ContentScale),
    ("image_progress", Field::ImageNow),
    ("contact_phone", Field::LiaisonPhone),
    ("start_planned", Field::PlannedStart),
    ("finish_planned", Field::PlannedCompletion),
    ("nature", Field::BuildNature),
];
/// Marks paths that are the workload's own.
const OWN: &str = "w_";
const LISTS: [&str; 2] = ["reports", "issues"];

/// One change of the workload.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Change {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub ops: Vec<(String, Vec<Json>, Json)>,
}

/// Turns changes of one record into edits of its document.
#[derive(Debug, Default)]
pub struct Writer {
    /// The rows of each list, in the order they were pushed.
    rows: BTreeMap<String, Vec<RowId>>,
}

impl Writer {
    /// The edits of one change.
    ///
    /// # Errors
    /// When the change is not what the workload describes.
    pub fn edits(&mut self, change: &Change) -> anyhow::Result<Vec<(FieldPath, Value)>> {
        let mut edits = Vec::new();
        for (kind, path, value) in &change.ops {
            match (kind.as_str(), path.as_slice()) {
                ("set", [Json::String(field)]) if LISTS.contains(&field.as_str()) => {}
                ("set", [Json::String(field)]) => edits.push((path_of(field)?, scalar(value))),
                (
                    "set",
                    [
                        Json::String(list),
                        Json::Number(index),
                        Json::String(column),
                    ],
                ) => {
                    let index = usize::try_from(index.as_u64().unwrap_or(u64::MAX))?;
                    let row = self.rows.get(list).and_then(|rows| rows.get(index));
                    let row = *row.ok_or_else(|| anyhow::anyhow!("{list} has no row {index}"))?;
                    edits.push((cell(list, row, column)?, scalar(value)));
                }
                ("push", [Json::String(list)]) => {
                    let rows = self.rows.entry(list.clone()).or_default();
                    let row = row_of(change, list, rows.len());
                    rows.push(row);
                    let columns = value.as_object().into_iter().flatten();
                    for (column, value) in columns {
                        edits.push((cell(list, row, column)?, scalar(value)));
                    }
                }
                _ => anyhow::bail!("unknown operation {kind} {path:?}"),
            }
        }
        Ok(edits)
    }
}

fn path_of(field: &str) -> anyhow::Result<FieldPath> {
    match KNOWN.iter().find(|(name, _)| *name == field) {
        Some((_, known)) => Ok(FieldPath::once(*known)),
        None => Ok(format!("{OWN}{field}").parse()?),
    }
}

fn cell(list: &str, row: RowId, column: &str) -> anyhow::Result<FieldPath> {
    Ok(format!("{OWN}{list}/{row}/{column}").parse()?)
}

/// A ULID as a person's device would have drawn it: the moment, then what looks like chance.
fn row_of(change: &Change, list: &str, index: usize) -> RowId {
    let hash = Sha256::digest(format!("{}/{}/{list}/{index}", change.at, change.by));
    let mut random = [0; 10];
    random.copy_from_slice(&hash[..10]);
    RowId::from_parts(
        u64::try_from(seconds(&change.at)).unwrap_or(0) * 1000,
        random,
    )
}

/// Seconds since 1970 of the workload's `YYYY-MM-DDTHH:MM:SS+08:00`.
#[must_use]
pub fn seconds(at: &str) -> i64 {
    let number = |from: usize, to: usize| {
        let digits = at.get(from..to).unwrap_or("0");
        digits.parse::<i64>().unwrap_or(0)
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days from the civil calendar (Hinnant).
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * 86_400 + number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19) - 8 * 3600
}

fn scalar(value: &Json) -> Value {
    match value {
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => number.as_i64().map_or(Value::Null, Value::Int),
        Json::String(text) => Value::Text(text.clone()),
        _ => Value::Null,
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
    }
}

/// The project of a record: its sixteen hex digits in the random part, an even moment before them.
///
/// # Errors
/// When the id is not the workload's.
pub fn project_of(id: &str) -> anyhow::Result<ProjectId> {
    let digits = id.strip_prefix('P').unwrap_or(id);
    let number = u64::from_str_radix(digits, 16)?;
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    Ok(ProjectId::from_parts(1_764_547_200_000, random))
}

/// The document of a record.
///
/// # Errors
/// As [`project_of`].
pub fn document_of(id: &str) -> anyhow::Result<DocumentId> {
    Ok(DocumentId::Project(project_of(id)?))
}

/// The home of a record, as every project of ours names it.
#[must_use]
pub fn home(unit: UnitId) -> (FieldPath, Value) {
    let path = FieldPath::once(Field::HomeNode);
    (path, Value::Text(unit.to_string()))
}

/// The account a person of the workload writes under.
#[must_use]
pub fn user_of(by: &str) -> UserId {
    let mut bytes = [0; 5];
    bytes.copy_from_slice(&Sha256::digest(by)[..5]);
    UserId::from_bytes(bytes)
}

/// The record that stands in a document; `None` when it is not of the workload.
#[must_use]
pub fn record(document: &Document) -> Option<Map<String, Json>> {
    let mut record = Map::new();
    let mut lists: BTreeMap<&str, BTreeMap<String, Map<String, Json>>> = BTreeMap::new();
    for list in LISTS {
        lists.insert(list, BTreeMap::new());
    }
    for entry in document.entries() {
        let path = entry.path.as_str();
        let value = json(entry.winner());
        if let Some((name, _)) = KNOWN.iter().find(|(_, field)| field.id() == path) {
            record.insert((*name).to_owned(), value);
            continue;
        }
        let Some(own) = path.strip_prefix(OWN) else {
            continue;
        };
        let mut parts = own.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(list), Some(row), Some(column)) => {
                let rows = lists.get_mut(list)?;
                let row = rows.entry(row.to_owned()).or_default();
                row.insert(column.to_owned(), value);
            }
            (Some(field), None, None) => {
                record.insert(field.to_owned(), value);
            }
            _ => return None,
        }
    }
    for (list, rows) in lists {
        let mut rows: Vec<Map<String, Json>> = rows.into_values().collect();
        let text = |row: &Map<String, Json>, column: &str| {
            row.get(column)
                .and_then(Json::as_str)
                .unwrap_or("")
                .to_owned()
        };
        rows.sort_by_key(|row| (text(row, "period"), text(row, "by"), text(row, "id")));
        let rows = rows.into_iter().map(Json::Object).collect();
        record.insert(list.to_owned(), Json::Array(rows));
    }
    record.contains_key("project_id").then_some(record)
}

/// The record as the workload writes it: keys sorted, no spaces.
#[must_use]
pub fn canonical(record: &Map<String, Json>) -> String {
    fn sorted(value: &Json) -> Json {
        match value {
            Json::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort();
                let sorted = keys.into_iter().map(|key| (key.clone(), sorted(&map[key])));
                Json::Object(sorted.collect())
            }
            Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    sorted(&Json::Object(record.clone())).to_string()
}

/// The workload's hash of one record.
#[must_use]
pub fn hash(record: &Map<String, Json>) -> [u8; 32] {
    let id = record.get("project_id").and_then(Json::as_str);
    let mut hasher = Sha256::new();
    hasher.update(id.unwrap_or(""));
    hasher.update([0]);
    hasher.update(canonical(record));
    hasher.finalize().into()
}

/// The digest of a set of records: the exclusive or of their hashes, so that order does not matter.
#[derive(Debug, Default)]
pub struct SetDigest {
    sum: [u8; 32],
    each: BTreeMap<DocumentId, [u8; 32]>,
}

impl SetDigest {
    /// Says what stands in a record now.
    pub fn put(&mut self, id: DocumentId, hash: [u8; 32]) {
        if let Some(old) = self.each.insert(id, hash) {
            self.toggle(&old);
        }
        self.toggle(&hash);
    }

    fn toggle(&mut self, hash: &[u8; 32]) {
        for (byte, other) in self.sum.iter_mut().zip(hash) {
            *byte ^= other;
        }
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// Their digest in hex.
    #[must_use]
    pub fn to_hex(&self) -> String {
        shared::document::hex(&self.sum)
    }

    /// The hash of one record.
    #[must_use]
    pub fn hash_of(&self, id: &DocumentId) -> Option<&[u8; 32]> {
        self.each.get(id)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use shared::document::{Author, Base};
    use shared::identity::ProcessActor;
    use shared::ids::NodeId;
    use shared::time::Timestamp;

    #[test]
    fn seconds_follow_the_calendar() {
        assert_eq!(seconds("1970-01-01T08:00:00+08:00"), 0);
        assert_eq!(seconds("2026-03-01T08:00:00+08:00"), 1_772_323_200);
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        let change: Change = serde_json::from_str(
            r#"{"at":"2026-01-25T09:00:00+08:00","by":"陈晓","ops":[
                ["set",["project_id"],"P00000000000000ff"],["set",["name"],"桥"],["set",["stage"],"开工"],
                ["set",["total"],12],["set",["done"],true],["set",["finish"],null],["set",["issues"],[]],
                ["push",["issues"],{"id":"P-2","status":"未办结"}],
                ["push",["issues"],{"id":"P-1","status":"未办结"}],
                ["set",["issues",0,"status"],"已办结"]]}"#,
        )
        .unwrap();
        let mut document = Document::new(&document_of("P00000000000000ff").unwrap()).unwrap();
        let edits = Writer::default().edits(&change).unwrap();
        let author = Author {
            process: ProcessActor::new(NodeId::from_bytes([1; 32]), [2; 7]),
            message: "edit".to_owned(),
            at: Timestamp(0),
            base: Base::Now,
        };
        document.write(&edits, &author).unwrap();
        let found = canonical(&record(&document).unwrap());
        let wanted = concat!(
            r#"{"done":true,"finish":null,"issues":[{"id":"P-1","status":"未办结"},"#,
            r#"{"id":"P-2","status":"已办结"}],"name":"桥","project_id":"P00000000000000ff","#,
            r#""reports":[],"stage":"开工","total":12}"#
        );
        assert_eq!(found, wanted);
    }
}
