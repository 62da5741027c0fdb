//! Ledgers of records: what leaves comes back and changes nothing, one changed cell is one change, new rows are added once.

use super::*;

use shared::field::{Column, Kind, Rows, Table};
use shared::ids::RowId;
use shared::project::ProjectRow;
use shared::records::{Named, choices, is_on, targets};

use crate::office::list::{self, List};
use crate::office::records::ledger::{self, RecordLedger};
use crate::office::records::sheet::{columns, ledgers, recognise};
use crate::office::workbook::CellValue;

/// A county that keeps a table.
fn county_of(table: Table) -> Profile {
    let mut all = Profile::slugs().map(|slug| Profile::built_in(slug).unwrap());
    all.find(|profile| is_on(table, profile))
        .unwrap_or_else(|| panic!("no county keeps {table:?}"))
}

/// A value as people write it into a column, and where it names another row, that row first.
fn filled(
    view: &mut ProjectView,
    profile: &Profile,
    table: Table,
    column: Column,
) -> Option<Value> {
    let option = |list| {
        let offered = choices(profile, list, Lang::Zh);
        offered
            .first()
            .map_or("其他".to_owned(), |one| one.id.clone())
    };
    Some(match column.kind() {
        Kind::Money => Value::Int(12_345_670_000),
        Kind::Percent => Value::Int(40),
        Kind::Count => Value::Int(12),
        Kind::Flag => Value::Bool(true),
        Kind::Date if column == Column::To => "2027-11-20".into(),
        Kind::Date => "2026-11-20".into(),
        Kind::Choice(list) | Kind::Set(list) => option(list).into(),
        Kind::Long | Kind::CoEdited => "第一行\n第二行，=不是公式".into(),
        Kind::Reference => match targets(table, column) {
            Named::Rows([target, ..]) if table.needs().contains(&column) => {
                put_row(view, profile, *target, 9).to_string().into()
            }
            Named::Free => "附件一".into(),
            _ => return None,
        },
        Kind::Text | Kind::Unit | Kind::Person | Kind::Years => format!("甲{}", column.id()).into(),
        Kind::Moment | Kind::Json | Kind::Rules => return None,
    })
}

/// Puts a whole row into a project.
fn put_row(view: &mut ProjectView, profile: &Profile, table: Table, number: u64) -> RowId {
    let row = RowId::from_parts(number, [3; 10]);
    for column in columns(table) {
        if let Some(value) = filled(view, profile, table, column) {
            let contenders = Vec::new();
            let cell = Cell { value, contenders };
            view.cells.insert(FieldPath::cell(table, row, column), cell);
        }
    }
    row
}

/// A town with one project, judged as the head of its hub.
fn town(table: Table) -> (World, ProjectId) {
    let profile = county_of(table);
    let mut world = World {
        words: Words::of(&profile),
        profile,
        ..World::default()
    };
    let named = "项目名称,总投资（万元）\n河东大桥,1200\n河西公园,300\n";
    world.import(&parse(named.as_bytes(), "项目.csv"));
    let project = world.named("河东大桥").id;
    let actor = Actor {
        role: Role::HubHead,
        at_hub: true,
        ..world.actor.clone()
    };
    world.actor = actor;
    (world, project)
}

fn written(world: &World, table: Table, is_template: bool) -> Workbook {
    parse(&file(world, table, is_template), "表.xlsx")
}

fn file(world: &World, table: Table, is_template: bool) -> Vec<u8> {
    let views: Vec<ProjectView> = world.projects.values().cloned().collect();
    let names: Vec<_> = views
        .iter()
        .map(|view| (view.id, view.text(Field::Name).to_owned()))
        .collect();
    let ledger = RecordLedger {
        table,
        profile: &world.profile,
        directory: &Directory::default(),
        names: &names,
        unit: "松坪镇",
        today: Date::new(2026, 11, 24).unwrap(),
        columns: &[],
        style: Style::Print,
        is_template,
    };
    let views = if is_template { &[] } else { &views[..] };
    ledger::write(Format::Xlsx, &ledger, views).unwrap()
}

/// The cell of the only row under a title.
fn cell_under<'a>(book: &'a mut Workbook, title: &str) -> &'a mut CellValue {
    let rows = &mut book.sheets[0].rows;
    let head = rows
        .iter()
        .find(|row| row.cells.iter().any(|(_, cell)| cell.text() == "项目名称"));
    let head = head.unwrap();
    let column = head
        .cells
        .iter()
        .find(|(_, cell)| cell.text().starts_with(title));
    let (number, column) = (
        head.number + 1,
        column.unwrap_or_else(|| panic!("{title}")).0,
    );
    let row = rows.iter_mut().find(|row| row.number == number).unwrap();
    let cell = row.cells.iter_mut().find(|(at, _)| *at == column);
    &mut cell.unwrap().1
}

#[test]
fn every_ledger_of_records_comes_back_unchanged_and_one_changed_cell_is_one_change() {
    let mut ruled = Vec::new();
    for table in ledgers() {
        let (mut world, project) = town(table);
        let mut view = world.projects[&project].clone();
        put_row(&mut view, &world.profile, table, 1);
        if table == Table::UnitLiaisons {
            // Only a unit with a part in the project has a liaison.
            put_row(&mut view, &world.profile, Table::RespUnits, 1);
        }
        world.projects.insert(project, view);
        let mut book = written(&world, table, false);
        let month = Month::new(2026, 11).unwrap();
        assert_eq!(recognise(&book.sheets[0], "表.xlsx", month), Some(table));
        let preview = world.preview(&book);
        let counts = preview.counts();
        assert!(preview.items.is_empty(), "{table:?}: {:#?}", preview.items);
        assert!(
            preview.refused.is_empty(),
            "{table:?}: {:#?}",
            preview.refused
        );
        let rows = preview.api.rows;
        assert_eq!((counts.unchanged, counts.created), (rows, 0), "{table:?}");
        assert!(rows >= 1, "{table:?}");

        let simple = |column: &Column| {
            matches!(
                column.kind(),
                Kind::Text | Kind::Long | Kind::Person | Kind::Unit | Kind::Money | Kind::Date
            )
        };
        // What names the row, a rule may look up; the rest is free.
        let free = |column: &Column| simple(column) && !table.needs().contains(column);
        let column = columns(table)
            .filter(free)
            .last()
            .or_else(|| columns(table).find(simple));
        let column = column.unwrap_or_else(|| panic!("{table:?}"));
        *cell_under(&mut book, column.label(Lang::Zh)) = CellValue::Text(match column.kind() {
            Kind::Money => "77".to_owned(),
            Kind::Date => "2026-12-01".to_owned(),
            _ => "改过的".to_owned(),
        });
        let preview = world.preview(&book);
        if table.written_as() == Rows::Acts {
            let kinds: Vec<_> = preview
                .api
                .findings
                .iter()
                .map(|found| found.kind.as_str())
                .collect();
            assert!(kinds.contains(&"act_written"), "{table:?}: {kinds:?}");
            assert!(preview.items.is_empty(), "{table:?}");
            continue;
        }
        let kinds: Vec<_> = preview
            .api
            .findings
            .iter()
            .map(|found| found.kind.as_str())
            .collect();
        if kinds.contains(&"rule_refuses") {
            // What the county's rules ask of the project itself keeps the change out with their sentence.
            ruled.push(table);
            continue;
        }
        assert!(
            preview.refused.is_empty(),
            "{table:?}: {:#?}",
            preview.refused
        );
        assert_eq!(preview.counts().updated, 1, "{table:?}");
        let set: Vec<_> = preview.items.iter().flat_map(|item| &item.set).collect();
        assert_eq!(set.len(), 1, "{table:?}: {set:#?}");
        assert!(
            set[0].0.as_str().ends_with(column.id()),
            "{table:?}: {set:#?}"
        );
    }
    assert_eq!(ruled, [Table::AgencyContracts]);
}

#[test]
fn new_problems_are_added_once_and_change_by_what_they_say() {
    let (mut world, project) = town(Table::Issues);
    let head = "序号,项目,问题描述,责任单位,责任人,整改时限\n";
    let first = format!(
        "{head}1,河东大桥,征地未完成,松坪镇,李梅,2026-12-31\n2,河西公园,资金缺口,,,\n3,没有的项目,征地,,,\n"
    );
    let preview = world.import(&parse(first.as_bytes(), "问题台账.csv"));
    assert_eq!((preview.counts().created, preview.counts().updated), (2, 0));
    let kinds: Vec<_> = preview
        .refused
        .iter()
        .flat_map(|refused| &refused.reasons)
        .collect();
    assert!(
        kinds
            .iter()
            .any(|(_, reason)| reason.contains("没有的项目")),
        "{kinds:?}"
    );
    let again = world.import(&parse(first.as_bytes(), "问题台账.csv"));
    assert_eq!((again.counts().created, again.counts().unchanged), (0, 2));
    // The same problem with another day is that problem; in the file twice with two days it is refused.
    let later = first.replace("2026-12-31", "2027-01-31");
    let preview = world.import(&parse(later.as_bytes(), "问题台账.csv"));
    assert_eq!(
        (preview.counts().updated, preview.counts().unchanged),
        (1, 1)
    );
    let twice = format!(
        "{head}1,河东大桥,征地未完成,,,2027-01-31\n2,河东大桥,征地未完成,,,2027-02-01\n3,河东大桥,征地未完成,,,\n"
    );
    let preview = world.preview(&parse(twice.as_bytes(), "问题台账.csv"));
    let kinds: Vec<_> = preview
        .api
        .findings
        .iter()
        .map(|found| found.kind.as_str())
        .collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "row_twice").count(),
        2,
        "{:#?}",
        preview.api.findings
    );
    // Struck out, it is not that problem any more.
    let mut view = world.projects[&project].clone();
    let row = view.rows(Table::Issues)[0].to_string();
    let path = FieldPath::keyed(Table::Issues, &row, Column::Deleted).unwrap();
    let struck = Cell {
        value: "写错".into(),
        contenders: Vec::new(),
    };
    view.cells.insert(path, struck);
    world.projects.insert(project, view);
    let preview = world.import(&parse(later.as_bytes(), "问题台账.csv"));
    assert_eq!(
        (preview.counts().created, preview.counts().unchanged),
        (1, 1)
    );
}

#[test]
fn a_cell_that_cannot_be_read_keeps_its_row_out_and_says_what_would_be_right() {
    let (world, _) = town(Table::Funding);
    let text =
        "项目名称,资金来源,金额（万元）\n河东大桥,中央预算内,约1200万\n河西公园,中央预算内,若干\n";
    let mut book = parse(text.as_bytes(), "资金.csv");
    book.sheets[0].head.name = Table::Funding.label(Lang::Zh).to_owned();
    let preview = world.preview(&book);
    let reasons: Vec<_> = preview
        .refused
        .iter()
        .map(|refused| refused.reasons[0].1.as_str())
        .collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].contains("请改填1200后再导入"), "{reasons:?}");
    assert!(reasons[1].contains("“若干”不能识别"), "{reasons:?}");
}

#[test]
fn a_list_of_projects_with_problems_in_it_is_a_list_of_projects() {
    let world = World::default();
    for text in [
        "项目名称,总投资（万元）,责任单位,责任人,存在问题\n河东大桥,12,某局,李梅,征地\n",
        "项目名称,存在问题\n河东大桥,征地\n",
    ] {
        let preview = world.preview(&parse(text.as_bytes(), "存在问题项目台账.csv"));
        assert_eq!(preview.api.sheets[0].ledger, "", "{text}");
        assert_eq!(preview.counts().created, 1, "{text}");
    }
}

#[test]
fn a_template_offers_lists_and_notes_and_holds_no_row() {
    let (world, _) = town(Table::Issues);
    let book = written(&world, Table::Issues, true);
    assert_eq!(
        book.sheets.len(),
        2,
        "the lists stand on a sheet of their own"
    );
    let lists: Vec<&str> = book.sheets[1]
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .map(|(_, cell)| cell.text())
        .collect();
    for word in [
        "河东大桥",
        "河西公园",
        &world.profile.issue.kinds[0].name_zh,
    ] {
        assert!(lists.contains(&word), "{word}: {lists:?}");
    }
    let preview = world.preview(&book);
    assert_eq!((preview.api.rows, preview.api.sheets.len()), (0, 1));
    assert!(
        preview.api.findings.is_empty(),
        "{:#?}",
        preview.api.findings
    );
    let bytes = file(&world, Table::Issues, true);
    let sheet = print::part(&bytes, "xl/worksheets/sheet1.xml");
    let lists = sheet
        .matches(r#"<dataValidation type="list" errorStyle="warning""#)
        .count();
    // The project, its kind, whether it is major, where it was found, how far it reaches.
    assert!(lists >= 5, "{sheet}");
    assert!(
        sheet.contains("<formula1>'可选项'!$A$2:$A$3</formula1>"),
        "{sheet}"
    );
    assert!(sheet.contains(r#"<pane xSplit="2" ySplit="3""#), "{sheet}");
    let notes = print::part(&bytes, "xl/comments1.xml");
    assert!(
        notes.contains("必填。文字，可分行") && notes.contains("例：2026-11-30"),
        "{notes}"
    );
}

/// What a person says of one file: an empty cell empties what stands, a row means a project of another name.
#[test]
fn empty_cells_clear_only_when_asked_and_a_row_goes_where_a_person_says() {
    let (mut world, bridge) = town(Table::Issues);
    let text = "项目名称,问题描述,责任人\n河东大桥,征地未完成,李梅\n";
    world.import(&parse(text.as_bytes(), "问题.csv"));
    let blank = "项目名称,问题描述,责任人,责任单位\n河东大桥,征地未完成,,\n";
    let blank = parse(blank.as_bytes(), "问题.csv");
    assert_eq!(world.preview(&blank).counts().unchanged, 1);
    world.of_file.blank_clears = true;
    let preview = world.preview(&blank);
    let set: Vec<_> = preview.items.iter().flat_map(|item| &item.set).collect();
    // Only what stood is emptied, and never what the row is known by.
    assert_eq!(set.len(), 1, "{set:#?}");
    assert!(set[0].0.as_str().ends_with("/responsible_person") && set[0].1.is_null());

    // The same for projects; a name is never emptied.
    let ledger = parse(
        "项目名称,总投资（万元）,建设地点\n河东大桥,,\n".as_bytes(),
        "项目.csv",
    );
    let preview = world.preview(&ledger);
    let set: Vec<_> = preview.items.iter().flat_map(|item| &item.set).collect();
    assert_eq!(
        set,
        [(&FieldPath::once(Field::TotalInvestmentFen), &Value::Null)]
    );
    world.of_file.blank_clears = false;
    assert_eq!(world.preview(&ledger).counts().unchanged, 1);

    // A name nobody knows is a new project, or the one a person means, whose name stays.
    let ledger = parse(
        "项目名称,总投资（万元）\n河东特大桥,1500\n".as_bytes(),
        "项目.csv",
    );
    assert_eq!(world.preview(&ledger).counts().created, 1);
    let at = (String::from("项目"), 2);
    world.of_file.matches.insert(at.clone(), Some(bridge));
    let preview = world.preview(&ledger);
    assert_eq!((preview.counts().created, preview.counts().updated), (0, 1));
    assert_eq!(preview.found_by, [import::FoundBy::Person]);
    assert_eq!(preview.items[0].project, bridge);
    let paths: Vec<_> = preview.items[0].set.keys().map(FieldPath::as_str).collect();
    assert_eq!(paths, ["total_investment_fen"]);
    // Or a new one beside the one of the same name.
    let ledger = parse(
        "项目名称,总投资（万元）\n河东大桥,1500\n".as_bytes(),
        "项目.csv",
    );
    world.of_file.matches.insert(at, None);
    let preview = world.preview(&ledger);
    assert_eq!((preview.counts().created, preview.counts().updated), (1, 0));
    assert_ne!(preview.items[0].project, bridge);
    // A problem of a project nobody knows, too.
    let problems = parse(
        "项目名称,问题描述\n河东特大桥,资金缺口\n".as_bytes(),
        "问题.csv",
    );
    assert_eq!(world.preview(&problems).refused.len(), 1);
    world
        .of_file
        .matches
        .insert(("问题".into(), 2), Some(bridge));
    let preview = world.preview(&problems);
    assert_eq!(
        (preview.counts().created, preview.items[0].project),
        (1, bridge)
    );
}

/// What stands on the screen leaves as it stands there, with sums that add up, and comes back without a change.
#[test]
fn the_list_as_it_is_seen_has_its_groups_and_sums_and_changes_nothing_when_read_back() {
    let (mut world, bridge) = town(Table::Issues);
    let month = Month::new(2026, 11).unwrap();
    let mut view = world.projects[&bridge].clone();
    let put = |view: &mut ProjectView, path: FieldPath, value: Value| {
        let contenders = Vec::new();
        view.cells.insert(path, Cell { value, contenders });
    };
    put(
        &mut view,
        FieldPath::once(Field::Sector),
        "transport".into(),
    );
    put(
        &mut view,
        FieldPath::once(Field::LeadUnit),
        own().to_string().into(),
    );
    put(
        &mut view,
        FieldPath::year(2026, Field::YearPlanFen),
        Value::Int(5_000_000_000),
    );
    let earlier = Month::new(2026, 10).unwrap();
    put(
        &mut view,
        FieldPath::month(earlier, Field::MonthDoneFen),
        Value::Int(1_000_000_000),
    );
    put(
        &mut view,
        FieldPath::month(earlier, Field::MonthImage),
        "桩基完成".into(),
    );
    world.projects.insert(bridge, view);
    let row = |view: &ProjectView| ProjectRow {
        id: view.id,
        name: view.text(Field::Name).to_owned(),
        code: String::new(),
        home: Some(own()),
        home_name: "松坪镇".to_owned(),
        territory: String::new(),
        owner: String::new(),
        lead_unit: match view.text(Field::LeadUnit) {
            "" => String::new(),
            _ => "松坪镇".to_owned(),
        },
        sector: view.text(Field::Sector).to_owned(),
        investment_kind: String::new(),
        stage: "idea".to_owned(),
        total_fen: view.once(Field::TotalInvestmentFen).as_int(),
        year_plan_fen: view.year(2026, Field::YearPlanFen).as_int(),
        year_done_fen: view.month(earlier, Field::MonthDoneFen).as_int(),
        month_done_fen: None,
        cum_fen: None,
        image: "桩基完成".to_owned(),
        open_issues: 1,
        issues: 1,
        conflicts: 0,
        proposals: 0,
        keys: String::new(),
        updated_at: world.now,
        deleted: String::new(),
        demo: false,
    };
    let list = List {
        profile: &world.profile,
        unit: "松坪镇",
        month,
        today: world.now.date(),
        style: Style::Print,
    };
    let park = world.named("河西公园").id;
    let groups = [("交通", bridge), ("", park)]
        .map(|(name, id)| (name.to_owned(), vec![row(&world.projects[&id])]));
    let groups = [groups[0].clone(), ("其他".to_owned(), groups[1].1.clone())];
    let bytes = list::write(&list, &groups).unwrap();
    let sheet = print::part(&bytes, "xl/worksheets/sheet1.xml");
    // The total in G of each group, and of all: parts do not count twice.
    for formula in [
        "SUBTOTAL(9,G5:G5)",
        "SUBTOTAL(9,G7:G7)",
        "SUBTOTAL(9,G4:G7)",
    ] {
        assert!(sheet.contains(formula), "{formula}: {sheet}");
    }
    assert!(sheet.contains("<v>1500</v>"), "{sheet}");
    let entry = shared::decide::UnitEntry {
        name: "松坪镇".to_owned(),
        kind: String::new(),
        hosted_at: None,
        since: None,
    };
    let units = Directory {
        units: [(own(), entry)].into(),
        hub: None,
    };
    let preview = world.preview_among(&parse(&bytes, "项目台账.xlsx"), &units);
    assert!(preview.items.is_empty(), "{:#?}", preview.items);
    assert!(preview.refused.is_empty(), "{:#?}", preview.refused);
    assert_eq!(preview.counts().unchanged, 2);
}
