#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_sample_is_the_same_wherever_it_is_drawn() {
    let targets = set(&["A", "B", "C", "D", "E", "F"]);
    let drawn = sample("2022-Q4", &targets, 3);
    assert_eq!(drawn, sample("2022-Q4", &targets, 3));
    assert_eq!(drawn.len(), 3);
    // Another seed draws others, for some seed near by.
    let others = (0..8).map(|seed| sample(&seed.to_string(), &targets, 3));
    assert!(others.into_iter().any(|other| other != drawn));
    // A larger sample begins with the smaller one, and nothing is drawn twice.
    assert_eq!(sample("2022-Q4", &targets, 5)[..3], drawn[..]);
    let all = sample("2022-Q4", &targets, 99);
    assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), targets);
    assert!(sample("2022-Q4", &BTreeSet::new(), 3).is_empty());
}

#[test]
fn the_hash_is_the_published_one() {
    // Vectors of draft-eastlake-fnv, appendix C.
    assert_eq!(fnv(&[]), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv(&[b"a"]), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(fnv(&[b"foo", b"bar"]), 0x8594_4171_f739_67e8);
}

mod records {

    use crate::book::Book;
    use crate::cells::CellMap;
    use crate::command::{Actor, Command, Role, Why};
    use crate::decide::{Directory, State, decide};
    use crate::field::{Column, FieldPath, Table};
    use crate::ids::{ProjectId, RowId, UnitId, UserId};
    use crate::profile::Profile;
    use crate::project::{Cell, ProjectView};
    use crate::time::Timestamp;
    use crate::value::Value;

    const NOW: i64 = 1_670_000_000_000; // 2022-12-03, just after midnight

    fn project() -> ProjectId {
        ProjectId::from_parts(1, [1; 10])
    }

    fn row(number: u8) -> RowId {
        RowId::from_parts(u64::from(number), [number; 10])
    }

    fn view(cells: &[(String, &str)]) -> ProjectView {
        let mut all = CellMap::new();
        let home = (
            "home_node".to_owned(),
            UnitId::from_bytes([1; 10]).to_string(),
        );
        let cells = cells
            .iter()
            .map(|(path, value)| (path.clone(), (*value).to_owned()));
        for (path, value) in cells.chain([home]) {
            let cell = Cell {
                value: Value::from(value.as_str()),
                contenders: Vec::new(),
            };
            all.insert(path.parse::<FieldPath>().unwrap(), cell);
        }
        ProjectView {
            id: project(),
            heads: vec!["ab".to_owned()],
            cells: all,
        }
    }

    /// Records a row at the hub of a county with one project; the county's papers are given.
    fn record(
        slug: &str,
        view: ProjectView,
        county: &Book,
        table: Table,
        set: &[(Column, Value)],
    ) -> Result<Vec<(Column, Value)>, Why> {
        let profile = Profile::built_in(slug).unwrap();
        let directory = Directory::default();
        let mut state = State::new(&directory);
        state.projects.insert(project(), view);
        state.county = county.clone();
        let actor = Actor {
            user: UserId::from_bytes([1; 5]),
            name: "Wang".to_owned(),
            role: Role::HubHead,
            unit: UnitId::from_bytes([9; 10]),
            at_hub: true,
        };
        let of_project = matches!(table, Table::Dispatches);
        let command = Command::Record {
            project: of_project.then(project),
            unit: None,
            table,
            row: row(200),
            set: set.iter().cloned().collect(),
            on_behalf: None,
        };
        let mut draw = || row(99);
        let decided = decide(
            &state,
            &profile,
            &actor,
            Timestamp(NOW),
            &mut draw,
            &command,
        );
        let decided = decided.map_err(|refusal| refusal.why)?;
        let written = decided.writes.into_iter().filter_map(|write| {
            let (_, column) = write.path.as_str().rsplit_once('/')?;
            Some((Column::from_id(column)?, write.value))
        });
        Ok(written.collect())
    }

    fn text(of: &[(Column, Value)], column: Column) -> String {
        let mut found = of.iter().filter(|(known, _)| *known == column);
        let value = found.next().and_then(|(_, value)| value.as_text());
        value.unwrap_or_default().to_owned()
    }

    #[test]
    fn a_difficulty_reaches_the_lead_leader_only_after_the_unit_tried() {
        let issue = row(7).to_string();
        let dispatch = |kind: &str| {
            vec![
                (Column::MeetingKind, kind.into()),
                (Column::Level, "L2".into()),
                (Column::Person, "Zhou".into()),
                (Column::Text, "land".into()),
                (Column::Issue, issue.as_str().into()),
            ]
        };
        let dispatched = |view, kind| {
            let set = dispatch(kind);
            record("kaizhou", view, &Book::default(), Table::Dispatches, &set)
        };
        let refused = dispatched(view(&[]), "M-KZ-2").unwrap_err();
        assert!(matches!(refused, Why::GateClosed(_)), "{refused:?}");
        // A leader of a topic is asked directly.
        assert!(dispatched(view(&[]), "M-KZ-4").is_ok());
        for (outcome, allowed) in [("solved", false), ("unsolved", true), ("partly", true)] {
            let step = |column: Column| {
                FieldPath::cell(Table::IssueSteps, row(8), column)
                    .as_str()
                    .to_owned()
            };
            let tried = view(&[
                (step(Column::Issue), &issue),
                (step(Column::Level), "L1"),
                (step(Column::Outcome), outcome),
            ]);
            assert_eq!(dispatched(tried, "M-KZ-2").is_ok(), allowed, "{outcome}");
        }
    }

    #[test]
    fn a_meeting_is_of_a_known_kind_and_was_held() {
        let held = |kind: &str, date: &str, period: &str| {
            let mut set = vec![
                (Column::MeetingKind, kind.into()),
                (Column::Date, date.into()),
            ];
            if !period.is_empty() {
                set.push((Column::Period, period.into()));
            }
            record(
                "kaizhou",
                view(&[]),
                &Book::default(),
                Table::Meetings,
                &set,
            )
        };
        assert!(held("M-KZ-1", "2022-12-02", "2022-12").is_ok());
        assert_eq!(
            held("M-LT-1", "2022-12-02", "").unwrap_err(),
            Why::NotInProfile
        );
        assert_eq!(
            held("M-KZ-1", "2022-12-02", "2022-Q4").unwrap_err(),
            Why::NotInProfile
        );
        let ahead = held("M-KZ-1", "2022-12-04", "").unwrap_err();
        assert!(matches!(ahead, Why::Inconsistent { .. }), "{ahead:?}");
    }

    #[test]
    fn an_inspection_draws_its_sample_from_its_seed() {
        let inspect = |more: &[(Column, Value)]| {
            let mut set = vec![
                (Column::InspectionKind, "I-KZ-1".into()),
                (Column::Date, "2022-12-01".into()),
                (Column::Methods, "hearing,on_site".into()),
                (Column::Seed, "17".into()),
                (Column::Count, Value::Int(1)),
            ];
            set.extend(more.iter().cloned());
            let under_way = view(&[
                ("owner_org".to_owned(), "O"),
                ("stage".to_owned(), "construction"),
            ]);
            record(
                "kaizhou",
                under_way,
                &Book::default(),
                Table::Inspections,
                &set,
            )
        };
        let written = inspect(&[]).unwrap();
        assert_eq!(text(&written, Column::Sample), "O");
        assert!(inspect(&[(Column::Sample, "O".into())]).is_ok());
        let other = inspect(&[(Column::Sample, "P".into())]).unwrap_err();
        assert!(matches!(other, Why::Inconsistent { .. }), "{other:?}");
        let foreign = inspect(&[(Column::Methods, "patrol".into())]).unwrap_err();
        assert_eq!(foreign, Why::NotInProfile);
    }

    #[test]
    fn a_circular_is_numbered_frozen_and_only_corrected_by_a_new_one() {
        let publish = |county: &Book, more: &[(Column, Value)]| {
            let mut set = vec![
                (Column::PublicationKind, "P-KZ-1".into()),
                (Column::Period, "2022-11".into()),
                (Column::Text, "progress".into()),
            ];
            set.extend(more.iter().cloned());
            record("kaizhou", view(&[]), county, Table::Publications, &set)
        };
        let mut county = Book::default();
        let written = publish(&county, &[]).unwrap();
        assert_eq!(text(&written, Column::Number), "2022-1");
        assert_eq!(text(&written, Column::Digest).len(), 32);
        assert!(!text(&written, Column::Recipients).is_empty());
        let ahead = publish(&county, &[(Column::Period, "2023-01".into())]).unwrap_err();
        assert!(matches!(ahead, Why::Inconsistent { .. }), "{ahead:?}");
        for (column, value) in written {
            let contenders = Vec::new();
            let path = FieldPath::cell(Table::Publications, row(3), column);
            county.cells.insert(path, Cell { value, contenders });
        }
        assert_eq!(publish(&county, &[]).unwrap_err(), Why::OnlyOne);
        let corrects = |row: RowId| [(Column::Corrects, Value::from(row.to_string().as_str()))];
        let corrected = publish(&county, &corrects(row(3))).unwrap();
        assert_eq!(text(&corrected, Column::Number), "2022-2");
        assert_eq!(
            publish(&county, &corrects(row(4))).unwrap_err(),
            Why::NotFound
        );
    }

    #[test]
    fn a_table_of_a_register_the_county_does_not_keep_takes_no_rows() {
        let set = [(Column::Date, "2022-12-01".into())];
        let matched = |slug| record(slug, view(&[]), &Book::default(), Table::BankMatches, &set);
        assert!(matched("kundulun").is_ok());
        assert_eq!(matched("kaizhou").unwrap_err(), Why::NotInProfile);
    }
}
