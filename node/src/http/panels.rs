//! Panels: parts of a page that the node draws and the front end puts in its place as they are.
//!
//! What is only looked at, or edited cell by cell, needs no code of its own in the browser, whose only budget is its size (design.md 7): a
//! panel is HTML of the node's making in which whatever people wrote is text (`maud` escapes). It carries what the front end acts on
//! (`web/src/components/panel.rs`):
//!
//! - a link to a page of the application is followed in place;
//! - a field of an input stands in `data-path`, its project and the heads that were looked at in `data-project` and `data-heads` around it:
//!   leaving the input writes the field as any other page does, and `data-old` is what was drawn in it;
//! - a form or button with `data-command` is one command of the node's writing ([`draw::template`]) with places for what the person gives, and
//!   `data-label` names it; its own `role="alert"` says why it was refused, and once it is done the panel is asked with `data-ask`;
//! - `data-with` around a field, a path and a value, is written before the field: what names the row its first words begin; `data-reason` is the
//!   reason with which it is written, where what was filed is corrected;
//! - a form with `data-get` fetches a file from there, with what stands in its named inputs, one with `data-act` tells the page that name
//!   with it; any other asks for the panel again with it, and a button with `data-ask` with what stands there;
//! - `data-copy` on a button is the text it copies, `data-act` a name that the page around the panel understands, or the place it leads to;
//!   a list with `data-go` leads to the page that is chosen.
//!
//! Each panel has a module of its own; `draw` holds the pieces they share.

mod checks;
mod clash;
mod county;
mod desk;
mod draw;
mod exchange;
mod filed;
mod found;
mod import;
mod issues;
mod ledgers;
mod month;
mod project;
mod records;
mod reports;
mod sheet;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::reply::{self, Failed};
use super::{Call, Site};

/// `GET /api/v1/panels/{panel}`.
///
/// # Errors
/// When there is no such panel, or it cannot be drawn for this person.
pub async fn panel(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let name: String = call.parameter(0)?;
    let drawn = match name.as_str() {
        "county" => county::panel(site, call).await?,
        "desk" => desk::panel(site, call).await?,
        "exchange" => exchange::panel(site, call).await?,
        "found" => found::panel(site, call).await?,
        "month" => month::panel(site, call).await?,
        "import" => import::panel(site, call).await?,
        "issues" => issues::panel(site, call).await?,
        "project" => project::panel(site, call).await?,
        "records" => records::list(site, call).await?,
        "registry" => records::registry(site, call).await?,
        "reports" => reports::panel(site, call).await?,
        _ => return Err(Failed::NotFound),
    };
    let kind = "text/html; charset=utf-8";
    Ok(reply::plain(
        StatusCode::OK,
        kind,
        drawn.into_string().into(),
    ))
}
