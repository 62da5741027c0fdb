//! 查看当时: the file as it stood at a moment, read only, with what differs from now.

use std::collections::BTreeSet;

use maud::{Markup, html};
use shared::book::Cells as _;
use shared::field::{Column, Field, FieldPath, Section, Table, Target};
use shared::project::ProjectView;
use shared::rules::reading;
use shared::text::panel::Panel;
use shared::text::parse::date;
use shared::text::refusal::path_label;
use shared::time::{Date, Timestamp};
use shared::view;

use super::super::draw::th;
use super::File;
use super::named::{Named, is_of_writing, title_of};
use crate::http::Site;
use crate::http::reply::Failed;

/// The moment that was asked for: milliseconds, or a day up to its end.
pub(super) fn moment(asked: &str, year: i16) -> Option<Timestamp> {
    if let Ok(ms) = asked.parse::<i64>()
        && asked.len() > 8
    {
        return Some(Timestamp(ms));
    }
    let when = date::parse(asked, year).ok().flatten()?;
    let day = when.to_value()?.parse::<Date>().ok()?;
    Some(day.at(23, 59, 59))
}

/// What is written to look back: a day.
pub(super) fn ask(file: &File, day: &str) -> Markup {
    let reader = &file.reader;
    html! {
        form."panel__form" #look-back {
            label { (reader.own(Panel::LookBackDay)) " " input.value name="at" value=(day) placeholder=(reader.today()) required autocomplete="off"; }
            button.button type="submit" { (reader.own(Panel::LookBack)) }
        }
        @if !day.is_empty() { p.note role="alert" { (reader.own(Panel::BadDay)) } }
    }
}

/// The way from a change to the file as it was when it was made.
pub(super) fn button(file: &File, at: Timestamp) -> Markup {
    html! {
        button."button button--small" type="button" data-ask={ "&at=" (at.0) } { (file.reader.own(Panel::LookBack)) }
    }
}

/// The file as it was.
pub(super) async fn part(
    site: &Site,
    file: &File,
    named: &Named,
    at: Timestamp,
) -> Result<Markup, Failed> {
    let id = file.view.id;
    let found = site
        .context
        .handle
        .read(move |context| view::project_by(context.replica.library(), context.reader, id, at))
        .await??;
    let reader = &file.reader;
    let then = found.map(|mut then| {
        let readable = |path: &FieldPath| reading::may_read_path(&reader.profile, file.role, path);
        then.cells.retain(|path, _| readable(path));
        then
    });
    let then = then.filter(|then| !then.cells.is_empty());
    let drawing = then.map(|then| Look { file, named, then });
    Ok(html! {
        div.then role="status" #then {
            strong { (reader.fill(Panel::LookBackOf, &[at.to_string()])) }
            span.quiet { (reader.own(Panel::LookBackNote)) }
            button."button button--small" type="button" data-ask="" #back-to-now { (reader.own(Panel::LookBackEnd)) }
        }
        @match &drawing {
            None => p.empty { (reader.own(Panel::LookBackNone)) },
            Some(drawing) => {
                (drawing.differences())
                h2 { (reader.own(Panel::AllThen)) }
                (drawing.fields())
                (drawing.tables())
            },
        }
    })
}

struct Look<'a> {
    file: &'a File,
    named: &'a Named,
    then: ProjectView,
}

impl Look<'_> {
    fn was(&self, path: &FieldPath) -> String {
        let then = &self.then;
        self.named
            .shown(&self.file.reader, then, path, then.value(path))
    }

    fn is(&self, path: &FieldPath) -> String {
        let now = &self.file.view;
        self.named
            .shown(&self.file.reader, now, path, now.value(path))
    }

    fn differs(&self, path: &FieldPath) -> bool {
        self.then.value(path) != self.file.view.value(path)
    }

    /// A path with the row it is in.
    fn label(&self, path: &FieldPath) -> String {
        let label = path_label(path, self.file.reader.lang());
        let Target::Cell(table, row, _) = path.target() else {
            return label;
        };
        let now = title_of(&self.file.view, table, row);
        let row = if now.is_empty() {
            title_of(&self.then, table, row)
        } else {
            now
        };
        if row.is_empty() {
            label
        } else {
            format!("{label} · {row}")
        }
    }

    fn differences(&self) -> Markup {
        let reader = &self.file.reader;
        let both = self.then.cells.iter().chain(self.file.view.cells.iter());
        let paths: BTreeSet<&FieldPath> = both
            .map(|(path, _)| path)
            .filter(|path| path.kind().is_some() && !is_of_writing(path) && self.differs(path))
            .collect();
        html! {
            h2 { (reader.own(Panel::Differs)) small { (paths.len()) } }
            @if paths.is_empty() { p.empty { (reader.own(Panel::DiffersNot)) } }
            @else {
                div.rows__scroll { table."table past" #differs {
                    thead { tr { (th(reader.own(Panel::Changed))) (th(reader.own(Panel::Then))) (th(reader.own(Panel::Now))) } }
                    tbody { @for path in paths {
                        tr { th scope="row" { (self.label(path)) } td.panel__words { (self.was(path)) } td.panel__words { (self.is(path)) } }
                    } }
                } }
            }
        }
    }

    fn line(&self, path: &FieldPath) -> Markup {
        html! {
            tr.then__differs[self.differs(path)] {
                th scope="row" { (self.file.reader.path(path)) }
                td.panel__words { (self.was(path)) @if self.differs(path) { " " small { "≠ " (self.file.reader.own(Panel::Now)) " " (self.is(path)) } } }
            }
        }
    }

    fn fields(&self) -> Markup {
        let set = |field: &Field| self.then.cells.once(*field).is_some();
        let of = |section: Section| {
            let fields = Field::ALL.iter().copied();
            fields
                .filter(|field| field.section() == section && set(field))
                .map(FieldPath::once)
                .collect::<Vec<_>>()
        };
        let sections = [
            Section::Identity,
            Section::People,
            Section::Content,
            Section::Money,
            Section::Progress,
        ];
        let dated = self.then.cells.iter().map(|(path, _)| path);
        let dated: Vec<_> = dated
            .filter(|path| matches!(path.target(), Target::Year(..) | Target::Month(..)))
            .collect();
        html! {
            @for paths in sections.map(of).iter().filter(|paths| !paths.is_empty()) {
                table."table then__fields" { tbody { @for path in paths { (self.line(path)) } } }
            }
            @if !dated.is_empty() { table."table then__fields" { tbody { @for path in dated { (self.line(path)) } } } }
        }
    }

    fn tables(&self) -> Markup {
        let reader = &self.file.reader;
        let filled = Table::ALL.iter().copied().filter(|table| {
            let mut rows = self.then.each(*table);
            rows.next().is_some()
        });
        html! {
            @for table in filled {
                @let rows: Vec<_> = self.then.each(table).collect();
                @let columns: Vec<Column> = table.columns().iter().copied().filter(|column| rows.iter().any(|row| !row.get(*column).is_null())).collect();
                h3 { (table.label(reader.lang())) small { (rows.len()) } }
                div.rows__scroll { table.table {
                    thead { tr { @for column in &columns { (th(column.label(reader.lang()))) } (th("")) } }
                    tbody { @for row in rows {
                        tr {
                            @for column in &columns {
                                td.panel__words { @if let Ok(path) = FieldPath::keyed(table, row.key, *column) { (self.was(&path)) } }
                            }
                            td.nowrap { @if !self.stands(table, row.key) { span.behind { "✖ " (reader.own(Panel::RowGone)) } } }
                        }
                    } }
                } }
            }
        }
    }

    /// True while a row is there now as well.
    fn stands(&self, table: Table, key: &str) -> bool {
        self.file.view.each(table).any(|row| row.key == key)
    }
}
