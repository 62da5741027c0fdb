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
            "[[step]]\ndo = \"record\"\ntable = \"chairs\"\n",
            "\"chairs\"",
            "no table is called `chairs`",
        ),
    ] {
        let text = format!("{HEAD}{steps}");
        let error = Scenario::parse(&text).unwrap_err();
        assert!(error.message.starts_with(message), "{error}");
        let line = text.lines().nth(error.line - 1).unwrap();
        let from: String = line.chars().skip(error.column - 1).collect();
        assert!(from.starts_with(word), "{error}: {line}");
    }
}

#[test]
fn a_file_that_is_no_toml_or_has_no_step_is_refused() {
    assert_eq!(Scenario::parse("title = x").unwrap_err().line, 1);
    let error = Scenario::parse(HEAD).unwrap_err();
    assert!(error.message.contains("without a step"), "{error}");
}
