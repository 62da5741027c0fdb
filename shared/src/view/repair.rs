//! What a repair of a record would come to, in words (`sync::repair`).

use super::Names;
use crate::api::{Repair, RepairValue};
use crate::document::hex;
use crate::field::{FieldPath, Kind};
use crate::library::{Library, LibraryError};
use crate::store::Reader;
use crate::sync::Plan;
use crate::text::Lang;
use crate::text::fields::fixed_label;
use crate::text::records::shown;
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
            old: said(&lost.path, &lost.kept, lang),
            new: said(&lost.path, &lost.value, lang),
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
fn said(path: &FieldPath, value: &Value, lang: Lang) -> String {
    let option = |list: &str, id: &str| fixed_label(list, id, lang).unwrap_or(id).to_owned();
    shown(path.kind().unwrap_or(Kind::Text), value, lang, option)
}
