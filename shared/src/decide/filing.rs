//! Filings and their reviews: rows in the unit's document (design.md 2).

use super::{Act, Decision, Judge, check, is_hub, lines_to_json, refuse, refuse_at, refuse_by};
use crate::command::{FilingLine, Refusal, Role, Why, Write};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{DocumentId, RowId, UnitId};
use crate::time::Month;
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
        let month = period
            .parse::<Month>()
            .map_err(|_| refuse(Why::NotInProfile))?;
        if month.first_day() > self.now.date() {
            return Err(refuse_by(
                Why::Inconsistent {
                    check: "period_not_open".into(),
                },
                &report.clause,
            ));
        }
        if self.state.filings.iter().any(|filed| filed.id == filing) {
            return Err(refuse(Why::Exists));
        }
        let latest = self.state.filings_of(&report.id, period).last();
        let follows = match (latest, follows) {
            (None, None) => None,
            (Some(latest), Some(named)) if latest.id == named => Some(named),
            // A returned filing is waiting for exactly this one.
            (Some(latest), None) if latest.is_returned() => Some(latest.id),
            (Some(_), _) => return Err(refuse_by(Why::AlreadyFiled, &report.clause)),
            (None, Some(_)) => return Err(refuse(Why::NotFound)),
        };
        let lines = self.lines(month, lines, &report.clause)?;
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
        cell(Column::Period, period.into());
        cell(Column::FiledAt, Value::Int(self.now.0));
        if let Some(follows) = follows {
            cell(Column::Follows, follows.to_string().into());
        }
        if let Some(reason) = on_behalf {
            cell(Column::Reason, reason.trim().into());
        }
        cell(Column::Lines, lines_to_json(&lines).into());
        self.stamp(&document, Table::Filings, filing, &mut writes);
        Ok(Decision {
            act: Act::File,
            writes,
            proposed: Vec::new(),
        })
    }

    /// The lines with their heads; each project of the unit has one, and each line says something (domain.md 6.1).
    fn lines(
        &self,
        month: Month,
        lines: &[FilingLine],
        clause: &str,
    ) -> Result<Vec<FilingLine>, Refusal> {
        let mut complete = Vec::new();
        for project in &self.state.unit_projects {
            let given = lines.iter().find(|line| line.project == *project);
            if given.is_none() && !lines.is_empty() {
                let mut refusal = refuse_by(
                    Why::Inconsistent {
                        check: "line_missing".into(),
                    },
                    clause,
                );
                refusal.projects.push(*project);
                return Err(refusal);
            }
            complete.push(given.cloned().unwrap_or(FilingLine {
                project: *project,
                heads: Vec::new(),
                nil: false,
            }));
        }
        if lines
            .iter()
            .any(|line| !self.state.unit_projects.contains(&line.project))
        {
            return Err(refuse(Why::NotFound));
        }
        let mut empty = Vec::new();
        for line in &mut complete {
            let view = self.any(line.project)?;
            if line.heads.is_empty() {
                line.heads.clone_from(&view.heads);
            }
            let nil_reason = !view.month(month, Field::MonthNil).is_null();
            let done = !view.month(month, Field::MonthDoneFen).is_null();
            line.nil = line.nil || nil_reason && !done;
            if !line.nil && !done {
                empty.push(line.project);
            }
        }
        if empty.is_empty() {
            return Ok(complete);
        }
        let mut refusal = refuse_at(
            Why::Missing,
            vec![FieldPath::month(month, Field::MonthDoneFen)],
        );
        refusal.rule = Some(clause.to_owned());
        refusal.projects = empty;
        Err(refusal)
    }

    pub(super) fn review(
        &self,
        review: RowId,
        unit: UnitId,
        filing: RowId,
        accepted: bool,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        self.hub_only()?;
        if !accepted {
            check::reason(reason)?;
        }
        if !self.state.filings.iter().any(|filed| filed.id == filing) {
            return Err(refuse(Why::NotFound));
        }
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
        cell(
            Column::Verdict,
            if accepted { "accepted" } else { "returned" }.into(),
        );
        if !reason.trim().is_empty() {
            cell(Column::Reason, reason.trim().into());
        }
        self.stamp(&document, Table::Reviews, review, &mut writes);
        Ok(Decision {
            act: Act::Review,
            writes,
            proposed: Vec::new(),
        })
    }
}
