//! Lines and words of a chart.

use svg::node::element::{Group, Line, Text, Title};

/// The colour of rules between cells.
pub(super) const RULE: &str = "#bbbbbb";

/// Wrapped text of a size in a cell, in the middle of its height; what does not fit is cut.
pub(super) fn paragraph(
    mut group: Group,
    text: &str,
    size: f64,
    (x, width): (f64, f64),
    (top, height): (f64, f64),
) -> Group {
    let step = size * 1.15;
    let most = ((height - 0.6) / step).floor().max(1.0) as usize;
    let wrapped = wrap(text, (width - 1.2) / size, most);
    let first = top + (height - step * wrapped.len() as f64) / 2.0 + size * 0.92;
    for (at, line) in wrapped.iter().enumerate() {
        group = group.add(label(x + 0.6, first + step * at as f64, size, line));
    }
    group
}

pub(super) fn label(x: f64, y: f64, size: f64, text: &str) -> Text {
    Text::new(text)
        .set("x", short(x))
        .set("y", short(y))
        .set("font-size", short(size))
}

pub(super) fn title_of(text: &str) -> Title {
    Title::new(text)
}

pub(super) fn rule(x1: f64, y1: f64, x2: f64, y2: f64) -> Line {
    Line::new()
        .set("x1", short(x1))
        .set("y1", short(y1))
        .set("x2", short(x2))
        .set("y2", short(y2))
        .set("stroke", RULE)
        .set("stroke-width", 0.2)
}

/// Hundredths of a millimetre are enough.
fn short(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}

/// The width of a character in its own height: Chinese ones are square, the others about half.
fn width_of_char(letter: char) -> f64 {
    if letter.is_ascii() { 0.56 } else { 1.0 }
}

pub(super) fn width_of(text: &str) -> f64 {
    text.chars().map(width_of_char).sum()
}

/// Breaks a text into lines of a width, at most so many; what is cut ends in `…`.
pub(super) fn wrap(text: &str, width: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for letter in text
        .chars()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
    {
        let wide = width_of_char(letter);
        if used + wide > width && used > 0.0 {
            if lines.len() == most {
                if let Some(last) = lines.last_mut() {
                    last.pop();
                    last.push('…');
                }
                return lines;
            }
            lines.push(String::new());
            used = 0.0;
        }
        if let Some(last) = lines.last_mut() {
            last.push(letter);
        }
        used += wide;
    }
    lines
}
