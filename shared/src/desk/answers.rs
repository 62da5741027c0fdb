//! Answers kept under their command's id, so that a command sent twice happens once.
//!
//! Shape: `Tree::Command`, id → 1 ‖ moment ‖ the heads afterwards ‖ what was written, each as project ‖ change, for a command that was simply
//! carried out; 2 ‖ JSON for any other answer. Values that begin with `{` are JSON as earlier versions wrote it.

use automerge::ChangeHash;
use serde::{Deserialize, Serialize};

use crate::command::{Answer, Outcome};
use crate::ids::{CommandId, ProjectId};
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::time::Timestamp;
use crate::wire::codec::{Reader as Input, WireError, Writer};

/// Days an answer is kept for a command that is sent again. A queue in a browser can wait for weeks.
const KEPT_DAYS: i64 = 120;

const DONE: u8 = 1;
const JSON: u8 = 2;
const JSON_ALONE: u8 = b'{';
/// Most heads and changes of one kept answer.
const LIST_MAX: usize = 1 << 20;

/// An answer, and what the command wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The answer as it was sent.
    pub(super) answer: Answer,
    /// Changes to project documents (hex), for the base of later commands by the same author.
    #[serde(default)]
    pub(super) wrote: Vec<(ProjectId, String)>,
}

/// Keeps an answer, and lets a few of the oldest go.
pub(super) fn keep(turn: &mut Turn<'_>, now: Timestamp, kept: &Kept) -> Result<(), StoreError> {
    let key = kept.answer.id.to_bytes();
    turn.put(Tree::Command, key, encode(kept));
    // Command ids begin with their time, so the oldest come first.
    let oldest = now.0.saturating_sub(KEPT_DAYS * 86_400_000).max(0);
    let to = CommandId::from_parts(u64::try_from(oldest).unwrap_or(0), [0; 10]).to_bytes();
    for (key, _) in turn.range(Tree::Command, &[0], &to, 4)? {
        turn.remove(Tree::Command, key);
    }
    Ok(())
}

/// The answer this command had, if it is still kept.
pub(super) fn kept(reader: &dyn Reader, id: CommandId) -> Result<Option<Kept>, StoreError> {
    let bytes = reader.load(Tree::Command, &id.to_bytes())?;
    Ok(bytes.and_then(|bytes| decode(id, &bytes)))
}

fn encode(kept: &Kept) -> Vec<u8> {
    encode_done(kept).unwrap_or_else(|| {
        // Ids, numbers and strings always become JSON.
        let json = serde_json::to_vec(kept).unwrap_or_default();
        [&[JSON], json.as_slice()].concat()
    })
}

/// `None` for an answer that says more than that it was done.
fn encode_done(kept: &Kept) -> Option<Vec<u8>> {
    let Outcome::Done {
        heads,
        proposed,
        counts: None,
        at,
    } = &kept.answer.outcome
    else {
        return None;
    };
    if !proposed.is_empty() {
        return None;
    }
    let parse = |hex: &String| hex.parse::<ChangeHash>().ok();
    let heads = heads.iter().map(parse).collect::<Option<Vec<_>>>()?;
    let wrote = kept.wrote.iter().map(|(id, hex)| Some((id, parse(hex)?)));
    let wrote = wrote.collect::<Option<Vec<_>>>()?;
    let mut out = Writer::new();
    out.u8(DONE);
    out.signed(at.0);
    out.list(&heads, |out, head| out.raw(&head.0));
    out.list(&wrote, |out, (project, hash)| {
        out.raw(&project.to_bytes());
        out.raw(&hash.0);
    });
    Some(out.into_bytes())
}

fn decode(id: CommandId, bytes: &[u8]) -> Option<Kept> {
    match bytes.split_first()? {
        (&DONE, rest) => decode_done(id, rest).ok(),
        (&JSON, rest) => serde_json::from_slice(rest).ok(),
        (&JSON_ALONE, _) => serde_json::from_slice(bytes).ok(),
        _ => None,
    }
}

fn decode_done(id: CommandId, bytes: &[u8]) -> Result<Kept, WireError> {
    let mut input = Input::new(bytes);
    let at = Timestamp(input.signed()?);
    let hash = |input: &mut Input<'_>| Ok(ChangeHash(input.array()?).to_string());
    let heads = input.list(LIST_MAX, hash)?;
    let wrote = input.list(LIST_MAX, |input| {
        let project = ProjectId::from_bytes(input.array()?);
        Ok((project, hash(input)?))
    })?;
    input.finish()?;
    let outcome = Outcome::Done {
        heads,
        proposed: Vec::new(),
        counts: None,
        at,
    };
    Ok(Kept {
        answer: Answer { id, outcome },
        wrote,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::ImportCounts;

    fn done() -> Kept {
        let project = ProjectId::from_parts(7, [3; 10]);
        Kept {
            answer: Answer {
                id: CommandId::from_parts(9, [1; 10]),
                outcome: Outcome::Done {
                    heads: vec!["0b".repeat(32), "a1".repeat(32)],
                    proposed: Vec::new(),
                    counts: None,
                    at: Timestamp(1_795_409_105_514),
                },
            },
            wrote: vec![(project, "a1".repeat(32)), (project, "0b".repeat(32))],
        }
    }

    #[test]
    fn an_answer_comes_back_as_it_was_sent_whatever_it_says() {
        let mut counted = done();
        if let Outcome::Done { counts, .. } = &mut counted.answer.outcome {
            *counts = Some(ImportCounts::default());
        }
        let mut odd = done();
        odd.wrote[0].1 = "no hash".to_owned();
        for kept in [done(), counted, odd] {
            let bytes = encode(&kept);
            assert_eq!(decode(kept.answer.id, &bytes), Some(kept.clone()));
            let earlier = serde_json::to_vec(&kept).expect("it becomes JSON");
            assert_eq!(decode(kept.answer.id, &earlier), Some(kept));
        }
    }

    #[test]
    fn a_plain_answer_is_kept_short_and_a_damaged_one_is_none() {
        let bytes = encode(&done());
        // Kind, moment, two heads, two changes of a project each, and the two counts.
        assert_eq!(bytes.len(), 1 + 6 + 1 + 2 * 32 + 1 + 2 * 48);
        for cut in 0..bytes.len() {
            assert_eq!(decode(done().answer.id, &bytes[..cut]), None);
        }
    }
}
