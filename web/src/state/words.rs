//! Labels of fields, columns and options: the county's words before the product's.

use std::fmt;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use shared::command::Role;
use shared::decide::Act;
use shared::field::{Column, Field, FieldPath, Table};
use shared::text::Lang;
use shared::text::book::{Word, WordBook};
use shared::text::hub::HubWord;
use shared::text::page::PageWords;
use shared::text::ui::{Bare, Say, Ui};

/// The monthly ledger of a county whose profile names none.
const MONTHLY: &str = "progress";

/// What the front end reads of a county's profile: its words, its reports, what it demands. The rules are the node's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CountyWords {
    levels: Levels,
    #[serde(default)]
    sectors: Option<Vec<Label>>,
    #[serde(default)]
    sectors_extra: Option<Vec<Label>>,
    #[serde(default)]
    packaging_channels: Vec<Label>,
    lifecycle: Stages,
    issue: Kinds,
    ledgers: Vec<Label>,
    reports: Vec<Report>,
    /// `R` required, `O` optional, `-` unused, `C(…)` conditional; a map gives one of them by programme.
    #[serde(deserialize_with = "needs")]
    field_requirements: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Levels {
    hub_label: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Label {
    id: String,
    name_zh: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Stages {
    stage_labels: Vec<Label>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Kinds {
    kinds: Vec<Label>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Report {
    id: String,
    name_zh: String,
    recurrence: Vec<String>,
}

impl CountyWords {
    fn options(&self, list: &str) -> &[Label] {
        match list {
            "sectors" => self.sectors.as_deref().unwrap_or_default(),
            "sectors_extra" => self.sectors_extra.as_deref().unwrap_or_default(),
            "issue_kind" => &self.issue.kinds,
            "packaging_channels" => &self.packaging_channels,
            "stage" => &self.lifecycle.stage_labels,
            _ => &[],
        }
    }

    fn needs(&self, field: Field) -> Option<&[String]> {
        self.field_requirements
            .iter()
            .find(|(id, _)| id == field.id())
            .map(|(_, codes)| codes.as_slice())
    }
}

/// The words of pages as the node sent them, kept for the page's life.
#[derive(Debug, Clone, Copy)]
pub struct Sent(&'static PageWords);

impl Sent {
    /// Takes the words for good; `None` when they are another version's, whose indexes may mean other words.
    #[must_use]
    pub fn keep(words: PageWords) -> Option<Self> {
        words.fits().then(|| Self(Box::leak(Box::new(words))))
    }
}

impl PartialEq for Sent {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

/// The words of one county in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// The language.
    pub lang: Lang,
    page: Sent,
    /// The county's rules, when the node sent them and this version can read them.
    pub profile: Option<Rc<CountyWords>>,
    /// What records are called; empty until the node has sent it, and then ids stand for words.
    book: Rc<WordBook>,
}

impl Words {
    /// Takes the county's profile; without one the product's own words stand.
    #[must_use]
    pub fn new(
        lang: Lang,
        page: Sent,
        profile: Option<Rc<CountyWords>>,
        book: Rc<WordBook>,
    ) -> Self {
        Self {
            lang,
            page,
            profile,
            book,
        }
    }

    /// A word of the front end.
    #[must_use]
    pub fn t(&self, word: Ui) -> &'static str {
        self.page.0.word(word, self.lang)
    }

    /// A word the page carries itself.
    #[must_use]
    pub fn bare(&self, word: Bare) -> &'static str {
        word.text(self.lang)
    }

    /// A sentence with facts.
    #[must_use]
    pub fn say(&self, say: &Say<'_>) -> String {
        self.page.0.say(say, self.lang)
    }

    /// A word that names the hub's level.
    #[must_use]
    pub fn hub(&self, word: HubWord) -> String {
        let label = self.profile.as_ref().map(|county| &county.levels.hub_label);
        let label = label.map_or("", String::as_str);
        self.page.0.hub(word, self.lang, label)
    }

    /// The label of a field.
    #[must_use]
    pub fn field(&self, field: Field) -> String {
        self.book.label(Word::Field(field), self.lang).to_owned()
    }

    /// The label of a table.
    #[must_use]
    pub fn table(&self, table: Table) -> String {
        self.book.label(Word::Table(table), self.lang).to_owned()
    }

    /// The label of a column.
    #[must_use]
    pub fn column(&self, column: Column) -> String {
        self.book.label(Word::Column(column), self.lang).to_owned()
    }

    /// The label of an option; the id itself when nobody knows it.
    #[must_use]
    pub fn option(&self, list: &str, id: &str) -> String {
        if let Some(label) = self.book.option(list, id, self.lang) {
            return label.to_owned();
        }
        let county = self
            .profile
            .as_ref()
            .map(|county| county.options(list))
            .unwrap_or_default();
        county
            .iter()
            .find(|option| option.id == id)
            .map_or(id, |option| &option.name_zh)
            .to_owned()
    }

    /// The options of an enumeration with their labels.
    #[must_use]
    pub fn options(&self, list: &str) -> Vec<(String, String)> {
        if let Some(fixed) = self.book.options(list) {
            return fixed
                .iter()
                .map(|option| (option.id.clone(), option.text(self.lang).to_owned()))
                .collect();
        }
        let county = self
            .profile
            .as_ref()
            .map(|county| county.options(list))
            .unwrap_or_default();
        county
            .iter()
            .map(|option| (option.id.clone(), option.name_zh.clone()))
            .collect()
    }

    /// What a column of a workbook can hold, as a mapping writes it, with its label.
    pub fn targets(&self) -> impl Iterator<Item = (&str, &str)> {
        let targets = self.book.targets.iter();
        targets.map(|target| (target.id.as_str(), target.text(self.lang)))
    }

    /// The label of a path, with its year or month.
    #[must_use]
    pub fn path(&self, path: &FieldPath) -> String {
        self.book.path(path, self.lang)
    }

    /// True when the county demands the field.
    #[must_use]
    pub fn is_required(&self, field: Field) -> bool {
        let codes = self.profile.as_ref().and_then(|county| county.needs(field));
        codes.is_some_and(|codes| codes.iter().any(|code| code == "R"))
    }

    /// True when the county does not use the field: hidden unless filled.
    #[must_use]
    pub fn is_unused(&self, field: Field) -> bool {
        let codes = self.profile.as_ref().and_then(|county| county.needs(field));
        codes.is_some_and(|codes| codes.iter().all(|code| code == "-"))
    }

    /// Labels in a row.
    #[must_use]
    pub fn list(&self, labels: &[String]) -> String {
        labels.join(self.t(Ui::ListComma))
    }

    /// What kind of command wrote an entry of the history; nothing for a plain edit.
    #[must_use]
    pub fn act(&self, act: &str) -> Option<&'static str> {
        let word = match Act::from_id(act)? {
            Act::Create => Ui::ActCreate,
            Act::Behalf => Ui::OnBehalf,
            Act::Resolve => Ui::ActResolve,
            Act::Accept => Ui::ActAccept,
            Act::Dismiss => Ui::Dismiss,
            Act::Delete => Ui::ActDelete,
            Act::Restore => Ui::ActRestore,
            Act::Strike => Ui::ActStrike,
            Act::Move => Ui::ActMove,
            Act::Import => Ui::ActImport,
            Act::Undo => Ui::ActUndo,
            Act::Edit
            | Act::Record
            | Act::Comment
            | Act::File
            | Act::Review
            | Act::Receive
            | Act::System => {
                return None;
            }
        };
        Some(self.t(word))
    }

    /// The name of a ledger.
    #[must_use]
    pub fn ledger(&self, id: &str) -> String {
        let name = self.profile.as_ref().and_then(|county| {
            let ledger = county
                .ledgers
                .iter()
                .find(|ledger| ledger.id == id)
                .map(|ledger| &ledger.name_zh);
            ledger.or_else(|| {
                county
                    .reports
                    .iter()
                    .find(|report| report.id == id)
                    .map(|report| &report.name_zh)
            })
        });
        name.map_or(id, String::as_str).to_owned()
    }

    /// The ledger whose month the main job fills; empty where the county has none.
    #[must_use]
    pub fn monthly_ledger(&self) -> String {
        let Some(county) = &self.profile else {
            return MONTHLY.to_owned();
        };
        let monthly = |report: &&Report| {
            let mut recurrence = report.recurrence.iter();
            recurrence.any(|recur| recur.starts_with("monthly"))
        };
        let report = county.reports.iter().find(monthly);
        report.map(|report| report.id.clone()).unwrap_or_default()
    }

    /// The name of a role.
    #[must_use]
    pub fn role(&self, role: Role) -> &'static str {
        self.t(match role {
            Role::Clerk => Ui::RoleClerk,
            Role::Head => Ui::RoleHead,
            Role::HubOfficer => Ui::RoleHubOfficer,
            Role::HubHead => Ui::RoleHubHead,
            Role::Inspector => Ui::RoleInspector,
            Role::Leader => Ui::RoleLeader,
            Role::Observer => Ui::RoleObserver,
            Role::Admin => Ui::RoleAdmin,
        })
    }
}

/// Reads `{"field": "R"}` and `{"field": {"programme": "O", …}}` alike, as the codes of each field.
fn needs<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, Vec<String>)>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Codes {
        One(String),
        Many(std::collections::BTreeMap<String, String>),
    }
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, Vec<String>)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("requirements")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some((id, codes)) = map.next_entry::<String, Codes>()? {
                let codes = match codes {
                    Codes::One(code) => vec![code],
                    Codes::Many(codes) => codes.into_values().collect(),
                };
                fields.push((id, codes));
            }
            Ok(fields)
        }
    }
    deserializer.deserialize_map(Fields)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
pub(crate) mod tests {
    use super::*;
    use shared::profile::Profile;

    /// The words of this version in Chinese, without a county's.
    pub fn words() -> Words {
        let page = Sent::keep(PageWords::of_this_version()).unwrap();
        Words::new(Lang::Zh, page, None, Rc::default())
    }

    #[test]
    fn the_words_are_those_of_the_countys_profile() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let json = serde_json::to_string(&profile).unwrap();
        let county: CountyWords = crate::client::json::read(&json).unwrap();
        let sent = WordBook::of_this_version();
        let json = serde_json::to_string(&sent).unwrap();
        let book: WordBook = crate::client::json::read(&json).unwrap();
        assert_eq!(book, sent);
        let sent = PageWords::of_this_version();
        let json = serde_json::to_string(&sent).unwrap();
        let page: PageWords = crate::client::json::read(&json).unwrap();
        assert_eq!(page, sent);
        let page = Sent::keep(page).unwrap();
        let words = Words::new(Lang::Zh, page, Some(Rc::new(county)), Rc::new(book));
        assert_eq!(words.monthly_ledger(), profile.monthly_report().unwrap().id);
        assert_eq!(
            words.hub(HubWord::Level),
            format!("{}级", profile.levels.hub_label)
        );
        assert_eq!(
            words.field(Field::TotalInvestmentFen),
            Field::TotalInvestmentFen.label(Lang::Zh)
        );
        for ledger in &profile.ledgers {
            assert_eq!(words.ledger(&ledger.id), ledger.name_zh);
        }
        for list in ["sectors", "stage", "issue_kind"] {
            for option in profile.options(list).unwrap() {
                assert_eq!(words.option(list, &option.id), option.name_zh);
            }
        }
        for field in Field::ALL {
            let need = profile.field_requirements.get(field.id());
            assert_eq!(
                words.is_required(*field),
                need.is_some_and(shared::profile::Requirement::is_required),
                "{field:?}"
            );
            assert_eq!(
                words.is_unused(*field),
                need.is_some_and(shared::profile::Requirement::is_unused),
                "{field:?}"
            );
        }
    }
}
