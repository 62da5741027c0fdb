#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::api::FilingState;
use crate::board::{self, Contact, Question};
use crate::command::{FilingLine, Role};
use crate::field::Field;
use crate::identity::{actor_prefix, unit_id_of};
use crate::ids::NodeId;
use crate::store::MemoryStore;
use crate::time::Month;

mod imports;
mod returns;
mod rules;

const DAY: i64 = 86_400_000;

fn profile() -> Arc<Profile> {
    Arc::new(Profile::built_in("kaizhou").unwrap())
}

fn town() -> UnitId {
    unit_id_of("Town")
}

fn hub_unit() -> UnitId {
    unit_id_of("Hub")
}

/// One node with its own store: documents are carried by hand between two of them.
struct Node {
    store: MemoryStore,
    library: Library,
    profile: Arc<Profile>,
    role: NodeRole,
    id: NodeId,
    rng: ChaCha8Rng,
    now: Timestamp,
    next: u8,
}

impl Node {
    fn new(number: u8, role: NodeRole) -> Self {
        Self {
            store: MemoryStore::new(),
            library: Library::new(64 << 20, |name| name.to_lowercase()),
            profile: profile(),
            role,
            id: NodeId::from_bytes([number; 32]),
            rng: ChaCha8Rng::seed_from_u64(u64::from(number)),
            now: Timestamp(1_795_000_000_000),
            next: 0,
        }
    }

    fn turn<T>(
        &mut self,
        act: impl FnOnce(&mut Library, &mut Turn<'_>, &Context<'_>, &mut ChaCha8Rng) -> T,
    ) -> T {
        let mut turn = Turn::new(&self.store);
        let context = Context {
            profile: &self.profile,
            role: self.role,
            process: ProcessActor::new(self.id, [1; 7]),
            now: self.now,
        };
        let result = act(&mut self.library, &mut turn, &context, &mut self.rng);
        self.library.refresh(&mut turn).unwrap();
        let batch = turn.finish();
        self.store.commit(batch).unwrap();
        self.now = self.now.plus_ms(1_000);
        result
    }

    /// One turn; `None` while chunks of an import are left.
    fn step(&mut self, actor: &Actor, envelope: &Envelope) -> Option<Outcome> {
        self.turn(|library, turn, context, rng| {
            let executed = execute(library, turn, context, rng, actor, envelope).unwrap();
            executed.answer.map(|answer| answer.outcome)
        })
    }

    fn send(&mut self, actor: &Actor, envelope: &Envelope) -> Outcome {
        loop {
            if let Some(outcome) = self.step(actor, envelope) {
                return outcome;
            }
        }
    }

    /// The process ends; what is on the disk stays.
    fn crash(&mut self) {
        self.store = self.store.after_crash();
        self.library = Library::new(64 << 20, |name| name.to_lowercase());
    }

    fn run(&mut self, actor: &Actor, command: Command) -> Outcome {
        let envelope = self.envelope(command);
        self.send(actor, &envelope)
    }

    fn envelope(&mut self, command: Command) -> Envelope {
        self.next += 1;
        let id = CommandId::from_parts(u64::try_from(self.now.0).unwrap(), [self.next; 10]);
        Envelope {
            id,
            base: None,
            after: Vec::new(),
            command,
        }
    }

    fn view(&mut self, project: ProjectId) -> ProjectView {
        view::project(&mut self.library, &self.store, project)
            .unwrap()
            .unwrap()
    }

    fn dump(&mut self, project: ProjectId) -> String {
        view::dump_line(&mut self.library, &self.store, project)
            .unwrap()
            .unwrap()
            .to_string()
    }

    /// Takes everything another node has.
    fn take_from(&mut self, other: &mut Self) {
        for id in Library::ids_from_changes(&other.store).unwrap() {
            let changes = other.library.changes_since(&other.store, &id, &[]).unwrap();
            self.turn(|library, turn, _, _| library.apply(turn, &id, changes).unwrap());
        }
        if self.role == NodeRole::Hub {
            self.turn(|library, turn, context, rng| {
                receive_filings(library, turn, context, rng, town()).unwrap()
            });
        }
    }
}

fn actor(role: Role) -> Actor {
    let at_hub = matches!(
        role,
        Role::HubOfficer | Role::HubHead | Role::Inspector | Role::Admin
    );
    Actor {
        user: UserId::from_bytes([role as u8; 5]),
        name: format!("{role:?}"),
        role,
        unit: if at_hub { hub_unit() } else { town() },
        at_hub,
    }
}

fn project(n: u8) -> ProjectId {
    ProjectId::from_parts(1, [n; 10])
}

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

fn edit(project: ProjectId, set: &[(&str, Value)]) -> Command {
    Command::Edit {
        project,
        set: set
            .iter()
            .map(|(at, value)| (path(at), value.clone()))
            .collect(),
        on_behalf: None,
    }
}

fn behalf(project: ProjectId, set: &[(&str, Value)]) -> Command {
    Command::Edit {
        project,
        set: set
            .iter()
            .map(|(at, value)| (path(at), value.clone()))
            .collect(),
        on_behalf: Some("asked by phone".into()),
    }
}

fn create(node: &mut Node, n: u8) -> ProjectId {
    let command = Command::CreateProject {
        project: project(n),
        home: town(),
        set: [(path("name"), Value::from(format!("Bridge {n}")))].into(),
    };
    assert!(is_done(&node.run(&actor(Role::Clerk), command)));
    project(n)
}

fn is_done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done { .. })
}

fn why(outcome: Outcome) -> Why {
    match outcome {
        Outcome::Refused(refusal) => refusal.why,
        Outcome::Done { .. } => panic!("it was done"),
    }
}

/// A township and its hub, who know each other.
fn pair() -> (Node, Node) {
    let mut hub = Node::new(9, NodeRole::Hub);
    let township = Node::new(1, NodeRole::Node);
    let entry = |unit: UnitId, name: &str, kind: &str, node: NodeId| {
        let key = unit.to_string();
        [
            (Column::Name, Value::from(name)),
            (Column::UnitKind, kind.into()),
            (Column::HostedAt, node.to_string().into()),
        ]
        .map(|(column, value)| {
            (
                FieldPath::keyed(Table::Directory, &key, column).unwrap(),
                value,
            )
        })
    };
    let mut edits = entry(hub_unit(), "Hub", "hub", hub.id).to_vec();
    edits.extend(entry(town(), "Town", "township", township.id));
    hub.turn(|library, turn, context, _| {
        record(
            library,
            turn,
            context,
            &DocumentId::County(2026),
            edits,
            None,
        )
        .unwrap();
        enter_in_roster(
            library,
            turn,
            context,
            hub_unit(),
            actor(Role::HubOfficer).user,
            "Officer Li",
        )
        .unwrap();
    });
    let mut township = township;
    township.turn(|library, turn, context, _| {
        enter_in_roster(
            library,
            turn,
            context,
            town(),
            actor(Role::Clerk).user,
            "Clerk Wang",
        )
        .unwrap();
    });
    exchange(&mut township, &mut hub);
    (township, hub)
}

fn exchange(township: &mut Node, hub: &mut Node) {
    hub.take_from(township);
    township.take_from(hub);
}

#[test]
fn a_conflict_stays_visible_and_equal_on_both_sides_until_a_person_ends_it() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    exchange(&mut township, &mut hub);
    assert!(is_done(&township.run(
        &actor(Role::Clerk),
        edit(bridge, &[("site", "east".into())])
    )));
    assert!(is_done(&hub.run(
        &actor(Role::HubOfficer),
        behalf(bridge, &[("site", "west".into())])
    )));
    exchange(&mut township, &mut hub);
    let (here, there) = (township.view(bridge), hub.view(bridge));
    assert_eq!(here, there);
    let cell = here.cells.get("site").unwrap();
    // The township is the authority: its value shows, whoever wrote last.
    assert_eq!(cell.value, Value::from("east"));
    let writers: Vec<_> = cell
        .contenders
        .iter()
        .map(|c| (c.by.name.as_str(), c.by.unit.as_str()))
        .collect();
    assert_eq!(writers, [("Clerk Wang", "Town"), ("Officer Li", "hub")]);
    assert_eq!(township.dump(bridge), hub.dump(bridge));
    assert!(
        township
            .dump(bridge)
            .contains(r#""_conflicts":{"site":["east","west"]}"#),
        "{}",
        township.dump(bridge)
    );
    // A plain edit is refused, so is an answer to something else.
    assert_eq!(
        why(township.run(
            &actor(Role::Clerk),
            edit(bridge, &[("site", "north".into())])
        )),
        Why::InConflict
    );
    let resolve = |seen: &[&str]| Command::ResolveConflict {
        project: Some(bridge),
        unit: None,
        path: path("site"),
        seen: seen.iter().map(|v| Value::from(*v)).collect(),
        keep: "west".into(),
    };
    assert_eq!(
        why(hub.run(&actor(Role::HubOfficer), resolve(&["east"]))),
        Why::ConflictChanged
    );
    assert!(is_done(
        &hub.run(&actor(Role::HubOfficer), resolve(&["west", "east"]))
    ));
    exchange(&mut township, &mut hub);
    assert_eq!(township.view(bridge), hub.view(bridge));
    assert_eq!(township.view(bridge).text(Field::Site), "west");
    assert!(township.view(bridge).conflicts().next().is_none());
}

#[test]
fn two_browsers_with_one_screen_leave_both_values() {
    let mut node = Node::new(1, NodeRole::Node);
    let bridge = create(&mut node, 1);
    let base = Some(node.view(bridge).heads);
    for value in ["east", "west"] {
        let mut envelope = node.envelope(edit(bridge, &[("site", value.into())]));
        envelope.base.clone_from(&base);
        assert!(is_done(&node.send(&actor(Role::Clerk), &envelope)));
    }
    let site = node.view(bridge).cells.remove("site").unwrap();
    let values: Vec<_> = site.contenders.iter().map(|c| c.value.clone()).collect();
    assert_eq!(values.len(), 2);
    assert!(values.contains(&"east".into()) && values.contains(&"west".into()));
}

#[test]
fn one_person_typing_three_times_before_an_answer_makes_no_conflict() {
    let mut node = Node::new(1, NodeRole::Node);
    let bridge = create(&mut node, 1);
    let base = Some(node.view(bridge).heads);
    let mut after = Vec::new();
    for value in ["a", "ab", "abc"] {
        let mut envelope = node.envelope(edit(bridge, &[("site", value.into())]));
        envelope.base.clone_from(&base);
        envelope.after.clone_from(&after);
        after.push(envelope.id);
        assert!(is_done(&node.send(&actor(Role::Clerk), &envelope)));
    }
    let bridge = node.view(bridge);
    let cell = bridge.cells.get("site").unwrap();
    assert!(!cell.is_conflict());
    assert_eq!(cell.value, Value::from("abc"));
}

#[test]
fn a_command_sent_twice_happens_once() {
    let mut node = Node::new(1, NodeRole::Node);
    let bridge = create(&mut node, 1);
    let envelope = node.envelope(edit(bridge, &[("site", "east".into())]));
    let first = node.send(&actor(Role::Clerk), &envelope);
    let heads = node.view(bridge).heads;
    assert_eq!(node.send(&actor(Role::Clerk), &envelope), first);
    assert_eq!(node.view(bridge).heads, heads);
    let trail = audit_entries(&node.store, Timestamp(0), node.now, 100).unwrap();
    assert_eq!(
        trail
            .iter()
            .map(|entry| entry.what.as_str())
            .collect::<Vec<_>>(),
        ["create_project", "edit"]
    );
}

#[test]
fn a_base_this_node_does_not_hold_becomes_a_proposal() {
    let mut node = Node::new(1, NodeRole::Node);
    let bridge = create(&mut node, 1);
    let mut envelope = node.envelope(edit(bridge, &[("site", "east".into())]));
    envelope.base = Some(vec!["ab".repeat(32)]);
    let Outcome::Done { proposed, .. } = node.send(&actor(Role::Clerk), &envelope) else {
        panic!("refused");
    };
    assert_eq!(proposed, [path("site")]);
    assert!(node.view(bridge).once(Field::Site).is_null());
    let row = node.view(bridge).rows(Table::Proposals).pop().unwrap();
    let accept = Command::AcceptProposal {
        project: bridge,
        proposal: row.parse().unwrap(),
    };
    assert!(is_done(&node.run(&actor(Role::Clerk), accept)));
    assert_eq!(node.view(bridge).text(Field::Site), "east");
    assert_eq!(
        board::row(
            &mut node.library,
            &node.store,
            bridge,
            Month::new(2026, 11).unwrap()
        )
        .unwrap()
        .unwrap()
        .proposals,
        0
    );
}

#[test]
fn a_write_without_authority_becomes_a_proposal_and_the_hubs_fields_stand_in_oversight() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    let outcome = township.run(
        &actor(Role::Clerk),
        edit(
            bridge,
            &[("lead_unit", "Roads".into()), ("site", "east".into())],
        ),
    );
    let Outcome::Done { proposed, .. } = outcome else {
        panic!("refused")
    };
    assert_eq!(proposed, [path("lead_unit")]);
    // Saying it again adds nothing.
    township.run(
        &actor(Role::Clerk),
        edit(bridge, &[("lead_unit", "Roads".into())]),
    );
    assert_eq!(township.view(bridge).rows(Table::Proposals).len(), 1);
    exchange(&mut township, &mut hub);
    let row = hub
        .view(bridge)
        .rows(Table::Proposals)
        .pop()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        why(township.run(
            &actor(Role::Clerk),
            Command::AcceptProposal {
                project: bridge,
                proposal: row
            }
        )),
        Why::NotYourUnit
    );
    // Which unit leads the head assigns; an officer prepares it.
    let accept = || Command::AcceptProposal {
        project: bridge,
        proposal: row,
    };
    assert_eq!(
        why(hub.run(&actor(Role::HubOfficer), accept())),
        Why::RoleMayNot
    );
    let prepared = hub.run(
        &actor(Role::HubOfficer),
        edit(bridge, &[("lead_unit", "Water".into())]),
    );
    let Outcome::Done { proposed, .. } = prepared else {
        panic!("refused")
    };
    assert_eq!(proposed, [path("lead_unit")]);
    assert!(is_done(&hub.run(&actor(Role::HubHead), accept())));
    assert!(is_done(&hub.run(
        &actor(Role::HubOfficer),
        edit(bridge, &[("stage", "construction".into())])
    )));
    exchange(&mut township, &mut hub);
    assert_eq!(township.view(bridge).text(Field::LeadUnit), "Roads");
    assert_eq!(township.view(bridge).text(Field::Stage), "construction");
    assert_eq!(township.dump(bridge), hub.dump(bridge));
    // An officer who does not say on whose behalf only proposes.
    let Outcome::Done { proposed, .. } = hub.run(
        &actor(Role::HubOfficer),
        edit(bridge, &[("site", "west".into())]),
    ) else {
        panic!("refused")
    };
    assert_eq!(proposed, [path("site")]);
    let stranger = Actor {
        unit: unit_id_of("Elsewhere"),
        ..actor(Role::Clerk)
    };
    assert_eq!(
        why(township.run(&stranger, edit(bridge, &[("site", "x".into())]))),
        Why::NotYourUnit
    );
    assert_eq!(
        why(township.run(&actor(Role::Admin), edit(bridge, &[("site", "x".into())]))),
        Why::RoleMayNot
    );
}

#[test]
fn a_correction_on_behalf_tells_who_and_why_in_the_history() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    township.run(
        &actor(Role::Clerk),
        edit(bridge, &[("site", "east".into())]),
    );
    exchange(&mut township, &mut hub);
    hub.run(
        &actor(Role::HubOfficer),
        behalf(bridge, &[("site", "west".into())]),
    );
    exchange(&mut township, &mut hub);
    let told = view::history(
        &mut township.library,
        &township.store,
        bridge,
        Some(&path("site")),
        10,
    )
    .unwrap();
    assert_eq!(
        (told[0].old.clone(), told[0].new.clone()),
        ("east".into(), "west".into())
    );
    assert_eq!(
        (told[0].act.as_str(), told[0].reason.as_str()),
        ("behalf", "asked by phone")
    );
    assert_eq!(
        (told[0].by.name.as_str(), told[0].by.unit.as_str()),
        ("Officer Li", "hub")
    );
    assert_eq!(
        (told[1].act.as_str(), told[1].by.name.as_str()),
        ("edit", "Clerk Wang")
    );
    assert!(township.view(bridge).conflicts().next().is_none());
}

fn file(filing: u8, follows: Option<u8>) -> Command {
    Command::File {
        filing: row(filing),
        unit: town(),
        ledger: "kz.progress".into(),
        period: "2026-11".into(),
        lines: Vec::new(),
        follows: follows.map(row),
        on_behalf: None,
    }
}

fn row(n: u8) -> RowId {
    RowId::from_parts(u64::from(n), [n; 10])
}

#[test]
fn a_month_is_filed_received_returned_and_filed_again() {
    let (mut township, mut hub) = pair();
    let clerk = actor(Role::Clerk);
    let (first, second) = (create(&mut township, 1), create(&mut township, 2));
    let refused = township.run(&clerk, file(1, None));
    let Outcome::Refused(refusal) = refused else {
        panic!("an empty month was filed")
    };
    assert_eq!(
        (refusal.why, refusal.projects),
        (Why::Missing, vec![first, second])
    );
    township.run(
        &clerk,
        edit(first, &[("2026-11/month_done_fen", Value::Int(5_000_000))]),
    );
    township.run(
        &clerk,
        edit(second, &[("2026-11/month_nil", "procedures".into())]),
    );
    assert!(is_done(&township.run(&clerk, file(1, None))));
    let month = Month::new(2026, 11).unwrap();
    let state = |node: &mut Node| {
        let question = Question {
            profile: &node.profile,
            now: node.now,
            month,
            lang: crate::text::Lang::Zh,
        };
        board::report(
            &mut node.library,
            &node.store,
            &question,
            town(),
            "kz.progress",
        )
        .unwrap()
        .view
    };
    assert_eq!(state(&mut township).state, FilingState::FiledLocally);
    exchange(&mut township, &mut hub);
    let here = state(&mut township);
    assert_eq!((here.state, here.rows.len()), (FilingState::Filed, 2));
    assert_eq!(
        here.filing
            .as_ref()
            .map(|filing| (filing.projects, filing.amended)),
        Some((2, 0))
    );
    assert_eq!(why(township.run(&clerk, file(2, None))), Why::AlreadyFiled);
    // What is edited afterwards is shown as such and not refused.
    township.run(
        &clerk,
        edit(first, &[("2026-11/month_done_fen", Value::Int(6_000_000))]),
    );
    // Only what the month asks for is a correction, and it is named.
    township.run(&clerk, edit(second, &[("site", "松坪镇老街".into())]));
    let corrected = state(&mut township).filing.unwrap();
    assert_eq!(corrected.amended, 1, "{:?}", corrected.corrected);
    let said = corrected.corrected.join("; ");
    assert!(said.contains("5 万元 → 6 万元"), "{said}");
    let review = Command::ReviewFiling {
        review: row(9),
        unit: town(),
        filing: row(1),
        accepted: false,
        reason: "explain the first line".into(),
        cells: Default::default(),
    };
    assert_eq!(why(township.run(&clerk, review.clone())), Why::HubOnly);
    assert!(is_done(&hub.run(&actor(Role::HubOfficer), review)));
    exchange(&mut township, &mut hub);
    assert_eq!(state(&mut township).state, FilingState::Returned);
    assert!(is_done(&township.run(&clerk, file(2, None))));
    exchange(&mut township, &mut hub);
    assert_eq!(state(&mut hub).state, FilingState::Filed);
    let again = state(&mut hub).filing.unwrap();
    assert!(again.refiled && again.amended == 0, "{again:?}");
    township.run(
        &clerk,
        edit(second, &[("2026-11/month_image", "路基完成".into())]),
    );
    exchange(&mut township, &mut hub);
    let question = Question {
        profile: &hub.profile,
        now: hub.now,
        month,
        lang: crate::text::Lang::Zh,
    };
    let mut overview = board::collection(
        &mut hub.library,
        &hub.store,
        &question,
        "kz.progress",
        &|_| Contact::default(),
    )
    .unwrap();
    assert_eq!(overview.units.len(), 1);
    board::correct_all(&mut hub.library, &hub.store, &question, &mut overview).unwrap();
    let filed = overview.units[0].filing.as_ref().unwrap();
    assert_eq!((filed.amended, filed.refiled), (1, true), "{filed:?}");
    assert_eq!(
        (
            overview.units[0].projects,
            overview.units[0].year_done_fen,
            overview.units[0].state
        ),
        (2, 6_000_000, FilingState::Filed)
    );
    let desk = board::desk(
        &mut township.library,
        &township.store,
        &Question {
            profile: &profile(),
            now: township.now,
            month,
            lang: crate::text::Lang::Zh,
        },
        NodeRole::Node,
        &clerk,
        &|_| Contact::default(),
    )
    .unwrap();
    assert_eq!(
        desk.filing.map(|card| (card.filled, card.rows)),
        Some((2, 2))
    );
}

#[test]
fn the_hub_files_for_a_unit_with_a_reason_only() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    exchange(&mut township, &mut hub);
    let officer = actor(Role::HubOfficer);
    let filing = |on_behalf: Option<&str>| Command::File {
        filing: row(1),
        unit: town(),
        ledger: "R-KZ-1".into(),
        period: "2026-10".into(),
        lines: vec![FilingLine {
            project: bridge,
            heads: Vec::new(),
            nil: true,
            nil_ledgers: Vec::new(),
        }],
        follows: None,
        on_behalf: on_behalf.map(str::to_owned),
    };
    assert_eq!(why(hub.run(&officer, filing(None))), Why::ReasonMissing);
    assert!(is_done(
        &hub.run(&officer, filing(Some("their line is down")))
    ));
    exchange(&mut township, &mut hub);
    let filed = summary::filings(&mut township.library, &township.store, town()).unwrap();
    assert_eq!(
        (filed[0].reason.as_str(), filed[0].lines[0].heads.len()),
        ("their line is down", 1)
    );
    assert!(filed[0].received_at().is_some());
}

#[test]
fn rows_follow_every_change_and_survive_a_rebuild() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    let clerk = actor(Role::Clerk);
    let issue = row(5);
    let cell = |column| FieldPath::cell(Table::Issues, issue, column).to_string();
    township.run(
        &clerk,
        edit(
            bridge,
            &[
                ("total_investment_fen", Value::Int(9_000_000)),
                ("2026/year_plan_fen", Value::Int(4_000_000)),
                ("2026-10/month_done_fen", Value::Int(1_000_000)),
                ("2026-11/month_done_fen", Value::Int(2_000_000)),
                ("cum_investment_fen", Value::Int(500)),
                ("cum_investment_as_at", "2026-10-31".into()),
                (&cell(Column::Description), "no land".into()),
                (&cell(Column::Deadline), "2026-11-30".into()),
            ],
        ),
    );
    let month = Month::new(2026, 11).unwrap();
    let there = board::row(&mut township.library, &township.store, bridge, month)
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            there.total_fen,
            there.year_plan_fen,
            there.year_done_fen,
            there.month_done_fen
        ),
        (
            Some(9_000_000),
            Some(4_000_000),
            Some(3_000_000),
            Some(2_000_000)
        )
    );
    assert_eq!(
        (
            there.cum_fen,
            there.open_issues,
            there.home_name.as_str(),
            there.keys.as_str()
        ),
        (Some(2_000_500), 1, "Town", "bridge 1")
    );
    exchange(&mut township, &mut hub);
    assert_eq!(
        board::row(&mut hub.library, &hub.store, bridge, month)
            .unwrap()
            .unwrap(),
        there
    );
    let mut rebuilt = Node::new(1, NodeRole::Node);
    rebuilt.store = township.store.after_rebuild();
    for id in Library::ids_from_changes(&rebuilt.store).unwrap() {
        rebuilt.turn(|library, turn, _, _| library.rebuild(turn, &id).unwrap());
    }
    assert_eq!(
        board::row(&mut rebuilt.library, &rebuilt.store, bridge, month)
            .unwrap()
            .unwrap(),
        there
    );
    let mut fresh = Library::new(1 << 20, |name| name.to_lowercase());
    assert_eq!(
        board::row(&mut fresh, &rebuilt.store, bridge, month)
            .unwrap()
            .unwrap(),
        there
    );
}

#[test]
fn only_the_closer_closes_an_issue_and_the_attempt_is_kept() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    let (issue, step) = (row(5), row(6));
    let at = |table, row, column| FieldPath::cell(table, row, column).to_string();
    township.run(
        &actor(Role::Clerk),
        edit(
            bridge,
            &[(
                &at(Table::Issues, issue, Column::Description),
                "no land".into(),
            )],
        ),
    );
    let close = |table| Command::Record {
        project: Some(bridge),
        unit: None,
        table,
        row: step,
        set: BTreeMap::from([
            (Column::Issue, issue.to_string().into()),
            (Column::Act, "closed".into()),
        ]),
        on_behalf: None,
    };
    assert_eq!(
        why(township.run(&actor(Role::Clerk), close(Table::IssueSteps))),
        Why::HubOnly
    );
    assert_eq!(
        why(township.run(&actor(Role::Clerk), close(Table::IssueRulings))),
        Why::HubOnly
    );
    assert_eq!(township.view(bridge).rows(Table::Attempts).len(), 1);
    exchange(&mut township, &mut hub);
    assert!(is_done(
        &hub.run(&actor(Role::HubOfficer), close(Table::IssueRulings))
    ));
    let month = Month::new(2026, 11).unwrap();
    assert_eq!(
        board::row(&mut hub.library, &hub.store, bridge, month)
            .unwrap()
            .unwrap()
            .open_issues,
        0
    );
}

#[test]
fn readers_are_home_lead_territory_and_those_who_take_part() {
    let (mut township, mut hub) = pair();
    let bridge = create(&mut township, 1);
    let other = unit_id_of("Other");
    let key = other.to_string();
    hub.turn(|library, turn, context, _| {
        let edits = vec![(
            FieldPath::keyed(Table::Directory, &key, Column::Name).unwrap(),
            "Other".into(),
        )];
        record(
            library,
            turn,
            context,
            &DocumentId::County(2026),
            edits,
            None,
        )
        .unwrap();
    });
    exchange(&mut township, &mut hub);
    let readers = |node: &mut Node| view::readers(&mut node.library, &node.store, bridge).unwrap();
    assert_eq!(readers(&mut hub), [town()].into());
    hub.run(
        &actor(Role::HubHead),
        edit(bridge, &[("lead_unit", "Other".into())]),
    );
    assert_eq!(readers(&mut hub), [town(), other].into());
    hub.run(
        &actor(Role::HubOfficer),
        Command::MoveProject {
            project: bridge,
            to: other,
        },
    );
    assert_eq!(readers(&mut hub), [other].into());
    assert_eq!(
        why(township.run(
            &actor(Role::Clerk),
            Command::MoveProject {
                project: bridge,
                to: other
            }
        )),
        Why::HubOnly
    );
}

#[test]
fn now_is_never_before_the_last_hub_time() {
    let mut node = Node::new(1, NodeRole::Node);
    let hub_time = node.now.plus_ms(3 * DAY);
    node.turn(|_, turn, _, _| turn.put(Tree::Meta, HUB_TIME_KEY, hub_time.0.to_be_bytes()));
    let command = Command::CreateProject {
        project: project(1),
        home: town(),
        set: [(path("name"), "Bridge".into())].into(),
    };
    let Outcome::Done { at, .. } = node.run(&actor(Role::Clerk), command) else {
        panic!("refused")
    };
    assert_eq!(at, hub_time);
}

#[test]
fn values_that_do_not_fit_are_refused_with_their_path() {
    let mut node = Node::new(1, NodeRole::Node);
    let bridge = create(&mut node, 1);
    for (at, value, expected) in [
        ("total_investment_fen", Value::Int(-1), "money"),
        ("total_investment_fen", "12".into(), "money"),
        ("planned_start", "2026-02-30".into(), "date"),
        ("build_years", "2027..2026".into(), "years"),
        ("investment_kind", "gift".into(), "choice"),
        ("gov_fund_level", "city,central".into(), "set"),
        ("image_now_percent", Value::Int(101), "percent"),
        ("is_public_interest", Value::Int(1), "flag"),
        ("site", "a\nb".into(), "text"),
    ] {
        let outcome = node.run(&actor(Role::Clerk), edit(bridge, &[(at, value)]));
        let Outcome::Refused(refusal) = outcome else {
            panic!("{at}")
        };
        assert_eq!(
            (refusal.why, refusal.missing),
            (
                Why::BadValue {
                    expected: expected.into()
                },
                vec![path(at)]
            )
        );
    }
    let run =
        |node: &mut Node, set: &[(&str, Value)]| node.run(&actor(Role::Clerk), edit(bridge, set));
    assert_eq!(
        why(run(&mut node, &[("home_node", "x".into())])),
        Why::NotWritable
    );
    assert_eq!(why(run(&mut node, &[("name", Value::Null)])), Why::Missing);
    assert!(is_done(&run(
        &mut node,
        &[
            ("planned_start", "2026-05".into()),
            ("planned_completion", "2026-05-02".into())
        ]
    )));
    assert_eq!(
        why(run(
            &mut node,
            &[("planned_completion", "2026-04-30".into())]
        )),
        Why::Inconsistent {
            check: "completion_before_start".into()
        }
    );
    assert!(is_done(&run(
        &mut node,
        &[("cum_investment_fen", Value::Int(100))]
    )));
    assert_eq!(
        why(run(&mut node, &[("cum_investment_fen", Value::Int(50))])),
        Why::Inconsistent {
            check: "cumulative_falls".into()
        }
    );
    assert!(is_done(&run(
        &mut node,
        &[
            ("cum_investment_fen", Value::Int(50)),
            ("2026-11/month_correction", "counted twice".into())
        ]
    )));
}

#[test]
fn a_writer_is_known_by_the_prefix_identity_makes() {
    let mut node = Node::new(1, NodeRole::Node);
    let bridge = create(&mut node, 1);
    let document = node
        .library
        .document(&node.store, &DocumentId::Project(bridge))
        .unwrap();
    let head = document.heads()[0];
    assert_eq!(
        document.change_info(&head).unwrap().node,
        actor_prefix(node.id)
    );
    let message = document.change_info(&head).unwrap().message;
    assert!(
        message.len() <= 16 && message.starts_with("create:"),
        "{message}"
    );
}
