//! Labels of fields, columns and options: the county's words before the product's.

use std::rc::Rc;

use shared::command::Role;
use shared::decide::Act;
use shared::field::{Column, Field, FieldPath, Table};
use shared::profile::Profile;
use shared::text::fields::{fixed_label, fixed_options};
use shared::text::ui::{Say, Ui};
use shared::text::{Lang, refusal};

/// The monthly ledger of a county whose profile names none.
const MONTHLY: &str = "progress";

/// The words of one county in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// The language.
    pub lang: Lang,
    /// The county's rules, when the node sent them and this version can read them.
    pub profile: Option<Rc<Profile>>,
}

impl Words {
    /// Takes the county's profile; without one the product's own words stand.
    #[must_use]
    pub fn new(lang: Lang, profile: Option<Rc<Profile>>) -> Self {
        Self { lang, profile }
    }

    /// A word of the front end.
    #[must_use]
    pub fn t(&self, word: Ui) -> &'static str {
        word.text(self.lang)
    }

    /// A sentence with facts.
    #[must_use]
    pub fn say(&self, say: &Say<'_>) -> String {
        say.text(self.lang)
    }

    /// The label of a field.
    #[must_use]
    pub fn field(&self, field: Field) -> &'static str {
        field.label(self.lang)
    }

    /// The label of a table.
    #[must_use]
    pub fn table(&self, table: Table) -> &'static str {
        table.label(self.lang)
    }

    /// The label of a column.
    #[must_use]
    pub fn column(&self, column: Column) -> &'static str {
        column.label(self.lang)
    }

    /// The label of an option; the id itself when nobody knows it.
    #[must_use]
    pub fn option(&self, list: &str, id: &str) -> String {
        if let Some(label) = fixed_label(list, id, self.lang) {
            return label.to_owned();
        }
        self.profile
            .as_ref()
            .map_or(id, |profile| profile.option_label(list, id))
            .to_owned()
    }

    /// The options of an enumeration with their labels.
    #[must_use]
    pub fn options(&self, list: &str) -> Vec<(String, String)> {
        if let Some(fixed) = fixed_options(list) {
            return fixed
                .iter()
                .map(|option| (option.id.to_owned(), option.label(self.lang).to_owned()))
                .collect();
        }
        let county = self
            .profile
            .as_ref()
            .and_then(|profile| profile.options(list))
            .unwrap_or_default();
        county
            .iter()
            .map(|option| (option.id.clone(), option.name_zh.clone()))
            .collect()
    }

    /// The label of a path, with its year or month.
    #[must_use]
    pub fn path(&self, path: &FieldPath) -> String {
        refusal::path_label(path, self.lang)
    }

    /// True when the county demands the field.
    #[must_use]
    pub fn is_required(&self, field: Field) -> bool {
        let profile = self.profile.as_ref();
        profile
            .and_then(|profile| profile.field_requirements.get(field.id()))
            .is_some_and(shared::profile::Requirement::is_required)
    }

    /// True when the county does not use the field: hidden unless filled.
    #[must_use]
    pub fn is_unused(&self, field: Field) -> bool {
        let profile = self.profile.as_ref();
        profile
            .and_then(|profile| profile.field_requirements.get(field.id()))
            .is_some_and(shared::profile::Requirement::is_unused)
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
            Act::Edit | Act::Comment | Act::File | Act::Review | Act::Receive | Act::System => {
                return None;
            }
        };
        Some(self.t(word))
    }

    /// The name of a ledger.
    #[must_use]
    pub fn ledger(&self, id: &str) -> String {
        self.profile
            .as_ref()
            .map_or(id, |profile| profile.ledger_name(id))
            .to_owned()
    }

    /// The ledger whose month the main job fills.
    #[must_use]
    pub fn monthly_ledger(&self) -> String {
        let report = self
            .profile
            .as_ref()
            .and_then(|profile| profile.monthly_report());
        report
            .map_or(MONTHLY, |report| report.id.as_str())
            .to_owned()
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
