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
use crate::project::ProjectView;
use crate::rules::issues::latest_acts;
use crate::time::{Date, Month, Timestamp};

/// A thing with a day that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Its row.
    pub row: RowId,
    /// What it is.
    pub what: String,
    /// When it is due.
    pub due: Option<Date>,
    /// Who is responsible, as written.
    pub person: String,
    /// The responsible unit, when it is one of the directory.
    pub unit: Option<UnitId>,
}

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
    /// Set fields about people, and tables of people with the number of rows that stand.
    pub named: BTreeMap<String, u32>,
    /// Posts of the team for procedures that are filled.
    pub posts: BTreeSet<String>,
    /// Leaders in office.
    pub leaders: BTreeSet<String>,
    /// Flags of the record that say yes.
    pub flags: BTreeSet<String>,
    /// Choices conditions look at: investment kind, owner kind, stage.
    pub choices: BTreeMap<String, String>,
    /// Issues that are open and not reported done.
    pub issues: Vec<Pending>,
    /// Countdown tasks that are not done.
    pub tasks: Vec<Pending>,
    /// Promises given with missing papers and not kept.
    pub promises: Vec<Pending>,
    /// Meetings, dispatches and reviews.
    pub held: Vec<Held>,
    /// Contents of expert reviews that have a conclusion.
    pub concluded: BTreeSet<String>,
    /// Regimes that are kept.
    pub regimes: BTreeSet<String>,
    /// Kinds of paper that are attached.
    pub papers: BTreeSet<String>,
    /// Checkpoints of the year that are filled, first to last.
    pub checkpoints: BTreeSet<(i16, u8)>,
    /// When it left the reserve by cancelling; `None` when it did not.
    pub cancelled: Option<Timestamp>,
    /// True when a replacement is linked or waived.
    pub replaced: bool,
    /// The days on which money came in.
    pub money_came: BTreeSet<Date>,
    /// Years that have a plan.
    pub years: BTreeMap<i16, PlanYear>,
    /// Years whose missed plan was explained.
    pub explained: BTreeSet<i16>,
    /// Years in which a plan to push it on was filed (推进方案).
    pub pushed: BTreeSet<i16>,
    /// Items of approval that were opened.
    pub items: BTreeSet<String>,
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
    Table::Team,
    Table::ExtraTeam,
    Table::CoopUnits,
    Table::ProcedureTeam,
];

/// The fields of the three checkpoints of a state-owned owner's budget.
const CHECKPOINTS: [Field; 3] = [
    Field::SoeBudgetStart,
    Field::SoeProgressMid,
    Field::SoeEvaluationEnd,
];

/// Choices conditions of slots and duties look at.
const CHOICES: [Field; 4] = [
    Field::InvestmentKind,
    Field::OwnerKind,
    Field::BaolianKind,
    Field::Sector,
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
            programmes: words(view.text(Field::Programmes)),
            stage: stage.to_owned(),
            moves: Vec::new(),
            is_out,
            deleted,
            named: BTreeMap::new(),
            posts: BTreeSet::new(),
            leaders: BTreeSet::new(),
            flags: words(view.text(Field::SignificanceFlags)),
            choices: BTreeMap::new(),
            issues: open_issues(view, directory),
            tasks: open_tasks(view),
            promises: open_promises(view, directory),
            held: Vec::new(),
            concluded: BTreeSet::new(),
            regimes: BTreeSet::new(),
            papers: BTreeSet::new(),
            checkpoints: BTreeSet::new(),
            cancelled: None,
            replaced: view.last(Table::Replacements, |_| true).is_some(),
            money_came: BTreeSet::new(),
            years: BTreeMap::new(),
            explained: BTreeSet::new(),
            pushed: BTreeSet::new(),
            items: BTreeSet::new(),
            channels: words(view.text(Field::PackagingChannels)),
        };
        brief.fields(view);
        brief.people(view);
        brief.events(view);
        brief
    }

    fn fields(&mut self, view: &ProjectView) {
        let mut done: BTreeMap<i16, i64> = BTreeMap::new();
        for (path, cell) in &view.cells {
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
                    let fen = cell.value.as_int().unwrap_or(0);
                    let sum = done.entry(month.year()).or_default();
                    *sum = sum.saturating_add(fen);
                }
                Target::Once(field) if field.section() == Section::People => {
                    self.named.insert(field.id().to_owned(), 1);
                }
                Target::Once(field)
                    if field.kind() == Kind::Flag && cell.value.as_bool() == Some(true) =>
                {
                    self.flags.insert(field.id().to_owned());
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
        for (year, plan) in &mut self.years {
            plan.done_fen = done.get(year).copied().unwrap_or(0);
        }
        for field in CHOICES {
            let value = view.text(field);
            if !value.is_empty() {
                self.choices.insert(field.id().to_owned(), value.to_owned());
            }
        }
    }

    fn people(&mut self, view: &ProjectView) {
        // While two leaders rival for one place, nobody is named.
        let rivals = |row: &Row<'_>| {
            FieldPath::keyed(row.table, row.key, Column::Person)
                .ok()
                .and_then(|path| view.cells.get(&path))
                .is_some_and(crate::project::Cell::is_conflict)
        };
        for row in view.each(Table::LeadLeaders) {
            if row.text(Column::To).is_empty() && !rivals(&row) {
                let person = row.text(Column::Person);
                self.leaders.insert(person.to_owned());
                *self
                    .named
                    .entry(Table::LeadLeaders.id().to_owned())
                    .or_default() += 1;
            }
        }
        for table in PEOPLE {
            let count = u32::try_from(view.each(*table).count()).unwrap_or(u32::MAX);
            if count > 0 {
                self.named.insert(table.id().to_owned(), count);
            }
        }
        let posts = view.each(Table::ProcedureTeam);
        self.posts = posts
            .filter(|row| !row.text(Column::Person).is_empty())
            .map(|row| row.text(Column::Slot).to_owned())
            .collect();
    }

    fn events(&mut self, view: &ProjectView) {
        let mut moves: Vec<(Date, String)> = Vec::new();
        for row in view.each(Table::Transitions) {
            let on = row.date(Column::Date).unwrap_or_else(|| row.at().date());
            let to = row.text(Column::ToStage).to_owned();
            let before = moves.last().map(|(_, stage)| stage.as_str());
            if to == "withdrawn" && matches!(before, None | Some("reserve" | "idea")) {
                self.cancelled = Some(row.at());
            }
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
        for row in view.each(Table::ReviewContents) {
            if !row.text(Column::Conclusion).is_empty() {
                let content = row.text(Column::Content).to_owned();
                self.concluded.insert(content);
            }
        }
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

/// A day, or the last day of a month.
fn day_of(text: &str) -> Option<Date> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<Month>().ok().map(Month::last_day))
}

fn open_issues(view: &ProjectView, directory: &Directory) -> Vec<Pending> {
    let latest = latest_acts(view);
    let mut given: BTreeMap<&str, Date> = BTreeMap::new();
    for ruling in view.each(Table::IssueRulings) {
        if let Some(day) = day_of(ruling.text(Column::Deadline)) {
            given.insert(ruling.text(Column::Issue), day);
        }
    }
    let mut open = Vec::new();
    for issue in view.each(Table::Issues) {
        let act = latest.get(issue.key).copied();
        let Some(row) = issue.id() else { continue };
        if matches!(act, Some("closed" | "reported_done")) {
            continue;
        }
        let own = day_of(issue.text(Column::Deadline));
        open.push(Pending {
            row,
            what: issue.text(Column::Description).to_owned(),
            due: given.get(issue.key).copied().or(own),
            person: issue.text(Column::ResponsiblePerson).to_owned(),
            unit: listed(directory, issue.text(Column::ResponsibleUnit)),
        });
    }
    open
}

fn open_tasks(view: &ProjectView) -> Vec<Pending> {
    let tasks = view.each(Table::Countdown);
    tasks
        .filter(|task| task.text(Column::Done).is_empty())
        .filter_map(|task| {
            Some(Pending {
                row: task.id()?,
                what: task.text(Column::Task).to_owned(),
                due: day_of(task.text(Column::Due)),
                person: task.text(Column::Person).to_owned(),
                unit: None,
            })
        })
        .collect()
}

fn open_promises(view: &ProjectView, directory: &Directory) -> Vec<Pending> {
    let steps: Vec<Row<'_>> = view.each(Table::ApprovalSteps).collect();
    let kept = |promise: &Row<'_>| {
        steps.iter().any(|step| {
            let same = match step.text(Column::Follows) {
                "" => step.key > promise.key,
                follows => follows == promise.key,
            };
            step.is(Column::ApprovalAct, "promise_kept")
                && step.text(Column::Approval) == promise.text(Column::Approval)
                && same
        })
    };
    let given = steps
        .iter()
        .filter(|step| step.is(Column::ApprovalAct, "accept_tolerated") && !kept(step));
    given
        .filter_map(|step| {
            Some(Pending {
                row: step.id()?,
                what: step.text(Column::Papers).to_owned(),
                due: day_of(step.text(Column::Due)),
                person: step.text(Column::Person).to_owned(),
                unit: listed(directory, step.text(Column::Org)),
            })
        })
        .collect()
}
