//! 问题与调度: every problem by where it stands or as a table, and one problem with its way (ux.md 5.5).
//!
//! What a person could do with a problem, and why not, comes from the engine with each of them. What is looked at stands in the question:
//! the filter, the order, the problem that is open (`one`), the way somebody chose with it (`way`), the form of a new one (`new`), the project whose
//! problems alone are meant (`of`).

use maud::{Markup, html};
use shared::api::{IssueBoard, IssueCard, IssueState, IssueStep, IssueWay};
use shared::field::{Column, Field, FieldPath, Table};
use shared::ids::{ProjectId, RowId};
use shared::text::panel::Panel;
use shared::text::ui::{Say, Ui};

use super::clash::by;
use super::draw::{Reader, copy_buttons, print_button, row_template, td_number};
use super::records::act_form;
use crate::http::projects::{listed, readable_one};
use crate::http::records::{board, found};
use crate::http::reply::{Failed, percent};
use crate::http::{Call, Site};

mod table;

/// Projects offered for a new problem.
const OFFERED: usize = 8;

/// The parts of a question that stay when one of them changes.
const KEPT: [&str; 5] = ["words", "closed", "view", "group", "order"];

/// The page as it was asked for.
struct Page<'a> {
    reader: Reader,
    call: &'a Call,
    board: IssueBoard,
}

impl Page<'_> {
    fn asked(&self, name: &str) -> &str {
        self.call.query.get(name).map_or("", String::as_str)
    }

    /// The question again, with other parts.
    fn ask(&self, more: &[(&str, &str)]) -> String {
        let kept = KEPT
            .iter()
            .filter(|name| more.iter().all(|(one, _)| one != *name));
        let kept = kept.map(|name| (*name, self.asked(name)));
        let parts = kept.chain(more.iter().copied());
        let parts = parts.filter(|(_, text)| !text.is_empty());
        parts
            .map(|(name, text)| format!("&{name}={}", percent(text)))
            .collect()
    }

    /// The problems that fit what is sought.
    fn shown(&self) -> Vec<&IssueCard> {
        let words = self.asked("words").trim();
        let fits = |card: &&IssueCard| {
            let text = [
                &card.of,
                &card.home,
                &card.description,
                &card.responsible,
                &card.person,
            ];
            text.iter().any(|text| text.contains(words))
        };
        let of: Option<ProjectId> = self.asked("of").parse().ok();
        let issues = self.board.issues.iter();
        let issues = issues.filter(|card| of.is_none() || card.project == of);
        issues.filter(fits).collect()
    }
}

/// The whole page of the person who asks.
pub(super) async fn panel(site: &Site, call: &Call) -> Result<Markup, Failed> {
    let page = Page {
        reader: Reader::of(site, call).await?,
        call,
        board: board(site, call).await?,
    };
    let reader = &page.reader;
    let shown = page.shown();
    let late = shown.iter().filter(|card| card.overdue).count();
    let open = page
        .board
        .issues
        .iter()
        .find(|card| card.row == page.asked("one"));
    let as_table = page.asked("view") == "table";
    Ok(html! {
        div.issues {
            header.toolbar {
                h1 { (reader.word(Ui::Issues)) }
                span.chip { (shown.len()) }
                @if let Some(id) = call.asked::<ProjectId>("of")? {
                    @let name = readable_one(site, call, id).await?.text(Field::Name).to_owned();
                    a."chip chip--on" #issues-of href="/issues" { (name) " ✕" }
                }
                @if late > 0 { span."chip chip--bad" { "▲ " (reader.word(Ui::Overdue)) " " (late) } }
                span.toolbar__space {}
                (filter(&page))
                (copy_buttons(reader, "button", &table::copied(&page, &shown)))
                a.button #issues-export download="" href={ "/api/v1/exports?table=" (Table::IssueLedger.id()) "&format=xlsx" } { (reader.word(Ui::ExportXlsx)) }
                (print_button(reader))
                @if reader.fills { button."button button--main" type="button" #new-issue data-ask=(page.ask(&[("new", "1")])) { (reader.word(Ui::NewIssue)) " (N)" } }
            }
            @if !page.asked("new").is_empty() && reader.fills { (new_issue(site, &page).await?) }
            @if let Some(card) = open { (one(site, &page, card).await?) }
            @if page.board.issues.is_empty() { p.empty { (reader.word(Ui::NoIssues)) } }
            @if as_table { (table::drawing(&page, &shown)) } @else { (lanes(&page, &shown)) }
        }
    })
}

fn filter(page: &Page<'_>) -> Markup {
    let reader = &page.reader;
    let list = |name: &str, word: &str, options: &[(&str, &str)]| {
        html! {
            select.value name=(name) aria-label=(word) title=(word) {
                @for (id, label) in options { option value=(id) selected[page.asked(name) == *id] { (label) } }
            }
        }
    };
    let groups: Vec<_> = table::GROUPS
        .iter()
        .map(|(id, word)| (*id, reader.own(*word)))
        .collect();
    html! {
        form.issues__filter #issues-filter {
            input.value #issues-search type="search" name="words" value=(page.asked("words")) placeholder=(reader.word(Ui::Filter)) aria-label=(reader.word(Ui::Filter));
            (list("view", reader.own(Panel::IssuesAs), &[("", reader.own(Panel::IssuesBoard)), ("table", reader.own(Panel::IssuesTable))]))
            @if page.asked("view") == "table" { (list("group", reader.own(Panel::GroupBy), &groups)) }
            (list("closed", reader.word(Ui::ShowClosed), &[("", reader.own(Panel::IssuesOpen)), ("true", reader.word(Ui::ShowClosed))]))
            input type="hidden" name="order" value=(page.asked("order"));
            button.button type="submit" { (reader.own(Panel::Filter)) }
        }
    }
}

/// One lane of the board: the states it holds and what they are called.
struct Lane<'a> {
    id: &'a str,
    states: Vec<&'a str>,
    labels: Vec<&'a str>,
}

/// Everything before a hand-over stands in one lane, and what came back stands with what is being handled; each under the words its states have.
fn columns<'a>(states: &'a [IssueState], cards: &[&'a IssueCard], closed: bool) -> Vec<Lane<'a>> {
    let mut lanes: Vec<Lane<'_>> = Vec::new();
    for state in states {
        let early = matches!(state.id.as_str(), "listed" | "assessed");
        match lanes.last_mut() {
            Some(lane) if early => {
                lane.states.push(&state.id);
                lane.labels.push(&state.label);
                continue;
            }
            _ if state.id == "closed" && !closed => continue,
            _ => lanes.push(Lane {
                id: &state.id,
                states: vec![&state.id],
                labels: vec![&state.label],
            }),
        }
        if let (Some(lane), "handling") = (lanes.last_mut(), state.id.as_str()) {
            for back in ["returned", "reopened"] {
                lane.states.push(back);
                let label = cards.iter().find(|card| card.state == back);
                lane.labels
                    .extend(label.map(|card| card.state_label.as_str()));
            }
        }
    }
    lanes
}

fn lanes(page: &Page<'_>, shown: &[&IssueCard]) -> Markup {
    html! {
        div.board { @for lane in columns(&page.board.states, shown, page.asked("closed") == "true") {
            @let held: Vec<_> = shown.iter().filter(|card| lane.states.contains(&card.state.as_str())).collect();
            section.board__lane data-lane=(lane.id) {
                h2 { (lane.labels.join(" / ")) " " small { (held.len()) } }
                @for card in held { (tile(page, card)) }
            }
        } }
    }
}

fn tile(page: &Page<'_>, card: &IssueCard) -> Markup {
    let reader = &page.reader;
    let fresh = page.asked("fresh") == card.row;
    html! {
        button.issue .issue--late[card.overdue] .issue--fresh[fresh] type="button" data-issue=(card.row) autofocus[fresh] data-ask=(page.ask(&[("one", &card.row)])) {
            b { (card.description) }
            span.issue__of { (card.of) @if !card.home.is_empty() { " · " (card.home) } }
            span.issue__line {
                span.chip { (card.state_label) }
                @if !card.kind.is_empty() { span."chip chip--quiet" { (card.kind) } }
                (limit(reader, card))
                @if !card.responsible.is_empty() { span { (card.responsible) " " (card.person) } }
                span { (reader.say(&Say::DaysOpen(card.days_open))) }
            }
            @if !card.level.is_empty() { span.issue__of { (card.level) } }
        }
    }
}

/// The limit with a shape, a word and a colour.
fn limit(reader: &Reader, card: &IssueCard) -> Markup {
    let (sign, class) = match (card.overdue, card.working_days_left) {
        (true, _) => ("▲ ", "behind"),
        (_, Some(0..=3)) => ("◆ ", "soon"),
        _ => ("", ""),
    };
    let left = card
        .working_days_left
        .map(|left| reader.say(&Say::DaysLeft(left)));
    html! { @if let Some(day) = card.deadline { span class=(class) { (sign) (day) " " (left.unwrap_or_default()) } } }
}

/// One problem: what it is, what was done, what can be done.
async fn one(site: &Site, page: &Page<'_>, card: &IssueCard) -> Result<Markup, Failed> {
    let reader = &page.reader;
    let facts = [
        (Column::ResponsibleUnit, &card.responsible),
        (Column::ResponsiblePerson, &card.person),
        (Column::Level, &card.level),
        (Column::Standard, &card.standard),
        (Column::IssueKind, &card.kind),
    ];
    let chosen = card.ways.iter().find(|way| {
        !page.asked("way").is_empty() && way.refusal.is_empty() && key(way) == page.asked("way")
    });
    let form = match chosen {
        Some(way) => Some(step_form(site, page, card, way).await?),
        None => None,
    };
    Ok(html! {
        section."record__section issue-one" data-issue=(card.row) #issue-one {
            header.issue-one__head {
                h2 tabindex="-1" autofocus[chosen.is_none()] { (card.description) }
                button.button type="button" #issue-close data-ask=(page.ask(&[("fresh", &card.row)])) { (reader.word(Ui::Close)) }
            }
            p.issue__line {
                span.chip #issue-state { (card.state_label) } (limit(reader, card))
                span { (reader.say(&Say::DaysOpen(card.days_open))) }
                @if let Some(id) = card.project { a href={ "/projects/" (id) } { (card.of) } } @else { span { (card.of) } }
                @if !card.home.is_empty() { span { (card.home) } }
            }
            dl.facts { @for (column, text) in facts { @if !text.is_empty() { dt { (column.label(reader.lang())) } dd { (text) } } } }
            (correction(site, page, card).await?)
            div.issue-one__ways { @for way in &card.ways { (way_button(page, card, way)) } }
            @if let Some(form) = form { (form) }
            @if !card.steps.is_empty() {
                h3 { (reader.word(Ui::IssueSteps)) }
                ol.history__list { @for step in &card.steps { (step_line(reader, step)) } }
            }
        }
    })
}

/// What its author wrote he can put right himself, as long as it is not closed; the project's history keeps what stood before.
async fn correction(site: &Site, page: &Page<'_>, card: &IssueCard) -> Result<Markup, Failed> {
    let (reader, actor) = (&page.reader, &page.call.person()?.actor);
    let Some(project) = card
        .project
        .filter(|_| reader.fills && card.state != "closed")
    else {
        return Ok(html! {});
    };
    let view = readable_one(site, page.call, project).await?;
    let by = view.row_value(Table::Issues, &card.row, Column::By);
    if by.as_text() != Some(&actor.user.to_string()) {
        return Ok(html! {});
    }
    let cell = |column| match FieldPath::keyed(Table::Issues, &card.row, column) {
        Ok(path) => {
            html! { label.form__field { span { (column.label(reader.lang())) } (reader.cell(&view, &path)) } }
        }
        Err(_) => html! {},
    };
    Ok(html! {
        details.panel__fold #issue-correct {
            summary { (reader.own(Panel::CorrectOwn)) }
            div.form data-project=(project) data-heads=(view.heads.join(" ")) { (cell(Column::Description)) (cell(Column::IssueKind)) }
        }
    })
}

/// A way by its act and level.
fn key(way: &IssueWay) -> String {
    [way.act.as_str(), &way.level].concat()
}

/// An open way is a button; a closed one says what it waits for.
fn way_button(page: &Page<'_>, card: &IssueCard, way: &IssueWay) -> Markup {
    let key = key(way);
    let pressed = page.asked("way") == key;
    let project = card.project.map(|id| id.to_string()).unwrap_or_default();
    let unit = card.unit.map(|id| id.to_string()).unwrap_or_default();
    let next = page.ask(&[
        ("one", &card.row),
        ("way", &key),
        ("project", &project),
        ("unit", &unit),
    ]);
    html! {
        @if way.refusal.is_empty() { button.button type="button" data-way=(key) aria-pressed=(pressed) data-ask=(next) { (way.label) } }
        @else { p.issue-one__closed data-way=(key) { button.button type="button" disabled { (way.label) } span { (way.refusal) } } }
    }
}

/// What a step says that its form does not ask is given with it.
async fn step_form(
    site: &Site,
    page: &Page<'_>,
    card: &IssueCard,
    way: &IssueWay,
) -> Result<Markup, Failed> {
    let records = found(site, page.call, way.table).await?;
    let mut given = vec![
        (Column::Issue, card.row.as_str()),
        (Column::Act, way.act.as_str()),
    ];
    if !way.level.is_empty() {
        given.push((Column::Level, way.level.as_str()));
    }
    let reader = Reader::of(site, page.call).await?;
    Ok(act_form(
        reader,
        records,
        &way.asks,
        &given,
        &way.label,
        &page.ask(&[("one", &card.row)]),
    ))
}

fn step_line(reader: &Reader, step: &IssueStep) -> Markup {
    html! {
        li .records__struck[!step.void.is_empty()] {
            div.history__who {
                b { (step.label) } " " (by(reader, &step.by))
                @if !step.void.is_empty() { span."chip chip--bad" { (reader.word(Ui::Void)) " " (step.void) } }
                @if !step.warned.is_empty() { span."chip chip--ask" { (reader.word(Ui::WarnedStep)) " " (step.warned) } }
            }
            div.history__values { (step.said.join(" · ")) }
        }
    }
}

/// A problem in twenty seconds: the project by name or pinyin, one sentence, its kind, a limit.
async fn new_issue(site: &Site, page: &Page<'_>) -> Result<Markup, Failed> {
    let (reader, call) = (&page.reader, page.call);
    let sought = page.asked("q").trim();
    let found = if sought.is_empty() {
        Vec::new()
    } else {
        listed(site, call, OFFERED).await?.rows
    };
    let named: Option<ProjectId> = call.asked("project")?;
    let of = call.asked("of")?.filter(|_| sought.is_empty());
    let named = named.or(of);
    let mut words = String::new();
    let chosen = match named {
        Some(id) => {
            let view = readable_one(site, call, id).await?;
            // Whoever comes from a project's month brings the words that stand there.
            if named == of {
                view.text(Field::Problems).clone_into(&mut words);
            }
            Some((id, view.text(Field::Name).to_owned()))
        }
        None => found.first().map(|row| (row.id, row.name.clone())),
    };
    let name = chosen.as_ref().map_or(sought, |(_, name)| name);
    Ok(html! {
        section."record__section issue-new" #issue-new {
            header.issue-one__head {
                h2 { (reader.word(Ui::NewIssue)) }
                button.button type="button" data-ask=(page.ask(&[])) { (reader.word(Ui::Cancel)) }
            }
            form.panel__form {
                @for name in KEPT { input type="hidden" name=(name) value=(page.asked(name)); }
                input type="hidden" name="new" value="1";
                label { (reader.word(Ui::Project)) b.required aria-hidden="true" { "*" } " "
                    input.value #issue-project name="q" value=(name) required autocomplete="off" autofocus[chosen.is_none()] placeholder=(reader.word(Ui::SearchHint)); }
                button.button type="submit" { (reader.own(Panel::FindProject)) }
            }
            @if found.len() > 1 { p.chips #issue-projects { (reader.own(Panel::OtherProjects)) " "
                @for row in &found { @if chosen.as_ref().is_none_or(|(id, _)| *id != row.id) {
                    button."chip" type="button" data-ask=(page.ask(&[("new", "1"), ("project", &row.id.to_string())])) { (row.name) " · " (row.home_name) }
                } }
            } }
            @if !sought.is_empty() && chosen.is_none() { p.form__note { (reader.word(Ui::NoProjectFound)) } }
            @if let Some((project, _)) = chosen { (new_form(page, project, &words)) }
        }
    })
}

fn new_form(page: &Page<'_>, project: ProjectId, words: &str) -> Markup {
    let (reader, row) = (&page.reader, RowId::blank(0));
    let command = row_template(Table::Issues, Some(project), None);
    let path = |column| FieldPath::cell(Table::Issues, row, column);
    let name = |column: Column, needed: bool| html! { span { (column.label(reader.lang())) @if needed { b.required aria-hidden="true" { "*" } } } };
    html! {
        form.form #issue-form data-command=(command) data-label=(reader.word(Ui::NewIssue)) data-ask=(page.ask(&[("fresh", &row.to_string())])) {
            label."form__field form__field--wide" { span { (reader.word(Ui::IssueLine)) b.required aria-hidden="true" { "*" } }
                textarea.value #issue-line rows="2" maxlength="500" required autofocus data-path=(path(Column::Description)) data-old="" { (words) } }
            label.form__field { (name(Column::IssueKind, false)) (reader.input(&path(Column::IssueKind), "")) }
            label.form__field { (name(Column::Deadline, false))
                input.value #issue-limit data-path=(path(Column::Deadline)) data-old="" placeholder=(reader.today().plus_days(30)) autocomplete="off"; }
            p.form__error role="alert" {}
            footer.dialog__foot { button."button button--main" type="submit" #issue-save { (reader.word(Ui::NewIssue)) } }
        }
    }
}
