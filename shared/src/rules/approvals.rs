//! Approvals (domain.md 9.1): an item is opened as a row, every step on it is another, and its status follows from them.
//!
//! Items run side by side: no rule here looks from one item at another (互不为前置). A re-application starts anew, so what is asked of "this
//! application" counts from the last `apply`. Departments decide; where they have no account the hub records what they did. What
//! a passed promise date opens (a rectification) is derived, never written.

use crate::book::{Cells, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::{is_hub, refuse};
use crate::field::{Column, Field, Table};
use crate::ids::RowId;
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::guards::Lack;
use crate::rules::issues::flow::in_order;
use crate::rules::{Entry, World, actors};
use crate::time::Date;
use crate::value::Value;

mod guards;

pub use guards::{approvals_done_or_tolerated, approved, four_topic_review, none_outstanding};

/// The rule of domain.md an approval follows where the county's own rules name no clause.
const RULE: &str = "domain 9.1";

macro_rules! statuses {
    ($($variant:ident $id:literal $doc:literal;)*) => {
        /// Where an approval stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ApprovalStatus { $(#[doc = $doc] $variant),* }

        impl ApprovalStatus {
            /// The status's id, an option of `approval_status`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }
        }
    };
}

statuses! {
    Prepared "prepared" "Opened, not applied for.";
    Applied "applied" "Applied for.";
    Noticed "noticed" "Told once what is missing.";
    Supplemented "supplemented" "What was missing has been handed in.";
    Accepted "accepted" "Accepted.";
    Tolerated "tolerated" "Accepted with papers missing, against a commitment.";
    Reviewed "reviewed" "The technical opinion is there.";
    Approved "approved" "Approved.";
    Refused "refused" "Not approved.";
    NotApplicable "not_applicable" "Does not apply to this project.";
}

impl ApprovalStatus {
    /// True when nothing more is expected of this application.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Approved | Self::Refused | Self::NotApplicable)
    }
}

/// What was promised when papers were missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise<'a> {
    /// The papers.
    pub papers: &'a str,
    /// By when.
    pub due: Option<Date>,
    /// True: they came.
    pub kept: bool,
    /// True: the hub marked that they did not (承诺未兑现).
    pub broken: bool,
}

/// One approval of a project with its steps.
#[derive(Debug, Clone)]
pub struct Approval<'a> {
    /// Its row.
    pub row: Row<'a>,
    /// Its steps in the order of their chain.
    pub steps: Vec<Row<'a>>,
    /// Those of them that a merge left without effect.
    pub void: Vec<Row<'a>>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// When it was applied for, the last time.
    pub applied: Option<Date>,
    /// When it was decided.
    pub decided: Option<Date>,
    /// Notices in this application.
    pub notices: usize,
    /// The technical opinion of this application.
    pub technical: Option<Row<'a>>,
    /// What was promised in this application.
    pub promise: Option<Promise<'a>>,
    /// Contacts with the level above.
    pub contacts: usize,
}

impl<'a> Approval<'a> {
    fn of(row: Row<'a>, steps: Vec<Row<'a>>) -> Self {
        let mut approval = Self {
            row,
            steps: Vec::new(),
            void: Vec::new(),
            status: ApprovalStatus::Prepared,
            applied: None,
            decided: None,
            notices: 0,
            technical: None,
            promise: None,
            contacts: 0,
        };
        let mut last = "";
        approval.steps = in_order(steps);
        for step in approval.steps.clone() {
            let follows = step.text(Column::Follows);
            // Written beside a step its author did not know of, which it cannot follow.
            let apart = !follows.is_empty() && !last.is_empty() && follows != last;
            if apart && !approval.admits(step.text(Column::ApprovalAct)) {
                approval.void.push(step);
            } else {
                approval.take(&step);
                last = step.key;
            }
        }
        approval
    }

    /// True when an act may follow where it stands.
    fn admits(&self, act: &str) -> bool {
        use ApprovalStatus as S;
        let status = self.status;
        let in_work = matches!(status, S::Accepted | S::Tolerated | S::Reviewed);
        match act {
            "apply" => matches!(status, S::Prepared | S::Refused | S::NotApplicable),
            "accept" => matches!(status, S::Applied | S::Supplemented),
            "accept_tolerated" => matches!(status, S::Applied | S::Noticed | S::Supplemented),
            "notice" => in_work || matches!(status, S::Applied | S::Noticed | S::Supplemented),
            "supplement" => self.notices > 0 && !status.is_final(),
            "technical" | "approve" | "refuse" => in_work,
            "not_applicable" => !status.is_final(),
            "promise_kept" | "promise_broken" => self.promise.is_some_and(|promise| !promise.kept),
            _ => true,
        }
    }

    fn take(&mut self, step: &Row<'a>) {
        let day = step.date(Column::Date).unwrap_or_else(|| step.at().date());
        let act = step.text(Column::ApprovalAct);
        match act {
            "apply" => {
                self.applied = Some(day);
                self.decided = None;
                self.notices = 0;
                self.technical = None;
                self.promise = None;
            }
            "notice" => self.notices += 1,
            "technical" => self.technical = Some(*step),
            "accept_tolerated" => {
                self.promise = Some(Promise {
                    papers: step.text(Column::Papers),
                    due: step.date(Column::Due),
                    kept: false,
                    broken: false,
                });
            }
            "approve" | "refuse" | "not_applicable" => self.decided = Some(day),
            "upward" => self.contacts += 1,
            _ => {}
        }
        if let Some(promise) = &mut self.promise {
            promise.kept |= act == "promise_kept";
            promise.broken |= act == "promise_broken";
        }
        self.status = status_after(self.status, act);
    }

    /// The item's id.
    #[must_use]
    pub fn item(&self) -> &'a str {
        self.row.text(Column::ApprovalItem)
    }

    /// Days from the application to the decision, or to today.
    #[must_use]
    pub fn days_used(&self, today: Date) -> Option<i64> {
        let until = self.decided.unwrap_or(today);
        Some(until.to_days() - self.applied?.to_days())
    }

    /// The limit in days: the item's own, else the county's; `None`: no source gives one.
    #[must_use]
    pub fn limit_days(&self, profile: &Profile) -> Option<i64> {
        let own = self.row.int(Column::LimitDays);
        own.or_else(|| profile.approvals.limit_days.map(i64::from))
    }

    /// True when the limit is known and over.
    #[must_use]
    pub fn is_over_limit(&self, profile: &Profile, today: Date) -> bool {
        let limit = self.limit_days(profile);
        limit.is_some_and(|limit| self.days_used(today).is_some_and(|used| used > limit))
    }

    /// True from the day after the promised one until the papers come: a rectification is open.
    #[must_use]
    pub fn needs_rectification(&self, today: Date) -> bool {
        self.promise
            .is_some_and(|promise| !promise.kept && promise.due.is_some_and(|due| today > due))
    }

    /// True when it is decided above and nobody has followed it up yet, whether the county asks for that or not.
    #[must_use]
    pub fn is_unfollowed(&self) -> bool {
        let is_above = !self.row.text(Column::Level).is_empty();
        is_above && self.contacts == 0 && !self.status.is_final()
    }

    /// True when the county asks that it is followed up above, and nobody has.
    #[must_use]
    pub fn lacks_followup(&self, profile: &Profile) -> bool {
        profile.approvals.upward_followup && self.is_unfollowed()
    }
}

fn status_after(status: ApprovalStatus, act: &str) -> ApprovalStatus {
    match act {
        "apply" => ApprovalStatus::Applied,
        "accept" => ApprovalStatus::Accepted,
        "accept_tolerated" => ApprovalStatus::Tolerated,
        // A later notice does not take an acceptance back.
        "notice" if status <= ApprovalStatus::Supplemented => ApprovalStatus::Noticed,
        "supplement" if status == ApprovalStatus::Noticed => ApprovalStatus::Supplemented,
        "technical" => ApprovalStatus::Reviewed,
        "approve" => ApprovalStatus::Approved,
        "refuse" => ApprovalStatus::Refused,
        "not_applicable" => ApprovalStatus::NotApplicable,
        _ => status,
    }
}

/// Every approval of a project, in the order they were opened.
#[must_use]
pub fn approvals(view: &ProjectView) -> Vec<Approval<'_>> {
    let mut steps: std::collections::BTreeMap<&str, Vec<Row<'_>>> =
        std::collections::BTreeMap::new();
    for step in view.each(Table::ApprovalSteps) {
        steps
            .entry(step.text(Column::Approval))
            .or_default()
            .push(step);
    }
    let rows = view.each(Table::Approvals);
    rows.map(|row| Approval::of(row, steps.remove(row.key).unwrap_or_default()))
        .collect()
}

/// Items opened a second time and steps taken beside others, each with the rule it breaks (`rules::void`).
#[must_use]
pub fn void(approvals: &[Approval<'_>]) -> Vec<(RowId, String)> {
    let mut opened = std::collections::BTreeSet::new();
    let mut rows: Vec<Row<'_>> = Vec::new();
    for approval in approvals {
        let row = approval.row;
        if !opened.insert((approval.item(), row.text(Column::Org))) {
            rows.push(row);
        }
        rows.extend(&approval.void);
    }
    let said = rows
        .iter()
        .filter_map(|row| Some((row.id()?, RULE.to_owned())));
    said.collect()
}

/// What an item is called here.
#[must_use]
pub fn item_name<'a>(profile: &'a Profile, item: &'a str) -> &'a str {
    let mut items = profile.approvals.items.iter();
    items
        .find(|kind| kind.id == item)
        .map_or(item, |kind| kind.name_zh.as_str())
}

/// Judges the opening of an item: known joint service, once per department; the county's one officer is set where it has one.
pub(super) fn judge_item(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let rules = &world.profile.approvals;
    let joint = entry.text(Column::Joint);
    if !joint.is_empty() && !rules.joint_services.iter().any(|known| known.id == joint) {
        return Err(not_here(entry, Column::Joint));
    }
    let same = |row: &Row<'_>| {
        row.is(Column::ApprovalItem, entry.text(Column::ApprovalItem))
            && row.text(Column::Org) == entry.text(Column::Org)
    };
    if view.each(Table::Approvals).any(|row| same(&row)) {
        return Err(refuse(Why::OnlyOne));
    }
    let officer = view.once(Field::OneToOneOfficer);
    let defaults = rules.one_to_one && entry.get(Column::Person).is_null() && !officer.is_null();
    let write =
        defaults.then(|| entry.cell(entry.table, entry.row, Column::Person, officer.clone()));
    Ok(write.flatten().into_iter().collect())
}

/// Judges a step on an item.
pub(super) fn judge_step(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let id = entry.text(Column::Approval);
    let found = approvals(view).into_iter().find(|item| item.row.key == id);
    let approval = found.ok_or_else(|| Refusal {
        missing: vec![entry.at(Column::Approval)],
        ..refuse(Why::NotFound)
    })?;
    let act = entry.text(Column::ApprovalAct);
    may_take(world, view, entry, &approval, act)?;
    follows(world.profile, &approval, act)?;
    match act {
        "accept_tolerated" => tolerated(world.profile, entry)?,
        "notice" => noticed(world.profile, entry, &approval)?,
        "approve" | "refuse" => split(world.profile, entry, &approval)?,
        "not_applicable" if entry.text(Column::Reason).is_empty() => {
            return Err(refuse(Why::ReasonMissing));
        }
        "promise_broken" if !approval.needs_rectification(entry.now.date()) => {
            return Err(wrong_state(&approval));
        }
        "upward" if !world.profile.approvals.upward_followup => {
            return Err(not_here(entry, Column::ApprovalAct));
        }
        _ => {}
    }
    let follows = approval
        .steps
        .last()
        .filter(|_| entry.get(Column::Follows).is_null());
    let write = follows.and_then(|last| {
        entry.cell(
            entry.table,
            entry.row,
            Column::Follows,
            Value::from(last.key),
        )
    });
    Ok(write.into_iter().collect())
}

/// Who applies is the project's side; who decides is the department that approves. The hub records what either did.
fn may_take(
    world: &World<'_>,
    view: &ProjectView,
    entry: &Entry<'_>,
    approval: &Approval<'_>,
    act: &str,
) -> Result<(), Refusal> {
    let decides = matches!(
        act,
        "accept" | "accept_tolerated" | "notice" | "technical" | "approve" | "refuse"
    );
    if is_hub(entry.actor) {
        return Ok(());
    }
    let org = approval.row.text(Column::Org);
    let is_department = world.directory.resolve(org) == Some(entry.actor.unit);
    let is_side = [actors::lead_of(world, view), actors::owner_of(world, view)]
        .contains(&Some(entry.actor.unit))
        || crate::decide::Parties::of(view, world.directory).home == Some(entry.actor.unit);
    let (allowed, who) = match act {
        "promise_broken" => (false, actors::name(world.profile, "hub")),
        "apply" | "supplement" => (is_side, actors::name(world.profile, "owner")),
        _ if decides => (is_department, world.directory.show(org)),
        _ => (true, String::new()),
    };
    if allowed {
        return Ok(());
    }
    let lacking = Lack::what(vec![who.clone()]).by(who);
    Err(lacking.closes("actor_is", RULE, false))
}

/// True when the step may follow where the item stands.
fn follows(profile: &Profile, approval: &Approval<'_>, act: &str) -> Result<(), Refusal> {
    if !approval.admits(act) {
        return Err(wrong_state(approval));
    }
    if act == "accept_tolerated" && !profile.approvals.tolerance {
        return Err(Refusal {
            rule: Some(RULE.to_owned()),
            ..refuse(Why::NotInProfile)
        });
    }
    Ok(())
}

/// `commitment`: papers may be missing only against a commitment that names them and a day.
///
/// # Errors
/// What the commitment does not say.
pub fn commitment(entry: &Entry<'_>) -> Result<(), Lack> {
    let asked = [Column::Papers, Column::Due];
    let missing = asked
        .into_iter()
        .filter(|column| entry.get(*column).is_null());
    Lack {
        missing: missing.map(|column| entry.at(column)).collect(),
        ..Lack::default()
    }
    .met()
}

/// Judges the commitment, and that the papers are those the county tolerates, where it lists any.
fn tolerated(profile: &Profile, entry: &Entry<'_>) -> Result<(), Refusal> {
    let clause = clause_of(profile, "accept_tolerated");
    commitment(entry).map_err(|lacking| lacking.closes("commitment", clause, false))?;
    // A county that lists the papers tolerates no others.
    let papers = profile.approvals.tolerance_papers.list();
    let is_listed = |line: &str| {
        papers
            .iter()
            .any(|paper| line == paper.id || line == paper.name_zh)
    };
    let mut lines = entry.text(Column::Papers).lines().map(str::trim);
    if !papers.is_empty() && !lines.all(is_listed) {
        let names = papers.iter().map(|paper| paper.name_zh.clone()).collect();
        return Err(Lack::what(names).closes("commitment", clause, false));
    }
    Ok(())
}

/// One notice per application says all that is missing and by when; another needs a reason (the paper did not exist before).
fn noticed(profile: &Profile, entry: &Entry<'_>, approval: &Approval<'_>) -> Result<(), Refusal> {
    if !profile.approvals.one_notice {
        return Ok(());
    }
    let asked = [Column::Papers, Column::Due];
    let missing: Vec<_> = asked
        .into_iter()
        .filter(|column| entry.get(*column).is_null())
        .map(|column| entry.at(column))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal {
            missing,
            rule: Some(clause_of(profile, "second_notice").to_owned()),
            ..refuse(Why::Missing)
        });
    }
    if approval.notices > 0 && entry.text(Column::Reason).is_empty() {
        let lacking = Lack {
            missing: vec![entry.at(Column::Reason)],
            ..Lack::default()
        };
        return Err(lacking.closes(
            "exception_reason",
            clause_of(profile, "second_notice"),
            false,
        ));
    }
    Ok(())
}

/// Technical opinion and decision are two records of two people, where the county keeps them apart (技审分离).
fn split(profile: &Profile, entry: &Entry<'_>, approval: &Approval<'_>) -> Result<(), Refusal> {
    if !profile.approvals.tech_admin_split {
        return Ok(());
    }
    let clause = clause_of(profile, "second_notice");
    let name = item_name(profile, approval.item()).to_owned();
    let Some(opinion) = approval.technical else {
        return Err(Lack::what(vec![name]).closes("technical_opinion", clause, false));
    };
    // The people named count; where one of them is not named, the account that wrote the row.
    let named = (opinion.text(Column::Person), entry.text(Column::Person));
    let is_same = if named.0.is_empty() || named.1.is_empty() {
        let writer = opinion.by() == Some(entry.actor.user);
        writer && named.0 == named.1 || named.0 == entry.actor.name && !named.0.is_empty()
    } else {
        named.0 == named.1
    };
    if is_same {
        return Err(Lack::what(vec![name]).closes("two_actors", clause, false));
    }
    Ok(())
}

/// The clause of the gate on an act, the rule of domain.md where there is none.
fn clause_of<'a>(profile: &'a Profile, act: &str) -> &'a str {
    let mut gates = profile.gates.iter();
    gates
        .find(|gate| gate.transition == act)
        .map_or(RULE, |gate| gate.clause.as_str())
}

fn not_here(entry: &Entry<'_>, column: Column) -> Refusal {
    Refusal {
        missing: vec![entry.at(column)],
        ..refuse(Why::NotInProfile)
    }
}

fn wrong_state(approval: &Approval<'_>) -> Refusal {
    use crate::text::Lang;
    use crate::text::fields::fixed_label;
    let id = approval.status.id();
    let state = fixed_label("approval_status", id, Lang::Zh)
        .unwrap_or(id)
        .to_owned();
    Refusal {
        rule: Some(RULE.to_owned()),
        ..refuse(Why::WrongState { state })
    }
}

#[cfg(test)]
mod tests;
