//! 作战图 as sheets of SVG: months × projects, to hang on a wall or to look at (ux.md 5.6).
//!
//! Lengths are millimetres of the paper, so that a browser prints true to size. Text is never smaller than [`TEXT_MM`]; what does not fit
//! ends in `…` and stands whole in the element's title. Marks differ by shape, fills by pattern, so that a sheet says the same in black and
//! white. What people wrote stands in text nodes alone, never in attributes.

mod ink;

use shared::chart::{ChartLine, Mark, MonthCell};
use shared::text::Lang;
use shared::text::chart::{Chart, imprint, month_name};
use shared::time::{Date, Month};
use svg::Document;
use svg::node::Node as _;
use svg::node::element::{Anchor, Circle, Definitions, Group, Path, Pattern, Polygon, Rectangle};

use ink::{RULE, label, paragraph, rule, title_of, width_of};

/// The smallest height of text: 8 pt. Source: ux.md 6, G6.
pub const TEXT_MM: f64 = 2.83;
/// Months on a sheet at most.
pub const MONTHS_MAX: usize = 18;

/// Text of the header row.
const HEAD_MM: f64 = 3.1;

const MARGIN: f64 = 10.0;
const HEADER: f64 = 8.0;
/// A row's height where the sheet is full; with fewer projects rows grow.
const ROW_MM: f64 = 8.3;
const ROW_MAX_MM: f64 = 20.0;
const FONTS: &str = "'Microsoft YaHei','Noto Sans CJK SC',sans-serif";
/// The columns before the months, as parts of the sheet's width: number, project, in charge, target, rate.
const COLUMNS: [f64; 5] = [0.024, 0.115, 0.085, 0.088, 0.043];

const INK: &str = "#222222";
const QUIET: &str = "#5f5f5f";
const RED: &str = "#b3261e";
const BLUE: &str = "#0b57d0";

/// A size of paper, ISO 216.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 297 × 210 mm.
    A4,
    /// 420 × 297 mm.
    A3,
    /// 594 × 420 mm.
    A2,
    /// 841 × 594 mm.
    A1,
}

impl Paper {
    /// The paper of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "A4" => Some(Self::A4),
            "A3" => Some(Self::A3),
            "A2" => Some(Self::A2),
            "A1" => Some(Self::A1),
            _ => None,
        }
    }

    const fn sides(self) -> (f64, f64) {
        match self {
            Self::A4 => (297.0, 210.0),
            Self::A3 => (420.0, 297.0),
            Self::A2 => (594.0, 420.0),
            Self::A1 => (841.0, 594.0),
        }
    }
}

/// What stands around the projects, and how they are drawn.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// The paper.
    pub paper: Paper,
    /// The long side lies across.
    pub landscape: bool,
    /// Patterns instead of colours.
    pub black_and_white: bool,
    /// The language of its own words.
    pub lang: Lang,
    /// Who had it drawn.
    pub unit: &'a str,
    /// The day it shows.
    pub today: Date,
    /// The months across, at least one.
    pub months: &'a [Month],
}

/// Draws as many sheets as the projects need; one even without projects.
#[must_use]
pub fn draw(sheet: &Sheet<'_>, lines: &[ChartLine]) -> Vec<String> {
    let plan = Plan::new(sheet, lines.len());
    let pages = lines.len().div_ceil(plan.rows).max(1);
    (0..pages)
        .map(|page| {
            let from = page * plan.rows;
            let shown = lines.get(from..).unwrap_or_default();
            let shown = &shown[..shown.len().min(plan.rows)];
            plan.page(shown, from, (page + 1, pages)).to_string()
        })
        .collect()
}

/// Where things stand on every page.
struct Plan<'a> {
    sheet: &'a Sheet<'a>,
    width: f64,
    height: f64,
    title: f64,
    /// The first row's upper edge.
    top: f64,
    row: f64,
    rows: usize,
    text: f64,
    /// Left edges of the columns before the months, and of the months' block.
    edges: [f64; 6],
    month: f64,
}

impl<'a> Plan<'a> {
    fn new(sheet: &'a Sheet<'a>, projects: usize) -> Self {
        let (long, short) = sheet.paper.sides();
        let (width, height) = if sheet.landscape {
            (long, short)
        } else {
            (short, long)
        };
        let inner = width - 2.0 * MARGIN;
        let title = (inner * 0.022).clamp(5.0, 14.0);
        let top = MARGIN + title * 1.7 + HEADER;
        let room = height - MARGIN - 7.0 - top;
        let most = (room / ROW_MM).floor().max(1.0);
        let wanted = (projects.max(1) as f64).min(most);
        let row = (room / wanted).min(ROW_MAX_MM);
        let mut edges = [MARGIN; 6];
        for (at, part) in COLUMNS.iter().enumerate() {
            edges[at + 1] = edges[at] + inner * part;
        }
        let month = (width - MARGIN - edges[5]) / sheet.months.len().max(1) as f64;
        Self {
            sheet,
            width,
            height,
            title,
            top,
            row,
            rows: most as usize,
            text: (row * 0.3).min(month / 5.0).clamp(TEXT_MM, 4.2),
            edges,
            month,
        }
    }

    fn word(&self, word: Chart) -> &'static str {
        word.text(self.sheet.lang)
    }

    /// Where a day lies across; `None` outside the months shown.
    fn day(&self, day: Date) -> Option<f64> {
        let at = self
            .sheet
            .months
            .iter()
            .position(|month| *month == day.month_of())?;
        let days = f64::from(day.month_of().last_day().day());
        Some(self.edges[5] + self.month * (at as f64 + f64::from(day.day()) / days))
    }

    /// The same, days outside at the nearer edge.
    fn day_within(&self, day: Date) -> f64 {
        let first = self.sheet.months.first().map(|month| month.first_day());
        match self.day(day) {
            Some(at) => at,
            None if first.is_some_and(|first| day < first) => self.edges[5],
            None => self.width - MARGIN,
        }
    }

    fn page(&self, lines: &[ChartLine], from: usize, place: (usize, usize)) -> Document {
        let sheet = self.sheet;
        let mut document = Document::new()
            .set("width", format!("{}mm", self.width))
            .set("height", format!("{}mm", self.height))
            .set("viewBox", (0.0, 0.0, self.width, self.height))
            .set("font-family", FONTS)
            .set("fill", INK)
            .set("class", "chart-page")
            .add(self.patterns());
        let centre = self.width / 2.0;
        let title = format!("{} {}", sheet.unit, self.word(Chart::Title));
        let heading = label(centre, MARGIN + self.title, self.title, &title);
        document = document.add(
            heading
                .set("text-anchor", "middle")
                .set("font-weight", "bold"),
        );
        let note = imprint(sheet.unit, sheet.today, place, sheet.lang);
        let note = label(
            self.width - MARGIN,
            MARGIN + self.title * 1.5,
            TEXT_MM,
            &note,
        );
        document = document
            .add(note.set("text-anchor", "end").set("fill", QUIET))
            .add(self.header());
        let mut bottom = self.top;
        for (at, line) in lines.iter().enumerate() {
            document = document.add(self.line(line, from + at, bottom));
            bottom += self.row;
        }
        for edge in self.all_edges() {
            document = document.add(rule(edge, self.top - HEADER, edge, bottom));
        }
        if let Some(today) = self.day(sheet.today).filter(|_| !lines.is_empty()) {
            let line = rule(today, self.top - HEADER, today, bottom)
                .set("stroke", if sheet.black_and_white { INK } else { BLUE })
                .set("stroke-width", 0.5)
                .set("stroke-dasharray", "2 1")
                .set("class", "chart-today");
            document = document.add(line.add(title_of(self.word(Chart::Today))));
        }
        document.add(self.legend(self.height - MARGIN))
    }

    fn all_edges(&self) -> impl Iterator<Item = f64> {
        let months = 0..=self.sheet.months.len();
        let columns = self.edges.into_iter().take(5);
        columns.chain(months.map(|month| self.edges[5] + self.month * month as f64))
    }

    fn patterns(&self) -> Definitions {
        let stripes = Pattern::new()
            .set("id", "chart-slipped")
            .set("width", 1.2)
            .set("height", 1.2)
            .set("patternUnits", "userSpaceOnUse")
            .set("patternTransform", "rotate(45)")
            .add(
                rule(0.0, 0.0, 0.0, 1.2)
                    .set("stroke", INK)
                    .set("stroke-width", 0.9),
            );
        Definitions::new().add(stripes)
    }

    fn header(&self) -> Group {
        let upper = self.top - HEADER;
        let ground = Rectangle::new()
            .set("x", MARGIN)
            .set("y", upper)
            .set("width", self.width - 2.0 * MARGIN)
            .set("height", HEADER)
            .set(
                "fill",
                if self.sheet.black_and_white {
                    "#ffffff"
                } else {
                    "#eef1f5"
                },
            )
            .set("stroke", RULE)
            .set("stroke-width", 0.2);
        let mut group = Group::new().set("class", "chart-head").add(ground);
        let words = [
            Chart::Number,
            Chart::Project,
            Chart::InCharge,
            Chart::Target,
            Chart::Rate,
        ];
        for (at, word) in words.into_iter().enumerate() {
            let cell = (self.edges[at], self.edges[at + 1] - self.edges[at]);
            group = paragraph(group, self.word(word), HEAD_MM, cell, (upper, HEADER));
        }
        for (at, month) in self.sheet.months.iter().enumerate() {
            let name = month_name(*month, at == 0, self.sheet.lang);
            let cell = (self.edges[5] + self.month * at as f64, self.month);
            group = paragraph(group, &name, HEAD_MM, cell, (upper, HEADER));
        }
        group
    }

    fn line(&self, line: &ChartLine, index: usize, top: f64) -> Group {
        let mut group = Group::new()
            .set("class", "chart-line")
            .set("data-project", line.project.to_string())
            .add(rule(
                MARGIN,
                top + self.row,
                self.width - MARGIN,
                top + self.row,
            ));
        let charge = [line.unit.as_str(), line.leader.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" / ");
        let rate = line.rate.map_or_else(String::new, |rate| {
            let sign = if rate < 0 { "-" } else { "" };
            let rate = rate.unsigned_abs();
            format!("{sign}{}.{}%", rate / 10, rate % 10)
        });
        let texts = [
            (index + 1).to_string(),
            line.name.clone(),
            charge,
            line.target.clone(),
            rate,
        ];
        for (at, text) in texts.iter().enumerate() {
            let cell = (self.edges[at], self.edges[at + 1] - self.edges[at]);
            let words = paragraph(
                Group::new().add(title_of(text)),
                text,
                self.text,
                cell,
                (top, self.row),
            );
            group = match at {
                1 => group.add(link(line).add(words)),
                _ => group.add(words),
            };
        }
        for (at, cell) in line.months.iter().enumerate() {
            group = group.add(self.cell(line, cell, (index, at), top));
        }
        self.bars(group, line, top)
    }

    fn cell(
        &self,
        line: &ChartLine,
        cell: &MonthCell,
        (row, column): (usize, usize),
        top: f64,
    ) -> Anchor {
        let x = self.edges[5] + self.month * column as f64;
        let bars = self.bar();
        let place = Rectangle::new()
            .set("x", x)
            .set("y", top + bars)
            .set("width", self.month)
            .set("height", self.row - bars)
            .set("fill", "#ffffff")
            .set("fill-opacity", 0);
        let word = match cell.mark {
            Mark::Blank => None,
            Mark::UnderWay => Some(Chart::UnderWay),
            Mark::Done => Some(Chart::Done),
            Mark::Overdue => Some(Chart::Overdue),
        };
        let said = word.map_or("", |word| self.word(word));
        let title = format!("{} {} {said} {}", line.name, cell.month, cell.text);
        let mut group = Group::new().add(title_of(title.trim_end())).add(place);
        let indent = if word.is_some() {
            self.text * 1.15
        } else {
            0.0
        };
        if word.is_some() {
            group = group.add(self.mark(cell.mark, x + 0.5, top + bars + 0.5));
        }
        let room = (x + indent, self.month - indent);
        let group = paragraph(
            group,
            &cell.text,
            self.text,
            room,
            (top + bars, self.row - bars),
        );
        link(line)
            .set("data-cell", format!("{row}-{column}"))
            .add(group)
    }

    fn bar(&self) -> f64 {
        (self.row * 0.16).clamp(1.2, 2.6)
    }

    /// A mark whose shape alone tells it from the others.
    fn mark(&self, mark: Mark, x: f64, y: f64) -> Group {
        let size = self.text * 0.95;
        let red = if self.sheet.black_and_white {
            "#ffffff"
        } else {
            RED
        };
        let pole = rule(x, y, x, y + size)
            .set("stroke", INK)
            .set("stroke-width", 0.3);
        let group = Group::new();
        match mark {
            Mark::Blank => group,
            Mark::UnderWay => group.add(
                Circle::new()
                    .set("cx", x + size / 2.0)
                    .set("cy", y + size / 2.0)
                    .set("r", size * 0.32)
                    .set("fill", "none")
                    .set("stroke", INK)
                    .set("stroke-width", 0.4),
            ),
            Mark::Done => group.set("class", "chart-done").add(pole).add(
                Polygon::new()
                    .set(
                        "points",
                        format!(
                            "{x},{y} {},{} {x},{}",
                            x + size * 0.85,
                            y + size * 0.3,
                            y + size * 0.6
                        ),
                    )
                    .set("fill", red)
                    .set("stroke", INK)
                    .set("stroke-width", 0.2),
            ),
            Mark::Overdue => group.set("class", "chart-overdue").add(pole).add(
                Rectangle::new()
                    .set("x", x)
                    .set("y", y)
                    .set("width", size * 0.8)
                    .set("height", size * 0.55)
                    .set("fill", "#000000"),
            ),
        }
    }

    /// The plan as an outline, what was done as a filling, what lies beyond the plan hatched, and the milestones.
    fn bars(&self, mut group: Group, line: &ChartLine, top: f64) -> Group {
        let height = self.bar();
        let piece = |from: f64, to: f64| {
            Rectangle::new()
                .set("x", from)
                .set("y", top + 0.3)
                .set("width", (to - from).max(0.0))
                .set("height", height - 0.3)
                .set("stroke", INK)
                .set("stroke-width", 0.2)
        };
        if let (Some(from), Some(to)) = line.planned {
            let planned = piece(self.day_within(from), self.day_within(to)).set("fill", "none");
            group = group.add(planned.set("class", "chart-planned"));
        }
        if let Some(from) = line.actual.0.filter(|from| *from <= self.sheet.today) {
            let end = line
                .actual
                .1
                .unwrap_or(self.sheet.today)
                .min(self.sheet.today);
            let kept = line
                .planned
                .1
                .map_or(end, |planned| planned.min(end))
                .max(from);
            let ink = if self.sheet.black_and_white {
                "#767676"
            } else {
                BLUE
            };
            let (start, kept) = (self.day_within(from), self.day_within(kept));
            group = group.add(
                piece(start, kept)
                    .set("fill", ink)
                    .set("class", "chart-actual"),
            );
            let end = self.day_within(end);
            if end > kept {
                let slipped = piece(kept, end).set("fill", "url(#chart-slipped)");
                group = group.add(slipped.set("class", "chart-slipped"));
            }
        }
        for milestone in &line.milestones {
            let Some(x) = self.day(milestone.due) else {
                continue;
            };
            let (y, half) = (top + 0.15 + height / 2.0, height * 0.55);
            let diamond = Polygon::new()
                .set(
                    "points",
                    format!(
                        "{x},{} {},{y} {x},{} {},{y}",
                        y - half,
                        x + half,
                        y + half,
                        x - half
                    ),
                )
                .set("fill", if milestone.done { INK } else { "#ffffff" })
                .set("stroke", INK)
                .set("stroke-width", 0.3)
                .set("class", "chart-milestone");
            let title = format!("{} {}", milestone.due, milestone.what);
            group = group.add(diamond.add(title_of(title.trim_end())));
        }
        group
    }

    fn legend(&self, bottom: f64) -> Group {
        let mut group = Group::new().set("class", "chart-legend");
        let (y, size) = (bottom - TEXT_MM, self.text);
        let mut x = MARGIN;
        for (mark, word) in [
            (Mark::Done, Chart::Done),
            (Mark::Overdue, Chart::Overdue),
            (Mark::UnderWay, Chart::UnderWay),
        ] {
            group = group.add(self.mark(mark, x, y));
            x = self.legend_word(&mut group, x + size * 1.2, bottom, word);
        }
        for (fill, word) in [
            ("none", Chart::Planned),
            (
                if self.sheet.black_and_white {
                    "#767676"
                } else {
                    BLUE
                },
                Chart::Actual,
            ),
            ("url(#chart-slipped)", Chart::Slipped),
        ] {
            let swatch = Rectangle::new()
                .set("x", x)
                .set("y", y + 0.6)
                .set("width", 8)
                .set("height", 1.8)
                .set("fill", fill)
                .set("stroke", INK)
                .set("stroke-width", 0.2);
            group = group.add(swatch);
            x = self.legend_word(&mut group, x + 9.0, bottom, word);
        }
        for (fill, word) in [("#ffffff", Chart::Milestone), (INK, Chart::Reached)] {
            let diamond = Path::new()
                .set(
                    "d",
                    format!("M{} {} l1.4 1.4 l-1.4 1.4 l-1.4 -1.4 z", x + 1.4, y),
                )
                .set("fill", fill)
                .set("stroke", INK)
                .set("stroke-width", 0.3);
            group = group.add(diamond);
            x = self.legend_word(&mut group, x + 3.6, bottom, word);
        }
        group
    }

    /// Writes a word of the legend; the answer is where the next entry begins.
    fn legend_word(&self, group: &mut Group, x: f64, bottom: f64, word: Chart) -> f64 {
        let word = self.word(word);
        group.append(label(x, bottom - 0.3, TEXT_MM, word));
        x + TEXT_MM * (width_of(word) + 1.5)
    }
}

fn link(line: &ChartLine) -> Anchor {
    Anchor::new().set("href", format!("/projects/{}", line.project))
}

#[cfg(test)]
mod tests;
