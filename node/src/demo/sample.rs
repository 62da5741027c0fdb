//! The demo's records: real facts from `sample.csv`, and around them what the sources do not say, made up from a seed.
//!
//! `sample.csv` holds projects from public notices and news, given to three invented townships; its last columns say where each
//! fact comes from (an address is text, never a link). Plans, months, dates and most problems are generated, so every record
//! carries the flag `demo` and pages say so. The same seed and day give the same records, ids included.
//!
//! Everything is relative to the day the demo was made: the months of this year up to the last one are filled, the current
//! month is open.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use shared::field::{Column, Field, FieldPath, Table};
use shared::ids::{ProjectId, RowId};
use shared::time::{Date, Month};
use shared::value::Value;

/// The sample, as it ships.
const SAMPLE: &str = include_str!("sample.csv");

/// One yuan has a hundred fen, one 万元 a million.
const FEN_PER_WAN: i64 = 1_000_000;

/// What went wrong where the source names no problem. Invented, like the projects' months.
const PROBLEMS: [&str; 6] = [
    "剩余3户房屋未完成征收，影响基础施工",
    "用地预审资料待补正，批复晚于计划",
    "进场道路雨后受损，材料运输受阻",
    "配套资金尚未拨付到位，工程款支付滞后",
    "电力杆线迁改方案未定，管沟施工暂停",
    "施工图审查意见未整改完毕",
];

/// Who looks after a problem. Invented names.
const PERSONS: [&str; 6] = ["田禾", "柳青", "石磊", "江帆", "林楠", "马越"];

/// What can be done about it.
const STANDARDS: [&str; 3] = ["完成征收并交地", "取得批复文件", "资金到账，施工恢复"];

/// The records of one invented township.
#[derive(Debug)]
pub struct Township {
    /// Its name.
    pub name: String,
    /// Its projects.
    pub projects: Vec<Sample>,
}

/// One project: what its ledger says, and what was reported since.
#[derive(Debug)]
pub struct Sample {
    /// The project.
    pub id: ProjectId,
    /// The ledger's values.
    pub ledger: BTreeMap<FieldPath, Value>,
    /// Months, problems.
    pub reported: BTreeMap<FieldPath, Value>,
}

/// Why the sample could not be read; it ships with the program, so a test keeps it readable.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The file is no table of the expected form.
    #[error("the demo's sample cannot be read")]
    Csv(#[from] csv::Error),
    /// A row lacks a column or holds a wrong amount.
    #[error("row {row} of the demo's sample has no usable `{column}`")]
    Column {
        /// The row, from 1.
        row: usize,
        /// The column.
        column: &'static str,
    },
}

/// Makes the townships' records for a day. `sector` finds the id of a sector by its label in the county's profile.
///
/// # Errors
/// When the sample is not the table this code expects.
pub fn townships(
    seed: u64,
    today: Date,
    sector: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Township>, SampleError> {
    let mut townships: Vec<Township> = Vec::new();
    let mut reader = csv::Reader::from_reader(SAMPLE.as_bytes());
    let headers = reader.headers()?.clone();
    for (index, record) in reader.records().enumerate() {
        let record = record?;
        let row = index + 1;
        let cell = |column: &'static str| {
            headers
                .iter()
                .position(|header| header == column)
                .and_then(|at| record.get(at))
                .map(str::trim)
                .ok_or(SampleError::Column { row, column })
        };
        let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(row as u64));
        let sample = make(&mut rng, row, today, sector, &cell)?;
        let name = cell("演示单位")?;
        match townships.iter_mut().find(|township| township.name == name) {
            Some(township) => township.projects.push(sample),
            None => townships.push(Township {
                name: name.to_owned(),
                projects: vec![sample],
            }),
        }
    }
    Ok(townships)
}

fn make<'a>(
    rng: &mut ChaCha8Rng,
    row: usize,
    today: Date,
    sector: &dyn Fn(&str) -> Option<String>,
    cell: &dyn Fn(&'static str) -> Result<&'a str, SampleError>,
) -> Result<Sample, SampleError> {
    let total = fen_of_wan(cell("总投资(万元)")?).ok_or(SampleError::Column {
        row,
        column: "总投资(万元)",
    })?;
    let township = cell("演示单位")?;
    let owner = cell("项目业主")?;

    let mut ledger = BTreeMap::new();
    let mut put = |field: Field, value: Value| {
        ledger.insert(FieldPath::once(field), value);
    };
    let text = |words: &str| Value::from(words);
    put(Field::Name, text(cell("项目名称")?));
    put(Field::Demo, Value::Bool(true));
    put(Field::TerritorialOrg, text(township));
    put(Field::TotalInvestmentFen, Value::Int(total));
    if let Some(id) = sector(cell("行业")?) {
        put(Field::Sector, Value::Text(id));
    }
    let private = owner.contains("公司") && !owner.contains("投资") && !owner.contains("建设");
    let kind = if private { "enterprise" } else { "government" };
    put(Field::InvestmentKind, text(kind));
    for (field, column) in [
        (Field::OwnerOrg, "项目业主"),
        (Field::BuildNature, "建设性质"),
        (Field::ContentScale, "建设内容及规模"),
        (Field::FundingNote, "资金来源"),
    ] {
        if !cell(column)?.is_empty() {
            put(field, text(cell(column)?));
        }
    }
    put(
        Field::Site,
        Value::Text(format!("原属地：{}", or_unknown(cell("原属地")?))),
    );
    put(
        Field::Notes,
        Value::Text(format!(
            "演示数据。名称、内容、总投资等取自公开信息（{}，{}）；计划、月度与日期为演示生成。",
            or_unknown(cell("来源")?),
            or_unknown(cell("来源日期")?),
        )),
    );

    // Until January is over there is no month of this year to fill; the demo then shows the last year.
    let last = today.month_of().plus(-1);
    let year = last.year();
    let start = Date::new(year, 1, 1)
        .unwrap_or(today)
        .plus_days(-i64::from(below(rng, 500)));
    let completion = today.plus_days(i64::from(below(rng, 400)) - 20);
    // Every project of the sample reports its months, so it has started, some a little late.
    let started = start
        .plus_days(i64::from(below(rng, 40)))
        .min(last.last_day());
    put(Field::PlannedStart, Value::Text(start.to_string()));
    put(Field::ActualStart, Value::Text(started.to_string()));
    put(
        Field::PlannedCompletion,
        Value::Text(completion.to_string()),
    );

    let share = if total < 1000 * FEN_PER_WAN {
        60 + below(rng, 41)
    } else {
        20 + below(rng, 41)
    };
    let plan = whole_wan(total / 100 * i64::from(share));
    for year in year..=today.year() {
        ledger.insert(FieldPath::year(year, Field::YearPlanFen), Value::Int(plan));
    }

    let mut reported = BTreeMap::new();
    let done = months(rng, last, plan, cell("形象进度")?, &mut reported);
    let before = if start.year() < year {
        whole_wan(total / 100 * i64::from(below(rng, 35)))
    } else {
        0
    };
    reported.insert(
        FieldPath::once(Field::CumInvestmentFen),
        Value::Int((before + done).min(total)),
    );
    reported.insert(
        FieldPath::once(Field::CumInvestmentAsAt),
        Value::Text(last.last_day().to_string()),
    );
    problem(rng, row, today, cell("存在问题")?, &mut reported);

    let mut random = [0u8; 10];
    rng.fill_bytes(&mut random);
    let made = last.first_day().at(8, 0, 0).0;
    Ok(Sample {
        id: ProjectId::from_parts(u64::try_from(made).unwrap_or(0) + row as u64, random),
        ledger,
        reported,
    })
}

/// Fills the months of a year up to the last one; gives back their sum in fen.
fn months(
    rng: &mut ChaCha8Rng,
    last: Month,
    plan: i64,
    image: &str,
    reported: &mut BTreeMap<FieldPath, Value>,
) -> i64 {
    let pace = 60 + i64::from(below(rng, 60));
    let mut done = 0;
    for number in 1..=last.month() {
        let Some(month) = Month::new(last.year(), number) else {
            continue;
        };
        // A month does a twelfth of the plan at this project's pace, more or less.
        let uneven = 40 + i64::from(below(rng, 121));
        let amount = whole_wan(plan / 12 * pace / 100 * uneven / 100).min(plan - done);
        done += amount;
        reported.insert(
            FieldPath::month(month, Field::MonthDoneFen),
            Value::Int(amount),
        );
        let percent = if plan > 0 { done * 100 / plan } else { 0 };
        let words = if month == last && !image.is_empty() {
            image.to_owned()
        } else {
            format!("完成年度计划的{percent}%")
        };
        reported.insert(
            FieldPath::month(month, Field::MonthImage),
            Value::Text(words),
        );
    }
    done
}

/// Gives every sixth project (and each whose source names one) an open problem.
fn problem(
    rng: &mut ChaCha8Rng,
    row: usize,
    today: Date,
    known: &str,
    reported: &mut BTreeMap<FieldPath, Value>,
) {
    if known.is_empty() && !row.is_multiple_of(6) {
        return;
    }
    let mut random = [0u8; 10];
    rng.fill_bytes(&mut random);
    let issue = RowId::from_parts(row as u64, random);
    let words = if known.is_empty() {
        choose(rng, &PROBLEMS)
    } else {
        known
    };
    let deadline = today.plus_days(i64::from(below(rng, 40)) - 10);
    for (column, value) in [
        (Column::Description, Value::from(words)),
        (Column::Standard, choose(rng, &STANDARDS).into()),
        (Column::Deadline, Value::Text(deadline.to_string())),
        (Column::ResponsiblePerson, choose(rng, &PERSONS).into()),
    ] {
        reported.insert(FieldPath::cell(Table::Issues, issue, column), value);
    }
}

fn choose<'a>(rng: &mut ChaCha8Rng, options: &[&'a str]) -> &'a str {
    let count = u32::try_from(options.len()).unwrap_or(u32::MAX);
    options
        .get(below(rng, count) as usize)
        .copied()
        .unwrap_or_default()
}

/// A number from 0 to `end`, `end` excluded. The slight unevenness of a remainder does no harm here.
fn below(rng: &mut ChaCha8Rng, end: u32) -> u32 {
    rng.next_u32() % end.max(1)
}

fn whole_wan(fen: i64) -> i64 {
    fen / FEN_PER_WAN * FEN_PER_WAN
}

fn or_unknown(words: &str) -> &str {
    if words.is_empty() { "未注明" } else { words }
}

/// 万元 with up to six decimals, as fen.
fn fen_of_wan(wan: &str) -> Option<i64> {
    let (whole, rest) = wan.split_once('.').unwrap_or((wan, ""));
    if rest.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let rest: i64 = format!("{rest:0<6}").parse().ok()?;
    whole.checked_mul(FEN_PER_WAN)?.checked_add(rest)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn on(year: i16, month: u8, day: u8) -> Vec<Township> {
        let today = Date::new(year, month, day).unwrap();
        townships(7, today, &|label| Some(label.len().to_string())).unwrap()
    }

    #[test]
    fn the_sample_has_three_townships_with_distinct_projects() {
        let made = on(2026, 11, 22);
        assert_eq!(made.len(), 3);
        let projects: Vec<_> = made.iter().flat_map(|t| &t.projects).collect();
        assert!(projects.len() >= 60, "{}", projects.len());
        let ids: BTreeSet<_> = projects.iter().map(|p| p.id).collect();
        assert_eq!(ids.len(), projects.len());
        for project in projects {
            assert_eq!(
                project.ledger[&FieldPath::once(Field::Demo)],
                Value::Bool(true)
            );
            for path in project.ledger.keys().chain(project.reported.keys()) {
                assert_ne!(path.target(), shared::field::Target::Unknown, "{path}");
            }
            let notes = project.ledger[&FieldPath::once(Field::Notes)]
                .as_text()
                .unwrap();
            assert!(!notes.contains("://"), "an address became a link: {notes}");
        }
    }

    #[test]
    fn whoever_reports_months_has_started() {
        let today = Date::new(2026, 11, 22).unwrap();
        for project in on(2026, 11, 22).iter().flat_map(|t| &t.projects) {
            let started = project.ledger[&FieldPath::once(Field::ActualStart)].as_text();
            let started: Date = started.unwrap().parse().unwrap();
            assert!(started < today, "{started}");
        }
    }

    #[test]
    fn the_same_day_gives_the_same_records_and_leaves_the_current_month_open() {
        let (first, second) = (on(2026, 11, 22), on(2026, 11, 22));
        for (a, b) in first.iter().zip(&second) {
            for (a, b) in a.projects.iter().zip(&b.projects) {
                assert_eq!(
                    (a.id, &a.ledger, &a.reported),
                    (b.id, &b.ledger, &b.reported)
                );
            }
        }
        let open = FieldPath::month(Month::new(2026, 11).unwrap(), Field::MonthDoneFen);
        let last = FieldPath::month(Month::new(2026, 10).unwrap(), Field::MonthDoneFen);
        let project = &first[0].projects[0];
        assert!(!project.reported.contains_key(&open));
        assert!(project.reported.contains_key(&last));
    }

    #[test]
    fn in_january_the_demo_shows_the_last_year() {
        let made = on(2027, 1, 3);
        let project = &made[0].projects[0];
        let december = FieldPath::month(Month::new(2026, 12).unwrap(), Field::MonthDoneFen);
        assert!(project.reported.contains_key(&december));
        for year in [2026, 2027] {
            let plan = FieldPath::year(year, Field::YearPlanFen);
            assert!(project.ledger.contains_key(&plan));
        }
    }

    #[test]
    fn what_is_done_in_a_year_stays_within_its_plan() {
        for township in on(2026, 12, 31) {
            for project in township.projects {
                let plan = project.ledger[&FieldPath::year(2026, Field::YearPlanFen)]
                    .as_int()
                    .unwrap();
                let done: i64 = (1..=11)
                    .filter_map(|number| {
                        let month = Month::new(2026, number).unwrap();
                        project.reported[&FieldPath::month(month, Field::MonthDoneFen)].as_int()
                    })
                    .sum();
                assert!((0..=plan).contains(&done), "{done} of {plan}");
            }
        }
    }
}
