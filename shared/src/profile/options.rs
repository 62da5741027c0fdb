//! What a county offers where a field or column takes one of its own enumerations.

use super::{Label, Profile};

/// One option: what stands in documents, and the county's word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    /// Stands in documents.
    pub id: &'a str,
    /// What people call it.
    pub name_zh: &'a str,
}

impl Profile {
    /// The options of an enumeration that is a plain list of labels in the profile; `None` for one fixed in `text`, or open.
    #[must_use]
    pub fn options(&self, enumeration: &str) -> Option<&[Label]> {
        let list: &[Label] = match enumeration {
            "sectors" => self.sectors.get()?,
            "sectors_extra" => self.sectors_extra.get()?,
            "significance_flags" => &self.flags,
            "maturity_grade" => self.maturity_grades.get()?,
            "issue_kind" => &self.issue.kinds,
            "stage" => &self.lifecycle.stage_labels,
            "key_category" if !self.key_categories.is_empty() => &self.key_categories,
            "reserve_sector" if !self.reserve_sectors.is_empty() => &self.reserve_sectors,
            "packaging_channels" => &self.packaging_channels,
            "pool_sources" => &self.pool.sources,
            "bodies" => &self.bodies,
            "joint_services" => &self.approvals.joint_services,
            "factors" => &self.factors.items,
            "land_quotas" => &self.factors.land_quotas,
            _ => return None,
        };
        Some(list)
    }

    /// The options of any enumeration the county decides, each id once and in the file's order; `None` for one fixed in `text`, or open.
    #[must_use]
    pub fn named_options(&self, enumeration: &str) -> Option<Vec<Named<'_>>> {
        if let Some(labels) = self.options(enumeration) {
            return Some(labels.iter().map(Named::from).collect());
        }
        macro_rules! named {
            ($list:expr) => {
                $list
                    .map(|item| Named {
                        id: &item.id,
                        name_zh: &item.name_zh,
                    })
                    .collect()
            };
        }
        let guards = self.issue.guards.iter();
        let asked_of = guards.filter_map(|gate| gate.params.get("to")?.as_str());
        let mut found: Vec<Named<'_>> = match enumeration {
            "reserve_grade" if !self.reserve_grades.is_empty() => {
                named!(self.reserve_grades.iter())
            }
            // The county has these, and its source names none.
            "sectors" | "sectors_extra" | "maturity_grade" => Vec::new(),
            "lists" => named!(self.lists.iter()),
            "programmes" => named!(self.programmes.iter()),
            "meetings" => named!(self.meetings.iter()),
            "publications" => named!(self.publications.iter()),
            "inspections" => named!(self.inspections.iter()),
            "approval_items" => named!(self.approvals.items.iter()),
            "reports" => named!(self.reports.iter()),
            "departments" => {
                let departments = self.approvals.departments.iter();
                let named = departments.map(|id| Named {
                    id,
                    name_zh: self.body_name(id),
                });
                named.collect()
            }
            "duty_items" => named!(self.duty_items().map(|(_, item)| item)),
            "acceptance_items" => named!(self.acceptance.items.iter()),
            "inspection_methods" => {
                named!(self.inspections.iter().flat_map(|kind| &kind.methods))
            }
            "meeting_topics" => named!(self.meetings.iter().flat_map(|kind| &kind.topics)),
            "indicators" => named!(
                self.assess
                    .schemes
                    .iter()
                    .flat_map(|scheme| scheme.indicators.iter().flatten())
            ),
            // Those of the ladder, and those to whom a step of it asks a report.
            "issue_actors" => self
                .issue
                .levels
                .iter()
                .flat_map(|level| &level.actors)
                .map(String::as_str)
                .chain(asked_of)
                .map(|id| Named {
                    id,
                    name_zh: self.body_name(id),
                })
                .collect(),
            _ => return None,
        };
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|option| seen.insert(option.id));
        Some(found)
    }

    /// The label of a value of a county's enumeration, the value itself when it is none of its options.
    #[must_use]
    pub fn option_label<'a>(&'a self, enumeration: &str, value: &'a str) -> &'a str {
        self.named_options(enumeration)
            .and_then(|options| options.into_iter().find(|option| option.id == value))
            .map_or(value, |option| option.name_zh)
    }
}

impl<'a> From<&'a Label> for Named<'a> {
    fn from(label: &'a Label) -> Self {
        Self {
            id: &label.id,
            name_zh: &label.name_zh,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::field::{Column, Kind};
    use crate::text::fields::fixed_options;

    #[test]
    fn every_column_that_chooses_has_its_options_in_every_county() {
        for slug in Profile::slugs() {
            let profile = Profile::built_in(slug).unwrap();
            for column in Column::ALL {
                let (Kind::Choice(name) | Kind::Set(name)) = column.kind() else {
                    continue;
                };
                let county = profile.named_options(name);
                assert!(
                    county.is_some() || fixed_options(name).is_some(),
                    "{slug}: {name} has no options"
                );
                let ids: Vec<_> = county.iter().flatten().map(|option| option.id).collect();
                let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
                assert_eq!(distinct.len(), ids.len(), "{slug}: {name}");
            }
        }
    }

    #[test]
    fn an_option_is_called_what_the_county_calls_it() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let item = profile.approvals.items.first().unwrap();
        assert_eq!(
            profile.option_label("approval_items", &item.id),
            item.name_zh
        );
        assert_eq!(profile.option_label("approval_items", "none"), "none");
        let body = profile.bodies.first().unwrap();
        assert_eq!(profile.option_label("bodies", &body.id), body.name_zh);
    }
}
