//! One project's page: which fields a section shows, and the person's own edits that can be taken back.

use std::rc::Rc;

use shared::field::{Field, FieldPath, Section};
use shared::ids::ProjectId;
use shared::project::ProjectView;
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
    /// 代填: who asked and why.
    pub on_behalf: Option<String>,
}

/// Edits made at once, which are taken back at once.
pub type Batch = Rc<Vec<Edit>>;

/// What a step back or forth does to one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// It writes this.
    Write(Value),
    /// Nothing: the value stands there already.
    Nothing,
    /// Nothing: somebody wrote since.
    Blocked,
}

impl Edit {
    /// What taking the edit back, or doing it again, means where this value stands now.
    #[must_use]
    pub fn turn(&self, redo: bool, now: &Value) -> Turn {
        let (from, to) = if redo {
            (&self.old, &self.new)
        } else {
            (&self.new, &self.old)
        };
        if now == to {
            Turn::Nothing
        } else if now == from {
            Turn::Write(to.clone())
        } else {
            Turn::Blocked
        }
    }
}

/// What can be taken back and done again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UndoStack {
    done: Vec<Batch>,
    undone: Vec<Batch>,
}

impl UndoStack {
    /// Remembers edits; what was undone before cannot be done again.
    pub fn push(&mut self, batch: Batch) {
        self.undone.clear();
        self.done.push(batch);
        if self.done.len() > UNDO_MAX {
            self.done.remove(0);
        }
    }

    /// The last edits, or these, moved to the other side: take them back, or do those that were undone again.
    pub fn step(&mut self, redo: bool, only: Option<&Batch>) -> Option<Batch> {
        let (from, to) = if redo {
            (&mut self.undone, &mut self.done)
        } else {
            (&mut self.done, &mut self.undone)
        };
        let at = match only {
            Some(batch) => from.iter().position(|known| Rc::ptr_eq(known, batch)),
            None => from.len().checked_sub(1),
        }?;
        let batch = from.remove(at);
        to.push(batch.clone());
        Some(batch)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn edit(new: &str) -> Batch {
        Rc::new(vec![Edit {
            project: ProjectId::from_parts(1, [1; 10]),
            path: FieldPath::once(Field::Name),
            old: Value::Null,
            new: Value::from(new),
            label: String::new(),
            on_behalf: None,
        }])
    }

    fn new(batch: Option<Batch>) -> Value {
        batch.unwrap()[0].new.clone()
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
        assert_eq!(new(stack.step(false, None)), Value::from("b"));
        assert_eq!(new(stack.step(true, None)), Value::from("b"));
        stack.step(false, None);
        stack.push(edit("c"));
        assert_eq!(stack.step(true, None), None);
        assert_eq!(new(stack.step(false, None)), Value::from("c"));
        assert_eq!(new(stack.step(false, None)), Value::from("a"));
        assert_eq!(stack.step(false, None), None);
    }

    #[test]
    fn edits_that_are_named_are_taken_back_once_wherever_they_stand() {
        let mut stack = UndoStack::default();
        let first = edit("a");
        stack.push(first.clone());
        stack.push(edit("b"));
        assert_eq!(new(stack.step(false, Some(&first))), Value::from("a"));
        assert_eq!(stack.step(false, Some(&first)), None);
        assert_eq!(new(stack.step(false, None)), Value::from("b"));
    }

    #[test]
    fn a_step_writes_only_where_nobody_wrote_since() {
        let edit = &edit("b")[0];
        let (old, new, other) = (Value::Null, Value::from("b"), Value::from("c"));
        assert_eq!(edit.turn(false, &new), Turn::Write(old.clone()));
        assert_eq!(edit.turn(false, &old), Turn::Nothing);
        assert_eq!(edit.turn(false, &other), Turn::Blocked);
        assert_eq!(edit.turn(true, &old), Turn::Write(new.clone()));
        assert_eq!(edit.turn(true, &new), Turn::Nothing);
    }

    #[test]
    fn only_the_last_fifty_edits_are_kept() {
        let mut stack = UndoStack::default();
        for number in 0..60 {
            stack.push(edit(&number.to_string()));
        }
        assert_eq!(
            std::iter::from_fn(|| stack.step(false, None)).count(),
            UNDO_MAX
        );
    }
}
