//! The two ledgers, read the way the child reads them, planned against nothing and against what the plan made.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;

use shared::api::Severity;
use shared::book::Book;
use shared::command::{Actor, Role};
use shared::decide::{Directory, ImportRules};
use shared::field::{Field, FieldPath};
use shared::ids::{ImportId, ProjectId, UnitId, UserId};
use shared::profile::Profile;
use shared::project::{Cell, ProjectView};
use shared::rules::plan::Issued;
use shared::text::Lang;
use shared::time::{Date, Month, Timestamp};
use shared::value::Value;

use super::export::{self, Format, Ledger};
use super::import::{self, Existing, OfFile, Preview, Request, Units, Words};
use super::mapping::Mapping;
use super::reader::{self, Collect, Limits};
use super::sheet::Style;
use super::workbook::{Workbook, column_index, column_letter};
use super::{csv_in, errors_out};

mod consistency;
mod formats;
mod layouts;
mod print;
mod records;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(name)
}

fn parse(bytes: &[u8], name: &str) -> Workbook {
    let mut sink = Collect::default();
    reader::read(bytes, name, None, &Limits::default(), &mut sink).unwrap();
    Workbook {
        file: name.to_owned(),
        sheets: sink.sheets,
    }
}

fn load(name: &str) -> Workbook {
    parse(&std::fs::read(data(name)).unwrap(), name)
}

fn own() -> UnitId {
    UnitId::from_bytes([7; 10])
}

/// A county in a map: what an import would have written.
struct World {
    projects: BTreeMap<ProjectId, ProjectView>,
    homes: BTreeMap<ProjectId, UnitId>,
    mapping: Mapping,
    of_file: OfFile,
    words: Words,
    profile: Profile,
    county: Book,
    actor: Actor,
    now: Timestamp,
    directory: Vec<(UnitId, String)>,
}

impl Default for World {
    fn default() -> Self {
        let profile = Profile::built_in("kaizhou").unwrap();
        Self {
            projects: BTreeMap::new(),
            homes: BTreeMap::new(),
            mapping: Mapping::default(),
            of_file: OfFile::default(),
            words: Words::of(&profile),
            profile,
            county: Book::default(),
            actor: Actor {
                user: UserId::from_bytes([0; 5]),
                name: "console".to_owned(),
                role: Role::Head,
                unit: own(),
                at_hub: false,
            },
            now: Date::new(2026, 11, 24).unwrap().at(9, 0, 0),
            directory: Vec::new(),
        }
    }
}

impl World {
    fn preview(&self, workbook: &Workbook) -> Preview {
        self.preview_among(workbook, &Directory::default())
    }

    /// The same where these units exist.
    fn preview_among(&self, workbook: &Workbook, directory: &Directory) -> Preview {
        let existing: Vec<Existing> = self
            .projects
            .values()
            .map(|view| Existing {
                id: view.id,
                name: view.text(Field::Name).to_owned(),
                code: view.text(Field::ProjectCode).to_owned(),
                owner: view.text(Field::OwnerOrg).to_owned(),
                territory: view.text(Field::TerritorialOrg).to_owned(),
                home: self.homes.get(&view.id).copied(),
                deleted: false,
            })
            .collect();
        let units = Units {
            own: own(),
            given: None,
            directory: self.directory.clone(),
        };
        let request = Request {
            import: ImportId::from_bytes([1; 16]),
            workbook,
            mapping: &self.mapping,
            of_file: &self.of_file,
            words: &self.words,
            rules: ImportRules {
                profile: &self.profile,
                directory,
                county: &self.county,
                issued: &Issued::of(&self.profile, &self.county, self.now.date()),
            },
            actor: &self.actor,
            now: self.now,
            units: &units,
            existing: &existing,
            this_month: Month::new(2026, 11).unwrap(),
            lang: Lang::Zh,
        };
        import::preview(&request, |id| {
            Ok::<_, Infallible>(self.projects.get(&id).cloned())
        })
        .unwrap()
    }

    fn import(&mut self, workbook: &Workbook) -> Preview {
        let preview = self.preview(workbook);
        for item in &preview.items {
            self.homes.insert(item.project, item.home);
            let view = self
                .projects
                .entry(item.project)
                .or_insert_with(|| ProjectView {
                    id: item.project,
                    heads: Vec::new(),
                    cells: shared::cells::CellMap::new(),
                });
            let home = Cell {
                value: item.home.to_string().into(),
                contenders: Vec::new(),
            };
            let at = FieldPath::once(Field::HomeNode);
            if view.cells.get(&at).is_none() {
                view.cells.insert(at, home);
            }
            for (path, value) in &item.set {
                view.cells.insert(
                    path.clone(),
                    Cell {
                        value: value.clone(),
                        contenders: Vec::new(),
                    },
                );
            }
        }
        preview
    }

    fn named(&self, name: &str) -> &ProjectView {
        self.projects
            .values()
            .find(|view| view.text(Field::Name) == name)
            .unwrap_or_else(|| panic!("no project {name}"))
    }

    fn sum(&self, ending: &str) -> i64 {
        let cells = self.projects.values().flat_map(|view| &view.cells);
        cells
            .filter(|(path, _)| path.as_str().ends_with(ending))
            .filter_map(|(_, cell)| cell.value.as_int())
            .sum()
    }

    fn ledger(&self) -> Ledger<'_> {
        Ledger {
            name: "",
            month_fields: None,
            unit: "某县",
            month: Month::new(2026, 11).unwrap(),
            today: Date::new(2026, 11, 22).unwrap(),
            words: &self.words,
            is_template: false,
            columns: &[],
            style: Style::Print,
        }
    }
}

#[test]
fn the_real_ledger_comes_in_whole_and_a_second_time_changes_nothing() {
    let workbook = load("ledger-real.xlsx");
    let mut world = World::default();
    let first = world.import(&workbook);
    let errors: Vec<_> = first
        .api
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!((first.api.rows, first.counts().created), (255, 255));
    assert_eq!(world.projects.len(), 255);
    assert_eq!(world.sum("total_investment_fen"), 9_057_958_407_100);
    assert_eq!(world.sum("year_plan_fen"), 674_707_500_000);
    assert_eq!(world.sum("cum_investment_fen"), 534_729_000_000);
    let matches = first
        .api
        .findings
        .iter()
        .filter(|finding| finding.kind == "total_matches")
        .count();
    assert_eq!(matches, 3, "总投资, 当年计划, 累计完成");
    let sheet = &first.api.sheets[0];
    assert_eq!(sheet.header_rows, Some((3, 4)));
    assert_eq!(sheet.money_unit, "万元");
    let ignored: Vec<_> = sheet
        .columns
        .iter()
        .filter(|column| column.path.is_none())
        .collect();
    assert!(ignored.is_empty(), "{ignored:#?}");

    let second = world.import(&workbook);
    assert!(second.items.is_empty(), "{:#?}", &second.items[..1]);
    assert_eq!(
        (
            second.counts().created,
            second.counts().updated,
            second.counts().unchanged
        ),
        (0, 0, 255)
    );

    // Wording that is no value is kept; a masked amount is no amount.
    let masked = world
        .projects
        .values()
        .filter(|view| view.text(Field::Notes).contains("(略)元"))
        .count();
    assert_eq!(masked, 1);
    assert!(world.projects.values().any(|view| {
        view.text(Field::Notes)
            .contains("建设起止年限：建设期为4年")
    }));
}

#[test]
fn hub_and_node_make_the_same_documents_from_one_workbook() {
    let workbook = load("ledger-real.xlsx");
    let ids = |preview: &Preview| {
        preview
            .items
            .iter()
            .map(|item| (item.project, item.set.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let node = World::default().preview(&workbook);
    let hub = World {
        directory: vec![
            (own(), "某镇".into()),
            (UnitId::from_bytes([9; 10]), "不在表中镇".into()),
        ],
        ..World::default()
    };
    assert_eq!(ids(&node), ids(&hub.preview(&workbook)));
}

#[test]
fn an_exported_ledger_read_back_changes_nothing() {
    let mut world = World::default();
    world.import(&load("ledger-real.xlsx"));
    world.import(&load("ledger-broken.xlsx"));
    let projects: Vec<ProjectView> = world.projects.values().cloned().collect();
    for (format, name) in [(Format::Xlsx, "导出.xlsx"), (Format::Csv, "导出.csv")] {
        let bytes = export::write(format, &world.ledger(), &projects).unwrap();
        let preview = world.preview(&parse(&bytes, name));
        assert!(
            preview.items.is_empty(),
            "{name}: {:#?}",
            &preview.items[..1]
        );
        assert_eq!(
            preview.counts().unchanged as usize,
            projects.len(),
            "{name}"
        );
        assert!(preview.refused.is_empty(), "{name}: {:#?}", preview.refused);
    }
    // A changed cell of the file is a changed field of the same project, found by its id even when the name changed.
    let text =
        String::from_utf8(export::write(Format::Csv, &world.ledger(), &projects).unwrap()).unwrap();
    let changed = text.replace("弋江橋改建工程", "弋江桥改建工程");
    let preview = world.import(&parse(changed.as_bytes(), "改.csv"));
    assert_eq!((preview.counts().updated, preview.counts().created), (1, 0));
    assert_eq!(
        world
            .named("弋江桥改建工程")
            .once(Field::TotalInvestmentFen),
        &Value::Int(15_000_000_000)
    );
}

#[test]
fn an_exported_month_holds_what_was_typed_and_changes_nothing_when_read_back() {
    let mut world = World::default();
    world.import(&load("ledger-small.xlsx"));
    let month = world.ledger().month;
    let typed = [
        (FieldPath::month(month, Field::MonthImage), "主体完成三层"),
        (FieldPath::month(month, Field::MonthNext), "封顶"),
        (FieldPath::month(month, Field::MonthDeviation), "征地未完成"),
        (FieldPath::month(month, Field::MonthNil), "season"),
        (FieldPath::once(Field::Problems), "用地未批"),
        (FieldPath::once(Field::ProceduresNow), "施工许可已办"),
    ];
    let done = [(10, 20_000_000), (11, 12_345_600)];
    for view in world.projects.values_mut() {
        let mut put = |path: FieldPath, value: Value| {
            let cell = Cell {
                value,
                contenders: Vec::new(),
            };
            view.cells.insert(path, cell);
        };
        for (path, text) in &typed {
            put(path.clone(), Value::from(*text));
        }
        for (number, fen) in done {
            let month = Month::new(2026, number).unwrap();
            put(
                FieldPath::month(month, Field::MonthDoneFen),
                Value::Int(fen),
            );
        }
    }
    let projects: Vec<ProjectView> = world.projects.values().cloned().collect();
    let profile = Profile::built_in("kaizhou").unwrap();
    let ledger = profile
        .ledgers
        .iter()
        .find(|one| one.id == "kz.progress")
        .unwrap();
    let ledger = Ledger {
        month_fields: Some(&ledger.fields),
        ..world.ledger()
    };
    for (format, name) in [(Format::Xlsx, "月.xlsx"), (Format::Csv, "月.csv")] {
        let book = parse(&export::write(format, &ledger, &projects).unwrap(), name);
        let shown: Vec<String> = book.sheets[0]
            .rows
            .iter()
            .flat_map(|row| row.cells.iter().map(|(_, cell)| cell.text().to_owned()))
            .collect();
        let texts = typed
            .iter()
            .map(|(_, text)| *text)
            .filter(|text| *text != "season");
        for text in texts.chain(["12.3456", "32.3456"]) {
            let count = shown.iter().filter(|cell| **cell == text).count();
            assert_eq!(count, projects.len(), "{name}: {text}: {shown:?}");
        }
        let preview = world.preview(&book);
        assert!(preview.items.is_empty(), "{name}: {:#?}", preview.items);
        assert_eq!(
            preview.counts().unchanged as usize,
            projects.len(),
            "{name}"
        );
    }
}

#[test]
fn exports_hold_sums_and_no_formula_from_a_person() {
    let mut world = World::default();
    world.import(&load("ledger-broken.xlsx"));
    let projects: Vec<ProjectView> = world.projects.values().cloned().collect();
    let csv =
        String::from_utf8(export::write(Format::Csv, &world.ledger(), &projects).unwrap()).unwrap();
    assert!(
        csv.starts_with('\u{feff}') && csv.contains(",'=1+2,"),
        "{csv}"
    );
    let xlsx = export::write(Format::Xlsx, &world.ledger(), &projects).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&xlsx)).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(
        &mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(),
        &mut sheet,
    )
    .unwrap();
    let formulas: Vec<&str> = sheet
        .split("<f>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    assert!(
        !formulas.is_empty() && formulas.iter().all(|formula| formula.starts_with("SUM(")),
        "{formulas:?}"
    );
    let total = shared::money::Fen(world.sum("total_investment_fen")).wan_exact();
    assert!(
        sheet.contains(&format!("<v>{total}</v>")),
        "the cached sum {total}"
    );
    let docx = export::write(Format::Docx, &world.ledger(), &projects).unwrap();
    assert!(docx.starts_with(b"PK"));
    assert!(export::write(Format::Ndjson, &world.ledger(), &projects).is_err());
}

#[test]
fn refused_rows_come_back_and_are_good_once_corrected() {
    let source = load("ledger-broken.xlsx");
    let mut world = World::default();
    let preview = world.import(&source);
    let bytes = errors_out::write(&source, &preview, Lang::Zh)
        .unwrap()
        .unwrap();
    let mut back = parse(&bytes, "错误行.xlsx");
    let rows: usize = back.sheets.iter().map(|sheet| sheet.rows.len()).sum();
    assert!(rows > preview.refused.len());
    let again = world.preview(&back);
    // The row that differed from another one stands alone now: leaving it in is choosing it.
    let kinds: Vec<_> = again
        .refused
        .iter()
        .map(|refused| refused.reasons.len())
        .collect();
    assert_eq!(kinds, [1, 1, 1], "{:#?}", again.api.findings);
    assert_eq!((again.counts().created, again.counts().updated), (0, 1));
    // The person puts the impossible date right.
    for sheet in &mut back.sheets {
        for row in &mut sheet.rows {
            for (_, cell) in &mut row.cells {
                if cell.text() == "2024/2/30" {
                    *cell = super::workbook::CellValue::Text("2024/2/28".into());
                }
            }
        }
    }
    let corrected = world.import(&back);
    assert_eq!(corrected.counts().created, 1);
    assert_eq!(
        world
            .named("科创纺织企业二期项目")
            .text(Field::PlannedStart),
        "2024-02-28"
    );
    assert_eq!(
        errors_out::write(
            &load("ledger-real.xlsx"),
            &World::default().preview(&load("ledger-real.xlsx")),
            Lang::Zh
        )
        .unwrap(),
        None
    );
}

/// What must be true of one listed fault.
enum Expect {
    /// A finding of this kind at this place.
    Finding(&'static str),
    /// The row stays out with a finding of this kind.
    Refused(&'static str),
    /// Checked by [`handled`].
    Handled,
}

/// Every fault of the list, by sheet and cell as the list names them.
const FAULTS: [(&str, &str, Expect); 39] = {
    use Expect::{Finding, Handled, Refused};
    const LEDGER: &str = "重点项目台账（1-6月）";
    const YI: &str = "2024年(亿元)";
    [
        (LEDGER, "A2", Handled),
        (LEDGER, "B7", Refused("name_missing")),
        (LEDGER, "H8", Finding("money_approximate")),
        (LEDGER, "H9", Finding("money_converted")),
        (LEDGER, "H10", Finding("money_converted")),
        (LEDGER, "H11", Finding("money_converted")),
        (LEDGER, "H12:J12", Finding("placeholder")),
        (LEDGER, "J13", Refused("money_negative")),
        (LEDGER, "A14:N14 与 A15:N15", Finding("duplicate_row")),
        (LEDGER, "B17", Finding("duplicate_name")),
        (LEDGER, "F18:G18", Finding("date_from_serial")),
        (LEDGER, "F19:G19", Finding("date_read")),
        (LEDGER, "F20", Finding("period_split")),
        (LEDGER, "F21", Finding("period_split")),
        (LEDGER, "F22:G22", Finding("dates_reversed")),
        (LEDGER, "F23", Refused("date_impossible")),
        (LEDGER, "K24", Finding("ratio_read")),
        (LEDGER, "K25", Finding("cell_error")),
        (LEDGER, "L26", Finding("formula_text")),
        (LEDGER, "M27", Finding("formula_text")),
        (LEDGER, "K28", Finding("ratio_read")),
        (LEDGER, "K29", Finding("ratio_guessed")),
        (LEDGER, "A30:N30", Finding("header_repeated")),
        (LEDGER, "C31:C32", Finding("merged_filled")),
        (LEDGER, "A33:N33", Handled),
        (LEDGER, "B34", Finding("name_cleaned")),
        (LEDGER, "B35", Finding("name_cleaned")),
        (LEDGER, "36:37", Finding("hidden_rows")),
        (LEDGER, "A38", Finding("serial_ignored")),
        (LEDGER, "H39", Finding("unit_suspect")),
        (LEDGER, "J40", Finding("cum_above_total")),
        (LEDGER, "N41", Finding("sensitive")),
        (LEDGER, "A42:N42", Finding("total_skipped")),
        (LEDGER, "A43", Finding("note_skipped")),
        (LEDGER, "N:N", Finding("hidden_column")),
        (YI, "A1:G1", Handled),
        (YI, "C:E", Handled),
        (YI, "A20:C20", Refused("duplicate_differs")),
        ("填报说明", "A1:A6", Finding("no_table")),
    ]
};

/// A span of rows and one of columns, each inclusive.
type Place = (Option<(u32, u32)>, Option<(u16, u16)>);

/// Rows and columns a place names: `F18:G18`, `36:37`, `N:N`, `A14:N14 与 A15:N15` (the last area counts).
fn place(text: &str) -> Place {
    let area = text.rsplit(' ').next().unwrap();
    let corner = |corner: &str| {
        let letters = corner.trim_end_matches(|c: char| c.is_ascii_digit());
        (
            corner[letters.len()..].parse::<u32>().ok(),
            column_index(letters),
        )
    };
    let (from, to) = area.split_once(':').unwrap_or((area, area));
    let ((top, left), (bottom, right)) = (corner(from), corner(to));
    (top.zip(bottom), left.zip(right))
}

#[test]
fn every_listed_fault_of_the_broken_ledger_has_its_verdict() {
    let workbook = load("ledger-broken.xlsx");
    let mut world = World::default();
    let preview = world.import(&workbook);
    let list = std::fs::read(data("ledger-broken-faults.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(list.as_slice());
    let listed: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(listed.len(), FAULTS.len());
    for (record, (sheet, cell, expect)) in listed.iter().zip(&FAULTS) {
        assert_eq!((&record[0], &record[1]), (*sheet, *cell));
        let (rows, columns) = place(cell);
        let here = |finding: &&shared::api::Finding| {
            let row = rows.is_none_or(|(top, bottom)| {
                finding.row == 0 || (top..=bottom).contains(&finding.row)
            });
            let column = column_index(&finding.column);
            let column = column.is_none()
                || columns.is_none_or(|(left, right)| (left..=right).contains(&column.unwrap()));
            finding.sheet == *sheet && row && column
        };
        let found: Vec<_> = preview.api.findings.iter().filter(here).collect();
        let (Expect::Finding(kind) | Expect::Refused(kind)) = expect else {
            continue;
        };
        let finding = found.iter().find(|finding| finding.kind == *kind);
        let finding =
            finding.unwrap_or_else(|| panic!("{sheet} {cell}: no {kind} among {found:#?}"));
        let refused = preview.refused.iter().any(|refused| {
            workbook.sheets[refused.sheet].head.name == *sheet
                && rows.is_some_and(|(top, bottom)| (top..=bottom).contains(&refused.row))
        });
        assert_eq!(
            refused,
            matches!(expect, Expect::Refused(_)),
            "{sheet} {cell}"
        );
        assert_eq!(
            finding.severity == Severity::Error,
            refused,
            "{sheet} {cell}"
        );
    }
    handled(&world, &preview);
}

/// The values behind the faults' handling.
fn handled(world: &World, preview: &Preview) {
    let money = |name: &str| {
        world
            .named(name)
            .once(Field::TotalInvestmentFen)
            .as_int()
            .map(|fen| shared::money::Fen(fen).wan_exact())
    };
    let text = |name: &str, field| world.named(name).text(field).to_owned();
    // A2, A1:G1, C:E: the tables, their units, their columns by name.
    let [first, second, third] = preview.api.sheets.as_slice() else {
        panic!("three sheets")
    };
    assert_eq!(
        (first.header_rows, first.money_unit.as_str(), first.rows),
        (Some((4, 5)), "万元", 34)
    );
    assert_eq!(
        (second.header_rows, second.money_unit.as_str(), second.rows),
        (Some((1, 1)), "亿元", 19)
    );
    assert_eq!((third.header_rows, third.rows), (None, 0));
    let path = |column: &str| {
        second
            .columns
            .iter()
            .find(|found| found.column == column)
            .and_then(|found| found.path.clone())
    };
    assert_eq!(path("A").as_deref(), Some("name"));
    assert_eq!(path("D").as_deref(), Some("2024/year_plan_fen"));
    assert_eq!(path("E").as_deref(), Some("@year_to_date"));
    assert_eq!(path("G").as_deref(), Some("@serial"));
    assert_eq!(money("高端铝智慧化标准厂房项目").as_deref(), Some("100000"));
    assert_eq!(
        money("永康市城西新区花川区块道路工程").as_deref(),
        Some("8779.31")
    );
    let june = Month::new(2024, 6).unwrap();
    assert_eq!(
        world
            .named("营盘镇朱家湾村美丽乡村建设")
            .month(june, Field::MonthDoneFen),
        &Value::Int(4_800_000_000)
    );
    // Amounts as people write them; placeholders are no zero.
    for (name, wan) in [
        ("亭子垭生猪代养场", Some("5480.5")),
        (
            "丰顺县城湖下片老旧小区及周边基础设施配套工程",
            Some("29900"),
        ),
        ("临海市双林南路建设工程", Some("3200")),
        ("九江县2015年度“农田水利项目县”建设", Some("5600")),
        ("松坂溪安全生态水系工程", None),
        ("会理横山水库", Some("184900")),
        ("三门县洋市涂围垦工程", Some("29900")),
    ] {
        assert_eq!(money(name).as_deref(), wan, "{name}");
    }
    assert!(text("亭子垭生猪代养场", Field::Notes).contains("约5480.5万元"));
    // Dates.
    for (name, start, end) in [
        ("三门县洋市涂围垦工程", "2024-03-15", ""),
        ("凤冈县长山米业有限公司建设项目", "2024-03-01", "2024-12-31"),
        ("凤庆县郭大寨水库工程", "2024-03", "2024-12"),
        ("三江新区安全坝新城综合开发项目", "2023-03", "2025-12"),
        ("柏村镇后坝村冷链物流精品水果配套设施", "2024-03", "2026-12"),
        ("勐海农产品加工园区基础设施建设项目", "", ""),
    ] {
        assert_eq!(
            (
                text(name, Field::PlannedStart).as_str(),
                text(name, Field::PlannedCompletion).as_str()
            ),
            (start, end),
            "{name}"
        );
    }
    // Text that looks like a formula, merged cells, cleaned names, the phone.
    assert_eq!(text("国能光伏发电项目", Field::ImageNow), "=1+2");
    assert_eq!(
        text(
            "奉节县冯坪乡龙坝村至兴隆镇龙门村公路工程",
            Field::TerritorialOrg
        ),
        "牛镇镇"
    );
    assert!(!text("奉节县独立工矿区瞿塘峡片区供水工程", Field::OwnerOrg).is_empty());
    assert!(!text("城南污水处理厂一期工程", Field::TerritorialOrg).is_empty());
    assert_eq!(
        text("大昌古镇至小小三峡景区快车道", Field::LiaisonPhone),
        "13800000000"
    );
    assert_eq!(text("南宽坪镇洞沟大桥", Field::ImageNow), "通车");
    // 53 rows: four are refused, one is a duplicate, one the same project once more.
    assert_eq!(preview.api.rows, 53);
    assert_eq!(preview.refused.len(), 4);
    assert_eq!(preview.counts().created, 47);
    assert_eq!(world.projects.len(), 47);
    let total = preview
        .api
        .findings
        .iter()
        .find(|finding| finding.kind == "total_differs")
        .unwrap();
    assert_eq!((total.row, total.column.as_str()), (42, "H"));
}

#[test]
fn since_january_becomes_what_earlier_months_do_not_hold() {
    let mut world = World::default();
    let table = |month: u8, done: &str| {
        parse(
            format!(
                "项目名称,总投资（万元）,2026年1-{month}月完成投资（万元）\n某桥,1000,{done}\n"
            )
            .as_bytes(),
            "a.csv",
        )
    };
    let done = |world: &World, month| {
        world
            .named("某桥")
            .month(Month::new(2026, month).unwrap(), Field::MonthDoneFen)
            .as_int()
    };
    world.import(&table(6, "300"));
    assert_eq!(done(&world, 6), Some(300_000_000));
    world.import(&table(8, "420"));
    assert_eq!(done(&world, 8), Some(120_000_000));
    assert_eq!(world.import(&table(8, "420")).items.len(), 0);
    let falls = world.import(&table(9, "100"));
    assert!(
        falls
            .api
            .findings
            .iter()
            .any(|finding| finding.kind == "year_to_date_falls")
    );
    assert_eq!(done(&world, 9), None);
}

#[test]
fn a_cell_in_conflict_is_left_to_a_person() {
    let mut world = World::default();
    let table = |total: &str| {
        parse(
            format!("项目名称,总投资（万元）\n某桥,{total}\n").as_bytes(),
            "a.csv",
        )
    };
    world.import(&table("1000"));
    let by = shared::project::Writer {
        user: None,
        name: String::new(),
        unit: String::new(),
        at: shared::time::Timestamp(0),
    };
    let contender = |fen| shared::project::Contender {
        value: Value::Int(fen),
        by: by.clone(),
    };
    let cell = Cell {
        value: Value::Int(1),
        contenders: vec![contender(1), contender(2)],
    };
    let id = *world.projects.keys().next().unwrap();
    world
        .projects
        .get_mut(&id)
        .unwrap()
        .cells
        .insert(FieldPath::once(Field::TotalInvestmentFen), cell);
    let preview = world.preview(&table("2000"));
    assert!(preview.items.is_empty());
    assert_eq!(preview.counts().kept, 1);
    assert!(
        preview
            .api
            .findings
            .iter()
            .any(|finding| finding.kind == "field_in_conflict")
    );
}

#[test]
fn projects_of_one_name_are_told_apart_or_asked_about() {
    let mut world = World::default();
    let table = |rows: &str| {
        parse(
            format!("项目名称,属地,业主,总投资（万元）\n{rows}").as_bytes(),
            "a.csv",
        )
    };
    let preview = world.import(&table(
        "污水处理厂,甲镇,,1\n污水处理厂,乙镇,,2\n污水处理厂,乙镇,某公司,\n",
    ));
    assert_eq!(preview.counts().created, 2);
    let asked = world.preview(&table("污水处理厂,,,3\n"));
    assert_eq!(
        asked
            .api
            .findings
            .iter()
            .filter(|finding| finding.kind == "match_ambiguous")
            .count(),
        1
    );
    let found = world.preview(&table("污水处理厂,甲镇,,3\n"));
    assert_eq!((found.counts().updated, found.counts().created), (1, 0));
    // Another total in the same file is for a person to settle.
    let differs = world.preview(&table("桥,甲镇,,1\n桥,甲镇,,2\n"));
    assert_eq!((differs.counts().created, differs.refused.len()), (1, 1));
}

#[test]
fn money_finer_than_a_fen_keeps_its_row_out() {
    let preview = World::default().preview(&parse(
        "项目名称,总投资（万元）\n甲,0.0000001\n乙,0.000001\n".as_bytes(),
        "a.csv",
    ));
    assert_eq!(preview.refused.len(), 1);
    assert_eq!(preview.counts().created, 1);
    assert_eq!(
        preview
            .api
            .findings
            .iter()
            .filter(|finding| finding.kind == "money_finer_than_fen")
            .count(),
        1
    );
}

#[test]
fn a_mapping_corrects_what_titles_do_not_say() {
    let mapping = Mapping::parse("guess = false\nmoney_unit = \"元\"\n[columns]\n\"What\" = \"name\"\n\"B\" = \"total_investment_fen\"\n[constants]\nfx_currency = \"USD\"\n").unwrap();
    let mut world = World {
        mapping,
        ..World::default()
    };
    let preview = world.import(&parse(b"What,Cost,Borrower\nBridge,12.34,X\n", "a.csv"));
    assert_eq!(preview.counts().created, 1);
    let view = world.named("Bridge");
    assert_eq!(view.once(Field::TotalInvestmentFen), &Value::Int(1_234));
    assert_eq!(view.text(Field::FxCurrency), "USD");
    assert!(view.text(Field::OwnerOrg).is_empty());
}

#[test]
fn guards_and_letters_fit_together() {
    for text in ["=1", "'=1", "+86", "@x", "-5℃", "plain", "'quoted'"] {
        let guarded = if export::needs_guard(text) {
            format!("'{text}")
        } else {
            text.to_owned()
        };
        assert_eq!(csv_in::unguard(&guarded), text);
    }
    assert_eq!(column_letter(13), "N");
}
