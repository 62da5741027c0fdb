//! Passwords: how they are hashed, and which do.
//!
//! argon2id with m = 19456 KiB, t = 2, p = 1 (OWASP's minimum, chosen for a township's PC), kept as a PHC string, so that
//! the parameters can rise later. A password has at least eight characters, is not the account's name and is none of the
//! few that everybody tries first. Nothing is cut off, nothing asks for "one digit and one sign".

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{CustomizedPasswordHasher, Error as HashError, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// Characters a password has at least.
pub const CHARS_MIN: usize = 8;
/// Characters a password has at most; more is an attack on the hash.
pub const CHARS_MAX: usize = 256;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of a password nobody knows, for names nobody has.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$2KcYp5rJmVCr0OX6mB0q0n3vUq6sJ0n0mJQ0Jm0mJm0";

/// What everybody tries first; compared without regard to case.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11111111",
    "00000000",
    "88888888",
    "66666666",
    "12341234",
    "11223344",
    "password",
    "password1",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwertyui",
    "qwerty123",
    "1qaz2wsx",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "abc12345",
    "abcd1234",
    "a1234567",
    "a12345678",
    "aa123456",
    "qq123456",
    "asd12345",
    "zxcvbnm1",
    "iloveyou",
    "woaini520",
    "woaini1314",
    "5201314520",
    "admin123",
    "admin888",
    "admin1234",
    "administrator",
    "root1234",
    "test1234",
    "xiangmu123",
    "xiangmu1",
    "xiangmu2026",
    "changeme",
    "letmein1",
    "welcome1",
    "123123123",
    "147258369",
    "789456123",
    "asdfghjk",
    "asdfasdf",
    "1234qwer",
    "qwer1234",
    "12345qwert",
    "zhongguo",
    "china123",
];

/// A secret on its way to the hash. Prints nothing.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a password in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for whoever makes a key of it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a password does not do or could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("a password needs at least {CHARS_MIN} characters")]
    TooShort,
    /// Too many characters.
    #[error("a password has at most {CHARS_MAX} characters")]
    TooLong,
    /// It is the account's name, or the name is most of it.
    #[error("a password may not be the account's name")]
    IsName,
    /// Everybody tries it first.
    #[error("this password is one of those tried first")]
    Common,
    /// The stored hash is unreadable.
    #[error("the stored password cannot be read")]
    Stored(#[source] HashError),
    /// The hash could not be computed.
    #[error("the password cannot be hashed")]
    Hash(#[source] HashError),
    /// The parameters are refused by the library.
    #[error("the parameters of the hash are refused")]
    Parameters(#[source] argon2::Error),
    /// The program is stopping.
    #[error("the hash was interrupted")]
    Interrupted,
}

/// Judges a new password.
///
/// # Errors
/// With what is wrong with it.
pub fn check(password: &Secret, name: &str) -> Result<(), PasswordError> {
    let chars = password.0.chars().count();
    if chars < CHARS_MIN {
        return Err(PasswordError::TooShort);
    }
    if chars > CHARS_MAX {
        return Err(PasswordError::TooLong);
    }
    let lower = password.0.to_lowercase();
    let name = name.trim().to_lowercase();
    if lower == name
        || (!name.is_empty()
            && lower.replace(&name, "").chars().count() < 4
            && lower.contains(&name))
    {
        return Err(PasswordError::IsName);
    }
    let mut chars = lower.chars();
    let first = chars.next();
    if COMMON.contains(&lower.as_str()) || chars.all(|c| Some(c) == first) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

fn params() -> Result<Params, PasswordError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(PasswordError::Parameters)
}

/// Hashes a password into a PHC string. Costs 19 MiB and some 30 ms: call it where blocking is allowed.
///
/// # Errors
/// When the library refuses.
pub fn hash(password: &Secret, salt: &[u8; 16]) -> Result<String, PasswordError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?);
    let hash: PasswordHash = argon2
        .hash_password_customized(password.0.as_bytes(), salt, None, None, params()?)
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// True when the password is the hash's. Costs as much as [`hash`].
///
/// # Errors
/// When the stored hash is unreadable.
pub fn verify(password: &Secret, phc: &str) -> Result<bool, PasswordError> {
    if password.0.chars().count() > CHARS_MAX {
        return Ok(false);
    }
    let parsed = PasswordHash::new(phc).map_err(|error| PasswordError::Stored(error.into()))?;
    match Argon2::default().verify_password(password.0.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_names_its_parameters() {
        let phc = hash(&Secret::new("正确的马 电池"), &[3; 16]).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify(&Secret::new("正确的马 电池"), &phc).unwrap());
        assert!(!verify(&Secret::new("正确的马 电磁"), &phc).unwrap());
        assert!(!verify(&Secret::new("anything at all"), NOBODY).unwrap());
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let reason =
            |text: &str| check(&Secret::new(text), "张三丰之子").map_err(|e| e.to_string());
        assert_eq!(reason("一二三四五六七八"), Ok(()));
        assert!(reason("short").unwrap_err().contains("at least 8"));
        assert!(reason("Password1").unwrap_err().contains("tried first"));
        assert!(reason("eeeeeeeeee").unwrap_err().contains("tried first"));
        assert!(reason("张三丰之子123").unwrap_err().contains("name"));
        assert!(reason(&"x1".repeat(200)).unwrap_err().contains("at most"));
        assert_eq!(format!("{:?}", Secret::new("hidden words")), "Secret(…)");
    }
}
