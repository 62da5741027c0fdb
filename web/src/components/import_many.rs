//! Many workbooks at once: a table of files with what each would do, then did. Each is an import of its own; none stops another.
//!
//! A file is read once for the table and once more right before it is written, since the files before it may have brought the same projects.
//! What was refused stays in the table with its reason until the table is closed.

use std::rc::Rc;

use shared::api::{DirectoryUnit, Finding, ImportPreview};
use shared::text::ui::{Bare, Say, Ui};
use shared::time::Month;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlSelectElement};
use yew::prelude::*;

use crate::client::http::{Failure, encode};
use crate::client::wire::{Answered, Told};
use crate::component::{component, use_effect_with, use_state};
use crate::components::cells::th;
use crate::components::import_preview::{refused_rows, refusing, said};
use crate::hooks::session::{Session, use_session};
use crate::markup::{classes, html};
use crate::state::answer;

/// Props of [`ImportMany`].
#[derive(Properties, PartialEq)]
pub struct ImportManyProps {
    /// The files.
    pub files: Rc<Vec<File>>,
    /// The units a person can choose from.
    pub units: Rc<Vec<DirectoryUnit>>,
    /// The unit chosen for all of them, or empty.
    pub unit: String,
    /// Something was imported.
    pub on_imported: Callback<()>,
    /// The table is no longer needed.
    pub on_closed: Callback<()>,
}

/// One file: what is known of it.
#[derive(Clone, PartialEq)]
struct Line {
    unit: String,
    preview: Option<Rc<ImportPreview>>,
    standing: Standing,
}

/// How far a file is.
#[derive(Clone, PartialEq)]
enum Standing {
    Waiting,
    Reading,
    Read,
    Importing,
    Done,
    /// Not read, or not written: why.
    Failed(String),
}

impl Line {
    /// True when the workbook does not say whose all its projects are.
    fn asks(&self) -> bool {
        let preview = self.preview.as_ref();
        self.standing != Standing::Done && preview.is_some_and(|read| read.unassigned > 0)
    }

    /// True when nothing but a yes is missing.
    fn is_ready(&self) -> bool {
        let is_done = self.standing == Standing::Done;
        self.preview.is_some() && !is_done && (!self.asks() || !self.unit.is_empty())
    }

    /// True when reading it may be tried again.
    fn is_unread(&self) -> bool {
        self.preview.is_none() && self.standing != Standing::Reading
    }

    /// Reads the file and, where that is wanted, writes it; true when nobody answers, and the rest need not be tried.
    async fn go(&mut self, session: &Session, file: &File, write: bool) -> bool {
        let failed = match self.told(session, file, write).await {
            Ok(standing) => {
                self.standing = standing;
                return false;
            }
            Err(failure) => failure,
        };
        session.note(&failed);
        self.standing = Standing::Failed(answer::failure(&failed, &session.words));
        matches!(failed, Failure::Unreachable | Failure::LoggedOut)
    }

    async fn told(
        &mut self,
        session: &Session,
        file: &File,
        write: bool,
    ) -> Result<Standing, Failure> {
        let path = upload_path(file, session.period, &self.unit);
        let preview: ImportPreview = session.client.upload(&path, file).await?;
        let token = preview.token;
        self.preview = Some(Rc::new(preview));
        if !write {
            return Ok(Standing::Read);
        }
        let path = format!("/api/v1/imports/{token}");
        let answer = session.client.post::<_, Answered>(&path, &()).await?;
        Ok(match answer.told {
            Told::Done { .. } => Standing::Done,
            Told::Refused(refusal) => Standing::Failed(refusal),
        })
    }
}

/// Where a file is sent to be read.
#[must_use]
pub fn upload_path(file: &File, period: Month, unit: &str) -> String {
    let (name, unit) = (encode(&file.name()), encode(unit));
    format!("/api/v1/imports?file={name}&period={period}&unit={unit}")
}

/// The table.
#[component]
pub fn ImportMany(props: &ImportManyProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let line = Line {
        unit: props.unit.clone(),
        preview: None,
        standing: Standing::Waiting,
    };
    let lines = use_state(|| vec![line; props.files.len()]);
    let busy = use_state(|| false);
    let change = {
        let lines = lines.clone();
        Callback::from(move |(at, line): (usize, Line)| {
            let mut next = (*lines.now()).clone();
            next[at] = line;
            lines.set(next);
        })
    };
    let go = {
        let (session, lines, busy, change) =
            (session.clone(), lines.clone(), busy.clone(), change.clone());
        let (files, on_imported) = (props.files.clone(), props.on_imported.clone());
        Callback::from(move |write: bool| {
            busy.set(true);
            let (session, lines, busy, change) =
                (session.clone(), lines.clone(), busy.clone(), change.clone());
            let (files, on_imported) = (files.clone(), on_imported.clone());
            spawn_local(async move {
                for (at, file) in files.iter().enumerate() {
                    let mut line = lines.now()[at].clone();
                    let (is_wanted, standing) = if write {
                        (line.is_ready(), Standing::Importing)
                    } else {
                        (line.is_unread(), Standing::Reading)
                    };
                    if !is_wanted {
                        continue;
                    }
                    line.standing = standing;
                    change.emit((at, line.clone()));
                    let is_away = line.go(&session, file, write).await;
                    change.emit((at, line));
                    if is_away {
                        break;
                    }
                }
                busy.set(false);
                on_imported.emit(());
            });
        })
    };
    {
        let go = go.clone();
        use_effect_with((), move |()| go.emit(false));
    }
    let ready = lines.iter().filter(|line| line.is_ready()).count();
    let is_unread = lines.iter().any(Line::is_unread);
    let row = |(at, line): (usize, &Line)| {
        let file = props.files[at].name();
        let read = line.preview.as_deref();
        let refused = read.map_or(0, refused_rows);
        let asks = line.asks();
        let choose = {
            let (change, line) = (change.clone(), line.clone());
            Callback::from(move |event: Event| {
                if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                    let mut line = line.clone();
                    line.unit = select.value();
                    change.emit((at, line));
                }
            })
        };
        let (shape, word, class) = match &line.standing {
            Standing::Waiting => ("◇", "", "state--quiet"),
            Standing::Reading => ("◐", words.bare(Bare::Loading), "state--busy"),
            Standing::Read if asks && line.unit.is_empty() => {
                ("▲", words.t(Ui::ChooseUnit), "state--ask")
            }
            Standing::Read => ("■", words.t(Ui::ReadyToImport), "state--good"),
            Standing::Importing => ("◐", words.t(Ui::Importing), "state--busy"),
            Standing::Done => ("✔", words.t(Ui::ImportDone), "state--done"),
            Standing::Failed(why) => ("●", why.as_str(), "state--bad"),
        };
        let reason = |finding: &Finding| {
            let (row, column) = (finding.row, &finding.column);
            let place = words.say(&Say::Place { row, column });
            html! { <li>{ &finding.sheet }{ " " }{ place }{ " " }{ &finding.reason }</li> }
        };
        html! {
            <tr key={at} data-file={file.clone()}>
                <td>{ file }</td>
                <td>
                    if asks {
                        <select class="value" aria-label={words.t(Ui::ImportInto)} onchange={choose} disabled={*busy}>
                            <option value="" selected={line.unit.is_empty()}>{ words.t(Ui::ChooseUnit) }</option>
                            { for props.units.iter().map(|known| html! { <option value={known.name.clone()} selected={line.unit == known.name}>{ &known.name }</option> }) }
                        </select>
                    } else { { read.map(|read| words.list(&read.units)).unwrap_or_default() } }
                </td>
                <td>
                    { read.map(|read| words.say(&said(&read.counts))).unwrap_or_default() }
                    if refused > 0 {
                        <details><summary>{ words.t(Ui::Refused) }{ " " }{ refused }</summary>
                            <a href={format!("/api/v1/imports/{}/errors", read.map(|read| read.token.to_string()).unwrap_or_default())}>{ words.t(Ui::DownloadErrors) }</a>
                            <ul>{ for read.into_iter().flat_map(refusing).map(reason) }</ul>
                        </details>
                    }
                </td>
                <td><span class={classes!("state", class)}>{ shape }{ " " }{ word }</span></td>
            </tr>
        }
    };
    html! {
        <section class="preview" id="import-many">
            <header class="preview__head">
                <h2>{ words.say(&Say::Files(lines.len())) }</h2>
                <div class="preview__actions">
                    <button class="button" onclick={props.on_closed.reform(|_: MouseEvent| ())} disabled={*busy}>{ words.t(Ui::Close) }</button>
                    if is_unread && !*busy { <button class="button" onclick={go.reform(|_: MouseEvent| false)}>{ words.bare(Bare::Retry) }</button> }
                    <button class="button button--main" id="confirm-many" onclick={go.reform(|_: MouseEvent| true)} disabled={*busy || ready == 0}>{ words.t(Ui::ConfirmImport) }{ " " }{ ready }</button>
                </div>
            </header>
            <div class="rows__scroll"><table class="table">
                <thead><tr>{ th(words.t(Ui::File)) }{ th(words.t(Ui::UnitsWord)) }{ th(words.t(Ui::Findings)) }{ th(words.t(Ui::State)) }</tr></thead>
                <tbody>{ for lines.iter().enumerate().map(row) }</tbody>
            </table></div>
        </section>
    }
}
