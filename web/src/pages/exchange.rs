//! 导入导出: old workbooks in, any table out, every import undoable (ux.md 5.7).

use std::rc::Rc;

use shared::api::{DirectoryUnit, ImportInfo, ImportPreview, ImportState, Live};
use shared::text::figures;
use shared::text::ui::{Say, Ui};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, File, FileList, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::component::{component, use_mut_ref, use_state, use_state_eq};

use crate::components::cells::th;
use crate::markup::{classes, html};

use crate::client::http::{Failure, encode};
use crate::client::live::Heard;
use crate::client::wire::{Answered, Told};
use crate::client::{clock, files};
use crate::components::conflict_card::by;
use crate::components::face::{Face, face_view};
use crate::components::import_many::{ImportMany, upload_path};
use crate::components::import_preview::{Changes, ImportPreviewView, said};
use crate::components::panel::Panel;
use crate::components::stick::Stick;
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::notices::use_notices;
use crate::hooks::rows::use_rows;
use crate::hooks::session::use_session;
use crate::state::answer;
use crate::state::remote::Remote;

/// Where the import stands.
#[derive(Clone, PartialEq)]
enum Step {
    Choosing,
    Reading,
    Many(Rc<Vec<File>>),
    Previewed(Rc<ImportPreview>),
    Importing(Rc<ImportPreview>),
}

/// The page.
#[component]
pub fn Exchange() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let notices = use_notices();
    let rows = use_rows();
    let step = use_state(|| Step::Choosing);
    let file = use_mut_ref(|| None::<File>);
    let unit = use_state(String::new);
    let changes = use_state(Changes::default);
    let over = use_state_eq(|| false);
    let error = use_state(|| None::<Failure>);
    let imports = use_fetch::<Vec<ImportInfo>>("/api/v1/imports".into());
    let directory = use_fetch::<Vec<DirectoryUnit>>(
        if session.is_hub() {
            "/api/v1/directory"
        } else {
            ""
        }
        .into(),
    );

    {
        // Every chunk of an import changes rows: the list then says how far it is.
        let busy = matches!(&imports.remote, Remote::Ready(list) if list.iter().any(|import| import.state.is_running()))
            || matches!(*step, Step::Importing(_));
        let reload = imports.reload.clone();
        use_live(Callback::from(move |heard| {
            if busy
                && matches!(&heard, Heard::Patch(live) if matches!(live.as_ref(), Live::Rows { .. }))
            {
                reload.emit(());
            }
        }));
    }

    let read = {
        let (session, step, unit, error, file, changes) = (
            session.clone(),
            step.clone(),
            unit.clone(),
            error.clone(),
            file.clone(),
            changes.clone(),
        );
        Callback::from(move |with: Changes| {
            let Some(chosen) = file.borrow().clone() else {
                return;
            };
            let mut path = upload_path(&chosen, session.period, &unit);
            if !with.is_empty() {
                let json = serde_json::to_string(&with).unwrap_or_default();
                path.push_str("&changes=");
                path.push_str(&encode(&json));
            }
            changes.set(with);
            error.set(None);
            step.set(Step::Reading);
            let (session, step, error) = (session.clone(), step.clone(), error.clone());
            spawn_local(async move {
                match session.client.upload::<ImportPreview>(&path, &chosen).await {
                    Ok(preview) => step.set(Step::Previewed(Rc::new(preview))),
                    Err(failure) => {
                        session.note(&failure);
                        error.set(Some(failure));
                        step.set(Step::Choosing);
                    }
                }
            });
        })
    };
    let take = {
        let (file, read, step) = (file.clone(), read.clone(), step.clone());
        Callback::from(move |chosen: Option<FileList>| {
            let mut chosen = files::all(chosen);
            if chosen.len() > 1 {
                step.set(Step::Many(Rc::new(chosen)));
            } else if let Some(chosen) = chosen.pop() {
                *file.borrow_mut() = Some(chosen);
                read.emit(Changes::default());
            }
        })
    };
    let onchange = {
        let take = take.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                take.emit(input.files());
                // The same file may be chosen again after a correction.
                input.set_value("");
            }
        })
    };
    let ondrop = {
        let (take, over) = (take.clone(), over.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            take.emit(event.data_transfer().and_then(|data| data.files()));
        })
    };
    let ondragover = {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(true);
        })
    };
    let ondragleave = {
        let over = over.clone();
        Callback::from(move |_: DragEvent| over.set(false))
    };
    let confirm = {
        let (session, step, error, imports, rows, notices, words) = (
            session.clone(),
            step.clone(),
            error.clone(),
            imports.reload.clone(),
            rows.reload.clone(),
            notices.clone(),
            words.clone(),
        );
        Callback::from(move |whole: bool| {
            let Step::Previewed(preview) = (*step).clone() else {
                return;
            };
            step.set(Step::Importing(preview.clone()));
            let (session, step, error, imports, rows, notices, words) = (
                session.clone(),
                step.clone(),
                error.clone(),
                imports.clone(),
                rows.clone(),
                notices.clone(),
                words.clone(),
            );
            spawn_local(async move {
                let answered = session
                    .client
                    .post::<_, Answered>(
                        &format!("/api/v1/imports/{}?whole={whole}", preview.token),
                        &(),
                    )
                    .await;
                match answered {
                    Ok(answer) => {
                        match answer.told {
                            Told::Done { counts, .. } => {
                                let counts = counts.unwrap_or(preview.counts);
                                notices.say(format!(
                                    "{}：{}",
                                    words.t(Ui::ImportDone),
                                    words.say(&said(&counts))
                                ));
                            }
                            Told::Refused(refusal) => notices.fail(refusal),
                        }
                        step.set(Step::Choosing);
                        imports.emit(());
                        rows.emit(());
                    }
                    Err(failure) => {
                        session.note(&failure);
                        error.set(Some(failure));
                        step.set(Step::Previewed(preview));
                    }
                }
            });
        })
    };
    let undo = {
        let (session, imports, rows, notices, words) = (
            session.clone(),
            imports.reload.clone(),
            rows.reload.clone(),
            notices.clone(),
            words.clone(),
        );
        Callback::from(move |id: shared::ids::ImportId| {
            let (session, imports, rows, notices, words) = (
                session.clone(),
                imports.clone(),
                rows.clone(),
                notices.clone(),
                words.clone(),
            );
            spawn_local(async move {
                match session
                    .client
                    .take_back::<Answered>(&format!("/api/v1/imports/{id}"))
                    .await
                {
                    Ok(Answered {
                        told: Told::Done { counts, .. },
                        ..
                    }) => {
                        // What somebody wrote since stays, and is counted.
                        let counts = counts.unwrap_or_default();
                        notices.say(words.say(&Say::TakenBack {
                            updated: counts.updated,
                            kept: counts.kept,
                        }));
                        rows.emit(());
                    }
                    Ok(Answered {
                        told: Told::Refused(why),
                        ..
                    }) => notices.fail(why),
                    Err(failure) => {
                        session.note(&failure);
                        notices.fail(answer::failure(&failure, &words));
                    }
                }
                imports.emit(());
            });
        })
    };
    let imported = {
        let (imports, rows) = (imports.reload.clone(), rows.reload.clone());
        Callback::from(move |()| {
            imports.emit(());
            rows.emit(());
        })
    };
    let give_up = {
        let step = step.clone();
        Callback::from(move |()| step.set(Step::Choosing))
    };
    let choose_unit = {
        let unit = unit.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                unit.set(select.value());
            }
        })
    };
    let period = session.period;
    html! {
        <div class="exchange">
            <header class="toolbar"><h1>{ words.t(Ui::Exchange) }</h1></header>
            if session.may_write() {
                <section class="card">
                    <h2>{ words.t(Ui::ImportTab) }</h2>
                    { match &*step {
                        Step::Choosing => html! {
                            <>
                                if let Remote::Ready(units) = &directory.remote {
                                    <label class="form__field form__field--inline"><span>{ words.t(Ui::ImportInto) }</span>
                                        <select class="value" id="import-unit" onchange={choose_unit}>
                                            <option value="" selected={unit.is_empty()}>{ words.t(Ui::OwnUnit) }</option>
                                            { for units.iter().map(|known| html! { <option key={known.unit.to_string()} value={known.name.clone()} selected={*unit == known.name}>{ &known.name }</option> }) }
                                        </select></label>
                                }
                                <label class={classes!("drop", over.then_some("drop--over"))} {ondrop} {ondragover} {ondragleave}>
                                    <span>{ words.t(Ui::DropHere) }{ " " }<u>{ words.t(Ui::ChooseFile) }</u></span>
                                    <small>{ words.t(Ui::FileKinds) }</small>
                                    <input id="import-file" type="file" class="off-screen" accept=".xlsx,.xls,.csv,.gz" multiple=true {onchange} />
                                </label>
                                <Panel path={format!("exchange?part=templates&period={period}")} />
                            </>
                        },
                        Step::Many(files) => html! {
                            <ImportMany files={files.clone()} unit={(*unit).clone()} on_imported={imported.clone()} on_closed={give_up.clone()}
                                units={match &directory.remote { Remote::Ready(units) => units.clone(), _ => Rc::default() }} />
                        },
                        Step::Reading => html! { { face_view(&session, &Face::Loading, &Callback::noop()) } },
                        Step::Previewed(preview) | Step::Importing(preview) => html! {
                            <ImportPreviewView preview={preview.clone()} busy={matches!(*step, Step::Importing(_))}
                                changes={(*changes).clone()} on_changed={read.clone()} on_confirmed={confirm} on_given_up={give_up} />
                        },
                    } }
                    if let Some(failure) = error.as_ref() { { face_view(&session, &Face::Failed(failure.clone()), &{ let changes = changes.clone(); read.reform(move |()| (*changes.now()).clone()) }) } }
                </section>
            }
            <section class="card">
                <h2>{ words.t(Ui::ExportTab) }</h2>
                <Panel path={format!("exchange?period={period}")} />
            </section>
            if session.may_write() { <Stick /> }
            <section class="card">
                <h2>{ words.t(Ui::ImportsTab) }</h2>
                { match &imports.remote {
                    Remote::Ready(list) if list.is_empty() => html! { <p class="empty">{ words.t(Ui::NoImports) }</p> },
                    Remote::Ready(list) => html! {
                        <div class="rows__scroll"><table class="table" id="imports">
                            <thead><tr>{ th(words.t(Ui::File)) }{ th(words.t(Ui::By)) }{ th(words.t(Ui::Findings)) }{ th(words.t(Ui::State)) }</tr></thead>
                            <tbody>{ for list.iter().map(|import| html! {
                                <tr key={import.id.to_string()} data-import={import.id.to_string()}>
                                    <td>{ &import.file }</td><td>{ by(&words, &import.by) }</td>
                                    <td>{ words.say(&said(&import.counts)) }</td>
                                    <td>{ match import.undone_at {
                                        Some(at) => html! { <span class="quiet">{ words.t(Ui::Undone) }{ " " }{ figures::moment(at, clock::now()) }</span> },
                                        None => how_far(import).map(|word| html! { <span class="quiet">{ words.t(word) }{ format!(" {}/{} ", import.done, import.total) }</span> }).unwrap_or_default(),
                                    } }
                                    { if import.undone_at.is_none() && !import.state.is_running() && session.may_write() { html! { <button class="button button--small" title={words.t(Ui::UndoImportNote)} onclick={undo.reform({let id = import.id; move |_: MouseEvent| id})}>{ words.t(Ui::UndoImport) }</button> }
                                    } else { Html::default() } }</td>
                                </tr>
                            }) }</tbody>
                        </table></div>
                    },
                    other => Face::of(other, Ui::NoImports).map(|face| face_view(&session, &face, &imports.reload)).unwrap_or_default(),
                } }
            </section>
        </div>
    }
}

/// What to say of an import that is not simply there.
const fn how_far(import: &ImportInfo) -> Option<Ui> {
    match import.state {
        ImportState::Running => Some(Ui::Importing),
        ImportState::Interrupted => Some(Ui::ImportInterrupted),
        ImportState::Undoing => Some(Ui::Undoing),
        ImportState::UndoInterrupted => Some(Ui::UndoInterrupted),
        ImportState::Done | ImportState::Undone => None,
    }
}
