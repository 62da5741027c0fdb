//! A page of `/plain`, put together from escaped parts.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{HeaderValue, REFERRER_POLICY};
use http::{Response, StatusCode};
use shared::text::Lang;
use shared::text::plain::Plain;

use crate::http::reply;

/// A page while it is written. Every part escapes what it is given.
pub(super) struct Page {
    lang: Lang,
    body: String,
    in_form: bool,
}

impl Page {
    /// A page with the product's title.
    pub(super) fn new(lang: Lang) -> Self {
        Self {
            lang,
            body: format!("<h1>{}</h1>", Plain::Title.text(lang)),
            in_form: false,
        }
    }

    /// A part's title.
    pub(super) fn heading(&mut self, word: Plain) {
        self.close_form();
        self.add(format_args!("<h2>{}</h2>", word.text(self.lang)));
    }

    /// A paragraph of a class of the style sheet.
    pub(super) fn paragraph(&mut self, class: &str, words: &str) {
        self.close_form();
        self.add(format_args!("<p class=\"{class}\">{}</p>", text(words)));
    }

    /// A link on a line of its own.
    pub(super) fn link(&mut self, word: Plain, to: &str) {
        self.close_form();
        let word = word.text(self.lang);
        self.add(format_args!("<p><a href=\"{}\">{word}</a></p>", text(to)));
    }

    /// A drawing of ours.
    pub(super) fn drawing(&mut self, drawing: &svg::Document) {
        self.close_form();
        self.add(format_args!("<p>{drawing}</p>"));
    }

    /// Begins a form; what follows stands in it until its submit button. `csrf` is empty where nobody is logged in.
    pub(super) fn form(&mut self, action: &str, csrf: &str) {
        self.close_form();
        self.add(format_args!(
            "<form method=\"post\" enctype=\"multipart/form-data\" action=\"{}\">",
            text(action)
        ));
        if !csrf.is_empty() {
            self.add(format_args!(
                "<input type=\"hidden\" name=\"csrf\" value=\"{}\">",
                text(csrf)
            ));
        }
        self.in_form = true;
    }

    /// A labelled input of the form.
    pub(super) fn input(&mut self, label: Plain, name: &str, kind: &str) {
        let label = label.text(self.lang);
        self.add(format_args!(
            "<label>{label} <input name=\"{name}\" type=\"{kind}\" required></label>"
        ));
    }

    /// The form's button, and its end.
    pub(super) fn submit(&mut self, word: Plain) {
        let word = word.text(self.lang);
        self.add(format_args!("<button type=\"submit\">{word}</button>"));
        self.close_form();
    }

    /// A table; rows come from [`row`].
    pub(super) fn table(&mut self, titles: &[Plain], rows: &[String]) {
        self.close_form();
        self.body.push_str("<table>");
        if !titles.is_empty() {
            self.body.push_str("<thead><tr>");
            for title in titles {
                self.add(format_args!("<th>{}</th>", title.text(self.lang)));
            }
            self.body.push_str("</tr></thead>");
        }
        self.body.push_str("<tbody>");
        self.body.extend(rows.iter().map(String::as_str));
        self.body.push_str("</tbody></table>");
    }

    /// The finished page.
    pub(super) fn response(mut self, status: StatusCode) -> Response<Bytes> {
        self.close_form();
        let (tag, title) = (
            match self.lang {
                Lang::Zh => "zh-CN",
                Lang::En => "en",
            },
            Plain::Title.text(self.lang),
        );
        let html = format!(
            "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <link rel=\"stylesheet\" href=\"/plain.css\"></head><body>{}</body></html>",
            self.body
        );
        let mut response = reply::plain(status, "text/html; charset=utf-8", html.into());
        // Without a referrer a browser says `Origin: null` of a form, which the check of origins refuses.
        response
            .headers_mut()
            .insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        response
    }

    fn close_form(&mut self) {
        if std::mem::take(&mut self.in_form) {
            self.body.push_str("</form>");
        }
    }

    fn add(&mut self, part: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.body.write_fmt(part);
    }
}

/// One row of a table.
pub(super) fn row(cells: &[Cow<'_, str>]) -> String {
    let mut row = String::from("<tr>");
    for cell in cells {
        row.push_str("<td>");
        row.push_str(&text(cell));
        row.push_str("</td>");
    }
    row.push_str("</tr>");
    row
}

/// Words as they stand in a page: nothing in them is markup.
pub(super) fn text(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_markup() {
        assert_eq!(
            row(&["<script>\"&'".into()]),
            "<tr><td>&lt;script&gt;&quot;&amp;&#39;</td></tr>"
        );
    }
}
