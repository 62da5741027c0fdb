//! Log-in, log-out, and who I am.

use bytes::Bytes;
use http::Response;
use http::header::{HeaderValue, SET_COOKIE};
use shared::api::{Login, Me};

use super::reply::{self, Failed};
use super::{Call, Site, guard};
use crate::accounts::password::Secret;
use crate::accounts::{LoginError, Visitor};

/// `POST /api/v1/session`.
///
/// # Errors
/// When name or password is wrong, or there were too many tries.
pub async fn log_in(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let login: Login = reply::read_json(&call.body)?;
    let from = call.peer.map(|peer| peer.ip());
    let logged_in = site
        .context
        .accounts
        .log_in(&login.name, Secret::new(login.password), from)
        .await;
    let logged_in = match logged_in {
        Ok(logged_in) => logged_in,
        Err(error) => {
            site.metrics.log_ins_refused.inc();
            if matches!(error, LoginError::Refused | LoginError::TooManyTries { .. }) {
                // The name as typed may be a password typed into the wrong box: it is not logged.
                tracing::warn!(request_id = call.request_id, from = ?from, "a log-in was refused");
            }
            return Err(error.into());
        }
    };
    site.metrics.log_ins.inc();
    tracing::info!(user = %logged_in.visitor.actor.user, from = ?from, "logged in");
    let mut response = reply::json(&me(site, &logged_in.visitor));
    let cookie = guard::set_cookie(&site.cookie, Some(&logged_in.token), call.secure);
    set(&mut response, &cookie);
    Ok(response)
}

/// `GET /api/v1/session`.
#[must_use]
pub fn who(site: &Site, visitor: &Visitor) -> Response<Bytes> {
    reply::json(&me(site, visitor))
}

/// `DELETE /api/v1/session`.
///
/// # Errors
/// When the store refuses.
pub async fn log_out(
    site: &Site,
    call: &Call,
    visitor: &Visitor,
) -> Result<Response<Bytes>, Failed> {
    site.context.accounts.log_out(visitor.session).await?;
    let mut response = reply::empty();
    set(
        &mut response,
        &guard::set_cookie(&site.cookie, None, call.secure),
    );
    Ok(response)
}

fn set(response: &mut Response<Bytes>, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

fn me(site: &Site, visitor: &Visitor) -> Me {
    Me {
        user: visitor.actor.user,
        name: visitor.actor.name.clone(),
        role: visitor.actor.role,
        unit: visitor.actor.unit,
        node: (*site.context.info()).clone(),
        csrf: visitor.csrf.clone(),
        now: site.context.clock.now(),
        rights: shared::decide::rights(&visitor.actor),
    }
}
