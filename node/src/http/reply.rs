//! What a request can end with: an answer, or a [`Failed`] that becomes `{code, message, refusal?, request_id}`.
//!
//! Domain errors know no status; here is the one place that gives them one, with no wildcard arm. Details go to the log under
//! the request id, never to the browser.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;
use shared::api::{ApiError, Code};
use shared::command::Refusal;
use shared::library::LibraryError;
use shared::sync::RepairRefusal;
use shared::text::Lang;
use shared::text::system::System;

use super::guard::GuardError;
use crate::accounts::password::{CHARS_MAX, CHARS_MIN, PasswordError};
use crate::accounts::rows::AccountsError;
use crate::accounts::{AccountError, LoginError};
use crate::attachments::AttachmentError;
use crate::control::bundle::BundleFailed;
use crate::control::repair::{self, RepairFailed};
use crate::control::{ExportFailed, ImportError};
use crate::driver::DriverError;
use crate::store::blobs::BlobError;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// No session, or it ended.
    #[error("not logged in")]
    NotLoggedIn,
    /// The log-in did not succeed.
    #[error("the log-in did not succeed")]
    Login(#[from] LoginError),
    /// The account may not do this.
    #[error("the account may not do this")]
    Forbidden,
    /// Only the hub can do this.
    #[error("only the hub can do this")]
    HubOnly,
    /// Turned away before a route.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The path takes other methods.
    #[error("the path takes other methods")]
    WrongMethod,
    /// The request's form is off.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The body is too large.
    #[error("the body is larger than {0} bytes")]
    TooLarge(u64),
    /// The body did not arrive.
    #[error("the body did not arrive")]
    Body(#[source] warp::Error),
    /// The body took too long.
    #[error("the body took too long")]
    Slow,
    /// A rule refuses the command.
    #[error("a rule refuses it")]
    Refused(Refusal),
    /// An account could not be made or changed.
    #[error("the account could not be made or changed")]
    Account(#[from] AccountError),
    /// A workbook could not be read or imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A file could not be written.
    #[error("the file could not be written")]
    Export(#[from] ExportFailed),
    /// A document could not be read.
    #[error("a document could not be read")]
    Documents(#[from] LibraryError),
    /// A file is not attached, or not here.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// A bundle could not be made or taken in.
    #[error(transparent)]
    Bundle(#[from] BundleFailed),
    /// A record was not repaired.
    #[error("the record was not repaired")]
    Repair(RepairRefusal),
    /// The preview is over.
    #[error("the preview is over")]
    PreviewGone,
    /// The driver did not do it.
    #[error("the driver did not do it")]
    Driver(#[from] DriverError),
    /// Our own mistake.
    #[error("internal error while {doing}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<RepairFailed> for Failed {
    fn from(failed: RepairFailed) -> Self {
        match failed {
            RepairFailed::Refused(why) => Self::Repair(why),
            RepairFailed::Driver(error) => Self::Driver(error),
            RepairFailed::Failed(source) => Self::internal("repairing a record", source),
        }
    }
}

impl Failed {
    /// Wraps a cause that only our own mistake can bring about.
    pub fn internal(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            doing,
            source: source.into(),
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotLoggedIn | Self::Login(LoginError::Refused) => StatusCode::UNAUTHORIZED,
            Self::Login(LoginError::TooManyTries { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::Forbidden
            | Self::HubOnly
            | Self::Repair(RepairRefusal::NotAllowed)
            | Self::Guard(GuardError::ForeignOrigin) => StatusCode::FORBIDDEN,
            Self::Guard(GuardError::ForeignHost) => StatusCode::MISDIRECTED_REQUEST,
            Self::Guard(GuardError::BodyType) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotFound | Self::PreviewGone => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) | Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Repair(_) => StatusCode::CONFLICT,
            Self::Import(error) => import_status(error),
            Self::Attachment(error) => attachment_answer(error).0,
            Self::Bundle(error) => bundle_status(error),
            Self::Export(_) | Self::Documents(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Account(error) | Self::Login(LoginError::Account(error)) => match error {
                AccountError::Rows(error) => match error {
                    AccountsError::NameTaken { .. } => StatusCode::CONFLICT,
                    AccountsError::NoSuchUser { .. } => StatusCode::NOT_FOUND,
                    AccountsError::BadName { .. } => StatusCode::BAD_REQUEST,
                    AccountsError::Unreadable(_)
                    | AccountsError::Roster(_)
                    | AccountsError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
                },
                AccountError::Password(error) => match error {
                    PasswordError::TooShort
                    | PasswordError::TooLong
                    | PasswordError::IsName
                    | PasswordError::Common => StatusCode::BAD_REQUEST,
                    PasswordError::Stored(_)
                    | PasswordError::Hash(_)
                    | PasswordError::Parameters(_)
                    | PasswordError::Interrupted => StatusCode::INTERNAL_SERVER_ERROR,
                },
                AccountError::Driver(error) => driver_status(error),
            },
            Self::Driver(error) => driver_status(error),
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NotLoggedIn => Code::NotLoggedIn,
            Self::Login(LoginError::Refused) => Code::LoginRefused,
            Self::Login(LoginError::TooManyTries { .. }) => Code::TooManyTries,
            Self::Forbidden | Self::HubOnly | Self::Repair(RepairRefusal::NotAllowed) => {
                Code::Forbidden
            }
            Self::Guard(GuardError::ForeignOrigin) => Code::ForeignOrigin,
            Self::Guard(GuardError::ForeignHost) => Code::ForeignHost,
            Self::NotFound | Self::PreviewGone => Code::NotFound,
            Self::Guard(GuardError::BodyType)
            | Self::WrongMethod
            | Self::BadRequest(_)
            | Self::Body(_)
            | Self::Slow => Code::BadRequest,
            Self::TooLarge(_) => Code::TooLarge,
            Self::Refused(_) | Self::Repair(_) => Code::Refused,
            Self::Import(error) => import_code(error),
            Self::Attachment(error) => attachment_answer(error).1,
            Self::Bundle(error) => match error {
                BundleFailed::Driver(error) => driver_code(error),
                error if error.words().is_some() => Code::BundleRefused,
                _ => Code::Internal,
            },
            Self::Export(_) => Code::Internal,
            Self::Documents(_) => Code::StorageFailed,
            Self::Account(error) | Self::Login(LoginError::Account(error)) => match error {
                AccountError::Rows(error) => match error {
                    AccountsError::NameTaken { .. } | AccountsError::BadName { .. } => {
                        Code::BadRequest
                    }
                    AccountsError::NoSuchUser { .. } => Code::NotFound,
                    AccountsError::Unreadable(_) => Code::Internal,
                    AccountsError::Roster(_) | AccountsError::Store(_) => Code::StorageFailed,
                },
                AccountError::Password(error) => match error {
                    PasswordError::TooShort
                    | PasswordError::TooLong
                    | PasswordError::IsName
                    | PasswordError::Common => Code::BadRequest,
                    PasswordError::Stored(_)
                    | PasswordError::Hash(_)
                    | PasswordError::Parameters(_)
                    | PasswordError::Interrupted => Code::Internal,
                },
                AccountError::Driver(error) => driver_code(error),
            },
            Self::Driver(error) => driver_code(error),
            Self::Internal { .. } => Code::Internal,
        }
    }

    fn words(&self) -> System {
        match self {
            Self::NotLoggedIn => System::NotLoggedIn,
            Self::Login(LoginError::Refused) => System::LoginRefused,
            Self::Login(LoginError::TooManyTries { wait_seconds }) => System::TooManyTries {
                seconds: *wait_seconds,
            },
            Self::Forbidden => System::Forbidden,
            Self::HubOnly => System::HubOnly,
            Self::Guard(GuardError::ForeignOrigin) => System::ForeignOrigin,
            Self::Guard(GuardError::ForeignHost) => System::ForeignHost,
            Self::Guard(GuardError::BodyType) => System::BadRequest {
                what: "Content-Type".to_owned(),
            },
            Self::NotFound => System::NotFound,
            Self::WrongMethod => System::WrongMethod,
            Self::BadRequest(what) => System::BadRequest { what: what.clone() },
            Self::Body(_) | Self::Slow => System::BadRequest {
                what: "body".to_owned(),
            },
            Self::TooLarge(bytes) => System::TooLarge {
                mebibytes: bytes.div_ceil(1024 * 1024),
            },
            Self::Refused(_) | Self::Repair(_) => System::Refused,
            Self::Import(error) => System::WorkbookUnreadable {
                why: error.to_string(),
            },
            Self::Attachment(error) => error
                .words()
                .map_or(System::StorageFailed, System::Attachment),
            Self::Bundle(BundleFailed::Driver(error)) => driver_words(error),
            Self::Bundle(error) => error.words().map_or(System::Internal, System::Bundle),
            Self::Export(_) => System::Internal,
            Self::Documents(_) => System::StorageFailed,
            Self::PreviewGone => System::PreviewGone,
            Self::Account(error) | Self::Login(LoginError::Account(error)) => match error {
                AccountError::Rows(error) => match error {
                    AccountsError::NameTaken { name } => System::NameTaken { name: name.clone() },
                    AccountsError::BadName { .. } => System::BadName,
                    AccountsError::NoSuchUser { name } => System::NoSuchUser { name: name.clone() },
                    AccountsError::Unreadable(_) => System::Internal,
                    AccountsError::Roster(_) | AccountsError::Store(_) => System::StorageFailed,
                },
                AccountError::Password(error) => match error {
                    PasswordError::TooShort => System::PasswordTooShort { least: CHARS_MIN },
                    PasswordError::TooLong => System::PasswordTooLong { most: CHARS_MAX },
                    PasswordError::IsName => System::PasswordIsName,
                    PasswordError::Common => System::PasswordCommon,
                    PasswordError::Stored(_)
                    | PasswordError::Hash(_)
                    | PasswordError::Parameters(_)
                    | PasswordError::Interrupted => System::Internal,
                },
                AccountError::Driver(error) => driver_words(error),
            },
            Self::Driver(error) => driver_words(error),
            Self::Internal { .. } => System::Internal,
        }
    }

    /// What happened, why, and what to do, in the reader's language.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Self::Refused(refusal) => refusal.sentence(lang),
            Self::Repair(why) => repair::words(*why).text(lang),
            Self::Import(error) => error.text(lang),
            other => other.words().text(lang),
        }
    }

    /// Puts it into the log with all its causes, under the code its reader sees.
    pub fn note(&self, request_id: &str) -> Code {
        if self.status().is_server_error() {
            tracing::error!(request_id, error = %crate::exit::one_line(self), "a request failed");
        } else {
            tracing::debug!(request_id, error = %crate::exit::one_line(self), "a request was refused");
        }
        self.code()
    }

    /// The response, in the reader's language. Failures of our own go to the log with all their causes.
    #[must_use]
    pub fn into_response(self, lang: Lang, request_id: &str) -> Response<Bytes> {
        let body = ApiError {
            code: self.note(request_id),
            message: self.sentence(lang),
            refusal: match &self {
                Self::Refused(refusal) => Some(refusal.clone()),
                _ => None,
            },
            request_id: request_id.to_owned(),
        };
        let mut response = json_with(self.status(), &body);
        if let Self::Login(LoginError::TooManyTries { wait_seconds }) = &self {
            response
                .headers_mut()
                .insert(http::header::RETRY_AFTER, HeaderValue::from(*wait_seconds));
        }
        response
    }
}

fn import_status(error: &ImportError) -> StatusCode {
    match error {
        ImportError::Parse(_)
        | ImportError::Mapping(_)
        | ImportError::NotAWorkbook
        | ImportError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ImportError::Driver(error) => driver_status(error),
        ImportError::Documents(_)
        | ImportError::Store(_)
        | ImportError::Scratch { .. }
        | ImportError::Interrupted
        | ImportError::Errors(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn import_code(error: &ImportError) -> Code {
    match error {
        ImportError::Parse(_) | ImportError::NotAWorkbook => Code::WorkbookUnreadable,
        ImportError::Mapping(_) => Code::BadRequest,
        ImportError::Refused(_) => Code::Refused,
        ImportError::Driver(error) => driver_code(error),
        ImportError::Documents(_) | ImportError::Store(_) => Code::StorageFailed,
        ImportError::Scratch { .. } | ImportError::Interrupted | ImportError::Errors(_) => {
            Code::Internal
        }
    }
}

fn attachment_answer(error: &AttachmentError) -> (StatusCode, Code) {
    match error {
        AttachmentError::Size(0)
        | AttachmentError::Kind(_)
        | AttachmentError::Content(_)
        | AttachmentError::Name
        | AttachmentError::TooMany(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Code::AttachmentRefused)
        }
        AttachmentError::Size(_) => (StatusCode::PAYLOAD_TOO_LARGE, Code::AttachmentRefused),
        AttachmentError::NotHere | AttachmentError::Blob(BlobError::Damaged { .. }) => {
            (StatusCode::NOT_FOUND, Code::NotDownloaded)
        }
        AttachmentError::Blob(BlobError::Full { .. } | BlobError::DiskLow { .. }) => {
            (StatusCode::INSUFFICIENT_STORAGE, Code::AttachmentRefused)
        }
        AttachmentError::Blob(BlobError::Io { .. }) => {
            (StatusCode::SERVICE_UNAVAILABLE, Code::StorageFailed)
        }
        AttachmentError::Interrupted => (StatusCode::SERVICE_UNAVAILABLE, Code::NotReady),
    }
}

fn bundle_status(error: &BundleFailed) -> StatusCode {
    match error {
        BundleFailed::Driver(error) => driver_status(error),
        BundleFailed::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        error if error.words().is_some() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn driver_status(error: &DriverError) -> StatusCode {
    match error {
        DriverError::StorageFailed(_) | DriverError::DiskFull | DriverError::Stopped => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        DriverError::CoreFailed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn driver_code(error: &DriverError) -> Code {
    match error {
        DriverError::StorageFailed(_) | DriverError::DiskFull => Code::StorageFailed,
        DriverError::Stopped => Code::NotReady,
        DriverError::CoreFailed(_) => Code::Internal,
    }
}

fn driver_words(error: &DriverError) -> System {
    match error {
        DriverError::StorageFailed(_) => System::StorageFailed,
        DriverError::DiskFull => System::DiskFull,
        DriverError::Stopped => System::NotReady,
        DriverError::CoreFailed(_) => System::Internal,
    }
}

/// An answer as JSON, never cached.
#[must_use]
pub fn json<T: Serialize>(value: &T) -> Response<Bytes> {
    json_with(StatusCode::OK, value)
}

fn json_with<T: Serialize>(status: StatusCode, value: &T) -> Response<Bytes> {
    match serde_json::to_vec(value) {
        Ok(body) => plain(status, "application/json", body.into()),
        Err(error) => {
            // Only a map with keys that are no strings could do this, and none of our types has one.
            tracing::error!(%error, "an answer has no JSON form");
            plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "application/json",
                Bytes::from_static(b"{}"),
            )
        }
    }
}

/// An answer without a body.
#[must_use]
pub fn empty() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A short text.
#[must_use]
pub fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    plain(status, "text/plain; charset=utf-8", body.into())
}

/// Bytes of a type, never cached.
#[must_use]
pub fn plain(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text as it may stand in an address or a header (RFC 3986).
#[must_use]
pub fn percent(text: &str) -> String {
    let keeps = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let said = text.bytes().map(|byte| match keeps(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    said.collect()
}

/// A file to keep, under a name in any script (RFC 6266).
#[must_use]
pub fn download(kind: &'static str, name: &str, body: Bytes) -> Response<Bytes> {
    let mut response = plain(StatusCode::OK, kind, body);
    let disposition = format!("attachment; filename*=UTF-8''{}", percent(name));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response
            .headers_mut()
            .insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Reads a JSON body.
///
/// # Errors
/// [`Failed::BadRequest`] with the place of the mistake.
pub fn read_json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(body).map_err(|error| Failed::BadRequest(error.to_string()))
}
