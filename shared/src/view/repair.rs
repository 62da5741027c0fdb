//! What a repair of a record would come to, in words (`sync::repair`).

use super::Names;
use crate::api::{Repair, RepairValue};
use crate::document::hex;
use crate::field::{FieldPath, Kind, Target};
use crate::library::{Library, LibraryError};
use crate::store::Reader;
use crate::sync::Plan;
use crate::text::Lang;
use crate::text::fields::fixed_label;
use crate::text::records::{amount, comma, flag};
use crate::text::refusal::path_label;
use crate::text::repair::RepairWords;
use crate::time::Timestamp;
use crate::value::Value;

/// The plan of a repair; `name` is what people call the record.
///
/// # Errors
/// When a document cannot be read.
pub fn repair(
    library: &mut Library,
    reader: &dyn Reader,
    name: String,
    plan: &Plan,
    lang: Lang,
) -> Result<Repair, LibraryError> {
    let mut names = Names::load(library, reader)?;
    let (mut values, mut told) = (Vec::new(), Vec::new());
    for lost in &plan.branch.lost {
        let is_writable = plan.keeps(lost);
        let by = names.writer(reader, &lost.by)?;
        let words = RepairWords::Value {
            label: path_label(&lost.path, lang),
            old: shown(&lost.path, &lost.kept, lang),
            new: shown(&lost.path, &lost.value, lang),
            by: [by.unit, by.name].join(" ").trim().to_owned(),
            at: Timestamp(lost.by.seconds.saturating_mul(1_000)),
            is_writable: is_writable || !plan.is_ours,
        };
        told.push(words.text(lang));
        values.push(RepairValue {
            path: lost.path.clone(),
            is_writable,
        });
    }
    let changes = plan.branch.left.len();
    let words = if plan.is_ours {
        let values = values.iter().filter(|value| value.is_writable).count();
        RepairWords::Plan {
            document: name,
            changes,
            values,
        }
    } else {
        RepairWords::NotOurs {
            document: name,
            changes,
        }
    };
    told.insert(0, words.text(lang));
    Ok(Repair {
        token: Some(hex(&plan.mark)),
        told,
        values,
    })
}

/// A value for reading; of a county's own options the id.
fn shown(path: &FieldPath, value: &Value, lang: Lang) -> String {
    let kind = match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => field.kind(),
        Target::Cell(_, _, column) => column.kind(),
        Target::Unknown => Kind::Text,
    };
    let option = |list, id: &str| fixed_label(list, id, lang).unwrap_or(id).to_owned();
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (_, Value::Bool(yes)) => flag(*yes, lang).to_owned(),
        (Kind::Money, Value::Int(fen)) => amount(*fen, lang),
        (Kind::Percent, Value::Int(percent)) => format!("{percent}%"),
        (Kind::Moment, Value::Int(ms)) => Timestamp(*ms).to_string(),
        (_, Value::Int(number)) => number.to_string(),
        (Kind::Choice(list), Value::Text(id)) => option(list, id),
        (Kind::Set(list), Value::Text(ids)) => {
            let labels: Vec<String> = ids.split(',').map(|id| option(list, id)).collect();
            labels.join(comma(lang))
        }
        (_, Value::Text(text)) => text.clone(),
    }
}
