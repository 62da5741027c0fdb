//! 动态与历史: who changed what, grouped by day and person, with the way back.

use maud::{Markup, html};
use shared::api::HistoryEntry;
use shared::field::{FieldPath, Kind};
use shared::text::panel::Panel;
use shared::text::records::{is_engines, typed};
use shared::time::Date;

use super::super::draw::{Reader, edit_template, th};
use super::File;
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// Changes shown.
const SHOWN: usize = 200;

pub(super) async fn part(site: &Site, call: &Call, file: &File) -> Result<Markup, Failed> {
    let id = file.view.id;
    let entries = site
        .context
        .handle
        .read(move |context| views::history(context, id, None))
        .await??;
    let words = call.query.get("words").map_or("", String::as_str).trim();
    let reader = &file.reader;
    let entries: Vec<_> = entries
        .unwrap_or_default()
        .into_iter()
        .filter(|entry| words.is_empty() || holds(reader, entry, words))
        .take(SHOWN)
        .collect();
    Ok(html! {
        form."panel__form" #past-filter {
            label { (reader.own(Panel::FieldWords)) " " input.value name="words" value=(words) autocomplete="off"; }
            button.button type="submit" { (reader.own(Panel::Filter)) }
        }
        p.quiet { (reader.fill(Panel::PastNote, &[entries.len().to_string()])) }
        @if entries.is_empty() { p.empty { (reader.own(Panel::NoPast)) } }
        @for group in entries.chunk_by(|one, next| whose(one) == whose(next)) { (changes(file, group)) }
    })
}

fn holds(reader: &Reader, entry: &HistoryEntry, words: &str) -> bool {
    let kind = entry.path.kind().unwrap_or(Kind::Text);
    reader.path(&entry.path).contains(words)
        || entry.by.name.contains(words)
        || [&entry.old, &entry.new]
            .iter()
            .any(|value| reader.shown(kind, value).contains(words))
}

/// Whose change it was, and on which day.
fn whose(entry: &HistoryEntry) -> (Date, &str) {
    (entry.by.at.date(), &entry.by.name)
}

fn changes(file: &File, group: &[HistoryEntry]) -> Markup {
    let reader = &file.reader;
    html! {
        @if let Some(first) = group.first() {
            h3 { (first.by.at.date()) " · " (first.by.name) }
        }
        table."table past" {
            thead { tr { (th(reader.own(Panel::Changed))) (th(reader.own(Panel::Before))) (th(reader.own(Panel::After))) (th("")) } }
            tbody { @for entry in group { (change(file, entry)) } }
        }
    }
}

fn change(file: &File, entry: &HistoryEntry) -> Markup {
    let reader = &file.reader;
    let kind = entry.path.kind().unwrap_or(Kind::Text);
    let stands = file.view.value(&entry.path);
    // What stands now is already what it would go back to, or nobody writes it.
    let restores = reader.fills
        && !entry.old.is_null()
        && *stands != entry.old
        && !is_engines(kind)
        && entry.path.kind().is_some();
    html! {
        tr {
            th scope="row" { (reader.path(&entry.path)) @if !entry.reason.is_empty() { small { " " (entry.reason) } } }
            td.panel__words { (reader.shown(kind, &entry.old)) }
            td.panel__words { (reader.shown(kind, &entry.new)) }
            td.nowrap { @if restores { (restore(file, &entry.path, &typed(kind, &entry.old))) } }
        }
    }
}

fn restore(file: &File, path: &FieldPath, text: &str) -> Markup {
    let reader = &file.reader;
    html! {
        form data-command=(edit_template(file.view.id)) data-label=(reader.path(path)) {
            input type="hidden" data-path=(path) value=(text);
            button."button button--small" type="submit" { (reader.own(Panel::RestoreValue)) }
        }
    }
}
