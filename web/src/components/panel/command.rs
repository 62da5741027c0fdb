//! The command that a form or button of a panel carries, with what the person gave in its places (`template` in `node/src/http/panels/draw.rs`).

use shared::field::FieldPath;
use shared::ids::RowId;
use shared::value::Value;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::cell::{cells, elements, text_of, words_of};
use crate::client::clock;
use crate::hooks::session::Session;
use crate::state::outbox::DrawnCommand;

/// New keys for the blank ones of a form, each always the same.
struct Keys {
    /// The last digits of each blank key, with the key that took its place.
    known: Vec<(String, String)>,
    draw: fn() -> RowId,
}

impl Keys {
    /// The text with every blank key made new.
    fn fill(&mut self, text: &str) -> String {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once(RowId::BLANK) {
            let Some((digits, left)) = after.split_at_checked(2) else {
                break;
            };
            filled += before;
            let known = self.known.iter().position(|(blank, _)| blank == digits);
            let at = known.unwrap_or_else(|| {
                let key = (self.draw)().to_string();
                self.known.push((digits.to_owned(), key));
                self.known.len() - 1
            });
            filled += &self.known[at].1;
            rest = left;
        }
        filled + rest
    }
}

/// What a form or button has done, and what is asked once it is.
pub(super) struct Given {
    pub(super) command: DrawnCommand,
    pub(super) next: Option<String>,
}

/// The command that a form or button carries; nothing after saying what cannot be read, or where nothing was given.
pub(super) fn command_of(thing: &Element, session: &Session) -> Option<Given> {
    let template = thing.get_attribute("data-command")?;
    let has = |hole: &str| template.contains(hole);
    let (of_fields, of_columns) = (has("\"$fields\""), has("\"$columns\""));
    // What is new is written whole; of a row that stands, what was changed.
    let changes = of_columns && !has(RowId::BLANK);
    let mut keys = Keys {
        known: Vec::new(),
        draw: clock::new_row_id,
    };
    let (mut fields, mut columns, mut writes) = (String::new(), String::new(), Vec::new());
    for cell in cells(thing) {
        let Some(value) = cell.read(session) else {
            let _ = cell.element.unchecked_ref::<HtmlInputElement>().focus();
            return None;
        };
        let same = if changes { &cell.old } else { &Value::Null };
        if value == *same {
            continue;
        }
        let said = json(&value);
        let path: FieldPath = keys.fill(cell.path.as_str()).parse().ok()?;
        add(&mut fields, path.as_str(), &said);
        add(&mut columns, path.as_str().rsplit('/').next()?, &said);
        writes.push((path, value));
    }
    if (of_fields || of_columns) && writes.is_empty() {
        return None;
    }
    let filled = keys.fill(&template);
    let mut parts = filled.split("\"$");
    let mut command = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once('"')?;
        command += &match name {
            "fields" => format!("{{{fields}}}"),
            "columns" => format!("{{{columns}}}"),
            "value" => json(&writes.first()?.1),
            "cells" => {
                let mut said = String::new();
                for input in elements(thing, "[data-cell]") {
                    let text = text_of(&input);
                    if !text.is_empty() {
                        add(&mut said, &input.get_attribute("data-cell")?, &json(&text));
                    }
                }
                format!("{{{said}}}")
            }
            _ => {
                let input = thing.query_selector(&format!("[name={name}]")).ok()?;
                json(&input.map_or_else(String::new, |input| text_of(&input)))
            }
        };
        command += rest;
    }
    let around = |name| {
        let around = thing.closest(&format!("[{name}]")).ok().flatten();
        around.and_then(|around| around.get_attribute(name))
    };
    // A new row builds on nothing.
    let base = of_fields || changes;
    let command = DrawnCommand {
        command,
        project: around("data-project").and_then(|id| id.parse().ok()),
        writes,
        base: around("data-heads")
            .filter(|_| base)
            .map(|heads| words_of(&heads)),
        label: thing.get_attribute("data-label").unwrap_or_default(),
    };
    let next = thing.get_attribute("data-ask").map(|next| keys.fill(&next));
    Some(Given { command, next })
}

fn add(object: &mut String, key: &str, value: &str) {
    if !object.is_empty() {
        object.push(',');
    }
    *object += &format!("\"{key}\":{value}");
}

fn json<T: serde::Serialize>(thing: &T) -> String {
    serde_json::to_string(thing).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::ids::RowId;

    use super::Keys;

    #[test]
    fn a_blank_key_becomes_one_new_key_wherever_it_stands() {
        let [first, second] = [0, 1].map(|at| RowId::blank(at).to_string());
        let mut keys = Keys {
            known: Vec::new(),
            draw: || RowId::from_parts(1, [7; 10]),
        };
        let new = RowId::from_parts(1, [7; 10]);
        assert_eq!(
            keys.fill(&format!("issues/{first}/due")),
            format!("issues/{new}/due")
        );
        keys.draw = || RowId::from_parts(2, [8; 10]);
        let next = RowId::from_parts(2, [8; 10]);
        assert_eq!(
            keys.fill(&format!("{second} {first}")),
            format!("{next} {new}")
        );
        let other = RowId::from_parts(9, [0; 10]).to_string();
        assert_eq!(keys.fill(&other), other);
    }
}
