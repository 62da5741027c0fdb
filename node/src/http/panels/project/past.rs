//! 动态与历史: who changed what, grouped by day and person, with the way back.

use maud::{Markup, html};
use shared::api::HistoryEntry;
use shared::field::{FieldPath, Kind};
use shared::project::ProjectView;
use shared::rules::reading;
use shared::text::hub::HubWord;
use shared::text::panel::Panel;
use shared::text::records::{is_engines, typed};
use shared::text::ui::Ui;
use shared::time::Date;

use super::super::draw::{Reader, edit_template, th};
use super::named::{Named, is_of_writing};
use super::{File, comments, then};
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// Changes shown.
const SHOWN: usize = 200;

pub(super) async fn part(site: &Site, call: &Call, file: &File) -> Result<Markup, Failed> {
    let named = Named::of(site, file).await?;
    let asked = |name: &str| call.query.get(name).map_or("", String::as_str).trim();
    if let Some(at) = then::moment(asked("at"), file.year()) {
        return then::part(site, file, &named, at).await;
    }
    let id = file.view.id;
    let entries = site
        .context
        .handle
        .read(move |context| views::history(context, id, None))
        .await??;
    let words = asked("words");
    let reader = &file.reader;
    let entries: Vec<_> = entries
        .unwrap_or_default()
        .into_iter()
        .filter(|entry| reading::may_read_path(&reader.profile, file.role, &entry.path))
        .filter(|entry| !is_of_writing(&entry.path))
        .map(|entry| seen_by(file, entry))
        .map(|entry| Told::of(reader, &file.view, &named, entry))
        .filter(|told| words.is_empty() || told.holds(reader, words))
        .take(SHOWN)
        .collect();
    Ok(html! {
        (then::ask(file, asked("at")))
        form."panel__form" #past-filter {
            label { (reader.own(Panel::FieldWords)) " " input.value name="words" value=(words) autocomplete="off"; }
            button.button type="submit" { (reader.own(Panel::Filter)) }
        }
        p.quiet { (reader.fill(Panel::PastNote, &[entries.len().to_string()])) }
        @if entries.is_empty() { p.empty { (reader.own(Panel::NoPast)) } }
        @for group in entries.chunk_by(|one, next| whose(one) == whose(next)) { (changes(file, group)) }
        (comments::part(file, &named))
    })
}

/// A change as the reader may know of it: to observers whose unit it was, not whose, nor why.
fn seen_by(file: &File, mut entry: HistoryEntry) -> HistoryEntry {
    if file.is_observed() {
        entry.by.name.clear();
        entry.reason.clear();
    }
    entry
}

/// A change in words.
struct Told {
    entry: HistoryEntry,
    who: String,
    old: String,
    new: String,
}

impl Told {
    fn of(reader: &Reader, view: &ProjectView, named: &Named, entry: HistoryEntry) -> Self {
        let shown = |value| named.shown(reader, view, &entry.path, value);
        let by = &entry.by;
        let who = match (by.name.as_str(), by.unit.as_str()) {
            ("", "hub") => reader.hub(HubWord::Level),
            ("", "") => reader.word(Ui::WriterUnknown).to_owned(),
            ("", unit) => unit.to_owned(),
            (name, _) => name.to_owned(),
        };
        Self {
            old: shown(&entry.old),
            new: shown(&entry.new),
            who,
            entry,
        }
    }

    fn holds(&self, reader: &Reader, words: &str) -> bool {
        reader.path(&self.entry.path).contains(words)
            || [&self.who, &self.old, &self.new]
                .iter()
                .any(|text| text.contains(words))
    }
}

/// Whose change it was, and on which day.
fn whose(told: &Told) -> (Date, &str) {
    (told.entry.by.at.date(), &told.who)
}

fn changes(file: &File, group: &[Told]) -> Markup {
    let reader = &file.reader;
    html! {
        @if let Some(first) = group.first() {
            h3 { (first.entry.by.at.date()) " · " (first.who) }
        }
        table."table past" {
            thead { tr { (th(reader.own(Panel::Changed))) (th(reader.own(Panel::Before))) (th(reader.own(Panel::After))) (th("")) } }
            tbody { @for told in group { (change(file, told)) } }
        }
    }
}

fn change(file: &File, told: &Told) -> Markup {
    let (reader, entry) = (&file.reader, &told.entry);
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
            td.panel__words { (told.old) }
            td.panel__words { (told.new) }
            td.past__ways {
                (then::button(file, entry.by.at))
                @if restores { (restore(file, &entry.path, &typed(kind, &entry.old))) }
            }
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
