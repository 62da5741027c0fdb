//! The grid of a month's report: one row a project, typed through with Enter, Tab and arrows.

use std::rc::Rc;

use shared::field::{Field, FieldPath};
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
use crate::state::report::{self, COLUMNS, Line};
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
    /// Something was pasted into a cell.
    pub on_paste: Callback<Event>,
}

/// Moves the focus to a cell of the grid; true when it exists.
pub fn focus_cell(project: ProjectId, field: Field, period: Month) -> bool {
    let path = report::path_of(field, period);
    page::focus_on(&format!("[data-row=\"{project}\"][data-path=\"{path}\"]"))
}

/// The grid.
pub fn report_grid(words: &Words, props: &ReportGridProps) -> Html {
    let totals = report::totals(&props.lines);
    let rate = numbers::rate(Some(totals.year), Some(totals.plan));
    let pace = numbers::pace(props.period);
    let on_key = {
        let (lines, period, on_key, on_edit) = (
            props.lines.clone(),
            props.period,
            props.on_key.clone(),
            props.on_edit.clone(),
        );
        Callback::from(
            move |(index, field, key): (usize, Field, InputKey)| match key {
                InputKey::Move { rows, cells } => {
                    let row = index.checked_add_signed(rows as isize);
                    let column = COLUMNS
                        .iter()
                        .position(|column| *column == field)
                        .unwrap_or(0);
                    let column = column
                        .checked_add_signed(cells as isize)
                        .and_then(|column| COLUMNS.get(column));
                    if let (Some(line), Some(field)) = (row.and_then(|row| lines.get(row)), column)
                    {
                        focus_cell(line.project, *field, period);
                    }
                }
                InputKey::Nil => {
                    if let Some(line) = lines.get(index) {
                        focus_cell(line.project, Field::MonthNil, period);
                    }
                }
                InputKey::Carry => {
                    if let Some(line) = lines.get(index)
                        && field == Field::MonthImage
                        && !line.last_image.is_empty()
                    {
                        on_edit.emit((line.project, field, Value::from(line.last_image.as_str())));
                    }
                }
                InputKey::FillDown => {
                    let above = index.checked_sub(1).and_then(|above| lines.get(above));
                    if let (Some(line), Some(above)) = (lines.get(index), above)
                        && line.cell(field) != above.cell(field)
                    {
                        on_edit.emit((line.project, field, above.cell(field).clone()));
                    }
                }
                other => on_key.emit(other),
            },
        )
    };
    html! {
        <div class="grid" id="report-grid" onpaste={props.on_paste.clone()}>
            <table class="table grid__table" aria-rowcount={props.lines.len().to_string()}>
                <thead><tr>
                    <th scope="col" class="grid__number">{ "#" }</th>
                    <th scope="col" class="grid__name">{ words.t(Ui::ProjectName) }</th>
                    <th scope="col" class="grid__light">{ words.t(Ui::Light) }</th>
                    { th_number(words.t(Ui::YearPlan)) }
                    { th_number(words.t(Ui::LastCumulative)) }
                    <th scope="col" class="number grid__input">{ words.t(Ui::MonthDone) }<small>{ words.t(Ui::Wan) }</small></th>
                    { th_number(words.t(Ui::YearDone)) }
                    <th scope="col" class="number grid__rate">{ words.t(Ui::Rate) }</th>
                    <th scope="col" class="number grid__rate">{ words.t(Ui::PaceGap) }</th>
                    <th scope="col" class="grid__image">{ words.t(Ui::Image) }</th>
                    <th scope="col" class="grid__next">{ words.t(Ui::NextMonthPlan) }</th>
                    <th scope="col" class="grid__problems">{ words.t(Ui::Problems) }</th>
                    <th scope="col" class="grid__nil">{ words.t(Ui::NoChange) }</th>
                </tr></thead>
                <tbody>
                    { for props.lines.iter().enumerate().map(|(index, line)| html! {
                        <GridLine key={line.project.to_string()} {index} line={line.clone()} period={props.period} read_only={props.read_only}
                            on_edit={props.on_edit.clone()} on_key={on_key.clone()} />
                    }) }
                </tbody>
                <tfoot><tr>
                    <td></td>
                    <th scope="row">{ words.t(Ui::Total) }</th>
                    <td></td>
                    { td_number((numbers::wan(Some(totals.plan))).to_string()) }
                    <td class="number quiet">{ numbers::wan(Some(totals.before)) }</td>
                    <td class="number" data-total="month">{ numbers::wan(Some(totals.done)) }</td>
                    <td class="number" data-total="year">{ numbers::wan(Some(totals.year)) }</td>
                    { td_number((numbers::percent(rate)).to_string()) }
                    { td_number((rate.map(|rate| numbers::signed(rate - pace)).unwrap_or_default()).to_string()) }
                    <td colspan="4"></td>
                </tr></tfoot>
            </table>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct GridLineProps {
    index: usize,
    line: Line,
    period: Month,
    read_only: bool,
    on_edit: Callback<(ProjectId, Field, Value)>,
    on_key: Callback<(usize, Field, InputKey)>,
}

#[component]
fn GridLine(props: &GridLineProps) -> Html {
    let words = use_words();
    let outbox = use_outbox();
    let line = &props.line;
    let statuses: Vec<(Field, FieldPath, FieldStatus)> = COLUMNS
        .iter()
        .chain([&Field::MonthNil])
        .map(|field| {
            let path = report::path_of(*field, props.period);
            let status = outbox.outbox.status(line.project, &path);
            (*field, path, status)
        })
        .collect();
    let cell = |field: Field, hint: AttrValue| {
        let Some((_, path, status)) = statuses.iter().find(|(known, ..)| *known == field) else {
            return Html::default();
        };
        let conflict = line.conflicts.iter().any(|id| id == field.id());
        let project = line.project;
        let index = props.index;
        let refused = match status {
            FieldStatus::Refused(item) => item.value_at(path).cloned(),
            _ => None,
        };
        html! {
            <>
                <ValueInput path={path.to_string()} row={project.to_string()} kind={field.kind()} value={line.cell(field).clone()}
                    label={format!("{} {}", words.field(field), line.name)} {hint} read_only={props.read_only || conflict} invalid={refused.is_some() || conflict} {refused}
                    on_edit={props.on_edit.reform(move |value| (project, field, value))}
                    on_key={props.on_key.reform(move |key| (index, field, key))} />
                { crate::components::field_row::saving_mark(&words, status) }
                if let Some(said) = line.marks.get(field.id()).and_then(Value::as_text) { <span class="corner"><span>{ said.to_owned() }</span></span> }
                if conflict {
                    <Link to={Route::Project { id: project }} classes="chip chip--ask">{ "◆ " }{ words.t(Ui::Conflict) }</Link>
                }
            </>
        }
    };
    let behind = line.gap.is_some_and(|gap| gap < 0);
    let image_empty = line
        .cell(Field::MonthImage)
        .as_text()
        .unwrap_or("")
        .is_empty();
    let carry = {
        let (on_edit, project, last) =
            (props.on_edit.clone(), line.project, line.last_image.clone());
        Callback::from(move |_: MouseEvent| {
            on_edit.emit((project, Field::MonthImage, Value::from(last.as_str())))
        })
    };
    html! {
        <tr data-line={line.project.to_string()} data-filled={line.filled.to_string()} class={line.nil.is_some().then_some("grid__line--nil")}>
            <td class="grid__number quiet">{ props.index + 1 }</td>
            <th scope="row" class="grid__name"><Link to={Route::Project { id: line.project }}>{ &line.name }</Link></th>
            <td>{ light(&words, line.light.as_ref()) }</td>
            { td_number((numbers::wan(line.plan)).to_string()) }
            <td class="number quiet">{ numbers::wan(Some(line.before)) }</td>
            <td class="number grid__input">{ cell(Field::MonthDoneFen, AttrValue::default()) }</td>
            <td class="number" data-computed="year">{ numbers::wan(Some(line.year)) }</td>
            { td_number((numbers::percent(line.rate)).to_string()) }
            <td class={classes!("number", behind.then_some("behind"))}>{ line.gap.map(numbers::signed).unwrap_or_default() }</td>
            <td class="grid__image">
                { cell(Field::MonthImage, if image_empty { line.last_image.clone().into() } else { AttrValue::default() }) }
                if image_empty && !line.last_image.is_empty() && !props.read_only {
                    <button class="button button--small grid__carry" tabindex="-1" title={words.t(Ui::CarryOver)} onclick={carry}>{ words.t(Ui::CarryConfirm) }</button>
                }
            </td>
            <td class="grid__next">{ cell(Field::MonthNext, AttrValue::default()) }</td>
            <td class="grid__problems">{ cell(Field::Problems, AttrValue::default()) }
                if line.issues > 0 { <Link to={Route::Issues} classes="grid__issues">{ "⚑ " }{ words.t(Ui::Issues) }{ " " }{ line.issues }</Link> }</td>
            <td class="grid__nil">{ cell(Field::MonthNil, "—".into()) }</td>
        </tr>
    }
}
