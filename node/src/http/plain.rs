//! `/plain`: the pages without script for browsers too old for the front end (design.md 1). A person logs in, downloads the ledger,
//! uploads the filled table through the same import as everywhere, and prints the list of projects.
//!
//! Every form is `multipart/form-data` and carries the session's proof in a hidden field, since a form cannot set `X-CSRF`;
//! `Form::read` is the only way to a form's content and checks it. Whatever a person or a workbook wrote is escaped on its way
//! into a page (`page::text`).

mod colleagues;
mod docs;
mod form;
mod page;

use bytes::Bytes;
use http::header::{HeaderValue, LOCATION, SET_COOKIE};
use http::{Response, StatusCode};
use shared::api::{ImportPreview, Severity};
use shared::command::Outcome;
use shared::ids::ImportId;
use shared::money::Fen;
use shared::rules::reading;
use shared::text::Lang;
use shared::text::plain::Plain;

use super::reply::{self, Failed};
use super::{Call, Site, guard, imports};
use crate::accounts::Visitor;
use crate::accounts::password::Secret;
use crate::control::{Upload, commit};
use crate::views::{self, ListQuery};
pub use colleagues::colleagues;
pub use docs::docs;
use form::Form;
use page::{Page, row};

/// Findings one page shows; the workbook of errors has all.
const FINDINGS_MAX: usize = 200;

const STYLE: &str = include_str!("plain/plain.css");

/// `GET /plain.css`.
#[must_use]
pub fn style() -> Response<Bytes> {
    reply::plain(
        StatusCode::OK,
        "text/css; charset=utf-8",
        Bytes::from_static(STYLE.as_bytes()),
    )
}

/// `GET /plain`: the log-in, or what one can do.
#[must_use]
pub fn home(site: &Site, call: &Call) -> Response<Bytes> {
    match &call.visitor {
        None => log_in_page(call.lang, StatusCode::OK, ""),
        Some(visitor) => home_page(site, visitor, call.lang),
    }
}

fn log_in_page(lang: Lang, status: StatusCode, failure: &str) -> Response<Bytes> {
    let mut page = Page::new(lang);
    page.paragraph("quiet", Plain::About.text(lang));
    if !failure.is_empty() {
        page.paragraph("failure", failure);
    }
    page.form("/plain/log-in", "");
    page.input(Plain::UserName, "name", "text");
    page.input(Plain::Password, "password", "password");
    page.submit(Plain::LogIn);
    page.response(status)
}

fn home_page(site: &Site, visitor: &Visitor, lang: Lang) -> Response<Bytes> {
    let mut page = signed_in(site, visitor, lang);
    page.paragraph("quiet", Plain::About.text(lang));
    page.heading(Plain::Step1);
    page.paragraph("", Plain::Step1Note.text(lang));
    page.link(Plain::Download, "/api/v1/exports?format=xlsx");
    page.heading(Plain::Step2);
    page.paragraph("", Plain::Step2Note.text(lang));
    page.form("/plain/imports", &visitor.csrf);
    page.input(Plain::File, "file", "file");
    page.submit(Plain::Upload);
    page.heading(Plain::Step3);
    page.link(Plain::OpenList, "/plain/projects");
    page.heading(Plain::Colleagues);
    page.link(Plain::ColleaguesLink, "/plain/colleagues");
    page.form("/plain/log-out", &visitor.csrf);
    page.submit(Plain::LogOut);
    page.response(StatusCode::OK)
}

/// A page of a person who is logged in.
fn signed_in(site: &Site, visitor: &Visitor, lang: Lang) -> Page {
    let mut page = Page::new(lang);
    let info = site.context.info();
    page.paragraph(
        "quiet",
        &format!("{} · {}", info.unit_name, visitor.actor.name),
    );
    if info.demo {
        page.paragraph("quiet", Plain::Demo.text(lang));
    }
    page
}

/// `POST /plain/log-in`.
///
/// # Errors
/// When the form cannot be read or the store fails. Wrong names and passwords show the form again.
pub async fn log_in(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let form = Form::read(call, None).await?;
    let from = call.peer.map(|peer| peer.ip());
    let password = Secret::new(form.field("password").to_owned());
    let logged_in = site
        .context
        .accounts
        .log_in(form.field("name"), password, from)
        .await;
    match logged_in {
        Ok(logged_in) => {
            site.metrics.log_ins.inc();
            let cookie = guard::set_cookie(&site.cookie, Some(&logged_in.token), call.secure);
            Ok(home_with(&cookie))
        }
        Err(error) => {
            site.metrics.log_ins_refused.inc();
            let failed = Failed::from(error);
            let words = failed.sentence(call.lang);
            Ok(log_in_page(call.lang, failed.status(), &words))
        }
    }
}

/// `POST /plain/log-out`.
///
/// # Errors
/// When the form is not ours or the store refuses.
pub async fn log_out(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let visitor = call.person()?;
    Form::read(call, Some(visitor)).await?;
    site.context.accounts.log_out(visitor.session).await?;
    Ok(home_with(&guard::set_cookie(
        &site.cookie,
        None,
        call.secure,
    )))
}

/// Back to the first page, with a cookie.
fn home_with(cookie: &str) -> Response<Bytes> {
    let mut response = reply::empty();
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/plain"));
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

/// `POST /plain/imports`: the preview of an uploaded table.
///
/// # Errors
/// When the table cannot be read.
pub async fn preview(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let visitor = call.person()?;
    let form = Form::read(call, Some(visitor)).await?;
    let Some((file, bytes)) = form.file else {
        return Err(Failed::BadRequest(Plain::NoFile.text(call.lang).to_owned()));
    };
    let upload = Upload {
        file: imports::name_of(&file).to_owned(),
        bytes,
        mapping: None,
        changes: None,
        sheet: None,
        unit: None,
        period: None,
    };
    let preview = imports::read(site, &visitor.actor, upload, call.lang).await?;
    Ok(preview_page(site, visitor, call.lang, &preview))
}

fn preview_page(
    site: &Site,
    visitor: &Visitor,
    lang: Lang,
    preview: &ImportPreview,
) -> Response<Bytes> {
    let mut page = signed_in(site, visitor, lang);
    page.heading(Plain::Preview);
    page.paragraph("", &preview.file);
    page.paragraph("quiet", Plain::NothingWritten.text(lang));
    let counts = &preview.counts;
    page.table(
        &[],
        &[
            row(&[
                Plain::Rows.text(lang).into(),
                preview.rows.to_string().into(),
            ]),
            row(&[
                Plain::Created.text(lang).into(),
                counts.created.to_string().into(),
            ]),
            row(&[
                Plain::Updated.text(lang).into(),
                counts.updated.to_string().into(),
            ]),
            row(&[
                Plain::Unchanged.text(lang).into(),
                counts.unchanged.to_string().into(),
            ]),
            row(&[
                Plain::Kept.text(lang).into(),
                counts.kept.to_string().into(),
            ]),
        ],
    );
    if !preview.findings.is_empty() {
        page.heading(Plain::Findings);
        let titles = [
            Plain::Sheet,
            Plain::Row,
            Plain::Column,
            Plain::Severity,
            Plain::Reason,
        ];
        let rows: Vec<String> = preview
            .findings
            .iter()
            .take(FINDINGS_MAX)
            .map(|finding| {
                let severity = match finding.severity {
                    Severity::Error => Plain::Error,
                    Severity::Warning => Plain::Warning,
                    Severity::Hint => Plain::Hint,
                };
                row(&[
                    finding.sheet.as_str().into(),
                    finding.row.to_string().into(),
                    finding.column.as_str().into(),
                    severity.text(lang).into(),
                    finding.reason.as_str().into(),
                ])
            })
            .collect();
        page.table(&titles, &rows);
        if preview.findings.len() > FINDINGS_MAX {
            page.paragraph("quiet", Plain::More.text(lang));
        }
    }
    let refused = preview
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if refused {
        page.link(
            Plain::ErrorBook,
            &format!("/api/v1/imports/{}/errors", preview.token),
        );
    }
    page.form(&format!("/plain/imports/{}", preview.token), &visitor.csrf);
    page.submit(Plain::Confirm);
    page.link(Plain::Home, "/plain");
    page.response(StatusCode::OK)
}

/// `POST /plain/imports/{token}`: a person's yes.
///
/// # Errors
/// When the preview is over, or a rule refuses the import.
pub async fn confirm(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let visitor = call.person()?;
    Form::read(call, Some(visitor)).await?;
    let id: ImportId = call.parameter(0)?;
    let prepared = imports::taken(site, visitor.actor.user, id)?;
    let answer = commit(
        &site.context,
        visitor.actor.clone(),
        prepared,
        &mut |_, _| (),
    )
    .await?;
    let lang = call.lang;
    let counts = match answer.outcome {
        Outcome::Refused(refusal) => return Err(Failed::Refused(refusal)),
        Outcome::Done { counts, .. } => counts.unwrap_or_default(),
    };
    let mut page = signed_in(site, visitor, lang);
    page.paragraph("success", Plain::Done.text(lang));
    let counted = [
        (Plain::Created, counts.created),
        (Plain::Updated, counts.updated),
        (Plain::Unchanged, counts.unchanged),
        (Plain::Kept, counts.kept),
    ];
    let rows =
        counted.map(|(word, count)| row(&[word.text(lang).into(), count.to_string().into()]));
    page.table(&[], &rows);
    page.link(Plain::OpenList, "/plain/projects");
    page.link(Plain::Home, "/plain");
    Ok(page.response(StatusCode::OK))
}

/// `GET /plain/projects`: the list of projects for the printer.
///
/// # Errors
/// When the store fails.
pub async fn projects(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let visitor = call.person()?;
    let lang = call.lang;
    let month = views::this_month(site.context.clock.now());
    let mut facts = site.context.handle.read(views::facts).await??;
    let profile = site.context.profile().await??;
    facts.retain(|facts| reading::may_see(&profile, visitor.actor.role, &facts.row.stage));
    let query = ListQuery {
        limit: views::ROWS_MAX,
        ..ListQuery::default()
    };
    let list = views::list(&facts, month, &query);
    let mut page = signed_in(site, visitor, lang);
    page.heading(Plain::ListTitle);
    page.paragraph("quiet", &month.to_string());
    if list.rows.is_empty() {
        page.paragraph("", Plain::Empty.text(lang));
    } else {
        page.paragraph("quiet screen", Plain::PrintNote.text(lang));
        let titles = [
            Plain::Number,
            Plain::Name,
            Plain::Stage,
            Plain::Total,
            Plain::YearPlan,
            Plain::YearDone,
            Plain::Image,
        ];
        let wan = |fen: Option<i64>| fen.map(|fen| Fen(fen).wan_rounded()).unwrap_or_default();
        let mut rows: Vec<String> = (1..)
            .zip(&list.rows)
            .map(|(number, project): (usize, _)| {
                row(&[
                    number.to_string().into(),
                    project.name.as_str().into(),
                    profile.stage_label(&project.stage).into(),
                    wan(project.total_fen).into(),
                    wan(project.year_plan_fen).into(),
                    wan(project.year_done_fen).into(),
                    project.image.as_str().into(),
                ])
            })
            .collect();
        let sum = |of: fn(&shared::project::ProjectRow) -> Option<i64>| {
            let sum = list.rows.iter().filter_map(of).fold(0, i64::saturating_add);
            wan(Some(sum))
        };
        rows.push(row(&[
            "".into(),
            Plain::Sum.text(lang).into(),
            "".into(),
            sum(|project| project.total_fen).into(),
            sum(|project| project.year_plan_fen).into(),
            sum(|project| project.year_done_fen).into(),
            "".into(),
        ]));
        page.table(&titles, &rows);
    }
    page.link(Plain::Home, "/plain");
    Ok(page.response(StatusCode::OK))
}

/// What a person sees when a request of these pages fails.
#[must_use]
pub fn failed(failed: Failed, lang: Lang, request_id: &str) -> Response<Bytes> {
    if matches!(failed, Failed::NotLoggedIn) {
        return log_in_page(lang, failed.status(), &failed.sentence(lang));
    }
    let code = failed.note(request_id);
    let mut page = Page::new(lang);
    page.heading(Plain::Failed);
    page.paragraph("failure", &failed.sentence(lang));
    page.paragraph("quiet", &format!("{code} · {request_id}"));
    page.link(Plain::Home, "/plain");
    page.response(failed.status())
}
