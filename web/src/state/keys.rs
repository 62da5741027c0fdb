//! What a key means, decided without a DOM.
//!
//! While an input method composes, Enter, arrows and Esc belong to it (ux.md 5.0): browsers say so by `isComposing` or by
//! the key code 229.

/// A key press as far as decisions need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Press {
    /// The key's name.
    pub key: String,
    /// Ctrl or Cmd.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
    /// True while an input method composes.
    pub composing: bool,
}

impl Press {
    /// Reads a browser's event.
    #[must_use]
    pub fn of(event: &web_sys::KeyboardEvent) -> Self {
        Self {
            key: event.key(),
            ctrl: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
            composing: event.is_composing() || event.key_code() == 229,
        }
    }
}

/// What a key does in an input of a form or grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKey {
    /// Save and go this many rows and cells on.
    Move {
        /// Rows down.
        rows: i32,
        /// Cells right.
        cells: i32,
    },
    /// Give the edit up.
    GiveUp,
    /// Show the field's history.
    History,
    /// Take the last edit back.
    Undo,
    /// Do it again.
    Redo,
    /// Mark the row as unchanged this month.
    Nil,
    /// Take over last month's words.
    Carry,
    /// Take what stands in the cell above.
    FillDown,
    /// Go to the grid's first cell, or to its last.
    Edge {
        /// The last.
        last: bool,
    },
    /// Write in what stands there: the arrows are the text's.
    Write,
}

/// What stands in the input while a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// The input takes several lines.
    pub lines: bool,
    /// It was typed in since the focus came.
    pub touched: bool,
    /// Nothing stands in it.
    pub empty: bool,
}

/// Decides a key in an input. `None`: the browser's own business.
#[must_use]
pub fn in_input(press: &Press, inside: Inside) -> Option<InputKey> {
    if press.composing {
        return None;
    }
    let step = if press.shift { -1 } else { 1 };
    match press.key.as_str() {
        "Enter" if press.ctrl => Some(InputKey::History),
        "Enter" if inside.lines && press.shift => None,
        "Enter" => Some(InputKey::Move {
            rows: step,
            cells: 0,
        }),
        "Escape" => Some(InputKey::GiveUp),
        // Arrows move the caret while someone is typing, and between cells otherwise.
        "ArrowDown" if !inside.touched => Some(InputKey::Move { rows: 1, cells: 0 }),
        "ArrowUp" if !inside.touched => Some(InputKey::Move { rows: -1, cells: 0 }),
        "ArrowRight" if !inside.touched => Some(InputKey::Move { rows: 0, cells: 1 }),
        "ArrowLeft" if !inside.touched => Some(InputKey::Move { rows: 0, cells: -1 }),
        "Home" | "End" if press.ctrl && !inside.touched => Some(InputKey::Edge {
            last: press.key == "End",
        }),
        "F2" if !inside.touched => Some(InputKey::Write),
        "z" | "Z" if press.ctrl && press.shift && !inside.touched => Some(InputKey::Redo),
        "z" | "Z" if press.ctrl && !inside.touched => Some(InputKey::Undo),
        "y" | "Y" if press.ctrl && !inside.touched => Some(InputKey::Redo),
        "r" | "R" if press.alt => Some(InputKey::Nil),
        "d" | "D" if press.ctrl => Some(InputKey::FillDown),
        " " if inside.empty && !press.ctrl => Some(InputKey::Carry),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press {
            key: key.into(),
            ..Press::default()
        }
    }

    const FRESH: Inside = Inside {
        lines: false,
        touched: false,
        empty: false,
    };

    #[test]
    fn keys_of_an_input_method_are_left_alone() {
        for key in [
            "Enter",
            "Escape",
            "ArrowDown",
            "ArrowRight",
            " ",
            "F2",
            "Home",
        ] {
            let composing = Press {
                composing: true,
                ctrl: key == "Home",
                ..press(key)
            };
            assert_eq!(in_input(&composing, FRESH), None, "{key}");
        }
    }

    #[test]
    fn enter_goes_down_and_shift_enter_up_or_breaks_the_line() {
        let up = Press {
            shift: true,
            ..press("Enter")
        };
        assert_eq!(
            in_input(&press("Enter"), FRESH),
            Some(InputKey::Move { rows: 1, cells: 0 })
        );
        assert_eq!(
            in_input(&up, FRESH),
            Some(InputKey::Move { rows: -1, cells: 0 })
        );
        assert_eq!(
            in_input(
                &up,
                Inside {
                    lines: true,
                    ..FRESH
                }
            ),
            None
        );
    }

    #[test]
    fn the_ends_of_a_grid_are_reached_until_the_text_has_them() {
        let end = Press {
            ctrl: true,
            ..press("End")
        };
        assert_eq!(in_input(&end, FRESH), Some(InputKey::Edge { last: true }));
        assert_eq!(in_input(&press("End"), FRESH), None);
        let touched = Inside {
            touched: true,
            ..FRESH
        };
        assert_eq!(in_input(&end, touched), None);
        assert_eq!(in_input(&press("F2"), FRESH), Some(InputKey::Write));
    }

    #[test]
    fn arrows_and_undo_stay_with_the_text_once_it_was_touched() {
        let touched = Inside {
            touched: true,
            ..FRESH
        };
        assert_eq!(in_input(&press("ArrowLeft"), touched), None);
        let undo = Press {
            ctrl: true,
            ..press("z")
        };
        assert_eq!(in_input(&undo, touched), None);
        assert_eq!(in_input(&undo, FRESH), Some(InputKey::Undo));
    }
}
