//! What an edit would be refused for (domain.md 2.I) does not come in by a workbook, and says so.

use super::*;

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
