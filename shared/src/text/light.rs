//! Why a traffic light shows what it shows (ux.md 5.0, 6.1): the number each rule looked at, the bound that decided, whose rule it is.

use super::Lang;
use super::figures::percent;
use super::ui::Ui;
use crate::profile::{Bound, Metric};

/// One rule's finding.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// What was looked at.
    pub metric: Metric,
    /// The number, in tenths of a percent, a point or a month.
    pub tenths: i64,
    /// The bound that decided, and what it makes of it.
    pub bound: Option<(Bound, Ui)>,
    /// True when the plan of the months was taken from the year's.
    pub from_year_plan: bool,
}

/// Tenths without a sign: `30.5`.
fn plain(tenths: i64) -> String {
    let tenths = tenths.unsigned_abs();
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl Found {
    /// As a sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut said = self.number(lang);
        if self.from_year_plan {
            said.push_str(match lang {
                Lang::Zh => "（各月计划按年度计划均分）",
                Lang::En => " (months planned as twelfths of the year)",
            });
        }
        if let Some((bound, word)) = self.bound {
            let (bound, word) = (self.bound_text(bound, lang), word.text(lang));
            said.push_str(&match lang {
                Lang::Zh => format!("，{bound}为{word}"),
                Lang::En => format!(", {bound} is {word}"),
            });
        }
        said
    }

    fn number(&self, lang: Lang) -> String {
        let rate = percent(Some(self.tenths));
        let points = plain(self.tenths);
        let months = self.tenths / 10;
        let behind = self.tenths > 0;
        match (self.metric, lang) {
            (Metric::CumulativeRate, Lang::Zh) => format!("累计完成为同期计划的{rate}"),
            (Metric::CumulativeRate, Lang::En) => format!("{rate} of the plan up to now"),
            (Metric::MonthRate, Lang::Zh) => format!("当月完成为当月计划的{rate}"),
            (Metric::MonthRate, Lang::En) => format!("{rate} of the month's plan"),
            (Metric::BehindPace, Lang::Zh) if behind => {
                format!("年度完成率比序时欠{points}个百分点")
            }
            (Metric::BehindPace, Lang::Zh) => format!("年度完成率不低于序时（{points}个百分点）"),
            (Metric::BehindPace, Lang::En) if behind => {
                format!("{points} points behind the calendar")
            }
            (Metric::BehindPace, Lang::En) => format!("{points} points ahead of the calendar"),
            (Metric::ShortOfPace, Lang::Zh) if behind => format!("比序时应完成的少{rate}"),
            (Metric::ShortOfPace, Lang::Zh) => "不低于序时".to_owned(),
            (Metric::ShortOfPace, Lang::En) if behind => {
                format!("{rate} short of what the calendar asks")
            }
            (Metric::ShortOfPace, Lang::En) => "not short of the calendar".to_owned(),
            (Metric::MonthsMadeGood, Lang::Zh) if months > 0 => {
                format!("有{months}个月未完成当月计划，累计已补齐")
            }
            (Metric::MonthsMadeGood, Lang::Zh) => "没有后来补齐的月份".to_owned(),
            (Metric::MonthsMadeGood, Lang::En) => {
                format!("{months} months missed their plan and were made good")
            }
            (Metric::MonthsNotStarted, Lang::Zh) if months > 0 => {
                format!("已过计划开工{months}个月未开工")
            }
            (Metric::MonthsNotStarted, Lang::Zh) => "没有逾期未开工".to_owned(),
            (Metric::MonthsNotStarted, Lang::En) => {
                format!("{months} months past the planned start")
            }
            (Metric::MonthsNotRegistered, Lang::Zh) if months > 0 => {
                format!("开工{months}个月未入库")
            }
            (Metric::MonthsNotRegistered, Lang::Zh) => "入库没有逾期".to_owned(),
            (Metric::MonthsNotRegistered, Lang::En) => {
                format!("{months} months started and not registered")
            }
            (Metric::FundsBehindPace, Lang::Zh) if behind => {
                format!("资金落实比序时欠{points}个百分点")
            }
            (Metric::FundsBehindPace, Lang::Zh) => "资金落实不低于序时".to_owned(),
            (Metric::FundsBehindPace, Lang::En) if behind => {
                format!("funds {points} points behind the calendar")
            }
            (Metric::FundsBehindPace, Lang::En) => "funds not behind the calendar".to_owned(),
            (Metric::Growth, Lang::Zh) => format!("同比增长{rate}"),
            (Metric::Growth, Lang::En) => format!("{rate} over the year before"),
            (Metric::GrowthBehindPlan, Lang::Zh) if behind => {
                format!("增速比计划低{points}个百分点")
            }
            (Metric::GrowthBehindPlan, Lang::Zh) => "增速不低于计划".to_owned(),
            (Metric::GrowthBehindPlan, Lang::En) if behind => {
                format!("growth {points} points below plan")
            }
            (Metric::GrowthBehindPlan, Lang::En) => "growth not below plan".to_owned(),
            (Metric::GrowthBehindAverage, Lang::Zh) if behind => {
                format!("增速比平均低{points}个百分点")
            }
            (Metric::GrowthBehindAverage, Lang::Zh) => "增速不低于平均".to_owned(),
            (Metric::GrowthBehindAverage, Lang::En) if behind => {
                format!("growth {points} points below average")
            }
            (Metric::GrowthBehindAverage, Lang::En) => "growth not below average".to_owned(),
        }
    }

    fn bound_text(&self, bound: Bound, lang: Lang) -> String {
        let (zh, en) = match self.metric {
            Metric::CumulativeRate | Metric::MonthRate | Metric::ShortOfPace | Metric::Growth => {
                ("%", "%")
            }
            Metric::MonthsMadeGood | Metric::MonthsNotStarted | Metric::MonthsNotRegistered => {
                ("个月", " months")
            }
            Metric::BehindPace
            | Metric::FundsBehindPace
            | Metric::GrowthBehindPlan
            | Metric::GrowthBehindAverage => ("个百分点", " points"),
        };
        let number = bound.whole();
        match (bound, lang) {
            (Bound::Below(_), Lang::Zh) => format!("低于{number}{zh}"),
            (Bound::AtMost(_), Lang::Zh) => format!("不超过{number}{zh}"),
            (Bound::Above(_), Lang::Zh) => format!("超过{number}{zh}"),
            (Bound::AtLeast(_), Lang::Zh) => format!("达到{number}{zh}"),
            (Bound::Below(_), Lang::En) => format!("below {number}{en}"),
            (Bound::AtMost(_), Lang::En) => format!("at most {number}{en}"),
            (Bound::Above(_), Lang::En) => format!("above {number}{en}"),
            (Bound::AtLeast(_), Lang::En) => format!("from {number}{en}"),
        }
    }
}

/// The findings of a county's rules in one sentence that names the rules.
#[must_use]
pub fn judged(found: &[Found], rules: &str, verdict: Ui, lang: Lang) -> String {
    let said: Vec<_> = found.iter().map(|one| one.text(lang)).collect();
    let verdict = verdict.text(lang);
    match lang {
        Lang::Zh => format!("{}；按“{rules}”判为{verdict}", said.join("；")),
        Lang::En => format!("{}; by the rules “{rules}”: {verdict}", said.join("; ")),
    }
}

/// The project is complete, so nothing is behind any more.
#[must_use]
pub fn completed(day: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{day}竣工"),
        Lang::En => format!("completed {day}"),
    }
}

/// The planned start is not reached and no month of the year carries a plan.
#[must_use]
pub fn not_due(planned: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("计划{planned}开工，尚未到期"),
        Lang::En => format!("to be started {planned}"),
    }
}
