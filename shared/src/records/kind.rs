//! One table as a list and a form need it: labels, columns, what can be chosen, what is needed.

use std::collections::BTreeSet;

use super::{Subject, is_generic, is_on};
use crate::api::{RecordColumn, RecordOption, RecordType};
use crate::decide::Directory;
use crate::field::{Column, Kind, Rows, Table};
use crate::profile::Profile;
use crate::rules::compiled::is_compiled;
use crate::rules::gates;
use crate::text::Lang;
use crate::text::fields::{fixed_label, fixed_options, kind_id};
use crate::text::records::{compiled_label, place_id, place_label};

/// The kind of record a table is, in a reader's language and the county's words.
#[must_use]
pub fn kind(table: Table, profile: &Profile, directory: &Directory, lang: Lang) -> RecordType {
    let columns = table.columns().iter().map(|column| RecordColumn {
        column: *column,
        label: column.label(lang).to_owned(),
        kind: kind_id(column.kind()).to_owned(),
        needed: table.needs().contains(column),
        filled_in: table.filled_in().contains(column),
        options: options(*column, profile, directory, lang),
    });
    RecordType {
        table,
        label: table.label(lang).to_owned(),
        place: place_of(table).to_owned(),
        place_label: match is_compiled(table) {
            true => compiled_label(lang).to_owned(),
            false => place_label(table.place(), &profile.levels.hub_label, lang),
        },
        subject: Subject::of(table).label(lang).to_owned(),
        acts: table.written_as() == Rows::Acts,
        on: is_on(table, profile),
        generic: is_generic(table),
        rows: None,
        columns: columns.collect(),
    }
}

/// Where a table's rows stand, as the API names it; those of a compiled table stand nowhere.
fn place_of(table: Table) -> &'static str {
    if is_compiled(table) {
        "compiled"
    } else {
        place_id(table.place())
    }
}

/// The options of a list: the county's before the fixed ones.
#[must_use]
pub fn choices(profile: &Profile, list: &str, lang: Lang) -> Vec<RecordOption> {
    match profile.named_options(list) {
        Some(options) => options
            .into_iter()
            .map(|option| RecordOption {
                id: option.id.to_owned(),
                label: option.name_zh.to_owned(),
            })
            .collect(),
        None => fixed_options(list)
            .unwrap_or_default()
            .iter()
            .map(|option| RecordOption {
                id: option.id.to_owned(),
                label: option.label(lang).to_owned(),
            })
            .collect(),
    }
}

/// What an option of a list is called; its id where nothing knows it.
#[must_use]
pub fn option_label<'a>(profile: &'a Profile, list: &str, id: &'a str, lang: Lang) -> &'a str {
    let county = profile
        .named_options(list)
        .and_then(|options| options.into_iter().find(|option| option.id == id))
        .map(|option| option.name_zh);
    county.or_else(|| fixed_label(list, id, lang)).unwrap_or(id)
}

/// What can be chosen in a column: the county's options before the fixed ones; units for an organisation; the clauses that hold only in principle for
/// an exception.
fn options(
    column: Column,
    profile: &Profile,
    directory: &Directory,
    lang: Lang,
) -> Vec<RecordOption> {
    match column.kind() {
        _ if column == Column::ExceptionRule => {
            let clauses: BTreeSet<_> = gates::exceptable(profile).collect();
            let clauses = clauses.into_iter().map(|clause| RecordOption {
                id: clause.to_owned(),
                label: clause.to_owned(),
            });
            clauses.collect()
        }
        Kind::Choice(name) | Kind::Set(name) => choices(profile, name, lang),
        Kind::Unit => directory
            .units
            .iter()
            .map(|(unit, entry)| RecordOption {
                id: unit.to_string(),
                label: entry.name.clone(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::records::readable;

    #[test]
    fn every_kind_has_words_and_options_in_both_languages() {
        for slug in Profile::slugs() {
            let profile = Profile::built_in(slug).unwrap();
            for table in readable() {
                for lang in [Lang::Zh, Lang::En] {
                    let kind = kind(table, &profile, &Directory::default(), lang);
                    assert!(!kind.label.is_empty() && !kind.subject.is_empty());
                    assert!(!kind.columns.is_empty(), "{table:?}");
                    for column in &kind.columns {
                        // A county may leave an enumeration empty; a fixed one never is.
                        let fixed = match column.column.kind() {
                            Kind::Choice(name) | Kind::Set(name) => {
                                profile.named_options(name).is_none()
                            }
                            _ => false,
                        };
                        assert_eq!(fixed, fixed && !column.options.is_empty(), "{table:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_choice_offers_the_countys_own_words() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let kind = kind(Table::Approvals, &profile, &Directory::default(), Lang::Zh);
        let item = kind
            .columns
            .iter()
            .find(|column| column.column == Column::ApprovalItem)
            .unwrap();
        assert!(item.needed);
        let names: Vec<_> = item.options.iter().map(|option| &option.label).collect();
        let expected: Vec<_> = profile
            .approvals
            .items
            .iter()
            .map(|item| &item.name_zh)
            .collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn an_exception_is_from_a_clause_that_allows_one_and_a_request_never_asks_for_it() {
        for slug in Profile::slugs() {
            let profile = Profile::built_in(slug).unwrap();
            let column = |table| {
                let kind = kind(table, &profile, &Directory::default(), Lang::Zh);
                let mut columns = kind.columns.into_iter();
                columns.find(|column| column.column == Column::ExceptionRule)
            };
            let offered = column(Table::Exceptions).unwrap();
            assert!(!offered.filled_in);
            let clauses: Vec<_> = offered.options.iter().map(|option| &*option.id).collect();
            let all: BTreeSet<_> = gates::exceptable(&profile).collect();
            assert_eq!(clauses, all.into_iter().collect::<Vec<_>>(), "{slug}");
            assert!(column(Table::Requests).unwrap().filled_in);
        }
        let profile = Profile::built_in("kaizhou").unwrap();
        let kind = kind(Table::Exceptions, &profile, &Directory::default(), Lang::Zh);
        let offered = |column: &RecordColumn| column.options.iter().any(|one| one.id == "KZ-2.4.4");
        assert!(kind.columns.iter().any(offered));
    }
}
