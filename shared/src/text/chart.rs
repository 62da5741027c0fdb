//! The words of a drawn 作战图.

use super::Lang;
use crate::time::{Date, Month};

words! {
    /// A word on the sheet of a wall chart.
    Chart {
        Title "项目作战图" "Project chart";
        Number "序号" "No.";
        Project "项目名称" "Project";
        InCharge "责任单位 / 领导" "Unit / leader";
        Target "年度目标" "Target of the year";
        Rate "完成率" "Done";
        Planned "计划工期" "planned";
        Actual "实际进度" "actual";
        Slipped "超出计划" "beyond the plan";
        Milestone "节点" "milestone";
        Reached "节点完成" "milestone reached";
        Done "当月完成" "month reached";
        Overdue "逾期" "overdue";
        UnderWay "进行中" "under way";
        Today "今日" "today";
    }
}

/// A month over its column; the year stands before the first month of each.
#[must_use]
pub fn month_name(month: Month, first: bool, lang: Lang) -> String {
    let year = first || month.month() == 1;
    match lang {
        Lang::Zh if year => format!("{:02}年{}月", month.year() % 100, month.month()),
        Lang::Zh => format!("{}月", month.month()),
        Lang::En => month.to_string(),
    }
}

/// Who drew the chart, when, and which page of how many this is.
#[must_use]
pub fn imprint(unit: &str, today: Date, (page, pages): (usize, usize), lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("制图单位：{unit}　制图日期：{today}　第{page}页 共{pages}页"),
        Lang::En => format!("Drawn by {unit} on {today}, page {page} of {pages}"),
    }
}
