//! Every page with its address. Links use these variants, never strings.

use shared::api::NodeRole;
use shared::ids::{ProjectId, UnitId};
use shared::text::ui::Ui;
use shared::time::Month;
use yew_router::Routable;

/// One page.
#[derive(Debug, Clone, PartialEq, Routable)]
pub enum Route {
    /// 工作台.
    #[at("/")]
    Desk,
    /// 项目台账.
    #[at("/projects")]
    Projects,
    /// 项目档案.
    #[at("/projects/:id")]
    Project {
        /// The project.
        id: ProjectId,
    },
    /// 月报填报 of one's own unit.
    #[at("/report/:ledger/:period")]
    Report {
        /// The ledger.
        ledger: String,
        /// The month.
        period: Month,
    },
    /// The report of a named unit, at the hub.
    #[at("/report/:ledger/:period/:unit")]
    UnitReport {
        /// The ledger.
        ledger: String,
        /// The month.
        period: Month,
        /// The unit.
        unit: UnitId,
    },
    /// 收报 (hub).
    #[at("/county")]
    County,
    /// 导入导出.
    #[at("/exchange")]
    Exchange,
    /// 同步与冲突.
    #[at("/sync")]
    Sync,
    /// Nothing stands at this address.
    #[not_found]
    #[at("/404")]
    NotFound,
}

/// The rail's items for a server, in the order of Alt+1..9.
#[must_use]
pub fn rail(role: NodeRole, ledger: String, period: Month) -> Vec<(Route, Ui, &'static str)> {
    let report = Route::Report { ledger, period };
    match role {
        NodeRole::Node => vec![
            (Route::Desk, Ui::Desk, "⌂"),
            (report, Ui::Report, "▤"),
            (Route::Projects, Ui::Projects, "☰"),
            (Route::Exchange, Ui::Exchange, "⇅"),
            (Route::Sync, Ui::Sync, "⟳"),
        ],
        NodeRole::Hub => vec![
            (Route::Desk, Ui::Desk, "⌂"),
            (Route::County, Ui::County, "▦"),
            (Route::Projects, Ui::Projects, "☰"),
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
        | (Route::Report { .. }, Route::Report { .. })
        | (Route::County | Route::Report { .. }, Route::UnitReport { .. }) => true,
        _ => item == page,
    }
}
