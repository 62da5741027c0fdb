//! 催报: what an officer sends to those who have not reported (ux.md 5.9). The node makes it, so that the browser only copies it.

use super::Lang;
use super::ui::Say;
use crate::api::{Collection, FilingState};
use crate::time::Timestamp;

/// The text for all units whose month the hub still waits for; `ledger` is its name. Empty when all have reported. Whom something was returned
/// to is named apart: he did report.
#[must_use]
pub fn reminder(collection: &Collection, ledger: &str, now: Timestamp, lang: Lang) -> String {
    let named = |returned: bool| -> Vec<&str> {
        let units = collection.units.iter();
        let waiting = units.filter(|unit| !unit.state.is_reported());
        let asked = waiting.filter(|unit| (unit.state == FilingState::Returned) == returned);
        asked.map(|unit| unit.name.as_str()).collect()
    };
    let lists = [named(false), named(true)];
    if lists.iter().all(Vec::is_empty) {
        return String::new();
    }
    let month = collection.period.month();
    let left = collection.working_days_left;
    let left = left.map(|days| Say::DaysLeft(days).text(lang));
    let over = collection
        .due
        .is_some_and(|due| now.seconds() > due.seconds());
    let due = collection.due.map(|due| (due.date(), due.clock()));
    match lang {
        Lang::Zh => {
            let due = due.map_or_else(String::new, |(day, (hour, minute, _))| {
                let at = format!("{}月{}日{hour:02}:{minute:02}", day.month(), day.day());
                let left = left.map_or_else(String::new, |left| format!("（{left}）"));
                if over {
                    format!("已于{at}截止{left}。")
                } else {
                    format!("请于{at}前报送{left}。")
                }
            });
            let words = ["尚未报送", "已退回待重新报送"];
            let said = words
                .iter()
                .zip(&lists)
                .filter(|(_, names)| !names.is_empty());
            let said: Vec<_> = said
                .map(|(word, names)| {
                    format!("{word}：{}（共{}家）。", names.join("、"), names.len())
                })
                .collect();
            let said = said.concat();
            let soon = if over || due.is_empty() {
                "请尽快报送；"
            } else {
                ""
            };
            format!(
                "【催报】{month}月{ledger}{due}{said}{soon}无网络时可先在本机填报，恢复后自动送达。"
            )
        }
        Lang::En => {
            let due = due.map_or_else(String::new, |(day, (hour, minute, _))| {
                let left = left.map_or_else(String::new, |left| format!(" ({left})"));
                let word = if over { "was due" } else { "is due by" };
                format!(" {word} {day} {hour:02}:{minute:02}{left}")
            });
            let words = ["missing from", "returned to"];
            let said = words
                .iter()
                .zip(&lists)
                .filter(|(_, names)| !names.is_empty());
            let said: Vec<_> = said
                .map(|(word, names)| format!("{word} {} ({})", names.join(", "), names.len()))
                .collect();
            let said = said.join("; ");
            format!(
                "Reminder: {ledger} of month {month}{due}; {said}. Without a line, fill it in locally and it is delivered later."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{CollectionUnit, Timeliness};
    use crate::ids::UnitId;
    use crate::time::Month;

    /// Forty-three units of which every fifth has not done its part, in one of the four ways there are.
    fn county() -> Collection {
        let open = [
            FilingState::Empty,
            FilingState::Filling,
            FilingState::Returned,
            FilingState::Missing,
        ];
        let done = [
            FilingState::FiledLocally,
            FilingState::Filed,
            FilingState::Accepted,
        ];
        let unit = |index: u8| CollectionUnit {
            unit: UnitId::from_bytes([index; 10]),
            name: format!("第{}镇", index + 1),
            projects: 1,
            state: match usize::from(index) {
                index if index % 5 == 0 => open[index / 5 % 4],
                index => done[index % 3],
            },
            timeliness: Timeliness::Pending,
            filing: None,
            year_plan_fen: 0,
            year_done_fen: 0,
            total_fen: 0,
            offline_since: None,
            last_contact: None,
            online: false,
        };
        Collection {
            ledger: "kz.progress".to_owned(),
            period: Month::new(2026, 11).expect("a month"),
            due: Some(Timestamp(1_795_770_000_000)),
            units: (0..43).map(unit).collect(),
            gaps: Vec::new(),
            working_days_left: Some(3),
            reminder: String::new(),
        }
    }

    const BEFORE: Timestamp = Timestamp(1_795_760_000_000);
    const AFTER: Timestamp = Timestamp(1_795_770_001_000);

    #[test]
    fn of_forty_three_units_those_that_owe_their_month_are_asked_by_name() {
        let mut county = county();
        assert_eq!(
            reminder(&county, "月度工作台账", BEFORE, Lang::Zh),
            "【催报】11月月度工作台账请于11月27日17:00前报送（还剩 3 个工作日）。尚未报送：第1镇、第6镇、第16镇、第21镇、第26镇、\
             第36镇、第41镇（共7家）。已退回待重新报送：第11镇、第31镇（共2家）。无网络时可先在本机填报，恢复后自动送达。"
        );
        county.working_days_left = Some(-1);
        let late = reminder(&county, "月度工作台账", AFTER, Lang::Zh);
        let over = "月度工作台账已于11月27日17:00截止（已逾期 1 个工作日）。尚未报送：第1镇、";
        assert!(late.contains(over), "{late}");
        assert!(late.contains("请尽快报送；"), "{late}");
        // Without a due day, or the holidays of its year, nothing is guessed.
        (county.due, county.working_days_left) = (None, None);
        let undated = reminder(&county, "月度工作台账", AFTER, Lang::Zh);
        assert!(
            undated.starts_with("【催报】11月月度工作台账尚未报送：第1镇、"),
            "{undated}"
        );
        for unit in &mut county.units {
            unit.state = FilingState::Filed;
        }
        assert_eq!(reminder(&county, "月度工作台账", AFTER, Lang::Zh), "");
    }

    #[test]
    fn the_same_is_asked_in_english() {
        let mut county = county();
        county.units.truncate(11);
        assert_eq!(
            reminder(&county, "the monthly ledger", BEFORE, Lang::En),
            "Reminder: the monthly ledger of month 11 is due by 2026-11-27 17:00 (3 working days left); missing from 第1镇, 第6镇 (2); \
             returned to 第11镇 (1). Without a line, fill it in locally and it is delivered later."
        );
    }
}
