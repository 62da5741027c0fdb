//! Every kind of companion record over the real routes, none left out: a node lists it with its columns, and the least a person
//! can write of it is written, read back and has its author in the history, or is refused by a rule with a sentence.

use std::collections::BTreeMap;

use shared::api::{RecordChange, RecordOption, RecordType, Records};
use shared::command::{Command, Refusal};
use shared::field::{Column, Kind, Place, Table};
use shared::ids::{ProjectId, RowId};
use shared::profile::Profile;
use shared::records;
use shared::value::Value as Cell;

use super::records::Visit;
use super::*;

const AUTHOR: &str = "周山";

fn row(number: usize) -> RowId {
    RowId::from_parts(1_795_000_000_000 + number as u64, [1; 10])
}

/// The address of a kind's rows.
fn address(table: Table, project: ProjectId) -> String {
    match table.place() {
        Place::Project | Place::Oversight => format!("table={}&project={project}", table.id()),
        _ => format!("table={}", table.id()),
    }
}

/// Something that fits a column: an option the form offers where it offers any.
fn fitting(column: Column, kind: &RecordType, page: &Records, project: ProjectId) -> Cell {
    let of = kind.columns.iter().find(|known| known.column == column);
    let offered = |all: &[RecordOption]| all.first().map(|first| first.id.clone());
    let option = of
        .and_then(|column| offered(&column.options))
        .or_else(|| offered(page.choices.get(&column)?));
    match column.kind() {
        Kind::Money => Cell::Int(1_000_000),
        Kind::Percent => Cell::Int(50),
        Kind::Count if column == Column::Year => Cell::Int(2026),
        Kind::Count => Cell::Int(1),
        Kind::Flag => Cell::Bool(true),
        Kind::Date => Cell::Text("2026-11-03".to_owned()),
        Kind::Years => Cell::Text("2026..2027".to_owned()),
        Kind::Moment => Cell::Int(1_795_000_000_000),
        Kind::Text if column == Column::Period => Cell::Text("2026-10".to_owned()),
        Kind::Reference if column == Column::Project => Cell::Text(project.to_string()),
        Kind::Reference => Cell::Text(option.unwrap_or_else(|| row(999).to_string())),
        _ => Cell::Text(option.unwrap_or_else(|| "记一笔".to_owned())),
    }
}

/// What writing the least row of a kind came to here: nothing when it was written, else the refusal.
async fn least(
    visit: &Visit<'_>,
    table: Table,
    number: usize,
    project: ProjectId,
) -> Option<Refusal> {
    let of = address(table, project);
    let types = visit.get(&format!("/api/v1/record-types?{of}")).await;
    let types: Vec<RecordType> = serde_json::from_slice(types.body()).unwrap();
    let kind = types.first().unwrap();
    let listed: Vec<_> = kind.columns.iter().map(|column| column.column).collect();
    assert_eq!(listed, table.columns(), "{table:?}");
    let needed = kind.columns.iter().filter(|column| column.needed);
    let needed: Vec<_> = needed.map(|column| column.column).collect();
    assert!(table.needs().iter().all(|column| needed.contains(column)));
    assert!(kind.columns.iter().all(|column| !column.label.is_empty()));

    let page = visit.get(&format!("/api/v1/records?{of}")).await;
    let page: Records = serde_json::from_slice(page.body()).unwrap_or_else(|_| Records {
        kind: kind.clone(),
        project: None,
        unit: None,
        of: String::new(),
        heads: Vec::new(),
        writing: "no".to_owned(),
        refusal: String::new(),
        choices: BTreeMap::new(),
        note: String::new(),
        rows: Vec::new(),
    });
    let also: Vec<_> = ALSO.iter().filter(|(of, ..)| *of == table).collect();
    let mut columns = if needed.is_empty() {
        listed[..1].to_vec()
    } else {
        needed
    };
    columns.extend(also.iter().map(|(_, column, _)| *column));
    let cell = |column: Column| {
        let told = also
            .iter()
            .find(|(_, also, text)| *also == column && !text.is_empty());
        match told {
            Some((.., text)) => (column, Cell::from(*text)),
            None => (column, fitting(column, kind, &page, project)),
        }
    };
    let set: BTreeMap<Column, Cell> = columns.into_iter().map(cell).collect();
    let in_project = matches!(table.place(), Place::Project | Place::Oversight);
    let command = Command::Record {
        project: in_project.then_some(project),
        unit: None,
        table,
        row: row(number),
        set: set.clone(),
        on_behalf: None,
    };
    let answer = visit.answer(&json!(command)).await;
    let outcome = &answer["outcome"];
    if outcome["outcome"] == "refused" {
        assert!(!answer["sentence"].as_str().unwrap().is_empty(), "{answer}");
        return Some(serde_json::from_value(outcome.clone()).unwrap());
    }
    assert_eq!(outcome["outcome"], "done", "{table:?}: {answer}");

    // Read back: the row says what was written, and by whom.
    let page = visit.get(&format!("/api/v1/records?{of}")).await;
    let page: Records = serde_json::from_slice(page.body()).unwrap();
    let key = row(number).to_string();
    let found = page.rows.iter().find(|found| found.row == key).unwrap();
    for (column, value) in &set {
        assert_eq!(&found.cells[column].value, value, "{table:?} {column:?}");
        assert!(!found.cells[column].shown.is_empty());
    }
    assert_eq!(found.by.as_ref().unwrap().name, AUTHOR, "{table:?}");
    let history = format!("/api/v1/records/history?{of}&row={key}");
    let changes: Vec<RecordChange> =
        serde_json::from_slice(visit.get(&history).await.body()).unwrap();
    for column in set.keys() {
        let change = changes.iter().find(|change| change.column == *column);
        let change = change.unwrap_or_else(|| panic!("{table:?} {column:?}: {changes:?}"));
        assert_eq!(change.by.name, AUTHOR, "{table:?} {column:?}");
        assert_eq!(
            change.new, found.cells[column].shown,
            "{table:?} {column:?}"
        );
    }
    None
}

/// What a rule of this county asks beside what every row of the kind needs.
const ALSO: &[(Table, Column, &str)] = &[
    (Table::PlanSteps, Column::Year, "2026"),
    (Table::IssueSteps, Column::Act, "handling"),
    (Table::IssueRulings, Column::Act, "listed"),
    (Table::UnitIssueSteps, Column::Act, "handling"),
    (Table::UnitIssueRulings, Column::Act, "listed"),
    (Table::AcceptanceSteps, Column::AcceptanceItem, ""),
    (Table::EnvContacts, Column::Basis, ""),
    (Table::Nominations, Column::Project, ""),
    (Table::Requests, Column::RequestAct, "other"),
    (Table::Requests, Column::Text, ""),
    (Table::Exceptions, Column::ExceptionRule, "KZ-2.4.4"),
    (Table::ScoreSheets, Column::Period, "2026-Q3"),
    (Table::ScoreSheets, Column::Topic, "regular"),
    (Table::ScoreValues, Column::Indicator, "inspection_result"),
    (Table::Holidays, Column::Text, "2026-10-01..2026-10-07"),
];

/// Kinds of kaizhou whose least row no node writes, with the rule that says what must come first.
const REFUSED: &[(&str, &str)] = &[
    ("plan_steps", "domain 2.H"),
    ("issue_rulings", "domain 7.2"),
    ("unit_issue_rulings", "domain 7.2"),
    ("acceptance_steps", "domain 2.H"),
    ("agency_steps", "KZ-2.6"),
    ("agency_contracts", "KZ-2.6"),
    ("duty_notes", "domain 2.H"),
    ("transitions", "domain 3.4"),
    ("decisions", "KZ-2.2.1"),
    ("expansions", "domain 13"),
    ("replacements", "domain 3.4"),
    ("nominations", "KZ-2.4.1"),
    ("profiles", "D-47"),
    ("profile_applies", "D-47"),
    ("list_editions", "KZ-2.4.1"),
    ("publications", "KZ-2.9.1"),
    ("rankings", "engine"),
    ("holidays", "domain 0.4.5"),
    ("rewards", "domain 2.H"),
];

/// Writes the least row of every kind at one node: nothing where it was written, else the refusal.
async fn every_kind(role: NodeRole) -> BTreeMap<&'static str, Option<Refusal>> {
    let house = House::build_as(role).await;
    let head = match role {
        NodeRole::Node => Role::Head,
        NodeRole::Hub => Role::HubHead,
    };
    let visit = Visit::of(&house, AUTHOR, head).await;
    let project = ProjectId::from_parts(1_795_000_000_000, [1; 10]);
    let create = json!({"do": "create_project", "project": project, "home": house.node.info.unit, "set": {"name": "青山大桥"}});
    visit.done(create).await;
    let mut became: BTreeMap<_, _> = BTreeMap::new();
    // Twice: some name rows of tables that come later.
    for round in 0..2 {
        for (number, table) in records::kinds().enumerate() {
            if let Some(None) = became.get(table.id()) {
                continue;
            }
            let refusal = least(&visit, table, number + round * 1_000, project).await;
            became.insert(table.id(), refusal);
        }
    }
    became
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_record_is_written_read_back_or_refused_by_a_rule() {
    let profile = Profile::built_in("kaizhou").unwrap();
    let (mut nowhere, mut ruleless) = (Vec::new(), Vec::new());
    let township = every_kind(NodeRole::Node).await;
    let hub = every_kind(NodeRole::Hub).await;
    for table in records::kinds() {
        let refusals = [&township[table.id()], &hub[table.id()]];
        for refusal in refusals.into_iter().flatten() {
            if refusal.rule.as_deref().unwrap_or("").is_empty() {
                ruleless.push((table, refusal.why.clone()));
            }
        }
        // The hub's own words count: a township is told that the act is the hub's.
        let [Some(_), Some(refusal)] = refusals else {
            assert!(
                records::is_on(table, &profile),
                "{table:?} is kept elsewhere"
            );
            continue;
        };
        let rule = refusal.rule.as_deref().unwrap_or("");
        if records::is_on(table, &profile) {
            nowhere.push((table.id(), rule));
        } else {
            assert!(rule.starts_with("domain 13"), "{table:?}: {rule}");
        }
    }
    assert_eq!(ruleless, []);
    assert_eq!(nowhere, REFUSED);
}
