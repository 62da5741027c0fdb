//! Costly changes meet the gate's own process first: what it says counts, and what it dies of harms nobody.

use std::path::{Path, PathBuf};

use node::trial;
use shared::document::{Author, Base, Document};
use shared::gate::trial::{Suspect, Weight, encode};
use shared::identity::ProcessActor;
use shared::ids::{DocumentId, NodeId, ProjectId};
use shared::time::Timestamp;
use shared::value::Value;
use tests::process::program;

/// Honest changes of a document, on top of `before`: a long co-edited text, and then a value.
fn suspect(number: u8, chars: usize) -> Suspect {
    let id = DocumentId::Project(ProjectId::from_bytes([number; 16]));
    let mut document = Document::new(&id).expect("genesis");
    let before = document.save();
    let author = Author {
        process: ProcessActor::new(NodeId::from_bytes([1; 32]), [1; 7]),
        message: "edit:abcdefgh".into(),
        at: Timestamp(1_795_000_000_000),
        base: Base::Now,
    };
    let edits = [(
        "worklog".parse().expect("a path"),
        Value::Text("y".repeat(chars)),
    )];
    let made = document.write(&edits, &author).expect("an honest write");
    Suspect {
        document: id,
        before,
        raws: made
            .iter()
            .map(|change| change.raw_bytes().to_vec())
            .collect(),
    }
}

/// A program that answers once and dies.
fn dying(folder: &Path) -> PathBuf {
    let path = folder.join("dies");
    std::fs::write(&path, "#!/bin/sh\nprintf '\\002\\001'\n").expect("a file");
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
    std::fs::set_permissions(&path, mode).expect("it can be run");
    path
}

#[test]
fn the_gates_process_tells_sound_changes_from_what_it_cannot_read() {
    let long = suspect(1, 15_000);
    let weight = long.raws.iter().map(|raw| Weight::of(raw));
    let weight = weight.fold(Weight::default(), Weight::plus);
    assert!(weight.operations >= 15_000, "{weight:?}");
    let mut damaged = suspect(2, 10);
    damaged.before.truncate(20);
    let suspects = encode(&[long, damaged, suspect(3, 10)]);
    let found = trial::run(&program(), &suspects).expect("it can be tried");
    assert_eq!(found, [true, false, true]);
}

#[test]
fn what_the_gates_process_dies_of_is_not_sound_and_the_rest_gets_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let suspects: Vec<Suspect> = (1..=8).map(|number| suspect(number, 3)).collect();
    let found = trial::run(&dying(folder.path()), &encode(&suspects)).expect("it can be tried");
    // Three children, each of which dies of its second document; nobody tried what is left.
    let (yes, no) = (true, false);
    assert_eq!(found, [yes, no, yes, no, yes, no, no, no]);
}

#[test]
fn a_program_that_is_not_there_says_nothing_about_the_changes() {
    let suspects = encode(&[suspect(1, 3)]);
    assert!(trial::run(Path::new("/nowhere/xiangmu"), &suspects).is_err());
    // Nor does another program in its place.
    assert!(trial::run(Path::new("/bin/true"), &suspects).is_err());
}
