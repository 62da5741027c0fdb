#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use crate::cells::CellMap;
use crate::command::{Actor, Command, FilingLine, Refusal, Role, Why};
use crate::decide::{Decision, Directory, Filed, FilingReview, State, decide};
use crate::field::{Column, FieldPath, Table};
use crate::ids::{ProjectId, RowId, UnitId, UserId};
use crate::profile::Profile;
use crate::project::{Cell, ProjectView};
use crate::time::{Date, Timestamp};
use crate::value::Value;

fn town() -> UnitId {
    UnitId::from_bytes([1; 10])
}

fn project() -> ProjectId {
    ProjectId::from_parts(1, [1; 10])
}

fn row(number: u8) -> RowId {
    RowId::from_parts(u64::from(number), [number; 10])
}

fn at(day: &str, hour: u8) -> Timestamp {
    day.parse::<Date>().unwrap().at(hour, 0, 0)
}

fn actor(role: Role) -> Actor {
    Actor {
        user: UserId::from_bytes([1; 5]),
        name: "Wang".to_owned(),
        role,
        unit: town(),
        at_hub: matches!(role, Role::HubOfficer | Role::HubHead),
    }
}

/// A unit with one project under a county's rules.
struct Town {
    profile: Profile,
    directory: Directory,
    view: ProjectView,
    filings: Vec<Filed>,
    /// True while the project stands on the annual list.
    annual: bool,
}

impl Town {
    fn of(slug: &str, cells: &[(&str, Value)]) -> Self {
        let mut all = CellMap::new();
        let home = ("home_node", Value::from(town().to_string().as_str()));
        for (path, value) in cells.iter().cloned().chain([home]) {
            let contenders = Vec::new();
            all.insert(
                path.parse::<FieldPath>().unwrap(),
                Cell { value, contenders },
            );
        }
        Self {
            profile: Profile::built_in(slug).unwrap(),
            directory: Directory::default(),
            view: ProjectView {
                id: project(),
                heads: vec!["ab".to_owned()],
                cells: all,
            },
            filings: Vec::new(),
            annual: false,
        }
    }

    fn run(&self, actor: &Actor, now: Timestamp, command: &Command) -> Result<Decision, Refusal> {
        let mut state = State::new(&self.directory);
        state.projects.insert(project(), self.view.clone());
        state.unit_projects.insert(project());
        state.filings.clone_from(&self.filings);
        if self.annual {
            let mut put = |table, column, value: &str| {
                let path = FieldPath::cell(table, row(1), column);
                let value = Value::from(value);
                let contenders = Vec::new();
                state.county.cells.insert(path, Cell { value, contenders });
            };
            put(Table::ListEditions, Column::List, "kz.annual");
            put(Table::ListEditions, Column::Year, "2023");
            put(Table::ListEntries, Column::Edition, &row(1).to_string());
            put(Table::ListEntries, Column::Project, &project().to_string());
            put(Table::ListEntries, Column::EntryState, "on_list");
        }
        let mut draw = || row(99);
        decide(&state, &self.profile, actor, now, &mut draw, command)
    }

    fn file(
        &self,
        ledger: &str,
        period: &str,
        now: Timestamp,
        nil_ledgers: &[&str],
        follows: Option<RowId>,
    ) -> Result<Vec<FilingLine>, Refusal> {
        let command = Command::File {
            filing: row(50),
            unit: town(),
            ledger: ledger.to_owned(),
            period: period.to_owned(),
            lines: vec![FilingLine {
                project: project(),
                heads: Vec::new(),
                nil: false,
                nil_ledgers: nil_ledgers.iter().map(ToString::to_string).collect(),
            }],
            follows,
            on_behalf: None,
        };
        let decided = self.run(&actor(Role::Clerk), now, &command)?;
        let lines = decided
            .writes
            .iter()
            .find(|write| write.path == FieldPath::cell(Table::Filings, row(50), Column::Lines));
        Ok(serde_json::from_str(lines.unwrap().value.as_text().unwrap()).unwrap())
    }

    fn was_filed(&mut self, ledger: &str, period: &str, filed: Timestamp, received: Timestamp) {
        self.filings.push(Filed {
            id: row(40),
            ledger: ledger.to_owned(),
            period: period.to_owned(),
            filed_at: filed,
            by: None,
            follows: None,
            lines: Vec::new(),
            reason: String::new(),
            reviews: vec![FilingReview {
                id: row(41),
                verdict: "received".to_owned(),
                reason: String::new(),
                cells: Default::default(),
                at: received,
                by: None,
            }],
        });
    }
}

fn done() -> (&'static str, Value) {
    ("2023-02/month_done_fen", Value::Int(100))
}

/// Scenario 12 and D-24: the countdown is asked for from the annual plan alone, and its absence is refused by name.
#[test]
fn a_pack_that_lacks_a_ledger_is_refused_by_its_name() {
    let now = at("2023-02-28", 9);
    let mut town = Town::of("kaizhou", &[done()]);
    let lines = town.file("R-KZ-1", "2023-02", now, &[], None).unwrap();
    // No problem is open, and that is what the ledger of problems says.
    assert_eq!(lines[0].nil_ledgers, ["kz.issue"]);
    assert!(!lines[0].nil);
    town.annual = true;
    let refusal = town.file("R-KZ-1", "2023-02", now, &[], None).unwrap_err();
    let Why::GateClosed(gate) = &refusal.why else {
        panic!("{refusal:?}")
    };
    assert_eq!(gate.lacks, [town.profile.ledger_name("kz.countdown")]);
    assert_eq!(refusal.rule.as_deref(), Some("KZ-2.4.3"));
    assert_eq!(refusal.projects, [project()]);
    // A line that says there is nothing is a ledger.
    let lines = town.file("R-KZ-1", "2023-02", now, &["kz.countdown"], None);
    assert_eq!(lines.unwrap()[0].nil_ledgers, ["kz.countdown", "kz.issue"]);
    let task = FieldPath::cell(Table::Countdown, row(3), Column::Task);
    let year = FieldPath::cell(Table::Countdown, row(3), Column::Year);
    for (path, value) in [(task, "piles"), (year, "2023")] {
        let cell = Cell {
            value: value.into(),
            contenders: Vec::new(),
        };
        town.view.cells.insert(path, cell);
    }
    assert!(town.file("R-KZ-1", "2023-02", now, &[], None).is_ok());
}

#[test]
fn every_kind_of_period_is_filed_under_its_own_name() {
    for (slug, ledger, period, day, row_path) in [
        (
            "wushan",
            "R-WS-1",
            "2024-09-02",
            "2024-09-09",
            "weekly/2024-09-02/image",
        ),
        (
            "kundulun",
            "R-KD-2",
            "2017-02-H2",
            "2017-02-28",
            "halves/2017-02-H2/progress",
        ),
        ("kundulun", "R-KD-4", "2017-Q1", "2017-03-31", "name"),
        ("kundulun", "R-KD-4", "2017", "2017-12-31", "name"),
    ] {
        let now = at(day, 9);
        // A report of half a month says four things; the row of any other kind is said by its first.
        let more = ["procedures", "problem", "suggestion"].map(|column| {
            let path = row_path.replace("progress", column);
            (path, "as planned")
        });
        let mut told = vec![(row_path, "as planned".into())];
        if row_path.starts_with("halves") {
            told.extend(
                more.iter()
                    .map(|(path, text)| (path.as_str(), (*text).into())),
            );
        }
        let told = Town::of(slug, &told);
        assert!(
            told.file(ledger, period, now, &[], None).is_ok(),
            "{ledger} {period}"
        );
        if row_path != "name" {
            let empty = Town::of(slug, &[]);
            let refusal = empty.file(ledger, period, now, &[], None).unwrap_err();
            assert_eq!(refusal.missing[0].as_str(), row_path);
        }
        let other = told.file(ledger, "2017-13", now, &[], None).unwrap_err();
        assert_eq!(other.why, Why::NotInProfile);
    }
}

#[test]
fn the_next_period_is_sent_in_advance_and_confirmed_when_it_has_come() {
    let told = ("weekly/2024-09-09/image", "as planned".into());
    let mut town = Town::of("wushan", &[told]);
    let early = at("2024-09-08", 9);
    assert!(town.file("R-WS-1", "2024-09-09", early, &[], None).is_ok());
    let far = town
        .file("R-WS-1", "2024-09-16", early, &[], None)
        .unwrap_err();
    assert!(matches!(far.why, Why::Inconsistent { .. }), "{far:?}");
    town.was_filed("R-WS-1", "2024-09-09", early, early);
    let again = town
        .file("R-WS-1", "2024-09-09", early, &[], None)
        .unwrap_err();
    assert_eq!(again.why, Why::AlreadyFiled);
    let open = at("2024-09-10", 9);
    assert!(town.file("R-WS-1", "2024-09-09", open, &[], None).is_ok());
}

#[test]
fn only_a_filing_late_by_network_is_excused_and_only_with_a_reason() {
    let mut town = Town::of("kundulun", &[]);
    let excuse = |town: &Town, role: Role, reason: &str, now: Timestamp| {
        let command = Command::ExcuseFiling {
            review: row(60),
            unit: UnitId::from_bytes([1; 10]),
            filing: row(40),
            reason: reason.to_owned(),
        };
        let decided = town.run(&actor(role), now, &command);
        decided.map(drop).map_err(|refusal| refusal.why)
    };
    let now = at("2017-04-02", 9);
    let filed = at("2017-03-28", 20);
    town.was_filed("R-KD-3", "2017-03", filed, at("2017-03-30", 9));
    assert_eq!(
        excuse(&town, Role::HubOfficer, "why", now),
        Err(Why::NotFound)
    );
    town.filings.clear();
    town.was_filed("R-KD-3", "2017-03", filed, at("2017-04-01", 0));
    assert_eq!(
        excuse(&town, Role::HubOfficer, "", now),
        Err(Why::ReasonMissing)
    );
    assert_eq!(excuse(&town, Role::Clerk, "why", now), Err(Why::HubOnly));
    assert_eq!(
        excuse(&town, Role::HubOfficer, "the line was down", now),
        Ok(())
    );
}
