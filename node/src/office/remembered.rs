//! Mappings people gave, kept for the next workbook of the same unit with the same titles.
//!
//! A mapping is kept under its unit and the digest of the titles it was given for ([`Layout::fingerprint`]). Titles nobody can guess
//! make a table only with the mapping that names them, so [`Remembered::fit`] tries what is kept on the workbook instead of looking
//! for the workbook's titles first. Local to a node, journaled, bounded: beyond `MAPPINGS_MAX` the one unused longest goes.

use serde::{Deserialize, Serialize};

use shared::ids::UnitId;
use shared::store::{Reader, StoreError, Tree, Turn};
use shared::time::{Month, Timestamp};

use super::import::layouts;
use super::mapping::{Layout, Mapping};
use super::workbook::Workbook;

/// Mappings kept for a unit. Titles that name a month make a new one each month; a unit has a dozen kinds of ledgers.
const MAPPINGS_MAX: usize = 200;
/// Bytes of a digest of titles.
const FINGERPRINT_BYTES: usize = 16;

/// The mappings kept for a unit, the one used last first.
#[derive(Debug, Default)]
pub struct Remembered(Vec<([u8; FINGERPRINT_BYTES], Kept)>);

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// When it was given or used last.
    at: Timestamp,
    /// What a person calls it (方案); empty while nobody named it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    mapping: Mapping,
}

impl Remembered {
    /// What is kept for a unit.
    ///
    /// # Errors
    /// When storage fails. What this version cannot read counts as none.
    pub fn of(reader: &dyn Reader, unit: UnitId) -> Result<Self, StoreError> {
        let from = key(unit, [0; FINGERPRINT_BYTES]);
        let mut to = key(unit, [u8::MAX; FINGERPRINT_BYTES]);
        to.push(0);
        let pairs = reader.range(Tree::Import, &from, &to, usize::MAX)?;
        let mut kept: Vec<_> = pairs
            .iter()
            .filter_map(|(key, bytes)| {
                let fingerprint = key.last_chunk::<FINGERPRINT_BYTES>()?;
                Some((*fingerprint, serde_json::from_slice::<Kept>(bytes).ok()?))
            })
            .collect();
        kept.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.at));
        Ok(Self(kept))
    }

    /// The names of schemes, the one used last first.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (_, kept) in &self.0 {
            if !kept.name.is_empty() && !names.contains(&kept.name) {
                names.push(kept.name.clone());
            }
        }
        names
    }

    /// The mapping a person calls by a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Mapping> {
        let mut all = self.0.iter();
        let found = all.find(|(_, kept)| kept.name == name && !name.is_empty());
        found.map(|(_, kept)| kept.mapping.clone())
    }

    /// The mapping that was given for a table with the titles of one in this workbook, and what a person calls it.
    #[must_use]
    pub fn fit(self, workbook: &Workbook, this_month: Month) -> Option<(Mapping, String)> {
        let fits = |fingerprint: &[u8; FINGERPRINT_BYTES], mapping: &Mapping| {
            let found = layouts(workbook, mapping, this_month);
            let mut found = found.iter();
            found.any(|(_, layout)| layout.fingerprint() == *fingerprint)
        };
        let mut all = self.0.into_iter();
        let found = all.find(|(fingerprint, kept)| fits(fingerprint, &kept.mapping));
        found.map(|(_, kept)| (kept.mapping, kept.name))
    }
}

/// Keeps a mapping for the next workbook of this unit with the same titles, in the place of what was kept for them.
///
/// # Errors
/// When storage fails.
pub fn remember(
    turn: &mut Turn<'_>,
    now: Timestamp,
    unit: UnitId,
    layouts: &[(usize, Layout)],
    (mapping, name): (&Mapping, &str),
) -> Result<(), StoreError> {
    let kept = Kept {
        at: now,
        name: name.to_owned(),
        mapping: mapping.clone(),
    };
    // Strings and numbers always become JSON.
    let bytes = serde_json::to_vec(&kept).unwrap_or_default();
    for (_, layout) in layouts {
        turn.put(
            Tree::Import,
            key(unit, layout.fingerprint()),
            bytes.as_slice(),
        );
    }
    let Remembered(all) = Remembered::of(turn, unit)?;
    for (fingerprint, _) in all.into_iter().skip(MAPPINGS_MAX) {
        turn.remove(Tree::Import, key(unit, fingerprint));
    }
    Ok(())
}

fn key(unit: UnitId, fingerprint: [u8; FINGERPRINT_BYTES]) -> Vec<u8> {
    // Behind every import, whose keys begin with a ULID.
    [b"\xffmapping/".as_slice(), &unit.to_bytes(), &fingerprint].concat()
}
