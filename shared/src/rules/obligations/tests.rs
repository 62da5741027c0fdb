//! Tables that follow domain.md 15: scenarios 9 to 14, 16, 17, 20, 24 and 48, and what the engine adds around them.
#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::api::Timeliness;
use crate::cells::CellMap;
use crate::decide::UnitEntry;
use crate::field::{Column, FieldPath, Table};
use crate::ids::{NodeId, RowId};
use crate::project::{Cell, ProjectView};
use crate::value::Value;

mod agreement;
mod borders;
mod sources;

/// Where a row stands.
#[derive(Clone, Copy)]
enum In {
    Unit,
    County,
    Hub,
    Project(ProjectId),
}

/// A county in memory.
struct County {
    profile: Profile,
    directory: Directory,
    projects: BTreeMap<ProjectId, ProjectView>,
    units: BTreeMap<UnitId, Book>,
    county: Book,
    hub: Book,
    drawn: u8,
}

fn moment(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap_or((text, "12:00:00"));
    let parts: Vec<u8> = time.split(':').map(|part| part.parse().unwrap()).collect();
    day.parse::<Date>()
        .unwrap()
        .at(parts[0], parts[1], parts[2])
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn put(cells: &mut CellMap, path: &str, value: Value) {
    let contenders = Vec::new();
    cells.insert(path.parse().unwrap(), Cell { value, contenders });
}

fn town() -> UnitId {
    UnitId::from_bytes([1; 10])
}

impl County {
    fn of(slug: &str) -> Self {
        let profile = Profile::built_in(slug).unwrap();
        let mut county = Self {
            profile,
            directory: Directory::default(),
            projects: BTreeMap::new(),
            units: BTreeMap::new(),
            county: Book::default(),
            hub: Book::default(),
            drawn: 0,
        };
        let kind = if slug == "honghe" {
            "county_node"
        } else {
            "township"
        };
        county.unit(town(), "A", kind);
        county
    }

    fn unit(&mut self, unit: UnitId, name: &str, kind: &str) {
        let [first, ..] = unit.to_bytes();
        let entry = UnitEntry {
            name: name.to_owned(),
            kind: kind.to_owned(),
            hosted_at: Some(NodeId::from_bytes([first; 32])),
            since: None,
        };
        self.directory.units.insert(unit, entry);
        self.units.insert(unit, Book::default());
    }

    fn project(&mut self, number: u8, fields: &[(&str, &str)]) -> ProjectId {
        let id = ProjectId::from_parts(1, [number; 10]);
        let mut cells = CellMap::new();
        put(&mut cells, "name", "P".into());
        put(&mut cells, "home_node", town().to_string().into());
        for (path, value) in fields {
            put(&mut cells, path, (*value).into());
        }
        let heads = Vec::new();
        self.projects.insert(id, ProjectView { id, heads, cells });
        id
    }

    fn draw(&mut self) -> RowId {
        self.drawn += 1;
        RowId::from_parts(u64::from(self.drawn), [self.drawn; 10])
    }

    /// Writes a row; the last column is its moment.
    fn row(&mut self, into: In, table: Table, at: &str, set: &[(Column, Value)]) -> RowId {
        let row = self.draw();
        let cells = match into {
            In::Unit => &mut self.units.get_mut(&town()).unwrap().cells,
            In::County => &mut self.county.cells,
            In::Hub => &mut self.hub.cells,
            In::Project(project) => &mut self.projects.get_mut(&project).unwrap().cells,
        };
        for (column, value) in set {
            let path = FieldPath::cell(table, row, *column);
            put(cells, path.as_str(), value.clone());
        }
        let path = FieldPath::cell(table, row, Column::At);
        put(cells, path.as_str(), Value::Int(moment(at).0));
        row
    }

    fn file(&mut self, report: &str, period: &str, filed: &str, received: Option<&str>) -> RowId {
        let set = [
            (Column::Ledger, report.into()),
            (Column::Period, period.into()),
            (Column::FiledAt, Value::Int(moment(filed).0)),
        ];
        let filing = self.row(In::Unit, Table::Filings, filed, &set);
        if let Some(received) = received {
            self.say(filing, "received", received);
        }
        filing
    }

    fn say(&mut self, filing: RowId, verdict: &str, at: &str) {
        let set = [
            (Column::Filing, filing.to_string().into()),
            (Column::Verdict, verdict.into()),
        ];
        self.row(In::Unit, Table::Reviews, at, &set);
    }

    fn issue(&mut self, list: &str, year: &str, at: &str, projects: &[ProjectId]) {
        let set = [(Column::List, list.into()), (Column::Year, year.into())];
        let edition = self.row(In::County, Table::ListEditions, at, &set);
        for project in projects {
            let set = [
                (Column::Edition, edition.to_string().into()),
                (Column::Project, project.to_string().into()),
                (Column::EntryState, "on_list".into()),
            ];
            self.row(In::County, Table::ListEntries, at, &set);
        }
    }

    fn owed(&self, whose: Whose, on: &str, now: &str) -> Vec<Obligation> {
        self.answer(&Asked::on(whose, day(on), moment(now)))
    }

    fn answer(&self, asked: &Asked) -> Vec<Obligation> {
        let world = World {
            profile: &self.profile,
            directory: &self.directory,
            projects: &self.projects,
            units: &self.units,
            county: &self.county,
            hub: &self.hub,
            rolls: None,
        };
        obligations(&Ground::of(&world), asked)
    }

    fn one(&self, rule: &str, period: &str, on: &str, now: &str) -> Option<Obligation> {
        let owed = self.owed(Whose::All, on, now);
        owed.into_iter()
            .find(|one| one.rule == rule && one.period == period)
    }
}

/// A county with one project of the report's population.
fn reporting(slug: &str) -> County {
    let mut county = County::of(slug);
    let fields: &[(&str, &str)] = match slug {
        "kundulun" => &[("programmes", "baolian,key"), ("stage", "construction")],
        _ => &[("stage", "construction")],
    };
    county.project(1, fields);
    county
}

/// One filing of one period, judged long after: its due moment and verdict.
#[track_caller]
fn judged(slug: &str, rule: &str, period: &str, filed: &str, due: &str, expected: Timeliness) {
    let mut county = reporting(slug);
    county.file(rule, period, filed, Some(filed));
    let to = moment(filed).date().plus_days(5);
    let asked = Asked {
        whose: Whose::Unit(town()),
        from: moment(due).date(),
        to,
        now: to.at(0, 0, 0),
    };
    let owed = county.answer(&asked);
    let one = owed
        .iter()
        .find(|one| one.rule == rule && one.period == period)
        .unwrap();
    assert_eq!(one.due, Some(moment(due)), "{rule} {period}");
    assert_eq!(one.verdict, Some(expected), "{rule} {period} {filed}");
    assert_eq!(one.unit, Some(town()));
    assert!(!one.clause.is_empty());
}

#[test]
fn reports_are_judged_to_the_second_of_their_day() {
    use Timeliness::{Late, OnTime};
    for (slug, rule, period, filed, due, verdict) in [
        // 9: the 28th.
        (
            "kundulun",
            "R-KD-3",
            "2017-03",
            "2017-03-28 23:59:59",
            "2017-03-28 23:59:59",
            OnTime,
        ),
        (
            "kundulun",
            "R-KD-3",
            "2017-03",
            "2017-03-29 00:00:00",
            "2017-03-28 23:59:59",
            Late,
        ),
        // 11: the 15th and the 30th, the last day of February, the 30th of a longer month.
        (
            "kundulun",
            "R-KD-2",
            "2017-02-H1",
            "2017-02-15",
            "2017-02-15 23:59:59",
            OnTime,
        ),
        (
            "kundulun",
            "R-KD-2",
            "2017-02-H2",
            "2017-02-28",
            "2017-02-28 23:59:59",
            OnTime,
        ),
        (
            "kundulun",
            "R-KD-2",
            "2016-12-H2",
            "2016-12-31",
            "2016-12-30 23:59:59",
            Late,
        ),
        // 12: the last day of the month.
        (
            "kaizhou",
            "R-KZ-1",
            "2023-02",
            "2023-02-28",
            "2023-02-28 23:59:59",
            OnTime,
        ),
        (
            "kaizhou",
            "R-KZ-1",
            "2023-02",
            "2023-03-01 00:00:00",
            "2023-02-28 23:59:59",
            Late,
        ),
        // 13: the Monday after the week.
        (
            "wushan",
            "R-WS-1",
            "2024-09-02",
            "2024-09-09",
            "2024-09-09 23:59:59",
            OnTime,
        ),
        (
            "wushan",
            "R-WS-1",
            "2024-09-02",
            "2024-09-10",
            "2024-09-09 23:59:59",
            Late,
        ),
        // 14: next year's names.
        (
            "wushan",
            "R-WS-3",
            "2024",
            "2024-10-31",
            "2024-10-31 23:59:59",
            OnTime,
        ),
        (
            "wushan",
            "R-WS-3",
            "2024",
            "2024-11-01",
            "2024-10-31 23:59:59",
            Late,
        ),
        // 16: the first ten days of September.
        (
            "honghe",
            "R-HH-1",
            "2022",
            "2022-09-10",
            "2022-09-10 23:59:59",
            OnTime,
        ),
        (
            "honghe",
            "R-HH-1",
            "2022",
            "2022-09-11",
            "2022-09-10 23:59:59",
            Late,
        ),
    ] {
        judged(slug, rule, period, filed, due, verdict);
    }
}

#[test]
fn a_line_that_was_down_costs_nothing_for_three_days_and_can_be_excused() {
    let seen = |received: &str, excused: bool| {
        let mut county = reporting("kundulun");
        let filing = county.file("R-KD-3", "2017-03", "2017-03-28 20:00:00", Some(received));
        if excused {
            county.say(filing, "excused", "2017-04-02");
        }
        let asked = Asked {
            whose: Whose::All,
            from: day("2017-03-28"),
            to: day("2017-04-03"),
            now: moment("2017-04-03"),
        };
        let owed = county.answer(&asked);
        let one = owed
            .into_iter()
            .find(|one| one.rule == "R-KD-3" && one.period == "2017-03")
            .unwrap();
        (one.verdict.unwrap(), one.done_at, one.received_at)
    };
    let filed = Some(moment("2017-03-28 20:00:00"));
    for (received, excused, verdict) in [
        ("2017-03-30 09:00:00", false, Timeliness::OnTime),
        ("2017-03-31 23:59:59", false, Timeliness::OnTime),
        ("2017-04-01 00:00:00", false, Timeliness::LateNetwork),
        ("2017-04-01 00:00:00", true, Timeliness::Excused),
    ] {
        let expected = (verdict, filed, Some(moment(received)));
        assert_eq!(seen(received, excused), expected, "{received}");
    }
}

#[test]
fn what_is_sent_before_its_days_is_kept_until_it_is_confirmed() {
    let mut county = reporting("honghe");
    county.file("R-HH-1", "2022", "2022-08-31", Some("2022-08-31"));
    let at = |county: &County, now: &str| {
        let on = moment(now).date().to_string();
        county.one("R-HH-1", "2022", &on, now).unwrap().standing
    };
    assert_eq!(at(&county, "2022-09-01"), Standing::Prefilled);
    assert_eq!(at(&county, "2022-09-10 23:59:59"), Standing::Prefilled);
    assert_eq!(at(&county, "2022-09-11 00:00:00"), Standing::Missing);
    county.file("R-HH-1", "2022", "2022-09-02", Some("2022-09-02"));
    assert_eq!(at(&county, "2022-09-02"), Standing::Received);
    let one = county
        .one("R-HH-1", "2022", "2022-09-10", "2022-10-01")
        .unwrap();
    assert_eq!(one.verdict, Some(Timeliness::OnTime));
}

#[test]
fn a_returned_report_is_judged_by_the_next_revision() {
    for (again, verdict) in [
        ("2017-03-29", Timeliness::Late),
        ("2017-03-28", Timeliness::OnTime),
    ] {
        let mut county = reporting("kundulun");
        let filing = county.file("R-KD-3", "2017-03", "2017-03-20", Some("2017-03-20"));
        county.say(filing, "returned", "2017-03-21");
        let before = county
            .one("R-KD-3", "2017-03", "2017-03-25", "2017-03-25")
            .unwrap();
        assert_eq!(before.standing, Standing::Returned);
        county.file("R-KD-3", "2017-03", again, Some(again));
        let asked = Asked {
            whose: Whose::All,
            from: day("2017-03-28"),
            to: day("2017-03-30"),
            now: moment("2017-03-30"),
        };
        let owed = county.answer(&asked);
        let one = owed
            .iter()
            .find(|one| one.rule == "R-KD-3" && one.period == "2017-03")
            .unwrap();
        assert_eq!(one.verdict, Some(verdict), "{again}");
    }
}

#[test]
fn what_was_never_filed_stays_owed_and_what_is_not_judged_is_never_late() {
    let county = reporting("kundulun");
    let missing = county
        .one("R-KD-3", "2017-03", "2017-05-02", "2017-05-02")
        .unwrap();
    assert_eq!(
        (missing.standing, missing.verdict, missing.severity),
        (Standing::Missing, Some(Timeliness::Missing), Severity::Red)
    );
    // KB-5: nothing at the month's end shows, and is not late.
    let named = county
        .one("R-KD-1", "2017-03", "2017-04-01", "2017-04-01")
        .unwrap();
    assert_eq!(
        (named.standing, named.verdict, named.severity),
        (Standing::Missing, None, Severity::Amber)
    );
    // KP-16: no day is given for the quarter.
    let quarter = county
        .one("R-KD-4", "2017-Q1", "2017-03-31", "2017-03-31")
        .unwrap();
    assert_eq!((quarter.due, quarter.standing), (None, Standing::Open));
}

#[test]
fn a_report_names_the_projects_of_its_lists_once_one_was_issued() {
    let mut county = County::of("kaizhou");
    let (listed, other) = (county.project(1, &[]), county.project(2, &[]));
    let subjects = |county: &County| {
        let one = county.one("R-KZ-1", "2023-02", "2023-02-10", "2023-02-10");
        one.map(|one| one.subjects).unwrap_or_default()
    };
    assert_eq!(subjects(&county), [listed, other]);
    county.issue("kz.rolling3", "2023", "2022-12-20", &[listed]);
    assert_eq!(subjects(&county), [listed]);
}

#[test]
fn the_week_asks_for_what_is_under_construction_at_its_due_moment() {
    let mut county = County::of("wushan");
    let project = county.project(1, &[("stage", "acceptance")]);
    for (stage, on) in [("construction", "2024-09-04"), ("acceptance", "2024-09-12")] {
        let set = [(Column::ToStage, stage.into()), (Column::Date, on.into())];
        county.row(In::Project(project), Table::Transitions, on, &set);
    }
    let owes = |week: &str| {
        let due = day(week).plus_days(7).to_string();
        county.one("R-WS-1", week, &due, "2024-10-01").is_some()
    };
    assert!(owes("2024-09-02"));
    assert!(!owes("2024-09-09"));
}

#[test]
fn a_list_that_was_not_issued_by_the_end_of_the_year_is_amber() {
    let mut county = County::of("kaizhou");
    let at = |county: &County, now: &str| {
        let on = moment(now).date().to_string();
        let one = county.one("kz.annual", "2023", &on, now).unwrap();
        (one.standing, one.severity)
    };
    assert_eq!(
        at(&county, "2022-12-31 23:59:59"),
        (Standing::Open, Severity::None)
    );
    let amber = (Standing::NotIssued, Severity::Amber);
    assert_eq!(at(&county, "2023-01-01 00:00:00"), amber);
    county.issue("kz.annual", "2023", "2023-01-05", &[]);
    assert_eq!(at(&county, "2023-01-04"), amber);
    assert!(
        county
            .one("kz.annual", "2023", "2023-01-06", "2023-01-06")
            .is_none()
    );
}

#[test]
fn a_cancelled_reserve_project_is_to_be_replaced() {
    let mut county = County::of("kundulun");
    let project = county.project(1, &[("programmes", "key"), ("stage", "withdrawn")]);
    for (from, stage, on) in [
        ("idea", "reserve", "2017-01-05"),
        ("reserve", "withdrawn", "2017-02-05"),
    ] {
        let set = [
            (Column::FromStage, from.into()),
            (Column::ToStage, stage.into()),
            (Column::Date, on.into()),
        ];
        county.row(In::Project(project), Table::Transitions, on, &set);
    }
    let open = |county: &County| {
        let owed = county.owed(Whose::Unit(town()), "2017-02-06", "2017-02-06");
        owed.iter()
            .any(|one| one.kind == ObligationKind::Replacement)
    };
    assert!(open(&county));
    let set = [(Column::Reason, "none in sight".into())];
    county.row(
        In::Project(project),
        Table::Replacements,
        "2017-02-06",
        &set,
    );
    assert!(!open(&county));
}

#[test]
fn an_unfinished_plan_is_to_be_explained_once_the_year_is_over() {
    let mut county = County::of("kundulun");
    let project = county.project(1, &[("programmes", "baolian"), ("stage", "construction")]);
    let other = county.project(2, &[("programmes", "key"), ("stage", "construction")]);
    for id in [project, other] {
        let cells = &mut county.projects.get_mut(&id).unwrap().cells;
        put(cells, "2017/year_plan_fen", Value::Int(1_200));
        put(cells, "2017-06/month_done_fen", Value::Int(1_199));
    }
    let open = |county: &County, on: &str| {
        let mut owed = county.owed(Whose::Unit(town()), on, on);
        owed.retain(|one| one.kind == ObligationKind::Explanation);
        let said = owed.iter().map(|one| {
            let about = (
                one.project,
                one.clause.as_str().to_owned(),
                one.period.clone(),
            );
            (about, one.amount_fen, one.standing)
        });
        said.collect::<Vec<_>>()
    };
    let about = (Some(project), "KB-13".to_owned(), "2017".to_owned());
    assert_eq!(open(&county, "2017-12-31"), []);
    assert_eq!(
        open(&county, "2018-01-01"),
        [(about.clone(), Some(1), Standing::Open)]
    );
    let given = [
        (Column::Year, "2017".into()),
        (Column::Text, "late land".into()),
    ];
    county.row(
        In::Project(project),
        Table::Explanations,
        "2018-01-02",
        &given,
    );
    assert_eq!(
        open(&county, "2018-01-03"),
        [(about, Some(1), Standing::Done)]
    );
    let cells = &mut county.projects.get_mut(&project).unwrap().cells;
    put(cells, "2017-07/month_done_fen", Value::Int(1));
    assert_eq!(open(&county, "2018-01-03"), []);
}

#[test]
fn a_new_project_is_routed_to_the_officer_of_its_sector() {
    let mut county = County::of("kaizhou");
    let project = county.project(1, &[("sector", "transport")]);
    county.project(2, &[("sector", "water")]);
    for (sector, person) in [("transport", "Wu"), ("water", "Sun")] {
        let set = [
            (Column::Sector, sector.into()),
            (Column::Person, person.into()),
        ];
        county.row(In::Hub, Table::SectorOfficers, "2022-11-01", &set);
    }
    let of_wu = |county: &County| {
        let owed = county.owed(Whose::Person("Wu".to_owned()), "2022-11-20", "2022-11-20");
        owed.iter()
            .map(|one| (one.rule.clone(), one.project))
            .collect::<Vec<_>>()
    };
    assert_eq!(of_wu(&county), [("hub_officer".to_owned(), Some(project))]);
    let cells = &mut county.projects.get_mut(&project).unwrap().cells;
    put(cells, "hub_officer", "Wu".into());
    assert_eq!(of_wu(&county), []);
}

#[test]
fn the_division_of_work_proposes_a_leader_until_the_hub_named_one() {
    let mut county = County::of("kundulun");
    let fields = [
        ("programmes", "baolian"),
        ("stage", "construction"),
        ("sector", "industry"),
    ];
    let project = county.project(1, &fields);
    for (sector, person) in [("energy", "Zheng"), ("industry", "Zhou")] {
        let set = [
            (Column::Sector, sector.into()),
            (Column::Person, person.into()),
        ];
        county.row(In::Hub, Table::LeaderDivision, "2017-01-10", &set);
    }
    let asked = |county: &County| {
        let owed = county.owed(Whose::Project(project), "2017-05-10", "2017-05-10");
        let leader = owed.into_iter().find(|one| one.rule == "leader");
        leader.map(|one| (one.name, one.clause))
    };
    let proposed = ("Zhou".to_owned(), "KB-7".to_owned());
    assert_eq!(asked(&county), Some(proposed));
    let named = [(Column::Person, "Zheng".into())];
    let into = In::Project(project);
    county.row(into, Table::LeadLeaders, "2017-02-01", &named);
    assert_eq!(asked(&county), None);
}

#[test]
fn in_the_reserve_the_items_of_the_departments_are_opened() {
    let mut county = County::of("wushan");
    let project = county.project(1, &[("stage", "reserve")]);
    let open = |county: &County| {
        let mut owed = county.owed(Whose::Project(project), "2024-09-12", "2024-09-12");
        owed.retain(|one| one.clause == "WS-6");
        owed.len()
    };
    let items = ["policy", "planning", "land", "energy", "financing"];
    for item in items {
        assert_eq!(open(&county), 1, "{item}");
        let set = [(Column::ApprovalItem, item.into())];
        county.row(In::Project(project), Table::Approvals, "2024-09-10", &set);
    }
    assert_eq!(open(&county), 0);
}

#[test]
fn a_comment_every_two_months_counts_in_either_and_falls_due_with_the_even_one() {
    let mut county = County::of("longting");
    let at = |county: &County, on: &str| {
        let owed = county.owed(Whose::Hub, on, on);
        let mut found: Vec<_> = owed
            .into_iter()
            .filter(|one| one.rule == "M-LT-3")
            .map(|one| {
                (
                    one.period,
                    one.due.unwrap().date().to_string(),
                    one.standing,
                )
            })
            .collect();
        found.retain(|(_, _, standing)| *standing != Standing::Done);
        found
    };
    let april = (
        "2022-03..04".to_owned(),
        "2022-04-30".to_owned(),
        Standing::Open,
    );
    assert!(at(&county, "2022-04-30").contains(&april));
    let may = at(&county, "2022-05-15");
    assert!(may.iter().all(|(_, due, _)| !due.starts_with("2022-05")));
    let missed = (
        "2022-03..04".to_owned(),
        "2022-04-30".to_owned(),
        Standing::NotHeld,
    );
    assert!(may.contains(&missed), "{may:?}");
    let set = [
        (Column::MeetingKind, "M-LT-3".into()),
        (Column::Date, "2022-03-20".into()),
    ];
    county.row(In::Hub, Table::Meetings, "2022-03-20", &set);
    assert!(!at(&county, "2022-05-15").contains(&missed));
}

#[test]
fn events_in_principle_are_amber_duties_red_and_the_rest_is_only_said() {
    let county = reporting("kaizhou");
    let after = |rule: &str, period: &str, on: &str| {
        let one = county.one(rule, period, on, on).unwrap();
        (one.standing, one.severity)
    };
    assert_eq!(
        after("M-KZ-5", "2023-Q1", "2023-04-01"),
        (Standing::NotHeld, Severity::Amber)
    );
    assert_eq!(
        after("M-KZ-6", "2023-03", "2023-04-01"),
        (Standing::NotHeld, Severity::Red)
    );
    assert_eq!(
        after("M-KZ-7", "", "2023-04-01"),
        (Standing::Unset, Severity::None)
    );
    assert!(
        county
            .one("M-KZ-4", "", "2023-04-01", "2023-04-01")
            .is_none()
    );
    // The circular of a month is made from what is due on its last day, so it is expected in the next.
    assert_eq!(
        after("P-KZ-1", "2023-03", "2023-04-30"),
        (Standing::Open, Severity::None)
    );
    assert_eq!(
        after("P-KZ-1", "2023-03", "2023-05-01"),
        (Standing::NotHeld, Severity::Red)
    );
}

#[test]
fn issues_tasks_and_promises_are_overdue_on_the_day_after() {
    let mut county = County::of("kaizhou");
    let project = county.project(1, &[]);
    let issue = [
        (Column::Description, "no land".into()),
        (Column::Deadline, "2022-12-10".into()),
        (Column::ResponsiblePerson, "Li".into()),
    ];
    let issue = county.row(In::Project(project), Table::Issues, "2022-11-01", &issue);
    let task = [
        (Column::Task, "piles".into()),
        (Column::Due, "2022-12-10".into()),
    ];
    county.row(In::Project(project), Table::Countdown, "2022-11-01", &task);
    let promise = [
        (Column::ApprovalAct, "accept_tolerated".into()),
        (Column::Due, "2022-12-10".into()),
    ];
    county.row(
        In::Project(project),
        Table::ApprovalSteps,
        "2022-11-01",
        &promise,
    );
    let late = |county: &County, now: &str| {
        let on = moment(now).date().to_string();
        let owed = county.owed(Whose::Project(project), &on, now);
        let late = owed.iter().filter(|one| one.standing == Standing::Overdue);
        late.map(|one| one.kind).collect::<Vec<_>>()
    };
    assert_eq!(late(&county, "2022-12-10 23:59:59"), []);
    use ObligationKind::{Commitment, Issue, Task};
    assert_eq!(
        late(&county, "2022-12-11 00:00:00"),
        [Commitment, Issue, Task]
    );
    let persons = county.owed(Whose::Person("Li".to_owned()), "2022-12-11", "2022-12-11");
    assert_eq!(persons.len(), 1);
    let done = [
        (Column::Issue, issue.to_string().into()),
        (Column::Act, "reported_done".into()),
    ];
    county.row(In::Project(project), Table::IssueSteps, "2022-12-09", &done);
    assert_eq!(late(&county, "2022-12-11 00:00:00"), [Commitment, Task]);
}

#[test]
fn five_hundred_projects_are_answered_in_one_pass() {
    let mut county = County::of("kaizhou");
    for number in 0..=255 {
        county.project(number, &[("stage", "construction")]);
    }
    let owed = county.owed(Whose::Unit(town()), "2023-02-10", "2023-02-10");
    let report = owed.iter().find(|one| one.kind == ObligationKind::Report);
    assert_eq!(report.map(|one| one.subjects.len()), Some(256));
}
