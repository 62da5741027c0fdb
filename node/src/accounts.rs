//! Accounts of people and their sessions: local, journaled state of one node, never a document (design.md 2).
//!
//! [`rows`] keeps accounts and sessions in `Tree::Account`; [`password`] hashes and judges passwords; [`limit`] slows guessing;
//! [`session`] knows tokens. [`Accounts`] ties them together over the driver: what is durable is written through it, what every
//! request needs (who owns this token?) is answered from a mirror in memory, so that a request costs no turn of the driver.
//!
//! Promises: a password is stored only as an argon2id string, a token only as its BLAKE3 hash. Barring an account or giving
//! it a new password ends its sessions before the call returns. A log-in that fails says nothing about which half was wrong and
//! costs the same time.

pub mod limit;
pub mod password;
pub mod rows;
pub mod session;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::command::{Actor, Role};
use shared::ids::{UnitId, UserId};
use shared::store::{Reader, StoreError};
use shared::time::Timestamp;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::driver::{DriverError, Handle};

use limit::Limiter;
use password::{PasswordError, Secret};
use rows::{Account, AccountsError};
use session::{Session, Token, TokenHash};

/// Hashes computed at the same time: each takes 19 MiB, and a township's PC is small (reliability.md 3).
const HASHES_AT_ONCE: usize = 2;

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Name or password is wrong, or the account is barred; which of them is nobody's business.
    #[error("name or password is wrong")]
    Refused,
    /// Too many tries from this place for this name.
    #[error("too many tries, the next is possible in {wait_seconds} s")]
    TooManyTries {
        /// Seconds until the next try.
        wait_seconds: u64,
    },
    /// The password could not be checked or the session not be written.
    #[error("cannot check the password or write the session")]
    Account(#[from] AccountError),
}

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name is taken, unknown or not fit, or the store refused.
    #[error(transparent)]
    Rows(#[from] AccountsError),
    /// The password does not do, or could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The driver is gone.
    #[error("cannot reach the store")]
    Driver(#[from] DriverError),
}

/// A person who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Who acts.
    pub actor: Actor,
    /// The session, by the hash of its token.
    pub session: TokenHash,
    /// What unsafe requests must carry as `X-CSRF`.
    pub csrf: String,
}

/// A fresh session: the token leaves once, in the cookie.
#[derive(Debug)]
pub struct LoggedIn {
    /// The person.
    pub visitor: Visitor,
    /// The cookie's content.
    pub token: Token,
}

/// The accounts of one node.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    handle: Handle,
    clock: Clock,
    at_hub: bool,
    hashes: Arc<Semaphore>,
    /// Never held across an await.
    mirror: Mutex<Mirror>,
    limiter: Mutex<Limiter>,
}

#[derive(Default)]
struct Mirror {
    accounts: BTreeMap<UserId, Account>,
    sessions: HashMap<TokenHash, Session>,
}

impl Mirror {
    fn load(reader: &dyn Reader) -> Result<Self, StoreError> {
        Ok(Self {
            accounts: rows::accounts(reader)?
                .into_iter()
                .map(|account| (account.id, account))
                .collect(),
            sessions: rows::sessions(reader)?.into_iter().collect(),
        })
    }
}

impl Accounts {
    /// Reads accounts and sessions into memory.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(handle: Handle, clock: Clock, at_hub: bool) -> Result<Self, AccountError> {
        let mirror = handle
            .read(|context| Mirror::load(context.reader))
            .await?
            .map_err(AccountsError::Store)?;
        Ok(Self(Arc::new(Inner {
            handle,
            clock,
            at_hub,
            hashes: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            mirror: Mutex::new(mirror),
            limiter: Mutex::new(Limiter::default()),
        })))
    }

    /// Every account, by name.
    #[must_use]
    pub fn list(&self) -> Vec<Account> {
        let mut all: Vec<_> = self.mirror().accounts.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// The account with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Account> {
        let name = rows::normal_name(name);
        let mirror = self.mirror();
        mirror
            .accounts
            .values()
            .find(|account| rows::normal_name(&account.name) == name)
            .cloned()
    }

    /// Makes an account.
    ///
    /// # Errors
    /// When the name is taken, the password does not do, or the store refuses.
    pub async fn add(
        &self,
        name: &str,
        role: Role,
        unit: UnitId,
        password: Secret,
    ) -> Result<Account, AccountError> {
        rows::check_name(name)?;
        password::check(&password, name)?;
        if self.find(name).is_some() {
            return Err(AccountsError::NameTaken {
                name: name.to_owned(),
            }
            .into());
        }
        let phc = self.hash(password).await?;
        let account = Account {
            id: UserId::from_bytes(self.0.clock.random()),
            name: name.trim().to_owned(),
            role,
            unit,
            phc,
            disabled: false,
            made_at: self.0.clock.now(),
        };
        let row = account.clone();
        self.0
            .handle
            .write(move |context| {
                rows::add(context.turn, &row)?;
                let (now, turn) = (context.now, &mut *context.turn);
                context
                    .replica
                    .enter_in_roster(turn, now, row.unit, row.id, &row.name)
                    .map_err(|source| AccountsError::Roster(Box::new(source)))
            })
            .await??;
        self.mirror().accounts.insert(account.id, account.clone());
        Ok(account)
    }

    /// Bars or admits an account. Barring ends its sessions.
    ///
    /// # Errors
    /// When there is no such account or the store refuses.
    pub async fn set_disabled(&self, id: UserId, disabled: bool) -> Result<(), AccountError> {
        self.change(id, move |account| account.disabled = disabled, disabled)
            .await
    }

    /// Gives an account a new password and ends its sessions.
    ///
    /// # Errors
    /// When there is no such account, the password does not do, or the store refuses.
    pub async fn set_password(&self, id: UserId, password: Secret) -> Result<(), AccountError> {
        let account = self.account(id)?;
        password::check(&password, &account.name)?;
        let phc = self.hash(password).await?;
        self.change(id, move |account| account.phc = phc, true)
            .await
    }

    async fn change(
        &self,
        id: UserId,
        how: impl FnOnce(&mut Account),
        ends_sessions: bool,
    ) -> Result<(), AccountError> {
        let mut account = self.account(id)?;
        how(&mut account);
        let ended: Vec<TokenHash> = if ends_sessions {
            let mut mirror = self.mirror();
            // The mirror forgets first: from here on no request passes with these.
            let ended: Vec<_> = mirror
                .sessions
                .iter()
                .filter(|(_, session)| session.user == id)
                .map(|(hash, _)| *hash)
                .collect();
            for hash in &ended {
                mirror.sessions.remove(hash);
            }
            ended
        } else {
            Vec::new()
        };
        let row = account.clone();
        self.0
            .handle
            .write(move |context| {
                for hash in &ended {
                    rows::end_session(context.turn, *hash);
                }
                rows::replace(context.turn, &row)
            })
            .await??;
        self.mirror().accounts.insert(id, account);
        Ok(())
    }

    /// Logs a person in.
    ///
    /// # Errors
    /// [`LoginError::Refused`] for a wrong name or password, [`LoginError::TooManyTries`] when slowed down.
    pub async fn log_in(
        &self,
        name: &str,
        password: Secret,
        from: Option<IpAddr>,
    ) -> Result<LoggedIn, LoginError> {
        let now = self.0.clock.steady();
        let key = (rows::normal_name(name), from);
        self.limiter()
            .take(&key, now)
            .map_err(|wait_seconds| LoginError::TooManyTries { wait_seconds })?;
        let account = self.find(name);
        // A name nobody has costs the same hash, so that time does not tell names.
        let phc = account.as_ref().map_or_else(
            || password::NOBODY.to_owned(),
            |account| account.phc.clone(),
        );
        let permit = self.0.hashes.acquire().await;
        let matches = tokio::task::spawn_blocking(move || password::verify(&password, &phc))
            .await
            .map_err(|_| PasswordError::Interrupted)
            .and_then(|matches| matches)
            .map_err(AccountError::from)?;
        drop(permit);
        let Some(account) = account.filter(|account| matches && !account.disabled) else {
            return Err(LoginError::Refused);
        };
        self.limiter().forgive(&key);

        let token = Token::from_bytes(self.0.clock.random());
        let session = Session {
            user: account.id,
            made_at: now,
            seen_at: now,
        };
        let hash = token.hash();
        let stale = self.stale(now);
        let row = session.clone();
        self.0
            .handle
            .write(move |context| {
                for hash in stale {
                    rows::end_session(context.turn, hash);
                }
                rows::put_session(context.turn, hash, &row)
            })
            .await
            .map_err(AccountError::from)?
            .map_err(AccountError::from)?;
        // The account may have been barred while the hash was computed.
        let still = self
            .account(account.id)
            .is_ok_and(|now| !now.disabled && now.phc == account.phc);
        if !still {
            return Err(LoginError::Refused);
        }
        self.mirror().sessions.insert(hash, session);
        Ok(LoggedIn {
            visitor: self.visitor(&account, &token),
            token,
        })
    }

    /// Who a token belongs to; `None` when it is unknown, over, or its account is barred.
    pub async fn check(&self, token: &Token) -> Option<Visitor> {
        let now = self.0.clock.steady();
        let hash = token.hash();
        let (account, rewrite) = {
            let mut mirror = self.mirror();
            let session = mirror.sessions.get_mut(&hash)?;
            if session.is_over(now) {
                mirror.sessions.remove(&hash);
                return None;
            }
            let rewrite = session.see(now).then(|| session.clone());
            let user = session.user;
            let account = mirror
                .accounts
                .get(&user)
                .filter(|account| !account.disabled)?;
            (account.clone(), rewrite)
        };
        if let Some(session) = rewrite {
            // Only keeps the idle time honest across a restart; the request does not depend on it.
            let written = self
                .0
                .handle
                .write(move |context| rows::put_session(context.turn, hash, &session))
                .await;
            if !matches!(written, Ok(Ok(()))) {
                tracing::warn!("cannot write when a session was last seen");
            }
        }
        Some(self.visitor(&account, token))
    }

    /// True while a session stands; what a live socket asks again from time to time.
    #[must_use]
    pub fn stands(&self, session: TokenHash) -> bool {
        let now = self.0.clock.steady();
        let mirror = self.mirror();
        mirror.sessions.get(&session).is_some_and(|session| {
            !session.is_over(now)
                && mirror
                    .accounts
                    .get(&session.user)
                    .is_some_and(|account| !account.disabled)
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the store refuses; the session is over in memory all the same.
    pub async fn log_out(&self, session: TokenHash) -> Result<(), AccountError> {
        self.mirror().sessions.remove(&session);
        self.0
            .handle
            .write(move |context| {
                rows::end_session(context.turn, session);
                Ok::<(), AccountsError>(())
            })
            .await??;
        Ok(())
    }

    /// The account as an actor: how the command line acts in a person's name.
    #[must_use]
    pub fn actor(&self, account: &Account) -> Actor {
        Actor {
            user: account.id,
            name: account.name.clone(),
            role: account.role,
            unit: account.unit,
            at_hub: self.0.at_hub,
        }
    }

    fn visitor(&self, account: &Account, token: &Token) -> Visitor {
        Visitor {
            actor: self.actor(account),
            session: token.hash(),
            csrf: token.csrf(),
        }
    }

    fn account(&self, id: UserId) -> Result<Account, AccountsError> {
        self.mirror()
            .accounts
            .get(&id)
            .cloned()
            .ok_or(AccountsError::NoSuchUser {
                name: id.to_string(),
            })
    }

    fn stale(&self, now: Timestamp) -> Vec<TokenHash> {
        let mut mirror = self.mirror();
        let over: Vec<_> = mirror
            .sessions
            .iter()
            .filter(|(_, session)| session.is_over(now))
            .map(|(hash, _)| *hash)
            .collect();
        for hash in &over {
            mirror.sessions.remove(hash);
        }
        over
    }

    async fn hash(&self, password: Secret) -> Result<String, PasswordError> {
        let salt: [u8; 16] = self.0.clock.random();
        let permit = self.0.hashes.acquire().await;
        let phc = tokio::task::spawn_blocking(move || password::hash(&password, &salt))
            .await
            .map_err(|_| PasswordError::Interrupted)??;
        drop(permit);
        Ok(phc)
    }

    fn mirror(&self) -> MutexGuard<'_, Mirror> {
        // A panic while it was held ends the process elsewhere; the maps themselves are never half-changed.
        self.0.mirror.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.0
            .limiter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
