//! Body of `/api/v1/chart`.

use serde::{Deserialize, Serialize};

/// A wall chart, drawn.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartSheets {
    /// The sheets as SVG, sized for their paper; one even without projects.
    pub pages: Vec<String>,
    /// How many projects are drawn.
    pub drawn: usize,
    /// How many match; more than `drawn` when they are too many for one chart.
    pub total: usize,
}
