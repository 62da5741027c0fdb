//! What obligations look at in one project: small enough to be kept in memory for thousands of them.
//!
//! A [`Brief`] follows from the project's view and the directory alone; rules of the county are applied to it later, so that it stays
//! true when they change.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::book::{Cells as _, Row};
use crate::decide::{Directory, Parties};
use crate::field::{Column, Field, FieldPath, Kind, Section, Table, Target};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::guards::{KEPT, is_kept};
use crate::rules::issues::flow::Tables;
use crate::rules::plan::{self, FinalPlan};
use crate::rules::subject::{self, RECORDS, Subject, Tenure};
use crate::rules::{agency, approvals, membership, stage};
use crate::time::{Date, Month, Timestamp};

mod pending;
mod record;

pub use pending::{About, Applied, Pending, Steps, Untold};
use pending::{
    applied, assigned, courses, open_issues, open_promises, open_tasks, tracked, untold, void,
};
pub use record::{
    DatedTask, Exception, FoundIssue, Move, PlanMonth, findings, stage_before, was_excepted,
};
use record::{countdown, exceptions, steps};

/// An event of a project that counts as held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The kind of meeting, or of review.
    pub kind: String,
    /// When.
    pub on: Date,
    /// The leader or chair, as written.
    pub person: String,
    /// Topics that were settled.
    pub settled: BTreeSet<String>,
}

/// Somebody named for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The person; empty where a unit is named.
    pub person: String,
    /// The fixed place it fills.
    pub place: String,
    /// True when a person or a unit is named.
    pub named: bool,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl Named {
    fn of(one: &Tenure<'_>) -> Self {
        Self {
            person: one.person.to_owned(),
            place: one.place.to_owned(),
            named: one.named,
            from: one.from,
            to: one.to,
        }
    }

    fn tenure(&self) -> Tenure<'_> {
        Tenure {
            person: &self.person,
            place: &self.place,
            named: self.named,
            from: self.from,
            to: self.to,
        }
    }
}

/// One project, as obligations see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The project.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The unit it belongs to.
    pub home: Option<UnitId>,
    /// Its lead unit, when it is one of the directory.
    pub lead: Option<UnitId>,
    /// Its owner, when it is one of the directory with a node apart from the home unit's.
    pub owner: Option<UnitId>,
    /// The department that invests, when it is one of the directory.
    pub investor: Option<UnitId>,
    /// Who looks after the finished works, when it is one of the directory.
    pub custodian: Option<UnitId>,
    /// Further units that take part: territory, further responsible and co-operating units, who approves or guarantees something.
    pub others: BTreeSet<UnitId>,
    /// The programmes it names.
    pub programmes: BTreeSet<String>,
    /// Its stage now.
    pub stage: String,
    /// Days on which it came into a stage, oldest first.
    pub moves: Vec<(Date, String)>,
    /// True while it takes no part: deleted, closed, suspended or withdrawn.
    pub is_out: bool,
    /// True when it is deleted.
    pub deleted: bool,
    /// Fields about people that are set.
    pub named: BTreeSet<String>,
    /// Who is named in tables of people, by table.
    pub people: BTreeMap<String, Vec<Named>>,
    /// Fields of the record that say yes.
    pub flags: BTreeSet<String>,
    /// Choices conditions look at: investment kind, owner kind, sector.
    pub choices: BTreeMap<String, String>,
    /// Choices of a year.
    pub years_choices: BTreeMap<i16, BTreeMap<String, String>>,
    /// Amounts of the record, in fen.
    pub amounts: BTreeMap<String, i64>,
    /// Levels above at which it was put forward, oldest first, each with whether it was listed.
    pub above: Vec<(String, bool)>,
    /// Companion records that were begun (`subject::RECORDS`).
    pub records: BTreeSet<String>,
    /// Issues that are open and not reported done.
    pub issues: Vec<Pending>,
    /// Countdown tasks that are not done.
    pub tasks: Vec<Pending>,
    /// Tasks given to units, money of investors, checks, and approvals to be followed up above, as far as they are open.
    pub tracked: Vec<Pending>,
    /// Promises given with missing papers and not kept.
    pub promises: Vec<Pending>,
    /// Major changes nobody was told of; one without a row: the project is marked as changed, and nothing says how.
    pub untold: Vec<Untold>,
    /// Meetings, dispatches and reviews.
    pub held: Vec<Held>,
    /// What reviews concluded, and not against it: kind of review and content.
    pub concluded: BTreeSet<(String, String)>,
    /// Regimes that are kept.
    pub regimes: BTreeSet<String>,
    /// Kinds of paper that are attached, or whose content the record holds.
    pub papers: BTreeSet<String>,
    /// Checkpoints of the year that are filled, first to last.
    pub checkpoints: BTreeSet<(i16, u8)>,
    /// When it left the reserve by cancelling, while no replacement is linked or waived.
    pub unreplaced: Option<Timestamp>,
    /// The days on which money came in.
    pub money_came: BTreeSet<Date>,
    /// Years that have a plan.
    pub years: BTreeMap<i16, PlanYear>,
    /// Months that have a plan, or in which something was done.
    pub months: BTreeMap<Month, PlanMonth>,
    /// Tasks of the countdown that have a day.
    pub countdown: Vec<DatedTask>,
    /// What inspections found.
    pub findings: Vec<FoundIssue>,
    /// Years whose missed plan was explained.
    pub explained: BTreeSet<i16>,
    /// Years in which a plan to push it on was filed (推进方案).
    pub pushed: BTreeSet<i16>,
    /// Items of approval that were opened.
    pub items: BTreeSet<String>,
    /// Approvals that were applied for and are not decided.
    pub applied: Vec<Applied>,
    /// Steps of issues, for the ways of the county.
    pub courses: Vec<Steps>,
    /// Rows of approvals and acceptance that a merge left without effect, with their table and the rule each breaks.
    pub void: Vec<(Table, RowId, String)>,
    /// Moves from stage to stage in the order in which they were written.
    pub steps: Vec<Move>,
    /// Exceptions, over ones among them.
    pub exceptions: Vec<Exception>,
    /// Rows of its agency.
    pub agency: Vec<(Table, RowId)>,
    /// Plans that were made final.
    pub finals: Vec<FinalPlan>,
    /// Proposals of who leads it that nobody answered, with the cell or field each is for.
    pub assigned: Vec<(RowId, FieldPath)>,
    /// Channels of funds its packaging is made for.
    pub channels: BTreeSet<String>,
}

/// The plan of a year and what was done of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanYear {
    /// The plan of the year.
    pub plan_fen: i64,
    /// Done in its months.
    pub done_fen: i64,
}

impl PlanYear {
    /// True while less is done than was planned.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        self.done_fen < self.plan_fen
    }
}

/// Tables of people that fill slots.
const PEOPLE: &[Table] = &[
    Table::LeadLeaders,
    Table::Team,
    Table::ExtraTeam,
    Table::CoopUnits,
    Table::RespUnits,
    Table::UnitLiaisons,
    Table::ProcedureTeam,
];

/// The fields of the three checkpoints of a state-owned owner's budget.
const CHECKPOINTS: [Field; 3] = [
    Field::SoeBudgetStart,
    Field::SoeProgressMid,
    Field::SoeEvaluationEnd,
];

/// Choices conditions of slots and duties look at, and the lead unit as written.
const CHOICES: [Field; 10] = [
    Field::InvestmentKind,
    Field::OwnerKind,
    Field::BaolianKind,
    Field::Sector,
    Field::OriginKind,
    Field::OriginLevel,
    Field::KeyCategory,
    Field::SignificanceFlags,
    Field::GovFundLevel,
    Field::LeadUnit,
];

impl Brief {
    /// Reads a view.
    #[must_use]
    pub fn of(view: &ProjectView, directory: &Directory) -> Self {
        let parties = Parties::of(view, directory);
        let unit = |text: &str| listed(directory, text);
        let stage = match view.text(Field::Stage) {
            "" => "idea",
            stage => stage,
        };
        let deleted = !view.once(Field::Deleted).is_null();
        let flags_now: Vec<&str> = view.text(Field::StatusFlags).split(',').collect();
        let is_out = deleted
            || matches!(stage, "closed" | "suspended" | "withdrawn")
            || flags_now.contains(&"suspended")
            || flags_now.contains(&"withdrawn");
        let approvals = approvals::approvals(view);
        let mut brief = Self {
            id: view.id,
            name: view.text(Field::Name).to_owned(),
            home: parties.home,
            lead: parties.lead,
            owner: unit(view.text(Field::OwnerOrg)).filter(|owner| {
                let node = |unit: Option<UnitId>| {
                    let entry = unit.and_then(|unit| directory.units.get(&unit));
                    entry.and_then(|entry| entry.hosted_at)
                };
                node(Some(*owner)).is_some() && node(Some(*owner)) != node(parties.home)
            }),
            investor: unit(view.text(Field::InvestmentDept)),
            custodian: view
                .last(Table::Custodians, |_| true)
                .and_then(|row| unit(row.text(Column::Org))),
            others: parties.others,
            programmes: words(view.text(Field::Programmes)),
            stage: stage.to_owned(),
            moves: Vec::new(),
            is_out,
            deleted,
            named: BTreeSet::new(),
            people: BTreeMap::new(),
            flags: BTreeSet::new(),
            choices: BTreeMap::new(),
            years_choices: BTreeMap::new(),
            amounts: BTreeMap::new(),
            above: Vec::new(),
            records: BTreeSet::new(),
            issues: open_issues(view, directory),
            tasks: open_tasks(view),
            tracked: tracked(view, &approvals, directory),
            untold: untold(view),
            promises: open_promises(view, directory),
            held: Vec::new(),
            concluded: BTreeSet::new(),
            regimes: BTreeSet::new(),
            papers: BTreeSet::new(),
            checkpoints: BTreeSet::new(),
            unreplaced: stage::unreplaced_since(view),
            money_came: BTreeSet::new(),
            years: BTreeMap::new(),
            months: BTreeMap::new(),
            countdown: countdown(view),
            findings: findings(view, Tables::PROJECT, directory),
            explained: BTreeSet::new(),
            pushed: BTreeSet::new(),
            items: BTreeSet::new(),
            applied: applied(&approvals, directory),
            courses: courses(view),
            void: void(view, &approvals),
            steps: steps(view),
            exceptions: exceptions(view),
            agency: agency::rows(view).collect(),
            finals: plan::finals(view),
            assigned: assigned(view),
            channels: words(view.text(Field::PackagingChannels)),
        };
        brief.fields(view);
        brief.people(view);
        brief.events(view);
        brief
    }

    fn fields(&mut self, view: &ProjectView) {
        for (path, cell) in view.cells.singles() {
            match path.target() {
                Target::Year(year, Field::YearPlanFen) => {
                    let plan_fen = cell.value.as_int().unwrap_or(0);
                    self.years.insert(
                        year,
                        PlanYear {
                            plan_fen,
                            done_fen: 0,
                        },
                    );
                }
                Target::Month(month, Field::MonthDoneFen) => {
                    let of = self.months.entry(month).or_default();
                    of.done_fen = cell.value.as_int().unwrap_or(0);
                }
                Target::Month(month, Field::MonthPlanFen) => {
                    let of = self.months.entry(month).or_default();
                    of.plan_fen = cell.value.as_int().unwrap_or(0);
                }
                Target::Once(field) if field.section() == Section::People => {
                    self.named.insert(field.id().to_owned());
                }
                Target::Once(field)
                    if field.kind() == Kind::Flag && cell.value.as_bool() == Some(true) =>
                {
                    self.flags.insert(field.id().to_owned());
                }
                Target::Once(field) if field.kind() == Kind::Money => {
                    if let Some(fen) = view.amount(field) {
                        self.amounts.insert(field.id().to_owned(), fen);
                    }
                }
                Target::Year(year, field) if matches!(field.kind(), Kind::Choice(_)) => {
                    let chosen = cell.value.as_text().unwrap_or("").to_owned();
                    let choices = self.years_choices.entry(year).or_default();
                    choices.insert(field.id().to_owned(), chosen);
                }
                Target::Year(year, field) => {
                    let place = CHECKPOINTS.iter().position(|known| *known == field);
                    if let Some(place) = place.and_then(|place| u8::try_from(place).ok()) {
                        self.checkpoints.insert((year, place));
                    }
                }
                _ => {}
            }
        }
        for (month, of) in &self.months {
            if let Some(plan) = self.years.get_mut(&month.year()) {
                plan.done_fen = plan.done_fen.saturating_add(of.done_fen);
            }
        }
        for field in CHOICES {
            let value = view.text(field);
            if !value.is_empty() {
                self.choices.insert(field.id().to_owned(), value.to_owned());
            }
        }
    }

    fn people(&mut self, view: &ProjectView) {
        for table in PEOPLE {
            let named = view.tenures(*table);
            if !named.is_empty() {
                let named = named.iter().map(Named::of).collect();
                self.people.insert(table.id().to_owned(), named);
            }
        }
        let begun = RECORDS.iter().filter(|record| view.has_record(record));
        self.records = begun.map(|record| (*record).to_owned()).collect();
        let above = view.each(Table::HigherLists);
        self.above = above
            .map(|row| {
                let listed = row.is(Column::HigherState, "listed");
                (row.text(Column::Level).to_owned(), listed)
            })
            .collect();
    }

    fn events(&mut self, view: &ProjectView) {
        let mut moves: Vec<(Date, String)> = Vec::new();
        for row in view.each(Table::Transitions) {
            let on = row.date(Column::Date).unwrap_or_else(|| row.at().date());
            let to = row.text(Column::ToStage).to_owned();
            moves.push((on, to));
        }
        moves.sort_by_key(|(on, _)| *on);
        self.moves = moves;
        for row in view.each(Table::Dispatches) {
            let kind = match row.text(Column::MeetingKind) {
                "" => row.text(Column::Level),
                kind => kind,
            };
            self.hold(kind, &row);
        }
        for row in view.each(Table::ProjectReviews) {
            self.hold(row.text(Column::ReviewKind), &row);
        }
        self.concluded = subject::concluded(view)
            .map(|(kind, content)| (kind.to_owned(), content.to_owned()))
            .collect();
        for row in view.each(Table::Regimes) {
            if row.flag(Column::Kept) {
                let regime = row.text(Column::Regime).to_owned();
                self.regimes.insert(regime);
            }
        }
        for row in view.each(Table::Attachments) {
            let about = row.text(Column::About).to_owned();
            self.papers.insert(about);
        }
        let kept = KEPT.iter().filter(|kind| is_kept(view, kind));
        self.papers.extend(kept.map(|kind| (*kind).to_owned()));
        for row in view.each(Table::Explanations) {
            self.explained.extend(row.text(Column::Year).parse::<i16>());
        }
        for row in view.each(Table::PushPlans) {
            self.pushed.insert(row.at().date().year());
        }
        for row in view.each(Table::Approvals) {
            self.items.insert(row.text(Column::ApprovalItem).to_owned());
        }
        self.money_came = view
            .each(Table::GovMoneyReceived)
            .map(|row| row.date(Column::Date).unwrap_or_else(|| row.at().date()))
            .collect();
    }

    fn hold(&mut self, kind: &str, row: &Row<'_>) {
        self.held.push(Held {
            kind: kind.to_owned(),
            on: row.date(Column::Date).unwrap_or_else(|| row.at().date()),
            person: row.text(Column::Person).to_owned(),
            settled: words(row.text(Column::TopicsDone)),
        });
    }

    /// The leaders in office on a day.
    pub fn leaders_on(&self, day: Date) -> impl Iterator<Item = &str> {
        let rows = self.people.get(Table::LeadLeaders.id());
        let rows = rows.into_iter().flatten();
        let in_office = rows.filter(move |row| row.tenure().is_active(day));
        in_office
            .map(|row| row.person.as_str())
            .filter(|person| !person.is_empty())
    }

    /// The stage it was in at the end of a day.
    #[must_use]
    pub fn stage_on(&self, day: Date) -> &str {
        if self.moves.is_empty() {
            return &self.stage;
        }
        let before = self.moves.iter().rev().find(|(on, _)| *on <= day);
        before.map_or("idea", |(_, stage)| stage.as_str())
    }

    /// True when its record was there at a moment: its id says when it was made.
    #[must_use]
    pub fn was_recorded(&self, at: Timestamp) -> bool {
        made_at(self.id.to_bytes()) <= at
    }

    /// The unit that answers for the owner.
    #[must_use]
    pub fn owners_unit(&self) -> Option<UnitId> {
        self.owner.or(self.home)
    }
}

impl Subject for Brief {
    fn text(&self, field: Field) -> &str {
        self.choices.get(field.id()).map_or("", String::as_str)
    }

    fn is_yes(&self, field: Field) -> bool {
        self.flags.contains(field.id())
    }

    fn choice(&self, year: i16, field: Field) -> &str {
        let choices = self.years_choices.get(&year);
        let chosen = choices.and_then(|choices| choices.get(field.id()));
        chosen.map_or("", String::as_str)
    }

    fn amount(&self, field: Field) -> Option<i64> {
        self.amounts.get(field.id()).copied()
    }

    fn is_set(&self, field: Field) -> bool {
        self.named.contains(field.id())
    }

    fn is_listed_above(&self, profile: &Profile, list: &str) -> bool {
        let rows = self.above.iter();
        let rows = rows.map(|(level, listed)| (level.as_str(), *listed));
        membership::is_listed_above(profile, list, rows)
    }

    fn tenures(&self, table: Table) -> Vec<Tenure<'_>> {
        let rows = self.people.get(table.id()).into_iter().flatten();
        rows.map(Named::tenure).collect()
    }

    fn has_paper(&self, kind: &str) -> bool {
        self.papers.contains(kind)
    }

    fn is_concluded(&self, kind: &str, content: &str) -> bool {
        let mut concluded = self.concluded.iter();
        concluded.any(|(of, about)| of == kind && about == content)
    }

    fn keeps(&self, regime: &str) -> bool {
        self.regimes.contains(regime)
    }

    fn is_opened(&self, item: &str) -> bool {
        self.items.contains(item)
    }

    fn has_record(&self, record: &str) -> bool {
        self.records.contains(record)
    }
}

/// The moment a ULID was drawn.
fn made_at(id: [u8; 16]) -> Timestamp {
    let ms = id
        .iter()
        .take(6)
        .fold(0i64, |ms, byte| ms << 8 | i64::from(*byte));
    Timestamp(ms)
}

/// A unit of the directory, by id or name.
fn listed(directory: &Directory, text: &str) -> Option<UnitId> {
    let found = directory.resolve(text).filter(|_| !text.is_empty())?;
    directory.units.contains_key(&found).then_some(found)
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}
