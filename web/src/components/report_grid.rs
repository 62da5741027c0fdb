//! The grid of a month's report: one row a project, typed through with Enter, Tab and arrows.

use std::rc::Rc;

use shared::field::{Field, FieldPath, Kind};
use shared::ids::ProjectId;
use shared::text::ui::Ui;
use shared::time::Month;
use shared::value::Value;
use yew::prelude::*;

use crate::component::component;

use crate::components::cells::{light, td_number, th_number};
use crate::markup::{classes, html};

use crate::hooks::router::Link;

use super::value_input::ValueInput;
use crate::client::page;
use crate::hooks::outbox::use_outbox;
use crate::hooks::session::use_words;
use crate::routes::Route;
use crate::state::keys::InputKey;
use crate::state::numbers;
use crate::state::outbox::FieldStatus;
use crate::state::report::{self, COLUMNS, Line, Totals};
use crate::state::words::Words;

/// What [`report_grid`] draws.
pub struct ReportGridProps {
    /// The lines.
    pub lines: Rc<Vec<Line>>,
    /// The month.
    pub period: Month,
    /// The reader may not write.
    pub read_only: bool,
    /// A person wrote a cell.
    pub on_edit: Callback<(ProjectId, Field, Value)>,
    /// Ctrl+Z and Ctrl+Y.
    pub on_key: Callback<InputKey>,
    /// The history of a field is asked for.
    pub on_history: Callback<(ProjectId, FieldPath)>,
    /// Something was pasted into a cell.
    pub on_paste: Callback<Event>,
    /// A cell is cut.
    pub on_cut: Callback<Event>,
}

/// Moves the focus to a cell of the grid; true when it exists.
pub fn focus_cell(project: ProjectId, field: Field, period: Month) -> bool {
    let path = FieldPath::of(field, period);
    focus_path(project, path.as_str())
}

fn focus_path(project: ProjectId, path: &str) -> bool {
    page::focus_on(&format!("[data-row=\"{project}\"][data-path=\"{path}\"]"))
}

/// The grid.
pub fn report_grid(words: &Words, props: &ReportGridProps) -> Html {
    let on_key = {
        let (lines, period, on_key, on_edit, on_history) = (
            props.lines.clone(),
            props.period,
            props.on_key.clone(),
            props.on_edit.clone(),
            props.on_history.clone(),
        );
        Callback::from(move |(index, path, key): (usize, String, InputKey)| {
            let Some(line) = lines.get(index) else {
                return;
            };
            let field = report::field_of(&path, period);
            match (key, field) {
                (InputKey::Move { rows, cells: 0 }, _) => {
                    let row = index.checked_add_signed(rows as isize);
                    if let Some(line) = row.and_then(|row| lines.get(row)) {
                        focus_path(line.project, &path);
                    }
                }
                (InputKey::Move { cells, .. }, _) => {
                    let mut stops = COLUMNS
                        .map(|field| FieldPath::of(field, period).to_string())
                        .to_vec();
                    stops.insert(1, report::year_path(period));
                    let here = stops.iter().position(|stop| *stop == path).unwrap_or(0);
                    let next = here.checked_add_signed(cells as isize);
                    if let Some(stop) = next.and_then(|next| stops.get(next)) {
                        focus_path(line.project, stop);
                    }
                }
                (InputKey::Edge { last }, _) => {
                    let (line, field) = match last {
                        true => (lines.last(), Field::MonthNil),
                        false => (lines.first(), Field::MonthDoneFen),
                    };
                    if let Some(line) = line {
                        focus_cell(line.project, field, period);
                    }
                }
                (InputKey::Nil, _) => {
                    focus_cell(line.project, Field::MonthNil, period);
                }
                (InputKey::History, field) => {
                    let field = field.unwrap_or(Field::MonthDoneFen);
                    on_history.emit((line.project, FieldPath::of(field, period)));
                }
                (InputKey::Carry, Some(field)) => {
                    if !line.carried(field).is_empty() {
                        on_edit.emit((line.project, field, Value::from(line.carried(field))));
                    }
                }
                (InputKey::FillDown, Some(field)) => {
                    let above = index.checked_sub(1).and_then(|above| lines.get(above));
                    if let Some(above) = above
                        && line.cell(field) != above.cell(field)
                    {
                        on_edit.emit((line.project, field, above.cell(field).clone()));
                    }
                }
                (other, _) => on_key.emit(other),
            }
        })
    };
    let sums = report::totals(&props.lines);
    let grouped = props.lines.iter().any(|line| !line.group.is_empty());
    html! {
        <div class="grid" id="report-grid" onpaste={props.on_paste.clone()} oncut={props.on_cut.clone()}>
            <table class="table grid__table" role="grid" aria-label={words.t(Ui::Report)} aria-readonly={props.read_only.to_string()}>
                <thead><tr>
                    <th scope="col" class="grid__number">{ "#" }</th>
                    <th scope="col" class="grid__name">{ words.t(Ui::ProjectName) }</th>
                    <th scope="col" class="grid__light">{ words.t(Ui::Light) }</th>
                    { th_number(words.t(Ui::TotalInvestment)) }
                    { th_number(words.t(Ui::YearPlan)) }
                    { th_number(words.t(Ui::LastCumulative)) }
                    <th scope="col" class="number grid__input">{ words.t(Ui::MonthDone) }<small>{ words.t(Ui::Wan) }</small></th>
                    { th_number(words.t(Ui::YearDone)) }
                    <th scope="col" class="number grid__rate">{ words.t(Ui::Rate) }</th>
                    <th scope="col" class="number grid__rate">{ words.t(Ui::PaceGap) }</th>
                    <th scope="col" class="grid__image">{ words.t(Ui::Image) }</th>
                    <th scope="col" class="grid__node">{ words.t(Ui::PlannedNode) }</th>
                    <th scope="col" class="grid__done">{ words.t(Ui::NodeDone) }</th>
                    <th scope="col" class="grid__next">{ words.t(Ui::NextMonthPlan) }</th>
                    <th scope="col" class="grid__problems">{ words.t(Ui::Problems) }</th>
                    <th scope="col" class="grid__nil">{ words.t(Ui::NoChange) }</th>
                </tr></thead>
                <tbody>
                    { for report::groups(&props.lines).map(|(first, lines)| html! { <>
                        if grouped { { sum_row(group_name(words, lines), "grid__group", &report::totals(lines), props.period) } }
                        { for lines.iter().enumerate().map(|(at, line)| html! {
                            <GridLine key={line.project.to_string()} index={first + at} line={line.clone()} period={props.period} read_only={props.read_only}
                                on_edit={props.on_edit.clone()} on_key={on_key.clone()} />
                        }) }
                    </> }) }
                </tbody>
                <tfoot>{ sum_row(words.t(Ui::Total).to_owned(), "grid__sums", &sums, props.period) }</tfoot>
            </table>
        </div>
    }
}

/// What a category is called, with how many projects it has.
fn group_name(words: &Words, lines: &[Line]) -> String {
    let name = lines.first().map_or("", |line| &line.group);
    let name = if name.is_empty() {
        words.t(Ui::Ungrouped)
    } else {
        name
    };
    format!("{name} {}", lines.len())
}

/// The sums of a category, or of all.
fn sum_row(name: String, class: &'static str, sums: &Totals, period: Month) -> Html {
    let rate = numbers::rate(Some(sums.year), Some(sums.plan));
    let gap = rate.map(|rate| numbers::signed(rate - numbers::pace(period)));
    html! {
        <tr {class}>
            <td></td>
            <th scope="row" class="grid__name">{ name }</th>
            <td></td>
            { td_number(numbers::wan(Some(sums.total))) }
            { td_number(numbers::wan(Some(sums.plan))) }
            { td_number(numbers::wan(Some(sums.before))) }
            <td class="number" data-total="month">{ numbers::wan(Some(sums.done)) }</td>
            <td class="number" data-total="year">{ numbers::wan(Some(sums.year)) }</td>
            { td_number(numbers::percent(rate)) }
            { td_number(gap.unwrap_or_default()) }
            <td colspan="6"></td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct GridLineProps {
    index: usize,
    line: Line,
    period: Month,
    read_only: bool,
    on_edit: Callback<(ProjectId, Field, Value)>,
    on_key: Callback<(usize, String, InputKey)>,
}

#[component]
fn GridLine(props: &GridLineProps) -> Html {
    let words = use_words();
    let outbox = use_outbox();
    let line = &props.line;
    let (project, index) = (line.project, props.index);
    let cell = |field: Field, hint: AttrValue| {
        let path = FieldPath::of(field, props.period);
        let status = outbox.outbox.status(project, &path);
        let conflict = line.conflicts.iter().any(|id| id == field.id());
        let refused = match &status {
            FieldStatus::Refused(item) => item.value_at(&path).cloned(),
            _ => None,
        };
        let label = match field {
            Field::MonthDoneFen => {
                let parts = [Ui::MonthDone, Ui::Wan, Ui::Required].map(|word| words.t(word));
                [parts[0], "，", parts[1], "，", &line.name, "，", parts[2]].concat()
            }
            field => [&words.field(field), "，", &line.name].concat(),
        };
        let place = path.to_string();
        html! {
            <>
                <ValueInput path={place.clone()} row={project.to_string()} kind={field.kind()} value={line.cell(field).clone()}
                    {label} {hint} read_only={props.read_only || conflict} invalid={refused.is_some() || conflict} {refused}
                    on_edit={props.on_edit.reform(move |value| (project, field, value))}
                    on_key={props.on_key.reform(move |key| (index, place.clone(), key))} />
                { crate::components::field_row::saving_mark(&words, &status) }
                if line.waiting.iter().any(|id| id == field.id()) { <span class="waits" role="img" title={words.t(Ui::PendingChanges)} aria-label={words.t(Ui::PendingChanges)}></span> }
                if let Some(said) = line.marks.get(field.id()).and_then(Value::as_text) { <span class="corner"><span>{ said.to_owned() }</span></span> }
                if conflict {
                    <Link to={Route::Project { id: project }} classes="chip chip--ask">{ "◆ " }{ words.t(Ui::Conflict) }</Link>
                }
            </>
        }
    };
    // Last month's words in grey, and the way to take them over.
    let carried = |field: Field| {
        let said = line.carried(field).to_owned();
        let offers = !said.is_empty() && !props.read_only;
        let hint = AttrValue::from(said.clone());
        let carry = props
            .on_edit
            .reform(move |_: MouseEvent| (project, field, Value::from(said.as_str())));
        html! {
            <>
                { cell(field, hint) }
                if offers {
                    <button class="button button--small grid__carry" tabindex="-1" title={words.t(Ui::CarryOver)} onclick={carry}>{ words.t(Ui::CarryConfirm) }</button>
                }
            </>
        }
    };
    let behind = line.gap.is_some_and(|gap| gap < 0);
    let year = {
        let (place, before) = (report::year_path(props.period), line.before);
        let on_edit = props.on_edit.reform(move |value: Value| {
            let done = value
                .as_int()
                .map_or(Value::Null, |year| Value::Int(year - before));
            (project, Field::MonthDoneFen, done)
        });
        let label = [
            words.t(Ui::YearDone),
            "，",
            words.t(Ui::Wan),
            "，",
            &line.name,
        ]
        .concat();
        html! {
            <ValueInput path={place.clone()} row={project.to_string()} kind={Kind::Money} value={Value::Int(line.year)} least={Some(before)} {label}
                read_only={props.read_only} {on_edit} on_key={props.on_key.reform(move |key| (index, place.clone(), key))} />
        }
    };
    let node = !line.planned.is_empty() || !line.cell(Field::MonthDoneNode).is_null();
    let other = line.nil.as_deref() == Some("other");
    let issues = |new| Route::Issues {
        of: Some(project),
        new,
    };
    html! {
        <tr data-line={project.to_string()} data-filled={line.filled.to_string()} class={line.nil.is_some().then_some("grid__line--nil")}>
            <td class="grid__number quiet">{ index + 1 }</td>
            <th scope="row" class="grid__name"><Link to={Route::Project { id: project }}>{ &line.name }</Link></th>
            <td class="grid__light">{ light(&words, line.light.as_ref()) }</td>
            { td_number(numbers::wan(line.total)) }
            { td_number(numbers::wan(line.plan)) }
            <td class="number quiet">{ numbers::wan(Some(line.before)) }</td>
            <td class="number grid__input">{ cell(Field::MonthDoneFen, AttrValue::default()) }</td>
            <td class="number grid__year" data-computed="year">{ year }</td>
            { td_number(numbers::percent(line.rate)) }
            <td class={classes!("number", behind.then_some("behind"))}>{ line.gap.map(numbers::signed).unwrap_or_default() }</td>
            <td class="grid__image">{ carried(Field::MonthImage) }</td>
            <td class="grid__node">{ &line.planned }</td>
            <td class="grid__done">if node { { cell(Field::MonthDoneNode, "—".into()) } }</td>
            <td class="grid__next">{ carried(Field::MonthNext) }</td>
            <td class="grid__problems">{ cell(Field::Problems, AttrValue::default()) }
                if line.issues > 0 { <Link to={issues(false)} classes="grid__issues">{ "⚑ " }{ words.t(Ui::Issues) }{ " " }{ line.issues }</Link> }
                if !props.read_only && !line.cell(Field::Problems).is_null() { <Link to={issues(true)} classes="grid__issues">{ "＋ " }{ words.t(Ui::RegisterIssue) }</Link> }</td>
            <td class="grid__nil">{ cell(Field::MonthNil, "—".into()) }
                if other { { cell(Field::MonthDeviation, words.field(Field::MonthDeviation).into()) } }</td>
        </tr>
    }
}
