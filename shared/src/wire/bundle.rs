//! What a USB bundle says: the same batches as over the line, with what a greeting would have said before them.
//!
//! A bundle is made for one node by another. Its [`Manifest`] says who speaks, for which life of its log, what it holds of the
//! other's (which acknowledges as a frame would), and what else it owes: proof of an invite, a receipt, refusals. The batches
//! follow in the plain form, since nothing is known for sure of what the reader holds. The sender's signature covers all of
//! it, the reader's name included, so that a bundle means something to nobody else. [`read`] gives a [`Bundle`] only when the
//! signature holds; a sealed envelope around it is the node's business.
//!
//! Source: research/sync.md 7 "USB bundle"; the layout is ours.

use crate::attachments::BlobName;
use crate::identity::{NodeKey, SIGNATURE_BYTES, is_signed_by};
use crate::ids::{DocumentId, NodeId};
use crate::time::Timestamp;

use super::codec::{Reader, WireError, Writer};
use super::v1::{
    BATCH_BYTES_MAX, BatchHead, Chain, Hash, Incarnation, InviteProof, PACKED_BYTES_MAX, Point,
    SCOPES_MAX, Scope,
};

/// The newest form of a bundle this program writes and reads; one that says nothing about files is written in the form before it.
pub const BUNDLE_VERSION: u8 = 2;
/// The form without files.
const WITHOUT_FILES: u8 = 1;
/// Bytes of one bundle, sealed: what a stick carries for a township is a hundredth of it.
pub const BUNDLE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Batches of one bundle.
const BATCHES_MAX: usize = 65_536;
/// Refusals one bundle tells; the rest follow with the next.
pub const REFUSALS_MAX: usize = 1_000;
/// Files one bundle may carry, and that it may say its sender holds; of the rest nothing is known, which costs carrying them twice.
pub const FILES_MAX: usize = 20_000;
/// Files a bundle asks for.
pub const WANTED_MAX: usize = 1_000;
/// Bytes of a name in a manifest.
const NAME_BYTES_MAX: usize = 256;
/// What a bundle's signature is for.
const CONTEXT: &str = "xiangmu bundle v1";

/// A receipt as it stands in a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedReceipt {
    /// Up to where the reader's log is held.
    pub point: Point,
    /// When that was signed.
    pub at: Timestamp,
    /// As in [`super::v1::Frame::Receipt`].
    pub signature: [u8; SIGNATURE_BYTES],
}

/// A change the sender put into quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedRefusal {
    /// The document.
    pub document: DocumentId,
    /// The change.
    pub hash: Hash,
    /// Why (`gate::Reason`).
    pub reason: u8,
}

/// A file that goes along with a bundle; its bytes lie behind the bundle, under a seal of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedFile {
    /// The BLAKE3 of its bytes.
    pub name: BlobName,
    /// How many there are.
    pub bytes: u64,
}

/// How a bundle names a file that its sender holds: its first bytes. Who makes two names begin alike harms only himself.
pub type FileMark = [u8; 8];

/// What a bundle says about files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Those that go along.
    pub carried: Vec<CarriedFile>,
    /// Those the sender holds, of documents both have.
    pub held: Vec<FileMark>,
    /// Those somebody at the sender waits for.
    pub wanted: Vec<BlobName>,
}

/// Everything a bundle says beside its batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Who made it.
    pub from: NodeId,
    /// Who it is for.
    pub to: NodeId,
    /// The sender's unit by name.
    pub unit_name: String,
    /// The county's profile at the sender.
    pub profile: String,
    /// The life of the sender's log.
    pub incarnation: Incarnation,
    /// When it was made, by the sender's clock.
    pub made_at: Timestamp,
    /// Drawn for this bundle; an invite's proof is made over it.
    pub nonce: [u8; 32],
    /// Present until the hub is known to have let the sender in.
    pub invite: Option<InviteProof>,
    /// The life of the reader's log that `held` is about.
    pub held_incarnation: Incarnation,
    /// What the sender holds of the reader's log.
    pub held: Vec<Point>,
    /// Where the sender's log stood, with its signature over each point.
    pub heads: Vec<(Point, [u8; SIGNATURE_BYTES])>,
    /// The hub's receipt for the reader's log.
    pub receipt: Option<CarriedReceipt>,
    /// The reader's changes that lie in quarantine at the sender.
    pub refusals: Vec<CarriedRefusal>,
    /// What it says about files; `None` where files stay out of it.
    pub files: Option<Files>,
}

/// One batch of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedBatch {
    /// What it is.
    pub head: BatchHead,
    /// Its packed bytes.
    pub bytes: Vec<u8>,
}

/// A bundle whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    manifest: Manifest,
    batches: Vec<CarriedBatch>,
}

/// Why bytes are no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// A newer program wrote it.
    #[error("the bundle was written by a newer version; upgrade this one first")]
    Newer,
    /// It is not what a bundle looks like.
    #[error("the bundle is malformed")]
    Malformed(#[from] WireError),
    /// A batch is not the one that was packed.
    #[error("a batch of the bundle is damaged")]
    DamagedBatch,
    /// The signature is not the sender's over these bytes.
    #[error("the bundle's signature does not hold")]
    Unproven,
}

impl Bundle {
    /// What it says beside its batches.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The batches, in the order they are to be taken in.
    #[must_use]
    pub fn batches(&self) -> &[CarriedBatch] {
        &self.batches
    }
}

/// Writes and signs a bundle. `key` is the sender's, whose name the manifest carries.
#[must_use]
pub fn write(manifest: &Manifest, batches: &[CarriedBatch], key: &NodeKey) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(match manifest.files {
        Some(_) => BUNDLE_VERSION,
        None => WITHOUT_FILES,
    });
    write_manifest(&mut out, manifest);
    out.list(batches, |out, batch| {
        write_head(out, &batch.head);
        out.bytes(&batch.bytes);
    });
    let mut bytes = out.into_bytes();
    let signature = key.sign(CONTEXT, &[&bytes]);
    bytes.extend(signature);
    bytes
}

/// Reads a bundle and proves it: nothing of it is given away before its signature held.
///
/// # Errors
/// When the bytes are anything but exactly one bundle of this version, signed by the node it names.
pub fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
    match bytes.first() {
        Some(&(WITHOUT_FILES | BUNDLE_VERSION)) => {}
        Some(&found) if found > BUNDLE_VERSION => return Err(BundleError::Newer),
        _ => return Err(WireError::Truncated.into()),
    }
    let (content, signature) = bytes
        .split_last_chunk::<SIGNATURE_BYTES>()
        .ok_or(WireError::Truncated)?;
    let mut input = Reader::new(content);
    let has_files = input.u8()? != WITHOUT_FILES;
    let manifest = read_manifest(&mut input, has_files)?;
    if !is_signed_by(manifest.from, CONTEXT, &[content], signature) {
        return Err(BundleError::Unproven);
    }
    let batches = input.list(BATCHES_MAX, |input| {
        Ok(CarriedBatch {
            head: read_head(input)?,
            bytes: input.bytes(PACKED_BYTES_MAX)?.to_vec(),
        })
    })?;
    input.finish()?;
    let is_sound = |batch: &CarriedBatch| {
        batch.bytes.len() as u64 == batch.head.packed_bytes
            && batch.head.raw_bytes <= BATCH_BYTES_MAX as u64
            && batch.head.to > batch.head.from
            && blake3::hash(&batch.bytes).as_bytes()[..8] == batch.head.digest
    };
    if !batches.iter().all(is_sound) {
        return Err(BundleError::DamagedBatch);
    }
    Ok(Bundle { manifest, batches })
}

fn write_manifest(out: &mut Writer, manifest: &Manifest) {
    out.raw(&manifest.from.to_bytes());
    out.raw(&manifest.to.to_bytes());
    out.text(&manifest.unit_name);
    out.text(&manifest.profile);
    out.raw(&manifest.incarnation);
    out.signed(manifest.made_at.0);
    out.raw(&manifest.nonce);
    out.u8(manifest.invite.is_some().into());
    if let Some(invite) = &manifest.invite {
        out.raw(&invite.invite);
        out.raw(&invite.proof);
    }
    out.raw(&manifest.held_incarnation);
    out.list(&manifest.held, |out, point| point.write(out));
    out.list(&manifest.heads, |out, (point, signature)| {
        point.write(out);
        out.raw(signature);
    });
    out.u8(manifest.receipt.is_some().into());
    if let Some(receipt) = &manifest.receipt {
        receipt.point.write(out);
        out.signed(receipt.at.0);
        out.raw(&receipt.signature);
    }
    out.list(&manifest.refusals, |out, refusal| {
        out.bytes(&refusal.document.to_bytes());
        out.raw(&refusal.hash);
        out.u8(refusal.reason);
    });
    if let Some(files) = &manifest.files {
        out.list(&files.carried, |out, file| {
            out.raw(&file.name);
            out.uint(file.bytes);
        });
        out.list(&files.held, |out, mark| out.raw(mark));
        out.list(&files.wanted, |out, name| out.raw(name));
    }
}

fn read_manifest(input: &mut Reader<'_>, has_files: bool) -> Result<Manifest, WireError> {
    Ok(Manifest {
        from: NodeId::from_bytes(input.array()?),
        to: NodeId::from_bytes(input.array()?),
        unit_name: input.text(NAME_BYTES_MAX)?,
        profile: input.text(NAME_BYTES_MAX)?,
        incarnation: input.array()?,
        made_at: Timestamp(input.signed()?),
        nonce: input.array()?,
        invite: optional(input, |input| {
            Ok(InviteProof {
                invite: input.array()?,
                proof: input.array()?,
            })
        })?,
        held_incarnation: input.array()?,
        held: input.list(SCOPES_MAX, Point::read)?,
        heads: input.list(SCOPES_MAX, |input| {
            Ok((Point::read(input)?, input.array()?))
        })?,
        receipt: optional(input, |input| {
            Ok(CarriedReceipt {
                point: Point::read(input)?,
                at: Timestamp(input.signed()?),
                signature: input.array()?,
            })
        })?,
        refusals: input.list(REFUSALS_MAX, |input| {
            let id = input.bytes(32)?;
            let unknown = WireError::UnknownKind {
                what: "document",
                found: id.first().copied().unwrap_or(0).into(),
            };
            Ok(CarriedRefusal {
                document: DocumentId::from_bytes(id).ok_or(unknown)?,
                hash: input.array()?,
                reason: input.u8()?,
            })
        })?,
        files: has_files.then(|| read_files(input)).transpose()?,
    })
}

fn read_files(input: &mut Reader<'_>) -> Result<Files, WireError> {
    Ok(Files {
        carried: input.list(FILES_MAX, |input| {
            Ok(CarriedFile {
                name: input.array()?,
                bytes: input.uint()?,
            })
        })?,
        held: input.list(FILES_MAX, Reader::array)?,
        wanted: input.list(WANTED_MAX, Reader::array)?,
    })
}

fn optional<T>(
    input: &mut Reader<'_>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, WireError>,
) -> Result<Option<T>, WireError> {
    match input.u8()? {
        0 => Ok(None),
        1 => read(input).map(Some),
        found => Err(WireError::UnknownKind {
            what: "flag",
            found: found.into(),
        }),
    }
}

fn write_head(out: &mut Writer, head: &BatchHead) {
    out.raw(&head.scope.to_bytes());
    out.uint(head.from);
    out.uint(head.to.saturating_sub(head.from));
    out.raw(&head.chain);
    out.u8(head.codec);
    out.uint(head.raw_bytes);
    out.uint(head.packed_bytes);
    out.raw(&head.digest);
}

fn read_head(input: &mut Reader<'_>) -> Result<BatchHead, WireError> {
    let scope = Scope::read(input)?;
    let from = input.uint()?;
    let to = from
        .checked_add(input.uint()?)
        .ok_or(WireError::BadInteger)?;
    let chain: Chain = input.array()?;
    Ok(BatchHead {
        scope,
        from,
        to,
        chain,
        codec: input.u8()?,
        raw_bytes: input.uint()?,
        packed_bytes: input.uint()?,
        digest: input.array()?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn sample(key: &NodeKey) -> (Manifest, Vec<CarriedBatch>) {
        let point = |scope, position| Point {
            scope,
            position,
            chain: [7; 16],
        };
        let bytes = b"packed items".to_vec();
        let mut digest = [0; 8];
        digest.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..8]);
        let manifest = Manifest {
            from: key.node_id(),
            to: NodeId::from_bytes([2; 32]),
            unit_name: "竹溪镇".into(),
            profile: "kaizhou".into(),
            incarnation: [1; 8],
            made_at: Timestamp(1_800_000_000_000),
            nonce: [3; 32],
            invite: Some(InviteProof {
                invite: [4; 8],
                proof: [5; 16],
            }),
            held_incarnation: [6; 8],
            held: vec![point(Scope::County, 3)],
            heads: vec![(point(Scope::Hub, 9), [8; SIGNATURE_BYTES])],
            receipt: Some(CarriedReceipt {
                point: point(Scope::Hub, 4),
                at: Timestamp(-1),
                signature: [9; SIGNATURE_BYTES],
            }),
            refusals: vec![CarriedRefusal {
                document: DocumentId::County(2026),
                hash: [10; 32],
                reason: 1,
            }],
            files: Some(Files {
                carried: vec![CarriedFile {
                    name: [12; 32],
                    bytes: 300,
                }],
                held: vec![[13; 8]],
                wanted: vec![[14; 32]],
            }),
        };
        let head = BatchHead {
            scope: Scope::Hub,
            from: 2,
            to: 9,
            chain: [11; 16],
            codec: 0,
            raw_bytes: 12,
            packed_bytes: bytes.len() as u64,
            digest,
        };
        (manifest, vec![CarriedBatch { head, bytes }])
    }

    #[test]
    fn a_bundle_reads_back_and_no_changed_byte_passes() {
        let key = NodeKey::from_seed(&[7; 32]);
        let (manifest, batches) = sample(&key);
        let bytes = write(&manifest, &batches, &key);
        let bundle = read(&bytes).unwrap();
        assert_eq!(
            (bundle.manifest(), bundle.batches()),
            (&manifest, &*batches)
        );
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x10;
            assert!(read(&wrong).is_err(), "byte {at}");
            assert!(read(&bytes[..at]).is_err(), "cut at {at}");
        }
        assert!(read(&[bytes.as_slice(), b"x"].concat()).is_err());
    }

    #[test]
    fn a_bundle_without_files_is_one_that_the_version_before_reads() {
        let key = NodeKey::from_seed(&[7; 32]);
        let (mut manifest, batches) = sample(&key);
        manifest.files = None;
        let bytes = write(&manifest, &batches, &key);
        assert_eq!(bytes[0], 1);
        assert_eq!(read(&bytes).unwrap().manifest(), &manifest);
    }

    #[test]
    fn nobody_signs_for_another_and_newer_forms_say_so() {
        let key = NodeKey::from_seed(&[7; 32]);
        let (manifest, batches) = sample(&key);
        let forged = write(&manifest, &batches, &NodeKey::from_seed(&[8; 32]));
        assert_eq!(read(&forged), Err(BundleError::Unproven));
        let mut newer = write(&manifest, &batches, &key);
        newer[0] = BUNDLE_VERSION + 1;
        assert_eq!(read(&newer), Err(BundleError::Newer));
        assert!(matches!(read(&[]), Err(BundleError::Malformed(_))));
    }

    #[test]
    fn a_batch_that_is_not_the_one_packed_is_refused_though_it_is_signed() {
        let key = NodeKey::from_seed(&[7; 32]);
        let (manifest, mut batches) = sample(&key);
        batches[0].bytes[0] ^= 1;
        let signed = write(&manifest, &batches, &key);
        assert_eq!(read(&signed), Err(BundleError::DamagedBatch));
    }
}
