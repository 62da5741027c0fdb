#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use proptest::prelude::*;

use super::*;
use crate::api::obligations::{Obligation, ObligationKind};
use crate::command::{Refusal, Why};
use crate::field::Field;
use crate::rules::Look;
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::testing::{County, by, hub, of};
use crate::value::Value;

const MILLION: i64 = 100_000_000;

/// A county with a pool, and projects of three units.
struct Desk {
    county: County,
    units: Vec<UnitId>,
    projects: Vec<ProjectId>,
}

fn closed(refusal: &Refusal) -> Option<&str> {
    match &refusal.why {
        Why::GateClosed(gate) => Some(&gate.guard),
        _ => None,
    }
}

fn inconsistent(refusal: &Refusal) -> Option<&str> {
    match &refusal.why {
        Why::Inconsistent { check } => Some(check),
        _ => None,
    }
}

/// A county whose pool is not open yet; every project is one of the reserve names.
fn fresh(slug: &str) -> Desk {
    let mut county = County::new(slug, "2024-09-20");
    let units: Vec<_> = (1..=3)
        .map(|number| county.unit(&format!("Unit {number}"), "township"))
        .collect();
    let projects: Vec<_> = units.iter().map(|unit| county.project(*unit)).collect();
    let edition = [
        (Column::List, "ws.reserve".into()),
        (Column::Year, "2025".into()),
        (Column::Count, Value::Int(1)),
    ];
    let edition = county.put(hub(), Table::ListEditions, &edition);
    for (number, project) in projects.iter().enumerate() {
        county.set(*project, Field::Name, format!("Project {}", number + 1));
        let entry = [
            (Column::Edition, edition.to_string().into()),
            (Column::Project, project.to_string().into()),
            (Column::EntryState, "on_list".into()),
        ];
        county.put(hub(), Table::ListEntries, &entry);
    }
    Desk {
        county,
        units,
        projects,
    }
}

fn desk() -> Desk {
    let mut desk = fresh("wushan");
    let size = desk.county.profile.pool.size.get().unwrap().fen().0;
    desk.entry("open", &[(Column::AmountFen, size.into())])
        .unwrap();
    desk
}

impl Desk {
    fn project(&self, number: usize) -> ProjectId {
        self.projects[number - 1]
    }

    fn entry(&mut self, act: &str, cells: &[(Column, Value)]) -> Result<RowId, Refusal> {
        let mut cells = cells.to_vec();
        cells.push((Column::PoolAct, act.into()));
        self.record(Table::PoolEntries, &cells)
    }

    /// The hub writes a row a moment later.
    fn record(&mut self, table: Table, cells: &[(Column, Value)]) -> Result<RowId, Refusal> {
        self.county.now = self.county.now.plus_ms(1_000);
        let head = self.county.hub_head();
        self.county.record(&head, hub(), table, cells)
    }

    fn ask(&mut self, number: usize, fen: i64) -> Result<RowId, Refusal> {
        let cells = [
            (Column::RequestAct, "pool".into()),
            (Column::Project, self.project(number).to_string().into()),
            (Column::AmountFen, fen.into()),
            (Column::Purpose, "feasibility study".into()),
        ];
        self.county.now = self.county.now.plus_ms(1_000);
        let unit = self.units[number - 1];
        let head = self.county.head(unit);
        self.county.record(&head, by(unit), Table::Requests, &cells)
    }

    fn arrange(&mut self, request: RowId) -> Result<RowId, Refusal> {
        let cells = [(Column::Request, request.to_string().into())];
        self.record(Table::PoolArrangements, &cells)
    }

    fn pay(&mut self, request: RowId, fen: i64) -> Result<RowId, Refusal> {
        let cells = [
            (Column::Request, request.to_string().into()),
            (Column::AmountFen, fen.into()),
        ];
        self.entry("pay", &cells)
    }

    fn give_back(&mut self, number: usize, fen: i64) -> Result<RowId, Refusal> {
        let cells = [
            (Column::Project, self.project(number).to_string().into()),
            (Column::AmountFen, fen.into()),
        ];
        self.entry("give_back", &cells)
    }

    /// The feasibility report of a project is approved on a day.
    fn approve(&mut self, number: usize, day: &str) {
        let project = self.project(number);
        let item = [(Column::ApprovalItem, "feasibility".into())];
        let item = self.county.put(of(project), Table::Approvals, &item);
        let step = [
            (Column::Approval, item.to_string().into()),
            (Column::ApprovalAct, "approve".into()),
            (Column::Date, day.into()),
        ];
        self.county.put(of(project), Table::ApprovalSteps, &step);
    }

    fn account(&self) -> Account {
        Account::of(&self.county.hub)
    }

    fn waits(&self) -> Queue {
        let world = self.county.world();
        queue(&Look::new(&world, self.county.now), &self.account())
    }

    /// What must go back, as the list of obligations says on the hub, or on a node that does not see the hub's notes.
    fn returns(&self, on_hub: bool) -> Vec<Obligation> {
        let mut world = self.county.world();
        if !on_hub {
            world.hub = Book::EMPTY;
        }
        let now = self.county.now;
        let asked = Asked::on(Whose::All, now.date(), now);
        let mut all = obligations(&Ground::of(&world), &asked);
        all.retain(|one| one.kind == ObligationKind::Return);
        all
    }
}

/// Domain.md 15, scenario 43, to the fen.
#[test]
fn the_first_approved_is_paid_first_and_a_strict_queue_holds_the_rest() {
    let mut desk = desk();
    for (number, day) in [(1, "2024-09-09"), (2, "2024-09-05"), (3, "2024-09-12")] {
        desk.approve(number, day);
    }
    let a = desk.ask(1, 6 * MILLION).unwrap();
    let b = desk.ask(2, 6 * MILLION).unwrap();
    let c = desk.ask(3, MILLION).unwrap();
    // Nothing is paid before it is arranged.
    let early = desk.pay(b, 6 * MILLION).unwrap_err();
    assert_eq!(inconsistent(&early), Some("pool_not_arranged"));
    for request in [a, b, c] {
        desk.arrange(request).unwrap();
    }
    let order: Vec<_> = desk
        .waits()
        .paying
        .iter()
        .map(|waiting| waiting.request.row)
        .collect();
    assert_eq!(order, [b, a, c]);

    let early = desk.pay(a, 6 * MILLION).unwrap_err();
    let Why::GateClosed(gate) = early.why else {
        panic!("A is not first")
    };
    assert_eq!(
        (gate.guard.as_str(), gate.lacks),
        ("queue_first", vec!["Project 2".to_owned()])
    );
    assert_eq!(early.rule.as_deref(), Some("WS-14"));
    desk.pay(b, 6 * MILLION).unwrap();
    assert_eq!(desk.account().balance_fen, 4 * MILLION);

    let waiting: Vec<_> = desk
        .waits()
        .paying
        .into_iter()
        .map(|waiting| waiting.wait)
        .collect();
    let missing_fen = 2 * MILLION;
    assert_eq!(waiting, [Wait::Money { missing_fen }, Wait::Behind(a)]);
    let short = desk.pay(a, 6 * MILLION).unwrap_err();
    assert_eq!(closed(&short), Some("balance_enough"));
    let behind = desk.pay(c, MILLION).unwrap_err();
    assert_eq!(closed(&behind), Some("queue_first"));

    assert!(desk.returns(true).is_empty(), "the money has not come yet");
    let arrival = |day: &str| {
        [
            (Column::Source, "special_bond".into()),
            (Column::Date, day.into()),
        ]
    };
    let project = desk.project(2);
    desk.county
        .put(of(project), Table::GovMoneyReceived, &arrival("2024-09-01"));
    assert!(
        desk.returns(true).is_empty(),
        "what came before was not helped by the pool"
    );
    desk.county
        .put(of(project), Table::GovMoneyReceived, &arrival("2024-10-08"));
    desk.county.on("2024-10-09");
    for on_hub in [true, false] {
        let owed = desk.returns(on_hub);
        assert_eq!(owed.len(), 1);
        assert_eq!(
            (owed[0].project, owed[0].amount_fen),
            (Some(project), Some(6 * MILLION))
        );
        assert_eq!(
            owed[0].opens.map(|day| day.to_string()).as_deref(),
            Some("2024-10-08")
        );
        assert_eq!((owed[0].due, owed[0].clause.as_str()), (None, "WS-14"));
    }

    let over = desk.give_back(2, 6 * MILLION + 100).unwrap_err();
    assert_eq!(inconsistent(&over), Some("return_exceeds_drawn"));
    desk.give_back(2, 2 * MILLION).unwrap();
    assert_eq!(desk.returns(false)[0].amount_fen, Some(4 * MILLION));
    desk.give_back(2, 4 * MILLION + 1).unwrap_err();
    desk.give_back(2, 4 * MILLION).unwrap();
    assert!(desk.returns(true).is_empty() && desk.returns(false).is_empty());
    assert_eq!(desk.account().balance_fen, 10 * MILLION);
    desk.pay(a, 6 * MILLION).unwrap();
    desk.pay(c, MILLION).unwrap();
    assert_eq!(desk.account().balance_fen, 3 * MILLION);
}

/// Domain.md 15, scenario 44.
#[test]
fn of_two_requests_made_apart_at_most_one_is_paid_until_a_return() {
    let mut desk = desk();
    // Each unit asks on its own node, which sees neither the other's papers nor the hub's notes.
    let notes = std::mem::take(&mut desk.county.hub);
    let first = desk.ask(1, 6 * MILLION).unwrap();
    let papers = desk
        .county
        .units
        .insert(desk.units[0], Book::default())
        .unwrap();
    let second = desk.ask(2, 6 * MILLION).unwrap();
    desk.county.units.insert(desk.units[0], papers);
    desk.county.hub = notes;
    assert_eq!(desk.waits().arranging.len(), 2, "both are in the queue");
    for (number, request) in [(1, first), (2, second)] {
        desk.approve(number, "2024-09-12");
        desk.arrange(request).unwrap();
    }
    desk.pay(first, 6 * MILLION).unwrap();
    let short = desk.pay(second, 6 * MILLION).unwrap_err();
    assert_eq!(closed(&short), Some("balance_enough"));
    let again = desk.pay(first, 6 * MILLION).unwrap_err();
    assert_eq!(again.why, Why::Exists, "a request is paid once");
    desk.give_back(1, 6 * MILLION).unwrap();
    desk.pay(second, 6 * MILLION).unwrap();
}

#[test]
fn the_pool_opens_once_with_its_size_and_its_parts_sum_to_it() {
    let mut desk = fresh("wushan");
    let amount = |fen: i64| (Column::AmountFen, Value::Int(fen));
    let differs = desk.entry("open", &[amount(9 * MILLION)]).unwrap_err();
    assert_eq!(differs.why, Why::Differs { fen: MILLION });
    desk.entry("open", &[amount(10 * MILLION)]).unwrap();
    let again = desk.entry("open", &[amount(10 * MILLION)]).unwrap_err();
    assert_eq!(again.why, Why::OnlyOne);
    let part = |desk: &mut Desk, source: &str, fen: i64| {
        let cells = [amount(fen), (Column::PoolSource, source.into())];
        desk.entry("breakdown", &cells)
    };
    let foreign = part(&mut desk, "lottery", MILLION).unwrap_err();
    assert_eq!(foreign.why, Why::NotInProfile);
    part(&mut desk, "county_finance", 5 * MILLION).unwrap();
    let over = part(&mut desk, "owner", 6 * MILLION).unwrap_err();
    assert_eq!(over.why, Why::Differs { fen: -MILLION });
    part(&mut desk, "owner", 3 * MILLION).unwrap();
    let short = part(&mut desk, "intermediary", MILLION).unwrap_err();
    assert_eq!(short.why, Why::Differs { fen: MILLION });
    part(&mut desk, "intermediary", 2 * MILLION).unwrap();
    let account = desk.account();
    assert_eq!(
        (account.undivided_fen(), account.balance_fen),
        (0, 10 * MILLION)
    );
}

#[test]
fn the_next_request_waits_for_the_record_of_the_last_payment() {
    let mut desk = desk();
    desk.approve(1, "2024-09-05");
    let first = desk.ask(1, MILLION).unwrap();
    desk.arrange(first).unwrap();
    desk.pay(first, MILLION).unwrap();
    let refused = desk.ask(1, MILLION).unwrap_err();
    assert_eq!(inconsistent(&refused), Some("pool_unevaluated"));
    // A node that does not see the hub's notes may still ask; the hub does not arrange it.
    let notes = std::mem::take(&mut desk.county.hub);
    let second = desk.ask(1, MILLION).unwrap();
    desk.county.hub = notes;
    let refused = desk.arrange(second).unwrap_err();
    assert_eq!(inconsistent(&refused), Some("pool_unevaluated"));
    let record = [
        (Column::Request, first.to_string().into()),
        (Column::Text, "study delivered".into()),
    ];
    desk.entry("evaluate", &record).unwrap();
    desk.arrange(second).unwrap();
    desk.pay(second, MILLION).unwrap();
}

#[test]
fn reserve_names_and_merit_are_arranged_first_and_passing_over_needs_a_reason() {
    let mut desk = desk();
    let unit = desk.county.unit("Unit 4", "township");
    let project = desk.county.project(unit);
    desk.units.push(unit);
    desk.projects.push(project);
    let unlisted = desk.ask(4, MILLION).unwrap();
    let plain = desk.ask(1, MILLION).unwrap();
    let merited = desk.ask(2, MILLION).unwrap();
    let merit = [
        (Column::RewardKind, "merit".into()),
        (Column::Subject, desk.units[1].to_string().into()),
    ];
    desk.record(Table::Rewards, &merit).unwrap();
    let order: Vec<_> = desk
        .waits()
        .arranging
        .iter()
        .map(|waiting| waiting.request.row)
        .collect();
    assert_eq!(order, [merited, plain, unlisted]);
    let passed = desk.arrange(unlisted).unwrap_err();
    assert_eq!(passed.why, Why::ReasonMissing);
    let with_reason = [
        (Column::Request, unlisted.to_string().into()),
        (Column::Reason, "a deadline of the province".into()),
    ];
    desk.record(Table::PoolArrangements, &with_reason).unwrap();
    desk.arrange(merited).unwrap();
}

#[test]
fn the_pool_is_the_hubs_and_only_where_the_county_has_one() {
    let mut desk = desk();
    let unit = desk.units[0];
    let head = desk.county.head(unit);
    let amount = (Column::AmountFen, Value::Int(MILLION));
    let cells = [(Column::PoolAct, "open".into()), amount.clone()];
    let refused = desk
        .county
        .record(&head, hub(), Table::PoolEntries, &cells)
        .unwrap_err();
    assert_eq!(refused.why, Why::HubOnly);
    let foreign = [
        (Column::RequestAct, "pool".into()),
        (Column::Project, desk.project(2).to_string().into()),
        amount,
        (Column::Purpose, "not ours".into()),
    ];
    let refused = desk
        .county
        .record(&head, by(unit), Table::Requests, &foreign)
        .unwrap_err();
    assert_eq!(refused.why, Why::NotYourUnit);
    let mut elsewhere = fresh("kaizhou");
    assert_eq!(
        elsewhere.ask(1, MILLION).unwrap_err().why,
        Why::NotInProfile
    );
}

/// Domain.md 1.3: an officer carries a payment out as far as preparing it, the head confirms it.
#[test]
fn an_officer_prepares_a_payment_and_the_head_confirms_it() {
    let mut desk = desk();
    desk.approve(1, "2024-09-12");
    let request = desk.ask(1, MILLION).unwrap();
    let officer = desk.county.officer();
    let entry = |desk: &mut Desk, act: &str| {
        let cells = [
            (Column::PoolAct, act.into()),
            (Column::Request, request.to_string().into()),
            (Column::AmountFen, MILLION.into()),
        ];
        desk.county
            .record(&officer, hub(), Table::PoolEntries, &cells)
    };
    // What is not due can be neither prepared nor paid.
    assert!(entry(&mut desk, "prepare").is_err());
    desk.arrange(request).unwrap();
    let before = desk.account().balance_fen;
    entry(&mut desk, "prepare").unwrap();
    let account = desk.account();
    assert_eq!(account.balance_fen, before);
    assert!(account.prepared.contains(&request) && account.payments.is_empty());
    let refused = entry(&mut desk, "pay").unwrap_err();
    assert_eq!(refused.why, Why::RoleMayNot);
    assert_eq!(refused.rule.as_deref(), Some("WS-14"));
    let sentence = refused.sentence(crate::text::Lang::Zh);
    assert!(sentence.contains("负责人"), "{sentence}");
    desk.pay(request, MILLION).unwrap();
    assert_eq!(desk.account().balance_fen, before - MILLION);
    assert!(entry(&mut desk, "prepare").is_err(), "it is paid");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever units ask and the hub tries, in any order: the pool is never overdrawn and nobody gives back more than was drawn.
    #[test]
    fn the_pool_is_never_overdrawn(acts in prop::collection::vec((0u8..6, 1usize..4, 1i64..12), 1..40)) {
        let mut desk = desk();
        let mut requests: Vec<(RowId, i64)> = Vec::new();
        for (act, number, millions) in acts {
            let fen = millions * MILLION / 2;
            let chosen = requests.get(number % requests.len().max(1)).copied();
            match (act, chosen) {
                (0, _) => requests.extend(desk.ask(number, fen).ok().map(|row| (row, fen))),
                (1, _) => desk.approve(number, &format!("2024-09-{:02}", 10 + millions)),
                (2, Some((row, _))) => drop(desk.arrange(row)),
                (3, Some((row, fen))) => drop(desk.pay(row, fen)),
                (4, _) => drop(desk.give_back(number, fen)),
                (5, Some((row, _))) => {
                    let cells = [(Column::Request, row.to_string().into()), (Column::Text, "seen".into())];
                    drop(desk.entry("evaluate", &cells));
                }
                _ => {}
            }
            let account = desk.account();
            let paid: i64 = account.payments.values().map(|payment| payment.fen).sum();
            let returned: i64 = account.projects.values().map(|drawn| drawn.returned_fen).sum();
            prop_assert!(account.balance_fen >= 0, "overdrawn: {account:?}");
            prop_assert_eq!(account.balance_fen, 10 * MILLION - paid + returned);
            for drawn in account.projects.values() {
                prop_assert!(drawn.outstanding_fen() >= 0);
            }
            prop_assert!(desk.waits().paying.iter().filter(|waiting| waiting.wait == Wait::Next).count() <= 1);
        }
    }
}
