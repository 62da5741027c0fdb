//! 问题: what is wrong with the project, how long it has been, whose it is.

use maud::{Markup, html};
use shared::text::panel::Panel;
use shared::text::ui::{Say, Ui};

use super::super::draw::th;
use super::File;

pub(super) fn part(file: &File) -> Markup {
    let reader = &file.reader;
    let issues = &file.rules.issues;
    html! {
        h2 { (reader.own(Panel::ProblemsTitle)) small { (issues.len()) } }
        @if issues.is_empty() { p.empty { (reader.own(Panel::NoProblems)) } }
        @else {
            div.rows__scroll { table.table #problems {
                thead { tr {
                    (th(reader.word(Ui::DueWhat))) (th(reader.word(Ui::State))) (th(reader.own(Panel::Responsible)))
                    (th(reader.word(Ui::DueDate))) (th(reader.own(Panel::DaysOpen)))
                } }
                tbody { @for issue in issues {
                    tr {
                        th scope="row" { (issue.description) }
                        td.nowrap { (issue.state.name) @if !issue.level.is_empty() { " " small { (issue.level) } } }
                        td { (issue.unit) " " (issue.person) }
                        td.nowrap.behind[issue.overdue] { @if issue.overdue { "▲ " } (issue.deadline.map(|day| day.to_string()).unwrap_or_default()) }
                        td.nowrap { (reader.say(&Say::DaysOpen(issue.days_open))) }
                    }
                } }
            } }
        }
        p { a.button href="/issues" { (reader.word(Ui::Issues)) " ▸" } }
    }
}
