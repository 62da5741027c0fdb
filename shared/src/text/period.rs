//! Periods of reports in words: `2024-09-02` is a week, `2017-03-H1` half a month, `2022-Q4` a quarter.

use super::Lang;
use crate::time::{Date, Month};

/// A period by its id; an id of no known form stands for itself.
#[must_use]
pub fn period(id: &str, lang: Lang) -> String {
    words(id, lang).unwrap_or_else(|| id.to_owned())
}

fn words(id: &str, lang: Lang) -> Option<String> {
    let zh = lang == Lang::Zh;
    if let Ok(monday) = id.parse::<Date>() {
        let sunday = monday.plus_days(6);
        return Some(if zh {
            let day = |of: Date| format!("{}月{}日", of.month(), of.day());
            format!("{}年{}至{}", monday.year(), day(monday), day(sunday))
        } else {
            format!("week of {monday}")
        });
    }
    if let Ok(month) = id.parse::<Month>() {
        return Some(if zh { in_zh(month) } else { month.to_string() });
    }
    let (year, part) = id.split_at_checked(4)?;
    let year: u16 = year.parse().ok()?;
    let part = part.strip_prefix('-').unwrap_or(part);
    let half = |which: &str| match which {
        "1" => Some(("上半", "first half")),
        "2" => Some(("下半", "second half")),
        _ => None,
    };
    if part.is_empty() {
        return Some(if zh {
            format!("{year}年")
        } else {
            year.to_string()
        });
    }
    if let Some(which) = part.strip_prefix('Q') {
        let number = ["一", "二", "三", "四"].get(which.parse::<usize>().ok()?.checked_sub(1)?)?;
        return Some(if zh {
            format!("{year}年第{number}季度")
        } else {
            format!("{year} Q{which}")
        });
    }
    if let Some((zh_half, en)) = part.strip_prefix('S').and_then(half) {
        return Some(if zh {
            format!("{year}年{zh_half}年")
        } else {
            format!("{year}, {en}")
        });
    }
    if let Some((of, which)) = part.split_once("-H") {
        let month: Month = format!("{year:04}-{of}").parse().ok()?;
        let (zh_half, en) = half(which)?;
        return Some(if zh {
            format!("{}{zh_half}月", in_zh(month))
        } else {
            format!("{month}, {en}")
        });
    }
    let (first, last) = part.split_once("..")?;
    let (first, last): (u8, u8) = (first.parse().ok()?, last.parse().ok()?);
    Some(if zh {
        format!("{year}年{first}至{last}月")
    } else {
        format!("{year}-{first:02} to {last:02}")
    })
}

fn in_zh(month: Month) -> String {
    format!("{}年{}月", month.year(), month.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_period_has_words_and_anything_else_stands_for_itself() {
        for (id, zh, en) in [
            ("2024-09-30", "2024年9月30日至10月6日", "week of 2024-09-30"),
            ("2026-11", "2026年11月", "2026-11"),
            ("2017-03-H1", "2017年3月上半月", "2017-03, first half"),
            ("2017-03-H2", "2017年3月下半月", "2017-03, second half"),
            ("2022-Q4", "2022年第四季度", "2022 Q4"),
            ("2022-S1", "2022年上半年", "2022, first half"),
            ("2022-11..12", "2022年11至12月", "2022-11 to 12"),
            ("2022", "2022年", "2022"),
            ("2022-Q0", "2022-Q0", "2022-Q0"),
            ("2022-Q5", "2022-Q5", "2022-Q5"),
            ("2017-13-H1", "2017-13-H1", "2017-13-H1"),
            ("年度", "年度", "年度"),
            ("", "", ""),
        ] {
            assert_eq!(period(id, Lang::Zh), zh);
            assert_eq!(period(id, Lang::En), en);
        }
    }
}
