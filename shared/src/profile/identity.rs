//! Who the county is and how it counts: names, levels, bodies, words, calendar, judging (domain.md 13.1, 13.2).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{PerProgramme, all};
use crate::time::Date;

/// A word that may differ by programme.
pub type Term = PerProgramme<String>;

/// An ASCII id and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Stands in documents.
    pub id: String,
    /// Stands on screens and papers.
    pub name_zh: String,
}

/// The document the rules come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title.
    pub title: String,
    /// Document number.
    pub doc_no: Option<String>,
    /// Date of issue.
    pub date: Date,
    /// Date of the official interpretation, when that is what the rules were read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpretation_date: Option<Date>,
    /// True while on trial.
    pub trial: bool,
}

/// What hub, node and the level above are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// `district`, `county` or `prefecture`.
    pub hub: HubLevel,
    /// Short label of the hub's level.
    pub hub_label: String,
    /// Kinds of organisation that run nodes.
    pub node_kinds: Vec<String>,
    /// Short label of a node's level.
    pub node_label: String,
    /// How many there are, when the source says.
    pub node_count: Option<u32>,
    /// Short label of the level above.
    pub upper_label: String,
}

/// The level a hub stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HubLevel {
    /// A district.
    District,
    /// A county.
    County,
    /// A prefecture, whose nodes are counties.
    Prefecture,
}

/// The office that runs the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HubOffice {
    /// Its name.
    pub name_zh: Term,
    /// Those of `bodies` that are the hub under another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<String>,
}

/// A top coordinating body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeadingBody {
    /// Its id among `bodies`.
    pub id: String,
    /// The programme it is for.
    #[serde(default = "all")]
    pub programme: String,
    /// Its name.
    pub name_zh: String,
    /// Who heads it.
    pub head: Option<String>,
    /// Who deputises.
    pub deputies: Option<String>,
    /// Who sits in it.
    pub members: Option<String>,
    /// Its groups.
    #[serde(default)]
    pub groups: Vec<Label>,
}

/// How money is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MoneyDisplay {
    /// The unit on screens and papers.
    pub display_unit: String,
}

/// Calendar conventions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// What weekends and holidays do to a deadline; `none`: nothing.
    pub holiday_shift: HolidayShift,
    /// Days that count as the first ten of a month.
    pub first_days_window: DayRange,
    /// Which months end a period of two.
    pub bimonthly: Bimonthly,
    /// Weekdays off, beyond Saturdays and Sundays; only counts of working days use them.
    #[serde(default)]
    pub holidays: Vec<Date>,
    /// Saturdays and Sundays that are worked.
    #[serde(default)]
    pub workdays: Vec<Date>,
}

impl Calendar {
    /// The day a deadline falls on when it was to fall on this one. Days off are the weekends and `holidays`, but for `workdays`; the
    /// official years are added to these where a deadline can move (`rulebook`).
    #[must_use]
    pub fn shifted(&self, day: Date) -> Date {
        let step = match self.holiday_shift {
            HolidayShift::None => return day,
            HolidayShift::NextWorkday => 1,
            HolidayShift::PreviousWorkday => -1,
        };
        let is_worked = |day: Date| {
            self.workdays.contains(&day) || day.weekday() <= 5 && !self.holidays.contains(&day)
        };
        let near = (0..=OFF_DAYS_MAX).map(|days| day.plus_days(days * step));
        near.into_iter().find(|day| is_worked(*day)).unwrap_or(day)
    }
}

/// Days off that can follow each other at most; more are a mistake in the file and move nothing.
const OFF_DAYS_MAX: i64 = 30;

/// What a holiday does to a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HolidayShift {
    /// Nothing.
    None,
    /// Moves it to the next working day.
    NextWorkday,
    /// Moves it to the working day before.
    PreviousWorkday,
}

/// Which months end a period of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bimonthly {
    /// February, April, …
    Even,
    /// January, March, …
    Odd,
}

/// Days of a month, both inclusive: `1-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// The first.
    pub first: u8,
    /// The last.
    pub last: u8,
}

impl Serialize for DayRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}-{}", self.first, self.last))
    }
}

impl<'de> Deserialize<'de> for DayRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = |part: &str| part.parse::<u8>().ok().filter(|day| (1..=31).contains(day));
        text.split_once('-')
            .and_then(|(first, last)| Some((day(first)?, day(last)?)))
            .filter(|(first, last)| first <= last)
            .map(|(first, last)| Self { first, last })
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is no range of days")))
    }
}

/// How reports are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Judging {
    /// Hours a filing may be under way.
    pub offline_grace_hours: u32,
    /// Which of the two times counts.
    pub judged_by: JudgedBy,
    /// The moment of the due day.
    pub due_time: TimeOfDay,
    /// From where on a month's line is remarked.
    #[serde(default, skip_serializing_if = "Checks::is_default")]
    pub checks: Checks,
}

/// From where on a month's line is remarked; what stands without a word of the county is the product's own, which no source gives (ux.md 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// A month is large from more than so many times the mean of the months before.
    pub surge_times: u8,
    /// How many months before make that mean.
    pub surge_months: u8,
    /// Days an open problem may be without news.
    pub issue_days: u16,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            surge_times: 3,
            surge_months: 3,
            issue_days: 30,
        }
    }
}

impl Checks {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which time of a filing its verdict looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// When it was filed, if it arrived within the grace.
    FiledAtWithGrace,
    /// When it arrived.
    ReceivedAt,
}

/// Hour, minute and second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub (u8, u8, u8));

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (hour, minute, second) = self.0;
        serializer.collect_str(&format_args!("{hour:02}:{minute:02}:{second:02}"))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut parts = text.split(':').map(|part| part.parse::<u8>().ok());
        let parsed = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(hour)), Some(Some(minute)), None, None) => Some((hour, minute, 0)),
            (Some(Some(hour)), Some(Some(minute)), Some(Some(second)), None) => {
                Some((hour, minute, second))
            }
            _ => None,
        };
        parsed
            .filter(|(hour, minute, second)| *hour < 24 && *minute < 60 && *second < 60)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is no time of day")))
    }
}

/// How amounts are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// True: a bound includes the number itself.
    pub inclusive: bool,
}

/// The county's words for common things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the terms of domain.md 13.2")]
pub struct Terms {
    pub project: Term,
    pub hub: Term,
    pub leader: Term,
    pub lead_unit: Term,
    pub owner: Term,
    pub liaison: Term,
    pub node: Term,
    pub reserve: Term,
    pub list_annual: Term,
    pub issue_close: Term,
    pub team: Term,
    pub inspection: Term,
}
