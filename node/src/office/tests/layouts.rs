//! One ledger in the shapes townships keep it in: whatever stands around and above the figures, the same projects come out.

use std::ops::Range;

use super::*;

use rust_xlsxwriter::{ExcelDateTime, Format as Style, Worksheet};
use shared::money::Fen;

/// Name, territory, owner, total and plan of the year in fen, start, completion, image.
const WORKS: [&str; 8] = [
    "集镇道路工程|松坪镇|松坪镇人民政府|1830500000|600000000|2025-03-01|2027-12-31|路基完成80%",
    "卫生院迁建工程|松坪镇|松坪镇卫生院|3400000000|1200000000|2026-04-15|2027-06-30|主体封顶",
    "小流域治理工程|松坪镇|松坪镇人民政府|298000000|298000000|2026-01-10|2026-11-05|河道整治2.6公里",
    "粮食储备库改造|三合镇|区粮食公司|12500000000|4000000000|2024-09-20|2028-10-01|仓房基础施工",
    "物流园一期|三合镇|三合投资公司|76000000000|9000000000|2025-07-08|2029-05-31|场平完成",
    "敬老院维修|三合镇|三合镇人民政府|125000000|125000000|2026-05-06|2026-09-30|已完工待验收",
    "渡口大桥|云安镇|区交通局|23605000000|7000000000|2024-12-12|2027-08-18|3号墩浇筑",
    "污水管网延伸|云安镇|区水务公司|864200000|400000000|2026-02-02|2027-01-20|管沟开挖1.2公里",
];

/// The columns most ledgers have, as [`work`] takes them, and their titles.
const USUAL: &str = "serial name town owner total:wan plan:wan start:date end:date image";
const TITLES: &str = "序号|项目名称|属地乡镇|项目业主|总投资（万元）|2026年计划投资（万元）|计划开工时间|计划竣工时间|形象进度";

/// One of the works, taken apart.
fn parts(number: usize) -> Vec<&'static str> {
    WORKS[number].split('|').collect()
}

fn sum(some: Range<usize>, part: usize) -> i64 {
    some.map(|number| parts(number)[part].parse::<i64>().unwrap())
        .sum()
}

/// The digits an input method makes.
fn wide(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0xff10 + d));
    text.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

/// `12500` as `12,500.00`.
fn grouped(wan: &str) -> String {
    let (whole, rest) = wan.split_once('.').unwrap_or((wan, "00"));
    let (head, tail) = whole.split_at(whole.len().saturating_sub(3));
    let comma = if head.is_empty() { "" } else { "," };
    format!("{head}{comma}{tail}.{rest}")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "amounts of a ledger are far below 2^53 fen"
)]
fn amount(sheet: &mut Worksheet, (row, at): (u32, u16), form: &str, fen: i64) {
    let wan = Fen(fen).wan_exact();
    match form {
        "yuan" => sheet.write(row, at, fen as f64 / 100.0),
        "wan" => sheet.write(row, at, fen as f64 / 1_000_000.0),
        "yi" => sheet.write(row, at, fen as f64 / 10_000_000_000.0),
        "grouped" => sheet.write(row, at, grouped(&wan)),
        "wide" => sheet.write(row, at, wide(&wan)),
        other => panic!("{other}"),
    }
    .unwrap();
}

fn day(sheet: &mut Worksheet, (row, at): (u32, u16), form: &str, day: &str) {
    let date = ExcelDateTime::parse_from_str(day).unwrap();
    let [year, month, day] = [0, 1, 2].map(|part| day.split('-').nth(part).unwrap());
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    let words = format!("{year}年{}月{}日", bare(month), bare(day));
    let style = Style::new().set_num_format("yyyy/m/d");
    match form {
        "date" => sheet.write_with_format(row, at, &date, &style),
        "days" => sheet.write(row, at, date.to_excel()),
        "dots" => sheet.write(row, at, format!("{year}.{}.{}", bare(month), bare(day))),
        "slashes" => sheet.write(row, at, format!("{year}/{month}/{day}")),
        "words" => sheet.write(row, at, words),
        "wide" => sheet.write(row, at, wide(&words)),
        other => panic!("{other}"),
    }
    .unwrap();
}

/// Writes titles into a row.
fn titles(sheet: &mut Worksheet, row: u32, titles: &str) {
    for (at, title) in (0u16..).zip(titles.split('|')) {
        if !title.is_empty() {
            sheet.write(row, at, title).unwrap();
        }
    }
}

/// Writes one of the works: what each column holds, and in which form.
fn work(sheet: &mut Worksheet, row: u32, columns: &str, number: usize) {
    let parts = parts(number);
    for (at, column) in (0u16..).zip(columns.split(' ')) {
        let place = (row, at);
        let (what, form) = column.split_once(':').unwrap_or((column, ""));
        match what {
            "serial" => text(sheet, place, &(number + 1).to_string()),
            "name" => text(sheet, place, parts[0]),
            "town" => text(sheet, place, parts[1]),
            "owner" => text(sheet, place, parts[2]),
            "total" => amount(sheet, place, form, sum(number..number + 1, 3)),
            "plan" => amount(sheet, place, form, sum(number..number + 1, 4)),
            "start" => day(sheet, place, form, parts[5]),
            "end" => day(sheet, place, form, parts[6]),
            "image" => text(sheet, place, parts[7]),
            _ => {}
        }
    }
}

fn text(sheet: &mut Worksheet, (row, at): (u32, u16), text: &str) {
    sheet.write(row, at, text).unwrap();
}

/// Writes some of the works, one a row.
fn works(sheet: &mut Worksheet, first: u32, columns: &str, some: Range<usize>) {
    for (row, number) in (first..).zip(some) {
        work(sheet, row, columns, number);
    }
}

/// A row of sums over some of the works, under its label.
fn sums(sheet: &mut Worksheet, row: u32, label: &str, some: Range<usize>) {
    text(sheet, (row, 0), label);
    amount(sheet, (row, 4), "wan", sum(some.clone(), 3));
    amount(sheet, (row, 5), "wan", sum(some, 4));
}

fn merge(sheet: &mut Worksheet, from: (u32, u16), to: (u32, u16), text: &str) {
    let style = Style::new();
    sheet
        .merge_range(from.0, from.1, to.0, to.1, text, &style)
        .unwrap();
}

fn count(rows: &Range<usize>) -> u32 {
    u32::try_from(rows.len()).unwrap()
}

type Draw = fn(&mut Worksheet);

/// Every shape of a workbook, by its name.
const SHAPES: [(&str, Draw); 16] = [
    ("plain", |sheet| {
        titles(sheet, 0, TITLES);
        works(sheet, 1, USUAL, 0..8);
    }),
    ("title rows above and the unit among them", |sheet| {
        merge(sheet, (0, 0), (0, 8), "重点项目推进情况台账");
        merge(
            sheet,
            (1, 0),
            (1, 3),
            "填报单位：开州区　填报时间：2026年11月20日",
        );
        text(sheet, (1, 8), "单位：亿元");
        titles(sheet, 3, &TITLES.replace("（万元）", ""));
        works(sheet, 4, &USUAL.replace(":wan", ":yi"), 0..8);
    }),
    ("two header rows, merged", |sheet| {
        merge(sheet, (0, 0), (0, 8), "重点项目台账（单位：万元）");
        for (at, title) in (0u16..).zip(TITLES.split('|')) {
            if !(4..8).contains(&at) {
                merge(sheet, (1, at), (2, at), title);
            }
        }
        merge(sheet, (1, 4), (1, 5), "投资情况");
        merge(sheet, (1, 6), (1, 7), "建设时间");
        titles(sheet, 2, "||||总投资|2026年计划投资|计划开工|计划竣工");
        works(sheet, 3, USUAL, 0..8);
    }),
    ("two header rows, groups written once", |sheet| {
        titles(sheet, 0, "||||投资（万元）||建设时间");
        titles(sheet, 1, &TITLES.replace("（万元）", ""));
        works(sheet, 2, USUAL, 0..8);
    }),
    ("yuan in the titles, titles broken into lines", |sheet| {
        let broken = TITLES
            .replace("项目名称", "项 目\n名 称")
            .replace("（万元）", "\n（元）");
        titles(sheet, 0, &broken);
        works(sheet, 1, &USUAL.replace(":wan", ":yuan"), 0..8);
    }),
    ("blank columns and rows between", |sheet| {
        let apart = TITLES
            .replace("|项目名称", "||项目名称")
            .replace("|总投资", "||总投资");
        titles(sheet, 2, &format!("|{apart}"));
        let columns = USUAL.replace("name", "- name").replace("total", "- total");
        for number in 0..8 {
            let row = 4 + 2 * u32::try_from(number).unwrap();
            work(sheet, row, &format!("- {columns}"), number);
        }
    }),
    ("groups with their sums and a sum of all", |sheet| {
        titles(sheet, 0, TITLES);
        let mut row = 1;
        for (heading, some) in [
            ("一、松坪镇（3个）", 0..3),
            ("二、三合镇（3个）", 3..6),
            ("三、云安镇（2个）", 6..8),
        ] {
            merge(sheet, (row, 0), (row, 8), heading);
            works(sheet, row + 1, USUAL, some.clone());
            row += 1 + count(&some);
            sums(sheet, row, "小  计", some);
            row += 1;
        }
        sums(sheet, row, "合  计", 0..8);
    }),
    ("the sum of all before the first project", |sheet| {
        titles(sheet, 0, TITLES);
        sums(sheet, 1, "合计（8个）", 0..8);
        works(sheet, 2, USUAL, 0..8);
    }),
    ("digits of an input method", |sheet| {
        titles(sheet, 0, TITLES);
        let columns = USUAL.replace(":wan", ":wide").replace(":date", ":wide");
        works(sheet, 1, &columns, 0..8);
    }),
    ("dates and amounts as text", |sheet| {
        titles(sheet, 0, TITLES);
        let forms = ["dots", "words", "slashes"].into_iter().cycle();
        for (number, form) in (0..8).zip(forms) {
            let columns = USUAL.replace("wan", "grouped").replace("date", form);
            work(sheet, u32::try_from(number).unwrap() + 1, &columns, number);
        }
    }),
    ("dates as bare serial numbers", |sheet| {
        titles(sheet, 0, TITLES);
        works(sheet, 1, &USUAL.replace(":date", ":days"), 0..8);
    }),
    ("notes and signatures below", |sheet| {
        titles(sheet, 0, TITLES);
        works(sheet, 1, USUAL, 0..8);
        sums(sheet, 9, "总计", 0..8);
        merge(
            sheet,
            (10, 0),
            (10, 8),
            "注：1.总投资以批复为准；2.本表每月25日前报送。",
        );
        titles(
            sheet,
            12,
            "填表人：周山||||审核人：王科|||单位负责人（签字）：",
        );
        titles(sheet, 13, "填表人：周山|审核人：王科|||分管领导：李明");
        text(sheet, (14, 7), "2026年11月20日");
    }),
    ("hidden rows and columns", |sheet| {
        titles(sheet, 0, TITLES);
        works(sheet, 1, USUAL, 0..8);
        for row in [3, 6] {
            sheet.set_row_hidden(row).unwrap();
        }
        for column in [3, 5] {
            sheet.set_column_hidden(column).unwrap();
        }
    }),
    (
        "the header again on every page, with the page's sum",
        |sheet| {
            for (top, some) in [(0, 0..3), (6, 3..6), (12, 6..8)] {
                merge(sheet, (top, 0), (top, 8), "重点项目台账（续）");
                titles(sheet, top + 1, TITLES);
                works(sheet, top + 2, USUAL, some.clone());
                sums(sheet, top + 2 + count(&some), "本页小计", some);
            }
        },
    ),
    ("territories merged down and first", |sheet| {
        titles(
            sheet,
            0,
            &format!("属地乡镇|{}", TITLES.replace("|属地乡镇", "")),
        );
        works(sheet, 1, &format!("- {}", USUAL.replace("town ", "")), 0..8);
        merge(sheet, (1, 0), (3, 0), "松坪镇");
        merge(sheet, (4, 0), (6, 0), "三合镇");
        merge(sheet, (7, 0), (8, 0), "云安镇");
    }),
    ("another order and other words", |sheet| {
        titles(
            sheet,
            0,
            "项目|建设单位|乡镇（街道）|进展情况|估算总投资(亿元)|2026年度计划投资（万元）|计划开工|计划竣工|编号",
        );
        let columns = "name owner town image total:yi plan:wan start:date end:dots serial";
        works(sheet, 1, columns, 0..8);
    }),
];

/// The ledger as text. The name stands first, beside the mark of the encoding.
fn as_text() -> String {
    let titles = TITLES.replace('|', ",");
    let mut lines = vec![titles.replace("序号,", "")];
    for number in 0..8 {
        let mut parts: Vec<String> = parts(number).into_iter().map(str::to_owned).collect();
        for at in [3, 4] {
            parts[at] = Fen(parts[at].parse().unwrap()).wan_exact();
        }
        lines.push(parts.join(","));
    }
    lines.join("\r\n")
}

/// Every project with all it holds.
fn held(world: &World) -> Vec<(ProjectId, Vec<(FieldPath, Value)>)> {
    let projects = world.projects.iter().map(|(id, view)| {
        let cells = view.cells.iter();
        let cells = cells.map(|(path, cell)| (path.clone(), cell.value.clone()));
        (*id, cells.collect())
    });
    projects.collect()
}

#[test]
fn a_ledger_in_twenty_dirty_shapes_is_the_same_projects() {
    let mut books: Vec<(&str, Workbook)> = Vec::new();
    for (name, draw) in SHAPES {
        let mut book = rust_xlsxwriter::Workbook::new();
        draw(book.add_worksheet());
        let bytes = book.save_to_buffer().unwrap();
        books.push((name, parse(&bytes, "台账.xlsx")));
    }
    let (text, marked) = (as_text(), format!("\u{feff}{}", as_text()));
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    for (name, bytes) in [
        ("UTF-8", text.clone().into_bytes()),
        ("UTF-8 with a mark", marked.clone().into_bytes()),
        ("GB18030", gb(&text)),
        ("GB18030 with a mark", gb(&marked)),
    ] {
        books.push((name, parse(&bytes, "台账.csv")));
    }

    let mut world = World::default();
    world.import(&books[0].1);
    assert_eq!(world.projects.len(), WORKS.len());
    for number in 0..8 {
        let parts = parts(number);
        let view = world.named(parts[0]);
        let value = |path: FieldPath| match view.value(&path) {
            Value::Int(fen) => fen.to_string(),
            value => value.as_text().unwrap_or_default().to_owned(),
        };
        let found = [
            FieldPath::once(Field::Name),
            FieldPath::once(Field::TerritorialOrg),
            FieldPath::once(Field::OwnerOrg),
            FieldPath::once(Field::TotalInvestmentFen),
            FieldPath::year(2026, Field::YearPlanFen),
            FieldPath::once(Field::PlannedStart),
            FieldPath::once(Field::PlannedCompletion),
            FieldPath::once(Field::ImageNow),
        ];
        assert_eq!(found.map(value).as_slice(), parts);
    }
    for (name, book) in &books {
        let mut fresh = World::default();
        let preview = fresh.import(book);
        assert!(preview.refused.is_empty(), "{name}: {:#?}", preview.refused);
        assert_eq!(held(&fresh), held(&world), "{name}");
        // Where the projects are already, none is made twice and nothing changes.
        let again = world.preview(book);
        assert!(again.items.is_empty(), "{name}: {:#?}", again.items);
        assert_eq!(again.counts().unchanged as usize, WORKS.len(), "{name}");
    }
}
