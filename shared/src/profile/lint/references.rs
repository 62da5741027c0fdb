//! That everything a profile names exists (domain.md 13.20.3): lists, ledgers, reports, meetings, roles, bodies, fields, also inside
//! conditions and the parameters of guards.

use serde_json::Value;

use super::super::{
    COMPUTED, CONDITION_KEYS, Cond, Condition, DOCUMENTS, ISSUE_STATES, Label, Params,
    PermittingTrigger, Profile,
};
use super::{Findings, gates, is_transition};
use crate::field::{Column, Field, Table};
use crate::rules::guards::Guard;
use crate::text::fields::fixed_options;

/// Kinds of organisation (domain.md 1.2).
pub const ORG_KINDS: &[&str] = &[
    "party_committee",
    "government",
    "congress",
    "consultative",
    "four_teams",
    "leading_group",
    "hub_office",
    "dev_reform",
    "township",
    "county_node",
    "department",
    "soe",
    "owner_org",
    "finance",
    "planning_land",
    "environment",
    "audit",
    "supervision_bureau",
    "inspection_office",
    "investment_promotion",
    "upper_body",
    "central_bank",
    "bank",
    "intermediary_org",
    "agency_org",
];

/// Roles the engine knows in every county; who else acts stands among the profile's `bodies`.
pub const ROLES: &[&str] = &[
    "owner",
    "township",
    "county_node",
    "department",
    "soe",
    "unit",
    "industry_dept",
    "investment_dept",
    "approving_dept",
    "factor_dept",
    "territorial",
    "lead_unit",
    "responsible_unit",
    "coop_unit",
    "leader",
    "topic_leader",
    "main_leader",
    "hub",
    "hub_head",
    "inspector",
    "finance",
    "liaison",
    "team",
    "custodian",
    "agency",
    "project",
    "public",
];

/// The stages every county has (domain.md 3.2).
pub(super) const STAGES: &[&str] = &[
    "idea",
    "reserve",
    "listed",
    "permitting",
    "construction",
    "acceptance",
    "operation",
    "closed",
    "suspended",
    "withdrawn",
];

/// Companion records a condition may ask for.
const RECORDS: &[&str] = &[
    "agency",
    "signing_intention",
    "funding_debt",
    "expert_review",
];

/// What an id in a parameter refers to.
#[derive(Clone, Copy)]
enum To {
    List,
    Programme,
    Actor,
    Slot,
    Field,
    Material,
    Document,
    ExitReason,
    Content,
    Level,
    Approval,
    Acceptance,
    Rule,
    Investment,
    Free,
}

/// Every parameter a guard may have.
const PARAMS: &[(&str, To)] = &[
    ("actor", To::Actor),
    ("actors", To::Actor),
    ("body", To::Actor),
    ("by", To::Actor),
    ("contents", To::Content),
    ("document", To::Document),
    ("edition", To::Free),
    ("fields", To::Field),
    ("item", To::Approval),
    ("items", To::Acceptance),
    ("kind", To::Investment),
    ("level", To::Level),
    ("list", To::List),
    ("lists", To::List),
    ("materials", To::Material),
    ("metrics", To::Free),
    ("needs", To::Free),
    ("not_for", To::Actor),
    ("opens", To::Free),
    ("previous", To::Free),
    ("programme", To::Programme),
    ("reasons", To::ExitReason),
    ("regimes", To::Free),
    ("roster", To::Slot),
    ("rules", To::Rule),
    ("slots", To::Slot),
    ("solved", To::Free),
    ("state", To::Free),
    ("steps", To::Free),
    ("to", To::Actor),
    ("topics", To::Approval),
    ("what", To::Free),
];

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

    fn programmes_and_lists(&mut self) {
        let profile = self.profile;
        for (index, programme) in profile.programmes.iter().enumerate() {
            if programme.population != "all" {
                let path = format!("programmes.{index}.population");
                self.need(To::List, &programme.population, &path);
            }
        }
        for (programme, entry) in &profile.eligibility {
            let path = format!("eligibility.{programme}");
            self.need(To::Programme, programme, &path);
            for (index, rule) in entry.rules().iter().enumerate() {
                self.cond(&rule.when, &format!("{path}.{index}.when"));
            }
        }
        for (index, preference) in profile.preference.iter().enumerate() {
            let path = format!("preference.{index}");
            self.need(To::Programme, &preference.programme, &path);
            self.cond(&preference.when, &path);
        }
        for (index, slot) in profile.slots.iter().enumerate() {
            let path = format!("slots.{index}");
            self.need(To::Programme, &slot.programme, &path);
            self.all(
                To::List,
                slot.on_lists.iter().chain(&slot.offered_on),
                &path,
            );
            self.all(To::Field, &slot.field, &path);
            self.all(To::Document, &slot.document, &path);
            for id in &slot.each_of {
                let known = fixed("procedure_slot", id);
                self.found
                    .demand(known, path.as_str(), format!("`{id}` is no procedure slot"));
            }
            if let Some(when) = &slot.when {
                self.cond(when, &path);
            }
        }
        for (index, list) in profile.lists.iter().enumerate() {
            let path = format!("lists.{index}");
            self.need(To::Programme, &list.programme, &path);
            self.all(
                To::List,
                list.from_list.iter().chain(&list.start_decided_by),
                &path,
            );
            let actors = list.proposers.iter().chain(&list.reviewers);
            let actors = actors.chain(&list.consult).chain(list.deciders.list());
            self.all(
                To::Actor,
                actors.chain(&list.deciders_default).chain(&list.issuers),
                &path,
            );
            for id in list.permits_start_except.iter().chain(&list.on_exit) {
                let known = categories(profile).any(|label| label.id == *id);
                self.found.demand(
                    known,
                    path.as_str(),
                    format!("`{id}` is no category of the year"),
                );
            }
        }
        if let Some(deny) = &profile.deny_without_list {
            self.all(To::List, &deny.lists, "deny_without_list.lists");
            for act in &deny.acts {
                self.transition(&act.id, "deny_without_list.acts");
            }
        }
        for (index, kind) in profile.levels.node_kinds.iter().enumerate() {
            let known = ORG_KINDS.contains(&kind.as_str());
            self.found.demand(
                known,
                format!("levels.node_kinds.{index}"),
                format!("`{kind}` is no kind of organisation"),
            );
        }
        self.all(To::Actor, &profile.hub.bodies, "hub.bodies");
        for (index, body) in profile.leading_body.iter().enumerate() {
            let path = format!("leading_body.{index}");
            self.need(To::Programme, &body.programme, &path);
            self.need(To::Actor, &body.id, &path);
            self.all(To::Actor, body.groups.iter().map(|group| &group.id), &path);
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

    fn reports_and_issues(&mut self) {
        let profile = self.profile;
        for (index, report) in profile.reports.iter().enumerate() {
            let path = format!("reports.{index}");
            self.need(To::Programme, &report.programme, &path);
            self.all(
                To::List,
                &report.subject_lists,
                &format!("{path}.subject_lists"),
            );
            self.all(
                To::Actor,
                report.submitters.iter().chain(&report.recipients),
                &path,
            );
            if let Some(stage) = &report.subject_stage {
                let known = STAGES.contains(&stage.as_str());
                self.found
                    .demand(known, path.as_str(), format!("`{stage}` is no stage"));
            }
            for ledger in &report.ledgers {
                let known = profile.ledgers.iter().any(|known| known.id == ledger.id);
                let place = format!("{path}.ledgers");
                self.found.demand(
                    known,
                    place.as_str(),
                    format!("`{}` is no ledger", ledger.id),
                );
                self.all(To::List, &ledger.if_on_list, &place);
            }
        }
        for (index, ledger) in profile.ledgers.iter().enumerate() {
            let path = format!("ledgers.{index}");
            for column in ledger.fields.iter().chain(&ledger.required) {
                let known = is_field(column) || COMPUTED.contains(&column.as_str());
                self.found
                    .demand(known, path.as_str(), format!("`{column}` is no column"));
            }
            self.all(To::Actor, &ledger.kept_by, &path);
        }
        let workflows = profile.issue.workflows.values().flatten();
        for state in profile.issue.workflow.iter().chain(workflows) {
            let known = ISSUE_STATES.contains(&state.id.as_str());
            self.found.demand(
                known,
                "issue.workflow",
                format!("`{}` is no state", state.id),
            );
        }
        for (index, level) in profile.issue.levels.iter().enumerate() {
            let path = format!("issue.levels.{index}");
            self.need(To::Programme, &level.programme, &path);
            self.all(To::Actor, &level.actors, &path);
        }
        for (what, closers) in &profile.issue.closer {
            self.all(To::Actor, closers, &format!("issue.closer.{what}"));
        }
        for id in &profile.issue.core_fields {
            let known =
                Column::from_id(id).is_some_and(|column| Table::Issues.columns().contains(&column));
            self.found.demand(
                known,
                "issue.core_fields",
                format!("`{id}` is no field of issues"),
            );
        }
    }

    fn calendar(&mut self) {
        let profile = self.profile;
        let published = |id: &str| profile.publications.iter().any(|known| known.id == id);
        for (index, meeting) in profile.meetings.iter().enumerate() {
            let path = format!("meetings.{index}");
            self.need(To::Programme, &meeting.programme, &path);
            let conveners = meeting.conveners.list().iter();
            self.all(To::Actor, conveners.chain(&meeting.participants), &path);
            for id in &meeting.publications {
                self.found.demand(
                    published(id),
                    path.as_str(),
                    format!("`{id}` is no publication"),
                );
            }
        }
        for (index, inspection) in profile.inspections.iter().enumerate() {
            let path = format!("inspections.{index}");
            self.need(To::Programme, &inspection.programme, &path);
            let organisers = inspection.organisers.iter().flatten();
            let actors = organisers
                .chain(&inspection.invited)
                .chain(&inspection.targets);
            self.all(To::Actor, actors, &path);
            for id in &inspection.output {
                self.found.demand(
                    published(id),
                    path.as_str(),
                    format!("`{id}` is no publication"),
                );
            }
            if let Some(id) = &inspection.findings_ledger {
                let known = profile.ledgers.iter().any(|ledger| ledger.id == *id);
                self.found
                    .demand(known, path.as_str(), format!("`{id}` is no ledger"));
            }
            if let Some(id) = &inspection.findings_workflow {
                let known = profile.issue.workflows.contains_key(id);
                self.found.demand(
                    known,
                    path.as_str(),
                    format!("`{id}` is no workflow of issues"),
                );
            }
        }
        for (index, publication) in profile.publications.iter().enumerate() {
            let path = format!("publications.{index}");
            self.need(To::Programme, &publication.programme, &path);
            self.all(To::List, &publication.list, &path);
            self.all(To::Actor, publication.recipients.iter().flatten(), &path);
            for id in &publication.built_from {
                let known = profile.reports.iter().any(|known| known.id == *id)
                    || profile.ledgers.iter().any(|known| known.id == *id)
                    || profile.meetings.iter().any(|known| known.id == *id)
                    || profile.inspections.iter().any(|known| known.id == *id)
                    || profile.lists.iter().any(|known| known.id == *id)
                    || published(id);
                self.found.demand(
                    known,
                    path.as_str(),
                    format!(
                        "`{id}` is no report, ledger, list, meeting, inspection or publication"
                    ),
                );
            }
        }
    }

    fn rest(&mut self) {
        let profile = self.profile;
        if let PermittingTrigger::Approved(item) = &profile.lifecycle.permitting_trigger {
            self.need(To::Approval, item, "lifecycle.permitting_trigger");
        }
        for (index, phase) in profile.lifecycle.phases.iter().enumerate() {
            for stage in &phase.stages {
                let known = STAGES.contains(&stage.as_str());
                let path = format!("lifecycle.phases.{index}");
                self.found
                    .demand(known, path, format!("`{stage}` is no stage"));
            }
        }
        let review = &profile.review;
        self.need(To::Programme, &review.programme, "review.programme");
        self.all(To::Actor, &review.fixed_members, "review.fixed_members");
        for id in &review.rereview_on_change_of {
            let known = is_field(id) || is_field(&format!("{id}_fen"));
            self.found.demand(
                known,
                "review.rereview_on_change_of",
                format!("`{id}` is no field"),
            );
        }
        if let Some(category) = &profile.year_category {
            self.need(To::Field, &category.field, "year_category.field");
            for (index, rule) in category.rules.iter().enumerate() {
                let path = format!("year_category.rules.{index}");
                self.all(To::Field, &rule.ask, &path);
                if let Some(id) = &rule.category {
                    self.found.demand(
                        has(&category.options, id),
                        path.as_str(),
                        format!("`{id}` is no category of the year"),
                    );
                }
            }
        }
        for (index, grade) in profile.reserve_grades.iter().enumerate() {
            self.need(
                To::Document,
                &grade.document,
                &format!("reserve_grades.{index}"),
            );
        }
        self.all(
            To::Actor,
            &profile.approvals.departments,
            "approvals.departments",
        );
        for (index, item) in profile.approvals.items.iter().enumerate() {
            self.all(
                To::Actor,
                &item.department,
                &format!("approvals.items.{index}"),
            );
        }
        self.all(
            To::Actor,
            &profile.acceptance.departments,
            "acceptance.departments",
        );
        for (index, item) in profile.acceptance.items.iter().enumerate() {
            let path = format!("acceptance.items.{index}");
            self.all(To::Actor, item.department.get(), &path);
        }
        for (index, scheme) in profile.assess.schemes.iter().enumerate() {
            let path = format!("assess.schemes.{index}");
            self.need(To::Programme, &scheme.programme, &path);
            self.all(To::Actor, &scheme.subjects, &path);
        }
        self.need(To::Actor, &profile.assess.tie, "assess.tie");
        let indicators = || {
            profile
                .assess
                .schemes
                .iter()
                .flat_map(|s| &s.indicators)
                .flatten()
        };
        let weighed = profile
            .assess
            .weights
            .iter()
            .flat_map(|weights| weights.keys());
        let capped = profile
            .score
            .max_points
            .get()
            .into_iter()
            .flat_map(|caps| caps.keys());
        for id in weighed.chain(capped) {
            let known = indicators().any(|indicator| indicator.id == *id);
            self.found
                .demand(known, "assess.weights", format!("`{id}` is no indicator"));
        }
        for (index, consequence) in profile.assess.consequences.iter().enumerate() {
            let path = format!("assess.consequences.{index}");
            self.need(To::Programme, &consequence.programme, &path);
        }
        if let Some(trigger) = profile.pool.trigger.get() {
            self.need(To::Approval, trigger, "pool.trigger");
        }
        if let Some(priority) = &profile.pool.priority {
            self.cond(priority, "pool.priority");
        }
        for id in profile
            .pool
            .shares
            .get()
            .into_iter()
            .flat_map(|shares| shares.keys())
        {
            let known = has(&profile.pool.sources, id);
            self.found.demand(
                known,
                "pool.shares",
                format!("`{id}` is no source of the pool"),
            );
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
