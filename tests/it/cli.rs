//! The command line as scripts see it: the same answers with the server up and down, exit codes, and the words of errors.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::ids;
use tests::process::{Place, Said, program, run, wait_until};

/// Text with the test's folder taken out.
fn plain(text: &str, root: &Path) -> String {
    text.replace(&root.to_string_lossy().into_owned(), "ROOT")
}

/// What an answer says, without what differs from run to run.
fn lasting(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        for name in [
            "heads",
            "import_id",
            "id",
            "by",
            "made_at",
            "unit",
            "at",
            "disk_bytes",
            "bytes",
            "file",
            "node",
            "audit_chain",
            "storage",
            "serving",
            "position",
            "sync",
            "sync_code",
            "sync_cause",
        ] {
            object.remove(name);
        }
    }
    value
}

fn code_and_lines(said: &Said) -> (Option<i32>, Vec<Value>) {
    (said.code, said.lines().iter().map(lasting).collect())
}

/// Everything a script does with one node, as exit codes and lasting answers.
fn work(place: &Place) -> Vec<(Option<i32>, Vec<Value>)> {
    let mut seen = Vec::new();
    let mut note = |said: &Said| seen.push(code_and_lines(said));
    let add = [
        "user",
        "add",
        "--name",
        "李梅",
        "--role",
        "clerk",
        "--password-stdin",
    ];
    note(&place.cli_with(&add, "a long password\n"));
    note(&place.cli_with(&add, "a long password\n"));
    let weak = [
        "user",
        "add",
        "--name",
        "王五",
        "--role",
        "clerk",
        "--password-stdin",
    ];
    note(&place.cli_with(&weak, "12345678\n"));
    note(&place.cli(&["user", "list"]));
    note(&place.cli_with(
        &["user", "passwd", "李梅", "--password-stdin"],
        "another password\n",
    ));

    let unit = place.cli(&["status"]).ok().json()["unit"]
        .as_str()
        .map(str::to_owned);
    let project = "01KARQYR000000000000000001";
    let create = json!({"command": {"do": "create_project", "project": project, "home": unit, "set": {"name": "青山大桥"}}});
    let set = json!({"id": project, "set": {"total_investment_fen": 123_456}});
    let bad = json!({"id": project, "set": {"total_investment_fen": -1}});
    let lines = format!("{create}\n{set}\n\n{bad}\nno json\n");
    let edited = place.cli_with(&["edit", "-"], &lines);
    assert_eq!(edited.code, Some(3), "{edited:#?}");
    assert_eq!(edited.lines()[1]["id"], project);
    note(&edited);
    let refused = place.cli_with(&["edit", "-", "--user", "李梅"], &format!("{bad}\n"));
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    note(&refused);

    let ledger = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ledger-real.xlsx");
    let planned = place.cli(&["import", ledger, "--dry-run"]);
    note(&planned);
    let imported = place.cli(&["import", ledger]);
    assert_eq!(imported.json()["rows"], 255, "{}", imported.stdout);
    note(&imported);
    let again = place.cli(&["import", ledger]);
    assert_eq!(
        (&again.json()["created"], &again.json()["updated"]),
        (&json!(0), &json!(0)),
        "{}",
        again.stdout
    );
    note(&again);
    let id = imported.json()["import_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    note(&place.cli(&["import", "--list"]));
    let dump = place.cli(&["dump"]).ok();
    // Proposals are rows under ids of their own, with the moment they were made.
    let mut records = dump.lines();
    for record in &mut records {
        if let Some(record) = record.as_object_mut() {
            record.remove("proposals");
        }
    }
    seen.push((dump.code, records));
    let mut note = |said: &Said| seen.push(code_and_lines(said));
    note(&place.cli(&["import", "--undo", &id]));
    note(&place.cli(&["sync", "--off"]));
    note(&place.cli(&["sync", "--on"]));
    note(&place.cli(&["nodes"]));
    note(&place.cli(&["check"]));
    let backup = place.cli(&["backup"]).ok();
    let file = backup.json()["file"].as_str().map(str::to_owned);
    note(&backup);
    note(&place.cli(&["backup", "verify", &file.expect("a file")]));
    note(&place.cli(&["user", "disable", "李梅"]));
    note(&place.cli(&["status"]));
    seen
}

#[test]
fn commands_answer_the_same_with_the_server_up_and_down() {
    let root = tempfile::tempdir().expect("a folder");
    let down = Place::township(&root.path().join("down"), "松坪镇");
    let mut up = Place::township(&root.path().join("up"), "松坪镇");
    up.start();
    let (without, with) = (work(&down), work(&up));
    for (step, (without, with)) in without.iter().zip(&with).enumerate() {
        assert_eq!(without, with, "step {step}");
    }
    assert_eq!(without.len(), with.len());
    assert!(up.stop().success());
    let out = root.path().join("out.xlsx");
    let exported = down.cli(&["export", "--out", &out.to_string_lossy()]).ok();
    assert_eq!(exported.json()["rows"], 1);
    assert!(out.is_file());
}

/// The names of a JSON object's members, sorted.
fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    let mut keys: Vec<_> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// The lasting part of what was said of nodes: not where their logs stand or when they were heard.
fn nodes_of(said: &Said) -> (Option<i32>, Vec<Value>) {
    let (code, mut lines) = code_and_lines(said);
    for line in &mut lines {
        if let Some(node) = line.as_object_mut() {
            node.remove("last_contact");
        }
    }
    (code, lines)
}

/// Everything an officer's script does with a hub at which one node waits.
fn office(hub: &Place, node: &str) -> Vec<(Option<i32>, Vec<Value>)> {
    let mut seen = Vec::new();
    let invited = hub.cli(&["invite", "--unit", "云台乡", "--kind", "township"]);
    assert_eq!(keys(&invited.json()), ["code", "expires_at", "unit"]);
    seen.push((invited.code, vec![invited.json()["unit"].clone()]));
    seen.push(code_and_lines(&hub.cli(&[
        "invite",
        "--unit",
        "云台乡",
        "--kind",
        "planet",
    ])));
    let listed = hub.cli(&["nodes"]);
    let listed_keys = ["id", "online", "position", "state", "unit", "unit_name"];
    for key in listed_keys {
        assert!(keys(&listed.json()).contains(&key), "{key}: {listed:?}");
    }
    seen.push(nodes_of(&listed));
    // Revoked is for good: what comes after is refused.
    for act in [
        "approve", "suspend", "suspend", "approve", "revoke", "approve",
    ] {
        seen.push(nodes_of(&hub.cli(&["nodes", act, node])));
    }
    for name in ["out.csv", "out.ndjson", "out.xlsx", "out.docx"] {
        let out = hub.dir.join("..").join(format!("{}-{name}", hub.name));
        let exported = hub.cli(&["export", "--out", &out.to_string_lossy()]);
        assert_eq!(exported.json()["rows"], 1, "{exported:?}");
        assert!(out.is_file());
        seen.push((exported.code, vec![exported.json()["rows"].clone()]));
    }
    seen.push(code_and_lines(&hub.cli(&["check"])));
    seen.push(code_and_lines(&hub.cli(&["check", "--repair"])));
    seen.push(code_and_lines(&hub.cli(&["dump", "--kind", "all"])));
    let (code, lines) = seen.pop().expect("just put there");
    assert!(!lines.is_empty());
    seen.push((code, Vec::new()));
    seen.push(code_and_lines(&hub.cli(&[
        "bundle",
        "import",
        "nowhere.xmb",
    ])));
    seen
}

#[test]
fn an_officers_commands_answer_the_same_with_the_hub_up_and_down() {
    let root = tempfile::tempdir().expect("a folder");
    let mut work = Vec::new();
    for side in ["up", "down"] {
        let mut hub = Place::hub(&root.path().join(side), "演示县项目中心");
        let made = hub.cli(&["status"]).ok().json();
        let unit = made["unit"].clone();
        let create = json!({"command": {"do": "create_project", "project": "01KARQYR000000000000000001", "home": unit, "set": {"name": "大桥"}}});
        let _made = hub.cli_with(&["edit", "-"], &format!("{create}\n")).ok();
        hub.start();
        let node = Place::township(&root.path().join(side), "松坪镇");
        let invite = hub.cli(&["invite", "--unit", "松坪镇"]).ok().json();
        let code = invite["code"].as_str().expect("a code");
        let joined = node.cli(&["join", code]).ok().json();
        assert_eq!(joined, json!({"state": "pending", "unit": "松坪镇"}));
        let id = node.cli(&["status"]).ok().json()["id"].clone();
        if side == "down" {
            assert!(hub.stop().success());
        }
        work.push(office(&hub, id.as_str().expect("an id")));
    }
    let [up, down] = [&work[0], &work[1]];
    assert_eq!(up.len(), down.len());
    for (step, (up, down)) in up.iter().zip(down).enumerate() {
        assert_eq!(up, down, "step {step}");
    }
}

#[test]
fn init_and_status_print_what_the_contract_names() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("hub").to_string_lossy().into_owned();
    let init = [
        "init",
        "--role",
        "hub",
        "--data",
        &dir,
        "--name",
        "演示县",
        "--profile",
        "kaizhou",
        "--json",
    ];
    let made = run(&init, "").ok().json();
    assert_eq!(keys(&made), ["id", "name", "profile", "role"]);
    assert_eq!(
        (&made["name"], &made["profile"], &made["role"]),
        (&json!("演示县"), &json!("kaizhou"), &json!("hub"))
    );
    let status = run(&["status", "--data", &dir, "--json"], "").ok().json();
    assert_eq!(status["id"], made["id"]);
    for key in [
        "role",
        "documents",
        "sync",
        "sync_code",
        "position",
        "unreceipted",
        "last_contact",
        "disk_bytes",
        "version",
    ] {
        assert!(status.get(key).is_some(), "{key} in {status}");
    }
}

#[test]
fn four_shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = run(&["completions", shell], "").ok().stdout;
        for command in ["invite", "quarantine", "completions"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn a_node_without_a_server_dials_the_hub_itself() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), "演示县项目中心");
    hub.start();
    let node = Place::township(root.path(), "松坪镇");
    let unit = |place: &Place| place.cli(&["status"]).ok().json()["unit"].clone();
    let add = |place: &Place, project: &str| {
        let create = json!({"command": {"do": "create_project", "project": project, "home": unit(place), "set": {"name": "大桥"}}});
        let _made = place.cli_with(&["edit", "-"], &format!("{create}\n")).ok();
    };
    let invite = |more: &[&str]| {
        let arguments = [&["invite", "--unit", "松坪镇"][..], more].concat();
        let invite = hub.cli(&arguments).ok().json();
        invite["code"].as_str().expect("a code").to_owned()
    };

    // Nowhere enrolled: said at once, however long one would wait.
    let nowhere = node.cli(&["sync", "--wait", "600"]);
    assert_eq!(nowhere.code, Some(1), "{nowhere:?}");
    assert_eq!(nowhere.json()["problem"], "not_joined");

    let code = invite(&["--approve"]);
    let joined = node.cli(&["join", &code]).ok().json();
    assert_eq!(joined, json!({"state": "active", "unit": "松坪镇"}));
    add(&node, "01KARQYR000000000000000001");
    let said = node.cli(&["sync", "--wait", "60"]).ok().json();
    assert!(said["sent"].as_u64() > Some(0), "{said}");
    assert_eq!(said["left"], 0);
    assert_eq!(hub.dump("松坪镇"), node.dump("松坪镇"));
    assert!(hub.dump("松坪镇").contains("大桥"));
    // The hub's receipt is here: nothing waits any more, though this process asks nobody.
    assert_eq!(node.cli(&["status"]).ok().json()["unreceipted"], 0);
    let again = node.cli(&["sync"]).ok().json();
    assert_eq!(again, json!({"sent": 0, "received": 0, "left": 0}));

    // A code is good for one node.
    let second = Place::township(root.path(), "松坪镇二");
    let refused = second.cli(&["join", &code]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("not valid"), "{refused:?}");

    // Another one waits for the officer, and says so.
    let third = Place::township(root.path(), "松坪镇三");
    let joined = third.cli(&["join", &invite(&[])]).ok().json();
    assert_eq!(joined["state"], "pending");
    add(&third, "01KARQYR000000000000000002");
    let waits = third.cli(&["sync", "--wait", "10"]);
    assert_eq!(waits.code, Some(1), "{waits:?}");
    assert_eq!(waits.json()["problem"], "awaits_approval");
    let id = third.cli(&["status"]).ok().json()["id"].clone();
    let id = id.as_str().expect("an id");
    let _let_in = hub.cli(&["nodes", "approve", id]).ok();
    let _all = third.cli(&["sync", "--wait", "60"]).ok();
    assert_eq!(hub.dump("松坪镇"), third.dump("松坪镇"));

    // No hub: the reason is an id for programs, words for people, and the system's own for technicians. Nothing waits, and still nobody
    // may read that the two are in step.
    assert!(hub.stop().success());
    let dir = node.dir.to_string_lossy().into_owned();
    let idle = run(
        &["sync", "--wait", "10", "--data", &dir, "--lang", "zh"],
        "",
    );
    assert_eq!(idle.code, Some(1), "{idle:?}");
    assert!(!idle.stdout.contains("已同步"), "{idle:?}");
    assert!(idle.stdout.contains("没有同步完"), "{idle:?}");
    let set = json!({"id": "01KARQYR000000000000000001", "set": {"site": "二村"}});
    let _changed = node.cli_with(&["edit", "-"], &format!("{set}\n")).ok();
    let cut = node.cli(&["sync", "--wait", "10"]);
    assert_eq!(cut.code, Some(1), "{cut:?}");
    assert_eq!(cut.json()["problem"], "unreachable");
    assert!(cut.json()["left"].as_u64() > Some(0), "{cut:?}");
    let words = run(
        &["sync", "--wait", "10", "--data", &dir, "--lang", "zh"],
        "",
    );
    assert!(words.stderr.contains("连不上上级"), "{words:?}");
    let status = run(&["status", "--data", &dir, "--lang", "zh"], "").ok();
    assert!(
        status.stdout.contains("S4 离线：本机服务没有运行"),
        "{status:?}"
    );
}

/// An import says that it has begun before it knows how much there is, then how far it is.
#[test]
fn an_import_tells_its_progress_from_its_first_moment() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.start();
    let read = |name: &str| {
        let path = node.dir.join("identity").join(name);
        let mut text = String::new();
        wait_until("the server's note is there", || {
            text = std::fs::read_to_string(&path).unwrap_or_default();
            !text.is_empty()
        });
        text
    };
    let note: Value = serde_json::from_str(&read("control.json")).expect("JSON");
    let address = note["address"].as_str().and_then(|text| text.parse().ok());
    let token = format!("Bearer {}", read("control.token").trim());
    let ask = json!({"lang": "zh", "request": {"ask": "import", "file": "a.csv", "dry_run": false, "errors": false}});
    let file = "项目名称,总投资(万元)\n大桥,3400\n道路,1830.5\n";
    let reply = tests::http::exchange(
        address.expect("an address"),
        "POST",
        "/control/v1",
        &[("authorization", &token)],
        format!("{ask}\n{file}").as_bytes(),
    );
    let text = reply.expect("an answer").ok().text();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    let progress: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "progress")
        .map(|event| (event["done"].clone(), event["total"].clone()))
        .collect();
    assert_eq!(progress.first(), Some(&(json!(0), json!(0))), "{text}");
    assert_eq!(progress.last(), Some(&(json!(2), json!(2))), "{text}");
    assert_eq!(
        events.first().map(|event| &event["event"]),
        Some(&json!("progress"))
    );
}

#[test]
fn edit_answers_each_line_before_it_waits_for_the_next() {
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), "松坪镇");
    let unit = place.cli(&["status"]).ok().json()["unit"].clone();
    let mut child = Command::new(program())
        .args(["edit", "-", "--json", "--data"])
        .arg(&place.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("its input is ours");
    let mut output = BufReader::new(child.stdout.take().expect("its output is ours"));
    for number in 0..3 {
        let project = format!("01KARQYR00000000000000000{number}");
        let create = json!({"command": {"do": "create_project", "project": project, "home": unit, "set": {"name": "路"}}});
        writeln!(input, "{create}").expect("a line is taken");
        let mut answer = String::new();
        output.read_line(&mut answer).expect("an answer comes");
        let answer: Value = serde_json::from_str(&answer).expect("the answer is JSON");
        assert_eq!(
            (&answer["ok"], &answer["id"]),
            (&json!(true), &json!(project)),
            "{answer}"
        );
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_hub_invites_and_shows_its_nodes() {
    let root = tempfile::tempdir().expect("a folder");
    let hub = Place::hub(root.path(), "开州区");
    let invite = hub.cli(&["invite", "--unit", "松坪镇"]).ok().json();
    assert!(
        invite["code"].as_str().is_some_and(|code| code.len() > 20),
        "{invite}"
    );
    assert_eq!(invite["unit"], "松坪镇");
    assert!(invite["expires_at"].is_i64(), "{invite}");
    assert_eq!(hub.cli(&["nodes"]).ok().stdout, "");
    let unknown = hub.cli(&["nodes", "approve", &"0".repeat(52)]);
    assert_eq!(unknown.code, Some(1), "{unknown:#?}");
}

#[test]
fn mistakes_are_told_with_cause_and_next_command() {
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), "松坪镇");
    let dir = place.dir.to_string_lossy().into_owned();
    let none = root.path().join("none").to_string_lossy().into_owned();
    let ask = |arguments: &[&str]| {
        let said = run(arguments, "");
        format!(
            "{}\n{}",
            said.code.unwrap_or(-1),
            plain(&said.stderr, root.path())
        )
    };
    insta::assert_snapshot!(ask(&["status", "--data", &none]), @r##"
    2
    error: ROOT/none is no data folder of xiangmu
    hint: xiangmu init --role node --data ROOT/none --name NAME --profile SLUG
    "##);
    insta::assert_snapshot!(ask(&["init", "--role", "node", "--name", "x", "--profile", "nowhere", "--data", &none]), @r##"
    2
    error: no profile `nowhere` ships with this program
    hint: --profile kaizhou|wushan|kundulun|longting|honghe
    "##);
    insta::assert_snapshot!(ask(&["init", "--role", "node", "--name", "x", "--profile", "kaizhou", "--data", &dir]), @r##"
    2
    error: ROOT/松坪镇 is not empty
    hint: name an empty folder with --data DIR
    "##);
    insta::assert_snapshot!(ask(&["user", "passwd", "nobody", "--data", &dir]), @r##"
    2
    error: no password was given
    hint: add --password-stdin and pipe the password in
    "##);
    insta::assert_snapshot!(ask(&["user", "disable", "nobody", "--data", &dir]), @r##"
    1
    error: there is no account nobody
    hint: xiangmu user list --data ROOT/松坪镇
    "##);
    insta::assert_snapshot!(ask(&["invite", "--unit", "x", "--data", &dir]), @r##"
    1
    error: only a hub can do this
    "##);
    insta::assert_snapshot!(ask(&["join", "no-code", "--data", &dir]), @r##"
    1
    error: the invite code cannot be used
    caused by: an invite code starts with XM1-
    hint: at the hub: xiangmu invite --data HUB --unit NAME
    "##);
    insta::assert_snapshot!(ask(&["export", "--out", "ledger.pdf", "--data", &dir]), @r##"
    2
    error: the name of ledger.pdf does not say the format
    hint: let it end with .xlsx, .csv, .ndjson or .docx
    "##);
    insta::assert_snapshot!(ask(&["import", &none, "--data", &dir]), @r##"
    2
    error: cannot read ROOT/none
    caused by: No such file or directory (os error 2)
    "##);
    insta::assert_snapshot!(ask(&["fly"]), @r##"
    2
    error: unrecognized subcommand 'fly'

    Usage: xiangmu [OPTIONS] <COMMAND>

    For more information, try '--help'.
    "##);
}

#[test]
fn help_names_every_command() {
    let said = run(&["--help"], "").ok();
    insta::assert_snapshot!(said.stdout, @r##"
    One hub, many townships: the ledger of a county's projects, with or without a line

    Usage: xiangmu [OPTIONS] <COMMAND>

    Commands:
      init         Make a data folder: keys and an empty store
      serve        Run the server until told to stop
      invite       Hub: make a one-time code for a node
      join         Node: enrol at the hub of a code
      nodes        Hub: show, approve, suspend or revoke nodes
      user         Accounts of people
      import       Bring a workbook in (.xlsx, .xls, .csv, .csv.gz)
      export       Write the projects to a file (.xlsx, .csv, .ndjson, .docx)
      dump         Print every record as canonical JSON, one a line
      edit         Carry out commands from a file or stdin, one JSON a line
      status       Show what this node is and how it stands
      quarantine   Show, export or accept changes that were refused
      sync         Ask for an exchange, or cut and restore the line
      bundle       Carry data on a stick: write a bundle for a node, or take one in
      profile      County rules: name, show or check profile files
      scores       Show what the records propose for open score sheets, or fill one
      check        Look for damage
      doctor       Say what is wrong with this node and what to do, a line each
      backup       Put everything durable into one file and read it back, or verify one
      restore      Make a node again from a backup, in a new folder
      audit        Prove that the audit trail is what was written
      demo         A hub and three townships on this machine, with a sample
      scenario     Run scenario files against the rules
      completions  Print completions for a shell

    Options:
          --data <DIR>
              The data folder [default: XIANGMU_DATA, or the platform's folder for data]

          --json
              Print JSON on stdout and nothing else

          --lang <LANG>
              The language of people's text [default: from LC_ALL, LC_MESSAGES or LANG]

              Possible values:
              - zh: Chinese
              - en: English

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    "##);
}

#[test]
fn people_are_answered_in_their_language() {
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), "松坪镇");
    let dir = place.dir.to_string_lossy().into_owned();
    let add = |lang: &str, name: &str| {
        let arguments = [
            "user",
            "add",
            "--name",
            name,
            "--role",
            "head",
            "--password-stdin",
            "--lang",
            lang,
            "--data",
            &dir,
        ];
        run(&arguments, "a long password\n").ok().stdout
    };
    assert_eq!(add("zh", "李梅"), "已添加用户“李梅”。\n");
    assert_eq!(add("en", "Li"), "Added the user Li.\n");
}

/// A scenario of a county officer: one unit, one project, one look.
fn scenario(profile: &str, amount: &str, expected: &str) -> String {
    format!(
        r#"title = "门槛"
profile = "{profile}"
clock = "2024-09-10 09:00"
[[unit]]
id = "town"
kind = "township"
[[project]]
id = "p"
unit = "town"
set = {{ origin_kind = "promotion", total_investment_fen = "{amount}" }}
[[step]]
look = "eligible"
project = "p"
programme = "major"
is = "{expected}"
"#
    )
}

#[test]
fn a_scenario_with_a_word_nobody_knows_runs_nothing_and_names_its_place() {
    let root = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::write(&path, text).expect("a file is written");
        path.to_string_lossy().into_owned()
    };
    let text = scenario("wushan", "800万元", "yes");
    let sound = file("sound.toml", &text);
    let good = run(&["scenario", &sound], "");
    assert_eq!(good.code, Some(0), "{good:#?}");
    for (wrong, place) in [
        (text.replace("look =", "lok ="), "line 12, column 1:"),
        (text.replace("\"yes\"", "\"yas\""), "line 15, column 6"),
        (text.replace("\"major\"", "\"mayor\""), "line 14, column 13"),
        (text.replace("promotion", "promoted"), "line 10, column 23"),
    ] {
        let wrong = file("wrong.toml", &wrong);
        // The sound file stands first and is not run either.
        let said = run(&["scenario", &sound, &wrong], "");
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (Some(2), ""),
            "{said:#?}"
        );
        assert!(said.stderr.contains(place), "{place}: {said:#?}");
        assert!(said.stderr.contains("wrong.toml"), "{said:#?}");
    }
}

/// Scenario 49 as a county does it: a file of its own, checked and then used, with the program that ships.
#[test]
fn a_sixth_county_is_a_file() {
    let root = tempfile::tempdir().expect("a folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/profiles/wushan.json");
    let shipped = std::fs::read_to_string(shipped).expect("a profile that ships");
    let mut rules: Value = serde_json::from_str(&shipped).expect("JSON");
    rules["id"] = json!("sixth");
    let when = &mut rules["eligibility"]["major"][0]["when"];
    let floor = json!({"amount": {"field": "total_investment", "op": ">=", "value": "800万元"}});
    *when = json!({"all": [when.take(), floor]});
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::write(&path, text).expect("a file is written");
        path.to_string_lossy().into_owned()
    };
    let county = write("sixth.json", &rules.to_string());
    let checked = run(&["profile", "lint", &county], "");
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    let given = format!("sixth={county}");
    for (amount, expected, code) in [
        ("8000000元", "yes", 0),
        ("7999999元", "no", 0),
        ("7999999元", "yes", 1),
    ] {
        let file = write("sixth.toml", &scenario("sixth", amount, expected));
        let said = run(&["scenario", &file, "--profile", &given], "");
        assert_eq!(said.code, Some(code), "{amount}: {said:#?}");
    }
    rules["treshold"] = json!(1);
    let wrong = write("wrong.json", &rules.to_string());
    let refused = run(&["profile", "lint", &wrong], "");
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    let told = format!("{}{}", refused.stdout, refused.stderr);
    assert!(told.contains("treshold"), "{told}");
}

/// A year's official holidays come in by a file at the hub; what is no notice of a year is refused with what is wrong.
#[test]
fn the_hub_publishes_a_years_holidays() {
    let root = tempfile::tempdir().expect("a folder");
    let hub = Place::hub(root.path(), "演示县项目中心");
    let township = Place::township(root.path(), "松坪镇");
    let file = |name: &str, days: &str| {
        let path = root.path().join(name);
        let text =
            format!(r#"{{"year":2031,"holidays":[{days}],"workdays":[],"source":"notice"}}"#);
        std::fs::write(&path, text).expect("a file is written");
        path.to_string_lossy().into_owned()
    };
    let years = |place: &Place| -> Vec<i64> {
        let known = place.cli(&["profile", "holidays"]).lines();
        let years = known.iter().filter_map(|known| known["year"].as_i64());
        years.collect()
    };
    let sound = file("2031.json", r#""2031-01-01""#);
    let outside = file("outside.json", r#""2033-01-01""#);
    assert_eq!(years(&hub), [2024, 2025, 2026]);
    let refused = hub.cli(&["profile", "holidays", &outside]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("2033-01-01"), "{refused:#?}");
    assert_eq!(township.cli(&["profile", "holidays", &sound]).code, Some(1));
    let published = hub.cli(&["profile", "holidays", &sound]);
    assert_eq!(published.code, Some(0), "{published:#?}");
    assert_eq!(years(&hub), [2024, 2025, 2026, 2031]);
    assert_eq!(years(&township), [2024, 2025, 2026]);
}

/// What the records make of an open score sheet is shown, entered where nothing stands, and left alone where a person entered something else.
#[test]
fn the_hub_fills_a_score_sheet_from_the_records() {
    let root = tempfile::tempdir().expect("a folder");
    let hub = Place::hub(root.path(), "演示县项目中心");
    let (project, sheet) = (ids::project(), ids::row());
    let unit = hub.cli(&["status"]).lines()[0]["unit"].clone();
    let record = |place: &str, table: &str, row: &str, set: serde_json::Value| {
        let mut command = json!({ "do": "record", "table": table, "row": row, "set": set });
        if place == "project" {
            command["project"] = json!(project);
            command["on_behalf"] = json!("电话核实");
        }
        json!({ "command": command }).to_string()
    };
    let task = |name: &str, done: Option<&str>| {
        let mut set = json!({ "year": "2026", "task": name, "due": "2026-03-20" });
        if let Some(day) = done {
            set["done"] = json!(day);
        }
        record("project", "countdown", &ids::row(), set)
    };
    let create = json!({ "do": "create_project", "project": project, "home": unit, "set": { "name": "临江大桥" } });
    let lines = [
        json!({ "command": create }).to_string(),
        task("路基", Some("2026-03-10")),
        task("桥墩", None),
        record(
            "hub",
            "score_sheets",
            &sheet,
            json!({ "topic": "regular", "period": "2026-03" }),
        ),
        record(
            "hub",
            "score_values",
            &ids::row(),
            json!({ "score_sheet": sheet, "subject": "somebody", "indicator": "countdown_done", "score": "90" }),
        ),
    ];
    let edited = hub.cli_with(&["edit", "-"], &lines.join("\n"));
    assert_eq!(edited.code, Some(0), "{edited:#?}");
    let cells = || -> Vec<(serde_json::Value, serde_json::Value)> {
        let sheets = hub.cli(&["scores", "--year", "2026"]).lines();
        let cells = sheets[0]["cells"].as_array().expect("cells").iter();
        let own = cells.filter(|cell| cell["subject"] == unit);
        own.map(|cell| (cell["proposed"].clone(), cell["stated"].clone()))
            .collect()
    };
    assert_eq!(cells(), [(json!(5000), json!(null))]);
    let filled = hub.cli(&["scores", &sheet, "--year", "2026"]);
    assert_eq!(filled.lines()[0]["filled"], 1, "{filled:#?}");
    assert_eq!(cells(), [(json!(5000), json!(5000))]);
    let again = hub.cli(&["scores", &sheet, "--year", "2026"]);
    assert_eq!(again.lines()[0]["filled"], 0, "{again:#?}");
    let unknown = hub.cli(&["scores", &ids::row(), "--year", "2026"]);
    assert_eq!(unknown.code, Some(1), "{unknown:#?}");
}
