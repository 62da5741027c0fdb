//! 附件与照片 of a project: what is attached and whether its bytes are here, files added by choosing or dropping them, one struck out
//! with a reason. Photographs are made small first; a file whose bytes are elsewhere is fetched when somebody asks for it.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use shared::api::{AttachmentInfo, Code};
use shared::field::Table;
use shared::ids::{ProjectId, RowId};
use shared::limits::{ATTACHMENT_BYTES_MAX, ATTACHMENT_ENDINGS};
use shared::project::ProjectView;
use shared::text::figures;
use shared::text::ui::Ui;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, File, HtmlInputElement};
use yew::prelude::*;

use super::face::{Face, face_view};
use super::reason_dialog::ReasonDialog;
use crate::client::clock;
use crate::client::files::all;
use crate::client::http::{Failure, encode};
use crate::client::photo;
use crate::client::wire::Kept;
use crate::component::{component, use_effect_with, use_state, use_state_eq};
use crate::hooks::fetch::use_fetch;
use crate::hooks::notices::use_notices;
use crate::hooks::session::{Session, use_session};
use crate::markup::html;
use crate::state::answer;
use crate::state::remote::Remote;

/// How often the list is asked whether a file that was asked for has come.
const LOOK_AGAIN_MS: u32 = 3_000;

/// Pictures up to this length are shown; a larger one was not made here, and may be anything.
const SMALL_BYTES_MAX: u64 = 400_000;

/// Props of [`FileList`].
#[derive(Properties, PartialEq)]
pub struct FileListProps {
    /// The project.
    pub view: Rc<ProjectView>,
    /// The reader may not write.
    pub read_only: bool,
    /// Why another unit's project is written, when it is.
    pub on_behalf: Option<String>,
    /// A row is struck out, with the reason.
    pub on_struck: Callback<(RowId, String)>,
}

/// The list.
#[component]
pub fn FileList(props: &FileListProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let notices = use_notices();
    let place = use_state_eq(|| false);
    let left = use_state_eq(|| 0_usize);
    // Files that were not kept, each with its reason, until the person has read them.
    let refused = use_state(Vec::<(String, String)>::new);
    let striking = use_state(|| None::<RowId>);
    let asked = use_state(Vec::<RowId>::new);
    let id: ProjectId = props.view.id;
    let files = use_fetch::<Vec<AttachmentInfo>>(list_path(id).into());
    {
        let reload = files.reload.clone();
        let rows = props.view.rows(Table::Attachments);
        let known = files.remote.ready().map(|list| {
            let ids = list.iter().map(|file| file.id.to_string());
            rows.iter().eq(ids.collect::<Vec<_>>().iter())
        });
        use_effect_with((rows, known == Some(false)), move |(_, is_other)| {
            if *is_other {
                reload.emit(());
            }
        });
    }
    {
        let waits = files.remote.ready().is_some_and(|list| {
            list.iter()
                .any(|file| !file.here && asked.contains(&file.id))
        });
        let reload = files.reload.clone();
        use_effect_with(waits, move |waits| {
            let again = waits.then(|| Interval::new(LOOK_AGAIN_MS, move || reload.emit(())));
            move || drop(again)
        });
    }
    let take = {
        let (session, refused, left, place) =
            (session.clone(), refused.clone(), left.clone(), *place);
        let (reload, behalf) = (files.reload.clone(), props.on_behalf.clone());
        Callback::from(move |chosen: Vec<File>| {
            let (session, refused, left, reload) = (
                session.clone(),
                refused.clone(),
                left.clone(),
                reload.clone(),
            );
            let behalf = behalf.as_deref().map_or_else(String::new, |reason| {
                format!("&on_behalf={}", encode(reason))
            });
            spawn_local(async move {
                for (done, file) in chosen.iter().enumerate() {
                    left.set(chosen.len() - done);
                    let Err((why, is_away)) = keep(&session, file, place, id, &behalf).await else {
                        continue;
                    };
                    // Where nobody answers, the rest need not be tried; all of them are named.
                    let rest = if is_away {
                        &chosen[done..]
                    } else {
                        &chosen[done..=done]
                    };
                    let names = rest.iter().map(File::name);
                    let mut all = (*refused.now()).clone();
                    all.extend(names.map(|name| (name, why.clone())));
                    refused.set(all);
                    if is_away {
                        break;
                    }
                }
                left.set(0);
                reload.emit(());
            });
        })
    };
    let onchange = {
        let take = take.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                take.emit(all(input.files()));
                // The same file may be chosen again.
                input.set_value("");
            }
        })
    };
    let (read_only, busy) = (props.read_only, *left > 0);
    let ondrop = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        if !read_only && !busy {
            take.emit(all(event.data_transfer().and_then(|data| data.files())));
        }
    });
    let ask = {
        let (session, notices, words, asked, reload) = (
            session.clone(),
            notices.clone(),
            words.clone(),
            asked.clone(),
            files.reload.clone(),
        );
        Callback::from(move |row: RowId| {
            let (session, notices, words, asked, reload) = (
                session.clone(),
                notices.clone(),
                words.clone(),
                asked.clone(),
                reload.clone(),
            );
            spawn_local(async move {
                if let Err(failure) = session.client.fetch_text(&file_path(id, row)).await {
                    session.note(&failure);
                    if matches!(&failure, Failure::Told(error) if error.code == Code::NotDownloaded)
                    {
                        let mut rows = (*asked.now()).clone();
                        rows.push(row);
                        asked.set(rows);
                    } else {
                        notices.fail(answer::failure(&failure, &words));
                    }
                }
                reload.emit(());
            });
        })
    };
    let line = |file: &AttachmentInfo| {
        let row = file.id;
        let path = file_path(id, row);
        let name = file.name.clone();
        html! {
            <li key={row.to_string()} data-file={name.clone()} data-here={file.here.to_string()}>
                if file.here && file.media_type == "image/jpeg" && file.bytes <= SMALL_BYTES_MAX { <img class="files__small" src={path.clone()} alt="" loading="lazy" /> }
                if file.here { <a href={path} download={name.clone()}>{ name }</a> } else { <span>{ name }</span> }
                <span class="quiet">{ size(file.bytes) }{ " · " }{ figures::moment(file.at, clock::now()) }</span>
                if !file.here {
                    <span class="state state--quiet">{ "▲ " }{ words.t(Ui::FileElsewhere) }</span>
                    if asked.contains(&row) { <span class="quiet" role="status">{ words.t(Ui::FileAsked) }</span> }
                    else { <button class="button button--small" onclick={ask.reform(move |_: MouseEvent| row)}>{ words.t(Ui::FetchFile) }</button> }
                }
                if !read_only { <button class="button button--bare" title={words.t(Ui::Strike)} aria-label={format!("{} {}", words.t(Ui::Strike), file.name)} onclick={let striking = striking.clone(); move |_: MouseEvent| striking.set(Some(row))}>{ "×" }</button> }
            </li>
        }
    };
    html! {
        <section class="record__section" id="section-files" {ondrop} ondragover={Callback::from(|event: DragEvent| event.prevent_default())}>
            <h2>{ words.t(Ui::Files) }</h2>
            { match &files.remote {
                Remote::Ready(list) if list.is_empty() => html! { <p class="empty">{ words.t(Ui::NoFiles) }</p> },
                Remote::Ready(list) => html! { <ul class="files">{ for list.iter().map(line) }</ul> },
                other => Face::of(other, Ui::NoFiles).map(|face| face_view(&session, &face, &files.reload)).unwrap_or_default(),
            } }
            if !read_only {
                <p class="buttons">
                    <label class="button files__add">{ words.t(Ui::AddFiles) }<input id="attach-file" type="file" class="off-screen" multiple=true accept={ATTACHMENT_ENDINGS.map(|ending| format!(".{ending}")).join(",")} disabled={busy} {onchange} /></label>
                    <label class="files__place"><input id="keep-place" type="checkbox" checked={*place} onchange={let place = place.clone(); move |_: Event| place.set(!*place)} />{ words.t(Ui::KeepPlace) }</label>
                    if busy { <span role="status" aria-busy="true">{ words.t(Ui::Saving) }{ " " }{ *left }</span> }
                </p>
            }
            if !refused.is_empty() {
                <div class="form__error" role="alert" id="files-refused">
                    <ul>{ for refused.iter().map(|(name, why)| html! { <li><strong>{ name }</strong>{ " " }{ why }</li> }) }</ul>
                    <button class="button button--small" onclick={let refused = refused.clone(); move |_: MouseEvent| refused.set(Vec::new())}>{ words.t(Ui::Close) }</button>
                </div>
            }
            if let Some(row) = *striking {
                <ReasonDialog title={words.t(Ui::Strike)} verb={words.t(Ui::Strike)}
                    on_given={let (striking, on_struck) = (striking.clone(), props.on_struck.clone()); Callback::from(move |reason| { on_struck.emit((row, reason)); striking.set(None); })}
                    on_closed={let striking = striking.clone(); Callback::from(move |()| striking.set(None))} />
            }
        </section>
    }
}

/// Makes one file small and sends it: else why it was not kept, and whether nobody answers.
async fn keep(
    session: &Session,
    file: &File,
    place: bool,
    project: ProjectId,
    behalf: &str,
) -> Result<(), (String, bool)> {
    let words = &session.words;
    let file = photo::made_small(file, place).await;
    let file = file.map_err(|_| (words.t(Ui::PhotoNotDrawn).to_owned(), false))?;
    if file.size() > ATTACHMENT_BYTES_MAX as f64 {
        return Err((words.t(Ui::FileTooLarge).to_owned(), false));
    }
    let path = format!(
        "{}?name={}{behalf}",
        list_path(project),
        encode(&file.name())
    );
    let kept = session.client.upload::<Kept>(&path, &file).await;
    kept.map(|_| ()).map_err(|failure| {
        session.note(&failure);
        let is_away = matches!(failure, Failure::Unreachable | Failure::LoggedOut);
        (answer::failure(&failure, words), is_away)
    })
}

fn list_path(project: ProjectId) -> String {
    format!("/api/v1/projects/{project}/attachments")
}

fn file_path(project: ProjectId, row: RowId) -> String {
    format!("{}/{row}", list_path(project))
}

/// A length as people read it.
fn size(bytes: u64) -> String {
    match bytes.div_ceil(1_000) {
        thousands @ 0..1_000 => format!("{thousands} KB"),
        thousands => format!("{}.{} MB", thousands / 1_000, thousands % 1_000 / 100),
    }
}
