//! What all rules together say of one project, and of the hub's own business, for screens and programs.
//!
//! Every answer is worked out by the rule's own module; here they are only gathered and put into words. Nothing is stored, so an answer is
//! as old as the records it was asked about.

use std::collections::BTreeMap;

use crate::api::obligations::Obligation;
use crate::api::{Timeliness, rules as api};
use crate::book::Cells as _;
use crate::field::{Column, Field, Table};
use crate::profile::{Label, Mode, Profile};
use crate::project::ProjectView;
use crate::rules::duties::bearers;
use crate::rules::gates::{self, GateState};
use crate::rules::guards::Ask;
use crate::rules::issues::case::Case;
use crate::rules::issues::standing::standing;
use crate::rules::lights;
use crate::rules::plan::{self, Reading};
use crate::rules::pool::{Account, Wait, Waiting, queue};
use crate::rules::rewards::{cuts, recoverable, shares};
use crate::rules::scores::indicators::punctuality;
use crate::rules::scores::published;
use crate::rules::stage::{self, Stage};
use crate::rules::year::{self, Proposal};
use crate::rules::{Look, World, approvals, eligibility, funding, responsibility, void};
use crate::text::Lang;
use crate::text::guard::{fit_label, guard_sentence};
use crate::time::Month;

/// What the rules say of a project of the world.
#[must_use]
pub fn project(look: &Look<'_>, view: &ProjectView, lang: Lang) -> api::ProjectRules {
    let profile = look.world.profile;
    let label = |stage: Stage| api::NamedId {
        id: stage.id().to_owned(),
        name: profile.stage_label(stage.id()).to_owned(),
    };
    let phase = stage::phase(profile, view).map(|phase| api::NamedId {
        id: phase.id.clone(),
        name: stage::phase_words(profile, view).join(" · "),
    });
    let ask = Ask::about(look, Some(view));
    let next = stage::next(profile, view).into_iter().map(|(id, to)| {
        let states = gates::open_gates(look, view, id);
        api::Next {
            transition: id.to_owned(),
            to: label(to),
            gates: states.iter().map(|state| gate(state, &ask, lang)).collect(),
        }
    });
    let lists = look.rolls().lists_of(view.id);
    let exceptions = view.each(Table::Exceptions);
    // Those that are over or withdrawn are shown as well (domain.md 0.3); what withdraws one is none.
    let exceptions = exceptions.filter(|row| row.text(Column::Follows).is_empty());
    api::ProjectRules {
        project: view.id,
        stage: label(Stage::of(view)),
        phase,
        lists: lists.map(|(list, _)| list.to_owned()).collect(),
        eligibility: eligibility_of(look, view, lang),
        category: category(look, view),
        next: next.collect(),
        gaps: gaps(look, view),
        parties: parties(look, view),
        three_levels: responsibility::three_levels(look, view),
        duties: duties(look, view, lang),
        findings: findings(look, view, lang),
        light: light(look, view),
        sign: (profile.lights.resolve())
            .and_then(|rules| lights::sign(&rules, view, look.today().month_of(), lang)),
        nodes: nodes(look, view),
        issues: issues(look, view),
        approvals: approvals_of(look, view),
        green_channel: green_channel(profile),
        time_limited: profile.approvals.time_limited,
        exceptions: exceptions
            .map(|row| row.text(Column::ExceptionRule).to_owned())
            .collect(),
        void: void::of_project(&look.world, view, look.now),
    }
}

fn gate(state: &GateState<'_>, ask: &Ask<'_>, lang: Lang) -> api::Gate {
    let met = state.holds.is_met();
    let refusal = (!met).then(|| state.refusal(ask));
    api::Gate {
        guard: state.guard.id().to_owned(),
        clause: state.clause.to_owned(),
        mode: state.mode.id().to_owned(),
        met,
        excepted: state.excepted,
        open: state.is_open(),
        says: refusal
            .as_ref()
            .map(|refusal| refusal.sentence(lang))
            .unwrap_or_default(),
        refusal,
    }
}

fn eligibility_of(look: &Look<'_>, view: &ProjectView, lang: Lang) -> Vec<api::Eligibility> {
    let profile = look.world.profile;
    let programmes = profile.programmes.iter();
    let judged = programmes.map(|programme| {
        let verdict = eligibility::check(look, view, &programme.id, &[]);
        let rules = verdict.rules.iter().map(|rule| api::EligibilityRule {
            rule: rule.rule.id.clone(),
            clause: rule.rule.clause.clone(),
            fit: rule.outcome.fit.id().to_owned(),
            says: eligibility::words(profile, rule),
            missing: rule.outcome.missing.clone(),
        });
        api::Eligibility {
            programme: programme.id.clone(),
            fit: verdict.fit.id().to_owned(),
            says: fit_label(verdict.fit, lang).to_owned(),
            rules: rules.collect(),
        }
    });
    judged.collect()
}

/// The category of the next year, for which plans are made now, once the record says anything of it; else that of this year.
fn category(look: &Look<'_>, view: &ProjectView) -> Option<api::Category> {
    let rules = look.world.profile.year_category.as_ref()?;
    let field = Field::from_id(&rules.field)?;
    let this = look.today().year();
    let next = this.saturating_add(1);
    let planned = !view.year(next, field).is_null()
        || !view.year(next, Field::YearPlanFen).is_null()
        || look.year == Some(next);
    let year = if planned { next } else { this };
    let stated = view.year(year, field).as_text().unwrap_or("").to_owned();
    let (proposed, ask) = match year::propose(look.world.profile, view, year) {
        Some(Proposal::Category(id)) => (Some(id.to_owned()), None),
        Some(Proposal::Ask(field)) => (None, Some(crate::field::FieldPath::once(field))),
        None => (None, None),
    };
    let differs = !stated.is_empty() && proposed.as_ref().is_some_and(|id| *id != stated);
    Some(api::Category {
        year,
        proposed,
        ask,
        stated,
        differs,
    })
}

fn gaps(look: &Look<'_>, view: &ProjectView) -> Vec<api::Gap> {
    let gaps = responsibility::gaps(look, view);
    let said = gaps.into_iter().map(|gap| api::Gap {
        slot: gap.slot.id.clone(),
        clause: gap.slot.clause.clone(),
        count: gap.count,
        min: gap.slot.min,
        max: gap.slot.max,
        empty: gap.empty,
        from: gap.from.to_owned(),
    });
    said.collect()
}

/// Who answers for what: the owner, the lead unit, who co-operates (named, approving or guaranteeing), and the territory.
fn parties(look: &Look<'_>, view: &ProjectView) -> Vec<api::Party> {
    let (profile, directory) = (look.world.profile, look.world.directory);
    let own = |org: &str| {
        let tasks = view.each(Table::DutyTasks);
        let tasks = tasks.filter(|row| directory.show(row.text(Column::Org)) == org);
        tasks
            .map(|row| row.text(Column::Task).to_owned())
            .collect::<Vec<_>>()
    };
    let managed = gates::managed(look, view);
    let all = bearers(profile, directory, view, |id| managed.contains(&id));
    let said = all.into_iter().map(|bearer| {
        let tasks = bearer.kind.tasks.iter().map(|task| task.name_zh.clone());
        api::Party {
            tasks: tasks.chain(own(&bearer.org)).collect(),
            kind: named(&bearer.kind.id, &bearer.kind.name_zh),
            clause: bearer.kind.clause.clone(),
            org: bearer.org,
        }
    });
    said.collect()
}

fn duties(look: &Look<'_>, view: &ProjectView, lang: Lang) -> Vec<api::Duty> {
    let open = gates::open_duties(look, view);
    let said = open.into_iter().map(|open| api::Duty {
        guard: open.duty.guard.clone(),
        clause: open.duty.clause.clone(),
        lacks: open.lack.lacks,
        overdue: open.overdue,
        says: guard_sentence(&open.duty.guard, lang).to_owned(),
    });
    said.collect()
}

/// What does not fit together in this year's and next year's plan and in the record, what its money owes on paper, what passed with a warning.
fn findings(look: &Look<'_>, view: &ProjectView, lang: Lang) -> Vec<api::RuleFinding> {
    let profile = look.world.profile;
    let reading = Reading::of(view);
    let this = look.today().year();
    let mut all: Vec<plan::Finding> = Vec::new();
    for year in [this, this.saturating_add(1)] {
        for one in plan::findings(profile, look.rolls(), &reading, year) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        let paths = year::contradictions(look, view, year);
        if !paths.is_empty() {
            all.push(warning("phase_contradicts", paths));
        }
    }
    let debt = funding::debt_gaps(profile, view);
    if !debt.is_empty() {
        let paths = debt.into_iter().map(crate::field::FieldPath::once);
        all.push(warning("debt_record", paths.collect()));
    }
    if funding::lacks_account(profile, view) {
        let path = crate::field::FieldPath::once(Field::SpecialAccountBank);
        all.push(warning("special_account", vec![path]));
    }
    let mut said: Vec<_> = all
        .into_iter()
        .map(|one| api::RuleFinding {
            check: one.check.to_owned(),
            mode: one.mode.id().to_owned(),
            clause: one.clause.clone().unwrap_or_default(),
            paths: one.paths.clone(),
            fen: one.fen,
            says: one.into_refusal().sentence(lang),
        })
        .collect();
    let ask = Ask::about(look, Some(view));
    if view.each(Table::Approvals).next().is_some() {
        let states = gates::states(&ask, "open_approval", |_| true);
        let warned = states
            .iter()
            .filter(|state| !state.holds.is_met() && state.mode == Mode::Warn);
        said.extend(warned.map(|state| api::RuleFinding {
            check: state.guard.id().to_owned(),
            mode: state.mode.id().to_owned(),
            clause: state.clause.to_owned(),
            paths: Vec::new(),
            fen: None,
            says: state.refusal(&ask).sentence(lang),
        }));
    }
    said
}

fn warning(check: &'static str, paths: Vec<crate::field::FieldPath>) -> plan::Finding {
    plan::Finding {
        check,
        mode: Mode::Warn,
        clause: None,
        paths,
        fen: None,
    }
}

fn light(look: &Look<'_>, view: &ProjectView) -> Option<api::Light> {
    let rules = look.world.profile.lights.resolve()?;
    let light = lights::of_project(&rules, view, look.today().month_of())?;
    let reasons = light.reasons.into_iter().map(|reason| api::LightReason {
        rule: reason.rule,
        colour: reason.colour.id().to_owned(),
        tenths: reason.tenths,
        from_year_plan: reason.from_year_plan,
    });
    Some(api::Light {
        colour: light.colour.id().to_owned(),
        reasons: reasons.collect(),
    })
}

/// The nodes of this year in the order of their days (LT-18: compared with the nodes set at the start of the year).
fn nodes(look: &Look<'_>, view: &ProjectView) -> Vec<api::YearNode> {
    let year = look.today().year();
    let text = format!("{year:04}");
    let rows = view
        .each(Table::YearNodes)
        .filter(|row| row.is(Column::Year, &text));
    let mut nodes: Vec<_> = rows
        .filter_map(|row| {
            let date = row.date(Column::Date)?;
            let until = date.month_of();
            let months = (1..=until.month()).filter_map(|month| Month::new(year, month));
            let done = months.filter_map(|month| view.month(month, Field::MonthDoneFen).as_int());
            let done_fen = done.fold(0i64, i64::saturating_add);
            let investment_fen = row.int(Column::InvestmentFen);
            let over = look.today() > date;
            Some(api::YearNode {
                date,
                investment_fen,
                done_fen,
                image: row.text(Column::Image).to_owned(),
                image_done: view
                    .month(until, Field::MonthImage)
                    .as_text()
                    .unwrap_or("")
                    .to_owned(),
                behind: over && investment_fen.is_some_and(|fen| done_fen < fen),
            })
        })
        .collect();
    nodes.sort_by_key(|node| node.date);
    nodes
}

fn issues(look: &Look<'_>, view: &ProjectView) -> Vec<api::Issue> {
    let cases = Case::of_project(&look.world, view.id);
    let said = cases.iter().map(|case| {
        let now = standing(case, look.now);
        api::Issue {
            row: now.issue,
            description: now.description,
            state: api::NamedId {
                id: now.state.to_owned(),
                name: now.label,
            },
            level: now.level,
            unit: now.unit,
            person: now.person,
            deadline: now.deadline,
            overdue: now.overdue,
            days_open: now.days_open,
            feedback_ms: now.feedback_ms,
            feedback_late: now.feedback_late,
            void: now.void.into_iter().collect(),
            warned: now.warned.into_iter().collect(),
        }
    });
    said.collect()
}

/// What the county's faster lane is for, where it has one.
fn green_channel(profile: &Profile) -> Option<Vec<String>> {
    let approvals = &profile.approvals;
    let lanes = approvals.green_channel_for.iter();
    let lanes = lanes.map(|lane| lane.name_zh.clone());
    approvals.green_channel.then(|| lanes.collect())
}

fn approvals_of(look: &Look<'_>, view: &ProjectView) -> Vec<api::Approval> {
    let profile = look.world.profile;
    let today = look.today();
    let items = approvals::approvals(view);
    let said = items.iter().map(|item| {
        let text = |column| item.row.text(column);
        api::Approval {
            row: item.row.id(),
            item: api::NamedId {
                id: item.item().to_owned(),
                name: approvals::item_name(profile, item.item()).to_owned(),
            },
            org: look.world.directory.show(text(Column::Org)),
            joint: text(Column::Joint).to_owned(),
            officer: text(Column::Person).to_owned(),
            status: item.status.id().to_owned(),
            days_used: item.days_used(today),
            limit_days: item.limit_days(profile),
            over_limit: item.is_over_limit(profile, today),
            rectify: item.needs_rectification(today),
            lacks_followup: item.lacks_followup(profile),
        }
    });
    said.collect()
}

/// What the rules say of the hub's own business; `owed` is what the year's obligations came to, `results` what its assessment did, `sheets`
/// what the records propose for its score sheets.
#[must_use]
pub fn county(
    look: &Look<'_>,
    owed: &[Obligation],
    results: Vec<api::Assessed>,
    sheets: Vec<api::ScoreSheet>,
) -> api::CountyRules {
    let world = &look.world;
    let name_of = |subject: &str| world.directory.show(subject);
    let rankings = world.profile.assess.schemes.iter().flat_map(|scheme| {
        let found = published(world.county, &scheme.id).into_iter();
        found.map(move |(period, (_, places))| (scheme, period, places))
    });
    let rankings = rankings.map(|(scheme, period, places)| api::Ranking {
        scheme: named(&scheme.id, &scheme.name_zh),
        period: period.to_owned(),
        places: places
            .into_iter()
            .map(|place| api::Place {
                name: name_of(&place.subject),
                subject: place.subject,
                rank: place.rank,
                total: place.total,
                top: place.is_top,
                bottom: place.is_bottom,
            })
            .collect(),
    });
    let ranked = world.county.each(Table::Rankings);
    let given = ranked.flat_map(|ranking| {
        let period = ranking.text(Column::Period);
        let given = shares(world.hub, ranking.key).into_iter();
        given.map(move |(subject, amount_fen)| api::Share {
            period: period.to_owned(),
            subject: subject.to_owned(),
            name: name_of(subject),
            amount_fen,
            recoverable_fen: recoverable(world.profile, amount_fen),
        })
    });
    let cuts = cuts(world.profile, world.county).into_iter();
    let cuts = cuts.map(|cut| api::Cut {
        name: name_of(&cut.subject),
        subject: cut.subject,
        year: cut.period.get(..4).unwrap_or_default().to_owned(),
        period: cut.period,
        funds: cut
            .funds
            .iter()
            .map(|Label { id, name_zh }| named(id, name_zh))
            .collect(),
        ratio: cut.ratio,
        clause: cut.clause,
    });
    api::CountyRules {
        pool: world.profile.pool.enabled.then(|| pool(look)),
        rankings: rankings.collect(),
        shares: given.collect(),
        cuts: cuts.collect(),
        punctuality: by_unit(owed)
            .into_iter()
            .filter_map(|(unit, verdicts)| {
                let share = punctuality(verdicts);
                Some(api::Punctuality {
                    unit,
                    name: world.directory.name(unit),
                    due: share.of,
                    on_time: share.done,
                    rate: share.hundredths()?,
                })
            })
            .collect(),
        results,
        sheets,
        units: unit_count(world),
    }
}

/// How many units of the county's own kind there are, where the source counts another number (D-27).
fn unit_count(world: &World<'_>) -> Option<api::UnitCount> {
    let levels = &world.profile.levels;
    let (stated, kind) = (levels.node_count?, levels.node_kinds.first()?);
    let units = world.directory.units.values();
    let there = units.filter(|unit| unit.kind == *kind).count();
    let there = u32::try_from(there).unwrap_or(u32::MAX);
    (there != stated).then_some(api::UnitCount { stated, there })
}

fn named(id: &str, name: &str) -> api::NamedId {
    api::NamedId {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

/// The verdicts on reports, by the unit that owed them.
fn by_unit(owed: &[Obligation]) -> BTreeMap<crate::ids::UnitId, Vec<Timeliness>> {
    let mut units: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in owed {
        if let (Some(unit), Some(verdict)) = (one.unit, one.verdict) {
            units.entry(unit).or_default().push(verdict);
        }
    }
    units
}

fn pool(look: &Look<'_>) -> api::Pool {
    let account = Account::of(look.world.hub);
    let queue = queue(look, &account);
    let said = |waiting: &[Waiting]| waiting.iter().map(waits).collect();
    api::Pool {
        balance_fen: account.balance_fen,
        undivided_fen: account.undivided_fen(),
        arranging: said(&queue.arranging),
        paying: said(&queue.paying),
        parts: account.parts,
    }
}

fn waits(waiting: &Waiting) -> api::Waiting {
    let request = &waiting.request;
    let (wait, missing_fen, behind) = match waiting.wait {
        Wait::Arrangement => ("arrangement", None, None),
        Wait::Evaluation => ("evaluation", None, None),
        Wait::Approval => ("approval", None, None),
        Wait::Next => ("next", None, None),
        Wait::Money { missing_fen } => ("money", Some(missing_fen), None),
        Wait::Behind(row) => ("behind", None, Some(row)),
    };
    api::Waiting {
        request: request.row,
        unit: request.unit,
        project: request.project,
        amount_fen: request.fen,
        approved: request.approved,
        wait: wait.to_owned(),
        prepared: waiting.is_prepared,
        missing_fen,
        behind,
    }
}
