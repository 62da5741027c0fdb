//! How accounts and sessions stand in `Tree::Account`, as plain functions over a turn.
//!
//! Keys: `u` ‖ user id → account, `n` ‖ normal name → user id, `s` ‖ token hash → session; values are JSON. The name's row makes
//! names unique: two accounts made at once meet in one turn of the driver.

use serde::{Deserialize, Serialize};
use shared::command::Role;
use shared::ids::{UnitId, UserId};
use shared::store::{Reader, StoreError, Tree, Turn};
use shared::time::Timestamp;

use super::session::{Session, TokenHash};

/// Characters in an account's name.
const NAME_CHARS_MAX: usize = 40;
/// Accounts or sessions read at once. A county has some hundreds.
const ROWS_MAX: usize = 100_000;

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id; stands in the message of the changes the person makes.
    pub id: UserId,
    /// The name, unique on this node.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The unit the person works for.
    pub unit: UnitId,
    /// The password's hash as a PHC string.
    pub phc: String,
    /// True when the account may not log in.
    pub disabled: bool,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Why rows of accounts could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Another account has this name.
    #[error("an account named {name} exists already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The name cannot be one.
    #[error(
        "`{name}` cannot be an account's name: 1 to {NAME_CHARS_MAX} characters, no control characters"
    )]
    BadName {
        /// The name, shortened.
        name: String,
    },
    /// There is no such account.
    #[error("there is no account {name}")]
    NoSuchUser {
        /// The name or id.
        name: String,
    },
    /// A stored row is unreadable.
    #[error("a row of the accounts is unreadable")]
    Unreadable(#[source] serde_json::Error),
    /// The person could not be listed in the roster.
    #[error("cannot list the person in the roster")]
    Roster(#[source] Box<shared::sync::ReplicaError>),
    /// The store failed.
    #[error("cannot read or write the accounts")]
    Store(#[from] StoreError),
}

/// The form names are compared in: trimmed, lower case.
#[must_use]
pub fn normal_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Judges a new name.
///
/// # Errors
/// [`AccountsError::BadName`].
pub fn check_name(name: &str) -> Result<(), AccountsError> {
    let trimmed = name.trim();
    let chars = trimmed.chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX || trimmed.chars().any(char::is_control) {
        return Err(AccountsError::BadName {
            name: trimmed.chars().take(NAME_CHARS_MAX).collect(),
        });
    }
    Ok(())
}

fn user_key(id: UserId) -> Vec<u8> {
    [b"u".as_slice(), &id.to_bytes()].concat()
}

fn name_key(name: &str) -> Vec<u8> {
    [b"n".as_slice(), normal_name(name).as_bytes()].concat()
}

fn session_key(hash: TokenHash) -> Vec<u8> {
    [b"s".as_slice(), &hash.to_bytes()].concat()
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, AccountsError> {
    serde_json::to_vec(value).map_err(AccountsError::Unreadable)
}

/// Adds an account.
///
/// # Errors
/// When the name is taken or the store fails.
pub fn add(turn: &mut Turn<'_>, account: &Account) -> Result<(), AccountsError> {
    let name = name_key(&account.name);
    if turn.load(Tree::Account, &name)?.is_some() {
        return Err(AccountsError::NameTaken {
            name: account.name.clone(),
        });
    }
    turn.put(Tree::Account, name, account.id.to_bytes());
    replace(turn, account)
}

/// Writes an account that exists.
///
/// # Errors
/// When it cannot be written down.
pub fn replace(turn: &mut Turn<'_>, account: &Account) -> Result<(), AccountsError> {
    turn.put(Tree::Account, user_key(account.id), json(account)?);
    Ok(())
}

/// Every account, in the order of their ids. A row that cannot be read is left out and logged: one bad row bars nobody else.
///
/// # Errors
/// When the store fails.
pub fn accounts(reader: &dyn Reader) -> Result<Vec<Account>, StoreError> {
    let rows = reader.range(Tree::Account, b"u", b"v", ROWS_MAX)?;
    Ok(rows
        .iter()
        .filter_map(|(_, value)| {
            serde_json::from_slice(value)
                .inspect_err(|error| tracing::error!(%error, "a row of the accounts is unreadable"))
                .ok()
        })
        .collect())
}

/// Every session.
///
/// # Errors
/// When the store fails.
pub fn sessions(reader: &dyn Reader) -> Result<Vec<(TokenHash, Session)>, StoreError> {
    let rows = reader.range(Tree::Account, b"s", b"t", ROWS_MAX)?;
    Ok(rows
        .iter()
        .filter_map(|(key, value)| {
            let hash = TokenHash::from_bytes(key.get(1..)?.try_into().ok()?);
            Some((hash, serde_json::from_slice(value).ok()?))
        })
        .collect())
}

/// Writes a session.
///
/// # Errors
/// When it cannot be written down.
pub fn put_session(
    turn: &mut Turn<'_>,
    hash: TokenHash,
    session: &Session,
) -> Result<(), AccountsError> {
    turn.put(Tree::Account, session_key(hash), json(session)?);
    Ok(())
}

/// Removes a session.
pub fn end_session(turn: &mut Turn<'_>, hash: TokenHash) {
    turn.remove(Tree::Account, session_key(hash));
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    struct Empty;

    impl Reader for Empty {
        fn load(&self, _: Tree, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(None)
        }
        fn range(
            &self,
            _: Tree,
            _: &[u8],
            _: &[u8],
            _: usize,
        ) -> Result<Vec<shared::store::Pair>, StoreError> {
            Ok(Vec::new())
        }
    }

    fn account(id: u8, name: &str) -> Account {
        Account {
            id: UserId::from_bytes([id; 5]),
            name: name.to_owned(),
            role: Role::Clerk,
            unit: UnitId::from_bytes([1; 10]),
            phc: String::new(),
            disabled: false,
            made_at: Timestamp(0),
        }
    }

    #[test]
    fn names_are_unique_without_regard_to_case() {
        let empty = Empty;
        let mut turn = Turn::new(&empty);
        add(&mut turn, &account(1, "Zhang")).unwrap();
        let again = add(&mut turn, &account(2, " zhang "));
        assert!(
            matches!(again, Err(AccountsError::NameTaken { .. })),
            "{again:?}"
        );
        assert_eq!(accounts(&turn).unwrap(), [account(1, "Zhang")]);
    }

    #[test]
    fn a_session_reads_back_until_it_is_ended() {
        let empty = Empty;
        let mut turn = Turn::new(&empty);
        let session = Session {
            user: UserId::from_bytes([1; 5]),
            made_at: Timestamp(1),
            seen_at: Timestamp(2),
        };
        let hash = TokenHash::from_bytes([255; 32]);
        put_session(&mut turn, hash, &session).unwrap();
        assert_eq!(sessions(&turn).unwrap(), [(hash, session)]);
        end_session(&mut turn, hash);
        assert_eq!(sessions(&turn).unwrap(), []);
    }

    #[test]
    fn names_without_a_visible_form_are_refused() {
        for bad in ["", "  ", "a\nb", &"长".repeat(41)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        assert!(check_name("张丽 (临时)").is_ok());
    }
}
