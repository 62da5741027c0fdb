//! `/api/docs`: the interface for programs as a page people read. It is printed from the table of routes, like the OpenAPI document
//! it links to, and needs no script and nothing from outside. What a route does stands there in English, as in that document.

use bytes::Bytes;
use http::{Response, StatusCode};
use shared::text::Lang;
use shared::text::plain::Plain;

use super::page::{Page, row};
use crate::http::table::{Access, Route, routes};

/// `GET /api/docs`.
#[must_use]
pub fn docs(lang: Lang) -> Response<Bytes> {
    let mut page = Page::new(lang);
    page.heading(Plain::Docs);
    page.paragraph("", Plain::DocsNote.text(lang));
    page.link(Plain::DocsFile, "/api/openapi.json");
    let line = |route: &Route| {
        let access = match route.access {
            Access::Open => Plain::AccessOpen,
            Access::Person => Plain::AccessPerson,
        };
        row(&[
            route.method.as_str().into(),
            route.path.into(),
            access.text(lang).into(),
            route.summary.into(),
            parameters(route).into(),
        ])
    };
    let rows: Vec<String> = routes().iter().map(line).collect();
    let titles = [
        Plain::Method,
        Plain::Path,
        Plain::Access,
        Plain::Purpose,
        Plain::Parameters,
    ];
    page.table(&titles, &rows);
    page.response(StatusCode::OK)
}

/// What may follow the path, each with its meaning.
fn parameters(route: &Route) -> String {
    let query = route.query.iter();
    let said: Vec<_> = query
        .map(|(name, meaning)| format!("{name}: {meaning}"))
        .collect();
    said.join("; ")
}
