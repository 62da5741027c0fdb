#![expect(clippy::unwrap_used, reason = "a failed test should panic")]
use super::*;
use shared::time::Timestamp;

pub(crate) fn row(number: u8, name: &str, unit: &str) -> ProjectRow {
    ProjectRow {
        id: ProjectId::from_parts(u64::from(number), [number; 10]),
        name: name.into(),
        code: format!("2411-500154-04-01-{number:06}"),
        home: None,
        home_name: unit.into(),
        territory: String::new(),
        owner: String::new(),
        lead_unit: String::new(),
        sector: "transport".into(),
        investment_kind: String::new(),
        stage: "build".into(),
        total_fen: Some(i64::from(number) * 100_000_000),
        year_plan_fen: None,
        year_done_fen: None,
        month_done_fen: None,
        cum_fen: None,
        image: String::new(),
        open_issues: 0,
        issues: 0,
        conflicts: 0,
        proposals: 0,
        keys: String::new(),
        updated_at: Timestamp(0),
        deleted: String::new(),
        demo: false,
    }
}

fn rows() -> Vec<Row> {
    let mut first = row(1, "三合互通改造", "三合镇");
    first.keys = "shht shhtgz sanhehutong".into();
    first.conflicts = 1;
    let second = row(2, "长沙（一期）水厂", "长沙镇");
    let mut third = row(3, "旧桥拆除", "三合镇");
    third.deleted = "重复".into();
    vec![Rc::new(first), Rc::new(second), Rc::new(third)]
}

fn names(query: &Query) -> Vec<String> {
    query
        .select(&rows())
        .iter()
        .map(|row| row.name.clone())
        .collect()
}

#[test]
fn search_finds_pinyin_parts_of_names_and_codes() {
    for (words, found) in [
        ("shht", vec!["三合互通改造"]),
        ("互通", vec!["三合互通改造"]),
        ("长沙(一期)", vec!["长沙（一期）水厂"]),
        ("000002", vec!["长沙（一期）水厂"]),
        ("SHHT 互通", vec!["三合互通改造"]),
        ("没有", vec![]),
    ] {
        let query = Query {
            words: words.into(),
            ..Query::default()
        };
        assert_eq!(names(&query), found, "{words}");
    }
}

#[test]
fn values_of_one_filter_add_up_and_filters_narrow_each_other() {
    let mut query = Query::default();
    query.toggle(Facet::Unit, "三合镇");
    query.toggle(Facet::Unit, "长沙镇");
    assert_eq!(names(&query).len(), 2);
    query.marks.push(Mark::Conflict);
    assert_eq!(names(&query), ["三合互通改造"]);
    query.toggle(Facet::Unit, "三合镇");
    assert!(names(&query).is_empty());
}

#[test]
fn totals_are_told_apart_by_how_large_they_are() {
    for (total, size) in [
        (None, ""),
        (Some(4_999_999_999), "< 5,000"),
        (Some(5_000_000_000), "5,000 – 10,000"),
        (Some(49_999_999_999), "10,000 – 50,000"),
        (Some(i64::MAX), "≥ 100,000"),
    ] {
        let row = ProjectRow {
            total_fen: total,
            ..row(1, "", "")
        };
        assert_eq!(Facet::Size.of(&row), size, "{total:?}");
    }
}

#[test]
fn deleted_projects_show_only_in_the_bin() {
    assert!(!names(&Query::default()).contains(&"旧桥拆除".to_owned()));
    let bin = Query {
        marks: [Mark::Deleted].into(),
        ..Query::default()
    };
    assert_eq!(names(&bin), ["旧桥拆除"]);
}

#[test]
fn any_number_of_rows_is_sorted_by_any_column_both_ways() {
    for count in [0_u8, 1, 2, 3, 7, 8, 200] {
        let mixed = |number: u8| {
            let mut row = row(number, "", "");
            row.total_fen = Some(i64::from(number.wrapping_mul(73)) % 50);
            Rc::new(row)
        };
        let rows: Vec<Row> = (0..count).map(mixed).collect();
        for descending in [false, true] {
            let key = SortKey::Total;
            let query = Query {
                sort: Sort { key, descending },
                ..Query::default()
            };
            let sorted = query.select(&rows);
            let in_order = |a: &Row, b: &Row| {
                let order = a.total_fen.cmp(&b.total_fen);
                let order = if descending { order.reverse() } else { order };
                order.then_with(|| a.id.cmp(&b.id)).is_lt()
            };
            assert_eq!(sorted.len(), rows.len());
            assert!(sorted.is_sorted_by(in_order), "{count} {descending}");
        }
    }
}

#[test]
fn sums_are_of_the_rows_shown_and_saturate() {
    assert_eq!(sums(&rows()).total, 600_000_000);
    let mut huge = row(1, "", "");
    huge.total_fen = Some(i64::MAX);
    assert_eq!(
        sums(&[Rc::new(huge.clone()), Rc::new(huge)]).total,
        i64::MAX
    );
}

#[test]
fn a_patch_replaces_its_row_and_adds_new_ones() {
    let mut changed = row(1, "新名", "三合镇");
    changed.conflicts = 0;
    let merged = merge(&rows(), &[changed, row(9, "新项目", "三合镇")]);
    assert_eq!(merged.len(), 4);
    assert_eq!(merged[0].name, "新名");
    // However many, and whatever their ids have in common: each is there once, in its place.
    let many = |name: &str| -> Vec<ProjectRow> {
        let one = |number: u64| ProjectRow {
            id: ProjectId::from_parts(number, [u8::try_from(number % 7).unwrap(); 10]),
            ..row(1, name, "")
        };
        (0..500).map(one).collect()
    };
    let first = merge(&[], &many("旧")[..300]);
    let merged = merge(&first, &many("新"));
    let ids: Vec<_> = merged.iter().map(|row| row.id).collect();
    let expected: Vec<_> = many("").iter().map(|row| row.id).collect();
    assert_eq!(ids, expected);
    assert!(merged.iter().all(|row| row.name == "新"));
}

#[test]
fn a_window_never_leaves_the_list() {
    assert_eq!(window(0, 400, 40, 3), (0, 3));
    assert_eq!(window(40_000, 400, 40, 2_000), (994, 1_017));
    assert_eq!(window(-50, -1, 40, 0), (0, 0));
    assert_eq!(window(i32::MAX, 400, 40, 10), (10, 10));
}

fn grouped(by: Facet) -> Vec<Line> {
    let mut rows = rows();
    for (number, lead) in [(4, ""), (5, "交通局")] {
        let mut row = row(number, "丁", "长沙镇");
        row.lead_unit = lead.into();
        rows.push(Rc::new(row));
    }
    let query = Query {
        group: Some(by),
        ..Query::default()
    };
    lines(&query.select(&rows), query.group)
}

/// Heads as their value and count, projects as their number.
fn told(lines: &[Line]) -> Vec<String> {
    let tell = |line: &Line| match line {
        Line::Group(value, sums) => format!("{value}:{}", sums.count),
        Line::Project(row) => row.code[19..].trim_start_matches('0').to_owned(),
    };
    lines.iter().map(tell).collect()
}

#[test]
fn groups_stand_together_with_their_sums_and_those_without_a_value_last() {
    let by_unit = grouped(Facet::Unit);
    assert_eq!(told(&by_unit), ["三合镇:1", "1", "长沙镇:3", "4", "5", "2"]);
    let Line::Group(_, sums) = &by_unit[2] else {
        panic!("a head")
    };
    assert_eq!(sums.total, 1_100_000_000);
    let by_lead = grouped(Facet::Lead);
    assert_eq!(told(&by_lead), ["交通局:1", "5", ":3", "1", "4", "2"]);
    let open = lines(&Query::default().select(&rows()), None);
    assert_eq!(told(&open), ["1", "2"]);
    assert_eq!(lines(&[], Some(Facet::Unit)), []);
}

#[test]
fn the_cursor_steps_over_the_heads_of_groups() {
    let lines = grouped(Facet::Unit);
    for (from, to, at) in [
        (0, 0, 1),
        (1, 2, 3),
        (3, 2, 1),
        (1, 0, 1),
        (3, 99, 5),
        (5, 6, 5),
    ] {
        assert_eq!(step(&lines, from, to), at, "{from} {to}");
    }
    assert_eq!(step(&[], 0, 1), 0);
}

#[test]
fn the_copied_text_follows_the_groups() {
    let month = Month::new(2026, 11).unwrap();
    let query = Query {
        group: Some(Facet::Unit),
        ..Query::default()
    };
    let text = tsv(
        &query.select(&rows()),
        query.group,
        &["a"],
        month,
        &|_, value| value.to_owned(),
    );
    let firsts: Vec<&str> = text
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    assert_eq!(firsts[1..4], ["三合镇 (1)", "三合互通改造", "长沙镇 (1)"]);
    let head = text.lines().nth(3).unwrap();
    assert_eq!(head.split('\t').count(), 14);
    assert_eq!(head.split('\t').nth(5), Some("200"));
}

#[test]
fn copied_cells_hold_no_tabs_or_breaks() {
    let mut messy = row(1, "甲\t乙\n丙", "三合镇");
    messy.total_fen = Some(123_456_789);
    let text = tsv(
        &[Rc::new(messy)],
        None,
        &["a"],
        Month::new(2026, 11).unwrap(),
        &|_, value| value.to_owned(),
    );
    let line = text.lines().nth(1).unwrap();
    assert_eq!(line.split('\t').count(), 14);
    assert!(line.starts_with("甲 乙 丙\t"));
    assert!(line.contains("\t123.456789\t"));
}
