//! What a field or column can hold, how often, where it is shown, whose write counts, and in which document a table stands.

/// What a field holds, and so how it is entered, checked and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// Several lines; atomic.
    Long,
    /// Several lines that two people may edit at once; an automerge Text.
    CoEdited,
    /// An amount in fen, never negative.
    Money,
    /// A whole number, 0 to 100.
    Percent,
    /// A whole number, never negative.
    Count,
    /// Yes or no.
    Flag,
    /// A civil date; a month alone is legal.
    Date,
    /// `YYYY..YYYY`, a range of years.
    Years,
    /// One option of the named enumeration (fixed ones in `text`, county ones in the profile).
    Choice(&'static str),
    /// Several options of the named enumeration, sorted, joined by commas.
    Set(&'static str),
    /// An organisation: a unit's id, or its name where it has no account here.
    Unit,
    /// A person's name, as written.
    Person,
    /// A moment in milliseconds.
    Moment,
    /// The id of a row, project, user or attachment.
    Reference,
    /// JSON written by the engine, never by a person.
    Json,
    /// A profile file: JSON a person wrote and the lint accepted.
    Rules,
}

/// How often a field has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One value for the project.
    Once,
    /// One value a calendar year.
    Year,
    /// One value a calendar month.
    Month,
}

/// The part of the record a field is shown in (domain.md 2.A–2.E; oversight is the county's side).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// 2.A Identity and classification.
    Identity,
    /// 2.B Owner, place, people.
    People,
    /// 2.C Content, scale, time.
    Content,
    /// 2.D Money.
    Money,
    /// 2.E Progress.
    Progress,
}

/// Whose write counts; another's becomes a proposal (domain.md 0.7, design.md 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The unit the project belongs to, for itself and for the owner it hosts (T, D, O).
    Home,
    /// The lead unit; the home unit while none is named (U).
    Lead,
    /// The hub (H, B).
    Hub,
    /// The engine alone (E).
    Engine,
    /// Whoever acts: appended rows that name their author.
    Anyone,
}

/// The kind of document a table stands in (design.md 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// `project/<id>`.
    Project,
    /// `oversight/<id>`.
    Oversight,
    /// `unit/<id>`.
    Unit,
    /// `county/<year>`: published, read by all nodes.
    County,
    /// `hub/<year>`: the hub's own.
    Hub,
}

/// How rows of a table come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Rows that are edited cell by cell.
    Sheet,
    /// Each row is an act: it is written once, whole, and can only be struck out with a reason. A rule judges it.
    Acts,
    /// Written by the engine through its own commands.
    Engine,
    /// Worked out of other records whenever it is read; nobody writes it and no document holds it.
    Compiled,
}
