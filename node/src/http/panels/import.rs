//! What an import would write, row by row: the project each row was taken for and by what, every value as it stands and as it would stand;
//! the rows that stay out; and what a person can say of the file besides where its columns go (ux.md 5.7, step 3).
//!
//! What is said goes back to the page as a change (`data-act`, `KEY=VALUE`), with which it reads the file again: `match SHEET!ROW`, the project a
//! row means; `blank`, what empty cells do; `use` and `scheme`, a scheme by its name.

use std::collections::BTreeMap;

use maud::{Markup, html};
use shared::command::ImportItem;
use shared::field::{Field, FieldPath, Kind};
use shared::ids::{ImportId, ProjectId};
use shared::library::LibraryError;
use shared::project::ProjectView;
use shared::text::panel::Panel;
use shared::text::parse::clean;
use shared::text::ui::Ui;
use shared::value::Value;

use super::draw::{Reader, th};
use crate::control::{Choices, Prepared};
use crate::http::reply::{Failed, percent};
use crate::http::{Call, Site};
use crate::office::import::FoundBy;
use crate::office::mapping::Target;
use crate::views;

/// Rows drawn; the import writes all of them.
const SHOWN: usize = 200;
/// Projects offered for a row.
const OFFERED: usize = 8;

/// A row that stays out.
struct Out {
    sheet: String,
    row: u32,
    name: String,
    reasons: String,
}

/// The part of a preview that waits for the person who asks.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    let id: ImportId = call.asked("token")?.ok_or(Failed::NotFound)?;
    let (user, now) = (call.person()?.actor.user, site.context.clock.now());
    if call.query.get("part").map(String::as_str) == Some("choices") {
        let choices = site
            .previews
            .with(user, id, now, |prepared| prepared.choices.clone())
            .ok_or(Failed::PreviewGone)?;
        return Ok(chosen(&reader, &choices));
    }
    let seen = site
        .previews
        .with(user, id, now, |prepared| Seen::of(prepared, call))
        .ok_or(Failed::PreviewGone)?;
    let ids: Vec<ProjectId> = seen.items.iter().map(|(item, _)| item.project).collect();
    let known = site.context.handle.read(move |context| {
        let mut known = BTreeMap::new();
        for id in ids {
            known.extend(views::project(context, id)?.map(|view| (id, view)));
        }
        Ok::<_, LibraryError>(known)
    });
    let known: BTreeMap<ProjectId, ProjectView> = known.await??;
    let match_button = |sheet: &str, row: u32| {
        let ask = format!("&match={}!{row}", percent(sheet));
        html! { button."button button--small button--bare" type="button" data-match={ (sheet) "!" (row) } data-ask=(ask) { (reader.own(Panel::MatchWith)) } }
    };
    Ok(html! {
        @if let Some(matching) = &seen.matching { (offered(&reader, matching)) }
        @if !seen.out.is_empty() {
            h3 { (reader.word(Ui::Refused)) small { (seen.out.len()) } }
            div.rows__scroll { table.table #import-refused {
                thead { tr { (th(reader.own(Panel::ImportRow))) (th(reader.own(Panel::IssueOf))) (th(reader.word(Ui::Reason))) (th("")) } }
                tbody { @for out in seen.out.iter().take(SHOWN) { tr {
                    td.nowrap { (out.sheet) " " (out.row) } td { (out.name) } td { (out.reasons) } td { (match_button(&out.sheet, out.row)) }
                } } }
            } }
        }
        @if !seen.items.is_empty() {
            h3 { (reader.own(Panel::ImportRows)) small { (seen.all) } }
            @if seen.all > seen.items.len() { p.quiet { (reader.fill(Panel::ImportRowsShown, &[seen.items.len().to_string()])) } }
            div.rows__scroll { table.table #import-rows {
                thead { tr { (th(reader.own(Panel::ImportRow))) (th(reader.own(Panel::IssueOf))) (th(reader.own(Panel::FoundBy))) (th(reader.own(Panel::ImportChanges))) } }
                tbody { @for (item, way) in &seen.items { tr {
                    td.nowrap { @if let Some(place) = &item.place { (place.sheet) " " (place.row) } }
                    td { (of(&reader, item, known.get(&item.project), *way)) }
                    td.nowrap { (found_by(&reader, *way)) " " @if let Some(place) = &item.place { (match_button(&place.sheet, place.row)) } }
                    td { (changes(&reader, item, known.get(&item.project))) }
                } } }
            } }
        }
    })
}

/// What is drawn of a preview.
struct Seen {
    items: Vec<(ImportItem, FoundBy)>,
    all: usize,
    out: Vec<Out>,
    matching: Option<Matching>,
}

/// A row somebody looks a project for.
struct Matching {
    /// The row, as a change names it.
    at: String,
    /// What the file calls its project.
    name: String,
    /// The projects whose names are nearest.
    nearest: Vec<(ProjectId, String)>,
}

impl Seen {
    fn of(prepared: &Prepared, call: &Call) -> Self {
        let preview = &prepared.preview;
        let items = preview
            .items
            .iter()
            .cloned()
            .zip(preview.found_by.iter().copied());
        let out = preview.refused.iter().map(|refused| {
            let reasons: Vec<&str> = refused
                .reasons
                .iter()
                .map(|(_, reason)| reason.as_str())
                .collect();
            Out {
                sheet: sheet_name(prepared, refused.sheet),
                row: refused.row,
                name: name_in(prepared, refused.sheet, refused.row),
                reasons: reasons.join("；"),
            }
        });
        let matching = call.query.get("match").and_then(|at| {
            let (sheet, row) = at.rsplit_once('!')?;
            let sheets = prepared.workbook.sheets.iter();
            let index = sheets.clone().position(|one| one.head.name == sheet)?;
            let name = name_in(prepared, index, row.parse().ok()?);
            let sought = call
                .query
                .get("sought")
                .map_or(name.as_str(), String::as_str);
            let nearest = nearest(&prepared.choices.existing, sought);
            Some(Matching {
                at: at.clone(),
                name,
                nearest,
            })
        });
        Self {
            items: items.take(SHOWN).collect(),
            all: preview.items.len(),
            out: out.collect(),
            matching,
        }
    }
}

fn sheet_name(prepared: &Prepared, sheet: usize) -> String {
    let sheet = prepared.workbook.sheets.get(sheet);
    sheet.map_or(String::new(), |sheet| sheet.head.name.clone())
}

/// What the file calls the project of a row.
fn name_in(prepared: &Prepared, sheet: usize, row: u32) -> String {
    let layout = prepared.preview.layouts.iter().find(|(of, _)| *of == sheet);
    let column = layout.and_then(|(_, layout)| layout.column(Target::Once(Field::Name)));
    let sheet = prepared.workbook.sheets.get(sheet);
    let cell = sheet
        .zip(column)
        .and_then(|(sheet, column)| sheet.row(row)?.cell(column.heading.column));
    cell.map_or(String::new(), |cell| clean::line(cell.text()))
}

/// The projects whose names are nearest to a text: those that share most of its pairs of characters.
fn nearest(existing: &[(ProjectId, String)], text: &str) -> Vec<(ProjectId, String)> {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let chars: Vec<char> = clean::normal(text).chars().collect();
        chars.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let sought = pairs(text);
    let near = |name: &str| {
        let own = pairs(name);
        let shared = sought.iter().filter(|pair| own.contains(pair)).count();
        // Of two that share as much the shorter is nearer.
        (shared, std::cmp::Reverse(own.len()))
    };
    let mut ranked: Vec<_> = existing
        .iter()
        .map(|(id, name)| (near(name), *id, name.clone()))
        .collect();
    ranked.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.2.cmp(&other.2)));
    ranked.truncate(OFFERED);
    ranked.into_iter().map(|(_, id, name)| (id, name)).collect()
}

/// The projects a row can be matched with.
fn offered(reader: &Reader, matching: &Matching) -> Markup {
    let Matching { at, name, nearest } = matching;
    let act = |value: &str| format!("match {at}={value}");
    html! {
        section.record__section #import-match {
            h3 { (reader.own(Panel::MatchWith)) " " (at.replace('!', " ")) " · " (name) }
            form.record-form {
                input type="hidden" name="match" value=(at);
                input.value type="search" name="sought" placeholder=(reader.word(Ui::Filter)) aria-label=(reader.word(Ui::Filter)) autofocus;
            }
            ul.chips {
                @for (id, name) in nearest { li { button.chip type="button" data-act=(act(&id.to_string())) { (name) } } }
                li { button."chip chip--quiet" type="button" data-act=(act("new")) { (reader.own(Panel::ImportNew)) } }
                li { button."chip chip--quiet" type="button" data-ask="" { (reader.word(Ui::Cancel)) } }
            }
        }
    }
}

/// What a person can say of the file besides where its columns go.
fn chosen(reader: &Reader, choices: &Choices) -> Markup {
    let blank = |clears: bool, word: Panel| {
        let act = if clears { "blank=clear" } else { "blank=keep" };
        let is_on = choices.blank_clears == clears;
        html! { li { button.chip .chip--on[is_on] type="button" aria-pressed=(is_on) data-act=(act) { (reader.own(word)) } } }
    };
    html! {
        div.import__choices {
            span { (reader.own(Panel::Blanks)) }
            ul.chips #import-blank { (blank(false, Panel::BlankKeeps)) (blank(true, Panel::BlankClears)) }
            span { (reader.own(Panel::Scheme)) }
            ul.chips #import-schemes {
                @for name in &choices.schemes {
                    @let is_on = *name == choices.scheme;
                    li { button.chip .chip--on[is_on] type="button" aria-pressed=(is_on) data-act={ "use=" (name) } { (name) } }
                }
            }
            form data-act="scheme=" {
                input.value #scheme-name name="scheme" value=(choices.scheme) maxlength="40" placeholder=(reader.own(Panel::SchemeName)) aria-label=(reader.own(Panel::SchemeName)) autocomplete="off";
                " " button."button button--small" type="submit" { (reader.own(Panel::SchemeKeep)) }
            }
        }
    }
}

fn found_by(reader: &Reader, way: FoundBy) -> &'static str {
    reader.own(match way {
        FoundBy::Id => Panel::FoundById,
        FoundBy::Code => Panel::FoundByCode,
        FoundBy::Name => Panel::FoundByName,
        FoundBy::Person => Panel::FoundByPerson,
        FoundBy::New => Panel::ImportNew,
    })
}

/// Whose row it is.
fn of(reader: &Reader, item: &ImportItem, stands: Option<&ProjectView>, way: FoundBy) -> Markup {
    let name = || {
        let new = item.set.get(&FieldPath::once(Field::Name));
        new.and_then(Value::as_text).unwrap_or_default()
    };
    html! {
        @if way == FoundBy::New { span."chip chip--quiet" { (reader.own(Panel::ImportNew)) } " " }
        @match stands {
            Some(view) => a href={ "/projects/" (view.id) } { (view.text(Field::Name)) },
            None => (name()),
        }
    }
}

fn changes(reader: &Reader, item: &ImportItem, stands: Option<&ProjectView>) -> Markup {
    html! { @for (path, new) in &item.set { (change(reader, path, stands.map(|view| view.value(path)), new)) } }
}

/// A value as it would stand; what stands now beside it, and both in its title.
fn change(reader: &Reader, path: &FieldPath, old: Option<&Value>, new: &Value) -> Markup {
    let kind = path.kind().unwrap_or(Kind::Text);
    let old = old.map_or_else(String::new, |old| reader.shown(kind, old));
    let new = match new {
        Value::Null => reader.own(Panel::BlankClears).to_owned(),
        new => reader.shown(kind, new),
    };
    let label = reader.path(path);
    html! {
        span.change title={ (label) "：" (old) " → " (new) } { (label) " " @if !old.is_empty() { del { (old) } " → " } ins { (new) } }
    }
}
