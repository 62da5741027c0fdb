//! A field with several values: each with its author, a button that keeps it, and a place for yet another.

use maud::{Markup, html};
use shared::api::RecordOption;
use shared::command::Command;
use shared::field::{FieldPath, Kind};
use shared::ids::{ProjectId, UnitId};
use shared::project::{Contender, Writer};
use shared::text::hub::HubWord;
use shared::text::ui::{Say, Ui};
use shared::value::Value;

use super::draw::{Reader, template};

/// What a card shows.
pub(super) struct Clash<'a> {
    pub(super) project: Option<ProjectId>,
    pub(super) unit: Option<UnitId>,
    pub(super) path: FieldPath,
    pub(super) label: &'a str,
    /// The values, the provisional one first.
    pub(super) contenders: &'a [Contender],
    /// What can be chosen in their stead; where nothing is offered anything can be written.
    pub(super) offered: &'a [RecordOption],
    /// The reader may choose.
    pub(super) writes: bool,
}

impl Clash<'_> {
    /// The command that ends it with a value, or with what the person writes.
    fn end(&self, keep: Option<&Value>) -> String {
        let command = Command::ResolveConflict {
            project: self.project,
            unit: self.unit,
            path: self.path.clone(),
            seen: self
                .contenders
                .iter()
                .map(|side| side.value.clone())
                .collect(),
            keep: keep.cloned().unwrap_or(Value::Null),
        };
        match keep {
            Some(_) => template(&command, &[]),
            None => template(&command, &[("keep", "value")]),
        }
    }
}

/// The card.
pub(super) fn card(reader: &Reader, clash: &Clash<'_>) -> Markup {
    let (count, label) = (clash.contenders.len(), clash.label);
    let title = reader.say(&Say::FieldConflict { label, count });
    let kind = clash.path.kind().unwrap_or(Kind::Text);
    html! {
        section.conflict data-conflict=(clash.path) aria-label=(title) {
            h3 { span aria-hidden="true" { "◆ " } (title) }
            p.conflict__note { (reader.word(Ui::ConflictNote)) }
            div.conflict__sides { @for (index, side) in clash.contenders.iter().enumerate() {
                div.conflict__side {
                    div.conflict__who {
                        (by(reader, &side.by))
                        @if index == 0 { span."chip chip--quiet" { (reader.word(Ui::Provisional)) } }
                    }
                    div.conflict__value .number[kind == Kind::Money] { (reader.shown(kind, &side.value)) }
                    @if clash.writes {
                        button."button button--main" type="button" data-adopt=(index) data-label=(label) data-command=(clash.end(Some(&side.value))) { (reader.word(Ui::Adopt)) }
                    }
                }
            } }
            @if clash.writes {
                details {
                    summary."button button--small" { (reader.word(Ui::AdoptOther)) }
                    form.conflict__other data-command=(clash.end(None)) data-label=(label) {
                        (reader.input_of(&clash.path, "", (None, label), clash.offered))
                        p.form__error role="alert" {}
                        button."button button--main" type="submit" { (reader.word(Ui::Adopt)) }
                    }
                }
            }
        }
    }
}

/// Name, unit and time of a writer.
pub(super) fn by(reader: &Reader, writer: &Writer) -> String {
    let name = match &*writer.name {
        "" => reader.word(Ui::WriterUnknown),
        name => name,
    };
    let at = reader.moment(writer.at);
    match &*writer.unit {
        "" => format!("{name} · {at}"),
        "hub" => format!("{name} · {} · {at}", reader.hub(HubWord::Level)),
        unit => format!("{name} · {unit} · {at}"),
    }
}
