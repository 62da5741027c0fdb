//! What an upload would do: sheets, columns and where they go, counts, findings; nothing is written until it is confirmed.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::{Finding, ImportPreview, Severity};
use shared::command::ImportCounts;
use shared::field::{Field, FieldPath, Scope};
use shared::text::ui::{Say, Ui};
use shared::time::Month;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::component::{component, use_memo, use_state};

use crate::components::cells::th;
use crate::markup::{classes, html};

use crate::hooks::session::use_session;

/// Findings shown at once; the workbook of refused rows has them all.
const FINDINGS_SHOWN: usize = 200;

/// Props of [`ImportPreviewView`].
#[derive(Properties, PartialEq)]
pub struct ImportPreviewViewProps {
    /// The preview.
    pub preview: Rc<ImportPreview>,
    /// Something is under way.
    pub busy: bool,
    /// Columns shall go elsewhere: letter to target, `-` to leave one out.
    pub on_remapped: Callback<BTreeMap<String, String>>,
    /// It shall be carried out.
    pub on_confirmed: Callback<()>,
    /// It shall not.
    pub on_given_up: Callback<()>,
}

/// Targets a person can choose for a column, with their labels.
fn targets(words: &crate::state::words::Words, period: Month) -> Vec<(String, String)> {
    let mut targets = Vec::new();
    for field in Field::ALL {
        let path = match field.scope() {
            Scope::Once => FieldPath::once(*field),
            Scope::Year => FieldPath::year(period.year(), *field),
            Scope::Month => FieldPath::month(period, *field),
        };
        if field.authority() != shared::field::Authority::Engine && *field != Field::Deleted {
            targets.push((path.to_string(), words.path(&path)));
        }
    }
    targets
}

/// The preview.
#[component]
pub fn ImportPreviewView(props: &ImportPreviewViewProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let chosen = use_state(BTreeMap::<String, String>::new);
    let only = use_state(|| None::<Severity>);
    let preview = &props.preview;
    let targets = use_memo((words.clone(), session.period), |(words, period)| {
        targets(words, *period)
    });
    let counts = &preview.counts;
    let count = |severity: Severity| {
        preview
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let refused_rows = refused_rows(preview);
    let severity_button = |severity: Severity, word: Ui, class: &'static str| {
        let pressed = *only == Some(severity);
        let only = only.clone();
        html! {
            <button class={classes!("chip", class, pressed.then_some("chip--on"))} aria-pressed={pressed.to_string()}
                onclick={move |_: MouseEvent| only.set((*only != Some(severity)).then_some(severity))}>{ words.t(word) }{ " " }{ count(severity) }</button>
        }
    };
    let remap = {
        let (chosen, on_remapped, preview) =
            (chosen.clone(), props.on_remapped.clone(), preview.clone());
        Callback::from(move |_: MouseEvent| {
            // What was recognised stays unless the person chose otherwise.
            let mut columns = BTreeMap::new();
            for column in preview.sheets.iter().flat_map(|sheet| &sheet.columns) {
                if let Some(path) = &column.path {
                    columns.insert(column.column.clone(), path.clone());
                }
            }
            columns.extend((*chosen).clone());
            on_remapped.emit(columns);
        })
    };
    let errors = format!("/api/v1/imports/{}/errors", preview.token);
    html! {
        <section class="preview" id="import-preview">
            <header class="preview__head">
                <h2>{ &preview.file }</h2>
                <div class="figures">
                    { figure(words.t(Ui::Created), counts.created, "created") }
                    { figure(words.t(Ui::Updated), counts.updated, "updated") }
                    { figure(words.t(Ui::Unchanged), counts.unchanged, "unchanged") }
                    { figure(words.t(Ui::Kept), counts.kept, "kept") }
                    { figure(words.t(Ui::Refused), u32::try_from(refused_rows).unwrap_or(u32::MAX), "refused") }
                </div>
                <div class="preview__actions">
                    <button class="button" onclick={props.on_given_up.reform(|_: MouseEvent| ())} disabled={props.busy}>{ words.t(Ui::Cancel) }</button>
                    if refused_rows > 0 { <a class="button" href={errors}>{ words.t(Ui::DownloadErrors) }</a> }
                    <button class="button button--main" id="confirm-import" onclick={props.on_confirmed.reform(|_: MouseEvent| ())} disabled={props.busy}>
                        { if props.busy { words.t(Ui::Importing) } else { words.t(Ui::ConfirmImport) } }</button>
                </div>
            </header>
            { for preview.sheets.iter().map(|sheet| html! {
                <details class="preview__sheet" key={sheet.name.clone()} open={sheet.header_rows.is_some()}>
                    <summary><strong>{ &sheet.name }</strong>{ " · " }
                        { match sheet.header_rows {
                            Some((first, last)) => format!("{} · {} {}", words.say(&Say::SheetFound { rows: sheet.rows, first, last }), words.t(Ui::MoneyUnit), sheet.money_unit),
                            None => words.t(Ui::SheetSkipped).to_owned(),
                        } }
                    </summary>
                    if !sheet.columns.is_empty() {
                        <div class="rows__scroll"><table class="table preview__columns">
                            <thead><tr>{ th(words.t(Ui::Column)) }{ th(words.t(Ui::FileColumn)) }{ th(words.t(Ui::SystemField)) }</tr></thead>
                            <tbody>{ for sheet.columns.iter().map(|column| {
                                let current = chosen.get(&column.column).cloned().or_else(|| column.path.clone()).unwrap_or_else(|| "-".to_owned());
                                let chosen = chosen.clone();
                                let letter = column.column.clone();
                                let onchange = Callback::from(move |event: Event| {
                                    if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                                        let mut next = (*chosen.now()).clone();
                                        next.insert(letter.clone(), select.value());
                                        chosen.set(next);
                                    }
                                });
                                let known = current == "-" || targets.iter().any(|(path, _)| *path == current);
                                html! {
                                    <tr key={column.column.clone()} class={(current == "-").then_some("quiet")}>
                                        <td>{ &column.column }</td><td>{ &column.title }</td>
                                        <td><select class="value" data-column={column.column.clone()} {onchange}>
                                            <option value="-" selected={current == "-"}>{ words.t(Ui::IgnoreColumn) }</option>
                                            if !known { <option value={current.clone()} selected=true>{ current.parse::<FieldPath>().map(|path| words.path(&path)).unwrap_or_else(|_| current.clone()) }</option> }
                                            { for targets.iter().map(|(path, label)| html! { <option value={path.clone()} selected={*path == current}>{ label }</option> }) }
                                        </select></td>
                                    </tr>
                                }
                            }) }</tbody>
                        </table></div>
                    }
                </details>
            }) }
            if !chosen.is_empty() { <p><button class="button" onclick={remap} disabled={props.busy}>{ words.t(Ui::ApplyMapping) }</button></p> }
            if !preview.findings.is_empty() {
                <section class="preview__findings">
                    <header><h3>{ words.t(Ui::Findings) }</h3>
                        { severity_button(Severity::Error, Ui::CheckError, "chip--bad") }
                        { severity_button(Severity::Warning, Ui::CheckWarning, "chip--ask") }
                        { severity_button(Severity::Hint, Ui::CheckHint, "chip--quiet") }
                    </header>
                    <div class="rows__scroll"><table class="table">
                        <thead><tr>{ th(words.t(Ui::State)) }{ th(words.t(Ui::Sheet)) }{ th(words.t(Ui::Row)) }{ th(words.t(Ui::Reason)) }</tr></thead>
                        <tbody>{ for preview.findings.iter().filter(|finding| only.is_none_or(|only| only == finding.severity)).take(FINDINGS_SHOWN).enumerate().map(|(index, finding)| {
                            let (shape, word, class) = severity(finding.severity);
                            html! {
                                <tr key={index} data-finding={finding.kind.clone()}>
                                    <td><span class={classes!("state", class)}>{ shape }{ " " }{ words.t(word) }</span></td>
                                    <td>{ &finding.sheet }</td><td>{ words.say(&Say::Place { row: finding.row, column: &finding.column }) }</td><td>{ &finding.reason }</td>
                                </tr>
                            }
                        }) }</tbody>
                    </table></div>
                </section>
            }
            if !preview.sample.is_empty() {
                <details class="preview__sheet"><summary>{ words.t(Ui::Sample) }</summary>
                    <div class="rows__scroll">{ sample(&words, &preview.sample) }</div>
                </details>
            }
        </section>
    }
}

/// Why rows stay out, in the order of the rows.
pub fn refusing(preview: &ImportPreview) -> impl Iterator<Item = &Finding> {
    let findings = preview.findings.iter();
    findings.filter(|finding| finding.severity == Severity::Error)
}

/// How many rows stay out; one row may have several reasons.
pub fn refused_rows(preview: &ImportPreview) -> usize {
    let rows = refusing(preview).map(|finding| (&finding.sheet, finding.row));
    let mut rows: Vec<_> = rows.collect();
    rows.dedup();
    rows.len()
}

/// What an import did or would do.
#[must_use]
pub const fn said(counts: &ImportCounts) -> Say<'static> {
    Say::Counts {
        created: counts.created,
        updated: counts.updated,
        unchanged: counts.unchanged,
        kept: counts.kept,
    }
}

/// Shape, word and class of a severity.
#[must_use]
pub const fn severity(severity: Severity) -> (&'static str, Ui, &'static str) {
    match severity {
        Severity::Error => ("●", Ui::CheckError, "state--bad"),
        Severity::Warning => ("▲", Ui::CheckWarning, "state--ask"),
        Severity::Hint => ("◇", Ui::CheckHint, "state--quiet"),
    }
}

fn sample(words: &crate::state::words::Words, rows: &[BTreeMap<String, String>]) -> Html {
    let mut columns: Vec<&String> = Vec::new();
    for column in rows.iter().flat_map(BTreeMap::keys) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let label = |path: &str| {
        path.parse::<FieldPath>()
            .map_or_else(|_| path.to_owned(), |path| words.path(&path))
    };
    html! {
        <table class="table">
            <thead><tr>{ for columns.iter().map(|column| html! { <th scope="col" key={(*column).clone()}>{ label(column) }</th> }) }</tr></thead>
            <tbody>{ for rows.iter().enumerate().map(|(index, row)| html! {
                <tr key={index}>{ for columns.iter().map(|column| html! { <td key={(*column).clone()}>{ row.get(*column).cloned().unwrap_or_default() }</td> }) }</tr>
            }) }</tbody>
        </table>
    }
}

/// A number with its word; the name is for tests.
pub fn figure(word: &str, number: u32, name: &'static str) -> Html {
    html! { <div class="figure" data-figure={name}><strong>{ number }</strong><span>{ word }</span></div> }
}
