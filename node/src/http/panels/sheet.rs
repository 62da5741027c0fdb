//! One unit's report for a period that is no month: filled cell by cell, checked, filed, printed (ux.md 5.2).
//!
//! What the page holds between two drawings stands in its forms: `nil` lists the projects with nothing to report, `step` is `file` while
//! the filing is looked over and `correct` while the reason of a correction, `why`, is asked for. Nothing of it is written before 报送 but what is
//! typed into cells.

use std::collections::BTreeSet;

use maud::{Markup, html};
use shared::api::FilingState;
use shared::command::{Actor, Command, FilingLine};
use shared::decide::is_hub;
use shared::field::{Field, FieldPath, Kind};
use shared::ids::{ProjectId, UnitId};
use shared::profile::Period;
use shared::project::ProjectView;
use shared::rules::report::{Sheet, SheetLine};
use shared::text::hub::HubWord;
use shared::text::panel::Panel;
use shared::text::records::typed;
use shared::text::sign;
use shared::text::ui::{Say, Ui};
use shared::time::Timestamp;
use shared::value::Value;

use super::draw::{
    Reader, copy_buttons, edit_template, print_button, td_number, template, th, th_number,
};
use super::filed;
use super::reports::{owed, ways};
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// What is drawn of a sheet: all of it, for whom, and what he is about to do.
struct Page<'a> {
    reader: &'a Reader,
    sheet: &'a Sheet,
    person: String,
    /// The reader fills in this unit's reports.
    own: bool,
    /// The reader may accept or return it.
    reviews: bool,
    /// What `step` says.
    step: &'a str,
    /// Why what was filed is corrected.
    why: &'a str,
    nil: BTreeSet<ProjectId>,
}

/// What stands in a sheet.
pub(super) async fn read(
    site: &Site,
    call: &Call,
    (report, period, unit): (&str, &str, UnitId),
) -> Result<Sheet, Failed> {
    let built_in = site.context.built_in.clone();
    let (of, lang) = ((report.to_owned(), period.to_owned()), call.lang);
    let handle = &site.context.handle;
    let sheet = handle
        .read(move |context| views::sheet(context, &built_in, unit, (&of.0, &of.1), lang))
        .await??;
    sheet.ok_or(Failed::NotFound)
}

/// True for an officer who may still accept or return what was filed.
pub(super) fn reviews(actor: &Actor, sheet: &Sheet) -> bool {
    let open = matches!(sheet.state, FilingState::Filed | FilingState::Returned);
    is_hub(actor) && actor.unit != sheet.unit && open
}

/// The sheet of a report, period and unit.
pub(super) async fn panel(
    site: &Site,
    call: &Call,
    reader: &Reader,
    (report, period, unit): (&str, &str, UnitId),
) -> Result<Markup, Failed> {
    let sheet = read(site, call, (report, period, unit)).await?;
    let actor = &call.person()?.actor;
    let nil = match call.query.get("nil") {
        Some(named) => named.split(',').filter_map(|id| id.parse().ok()).collect(),
        None => {
            let lines = sheet.lines.iter().filter(|line| line.nil);
            lines.map(|line| line.view.id).collect()
        }
    };
    let page = Page {
        own: reader.fills && !actor.at_hub && actor.unit == unit,
        person: actor.name.clone(),
        reviews: reviews(actor, &sheet),
        step: call.query.get("step").map_or("", String::as_str),
        why: call.query.get("why").map_or("", |why| why.trim()),
        reader,
        sheet: &sheet,
        nil,
    };
    let others = ways(reader, &owed(site, call, None).await?, &sheet.report.id);
    Ok(page.draw(&others))
}

/// When it is due.
pub(super) fn due(reader: &Reader, due: Option<Timestamp>) -> Markup {
    let said = due.map(|due| reader.say(&Say::Due(&reader.moment(due))));
    html! { span.quiet { (said.unwrap_or_else(|| reader.hub(HubWord::NoDue))) } }
}

/// The way to the period before and the one after.
pub(super) fn neighbours(
    reader: &Reader,
    report: &str,
    (before, after): (Option<Period>, Option<Period>),
    unit: Option<UnitId>,
) -> Markup {
    let unit = unit.map_or_else(String::new, |unit| format!("/{unit}"));
    let today = reader.today();
    let way = |period: &Period, word| {
        let to = format!("/report/{report}/{}{unit}", period.id);
        html! { a.button href=(to) title=(reader.period(&period.id)) { (reader.own(word)) } }
    };
    // The period after the one that comes next cannot be filed yet.
    let after = after.filter(|after| {
        after.first <= today.plus_days(after.last.to_days() - after.first.to_days() + 1)
    });
    html! {
        @if let Some(before) = &before { (way(before, Panel::PeriodBefore)) }
        @if let Some(after) = &after { (way(after, Panel::PeriodAfter)) }
    }
}

impl Page<'_> {
    /// It can be filed: nothing was filed yet, it was returned, or the person corrects it.
    fn may_file(&self) -> bool {
        self.own && (!self.sheet.state.is_reported() || !self.why.is_empty())
    }

    /// Cells are open, but not while the filing is looked over.
    fn is_open(&self) -> bool {
        self.may_file() && self.step != "file"
    }

    fn is_nil(&self, line: &SheetLine) -> bool {
        line.lacks.is_some() && self.nil.contains(&line.view.id)
    }

    fn missing(&self) -> impl Iterator<Item = (usize, &SheetLine, &FieldPath)> {
        let lines = self.sheet.lines.iter().enumerate();
        let lines = lines.filter(|(_, line)| !self.is_nil(line));
        lines.filter_map(|(at, line)| Some((at, line, line.lacks.as_ref()?)))
    }

    /// The hidden inputs that keep what the page holds, with these projects as those with nothing to report.
    fn keep(&self, nil: &BTreeSet<ProjectId>, step: &str) -> Markup {
        let nil: Vec<_> = nil.iter().map(ProjectId::to_string).collect();
        html! {
            @if !step.is_empty() { input type="hidden" name="step" value=(step); }
            input type="hidden" name="nil" value=(nil.join(","));
            @if !self.why.is_empty() { input type="hidden" name="why" value=(self.why); }
        }
    }

    /// A button that draws the page again at another step.
    fn turn(&self, step: &str, word: &str, class: &str, id: Option<&str>) -> Markup {
        html! { form { (self.keep(&self.nil, step)) button class={ "button " (class) } type="submit" id=[id] { (word) } } }
    }

    fn title(&self) -> String {
        let (reader, sheet) = (self.reader, self.sheet);
        [&reader.period(&sheet.period.id), " ", &sheet.report.name_zh].concat()
    }

    fn headings(&self) -> Vec<String> {
        filed::headings(self.reader, &self.sheet.written)
    }

    fn draw(&self, others: &Markup) -> Markup {
        let (reader, sheet) = (self.reader, self.sheet);
        let filed = sheet.state.is_reported();
        let unit = (!self.own).then_some(sheet.unit);
        let neighbours_of = (sheet.before.clone(), sheet.after.clone());
        html! {
            div.sheet data-filing-state={ (format!("{:?}", sheet.state)) } {
                header.toolbar {
                    h1 { (sheet.unit_name) small { (self.title()) } }
                    (reader.badge(sign::filing(sheet.state)))
                    @if filed { (reader.badge(sign::timeliness(sheet.timeliness))) }
                    (due(reader, sheet.due))
                    span.toolbar__space {}
                    (neighbours(reader, &sheet.report.id, neighbours_of, unit))
                    (copy_buttons(reader, "button", &self.copied()))
                    (print_button(reader))
                    @if self.own && filed && self.why.is_empty() && self.step != "correct" {
                        (self.turn("correct", reader.word(Ui::CorrectReport), "", Some("correct-sheet")))
                    }
                    @if self.may_file() {
                        @let word = if sheet.filing.is_some() { Ui::FileAgain } else { Ui::FileReport };
                        (self.turn("file", reader.word(word), "button--main", Some("file-sheet")))
                    }
                }
                (others)
                @if let Some(filing) = &sheet.filing {
                    (filed::became(reader, sheet, filing))
                    @if self.reviews { (filed::review(reader, sheet, filing, self.step)) }
                }
                @if self.own && filed { (self.correcting()) }
                @if self.step == "file" && self.may_file() { (self.confirm()) }
                @if sheet.lines.is_empty() {
                    p.empty { (reader.own(Panel::NotOwed)) }
                    @if sheet.is_open { p { (reader.own(Panel::NamesElsewhere)) " " a href="/records/nominations" { (reader.own(Panel::NamesOpen)) } } }
                } @else {
                    (self.table())
                    @if self.is_open() { (self.lacking()) }
                }
                @if let Some(filing) = &sheet.filing { (filed::line(reader, &self.title(), sheet, filing)) }
                div.print-sheet { (self.paper()) }
            }
        }
    }

    fn table(&self) -> Markup {
        let reader = self.reader;
        html! {
            div.rows__scroll { table."table table--cells" #sheet data-locked[!self.is_open()] {
                thead { tr {
                    (th_number(reader.own(Panel::Number))) (th(reader.word(Ui::ProjectName)))
                    @for heading in self.headings() { (th(&heading)) }
                    @if self.is_open() { (th(reader.own(Panel::NilLine))) }
                } }
                tbody { @for (at, line) in self.sheet.lines.iter().enumerate() { (self.line(at, line)) } }
            } }
        }
    }

    fn line(&self, at: usize, line: &SheetLine) -> Markup {
        let (reader, sheet, view) = (self.reader, self.sheet, &line.view);
        let with = sheet.written.names_period(view, &sheet.period);
        let with = with.map(|path| format!("{path}={}", sheet.period.id));
        let before = line.before(&sheet.written, sheet.before.as_ref());
        let places = sheet.written.places(view, &sheet.period);
        let name = view.text(Field::Name);
        let reason = (sheet.state.is_reported() && !self.why.is_empty()).then_some(self.why);
        html! {
            tr data-project=(view.id) data-heads=(view.heads.join(" ")) data-with=[with.as_deref()] data-reason=[reason] {
                (td_number(at + 1))
                th scope="row" { a href={ "/projects/" (view.id) } { (name) } }
                @for (column, (path, heading)) in places.iter().zip(self.headings()).enumerate() {
                    @let kind = path.kind().unwrap_or(Kind::Text);
                    td.number[kind == Kind::Money] {
                        @if self.is_open() && !self.is_nil(line) {
                            @if let Some(said) = before.get(column).filter(|said| !said.is_null()) { (self.before(view, path, said, with.as_deref())) }
                            (reader.cell_called(view, path, Some(&format!("cell-{at}-{column}")), &format!("{name} {heading}")))
                        } @else if column == 0 && self.is_nil(line) { em { (reader.own(Panel::NilSaid)) } }
                        @else { span.panel__words { (reader.shown(kind, view.value(path))) } }
                        @if let Some(note) = self.note(line, path) { span.corner { span { (note) } } }
                    }
                }
                @if self.is_open() { td { @if line.lacks.is_some() { (self.nil(line)) } } }
            }
        }
    }

    /// What is said of a cell.
    fn note(&self, line: &SheetLine, path: &FieldPath) -> Option<&str> {
        let mut notes = self.sheet.notes.iter().rev();
        let note = notes.find(|note| note.project == line.view.id && note.path == *path);
        note.map(|note| note.text.as_str())
    }

    /// What was filed is changed with a reason, which is asked for once.
    fn correcting(&self) -> Markup {
        let reader = self.reader;
        html! {
            @if !self.why.is_empty() {
                div.behalf-strip role="status" {
                    strong { (reader.word(Ui::Correcting)) } q { (self.why) }
                    form { button."button button--small" type="submit" { (reader.own(Panel::CorrectEnd)) } }
                }
            } @else if self.step == "correct" {
                form.card #correcting {
                    p.quiet { (reader.word(Ui::CorrectNote)) }
                    label.form__field {
                        span { (reader.own(Panel::CorrectWhy)) b.required aria-hidden="true" { "*" } }
                        textarea.value name="why" rows="2" maxlength="500" required autofocus {}
                    }
                    button."button button--main" type="submit" { (reader.own(Panel::CorrectBegin)) }
                }
            }
        }
    }

    /// What stood there the period before, in grey, and the way to keep it; figures are never carried over.
    fn before(
        &self,
        view: &ProjectView,
        path: &FieldPath,
        said: &Value,
        with: Option<&str>,
    ) -> Markup {
        let (reader, kind) = (self.reader, path.kind().unwrap_or(Kind::Text));
        let with = with.and_then(|with| with.split_once('='));
        html! {
            small.sheet__before { (reader.own(Panel::LastTime)) (reader.shown(kind, said)) }
            @if view.value(path).is_null() && kind != Kind::Money && self.why.is_empty() {
                form.sheet__carry data-command=(edit_template(view.id)) data-label=(reader.word(Ui::CarryConfirm)) {
                    @if let Some((path, value)) = with { input type="hidden" data-path=(path) value=(value); }
                    input type="hidden" data-path=(path) value=(typed(kind, said));
                    button."button button--small" type="submit" { (reader.word(Ui::CarryConfirm)) }
                }
            }
        }
    }

    fn nil(&self, line: &SheetLine) -> Markup {
        let mut other = self.nil.clone();
        let word = if other.remove(&line.view.id) {
            Panel::NilTake
        } else {
            other.insert(line.view.id);
            Panel::NilLine
        };
        let name = line.view.text(Field::Name);
        let word = self.reader.own(word);
        html! { form { (self.keep(&other, self.step)) button."button button--small" type="submit" aria-label={ (word) " " (name) } { (word) } } }
    }

    /// What is missing, by name; each leads to its cell.
    fn lacking(&self) -> Markup {
        let reader = self.reader;
        let missing: Vec<_> = self.missing().collect();
        html! {
            section.remarks #lacking {
                @if missing.is_empty() { p { "✔ " (reader.own(Panel::LacksNone)) } }
                @else {
                    p { "▲ " (reader.fill(Panel::Lacks, &[missing.len().to_string()])) }
                    ul { @for (at, line, path) in missing {
                        @let column = self.column_of(line, path);
                        li { a href={ "#cell-" (at) "-" (column) } { (line.view.text(Field::Name)) " · " (self.headings().get(column).map_or("", String::as_str)) } }
                    } }
                }
            }
        }
    }

    fn column_of(&self, line: &SheetLine, path: &FieldPath) -> usize {
        let places = self.sheet.written.places(&line.view, &self.sheet.period);
        places.iter().position(|place| place == path).unwrap_or(0)
    }

    /// What is filed, by whom, in time or late; and the press that files it.
    fn confirm(&self) -> Markup {
        let (reader, sheet) = (self.reader, self.sheet);
        let late = sheet
            .due
            .is_some_and(|due| reader.now().seconds() > due.seconds());
        let nil = sheet.lines.iter().filter(|line| self.is_nil(line)).count();
        let missing = self.missing().count();
        let filled = sheet.lines.len().saturating_sub(nil + missing);
        let counted = [sheet.lines.len(), filled, nil, missing].map(|count| count.to_string());
        let lines = sheet.lines.iter().map(|line| FilingLine {
            project: line.view.id,
            heads: Vec::new(),
            nil: self.is_nil(line),
            nil_ledgers: Vec::new(),
        });
        let command = Command::File {
            filing: reader.new_row(),
            unit: sheet.unit,
            ledger: sheet.report.id.clone(),
            period: sheet.period.id.clone(),
            lines: lines.collect(),
            follows: sheet.filing.as_ref().map(|filing| filing.id),
            on_behalf: None,
        };
        html! {
            section.card #filing aria-label=(reader.own(Panel::Filing)) {
                h2 { (reader.own(Panel::Filing)) }
                dl.totals {
                    dt { (reader.word(Ui::Unit)) } dd { (sheet.unit_name) }
                    dt { (reader.word(Ui::FiledBy)) } dd { (self.person) }
                    dt { (reader.word(Ui::State)) } dd {
                        @if sheet.due.is_none() { (reader.hub(HubWord::NoDue)) }
                        @else if late { span."state state--ask" { "▲ " (reader.word(Ui::Late)) } }
                        @else { span."state state--good" { "■ " (reader.word(Ui::OnTime)) } }
                    }
                }
                p { (reader.fill(Panel::Counted, &counted)) }
                p.quiet { (reader.hub(HubWord::FileNote)) }
                div.panel__form {
                    (self.turn("", reader.word(Ui::Cancel), "", None))
                    form data-command=(template(&command, &[])) data-ask="" data-label=(reader.word(Ui::FileReport)) {
                        button."button button--main" type="submit" #confirm-filing autofocus { (reader.word(Ui::FileReport)) }
                    }
                }
            }
        }
    }

    /// The words of a line as they are copied and printed.
    fn words(&self, line: &SheetLine) -> Vec<String> {
        if self.is_nil(line) {
            return vec![self.reader.own(Panel::NilSaid).to_owned()];
        }
        let places = self.sheet.written.places(&line.view, &self.sheet.period);
        let shown = places.iter().map(|path| {
            let kind = path.kind().unwrap_or(Kind::Text);
            self.reader.shown(kind, line.view.value(path))
        });
        shown.collect()
    }

    /// The table as it is copied.
    fn copied(&self) -> Vec<Vec<String>> {
        let name = |line: &SheetLine| line.view.text(Field::Name).to_owned();
        let mut lines = vec![vec![self.reader.word(Ui::ProjectName).to_owned()]];
        lines[0].extend(self.headings());
        lines.extend(self.sheet.lines.iter().map(|line| {
            let mut cells = vec![name(line)];
            cells.extend(self.words(line));
            cells
        }));
        lines
    }

    /// The sheet on paper, with its receipt and where three people sign.
    fn paper(&self) -> Markup {
        let (reader, sheet) = (self.reader, self.sheet);
        let columns = self.headings().len();
        html! {
            h2.month-title { (sheet.unit_name) " " (self.title()) }
            p.month-note { @if let Some(filing) = &sheet.filing {
                span { (reader.say(&Say::FiledBy { at: &filing.filed_at.to_string(), name: &filing.by.name })) }
                span { (reader.word(Ui::ReceiptNumber)) " " (filing.id) }
            } }
            table.month {
                thead { tr { (th_number(reader.own(Panel::Number))) (th(reader.word(Ui::ProjectName))) @for heading in self.headings() { (th(&heading)) } } }
                tbody { @for (at, line) in sheet.lines.iter().enumerate() {
                    @let words = self.words(line);
                    tr {
                        (td_number(at + 1)) th scope="row" { (line.view.text(Field::Name)) }
                        @for word in &words { td.panel__words colspan=[(words.len() < columns).then_some(columns)] { (word) } }
                    }
                } }
            }
            p.month-signs { span { (reader.own(Panel::SignHead)) } span { (reader.own(Panel::SignChecked)) } span { (reader.own(Panel::SignFilled)) } }
        }
    }
}
