//! Scenario 29 of domain.md 15: how many, who was asked, and what happens after issue.

use super::*;

#[test]
fn the_linked_list_of_honghe_holds_a_hundred_to_a_hundred_and_twenty() {
    for (count, consulted, rule) in [
        (99, true, Some("quota")),
        (100, true, None),
        (120, true, None),
        (121, true, Some("quota")),
        (110, false, Some("gate")),
    ] {
        let mut county = County::new("honghe", "2023-02-20");
        let node = county.unit("a county", "county_node");
        let projects: Vec<_> = (0..count).map(|_| county.project(node)).collect();
        for project in &projects {
            put_on(&mut county, *project, "hh.annual", "2023");
            if consulted {
                let set = [
                    (Column::Body, "linked_leaders".into()),
                    (Column::Replied, "2023-02-10".into()),
                ];
                county.put(of(*project), Table::Consultations, &set);
            }
            let set = [
                (Column::List, "hh.linked".into()),
                (Column::Year, "2023".into()),
                (Column::Project, project.to_string().into()),
                (Column::EntryState, "chosen".into()),
            ];
            county.put(hub(), Table::ListCandidates, &set);
        }
        let decided = [
            (Column::Decider, "party_gov".into()),
            (Column::Number, "3".into()),
        ];
        let issued = issue(&mut county, "hh.linked", "2023", &decided);
        let kind = issued.err().map(|refused| {
            assert_eq!(refused.rule.as_deref(), Some("HH-3.2.4"));
            match refused.why {
                Why::Quota {
                    count: n,
                    min: 100,
                    max: 120,
                } => {
                    assert_eq!(usize::try_from(n).unwrap(), count);
                    "quota"
                }
                Why::GateClosed(_) => "gate",
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(kind, rule, "{count}");
    }
}

#[test]
fn after_issue_the_linked_list_changes_only_by_the_head_with_a_decision() {
    let mut county = County::new("honghe", "2023-02-20");
    let node = county.unit("a county", "county_node");
    let decided = [
        (Column::Decider, "party_gov".into()),
        (Column::Number, "3".into()),
    ];
    let fresh = |county: &mut County| {
        let project = county.project(node);
        put_on(county, project, "hh.annual", "2023");
        let set = [
            (Column::Body, "linked_leaders".into()),
            (Column::Replied, "2023-02-10".into()),
        ];
        county.put(of(project), Table::Consultations, &set);
        candidate(county, "hh.linked", "2023", project, "chosen").unwrap();
    };
    for _ in 0..100 {
        fresh(&mut county);
    }
    issue(&mut county, "hh.linked", "2023", &decided).unwrap();
    fresh(&mut county);
    let refused = issue(&mut county, "hh.linked", "2023", &decided).unwrap_err();
    assert!(matches!(refused.why, Why::GateClosed(_)), "{refused:?}");
    let mut given = decided.to_vec();
    given.push((Column::Reason, "a leader changed".into()));
    let set: Vec<_> = [
        (Column::List, "hh.linked".into()),
        (Column::Year, "2023".into()),
    ]
    .into_iter()
    .chain(given.clone())
    .collect();
    let officer = county.officer();
    assert!(
        county
            .record(&officer, hub(), Table::ListEditions, &set)
            .is_err()
    );
    issue(&mut county, "hh.linked", "2023", &given).unwrap();
}

#[test]
fn a_project_leaves_the_linked_list_by_the_head_with_a_decision_while_a_hundred_stay() {
    for (count, leaves) in [(100, false), (101, true)] {
        let mut county = County::new("honghe", "2023-02-20");
        let node = county.unit("a county", "county_node");
        let edition = [
            (Column::List, "hh.linked".into()),
            (Column::Year, "2023".into()),
            (Column::Count, 1.into()),
        ];
        let edition = county.put(hub(), Table::ListEditions, &edition);
        let mut last = None;
        for _ in 0..count {
            let project = county.project(node);
            let entry = [
                (Column::Edition, edition.to_string().into()),
                (Column::Project, project.to_string().into()),
                (Column::EntryState, "on_list".into()),
            ];
            county.put(hub(), Table::ListEntries, &entry);
            last = Some(project);
        }
        let project = last.unwrap();
        county.set(project, Field::Stage, "listed");
        let withdraw = [
            (Column::ToStage, "withdrawn".into()),
            (Column::Reason, "it was given up".into()),
            (Column::Number, "5".into()),
        ];
        let officer = county.officer();
        let refused = county.record(&officer, of(project), Table::Transitions, &withdraw);
        let Why::GateClosed(gate) = refused.unwrap_err().why else {
            panic!("a gate");
        };
        assert_eq!(
            (gate.guard.as_str(), gate.lacks.as_slice()),
            ("exception_reason", &["项目中心负责人".to_owned()][..])
        );
        let head = county.hub_head();
        let without = county.record(&head, of(project), Table::Transitions, &withdraw[..2]);
        assert!(without.is_err());
        let left = county.record(&head, of(project), Table::Transitions, &withdraw);
        assert_eq!(left.is_ok(), leaves, "{count}: {left:?}");
        assert_eq!(is_on(&county, project, "hh.linked"), !leaves);
        if let Err(refused) = left {
            assert_eq!(refused.rule.as_deref(), Some("HH-3.2.4"));
            assert!(matches!(refused.why, Why::Quota { count: 99, .. }));
        }
        if leaves {
            // The next edition says which decision it rests on.
            let last = county.county.each(Table::ListEditions).last().unwrap();
            assert_eq!(last.text(Column::Number), "5");
        }
    }
}
