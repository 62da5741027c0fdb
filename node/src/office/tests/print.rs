//! What stands in the workbooks we write about their printing: read from the archive, as the printing program reads it.

use super::*;

use crate::office::results;
use std::io::Read as _;

/// A part of a workbook.
pub(super) fn part(xlsx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).unwrap();
    let mut text = String::new();
    let mut entry = archive.by_name(name).unwrap();
    entry.read_to_string(&mut text).unwrap();
    text
}

/// Asserts that a sheet prints well as it is: the paper, its head on every page, what is printed, the number of each page.
fn prints_well(xlsx: &[u8], sheet: &str, titles: &str, area: &str) {
    let page = part(xlsx, "xl/worksheets/sheet1.xml");
    let setup = page.split("<pageSetup ").nth(1).expect("a page set-up");
    let setup = setup.split('>').next().unwrap();
    for said in [
        r#"paperSize="8""#,
        r#"orientation="landscape""#,
        r#"fitToHeight="0""#,
    ] {
        assert!(setup.contains(said), "{said}: {setup}");
    }
    // One page wide is what a workbook takes when it names no width.
    assert!(!setup.contains("fitToWidth"), "{setup}");
    assert!(page.contains(r#"<pageSetUpPr fitToPage="1"/>"#));
    assert!(page.contains(r#"<printOptions horizontalCentered="1"/>"#));
    assert!(page.contains("<oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter>"));
    let book = part(xlsx, "xl/workbook.xml");
    for (name, place) in [("Print_Titles", titles), ("Print_Area", area)] {
        let said = format!(r#"<definedName name="_xlnm.{name}" localSheetId="0">{sheet}!{place}<"#);
        assert!(book.contains(&said), "{said}: {book}");
    }
}

#[test]
fn every_ledger_prints_well_as_it_is() {
    let mut world = World::default();
    world.import(&load("ledger-small.xlsx"));
    let projects: Vec<ProjectView> = world.projects.values().cloned().collect();
    let last = 4 + projects.len();
    let mut ledgers = 0;
    for slug in Profile::slugs() {
        let profile = Profile::built_in(slug).unwrap();
        let reports = profile.reports.iter().map(|report| &report.name_zh);
        for name in profile
            .ledgers
            .iter()
            .map(|ledger| &ledger.name_zh)
            .chain(reports)
        {
            let ledger = Ledger {
                name,
                ..world.ledger()
            };
            let xlsx = export::write(Format::Xlsx, &ledger, &projects).unwrap();
            let area = format!("$A$1:$T${}", last + 2);
            prints_well(&xlsx, "重点项目台账", "$1:$4", &area);
            let texts = part(&xlsx, "xl/sharedStrings.xml");
            let title = format!("{name}（2026年11月）");
            let signed =
                "填表人：　　　　　　　　联系电话：　　　　　　　　填报日期：2026年11月22日";
            for text in [
                &title,
                "填报单位：某县",
                "单位：万元",
                "总投资",
                "合  计",
                signed,
            ] {
                assert!(texts.contains(text), "{slug} {name}: {text}");
            }
            let sheet = part(&xlsx, "xl/worksheets/sheet1.xml");
            let sum = format!("<f>SUM(M5:M{last})</f>");
            assert!(sheet.contains(&sum), "{slug} {name}: {sum}");
            // The title stands across all columns.
            assert!(sheet.contains(r#"<mergeCell ref="A1:T1"/>"#), "{sheet}");
            ledgers += 1;
        }
    }
    assert!(ledgers > 5, "{ledgers}");
    // A month is printed the same way, in its own columns; those a county has besides stand before the notes.
    let more = ["month_image".to_owned(), "procedures_now".to_owned()];
    let month = Ledger {
        name: "月度工作台账",
        month_fields: Some(&more),
        ..world.ledger()
    };
    let xlsx = export::write(Format::Xlsx, &month, &projects).unwrap();
    let area = format!("$A$1:$Q${}", last + 2);
    prints_well(&xlsx, "重点项目台账", "$1:$4", &area);
    let texts = part(&xlsx, "xl/sharedStrings.xml");
    for text in [
        "单位：万元",
        "当月形象进度",
        "下月计划",
        "手续办理情况",
        "填表人：",
        "合  计",
    ] {
        assert!(texts.contains(text), "{text}");
    }
    let results = results::write(Format::Xlsx, 2026, &[]).unwrap();
    prints_well(&results, "'2026年考核结果'", "$1:$2", "$A$1:$M$2");
}
