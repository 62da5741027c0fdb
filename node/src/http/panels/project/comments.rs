//! 留言: what the parties said of the project, by name, and a place for one more.

use maud::{Markup, html};
use shared::book::Cells as _;
use shared::command::Command;
use shared::field::{Column, Field, Table};
use shared::ids::RowId;
use shared::text::ui::Ui;

use super::super::draw::template;
use super::File;
use super::named::Named;

pub(super) fn part(file: &File, named: &Named) -> Markup {
    let (reader, view) = (&file.reader, &file.view);
    let mut comments = view.each(Table::Comments).peekable();
    let says = reader.fills || file.is_observed();
    let who = |user: &str| match named.person(user) {
        "" if file.is_observed() => String::new(),
        "" => format!("{} · ", reader.word(Ui::WriterUnknown)),
        name => format!("{name} · "),
    };
    let command = Command::Comment {
        project: view.id,
        row: RowId::blank(0),
        about: String::new(),
        text: String::new(),
    };
    let command = template(&command, &[("text", "comment")]);
    html! {
        section #section-comments {
            h2 { (reader.word(Ui::SectionComments)) }
            @if comments.peek().is_none() { p.empty { (reader.word(Ui::NoComments)) } }
            ol.comments { @for comment in comments {
                li {
                    span.quiet { (who(comment.text(Column::By))) (reader.moment(comment.at())) }
                    p { (comment.text(Column::Text)) }
                }
            } }
            @if says && view.text(Field::Deleted).is_empty() {
                form.comments__new data-command=(command) data-label=(reader.word(Ui::Comment)) {
                    textarea.value #comment name="comment" rows="2" required aria-label=(reader.word(Ui::Comment)) placeholder=(reader.word(Ui::CommentHint)) {}
                    button.button type="submit" #send-comment { (reader.word(Ui::Send)) }
                }
            }
        }
    }
}
