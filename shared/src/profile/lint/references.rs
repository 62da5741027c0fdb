//! That everything a profile names exists (domain.md 13.20.3): lists, ledgers, reports, meetings, roles, bodies, fields, also inside
//! conditions and the parameters of guards. `vocabulary` is what the engine knows in every county; `sections` walks the file's plain
//! lists, this file the gates, guards and conditions.

mod sections;
mod vocabulary;

use serde_json::Value;

use super::super::{CONDITION_KEYS, Cond, Condition, DOCUMENTS, Label, Params, Profile};
use super::{Findings, gates, is_transition};
use crate::field::{Column, Field, Table};
use crate::rules::guards::Guard;
use crate::rules::subject::duty_key;
use crate::text::fields::fixed_options;

pub use vocabulary::{ORG_KINDS, ROLES};

pub(super) use vocabulary::STAGES;
use vocabulary::{PARAMS, RECORDS, To};

/// Adds a finding for everything that is named and does not exist.
pub(super) fn check(profile: &Profile, found: &mut Findings) {
    let mut names = Names { profile, found };
    names.programmes_and_lists();
    names.gates_and_duties();
    names.reports_and_issues();
    names.calendar();
    names.rest();
}

/// Adds a finding when a condition of a requirement names what does not exist.
pub(super) fn condition(
    profile: &Profile,
    condition: &Condition,
    path: &str,
    found: &mut Findings,
) {
    let is_field = |id: &str| Field::from_id(id).is_some() || Table::from_id(id).is_some();
    match condition {
        Condition::Words(_) => {}
        Condition::Yes(field) => {
            found.demand(is_field(field), path, format!("`{field}` is no field"));
        }
        Condition::Is { key, values } => {
            let known = |value: &String| match key.as_str() {
                "on_list" => profile.list(value).is_some(),
                "stage" => STAGES.contains(&value.as_str()),
                "act" => is_transition(value),
                "record" => RECORDS.contains(&value.as_str()),
                "year_category" => categories(profile).any(|label| label.id == *value),
                field => is_field(field),
            };
            let named = CONDITION_KEYS.contains(&key.as_str()) || is_field(key);
            found.demand(
                named && values.iter().all(known),
                path,
                format!("condition `{condition}` names what does not exist"),
            );
        }
    }
}

fn categories(profile: &Profile) -> impl Iterator<Item = &Label> {
    let category = profile.year_category.as_ref();
    category.into_iter().flat_map(|category| &category.options)
}

fn has(labels: &[Label], id: &str) -> bool {
    labels.iter().any(|label| label.id == id)
}

fn fixed(enumeration: &str, id: &str) -> bool {
    fixed_options(enumeration)
        .into_iter()
        .flatten()
        .any(|option| option.id == id)
}

struct Names<'a> {
    profile: &'a Profile,
    found: &'a mut Findings,
}

impl Names<'_> {
    fn need(&mut self, to: To, id: &str, path: &str) {
        let profile = self.profile;
        let (known, what) = match to {
            To::Free => return,
            To::List => (profile.list(id).is_some(), "list"),
            To::Programme => (
                id == "all" || profile.programmes.iter().any(|p| p.id == id),
                "programme",
            ),
            To::Actor => (
                ROLES.contains(&id) || has(&profile.bodies, id),
                "role or body",
            ),
            To::Slot => (profile.slots.iter().any(|slot| slot.id == id), "slot"),
            To::Field => (is_field(id), "field"),
            To::Material => (profile.materials.iter().any(|m| m.id == id), "material"),
            To::Document => (DOCUMENTS.contains(&id), "kind of document"),
            To::ExitReason => (
                profile.exits.as_ref().is_some_and(|e| has(&e.reasons, id)),
                "exit reason",
            ),
            To::Content => (
                has(&profile.review.contents, id) || has(&profile.review.report_contents, id),
                "content of a review",
            ),
            To::Level => (
                profile.issue.levels.iter().any(|level| level.id == id),
                "level of issues",
            ),
            To::Approval => (
                profile.approvals.items.iter().any(|item| item.id == id),
                "approval item",
            ),
            To::Acceptance => (
                profile.acceptance.items.iter().any(|item| item.id == id),
                "acceptance item",
            ),
            To::Rule => (
                profile
                    .eligibility
                    .values()
                    .flat_map(super::super::Entry::rules)
                    .any(|rule| rule.id == id),
                "rule of eligibility",
            ),
            To::Investment => (fixed("investment_kind", id), "kind of investment"),
        };
        self.found
            .demand(known, path, format!("`{id}` is no {what} of this profile"));
    }

    fn all<'s>(&mut self, to: To, ids: impl IntoIterator<Item = &'s String>, path: &str) {
        for id in ids {
            self.need(to, id, path);
        }
    }

    fn gates_and_duties(&mut self) {
        let profile = self.profile;
        for (path, gate) in gates(profile) {
            self.need(To::Programme, &gate.programme, &format!("{path}.programme"));
            self.transition(&gate.transition, &format!("{path}.transition"));
            self.all(To::List, &gate.lists, &format!("{path}.lists"));
            self.guard(&gate.guard, &gate.params, &path);
            if let Some(when) = &gate.when {
                self.cond(when, &format!("{path}.when"));
            }
        }
        for (index, duty) in profile.duties.iter().enumerate() {
            let path = format!("duties.{index}");
            self.need(To::Programme, &duty.programme, &format!("{path}.programme"));
            self.transition(&duty.opens, &format!("{path}.opens"));
            if let Some(due) = &duty.due {
                self.transition(due, &format!("{path}.due"));
            }
            self.guard(&duty.guard, &duty.params, &path);
            let is_duty = Guard::from_id(&duty.guard).is_none_or(|guard| duty_key(guard).is_some());
            self.found.demand(
                is_duty,
                format!("{path}.guard"),
                format!("`{}` can be a gate and no duty", duty.guard),
            );
            if let Some(when) = &duty.when {
                self.cond(when, &format!("{path}.when"));
            }
        }
        for (index, material) in profile.materials.iter().enumerate() {
            let path = format!("materials.{index}");
            self.need(To::Programme, &material.programme, &path);
            self.transition(&material.transition, &path);
            self.all(To::Document, &material.alternatives, &path);
            self.all(To::Field, &material.fields, &path);
            if let Some(when) = &material.when {
                self.cond(when, &path);
            }
            if let Some(record) = &material.when_record {
                let known = RECORDS.contains(&record.as_str());
                self.found
                    .demand(known, path.as_str(), format!("`{record}` is no record"));
            }
        }
    }

    fn guard(&mut self, guard: &str, params: &Params, path: &str) {
        self.found.demand(
            Guard::from_id(guard).is_some(),
            format!("{path}.guard"),
            format!("`{guard}` is no guard"),
        );
        for (key, value) in params {
            let place = format!("{path}.params.{key}");
            let Some((_, to)) = PARAMS.iter().find(|(name, _)| name == key) else {
                self.found.add(place, format!("`{key}` is no parameter"));
                continue;
            };
            match value {
                Value::String(id) => self.need(*to, id, &place),
                Value::Array(ids) => {
                    for id in ids.iter().filter_map(Value::as_str) {
                        self.need(*to, id, &place);
                    }
                }
                _ => {}
            }
        }
    }

    fn transition(&mut self, id: &str, path: &str) {
        self.found.demand(
            is_transition(id),
            path,
            format!("`{id}` is no transition or act"),
        );
        if let Some(level) = id.strip_prefix("escalate:") {
            self.need(To::Level, level, path);
        }
    }

    fn cond(&mut self, cond: &Cond, path: &str) {
        let profile = self.profile;
        let mut need = |known: bool, id: &str, what: &str| {
            self.found
                .demand(known, path, format!("`{id}` is no {what} of this profile"));
        };
        match cond {
            Cond::Amount { field, .. } => {
                let known = Field::from_id(&format!("{field}_fen")).is_some();
                need(known, field, "amount");
            }
            Cond::SectorIn(ids) => {
                for id in ids {
                    need(has(profile.sectors.list(), id), id, "sector");
                }
            }
            Cond::Flag(id) => need(has(&profile.flags, id), id, "flag"),
            Cond::Field(id) => need(is_field(id), id, "field"),
            Cond::OriginIn(ids) => {
                for id in ids {
                    need(fixed("origin_kind", id), id, "origin");
                }
            }
            Cond::OriginLevelMin(id) => need(fixed("origin_level", id), id, "level of plans"),
            Cond::CategoryIn(ids) => {
                for id in ids {
                    need(has(&profile.key_categories, id), id, "category");
                }
            }
            Cond::YearCategoryIn(ids) => {
                for id in ids {
                    let known = categories(profile).any(|label| label.id == *id);
                    need(known, id, "category of the year");
                }
            }
            Cond::OnList(id) => need(profile.list(id).is_some(), id, "list"),
            Cond::InvestmentKind(id) => need(fixed("investment_kind", id), id, "investment kind"),
            Cond::GovLevelMin(id) => need(fixed("gov_fund_level", id), id, "level of money"),
            Cond::All(conds) | Cond::Any(conds) => {
                for cond in conds {
                    self.cond(cond, path);
                }
            }
        }
    }
}

/// True for a field, a table, a cell of a table, or a column of issues.
fn is_field(id: &str) -> bool {
    let cell = || {
        let (table, column) = id.split_once('/')?;
        Table::from_id(table)?.column(column)
    };
    let issue = || {
        let column = Column::from_id(id)?;
        Table::Issues.columns().contains(&column).then_some(column)
    };
    Field::from_id(id).is_some() || Table::from_id(id).is_some() || cell().or_else(issue).is_some()
}
