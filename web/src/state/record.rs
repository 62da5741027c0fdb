//! One project's page: which fields a section shows, and the person's own edits that can be taken back.

use shared::field::{Field, FieldPath, Scope, Section};
use shared::ids::ProjectId;
use shared::project::ProjectView;
use shared::time::Month;
use shared::value::Value;

/// The sections of the record, in order.
pub const SECTIONS: [Section; 5] = [
    Section::Identity,
    Section::People,
    Section::Content,
    Section::Money,
    Section::Progress,
];

/// Edits that can be taken back (ux.md 5.0).
const UNDO_MAX: usize = 50;

/// The path of a field for the chosen month.
#[must_use]
pub fn path_of(field: Field, period: Month) -> FieldPath {
    match field.scope() {
        Scope::Once => FieldPath::once(field),
        Scope::Year => FieldPath::year(period.year(), field),
        Scope::Month => FieldPath::month(period, field),
    }
}

/// The fields of a section, without those the page shows elsewhere (deletion is a banner).
pub fn fields_of(section: Section) -> impl Iterator<Item = Field> {
    Field::ALL.iter().copied().filter(move |field| {
        field.section() == section && !matches!(field, Field::Deleted | Field::Demo)
    })
}

/// Paths of a view no field or table of this version knows.
pub fn unknown_paths(view: &ProjectView) -> impl Iterator<Item = (&FieldPath, &Value)> {
    view.cells
        .iter()
        .filter(|(path, cell)| {
            path.target() == shared::field::Target::Unknown && !cell.value.is_null()
        })
        .map(|(path, cell)| (path, &cell.value))
}

/// One edit of a field by this person in this page's life.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The project.
    pub project: ProjectId,
    /// The field.
    pub path: FieldPath,
    /// What stood there.
    pub old: Value,
    /// What he wrote.
    pub new: Value,
    /// Its name, for the note.
    pub label: String,
    /// Heads the person saw; the base of an undo is what stands then.
    pub on_behalf: Option<String>,
}

/// What can be taken back and done again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UndoStack {
    done: Vec<Edit>,
    undone: Vec<Edit>,
}

impl UndoStack {
    /// Remembers an edit; what was undone before cannot be done again.
    pub fn push(&mut self, edit: Edit) {
        self.undone.clear();
        self.done.push(edit);
        if self.done.len() > UNDO_MAX {
            self.done.remove(0);
        }
    }

    /// The last edit, moved to the other side: write its `old`.
    pub fn undo(&mut self) -> Option<Edit> {
        let edit = self.done.pop()?;
        self.undone.push(edit.clone());
        Some(edit)
    }

    /// The last undone edit, moved back: write its `new`.
    pub fn redo(&mut self) -> Option<Edit> {
        let edit = self.undone.pop()?;
        self.done.push(edit.clone());
        Some(edit)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn edit(new: &str) -> Edit {
        Edit {
            project: ProjectId::from_parts(1, [1; 10]),
            path: FieldPath::once(Field::Name),
            old: Value::Null,
            new: Value::from(new),
            label: String::new(),
            on_behalf: None,
        }
    }

    #[test]
    fn every_field_stands_in_exactly_one_section() {
        let shown: usize = SECTIONS
            .iter()
            .map(|section| fields_of(*section).count())
            .sum();
        assert_eq!(shown + 2, Field::ALL.len());
    }

    #[test]
    fn an_undone_edit_can_be_done_again_until_something_else_is_written() {
        let mut stack = UndoStack::default();
        stack.push(edit("a"));
        stack.push(edit("b"));
        assert_eq!(stack.undo().unwrap().new, Value::from("b"));
        assert_eq!(stack.redo().unwrap().new, Value::from("b"));
        stack.undo();
        stack.push(edit("c"));
        assert_eq!(stack.redo(), None);
        assert_eq!(stack.undo().unwrap().new, Value::from("c"));
        assert_eq!(stack.undo().unwrap().new, Value::from("a"));
        assert_eq!(stack.undo(), None);
    }

    #[test]
    fn only_the_last_fifty_edits_are_kept() {
        let mut stack = UndoStack::default();
        for number in 0..60 {
            stack.push(edit(&number.to_string()));
        }
        assert_eq!(std::iter::from_fn(|| stack.undo()).count(), UNDO_MAX);
    }
}
