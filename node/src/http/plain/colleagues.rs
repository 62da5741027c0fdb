//! `/plain/colleagues`: how colleagues reach this node over the office network, as addresses and as a code for a telephone's camera, to be
//! shown or printed. A node that listens on loopback only says how that is changed.

use bytes::Bytes;
use http::{Response, StatusCode};
use qrcode::{Color, QrCode};
use shared::text::plain::Plain;
use svg::Document;
use svg::node::element::{Path, Rectangle};

use super::signed_in;
use crate::http::reply::Failed;
use crate::http::{Call, Site};

/// Modules of white around a code: what its standard (ISO/IEC 18004, 6.3.8) asks for.
const QUIET: usize = 4;

/// `GET /plain/colleagues`.
///
/// # Errors
/// When nobody is logged in.
pub fn colleagues(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let mut page = signed_in(site, call.person()?, call.lang);
    page.heading(Plain::Colleagues);
    let addresses = site.reach.addresses();
    let words: &[Plain] = match (site.reach.is_only_here(), addresses.is_empty()) {
        (true, _) => &[Plain::OnlyHere, Plain::OpenUp],
        (false, true) => &[Plain::NoNetwork],
        (false, false) => &[Plain::ColleaguesNote],
    };
    for word in words {
        page.paragraph("", word.text(call.lang));
    }
    for address in &addresses {
        page.paragraph("address", address);
        if let Some(code) = code(address) {
            page.drawing(&code);
        }
    }
    if let (Some(print), false) = (&site.reach.certificate, addresses.is_empty()) {
        page.paragraph("", Plain::Certificate.text(call.lang));
        page.paragraph("quiet", print);
    }
    Ok(page.response(StatusCode::OK))
}

/// The code of a text; `None` for one that is too long for any.
fn code(text: &str) -> Option<Document> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut dark = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % width + QUIET, index / width + QUIET);
            dark.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let white = Rectangle::new()
        .set("width", side)
        .set("height", side)
        .set("fill", "#fff");
    let drawing = Document::new()
        .set("viewBox", (0, 0, side, side))
        .set("width", 220)
        .set("height", 220)
        .set("shape-rendering", "crispEdges")
        .add(white)
        .add(Path::new().set("d", dark));
    Some(drawing)
}
