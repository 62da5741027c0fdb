//! What an edit would be refused for (domain.md 2.I) does not come in by a workbook, and says so.

use super::*;
use shared::field::{Column, Table};
use shared::ids::RowId;

fn kinds(preview: &Preview) -> Vec<(String, Severity)> {
    let findings = preview.api.findings.iter();
    findings
        .filter(|found| found.severity != Severity::Hint)
        .map(|found| (found.kind.clone(), found.severity))
        .collect()
}

fn table(titles: &str, row: &str) -> Workbook {
    parse(format!("{titles}\n{row}\n").as_bytes(), "a.csv")
}

#[test]
fn cumulative_money_falls_only_with_a_reason() {
    let titles = "项目名称,总投资（万元）,累计完成投资（万元）,形象进度";
    let mut world = World::default();
    world.import(&table(titles, "某桥,1000,300,桥墩"));
    let stands = |world: &World| world.named("某桥").once(Field::CumInvestmentFen).as_int();
    // The rest of the row comes in; the amount waits for a reason.
    let falls = world.import(&table(titles, "某桥,1000,200,桥面"));
    let asked = ("cumulative_falls".to_owned(), Severity::Warning);
    assert_eq!(kinds(&falls), [asked]);
    assert_eq!((falls.counts().updated, falls.counts().kept), (1, 1));
    assert_eq!(stands(&world), Some(300_000_000));
    assert_eq!(world.named("某桥").text(Field::ImageNow), "桥面");
    // The same amount and a higher one are no question.
    assert!(kinds(&world.import(&table(titles, "某桥,1000,300,桥面"))).is_empty());
    assert!(kinds(&world.import(&table(titles, "某桥,1000,400,桥面"))).is_empty());
    // With its reason beside it, a correction goes in.
    world.mapping =
        Mapping::parse("[columns]\n\"更正说明\" = \"2026-11/month_correction\"\n").unwrap();
    let titles = "项目名称,总投资（万元）,累计完成投资（万元）,更正说明";
    let corrected = world.import(&table(titles, "某桥,1000,250,重复计算"));
    assert!(kinds(&corrected).is_empty(), "{:#?}", kinds(&corrected));
    assert_eq!(stands(&world), Some(250_000_000));
}

#[test]
fn a_completion_before_the_start_of_the_record_keeps_its_row_out() {
    let mut world = World::default();
    let titles = "项目名称,总投资（万元）,开工时间,竣工时间";
    world.import(&table(titles, "某桥,1000,2025-03,2026-03"));
    let late = world.import(&table(
        "项目名称,总投资（万元）,开工时间",
        "某桥,2000,2026-09",
    ));
    let refused = ("dates_contradict".to_owned(), Severity::Error);
    assert_eq!(kinds(&late), [refused]);
    assert_eq!((late.refused.len(), late.items.len()), (1, 0));
    let bridge = world.named("某桥");
    assert_eq!(bridge.text(Field::PlannedStart), "2025-03");
    assert_eq!(
        bridge.once(Field::TotalInvestmentFen),
        &Value::Int(1_000_000_000)
    );
    // Both moved at once agree with each other.
    let moved = world.import(&table(titles, "某桥,1000,2026-09,2027-09"));
    assert!(kinds(&moved).is_empty());
    assert_eq!(world.named("某桥").text(Field::PlannedStart), "2026-09");
    // Within one row neither date counts: nobody knows which is wrong.
    let reversed = world.import(&table(titles, "某路,1000,2026-09,2025-09"));
    let marked = ("dates_reversed".to_owned(), Severity::Warning);
    assert_eq!(kinds(&reversed), [marked]);
    assert_eq!(world.named("某路").text(Field::PlannedStart), "");
}

/// A county whose issued list of 2026 holds a project.
fn on_annual_list(world: &mut World, name: &str) {
    let row = |n| RowId::from_parts(1, [n; 10]);
    let (edition, entry) = (row(1), row(2));
    let project = world.named(name).id.to_string();
    for (table, row, column, value) in [
        (Table::ListEditions, edition, Column::List, "kz.annual"),
        (Table::ListEditions, edition, Column::Year, "2026"),
        (
            Table::ListEntries,
            entry,
            Column::Edition,
            &edition.to_string(),
        ),
        (Table::ListEntries, entry, Column::Project, &project),
        (Table::ListEntries, entry, Column::EntryState, "on_list"),
    ] {
        let path = FieldPath::cell(table, row, column);
        let contenders = Vec::new();
        let value = value.into();
        world.county.cells.insert(path, Cell { value, contenders });
    }
}

#[test]
fn a_locked_plan_keeps_its_row_out_with_the_sentence_of_the_edit() {
    let titles = "项目名称,2026年计划投资（万元）,形象进度";
    let mut world = World::default();
    world.import(&table(titles, "某桥,1000,桥墩"));
    on_annual_list(&mut world, "某桥");
    let refused = world.preview(&table(titles, "某桥,2000,桥面"));
    assert_eq!(
        kinds(&refused),
        [("rule_refuses".to_owned(), Severity::Error)]
    );
    let finding = &refused.api.findings[0];
    assert_eq!((finding.row, finding.column.as_str()), (2, "B"));
    assert!(
        finding.reason.contains("年度计划已锁定"),
        "{}",
        finding.reason
    );
    assert_eq!((refused.refused.len(), refused.items.len()), (1, 0));
    // What the list fixes, said again, is no change of it.
    let same = world.preview(&table(titles, "某桥,1000,桥面"));
    assert!(kinds(&same).is_empty());
    assert_eq!(same.counts().updated, 1);
}

#[test]
fn a_second_leader_keeps_its_row_out_at_the_hub_and_is_proposed_by_a_township() {
    let titles = "项目名称,牵头领导";
    let mut world = World::default();
    world.import(&table(titles, "某桥,甲"));
    let proposed = world.preview(&table(titles, "某桥,乙"));
    assert!(kinds(&proposed).is_empty(), "{:#?}", kinds(&proposed));
    world.actor.at_hub = true;
    world.actor.role = Role::HubHead;
    let refused = world.preview(&table(titles, "某桥,乙"));
    assert_eq!(
        kinds(&refused),
        [("rule_refuses".to_owned(), Severity::Error)]
    );
    let finding = &refused.api.findings[0];
    assert_eq!((finding.row, finding.column.as_str()), (2, "B"));
    assert!(finding.reason.contains("KZ-2.8.1"), "{}", finding.reason);
}

#[test]
fn one_row_of_another_unit_does_not_stop_the_file() {
    let mut world = World::default();
    let titles = "项目名称,建设地点";
    world.import(&table(titles, "别家的桥,山上\n自家的桥,山上"));
    let id = world.named("别家的桥").id;
    world.homes.insert(id, UnitId::from_bytes([9; 10]));
    let preview = world.preview(&table(titles, "别家的桥,河边\n自家的桥,河边"));
    assert_eq!(
        kinds(&preview),
        [("rule_refuses".to_owned(), Severity::Error)]
    );
    assert_eq!(preview.counts().updated, 1);
}

/// What is odd and may still be right is marked: a code of the wrong length, a day of the last century, a unit nobody knows, an amount in words.
#[test]
fn odd_codes_old_dates_and_misspelt_units_are_marked() {
    let world = World::default();
    let entry = |name: &str| shared::decide::UnitEntry {
        name: name.to_owned(),
        kind: String::new(),
        hosted_at: None,
        since: None,
    };
    let units = Directory {
        units: [
            (own(), entry("三合镇")),
            (UnitId::from_bytes([9; 10]), entry("松坪镇")),
        ]
        .into(),
        hub: None,
    };
    let text = "项目名称,项目代码,属地乡镇,总投资（万元）,计划开工时间\n\
        河东大桥,2404-500154-04-01-123456,三合镇,1200,2026-05\n\
        河西公园,2404-500154-04-01-12345,三和镇,约1200万,1998-05\n\
        河西公园,2404-500154-04-01-12345,三和镇,约1200万,1998-05\n";
    let preview = world.preview_among(&parse(text.as_bytes(), "a.csv"), &units);
    let of = |row: u32| {
        let found = preview.api.findings.iter().filter(|found| found.row == row);
        found
            .map(|found| (found.kind.as_str(), found.reason.as_str()))
            .collect::<Vec<_>>()
    };
    assert!(
        of(2).iter().all(|(kind, _)| *kind == "date_read"),
        "{:?}",
        of(2)
    );
    let odd = of(3);
    let reason = |kind: &str| {
        odd.iter()
            .find(|(of, _)| *of == kind)
            .unwrap_or_else(|| panic!("{kind}: {odd:?}"))
            .1
    };
    assert!(reason("code_odd").contains("19位数字"));
    assert!(reason("date_old").contains("1998-05"));
    assert!(reason("unit_unlisted").contains("是否为“三合镇”"));
    assert!(reason("money_approximate").contains("按1200万元导入"));
    assert!(
        of(4)
            .iter()
            .any(|(kind, reason)| *kind == "duplicate_row" && reason.contains("第3行")),
        "{:?}",
        of(4)
    );
    assert_eq!(preview.counts().created, 2);
    // A file without a header says why it brings nothing.
    let preview = world.preview(&parse("甲,乙\n1,2\n".as_bytes(), "b.csv"));
    let kinds: Vec<_> = preview
        .api
        .findings
        .iter()
        .map(|found| (found.kind.as_str(), found.severity))
        .collect();
    assert_eq!(kinds, [("no_table_at_all", Severity::Warning)]);
}
