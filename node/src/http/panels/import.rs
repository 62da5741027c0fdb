//! What an import would write, row by row: the project each row was taken for, and every value as it stands and as it would stand
//! (ux.md 5.7, step 3).

use std::collections::BTreeMap;

use maud::{Markup, html};
use shared::command::ImportItem;
use shared::field::{Field, FieldPath, Kind};
use shared::ids::{ImportId, ProjectId};
use shared::library::LibraryError;
use shared::project::ProjectView;
use shared::text::panel::Panel;
use shared::value::Value;

use super::draw::{Reader, th};
use crate::http::reply::Failed;
use crate::http::{Call, Site};
use crate::views;

/// Rows drawn; the import writes all of them.
const SHOWN: usize = 200;

/// The rows of a preview that waits for the person who asks.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    let id: ImportId = call.asked("token")?.ok_or(Failed::NotFound)?;
    let (user, now) = (call.person()?.actor.user, site.context.clock.now());
    let (items, all): (Vec<ImportItem>, usize) = site
        .previews
        .with(user, id, now, |prepared| {
            let items = &prepared.preview.items;
            (items.iter().take(SHOWN).cloned().collect(), items.len())
        })
        .ok_or(Failed::PreviewGone)?;
    let ids: Vec<ProjectId> = items.iter().map(|item| item.project).collect();
    let known = site.context.handle.read(move |context| {
        let mut known = BTreeMap::new();
        for id in ids {
            known.extend(views::project(context, id)?.map(|view| (id, view)));
        }
        Ok::<_, LibraryError>(known)
    });
    let known: BTreeMap<ProjectId, ProjectView> = known.await??;
    Ok(html! {
        @if !items.is_empty() {
            h3 { (reader.own(Panel::ImportRows)) small { (all) } }
            @if all > items.len() { p.quiet { (reader.fill(Panel::ImportRowsShown, &[items.len().to_string()])) } }
            div.rows__scroll { table.table #import-rows {
                thead { tr { (th(reader.own(Panel::ImportRow))) (th(reader.own(Panel::IssueOf))) (th(reader.own(Panel::ImportChanges))) } }
                tbody { @for item in &items { (line(&reader, item, known.get(&item.project))) } }
            } }
        }
    })
}

fn line(reader: &Reader, item: &ImportItem, stands: Option<&ProjectView>) -> Markup {
    let name = || {
        let new = item.set.get(&FieldPath::once(Field::Name));
        new.and_then(Value::as_text).unwrap_or_default()
    };
    html! {
        tr {
            td.nowrap { @if let Some(place) = &item.place { (place.sheet) " " (place.row) } }
            td { @match stands {
                Some(view) => a href={ "/projects/" (view.id) } { (view.text(Field::Name)) },
                None => { span."chip chip--quiet" { (reader.own(Panel::ImportNew)) } " " (name()) },
            } }
            td { @for (path, new) in &item.set { (change(reader, path, stands.map(|view| view.value(path)), new)) } }
        }
    }
}

/// A value as it would stand; what stands now beside it, and both in its title.
fn change(reader: &Reader, path: &FieldPath, old: Option<&Value>, new: &Value) -> Markup {
    let kind = path.kind().unwrap_or(Kind::Text);
    let old = old.map_or_else(String::new, |old| reader.shown(kind, old));
    let (label, new) = (reader.path(path), reader.shown(kind, new));
    html! {
        span.change title={ (label) "：" (old) " → " (new) } { (label) " " @if !old.is_empty() { del { (old) } " → " } ins { (new) } }
    }
}
