//! The words of records as one value: what fields, tables, columns and fixed options are called, in every language.
//!
//! The node sends the book to a page once (`GET /api/v1/words`), so that the front end carries none of these words and does not
//! grow with them. It is made of the same enums that word a refusal or a workbook; there is no second list.

use serde::{Deserialize, Serialize};

use super::Lang;
use super::fields::{FixedOption, fixed_options};
use super::office::Reading;
use crate::field::{Column, Field, FieldPath, Kind, Scope, Table, Target};

/// What fields, tables, columns and the options no county changes are called.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WordBook {
    /// Every field of a project.
    pub fields: Vec<Named>,
    /// Every table of rows.
    pub tables: Vec<Named>,
    /// Every column of those tables.
    pub columns: Vec<Named>,
    /// What a column of a workbook can hold, as a mapping writes it: fields, then readings that are no single field.
    #[serde(default)]
    pub targets: Vec<Named>,
    /// The options of each fixed enumeration.
    pub options: Vec<NamedOptions>,
}

/// An id and what it is called.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Stands in documents.
    pub id: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Named {
    /// The words in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    fn new(id: &str, label: impl Fn(Lang) -> &'static str) -> Self {
        Self {
            id: id.to_owned(),
            zh: label(Lang::Zh).to_owned(),
            en: label(Lang::En).to_owned(),
        }
    }
}

/// The options of one enumeration.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedOptions {
    /// The enumeration's id, as a field's or column's kind names it.
    pub id: String,
    /// Its options, in the order in which people choose.
    pub options: Vec<Named>,
}

impl WordBook {
    /// All words this version knows. Shape: fields, tables and columns in their order, enumerations by id.
    #[must_use]
    pub fn of_this_version() -> Self {
        let kinds = Field::ALL
            .iter()
            .map(|field| field.kind())
            .chain(Column::ALL.iter().map(|column| column.kind()));
        let mut lists: Vec<&str> = kinds
            .filter_map(|kind| match kind {
                Kind::Choice(list) | Kind::Set(list) => Some(list),
                _ => None,
            })
            .collect();
        lists.sort_unstable();
        lists.dedup();
        let option = |option: &FixedOption| Named::new(option.id, |lang| option.label(lang));
        Self {
            fields: Field::ALL
                .iter()
                .map(|field| Named::new(field.id(), |lang| field.label(lang)))
                .collect(),
            tables: Table::ALL
                .iter()
                .map(|table| Named::new(table.id(), |lang| table.label(lang)))
                .collect(),
            columns: Column::ALL
                .iter()
                .map(|column| Named::new(column.id(), |lang| column.label(lang)))
                .collect(),
            targets: Field::ALL
                .iter()
                .filter(|field| field.is_importable())
                .map(|field| {
                    let period = match field.scope() {
                        Scope::Once => "",
                        Scope::Year => "{year}/",
                        Scope::Month => "{month}/",
                    };
                    let id = [period, field.id()].concat();
                    Named::new(&id, |lang| field.label(lang))
                })
                .chain(
                    Reading::ALL
                        .iter()
                        .map(|reading| Named::new(reading.id(), |lang| reading.text(lang))),
                )
                .collect(),
            options: lists
                .into_iter()
                .filter_map(|list| {
                    Some(NamedOptions {
                        id: list.to_owned(),
                        options: fixed_options(list)?.iter().map(option).collect(),
                    })
                })
                .collect(),
        }
    }
}

/// What a word is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A field.
    Field(Field),
    /// A table of rows.
    Table(Table),
    /// A column of a table.
    Column(Column),
}

impl WordBook {
    /// What a field, table or column is called; its id when the book does not name it.
    #[must_use]
    pub fn label(&self, word: Word, lang: Lang) -> &str {
        let (words, id) = match word {
            Word::Field(field) => (&self.fields, field.id()),
            Word::Table(table) => (&self.tables, table.id()),
            Word::Column(column) => (&self.columns, column.id()),
        };
        find(words, id, lang).unwrap_or(id)
    }

    /// The options of an enumeration no county changes.
    #[must_use]
    pub fn options(&self, list: &str) -> Option<&[Named]> {
        let known = self.options.iter().find(|known| known.id == list);
        known.map(|known| known.options.as_slice())
    }

    /// The label of a fixed option.
    #[must_use]
    pub fn option(&self, list: &str, id: &str, lang: Lang) -> Option<&str> {
        find(self.options(list)?, id, lang)
    }

    /// What a path is called, with its year, month or table.
    #[must_use]
    pub fn path(&self, path: &FieldPath, lang: Lang) -> String {
        path_words(path, lang, |word| self.label(word, lang))
    }
}

fn find<'a>(words: &'a [Named], id: &str, lang: Lang) -> Option<&'a str> {
    let known = words.iter().find(|word| word.id == id);
    known.map(|word| word.text(lang))
}

/// What a path is called, by whoever knows what its parts are called.
pub(super) fn path_words<'a>(
    path: &FieldPath,
    lang: Lang,
    label: impl Fn(Word) -> &'a str,
) -> String {
    match path.target() {
        Target::Once(field) => label(Word::Field(field)).to_owned(),
        Target::Year(year, field) => match lang {
            Lang::Zh => format!("{}（{year}年）", label(Word::Field(field))),
            Lang::En => format!("{} {year}", label(Word::Field(field))),
        },
        Target::Month(month, field) => match lang {
            Lang::Zh => format!(
                "{}（{}年{}月）",
                label(Word::Field(field)),
                month.year(),
                month.month()
            ),
            Lang::En => format!("{} {month}", label(Word::Field(field))),
        },
        Target::Cell(table, _, column) => {
            let between = match lang {
                Lang::Zh => "：",
                Lang::En => ": ",
            };
            [
                label(Word::Table(table)),
                between,
                label(Word::Column(column)),
            ]
            .concat()
        }
        Target::Unknown => path.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fields::fixed_label;
    use crate::text::refusal::path_label;
    use crate::time::Month;

    #[test]
    fn a_book_names_records_as_a_refusal_does() {
        let book = WordBook::of_this_version();
        let row = crate::ids::RowId::from_parts(5, [1; 10]);
        let month = Month::new(2026, 11);
        let mut paths = vec![
            FieldPath::year(2026, Field::YearPlanFen),
            FieldPath::cell(Table::Issues, row, Column::Deadline),
        ];
        paths.extend(Field::ALL.iter().map(|field| FieldPath::once(*field)));
        paths.extend(month.map(|month| FieldPath::month(month, Field::MonthDoneFen)));
        for lang in [Lang::Zh, Lang::En] {
            for path in &paths {
                assert_eq!(book.path(path, lang), path_label(path, lang));
            }
            assert_eq!(
                book.option("verdict", "returned", lang),
                fixed_label("verdict", "returned", lang)
            );
        }
        assert_eq!(book.option("verdict", "burnt", Lang::Zh), None);
        assert_eq!(book.options("no_such_list"), None);
    }

    #[test]
    fn a_book_that_has_not_come_answers_ids() {
        let book = WordBook::default();
        assert_eq!(book.label(Word::Field(Field::Name), Lang::Zh), "name");
        assert_eq!(book.label(Word::Table(Table::Issues), Lang::En), "issues");
    }
}
