//! The text of a scenario: tables with known words, each value remembered with its place.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ScenarioError;

/// Where something stands in the file: line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) fn refuse(self, message: impl Into<String>) -> ScenarioError {
        ScenarioError {
            line: self.line,
            column: self.column,
            message: message.into(),
        }
    }
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) node: Node,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(String),
    Int(i64),
    Flag(bool),
    List(Vec<Item>),
    Table(Block),
}

impl Item {
    pub(super) fn text(&self) -> Result<&str, ScenarioError> {
        match &self.node {
            Node::Text(text) => Ok(text),
            _ => Err(self.place.refuse("this takes text in quotation marks")),
        }
    }

    pub(super) fn int(&self) -> Result<i64, ScenarioError> {
        match &self.node {
            Node::Int(number) => Ok(*number),
            // A case may put a number where a word in braces stood.
            Node::Text(text) => text
                .parse()
                .map_err(|_| self.place.refuse("this takes a whole number")),
            _ => Err(self.place.refuse("this takes a whole number")),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, ScenarioError> {
        match &self.node {
            Node::Flag(flag) => Ok(*flag),
            _ => Err(self.place.refuse("this takes true or false")),
        }
    }

    /// A text, or the digits of a number.
    pub(super) fn word(&self) -> Result<String, ScenarioError> {
        match &self.node {
            Node::Int(number) => Ok(number.to_string()),
            _ => Ok(self.text()?.to_owned()),
        }
    }

    /// A year of four digits, as a number or as text.
    pub(super) fn year(&self) -> Option<i16> {
        let word = self.word().ok().filter(|word| word.len() == 4)?;
        word.parse().ok()
    }

    /// The elements of a list; a value by itself is a list of one.
    pub(super) fn items(&self) -> Vec<&Self> {
        match &self.node {
            Node::List(items) => items.iter().collect(),
            _ => vec![self],
        }
    }

    /// One whole number, or a list of them.
    fn ints(&self) -> Result<Vec<i64>, ScenarioError> {
        match &self.node {
            Node::List(items) => items.iter().map(Self::int).collect(),
            _ => Ok(vec![self.int()?]),
        }
    }

    /// One text, or a list of them.
    pub(super) fn texts(&self) -> Result<Vec<&str>, ScenarioError> {
        match &self.node {
            Node::List(items) => items.iter().map(Item::text).collect(),
            _ => Ok(vec![self.text()?]),
        }
    }

    pub(super) fn block(&self) -> Result<&Block, ScenarioError> {
        match &self.node {
            Node::Table(block) => Ok(block),
            _ => Err(self.place.refuse("this takes a table")),
        }
    }

    /// Every text in it, with its place.
    pub(super) fn leaves<'a>(&'a self, out: &mut Vec<(Place, &'a str)>) {
        match &self.node {
            Node::Text(text) => out.push((self.place, text)),
            Node::List(items) => items.iter().for_each(|item| item.leaves(out)),
            Node::Table(block) => block.leaves(out),
            Node::Int(_) | Node::Flag(_) => {}
        }
    }

    fn blocks(&self) -> Result<Vec<Block>, ScenarioError> {
        match &self.node {
            Node::List(items) => items.iter().map(|item| item.block().cloned()).collect(),
            _ => Err(self.place.refuse("this is a list of tables: write [[…]]")),
        }
    }

    /// The value with `${word}` replaced by what a case says.
    fn with(&self, case: &Block) -> Result<Self, ScenarioError> {
        let node = match &self.node {
            Node::Text(text) => match text.strip_prefix("${").and_then(|t| t.strip_suffix('}')) {
                Some(word) if !word.contains('}') => {
                    return Ok(Self {
                        place: self.place,
                        node: case
                            .get(word)
                            .ok_or_else(|| self.unknown(word))?
                            .node
                            .clone(),
                    });
                }
                _ => Node::Text(self.fill(text, case)?),
            },
            Node::List(items) => Node::List(
                items
                    .iter()
                    .map(|item| item.with(case))
                    .collect::<Result<_, _>>()?,
            ),
            Node::Table(block) => Node::Table(block.with(case)?),
            Node::Int(_) | Node::Flag(_) => self.node.clone(),
        };
        Ok(Self {
            place: self.place,
            node,
        })
    }

    fn unknown(&self, word: &str) -> ScenarioError {
        self.place.refuse(format!("no case says what `{word}` is"))
    }

    fn fill(&self, text: &str, case: &Block) -> Result<String, ScenarioError> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (word, tail) = after
                .split_once('}')
                .ok_or_else(|| self.place.refuse("`${` without `}`"))?;
            match &case.get(word).ok_or_else(|| self.unknown(word))?.node {
                Node::Text(text) => out.push_str(text),
                Node::Int(number) => out.push_str(&number.to_string()),
                _ => return Err(self.place.refuse("a case puts text or a number into text")),
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// A table of words, in the order of their names.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) place: Place,
    words: BTreeMap<String, (Place, Item)>,
}

impl Block {
    pub(super) fn get(&self, word: &str) -> Option<&Item> {
        self.words.get(word).map(|(_, item)| item)
    }

    pub(super) fn text(&self, word: &str) -> Result<Option<&str>, ScenarioError> {
        self.get(word).map(Item::text).transpose()
    }

    pub(super) fn need(&self, word: &str) -> Result<&str, ScenarioError> {
        self.need_any(word)?.text()
    }

    /// The words of the head, without the tables that stand beside them in the file.
    pub(super) fn without_tables(&self) -> Self {
        let words = self.words.iter().filter(|(_, (_, item))| {
            !matches!(&item.node, Node::List(items) if items.iter().any(|item| item.block().is_ok()))
        });
        Self {
            place: self.place,
            words: words
                .map(|(word, value)| (word.clone(), value.clone()))
                .collect(),
        }
    }

    /// The value of a word that must be there.
    pub(super) fn need_any(&self, word: &str) -> Result<&Item, ScenarioError> {
        self.get(word)
            .ok_or_else(|| self.place.refuse(format!("`{word}` is missing")))
    }

    /// Where a word's value stands; the table itself when the word is not there.
    pub(super) fn place_of(&self, word: &str) -> Place {
        self.get(word).map_or(self.place, |item| item.place)
    }

    /// Every text in the table, with its place.
    pub(super) fn leaves<'a>(&'a self, out: &mut Vec<(Place, &'a str)>) {
        self.words.values().for_each(|(_, item)| item.leaves(out));
    }

    /// Every word with the place of the word itself.
    pub(super) fn each(&self) -> impl Iterator<Item = (&str, Place, &Item)> {
        let words = self.words.iter();
        words.map(|(word, (place, item))| (word.as_str(), *place, item))
    }

    /// Refuses any word that is not one of these.
    pub(super) fn only(&self, known: &[&[&str]]) -> Result<(), ScenarioError> {
        for (word, place, _) in self.each() {
            if !known.iter().any(|words| words.contains(&word)) {
                let mut words: Vec<_> = known
                    .iter()
                    .flat_map(|words| words.iter().copied())
                    .collect();
                words.sort_unstable();
                return Err(place.refuse(format!(
                    "unknown word `{word}`; known here: {}",
                    words.join(", ")
                )));
            }
        }
        Ok(())
    }

    pub(super) fn with(&self, case: &Self) -> Result<Self, ScenarioError> {
        let mut words = BTreeMap::new();
        for (word, (place, item)) in &self.words {
            words.insert(word.clone(), (*place, item.with(case)?));
        }
        Ok(Self {
            place: self.place,
            words,
        })
    }

    /// The value as JSON, for what goes into a profile.
    pub(super) fn to_json(&self) -> serde_json::Value {
        let entries = self.words.iter();
        serde_json::Value::Object(
            entries
                .map(|(word, (_, item))| (word.clone(), item.to_json()))
                .collect(),
        )
    }
}

impl Item {
    /// The value as JSON. The text `null` in braces, `"${null}"`, has no other way to be written in TOML: `"null"` is it.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.node {
            Node::Text(text) if text == "null" => serde_json::Value::Null,
            Node::Text(text) => text.as_str().into(),
            Node::Int(number) => (*number).into(),
            Node::Flag(flag) => (*flag).into(),
            Node::List(items) => items.iter().map(Self::to_json).collect(),
            Node::Table(block) => block.to_json(),
        }
    }
}

/// A parsed scenario file: every word in it is known.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is about.
    pub title: String,
    pub(super) head: Block,
    pub(super) cases: Vec<Block>,
    pub(super) units: Vec<Block>,
    pub(super) people: Vec<Block>,
    pub(super) projects: Vec<Block>,
    pub(super) given: Vec<Block>,
    pub(super) steps: Vec<Block>,
}

/// Words at the top of a file.
pub(super) const HEAD: &[&str] = &[
    "title", "scenario", "profile", "change", "clock", "case", "unit", "person", "project",
    "given", "step",
];
pub(super) const UNIT: &[&str] = &["id", "name", "kind", "node", "since"];
pub(super) const PERSON: &[&str] = &["id", "name", "role", "unit"];
pub(super) const PROJECT: &[&str] = &["id", "unit", "count", "set"];
pub(super) const GIVEN: &[&str] = &["table", "project", "unit", "row", "set", "at", "by"];

impl Scenario {
    /// Reads a file and refuses every word it does not know.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let reader = Positions { text };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            reader.place(at).refuse(error.message())
        })?;
        let head = reader.block(table.get_ref(), table.span().start)?;
        head.only(&[HEAD])?;
        let list = |word: &str| head.get(word).map_or_else(|| Ok(Vec::new()), Item::blocks);
        let scenario = Self {
            title: head.need("title")?.to_owned(),
            cases: list("case")?,
            units: list("unit")?,
            people: list("person")?,
            projects: list("project")?,
            given: list("given")?,
            steps: list("step")?,
            head,
        };
        for (blocks, known) in [
            (&scenario.units, UNIT),
            (&scenario.people, PERSON),
            (&scenario.projects, PROJECT),
            (&scenario.given, GIVEN),
        ] {
            for block in blocks {
                block.only(&[known])?;
            }
        }
        for step in &scenario.steps {
            super::step::check_words(step)?;
        }
        scenario.head.need("profile")?;
        scenario.head.need("clock")?;
        scenario.cases_are_used()?;
        if let Some(numbers) = scenario.head.get("scenario") {
            numbers.ints()?;
        }
        if scenario.steps.is_empty() {
            return Err(scenario
                .head
                .place
                .refuse("a scenario without a step proves nothing"));
        }
        Ok(scenario)
    }

    /// Refuses a word of a case that the rest of the file never asks for: what it was to say is not tested.
    fn cases_are_used(&self) -> Result<(), ScenarioError> {
        let mut texts = Vec::new();
        for (word, _, item) in self.head.each() {
            if word != "case" {
                item.leaves(&mut texts);
            }
        }
        for (word, place, _) in self.cases.iter().flat_map(Block::each) {
            let asked = format!("${{{word}}}");
            if !texts.iter().any(|(_, text)| text.contains(&asked)) {
                return Err(place.refuse(format!("nothing in the file uses `{asked}`")));
            }
        }
        Ok(())
    }

    /// The numbers of domain.md 15 it stands for.
    #[must_use]
    pub fn numbers(&self) -> Vec<i64> {
        let numbers = self.head.get("scenario").map(Item::ints);
        numbers.and_then(Result::ok).unwrap_or_default()
    }
}

struct Positions<'a> {
    text: &'a str,
}

impl Positions<'_> {
    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or("");
        Place {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }

    fn block(&self, table: &DeTable<'_>, start: usize) -> Result<Block, ScenarioError> {
        let mut words = BTreeMap::new();
        for (word, value) in table {
            let place = self.place(word.span().start);
            words.insert(word.get_ref().to_string(), (place, self.item(value)?));
        }
        Ok(Block {
            place: self.place(start),
            words,
        })
    }

    fn item(&self, value: &Spanned<DeValue<'_>>) -> Result<Item, ScenarioError> {
        let place = self.place(value.span().start);
        let node = match value.get_ref() {
            DeValue::String(text) => Node::Text(text.to_string()),
            DeValue::Integer(number) => Node::Int(
                i64::from_str_radix(number.as_str(), number.radix())
                    .map_err(|_| place.refuse("this number is too large"))?,
            ),
            DeValue::Boolean(flag) => Node::Flag(*flag),
            DeValue::Datetime(moment) => Node::Text(moment.to_string()),
            DeValue::Array(items) => Node::List(
                items
                    .iter()
                    .map(|item| self.item(item))
                    .collect::<Result<_, _>>()?,
            ),
            DeValue::Table(table) => Node::Table(self.block(table, value.span().start)?),
            DeValue::Float(_) => {
                return Err(place.refuse("write amounts and shares as text, with their unit"));
            }
        };
        Ok(Item { place, node })
    }
}
