//! The words of a report the hub compiles: one part for each project, one paragraph for each thing it says.

use super::Lang;
use crate::field::Column;
use crate::rules::publications::Section;

/// The report as running text; empty when no unit said anything.
#[must_use]
pub fn compiled(sections: &[Section]) -> String {
    let parts = sections.iter().enumerate().map(|(index, section)| {
        let Section {
            project,
            unit,
            said,
        } = section;
        let mut part = format!("{}．{project}（{unit}）", index + 1);
        if said.is_empty() {
            part.push_str("\n本期无内容");
        }
        for (column, text) in said {
            part.push_str(&format!("\n{}：{text}", column.label(Lang::Zh)));
        }
        part
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

/// A problem in one line, with what is said of it.
#[must_use]
pub fn problem(description: &str, said: &[(Column, String)]) -> String {
    let said = said
        .iter()
        .map(|(column, text)| format!("{}：{text}", column.label(Lang::Zh)));
    let said: Vec<_> = said.collect();
    if said.is_empty() {
        return description.to_owned();
    }
    format!("{description}（{}）", said.join("，"))
}
