//! The command line's way into a running server: one route on the loopback control listener, open to whoever shows the token.
//!
//! The token stands in a file only the server's own account can read. On the public listener the route does not exist. A
//! request's body is one line of JSON, then the attachment; the answer is one JSON event a line, as they happen.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::Stream;
use futures_util::stream::poll_fn;
use http::header::CONTENT_TYPE;
use tokio::sync::mpsc;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use super::{Site, read_body};
use crate::control::{ATTACHMENT_BYTES_MAX, EVENTS_WAITING, Event, Question, perform};
use crate::identity::Secret;
use crate::transport::{Line, Listener};

/// Bytes of the question before the attachment.
const QUESTION_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The control routes; anywhere else than on the control listener, or without the token, they are not found.
pub fn routes(site: Site) -> BoxedFilter<(Response,)> {
    let ping_site = site.clone();
    let ping = warp::path!("control" / "v1" / "ping")
        .and(warp::post())
        .and(proof())
        .map(move |line: Option<Line>, shown: Option<String>| {
            if admits(&ping_site.control_token, line.as_ref(), shown.as_deref()) {
                warp::reply::reply().into_response()
            } else {
                not_found()
            }
        });
    let ask = warp::path!("control" / "v1")
        .and(warp::post())
        .and(proof())
        .and(warp::body::stream())
        .then(move |line: Option<Line>, shown: Option<String>, body| {
            let site = site.clone();
            async move {
                if admits(&site.control_token, line.as_ref(), shown.as_deref()) {
                    answer(site, body).await
                } else {
                    not_found()
                }
            }
        });
    ping.or(ask).unify().boxed()
}

fn proof() -> impl Filter<Extract = (Option<Line>, Option<String>), Error = warp::Rejection> + Clone
{
    warp::ext::optional::<Line>().and(warp::header::optional::<String>("authorization"))
}

fn admits(token: &Arc<Secret>, line: Option<&Line>, shown: Option<&str>) -> bool {
    let here = line.is_some_and(|line| line.listener == Listener::Control);
    let shown = shown
        .and_then(|shown| shown.strip_prefix("Bearer "))
        .unwrap_or("");
    here && token.matches(shown)
}

fn not_found() -> Response {
    warp::reply::with_status("not found\n", http::StatusCode::NOT_FOUND).into_response()
}

async fn answer<B: Buf>(
    site: Site,
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
) -> Response {
    let bad =
        |why: String| warp::reply::with_status(why, http::StatusCode::BAD_REQUEST).into_response();
    let body = match read_body(body, QUESTION_BYTES_MAX + ATTACHMENT_BYTES_MAX).await {
        Ok(body) => body,
        Err(error) => return bad(error.to_string()),
    };
    let end = body
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(body.len());
    let question: Question = match serde_json::from_slice(&body[..end]) {
        Ok(question) => question,
        Err(error) => return bad(error.to_string()),
    };
    let attachment = body.slice((end + 1).min(body.len())..);
    let (sender, mut events) = mpsc::channel(EVENTS_WAITING);
    let context = site.context.clone();
    tokio::spawn(async move { perform(&context, question, attachment, &sender).await });
    let lines = poll_fn(move |task| {
        events.poll_recv(task).map(|event: Option<Event>| {
            event.map(|event| {
                serde_json::to_vec(&event).map(|mut line| {
                    line.push(b'\n');
                    Bytes::from(line)
                })
            })
        })
    });
    warp::reply::with_header(
        warp::reply::stream(lines),
        CONTENT_TYPE,
        "application/x-ndjson",
    )
    .into_response()
}
