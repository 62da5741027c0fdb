//! What the hub says of single cells of a report it returns, and what a unit says when it corrects what it filed.

use std::collections::BTreeMap;

use super::*;
use crate::command::CellRef;
use crate::rules::report::CellNote;

const DONE: &str = "2026-11/month_done_fen";
const NIL: &str = "2026-11/month_nil";

fn question(profile: &Arc<Profile>, now: Timestamp) -> Question<'_> {
    Question {
        profile,
        now,
        month: Month::new(2026, 11).unwrap(),
        lang: crate::text::Lang::Zh,
    }
}

/// What the unit's month says of a field of a project.
fn mark(node: &mut Node, project: ProjectId, field: &str) -> Option<String> {
    let profile = node.profile.clone();
    let asked = question(&profile, node.now);
    let month = board::report(
        &mut node.library,
        &node.store,
        &asked,
        town(),
        "kz.progress",
    );
    let rows = month.unwrap().view.rows;
    let row = rows.into_iter().find(|row| row.row.id == project)?;
    row.marks.get(field)?.as_text().map(str::to_owned)
}

fn notes(node: &mut Node) -> Vec<CellNote> {
    let profile = node.profile.clone();
    let asked = question(&profile, node.now);
    let of = ("kz.progress", "2026-11");
    let sheet = board::sheet(&mut node.library, &node.store, &asked, town(), of);
    sheet.unwrap().unwrap().notes
}

fn review(number: u8, accepted: bool, cells: &[(ProjectId, &str, &str)]) -> Command {
    let cell = |(project, at, said): &(ProjectId, &str, &str)| {
        let (project, path) = (*project, path(at));
        (CellRef { project, path }, (*said).to_owned())
    };
    Command::ReviewFiling {
        review: row(number),
        unit: town(),
        filing: row(1),
        accepted,
        reason: "see the cells".into(),
        cells: cells.iter().map(cell).collect::<BTreeMap<_, _>>(),
    }
}

#[test]
fn a_returned_cell_says_why_until_it_is_changed_and_a_correction_says_its_reason() {
    let (mut township, mut hub) = pair();
    let (clerk, officer) = (actor(Role::Clerk), actor(Role::HubOfficer));
    let (first, second) = (create(&mut township, 1), create(&mut township, 2));
    township.run(&clerk, edit(first, &[(DONE, Value::Int(5_000_000))]));
    township.run(&clerk, edit(second, &[(NIL, "procedures".into())]));
    assert!(is_done(&township.run(&clerk, file(1, None))));
    exchange(&mut township, &mut hub);

    // Only cells of what was filed can be returned, each with a sentence, and only with a return.
    let stranger = ProjectId::from_parts(9, [9; 10]);
    for (wrong, why_not) in [
        (review(8, false, &[(stranger, DONE, "x")]), Why::NotFound),
        (review(8, false, &[(first, DONE, " ")]), Why::ReasonMissing),
        (review(8, true, &[(first, DONE, "x")]), Why::NotFound),
    ] {
        assert_eq!(why(hub.run(&officer, wrong)), why_not);
    }
    let said = [(first, DONE, "与台账不符"), (second, NIL, "请说明原因")];
    assert!(is_done(&hub.run(&officer, review(9, false, &said))));
    exchange(&mut township, &mut hub);
    let returned = mark(&mut township, first, "month_done_fen").unwrap();
    assert_eq!(returned, "退回意见：与台账不符");
    assert_eq!(notes(&mut township).len(), 2);

    // What is changed says nothing more; the other cell still does.
    township.run(&clerk, edit(first, &[(DONE, Value::Int(6_000_000))]));
    let open = notes(&mut township).into_iter();
    let open: Vec<_> = open.map(|note| (note.returned, note.project)).collect();
    assert_eq!(open, [(true, second)]);
    assert_eq!(mark(&mut township, first, "month_done_fen"), None);
    assert!(mark(&mut township, second, "month_nil").is_some());
    assert!(is_done(&township.run(&clerk, file(2, None))));
    assert!(notes(&mut township).is_empty());

    // After filing a change names its reason, and both sides read it beside the cell.
    let correct = |reason: &str| Command::Edit {
        project: first,
        set: BTreeMap::from([(path(DONE), Value::Int(7_000_000))]),
        on_behalf: Some(reason.to_owned()),
    };
    assert_eq!(why(township.run(&clerk, correct(" "))), Why::ReasonMissing);
    assert!(is_done(&township.run(&clerk, correct("监理复核后核减"))));
    exchange(&mut township, &mut hub);
    for node in [&mut township, &mut hub] {
        let said = mark(node, first, "month_done_fen").unwrap();
        assert!(said.contains("原报 6 万元"), "{said}");
        assert!(said.contains("原因：监理复核后核减"), "{said}");
        let noted = notes(node);
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert!(!noted[0].returned);
    }
}
