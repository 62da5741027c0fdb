//! Money as people write it, to whole fen: `1,234.5`, `１２３４．５`, `1.2亿`, `约850万元`, `3亿5000万`, `—`.
//!
//! A number without its own unit takes the unit of its column. An amount finer than a fen is an error, never a rounding;
//! words that are not part of an amount (`一期计划投资21.8亿元`) make it unreadable, since guessing which part of a project an amount
//! belongs to is a person's business.

use super::{clean, is_placeholder};
use crate::limits::FEN_MAX;
use crate::money::Fen;

/// A unit of money in Chinese tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// 元.
    Yuan,
    /// 千元.
    Thousand,
    /// 万元, the unit of nearly every table.
    Wan,
    /// 百万元.
    Million,
    /// 千万元.
    TenMillion,
    /// 亿元.
    Yi,
}

impl Unit {
    /// Every unit, the smallest first.
    pub const ALL: [Self; 6] = [
        Self::Yuan,
        Self::Thousand,
        Self::Wan,
        Self::Million,
        Self::TenMillion,
        Self::Yi,
    ];

    /// The power of ten that turns an amount in this unit into fen.
    const fn power(self) -> usize {
        match self {
            Self::Yuan => 2,
            Self::Thousand => 5,
            Self::Wan => 6,
            Self::Million => 8,
            Self::TenMillion => 9,
            Self::Yi => 10,
        }
    }

    /// The unit as tables write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::Thousand => "千元",
            Self::Wan => "万元",
            Self::Million => "百万元",
            Self::TenMillion => "千万元",
            Self::Yi => "亿元",
        }
    }

    /// The unit with this name, `万` or `万元`.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        let text = clean::compact(text);
        let text = text.strip_prefix("人民币").unwrap_or(&text);
        Self::ALL.into_iter().find(|unit| {
            text == unit.name()
                || (*unit != Self::Yuan && text == unit.name().trim_end_matches('元'))
        })
    }

    /// The unit a title or a line above a table names: `单位：万元`, `总投资（亿元）`, `金额/元`. The last one named counts.
    #[must_use]
    pub fn find_in(text: &str) -> Option<Self> {
        let text = clean::compact(text);
        let mut found = None;
        for part in text.split(['(', ')', '[', ']', ':', '/', ',', ' ', '、', '。', ';']) {
            let part = part.strip_prefix("单位").unwrap_or(part);
            found = Self::from_name(part).or(found);
        }
        found
    }
}

/// How exact a person said an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// 约, 近, 左右.
    About,
    /// 超, 余, 多, 以上.
    Over,
    /// 不足, 以内.
    Under,
}

/// An amount with what the writer said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The amount.
    pub fen: Fen,
    /// 约 and the like.
    pub mark: Option<Mark>,
    /// True when the text named its own unit.
    pub own_unit: bool,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text holds no amount, or more than one, or words that belong to none.
    #[error("not an amount of money")]
    NotMoney,
    /// Digits were masked: `438.(略)`, `***万元`.
    #[error("the amount is masked")]
    Masked,
    /// A range, of which a person must choose.
    #[error("a range of amounts")]
    Range,
    /// Below zero.
    #[error("the amount is negative")]
    Negative,
    /// More decimals than a fen can hold.
    #[error("the amount is finer than a fen")]
    FinerThanFen,
    /// Above what the product takes.
    #[error("the amount is too large")]
    TooLarge,
    /// The amount of a part of the works or of the time: a phase, this year, some months.
    #[error("the amount is of a part")]
    Part,
    /// Another currency.
    #[error("the amount is in a foreign currency")]
    Foreign,
}

/// Reads an amount; `Ok(None)` for a placeholder.
///
/// Units: a number without its own unit is in `unit`.
///
/// # Errors
/// [`MoneyError`] says why the text is no amount.
pub fn parse(text: &str, unit: Unit) -> Result<Option<Money>, MoneyError> {
    if is_placeholder(text) {
        return Ok(None);
    }
    let text = clean::compact(text);
    if text.contains(['*', '×'])
        || text.contains("(略)")
        || text.contains("xx")
        || text.contains("XX")
    {
        return Err(MoneyError::Masked);
    }
    if [
        "美元", "欧元", "日元", "港元", "港币", "英镑", "$", "€", "£", "USD",
    ]
    .iter()
    .any(|word| text.contains(word))
    {
        return Err(MoneyError::Foreign);
    }
    let mut rest = text.as_str();
    let mut mark = None;
    loop {
        let before = rest;
        for (word, meaning) in PREFIXES {
            if let Some(after) = rest.strip_prefix(word) {
                rest = after;
                mark = meaning.or(mark);
            }
        }
        if before == rest {
            break;
        }
    }
    let bracketed = rest
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'));
    if let Some(inner) = bracketed {
        // Bookkeepers write a negative amount in brackets.
        if parse(inner, unit).is_ok_and(|money| money.is_some()) {
            return Err(MoneyError::Negative);
        }
    }
    if let Some(after) = rest.strip_prefix('-') {
        return match parse(after, unit) {
            Ok(Some(Money { fen: Fen(0), .. })) => parse(after, unit),
            Ok(_) => Err(MoneyError::Negative),
            Err(error) => Err(error),
        };
    }
    let mut total: i128 = 0;
    let mut smallest: Option<Unit> = None;
    let mut own_unit = false;
    loop {
        let (number, after) = take_number(rest).ok_or(MoneyError::NotMoney)?;
        rest = take_marks(after, &mut mark);
        let named = take_unit(&mut rest);
        own_unit |= named.is_some();
        let before_mark = rest.len();
        rest = take_marks(rest, &mut mark);
        if named.is_some() && rest.len() < before_mark {
            // `3亿多元` names its unit around the mark.
            rest = rest.strip_prefix('元').unwrap_or(rest);
        }
        let its_unit = match (named, smallest) {
            (Some(named), Some(last)) if named >= last => return Err(MoneyError::NotMoney),
            (Some(named), _) => named,
            // `3亿5000` would be anyone's guess.
            (None, Some(_)) => return Err(MoneyError::NotMoney),
            (None, None) => unit,
        };
        smallest = Some(its_unit);
        total = total.saturating_add(number.to_fen(its_unit)?);
        if rest.is_empty() {
            break;
        }
        if named.is_none() || !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(if is_range(rest) {
                MoneyError::Range
            } else {
                MoneyError::NotMoney
            });
        }
    }
    match i64::try_from(total) {
        Ok(fen) if fen <= FEN_MAX => Ok(Some(Money {
            fen: Fen(fen),
            mark,
            own_unit,
        })),
        _ => Err(MoneyError::TooLarge),
    }
}

const PREFIXES: [(&str, Option<Mark>); 18] = [
    ("大约", Some(Mark::About)),
    ("约为", Some(Mark::About)),
    ("约", Some(Mark::About)),
    ("接近", Some(Mark::About)),
    ("近", Some(Mark::About)),
    ("超过", Some(Mark::Over)),
    ("超", Some(Mark::Over)),
    ("逾", Some(Mark::Over)),
    ("不低于", Some(Mark::Over)),
    ("不足", Some(Mark::Under)),
    ("不超过", Some(Mark::Under)),
    ("人民币", None),
    ("共计", None),
    ("合计", None),
    ("共", None),
    ("达", None),
    ("¥", None),
    ("+", None),
];

const SUFFIXES: [(&str, Mark); 9] = [
    ("余", Mark::Over),
    ("多", Mark::Over),
    ("以上", Mark::Over),
    ("+", Mark::Over),
    ("左右", Mark::About),
    ("上下", Mark::About),
    ("(估)", Mark::About),
    ("以内", Mark::Under),
    ("以下", Mark::Under),
];

fn take_marks<'a>(mut rest: &'a str, mark: &mut Option<Mark>) -> &'a str {
    for (word, meaning) in SUFFIXES {
        if let Some(after) = rest.strip_prefix(word) {
            rest = after;
            *mark = Some(meaning);
        }
    }
    rest
}

fn take_unit(rest: &mut &str) -> Option<Unit> {
    for (word, unit) in [
        ("亿元", Unit::Yi),
        ("亿", Unit::Yi),
        ("千万元", Unit::TenMillion),
        ("千万", Unit::TenMillion),
        ("百万元", Unit::Million),
        ("百万", Unit::Million),
        ("万元", Unit::Wan),
        ("萬元", Unit::Wan),
        ("万", Unit::Wan),
        ("萬", Unit::Wan),
        ("千元", Unit::Thousand),
        ("元整", Unit::Yuan),
        ("元", Unit::Yuan),
    ] {
        if let Some(after) = rest.strip_prefix(word) {
            *rest = after;
            return Some(unit);
        }
    }
    None
}

fn is_range(rest: &str) -> bool {
    let after = rest.strip_prefix(['-', '~', '至', '到']);
    after.is_some_and(|after| take_number(after).is_some())
}

/// A number without sign as its digits: whole part and fraction.
struct Number {
    digits: String,
    fraction: usize,
}

impl Number {
    fn to_fen(&self, unit: Unit) -> Result<i128, MoneyError> {
        let digits = self.digits.trim_start_matches('0');
        let (digits, zeros) = if unit.power() >= self.fraction {
            (digits, unit.power() - self.fraction)
        } else {
            let finer = self.fraction - unit.power();
            let kept = digits.len().saturating_sub(finer);
            let (whole, lost) = digits.split_at(kept);
            if lost.bytes().any(|digit| digit != b'0') {
                return Err(MoneyError::FinerThanFen);
            }
            (whole, 0)
        };
        if digits.is_empty() {
            return Ok(0);
        }
        if digits.len() + zeros > 30 {
            return Err(MoneyError::TooLarge);
        }
        let number: i128 = digits.parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(number * 10i128.pow(u32::try_from(zeros).unwrap_or(30)))
    }
}

/// Digits with correct thousands separators and at most one point with digits on both sides.
fn take_number(text: &str) -> Option<(Number, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    let legal = grouped
        && !whole.is_empty()
        && fraction.is_none_or(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    // Nobody has more digits than this; a longer run is an attack or a barcode.
    (legal && number.len() <= 60).then(|| {
        let digits = groups.concat() + fraction.unwrap_or("");
        (
            Number {
                digits,
                fraction: fraction.map_or(0, str::len),
            },
            rest,
        )
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, unit: Unit, expected: Result<Option<i64>, MoneyError>) {
        let found = parse(text, unit).map(|money| money.map(|money| money.fen.0));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, wan) in [
            ("5480.5", "5480.5"),
            ("约5480.5万元", "5480.5"),
            ("2.99亿元", "29900"),
            ("２.９９亿", "29900"),
            ("３２００", "3200"),
            ("5,600", "5600"),
            ("1，234，567.89", "1234567.89"),
            ("3. 5亿元", "35000"),
            ("3亿5000万元", "35000"),
            ("12元", "0.0012"),
            ("3032萬元", "3032"),
            ("3000余万元", "3000"),
            ("近3亿多元", "30000"),
            ("¥ 11.3元", "0.00113"),
            ("0", "0"),
            ("-0.00", "0"),
            ("850万", "850"),
            ("1.500000000", "1.5"),
        ] {
            let money = parse(text, Unit::Wan).unwrap().unwrap();
            assert_eq!(money.fen.wan_exact(), wan, "{text}");
        }
        assert_eq!(
            parse("约1", Unit::Wan).unwrap().unwrap().mark,
            Some(Mark::About)
        );
        assert_eq!(
            parse("3000余万元", Unit::Yi).unwrap().unwrap().mark,
            Some(Mark::Over)
        );
        check("1.046", Unit::Yi, Ok(Some(10_460_000_000)));
        check("7", Unit::Yuan, Ok(Some(700)));
    }

    #[test]
    fn what_is_no_amount_says_why() {
        use MoneyError::*;
        for (text, expected) in [
            ("-120", Err(Negative)),
            ("（120）", Err(Negative)),
            ("－3万元", Err(Negative)),
            ("0.0000001", Err(FinerThanFen)),
            ("1.234元", Err(FinerThanFen)),
            ("估算总投资438.(略)元", Err(Masked)),
            ("匡算总投资约****.***万元", Err(Masked)),
            ("项目总投资.04万元", Err(NotMoney)),
            ("一期计划投资21.8亿元", Err(NotMoney)),
            (".04", Err(NotMoney)),
            ("12,34", Err(NotMoney)),
            ("1.2.3", Err(NotMoney)),
            ("3亿5000", Err(NotMoney)),
            ("5万3亿", Err(NotMoney)),
            ("1000-2000万元", Err(Range)),
            ("1000万～2000万", Err(Range)),
            ("100万美元", Err(Foreign)),
            ("99999999999999亿", Err(TooLarge)),
            ("待定", Ok(None)),
            ("—", Ok(None)),
            ("", Ok(None)),
        ] {
            check(text, Unit::Wan, expected);
        }
    }

    #[test]
    fn units_are_found_in_titles() {
        for (text, unit) in [
            ("单位：万元", Some(Unit::Wan)),
            (
                "填报单位：XX镇人民政府        填报时间：2024.6.28        单位：万元",
                Some(Unit::Wan),
            ),
            ("总投资（亿元）", Some(Unit::Yi)),
            ("2024年(亿元)", Some(Unit::Yi)),
            ("金额（人民币元）", Some(Unit::Yuan)),
            ("建设单位", None),
            ("总投资", None),
        ] {
            let found = text
                .split_whitespace()
                .filter_map(Unit::find_in)
                .next_back()
                .or_else(|| Unit::find_in(text));
            assert_eq!(found, unit, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_reads_back_what_it_printed(fen in 0..=FEN_MAX) {
            let text = Fen(fen).wan_exact();
            prop_assert_eq!(parse(&text, Unit::Wan).unwrap().unwrap().fen, Fen(fen));
            let yuan = format!("{}.{:02}元", fen / 100, fen % 100);
            prop_assert_eq!(parse(&yuan, Unit::Yi).unwrap().unwrap().fen, Fen(fen));
        }

        #[test]
        fn every_unit_and_width_reads_back(fen in 0..=FEN_MAX) {
            let yi = format!("{}.{:010}亿元", fen / 10_000_000_000, fen % 10_000_000_000);
            prop_assert_eq!(parse(&yi, Unit::Wan).unwrap().unwrap().fen, Fen(fen));
            let wide: String = yi
                .chars()
                .map(|c| match c {
                    '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
                    other => other,
                })
                .collect();
            prop_assert_eq!(parse(&wide, Unit::Wan).unwrap().unwrap().fen, Fen(fen));
            let (whole, rest) = (fen / 10_000_000_000, fen % 10_000_000_000);
            let mixed = format!("{whole}亿{}万元", Fen(rest).wan_exact());
            prop_assert_eq!(parse(&mixed, Unit::Yuan).unwrap().unwrap().fen, Fen(fen));
            for (before, mark) in [("约", Mark::About), ("超过", Mark::Over), ("不足", Mark::Under)] {
                let read = parse(&format!("{before}{mixed}"), Unit::Wan).unwrap().unwrap();
                prop_assert_eq!((read.fen, read.mark), (Fen(fen), Some(mark)));
            }
        }

        #[test]
        fn two_amounts_are_a_range(low in 1i64..1_000_000, more in 1i64..1_000_000) {
            for sign in ["-", "~", "至", "—", "～"] {
                let text = format!("{low}{sign}{}万元", low + more);
                prop_assert_eq!(parse(&text, Unit::Wan), Err(MoneyError::Range));
                let text = format!("{low}万元{sign}{}万元", low + more);
                prop_assert_eq!(parse(&text, Unit::Wan), Err(MoneyError::Range));
            }
        }

        #[test]
        fn wild_text_never_panics(text in any::<String>()) {
            for unit in Unit::ALL {
                let _ = parse(&text, unit);
            }
            let _ = Unit::find_in(&text);
        }

        #[test]
        fn wild_amounts_never_panic(text in "[-+约近0-9.,，亿万元余()*~ ]{0,20}") {
            let _ = parse(&text, Unit::Wan);
        }
    }
}
