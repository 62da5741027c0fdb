//! The sections of a profile that name things: programmes and lists, reports and issues, the calendar, approvals and money.

use std::collections::BTreeSet;

use super::super::super::{COMPUTED, ISSUE_STATES, Indicator, PermittingTrigger};
use super::vocabulary::{ORG_KINDS, STAGES, To};
use super::{Names, categories, fixed, has, is_field};
use crate::field::{Column, Table};
use crate::rules::duties::BEARERS;
use crate::rules::scores::formula::Formula;
use crate::rules::scores::indicators::Source;

impl Names<'_> {
    pub(super) fn programmes_and_lists(&mut self) {
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
        let mut seen = BTreeSet::new();
        for (index, kind) in profile.responsibilities.iter().enumerate() {
            let path = format!("responsibilities.{index}");
            self.need(To::Programme, &kind.programme, &path);
            let known = BEARERS.contains(&kind.id.as_str());
            let says = format!("`{}` is borne by nobody", kind.id);
            self.found.demand(known, path.as_str(), says);
            for item in &kind.tasks {
                let says = format!("`{}` stands twice", item.id);
                self.found
                    .demand(seen.insert(&item.id), path.as_str(), says);
            }
        }
        if let Some(information) = &profile.information {
            self.need(
                To::Programme,
                &information.programme,
                "information.programme",
            );
            self.all(To::Actor, &information.changes_to, "information.changes_to");
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

    pub(super) fn reports_and_issues(&mut self) {
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

    pub(super) fn calendar(&mut self) {
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

    pub(super) fn rest(&mut self) {
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
            for stage in phase.links.iter().flat_map(|link| &link.stages) {
                let known = phase.stages.contains(stage);
                let path = format!("lifecycle.phases.{index}.links");
                let message = format!("`{stage}` is no stage of the phase");
                self.found.demand(known, path, message);
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
            for (index, record) in category.agrees.iter().enumerate() {
                let known = has(&category.options, &record.category)
                    && record.stages.iter().all(|id| STAGES.contains(&id.as_str()));
                let path = format!("year_category.agrees.{index}");
                let message = "a category of the year or a stage does not exist";
                self.found.demand(known, path, message);
            }
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
            for (place, indicator) in scheme.indicators.iter().flatten().enumerate() {
                self.indicator(indicator, &format!("{path}.indicators.{place}"));
            }
        }
        // A preset that ships was taken over as the file was read.
        if let Some(id) = &profile.assess.preset {
            let message = format!("no ready-made sheet is called `{id}`");
            self.found.add("assess.preset", message);
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
            if let Some(id) = &consequence.scheme {
                let known = profile.assess.schemes.iter().any(|scheme| scheme.id == *id);
                let message = format!("`{id}` is no scheme");
                self.found.demand(known, path.as_str(), message);
            }
            self.need(To::Programme, &consequence.programme, &path);
            self.all(To::Actor, &consequence.recipients, &path);
        }
        self.all(To::Programme, &profile.plan.nodes_for, "plan.nodes_for");
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

    /// Where a value comes from and what is made of it: one of the engine's sources, a formula it can read.
    fn indicator(&mut self, indicator: &Indicator, path: &str) {
        if let Some(id) = indicator.data_source.get() {
            self.found.demand(
                Source::from_id(id).is_some(),
                format!("{path}.data_source"),
                format!("`{id}` is no source of values"),
            );
        }
        if let Some(text) = indicator.formula.get() {
            self.found.demand(
                text.parse::<Formula>().is_ok(),
                format!("{path}.formula"),
                format!("`{text}` is no formula"),
            );
        }
    }
}
