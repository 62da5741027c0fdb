//! The county a day is made of: like a year's work of a county of middling size.
//!
//! Projects stand at eight places of their way (an idea, in reserve, listed, in permitting, three under construction, one in acceptance)
//! and have what a project has by then. Of every project: its fields, twelve months of plan and up to six of results, two sources of
//! money, three people of its team, one co-operating unit, three attachments, a comment. From the reserve on: a nomination and its
//! screening in its unit's papers, a candidate of the hub, a preliminary check. From the list on: a row per transition, a joint review
//! with five members and three contents, a review by experts, a decision for each of its lists and one to implement, a consultation.
//! From permitting on: every approval item of the county with three or four steps each (decided, except that in permitting
//! every second is on its way and one is promised), factors, an application to start with its answer. Under construction: four nodes
//! of the year, three dated tasks, four weekly lines, money received, up to two issues with three to five steps. In acceptance: an
//! application and an outcome for each item, one of them failed and taken up again, a custodian, performance.
//!
//! Of every unit: six months of each report (the last month's is missing at every seventh unit), three people, two meetings, an
//! issue of its own. Of the hub: an edition and its entries for each list, a pool with sources, and for every tenth project a request, an
//! arrangement, for every second of these a payment, of which some came back; meetings of each kind, publications, officers.
//! The pool is there in all counties, so that what reads it has something to read, though one county alone has rules for it.

use super::{Day, MONTH};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Profile;
use crate::testing::{At, County, by, hub, of};
use crate::time::Month;
use crate::value::Value;

/// Units that share the projects.
const UNITS: usize = 40;

/// The day everything is asked about.
const DAY: &str = "2026-07-15";

/// The way of a project, and the day it came to each place of it.
const WAY: [(&str, &str); 6] = [
    ("idea", "2025-03-03"),
    ("reserve", "2025-06-10"),
    ("listed", "2025-12-20"),
    ("permitting", "2026-01-15"),
    ("construction", "2026-03-15"),
    ("acceptance", "2026-06-20"),
];

/// Where on its way each of eight projects stands.
const PLACES: [usize; 8] = [0, 1, 2, 3, 4, 4, 4, 5];

const RESERVE: usize = 1;
const LISTED: usize = 2;
const PERMITTING: usize = 3;
const CONSTRUCTION: usize = 4;
const ACCEPTANCE: usize = 5;

/// One project while it is being made.
#[derive(Clone, Copy)]
struct Made {
    id: ProjectId,
    unit: UnitId,
    number: usize,
    place: usize,
    fen: i64,
    approval: Option<RowId>,
}

impl Made {
    /// True from a place of the way on.
    fn is_at(&self, place: usize) -> bool {
        self.place >= place
    }

    /// True for one project in so many.
    fn one_in(&self, many: usize) -> bool {
        (self.number / PLACES.len()).is_multiple_of(many)
    }
}

struct Making {
    county: County,
    profile: Profile,
    units: Vec<UnitId>,
    editions: Vec<RowId>,
    month: Month,
}

/// A county under the rules that ship as `slug`, with so many projects, on the day.
pub(super) fn county(slug: &str, projects: usize) -> Day {
    let county = County::new(slug, DAY);
    let mut making = Making {
        profile: county.profile.clone(),
        county,
        units: Vec::new(),
        editions: Vec::new(),
        month: MONTH.parse().expect("a month"),
    };
    making.fill(projects);
    Day::of(making.county, making.month)
}

impl Making {
    fn row(&mut self, at: At, table: Table, set: &[(Column, &str)]) -> RowId {
        self.paid(at, table, set, &[])
    }

    /// A row with numbers beside its texts.
    fn paid(
        &mut self,
        at: At,
        table: Table,
        set: &[(Column, &str)],
        numbers: &[(Column, i64)],
    ) -> RowId {
        let texts = set.iter().map(|(column, text)| (*column, (*text).into()));
        let numbers = numbers
            .iter()
            .map(|(column, number)| (*column, Value::Int(*number)));
        let set: Vec<(Column, Value)> = texts.chain(numbers).collect();
        self.county.put(at, table, &set)
    }

    fn fill(&mut self, projects: usize) {
        let kinds = self.profile.levels.node_kinds.clone();
        for number in 0..UNITS {
            let kind = kinds.get(number % kinds.len()).map_or("", String::as_str);
            let unit = self.county.unit(&format!("unit {number}"), kind);
            self.units.push(unit);
        }
        self.county.on("2026-02-10");
        for list in self.profile.lists.clone() {
            let set = [(Column::List, list.id.as_str()), (Column::Year, "2026")];
            let edition = self.paid(hub(), Table::ListEditions, &set, &[(Column::Count, 1)]);
            self.editions.push(edition);
        }
        let units = self.units.clone();
        let mut made = Vec::new();
        for (number, unit) in units.iter().cycle().take(projects).enumerate() {
            made.push(self.project(number, *unit));
        }
        self.hubs_own(&made);
        self.pool(&made);
        for (number, unit) in units.iter().enumerate() {
            self.unit(number, *unit);
        }
        self.county.on(DAY);
    }

    fn project(&mut self, number: usize, unit: UnitId) -> Made {
        let place = PLACES.get(number % PLACES.len()).copied().unwrap_or(0);
        let mut made = Made {
            id: self.county.project(unit),
            unit,
            number,
            place,
            fen: i64::try_from(number).unwrap_or(0) * 100_000_000 + 400_000_000,
            approval: None,
        };
        self.fields(&made);
        self.months(&made);
        self.people(&made);
        self.money(&made);
        self.way(&made);
        if made.is_at(PERMITTING) {
            made.approval = self.approvals(&made);
        }
        if made.is_at(CONSTRUCTION) {
            self.works(&made);
        }
        if made.is_at(ACCEPTANCE) {
            self.acceptance(&made);
        }
        for issue in 0..number % 3 {
            self.issue(&made, issue);
        }
        self.county.on("2026-02-10");
        made
    }

    fn fields(&mut self, made: &Made) {
        let Made { id, unit, fen, .. } = *made;
        let county = &mut self.county;
        let (stage, _) = WAY.get(made.place).copied().unwrap_or(("idea", ""));
        county.set(id, Field::Stage, stage);
        county.set(id, Field::InvestmentKind, "government");
        county.set(id, Field::TotalInvestmentFen, fen);
        county.set(id, Field::LeadUnit, unit.to_string());
        county.set(id, Field::OwnerOrg, unit.to_string());
        county.set(id, Field::ContentScale, "12 km of road");
        county.set(id, Field::Background, "the old road floods each summer");
        county.set(id, Field::PlannedStart, "2026-03-01");
        county.set(id, Field::PlannedCompletion, "2027-12-31");
        county.set(id, Field::ImageNow, "piers 4 to 7 are up");
        county.set_year(id, 2026, Field::YearPlanFen, fen / 2);
        let programmes = self.profile.programmes.iter().map(|one| one.id.as_str());
        let programmes: Vec<_> = programmes.collect();
        county.set(id, Field::Programmes, programmes.join(","));
        if let Some(sector) = self.profile.sectors.list().first() {
            county.set(id, Field::Sector, sector.id.as_str());
        }
        if made.is_at(CONSTRUCTION) {
            county.set(id, Field::ActualStart, "2026-03-15");
        }
    }

    fn months(&mut self, made: &Made) {
        for month in (1..=12).filter_map(|month| Month::new(2026, month)) {
            let mut put = |field, value: Value| {
                let path = FieldPath::month(month, field);
                self.county.write(made.id, path, value);
            };
            put(Field::MonthPlanFen, Value::Int(made.fen / 24));
            if month <= self.month && !made.number.is_multiple_of(5) {
                let share = i64::try_from(made.number % 3).unwrap_or(0);
                put(Field::MonthDoneFen, Value::Int(made.fen / 24 * share));
                put(Field::MonthImage, "as the plan of the month says".into());
            }
        }
    }

    fn people(&mut self, made: &Made) {
        let at = of(made.id);
        let unit = made.unit.to_string();
        if made.number.is_multiple_of(2) {
            let leader = format!("leader {}", made.number % 20);
            self.row(at, Table::LeadLeaders, &[(Column::Person, &leader)]);
        }
        let set = [(Column::Org, unit.as_str()), (Column::Task, "the land")];
        self.row(at, Table::CoopUnits, &set);
        for place in 0..3 {
            let person = format!("person {}", (made.number + place) % 120);
            let set = [(Column::Person, person.as_str()), (Column::Org, &unit)];
            self.row(at, Table::Team, &set);
            let name = format!("paper {place}.pdf");
            let set = [
                (Column::Name, name.as_str()),
                (Column::MediaType, "application/pdf"),
                (Column::Bytes, "183022"),
                (Column::Hash, "3f1c7a90"),
            ];
            self.row(at, Table::Attachments, &set);
        }
        self.row(at, Table::Comments, &[(Column::Text, "seen on the site")]);
    }

    fn money(&mut self, made: &Made) {
        let (at, half) = (of(made.id), [(Column::AmountFen, made.fen / 2)]);
        let secured = [(Column::Source, "bank"), (Column::Status, "secured")];
        self.paid(at, Table::Funding, &secured, &half);
        let status = if made.one_in(3) { "planned" } else { "secured" };
        let set = [(Column::Source, "county"), (Column::Status, status)];
        self.paid(at, Table::Funding, &set, &half);
    }

    /// What the county decided on its way.
    fn way(&mut self, made: &Made) {
        let at = of(made.id);
        for pair in WAY.windows(2).take(made.place) {
            let [(from, _), (to, day)] = pair else {
                continue;
            };
            let set = [
                (Column::FromStage, *from),
                (Column::ToStage, *to),
                (Column::Date, *day),
            ];
            self.row(at, Table::Transitions, &set);
        }
        if made.is_at(RESERVE) {
            let set = [
                (Column::ReviewKind, "hub_check"),
                (Column::Date, "2025-06-02"),
                (Column::ReviewOutcome, "passed"),
            ];
            self.row(at, Table::ProjectReviews, &set);
        }
        if !made.is_at(LISTED) {
            return;
        }
        self.reviews(made);
        let lists: Vec<String> = self.lists_of(made).collect();
        for list in &lists {
            let decision = [
                (Column::DecisionTopic, "list"),
                (Column::List, list.as_str()),
                (Column::Year, "2026"),
                (Column::Decider, "party_gov"),
                (Column::Number, "2025-31"),
                (Column::Date, "2025-12-18"),
            ];
            self.row(at, Table::Decisions, &decision);
        }
        let implement = [
            (Column::DecisionTopic, "implement"),
            (Column::Decider, "party_gov"),
            (Column::Number, "2025-32"),
            (Column::Date, "2025-12-19"),
        ];
        self.row(at, Table::Decisions, &implement);
        let asked = [
            (Column::Body, "dev_reform"),
            (Column::Sent, "2025-12-01"),
            (Column::Replied, "2025-12-09"),
        ];
        self.row(at, Table::Consultations, &asked);
        if made.one_in(8) {
            let gates = self.profile.gates.iter();
            let clause = gates.map(|gate| gate.clause.clone()).next();
            let clause = clause.unwrap_or_default();
            let exception = [
                (Column::ExceptionRule, clause.as_str()),
                (Column::Reason, "a flood"),
                (Column::Decider, "party_gov"),
                (Column::Number, "2026-2"),
            ];
            self.row(at, Table::Exceptions, &exception);
        }
    }

    fn reviews(&mut self, made: &Made) {
        let at = of(made.id);
        for kind in ["joint", "expert"] {
            let set = [
                (Column::ReviewKind, kind),
                (Column::Date, "2025-11-20"),
                (Column::ReviewOutcome, "passed"),
                (Column::Text, "the route keeps clear of the fields"),
            ];
            let review = self.paid(
                at,
                Table::ProjectReviews,
                &set,
                &[(Column::AmountFen, made.fen)],
            );
            let review = review.to_string();
            for content in ["maturity", "funding_match", "landing"] {
                let set = [
                    (Column::Review, review.as_str()),
                    (Column::Content, content),
                    (Column::Conclusion, "agree"),
                ];
                self.row(at, Table::ReviewContents, &set);
            }
            let members = if kind == "joint" { 5 } else { 3 };
            for member in 0..members {
                let org = self.units.get(member).map(ToString::to_string);
                let person = format!("member {member}");
                let set = [
                    (Column::Review, Value::from(review.as_str())),
                    (Column::Org, org.unwrap_or_default().into()),
                    (Column::Person, person.into()),
                    (Column::Present, Value::Bool(true)),
                ];
                self.county.put(at, Table::ReviewMembers, &set);
            }
        }
    }

    /// The lists a project stands on.
    fn lists_of(&self, made: &Made) -> impl Iterator<Item = String> {
        let lists = self.profile.lists.iter().enumerate();
        let number = made.number;
        let on = lists.filter(move |(place, _)| (number + place).is_multiple_of(2));
        on.map(|(_, list)| list.id.clone())
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Every item of the county; the answer is the first of them.
    fn approvals(&mut self, made: &Made) -> Option<RowId> {
        let at = of(made.id);
        let items = self.profile.approvals.items.iter();
        let items: Vec<String> = items.map(|item| item.id.clone()).collect();
        let org = made.unit.to_string();
        let mut first = None;
        for (place, item) in items.iter().enumerate() {
            let set = [
                (Column::ApprovalItem, item.as_str()),
                (Column::Org, &org),
                (Column::Person, "officer"),
            ];
            let approval = self.paid(at, Table::Approvals, &set, &[(Column::LimitDays, 30)]);
            first = first.or(Some(approval));
            let on_its_way = made.place == PERMITTING && !place.is_multiple_of(2);
            let accept = if place == 2 {
                "accept_tolerated"
            } else {
                "accept"
            };
            let acts: &[&str] = match (on_its_way, place % 4) {
                (true, 1) => &["apply"],
                (true, _) => &["apply", "notice"],
                (false, 3) => &["apply", accept, "technical", "approve"],
                (false, _) => &["apply", accept, "approve"],
            };
            let (approval, mut before) = (approval.to_string(), String::new());
            for (step, act) in acts.iter().enumerate() {
                let day = format!("2026-02-{:02}", 3 + 7 * step);
                let mut set = vec![
                    (Column::Approval, approval.as_str()),
                    (Column::ApprovalAct, act),
                    (Column::Date, &day),
                ];
                if !before.is_empty() {
                    set.push((Column::Follows, &before));
                }
                if *act == "accept_tolerated" {
                    set.push((Column::Papers, "the certificate of the land"));
                    set.push((Column::Due, "2026-07-20"));
                }
                before = self.row(at, Table::ApprovalSteps, &set).to_string();
            }
        }
        for factor in ["land", "power"] {
            let status = if made.one_in(2) { "secured" } else { "open" };
            let set = [
                (Column::Factor, factor),
                (Column::Need, "30 mu beside the old road"),
                (Column::Org, &org),
                (Column::FactorStatus, status),
            ];
            self.row(at, Table::Factors, &set);
        }
        first
    }

    /// What comes of building.
    fn works(&mut self, made: &Made) {
        let at = of(made.id);
        for quarter in 1..=4 {
            let day = format!("2026-{:02}-28", quarter * 3);
            let set = [
                (Column::Year, "2026"),
                (Column::Date, day.as_str()),
                (Column::Image, "a quarter of the piers"),
            ];
            let fen = [(Column::InvestmentFen, made.fen / 8 * quarter)];
            self.paid(at, Table::YearNodes, &set, &fen);
            let period = format!("2026-W{:02}", 24 + quarter);
            let set = [
                (Column::Period, period.as_str()),
                (Column::Image, "two piers"),
            ];
            self.row(at, Table::Weekly, &set);
        }
        for task in 0..3 {
            let due = format!("2026-{:02}-25", 5 + task);
            let mut set = vec![
                (Column::Year, "2026"),
                (Column::Task, "pour the deck"),
                (Column::Due, due.as_str()),
                (Column::Person, "foreman"),
            ];
            if task == 0 || made.one_in(2) && task == 1 {
                set.push((Column::Done, "2026-05-24"));
                set.push((Column::State, "done"));
            }
            self.row(at, Table::Countdown, &set);
        }
        let set = [(Column::Source, "county"), (Column::Date, "2026-04-20")];
        let fen = [(Column::AmountFen, made.fen / 4)];
        self.paid(at, Table::GovMoneyReceived, &set, &fen);
    }

    fn acceptance(&mut self, made: &Made) {
        let at = of(made.id);
        let items = self.profile.acceptance.items.iter();
        let mut items: Vec<String> = items.map(|item| item.id.clone()).collect();
        if items.is_empty() {
            items.push("final".to_owned());
        }
        for (place, item) in items.iter().enumerate() {
            let again = place == 1 && made.one_in(2);
            let acts: &[&str] = match (again, made.one_in(3)) {
                (true, _) => &["apply", "fail", "apply"],
                (false, true) => &["apply"],
                (false, false) => &["apply", "pass"],
            };
            let mut before = String::new();
            for act in acts {
                let mut set = vec![
                    (Column::AcceptanceItem, item.as_str()),
                    (Column::AcceptanceAct, act),
                    (Column::Date, "2026-06-25"),
                ];
                if !before.is_empty() {
                    set.push((Column::Follows, &before));
                }
                before = self.row(at, Table::AcceptanceSteps, &set).to_string();
            }
        }
        let org = made.unit.to_string();
        let set = [
            (Column::Org, org.as_str()),
            (Column::Principle, "who_uses"),
            (Column::From, "2026-07-01"),
        ];
        self.row(at, Table::Custodians, &set);
        let set = [(Column::Metric, "jobs"), (Column::Measure, "80")];
        self.row(at, Table::Performance, &set);
    }

    fn issue(&mut self, made: &Made, number: usize) {
        let at = of(made.id);
        let day = if number == 0 {
            "2026-07-01"
        } else {
            "2026-07-30"
        };
        let set = [
            (Column::Description, "no land"),
            (Column::Deadline, day),
            (Column::ResponsiblePerson, "foreman"),
        ];
        let issue = self.row(at, Table::Issues, &set).to_string();
        let done = made.one_in(2);
        let acts = [
            (Table::IssueRulings, "listed", true),
            (Table::IssueRulings, "assigned", true),
            (Table::IssueSteps, "handling", true),
            (Table::IssueSteps, "reported_done", done),
            (Table::IssueRulings, "closed", done && made.one_in(4)),
        ];
        let mut before = String::new();
        for (table, act, taken) in acts {
            if !taken {
                continue;
            }
            let mut set = vec![(Column::Issue, issue.as_str()), (Column::Act, act)];
            if !before.is_empty() {
                set.push((Column::Follows, &before));
            }
            before = self.row(at, table, &set).to_string();
        }
    }

    /// Lists, nominations and candidates, meetings, publications, officers.
    fn hubs_own(&mut self, made: &[Made]) {
        for one in made {
            let project = one.id.to_string();
            let lists: Vec<String> = self.lists_of(one).collect();
            let editions = self.editions.clone().into_iter().enumerate();
            let on = editions.filter(|(place, _)| (one.number + place).is_multiple_of(2));
            for (_, edition) in on {
                let edition = edition.to_string();
                let set = [
                    (Column::Edition, edition.as_str()),
                    (Column::Project, &project),
                    (Column::EntryState, "on_list"),
                ];
                self.row(hub(), Table::ListEntries, &set);
            }
            let (true, Some(list)) = (one.is_at(RESERVE), lists.first()) else {
                continue;
            };
            let add = [
                (Column::Project, project.as_str()),
                (Column::List, list),
                (Column::Year, "2026"),
                (Column::NominationAct, "add"),
                (Column::Date, "2025-10-12"),
            ];
            let named = self.row(by(one.unit), Table::Nominations, &add).to_string();
            let set = [
                (Column::Nomination, Value::from(named.as_str())),
                (Column::Project, project.as_str().into()),
                (Column::Approved, Value::Bool(true)),
            ];
            self.county.put(by(one.unit), Table::Screenings, &set);
            let state = if one.is_at(LISTED) {
                "chosen"
            } else {
                "screened"
            };
            let candidate = [
                (Column::List, list.as_str()),
                (Column::Year, "2026"),
                (Column::Project, &project),
                (Column::EntryState, state),
                (Column::Nomination, &named),
            ];
            self.row(hub(), Table::ListCandidates, &candidate);
        }
        for meeting in self.profile.meetings.clone() {
            for day in ["2026-03-10", "2026-05-12", "2026-06-11"] {
                let set = [
                    (Column::MeetingKind, meeting.id.as_str()),
                    (Column::Date, day),
                    (Column::Person, "leader 2"),
                ];
                self.row(hub(), Table::Meetings, &set);
            }
        }
        for publication in self.profile.publications.clone() {
            for month in 1..=5 {
                let period = format!("2026-{month:02}");
                let set = [
                    (Column::PublicationKind, publication.id.as_str()),
                    (Column::Period, &period),
                    (Column::Number, &period),
                ];
                self.row(hub(), Table::Publications, &set);
            }
        }
        for sector in self.profile.sectors.list().to_vec() {
            let set = [
                (Column::Sector, sector.id.as_str()),
                (Column::Person, "officer"),
            ];
            self.row(hub(), Table::SectorOfficers, &set);
        }
    }

    /// The pool: its sources, and for every tenth project a request on its way.
    fn pool(&mut self, made: &[Made]) {
        let fen = |fen: i64| [(Column::AmountFen, fen)];
        let opening = [(Column::PoolAct, "open"), (Column::Date, "2026-01-05")];
        self.paid(hub(), Table::PoolEntries, &opening, &fen(2_000_000_000));
        let sources = self.profile.named_options("pool_sources");
        let sources = sources.unwrap_or_default().into_iter();
        for source in sources.map(|one| one.id.to_owned()).collect::<Vec<_>>() {
            let part = [
                (Column::PoolAct, "breakdown"),
                (Column::PoolSource, source.as_str()),
            ];
            self.paid(hub(), Table::PoolEntries, &part, &fen(500_000_000));
        }
        for (number, one) in made.iter().filter(|one| one.is_at(RESERVE)).enumerate() {
            let project = one.id.to_string();
            let approval = one.approval.map(|row| row.to_string()).unwrap_or_default();
            let act = match number % 10 {
                0 => "pool",
                3 => "gov_money",
                _ if one.place == PERMITTING => "start",
                _ => continue,
            };
            let asked = [
                (Column::RequestAct, act),
                (Column::Project, &project),
                (Column::Approval, &approval),
                (Column::Purpose, "the feasibility study"),
                (Column::Date, "2026-02-10"),
            ];
            let request = self.paid(by(one.unit), Table::Requests, &asked, &fen(20_000_000));
            let request = request.to_string();
            let is_paid = act == "pool" && number.is_multiple_of(20);
            let outcome = if is_paid { "paid" } else { "granted" };
            if act != "pool" || is_paid {
                let answer = [
                    (Column::Request, request.as_str()),
                    (Column::RequestOutcome, outcome),
                ];
                let sum = fen(20_000_000);
                self.paid(by(one.unit), Table::RequestAnswers, &answer, &sum);
            }
            if act != "pool" {
                continue;
            }
            let arranged = [
                (Column::Request, request.as_str()),
                (Column::Project, &project),
                (Column::Date, "2026-02-20"),
            ];
            self.row(hub(), Table::PoolArrangements, &arranged);
            let entries: &[(&str, i64)] = match (is_paid, number % 60) {
                (false, _) => &[],
                (true, 0) => &[
                    ("prepare", 20_000_000),
                    ("pay", 20_000_000),
                    ("evaluate", 0),
                    ("give_back", 20_000_000),
                ],
                (true, _) => &[("prepare", 20_000_000), ("pay", 20_000_000)],
            };
            for (act, sum) in entries {
                let entry = [
                    (Column::PoolAct, *act),
                    (Column::Request, request.as_str()),
                    (Column::Project, &project),
                    (Column::Date, "2026-03-02"),
                ];
                self.paid(hub(), Table::PoolEntries, &entry, &fen(*sum));
            }
        }
    }

    fn unit(&mut self, number: usize, unit: UnitId) {
        for report in self.profile.reports.clone() {
            for month in 1..=6 {
                if month == 6 && number.is_multiple_of(7) {
                    continue;
                }
                self.county.on(&format!("2026-{:02}-02", month + 1));
                let at = self.county.now.0;
                let period = format!("2026-{month:02}");
                let set = [
                    (Column::Ledger, report.id.as_str()),
                    (Column::Period, &period),
                ];
                let filed = [(Column::FiledAt, at)];
                self.paid(by(unit), Table::Filings, &set, &filed);
            }
        }
        self.county.on("2026-03-05");
        for person in 0..3 {
            let name = format!("person {}", number * 3 + person);
            let set = [(Column::Person, name.as_str()), (Column::Duty, "projects")];
            self.row(by(unit), Table::SectionPeople, &set);
        }
        self.row(
            by(unit),
            Table::SectionFilings,
            &[(Column::Date, "2026-03-05")],
        );
        let kind = self.profile.meetings.first().map(|kind| kind.id.clone());
        for day in ["2026-05-12", "2026-06-11"] {
            let set = [
                (Column::MeetingKind, kind.as_deref().unwrap_or_default()),
                (Column::Date, day),
            ];
            self.row(by(unit), Table::UnitMeetings, &set);
        }
        let issue = [
            (Column::Description, "two projects want one quarry"),
            (Column::Deadline, "2026-07-10"),
        ];
        self.row(by(unit), Table::UnitIssues, &issue);
    }
}
