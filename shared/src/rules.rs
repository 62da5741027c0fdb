//! What follows from records, the county's profile and the moment: pure functions, run alike by node, hub and browser.
//!
//! `report` judges filings and builds a unit's month, `desk` the cards of the work desk, `overview` the hub's table of who has reported, `workdays` counts
//! working days; `world` is what the county's rules look at. None of them reads a document: they take the views and rows the node has.
//!
//! `guards` is the vocabulary of the county's gates, `gates` what stands before an act, `stage` the life cycle, `lists` and `membership` who
//! stands on which list, `eligibility` who may, `reviews` what was decided, `responsibility` who is named, `year` the category of a year, `profiles`
//! how the rules themselves change.
//!
//! `void` marks what a merge left without effect.
//!
//! `verdicts` says what all of them come to for one project, or for the hub's own business.
//!
//! `results` gathers what assessment comes to, for units and leaders; `compiled` makes the tables nobody writes.
//!
//! `obligations` lists what is due, overdue, expected and not held; `brief` is what it keeps of a project, `listed` who stands on which list,
//! `subject` what gates, gap lists and desks ask alike of a project or its brief,
//! `ledgers` what a report's ledgers say. `reading` says which registers a county keeps and who may read what, `routing` whom to ask.
//!
//! Everything domain.md calls an act is a row in the table of its kind. [`judge`] says whether a row may be written now, by this
//! person, and what else is written with it; each table's rule stands in one module.

pub mod acceptance;
pub mod actors;
pub mod agency;
pub mod approvals;
pub mod brief;
pub mod compiled;
pub mod desk;
pub mod duties;
pub mod eligibility;
pub mod funding;
pub mod gates;
pub mod guards;
pub mod information;
pub mod issues;
mod lacking;
pub mod ledgers;
pub mod lights;
pub mod listed;
pub mod lists;
mod look;
pub mod meetings;
pub mod membership;
pub mod obligations;
pub mod overview;
pub mod plan;
pub mod pool;
pub mod profiles;
pub mod publications;
pub mod reading;
pub mod registers;
pub mod report;
mod requests;
pub mod responsibility;
pub mod results;
pub mod reviews;
pub mod rewards;
pub mod routing;
pub mod schedule;
pub mod scores;
pub mod stage;
pub mod statements;
pub mod subject;
pub mod verdicts;
pub mod void;
pub mod workdays;
pub mod world;
pub mod year;

use crate::command::{Refusal, Why, Write};
use crate::decide::{Draw, refuse};
use crate::field::Table;

pub use look::Look;
pub use world::{Entry, World};

/// Judges a row: whether it may be written, and what is written beside it in the same act.
///
/// The caller has judged shape and authority already (`decide`).
///
/// # Errors
/// A [`Refusal`] that names the clause, what is missing and who can supply it.
pub fn judge(world: &World<'_>, entry: &Entry<'_>, draw: Draw<'_>) -> Result<Vec<Write>, Refusal> {
    if !reading::is_kept(world.profile, entry.table) {
        return Err(Refusal {
            rule: Some("domain 13.18".to_owned()),
            ..refuse(Why::NotInProfile)
        });
    }
    match entry.table {
        Table::Meetings | Table::UnitMeetings | Table::Dispatches | Table::Inspections => {
            meetings::judge(world, entry)
        }
        Table::Publications => publications::judge(world, entry),
        Table::Holidays => workdays::judge(entry),
        Table::Transitions => stage::judge(world, entry, draw),
        Table::Expansions => stage::judge_expansion(world, entry),
        Table::Replacements => stage::judge_replacement(world, entry),
        Table::ProjectReviews => reviews::judge_review(world, entry),
        Table::Decisions => reviews::judge_decision(world, entry, draw),
        Table::Consultations => reviews::judge_consultation(world, entry),
        Table::Exceptions => reviews::judge_exception(world, entry),
        Table::LeadLeaders => responsibility::judge_leader(world, entry),
        Table::RespUnits => responsibility::judge_unit(world, entry),
        Table::UnitLiaisons => responsibility::judge_liaison(world, entry),
        Table::Nominations => lists::judge_nomination(world, entry),
        Table::ListCandidates => lists::judge_candidate(world, entry),
        Table::HubDuties => lists::judge_duty(world, entry),
        Table::ListEditions => lists::judge_edition(world, entry, draw),
        Table::Requests => requests::judge(world, entry),
        Table::Issues | Table::UnitIssues => issues::judge_issue(world, entry),
        Table::IssueSteps
        | Table::IssueRulings
        | Table::UnitIssueSteps
        | Table::UnitIssueRulings => issues::judge(world, entry),
        Table::Approvals => approvals::judge_item(world, entry),
        Table::ApprovalSteps => {
            let mut writes = approvals::judge_step(world, entry)?;
            writes.extend(stage::after_approval_step(world, entry, draw));
            Ok(writes)
        }
        Table::AcceptanceSteps => acceptance::judge_step(world, entry),
        Table::Custodians => acceptance::judge_custodian(world, entry),
        Table::CustodyReports => acceptance::judge_custody_report(world, entry),
        Table::PerformanceReports => acceptance::judge_evaluation(world, entry),
        Table::AgencySteps => agency::judge_step(world, entry),
        Table::AgencyContracts => agency::judge_contract(world, entry),
        Table::Factors
        | Table::Intermediaries
        | Table::EnvContacts
        | Table::Violations
        | Table::Supervisions
        | Table::Publicity
        | Table::PromotionSteps
        | Table::Platforms => registers::judge(world, entry),
        Table::ChangeReports => information::judge_report(world, entry),
        Table::DutyNotes => duties::judge_note(world, entry),
        Table::ReportStatements => statements::judge(world.profile, entry),
        Table::ProgressReports => statements::judge_report(world, entry),
        Table::Profiles | Table::ProfileApplies => profiles::judge(world, entry),
        Table::RequestAnswers => pool::judge_answer(world, entry),
        Table::PoolEntries => pool::judge_entry(world, entry, draw),
        Table::PoolArrangements => pool::judge_arrangement(world, entry),
        Table::PackagingFunds => funding::judge_packaging(world, entry),
        Table::PushPlans => ledgers::judge_required(world, entry),
        Table::SectorDepts => funding::judge_sector(world, entry),
        Table::PlanSteps => plan::judge(world, entry),
        Table::ScoreSheets => scores::judge_sheet(world, entry),
        Table::ScoreValues => scores::judge_value(world, entry),
        Table::Rankings => scores::judge_ranking(world, entry),
        Table::AwardShares => rewards::judge_share(world, entry),
        Table::Rewards => rewards::judge(world, entry),
        _ => Ok(Vec::new()),
    }
}
