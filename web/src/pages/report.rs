//! 月报填报: fill a month in one sitting, check it, file it (ux.md 5.2). At the hub the same page, read-only or as 代填.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::{Live, ReportView};
use shared::command::{Command, FilingLine};
use shared::field::{Field, FieldPath};
use shared::ids::{CommandId, ProjectId, UnitId};
use shared::text::hub::HubWord;
use shared::text::ui::{Say, Ui};
use shared::time::Month;
use shared::value::Value;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_state};

use crate::components::cells::{fact, print_button, strip_fact};
use crate::markup::html;

use crate::client::live::Heard;
use crate::client::wire::Told;
use crate::client::{clipboard, clock, page};
use crate::components::dialog::Dialog;
use crate::components::face::{Face, face_view};
use crate::components::history_bar::HistoryBar;
use crate::components::panel::Panel;
use crate::components::reason_dialog::ReasonDialog;
use crate::components::report_grid::{ReportGridProps, focus_cell, report_grid};
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::outbox::{FieldEdit, use_outbox};
use crate::hooks::session::{Session, use_session};
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::state::keys::InputKey;
use crate::state::numbers;
use crate::state::record::Edit;
use crate::state::remote::Remote;
use crate::state::report::{self, Line, block};

/// Props of [`Report`].
#[derive(Properties, PartialEq)]
pub struct ReportProps {
    /// The ledger.
    pub ledger: String,
    /// The month.
    pub period: Month,
    /// The unit, when it is not the reader's own.
    pub unit: Option<UnitId>,
}

/// The ledgers of a month: the grid of this page, and the parts that the node draws of the others.
const LEDGERS: [(&str, Ui); 3] = [
    ("paper", Ui::LedgerProgress),
    ("problems", Ui::LedgerProblems),
    ("countdown", Ui::LedgerCountdown),
];

/// What stands over the page.
#[derive(Clone, PartialEq)]
enum Over {
    Nothing,
    Filing,
    OnBehalf,
}

/// The page.
#[component]
pub fn Report(props: &ReportProps) -> Html {
    let session = use_session();
    let outbox = use_outbox();
    let unit = props
        .unit
        .map(|unit| format!("?unit={unit}"))
        .unwrap_or_default();
    let fetched = use_fetch::<ReportView>(
        format!("/api/v1/reports/{}/{}{unit}", props.ledger, props.period).into(),
    );
    {
        // The frame's month follows the address.
        let on_period = session.on_period.clone();
        use_effect_with(props.period, move |period| on_period.emit(*period));
    }
    {
        let reload = fetched.reload.clone();
        use_live(Callback::from(move |heard| {
            let again = match &heard {
                Heard::Open => true,
                Heard::Patch(live) => match live.as_ref() {
                    Live::Reports | Live::Rows { .. } => true,
                    // What waited has come to the hub.
                    Live::Sync { status } => status.pending == 0,
                    Live::Project { .. } => false,
                },
                Heard::Closed => false,
            };
            if again {
                reload.emit(());
            }
        }));
    }
    {
        let (outbox, began) = (outbox.clone(), fetched.began);
        use_effect_with(began, move |began| {
            if began.0 > 0 {
                outbox.fetched(None, *began);
            }
        });
    }
    match &fetched.remote {
        Remote::Ready(view) => {
            html! { <Sheet view={view.clone()} own={props.unit.is_none_or(|unit| unit == session.me.unit)} on_reload={fetched.reload.clone()} /> }
        }
        other => Face::of(other, Ui::ReportEmpty)
            .map(|face| face_view(&session, &face, &fetched.reload))
            .unwrap_or_default(),
    }
}

#[derive(Properties, PartialEq)]
struct SheetProps {
    view: Rc<ReportView>,
    own: bool,
    on_reload: Callback<()>,
}

#[component]
fn Sheet(props: &SheetProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let outbox = use_outbox();
    let over = use_state(|| Over::Nothing);
    let on_behalf = use_state(|| None::<String>);
    let checking = use_state(|| false);
    let sent = use_state(|| None::<CommandId>);
    let view = props.view.clone();
    let lines: Rc<Vec<Line>> =
        Rc::new(report::lines(&view, |project| outbox.outbox.edits(project)));
    let totals = report::totals(&lines);
    // What is another's, and what was filed, is written with a reason alone.
    let filed = view.state.is_reported();
    let read_only = !session.may_write() || ((!props.own || filed) && on_behalf.is_none());
    let rate = numbers::rate(Some(totals.year), Some(totals.plan));
    let pace = numbers::pace(view.period);

    let outcome = sent.and_then(|id| outbox.outbox.outcome(id).cloned());
    {
        let (reload, over) = (props.on_reload.clone(), over.clone());
        use_effect_with(outcome.clone(), move |outcome| {
            if let Some(Told::Done { .. }) = outcome {
                over.set(Over::Nothing);
                reload.emit(());
            }
        });
    }
    let heads_of = {
        let view = view.clone();
        move |project: ProjectId| {
            view.rows
                .iter()
                .find(|row| row.row.id == project)
                .map(|row| row.heads.clone())
                .unwrap_or_default()
        }
    };
    let on_edit = {
        let (outbox, lines, on_behalf, heads_of) = (
            outbox.clone(),
            lines.clone(),
            on_behalf.clone(),
            heads_of.clone(),
        );
        let period = view.period;
        Callback::from(move |(project, field, new): (ProjectId, Field, Value)| {
            let Some(line) = lines.iter().find(|line| line.project == project) else {
                return;
            };
            let heads = heads_of(project);
            // 本月无变化 says that nothing was done: the figure is zero, not missing.
            if field == Field::MonthNil && !new.is_null() && line.done.is_none() {
                let mut set = BTreeMap::new();
                set.insert(FieldPath::of(Field::MonthNil, period), new);
                set.insert(FieldPath::of(Field::MonthDoneFen, period), Value::Int(0));
                let command = Command::Edit {
                    project,
                    set,
                    on_behalf: (*on_behalf).clone(),
                };
                outbox.submit(command, Some(heads), line.name.clone());
                return;
            }
            outbox.edit(FieldEdit {
                project,
                heads,
                path: FieldPath::of(field, period),
                old: line.cell(field).clone(),
                new,
                on_behalf: (*on_behalf).clone(),
            });
        })
    };
    let step = {
        let (outbox, lines, heads_of, period) =
            (outbox.clone(), lines.clone(), heads_of.clone(), view.period);
        move |redo: bool| {
            let look = |edit: &Edit| {
                let line = lines.iter().find(|line| line.project == edit.project)?;
                let field = report::field_of(edit.path.as_str(), period)?;
                Some((line.cell(field).clone(), heads_of(edit.project)))
            };
            outbox.step(redo, None, &look);
        }
    };
    let on_key = {
        let step = step.clone();
        Callback::from(move |key: InputKey| match key {
            InputKey::Undo => step(false),
            InputKey::Redo => step(true),
            _ => {}
        })
    };
    let on_paste = {
        let (on_edit, lines, session) = (on_edit.clone(), lines.clone(), session.clone());
        let year = view.period.year();
        Callback::from(move |event: Event| {
            let at = page::focused().and_then(|input| {
                let part = |name| input.get_attribute(name).unwrap_or_default();
                block::cell_at(&lines, &part("data-row"), &part("data-path"))
            });
            let cells = at.and_then(|(_, field)| {
                let text = clipboard::pasted(&event)?;
                block::read(&text, field != Field::MonthDoneFen)
            });
            let (Some(cells), Some(at), false) = (cells, at, read_only) else {
                return;
            };
            event.prevent_default();
            match block::paste(&lines, at, &cells, year) {
                Ok(edits) => {
                    let count = edits.len();
                    for edit in edits {
                        on_edit.emit(edit);
                    }
                    session.notices.say(session.words.say(&Say::Pasted(count)));
                }
                Err(misfit) => session.notices.fail(session.words.say(&Say::NotPasted {
                    line: misfit.line,
                    text: &misfit.text,
                    why: session.words.t(misfit.why),
                })),
            }
        })
    };
    let on_cut = {
        let (on_edit, period) = (on_edit.clone(), view.period);
        Callback::from(move |event: Event| {
            let Some(input) = page::focused() else {
                return;
            };
            let part = |name| input.get_attribute(name).unwrap_or_default();
            let field = report::field_of(&part("data-path"), period);
            if let (Some(field), Ok(project), false) = (field, part("data-row").parse(), read_only)
            {
                event.prevent_default();
                clipboard::cut(&event, &input);
                on_edit.emit((project, field, Value::Null));
            }
        })
    };
    let ledger = use_state(|| 0_usize);
    let history = use_state(|| None::<(ProjectId, FieldPath)>);
    let on_history = {
        let history = history.clone();
        Callback::from(move |asked| history.set(Some(asked)))
    };
    let shut = {
        let history = history.clone();
        Callback::from(move |()| {
            if let Some((project, path)) = history.as_ref() {
                page::focus_on(&format!("[data-row=\"{project}\"][data-path=\"{path}\"]"));
            }
            history.set(None);
        })
    };
    let restore = {
        let (on_edit, history, period) = (on_edit.clone(), history.clone(), view.period);
        Callback::from(move |(path, value): (FieldPath, Value)| {
            let field = report::field_of(path.as_str(), period);
            if let (Some((project, _)), Some(field)) = (history.as_ref(), field) {
                on_edit.emit((*project, field, value));
            }
        })
    };
    // Everything that waits for last month's words: taken over in one go, and taken back in one.
    let carry = {
        let mut edits = Vec::new();
        for line in lines.iter().filter(|line| line.nil.is_none() && !read_only) {
            for field in [Field::MonthImage, Field::MonthNext] {
                let said = line.carried(field);
                if !said.is_empty() {
                    let path = FieldPath::of(field, view.period);
                    let edit = Edit {
                        label: words.path(&path),
                        project: line.project,
                        path,
                        old: line.cell(field).clone(),
                        new: Value::from(said),
                        on_behalf: (*on_behalf).clone(),
                    };
                    edits.push((edit, heads_of(line.project)));
                }
            }
        }
        edits
    };
    let carries = carry.len();
    let carry_all = {
        let outbox = outbox.clone();
        Callback::from(move |_: MouseEvent| {
            outbox.edit_all(&carry);
        })
    };
    use_effect_with(lines.len(), |_| page::number_cells("#report-grid"));
    let first_open = {
        let (lines, period) = (lines.clone(), view.period);
        move || {
            let line = lines.iter().find(|line| !line.filled).or(lines.first());
            line.is_some_and(|line| focus_cell(line.project, Field::MonthDoneFen, period))
        }
    };
    // What is typed and cannot be read is not saved: it would be filed as it was before.
    let open_filing = {
        let (over, session) = (over.clone(), session.clone());
        move || {
            if page::focus_on("#report-grid .value:has(+ .value__error:not(:empty))") {
                session.notices.fail(session.words.t(Ui::UnreadableCell));
            } else {
                over.set(Over::Filing);
            }
        }
    };
    {
        let open_filing = open_filing.clone();
        let (step, over, may_file) = (step.clone(), over.clone(), !read_only);
        use_shortcuts(Callback::from(move |pressed: Pressed| {
            match pressed.press.key.as_str() {
                "z" | "Z" if pressed.press.ctrl && !pressed.typing => {
                    pressed.take();
                    step(pressed.press.shift);
                }
                "y" | "Y" if pressed.press.ctrl && !pressed.typing => {
                    pressed.take();
                    step(true);
                }
                "F4" if *over == Over::Nothing && first_open() => pressed.take(),
                "Enter"
                    if pressed.press.ctrl
                        && !pressed.typing
                        && may_file
                        && *over == Over::Nothing =>
                {
                    pressed.take();
                    open_filing();
                }
                _ => {}
            }
        }));
    }
    let file = {
        let (outbox, view, lines, on_behalf, sent, words) = (
            outbox.clone(),
            view.clone(),
            lines.clone(),
            on_behalf.clone(),
            sent.clone(),
            words.clone(),
        );
        let own = props.own;
        Callback::from(move |()| {
            // Heads stay empty: the node files what it holds once the edits before this command are written.
            let filed = lines
                .iter()
                .map(|line| FilingLine {
                    project: line.project,
                    heads: Vec::new(),
                    nil: line.nil.is_some(),
                    nil_ledgers: Vec::new(),
                })
                .collect();
            let command = Command::File {
                filing: clock::new_row_id(),
                unit: view.unit,
                ledger: view.ledger.clone(),
                period: view.period.to_string(),
                lines: filed,
                follows: view.filing.as_ref().map(|filing| filing.id),
                on_behalf: (*on_behalf).clone().filter(|_| !own),
            };
            sent.set(Some(outbox.submit(
                command,
                None,
                words.t(Ui::FileReport).to_owned(),
            )));
        })
    };
    let close = {
        let over = over.clone();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let open = |what: Over| {
        let over = over.clone();
        Callback::from(move |_: MouseEvent| over.set(what.clone()))
    };
    let open_filing = {
        let open = open_filing.clone();
        Callback::from(move |_: MouseEvent| open())
    };
    let month = Say::Month {
        year: view.period.year(),
        month: view.period.month(),
    };
    // What the node draws of this month.
    let of = |part| {
        let (ledger, period, unit) = (&view.ledger, view.period, view.unit);
        format!("month?ledger={ledger}&period={period}&unit={unit}&part={part}")
    };
    let behalf = if props.own {
        Ui::CorrectReport
    } else {
        Ui::OnBehalf
    };
    html! {
        <div class="report" data-filing-state={format!("{:?}", view.state)} data-checking={checking.to_string()}>
            <header class="toolbar">
                <h1>{ &view.unit_name }<small>{ words.say(&month) }{ " " }{ words.ledger(&view.ledger) }</small></h1>
                if read_only { <span class="chip chip--quiet">{ words.t(Ui::ReadOnly) }</span> }
                <span class="toolbar__space"></span>
                <button class="button" id="check-report" aria-pressed={checking.to_string()} onclick={let checking = checking.clone(); move |_: MouseEvent| checking.set(!*checking)}>{ words.t(Ui::Check) }</button>
                if carries > 0 { <button class="button" id="carry-all" onclick={carry_all}>{ words.t(Ui::CarryAll) }{ " " }{ carries }</button> }
                { print_button(&words) }
                if !props.own && session.is_officer() {
                    if on_behalf.is_none() { <button class="button" id="on-behalf" onclick={open(Over::OnBehalf)}>{ words.t(Ui::OnBehalf) }</button> }
                }
                if props.own && filed && read_only && session.may_write() {
                    <button class="button" id="correct-report" onclick={open(Over::OnBehalf)}>{ words.t(Ui::CorrectReport) }</button>
                }
                if !read_only && !view.rows.is_empty() {
                    <button class="button button--main" id="file-report" onclick={open_filing}>{ words.t(if view.filing.is_some() { Ui::FileAgain } else { Ui::FileReport }) }</button>
                }
            </header>
            <nav class="tabs" aria-label={words.t(Ui::Report)}>
                { for LEDGERS.iter().enumerate().map(|(at, (_, word))| html! {
                    <button type="button" class="tabs__tab" aria-current={(at == *ledger).then_some("page")} onclick={let ledger = ledger.clone(); move |_: MouseEvent| ledger.set(at)}>{ words.t(*word) }</button>
                }) }
            </nav>
            if *ledger > 0 { <section class="report__ledger" key={*ledger}><Panel path={of(LEDGERS[*ledger].0)} /></section> } else { <>
            <Panel path={of("filed")} />
            if let Some(reason) = on_behalf.as_ref() {
                <div class="behalf-strip" role="status"><strong>{ words.t(if props.own { Ui::Correcting } else { Ui::OnBehalfOn }) }</strong><q>{ reason }</q>
                    <button class="button button--small" onclick={let on_behalf = on_behalf.clone(); move |_: MouseEvent| on_behalf.set(None)}>{ words.t(Ui::OnBehalfEnd) }</button></div>
            }
            <dl class="strip">
                { strip_fact(words.t(Ui::YearPlan).to_owned(), (numbers::wan(Some(totals.plan))).to_string()) }
                { strip_fact(words.t(Ui::MonthDone).to_owned(), (numbers::wan(Some(totals.done))).to_string()) }
                { strip_fact(words.t(Ui::YearDone).to_owned(), (numbers::wan(Some(totals.year))).to_string()) }
                { strip_fact(words.t(Ui::Rate).to_owned(), (numbers::percent(rate)).to_string()) }
                { strip_fact(words.t(Ui::TimePace).to_owned(), (numbers::percent(Some(pace))).to_string()) }
                { strip_fact(words.t(Ui::PaceGap).to_owned(), (rate.map(|rate| words.say(&Say::Pace(rate - pace))).unwrap_or_default()).to_string()) }
                <div><dt>{ words.t(Ui::FilledRows) }</dt><dd class="number" id="filled-count">{ totals.filled }{ "/" }{ lines.len() }</dd></div>
            </dl>
            if lines.is_empty() { <p class="empty">{ words.t(Ui::ReportEmpty) }</p> } else {
                { report_grid(&words, &ReportGridProps { lines: lines.clone(), period: view.period, read_only, on_edit, on_key, on_history, on_paste, on_cut }) }
            }
            <footer class="report__foot">
                <Panel path={of("checks")} on_act={let checking = checking.clone(); Callback::from(move |_: String| checking.set(!*checking))} />
                if let (Some(Told::Refused(refusal)), Over::Nothing) = (&outcome, &*over) { <span class="form__error" role="alert">{ refusal }</span> }
            </footer>
            </> }
            if let Some((project, path)) = history.as_ref() {
                <HistoryBar project={*project} path={path.clone()} {read_only} version={heads_of(*project).concat()} on_restore={restore} on_closed={shut} />
            }
            if *ledger == 0 { <div class="print-sheet"><Panel path={of("paper")} /></div> }
            { match &*over {
                Over::Nothing => Html::default(),
                Over::Filing => file_dialog(&session, &FileDialogProps {
                    counts: of("counts").into(),
                    view: view.clone(),
                    lines: lines.clone(),
                    busy: sent.is_some() && outcome.is_none(),
                    refused: match &outcome {
                        Some(Told::Refused(refusal)) => Some(refusal.clone()),
                        _ => None,
                    },
                    on_confirmed: file,
                    on_closed: close,
                }),
                Over::OnBehalf => html! {
                    <ReasonDialog title={words.t(behalf)} note={words.t(if props.own { Ui::CorrectNote } else { Ui::OnBehalfNote })} verb={words.t(behalf)} on_closed={close.clone()}
                        on_given={let on_behalf = on_behalf.clone(); Callback::from(move |reason| { on_behalf.set(Some(reason)); close.emit(()); })} />
                },
            } }
        </div>
    }
}

struct FileDialogProps {
    /// What the node counts in it.
    counts: AttrValue,
    view: Rc<ReportView>,
    lines: Rc<Vec<Line>>,
    busy: bool,
    refused: Option<String>,
    on_confirmed: Callback<()>,
    on_closed: Callback<()>,
}

/// What is filed, what is unfinished, on time or late.
fn file_dialog(session: &Session, props: &FileDialogProps) -> Html {
    let words = &session.words;
    let totals = report::totals(&props.lines);
    let late = props.view.due.is_some_and(|due| clock::now() > due);
    let unfinished: Vec<&Line> = props.lines.iter().filter(|line| !line.filled).collect();
    let onsubmit = {
        let on_confirmed = props.on_confirmed.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_confirmed.emit(());
        })
    };
    html! {
        <Dialog title={words.t(Ui::FileSummary)} on_closed={props.on_closed.clone()}>
            <form class="form" {onsubmit}>
                <dl class="totals">
                    <dt>{ words.t(Ui::Unit) }</dt><dd>{ &props.view.unit_name }</dd>
                    <dt>{ words.t(Ui::FiledBy) }</dt><dd>{ &session.me.name }</dd>
                    { fact(words.t(Ui::FiledWithProjects), (props.lines.len()).to_string()) }
                    { fact(words.t(Ui::FilledRows), (totals.filled).to_string()) }
                    { fact(words.t(Ui::NilRows), (totals.nil).to_string()) }
                    <dt>{ words.t(Ui::MonthDone) }</dt><dd class="number">{ numbers::wan(Some(totals.done)) }{ " " }{ words.t(Ui::Wan) }</dd>
                    <dt>{ words.t(Ui::State) }</dt><dd>{ if props.view.due.is_none() { html! { { words.hub(HubWord::NoDue) } } } else if late { html! { <span class="state state--ask">{ "▲ " }{ words.t(Ui::Late) }</span> } } else { html! { <span class="state state--good">{ "■ " }{ words.t(Ui::OnTime) }</span> } } }</dd>
                </dl>
                <Panel path={props.counts.clone()} />
                if !unfinished.is_empty() {
                    <details open={unfinished.len() < 8}><summary class="behind">{ "▲ " }{ words.t(Ui::UnconfirmedRows) }{ " " }{ unfinished.len() }</summary>
                        <ul class="list">{ for unfinished.iter().map(|line| html! { <li key={line.project.to_string()}>{ &line.name }</li> }) }</ul></details>
                }
                <p class="form__note">{ words.hub(HubWord::FileNote) }</p>
                if let Some(refused) = &props.refused { <p class="form__error" role="alert">{ refused }</p> }
                <footer class="dialog__foot">
                    <button type="button" class="button" onclick={props.on_closed.reform(|_: MouseEvent| ())}>{ words.t(Ui::Cancel) }</button>
                    <button type="submit" class="button button--main" id="confirm-filing" autofocus=true disabled={props.busy}>{ words.t(Ui::FileReport) }</button>
                </footer>
            </form>
        </Dialog>
    }
}
