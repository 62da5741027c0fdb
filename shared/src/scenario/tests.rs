#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;

const HEAD: &str = r#"
title = "A small county"
profile = "kaizhou"
clock = "2026-11-02 09:00"

[[unit]]
id = "hub"
name = "Hub"
kind = "hub"

[[unit]]
id = "town"
name = "Town"
kind = "township"
node = "n1"

[[person]]
id = "wang"
role = "clerk"
unit = "town"

[[person]]
id = "li"
role = "hub_officer"
unit = "hub"

[[project]]
id = "bridge"
unit = "town"
set = { total_investment_fen = "400万元" }
"#;

fn run(steps: &str) -> Report {
    let scenario = Scenario::parse(&format!("{HEAD}{steps}")).unwrap();
    scenario.run(&Profiles::default()).unwrap()
}

#[test]
fn nodes_apart_merge_into_a_conflict_that_one_person_ends() {
    let report = run(r#"
[[step]]
do = "cut"

[[step]]
as = "wang"
do = "edit"
project = "bridge"
set = { site = "east" }

[[step]]
as = "li"
do = "edit"
project = "bridge"
set = { site = "west" }
on_behalf = "asked by phone"

[[step]]
do = "merge"

[[step]]
look = "conflict"
project = "bridge"
path = "site"
is = ["east", "west"]

[[step]]
as = "li"
do = "edit"
project = "bridge"
set = { site = "north" }
on_behalf = "asked by phone"
expect = "refused"
says = "两个不同的值"

[[step]]
as = "wang"
do = "resolve"
project = "bridge"
path = "site"
seen = ["east", "west"]
keep = "west"

[[step]]
look = "value"
on = "n1"
project = "bridge"
path = "site"
is = "west"
"#);
    assert_eq!(report.failed, []);
    assert_eq!(report.steps, 8);
}

#[test]
fn what_does_not_go_as_expected_is_told_with_its_line_and_case() {
    let steps = r#"
[[case]]
amount = "399.9999万元"
found = "399999900"

[[case]]
amount = "1亿元"
found = "5"

[[step]]
as = "wang"
do = "edit"
project = "bridge"
set = { total_investment_fen = "${amount}" }

[[step]]
look = "value"
project = "bridge"
path = "total_investment_fen"
is = "${found}"
"#;
    let report = run(steps);
    assert_eq!(report.steps, 4);
    let [failure] = report.failed.as_slice() else {
        panic!("{:?}", report.failed);
    };
    assert_eq!(failure.case, Some(2));
    assert_eq!(failure.found, "10000000000");
    let text = format!("{HEAD}{steps}");
    assert_eq!(text.lines().nth(failure.line - 1), Some("[[step]]"));
}

#[test]
fn an_unknown_word_is_refused_with_its_line_and_column() {
    for (steps, word, message) in [
        (
            "[[step]]\ndo = \"edit\"\nprojet = \"bridge\"\n",
            "projet",
            "unknown word `projet`",
        ),
        (
            "[[step]]\ndo = \"dance\"\n",
            "\"dance\"",
            "nobody can `dance`",
        ),
        (
            "[[step]]\nlook = \"weather\"\n",
            "\"weather\"",
            "nothing is called `weather`",
        ),
        (
            "[[step]]\nas = \"li\"\ndo = \"record\"\ntable = \"chairs\"\n",
            "\"chairs\"",
            "no table is called `chairs`",
        ),
    ] {
        let text = format!("{HEAD}{steps}");
        let error = Scenario::parse(&text)
            .and_then(|scenario| scenario.check(&Profiles::default()))
            .unwrap_err();
        assert!(error.message.starts_with(message), "{error}");
        let line = text.lines().nth(error.line - 1).unwrap();
        let from: String = line.chars().skip(error.column - 1).collect();
        assert!(from.starts_with(word), "{error}: {line}");
    }
}

/// A file with these steps is refused before it runs, at this word, with this message.
fn refused(steps: &str, word: &str, message: &str) {
    let text = format!("{HEAD}{steps}");
    let scenario = Scenario::parse(&text);
    let error = scenario
        .and_then(|scenario| scenario.check(&Profiles::default()))
        .unwrap_err();
    assert!(error.message.contains(message), "{steps}: {error}");
    let line = text.lines().nth(error.line - 1).unwrap();
    let from: String = line.chars().skip(error.column - 1).collect();
    assert!(from.starts_with(word), "{error}: {line}");
}

#[test]
fn a_word_that_nothing_uses_is_refused() {
    refused(
        "[[case]]\nexpect = \"ok\"\n[[step]]\ndo = \"merge\"\n",
        "expect",
        "nothing in the file uses",
    );
    refused(
        "[[step]]\ndo = \"merge\"\nas = \"li\"\n",
        "as",
        "unknown word `as`",
    );
    refused(
        "[[step]]\nlook = \"pool\"\nis = []\nsays = \"x\"\n",
        "says",
        "unknown word `says`",
    );
    refused(
        "[[step]]\nlook = \"pool\"\n",
        "\"pool\"",
        "says what it expects",
    );
    let record = "[[step]]\nas = \"li\"\ndo = \"record\"\ntable = \"notices\"\n";
    refused(
        &format!("{record}project = \"bridge\"\n"),
        "\"bridge\"",
        "stand in no project",
    );
    refused(
        &format!("{record}rule = \"KZ-1\"\n"),
        "\"KZ-1\"",
        "only a refusal",
    );
    refused(
        &format!("{record}expect = \"refused\"\n"),
        "\"refused\"",
        "names its rule",
    );
}

#[test]
fn a_name_or_value_that_is_not_known_is_refused_before_anything_runs() {
    let edit = |set: &str| {
        format!("[[step]]\nas = \"wang\"\ndo = \"edit\"\nproject = \"bridge\"\nset = {{ {set} }}\n")
    };
    refused(
        &edit("owner_org = \"twon\""),
        "\"twon\"",
        "no unit is called `twon`",
    );
    refused(&edit("sector = \"trasport\""), "\"trasport\"", "is none of");
    refused(
        &edit("\"issues/one/deadline\" = \"2023-01-01\""),
        "\"issues",
        "no row is called `one`",
    );
    refused(&edit("planned_start = \"soon\""), "\"soon\"", "no day");
    let given = "[[given]]\ntable = \"attachments\"\nproject = \"bridge\"\nset = { about = \"feasability\" }\n";
    refused(
        &format!("{given}[[step]]\ndo = \"merge\"\n"),
        "\"feasability\"",
        "is none of",
    );
    refused(
        "[[step]]\ndo = \"cut\"\nnodes = [\"n2\"]\n",
        "\"n2\"",
        "no node is called",
    );
    refused(
        "[[step]]\nas = \"zhao\"\ndo = \"delete\"\nproject = \"bridge\"\n",
        "\"zhao\"",
        "nobody is called",
    );
    refused(
        "[[person]]\nid = \"zhao\"\nrole = \"clerck\"\nunit = \"town\"\n[[step]]\ndo = \"merge\"\n",
        "\"clerck\"",
        "no role",
    );
    refused(
        "[[step]]\nat = \"2020-01-01\"\ndo = \"wait\"\n",
        "\"2020-01-01\"",
        "backwards",
    );
}

#[test]
fn a_look_at_what_is_not_there_or_for_what_it_never_says_is_refused() {
    let look = |name: &str, words: &str| format!("[[step]]\nlook = \"{name}\"\n{words}\n");
    let of = |name: &str, words: &str| look(name, &format!("project = \"bridge\"\n{words}"));
    refused(
        &of("rules", "path = \"findings/*/chek\"\nis = []"),
        "\"findings",
        "no `chek`",
    );
    refused(
        &look("county_rules", "path = \"share/*/fen\"\nis = []"),
        "\"share",
        "no `share`",
    );
    refused(
        &of("stage", "is = \"permiting\""),
        "\"permiting\"",
        "is none of",
    );
    refused(
        &of("gaps", "lacks = [\"slot:leder\"]"),
        "\"slot:leder\"",
        "never says",
    );
    refused(
        &look("obligations", "lacks = [\"M-KZ-99 missed\"]"),
        "\"M-KZ-99",
        "nothing is owed",
    );
    refused(
        &look("obligations", "lacks = [\"slot:brigde\"]"),
        "\"slot:brigde\"",
        "no project",
    );
    let filing = "unit = \"town\"\nreport = \"R-KZ-1\"\n";
    refused(
        &look(
            "filing",
            &format!("{filing}period = \"2023-13\"\nis = \"late\""),
        ),
        "\"2023-13\"",
        "no period",
    );
    refused(
        &look(
            "filing",
            &format!("{filing}period = \"2023-02\"\nis = \"in_time\""),
        ),
        "\"in_time\"",
        "never says",
    );
    // What a look does say passes.
    let fine = of("rules", "path = \"findings/*/check\"\nlacks = [\"month\"]");
    assert_eq!(run(&fine).failed, []);
}

#[test]
fn the_readme_names_every_word_a_file_may_hold() {
    let readme = include_str!("../../../tests/scenarios/README.md");
    let mut words: Vec<&str> = Vec::new();
    for list in [
        file::HEAD,
        file::UNIT,
        file::PERSON,
        file::PROJECT,
        file::GIVEN,
    ] {
        words.extend(list);
    }
    for list in [step::COMMON, step::ACT, step::LOOK] {
        words.extend(list);
    }
    for (verb, takes) in step::VERBS.iter().chain(step::EVENTS) {
        words.push(verb);
        words.extend(*takes);
    }
    for look in look::LOOKS {
        words.push(look.name);
        words.extend(look.needs.iter().chain(look.takes));
    }
    let quoted: std::collections::BTreeSet<_> = readme
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(|code| code.split([' ', '=', '"', '[', ']']))
        .collect();
    let missing: Vec<_> = words
        .iter()
        .filter(|word| !quoted.contains(*word))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let answers = look::LOOKS.iter().filter_map(|look| match look.says {
        look::Says::Only(answers) => Some(answers),
        _ => None,
    });
    for answer in answers.flatten().chain(step::EXPECTED) {
        assert!(readme.contains(answer), "{answer}");
    }
}

#[test]
fn a_file_that_is_no_toml_or_has_no_step_is_refused() {
    assert_eq!(Scenario::parse("title = x").unwrap_err().line, 1);
    let error = Scenario::parse(HEAD).unwrap_err();
    assert!(error.message.contains("without a step"), "{error}");
}
