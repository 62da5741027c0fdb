//! The counting by itself; what a hub makes of it is simulated in `tests/it/sim.rs`.

use super::*;

const DAY: i64 = 86_400_000;

fn at(ms: i64) -> Timestamp {
    Timestamp(1_795_000_000_000 + ms)
}

fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 32])
}

#[test]
fn the_third_strike_within_a_day_is_one_too_many() {
    let check = |moments: &[i64], wanted: &[bool]| {
        let mut record = Record::default();
        let found: Vec<bool> = moments
            .iter()
            .map(|ms| record.strike(at(*ms), Reason::BadOperation))
            .collect();
        assert_eq!(found, wanted, "{moments:?}");
    };
    check(&[0, 1, 2], &[false, false, true]);
    check(&[0, DAY / 2, DAY - 1], &[false, false, true]);
    check(&[0, DAY / 2, DAY], &[false, false, false]);
    check(&[0, DAY / 2, DAY, DAY + 1], &[false, false, false, true]);
    check(&[0, 1, 2, 3], &[false, false, true, true]);
    // A clock that was put back.
    check(&[DAY, 0, 1], &[false, false, true]);
    // By ten years, once: what was counted then counts for a day from there.
    let ahead = 3_660 * DAY;
    check(&[ahead, 0, DAY, DAY + 1], &[false; 4]);
}

#[test]
fn what_is_remembered_reads_back() {
    let mut record = Record::default();
    assert_eq!(record.shown(), None);
    for (ms, reason) in [(1, Reason::Malformed), (5, Reason::Breaks)] {
        record.strike(at(ms), reason);
        let shown = record.shown().expect("a strike is shown");
        assert_eq!((shown.kind, shown.at), (AlarmKind::Struck, at(ms)));
        assert_eq!(shown.reason, reason.id());
    }
    for kind in [
        AlarmKind::Suspended,
        AlarmKind::Flooded,
        AlarmKind::Forged,
        AlarmKind::Struck,
    ] {
        record.alarm = Some((kind, Reason::OutOfScope, at(9)));
        let store = crate::store::MemoryStore::new();
        let mut turn = Turn::new(&store);
        record.save(&mut turn, node(1));
        let watch = Watch::load(&turn, &[]).expect("it reads back");
        assert_eq!(watch.records.get(&node(1)), Some(&record));
        let shown = watch.alarm(node(1)).expect("an alarm");
        assert_eq!((shown.kind, shown.strikes), (kind, 2));
        assert_eq!(watch.alarm(node(2)), None);
    }
    assert!(Record::decode(&[9, 9]).is_err());
}

#[test]
fn a_minutes_bytes_run_out_and_come_back_with_time() {
    let mut watch = Watch::default();
    let half = usize::try_from(MINUTE_BYTES_MAX / 2).expect("it fits");
    let mut takes = |ms, number, bytes| watch.takes(at(ms), node(number), bytes, MINUTE_BYTES_MAX);
    assert!(takes(0, 1, half));
    assert!(takes(0, 1, half));
    assert!(!takes(10, 1, 20_000), "the minute is full");
    assert!(takes(10, 2, half), "each has its own");
    assert!(takes(31_000, 1, half), "half a minute later");
    assert!(!takes(31_000, 1, half));
    // A clock that was put back gives nothing and takes nothing.
    assert!(!takes(0, 1, half));
    assert!(takes(120_000, 1, half));
}

#[test]
fn quarantine_has_room_for_each_node_and_gives_it_back() {
    let mut watch = Watch::default();
    let half = usize::try_from(QUARANTINE_BYTES_MAX / 2).expect("it fits");
    assert!(watch.note_refused(node(1), half));
    assert!(watch.note_refused(node(1), half));
    assert!(!watch.take_unkept());
    assert!(!watch.note_refused(node(1), 1));
    assert!(watch.note_refused(node(2), half));
    assert!(watch.take_unkept() && !watch.take_unkept());
    watch.let_go(node(1), half);
    assert!(watch.note_refused(node(1), half));
}

#[test]
fn whoever_shows_a_true_seal_is_not_blamed_for_what_it_stands_for() {
    let mut watch = Watch::default();
    watch.note_reason(Reason::MissingDependency, &[1; 32]);
    watch.vouch([[1; 32]].into_iter());
    watch.note_reason(Reason::ForeignActor, &[1; 32]);
    assert_eq!((watch.struck, watch.forged), (None, None));
    watch.note_reason(Reason::Malformed, &[1; 32]);
    watch.note_reason(Reason::OutOfScope, &[2; 32]);
    assert_eq!(watch.struck, Some(Reason::Malformed));
    assert_eq!(watch.forged, Some(Reason::OutOfScope));
}
