use shared::chart::Milestone;
use shared::ids::ProjectId;

use super::ink::wrap;
use super::*;

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn lines(count: usize) -> Vec<ChartLine> {
    let months = (1..=12).filter_map(|month| Month::new(2026, month));
    let marks = [Mark::Done, Mark::Overdue, Mark::UnderWay, Mark::Blank];
    let line = |index: usize| ChartLine {
        project: ProjectId::from_parts(index as u64, [1; 10]),
        name: format!("第{index}号集镇道路改造与雨污分流工程"),
        unit: "交通局".to_owned(),
        leader: "王某".to_owned(),
        target: "完成路基、桥涵和路面，具备通车条件".to_owned(),
        rate: Some(612),
        planned: (day("2026-02-01"), day("2026-09-30")),
        actual: (day("2026-03-01"), None),
        months: months
            .clone()
            .map(|month| MonthCell {
                month,
                text: "路基土石方完成百分之八十并移交下一标段施工".to_owned(),
                plan_fen: None,
                done_fen: None,
                mark: marks[usize::from(month.month()) % 4],
            })
            .collect(),
        milestones: vec![Milestone {
            due: Date::new(2026, 6, 30).expect("a day"),
            what: "主体封顶".to_owned(),
            done: false,
        }],
    };
    (1..=count).map(line).collect()
}

fn sheets(
    paper: Paper,
    landscape: bool,
    black_and_white: bool,
    lines: &[ChartLine],
) -> Vec<String> {
    let months: Vec<Month> = (1..=12)
        .filter_map(|month| Month::new(2026, month))
        .collect();
    let sheet = Sheet {
        paper,
        landscape,
        black_and_white,
        lang: Lang::Zh,
        unit: "松坪镇",
        today: Date::new(2026, 11, 5).expect("a day"),
        months: &months,
    };
    draw(&sheet, lines)
}

/// The values of an attribute.
fn values<'a>(svg: &'a str, name: &str) -> Vec<&'a str> {
    svg.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn sixty_projects_fit_on_a1_and_twenty_on_a3_in_text_of_eight_points() {
    for (paper, count) in [(Paper::A1, 60), (Paper::A3, 20)] {
        let pages = sheets(paper, true, false, &lines(count));
        assert_eq!(pages.len(), 1, "{paper:?}");
        assert_eq!(pages[0].matches("chart-line").count(), count, "{paper:?}");
    }
    for paper in [Paper::A4, Paper::A3, Paper::A2, Paper::A1] {
        for landscape in [true, false] {
            let pages = sheets(paper, landscape, false, &lines(90));
            let drawn: usize = pages
                .iter()
                .map(|page| page.matches("chart-line").count())
                .sum();
            assert_eq!(drawn, 90, "{paper:?}");
            for page in &pages {
                let sizes = values(page, "font-size");
                let small = sizes
                    .iter()
                    .find(|size| size.parse::<f64>().is_ok_and(|size| size < TEXT_MM));
                assert_eq!(small, None, "{paper:?} {landscape}");
                assert!(
                    page.contains("项目名称") && page.contains("逾期"),
                    "{paper:?}"
                );
            }
        }
    }
}

#[test]
fn a_sheet_in_black_and_white_has_no_colour_and_the_same_shapes() {
    let is_grey = |ink: &str| {
        let ink = ink.trim_start_matches('#');
        ink.len() != 6 || (ink[0..2] == ink[2..4] && ink[2..4] == ink[4..6])
    };
    let shapes =
        |svg: &str| ["<polygon", "<circle", "<rect"].map(|shape| svg.matches(shape).count());
    let colour = sheets(Paper::A3, true, false, &lines(3));
    let plain = sheets(Paper::A3, true, true, &lines(3));
    assert_eq!(shapes(&plain[0]), shapes(&colour[0]));
    assert!(values(&plain[0], "fill").contains(&"url(#chart-slipped)"));
    for name in ["fill", "stroke"] {
        let coloured = values(&plain[0], name)
            .into_iter()
            .find(|ink| !is_grey(ink));
        assert_eq!(coloured, None, "{name}");
        assert!(
            values(&colour[0], name)
                .into_iter()
                .any(|ink| !is_grey(ink)),
            "{name}"
        );
    }
}

#[test]
fn what_people_wrote_cannot_become_markup_and_no_projects_are_a_sheet_too() {
    let mut hostile = lines(1);
    hostile[0].name = "<script>\"'&".to_owned();
    hostile[0].months[0].text = "</text><img onerror=x>".to_owned();
    let page = sheets(Paper::A3, true, false, &hostile).concat();
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    let empty = sheets(Paper::A4, false, false, &[]);
    assert_eq!(empty.len(), 1);
    assert!(empty[0].contains("松坪镇"));
}

#[test]
fn long_texts_are_broken_and_cut_with_a_sign() {
    assert_eq!(wrap("路基完成80%", 4.0, 2), ["路基完成", "80%"]);
    assert_eq!(wrap("路基完成并移交", 3.0, 2), ["路基完", "成并…"]);
    assert_eq!(wrap("", 3.0, 2), [""]);
}
