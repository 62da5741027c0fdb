//! The fixed county in which the leaves of a profile are tried: units of every kind, projects from bare to full, lists of several
//! years, reports filed at their last second, an issue. It is made from the profile that ships and never from a changed one.

use serde_json::Value as Json;
use shared::field::{Column, Field, Table};
use shared::ids::{ProjectId, RowId, UnitId};
use shared::profile::{Money, Profile, Recur};
use shared::testing::{County, by, hub, of};
use shared::time::Date;
use shared::value::Value;

/// A county and what questions are asked about.
pub struct Ground {
    /// The county, under the profile that ships.
    pub county: County,
    /// The first full year its rules are in force.
    pub year: i16,
    /// The units but the hub.
    pub units: Vec<UnitId>,
    /// Projects at the borders of amounts, in no document of the county.
    pub border: County,
    /// The projects gates are asked about.
    pub asked: Vec<ProjectId>,
    /// An issue of each project that has one.
    pub issues: Vec<(ProjectId, RowId)>,
    /// Everything a gate stands before.
    pub acts: Vec<String>,
}

/// The people, papers and fields of a project by the way it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Bare,
    Single,
    Double,
    Excepted,
    StateOwned,
}

impl Ground {
    pub fn new(slug: &str) -> Self {
        let profile = Profile::built_in(slug).expect("it ships");
        let year = profile.effective_from.year() + 1;
        let mut county = County::under(profile.clone(), &format!("{year}-01-01"));
        let mut units = Vec::new();
        for kind in ["township", "department", "soe", "county_node"] {
            for number in 1..=2 {
                units.push(county.unit(&format!("{kind} {number}"), kind));
            }
        }
        let mut ground = Self {
            border: borders(&profile, year),
            acts: acts(&profile),
            county,
            year,
            units,
            asked: Vec::new(),
            issues: Vec::new(),
        };
        ground.settle(&profile);
        ground
    }

    fn settle(&mut self, profile: &Profile) {
        let mut projects = Vec::new();
        for (stage, way) in [
            ("idea", Way::Bare),
            ("idea", Way::Excepted),
            ("reserve", Way::Bare),
            ("listed", Way::Single),
            ("construction", Way::Bare),
            ("construction", Way::Single),
            ("construction", Way::Double),
            ("construction", Way::StateOwned),
            ("operation", Way::Bare),
        ] {
            let project = self.project(profile, way, stage);
            self.asked.push(project);
            if stage != "idea" {
                projects.push(project);
            }
        }
        for before in 0..=6 {
            if before > 0 {
                projects = vec![self.county.project(self.units[1])];
            }
            for list in &profile.lists {
                self.edition(&list.id, self.year - before, 1, &projects);
            }
        }
        // Every list was adjusted in June.
        self.county.on(&format!("{}-06-01", self.year));
        for list in &profile.lists {
            self.edition(&list.id, self.year, 2, &[]);
        }
        self.file(profile);
        self.county.on(&format!("{}-06-15", self.year));
    }

    fn project(&mut self, profile: &Profile, way: Way, stage: &str) -> ProjectId {
        let county = &mut self.county;
        let project = county.project(self.units[0]);
        county.set(project, Field::Stage, stage);
        let all: Vec<_> = profile
            .programmes
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        county.set(project, Field::Programmes, all.join(","));
        if way == Way::Bare {
            return project;
        }
        county.set(project, Field::InvestmentKind, "government");
        county.set(project, Field::TotalInvestmentFen, 8_000_000_000);
        county.set(project, Field::IsExtraMajor, true);
        if let Some(sector) = profile.sectors.list().first() {
            county.set(project, Field::Sector, sector.id.as_str());
        }
        if let Some(rule) = &profile.year_category
            && let Some(field) = Field::from_id(&rule.field)
            && let Some(last) = rule.options.last()
        {
            county.set_year(project, self.year, field, last.id.as_str());
        }
        let flags: Vec<_> = profile.flags.iter().map(|one| one.id.as_str()).collect();
        county.set(project, Field::SignificanceFlags, flags.join(","));
        if way == Way::StateOwned {
            county.set(project, Field::OwnerKind, "soe");
            county.set(project, Field::OwnerOrg, self.units[4].to_string());
        }
        if way == Way::Excepted {
            let gates = profile.gates.iter().chain(&profile.issue.guards);
            let deny = profile.deny_without_list.iter();
            let clauses = gates
                .map(|gate| &gate.clause)
                .chain(deny.map(|deny| &deny.clause));
            for clause in clauses {
                let set = [(Column::ExceptionRule, clause.as_str().into())];
                county.put(of(project), Table::Exceptions, &set);
            }
        }
        if matches!(way, Way::Single | Way::Double) {
            self.name(profile, project, if way == Way::Single { 1 } else { 2 });
        }
        let county = &mut self.county;
        let set = [
            (Column::Description, "no land".into()),
            (Column::Deadline, format!("{}-05-31", self.year).into()),
            (Column::ResponsibleUnit, self.units[0].to_string().into()),
        ];
        let issue = county.put(of(project), Table::Issues, &set);
        self.issues.push((project, issue));
        let set = [(Column::Enterprise, "an enterprise".into())];
        county.put(of(project), Table::Signings, &set);
        let set = [(Column::Org, self.units[0].to_string().into())];
        county.put(of(project), Table::AgencyContracts, &set);
        let set = [
            (Column::ReviewKind, "joint".into()),
            (Column::ReviewOutcome, "passed".into()),
            (Column::Date, format!("{}-01-01", self.year).into()),
            // The total has changed since by not quite a percent.
            (Column::AmountFen, Value::Int(8_080_000_000)),
        ];
        let review = county.put(of(project), Table::ProjectReviews, &set);
        let about = (Column::Review, Value::from(review.to_string()));
        for content in &profile.review.contents {
            let set = [
                about.clone(),
                (Column::Content, content.id.as_str().into()),
                (Column::Conclusion, "agree".into()),
            ];
            county.put(of(project), Table::ReviewContents, &set);
        }
        for member in &profile.review.fixed_members {
            let set = [
                about.clone(),
                (Column::Org, member.as_str().into()),
                (Column::Present, true.into()),
            ];
            county.put(of(project), Table::ReviewMembers, &set);
        }
        project
    }

    /// As many people for each slot as its field can hold, up to a count.
    fn name(&mut self, profile: &Profile, project: ProjectId, count: usize) {
        for slot in &profile.slots {
            let Some(id) = slot.field.as_deref() else {
                continue;
            };
            let table = Table::from_id(id).filter(|table| {
                let columns = table.columns();
                columns.contains(&Column::Person) || columns.contains(&Column::Org)
            });
            if let Some(field) = Field::from_id(id) {
                self.county.set(project, field, "named");
            } else if let Some(table) = table {
                let places = table.columns();
                for number in 0..count {
                    let mut set = Vec::new();
                    for column in [Column::Person, Column::Org] {
                        if places.contains(&column) {
                            set.push((column, Value::from(format!("P{number}"))));
                        }
                    }
                    self.county.put(of(project), table, &set);
                }
            }
        }
    }

    fn edition(&mut self, list: &str, year: i16, number: i64, projects: &[ProjectId]) {
        let set = [
            (Column::List, Value::from(list)),
            (Column::Year, format!("{year:04}").into()),
            (Column::Count, Value::Int(number)),
        ];
        let edition = self.county.put(hub(), Table::ListEditions, &set);
        for project in projects {
            let set = [
                (Column::Edition, Value::from(edition.to_string())),
                (Column::Project, project.to_string().into()),
                (Column::EntryState, "on_list".into()),
            ];
            self.county.put(hub(), Table::ListEntries, &set);
        }
    }

    /// Every report of the year with a day, filed at its last second by each unit, received up to 72 hours later.
    fn file(&mut self, profile: &Profile) {
        let first: Date = format!("{}-01-01", self.year).parse().expect("a day");
        let last: Date = format!("{}-12-31", self.year).parse().expect("a day");
        let hours = [0, 71, 72, 73];
        for report in &profile.reports {
            let periods = Recur::periods_of_all(&report.recurrence, first, last);
            for (number, period) in periods.iter().enumerate() {
                let Some(due) = profile.due_at(period) else {
                    continue;
                };
                for (place, unit) in self.units.clone().into_iter().enumerate() {
                    self.county.now = due;
                    let set = [
                        (Column::Ledger, Value::from(report.id.as_str())),
                        (Column::Period, period.id.as_str().into()),
                        (Column::FiledAt, Value::Int(due.0)),
                    ];
                    let filing = self.county.put(by(unit), Table::Filings, &set);
                    let late = hours[(number + place) % hours.len()] * 3_600_000;
                    // Half an hour before the full hour, so that a step of one hour decides.
                    self.county.now = due.plus_ms((late - 1_800_000).max(0));
                    let set = [
                        (Column::Filing, Value::from(filing.to_string())),
                        (Column::Verdict, "received".into()),
                    ];
                    self.county.put(by(unit), Table::Reviews, &set);
                }
            }
        }
    }
}

/// Projects that cost exactly what a rule names or one fen less, in every sector and with every quality.
fn borders(profile: &Profile, year: i16) -> County {
    let mut county = County::under(profile.clone(), &format!("{year}-06-15"));
    let town = county.unit("Town", "township");
    let json = serde_json::to_value(profile).expect("it is JSON");
    let mut amounts = Vec::new();
    for key in ["eligibility", "preference"] {
        amounts_in(json.get(key).unwrap_or(&Json::Null), &mut amounts);
    }
    amounts.sort_unstable();
    amounts.dedup();
    let flags: Vec<_> = profile.flags.iter().map(|one| one.id.as_str()).collect();
    let sectors: Vec<_> = profile
        .sectors
        .list()
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    // A county that lists no sectors has projects all the same.
    let first = sectors.first().copied().unwrap_or("");
    let mut kinds: Vec<(&str, String)> = vec![(first, String::new())];
    for sector in &sectors {
        kinds.push((sector, flags.join(",")));
        kinds.push((sector, String::new()));
    }
    for (place, flag) in flags.iter().enumerate() {
        for other in flags.iter().skip(place) {
            kinds.push((first, format!("{flag},{other}")));
        }
    }
    let mut projects = Vec::new();
    for amount in amounts.into_iter().flat_map(|amount| [amount, amount - 1]) {
        for (sector, flags) in &kinds {
            let project = county.project(town);
            county.set(project, Field::TotalInvestmentFen, amount);
            if !sector.is_empty() {
                county.set(project, Field::Sector, *sector);
            }
            county.set(project, Field::InvestmentKind, "enterprise");
            if !flags.is_empty() {
                county.set(project, Field::SignificanceFlags, flags.as_str());
            }
            if let Some(category) = profile.key_categories.first() {
                county.set(project, Field::KeyCategory, category.id.as_str());
            }
            projects.push(project);
        }
    }
    // The next year's lists are issued too; one project stands on this year's alone.
    let stays = county.project(town);
    for list in &profile.lists {
        for (year, also) in [(year, Some(stays)), (year + 1, None)] {
            let set = [
                (Column::List, Value::from(list.id.as_str())),
                (Column::Year, format!("{year:04}").into()),
                (Column::Count, Value::Int(1)),
            ];
            let edition = county.put(hub(), Table::ListEditions, &set);
            for project in projects.iter().chain(&also) {
                let set = [
                    (Column::Edition, Value::from(edition.to_string())),
                    (Column::Project, project.to_string().into()),
                    (Column::EntryState, "on_list".into()),
                ];
                county.put(hub(), Table::ListEntries, &set);
            }
        }
    }
    county
}

fn amounts_in(json: &Json, amounts: &mut Vec<i64>) {
    match json {
        Json::Object(map) => map.values().for_each(|value| amounts_in(value, amounts)),
        Json::Array(list) => list.iter().for_each(|value| amounts_in(value, amounts)),
        Json::String(text) => amounts.extend(text.parse::<Money>().map(|money| money.fen().0)),
        _ => {}
    }
}

fn acts(profile: &Profile) -> Vec<String> {
    let gates = profile.gates.iter().chain(&profile.issue.guards);
    let deny = profile.deny_without_list.iter();
    let denied = deny.flat_map(|deny| deny.acts.iter().map(|act| act.id.clone()));
    let mut acts: Vec<_> = gates
        .map(|gate| gate.transition.clone())
        .chain(denied)
        .collect();
    acts.sort_unstable();
    acts.dedup();
    acts
}
