//! What the search of the frame finds while a person types: the first projects, each a link (ux.md 5.0).

use maud::{Markup, html};
use shared::text::ui::{Say, Ui};

use super::draw::Reader;
use crate::http::projects::listed;
use crate::http::reply::Failed;
use crate::http::{Call, Site};

/// Projects in sight; Enter leads to all of them.
const SHOWN: usize = 8;

/// The projects a name, code or pinyin finds.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let reader = Reader::of(site, call).await?;
    let list = listed(site, call, SHOWN).await?;
    Ok(html! {
        @for row in &list.rows {
            a href={ "/projects/" (row.id) } { (row.name) small { (row.home_name) @if !row.code.is_empty() { " · " (row.code) } } }
        }
        @if list.rows.is_empty() { p { (reader.word(Ui::NoMatch)) } }
        @else if list.total > list.rows.len() { p { (reader.say(&Say::Shown(list.rows.len(), list.total))) } }
    })
}
