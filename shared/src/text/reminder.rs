//! 催报: what an officer sends to those who have not reported (ux.md 5.9). The node makes it, so that the browser only copies it.

use super::Lang;
use super::ui::Say;
use crate::api::Collection;

/// The text for all units that have not reported; `ledger` is its name. Empty when all have.
#[must_use]
pub fn reminder(collection: &Collection, ledger: &str, lang: Lang) -> String {
    let missing = collection.units.iter();
    let missing: Vec<&str> = missing
        .filter(|unit| !unit.state.is_reported())
        .map(|unit| unit.name.as_str())
        .collect();
    let (count, month) = (missing.len(), collection.period.month());
    if count == 0 {
        return String::new();
    }
    let due = collection.due.map(|due| (due.date(), due.clock()));
    let left = collection.working_days_left;
    let left = left.map(|days| Say::DaysLeft(days).text(lang));
    match lang {
        Lang::Zh => {
            let due = due.map_or_else(String::new, |(day, (hour, minute, _))| {
                let (month, day) = (day.month(), day.day());
                format!("截至{month}月{day}日{hour:02}:{minute:02}，")
            });
            let left = left.map_or_else(String::new, |left| format!("，{left}"));
            let names = missing.join("、");
            format!(
                "【月报催报】{due}{month}月{ledger}尚未报送：{names}（共{count}家）{left}。请尽快报送；无网络时可先在本机填报，恢复后自动送达。"
            )
        }
        Lang::En => {
            let due = due.map_or_else(String::new, |(day, (hour, minute, _))| {
                format!("by {day} {hour:02}:{minute:02}, ")
            });
            let left = left.map_or_else(String::new, |left| format!("; {left}"));
            let names = missing.join(", ");
            format!(
                "Reminder: {due}{ledger} of month {month} is missing from {names} ({count}){left}. Please file soon; without a line, fill it in locally and it is delivered later."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{CollectionUnit, FilingState, Timeliness};
    use crate::ids::UnitId;
    use crate::time::{Month, Timestamp};

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

    #[test]
    fn of_forty_three_units_those_that_owe_their_month_are_asked_by_name() {
        let mut county = county();
        assert_eq!(
            reminder(&county, "进度台账", Lang::Zh),
            "【月报催报】截至11月27日17:00，11月进度台账尚未报送：第1镇、第6镇、第11镇、第16镇、第21镇、第26镇、第31镇、\
             第36镇、第41镇（共9家），还剩 3 个工作日。请尽快报送；无网络时可先在本机填报，恢复后自动送达。"
        );
        county.working_days_left = Some(-1);
        let late = reminder(&county, "进度台账", Lang::Zh);
        assert!(late.contains("（共9家），已逾期 1 个工作日。"), "{late}");
        // Without a due day, or the holidays of its year, nothing is guessed.
        (county.due, county.working_days_left) = (None, None);
        let undated = reminder(&county, "进度台账", Lang::Zh);
        assert!(undated.starts_with("【月报催报】11月进度台账尚未报送：第1镇、"));
        assert!(undated.contains("第41镇（共9家）。请尽快报送"), "{undated}");
        for unit in &mut county.units {
            unit.state = FilingState::Filed;
        }
        assert_eq!(reminder(&county, "进度台账", Lang::Zh), "");
    }

    #[test]
    fn the_same_is_asked_in_english() {
        let mut county = county();
        county.units.truncate(10);
        assert_eq!(
            reminder(&county, "the monthly ledger", Lang::En),
            "Reminder: by 2026-11-27 17:00, the monthly ledger of month 11 is missing from 第1镇, 第6镇 (2); 3 working days left. \
             Please file soon; without a line, fill it in locally and it is delivered later."
        );
    }
}
