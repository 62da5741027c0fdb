#![expect(clippy::unwrap_used, reason = "a failed test should panic")]
use super::*;
use shared::command::Envelope;

fn project() -> ProjectId {
    ProjectId::from_parts(1, [1; 10])
}

fn id(number: u8) -> CommandId {
    CommandId::from_parts(u64::from(number), [number; 10])
}

fn name() -> FieldPath {
    FieldPath::once(Field::Name)
}

fn edit(number: u8, value: &str) -> Item {
    let command = Command::Edit {
        project: project(),
        set: [(name(), Value::from(value))].into(),
        on_behalf: None,
    };
    let drawn = DrawnCommand::of(&command, Some(vec!["a".into()]), String::new());
    let (user, node) = (UserId::from_bytes([1; 5]), NodeId::from_bytes([2; 32]));
    Item::new(user, node, id(number), Vec::new(), drawn, Timestamp(0))
}

fn done(number: u8, head: &str) -> Answered {
    Answered {
        id: id(number),
        told: Told::Done {
            heads: vec![head.into()],
            proposed: Vec::new(),
            counts: None,
        },
    }
}

fn after(steps: Vec<Happened>) -> Outbox {
    steps
        .into_iter()
        .fold(Rc::new(Outbox::default()), Outbox::reduce)
        .as_ref()
        .clone()
}

#[test]
fn a_tick_appears_only_after_the_nodes_answer() {
    let mut steps = vec![Happened::Made(Box::new(edit(1, "x")))];
    assert_eq!(
        after(steps.clone()).status(project(), &name()),
        FieldStatus::Saving
    );
    steps.push(Happened::Sent(vec![id(1)]));
    steps.push(Happened::Unreached);
    assert_eq!(
        after(steps.clone()).status(project(), &name()),
        FieldStatus::Queued
    );
    steps.push(Happened::Answered(vec![done(1, "b")], Timestamp(5)));
    assert_eq!(
        after(steps).status(project(), &name()),
        FieldStatus::Saved(id(1))
    );
}

#[test]
fn typing_three_times_before_an_answer_names_the_earlier_commands() {
    let outbox = after(vec![
        Happened::Made(Box::new(edit(1, "x"))),
        Happened::Sent(vec![id(1)]),
        Happened::Made(Box::new(edit(2, "xy"))),
    ]);
    assert_eq!(outbox.after(project()), [id(1), id(2)]);
    // Order matters: nothing more is sent until the first is answered.
    assert!(outbox.next_batch().0.is_empty());
}

#[test]
fn an_answered_command_is_named_until_a_view_shows_it() {
    let mut steps = vec![
        Happened::Made(Box::new(edit(1, "x"))),
        Happened::Answered(vec![done(1, "b")], Timestamp(5)),
    ];
    let outbox = after(steps.clone());
    assert_eq!(outbox.after(project()), [id(1)]);
    assert_eq!(outbox.edits(project()), [(name(), Value::from("x"))]);
    // A view that was on its way already does not end it, one with the answer's heads does.
    steps.push(Happened::Seen(project(), vec!["a".into()]));
    assert_eq!(after(steps.clone()).after(project()), [id(1)]);
    let mut shown = steps.clone();
    shown.push(Happened::Seen(project(), vec!["b".into(), "c".into()]));
    assert!(after(shown).after(project()).is_empty());
    // A fetch ends it only if it began after the answer.
    let mut fetched = steps.clone();
    fetched.push(Happened::Fetched(None, Timestamp(5)));
    assert_eq!(after(fetched).after(project()), [id(1)]);
    steps.push(Happened::Fetched(Some(project()), Timestamp(6)));
    assert!(after(steps).after(project()).is_empty());
}

#[test]
fn a_refused_command_stays_with_its_text_until_its_author_deletes_it() {
    let answer = Answered {
        id: id(1),
        told: Told::Refused("原因".into()),
    };
    let mut steps = vec![
        Happened::Made(Box::new(edit(1, "x"))),
        Happened::Answered(vec![answer], Timestamp(5)),
    ];
    let outbox = after(steps.clone());
    assert!(matches!(
        outbox.status(project(), &name()),
        FieldStatus::Refused(_)
    ));
    assert!(outbox.edits(project()).is_empty());
    assert!(outbox.next_batch().0.is_empty());
    assert_eq!((outbox.waiting(), outbox.refused().count()), (0, 1));
    steps.push(Happened::Deleted(id(1)));
    assert_eq!(after(steps).status(project(), &name()), FieldStatus::Idle);
}

#[test]
fn commands_of_an_earlier_page_are_sent_again_in_their_order() {
    let mut late = edit(2, "y");
    late.standing = Standing::Sending;
    let record = serde_json::to_string(&late).unwrap();
    let late: Item = serde_json::from_str(&record).unwrap();
    let outbox = after(vec![Happened::Loaded(vec![late, edit(1, "x")])]);
    let (batch, json) = outbox.next_batch();
    assert_eq!(batch, [id(1), id(2)]);
    let sent: Vec<Envelope> = serde_json::from_str(&json).unwrap();
    assert_eq!(sent[1].id, id(2));
}

#[test]
fn what_was_put_on_the_browsers_disk_reads_back() {
    let mut item = edit(1, "x");
    for standing in [
        Standing::Waiting,
        Standing::Sending,
        Standing::Refused("计划竣工时间早于计划开工时间".into()),
    ] {
        item.standing = standing;
        let record = serde_json::to_string(&item).unwrap();
        assert_eq!(crate::client::json::read::<Item>(&record).unwrap(), item);
    }
}
