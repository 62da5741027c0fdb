//! Reading what people write: money, dates, periods, percent, names. Used by the import and by every input of the browser.
//!
//! Nothing here uses floating point: a number is its decimal digits, and money becomes whole fen or is refused. Placeholders (待定, —, /)
//! mean "no value" and never zero. What cannot be read is an error that says why; nothing is guessed silently: a guess comes back
//! as a mark beside the value.

pub mod clean;
pub mod date;
pub mod money;
pub mod percent;
pub mod phrase;

/// True for the signs and words people put where they have no value: 待定, —, /, 无, N/A.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let text = clean::compact(text);
    text.is_empty()
        || matches!(
            text.to_ascii_lowercase().as_str(),
            "待定"
                | "未定"
                | "暂定"
                | "暂无"
                | "无"
                | "空"
                | "待核"
                | "待核实"
                | "待明确"
                | "待补"
                | "未明确"
                | "不详"
                | "n/a"
                | "na"
                | "null"
                | "none"
                | "tbd"
        )
        || text
            .chars()
            .all(|c| matches!(c, '-' | '/' | '\\' | '.' | '…' | '?' | '_' | '·'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_for_no_value_are_known_and_zero_is_not_one() {
        for text in [
            "", "  ", "—", "——", "/", "／", "－", "待定", "无", "N/A", "…", "\u{200b}", "待 定",
        ] {
            assert!(is_placeholder(text), "{text:?}");
        }
        for text in ["0", "0.00", "无锡路", "1"] {
            assert!(!is_placeholder(text), "{text:?}");
        }
    }
}
