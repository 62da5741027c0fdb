//! What the engine says of the fixed county: one function for each subject. Each calls the rules and prints their answers, never the
//! profile itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use shared::command::Actor;
use shared::field::{Column, Table};
use shared::ids::RowId;
use shared::profile::{Mode, Profile};
use shared::rules::guards::Ask;
use shared::rules::obligations::{Asked, Ground as Owed, Whose, obligations};
use shared::rules::{
    Entry, Look, World, eligibility, gates, lists, report, responsibility, scores, verdicts,
};
use shared::time::{Date, Timestamp};
use shared::value::Value;

use super::ground::Ground;

/// A question to the engine: the county as it stands, under this profile.
pub type Question = fn(&Ground, &Profile) -> String;

/// Every question, the cheap ones first.
pub const QUESTIONS: &[(&str, Question)] = &[
    ("warnings", warned),
    ("units", counted),
    ("scores", scored),
    ("eligibility", fits),
    ("slots", named),
    ("windows", windows),
    ("gates", open_gates),
    ("deadlines", deadlines),
    ("obligations", owed),
    ("years", owed_by_year),
];

fn world<'a>(ground: &'a Ground, profile: &'a Profile) -> World<'a> {
    World {
        profile,
        ..ground.county.world()
    }
}

fn day(year: i16, month: u8, day: u8) -> Date {
    format!("{year:04}-{month:02}-{day:02}")
        .parse()
        .expect("a day")
}

fn days(year: i16) -> impl Iterator<Item = Date> {
    let first = day(year, 1, 1);
    (0..366).map(move |number| first.plus_days(number))
}

/// Counts that differ from what the source says.
fn warned(_: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    for finding in profile.warnings() {
        let _ = writeln!(said, "{} {}", finding.path, finding.message);
    }
    said
}

/// How many units there are, where the source counts another number.
fn counted(ground: &Ground, profile: &Profile) -> String {
    let world = world(ground, profile);
    let look = Look::new(&world, ground.county.now);
    format!(
        "{:?}",
        verdicts::county(&look, &[], Vec::new(), Vec::new()).units
    )
}

/// Which indicators count in each month and quarter.
fn scored(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let months = (1..=12).map(|month| format!("{}-{month:02}", ground.year));
    let quarters = (1..=4).map(|quarter| format!("{}-Q{quarter}", ground.year));
    let others = [format!("{}-S1", ground.year), ground.year.to_string()];
    for period in months.chain(quarters).chain(others) {
        for scheme in &profile.assess.schemes {
            let active = scores::active(scheme, &period);
            let ids: Vec<_> = active.iter().map(|one| &one.id).collect();
            let due = scores::is_due_for(scheme, &period);
            let _ = writeln!(said, "{period} {} {due} {ids:?}", scheme.id);
        }
    }
    said
}

/// Whether projects at the borders may enter each programme, which modes refuse, what may be excepted, who comes first, who is on a list.
fn fits(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let border = World {
        profile,
        ..ground.border.world()
    };
    for world in [border, world(ground, profile)] {
        let look = Look::new(&world, ground.border.now);
        for view in world.projects.values() {
            for programme in &profile.programmes {
                let verdict = eligibility::check(&look, view, &programme.id, &[]);
                let fails =
                    [Mode::Block, Mode::Override, Mode::Warn].map(|mode| verdict.fails(mode));
                let preferred = eligibility::preferred(&look, view, &programme.id);
                let _ = writeln!(said, "{:?} {fails:?} {preferred:?}", verdict.fit);
            }
            let on: Vec<_> = look
                .rolls()
                .lists_of(view.id)
                .map(|(list, _)| list)
                .collect();
            let _ = writeln!(said, "{on:?}");
        }
        let _ = writeln!(
            said,
            "{:?}",
            gates::exceptable(world.profile).collect::<BTreeSet<_>>()
        );
    }
    said
}

/// The gaps of every project and unit.
fn named(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let world = world(ground, profile);
    let look = Look::new(&world, ground.county.now);
    let units = world.units.values();
    let of_units = units.map(|book| responsibility::unit_gaps(&look, book));
    let of_projects = world
        .projects
        .values()
        .map(|view| responsibility::gaps(&look, view));
    for gaps in of_units.chain(of_projects) {
        for gap in gaps {
            let _ = writeln!(
                said,
                "{} {} {:?} {}",
                gap.slot.id, gap.count, gap.empty, gap.from
            );
        }
        said.push('\n');
    }
    said
}

/// On which days lists take names and may be adjusted, and which are late.
fn windows(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let world = world(ground, profile);
    let head = ground.county.hub_head();
    for day in days(ground.year) {
        let look = Look::new(&world, day.at(12, 0, 0));
        for list in &profile.lists {
            let set = BTreeMap::from([
                (Column::List, Value::from(list.id.as_str())),
                (Column::Year, format!("{:04}", ground.year).into()),
            ]);
            let entry = Entry {
                table: Table::ListEditions,
                row: RowId::from_parts(1 << 40, [9; 10]),
                project: None,
                unit: None,
                set: &set,
                is_new: true,
                actor: &head,
                now: day.at(12, 0, 0),
                on_behalf: false,
            };
            let ask = Ask::about(&look, None).for_list(Some(list)).writing(&entry);
            let adjust = gates::states(&ask, "list_adjust", |_| true);
            let open = adjust.iter().map(|state| match state.is_open() {
                true => String::new(),
                false => format!("{:?}", state.refusal(&ask).why),
            });
            let open: Vec<_> = open.collect();
            let takes = lists::takes_nominations(list, day);
            let _ = writeln!(said, "{} {takes} {open:?}", list.id);
        }
    }
    said
}

/// Every gate before every act, for every project and list: open or not, and what a refusal says.
fn open_gates(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let world = world(ground, profile);
    let look = Look::new(&world, ground.county.now);
    let actors = [
        ground.county.clerk(ground.units[0]),
        ground.county.officer(),
        ground.county.leader(),
    ];
    let views = ground.asked.iter().map(|project| &world.projects[project]);
    for view in views {
        for act in &ground.acts {
            let mut ask = |ask: &Ask<'_>| {
                for state in gates::states(ask, act, |_| true) {
                    let refusal = (!state.is_open()).then(|| state.refusal(ask));
                    let _ = writeln!(said, "{act} {} {refusal:?}", state.clause);
                }
            };
            let plain = Ask::about(&look, Some(view));
            ask(&plain);
            let gates = profile.gates.iter();
            let own = gates.filter(|gate| gate.transition == *act);
            let named: BTreeSet<_> = own.flat_map(|gate| &gate.lists).collect();
            for list in named {
                ask(&plain.for_list(profile.list(list)));
            }
        }
    }
    said.push_str(&issue_gates(ground, &world, &actors));
    for (list, members) in profile.lists.iter().flat_map(|list| {
        let counts = [99, 100, 101, 119, 120, 121];
        counts.map(move |members| (list, members))
    }) {
        let ask = Ask {
            members: Some(members),
            ..Ask::about(&look, None).for_list(Some(list))
        };
        for act in ["list_issue", "list_adjust"] {
            for state in gates::states(&ask, act, |_| true) {
                let _ = writeln!(said, "{members} {}", state.is_open());
            }
        }
    }
    said
}

/// Steps of issues at every level, by a clerk, an officer and a leader.
fn issue_gates(ground: &Ground, world: &World<'_>, actors: &[Actor]) -> String {
    let mut said = String::new();
    let look = Look::new(world, ground.county.now);
    for (project, issue) in ground.issues.iter().take(3) {
        let view = &world.projects[project];
        for actor in actors {
            for level in ["L2", "L3", "L4"] {
                let set = BTreeMap::from([
                    (Column::Issue, Value::from(issue.to_string())),
                    (Column::Act, "escalate".into()),
                    (Column::Level, level.into()),
                ]);
                let entry = Entry {
                    table: Table::IssueSteps,
                    row: RowId::from_parts(1 << 40, [9; 10]),
                    project: Some(*project),
                    unit: None,
                    set: &set,
                    is_new: true,
                    actor,
                    now: ground.county.now,
                    on_behalf: false,
                };
                let ask = Ask::about(&look, Some(view)).writing(&entry);
                for act in &ground.acts {
                    for state in gates::states(&ask, act, |_| true) {
                        let refusal = (!state.is_open()).then(|| state.refusal(&ask));
                        let _ = writeln!(said, "{act} {} {refusal:?}", state.clause);
                    }
                }
            }
        }
    }
    said
}

/// The verdict on every filing.
fn deadlines(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let now = day(ground.year + 1, 1, 1).at(0, 0, 0);
    for book in ground.county.units.values() {
        let filings = report::filings_in(book);
        for filing in &filings {
            let Some(known) = profile.report_of(&filing.ledger) else {
                continue;
            };
            let mut recurrence = known.recurrence.iter();
            let period = recurrence.find_map(|recur| recur.period_of(&filing.period));
            if let Some(period) = period {
                let deadline = report::Deadline::of_period(profile, known, &period);
                let verdict = report::judge(&[filing], deadline, now, None);
                let _ = writeln!(said, "{} {:?}", filing.period, verdict.timeliness);
            }
        }
    }
    said
}

fn ask_owed(ground: &Owed<'_>, from: Date, to: Date, now: Timestamp, said: &mut String) {
    let asked = Asked {
        whose: Whose::All,
        from,
        to,
        now,
    };
    for one in obligations(ground, &asked) {
        let _ = writeln!(
            said,
            "{:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?}",
            one.kind,
            one.rule,
            one.period,
            one.opens,
            one.due,
            one.standing,
            one.verdict,
            one.severity,
            one.subjects.len()
        );
    }
}

/// What is owed in the first full year the rules are in force: as seen in its middle, and when all of it is over.
fn owed(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let world = world(ground, profile);
    let owed = Owed::of(&world);
    let (first, last) = (day(ground.year, 1, 1), day(ground.year + 1, 2, 15));
    for now in [day(ground.year, 6, 12), last] {
        ask_owed(&owed, first, last, now.at(12, 0, 0), &mut said);
    }
    said
}

/// What is owed in the year in which the rules begin.
fn owed_by_year(ground: &Ground, profile: &Profile) -> String {
    let mut said = String::new();
    let world = world(ground, profile);
    let owed = Owed::of(&world);
    let begins = ground.county.profile.effective_from;
    let last = day(ground.year - 1, 12, 31);
    ask_owed(
        &owed,
        begins.plus_days(-30),
        last,
        last.at(23, 59, 59),
        &mut said,
    );
    said
}
