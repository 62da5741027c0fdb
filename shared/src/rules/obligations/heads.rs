//! What an officer prepared and the head of the hub confirms (domain.md 1.3): payments from the pool, who leads a project, awards whose
//! shares are written down, and cuts that follow from the rankings.
//!
//! Nodes do not see the hub's notes, so there only proposals of who leads are known.

use std::collections::BTreeMap;

use super::{Ground, blank};
use crate::api::obligations::{Obligation, ObligationKind, Severity};
use crate::book::Cells as _;
use crate::field::{Column, Table, Target};
use crate::ids::RowId;
use crate::rules::pool::{self, Account};
use crate::rules::rewards;

/// The rule where the county names no clause: the roles of domain.md.
const ROLES: &str = "domain 1.3";
/// What follows from rankings, where no scheme names its clause.
const REWARDS: &str = "domain 10.4";

pub(super) fn collect(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    let from = found.len();
    payments(ground, found);
    leads(ground, found);
    awards(ground, found);
    cuts(ground, found);
    for one in found.iter_mut().skip(from) {
        "hub_head".clone_into(&mut one.role);
        one.severity = Severity::Amber;
    }
}

/// Payments that were prepared, of requests that are still to be paid.
fn payments(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    let account = Account::of(ground.hub);
    let refused = |row: RowId| {
        let key = row.to_string();
        let mut books = ground.units.values();
        books.any(|book| {
            let mut answers = book.each(Table::RequestAnswers);
            answers.any(|answer| {
                answer.text(Column::Request) == key && answer.is(Column::RequestOutcome, "refused")
            })
        })
    };
    let mut latest = BTreeMap::new();
    for entry in ground.hub.each(Table::PoolEntries) {
        let request = entry.reference(Column::Request);
        if let Some(request) = request.filter(|_| entry.is(Column::PoolAct, "prepare")) {
            latest.insert(request, entry);
        }
    }
    latest.retain(|row, _| !account.payments.contains_key(row) && !refused(*row));
    for entry in latest.into_values() {
        let clause = pool::clause_of(ground.profile);
        let rule = Table::PoolEntries.id();
        let mut one = blank(ObligationKind::Confirm, rule, "", clause);
        one.row = entry.id();
        one.project = entry.project();
        one.amount_fen = entry.int(Column::AmountFen);
        found.push(one);
    }
}

/// Who is to lead a project, as an officer or a unit proposed it: one task for each field or row.
fn leads(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    for brief in &ground.briefs {
        if brief.deleted {
            continue;
        }
        let mut rows: BTreeMap<(&str, String), RowId> = BTreeMap::new();
        for (row, path) in &brief.assigned {
            let about = match path.target() {
                Target::Once(field) => (field.id(), String::new()),
                Target::Cell(table, key, _) => (table.id(), key.to_owned()),
                _ => continue,
            };
            rows.insert(about, *row);
        }
        for ((rule, _), row) in rows {
            let mut slots = ground.profile.slots.iter();
            let slot = slots.find(|slot| slot.field.as_deref() == Some(rule));
            let clause = slot.map_or(ROLES, |slot| &slot.clause);
            let mut one = blank(ObligationKind::Confirm, rule, "", clause);
            one.project = Some(brief.id);
            one.row = Some(row);
            found.push(one);
        }
    }
}

/// Awards whose shares were written down and that nobody made.
fn awards(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for share in ground.hub.each(Table::AwardShares) {
        let sum = sums.entry(share.text(Column::Ranking)).or_default();
        *sum = sum.saturating_add(share.int(Column::AmountFen).unwrap_or(0));
    }
    sums.retain(|ranking, _| !rewards::is_awarded(ground.hub, ranking));
    for (ranking, sum) in sums {
        let id = ranking.parse().ok();
        let row = id.and_then(|id| ground.county.row(Table::Rankings, id));
        let Some(row) = row else { continue };
        let mut schemes = ground.profile.assess.schemes.iter();
        let scheme = schemes.find(|scheme| scheme.id == row.text(Column::Topic));
        let clause = scheme.map_or(REWARDS, |scheme| &scheme.clause);
        let mut one = blank(ObligationKind::Confirm, Table::Rewards.id(), "", clause);
        row.text(Column::Period).clone_into(&mut one.period);
        one.row = id;
        one.amount_fen = Some(sum);
        found.push(one);
    }
}

/// Cuts that the published rankings propose and nobody recorded.
fn cuts(ground: &Ground<'_>, found: &mut Vec<Obligation>) {
    // Without the hub's notes nobody can say what is recorded.
    if ground.hub.each(Table::ScoreSheets).next().is_none() {
        return;
    }
    for cut in rewards::cuts(ground.profile, ground.county) {
        let mut made = ground.hub.each(Table::Rewards);
        let is_made = made.any(|row| {
            row.is(Column::RewardKind, "cut")
                && row.is(Column::Subject, &cut.subject)
                && row.is(Column::Period, &cut.period)
        });
        if is_made {
            continue;
        }
        let name = ground.directory.show(&cut.subject);
        let mut one = blank(
            ObligationKind::Confirm,
            Table::Rewards.id(),
            &name,
            &cut.clause,
        );
        one.period = cut.period;
        found.push(one);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::super::{Asked, Whose, obligations};
    use super::*;
    use crate::field::{Field, FieldPath};
    use crate::rules::scores::tests::{fill, publish, weighted};
    use crate::testing::{County, by, hub, of};
    use crate::value::Value;

    /// What waits for the head: rule, period, clause.
    fn waits(county: &County) -> Vec<(String, String, String)> {
        let asked = Asked::on(Whose::Hub, county.now.date(), county.now);
        let found = obligations(&Ground::of(&county.world()), &asked).into_iter();
        let found = found.filter(|one| one.kind == ObligationKind::Confirm);
        let lines = found.map(|one| {
            assert_eq!(one.role, "hub_head");
            (one.rule, one.period, one.clause)
        });
        lines.collect()
    }

    fn line(rule: &str, period: &str, clause: &str) -> (String, String, String) {
        (rule.to_owned(), period.to_owned(), clause.to_owned())
    }

    #[test]
    fn a_prepared_payment_waits_for_the_head_until_it_is_paid_or_refused() {
        for done in ["pay", "refused"] {
            let mut county = County::new("wushan", "2024-09-10");
            let town = county.unit("town", "township");
            let project = county.project(town).to_string();
            let ask = [
                (Column::Project, Value::from(project.as_str())),
                (Column::RequestAct, "pool".into()),
            ];
            let request = county.put(by(town), Table::Requests, &ask).to_string();
            let entry = |county: &mut County, act: &str| {
                let cells = [
                    (Column::PoolAct, Value::from(act)),
                    (Column::Request, request.as_str().into()),
                    (Column::Project, project.as_str().into()),
                    (Column::AmountFen, Value::Int(100)),
                ];
                county.put(hub(), Table::PoolEntries, &cells);
            };
            assert_eq!(waits(&county), []);
            entry(&mut county, "prepare");
            assert_eq!(waits(&county), [line("pool_entries", "", "WS-14")]);
            if done == "pay" {
                entry(&mut county, "pay");
            } else {
                let cells = [
                    (Column::Request, request.as_str().into()),
                    (Column::RequestOutcome, done.into()),
                ];
                county.put(by(town), Table::RequestAnswers, &cells);
            }
            assert_eq!(waits(&county), [], "{done}");
        }
    }

    #[test]
    fn who_leads_waits_for_the_head_once_for_each_row() {
        let mut county = County::new("kaizhou", "2023-02-01");
        let town = county.unit("town", "township");
        let project = county.project(town);
        let leader = county.row_id();
        let paths = [
            (FieldPath::once(Field::LeadUnit), "\"a bureau\""),
            (FieldPath::once(Field::Sector), "\"water\""),
            (
                FieldPath::cell(Table::LeadLeaders, leader, Column::Person),
                "\"a leader\"",
            ),
            (
                FieldPath::cell(Table::LeadLeaders, leader, Column::From),
                "\"2023-02-01\"",
            ),
        ];
        for (path, value) in paths {
            let cells = [
                (Column::Path, Value::from(path.to_string())),
                (Column::Value, value.into()),
            ];
            county.put(of(project), Table::Proposals, &cells);
        }
        assert_eq!(
            waits(&county),
            [
                line("lead_leaders", "", "KZ-2.8.1"),
                line("lead_unit", "", "KZ-2.8.2")
            ]
        );
        county.set(project, Field::LeadUnit, "a bureau");
        assert_eq!(waits(&county), [line("lead_leaders", "", "KZ-2.8.1")]);
    }

    #[test]
    fn shares_and_cuts_wait_for_the_head_until_they_are_recorded() {
        let mut county = County::under(weighted(), "2023-04-10");
        let mut ranking = None;
        for period in ["2022-Q4", "2023-Q1"] {
            let sheet = fill(&mut county, period, |subject| (60 - subject).to_string());
            ranking = Some(publish(&mut county, sheet, &[]).unwrap());
        }
        let ranking = ranking.unwrap().to_string();
        let cut = line("rewards", "2023-Q1", "HH-3.5.4");
        let cuts = waits(&county);
        assert!(!cuts.is_empty() && cuts.iter().all(|one| *one == cut));
        let share = [
            (Column::Ranking, Value::from(ranking.as_str())),
            (Column::Subject, "county-00".into()),
            (Column::AmountFen, Value::Int(100)),
        ];
        county.put(hub(), Table::AwardShares, &share);
        assert_eq!(waits(&county).len(), cuts.len() + 1);
        let award = [
            (Column::RewardKind, Value::from("award")),
            (Column::Ranking, ranking.into()),
        ];
        county.put(hub(), Table::Rewards, &award);
        assert_eq!(waits(&county), cuts);
        for made in rewards::cuts(&county.profile, &county.county) {
            let cells = [
                (Column::RewardKind, Value::from("cut")),
                (Column::Subject, made.subject.into()),
                (Column::Period, made.period.into()),
            ];
            county.put(hub(), Table::Rewards, &cells);
        }
        assert_eq!(waits(&county), []);
    }
}
