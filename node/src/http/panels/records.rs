//! 记录与登记: every kind of companion record by place and subject, and one kind as a list with its form.
//!
//! Both are drawn from what the views say about a kind; no table, column or option stands in this code. Which row is being changed, struck
//! out or looked back upon stands in the question (`edit`, `strike`, `past`).

use maud::{Markup, html};
use shared::api::{RecordChange, RecordColumn, RecordRow, RecordType, Records};
use shared::command::Command;
use shared::field::{Column, FieldPath, Kind};
use shared::ids::{ProjectId, RowId};
use shared::text::records::typed;
use shared::text::ui::Ui;

use super::clash::{self, Clash, by};
use super::draw::{Reader, copy_buttons, print_button, template, th};
use crate::http::projects::listed;
use crate::http::records::{found, looked_back, table, type_list};
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// The kinds, for a project where one is named.
pub(super) async fn registry(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    let project: Option<ProjectId> = call.asked("project")?;
    let sought = call.query.get("label").map_or("", String::as_str);
    let types = type_list(site, call).await?;
    let known = listed(site, call, usize::MAX).await?.rows;
    Ok(html! {
        div.records {
            header.toolbar {
                h1 { (reader.word(Ui::Records)) }
                span.toolbar__space {}
                form { input.value #records-search type="search" name="label" value=(sought) placeholder=(reader.word(Ui::Filter)) aria-label=(reader.word(Ui::Filter)); }
                select.value #records-project aria-label=(reader.word(Ui::Project)) data-go="" {
                    option value="/records" selected[project.is_none()] { (reader.word(Ui::ChooseProject)) }
                    @for row in &known { option value={ "/records?project=" (row.id) } selected[project == Some(row.id)] { (row.name) } }
                }
            }
            (kinds(&reader, types.iter().filter(|kind| kind.label.contains(sought)), project))
        }
    })
}

/// A heading with what stands under it.
type Under<'a, T> = (&'a str, Vec<T>);

/// Links to kinds with their counts, by place and subject. What the reader may not read has no count.
pub(super) fn kinds<'a>(
    reader: &Reader,
    types: impl Iterator<Item = &'a RecordType>,
    project: Option<ProjectId>,
) -> Markup {
    let mut groups: Vec<Under<'_, Under<'_, &RecordType>>> = Vec::new();
    for kind in types.filter(|kind| kind.rows.is_some()) {
        let (place, subject) = (kind.place_label.as_str(), kind.subject.as_str());
        let subjects = under(&mut groups, place);
        under(subjects, subject).push(kind);
    }
    html! {
        @for (place, subjects) in &groups {
            section.record__section {
                h2 { (place) }
                @for (subject, kinds) in subjects {
                    div.records__subject { h3 { (subject) } ul.chips { @for kind in kinds {
                        li data-table=(kind.table.id()) {
                            a.chip .chip--quiet[!kind.on] href=(address(kind, project)) {
                                (kind.label) " " b { (kind.rows.unwrap_or(0)) }
                                @if !kind.on { " · " (reader.word(Ui::RecordsOff)) }
                            }
                        }
                    } } }
                }
            }
        }
    }
}

/// What is gathered under a heading, which is made when it is new.
fn under<'a, 'b, T: Default>(groups: &'b mut Vec<(&'a str, T)>, heading: &'a str) -> &'b mut T {
    let at = groups.iter().position(|(known, _)| *known == heading);
    let at = at.unwrap_or_else(|| {
        groups.push((heading, T::default()));
        groups.len() - 1
    });
    &mut groups[at].1
}

/// True for the tables that stand in a project's own documents.
pub(super) fn is_of_project(kind: &RecordType) -> bool {
    matches!(&*kind.place, "project" | "oversight")
}

fn address(kind: &RecordType, project: Option<ProjectId>) -> String {
    let of = project.filter(|_| is_of_project(kind));
    let of = of.map(|id| format!("?project={id}")).unwrap_or_default();
    format!("/records/{}{of}", kind.table.id())
}

/// One kind as its drawing needs it.
struct List {
    reader: Reader,
    records: Records,
    /// A person may write rows here.
    writes: bool,
    editing: Option<RowId>,
    striking: Option<RowId>,
}

/// One kind as a list with its form.
pub(super) async fn list(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let table = table(call)?;
    let records = found(site, call, table).await?;
    let past: Option<RowId> = call.asked("past")?;
    let past = match past {
        Some(row) => Some(looked_back(site, call, (table, row)).await?),
        None => None,
    };
    let reader = Reader::of(site, call).await?;
    // The hub reads the papers of any unit.
    let units = match (site.context.at_hub(), records.unit) {
        (true, Some(_)) => site.context.handle.read(views::directory).await??,
        _ => Vec::new(),
    };
    let list = List {
        writes: records.writing != "no",
        editing: call.asked("edit")?,
        striking: call.asked("strike")?,
        reader,
        records,
    };
    let (reader, records) = (&list.reader, &list.records);
    let kind = &records.kind;
    let registry = records.project.map(|id| format!("?project={id}"));
    let query = format!(
        "?table={}{}{}",
        table.id(),
        records
            .project
            .map(|id| format!("&project={id}"))
            .unwrap_or_default(),
        records
            .unit
            .map(|id| format!("&unit={id}"))
            .unwrap_or_default()
    );
    Ok(html! {
        div.records data-table=(table.id()) data-project=[records.project] data-heads=(records.heads.join(" ")) {
            header.toolbar {
                h1 { (kind.label) @if !records.of.is_empty() { small { (records.of) } } }
                @if !kind.on { span.chip { (reader.word(Ui::RecordsOff)) } }
                span.toolbar__space {}
                @if !units.is_empty() {
                    select.value #records-unit aria-label=(reader.word(Ui::Unit)) data-go="" {
                        @for unit in &units { option value={ "/records/" (table.id()) "?unit=" (unit.unit) } selected[records.unit == Some(unit.unit)] { (unit.name) } }
                    }
                }
                @if let Some(id) = records.project { a.button href={ "/projects/" (id) } { (reader.word(Ui::Project)) } }
                a.button href={ "/records" (registry.unwrap_or_default()) } { (reader.word(Ui::Records)) }
                a.button #records-export download="" href={ "/api/v1/exports" (query) "&format=xlsx" } { (reader.word(Ui::ExportXlsx)) }
                @if !records.rows.is_empty() { (copy_buttons(reader, "button", &copied(records))) }
                (print_button(reader))
            }
            @if !records.refusal.is_empty() { p.form__note #record-read-only { (reader.word(Ui::ReadOnly)) " · " (records.refusal) } }
            @if !records.note.is_empty() { p.form__note { (records.note) } }
            @if list.writes {
                section.record__section {
                    @if kind.acts { p.form__note { (reader.word(Ui::ActsNote)) } }
                    (form(&list))
                }
            }
            @if records.rows.is_empty() { p.empty { (reader.word(Ui::NoRecords)) } }
            @else { (rows(&list)) }
            @if let Some(changes) = &past { (history(reader, changes)) }
        }
    })
}

/// The rows that stand, as they are copied.
fn copied(records: &Records) -> Vec<Vec<String>> {
    let columns = &records.kind.columns;
    let mut lines = vec![columns.iter().map(|column| column.label.clone()).collect()];
    let rows = records.rows.iter().filter(|row| row.struck.is_empty());
    lines.extend(rows.map(|row| {
        let shown = |column: &RecordColumn| {
            let cell = row.cells.get(&column.column);
            cell.map_or(String::new(), |cell| cell.shown.clone())
        };
        columns.iter().map(shown).collect()
    }));
    lines
}

/// The form of one act: what it asks, and what it says without asking; `next` is asked once it is done.
pub(super) fn act_form(
    reader: Reader,
    records: Records,
    asks: &[Column],
    given: &[(Column, &str)],
    verb: &str,
    next: &str,
) -> Markup {
    let table = records.kind.table;
    let list = List {
        reader,
        records,
        writes: true,
        editing: None,
        striking: None,
    };
    let columns = list.records.kind.columns.iter();
    let asked = columns.filter(|column| asks.contains(&column.column));
    html! {
        form."form record-form" #record-form data-command=(command(&list)) data-label=(list.records.kind.label) data-ask=(next) {
            @for (column, text) in given { input type="hidden" data-path=(FieldPath::cell(table, RowId::blank(0), *column)) value=(text); }
            @for column in asked { (field(&list, column, None)) }
            (on_behalf(&list))
            p.form__error role="alert" #record-refused {}
            footer.dialog__foot { button."button button--main" #record-save type="submit" { (verb) } }
        }
    }
}

/// The command that writes a row.
fn command(list: &List) -> String {
    let records = &list.records;
    let command = Command::Record {
        project: records.project,
        unit: records.unit,
        table: records.kind.table,
        row: list.editing.unwrap_or_else(|| RowId::blank(0)),
        set: std::collections::BTreeMap::new(),
        on_behalf: None,
    };
    let mut holes = vec![("set", "columns")];
    if records.writing == "on_behalf" {
        holes.push(("on_behalf", "on_behalf"));
    }
    template(&command, &holes)
}

/// Why somebody writes for another, where he does.
fn on_behalf(list: &List) -> Markup {
    let reader = &list.reader;
    html! {
        @if list.records.writing == "on_behalf" {
            label."form__field form__field--wide" {
                span { (reader.word(Ui::OnBehalf)) b.required aria-hidden="true" { "*" } }
                input.value name="on_behalf" required placeholder=(reader.word(Ui::OnBehalfNote)) autocomplete="off";
            }
        }
    }
}

/// The form of a new row, or of the one that is being changed.
fn form(list: &List) -> Markup {
    let (reader, records) = (&list.reader, &list.records);
    let key = list.editing.map(|row| row.to_string());
    let standing = records
        .rows
        .iter()
        .find(|row| Some(&row.row) == key.as_ref());
    html! {
        form."form record-form" #record-form data-command=(command(list)) data-label=(records.kind.label) data-ask="" {
            @for column in records.kind.columns.iter().filter(|column| !column.filled_in) { (field(list, column, standing)) }
            (on_behalf(list))
            p.form__error role="alert" #record-refused {}
            footer.dialog__foot {
                @if list.editing.is_some() { button.button type="button" data-ask="" { (reader.word(Ui::Cancel)) } }
                button."button button--main" #record-save type="submit" { (reader.word(Ui::RecordSave)) }
            }
        }
    }
}

fn field(list: &List, column: &RecordColumn, standing: Option<&RecordRow>) -> Markup {
    let (reader, records) = (&list.reader, &list.records);
    let id = column.column;
    let kind = id.kind();
    let row = list.editing.unwrap_or_else(|| RowId::blank(0));
    let path = FieldPath::cell(records.kind.table, row, id);
    let cell = standing.and_then(|row| row.cells.get(&id));
    let text = cell
        .map(|cell| typed(kind, &cell.value))
        .unwrap_or_default();
    let offered = records.choices.get(&id).unwrap_or(&column.options);
    let input = reader.input_of(&path, &text, (None, &column.label), offered);
    let name = html! {
        span {
            (column.label)
            @if column.needed { b.required aria-hidden="true" { "*" } }
            @if kind == Kind::Money { small { (reader.word(Ui::Wan)) } }
        }
    };
    // Boxes have labels of their own.
    if matches!(kind, Kind::Set(_)) {
        return html! { div."form__field form__field--wide" { (name) (input) } };
    }
    html! { label.form__field .form__field--wide[kind == Kind::Long] { (name) (input) } }
}

fn rows(list: &List) -> Markup {
    let (reader, records) = (&list.reader, &list.records);
    html! {
        div.rows__scroll { table.table #records {
            thead { tr {
                @for column in &records.kind.columns { (th(&column.label)) }
                (th(reader.word(Ui::By)))
                th scope="col" { span.off-screen { (reader.word(Ui::History)) } }
            } }
            tbody { @for row in &records.rows { (line(list, row)) } }
        } }
        @for row in &records.rows { (clashes(list, row)) }
    }
}

fn line(list: &List, row: &RecordRow) -> Markup {
    let (reader, records) = (&list.reader, &list.records);
    let kind = &records.kind;
    let stands = row.struck.is_empty();
    let writes = list.writes && stands;
    let act = |word: Ui, sign: &str, ask: &str| {
        html! { button."button button--bare" type="button" title=(reader.word(word)) aria-label=(reader.word(word)) data-ask={ "&" (ask) "=" (row.row) } { (sign) } }
    };
    html! {
        tr .records__struck[!stands] data-row=(row.row) {
            @for column in &kind.columns { (cell(column, row)) }
            td.records__who {
                @if let Some(by) = &row.by { (by.name) " " (reader.moment(by.at)) }
                @for note in &row.notes { p { (note) } }
                @if stands { @for warning in &row.warnings { p.form__error { "▲ " (warning) } } }
                @else { p.form__error { (reader.word(Ui::Strike)) "：" (row.struck) } }
                @if list.striking.is_some_and(|striking| striking.to_string() == row.row) { (strike(list, row)) }
            }
            td.rows__actions {
                // What is worked out when it is read has no past of its own.
                @if kind.place != "compiled" { (act(Ui::History, "↺", "past")) }
                @if writes && !kind.acts { (act(Ui::Correct, "✎", "edit")) }
                @if writes { (act(Ui::Strike, "⊘", "strike")) }
            }
        }
    }
}

fn cell(column: &RecordColumn, row: &RecordRow) -> Markup {
    let cell = row.cells.get(&column.column);
    let clash = cell.is_some_and(|cell| !cell.contenders.is_empty());
    let number = matches!(&*column.kind, "money" | "percent" | "count");
    html! { td .number[number] .cell--conflict[clash] { @if let Some(cell) = cell { (cell.shown) } } }
}

fn strike(list: &List, row: &RecordRow) -> Markup {
    let (reader, records) = (&list.reader, &list.records);
    let command = row.row.parse().map(|row| Command::StrikeRow {
        project: records.project,
        unit: records.unit,
        table: records.kind.table,
        row,
        reason: String::new(),
    });
    html! {
        @if let Ok(command) = command {
            form.form #record-strike data-command=(template(&command, &[("reason", "reason")])) data-label=(records.kind.label) data-ask="" {
                input.value name="reason" required autofocus autocomplete="off" placeholder=(reader.word(Ui::Reason)) aria-label=(reader.word(Ui::Reason));
                p.form__error role="alert" {}
                button."button button--small" type="button" data-ask="" { (reader.word(Ui::Cancel)) }
                " "
                button."button button--small button--main" type="submit" { (reader.word(Ui::Strike)) }
            }
        }
    }
}

/// The cells of a row that hold several values, each to be ended.
fn clashes(list: &List, row: &RecordRow) -> Markup {
    let records = &list.records;
    let key = row.row.parse::<RowId>();
    html! {
        @for column in &records.kind.columns {
            @if let (Some(cell), Ok(row)) = (row.cells.get(&column.column), &key) {
                @if !cell.contenders.is_empty() {
                    (clash::card(&list.reader, &Clash {
                        project: records.project,
                        unit: records.unit,
                        path: FieldPath::cell(records.kind.table, *row, column.column),
                        label: &column.label,
                        contenders: &cell.contenders,
                        offered: records.choices.get(&column.column).unwrap_or(&column.options),
                        writes: list.writes,
                    }))
                }
            }
        }
    }
}

fn history(reader: &Reader, changes: &[RecordChange]) -> Markup {
    html! {
        section.record__section #record-history {
            h2 { (reader.word(Ui::HistoryOf)) }
            ol.history__list { @for change in changes {
                li {
                    div.history__who { (by(reader, &change.by)) " " span."chip chip--quiet" { (change.act) } }
                    div.history__values { (change.label) " " del { (change.old) } " → " ins { (change.new) } }
                    div.history__reason { (change.reason) }
                }
            } }
            button.button type="button" data-ask="" { (reader.word(Ui::Close)) }
        }
    }
}
