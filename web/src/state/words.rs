//! Labels of fields, columns and options: the county's words before the product's.

use serde_json::Value as Json;
use shared::command::Role;
use shared::field::{Column, Field, FieldPath, Table, Target};
use shared::text::Lang;
use shared::text::ui::{Say, Ui};

/// The monthly ledger of a county whose profile names none.
const MONTHLY: &str = "progress";

/// The words of one county in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// The language.
    pub lang: Lang,
    profile: Json,
}

impl Words {
    /// Takes the county's profile as the node sent it; without one the product's own words stand.
    #[must_use]
    pub fn new(lang: Lang, profile: Json) -> Self {
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
    pub fn field(&self, field: Field) -> String {
        field.id().to_owned()
    }

    /// The label of a table.
    #[must_use]
    pub fn table(&self, table: Table) -> String {
        table.id().to_owned()
    }

    /// The label of a column.
    #[must_use]
    pub fn column(&self, column: Column) -> String {
        column.id().to_owned()
    }

    /// The label of an option; the id itself when nobody knows it.
    #[must_use]
    pub fn option(&self, list: &str, id: &str) -> String {
        let _ = (list, &self.profile);
        id.to_owned()
    }

    /// The options of an enumeration with their labels.
    #[must_use]
    pub fn options(&self, list: &str) -> Vec<(String, String)> {
        let _ = list;
        Vec::new()
    }

    /// The label of a path, with its year or month.
    #[must_use]
    pub fn path(&self, path: &FieldPath) -> String {
        match path.target() {
            Target::Once(field) => self.field(field),
            Target::Year(year, field) => {
                format!("{} {}", self.say(&Say::OfYear(year)), self.field(field))
            }
            Target::Month(month, field) => {
                let when = self.say(&Say::Month {
                    year: month.year(),
                    month: month.month(),
                });
                format!("{when} {}", self.field(field))
            }
            Target::Cell(table, _, column) => {
                format!("{} · {}", self.table(table), self.column(column))
            }
            Target::Unknown => path.to_string(),
        }
    }

    /// Labels in a row.
    #[must_use]
    pub fn list(&self, labels: &[String]) -> String {
        labels.join(self.t(Ui::ListComma))
    }

    /// What kind of command wrote an entry of the history; nothing for a plain edit.
    #[must_use]
    pub fn act(&self, act: &str) -> Option<&'static str> {
        let word = match act {
            "create" => Ui::ActCreate,
            "import" => Ui::ActImport,
            "undo" => Ui::ActUndo,
            "resolve" => Ui::ActResolve,
            "accept" => Ui::ActAccept,
            "behalf" => Ui::OnBehalf,
            "delete" => Ui::ActDelete,
            "restore" => Ui::ActRestore,
            "strike" => Ui::ActStrike,
            "move" => Ui::ActMove,
            _ => return None,
        };
        Some(self.t(word))
    }

    /// The name of a ledger.
    #[must_use]
    pub fn ledger(&self, id: &str) -> String {
        self.option("ledger", id)
    }

    /// The ledger whose month the main job fills.
    #[must_use]
    pub fn monthly_ledger(&self) -> String {
        MONTHLY.to_owned()
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
