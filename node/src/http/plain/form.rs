//! What a form of `/plain` brought: its fields, at most one file, and the proof that the form was ours.

use std::collections::BTreeMap;
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;

use crate::accounts::Visitor;
use crate::http::Call;
use crate::http::guard::{self, GuardError};
use crate::http::reply::Failed;

/// Parts one form may have.
const PARTS_MAX: usize = 16;

/// A form's content.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: BTreeMap<String, String>,
    /// The uploaded file: its name as the browser tells it, and its bytes.
    pub(super) file: Option<(String, Bytes)>,
}

impl Form {
    /// Takes a form apart. With a visitor it must carry his session's proof in the field `csrf`.
    ///
    /// # Errors
    /// When the body is no form, or not a form of these pages.
    pub(super) async fn read(call: &Call, visitor: Option<&Visitor>) -> Result<Self, Failed> {
        let bad = |error: multer::Error| Failed::BadRequest(error.to_string());
        let kind = call.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let boundary = multer::parse_boundary(kind).map_err(bad)?;
        let body = stream::iter([Ok::<_, Infallible>(call.body.clone())]);
        let mut parts = multer::Multipart::new(body, boundary);
        let mut form = Self::default();
        for _ in 0..PARTS_MAX {
            let Some(part) = parts.next_field().await.map_err(bad)? else {
                break;
            };
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(file) => {
                    let bytes = part.bytes().await.map_err(bad)?;
                    if !file.is_empty() {
                        form.file = Some((file, bytes));
                    }
                }
                None => {
                    let value = part.text().await.map_err(bad)?;
                    form.fields.insert(name, value);
                }
            }
        }
        if let Some(visitor) = visitor
            && !guard::same_bytes(form.field("csrf").as_bytes(), visitor.csrf.as_bytes())
        {
            return Err(GuardError::ForeignOrigin.into());
        }
        Ok(form)
    }

    /// A field's text; empty when the form has none of the name.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}
