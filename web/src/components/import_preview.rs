//! What an upload would do: sheets, columns and where they go, counts, findings; nothing is written until it is confirmed.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::{ColumnMapping, Finding, ImportPreview, Severity, SheetPreview, TopRow};
use shared::command::ImportCounts;
use shared::field::FieldPath;
use shared::text::parse::money::Unit;
use shared::text::ui::{Say, Ui};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::component::{component, use_state};

use crate::components::cells::th;
use crate::components::panel::Panel;
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
    /// What it was read with.
    pub changes: Changes,
    /// It shall be read with other changes.
    pub on_changed: Callback<Changes>,
    /// It shall be carried out; true: only whole, if every row is right.
    pub on_confirmed: Callback<bool>,
    /// It shall not.
    pub on_given_up: Callback<()>,
}

/// What a person changed of where columns go since the file was chosen: `column TITLE` to a target, `unit TITLE` to a unit of money,
/// `header SHEET` to a row, and what the node's drawing of the rows offers.
pub type Changes = BTreeMap<String, String>;

/// The preview.
#[component]
pub fn ImportPreviewView(props: &ImportPreviewViewProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let changed = use_state(|| props.changes.clone());
    let only = use_state(|| None::<Severity>);
    let whole = use_state(|| false);
    let preview = &props.preview;
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
    let is_changed = *changed != props.changes;
    let change = {
        let changed = changed.clone();
        Callback::from(move |(event, key): (Event, String)| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                let mut next = (*changed.now()).clone();
                next.insert(key, select.value());
                changed.set(next);
            }
        })
    };
    let column = |sheet: &SheetPreview, column: &ColumnMapping| {
        let own = sheet.targets.iter();
        let own = own.map(|target| (target.id.as_str(), target.label.as_str()));
        let targets: Vec<(&str, &str)> = match sheet.targets.is_empty() {
            true => words.targets().collect(),
            false => own.collect(),
        };
        let name = &column.title;
        let (to_key, unit_key) = (["column ", name].concat(), ["unit ", name].concat());
        let to = changed.get(&to_key).or(column.target.as_ref());
        let to = to.map_or("-", String::as_str);
        let unit = changed.get(&unit_key).unwrap_or(&column.unit);
        let is_known = to == "-" || targets.iter().any(|(target, _)| *target == to);
        let other = || {
            let path = column.path.as_ref();
            let path = path.and_then(|path| path.parse::<FieldPath>().ok());
            path.map_or_else(|| to.to_owned(), |path| words.path(&path))
        };
        let option = |value: &str, label: &str, now: &str| html! { <option value={value.to_owned()} selected={value == now}>{ label }</option> };
        let on = |key: String| change.reform(move |event: Event| (event, key.clone()));
        html! {
            <tr key={column.column.clone()} class={(to == "-").then_some("quiet")}>
                <td>{ &column.column }</td><td>{ &column.title }</td><td class="quiet">{ column.sample.join(" · ") }</td>
                <td><select class="value" data-column={column.column.clone()} aria-label={column.title.clone()} onchange={on(to_key)}>
                    { option("-", words.t(Ui::IgnoreColumn), to) }
                    if !is_known { { option(to, &other(), to) } }
                    { for targets.iter().map(|(target, label)| option(target, label, to)) }
                </select></td>
                <td>if !column.unit.is_empty() {
                    <select class="value" data-unit={column.column.clone()} aria-label={words.t(Ui::MoneyUnit)} onchange={on(unit_key)}>
                        { for Unit::ALL.iter().map(|known| option(known.name(), known.name(), unit)) }
                    </select>
                }</td>
            </tr>
        }
    };
    let holds = |sheet: &SheetPreview| {
        let key = ["ledger ", &sheet.name].concat();
        let now = changed.get(&key).unwrap_or(&sheet.ledger);
        let option = |value: &str, label: &str| html! { <option value={value.to_owned()} selected={value == now}>{ label }</option> };
        html! {
            <label class="form__field form__field--inline"><span>{ words.t(Ui::SheetHolds) }</span>
                <select class="value" data-sheet={sheet.name.clone()} onchange={change.reform(move |event: Event| (event, key.clone()))}>
                    { option("", words.t(Ui::Projects)) }
                    { for preview.ledgers.iter().map(|ledger| option(&ledger.id, &ledger.label)) }
                </select></label>
        }
    };
    let has_table = preview
        .sheets
        .iter()
        .any(|sheet| sheet.header_rows.is_some());
    let top = |sheet: &SheetPreview| {
        let row = |top: &TopRow| {
            let number = top.row;
            let header = sheet.header_rows;
            let is_header = header.is_some_and(|(first, last)| (first..=last).contains(&number));
            let choose = {
                let (changed, key) = (changed.clone(), ["header ", &sheet.name].concat());
                props.on_changed.reform(move |_: MouseEvent| {
                    let mut next = (*changed.now()).clone();
                    next.insert(key.clone(), number.to_string());
                    next
                })
            };
            html! {
                <tr key={number} class={is_header.then_some("preview__header")}>
                    <td><button class="button button--small" data-header-row={number.to_string()} title={words.t(Ui::HeaderIsHere)} onclick={choose} disabled={props.busy}>{ number }</button></td>
                    { cells(top) }
                </tr>
            }
        };
        html! {
            <details open={sheet.header_rows.is_none()}><summary>{ words.t(Ui::HeaderElsewhere) }</summary>
                <div class="rows__scroll"><table class="table preview__top"><tbody>{ for sheet.top.iter().map(row) }</tbody></table></div>
            </details>
        }
    };
    // What is said in the node's drawing is a change like any other.
    let on_act = {
        let changed = changed.clone();
        props.on_changed.reform(move |act: String| {
            let mut next = (*changed.now()).clone();
            if let Some((key, value)) = act.split_once('=') {
                next.insert(key.to_owned(), value.to_owned());
            }
            next
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
                    if is_changed {
                        <button class="button button--main" id="apply-mapping" onclick={let changed = changed.clone(); props.on_changed.reform(move |_: MouseEvent| (*changed.now()).clone())} disabled={props.busy}>{ words.t(Ui::ApplyMapping) }</button>
                    } else {
                        if refused_rows > 0 { <label class="toolbar__tick"><input type="checkbox" id="whole-import" checked={*whole} onchange={let whole = whole.clone(); move |_: Event| whole.set(!*whole)} />{ words.t(Ui::WholeImport) }</label> }
                        <button class="button button--main" id="confirm-import" onclick={let whole = *whole; props.on_confirmed.reform(move |_: MouseEvent| whole)} disabled={props.busy || (*whole && refused_rows > 0)}>
                            { if props.busy { words.t(Ui::Importing) } else { words.t(Ui::ConfirmImport) } }</button>
                    }
                </div>
            </header>
            if preview.remembered { <p class="form__note" id="import-remembered">{ words.t(Ui::MappingRemembered) }</p> }
            if *whole { <p class="form__note">{ words.t(Ui::WholeImportNote) }</p> }
            <Panel path={format!("import?part=choices&token={}", preview.token)} on_act={on_act.clone()} />
            if is_changed { <p class="form__note">{ words.t(Ui::MappingWillStay) }</p> }
            { for preview.sheets.iter().map(|sheet| html! {
                <details class="preview__sheet" key={sheet.name.clone()} open={sheet.header_rows.is_some() || !has_table}>
                    <summary><strong>{ &sheet.name }</strong>{ " · " }
                        { match sheet.header_rows {
                            Some((first, last)) => words.say(&Say::SheetFound { rows: sheet.rows, first, last }),
                            None => words.t(Ui::SheetSkipped).to_owned(),
                        } }
                    </summary>
                    { holds(sheet) }
                    if !sheet.columns.is_empty() {
                        <div class="rows__scroll"><table class="table preview__columns">
                            <thead><tr>{ th(words.t(Ui::Column)) }{ th(words.t(Ui::FileColumn)) }{ th(words.t(Ui::FirstValues)) }{ th(words.t(Ui::SystemField)) }{ th(words.t(Ui::MoneyUnit)) }</tr></thead>
                            <tbody>{ for sheet.columns.iter().map(|one| column(sheet, one)) }</tbody>
                        </table></div>
                    }
                    if !sheet.top.is_empty() { { top(sheet) } }
                </details>
            }) }
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
            <Panel path={format!("import?token={}", preview.token)} {on_act} />
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

fn cells(row: &TopRow) -> Html {
    html! { <>{ for row.cells.iter().map(|cell| html! { <td>{ cell }</td> }) }</> }
}

/// A number with its word; the name is for tests.
pub fn figure(word: &str, number: u32, name: &'static str) -> Html {
    html! { <div class="figure" data-figure={name}><strong>{ number }</strong><span>{ word }</span></div> }
}
