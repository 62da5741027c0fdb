//! Accounts of this server, for its administration.

use bytes::Bytes;
use http::Response;
use shared::api::{NewUser, UserChange};
use shared::command::Role;
use shared::identity::unit_id_of;
use shared::ids::UserId;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::accounts::password::Secret;
use crate::accounts::rows::Account;

/// `GET /api/v1/users`.
///
/// # Errors
/// When the asker is not of the administration.
pub async fn list(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    administration(call)?;
    let mut users = Vec::new();
    for account in site.context.accounts.list() {
        users.push(site.context.user_info(&account).await?);
    }
    Ok(reply::json(&users))
}

/// `POST /api/v1/users`.
///
/// # Errors
/// When the asker is not of the administration, or the account cannot be made.
pub async fn add(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    administration(call)?;
    let new: NewUser = reply::read_json(&call.body)?;
    let unit = new
        .unit
        .as_deref()
        .map_or(site.context.info().unit, unit_id_of);
    let account = site
        .context
        .accounts
        .add(&new.name, new.role, unit, Secret::new(new.password))
        .await?;
    tracing::info!(user = %account.id, by = %call.person()?.actor.user, "made an account");
    Ok(reply::json(&site.context.user_info(&account).await?))
}

/// `PATCH /api/v1/users/{id}`: the administration, or a person his own password.
///
/// # Errors
/// When neither, or the change cannot be made.
pub async fn change(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let id: UserId = call.parameter(0)?;
    let change: UserChange = reply::read_json(&call.body)?;
    let own = call.person()?.actor.user == id && change.disabled.is_none();
    if !own {
        administration(call)?;
    }
    if let Some(password) = change.password {
        site.context
            .accounts
            .set_password(id, Secret::new(password))
            .await?;
    }
    if let Some(disabled) = change.disabled {
        site.context.accounts.set_disabled(id, disabled).await?;
    }
    let account: Account = site
        .context
        .accounts
        .list()
        .into_iter()
        .find(|account| account.id == id)
        .ok_or(Failed::NotFound)?;
    Ok(reply::json(&site.context.user_info(&account).await?))
}

fn administration(call: &Call) -> Result<(), Failed> {
    if call.person()?.actor.role == Role::Admin {
        Ok(())
    } else {
        Err(Failed::Forbidden)
    }
}
