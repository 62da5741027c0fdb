//! 项目档案: everything about one project, edited in place (ux.md 5.4).

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use shared::api::Live;
use shared::command::Command;
use shared::field::{Authority, Field, FieldPath, Section, Table};
use shared::ids::ProjectId;
use shared::project::{Cell, ProjectView};
use shared::text::ui::{Say, Ui};
use shared::value::Value;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_state};

use crate::components::cells::{print_button, strip_fact};
use crate::markup::{classes, html};

use crate::client::live::Heard;
use crate::client::page;
use crate::components::face::{Face, face_view};
use crate::components::field_row::FieldRow;
use crate::components::file_list::FileList;
use crate::components::history_bar::{HistoryBar, kind_of};
use crate::components::panel::Panel;
use crate::components::progress_bar::progress_bar;
use crate::components::proposal_list::ProposalList;
use crate::components::reason_dialog::ReasonDialog;
use crate::components::record_rows::RecordRows;
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::outbox::{FieldEdit, use_outbox};
use crate::hooks::rows::use_rows;
use crate::hooks::session::use_session;
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::routes::Route;
use crate::state::keys::InputKey;
use crate::state::numbers;
use crate::state::outbox::FieldStatus;
use crate::state::record::{Edit, SECTIONS, fields_of, unknown_paths};
use crate::state::remote::Remote;

/// Tables the page shows as lists; comments and proposals have their own places.
const TABLES: [Table; 12] = [
    Table::Issues,
    Table::YearNodes,
    Table::Countdown,
    Table::Funding,
    Table::GovMoneyReceived,
    Table::Team,
    Table::ExtraTeam,
    Table::LeadLeaders,
    Table::CoopUnits,
    Table::ProcedureTeam,
    Table::LeaderMatters,
    Table::YearTaskRef,
];

/// Props of [`Project`].
#[derive(Properties, PartialEq)]
pub struct ProjectProps {
    /// The project.
    pub id: ProjectId,
}

/// The page: fetches, watches, and hands on.
#[component]
pub fn Project(props: &ProjectProps) -> Html {
    let session = use_session();
    let outbox = use_outbox();
    let fetched = use_fetch::<ProjectView>(format!("/api/v1/projects/{}", props.id).into());
    {
        let live = session.live.clone();
        use_effect_with(props.id, move |id| {
            live.watch(shared::api::Watch::Project { id: *id });
            move || live.watch(shared::api::Watch::Nothing)
        });
    }
    {
        let (id, replace, reload) = (props.id, fetched.replace.clone(), fetched.reload.clone());
        use_live(Callback::from(move |heard| match &heard {
            Heard::Patch(live) => {
                if let Live::Project { view } = live.as_ref()
                    && view.id == id
                {
                    replace.emit(view.as_ref().clone());
                }
            }
            Heard::Open => reload.emit(()),
            Heard::Closed => {}
        }));
    }
    {
        let (outbox, id) = (outbox.clone(), props.id);
        use_effect_with(fetched.began, move |began| {
            if began.0 > 0 {
                outbox.fetched(Some(id), *began);
            }
        });
    }
    match &fetched.remote {
        Remote::Ready(view) => html! { <Record view={view.clone()} /> },
        other => Face::of(other, Ui::ProjectMissing)
            .map(|face| face_view(&session, &face, &fetched.reload))
            .unwrap_or_default(),
    }
}

#[derive(Properties, PartialEq)]
struct RecordProps {
    view: Rc<ProjectView>,
}

/// A part of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tab {
    Overview,
    Schedule,
    Money,
    Approvals,
    Problems,
    Months,
    Files,
    People,
    Past,
}

impl Tab {
    const ALL: [(Self, Ui); 9] = [
        (Self::Overview, Ui::TabOverview),
        (Self::Schedule, Ui::TabSchedule),
        (Self::Money, Ui::TabMoney),
        (Self::Approvals, Ui::TabApprovals),
        (Self::Problems, Ui::TabProblems),
        (Self::Months, Ui::TabMonths),
        (Self::Files, Ui::TabFiles),
        (Self::People, Ui::TabPeople),
        (Self::Past, Ui::TabPast),
    ];

    /// What the node draws of it.
    const fn panel(self) -> Option<&'static str> {
        match self {
            Self::Overview | Self::Files => None,
            Self::Schedule => Some("schedule"),
            Self::Money => Some("money"),
            Self::Approvals => Some("approvals"),
            Self::Problems => Some("problems"),
            Self::Months => Some("months"),
            Self::People => Some("people"),
            Self::Past => Some("past"),
        }
    }
}

#[derive(Clone, PartialEq)]
enum Over {
    Nothing,
    OnBehalf,
    Deleting,
}

#[component]
fn Record(props: &RecordProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let outbox = use_outbox();
    let rows = use_rows();
    let navigator = Some(crate::hooks::router::use_way().navigator);
    let over = use_state(|| Over::Nothing);
    let on_behalf = use_state(|| None::<String>);
    let history = use_state(|| None::<FieldPath>);
    let filled_only = use_state(|| false);
    let shown = use_state(|| Tab::Overview);

    let base = props.view.clone();
    let view = Rc::new(outbox.outbox.overlay(&base));
    let deleted = view.text(Field::Deleted).to_owned();
    let read_only = !session.may_write() || !deleted.is_empty();
    let row = rows
        .rows
        .ready()
        .and_then(|rows| rows.iter().find(|row| row.id == view.id))
        .cloned();
    let foreign = session.is_officer()
        && row
            .as_ref()
            .and_then(|row| row.home)
            .is_some_and(|home| home != session.me.unit);

    let edit = {
        let (outbox, base, view, on_behalf) = (
            outbox.clone(),
            base.clone(),
            view.clone(),
            on_behalf.clone(),
        );
        Callback::from(move |(path, new): (FieldPath, Value)| {
            outbox.edit(FieldEdit {
                project: base.id,
                heads: base.heads.clone(),
                old: view.value(&path).clone(),
                path,
                new,
                on_behalf: (*on_behalf).clone(),
            });
        })
    };
    let submit = {
        let (outbox, base) = (outbox.clone(), base.clone());
        move |command: Command, label: String| {
            outbox.submit(command, Some(base.heads.clone()), label);
        }
    };
    let resolve = {
        let (submit, base, words) = (submit.clone(), base.clone(), words.clone());
        Callback::from(move |(path, keep): (FieldPath, Value)| {
            let seen = base
                .cells
                .get(&path)
                .map(|cell| cell.contenders.iter().map(|c| c.value.clone()).collect())
                .unwrap_or_default();
            let label = words.path(&path);
            submit(
                Command::ResolveConflict {
                    project: Some(base.id),
                    unit: None,
                    path,
                    seen,
                    keep,
                },
                label,
            );
        })
    };
    let discard = {
        let (outbox, id) = (outbox.clone(), base.id);
        Callback::from(move |path: FieldPath| {
            if let FieldStatus::Refused(item) = outbox.outbox.status(id, &path) {
                outbox.delete(item.id);
            }
        })
    };
    let step = {
        let (outbox, view, base) = (outbox.clone(), view.clone(), base.clone());
        move |redo: bool| {
            let look = |edit: &Edit| {
                (edit.project == base.id)
                    .then(|| (view.value(&edit.path).clone(), base.heads.clone()))
            };
            outbox.step(redo, None, &look);
        }
    };
    let on_key = {
        let (history, step) = (history.clone(), step.clone());
        Callback::from(move |(path, key): (FieldPath, InputKey)| match key {
            InputKey::History => history.set(Some(path)),
            InputKey::Undo => step(false),
            InputKey::Redo => step(true),
            InputKey::Move { rows, cells: 0 } => page::focus_beside(".field [data-path]", rows),
            InputKey::Move { .. }
            | InputKey::GiveUp
            | InputKey::Nil
            | InputKey::Carry
            | InputKey::FillDown
            | InputKey::Edge { .. }
            | InputKey::Write => {}
        })
    };
    let neighbour = {
        let (rows, id) = (rows.rows.ready().cloned(), base.id);
        move |by: isize| {
            let rows = rows.as_ref()?;
            let living: Vec<_> = rows.iter().filter(|row| row.deleted.is_empty()).collect();
            let at = living.iter().position(|row| row.id == id)?;
            living.get(at.checked_add_signed(by)?).map(|row| row.id)
        }
    };
    {
        let (step, neighbour, navigator, history, shown) = (
            step.clone(),
            neighbour.clone(),
            navigator.clone(),
            history.clone(),
            shown.clone(),
        );
        use_shortcuts(Callback::from(move |pressed: Pressed| {
            let press = &pressed.press;
            match press.key.as_str() {
                "z" | "Z" if press.ctrl && !pressed.typing => {
                    pressed.take();
                    step(press.shift);
                }
                "y" | "Y" if press.ctrl && !pressed.typing => {
                    pressed.take();
                    step(true);
                }
                "Escape" if history.is_some() && !pressed.typing => history.set(None),
                key if !pressed.typing
                    && !press.alt
                    && !press.ctrl
                    && key.len() == 1
                    && key.parse::<usize>().is_ok() =>
                {
                    let at = key
                        .parse::<usize>()
                        .ok()
                        .and_then(|at| Tab::ALL.get(at.checked_sub(1)?));
                    if let Some((tab, _)) = at {
                        shown.set(*tab);
                    }
                }
                key @ ("[" | "]") if !pressed.typing => {
                    let next = neighbour(if key == "[" { -1 } else { 1 });
                    if let (Some(id), Some(navigator)) = (next, &navigator) {
                        navigator.push(&Route::Project { id });
                    }
                }
                _ => {}
            }
        }));
    }
    let close = {
        let over = over.clone();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let open = |what: Over| {
        let over = over.clone();
        Callback::from(move |_: MouseEvent| over.set(what.clone()))
    };
    let version = format!("{}{}", base.heads.join(""), outbox.outbox.waiting());
    let year = session.period.year();
    let plan = view.year(year, Field::YearPlanFen).as_int();
    let done = row.as_ref().and_then(|row| row.year_done_fen);
    let rate = numbers::rate(done, plan);
    let pace = numbers::pace(session.period);
    let go = |by: isize, word: Ui, sign: &'static str| {
        let target = neighbour(by);
        let navigator = navigator.clone();
        html! {
            <button class="button button--bare" title={words.t(word)} aria-label={words.t(word)} disabled={target.is_none()}
                onclick={move |_: MouseEvent| if let (Some(id), Some(navigator)) = (target, &navigator) { navigator.push(&Route::Project { id }) }}>{ sign }</button>
        }
    };
    let conflicts: Vec<FieldPath> = view.conflicts().map(|(path, _)| path.clone()).collect();
    html! {
        <div class={classes!("record", history.is_some().then_some("record--history"))} data-project={base.id.to_string()}>
            <div class="record__main">
                <header class="record__head">
                    <div class="record__title">
                        <h1>{ view.text(Field::Name) }</h1>
                        <p class="quiet">
                            { view.text(Field::ProjectCode) }
                            if let Some(row) = &row { { " " }{ &row.home_name }{ " · " }{ words.option("stage", &row.stage) } }
                            if !view.text(Field::OwnerOrg).is_empty() { { " · " }{ view.text(Field::OwnerOrg) } }
                        </p>
                    </div>
                    <div class="record__actions">
                        { go(-1, Ui::Preceding, "‹") }{ go(1, Ui::Following, "›") }
                        { print_button(&words) }
                        if foreign && on_behalf.is_none() && deleted.is_empty() { <button class="button" id="on-behalf" onclick={open(Over::OnBehalf)}>{ words.t(Ui::OnBehalf) }</button> }
                        if session.may_write() && deleted.is_empty() { <button class="button" id="delete-project" onclick={open(Over::Deleting)}>{ words.t(Ui::Delete) }</button> }
                    </div>
                </header>
                if !deleted.is_empty() {
                    <div class="behalf-strip" role="status"><strong>{ words.t(Ui::DeletedBanner) }</strong><q>{ &deleted }</q>
                        if session.may_write() {
                            <button class="button button--small" id="restore-project" onclick={let (submit, id, words) = (submit.clone(), base.id, words.clone()); move |_: MouseEvent| submit(Command::RestoreProject { project: id }, words.t(Ui::Restore).to_owned())}>{ words.t(Ui::Restore) }</button>
                        }
                    </div>
                }
                if let Some(reason) = on_behalf.as_ref() {
                    <div class="behalf-strip" role="status" data-behalf="on"><strong>{ words.t(Ui::OnBehalfOn) }</strong><q>{ reason }</q>
                        <button class="button button--small" onclick={let on_behalf = on_behalf.clone(); move |_: MouseEvent| on_behalf.set(None)}>{ words.t(Ui::OnBehalfEnd) }</button></div>
                }
                if !conflicts.is_empty() {
                    <div class="conflict-strip" data-conflicts={conflicts.len().to_string()} role="status"><strong>{ "◆ " }{ words.say(&Say::ToConfirm(conflicts.len() as u64)) }</strong>
                        { for conflicts.iter().map(|path| html! { <a class="chip chip--ask" href={format!("#field-{path}")} key={path.to_string()} onclick={let path = path.clone(); let shown = shown.clone(); move |event: MouseEvent| {
                            event.prevent_default();
                            shown.set(Tab::Overview);
                            let there = format!("[data-conflict=\"{path}\"] button");
                            // Once it is drawn.
                            Timeout::new(0, move || { page::focus_on(&there); }).forget();
                        }}>{ words.path(path) }</a> }) }
                    </div>
                }
                <dl class="strip">
                    { strip_fact(words.t(Ui::TotalInvestment).to_owned(), (numbers::wan(view.once(Field::TotalInvestmentFen).as_int())).to_string()) }
                    <div><dt>{ words.say(&Say::OfYear(year)) }{ " " }{ words.t(Ui::YearPlan) }</dt><dd class="number">{ numbers::wan(plan) }</dd></div>
                    { strip_fact(words.t(Ui::YearDone).to_owned(), (numbers::wan(done)).to_string()) }
                    <div class="strip__rate"><dt>{ words.t(Ui::Rate) }{ " · " }{ words.t(Ui::TimePace) }{ " " }{ numbers::percent(Some(pace)) }</dt>
                        <dd class="number">{ numbers::percent(rate) }{ " " }<small class={classes!(rate.is_some_and(|rate| rate < pace).then_some("behind"))}>{ rate.map(|rate| words.say(&Say::Pace(rate - pace))).unwrap_or_default() }</small></dd>
                        if let Some(done) = rate { { progress_bar(done, Some(pace), (words.t(Ui::Rate)).into()) } }
                    </div>
                </dl>
                <ProposalList view={view.clone()} read_only={read_only}
                    on_accepted={let (submit, id, words) = (submit.clone(), base.id, words.clone()); Callback::from(move |proposal| submit(Command::AcceptProposal { project: id, proposal }, words.t(Ui::Accept).to_owned()))}
                    on_dismissed={let (submit, id, words) = (submit.clone(), base.id, words.clone()); Callback::from(move |(proposal, reason)| submit(Command::DismissProposal { project: id, proposal, reason }, words.t(Ui::Dismiss).to_owned()))} />
                <nav class="tabs" aria-label={words.t(Ui::Sections)}>
                    { for Tab::ALL.iter().map(|(tab, word)| html! {
                        <button type="button" class="tabs__tab" aria-current={(*tab == *shown).then_some("page")} data-tab={format!("{tab:?}")} onclick={let (shown, tab) = (shown.clone(), *tab); move |_: MouseEvent| shown.set(tab)}>{ words.t(*word) }</button>
                    }) }
                    if *shown == Tab::Overview { <label class="tabs__switch"><input type="checkbox" checked={*filled_only} onchange={let filled_only = filled_only.clone(); move |_: Event| filled_only.set(!*filled_only)} />{ words.t(Ui::HideEmpty) }</label> }
                </nav>
                if let Some(part) = shown.panel() { <section class="record__section" key={part}><Panel path={format!("project?project={}&period={}&part={part}", base.id, session.period)} /></section> }
                if *shown == Tab::Overview {
                <>
                { for SECTIONS.iter().enumerate().map(|(index, section)| html! {
                    <section class="record__section" id={format!("section-{index}")} key={index}>
                        <h2>{ words.t(section_word(*section)) }</h2>
                        <div class="fields">
                            { for fields_of(*section).filter_map(|field| {
                                let unused = words.is_unused(field);
                                let path = FieldPath::of(field, session.period);
                                let mut cell = view.cells.get(&path).cloned().unwrap_or_else(Cell::default);
                                if field == Field::HomeNode { cell.value = rows.named(&cell.value); }
                                let status = outbox.outbox.status(base.id, &path);
                                if (*filled_only || unused)
                                    && cell.value.is_null() && !cell.is_conflict() && status == FieldStatus::Idle {
                                    return None;
                                }
                                // Between two answers a conflict is what the node said, with the person's choice not yet done.
                                Some(html! {
                                    <FieldRow key={path.to_string()} label={words.path(&path)} path={path.clone()} kind={field.kind()} authority={field.authority()} required={words.is_required(field)} {cell} {status} {read_only}
                                        on_edit={edit.clone()} on_resolve={resolve.clone()} on_discard={discard.clone()} on_key={on_key.clone()} />
                                })
                            }) }
                        </div>
                    </section>
                }) }
                <section class="record__section" id="section-tables">
                    <h2>{ words.t(Ui::SectionTables) }</h2>
                    { for TABLES.iter().map(|table| html! {
                        <RecordRows key={table.id()} view={view.clone()} table={*table} {read_only} on_edit={edit.clone()} on_key={on_key.clone()}
                            on_struck={let (submit, id, words, table) = (submit.clone(), base.id, words.clone(), *table); Callback::from(move |(row, reason)| submit(Command::StrikeRow { project: Some(id), unit: None, table, row, reason }, format!("{} · {}", words.table(table), words.t(Ui::Strike))))} />
                    }) }
                </section>
                { unknown(&view, &words) }
                </>
                }
                if *shown == Tab::Files {
                <FileList view={view.clone()} {read_only} on_behalf={(*on_behalf).clone()}
                    on_struck={let (submit, id, words) = (submit.clone(), base.id, words.clone()); Callback::from(move |(row, reason)| submit(Command::StrikeRow { project: Some(id), unit: None, table: Table::Attachments, row, reason }, format!("{} · {}", words.t(Ui::Files), words.t(Ui::Strike))))} />
                }
            </div>
            if let Some(path) = history.as_ref() {
                <HistoryBar project={base.id} path={path.clone()} read_only={read_only || kind_is_engines(path)} {version} on_restore={edit.clone()}
                    on_closed={let history = history.clone(); Callback::from(move |()| history.set(None))} />
            }
            { match &*over {
                Over::Nothing => Html::default(),
                Over::OnBehalf => html! {
                    <ReasonDialog title={words.t(Ui::OnBehalf)} note={words.t(Ui::OnBehalfNote)} verb={words.t(Ui::OnBehalf)} on_closed={close.clone()}
                        on_given={let on_behalf = on_behalf.clone(); Callback::from(move |reason| { on_behalf.set(Some(reason)); close.emit(()); })} />
                },
                Over::Deleting => html! {
                    <ReasonDialog title={words.t(Ui::DeleteProject)} note={words.t(Ui::DeleteNote)} verb={words.t(Ui::Delete)} on_closed={close.clone()}
                        on_given={let (submit, id, words) = (submit, base.id, words.clone()); Callback::from(move |reason| { submit(Command::DeleteProject { project: id, reason }, words.t(Ui::DeleteProject).to_owned()); close.emit(()); })} />
                },
            } }
        </div>
    }
}

fn kind_is_engines(path: &FieldPath) -> bool {
    crate::state::entry::is_engines(kind_of(path))
        || matches!(path.target(), shared::field::Target::Once(field) if field.authority() == Authority::Engine)
}

/// The word of a section.
fn section_word(section: Section) -> Ui {
    match section {
        Section::Identity => Ui::SectionIdentity,
        Section::People => Ui::SectionPeople,
        Section::Content => Ui::SectionContent,
        Section::Money => Ui::SectionMoney,
        Section::Progress => Ui::SectionProgress,
    }
}

fn unknown(view: &ProjectView, words: &crate::state::words::Words) -> Html {
    let mut unknown = unknown_paths(view).peekable();
    if unknown.peek().is_none() {
        return Html::default();
    }
    html! {
        <section class="record__section"><h2>{ words.t(Ui::UnknownFields) }</h2>
            <dl class="totals">{ for unknown.map(|(path, value)| html! {
                <><dt>{ path.to_string() }</dt><dd>{ crate::state::entry::print(shared::field::Kind::Text, value) }</dd></>
            }) }</dl>
        </section>
    }
}
