//! Every page with its address. Links use these variants, never strings.

use shared::api::NodeRole;
use shared::field::Table;
use shared::ids::{ProjectId, UnitId};
use shared::text::ui::Ui;
use shared::time::Month;

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub enum Route {
    /// 工作台.
    Desk,
    /// 项目台账.
    Projects,
    /// 项目档案.
    Project {
        /// The project.
        id: ProjectId,
    },
    /// 月报填报.
    Report {
        /// The ledger.
        ledger: String,
        /// The month.
        period: Month,
        /// The unit, where it is not one's own: at the hub.
        unit: Option<UnitId>,
    },
    /// Reports that are not of months: all of them, one period of one (what waits at the hub), one unit's.
    Reports {
        /// `report/period/unit`, or as much of it as is meant.
        of: String,
    },
    /// 收报 (hub).
    County,
    /// 问题与调度.
    Issues {
        /// The project whose problems are meant; none: all.
        of: Option<ProjectId>,
        /// The form of a new one stands open.
        new: bool,
    },
    /// 作战图.
    Chart,
    /// 记录与登记: every kind of companion record.
    Registry {
        /// The project whose tables are meant.
        project: Option<ProjectId>,
    },
    /// One kind of companion record.
    Rows {
        /// The table.
        table: Table,
        /// Whose rows.
        of: Of,
    },
    /// 导入导出.
    Exchange,
    /// 同步与冲突.
    Sync,
    /// Every component in all its states, for those who build them.
    #[cfg(debug_assertions)]
    Components,
    /// Nothing stands at this address.
    NotFound,
}

/// Whose rows of a table are meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Of {
    /// The reader's own unit's, the county's or the hub's, as the table stands.
    Own,
    /// A project's.
    Project(ProjectId),
    /// A unit's.
    Unit(UnitId),
}

impl Of {
    /// As a part of an address, after this sign.
    #[must_use]
    pub fn query(self, sign: char) -> String {
        match self {
            Self::Own => String::new(),
            Self::Project(id) => format!("{sign}project={id}"),
            Self::Unit(id) => format!("{sign}unit={id}"),
        }
    }

    fn from_query(query: &str) -> Option<Self> {
        match query.split_once('=') {
            None => Some(Self::Own),
            Some(("project", id)) => id.parse().ok().map(Self::Project),
            Some(("unit", id)) => id.parse().ok().map(Self::Unit),
            Some(_) => Some(Self::Own),
        }
    }
}

impl Route {
    /// The page's address.
    #[must_use]
    pub fn to_path(&self) -> String {
        match self {
            Self::Desk => "/".to_owned(),
            Self::Projects => "/projects".to_owned(),
            Self::Project { id } => format!("/projects/{id}"),
            Self::Report {
                ledger,
                period,
                unit,
            } => {
                let unit = unit.map_or_else(String::new, |unit| format!("/{unit}"));
                format!("/report/{ledger}/{period}{unit}")
            }
            Self::Reports { of } => format!("/report/{of}"),
            Self::County => "/county".to_owned(),
            Self::Issues { of, new } => {
                let of = of.map_or_else(String::new, |id| format!("?of={id}"));
                format!("/issues{of}{}", if *new { "&new=1" } else { "" })
            }
            Self::Chart => "/chart".to_owned(),
            Self::Registry { project } => {
                let of = project.map_or(Of::Own, Of::Project);
                format!("/records{}", of.query('?'))
            }
            Self::Rows { table, of } => format!("/records/{}{}", table.id(), of.query('?')),
            Self::Exchange => "/exchange".to_owned(),
            Self::Sync => "/sync".to_owned(),
            #[cfg(debug_assertions)]
            Self::Components => "/components".to_owned(),
            Self::NotFound => "/404".to_owned(),
        }
    }

    /// The page at an address. Parameters are checked: what is no id leads nowhere.
    #[must_use]
    pub fn from_path(path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let found = match parts.as_slice() {
            [] => Some(Self::Desk),
            ["projects"] => Some(Self::Projects),
            ["projects", id] => id.parse().ok().map(|id| Self::Project { id }),
            ["report", of @ ..] if of.iter().all(|part| is_id(part)) => {
                month_of(of).or_else(|| Some(Self::Reports { of: of.join("/") }))
            }
            ["county"] => Some(Self::County),
            ["issues"] => {
                let of = query.strip_prefix("of=").unwrap_or("");
                let (of, new) = of.split_once('&').map_or((of, false), |(of, _)| (of, true));
                let of = of.parse().ok();
                Some(Self::Issues { new, of })
            }
            ["chart"] => Some(Self::Chart),
            ["records"] => Of::from_query(query).map(|of| Self::Registry {
                project: match of {
                    Of::Project(id) => Some(id),
                    Of::Own | Of::Unit(_) => None,
                },
            }),
            ["records", table] => match (Table::from_id(table), Of::from_query(query)) {
                (Some(table), Some(of)) => Some(Self::Rows { table, of }),
                _ => None,
            },
            ["exchange"] => Some(Self::Exchange),
            ["sync"] => Some(Self::Sync),
            #[cfg(debug_assertions)]
            ["components"] => Some(Self::Components),
            _ => None,
        };
        found.unwrap_or(Self::NotFound)
    }
}

/// A report of a month, of one's own unit or a named one.
fn month_of(of: &[&str]) -> Option<Route> {
    let (ledger, period, unit) = match of {
        [ledger, period] => (ledger, period, None),
        [ledger, period, unit] => (ledger, period, Some(unit.parse().ok()?)),
        _ => return None,
    };
    Some(Route::Report {
        ledger: (*ledger).to_owned(),
        period: period.parse().ok()?,
        unit,
    })
}

/// True for the ASCII ids profiles give to ledgers and reports.
fn is_id(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The problems of all projects.
const ALL_ISSUES: Route = Route::Issues {
    of: None,
    new: false,
};

/// The rail's items for a server, in the order of Alt+1..9.
#[must_use]
pub fn rail(role: NodeRole, ledger: String, period: Month) -> Vec<(Route, Ui, &'static str)> {
    // A county without a report of months has those of weeks, half months, quarters.
    let (report, word) = match ledger.as_str() {
        "" => (Route::Reports { of: ledger }, Ui::CardFiling),
        _ => {
            let unit = None;
            (
                Route::Report {
                    ledger,
                    period,
                    unit,
                },
                Ui::Report,
            )
        }
    };
    match role {
        NodeRole::Node => vec![
            (Route::Desk, Ui::Desk, "⌂"),
            (report, word, "▤"),
            (Route::Projects, Ui::Projects, "☰"),
            (ALL_ISSUES, Ui::Issues, "⚑"),
            (Route::Chart, Ui::Chart, "▥"),
            (Route::Registry { project: None }, Ui::Records, "❏"),
            (Route::Exchange, Ui::Exchange, "⇅"),
            (Route::Sync, Ui::Sync, "⟳"),
        ],
        NodeRole::Hub => vec![
            (Route::Desk, Ui::Desk, "⌂"),
            (Route::County, Ui::County, "▦"),
            (Route::Projects, Ui::Projects, "☰"),
            (ALL_ISSUES, Ui::Issues, "⚑"),
            (Route::Chart, Ui::Chart, "▥"),
            (Route::Registry { project: None }, Ui::Records, "❏"),
            (Route::Exchange, Ui::Exchange, "⇅"),
            (Route::Sync, Ui::Sync, "⟳"),
        ],
    }
}

/// True when a rail item is the one a page belongs to.
#[must_use]
pub fn belongs(item: &Route, page: &Route) -> bool {
    match (item, page) {
        (Route::Projects, Route::Project { .. })
        | (Route::Issues { .. }, Route::Issues { .. })
        | (Route::Registry { .. }, Route::Registry { .. } | Route::Rows { .. })
        | (
            Route::County | Route::Report { .. } | Route::Reports { .. },
            Route::Report { .. } | Route::Reports { .. },
        ) => true,
        _ => item == page,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_again_at_its_address_and_nonsense_leads_nowhere() {
        let (ledger, period) = ("R-KZ-1".to_owned(), Month::new(2026, 11).unwrap());
        for route in [
            Route::Desk,
            Route::Projects,
            Route::Project {
                id: ProjectId::from_parts(1, [1; 10]),
            },
            Route::Report {
                ledger: ledger.clone(),
                period,
                unit: None,
            },
            Route::Report {
                ledger,
                period,
                unit: Some(UnitId::from_bytes([7; 10])),
            },
            Route::Reports { of: String::new() },
            Route::Reports {
                of: "R-WS-1/2024-09-02".to_owned(),
            },
            Route::County,
            ALL_ISSUES,
            Route::Issues {
                of: Some(ProjectId::from_parts(1, [1; 10])),
                new: true,
            },
            Route::Chart,
            Route::Registry { project: None },
            Route::Registry {
                project: Some(ProjectId::from_parts(1, [1; 10])),
            },
            Route::Rows {
                table: Table::Approvals,
                of: Of::Project(ProjectId::from_parts(1, [1; 10])),
            },
            Route::Rows {
                table: Table::Requests,
                of: Of::Unit(UnitId::from_bytes([7; 10])),
            },
            Route::Rows {
                table: Table::Trainings,
                of: Of::Own,
            },
            Route::Exchange,
            Route::Sync,
        ] {
            assert_eq!(Route::from_path(&route.to_path()), route);
        }
        for path in [
            "/nowhere",
            "/projects/x",
            "/report/%E4/2026-11",
            "/sync/x",
            "/records/colour",
            "/records/approvals?project=x",
        ] {
            assert_eq!(Route::from_path(path), Route::NotFound, "{path}");
        }
    }
}
