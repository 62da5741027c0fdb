//! Every fault is planted in a healthy node's facts, and that fault alone is named; in a healthy node none is.

use shared::ids::{NodeId, UnitId};
use shared::text::Lang;

use super::*;
use crate::control::UnitShare;

const NOW: Timestamp = Timestamp(1_795_400_000_000);

fn ago(days: i64) -> Timestamp {
    Timestamp(NOW.0 - days * DAY_MS)
}

fn healthy() -> Facts {
    Facts {
        role: NodeRole::Node,
        now: NOW,
        hub_time: Some(Timestamp(NOW.0 + 60_000)),
        sync: SyncState::Synced,
        line: None,
        detail: String::new(),
        pending: 3,
        last_exchange: Some(ago(1)),
        read_only: None,
        trouble: Vec::new(),
        attachments: AttachmentStatus {
            bytes: 800,
            bytes_max: 1_000,
            units: vec![share(70)],
            unit_bytes_max: 100,
        },
        accounts: 2,
        backup: Some((last(1), true)),
        made_at: ago(400),
        holidays_missing: Vec::new(),
        rules_unreadable: Vec::new(),
        quarantined: 0,
        nodes: vec![peer("active", 2)],
    }
}

fn share(bytes: u64) -> UnitShare {
    UnitShare {
        unit: UnitId::from_bytes([1; 10]),
        name: "松坪镇".to_owned(),
        bytes,
    }
}

fn last(days: i64) -> Last {
    Last {
        made_at: ago(days),
        position: 7,
        file: "backup/day.xmbackup".into(),
    }
}

fn peer(state: &str, days: i64) -> PeerStatus {
    PeerStatus {
        id: NodeId::from_bytes([1; 32]),
        unit: UnitId::from_bytes([1; 10]),
        unit_name: "松坪镇".to_owned(),
        state: state.to_owned(),
        online: false,
        position: 0,
        last_contact: Some(ago(days)),
        copied: None,
        alarm: None,
        note: String::new(),
    }
}

/// The one thing that is found once a fault is planted, with its words in both languages.
fn check(expected: &str, plant: impl FnOnce(&mut Facts)) {
    let mut facts = healthy();
    plant(&mut facts);
    let found = judge(&facts);
    assert_eq!(found.len(), 1, "{expected}: {found:?}");
    let value = serde_json::to_value(&found[0]).unwrap_or_default();
    assert_eq!(value["id"], expected);
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| found[0].text(lang));
    assert!(zh.contains('：') && !zh.contains('\n'), "{zh}");
    assert!(en.contains(": ") && !en.contains('\n'), "{en}");
}

#[test]
fn each_planted_fault_is_named_alone_and_a_healthy_node_has_none() {
    assert_eq!(judge(&healthy()), []);
    check("read_only", |facts| {
        facts.read_only = Some("the disk is full".to_owned())
    });
    check("damage", |facts| facts.trouble.push("segment 3".to_owned()));
    check("nobody_can_log_in", |facts| facts.accounts = 0);
    check("clock_off", |facts| {
        facts.sync = SyncState::ClockSkew { minutes: -9 }
    });
    check("clock_behind", |facts| facts.hub_time = Some(ago(-1)));
    check("clock_behind", |facts| facts.made_at = ago(-30));
    check("line", |facts| facts.line = Some(LineReason::Unreachable));
    check("unsent", |facts| facts.last_exchange = Some(ago(9)));
    check("backup_old", |facts| facts.backup = Some((last(4), true)));
    check("backup_gone", |facts| facts.backup = Some((last(1), false)));
    check("no_backup", |facts| facts.backup = None);
    check("holidays_missing", |facts| {
        facts.holidays_missing.push(2031)
    });
    check("rules_unreadable", |facts| {
        facts.rules_unreadable.push("v3".to_owned())
    });
    check("attachments_full", |facts| facts.attachments.bytes = 901);
    check("unit_files_full", |facts| {
        facts.attachments.units.push(share(91))
    });
    check("quarantine", |facts| facts.quarantined = 2);
    check("copied", |facts| facts.nodes[0].copied = Some(ago(2)));
    check("suspended", |facts| {
        facts.nodes = vec![peer("suspended", 1)]
    });
    check("awaits_approval", |facts| {
        facts.nodes = vec![peer("pending", 1)]
    });
    check("long_silent", |facts| facts.nodes = vec![peer("active", 8)]);
    // What was made yesterday need not have a backup yet.
    let young = Facts {
        backup: None,
        made_at: ago(1),
        ..healthy()
    };
    assert_eq!(judge(&young), []);
}

#[cfg(unix)]
#[test]
fn a_folder_is_examined_before_it_is_opened() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().expect("a folder");
    let dir = place.path().join("data");
    let clock = crate::clock::Clock::manual(NOW, 1);
    drop(crate::store::create(&dir).expect("a store"));
    crate::identity::Identity::create(&dir, &clock).expect("keys");
    assert_eq!(folder(&dir), []);
    let key = crate::identity::file(&dir, crate::identity::NODE_KEY);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    let copied = dir.join("backup/one.xmbackup");
    std::fs::write(&copied, b"a backup").expect("room for it");
    std::fs::set_permissions(&copied, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    let named = |path: &Path| Ailment::KeyReadable {
        path: path.display().to_string(),
    };
    assert_eq!(folder(&dir), [named(&key), named(&copied)]);
    let cloud = place.path().join("OneDrive - 县政府").join("data");
    std::fs::create_dir_all(&cloud).expect("a folder");
    assert!(
        matches!(&folder(&cloud)[..], [Ailment::SyncedFolder { part }] if part == "OneDrive - 县政府")
    );
    // Taken by ourselves is taken.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    assert!(matches!(port(address), Some(Ailment::PortTaken { .. })));
    drop(listener);
    assert_eq!(port(address), None);
}
