//! Cleaning: what a person did not mean to type goes away, what he meant stays.
//!
//! [`line()`] and [`long`] keep the wording and are what is stored. [`normal`] is for comparing only: two names that differ in
//! spaces, width, brackets or quotes are the same name.

/// True for characters that take no room and were never typed on purpose.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
        || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// True for a character of Chinese writing, beside which a space means nothing.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// True when there is nothing to read.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// One line of text: no invisible characters, no line breaks, no runs of spaces, nothing around it.
///
/// A line break between two Chinese characters disappears (the cell was too narrow), any other becomes a space.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = Gap::None;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() {
            let broken = matches!(c, '\n' | '\r');
            gap = match gap {
                Gap::None if broken => Gap::Break,
                Gap::Break => Gap::Break,
                _ => Gap::Space,
            };
            continue;
        }
        if let Some(last) = out.chars().next_back() {
            match gap {
                Gap::Space => out.push(' '),
                Gap::Break if !(is_wide(last) && is_wide(c)) => out.push(' '),
                Gap::Break | Gap::None => {}
            }
        }
        gap = Gap::None;
        out.push(c);
    }
    out
}

#[derive(Clone, Copy)]
enum Gap {
    None,
    Break,
    Space,
}

/// Several lines of text: line breaks stay, each line is cleaned, empty lines at both ends go.
#[must_use]
pub fn long(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Full-width digits, letters and signs as their ASCII forms, dashes as `-`; the rest unchanged.
#[must_use]
pub fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(narrow_char)
        .collect()
}

fn narrow_char(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xff01 + u32::from('!')).unwrap_or(c)
        }
        '\u{3000}' | '\u{a0}' => ' ',
        '—' | '–' | '―' | '‐' | '‑' | '−' | '─' | '━' => '-',
        '￥' => '¥',
        '∕' => '/',
        '〔' | '【' => '[',
        '〕' | '】' => ']',
        _ => c,
    }
}

/// [`narrow`] without any white space: what numbers and dates are read from.
#[must_use]
pub fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c) && !c.is_whitespace())
        .map(narrow_char)
        .collect()
}

/// The form in which two names are compared: narrow, no spaces, quotes or middle dots, brackets alike, lower case.
#[must_use]
pub fn normal(text: &str) -> String {
    compact(text)
        .chars()
        .filter(|c| {
            !matches!(
                c,
                '"' | '\'' | '“' | '”' | '‘' | '’' | '「' | '」' | '《' | '》' | '·' | '•'
            )
        })
        .map(|c| match c {
            '[' | '{' => '(',
            ']' | '}' => ')',
            '、' | ';' => ',',
            _ => c,
        })
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// True for eleven digits that look like a mobile number, whatever stands between them.
#[must_use]
pub fn is_mobile_number(text: &str) -> bool {
    let text = compact(text);
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '(' | ')'));
    let digits = digits.strip_prefix(b"86").unwrap_or(&digits);
    plain && digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_loses_what_nobody_typed_on_purpose() {
        for (found, kept) in [
            (
                "奉节县独立工矿区\n瞿塘峡片区供水工程",
                "奉节县独立工矿区瞿塘峡片区供水工程",
            ),
            ("城南污\u{200b}水处理厂", "城南污水处理厂"),
            ("\u{3000}会理横山水库  ", "会理横山水库"),
            ("S324  改造", "S324 改造"),
            ("phase 1\r\nroad", "phase 1 road"),
            ("一\n \n二", "一二"),
        ] {
            assert_eq!(line(found), kept);
        }
        assert_eq!(long("\r\n 一 \r\n\r\n二\r\n"), "一\n\n二");
    }

    #[test]
    fn names_that_look_alike_are_the_same() {
        for (one, other) in [
            ("会理横山水库", "　会理 横山水库  "),
            ("项目（一期）", "项目(一期)"),
            ("“千万工程”建设—甲", "千万工程建设-甲"),
            ("Ｓ324公路", "s324公路"),
        ] {
            assert_eq!(normal(one), normal(other));
        }
        assert_ne!(normal("一期"), normal("二期"));
    }

    #[test]
    fn mobile_numbers_are_recognised() {
        assert!(is_mobile_number("138 0000-0000"));
        assert!(is_mobile_number("+8613800000000"));
        assert!(!is_mobile_number("23800000000"));
        assert!(!is_mobile_number("张三13800000000"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in any::<String>()) {
            prop_assert_eq!(line(&line(&text)), line(&text));
            prop_assert_eq!(long(&long(&text)), long(&text));
            prop_assert_eq!(compact(&compact(&text)), compact(&text));
        }
    }
}
