//! Where in a JSON text something stands: the keys that lead to a byte, and the line of a path.

use super::Finding;

/// Names the place in the file at which reading stopped.
pub(in crate::profile) fn located(json: &str, error: &serde_json::Error) -> Finding {
    let offset = json
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>()
        + error.column();
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    Finding {
        path: path_at(json, offset),
        line: Some(error.line()),
        message,
    }
}

/// The line on which a path begins; that of the nearest place above it when the path itself does not stand in the text.
pub(in crate::profile) fn line_of(json: &str, path: &str) -> Option<usize> {
    let mut walk = Walk::default();
    let mut line = 1;
    let mut best: Option<(usize, usize)> = None;
    for (at, byte) in json.bytes().enumerate() {
        walk.step(json, at, byte);
        if byte == b'\n' {
            line += 1;
        }
        if matches!(byte, b':' | b'{' | b'[' | b',') && walk.in_string.is_none() {
            let depth = walk.depth_of(path);
            if depth > best.map_or(0, |(depth, _)| depth) {
                // After a bracket or comma the value may begin on a later line.
                let rest = json.get(at + 1..).unwrap_or("");
                let blank = rest.len() - rest.trim_start().len();
                let breaks = rest.get(..blank).unwrap_or("").matches('\n').count();
                best = Some((depth, line + breaks));
            }
        }
    }
    best.map(|(_, line)| line)
}

/// The keys that lead to a byte.
fn path_at(json: &str, offset: usize) -> String {
    let mut walk = Walk::default();
    for (at, byte) in json.bytes().enumerate().take(offset) {
        walk.step(json, at, byte);
    }
    let Walk {
        mut stack,
        key,
        is_value,
        ..
    } = walk;
    // An unknown key is reported right after the key itself, before its colon.
    if let Some(top) = stack.last_mut().filter(|top| top.parse::<usize>().is_err())
        && !is_value
        && !key.is_empty()
    {
        *top = key;
    }
    stack.join(".")
}

/// A reader of JSON text that knows where it is.
#[derive(Default)]
struct Walk {
    stack: Vec<String>,
    key: String,
    in_string: Option<usize>,
    escaped: bool,
    is_value: bool,
}

impl Walk {
    fn step(&mut self, json: &str, at: usize, byte: u8) {
        match (self.in_string, byte) {
            (Some(_), _) if self.escaped => self.escaped = false,
            (Some(_), b'\\') => self.escaped = true,
            (Some(start), b'"') => {
                json.get(start..at).unwrap_or("").clone_into(&mut self.key);
                self.in_string = None;
            }
            (Some(_), _) => {}
            (None, b'"') => self.in_string = Some(at + 1),
            (None, b':') => {
                self.is_value = true;
                if let Some(top) = self.stack.last_mut() {
                    top.clone_from(&self.key);
                }
            }
            (None, b'{') => {
                self.is_value = false;
                self.stack.push(String::new());
            }
            (None, b'[') => self.stack.push("0".to_owned()),
            (None, b',') => {
                self.is_value = false;
                if let Some(index) = self.stack.last().and_then(|top| top.parse::<usize>().ok()) {
                    self.stack.pop();
                    self.stack.push((index + 1).to_string());
                }
            }
            (None, b'}' | b']') => {
                self.is_value = true;
                self.stack.pop();
            }
            (None, _) => {}
        }
    }

    /// How many leading parts of a path lead to where the reader is; 0 when it is elsewhere.
    fn depth_of(&self, path: &str) -> usize {
        let mut parts = path.split('.');
        let mut depth = 0;
        for place in &self.stack {
            if place.is_empty() {
                break;
            }
            // A key may hold dots itself; then it is several parts.
            for part in place.split('.') {
                if parts.next() != Some(part) {
                    return 0;
                }
                depth += 1;
            }
        }
        depth
    }
}
