//! Imports: the same workbook twice, at two nodes, taken back, and interrupted between two chunks.

use super::*;
use crate::api::{ImportInfo, ImportState};
use crate::command::{ImportCounts, ImportItem};
use crate::ids::ImportId;
use crate::limits;

fn counts(outcome: Outcome) -> ImportCounts {
    match outcome {
        Outcome::Done { counts, .. } => counts.unwrap(),
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn items(value: i64) -> Vec<ImportItem> {
    (1..4u8)
        .map(|n| ImportItem {
            project: project(n),
            home: town(),
            place: None,
            set: [
                (path("name"), Value::from(format!("Bridge {n}"))),
                (path("2026/year_plan_fen"), Value::Int(value * i64::from(n))),
                (path("lead_unit"), Value::from("Roads")),
                (path("image_now"), Value::from("deck poured")),
                (path("notes"), Value::from("from row 7")),
            ]
            .into(),
        })
        .collect()
}

fn import(n: u8, value: i64) -> Command {
    Command::Import {
        import: ImportId::from_parts(1, [n; 10]),
        file: "ledger.xlsx".into(),
        items: items(value),
    }
}

#[test]
fn the_same_workbook_twice_changes_nothing() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    assert_eq!(
        counts(node.run(&clerk, import(1, 100))),
        ImportCounts {
            created: 3,
            updated: 0,
            unchanged: 0,
            kept: 3
        }
    );
    let heads = node.view(project(1)).heads;
    assert_eq!(
        counts(node.run(&clerk, import(2, 100))),
        ImportCounts {
            created: 0,
            updated: 0,
            unchanged: 3,
            kept: 0
        }
    );
    assert_eq!(node.view(project(1)).heads, heads);
    let listed = imports(&node.store, None).unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|info| info.counts.created)
            .collect::<Vec<_>>(),
        [0, 3]
    );
}

#[test]
fn the_same_workbook_at_hub_and_node_is_no_conflict() {
    let (mut township, mut hub) = pair();
    counts(township.run(&actor(Role::Clerk), import(1, 100)));
    counts(hub.run(&actor(Role::HubHead), import(2, 100)));
    exchange(&mut township, &mut hub);
    for n in 1..4 {
        assert!(township.view(project(n)).conflicts().next().is_none());
        assert_eq!(township.dump(project(n)), hub.dump(project(n)));
    }
    assert_eq!(township.view(project(1)).text(Field::LeadUnit), "Roads");
    // A co-edited text would hold the words twice; what a workbook brings is atomic.
    assert_eq!(
        township.view(project(1)).text(Field::ImageNow),
        "deck poured"
    );
    assert_eq!(township.view(project(1)).text(Field::Notes), "from row 7");
}

#[test]
fn who_leads_is_the_head_s_in_a_workbook_as_on_the_page() {
    let by_hand = || edit(project(1), &[("lead_unit", "Water".into())]);
    for (role, led) in [(Role::HubOfficer, ""), (Role::HubHead, "Roads")] {
        let mut hub = Node::new(2, NodeRole::Hub);
        counts(hub.run(&actor(role), import(1, 100)));
        let view = hub.view(project(1));
        assert_eq!(view.text(Field::LeadUnit), led, "{role:?}");
        let proposed = view.rows(Table::Proposals).len();
        assert_eq!(proposed, usize::from(led.is_empty()));
        hub.run(&actor(Role::HubOfficer), by_hand());
        let after = hub.view(project(1));
        assert_eq!(after.text(Field::LeadUnit), led);
        assert_eq!(after.rows(Table::Proposals).len(), proposed + 1);
    }
}

#[test]
fn undoing_an_import_returns_what_nobody_changed_since() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    counts(node.run(&clerk, import(1, 100)));
    counts(node.run(&clerk, import(2, 200)));
    node.run(
        &clerk,
        edit(project(1), &[("2026/year_plan_fen", Value::Int(7))]),
    );
    let undo = |n: u8| Command::UndoImport {
        import: ImportId::from_parts(1, [n; 10]),
    };
    assert_eq!(
        counts(node.run(&clerk, undo(2))),
        ImportCounts {
            created: 0,
            updated: 2,
            unchanged: 0,
            kept: 1
        }
    );
    let plan =
        |node: &mut Node, n: u8| node.view(project(n)).year(2026, Field::YearPlanFen).clone();
    assert_eq!(
        [plan(&mut node, 1), plan(&mut node, 2), plan(&mut node, 3)],
        [Value::Int(7), Value::Int(200), Value::Int(300)]
    );
    assert_eq!(why(node.run(&clerk, undo(2))), Why::NotFound);
}

#[test]
fn an_undone_first_import_deletes_and_the_next_import_brings_back() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    counts(node.run(&clerk, import(1, 100)));
    node.run(&clerk, edit(project(1), &[("site", "east".into())]));
    let undo = Command::UndoImport {
        import: ImportId::from_parts(1, [1; 10]),
    };
    assert_eq!(
        counts(node.run(&clerk, undo)),
        ImportCounts {
            created: 0,
            updated: 2,
            unchanged: 0,
            kept: 1
        }
    );
    assert!(node.view(project(1)).once(Field::Deleted).is_null());
    assert!(!node.view(project(2)).once(Field::Deleted).is_null());
    let reason = "no longer built".to_owned();
    assert!(is_done(&node.run(
        &clerk,
        Command::DeleteProject {
            project: project(1),
            reason
        }
    )));
    assert_eq!(
        counts(node.run(&clerk, import(2, 100))),
        ImportCounts {
            created: 0,
            updated: 2,
            unchanged: 0,
            kept: 1
        }
    );
    assert!(node.view(project(2)).once(Field::Deleted).is_null());
    // What a person deleted stays deleted.
    assert!(!node.view(project(1)).once(Field::Deleted).is_null());
}

/// More projects than one chunk takes.
const LARGE: u32 = 2 * CHUNK + 50;
const CHUNK: u32 = limits::IMPORT_CHUNK_PROJECTS as u32;

fn numbered(number: u32) -> ProjectId {
    let mut bytes = [0; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    ProjectId::from_bytes(bytes)
}

fn import_id(n: u8) -> ImportId {
    ImportId::from_parts(1, [n; 10])
}

/// A workbook of `LARGE` projects.
fn large(import: u8, site: &str) -> Command {
    let items = (0..LARGE).map(|number| ImportItem {
        project: numbered(number),
        home: town(),
        place: None,
        set: [
            (path("name"), Value::from(format!("Road {number}"))),
            (path("site"), site.into()),
        ]
        .into(),
    });
    Command::Import {
        import: import_id(import),
        file: "ledger.xlsx".into(),
        items: items.collect(),
    }
}

fn undo(import: u8) -> Command {
    Command::UndoImport {
        import: import_id(import),
    }
}

fn info(node: &Node, import: u8, running: bool) -> ImportInfo {
    let id = import_id(import);
    let info = super::import(&node.store, id, running.then_some(id)).unwrap();
    let info = info.unwrap();
    let listed = imports(&node.store, running.then_some(id)).unwrap();
    assert_eq!(listed.iter().find(|listed| listed.id == id), Some(&info));
    info
}

/// State, and how far it got.
fn stand(node: &Node, import: u8) -> (ImportState, u32, u32) {
    let info = info(node, import, false);
    (info.state, info.done, info.total)
}

fn living(node: &mut Node) -> u32 {
    let facts = node.library.facts(&node.store).unwrap();
    let count = facts
        .values()
        .filter(|facts| facts.row.deleted.is_empty())
        .count();
    u32::try_from(count).unwrap()
}

#[test]
fn a_large_import_goes_in_chunks_and_answers_once() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    let envelope = node.envelope(large(1, "east"));
    assert_eq!(node.step(&clerk, &envelope), None);
    assert_eq!(living(&mut node), CHUNK);
    let running = info(&node, 1, true);
    assert_eq!(
        (running.state, running.done, running.total),
        (ImportState::Running, CHUNK, LARGE)
    );
    assert_eq!(node.step(&clerk, &envelope), None);
    let done = node.step(&clerk, &envelope).unwrap();
    let all = ImportCounts {
        created: LARGE,
        ..ImportCounts::default()
    };
    assert_eq!(counts(done.clone()), all);
    assert_eq!(stand(&node, 1), (ImportState::Done, LARGE, LARGE));
    // Sent again it is answered again, and nothing happens.
    let commits = node.store.clone();
    assert_eq!(node.step(&clerk, &envelope), Some(done));
    assert_eq!(living(&mut node), LARGE);
    assert_eq!(
        Library::ids_from_changes(&commits).unwrap().len(),
        Library::ids_from_changes(&node.store).unwrap().len()
    );
    let audit = audit_entries(&node.store, Timestamp(0), Timestamp(i64::MAX), 9).unwrap();
    let outcomes: Vec<_> = audit.iter().map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(outcomes, ["begun", "done"]);
}

#[test]
fn values_bound_a_chunk_too() {
    let mut node = Node::new(1, NodeRole::Node);
    let wide = |number: u32| ImportItem {
        project: numbered(number),
        home: town(),
        place: None,
        set: (0..3_500)
            .map(|year| {
                (
                    path(&format!("{}/year_plan_fen", 2000 + year)),
                    Value::Int(1),
                )
            })
            .collect(),
    };
    let command = Command::Import {
        import: import_id(1),
        file: "wide.xlsx".into(),
        items: (0..3).map(wide).collect(),
    };
    let envelope = node.envelope(command);
    assert_eq!(node.step(&actor(Role::Clerk), &envelope), None);
    assert_eq!(stand(&node, 1), (ImportState::Interrupted, 2, 3));
}

#[test]
fn an_import_cut_off_by_a_crash_is_seen_and_goes_on_when_sent_again() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    let envelope = node.envelope(large(1, "east"));
    assert_eq!(node.step(&clerk, &envelope), None);
    node.crash();
    assert_eq!(stand(&node, 1), (ImportState::Interrupted, CHUNK, LARGE));
    assert_eq!(living(&mut node), CHUNK);
    // Another command may not take the import's name.
    assert_eq!(why(node.run(&clerk, large(1, "east"))), Why::Exists);
    let all = ImportCounts {
        created: LARGE,
        ..ImportCounts::default()
    };
    assert_eq!(counts(node.send(&clerk, &envelope)), all);
    assert_eq!(stand(&node, 1), (ImportState::Done, LARGE, LARGE));
    assert_eq!(living(&mut node), LARGE);
}

#[test]
fn importing_the_file_again_finishes_an_interrupted_import_without_duplicates() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    let envelope = node.envelope(large(1, "east"));
    assert_eq!(node.step(&clerk, &envelope), None);
    node.crash();
    let heads = node.view(numbered(0)).heads;
    let again = ImportCounts {
        created: LARGE - CHUNK,
        unchanged: CHUNK,
        ..ImportCounts::default()
    };
    assert_eq!(counts(node.run(&clerk, large(2, "east"))), again);
    assert_eq!(living(&mut node), LARGE);
    assert_eq!(node.view(numbered(0)).heads, heads);
    // The list goes on to say that the first was not whole.
    assert_eq!(stand(&node, 1).0, ImportState::Interrupted);
    assert_eq!(stand(&node, 2).0, ImportState::Done);
}

#[test]
fn an_interrupted_import_is_taken_back_as_far_as_it_got() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    counts(node.run(&clerk, large(1, "east")));
    let second = node.envelope(large(2, "west"));
    assert_eq!(node.step(&clerk, &second), None);
    assert_eq!(node.step(&clerk, &second), None);
    node.crash();
    let site = |node: &mut Node, number| node.view(numbered(number)).text(Field::Site).to_owned();
    assert_eq!(site(&mut node, 2 * CHUNK - 1), "west");
    assert_eq!(site(&mut node, 2 * CHUNK), "east");
    // The undoing is cut off as well, and another command finishes it.
    let first_try = node.envelope(undo(2));
    assert_eq!(node.step(&clerk, &first_try), None);
    node.crash();
    assert_eq!(
        stand(&node, 2),
        (ImportState::UndoInterrupted, CHUNK, 2 * CHUNK)
    );
    // Half taken back, it cannot be gone on with.
    assert_eq!(why(node.send(&clerk, &second)), Why::Exists);
    let all = ImportCounts {
        updated: 2 * CHUNK,
        ..ImportCounts::default()
    };
    assert_eq!(counts(node.run(&clerk, undo(2))), all);
    assert_eq!(stand(&node, 2).0, ImportState::Undone);
    for number in [0, CHUNK, 2 * CHUNK - 1, LARGE - 1] {
        assert_eq!(site(&mut node, number), "east");
    }
    assert_eq!(why(node.run(&clerk, undo(2))), Why::NotFound);
}

#[test]
fn what_was_allowed_at_the_first_chunk_is_asked_again_at_the_next() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    let envelope = node.envelope(large(1, "east"));
    assert_eq!(node.step(&clerk, &envelope), None);
    // The person has another post by the time the command is sent again.
    let moved = Actor {
        unit: unit_id_of("Elsewhere"),
        ..clerk
    };
    assert_eq!(why(node.send(&moved, &envelope)), Why::NotYourUnit);
    assert_eq!(stand(&node, 1).0, ImportState::Interrupted);
    assert_eq!(living(&mut node), CHUNK);
}

#[test]
fn values_that_came_to_contradict_the_record_are_left_out() {
    let mut node = Node::new(1, NodeRole::Node);
    let clerk = actor(Role::Clerk);
    let bridge = create(&mut node, 1);
    let record = [
        ("cum_investment_fen", Value::Int(300)),
        ("planned_completion", "2026-03".into()),
    ];
    assert!(is_done(&node.run(&clerk, edit(bridge, &record))));
    // Planned on a record that looked otherwise: somebody edited it since.
    let item = |set: &[(&str, Value)]| ImportItem {
        project: bridge,
        home: town(),
        place: None,
        set: set
            .iter()
            .map(|(at, value)| (path(at), value.clone()))
            .collect(),
    };
    let stale = item(&[
        ("cum_investment_fen", Value::Int(200)),
        ("planned_start", "2026-09".into()),
        ("site", "east".into()),
    ]);
    let import = |n: u8, item: ImportItem| Command::Import {
        import: import_id(n),
        file: "a.csv".into(),
        items: vec![item],
    };
    let told = counts(node.run(&clerk, import(1, stale)));
    assert_eq!((told.updated, told.kept), (1, 1));
    let view = node.view(bridge);
    assert_eq!(view.once(Field::CumInvestmentFen), &Value::Int(300));
    assert!(view.once(Field::PlannedStart).is_null());
    assert_eq!(view.text(Field::Site), "east");
    let explained = item(&[
        ("cum_investment_fen", Value::Int(200)),
        ("2026-11/month_correction", "counted twice".into()),
    ]);
    assert_eq!(counts(node.run(&clerk, import(2, explained))).kept, 0);
    assert_eq!(
        node.view(bridge).once(Field::CumInvestmentFen),
        &Value::Int(200)
    );
}
