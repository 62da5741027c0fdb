//! Filings and their reviews: rows in the unit's document (design.md 2).

use std::collections::BTreeMap;

use super::{Act, Decision, Judge, check, is_hub, lines_to_json, refuse, refuse_at, refuse_by};
use crate::api::Timeliness;
use crate::command::{CellRef, ClosedGate, FilingLine, Refusal, Role, Why, Write};
use crate::field::{Column, FieldPath, Table};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId};
use crate::limits;
use crate::profile::{Period, Report, ReportLedger};
use crate::rules::ledgers::{self, Said};
use crate::rules::listed::Listed;
use crate::rules::report::{self, Deadline};
use crate::rules::statements;
use crate::time::Timestamp;
use crate::value::Value;

impl Judge<'_> {
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of the command, in its order"
    )]
    pub(super) fn file(
        &self,
        filing: RowId,
        unit: UnitId,
        ledger: &str,
        period: &str,
        lines: &[FilingLine],
        follows: Option<RowId>,
        on_behalf: Option<&str>,
    ) -> Result<Decision, Refusal> {
        self.writer()?;
        let own = unit == self.actor.unit && matches!(self.actor.role, Role::Clerk | Role::Head);
        match on_behalf {
            Some(reason) => {
                self.hub_only()?;
                check::reason(reason)?;
            }
            None if own => {}
            None if is_hub(self.actor) => return Err(refuse(Why::ReasonMissing)),
            None => return Err(refuse(Why::NotYourUnit)),
        }
        let report = self
            .profile
            .report_of(ledger)
            .ok_or_else(|| refuse(Why::NotInProfile))?;
        let period = self.period_of(report, period)?;
        if self.state.filings.iter().any(|filed| filed.id == filing) {
            return Err(refuse(Why::Exists));
        }
        let latest = self.state.filings_of(&report.id, &period.id).last();
        let open = self.now >= period.opens_at();
        let follows = match (latest, follows) {
            (None, None) => None,
            (Some(latest), Some(named)) if latest.id == named => Some(named),
            // A returned filing is waiting for exactly this one.
            (Some(latest), None) if latest.is_returned() => Some(latest.id),
            // What was sent in advance is confirmed by sending it again once its days have come.
            (Some(latest), None) if open && latest.filed_at < period.opens_at() => Some(latest.id),
            (Some(_), _) => return Err(refuse_by(Why::AlreadyFiled, &report.clause)),
            (None, Some(_)) => return Err(refuse(Why::NotFound)),
        };
        let lines = self.lines(report, &period, unit, lines)?;
        if let (Some(statement), Some(_)) = (&report.statement, on_behalf) {
            let (papers, name) = (self.state.units.get(&unit), self.state.directory.name(unit));
            statements::stated_for(statement, papers, (report, &period.id), &name)?;
        }
        let document = DocumentId::Unit(unit);
        let mut writes = Vec::new();
        let mut cell = |column, value: Value| {
            writes.push(Write {
                document: document.clone(),
                path: FieldPath::cell(Table::Filings, filing, column),
                value,
            });
        };
        cell(Column::Ledger, report.id.as_str().into());
        cell(Column::Period, period.id.as_str().into());
        cell(Column::FiledAt, Value::Int(self.now.0));
        if let Some(follows) = follows {
            cell(Column::Follows, follows.to_string().into());
        }
        if let Some(reason) = on_behalf {
            cell(Column::Reason, reason.trim().into());
        }
        if let Some(statement) = &report.statement {
            cell(Column::Statement, statement.text_zh.as_str().into());
        }
        cell(Column::Lines, lines_to_json(&lines).into());
        self.stamp(&document, Table::Filings, filing, &mut writes);
        Ok(Decision {
            act: Act::File,
            writes,
            proposed: Vec::new(),
        })
    }

    /// The period of a report with this id: one that has begun, or the next one, which is then sent in advance.
    fn period_of(&self, report: &Report, id: &str) -> Result<Period, Refusal> {
        let mut recurrence = report.recurrence.iter();
        let (recur, period) = recurrence
            .find_map(|recur| recur.period_of(id).map(|period| (recur, period)))
            .ok_or_else(|| refuse(Why::NotInProfile))?;
        let today = self.now.date();
        let next = recur.next(today);
        if period.first > today && next.is_none_or(|next| next.id != period.id) {
            let check = "period_not_open".into();
            return Err(refuse_by(Why::Inconsistent { check }, &report.clause));
        }
        Ok(period)
    }

    /// The lines with their heads; each project the rule names has one, and each says something in every ledger of the pack
    /// (domain.md 6.1).
    fn lines(
        &self,
        report: &Report,
        period: &Period,
        unit: UnitId,
        lines: &[FilingLine],
    ) -> Result<Vec<FilingLine>, Refusal> {
        let clause = &report.clause;
        let mut complete = Vec::new();
        for project in &self.state.unit_projects {
            let given = lines.iter().find(|line| line.project == *project);
            if given.is_none() && !lines.is_empty() {
                let check = "line_missing".into();
                let mut refusal = refuse_by(Why::Inconsistent { check }, clause);
                refusal.projects.push(*project);
                return Err(refusal);
            }
            complete.push(given.cloned().unwrap_or(FilingLine {
                project: *project,
                heads: Vec::new(),
                nil: false,
                nil_ledgers: Vec::new(),
            }));
        }
        // More than the rule names may be said, about what is the unit's business.
        for line in lines {
            if self.state.unit_projects.contains(&line.project) {
                continue;
            }
            let parties = self.parties(self.any(line.project)?);
            if !parties.all().contains(&unit) {
                return Err(refuse(Why::NotFound));
            }
            complete.push(line.clone());
        }
        let world = self.state.world(self.profile);
        let listed = Listed::of(world.county);
        let mut empty: Vec<(ProjectId, &ReportLedger, FieldPath)> = Vec::new();
        for line in &mut complete {
            let view = self.any(line.project)?;
            if line.heads.is_empty() {
                line.heads.clone_from(&view.heads);
            }
            let mut spoke = false;
            for part in &report.ledgers {
                let asked_for = part
                    .if_on_list
                    .as_ref()
                    .is_none_or(|list| listed.on(list, self.due(period)).contains(&line.project));
                let Some(ledger) = ledgers::find(self.profile, &part.id).filter(|_| asked_for)
                else {
                    continue;
                };
                match ledgers::said(ledger, view, period) {
                    Said::Something => spoke = true,
                    _ if line.nil || line.nil_ledgers.contains(&part.id) => {}
                    Said::Nothing => line.nil_ledgers.push(part.id.clone()),
                    Said::Lacks(path) => empty.push((line.project, part, path)),
                }
            }
            line.nil = line.nil || !spoke && !line.nil_ledgers.is_empty();
        }
        let Some((_, first, path)) = empty.first() else {
            return Ok(complete);
        };
        let main = report.ledgers.first().is_some_and(|main| main == *first);
        let mut refusal = if main {
            refuse_at(Why::Missing, vec![path.clone()])
        } else {
            let mut lacks: Vec<String> = empty
                .iter()
                .map(|(_, part, _)| self.profile.ledger_name(&part.id).to_owned())
                .collect();
            lacks.dedup();
            let gate = ClosedGate {
                guard: "ledgers".to_owned(),
                lacks,
                from: self.state.directory.name(unit),
                exception: false,
            };
            refuse_at(Why::GateClosed(Box::new(gate)), vec![path.clone()])
        };
        refusal.rule = Some(clause.clone());
        refusal.projects = empty.iter().map(|(project, ..)| *project).collect();
        refusal.projects.dedup();
        Err(refusal)
    }

    /// The moment by which lists are read: the due moment, or now while it has not come.
    fn due(&self, period: &Period) -> Timestamp {
        let due = self.profile.due_at(period);
        due.map_or(self.now, |due| due.min(self.now))
    }

    /// The hub excuses that a filing was under way too long (domain.md 0.4.6).
    pub(super) fn excuse(
        &self,
        review: RowId,
        unit: UnitId,
        filing: RowId,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        self.hub_only()?;
        check::reason(reason)?;
        let mut filings = self.state.filings.iter();
        let filed = filings
            .find(|filed| filed.id == filing)
            .ok_or_else(|| refuse(Why::NotFound))?;
        let report = self.profile.report_of(&filed.ledger);
        let late = report.is_some_and(|report| {
            let period = report
                .recurrence
                .iter()
                .find_map(|recur| recur.period_of(&filed.period));
            period.is_some_and(|period| {
                let deadline = Deadline::of_period(self.profile, report, &period);
                let chain: Vec<report::Filing> = self
                    .state
                    .filings_of(&filed.ledger, &filed.period)
                    .map(report::Filing::from)
                    .collect();
                let chain = report::revisions(&chain, &filed.ledger, &filed.period);
                report::judge(&chain, deadline, self.now, None).timeliness
                    == Timeliness::LateNetwork
            })
        });
        if !late {
            return Err(refuse_by(Why::NotFound, "domain 0.4.6"));
        }
        Ok(self.verdict(review, unit, filing, "excused", reason))
    }

    pub(super) fn review(
        &self,
        (review, unit, filing): (RowId, UnitId, RowId),
        accepted: bool,
        reason: &str,
        cells: &BTreeMap<CellRef, String>,
    ) -> Result<Decision, Refusal> {
        self.hub_only()?;
        if !accepted {
            check::reason(reason)?;
        }
        let mut filings = self.state.filings.iter();
        let filed = filings.find(|filed| filed.id == filing);
        let filed = filed.ok_or_else(|| refuse(Why::NotFound))?;
        if cells.len() > limits::COMMAND_WRITES_MAX {
            return Err(refuse(Why::TooMany));
        }
        for (cell, said) in cells {
            let is_filed = filed.lines.iter().any(|line| line.project == cell.project);
            if accepted || !is_filed || cell.path.kind().is_none() {
                return Err(refuse_at(Why::NotFound, vec![cell.path.clone()]));
            }
            check::reason(said)?;
        }
        let verdict = if accepted { "accepted" } else { "returned" };
        let mut decision = self.verdict(review, unit, filing, verdict, reason);
        if !cells.is_empty() {
            // A map of texts always becomes JSON.
            let said = serde_json::to_string(cells).unwrap_or_default();
            decision.writes.push(Write {
                document: DocumentId::Unit(unit),
                path: FieldPath::cell(Table::Reviews, review, Column::Cells),
                value: said.into(),
            });
        }
        Ok(decision)
    }

    fn verdict(
        &self,
        review: RowId,
        unit: UnitId,
        filing: RowId,
        verdict: &str,
        reason: &str,
    ) -> Decision {
        let document = DocumentId::Unit(unit);
        let mut writes = Vec::new();
        let mut cell = |column, value: Value| {
            writes.push(Write {
                document: document.clone(),
                path: FieldPath::cell(Table::Reviews, review, column),
                value,
            });
        };
        cell(Column::Filing, filing.to_string().into());
        cell(Column::Verdict, verdict.into());
        if !reason.trim().is_empty() {
            cell(Column::Reason, reason.trim().into());
        }
        self.stamp(&document, Table::Reviews, review, &mut writes);
        Decision {
            act: Act::Review,
            writes,
            proposed: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
