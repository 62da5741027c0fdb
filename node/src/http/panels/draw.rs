//! The pieces panels are made of: words in the reader's language, inputs and cells, the commands of forms, lights, badges and bars, what is copied.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};
use shared::api::RecordOption;
use shared::api::rules::LightSign;
use shared::command::Command;
use shared::decide::rights;
use shared::field::{Field, FieldPath, Kind, Table};
use shared::ids::{ProjectId, RowId, UnitId};
use shared::profile::Profile;
use shared::project::ProjectView;
use shared::records::{choices, option_label};
use shared::text::Lang;
use shared::text::figures;
use shared::text::hub::HubWord;
use shared::text::panel::Panel;
use shared::text::period;
use shared::text::records::{flag, is_engines, shown, typed};
use shared::text::refusal::path_label;
use shared::text::sign;
use shared::text::ui::{Say, Ui};
use shared::time::{Date, Month, Timestamp};
use shared::value::Value;

use crate::clock::Clock;
use crate::http::reply::Failed;
use crate::http::{Call, Site};

/// Who reads, and what words need to be said to him.
pub(super) struct Reader {
    lang: Lang,
    now: Timestamp,
    clock: Clock,
    /// The county's rules in force.
    pub(super) profile: Arc<Profile>,
    /// Fills records in.
    pub(super) fills: bool,
}

impl Reader {
    /// Whoever asks.
    pub(super) async fn of(site: &Site, call: &Call) -> Result<Self, Failed> {
        Ok(Self {
            lang: call.lang,
            now: site.context.clock.now(),
            clock: site.context.clock.clone(),
            profile: site.context.profile().await??,
            fills: rights(&call.person()?.actor).fills,
        })
    }

    /// Draws the key of a row that is offered to be written.
    pub(super) fn new_row(&self) -> RowId {
        RowId::from_parts(self.now.0.unsigned_abs(), self.clock.random())
    }

    /// The reader's language.
    pub(super) const fn lang(&self) -> Lang {
        self.lang
    }

    /// A word of a panel.
    pub(super) const fn own(&self, word: Panel) -> &'static str {
        word.text(self.lang)
    }

    /// A sentence of a panel, with its facts.
    pub(super) fn fill(&self, word: Panel, facts: &[String]) -> String {
        word.fill(facts, self.lang)
    }

    /// What an option of a list is called.
    pub(super) fn option<'a>(&'a self, list: &str, id: &'a str) -> &'a str {
        option_label(&self.profile, list, id, self.lang)
    }

    /// A value for reading.
    pub(super) fn shown(&self, kind: Kind, value: &Value) -> String {
        match (kind, value) {
            // The heading says the unit.
            (Kind::Money, Value::Int(fen)) => figures::wan(Some(*fen)),
            _ => shown(kind, value, self.lang, |list, id| {
                self.option(list, id).to_owned()
            }),
        }
    }

    /// A value in its input, where the reader may write it; else as he reads it.
    pub(super) fn cell(&self, view: &ProjectView, path: &FieldPath) -> Markup {
        self.cell_called(view, path, None, &self.path(path))
    }

    /// The same where the input has an id to be led to, and a name of its own.
    pub(super) fn cell_called(
        &self,
        view: &ProjectView,
        path: &FieldPath,
        id: Option<&str>,
        label: &str,
    ) -> Markup {
        let (kind, value) = (path.kind().unwrap_or(Kind::Text), view.value(path));
        let conflict = view
            .cells
            .get(path)
            .is_some_and(shared::project::Cell::is_conflict);
        if !self.fills || conflict || !view.text(Field::Deleted).is_empty() || is_engines(kind) {
            return html! { @if conflict { span title=(self.word(Ui::CardConflicts)) { "◆ " } } (self.shown(kind, value)) };
        }
        self.input_of(path, &typed(kind, value), (id, label), &self.offered(path))
    }

    /// The input of a field with what stands in it.
    pub(super) fn input(&self, path: &FieldPath, text: &str) -> Markup {
        self.input_of(path, text, (None, &self.path(path)), &self.offered(path))
    }

    /// What can be chosen for a field.
    fn offered(&self, path: &FieldPath) -> Vec<RecordOption> {
        match path.kind() {
            Some(Kind::Choice(list)) => choices(&self.profile, list, self.lang),
            _ => Vec::new(),
        }
    }

    /// The input of a field with what stands in it, its id and name, and what can be chosen; where nothing is offered anything can be written.
    pub(super) fn input_of(
        &self,
        path: &FieldPath,
        text: &str,
        (id, label): (Option<&str>, &str),
        offered: &[RecordOption],
    ) -> Markup {
        let kind = path.kind().unwrap_or(Kind::Text);
        let column = path.as_str().rsplit('/').next().unwrap_or_default();
        let chosen: Vec<&str> = text.split(',').filter(|id| !id.is_empty()).collect();
        // A value nobody knows is kept and shown as such (design.md 2).
        let unknown = chosen
            .iter()
            .copied()
            .filter(|id| offered.iter().all(|one| one.id != *id));
        let options = offered
            .iter()
            .map(|one| (one.id.as_str(), one.label.as_str()));
        let options: Vec<_> = options.chain(unknown.map(|id| (id, id))).collect();
        match kind {
            Kind::Set(_) => html! {
                fieldset.value__boxes data-path=(path) data-old=(text) data-column=(column) aria-label=(label) {
                    @for (one, name) in &options { label { input type="checkbox" value=(one) checked[chosen.contains(one)]; (name) } }
                }
            },
            Kind::Choice(_) | Kind::Reference | Kind::Unit | Kind::Text
                if matches!(kind, Kind::Choice(_)) || !offered.is_empty() =>
            {
                html! {
                    select.value id=[id] data-path=(path) data-old=(text) data-column=(column) aria-label=(label) {
                        option value="" { "—" }
                        @for (one, name) in &options { option value=(one) selected[*one == text] { (name) } }
                    }
                }
            }
            Kind::Flag => html! {
                select.value id=[id] data-path=(path) data-old=(text) data-column=(column) aria-label=(label) {
                    option value="" { "" }
                    @for (one, yes) in [("true", true), ("false", false)] { option value=(one) selected[one == text] { (flag(yes, self.lang)) } }
                }
            },
            Kind::Long | Kind::CoEdited | Kind::Rules => html! {
                textarea.value id=[id] rows="2" data-path=(path) data-old=(text) data-column=(column) aria-label=(label) { (text) }
            },
            _ => html! {
                input.value .value--number[kind == Kind::Money] id=[id] data-path=(path) data-old=(text) data-column=(column) aria-label=(label) value=(text) autocomplete="off";
            },
        }
    }

    /// A word.
    pub(super) const fn word(&self, word: Ui) -> &'static str {
        word.text(self.lang)
    }

    /// A sentence.
    pub(super) fn say(&self, say: &Say<'_>) -> String {
        say.text(self.lang)
    }

    /// A word that names the hub's level.
    pub(super) fn hub(&self, word: HubWord) -> String {
        word.named(self.lang, &self.profile.levels.hub_label)
    }

    /// A moment, as short as it stays clear.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        figures::moment(at, self.now)
    }

    /// The moment it is.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// The day it is.
    pub(super) fn today(&self) -> Date {
        self.now.date()
    }

    /// A period of any kind.
    pub(super) fn period(&self, id: &str) -> String {
        period::period(id, self.lang)
    }

    /// A month.
    pub(super) fn month(&self, month: Month) -> String {
        self.say(&Say::Month {
            year: month.year(),
            month: month.month(),
        })
    }

    /// What a field or cell is called.
    pub(super) fn path(&self, path: &FieldPath) -> String {
        path_label(path, self.lang)
    }

    /// What the county calls the report a ledger is filed with; its id where it has no name.
    pub(super) fn ledger<'a>(&'a self, id: &'a str) -> &'a str {
        self.profile.report_name(id)
    }

    /// A state: shape, word, colour.
    pub(super) fn badge(&self, (shape, word, class): (&str, Ui, &str)) -> Markup {
        html! { span class={ "state " (class) } { span aria-hidden="true" { (shape) } " " (self.word(word)) } }
    }
}

/// A traffic light: shape, word and colour, its reason where it is pointed at or has the focus; a dash where no rule has its numbers. The page
/// of the month draws the same in the browser (`web/src/components/cells.rs`), styled by `.light`.
pub(super) fn light(reader: &Reader, sign: Option<&LightSign>) -> Markup {
    let Some(light) = sign else {
        return html! { "—" };
    };
    let (shape, word, class) = sign::light(&light.colour);
    let word = reader.word(word);
    html! {
        span class={ "state light " (class) } role="img" tabindex="0" data-light=(light.colour) data-why=(light.says) aria-label={ (word) "：" (light.says) } {
            (shape) " " (word)
        }
    }
}

/// A command as a form or button carries it (`data-command`): what the person gives has its places in it.
///
/// A hole is the member it stands for and the name of the input that fills it. Four names mean more: `fields` are what stands in the inputs
/// with a `data-path`, by path; `columns` the same by column, and of a row that stands only what was changed; `value` is what stands in the
/// first of them; `cells` are the sentences in the inputs with a `data-cell`, by cell. Every blank key ([`RowId::blank`]) in a command, in
/// its paths and in the question that follows it becomes a new one when it is sent.
pub(super) fn template(command: &Command, holes: &[(&str, &str)]) -> String {
    let mut json = serde_json::to_value(command).unwrap_or_default();
    if let Some(members) = json.as_object_mut() {
        for (member, name) in holes {
            members.insert((*member).to_owned(), format!("${name}").into());
        }
    }
    json.to_string()
}

/// An edit of a project's fields, as a form carries it.
pub(super) fn edit_template(project: ProjectId) -> String {
    let command = Command::Edit {
        project,
        set: BTreeMap::new(),
        on_behalf: None,
    };
    template(&command, &[("set", "fields")])
}

/// A new row of a table, as a form carries it; its inputs have the paths of the blank row.
pub(super) fn row_template(
    table: Table,
    project: Option<ProjectId>,
    unit: Option<UnitId>,
) -> String {
    let command = Command::Record {
        project,
        unit,
        table,
        row: RowId::blank(0),
        set: BTreeMap::new(),
        on_behalf: None,
    };
    template(&command, &[("set", "columns")])
}

/// The button that prints the page.
pub(super) fn print_button(reader: &Reader) -> Markup {
    html! { button.button type="button" data-act="print" { (reader.word(Ui::Print)) } }
}

/// A bar of how much is done, with a mark where the calendar stands; both in tenths of a percent. The number stands beside it as text.
pub(super) fn bar(done: i64, pace: Option<i64>, label: &str) -> Markup {
    html! {
        svg class="bar" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect class="bar__track" width="1000" height="100" {}
            rect class="bar__done" width=(done.clamp(0, 1000)) height="100" {}
            @if let Some(pace) = pace { rect class="bar__pace" x=(pace.clamp(0, 1000) - 6) width="12" height="100" {} }
        }
    }
}

/// A table as spreadsheets take it: a line a row, tabs between. A text that begins like a formula is kept from becoming one.
pub(super) fn block(lines: &[Vec<String>]) -> String {
    let quoted = |text: &String| {
        let text = match text.chars().next() {
            Some('=' | '+' | '-' | '@') => format!("'{text}"),
            _ => text.clone(),
        };
        if text.contains(['\t', '\n', '"']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let line = |cells: &Vec<String>| cells.iter().map(quoted).collect::<Vec<_>>().join("\t");
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A table as words for a message, whose first line are its headings: a line a row, each cell behind its heading, empty ones left out.
pub(super) fn readable(lines: &[Vec<String>]) -> String {
    let Some((headings, rows)) = lines.split_first() else {
        return String::new();
    };
    let row = |cells: &Vec<String>| {
        let said = headings
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.trim().is_empty());
        let said = said.map(|(heading, cell)| {
            let words: Vec<&str> = cell.split_whitespace().collect();
            format!("{heading}：{}", words.join(" "))
        });
        said.collect::<Vec<_>>().join("；")
    };
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// The buttons that copy a table, whose first line are its headings: for a sheet to be pasted in, and as words for a message.
pub(super) fn copy_buttons(reader: &Reader, class: &str, lines: &[Vec<String>]) -> Markup {
    html! {
        button class=(class) type="button" data-copied="table" data-copy=(block(lines)) { (reader.word(Ui::CopyTable)) }
        button class=(class) type="button" data-copied="words" data-copy=(readable(lines)) { (reader.own(Panel::CopyWords)) }
    }
}

/// The heading of a column.
pub(super) fn th(word: &str) -> Markup {
    html! { th scope="col" { (word) } }
}

/// The heading of a column of numbers.
pub(super) fn th_number(word: &str) -> Markup {
    html! { th.number scope="col" { (word) } }
}

/// A cell with a number.
pub(super) fn td_number(text: impl maud::Render) -> Markup {
    html! { td.number { (text) } }
}

/// A word and its figure in a list of figures.
pub(super) fn fact(word: &str, text: &str) -> Markup {
    html! { dt { (word) } dd.number { (text) } }
}

#[cfg(test)]
mod tests {
    use super::{block, readable};

    #[test]
    fn a_copied_table_keeps_its_cells_and_holds_no_formula() {
        let lines = [["a", "1234.5"], ["b\nc\td", "=1+1"]];
        let lines = lines.map(|line| line.map(str::to_owned).to_vec());
        assert_eq!(block(&lines), "a\t1234.5\n\"b\nc\td\"\t'=1+1");
    }

    #[test]
    fn a_copied_table_can_be_read_in_a_message() {
        let lines = [
            ["项目", "存在问题", "责任人"],
            ["河东大桥", "征地\n未完成", ""],
            ["河西公园", "资金缺口", "李梅"],
        ];
        let lines = lines.map(|line| line.map(str::to_owned).to_vec());
        let said = "项目：河东大桥；存在问题：征地 未完成\n项目：河西公园；存在问题：资金缺口；责任人：李梅";
        assert_eq!(readable(&lines), said);
        assert_eq!(readable(&[]), "");
    }
}
