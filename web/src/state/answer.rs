//! What a failure or refusal says to a person: what happened, why, which code.

use shared::text::Lang;
use shared::text::ui::{Bare, Say, Ui};

use super::outbox::{Item, Standing};
use super::words::Words;
use crate::client::http::Failure;

/// The words for a failed request.
#[must_use]
pub fn failure(failure: &Failure, words: &Words) -> String {
    match failure {
        Failure::Unreachable => words.bare(Bare::FailUnreachable).to_owned(),
        Failure::LoggedOut => words.t(Ui::SessionEnded).to_owned(),
        Failure::Told(error) => error.message.clone(),
        Failure::Status(status) => words.say(&Say::Status(*status)),
        Failure::Garbled => words.bare(Bare::FailAnswer).to_owned(),
    }
}

/// The words for a request that failed before the words of pages came.
#[must_use]
pub fn early(failure: &Failure, lang: Lang) -> &str {
    match failure {
        Failure::Told(error) => &error.message,
        Failure::Garbled => Bare::FailAnswer.text(lang),
        Failure::Unreachable | Failure::LoggedOut | Failure::Status(_) => {
            Bare::FailUnreachable.text(lang)
        }
    }
}

/// The code and request of a failed request, for whoever helps.
#[must_use]
pub fn code(failure: &Failure, words: &Words) -> Option<String> {
    let Failure::Told(error) = failure else {
        return None;
    };
    let code = serde_json::to_string(&error.code).unwrap_or_default();
    Some(words.say(&Say::ProblemCode(code.trim_matches('"'), &error.request_id)))
}

/// Why a command of the outbox was not written.
#[must_use]
pub fn standing(item: &Item, words: &Words) -> String {
    match &item.standing {
        Standing::Refused(why) => why.clone(),
        Standing::Waiting => words.t(Ui::Queued).to_owned(),
        Standing::Sending => words.t(Ui::Saving).to_owned(),
    }
}
