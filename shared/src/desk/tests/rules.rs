//! A county changes its rules: decided and applied at the hub, brought to a node, and what was judged stays judged.

use super::*;
use crate::api::Timeliness;
use crate::rulebook::rulebook;
use crate::rules::workdays::WorkCalendar;
use crate::text::Lang;
use crate::time::Date;

const REPORT: &str = "kz.progress";

/// The county's file with reports due on the 25th.
fn due_on_25th() -> String {
    let text = Profile::json("kaizhou").unwrap();
    text.replacen("\"monthly:last\"", "\"monthly:25\"", 1)
}

fn noon(day: &str) -> Timestamp {
    day.parse::<Date>().unwrap().at(12, 0, 0)
}

fn propose(number: u8, file: String, from: &str) -> Command {
    let set = [
        (Column::Profile, file.into()),
        (Column::EffectiveFrom, from.into()),
        (Column::Number, "decided on 18 November".into()),
    ];
    record(Table::Profiles, number, set)
}

fn apply(number: u8, version: u8) -> Command {
    let set = [(Column::ProfileVersion, row(version).to_string().into())];
    record(Table::ProfileApplies, number, set)
}

fn record<const N: usize>(table: Table, number: u8, set: [(Column, Value); N]) -> Command {
    Command::Record {
        project: None,
        unit: None,
        table,
        row: row(number),
        set: BTreeMap::from(set),
        on_behalf: None,
    }
}

fn due(node: &mut Node, month: &str) -> String {
    let rules = rulebook(&mut node.library, &node.store, &node.profile).unwrap();
    let judging = rules.history.judging(REPORT, month);
    let due = judging.due(judging.report_of(REPORT).unwrap(), month.parse().unwrap());
    due.unwrap().date().to_string()
}

fn timeliness(node: &mut Node, month: &str) -> Timeliness {
    let question = Question {
        profile: &node.profile,
        now: node.now,
        month: month.parse().unwrap(),
        lang: crate::text::Lang::Zh,
    };
    let report = board::report(&mut node.library, &node.store, &question, town(), REPORT);
    report.unwrap().view.timeliness
}

fn file_month(number: u8, month: &str) -> Command {
    Command::File {
        filing: row(number),
        unit: town(),
        ledger: REPORT.into(),
        period: month.into(),
        lines: Vec::new(),
        follows: None,
        on_behalf: None,
    }
}

#[test]
fn a_late_filing_stays_late_and_the_next_month_has_the_new_day() {
    let (mut township, mut hub) = pair();
    let clerk = actor(Role::Clerk);
    let bridge = create(&mut township, 1);
    let nil = |month: &str| {
        edit(
            bridge,
            &[(&format!("{month}/month_nil"), "procedures".into())],
        )
    };
    township.now = noon("2026-11-02");
    for month in ["2026-10", "2026-11", "2026-12"] {
        assert!(is_done(&township.run(&clerk, nil(month))));
    }
    assert!(is_done(&township.run(&clerk, file_month(1, "2026-10"))));
    exchange(&mut township, &mut hub);
    assert_eq!(timeliness(&mut township, "2026-10"), Timeliness::Late);

    hub.now = noon("2026-11-18");
    let decided = propose(30, due_on_25th(), "2026-12-01");
    assert!(is_done(&hub.run(&actor(Role::HubHead), decided)));
    assert_eq!(
        due(&mut hub, "2026-12"),
        "2026-12-31",
        "nobody applied it yet"
    );
    hub.now = noon("2026-11-19");
    assert!(is_done(&hub.run(&actor(Role::Admin), apply(31, 30))));
    assert_eq!(due(&mut hub, "2026-11"), "2026-11-30");
    assert_eq!(due(&mut hub, "2026-12"), "2026-12-25");
    assert_eq!(
        due(&mut township, "2026-12"),
        "2026-12-31",
        "it has not heard yet"
    );
    exchange(&mut township, &mut hub);

    // From here on the node is on its own.
    assert_eq!(due(&mut township, "2026-12"), "2026-12-25");
    township.now = noon("2026-11-28");
    assert!(is_done(&township.run(&clerk, file_month(2, "2026-11"))));
    township.now = noon("2026-12-28");
    assert!(is_done(&township.run(&clerk, file_month(3, "2026-12"))));
    exchange(&mut township, &mut hub);
    for node in [&mut township, &mut hub] {
        for (month, expected) in [
            ("2026-10", Timeliness::Late),
            ("2026-11", Timeliness::OnTime),
            ("2026-12", Timeliness::Late),
        ] {
            assert_eq!(timeliness(node, month), expected, "{month}");
        }
    }
}

#[test]
fn a_version_applied_after_its_date_counts_from_its_application() {
    let (_, mut hub) = pair();
    hub.now = noon("2026-11-18");
    let decided = propose(30, due_on_25th(), "2026-11-20");
    assert!(is_done(&hub.run(&actor(Role::HubHead), decided)));
    hub.now = noon("2026-11-27");
    assert!(is_done(&hub.run(&actor(Role::Admin), apply(31, 30))));
    assert_eq!(due(&mut hub, "2026-11"), "2026-11-30");
    assert_eq!(due(&mut hub, "2026-12"), "2026-12-25");
}

#[test]
fn a_version_this_program_cannot_read_is_passed_over_and_named() {
    let (mut township, mut hub) = pair();
    hub.now = noon("2026-11-18");
    let decided = propose(30, due_on_25th(), "2026-11-18");
    assert!(is_done(&hub.run(&actor(Role::HubHead), decided)));
    assert!(is_done(&hub.run(&actor(Role::Admin), apply(31, 30))));
    // A newer hub's file, with a key this program does not know.
    let newer = due_on_25th().replacen("\"offline_grace_hours\"", "\"grace_hours\"", 1);
    let cell =
        |table, number, column, value: Value| (FieldPath::cell(table, row(number), column), value);
    let at = Value::Int(noon("2026-11-19").0);
    let rows = vec![
        cell(Table::Profiles, 40, Column::Profile, newer.into()),
        cell(
            Table::Profiles,
            40,
            Column::EffectiveFrom,
            "2026-11-19".into(),
        ),
        cell(
            Table::ProfileApplies,
            41,
            Column::ProfileVersion,
            row(40).to_string().into(),
        ),
        cell(Table::ProfileApplies, 41, Column::At, at),
    ];
    hub.turn(|library, turn, context, _| {
        super::record(
            library,
            turn,
            context,
            &DocumentId::County(2026),
            rows,
            None,
        )
        .unwrap();
    });
    exchange(&mut township, &mut hub);
    township.now = noon("2026-12-01");
    let read = rulebook(&mut township.library, &township.store, &township.profile).unwrap();
    let ignored: Vec<_> = read.ignored.iter().map(|(id, _)| *id).collect();
    assert_eq!(ignored, [row(40)]);
    assert!(read.ignored[0].1.to_string().contains("grace_hours"));
    assert_eq!(due(&mut township, "2026-12"), "2026-12-25");
    let parsed = Arc::as_ptr(read.history.at(township.now));
    // More rows in the county's document: the version is the same value, not parsed again.
    hub.run(
        &actor(Role::HubHead),
        propose(50, due_on_25th(), "2027-01-01"),
    );
    exchange(&mut township, &mut hub);
    let again = rulebook(&mut township.library, &township.store, &township.profile).unwrap();
    assert!(!Arc::ptr_eq(&read, &again));
    assert_eq!(Arc::as_ptr(again.history.at(township.now)), parsed);
}

#[test]
fn both_acts_stand_in_the_audit_trail_with_both_names() {
    let (_, mut hub) = pair();
    hub.now = noon("2026-11-18");
    let begun = hub.now;
    let (head, admin) = (actor(Role::HubHead), actor(Role::Admin));
    assert!(is_done(
        &hub.run(&head, propose(30, due_on_25th(), "2026-12-01"))
    ));
    assert!(is_done(&hub.run(&admin, apply(31, 30))));
    let lines = audit_entries(&hub.store, begun, hub.now, 10).unwrap();
    let version = row(30).to_string();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let of = line.reason.starts_with(&version);
            (line.what.as_str(), line.name.as_str(), line.role, of)
        })
        .collect();
    let expected = [
        ("profiles", head.name.as_str(), Role::HubHead, true),
        ("profile_applies", admin.name.as_str(), Role::Admin, true),
    ];
    assert_eq!(told, expected);
}

/// A year's holidays are published at the hub and counted at the node that was brought them.
#[test]
fn a_years_holidays_reach_the_townships() {
    let (mut township, mut hub) = pair();
    let notice = |number: u8, year: &str, day: &str| {
        let file = format!(
            r#"{{"year":2031,"holidays":["2031-01-01","{day}"],"workdays":[],"source":"notice"}}"#
        );
        let set = [(Column::Year, year.into()), (Column::Text, file.into())];
        record(Table::Holidays, number, set)
    };
    let left = |node: &mut Node| {
        let rules = rulebook(&mut node.library, &node.store, &node.profile).unwrap();
        let worked = WorkCalendar::of(&rules.history.at(node.now).calendar, &rules.rows);
        let day = |text: &str| text.parse::<Date>().unwrap();
        worked.left(day("2031-01-06"), day("2031-01-10")).ok()
    };
    let officer = actor(Role::HubOfficer);
    // Nobody counts what is not known, and nobody but the hub says it.
    assert_eq!(left(&mut hub), None);
    let clerk = township.run(&actor(Role::Clerk), notice(1, "2031", "2031-01-08"));
    assert!(matches!(clerk, Outcome::Refused(_)));
    // A file that is no notice of its year is refused whole.
    for (year, day) in [("2031", "2029-05-01"), ("2030", "2031-01-08")] {
        let Outcome::Refused(refusal) = hub.run(&officer, notice(2, year, day)) else {
            panic!("{year} {day}");
        };
        assert!(matches!(refusal.why, Why::Unsound(_)), "{refusal:?}");
    }
    let done = hub.run(&officer, notice(3, "2031", "2031-01-08"));
    assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
    assert_eq!(left(&mut hub), Some(3));
    assert_eq!(left(&mut township), None);
    exchange(&mut township, &mut hub);
    assert_eq!(left(&mut township), Some(3));
    // The year published again is corrected.
    hub.run(&officer, notice(4, "2031", "2031-01-11"));
    exchange(&mut township, &mut hub);
    assert_eq!(left(&mut township), Some(4));
}

#[test]
fn the_list_of_versions_says_how_each_stands_and_who_applied_it() {
    let (mut township, mut hub) = pair();
    let listed = |node: &mut Node| {
        let rules = rulebook(&mut node.library, &node.store, &node.profile).unwrap();
        let clerk = actor(Role::Clerk);
        let question = view::RecordsQuestion {
            profile: rules.history.at(node.now),
            rules: &rules,
            actor: &clerk,
            lang: Lang::Zh,
            now: node.now,
            project: None,
            unit: None,
        };
        let found = view::records(
            &mut node.library,
            &node.store,
            &question,
            Table::Profiles,
            &BTreeMap::new(),
        );
        let view::Looked::Found(found) = found.unwrap() else {
            panic!("everybody reads what is published")
        };
        let notes = found.rows.iter().map(|row| row.notes.join("；"));
        (found.note.clone(), notes.collect::<Vec<_>>(), found)
    };
    hub.now = noon("2026-11-18");
    let (note, rows, _) = listed(&mut hub);
    assert!(note.contains("2022-09-20"), "{note}");
    assert!(rows.is_empty());
    let decided = propose(30, due_on_25th(), "2026-11-20");
    assert!(is_done(&hub.run(&actor(Role::HubHead), decided)));
    assert_eq!(listed(&mut hub).1, ["待应用"]);
    assert!(is_done(&hub.run(&actor(Role::Admin), apply(31, 30))));
    exchange(&mut township, &mut hub);
    township.now = noon("2026-11-19");
    let (note, rows, _) = listed(&mut township);
    assert!(!note.is_empty());
    let waiting = "未到生效日，自 2026-11-20 00:00:00 起；应用：";
    assert!(rows[0].starts_with(waiting), "{rows:?}");
    let by = actor(Role::Admin).user.to_string();
    assert!(
        rows[0].contains(&format!("：{by} 2026-11-18 12:00")),
        "{rows:?}"
    );
    township.now = noon("2026-11-20");
    let (note, rows, found) = listed(&mut township);
    assert_eq!(note, "");
    assert!(rows[0].starts_with("现行，自 2026-11-20"), "{rows:?}");
    // The file itself is named, not poured out.
    let name = &township.profile.name_zh;
    assert_eq!(&found.rows[0].cells[&Column::Profile].shown, name);
    assert_eq!(
        found.rows[0].cells[&Column::EffectiveFrom].shown,
        "2026-11-20"
    );
}
